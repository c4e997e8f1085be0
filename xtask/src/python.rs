//! Python: finding pip, and environments with the packages that a list names.

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

/// A list of packages, from the root of the checkout, and the folder below `target` where they are installed.
#[derive(Clone, Copy)]
pub(crate) struct Packages {
    pub(crate) list: &'static str,
    pub(crate) folder: &'static str,
}

/// A Python that has these packages: a virtual environment, or, where Python comes without `venv` as in some
/// distributions, a folder of packages beside it.
pub(crate) fn with(packages: Packages) -> Result<Command> {
    let Some(python) = PYTHONS.iter().find(|parts| succeeds(from_parts(parts).args(["-c", "import sys"]))) else {
        bail!("Python 3 is needed for `{}`: install it, with pip", packages.list);
    };
    let list = root().join(packages.list);
    let wanted = contents(&list)?;
    let install = ["install", "--disable-pip-version-check", "--quiet", "--only-binary", ":all:", "--requirement"];

    let venv = root().join("target").join(packages.folder);
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
    let folder = root().join("target").join(format!("{}-packages", packages.folder));
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

/// A list, followed by those that it includes with `-r`.
fn contents(list: &Path) -> Result<String> {
    let mut text = fs::read_to_string(list).with_context(|| format!("can't read {}", list.display()))?;
    let included: Vec<_> = text.lines().filter_map(|line| line.strip_prefix("-r ")).map(str::to_owned).collect();
    for name in included {
        text += &contents(&list.with_file_name(name.trim()))?;
    }
    Ok(text)
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
