//! Developer commands: `cargo xtask setup`, `test`, `generate`, `check-onnx`, `check-training`, `bundle` and `demo`.
//!
//! They need Rust, and Python 3 with pip; what they fetch goes into `target/`. CI runs the same commands as people do.

#![allow(clippy::print_stdout, clippy::print_stderr, reason = "the terminal is this program's interface")]

mod bundle;
mod checks;
mod demo;
mod generate;
mod process;
mod python;
mod setup;
mod test;

use std::path::PathBuf;
use std::process::ExitCode;

const HELP: &str = "\
usage: cargo xtask COMMAND

  setup          fetch ONNX Runtime into target/onnxruntime (ORT_DYLIB_PATH, if set, is used instead)
  test [--fast]  every check: format, lints, dependency direction, tests, the real window, documentation, ONNX files
                 --fast: without the documentation and the ONNX files
  generate       write the files that are made of the nodes' declarations: docs/nodes.md, docs/preset.schema.json
  check-onnx FOLDER...
                 the ONNX checker on every .onnx below the folders
  check-training the training of the bundled generator, in small: fetches PyTorch, some 3 GB, and needs g++
  bundle [--dev] [--install [FOLDER]]
                 the OpenFX plugin as target/bundle/DragFX.ofx.bundle, with everything that it needs inside
                 --dev: not optimised, as the tests take it, in target/bundle-dev
                 --install: and put it where hosts look for plugins, or into another folder
  demo           drag points of toy animals, and say where the pictures are";

fn main() -> ExitCode {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let arguments: Vec<&str> = arguments.iter().map(String::as_str).collect();
    let result = match arguments.as_slice() {
        ["setup"] => setup::onnx_runtime().map(|library| println!("ONNX Runtime: {}", library.display())),
        ["test"] => test::run(false),
        ["test", "--fast"] => test::run(true),
        ["generate"] => generate::run(),
        ["check-onnx", folders @ ..] if !folders.is_empty() => {
            let folders: Vec<PathBuf> = folders.iter().map(PathBuf::from).collect();
            checks::check_onnx(&folders).0
        }
        ["check-training"] => checks::training(),
        ["bundle", options @ ..] => bundle(options),
        ["demo"] => demo::run(),
        [] | ["help" | "--help" | "-h"] => {
            println!("{HELP}");
            Ok(())
        }
        _ => Err(anyhow::anyhow!("there is no `{}`\n\n{HELP}", arguments.join(" "))),
    };
    match result {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("error: {error:#}");
            ExitCode::FAILURE
        }
    }
}

fn bundle(options: &[&str]) -> anyhow::Result<()> {
    let (profile, options) = match options {
        ["--dev", rest @ ..] => (bundle::Profile::Dev, rest),
        rest => (bundle::Profile::Release, rest),
    };
    let folder = match options {
        [] => None,
        ["--install"] => Some(None),
        ["--install", folder] => Some(Some(*folder)),
        _ => anyhow::bail!("`bundle` has no `{}`\n\n{HELP}", options.join(" ")),
    };
    let bundle = bundle::make(profile)?;
    println!("\nthe plugin: {}", bundle.display());
    if let Some(folder) = folder {
        println!("installed as {}", bundle::install(&bundle, folder)?.display());
    }
    Ok(())
}
