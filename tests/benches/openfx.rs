//! What the plugin adds to the engine: how long an instance takes, and how much longer than its synthesis a frame of a drag
//! that is finished. Frame and synthesis alternate, because machines drift.
//! `cargo xtask bundle && cargo bench --package dragfx-tests --bench openfx`

#![expect(clippy::print_stdout, reason = "the numbers are what the benchmark shows")]

use std::env;
use std::path::{Path, PathBuf};
use std::time::Instant;

use dragfx_engine::{Cancel, Generator, NoiseMode, Truncation};
use dragfx_export::pack::import_cached;
use dragfx_runtime::{Device, Environment, EnvironmentOptions, SessionOptions};
use ofx_host::{Bundle, Context, Host, HostSettings, InstanceOptions, Library, PointD, Project, RenderRequest};

const ROUNDS: u32 = 51;

fn main() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).parent().expect("the checkout");
    let usual = || root.join("target/bundle/DragFX.ofx.bundle");
    let folder = env::var_os("DRAGFX_BUNDLE").map_or_else(usual, PathBuf::from);
    let bundle = Bundle::open(&folder).expect("a bundle, as `cargo xtask bundle` makes it");
    let library = Library::open(&Host::new(HostSettings::default()), &bundle).expect("a library");
    let plugin = library.plugin("org.dragfx.drag").expect("an effect");
    let project = Project { size: PointD::new(256.0, 256.0), ..Project::default() };
    let options = InstanceOptions { project, ..InstanceOptions::default() };

    let mut creations = Vec::new();
    for _ in 0..=ROUNDS {
        let start = Instant::now();
        let instance = plugin.instance(Context::Filter, options.clone()).expect("an instance");
        creations.push(start.elapsed().as_secs_f64() * 1e3);
        drop(instance);
    }
    let first = creations.remove(0);
    println!("an instance: {first:.3} ms the first, {:.3} ms the others", median(&mut creations));

    let instance = plugin.instance(Context::Generator, options).expect("an instance");
    for (name, value) in [("enable1", 1), ("maxSteps", 10)] {
        instance.set(name, value).expect("a parameter");
    }
    instance.set("handle1", [90.0, 146.0]).expect("a point");
    instance.set("target1", [150.0, 106.0]).expect("a point");
    instance.press("drag").expect("a drag");

    let environment = EnvironmentOptions { library_folders: vec![binaries(&bundle)], ..EnvironmentOptions::default() };
    Environment::start(&environment).expect("ONNX Runtime");
    let model = bundle.resources.join("models").read_dir().expect("models").flatten().next().expect("a model").path();
    let cache = env::temp_dir().join("dragfx-bench-openfx");
    let pack = import_cached(&model, &cache, &mut |_| ()).expect("it is imported");
    let mut generator = Generator::open(&pack, &SessionOptions::on(Device::Cpu)).expect("it opens");
    let latent = generator.latent(0, Truncation { psi: 0.7, cutoff: None }, &[], &Cancel::new()).expect("a latent");

    let (mut frames, mut syntheses) = (Vec::new(), Vec::new());
    for round in 0..=ROUNDS {
        let start = Instant::now();
        generator.picture(&latent, NoiseMode::Const, &Cancel::new()).expect("a picture");
        syntheses.push(start.elapsed().as_secs_f64() * 1e3);
        // A place on the way where nobody has looked yet.
        instance.set("progress", f64::from(round) / f64::from(ROUNDS)).expect("a number");
        let start = Instant::now();
        instance.render(&RenderRequest::at(1.0)).expect("a frame");
        frames.push(start.elapsed().as_secs_f64() * 1e3);
    }
    let mut beyond: Vec<f64> = frames.iter().zip(&syntheses).map(|(frame, synthesis)| frame - synthesis).collect();
    println!(
        "a frame of a finished drag: {:.2} ms, of which {:.2} ms are one synthesis: {:.2} ms beyond it",
        median(&mut frames[1..]),
        median(&mut syntheses[1..]),
        median(&mut beyond[1..]),
    );
    let mut again = Vec::new();
    for _ in 0..ROUNDS {
        let start = Instant::now();
        instance.render(&RenderRequest::at(1.0)).expect("a frame");
        again.push(start.elapsed().as_secs_f64() * 1e3);
    }
    println!("the same frame again: {:.2} ms", median(&mut again));
}

fn binaries(bundle: &Bundle) -> PathBuf {
    bundle.binary.parent().expect("the binary lies in a folder").to_path_buf()
}

fn median(numbers: &mut [f64]) -> f64 {
    numbers.sort_by(f64::total_cmp);
    numbers[numbers.len() / 2]
}
