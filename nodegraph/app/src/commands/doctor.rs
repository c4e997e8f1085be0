//! `dragfx doctor`.

use anyhow::Result;
use dragfx_export::pack::is_pack;

use crate::args::DoctorArgs;
use crate::{open, print};

/// Tells what is found on this machine.
pub(crate) fn run(args: &DoctorArgs) -> Result<()> {
    let root = open::cache_root(&args.cache)?;
    let models = std::fs::read_dir(root.join("models"))
        .map_or(0, |entries| entries.flatten().filter(|entry| is_pack(&entry.path())).count());
    print::line(format_args!("DragFX {}", env!("CARGO_PKG_VERSION")))?;
    print::line(format_args!("cache: {} ({models} imported models)", root.display()))?;
    print::line(dragfx_runtime::doctor()?)?;
    Ok(())
}
