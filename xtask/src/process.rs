//! Running other programs from the root of the checkout.

use std::env;
use std::ffi::OsStr;
use std::io::{self, BufRead, BufReader, Write};
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::sync::{Mutex, PoisonError};
use std::thread;

use anyhow::{Context, Result, bail};

/// The root of the checkout.
pub(crate) fn root() -> PathBuf {
    let here = Path::new(env!("CARGO_MANIFEST_DIR"));
    here.parent().map_or_else(|| here.to_path_buf(), Path::to_path_buf)
}

/// A program, to be run from the root.
pub(crate) fn command<S: AsRef<OsStr>>(program: impl AsRef<OsStr>, arguments: impl IntoIterator<Item = S>) -> Command {
    let mut command = Command::new(program);
    command.args(arguments).current_dir(root());
    command
}

/// The cargo that runs this program.
pub(crate) fn cargo<S: AsRef<OsStr>>(arguments: impl IntoIterator<Item = S>) -> Command {
    command(env::var_os("CARGO").unwrap_or_else(|| "cargo".into()), arguments)
}

/// Runs a command to its end; an exit status other than zero is an error.
pub(crate) fn run(command: &mut Command) -> Result<()> {
    println!("$ {}", shown(command));
    let status = command.status().with_context(|| format!("can't start `{}`", shown(command)))?;
    if !status.success() {
        bail!("`{}` ended with {status}", shown(command));
    }
    Ok(())
}

/// What a command writes to standard output.
pub(crate) fn output(command: &mut Command) -> Result<String> {
    let output = command.output().with_context(|| format!("can't start `{}`", shown(command)))?;
    if !output.status.success() {
        let error = String::from_utf8_lossy(&output.stderr);
        bail!("`{}` ended with {}\n{}", shown(command), output.status, error.trim());
    }
    Ok(String::from_utf8_lossy(&output.stdout).into_owned())
}

/// Whether a command can be started and succeeds. Silent.
pub(crate) fn succeeds(command: &mut Command) -> bool {
    let command = command.stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::null());
    command.status().is_ok_and(|status| status.success())
}

/// Runs a command, shows what it writes while it runs, and gives the lines that `wanted` picks, also where it fails.
pub(crate) fn run_and_pick(command: &mut Command, wanted: fn(&str) -> bool) -> (Result<()>, Vec<String>) {
    println!("$ {}", shown(command));
    let picked = Mutex::new(Vec::new());
    let result = (|| {
        let mut child = command.stdout(Stdio::piped()).stderr(Stdio::piped()).spawn()?;
        let (output, error) = (child.stdout.take(), child.stderr.take());
        thread::scope(|scope| {
            scope.spawn(|| output.map(|from| copy_lines(from, io::stdout(), wanted, &picked)));
            scope.spawn(|| error.map(|from| copy_lines(from, io::stderr(), wanted, &picked)));
        });
        child.wait()
    })();
    let result = match result {
        Ok(status) if status.success() => Ok(()),
        Ok(status) => Err(anyhow::anyhow!("`{}` ended with {status}", shown(command))),
        Err(error) => Err(error).with_context(|| format!("can't run `{}`", shown(command))),
    };
    (result, picked.into_inner().unwrap_or_else(PoisonError::into_inner))
}

fn copy_lines(from: impl io::Read, mut to: impl Write, wanted: fn(&str) -> bool, picked: &Mutex<Vec<String>>) {
    for line in BufReader::new(from).split(b'\n').map_while(Result::ok) {
        let line = String::from_utf8_lossy(&line);
        // A closed terminal is no reason to stop the tests.
        let _ = writeln!(to, "{line}");
        if wanted(&line) {
            picked.lock().unwrap_or_else(PoisonError::into_inner).push(line.trim().to_owned());
        }
    }
}

fn shown(command: &Command) -> String {
    let program = Path::new(command.get_program());
    let program = program.file_stem().unwrap_or(program.as_os_str()).to_string_lossy();
    let arguments = command.get_args().map(OsStr::to_string_lossy);
    std::iter::once(program).chain(arguments).collect::<Vec<_>>().join(" ")
}
