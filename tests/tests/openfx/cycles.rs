//! Loading, using and unloading again and again.

use std::fs;

use ofx_host::{Context, Host, HostSettings, Library, RenderRequest};

use crate::bundle::{bundle, generator, small_model};

const CYCLES: usize = 200;
/// What the allocator may keep for itself.
const ALLOWED_GROWTH: u64 = 24 << 20;

#[test]
fn two_hundred_cycles_leave_nothing_behind() {
    let mut after_the_first = 0;
    for cycle in 0..CYCLES {
        let library = Library::open(&Host::new(HostSettings::default()), bundle()).expect("a library");
        let plugin = library.plugin("org.dragfx.drag").expect("a plugin");
        for context in [Context::Generator, Context::Filter, Context::General] {
            plugin.describe(context).expect("a description");
        }
        let instance = generator(&plugin);
        instance.set("model", small_model()).expect("a path");
        instance.render(&RenderRequest::at(1.0)).expect("a picture");
        if cycle == CYCLES / 4 {
            after_the_first = resident();
        }
    }
    let grown = resident().saturating_sub(after_the_first);
    assert!(grown < ALLOWED_GROWTH, "{} KiB more after {CYCLES} cycles", grown >> 10);
}

/// Bytes of this process in memory; nothing where the system does not tell.
fn resident() -> u64 {
    let status = fs::read_to_string("/proc/self/status").unwrap_or_default();
    let line = status.lines().find_map(|line| line.strip_prefix("VmRSS:")).unwrap_or_default();
    line.split_whitespace().next().and_then(|number| number.parse::<u64>().ok()).unwrap_or(0) << 10
}
