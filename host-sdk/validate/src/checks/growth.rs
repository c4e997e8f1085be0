//! Whether a plugin needs more and more memory.

use ofx_host::HostSettings;

use crate::bench::Bench;
use crate::check::{Check, Stop};
use crate::subject::{Setup, plain};

pub(crate) const CHECKS: &[Check] = &[Check::new(
    "growth.cycles",
    "Fifty times loading, describing, creating, rendering and unloading need no more memory than the first ones.",
    "ofxCore.h: kOfxActionUnload gives back what was taken in kOfxActionLoad",
    cycles,
)];

/// Cycles before memory is looked at: allocators and linkers take some at first and keep it.
const WARM: usize = 10;
const CYCLES: usize = 50;
/// What a cycle may need, on the average: allocators lose some pages, and linkers some for each time a binary is loaded.
const ALLOWED: usize = 32 * 1024;

fn cycles(bench: &Bench) -> Result<(), Stop> {
    if resident().is_none() {
        return Err(Stop::Skip("this system does not tell how much memory a process has".to_owned()));
    }
    let mut before = 0;
    for cycle in 0..WARM + CYCLES {
        if cycle == WARM {
            before = resident().unwrap_or(0);
        }
        bench.doing(format_args!("cycle {cycle}"));
        let plugin = bench.load_in(&bench.library(HostSettings::default())?)?;
        drop(bench.working_instance(&plugin, &Setup::default())?);
        let (subject, _) = bench.working_instance(&plugin, &Setup::default())?;
        let _ = subject.instance.render(&plain(1.0));
    }
    let grown = resident().unwrap_or(0).saturating_sub(before);
    if grown > ALLOWED * CYCLES {
        bench.warn(format_args!(
            "{CYCLES} cycles needed {} KiB more, {} KiB each",
            grown / 1024,
            grown / 1024 / CYCLES
        ));
    }
    Ok(())
}

/// The bytes of memory that the process has, where the system tells it.
fn resident() -> Option<usize> {
    /// What the kernel counts in; on machines with other pages the number is too small, which hides and never invents.
    const PAGE: usize = 4096;
    let text = std::fs::read_to_string("/proc/self/statm").ok()?;
    Some(text.split(' ').nth(1)?.parse::<usize>().ok()? * PAGE)
}
