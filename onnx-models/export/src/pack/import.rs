//! From a checkpoint file to a pack folder: cached by content, atomic, safe when several processes import at once.

use std::fs;
use std::path::{Path, PathBuf};
use std::time::Duration;

use super::manifest::{EXPORTER, MANIFEST, Manifest, PACK_FORMAT, SourceInfo};
use super::{PackError, write};
use crate::checkpoint::Checkpoint;

/// How the names of folders begin that are being written.
const DRAFT: &str = ".dragfx-importing-";
/// A draft this old belongs to no import that still runs: the largest takes seconds.
const ABANDONED: Duration = Duration::from_secs(3600);

/// What an import is doing.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Progress {
    /// The checkpoint is being hashed.
    Hashing,
    /// The weights are being written: the part done, 0 to 1.
    Writing(f32),
}

/// Whether `path` is a model pack's folder.
#[must_use]
pub fn is_pack(path: &Path) -> bool {
    path.join(MANIFEST).is_file()
}

/// The folder, below the cache folder `root`, of the pack that this version makes of a checkpoint with this hash.
#[must_use]
pub fn cache_folder(root: &Path, hash: &blake3::Hash) -> PathBuf {
    root.join("models").join(format!("{}-v{PACK_FORMAT}-{EXPORTER}", &hash.to_hex()[..32]))
}

/// The pack of a checkpoint in the cache below `root`, written there first if it is not there yet.
///
/// # Errors
/// See [`PackError`].
pub fn import_cached(file: &Path, root: &Path, progress: &mut dyn FnMut(Progress)) -> Result<PathBuf, PackError> {
    progress(Progress::Hashing);
    let checkpoint = Checkpoint::open(file)?;
    let hash = checkpoint.blake3()?;
    let folder = cache_folder(root, &hash);
    // The cache is ours: what killed imports left is removed, and a damaged pack is made anew.
    remove_abandoned(&root.join("models"));
    if is_pack(&folder) && Manifest::read(&folder).is_err() {
        fs::remove_dir_all(&folder).map_err(|error| PackError::io(&folder, error))?;
    }
    place(&checkpoint, file, &hash, &folder, progress)?;
    Ok(folder)
}

/// Writes the pack of a checkpoint into `folder`; nothing happens if it is there already.
///
/// # Errors
/// See [`PackError`]; [`PackError::Occupied`] if the folder holds anything else.
pub fn import(file: &Path, folder: &Path, progress: &mut dyn FnMut(Progress)) -> Result<(), PackError> {
    progress(Progress::Hashing);
    let checkpoint = Checkpoint::open(file)?;
    let hash = checkpoint.blake3()?;
    place(&checkpoint, file, &hash, folder, progress)
}

fn place(
    checkpoint: &Checkpoint,
    file: &Path,
    hash: &blake3::Hash,
    folder: &Path,
    progress: &mut dyn FnMut(Progress),
) -> Result<(), PackError> {
    let hash = hash.to_hex().to_string();
    if holds(folder, &hash)? {
        return Ok(());
    }
    let parent = match folder.parent() {
        Some(parent) if !parent.as_os_str().is_empty() => parent,
        _ => Path::new("."),
    };
    fs::create_dir_all(parent).map_err(|error| PackError::io(parent, error))?;
    // Written beside its place and moved there whole: a reader sees all of it or nothing. The draft removes itself,
    // with what is left in it. It is for its owner alone, so the pack is an ordinary folder inside.
    let draft = tempfile::Builder::new().prefix(DRAFT).tempdir_in(parent);
    let draft = draft.map_err(|error| PackError::io(parent, error))?;
    let pack = draft.path().join("pack");
    fs::create_dir(&pack).map_err(|error| PackError::io(&pack, error))?;
    let source = SourceInfo {
        name: file.file_name().map(|n| n.to_string_lossy().into_owned()).unwrap_or_default(),
        blake3: hash.clone(),
        format: checkpoint.format().to_string(),
        network: checkpoint.network().to_owned(),
    };
    let mut read = |name: &str| Ok(checkpoint.read(name)?.into_raw_vec_and_offset().0);
    let mut part = |done| progress(Progress::Writing(done));
    write(&pack, checkpoint.generator(), source, &mut read, &mut part)?;
    match fs::rename(&pack, folder) {
        Ok(()) => Ok(()),
        // Another process was first; what it wrote is the same.
        Err(_) if holds(folder, &hash)? => Ok(()),
        Err(error) => Err(PackError::io(folder, error)),
    }
}

/// Whether `folder` holds the whole pack of the checkpoint with this hash; an error if it holds anything else.
fn holds(folder: &Path, hash: &str) -> Result<bool, PackError> {
    let occupied = || PackError::Occupied { path: folder.to_owned() };
    if is_pack(folder) {
        return if Manifest::read(folder)?.source.blake3 == hash { Ok(true) } else { Err(occupied()) };
    }
    if fs::read_dir(folder).is_ok_and(|mut entries| entries.next().is_some()) { Err(occupied()) } else { Ok(false) }
}

/// Removes what imports left behind that were killed. Nothing depends on it, so nothing is said where it fails.
fn remove_abandoned(parent: &Path) {
    let Ok(entries) = fs::read_dir(parent) else { return };
    for entry in entries.flatten().filter(|entry| entry.file_name().to_string_lossy().starts_with(DRAFT)) {
        let age = entry.metadata().and_then(|data| data.modified()).map(|time| time.elapsed().unwrap_or_default());
        if age.is_ok_and(|age| age > ABANDONED) {
            let _ = fs::remove_dir_all(entry.path());
        }
    }
}
