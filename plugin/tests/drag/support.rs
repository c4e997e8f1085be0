//! A bundle with the plugin and a small model, an effect in a host, and the same graph without any host.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, Once};

use dragfx_engine::Cancel;
use dragfx_graph::eval::{Evaluator, Target};
use dragfx_graph::models::ModelStore;
use dragfx_graph::preset;
use dragfx_graph::registry::Registry;
use dragfx_graph::value::{Image, Value};
use dragfx_runtime::{Device, Environment, EnvironmentOptions, SessionOptions};
use ofx_host::{
    Bundle, ClipSource, Context, Host, HostSettings, Instance, InstanceOptions, Library, Message, Observer, Picture,
    Plugin, PointD, Project, RectI, RenderRequest, RowOrder, Still,
};

/// Pixels of the model's pictures, across and down.
pub(crate) const SIDE: usize = 64;

/// A pair whose handle lies on the picture, pixels: handle x, y and target x, y.
pub(crate) const PAIR: [f64; 4] = [20.0, 30.0, 40.0, 34.0];

/// Set where a test runs by itself.
const ALONE: &str = "DRAGFX_TEST_FOLDER";

/// Pictures by their names, as graphs without a host make them: pixels, the top row first.
pub(crate) type Expected = BTreeMap<String, Vec<[f32; 4]>>;

/// Runs a test in a process and a folder of its own: the plugin keeps what it makes in the user's folders, once for the
/// whole process, and has ONNX Runtime for itself there. So what is expected of it is made before, in this process.
pub(crate) fn alone(
    name: &str,
    expected: impl FnOnce(&Path) -> Vec<(&'static str, Arc<Image>)>,
    body: impl FnOnce(&Stage, &Expected),
) {
    alone_with(name, &[], expected, |folder, expected| {
        let stage = Stage::new(folder, HostSettings::default());
        body(&stage, expected);
        stage.is_clean();
    });
}

/// As [`alone`], with variables of the environment, for tests that make hosts of their own.
pub(crate) fn alone_with(
    name: &str,
    variables: &[(&str, &str)],
    expected: impl FnOnce(&Path) -> Vec<(&'static str, Arc<Image>)>,
    body: impl FnOnce(&Path, &Expected),
) {
    if let Some(folder) = std::env::var_os(ALONE) {
        return body(Path::new(&folder), &read(Path::new(&folder)));
    }
    let folder = tempfile::tempdir().expect("a folder");
    for (name, image) in expected(folder.path()) {
        let bytes: Vec<u8> = image.pixels().iter().flat_map(|number| number.to_le_bytes()).collect();
        std::fs::write(folder.path().join(format!("{name}.{RAW}")), bytes).expect("a file");
    }
    let test = std::env::current_exe().expect("this program");
    let output = Command::new(test)
        .args([name, "--exact", "--nocapture", "--test-threads=1"])
        .env(ALONE, folder.path())
        .env("DRAGFX_CACHE_DIR", folder.path().join("cache"))
        .env("DRAGFX_LOG", "-")
        .envs(variables.iter().copied())
        .output()
        .expect("this program runs");
    let text = |bytes: &[u8]| String::from_utf8_lossy(bytes).into_owned();
    let (out, error) = (text(&output.stdout), text(&output.stderr));
    assert!(output.status.success() && out.contains("1 passed"), "{}\n{out}\n{error}", output.status);
}

const RAW: &str = "raw";

fn read(folder: &Path) -> Expected {
    let files = std::fs::read_dir(folder).expect("a folder").map(|entry| entry.expect("a file").path());
    let pictures = files.filter(|path| path.extension().is_some_and(|ending| ending == RAW)).map(|path| {
        let bytes = std::fs::read(&path).expect("a file");
        let number = |bytes: &[u8]| f32::from_le_bytes([bytes[0], bytes[1], bytes[2], bytes[3]]);
        let pixels = bytes.chunks_exact(16).map(|pixel| [0, 4, 8, 12].map(|at| number(&pixel[at..at + 4])));
        let name = path.file_stem().expect("a name").to_string_lossy().into_owned();
        (name, pixels.collect())
    });
    pictures.collect()
}

/// The checkpoint of the fixtures.
pub(crate) fn checkpoint() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../tests/fixtures/sg2-64.pkl")
}

/// What the host heard, and what it answers.
#[derive(Default)]
pub(crate) struct Heard {
    pub(crate) messages: Mutex<Vec<String>>,
    pub(crate) progress: Mutex<Vec<f64>>,
    pub(crate) edits: Mutex<Vec<String>>,
    /// After so many looks at a progress bar the user has enough; 0 for never.
    pub(crate) patience: AtomicUsize,
}

impl Observer for Heard {
    fn message(&self, message: &Message) -> bool {
        self.messages.lock().expect("no panic").push(message.text.clone());
        false
    }

    fn progress_update(&self, _plugin: &str, done: f64) -> bool {
        let mut progress = self.progress.lock().expect("no panic");
        progress.push(done);
        let patience = self.patience.load(Ordering::Relaxed);
        patience == 0 || progress.len() < patience
    }

    fn edit(&self, _plugin: &str, name: Option<&str>) {
        self.edits.lock().expect("no panic").extend(name.map(str::to_owned));
    }
}

/// The effect in a host.
pub(crate) struct Stage {
    pub(crate) heard: Arc<Heard>,
    pub(crate) plugin: Plugin,
}

impl Stage {
    pub(crate) fn new(folder: &Path, settings: HostSettings) -> Self {
        let bundle = bundle(folder);
        let heard = Arc::new(Heard::default());
        let host = Host::new(HostSettings { observer: Arc::clone(&heard) as _, ..settings });
        let library = Library::open(&host, &bundle).expect("the plugin loads");
        let plugin = library.plugin("org.dragfx.drag").expect("the effect describes itself");
        Self { heard, plugin }
    }

    /// An instance in a project of a size, with the model of the fixtures, on the CPU.
    pub(crate) fn instance(&self, context: Context, [width, height]: [f64; 2], clips: &[(&str, Still)]) -> Instance {
        self.instance_in(context, Project { size: PointD::new(width, height), ..Project::default() }, clips)
    }

    pub(crate) fn instance_in(&self, context: Context, project: Project, clips: &[(&str, Still)]) -> Instance {
        let clip = |(name, clip): &(&str, Still)| ((*name).to_owned(), Arc::new(clip.clone()) as Arc<dyn ClipSource>);
        let options = InstanceOptions { project, clips: clips.iter().map(clip).collect(), params: None };
        let instance = self.plugin.instance(context, options).expect("an instance");
        instance.set("model", &*checkpoint().display().to_string()).expect("a text");
        instance.set("device", 1).expect("a choice");
        instance
    }

    /// An instance in a project as large as the picture, with a point.
    pub(crate) fn pair(&self) -> Instance {
        let instance = self.instance(Context::General, [SIDE as f64; 2], &[]);
        place(&instance, 1, PAIR);
        instance.set("maxSteps", 6).expect("a number");
        instance
    }

    /// Nothing was done against the standard.
    pub(crate) fn is_clean(&self) {
        let complaints: Vec<String> = self.plugin.complaints().iter().map(ToString::to_string).collect();
        assert!(complaints.is_empty(), "{complaints:#?}");
    }
}

/// The bundle, as hosts find it, without what tests do not need.
fn bundle(folder: &Path) -> Bundle {
    let name = format!("{}dragfx_plugin{}", std::env::consts::DLL_PREFIX, std::env::consts::DLL_SUFFIX);
    let test = std::env::current_exe().expect("this program");
    let built = test.parent().expect("a folder").join(name);
    let root = folder.join("DragFX.ofx.bundle");
    let architecture = match (std::env::consts::OS, std::env::consts::ARCH) {
        ("macos", _) => "MacOS".to_owned(),
        ("windows", _) => "Win64".to_owned(),
        (_, arch) => format!("Linux-{}", arch.replace("x86_64", "x86-64")),
    };
    let binaries = root.join("Contents").join(architecture);
    std::fs::create_dir_all(&binaries).expect("a folder");
    std::fs::create_dir_all(root.join("Contents/Resources")).expect("a folder");
    let binary = binaries.join("DragFX.ofx");
    if !binary.exists() {
        std::fs::copy(&built, binary).expect("the plugin is built beside its tests");
    }
    Bundle::open(&root).expect("a bundle")
}

/// Puts a pair in pixels of the picture into a project that is as large, and enables it.
pub(crate) fn place(instance: &Instance, number: usize, [x, y, u, v]: [f64; 4]) {
    let up = |y: f64| SIDE as f64 - 0.5 - y;
    instance.set(&format!("handle{number}"), [x + 0.5, up(y)]).expect("a point");
    instance.set(&format!("target{number}"), [u + 0.5, up(v)]).expect("a point");
    instance.set(&format!("enable{number}"), true).expect("yes or no");
}

/// The pixels of a frame, the top row first.
pub(crate) fn frame(instance: &Instance, time: f64) -> Vec<[f32; 4]> {
    pixels(instance, &RenderRequest::at(time))
}

pub(crate) fn pixels(instance: &Instance, request: &RenderRequest) -> Vec<[f32; 4]> {
    instance.render(request).unwrap_or_else(|error| panic!("{error}")).to_rgba(RowOrder::TopDown)
}

/// A clip of one picture.
pub(crate) fn still(width: i32, height: i32, pixel: impl Fn(i32, i32) -> [f32; 4]) -> Still {
    let bounds = RectI { x1: 0, y1: 0, x2: width, y2: height };
    let numbers: Vec<f32> =
        (0..height).flat_map(|y| (0..width).flat_map(move |x| [(x, y)])).flat_map(|(x, y)| pixel(x, y)).collect();
    let picture = Picture::from_f32(bounds, ofx_host::Components::Rgba, RowOrder::BottomUp, &numbers);
    Still::new(picture.expect("a picture"), (1.0, 100.0))
}

/// A text that a parameter has.
pub(crate) fn text(instance: &Instance, name: &str) -> String {
    match instance.get(name, 1.0) {
        Ok(ofx_host::param::ParamValue::Text(text)) => text,
        other => panic!("{name}: {other:?}"),
    }
}

/// What `dragfx render` makes of nodes and wires: an output of a node of a preset, without host and plugin.
fn graph(folder: &Path, nodes: &str, wires: &str, node: &str, frame: f64) -> Arc<Image> {
    static STARTED: Once = Once::new();
    STARTED.call_once(|| {
        Environment::start(&EnvironmentOptions::default()).expect("ONNX Runtime");
    });
    let preset = format!(
        r#"{{ "dragfx": 1, "models": {{ "toy": {{ "file": "sg2-64.pkl", "path": {:?} }} }},
            "nodes": [{nodes}], "wires": [{wires}] }}"#,
        checkpoint().display().to_string()
    );
    let document = preset::from_text(&preset, &Registry::standard()).expect("a preset");
    let models = ModelStore::new(folder.join("packs"), Vec::new(), SessionOptions::on(Device::Cpu));
    let target = Target { node: document.by_name(node).expect("a node").id, output: "image".into(), frame };
    let value = Evaluator::new(Arc::new(models)).evaluate(&document, folder, &target, &Cancel::new());
    match value.unwrap_or_else(|error| panic!("{error}")) {
        Value::Image(image) => image,
        other => panic!("{other:?}"),
    }
}

/// The start as a preset has it.
pub(crate) fn start(folder: &Path) -> Arc<Image> {
    let nodes = r#"{ "id": 1, "name": "start", "type": "latent", "version": 1 },
        { "id": 2, "name": "picture", "type": "generate", "version": 1 }"#;
    graph(folder, nodes, r#"{ "from": "start.latent", "to": "picture.latent" }"#, "picture", 1.0)
}

/// The drag of a pair as a preset has it.
pub(crate) fn dragged(folder: &Path, progress: f64, more: &str, wires: &str) -> Arc<Image> {
    let [x, y, u, v] = PAIR;
    let nodes = format!(
        r#"{{ "id": 1, "name": "start", "type": "latent", "version": 1 }},
        {{ "id": 2, "name": "points", "type": "points", "version": 1, "params": {{ "points":
            [{{ "handle": {{ "x": {x}, "y": {y} }}, "target": {{ "x": {u}, "y": {v} }} }}] }} }},
        {{ "id": 3, "name": "drag", "type": "drag", "version": 1,
            "params": {{ "max_steps": 6, "progress": {progress} }} }}{more}"#
    );
    let wires = format!(
        r#"{{ "from": "start.latent", "to": "drag.latent" }}, {{ "from": "points.points", "to": "drag.points" }}{wires}"#
    );
    graph(folder, &nodes, &wires, "drag", 1.0)
}

/// The drag of keyframed points, each frame from the one before, as a preset has it.
pub(crate) fn warm(folder: &Path, points: &str, frame: f64) -> Arc<Image> {
    let nodes = format!(
        r#"{{ "id": 1, "name": "start", "type": "latent", "version": 1 }},
        {{ "id": 2, "name": "points", "type": "points", "version": 1, "params": {{ "points": {points} }} }},
        {{ "id": 3, "name": "drag", "type": "drag", "version": 1,
            "params": {{ "max_steps": 3, "warm_start": true, "first_frame": 1 }} }}"#
    );
    let wires = r#"{ "from": "start.latent", "to": "drag.latent" }, { "from": "points.points", "to": "drag.points" }"#;
    graph(folder, &nodes, wires, "drag", frame)
}

/// Pixels are the same, to the bit.
pub(crate) fn assert_same(found: &[[f32; 4]], expected: &[[f32; 4]], what: &str) {
    assert_eq!(found.len(), expected.len(), "{what}: as many pixels");
    let other = found.iter().zip(expected).position(|(a, b)| a.map(f32::to_bits) != b.map(f32::to_bits));
    if let Some(place) = other {
        panic!("{what}: pixel {place} is {:?}, not {:?}", found[place], expected[place]);
    }
}
