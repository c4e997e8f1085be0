//! Hashes of files, read once for as long as a file stays the same.

use std::collections::HashMap;
use std::path::{Path, PathBuf};
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::SystemTime;

/// Hashes by path. A file counts as the same as long as its size and its time of change stay.
#[derive(Debug, Default)]
pub(crate) struct FileHashes(Mutex<HashMap<PathBuf, Known>>);

/// Size, time of change, and hash of a file.
type Known = (u64, Option<SystemTime>, String);

impl FileHashes {
    /// The BLAKE3 hash of a file, hexadecimal; `None` where there is no file that can be read.
    pub(crate) fn of(&self, path: &Path) -> Option<String> {
        let data = std::fs::metadata(path).ok().filter(std::fs::Metadata::is_file)?;
        let (size, changed) = (data.len(), data.modified().ok());
        if let Some((old_size, old_changed, hash)) = lock(&self.0).get(path)
            && (*old_size, *old_changed) == (size, changed)
        {
            return Some(hash.clone());
        }
        let hash = dragfx_export::file::hash(path).ok()?.to_hex().to_string();
        lock(&self.0).insert(path.to_owned(), (size, changed, hash.clone()));
        Some(hash)
    }
}

/// Locks what stays whole whoever panicked while it was locked.
pub(crate) fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}
