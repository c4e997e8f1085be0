//! A bundle of the plugin in a folder of its own, a process that has nothing else in it, and what tests do there.

use std::env;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::Arc;

use dragfx_export::checkpoint::random::RandomGenerator;
use dragfx_graph::eval::{Evaluator, Target};
use dragfx_graph::models::ModelStore;
use dragfx_graph::value::{Image, Transfer, Value};
use dragfx_graph::{preset, registry::Registry};
use dragfx_runtime::{Device, Environment, EnvironmentOptions, SessionOptions};
use ofx_host::{
    Bundle, ClipInfo, ClipSource, Components, Context, Host, HostSettings, Instance, InstanceOptions, Library, Picture,
    PointD, Project, RectD, RectI, RenderRequest, RowOrder,
};

pub(crate) use crate::presets::PRESETS;

/// Tells a test's own process where its folder is.
const FOLDER: &str = "DRAGFX_TEST_FOLDER";

/// Width and height of the model's pictures, pixels.
pub(crate) const SIZE: usize = 32;

/// Runs a test in a process of its own, in a folder with a bundle: the plugin keeps what it has found out, and its folders
/// are the environment's. `name` is the test's.
pub(crate) fn apart(name: &str, presets: &[(&str, &str)], test: impl FnOnce(&Path)) {
    apart_with(name, presets, &[], test);
}

/// As [`apart`], with some variables.
pub(crate) fn apart_with(name: &str, presets: &[(&str, &str)], variables: &[(&str, &str)], test: impl FnOnce(&Path)) {
    if let Some(folder) = env::var_os(FOLDER) {
        return test(Path::new(&folder));
    }
    let folder = tempfile::tempdir_in(env!("CARGO_TARGET_TMPDIR")).expect("a folder");
    make_bundle(folder.path(), presets);
    let tests = env::current_exe().expect("this program");
    let output = Command::new(tests)
        .args(["--exact", name, "--nocapture"])
        .env(FOLDER, folder.path())
        .env("XDG_CACHE_HOME", folder.path().join("cache"))
        .env("DRAGFX_LOG", folder.path().join("plugin.log"))
        .env_remove("DRAGFX_SAFE_MODE")
        .env_remove("DRAGFX_PRESET_PATH")
        .env_remove("DRAGFX_MODEL_PATH")
        .envs(variables.iter().copied())
        .output()
        .expect("a process");
    let log = fs::read_to_string(folder.path().join("plugin.log")).unwrap_or_default();
    let text = |bytes: &[u8]| String::from_utf8_lossy(bytes).into_owned();
    let (said, failed) = (text(&output.stdout), text(&output.stderr));
    assert!(output.status.success() && said.contains("1 passed"), "{said}\n{failed}\nthe log says:\n{log}");
}

/// The bundle, with a small model, and presets whose `MODEL` becomes what they call it.
fn make_bundle(folder: &Path, presets: &[(&str, &str)]) {
    let contents = contents(folder);
    let (binaries, resources) = (contents.join("Linux-x86-64"), contents.join("Resources"));
    for folder in [&binaries, &resources.join("presets"), &resources.join("models")] {
        fs::create_dir_all(folder).expect("a folder");
    }
    let built = env::current_exe().expect("this program");
    let built = built.parent().expect("its folder").join("libdragfx_plugin.so");
    fs::hard_link(built, binaries.join("DragFX.ofx")).expect("the plugin");
    for entry in fs::read_dir(Path::new(env!("CARGO_TARGET_TMPDIR")).with_file_name("onnxruntime")).expect("a folder") {
        let path = entry.expect("a file").path();
        let name = path.file_name().expect("a name").to_owned();
        if name.to_string_lossy().starts_with("lib") {
            // A copy: the tests have one of their own.
            fs::copy(&path, binaries.join(name)).expect("ONNX Runtime");
        }
    }
    let model = resources.join("models/small.safetensors");
    let sizes = RandomGenerator { resolution: SIZE, channel_base: 512, channel_max: 16, ..RandomGenerator::default() };
    RandomGenerator { contrast: 0.3, noise_strength: 0.0, seed: 7, ..sizes }.write(&model).expect("a model");
    let hash = blake3::hash(&fs::read(&model).expect("a file")).to_hex();
    for (name, text) in presets {
        let model = format!(r#""models": {{ "small": {{ "file": "small.safetensors", "blake3": "{hash}" }} }}"#);
        fs::write(preset(folder, name), text.replace("MODEL", &model)).expect("a preset");
    }
}

fn contents(folder: &Path) -> PathBuf {
    folder.join("DragFX.ofx.bundle/Contents")
}

/// A preset of the bundle.
pub(crate) fn preset(folder: &Path, name: &str) -> PathBuf {
    contents(folder).join("Resources/presets").join(format!("{name}.dragfx"))
}

/// The plugin's library in a host.
pub(crate) fn library(folder: &Path, settings: HostSettings) -> Library {
    let bundle = Bundle::open(folder.join("DragFX.ofx.bundle")).expect("a bundle");
    Library::open(&Host::new(settings), &bundle).expect("a library")
}

/// A project of a size, canonical.
pub(crate) fn project(width: f64, height: f64) -> InstanceOptions {
    InstanceOptions {
        project: Project { size: PointD::new(width, height), ..Project::default() },
        ..Default::default()
    }
}

/// What `dragfx render` computes of a preset after `--set`, as OpenEXR has it: linear, multiplied by alpha, the top row
/// first.
pub(crate) fn rendered(folder: &Path, name: &str, node: &str, frame: f64, set: &[(&str, &str)]) -> Vec<[f32; 4]> {
    let library_folders = vec![Path::new(env!("CARGO_TARGET_TMPDIR")).with_file_name("onnxruntime")];
    // The first call starts it.
    let _ = Environment::start(&EnvironmentOptions { library_folders, ..EnvironmentOptions::default() });
    let path = preset(folder, name);
    let mut document = preset::load(&path, &Registry::standard()).expect("a preset");
    for (address, text) in set {
        let edit = document.setting(address, text).expect("a setting");
        document.apply(edit).expect("a setting");
    }
    let models = vec![contents(folder).join("Resources/models")];
    let store = ModelStore::new(folder.join("own cache"), models, SessionOptions::on(Device::Auto));
    let node = document.by_name(node).expect("a node").id;
    let target = Target { node, output: "image".to_owned(), frame };
    let value =
        Evaluator::new(Arc::new(store)).evaluate(&document, &preset::folder(&path), &target, &Default::default());
    let Value::Image(image) = value.expect("a picture") else { panic!("no picture") };
    let image = Image::clone(&image).encoded(Transfer::Linear);
    let multiplied = |pixel: ndarray::ArrayView1<'_, f32>| {
        let by = if pixel[3] == 0.0 { 1.0 } else { pixel[3] };
        [pixel[0] * by, pixel[1] * by, pixel[2] * by, pixel[3]]
    };
    image.pixels().rows().into_iter().map(multiplied).collect()
}

/// The pixels of a window of a picture, the top row first.
pub(crate) fn pixels(picture: &Picture, window: RectI) -> Vec<[f32; 4]> {
    let row = |y: i32| (window.x1..window.x2).map(move |x| picture.pixel(x, y));
    (window.y1..window.y2).rev().flat_map(row).collect()
}

/// The largest difference of two pictures.
pub(crate) fn difference(a: &[[f32; 4]], b: &[[f32; 4]]) -> f32 {
    assert_eq!(a.len(), b.len(), "pictures of one size");
    let channels = a.iter().flatten().zip(b.iter().flatten());
    channels.map(|(a, b)| (a - b).abs()).fold(0.0, f32::max)
}

/// All pixels of a picture of the model.
pub(crate) const WHOLE: RectI = RectI { x1: 0, y1: 0, x2: SIZE as i32, y2: SIZE as i32 };

pub(crate) fn instance(library: &Library, identifier: &str, context: Context, options: InstanceOptions) -> Instance {
    library.plugin(identifier).expect("a plugin").instance(context, options).expect("an instance")
}

pub(crate) fn small() -> InstanceOptions {
    project(SIZE as f64, SIZE as f64)
}

pub(crate) fn linear(instance: &Instance) {
    instance.set("transfer", "linear").expect("a choice");
}

pub(crate) fn render(instance: &Instance, time: f64) -> Vec<[f32; 4]> {
    pixels(&instance.render(&RenderRequest::at(time)).expect("a picture"), WHOLE)
}

/// Grey that is as bright as the frame's number in tenths.
pub(crate) struct Frames;

impl ClipSource for Frames {
    fn info(&self) -> ClipInfo {
        ClipInfo { frame_range: (0.0, 10.0), ..ClipInfo::default() }
    }

    fn region_of_definition(&self, _time: f64) -> RectD {
        RectD::new(0.0, 0.0, 32.0, 32.0)
    }

    fn picture(&self, time: f64, scale: PointD, _region: RectD) -> Option<Arc<Picture>> {
        let (width, height) = ((32.0 * scale.x) as i32, (32.0 * scale.y) as i32);
        let bounds = RectI { x1: 0, y1: 0, x2: width, y2: height };
        let value = time as f32 / 10.0;
        let numbers = [value, value, value, 1.0].repeat(bounds.width() * bounds.height());
        let mut picture = Picture::from_f32(bounds, Components::Rgba, RowOrder::BottomUp, &numbers).expect("a picture");
        picture.scale = scale;
        Some(Arc::new(picture))
    }
}
