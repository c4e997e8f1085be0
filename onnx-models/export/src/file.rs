//! Files that appear under their name only when they are whole.

use std::fs::File;
use std::io::{self, BufWriter};
use std::path::Path;

/// Writes the file `path`, whose folder exists: where anything fails, what was there before stays.
///
/// # Errors
/// Those of `write`, and of the file system.
pub fn replace<E: From<io::Error>>(
    path: &Path,
    write: impl FnOnce(&mut BufWriter<&File>) -> Result<(), E>,
) -> Result<(), E> {
    let folder = path.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or(Path::new("."));
    let mut draft = tempfile::Builder::new();
    draft.prefix(".saving-");
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt;
        // Temporary files are for their owner alone; this one becomes an ordinary file, less the process's mask.
        draft.permissions(std::fs::Permissions::from_mode(0o666));
    }
    let draft = draft.tempfile_in(folder)?;
    let mut out = BufWriter::with_capacity(1 << 16, draft.as_file());
    write(&mut out)?;
    out.into_inner().map_err(io::IntoInnerError::into_error)?.sync_all()?;
    draft.persist(path).map_err(|error| error.error)?;
    Ok(())
}
