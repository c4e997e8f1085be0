//! `dragfx doctor`.

use anyhow::Result;

use crate::args::DoctorArgs;
use crate::open;

/// Tells what is found on this machine.
pub(crate) fn run(args: &DoctorArgs) -> Result<()> {
    let root = open::cache_root(&args.cache)?;
    let models = std::fs::read_dir(root.join("models")).map_or(0, |entries| entries.flatten().count());
    println!("DragFX {}", env!("CARGO_PKG_VERSION"));
    println!("cache: {} ({models} imported models)", root.display());
    println!("{}", dragfx_runtime::doctor()?);
    Ok(())
}
