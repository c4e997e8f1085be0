//! Files that appear under their name only when they are whole, and their hashes.

use std::fs::File;
use std::io::{self, BufWriter};
use std::path::Path;

/// Writes the file `path`, and the folder it lies in: where anything fails, what was there before stays.
///
/// Until it is whole it is called `.saving-*.part` in the same folder, and a process that is killed leaves that behind.
///
/// # Errors
/// Those of `write`, and of the file system.
pub fn replace<E: From<io::Error>>(
    path: &Path,
    write: impl FnOnce(&mut BufWriter<&File>) -> Result<(), E>,
) -> Result<(), E> {
    let folder = path.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or(Path::new("."));
    std::fs::create_dir_all(folder)?;
    let mut draft = tempfile::Builder::new();
    draft.prefix(".saving-").suffix(".part");
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt;
        // Temporary files are for their owner alone; this one becomes an ordinary file, less the process's mask.
        draft.permissions(std::fs::Permissions::from_mode(0o666));
    }
    // Nobody knows the draft's name: an error tells what went wrong, and the caller which file was to be written.
    let draft = draft.tempfile_in(folder).map_err(|error| io::Error::from(error.kind()))?;
    let mut out = BufWriter::with_capacity(1 << 16, draft.as_file());
    write(&mut out)?;
    out.into_inner().map_err(io::IntoInnerError::into_error)?.sync_all()?;
    draft.persist(path).map_err(|error| error.error)?;
    Ok(())
}

/// The BLAKE3 hash of a file.
///
/// # Errors
/// If it cannot be read.
pub fn hash(path: &Path) -> io::Result<blake3::Hash> {
    Ok(blake3::Hasher::new().update_reader(File::open(path)?)?.finalize())
}
