//! A conformance check for OpenFX plugins.
//!
//! [`CHECKS`](check::CHECKS) is the list of what is checked. [`run`] is the command: it goes through the plugins of some
//! bundles and runs each check in a process of its own, which is the same program with [`Args::child`] set. A plugin that
//! crashes or never comes back is thereby a result like any other.

pub mod args;
mod bench;
pub mod check;
mod checks;
mod child;
mod dice;
mod notes;
mod pattern;
mod plan;
mod report;
mod subject;

use std::io::Write;
use std::process::ExitCode;

use anyhow::Result;

pub use args::Args;
pub use report::{Answer, Finding, Outcome, Report, Severity, Subject, Verdict};

/// Does what the command line asks for: 0 if all is well, 1 if a check failed, 2 if there is nothing to check. After each
/// check it says, from any thread, how many are done of how many.
///
/// # Errors
/// Output that cannot be written; processes that cannot be started.
pub fn run(args: &Args, output: &mut impl Write, progress: impl Fn(usize, usize) + Sync) -> Result<ExitCode> {
    if let Some(child) = &args.child {
        child::answer(child)?;
        return Ok(ExitCode::SUCCESS);
    }
    if args.list {
        write!(output, "{}", if args.markdown { check::markdown() } else { check::list() })?;
        return Ok(ExitCode::SUCCESS);
    }
    let jobs = match plan::jobs(args) {
        Ok(jobs) => jobs,
        Err(error) => {
            writeln!(output, "{error:#}")?;
            return Ok(ExitCode::from(2));
        }
    };
    let report = plan::carry_out(args, jobs, progress)?;
    write!(
        output,
        "{}",
        match () {
            () if args.json => report.json()?,
            () if args.markdown => report.markdown(),
            () => report.text(),
        }
    )?;
    Ok(if report.is_well(args.strict) { ExitCode::SUCCESS } else { ExitCode::from(1) })
}
