//! What the graph adds to a drag: the same steps by the engine's session alone, and as a Drag node of a document that
//! nobody has evaluated yet. The two alternate, because the difference is far below what a machine drifts in a minute.
//! `ORT_DYLIB_PATH=... cargo bench --package dragfx-graph --bench drag`

#![expect(clippy::print_stdout, reason = "the numbers are what the benchmark shows")]

use std::path::Path;
use std::sync::Arc;
use std::time::Instant;

use dragfx_engine::{Cancel, DragSession, DragSettings, Generator, ImagePoint, NoiseMode, PointPair, Truncation};
use dragfx_export::checkpoint::random::RandomGenerator;
use dragfx_export::pack::import_cached;
use dragfx_graph::document::{Document, Edit};
use dragfx_graph::eval::{Evaluator, Target};
use dragfx_graph::models::ModelStore;
use dragfx_graph::registry::Registry;
use dragfx_runtime::{Device, SessionOptions};

const STEPS: usize = 20;
const ROUNDS: usize = 31;
const HANDLE: ImagePoint = ImagePoint::new(90.0, 110.0);
const TARGET: ImagePoint = ImagePoint::new(1000.0, 110.0);

fn main() {
    let folder = std::env::temp_dir().join("dragfx-bench-drag");
    std::fs::create_dir_all(&folder).expect("a folder");
    let checkpoint = folder.join("random-256.safetensors");
    RandomGenerator { resolution: 256, seed: 7, ..RandomGenerator::default() }
        .write(&checkpoint)
        .expect("a checkpoint");
    let pack = import_cached(&checkpoint, &folder, &mut |_| ()).expect("it is imported");

    let options = SessionOptions::on(Device::Cpu);
    let mut generator = Generator::open(&pack, &options).expect("it opens");
    let start = generator.latent(9, Truncation { psi: 0.7, cutoff: None }, &[], &Cancel::new()).expect("a latent");
    let settings = DragSettings { max_steps: STEPS, ..DragSettings::default() };

    let registry = Registry::standard();
    let store = Arc::new(ModelStore::new(folder.clone(), Vec::new(), options));
    let mut document = Document::default();
    let model = store.refer(&checkpoint, &folder).expect("the checkpoint");
    document.apply(Edit::SetModel { name: "toy".to_owned(), model: Some(model) }).expect("a model");
    let [latent, points, drag] = ["latent", "points", "drag"].map(|kind| {
        let node = document.new_node(Arc::clone(registry.get(kind).expect("a kind of node")));
        let id = node.id;
        document.apply(Edit::Insert(Box::new(node))).expect("it fits");
        id
    });
    for (from, port) in [(latent, "latent"), (points, "points")] {
        for edit in document.connection(from, port, drag, port) {
            document.apply(edit).expect("it fits");
        }
    }
    let settings_of_nodes = [
        ("latent1.seed", "9".to_owned()),
        ("points1.points.1.handle", format!("{},{}", HANDLE.x, HANDLE.y)),
        ("points1.points.1.target", format!("{},{}", TARGET.x, TARGET.y)),
        ("drag1.max_steps", STEPS.to_string()),
    ];
    for (address, value) in settings_of_nodes {
        let edit = document.setting(address, &value).expect("it suits");
        document.apply(edit).expect("it suits");
    }
    let target = Target { node: drag, output: "trajectory".to_owned(), frame: 1.0 };

    let mut engine = || {
        let graphs = generator.drag(generator.default_tap(), NoiseMode::Const).expect("the graphs open");
        let points = vec![PointPair::new(HANDLE, TARGET)];
        let mut session = DragSession::new(Box::new(graphs), start.clone(), points, settings.clone()).expect("a drag");
        session.run(&Cancel::new(), |_| ()).expect("it runs");
    };
    let graph = || {
        // Without any result, but with the model open, as the engine has it.
        let evaluator = Evaluator::new(Arc::clone(&store));
        evaluator.evaluate(&document, Path::new("."), &target, &Cancel::new()).expect("it runs");
    };
    let (mut alone, mut within) = (Vec::new(), Vec::new());
    for round in 0..=ROUNDS {
        let pair = if round % 2 == 0 {
            [timed(&mut engine), timed(graph)]
        } else {
            reversed([timed(graph), timed(&mut engine)])
        };
        // The first round opens what stays open.
        if round > 0 {
            alone.push(pair[0]);
            within.push(pair[1]);
        }
    }
    let (alone, within) = (median(alone), median(within));
    println!("{STEPS} steps, medians of {ROUNDS} rounds, alternating");
    println!("engine {alone:9.2} ms");
    println!("graph  {within:9.2} ms, {:+.2} %", (within / alone - 1.0) * 100.0);
}

fn timed(mut work: impl FnMut()) -> f64 {
    let clock = Instant::now();
    work();
    clock.elapsed().as_secs_f64() * 1e3
}

fn reversed([a, b]: [f64; 2]) -> [f64; 2] {
    [b, a]
}

fn median(mut times: Vec<f64>) -> f64 {
    times.sort_by(f64::total_cmp);
    times[times.len() / 2]
}
