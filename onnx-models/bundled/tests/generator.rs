//! The bundled generator as everybody else uses it: imported, run, and looked at by the landmark reader.

use dragfx_bundled::{BLAKE3, Benchmark, FILE, GENERATOR, LANDMARK_READER, place};
use dragfx_engine::{Cancel, Generator, NoiseMode, Truncation};
use dragfx_export::pack::import_cached;
use dragfx_runtime::{Device, Request, Session, SessionOptions};
use ndarray::Axis;

/// How far landmarks may be from where the renderer has them, pixels of 256: the median.
const APART: f64 = 2.0;
/// Pictures that are looked at.
const PICTURES: usize = 16;

#[test]
fn the_generator_is_known_by_its_hash_and_fits_into_the_box() {
    assert_eq!(blake3::hash(GENERATOR).to_hex().as_str(), BLAKE3);
    assert!(GENERATOR.len() <= 16 << 20, "{} bytes", GENERATOR.len());
}

#[test]
fn it_is_placed_once_and_mended_where_it_is_damaged() {
    let folder = tempfile::tempdir().expect("a folder");
    let path = place(folder.path()).expect("placed");
    assert_eq!(path, folder.path().join(FILE));
    let written = |path: &std::path::Path| std::fs::metadata(path).and_then(|data| data.modified()).expect("a file");
    let first = written(&path);
    assert_eq!(written(&place(folder.path()).expect("there")), first);
    std::fs::write(&path, b"damaged").expect("a file");
    assert!(std::fs::read(place(folder.path()).expect("placed")).is_ok_and(|bytes| bytes == GENERATOR));
}

#[test]
fn the_benchmark_is_whole() {
    let benchmark = Benchmark::bundled().expect("a benchmark");
    assert!(benchmark.landmarks.len() >= 24 && benchmark.truth.len() >= PICTURES && benchmark.pairs.len() >= 100);
    let size = benchmark.resolution as f64;
    for pair in &benchmark.pairs {
        assert_eq!(pair.points.len(), 32, "seed {}", pair.seed);
        assert!(pair.points.iter().flatten().all(|at| (-0.5..size - 0.5).contains(at)), "seed {}", pair.seed);
    }
    let newer = r#"{"version":2,"resolution":64,"landmarks":[],"truth":[],"pairs":[]}"#;
    assert!(Benchmark::from_json(newer).is_err_and(|error| error.to_string().contains("version 2")));
}

/// What the generator paints, where the reader finds it, and what the renderer knows agree.
#[test]
fn landmarks_are_found_where_the_renderer_has_them() {
    let benchmark = Benchmark::bundled().expect("a benchmark");
    let cache = tempfile::tempdir().expect("a folder");
    let checkpoint = place(cache.path()).expect("placed");
    let pack = import_cached(&checkpoint, cache.path(), &mut |_| ()).expect("imported");
    let options = SessionOptions::on(Device::Cpu);
    let mut generator = Generator::open(&pack, &options).expect("a pack");
    let mut reader = Session::open_bytes("landmarks", LANDMARK_READER, &options).expect("a graph");
    let cancel = Cancel::new();
    let (mut apart, mut agreed, mut marks) = (Vec::new(), 0, 0);
    for truth in &benchmark.truth[..PICTURES] {
        let latent = generator.latent(truth.seed, Truncation::NONE, &[], &cancel).expect("a latent");
        let picture = generator.picture(&latent, NoiseMode::Const, &cancel).expect("a picture");
        let picture = picture.mapv(|value| value.clamp(-1.0, 1.0)).insert_axis(Axis(0));
        let request = Request::new().input("picture", &picture).to_host("landmarks").to_host("visibility");
        let outputs = reader.run(request).expect("a run");
        let (places, seen) = (outputs.array("landmarks").expect("places"), outputs.array("visibility").expect("seen"));
        assert_eq!(places.shape(), [1, benchmark.landmarks.len(), 2]);
        for (index, (&[x, y], &visible)) in truth.points.iter().zip(&truth.visible).enumerate() {
            marks += 1;
            agreed += usize::from((seen[[0, index]] > 0.5) == (visible == 1));
            if visible == 1 {
                let (dx, dy) = (f64::from(places[[0, index, 0]]) - x, f64::from(places[[0, index, 1]]) - y);
                apart.push(dx.hypot(dy));
            }
        }
    }
    apart.sort_by(f64::total_cmp);
    let (median, most) = (apart[apart.len() / 2], apart[apart.len() * 95 / 100]);
    assert!(median <= APART, "the median is {median:.2} pixels, 95 of 100 are within {most:.2}");
    assert!(agreed * 100 >= marks * 93, "{agreed} of {marks} landmarks are said to be seen, or not, as they are");
}
