//! The checks of `cargo xtask test`. Each sets up for itself what it needs.

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::{Context, Result, bail, ensure};

use crate::bundle::{self, Profile};
use crate::process::{cargo, output, root, run, run_and_pick, succeeds};
use crate::python::{self, Packages, remove};
use crate::setup;
use crate::test::{Check, Notes};

pub(crate) const ALL: &[Check] = &[
    Check { name: "format", fast: true, run: format },
    Check { name: "lints", fast: true, run: lints },
    Check { name: "dependency direction", fast: true, run: dependency_direction },
    Check { name: "tests", fast: true, run: tests },
    Check { name: "window", fast: true, run: window },
    Check { name: "documentation tests", fast: false, run: documentation_tests },
    Check { name: "documentation", fast: false, run: documentation },
    Check { name: "ONNX files", fast: false, run: onnx_files },
    Check { name: "source of the bundled generator", fast: false, run: source },
];

/// What the ONNX checker needs.
const ONNX_CHECKER: Packages = Packages { list: "xtask/requirements.txt", folder: "pyvenv" };

/// What the renderer needs that the bundled generator learned from, and what the training needs beside it.
const SOURCE: Packages =
    Packages { list: "onnx-models/bundled/recipe/requirements-source.txt", folder: "pyvenv-source" };
const TRAINING: Packages = Packages { list: "onnx-models/bundled/recipe/requirements.txt", folder: "pyvenv-training" };

/// Each crate, and what must never be among the things that it is built from: a crate knows only what stands above it
/// in the design. A name ending in `*` stands for all that begin so.
const NEVER: &[(&str, &[&str])] = &[
    (
        "dragfx-export",
        &["ort", "ort-sys", "dragfx-runtime", "dragfx-engine", "dragfx", "dragfx-graph", "egui*", "ofx*"],
    ),
    ("dragfx-runtime", &["dragfx-engine", "dragfx", "dragfx-graph", "egui*", "eframe", "ofx*"]),
    ("dragfx-engine", &["dragfx", "dragfx-graph", "dragfx-editor", "egui*", "eframe", "ofx*", "image"]),
    ("dragfx-bundled", &["ort", "dragfx-runtime", "dragfx-engine", "dragfx", "dragfx-graph", "egui*", "ofx*"]),
    ("dragfx-graph", &["dragfx", "dragfx-editor", "egui*", "eframe", "ofx*", "clap"]),
    ("dragfx-ofx", &["dragfx", "dragfx-editor", "dragfx-plugin", "egui*", "eframe", "clap"]),
    ("dragfx-editor", &["dragfx", "dragfx-ofx", "dragfx-plugin", "dragfx-bundled", "ofx*", "clap"]),
    ("dragfx", &["dragfx-plugin", "ofx-tools", "xtask"]),
    ("dragfx-plugin", &["dragfx", "dragfx-ofx", "ofx-host", "egui*", "eframe", "clap"]),
    ("ofx-sys", &["dragfx*"]),
    ("ofx-host", &["dragfx*", "clap", "image"]),
    ("ofx-validate", &["dragfx*"]),
    ("ofx-tools", &["dragfx*"]),
];

fn format(_: &mut Notes) -> Result<()> {
    run(&mut cargo(["fmt", "--all", "--check"]))
}

fn lints(_: &mut Notes) -> Result<()> {
    run(&mut cargo(["clippy", "--workspace", "--all-targets", "--quiet", "--", "--deny", "warnings"]))
}

fn dependency_direction(notes: &mut Notes) -> Result<()> {
    let mut wrong = Vec::new();
    for (package, never) in NEVER {
        let tree = ["tree", "--package", package, "--edges", "normal,build", "--prefix", "none", "--format", "{p}"];
        let tree = output(&mut cargo(tree))?;
        let reached: BTreeSet<&str> = tree.lines().filter_map(|line| line.split(' ').next()).collect();
        ensure!(reached.contains(package), "`cargo tree --package {package}` doesn't list {package}");
        let matching = |name: &&str| never.iter().any(|pattern| matches(pattern, name));
        let found = reached.iter().copied().filter(matching);
        wrong.extend(found.map(|name| format!("{package} must not depend on {name}")));
    }
    notes.push(format!("dependency direction: {} crates looked at", NEVER.len()));
    ensure!(wrong.is_empty(), "{}", wrong.join("; "));
    Ok(())
}

fn matches(pattern: &str, name: &str) -> bool {
    pattern.strip_suffix('*').map_or(pattern == name, |start| name.starts_with(start))
}

fn tests(notes: &mut Notes) -> Result<()> {
    let library = setup::onnx_runtime()?;
    let bundle = bundle::make(Profile::Dev)?;
    let nextest = succeeds(&mut cargo(["nextest", "--version"]));
    let arguments: &[&str] = if nextest {
        &["nextest", "run", "--workspace", "--no-fail-fast"]
    } else {
        &["test", "--workspace", "--lib", "--bins", "--tests", "--examples", "--no-fail-fast"]
    };
    let tables = root().join("target").join("error-tables");
    remove(&tables)?;
    let mut command = cargo(arguments);
    let command = tested(&mut command, &library).env("DRAGFX_BUNDLE", bundle);
    let (result, summary) = run_and_pick(command, is_summary);
    notes.extend(summary.iter().map(|line| format!("tests: {line}")));
    show(&tables)?;
    result
}

/// Uses the real window on a screen that nobody sees. It is left out, and that is told, where there is no such screen.
fn window(notes: &mut Notes) -> Result<()> {
    let paths = std::env::var_os("PATH").unwrap_or_default();
    if !std::env::split_paths(&paths).any(|folder| folder.join("Xvfb").is_file()) {
        notes.push("window: left out, there is no Xvfb (Debian: apt-get install xvfb libgl1-mesa-dri)".to_owned());
        return Ok(());
    }
    let library = setup::onnx_runtime()?;
    // Of the whole workspace, although one crate has it: with that one's features alone, libraries would be built again.
    let mut command = cargo(["test", "--workspace", "--test", "window", "--", "--ignored"]);
    let (result, summary) = run_and_pick(tested(&mut command, &library), is_summary);
    notes.extend(summary.iter().map(|line| format!("window: {line}")));
    result
}

/// A command that runs tests, with what they need beside the library.
fn tested<'a>(command: &'a mut Command, library: &Path) -> &'a mut Command {
    command.env("ORT_DYLIB_PATH", library).env("DRAGFX_CACHE_DIR", root().join("target").join("test-cache"))
}

/// Prints the tables of errors that the tests measured; test runners hide what passing tests print.
fn show(tables: &Path) -> Result<()> {
    let Ok(entries) = fs::read_dir(tables) else { return Ok(()) };
    let mut files: Vec<_> = entries.map(|entry| Ok(entry?.path())).collect::<Result<_>>()?;
    files.sort();
    files.iter().try_for_each(|file| {
        println!("\n{}", fs::read_to_string(file)?);
        Ok(())
    })
}

/// The lines that sum up or name what failed, of nextest and of `cargo test`.
fn is_summary(line: &str) -> bool {
    let line = line.trim_start();
    let failed = line.starts_with("test ") && line.ends_with("... FAILED");
    line.starts_with("Summary [") || line.starts_with("test result: ") || line.starts_with("FAIL [") || failed
}

fn documentation_tests(notes: &mut Notes) -> Result<()> {
    let library = setup::onnx_runtime()?;
    let mut command = cargo(["test", "--workspace", "--doc", "--no-fail-fast"]);
    let (result, summary) = run_and_pick(command.env("ORT_DYLIB_PATH", library), is_summary);
    notes
        .extend(summary.iter().filter(|line| !line.contains(" 0 passed; 0 failed")).map(|l| format!("doc tests: {l}")));
    result
}

fn documentation(_: &mut Notes) -> Result<()> {
    run(cargo(["doc", "--workspace", "--no-deps", "--quiet"]).env("RUSTDOCFLAGS", "--deny warnings"))
}

/// Makes a model pack of each checkpoint in tests/fixtures and hands them to the ONNX checker.
fn onnx_files(notes: &mut Notes) -> Result<()> {
    let library = setup::onnx_runtime()?;
    let packs = root().join("target").join("checked-packs");
    remove(&packs)?;
    fs::create_dir_all(&packs)?;
    let checkpoints = checkpoints(&root().join("tests").join("fixtures"))?;
    for checkpoint in &checkpoints {
        let name = checkpoint.file_stem().with_context(|| format!("{} has no name", checkpoint.display()))?;
        let mut import = cargo(["run", "--quiet", "--package", "dragfx", "--", "model", "import"]);
        run(import.arg(checkpoint).arg("-o").arg(packs.join(name)).env("ORT_DYLIB_PATH", &library))?;
    }
    let (result, summary) = check_onnx(&[packs]);
    notes.extend(summary);
    result
}

/// Tests the renderer that the bundled generator learned from, and that the benchmark's data are still its.
fn source(notes: &mut Notes) -> Result<()> {
    let (result, summary) = recipe_tests(SOURCE, "test_source.py");
    notes.extend(summary.iter().map(|line| format!("source: {line}")));
    result
}

/// Tests the training of the bundled generator, in small. It needs PyTorch, some 3 GB, which is why it is no check.
pub(crate) fn training() -> Result<()> {
    recipe_tests(TRAINING, "test_training.py").0
}

fn recipe_tests(packages: Packages, file: &str) -> (Result<()>, Vec<String>) {
    let tests = root().join("onnx-models/bundled/recipe/tests").join(file);
    match python::with(packages) {
        Ok(mut python) => run_and_pick(python.args(["-m", "pytest", "--quiet"]).arg(tests), is_pytest_summary),
        Err(error) => (Err(error), Vec::new()),
    }
}

fn is_pytest_summary(line: &str) -> bool {
    line.contains(" passed") || line.contains(" failed") || line.starts_with("FAILED ")
}

/// Runs the ONNX checker on every file below the folders; gives the line that sums up.
pub(crate) fn check_onnx(folders: &[PathBuf]) -> (Result<()>, Vec<String>) {
    let script = root().join("xtask").join("check_onnx.py");
    // The script runs in the root of the checkout, the folders are meant from here.
    let folders: std::io::Result<Vec<PathBuf>> = folders.iter().map(std::path::absolute).collect();
    match python::with(ONNX_CHECKER).and_then(|python| Ok((python, folders?))) {
        Ok((mut python, folders)) => {
            run_and_pick(python.arg(script).args(folders), |line| line.contains(" ONNX files "))
        }
        Err(error) => (Err(error), Vec::new()),
    }
}

fn checkpoints(folder: &Path) -> Result<Vec<PathBuf>> {
    let entries = fs::read_dir(folder).with_context(|| format!("can't read {}", folder.display()))?;
    let mut paths = entries.map(|entry| Ok(entry?.path())).collect::<Result<Vec<_>>>()?;
    paths.retain(|path| path.extension().is_some_and(|extension| extension == "pkl"));
    paths.sort();
    if paths.is_empty() {
        bail!("there is no checkpoint in {}", folder.display());
    }
    Ok(paths)
}

#[cfg(test)]
mod tests {
    use super::{is_pytest_summary, is_summary, matches};

    #[test]
    fn summaries_of_pytest() {
        assert!(is_pytest_summary("12 passed in 8.10s") && is_pytest_summary("FAILED tests/test_source.py::test_x"));
        assert!(!is_pytest_summary("...F"));
    }

    #[test]
    fn patterns() {
        assert!(matches("ort", "ort") && !matches("ort", "ort-sys"));
        assert!(matches("egui*", "egui") && matches("egui*", "egui-winit") && !matches("egui*", "eframe"));
    }

    #[test]
    fn summaries_of_both_test_runners() {
        assert!(is_summary("     Summary [   0.494s] 21 tests run: 21 passed, 0 skipped"));
        assert!(is_summary("test result: ok. 7 passed; 0 failed; 0 ignored; 0 measured; 0 filtered out"));
        assert!(is_summary("test a::b ... FAILED") && is_summary("        FAIL [   0.004s] (1/2) dragfx a::b"));
        assert!(!is_summary("test a::b ... ok") && !is_summary("        PASS [   0.004s] (1/2) dragfx a::b"));
    }
}
