//! `cargo xtask demo`: the main job from nothing, with the bundled generator.

use std::fs;
use std::path::Path;

use anyhow::{Context, Result};

use crate::process::{self, cargo, root};
use crate::setup;

/// The commands, as a person would type them after `dragfx`.
const STEPS: &[&str] = &[
    "generate --seed 0-15 -o out/demo/animals.png",
    "generate --seed 8 -o out/demo/before.png",
    "drag --seed 8 --handle 102,176 --target 130,172 -o out/demo/after.png --animation out/demo/drag.gif --overlay",
    "render examples/presets/points-and-mask.dragfx -o out/demo/points-and-mask.png --overwrite always",
];

const PICTURES: &[&str] = &[
    "out/demo/animals.png",
    "out/demo/before.png",
    "out/demo/after.png",
    "out/demo/drag.gif",
    "out/demo/points-and-mask.png",
];

/// Sets up, builds, runs the steps and says where the pictures are.
pub(crate) fn run() -> Result<()> {
    let library = setup::onnx_runtime()?;
    let folder = root().join("out/demo");
    fs::create_dir_all(&folder).with_context(|| format!("can't make {}", folder.display()))?;
    process::run(&mut cargo(["build", "--release", "--package", "dragfx"]))?;
    for step in STEPS {
        let mut dragfx = cargo(["run", "--release", "--quiet", "--package", "dragfx", "--"]);
        process::run(dragfx.args(step.split_whitespace()).env("ORT_DYLIB_PATH", &library))?;
    }
    println!("\nthe pictures:");
    for picture in PICTURES {
        let path = root().join(Path::new(picture));
        let size = fs::metadata(&path).with_context(|| format!("{} is missing", path.display()))?.len();
        println!("  {} ({size} bytes)", path.display());
    }
    Ok(())
}
