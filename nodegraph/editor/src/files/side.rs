//! Side files: what is not saved, written now and then in case the program ends without a word.
//!
//! That of `cat.dragfx` is `cat.dragfx~`, beside it; those of documents without a name lie in the editor's folder. A lock there
//! says whose they are: it ends with its process, whatever ends that, so that a side file without one is to be recovered.

use std::fs::{File, OpenOptions, TryLockError};
use std::io::{Read as _, Seek as _, Write as _};
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::{SystemTime, UNIX_EPOCH};

/// What a lock's file holds while its window computes.
const COMPUTING: &str = "computing";

/// Where a window writes what is not saved.
#[derive(Clone, Debug, Default)]
pub(crate) struct Side {
    /// The side file, which need not be there; none if this window must not write one.
    pub(crate) file: Option<PathBuf>,
    /// Whether another window has the same document.
    pub(crate) is_others: bool,
    /// Whether the last window that had this document ended without a word while it computed.
    pub(crate) ended_computing: bool,
    lock: Option<Arc<Lock>>,
}

/// A file that is locked as long as this lives.
#[derive(Debug)]
struct Lock {
    file: File,
    path: PathBuf,
}

impl Side {
    /// That of the document in a file. `state` is the editor's folder.
    pub(crate) fn of_file(path: &Path, state: Option<&Path>) -> Self {
        let mut name = path.as_os_str().to_owned();
        name.push("~");
        let whole = path.canonicalize().unwrap_or_else(|_| path.to_owned());
        let key = blake3::hash(whole.as_os_str().as_encoded_bytes()).to_hex();
        Self { file: Some(name.into()), ..Self::default() }.locked(state, &key)
    }

    /// That of a new document.
    pub(crate) fn of_new(state: Option<&Path>) -> Self {
        let Some(state) = state else { return Self::default() };
        let time = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default().as_nanos();
        let key = format!("{:x}-{time:x}", std::process::id());
        Self { file: Some(unnamed(state).join(format!("{key}.dragfx~"))), ..Self::default() }.locked(Some(state), &key)
    }

    /// The newest side file of a document without a name whose window is gone.
    pub(crate) fn left_behind(state: &Path) -> Option<Self> {
        let entries = std::fs::read_dir(unnamed(state)).ok()?;
        let files = entries.filter_map(|entry| Some(entry.ok()?.path()));
        let mut files: Vec<_> = files.filter_map(|file| Some((modified(&file)?, file))).collect();
        files.sort();
        let side = |file: PathBuf| {
            let key = file.file_name()?.to_str()?.strip_suffix(".dragfx~")?.to_owned();
            let side = Self { file: Some(file), ..Self::default() }.locked(Some(state), &key);
            side.file.is_some().then_some(side)
        };
        files.into_iter().rev().find_map(|(_, file)| side(file))
    }

    /// Whether the document is known to be this window's.
    pub(crate) fn is_locked(&self) -> bool {
        self.lock.is_some()
    }

    /// Notes whether the window computes.
    pub(crate) fn note(&self, is_computing: bool) {
        if let Some(lock) = &self.lock {
            // It only makes the next start more careful: that it cannot be written is no reason to say anything.
            let _ = lock.write(if is_computing { COMPUTING } else { "" });
        }
    }

    /// The same, unless another window has it.
    fn locked(self, state: Option<&Path>, key: &str) -> Self {
        let Some(state) = state else { return self };
        match Lock::take(&state.join("locks").join(key)) {
            Ok((lock, text)) => Self { lock: Some(lock.into()), ended_computing: text == COMPUTING, ..self },
            Err(TryLockError::WouldBlock) => Self { file: None, is_others: true, ..self },
            // Without a place for locks there still are side files.
            Err(TryLockError::Error(_)) => self,
        }
    }
}

impl Lock {
    /// Locks a file, and tells what was in it.
    fn take(path: &Path) -> Result<(Self, String), TryLockError> {
        let open = || {
            std::fs::create_dir_all(path.parent().unwrap_or(path))?;
            OpenOptions::new().read(true).write(true).create(true).truncate(false).open(path)
        };
        let mut file = open().map_err(TryLockError::Error)?;
        file.try_lock()?;
        let mut text = String::new();
        let lock = |file| Self { file, path: path.to_owned() };
        match file.read_to_string(&mut text).and_then(|_| file.set_len(0)) {
            Ok(()) => Ok((lock(file), text)),
            Err(error) => Err(TryLockError::Error(error)),
        }
    }

    fn write(&self, text: &str) -> std::io::Result<()> {
        let mut file = &self.file;
        file.set_len(0)?;
        file.rewind()?;
        file.write_all(text.as_bytes())
    }
}

impl Drop for Lock {
    fn drop(&mut self) {
        // Left behind, it is an empty file that nobody has locked.
        let _ = std::fs::remove_file(&self.path);
    }
}

/// When a file was written.
pub(crate) fn modified(path: &Path) -> Option<SystemTime> {
    std::fs::metadata(path).ok()?.modified().ok()
}

/// The folder of side files of documents without a name.
fn unnamed(state: &Path) -> PathBuf {
    state.join("unsaved")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_document_belongs_to_one_window_as_long_as_that_lives() {
        let folder = tempfile::tempdir().expect("a folder");
        let (path, state) = (folder.path().join("a.dragfx"), folder.path().join("state"));
        let first = Side::of_file(&path, Some(&state));
        assert_eq!(first.file, Some(folder.path().join("a.dragfx~")));
        let second = Side::of_file(&path, Some(&state));
        assert!(second.is_others && second.file.is_none());
        assert!(!Side::of_file(&folder.path().join("b.dragfx"), Some(&state)).is_others);
        drop(first);
        assert!(!Side::of_file(&path, Some(&state)).is_others);
        assert!(Side::of_file(&path, None).file.is_some(), "without the editor's folder there are no locks");
    }

    #[test]
    fn what_has_no_name_is_found_when_its_window_is_gone() {
        let folder = tempfile::tempdir().expect("a folder");
        assert!(Side::left_behind(folder.path()).is_none());
        let side = Side::of_new(Some(folder.path()));
        let file = side.file.clone().expect("a side file");
        std::fs::create_dir_all(file.parent().expect("a folder")).expect("a folder");
        std::fs::write(&file, "{}").expect("the side file");
        assert!(Side::left_behind(folder.path()).is_none(), "its window is there");
        side.note(true);
        // As if the process were killed: the lock is gone, its file is not.
        let lock = side.lock.expect("a lock");
        lock.file.unlock().expect("it is ours");
        let found = Side::left_behind(folder.path()).expect("the side file is there");
        assert_eq!(found.file, Some(file));
        assert!(found.ended_computing);
    }
}
