//! Output files.

use std::fs::File;
use std::io::BufWriter;
use std::path::Path;

use anyhow::{Context, Result};
use dragfx_export::file::replace;

/// Writes a file and the folder it lies in: it is there whole, or as it was.
pub(crate) fn file(path: &Path, write: impl FnOnce(&mut BufWriter<&File>) -> Result<()>) -> Result<()> {
    replace(path, write).with_context(|| format!("can't write {}", path.display()))
}
