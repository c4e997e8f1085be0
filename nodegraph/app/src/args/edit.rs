//! The options of `dragfx edit`.

use std::path::PathBuf;

use clap::Args;

use super::{CacheArgs, DeviceArgs};

/// See [`crate::commands::edit`].
#[derive(Debug, Args)]
pub(crate) struct EditArgs {
    /// What to open: a .dragfx file, or a PNG or EXR that one travels in. By default a picture that is ready to be dragged.
    pub(crate) file: Option<PathBuf>,
    /// Compute nothing until asked to: for a preset that somebody else made, or one that does not let the editor start.
    #[arg(long)]
    pub(crate) safe_mode: bool,
    /// Print all keys and what the mouse does, as Markdown, and open nothing.
    #[arg(long, conflicts_with = "file")]
    pub(crate) keys: bool,
    #[command(flatten)]
    pub(crate) on: DeviceArgs,
    #[command(flatten)]
    pub(crate) cache: CacheArgs,
}
