//! A pack is written whole and with ordinary permissions; a damaged manifest is refused, whatever is wrong with it.

use std::error::Error;
use std::fs;
use std::path::{Path, PathBuf};

use dragfx_export::checkpoint::random::RandomGenerator;
use dragfx_export::checkpoint::{Checkpoint, CheckpointErrorKind};
use dragfx_export::pack::{MANIFEST, Manifest, PackError, cache_folder, import, import_cached};
use dragfx_export::stylegan2::OPTIMISED_ROWS;
use serde_json::{Value, json};

/// The pack of a generator of 128 pixels, so that windows have several layers.
fn pack(folder: &Path) -> PathBuf {
    let (checkpoint, pack) = (checkpoint(folder), folder.join("pack"));
    import(&checkpoint, &pack, &mut |_| ()).expect("the checkpoint is imported");
    pack
}

fn checkpoint(folder: &Path) -> PathBuf {
    let path = folder.join("a/new/folder/small.safetensors");
    let small = RandomGenerator { resolution: 128, channel_base: 512, channel_max: 8, ..RandomGenerator::default() };
    RandomGenerator { mapping_layers: 1, z_dim: 6, w_dim: 4, ..small }.write(&path).expect("written");
    path
}

#[test]
fn a_damaged_manifest_is_refused() {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let pack = pack(folder.path());
    let text = fs::read(pack.join(MANIFEST)).expect("a manifest");
    let good: Value = serde_json::from_slice(&text).expect("JSON");
    // (where, what stands there instead, what the error says)
    let cases = [
        ("/generator/resolution", json!(1u64 << 40), "the resolution is 1099511627776"),
        ("/generator/w_dim", json!(usize::MAX), "w_dim is 18446744073709551615"),
        ("/generator/blocks", json!([]), "the synthesis blocks is []"),
        ("/generator/num_ws", json!(3), "num_ws is 3, expected 12"),
        ("/generator/blocks/2/conv0/kernel", json!(1), "synthesis.b16.conv0.weight is 1 wide"),
        ("/value_range", json!([1, -1]), "value_range is 1 to -1"),
        ("/files/..~1secret", json!("00"), "\"../secret\" is no file beside the manifest"),
        ("/files/~1etc~1passwd", json!("00"), "\"/etc/passwd\" is no file beside the manifest"),
        ("/files/..", json!("00"), "\"..\" is no file beside the manifest"),
        ("/files/", json!("00"), "\"\" is no file beside the manifest"),
        ("/files/a~1", json!("00"), "\"a/\" is no file beside the manifest"),
        ("/files", json!({}), "\"mapping.onnx\" is not among its files"),
        ("/mapping/file", json!("../mapping.onnx"), "\"../mapping.onnx\" is not among its files"),
        ("/drags/5/windows/backward/file", json!("x"), "\"x\" is not among its files"),
        ("/drags/5/tail/forward/file", json!("/x"), "\"/x\" is not among its files"),
        ("/drags", json!([]), "it has 0 drags for 6 blocks"),
        ("/drags/0/tap", json!(1), "drags[0]: tap, resolution, channels and rows are (1, 4, 8, 6)"),
        ("/drags/0/rows", json!(1), "are (0, 4, 8, 1), expected (0, 4, 8, 6)"),
        ("/drags/1/rows", json!(1000), "are (1, 8, 8, 1000)"),
        ("/drags/2/resolution", json!(0), "are (2, 0, 8, 6)"),
        ("/drags/2/channels", json!(9), "are (2, 16, 9, 6)"),
        ("/drags/5/cuts", json!([]), "drags[5]: there must be a cut where there is a tail"),
        ("/drags/5/tail", Value::Null, "drags[5]: there must be a cut where there is a tail"),
        ("/drags/5/cuts/0/channels", json!(1u64 << 60), "no block gives cut.x, 1152921504606846976 channels"),
        ("/drags/5/cuts/0/resolution", json!(33), "no block gives cut.x, 8 channels of 33 pixels"),
        ("/drags/5/windows/layers", json!([]), "the last layer of the windows has 0 pixels"),
        ("/drags/5/windows/layers/0/scale", json!(0), "synthesis.b32.conv1 has scale 0"),
        ("/drags/5/windows/layers/0/scale", json!(usize::MAX), "synthesis.b32.conv1 has scale 18446744073709551615"),
        ("/drags/5/windows/layers/1/scale", json!(3), "synthesis.b64.conv0 has scale 3"),
        ("/drags/5/windows/layers/1/scale", json!(4), "synthesis.b64.conv0 has scale 4, margin 4, 64 pixels"),
        ("/drags/5/windows/layers/1/margin", json!(5000), "synthesis.b64.conv0 has scale 2, margin 5000"),
        ("/drags/5/windows/layers/1/margin", json!(400), "the margin of synthesis.b64.conv1 is less than"),
        ("/drags/5/windows/layers/4/margin", json!(0), "the margin of synthesis.b128.conv1 is less than"),
        ("/drags/4/windows/layers/2/resolution", json!(128), "drags[4]: synthesis.b64.conv1 has scale 2"),
        ("/noise/synthesis.b8.conv0.noise/shape", json!([1, 1, 8]), "synthesis.b8.conv0.noise is a noise map of"),
        ("/noise/synthesis.b8.conv0.noise/shape", json!([1, 1, 4, 4]), "noise map of shape [1, 1, 4, 4]"),
        ("/noise/synthesis.b8.conv0.noise/shape", json!([1, 1, 8, usize::MAX]), "noise map of shape [1, 1, 8, 18"),
        ("/noise/synthesis.b8.conv0.noise/length", json!(u64::MAX), "noise map of shape [1, 1, 8, 8]"),
        ("/noise/synthesis.b8.conv0.noise/offset", json!(u64::MAX), "noise map of shape [1, 1, 8, 8]"),
    ];
    for (place, value, expected) in cases {
        let mut damaged = good.clone();
        let (parent, key) = place.rsplit_once('/').expect("a JSON pointer");
        let key = key.replace("~1", "/");
        match damaged.pointer_mut(parent).expect(place) {
            Value::Object(fields) => drop(fields.insert(key, value)),
            Value::Array(items) => items[key.parse::<usize>().expect(place)] = value,
            _ => panic!("{place} is no place"),
        }
        fs::write(pack.join(MANIFEST), damaged.to_string()).expect("written");
        let error = Manifest::read(&pack).expect_err(place);
        assert!(matches!(error, PackError::Inconsistent { .. }), "{place}: {error}");
        let error = error.to_string();
        assert!(error.contains(expected), "{place}: {error:?} should say {expected:?}");
    }
    // A number that no float32 holds.
    let mut damaged = good.clone();
    damaged["value_range"] = json!([-1e300, 1]);
    fs::write(pack.join(MANIFEST), damaged.to_string()).expect("written");
    let error = Manifest::read(&pack).expect_err("it is no float32");
    assert!(matches!(error, PackError::Manifest { .. }), "{error}");

    fs::write(pack.join(MANIFEST), &text).expect("written");
    Manifest::read(&pack).expect("nothing else was wrong");
}

#[test]
fn every_tap_lets_a_drag_change_the_same_rows() {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let manifest = Manifest::read(&pack(folder.path())).expect("a manifest");
    assert!(manifest.drags.iter().all(|drag| drag.rows == OPTIMISED_ROWS));
}

/// A pack is cached under the name of the exporter's very source, which the manifest tells too.
#[test]
fn packs_of_different_exporters_are_kept_apart() {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let checkpoint = checkpoint(folder.path());
    let pack = import_cached(&checkpoint, folder.path(), &mut |_| ()).expect("imported");
    let hash = Checkpoint::open(&checkpoint).and_then(|c| c.blake3()).expect("a checkpoint");
    assert_eq!(pack, cache_folder(folder.path(), &hash));
    let exporter = Manifest::read(&pack).expect("a manifest").exporter;
    let (version, source) = exporter.split_once('+').expect("a version and a hash");
    assert_eq!(version, env!("CARGO_PKG_VERSION"));
    assert!(source.len() == 8 && source.bytes().all(|digit| digit.is_ascii_hexdigit()), "{source}");
    assert!(pack.to_string_lossy().ends_with(&exporter), "{}", pack.display());
    // Nothing is left of the draft.
    assert_eq!(fs::read_dir(folder.path().join("models")).expect("the cache").count(), 1);
}

/// Temporary folders are for their owner alone; a pack is as open as any folder made here.
#[cfg(unix)]
#[test]
fn a_pack_has_ordinary_permissions() {
    use std::os::unix::fs::PermissionsExt;
    let folder = tempfile::tempdir().expect("a temporary folder");
    let mode = |path: &Path| path.metadata().expect("it is there").permissions().mode();
    let (ordinary, private) = (folder.path().join("ordinary"), folder.path().join("private"));
    fs::create_dir(&ordinary).expect("a folder");
    fs::create_dir(&private).expect("a folder");
    fs::set_permissions(&private, fs::Permissions::from_mode(0o700)).expect("allowed");
    assert_eq!(mode(&pack(&private)), mode(&ordinary));
}

#[test]
fn errors_say_their_cause_once() {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let missing = folder.path().join("missing");
    let damaged = folder.path().to_owned();
    fs::write(damaged.join(MANIFEST), "{").expect("written");
    let errors: [Box<dyn Error>; 4] = [
        Box::new(Manifest::read(&missing).expect_err("no manifest")),
        Box::new(Manifest::read(&damaged).expect_err("no JSON")),
        Box::new(import(&missing, &folder.path().join("pack"), &mut |_| ()).expect_err("no checkpoint")),
        Box::new(CheckpointErrorKind::from(std::io::Error::other("broken"))),
    ];
    for error in errors {
        let chain: Vec<String> =
            std::iter::successors(Some(&*error), |&error| error.source()).map(ToString::to_string).collect();
        for (above, below) in chain.iter().zip(chain.iter().skip(1)) {
            assert!(!above.contains(below), "{chain:?}");
        }
    }
}

#[test]
fn a_random_generator_that_is_refused_leaves_nothing_behind() {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let path = folder.path().join("new/random.safetensors");
    for resolution in [0, 4, 100, 4096] {
        let error = RandomGenerator { resolution, ..RandomGenerator::default() }.write(&path).expect_err("no network");
        let expected = format!("the resolution is {resolution}, expected a power of two from 8 to 2048");
        assert!(error.to_string().contains(&expected), "{error}");
    }
    assert_eq!(fs::read_dir(folder.path()).expect("the folder").count(), 0);
}

#[test]
fn a_damaged_pack_in_the_cache_is_made_anew() {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let checkpoint = checkpoint(folder.path());
    let import = || import_cached(&checkpoint, folder.path(), &mut |_| ()).expect("the checkpoint is imported");
    let pack = import();
    fs::write(pack.join(MANIFEST), "{ \"format\": 1, \"cut sho").expect("the manifest is damaged");
    assert_eq!(import(), pack);
    assert!(Manifest::read(&pack).expect("the manifest is whole again").damaged(&pack).is_empty());
}
