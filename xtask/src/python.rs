//! Python: finding pip, and an environment with the packages of `xtask/requirements.txt`.

use std::env;
use std::fs;
use std::path::Path;
use std::process::Command;

use anyhow::{Context, Result, bail};

use crate::process::{command, root, run, succeeds};

/// The names under which Python 3 is found, with the arguments that choose it.
const PYTHONS: &[&[&str]] = &[&["python3"], &["python"], &["py", "-3"]];

/// A pip that works.
pub(crate) fn pip() -> Option<Command> {
    let modules = PYTHONS.iter().map(|python| [python, &["-m", "pip"][..]].concat());
    let programs = [vec!["pip3"], vec!["pip"]];
    modules.chain(programs).find(|parts| succeeds(from_parts(parts).arg("--version"))).map(|parts| {
        let mut pip = from_parts(&parts);
        pip.args(["--disable-pip-version-check", "--no-input"]);
        pip
    })
}

fn from_parts(parts: &[&str]) -> Command {
    command(parts[0], &parts[1..])
}

/// A Python that has the packages of `xtask/requirements.txt`: a virtual environment in `target/pyvenv`, or, where
/// Python comes without `venv` as in some distributions, the packages in `target/pydeps`.
pub(crate) fn with_requirements() -> Result<Command> {
    let Some(python) = PYTHONS.iter().find(|parts| succeeds(from_parts(parts).args(["-c", "import sys"]))) else {
        bail!("Python 3 is needed to check the ONNX files: install it, with pip");
    };
    let list = root().join("xtask").join("requirements.txt");
    let wanted = fs::read_to_string(&list).with_context(|| format!("can't read {}", list.display()))?;
    let install = ["install", "--disable-pip-version-check", "--quiet", "--only-binary", ":all:", "--requirement"];

    let venv = root().join("target").join("pyvenv");
    let inside = if cfg!(windows) { venv.join("Scripts").join("python.exe") } else { venv.join("bin").join("python") };
    let stamp = venv.join("requirements.stamp");
    if fs::read_to_string(&stamp).is_ok_and(|installed| installed == wanted) && inside.is_file() {
        return Ok(command(inside, [""; 0]));
    }
    remove(&venv)?;
    if succeeds(from_parts(python).args(["-m", "venv"]).arg(&venv)) {
        run(command(&inside, ["-m", "pip"]).args(install).arg(&list))?;
        fs::write(&stamp, &wanted)?;
        return Ok(command(inside, [""; 0]));
    }

    remove(&venv)?;
    let folder = root().join("target").join("pydeps");
    let stamp = folder.join("requirements.stamp");
    if fs::read_to_string(&stamp).ok().as_deref() != Some(&wanted) {
        remove(&folder)?;
        let Some(mut pip) = pip() else { bail!("Python has neither `venv` nor pip here: install pip") };
        run(pip.args(install).arg(&list).arg("--target").arg(&folder))?;
        fs::write(&stamp, &wanted)?;
    }
    let mut python = from_parts(python);
    let earlier = env::var_os("PYTHONPATH").unwrap_or_default();
    let path = env::join_paths(std::iter::once(folder).chain(env::split_paths(&earlier)))?;
    python.env("PYTHONPATH", path);
    Ok(python)
}

/// Removes a folder if it is there.
pub(crate) fn remove(folder: &Path) -> Result<()> {
    match fs::remove_dir_all(folder) {
        Err(error) if error.kind() != std::io::ErrorKind::NotFound => {
            Err(error).with_context(|| format!("can't remove {}", folder.display()))
        }
        _ => Ok(()),
    }
}
