//! `dragfx model`, and the cache of imported models.

use std::path::{Path, PathBuf};
use std::process::Stdio;
use std::time::SystemTime;

use crate::support::{Desk, Run, tree};

#[test]
fn an_import_prints_its_folder_and_happens_once() {
    let desk = Desk::new();
    let pack = PathBuf::from(desk.ok("model import @sg2-64.pkl").trim_end());
    assert!(pack.starts_with(desk.cache().join("models")), "{}", pack.display());
    assert!(pack.join("model.json").is_file() && pack.join("weights.bin").is_file());
    let (files, made) = (tree(&desk.cache()), written(&pack));

    assert_eq!(Path::new(desk.ok("model import @sg2-64.pkl").trim_end()), pack);
    // The content counts, not the name.
    std::fs::copy(dragfx_tests::fixtures().join("sg2-64.pkl"), desk.path("other name")).expect("copied");
    std::fs::rename(desk.path("other name"), desk.path("renamed.bin")).expect("renamed");
    desk.ok("generate -m renamed.bin --seed 0 -o a.png");
    assert_eq!((tree(&desk.cache()), written(&pack)), (files, made), "nothing was written again");
}

#[test]
fn an_import_goes_to_the_folder_that_is_named() {
    let desk = Desk::new();
    assert_eq!(desk.ok("model import @sg2-64.pkl -o deep/pack").trim_end(), "deep/pack");
    assert!(!desk.cache().exists(), "the cache is not involved");
    let made = written(&desk.path("deep/pack"));
    desk.ok("model import @sg2-64.pkl -o deep/pack");
    assert_eq!(written(&desk.path("deep/pack")), made, "nothing was written again");
    std::fs::create_dir(desk.path("empty")).expect("a folder");
    desk.ok("model import @sg2-64.pkl -o empty");

    desk.ok("generate -m deep/pack --seed 3 -o pack.png");
    desk.ok("generate -m @sg2-64.pkl --seed 3 -o checkpoint.png");
    assert_eq!(desk.picture("pack.png"), desk.picture("checkpoint.png"));
}

#[test]
fn a_folder_of_something_else_is_left_alone() {
    let desk = Desk::new();
    std::fs::create_dir(desk.path("mine")).expect("a folder");
    std::fs::write(desk.path("mine/letter.txt"), "dear reader").expect("written");
    desk.refused(2, "model import @sg2-64.pkl -o mine", &["mine", "not empty"]);
    assert_eq!(std::fs::read_to_string(desk.path("mine/letter.txt")).expect("still there"), "dear reader");

    desk.ok("model import @sg2-64-resnet.pkl -o pack");
    let made = written(&desk.path("pack"));
    desk.refused(2, "model import @sg2-64.pkl -o pack", &["pack", "not this model's"]);
    assert_eq!(written(&desk.path("pack")), made);
    std::fs::write(desk.path("file"), "").expect("written");
    let run = desk.run("model import @sg2-64.pkl -o file");
    assert!(!run.status.success() && run.stderr.contains("file"), "{}", run.stderr);
    assert!(std::fs::read(desk.path("file")).expect("still there").is_empty());
}

#[test]
fn several_processes_may_import_at_once() {
    let desk = Desk::new();
    let start = || {
        let mut command = desk.command("model import @sg2-64-resnet.pkl");
        command.stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().expect("the program starts")
    };
    let children: Vec<_> = (0..4).map(|_| start()).collect();
    let mut folders = Vec::new();
    for child in children {
        let output = child.wait_with_output().expect("the program ends");
        assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
        folders.push(String::from_utf8(output.stdout).expect("UTF-8"));
    }
    folders.dedup();
    assert_eq!(folders.len(), 1, "{folders:?}");
    let inside: Vec<_> = std::fs::read_dir(desk.cache().join("models")).expect("the cache").flatten().collect();
    let names: Vec<_> = inside.iter().map(std::fs::DirEntry::path).collect();
    assert_eq!(names, [PathBuf::from(folders[0].trim_end())], "one pack and no draft");
    desk.ok("model verify @sg2-64-resnet.pkl");
}

#[test]
fn info_is_the_same_for_checkpoint_and_pack() {
    let desk = Desk::new();
    desk.ok("model import @sg2-64-conditional.pkl -o pack");
    let mut checkpoint = desk.json("model info @sg2-64-conditional.pkl --json");
    let pack = desk.json("model info pack --json");
    assert!(!desk.cache().exists(), "looking imports nothing");
    assert_eq!((&checkpoint["pack"], &pack["pack"]), (&false.into(), &true.into()));
    checkpoint["pack"] = true.into();
    assert_eq!(checkpoint, pack);
    let generator = &pack["generator"];
    let facts = [("resolution", 64), ("z_dim", 64), ("w_dim", 96), ("c_dim", 3), ("num_ws", 10), ("img_channels", 3)];
    for (name, expected) in facts {
        assert_eq!(generator[name], expected, "{name}");
    }
    assert_eq!(pack["source"]["network"], "G_ema");

    let text = desk.ok("model info pack");
    for fact in ["sg2-64-conditional.pkl, ", "imported", "64x64, 3 channels", "0 to 2", "no clamp", "4: 64x64x16"] {
        assert!(text.contains(fact), "nothing about {fact:?} in: {text}");
    }
    assert!(!desk.ok("model info @sg2-64-conditional.pkl").contains("imported"));
}

#[test]
fn verify_finds_what_is_damaged() {
    let desk = Desk::new();
    desk.ok("model import @sg2-64.pkl -o pack");
    let text = desk.ok("model verify pack");
    let graphs = tree(&desk.path("pack")).iter().filter(|path| path.extension().is_some_and(|e| e == "onnx")).count();
    assert!(text.contains(&format!("{} files intact", graphs + 1)), "{graphs} graphs and the weights: {text}");
    assert!(text.contains(&format!("{graphs} graphs open")), "{text}");

    let intact = flip(&desk.path("pack/weights.bin"), 12_345);
    desk.refused(3, "model verify pack", &["weights.bin", "import again"]);
    std::fs::write(desk.path("pack/weights.bin"), &intact).expect("written");
    desk.ok("model verify pack");

    std::fs::rename(desk.path("pack/synthesis.onnx"), desk.path("moved.onnx")).expect("moved");
    flip(&desk.path("pack/mapping.onnx"), 40);
    desk.refused(3, "model verify pack", &["synthesis.onnx", "mapping.onnx"]);
    desk.refused(3, "generate -m pack --seed 0 -o a.png", &["pack"]);
}

/// A damaged pack is a failure while running, whichever of its files is damaged and whoever reads it.
#[test]
fn a_damaged_manifest_is_a_damaged_pack() {
    let desk = Desk::new();
    desk.ok("model import @sg2-64.pkl -o pack");
    let manifest = desk.path("pack/model.json");
    let text = std::fs::read(&manifest).expect("the manifest");
    std::fs::write(&manifest, &text[..text.len() / 2]).expect("written");
    for line in ["model verify pack", "model info pack", "generate -m pack --seed 0 -o a.png"] {
        desk.refused(3, line, &["model.json"]);
    }
}

#[test]
fn random_generators_are_reproducible() {
    let desk = Desk::new();
    let random = "model random --resolution 32 --channel-base 256 --channel-max 16";
    for (name, seed) in [("a", 1), ("b", 1), ("c", 2)] {
        desk.ok(&format!("{random} --seed {seed} -o {name}.safetensors"));
    }
    let file = |name: &str| std::fs::read(desk.path(name)).expect("the checkpoint was written");
    assert!(file("a.safetensors") != file("c.safetensors"), "another seed is another generator");
    assert!(file("a.safetensors") == file("b.safetensors"), "the same numbers are the same file");
}

#[test]
fn random_generators_make_pictures_and_drags() {
    let desk = Desk::new();
    desk.ok("model random --resolution 32 --channel-base 256 --channel-max 16 -o a.safetensors");
    assert_eq!(desk.json("model info a.safetensors --json")["generator"]["resolution"], 32);
    desk.ok("generate -m a.safetensors --seed 0-3 -o grid.png");
    assert_eq!(desk.picture("grid.png").dimensions(), (64, 64));
    desk.ok("drag -m a.safetensors --seed 0 --handle 9,9 --target 20,20 --steps 3 -o a.png");
    desk.ok("model verify a.safetensors");
}

#[test]
fn the_doctor_counts_the_models() {
    let desk = Desk::new();
    desk.ok("model import @sg2-64.pkl");
    let Run { status, stdout, .. } = desk.run("doctor");
    assert!(status.success());
    assert!(stdout.contains("1 imported models") && stdout.contains(&desk.cache().display().to_string()), "{stdout}");
}

/// When the manifest, which is written last, was written.
fn written(pack: &Path) -> SystemTime {
    let manifest = std::fs::metadata(pack.join("model.json")).expect("a manifest");
    manifest.modified().expect("a file system with times")
}

/// Flips one bit of the byte at `place`; gives the bytes as they were.
fn flip(path: &Path, place: usize) -> Vec<u8> {
    let intact = std::fs::read(path).expect("the file is there");
    let mut bytes = intact.clone();
    bytes[place] ^= 1;
    std::fs::write(path, bytes).expect("written");
    intact
}
