//! Running a check in a process of its own, and both sides of that.

use std::ffi::OsStr;
use std::fs::File;
use std::path::{Path, PathBuf};
use std::process::{Command, ExitStatus, Stdio};
use std::time::{Duration, Instant};

use anyhow::{Context, Result};
use ofx_host::{Bundle, Host, Library, PluginId};
use serde::{Deserialize, Serialize};

use crate::bench::Bench;
use crate::check::{self, Check, Stop};
use crate::notes::{self, Note, Notes};
use crate::report::{Answer, Finding};

/// What a process is to check.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(crate) struct Task {
    pub(crate) check: String,
    pub(crate) part: Option<String>,
    pub(crate) binary: PathBuf,
    pub(crate) plugin: Option<PluginId>,
    pub(crate) seed: u64,
    pub(crate) notes: PathBuf,
}

/// What a process is to look up: the plugins of a binary, written to a file.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(crate) struct Errand {
    pub(crate) binary: PathBuf,
    pub(crate) plugins: PathBuf,
}

/// Either of them.
#[derive(Deserialize)]
#[serde(untagged)]
enum Order {
    Task(Task),
    Errand(Errand),
}

/// The side of the process: does what it was started for.
pub(crate) fn answer(order: &str) -> Result<()> {
    match serde_json::from_str(order).context("what is to be checked cannot be read")? {
        Order::Task(task) => check(task),
        Order::Errand(Errand { binary, plugins }) => {
            let library = Library::open(&Host::default(), &Bundle::open(&binary)?)?;
            let all: Vec<&PluginId> = library.plugins().collect();
            Ok(std::fs::write(plugins, serde_json::to_vec(&all)?)?)
        }
    }
}

fn check(task: Task) -> Result<()> {
    let check = check::find(&task.check).with_context(|| format!("there is no check {}", task.check))?;
    let notes = Notes::open(&task.notes)?;
    let bundle = Bundle::open(&task.binary)?;
    let bench = Bench::new(bundle, task.plugin, task.part, task.seed, notes);
    match (check.run)(&bench) {
        Ok(()) => {}
        Err(Stop::Skip(why)) => bench.note(&Note::Skipped(why)),
        Err(Stop::Fail(why)) => bench.fail(why),
    }
    bench.close(check.complaints);
    Ok(())
}

/// The other side: starts a process, waits for it, and says what came of it.
pub(crate) fn run(check: &Check, task: &Task, timeout: Duration) -> Result<Answer> {
    let folder = tempfile::tempdir()?;
    let task = Task { notes: folder.path().join("notes"), ..task.clone() };
    let said = folder.path().join("said");
    let mut command = Command::new(std::env::current_exe()?);
    command
        .args([OsStr::new("validate"), OsStr::new("--child"), OsStr::new(&serde_json::to_string(&task)?)])
        // Some plugins write files to where they are.
        .current_dir(folder.path())
        .stdin(Stdio::null())
        .stdout(Stdio::null())
        .stderr(File::create(&said)?);
    let mut child = command.spawn().context("a process for a check cannot be started")?;
    let begun = Instant::now();
    let status = loop {
        if let Some(status) = child.try_wait()? {
            break Some(status);
        }
        if begun.elapsed() > timeout {
            child.kill()?;
            child.wait()?;
            break None;
        }
        std::thread::sleep(Duration::from_millis(2));
    };
    Ok(judge(check, &notes::read(&task.notes).unwrap_or_default(), status, &last_words(&said)))
}

/// What notes and end of a process mean.
fn judge(check: &Check, notes: &[Note], status: Option<ExitStatus>, said: &str) -> Answer {
    let mut answer = Answer::default();
    let (mut doing, mut done) = (None, false);
    for note in notes {
        match note {
            Note::Doing(what) => doing = Some(what.as_str()),
            // The same in another context is told once.
            Note::Found(finding) if answer.findings.contains(finding) => {}
            Note::Found(finding) => answer.findings.push(finding.clone()),
            Note::Skipped(why) => answer.skipped = Some(why.clone()),
            Note::Done => done = true,
        }
    }
    let end = match status {
        None => Some("the plugin did not come back".to_owned()),
        Some(status) if status.success() && done => None,
        Some(status) => Some(how(status)),
    };
    if let Some(end) = end {
        let when = if done { "after all was done" } else { doing.unwrap_or("before anything was done") };
        let said = if said.is_empty() { String::new() } else { format!(" ({said})") };
        let text =
            format!("{end} while {when}{said}").replace("while after", "after").replace("while before", "before");
        answer.findings.push(Finding { severity: check.crash, text, usual: false });
    }
    answer
}

/// How a process ended that should not have.
fn how(status: ExitStatus) -> String {
    #[cfg(unix)]
    if let Some(signal) = std::os::unix::process::ExitStatusExt::signal(&status) {
        return format!("the process ended with {}", signal_name(signal));
    }
    match status.code() {
        // What a panic of ours ends with.
        Some(101) => "the check itself failed".to_owned(),
        Some(code) => format!("the process ended with the code {code}"),
        None => "the process ended".to_owned(),
    }
}

#[cfg(unix)]
fn signal_name(signal: i32) -> String {
    // The numbers that Linux and macOS have in common, and their two for a bad address on the bus.
    let name = match signal {
        4 => "SIGILL",
        5 => "SIGTRAP",
        6 => "SIGABRT",
        7 | 10 => "SIGBUS",
        8 => "SIGFPE",
        9 => "SIGKILL",
        11 => "SIGSEGV",
        13 => "SIGPIPE",
        15 => "SIGTERM",
        _ => return format!("signal {signal}"),
    };
    name.to_owned()
}

/// The end of what a process wrote to its error output: assertions say there what went wrong.
fn last_words(path: &Path) -> String {
    const LONGEST: usize = 200;
    let text = std::fs::read(path).unwrap_or_default();
    let text = String::from_utf8_lossy(&text);
    let line = text.lines().rev().map(str::trim).find(|line| !line.is_empty() && !line.starts_with("note:"));
    line.unwrap_or_default().chars().take(LONGEST).collect()
}

#[cfg(all(test, unix))]
mod tests {
    use super::*;
    use crate::report::Verdict;
    use std::os::unix::process::ExitStatusExt;

    #[test]
    fn a_process_that_ends_badly_is_a_finding() {
        let check = Check::new("a.b", "C.", "d", |_| Ok(()));
        let doing = Note::Doing("rendering".into());
        let rows = [
            (vec![doing.clone(), Note::Done], Some(0), Verdict::Ok, ""),
            (vec![doing.clone(), Note::Skipped("no".into()), Note::Done], Some(0), Verdict::Skipped, ""),
            (vec![doing.clone()], Some(11), Verdict::Failed, "the process ended with SIGSEGV while rendering (last)"),
            (vec![doing.clone()], Some(0), Verdict::Failed, "the process ended with the code 0 while rendering (last)"),
            (vec![doing.clone(), Note::Done], Some(6), Verdict::Failed, "SIGABRT after all was done"),
            (vec![doing], None, Verdict::Failed, "the plugin did not come back while rendering"),
            (vec![], Some(101 << 8), Verdict::Failed, "the check itself failed before anything was done"),
        ];
        for (notes, status, verdict, text) in rows {
            let answer = judge(&check, &notes, status.map(ExitStatus::from_raw), "last");
            assert_eq!(answer.verdict(), verdict, "{text}");
            assert!(answer.findings.iter().all(|finding| finding.text.contains(text)), "{answer:?}");
        }
    }
}
