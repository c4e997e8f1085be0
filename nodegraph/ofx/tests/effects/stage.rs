//! A folder with the test plugin installed, and graphs that are computed there.

use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::{Arc, LazyLock};
use std::{env, fs};

use dragfx_engine::Cancel;
use dragfx_graph::document::Document;
use dragfx_graph::error::EvalError;
use dragfx_graph::eval::{Evaluator, Plan, Target};
use dragfx_graph::files::{self, Picture, Tags, WriteOptions};
use dragfx_graph::models::ModelStore;
use dragfx_graph::preset;
use dragfx_graph::registry::Registry;
use dragfx_graph::value::{Image, Transfer, Value};
use dragfx_ofx::{Installed, Options, with_installed};
use dragfx_runtime::{Device, SessionOptions};
use ndarray::Array3;
use serde_json::{Value as Json, json};
use tempfile::TempDir;

/// The plugin that is safe to be used by several instances at once.
pub(crate) const INVERT: &str = "ofx-test-instance-1";

pub(crate) struct Stage {
    pub(crate) folder: TempDir,
    pub(crate) installed: Installed,
}

/// The test plugin's binary, built if it was not.
static BINARY: LazyLock<PathBuf> = LazyLock::new(|| {
    let name = format!("{}ofx_test_plugin{}", env::consts::DLL_PREFIX, env::consts::DLL_SUFFIX);
    let tests = env::current_exe().unwrap();
    let built = tests.parent().and_then(Path::parent).unwrap().join("examples").join(name);
    if !built.is_file() {
        // Whoever runs these tests alone has not built it.
        let cargo = env::var_os("CARGO").unwrap_or_else(|| "cargo".into());
        let arguments = ["build", "--quiet", "--package", "ofx-host", "--example", "ofx_test_plugin"];
        assert!(Command::new(cargo).args(arguments).status().unwrap().success());
    }
    built
});

/// Puts the test plugin into a bundle below a folder, and gives its binary.
pub(crate) fn install(folder: &Path, name: &str) -> PathBuf {
    let architecture = match (env::consts::OS, env::consts::ARCH) {
        ("macos", _) => "MacOS",
        ("windows", _) => "Win64",
        (_, "aarch64") => "Linux-aarch64",
        _ => "Linux-x86-64",
    };
    let place = folder.join(format!("{name}.ofx.bundle")).join("Contents").join(architecture);
    fs::create_dir_all(&place).unwrap();
    let binary = place.join(format!("{name}.ofx"));
    fs::copy(&*BINARY, &binary).unwrap();
    binary
}

pub(crate) fn options(folder: &Path) -> Options {
    Options { folders: vec![folder.join("plugins")], cache: Some(folder.join("cache/openfx.json")), runs: true }
}

impl Stage {
    pub(crate) fn new() -> Self {
        let folder = tempfile::tempdir().unwrap();
        install(&folder.path().join("plugins"), "Test");
        let installed = with_installed(Registry::standard(), &options(folder.path()));
        assert_eq!(installed.skipped, []);
        Self { folder, installed }
    }

    /// A graph of a Read node, `read`, of the picture `in_####.exr`, and the effect behind it, `effect`.
    pub(crate) fn graph(&self, kind: &str, params: Json) -> Document {
        let preset = json!({
            "dragfx": 1,
            "frames": {"first": 1, "last": 9, "rate": 25.0},
            "nodes": [
                {"id": 1, "name": "read", "type": "read", "version": 1, "params": {"file": "in_####.exr"}},
                {"id": 2, "name": "effect", "type": kind, "version": 3, "params": params},
            ],
            "wires": [{"from": "read.image", "to": "effect.source"}],
        });
        preset::from_text(&preset.to_string(), &self.installed.registry).unwrap()
    }

    /// Writes the picture of a frame: opaque, with values that differ by place and frame.
    pub(crate) fn draw(&self, frame: u32) -> Image {
        let number = |(y, x, channel)| match channel {
            3 => 1.0,
            _ => (y * 8 + x * 2 + channel) as f32 / 64.0 + frame as f32,
        };
        let image = Image::new(Array3::from_shape_fn((4, 6, 4), number), Transfer::Linear);
        let path = self.folder.path().join(format!("in_{frame:04}.exr"));
        files::write(&path, Picture::Image(&image), &WriteOptions::default(), &Tags::default()).unwrap();
        files::read(&path, &files::ReadOptions::default()).unwrap()
    }

    pub(crate) fn plan(&self, document: &Document, frame: f64) -> Plan {
        self.evaluator().plan(document, self.folder.path(), &[target(document, frame)])
    }

    /// One without memory of what was computed before.
    fn evaluator(&self) -> Evaluator {
        let models = ModelStore::new(self.folder.path().join("models"), Vec::new(), SessionOptions::on(Device::Cpu));
        Evaluator::new(models.into())
    }

    pub(crate) fn compute(&self, document: &Document, frame: f64) -> Result<Arc<Image>, EvalError> {
        self.compute_until(document, frame, &Cancel::new())
    }

    pub(crate) fn compute_until(
        &self,
        document: &Document,
        frame: f64,
        cancel: &Cancel,
    ) -> Result<Arc<Image>, EvalError> {
        match self.evaluator().evaluate(document, self.folder.path(), &target(document, frame), cancel)? {
            Value::Image(image) => Ok(image),
            other => panic!("no image: {other:?}"),
        }
    }
}

/// The effect's picture.
fn target(document: &Document, frame: f64) -> Target {
    Target { node: document.by_name("effect").unwrap().id, output: "image".to_owned(), frame }
}
