//! `cargo xtask demo`: the main job from nothing, with a small generator of random weights.

use std::fs;
use std::path::Path;

use anyhow::{Context, Result};

use crate::process::{self, cargo, root};
use crate::setup;

/// The commands, as a person would type them after `dragfx`.
const STEPS: &[&str] = &[
    "model random --resolution 256 --seed 7 -o target/demo/toy.safetensors",
    "model import target/demo/toy.safetensors -o target/demo/pack",
    "generate --model target/demo/pack --seed 9 --psi 1 -o out/demo/original.png",
    "drag --model target/demo/pack --seed 9 --psi 1 --handle 90,110 --target 150,150 --method paper \
     --lr 0.003 -o out/demo/dragged.png --animation out/demo/drag.gif --overlay",
    "render examples/presets/points-and-mask.dragfx -o out/demo/points-and-mask.png --overwrite always",
];

const PICTURES: &[&str] =
    &["out/demo/original.png", "out/demo/dragged.png", "out/demo/drag.gif", "out/demo/points-and-mask.png"];

/// Sets up, builds, runs the steps and says where the pictures are.
pub(crate) fn run() -> Result<()> {
    let library = setup::onnx_runtime()?;
    for folder in ["target/demo", "out/demo"] {
        let folder = root().join(folder);
        fs::create_dir_all(&folder).with_context(|| format!("can't make {}", folder.display()))?;
    }
    process::run(&mut cargo(["build", "--release", "--package", "dragfx"]))?;
    for step in STEPS {
        let mut dragfx = cargo(["run", "--release", "--quiet", "--package", "dragfx", "--"]);
        // The preset names the generator by its hash; here is where it is.
        dragfx.args(step.split_whitespace()).env("DRAGFX_MODEL_PATH", root().join("target/demo"));
        process::run(dragfx.env("ORT_DYLIB_PATH", &library))?;
    }
    println!("\nthe pictures:");
    for picture in PICTURES {
        let path = root().join(Path::new(picture));
        let size = fs::metadata(&path).with_context(|| format!("{} is missing", path.display()))?.len();
        println!("  {} ({size} bytes)", path.display());
    }
    Ok(())
}
