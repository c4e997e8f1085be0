//! Which checks are run on what, and running them.

use std::collections::VecDeque;
use std::ffi::OsStr;
use std::path::PathBuf;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use anyhow::{Context, Result, bail, ensure};
use ofx_host::{Bundle, PluginId, bundle};

use crate::args::Args;
use crate::check::{self, Check, Of};
use crate::child::{self, Task};
use crate::report::{Answer, Outcome, Report, Subject};

/// A check of something, in its parts.
pub(crate) struct Job {
    check: &'static Check,
    /// The bundle's folder, and the plugin.
    bundle: Bundle,
    plugin: Option<PluginId>,
}

/// All that is to be done, in the order in which it is told.
///
/// # Errors
/// There is nothing to check, or no check of that name.
pub(crate) fn jobs(args: &Args) -> Result<Vec<Job>> {
    for only in &args.only {
        ensure!(
            check::all().any(|check| check.id.starts_with(only.as_str())),
            "there is no check {only:?}; see --list"
        );
    }
    let wanted =
        |check: &&Check| args.only.is_empty() || args.only.iter().any(|only| check.id.starts_with(only.as_str()));
    let checks: Vec<&'static Check> = check::all().filter(wanted).collect();
    let mut jobs = Vec::new();
    for bundle in bundles(&args.bundles)? {
        let plugins = plugins(&bundle)?;
        let named = |plugin: &&PluginId| args.plugin.is_empty() || args.plugin.contains(&plugin.identifier);
        let plugins: Vec<&PluginId> = plugins.iter().filter(named).collect();
        if plugins.is_empty() && !args.plugin.is_empty() {
            continue;
        }
        let job = |check, plugin: Option<&PluginId>| Job { check, bundle: bundle.clone(), plugin: plugin.cloned() };
        jobs.extend(checks.iter().filter(|check| check.of == Of::Binary).map(|check| job(check, None)));
        for plugin in plugins {
            jobs.extend(checks.iter().filter(|check| check.of == Of::Plugin).map(|check| job(check, Some(plugin))));
        }
    }
    if jobs.is_empty() {
        bail!("there is no such plugin in what was given");
    }
    Ok(jobs)
}

fn bundles(paths: &[PathBuf]) -> Result<Vec<Bundle>> {
    let mut all = Vec::new();
    for path in paths {
        match Bundle::open(path) {
            Ok(bundle) => all.push(bundle),
            Err(error) => {
                let inside = if path.is_dir() { bundle::find([path]) } else { Vec::new() };
                ensure!(!inside.is_empty(), "{error}, and there are no bundles in it");
                all.extend(inside);
            }
        }
    }
    Ok(all)
}

/// The plugins of a binary. It is loaded in a process of its own for that.
fn plugins(bundle: &Bundle) -> Result<Vec<PluginId>> {
    let program = std::env::current_exe()?;
    let folder = tempfile::tempdir()?;
    let path = folder.path().join("plugins");
    let task = child::Errand { binary: bundle.binary.clone(), plugins: path.clone() };
    let status = std::process::Command::new(program)
        .args(["validate", "--child", &serde_json::to_string(&task)?])
        .current_dir(folder.path())
        .stdin(std::process::Stdio::null())
        .stdout(std::process::Stdio::null())
        .stderr(std::process::Stdio::null())
        .status()?;
    if !status.success() {
        // The checks of the binary tell what is wrong with it.
        return Ok(Vec::new());
    }
    serde_json::from_slice(&std::fs::read(&path)?).context("the list of plugins cannot be read")
}

/// Does all of it, several things at once, and tells how much is done of how much.
pub(crate) fn carry_out(args: &Args, jobs: Vec<Job>, progress: impl Fn(usize, usize) + Sync) -> Result<Report> {
    let workers = args.jobs.unwrap_or_else(|| std::thread::available_parallelism().map_or(1, usize::from)).max(1);
    let mut answers: Vec<Option<Answer>> = jobs.iter().map(|_| None).collect();
    let queue: Mutex<VecDeque<(&Job, &mut Option<Answer>)>> = Mutex::new(jobs.iter().zip(&mut answers).collect());
    let done = AtomicUsize::new(0);
    let work = || -> Result<()> {
        loop {
            let next = queue.lock().unwrap_or_else(PoisonError::into_inner).pop_front();
            let Some((job, answer)) = next else { return Ok(()) };
            *answer = Some(carry_out_one(args, job)?);
            progress(done.fetch_add(1, Ordering::Relaxed) + 1, jobs.len());
        }
    };
    std::thread::scope(|scope| {
        let workers: Vec<_> = (0..workers).map(|_| scope.spawn(work)).collect();
        workers.into_iter().try_for_each(|worker| worker.join().expect("a worker does not panic"))
    })?;
    let mut report = Report::default();
    for (job, answer) in jobs.iter().zip(answers) {
        let Bundle { root, binary, .. } = &job.bundle;
        // A binary without a bundle has the name of its file.
        let named = if root.extension() == Some(OsStr::new("bundle")) { root } else { binary };
        let name = named.file_name().unwrap_or_default().to_string_lossy().into_owned();
        let (plugin, version) = (&job.plugin, job.plugin.as_ref().map(|plugin| plugin.version));
        let plugin = plugin.as_ref().map(|plugin| plugin.identifier.clone());
        let same = |last: &&mut Subject| (&last.bundle, &last.plugin, last.version) == (&name, &plugin, version);
        let outcome = Outcome { check: job.check.id.to_owned(), answer: answer.unwrap_or_default() };
        match report.subjects.last_mut().filter(same) {
            Some(subject) => subject.outcomes.push(outcome),
            None => report.subjects.push(Subject { bundle: name, plugin, version, outcomes: vec![outcome] }),
        }
    }
    for subject in &mut report.subjects {
        subject.tell_what_does_not_load();
        subject.tell_the_usual_once();
        subject.shorten();
    }
    Ok(report)
}

fn carry_out_one(args: &Args, job: &Job) -> Result<Answer> {
    let task = Task {
        check: job.check.id.to_owned(),
        part: None,
        binary: job.bundle.binary.clone(),
        plugin: job.plugin.clone(),
        seed: args.seed,
        notes: PathBuf::new(),
    };
    let timeout = Duration::from_secs(args.timeout);
    let parts = (job.check.parts)();
    let Some((first, rest)) = parts.split_first() else { return child::run(job.check, &task, timeout) };
    let run = |part: &String| child::run(job.check, &Task { part: Some(part.clone()), ..task.clone() }, timeout);
    let mut answer = run(first)?;
    for part in rest {
        answer.join(run(part)?);
    }
    Ok(answer)
}
