//! `cargo xtask test`: runs every check, whatever the earlier ones said, and sums up.

use std::time::Instant;

use anyhow::{Result, bail};

use crate::checks;

/// What a check says beside its success: lines to repeat at the end.
pub(crate) type Notes = Vec<String>;

/// A check: its name, whether `--fast` runs it, and what it does.
pub(crate) struct Check {
    pub(crate) name: &'static str,
    pub(crate) fast: bool,
    pub(crate) run: fn(&mut Notes) -> Result<()>,
}

/// Runs the checks and prints the summary; an error if any failed.
pub(crate) fn run(fast: bool) -> Result<()> {
    let mut rows = Vec::new();
    let mut notes = Notes::new();
    for check in checks::ALL.iter().filter(|check| check.fast || !fast) {
        println!("\n=== {} ===", check.name);
        let start = Instant::now();
        let result = (check.run)(&mut notes);
        if let Err(error) = &result {
            println!("failed: {error:#}");
        }
        rows.push((check.name, result.is_ok(), start.elapsed().as_secs_f64()));
    }

    println!("\n=== summary ===");
    for (name, ok, seconds) in &rows {
        println!("{name:<24} {:<6} {seconds:>7.1} s", if *ok { "ok" } else { "FAILED" });
    }
    for note in &notes {
        println!("{note}");
    }
    let failed: Vec<&str> = rows.iter().filter(|(_, ok, _)| !ok).map(|&(name, ..)| name).collect();
    if !failed.is_empty() {
        bail!("{} of {} checks failed: {}", failed.len(), rows.len(), failed.join(", "));
    }
    println!("all {} checks passed", rows.len());
    Ok(())
}
