//! Trajectories on the disk: the one kind of result that takes long to compute and little room.

use std::fs;
use std::io::Write as _;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::SystemTime;

use super::fingerprint::Fingerprint;
use crate::value::{Trajectory, Value};

/// A folder of trajectories, each under its fingerprint.
#[derive(Clone, Debug)]
pub(crate) struct DiskCache {
    folder: PathBuf,
    limit: u64,
}

/// How a file begins: what it is, and the version of its form.
const MAGIC: &[u8; 8] = b"dfxtraj1";
/// Bytes of files unless told otherwise: some 500 drags of 300 steps.
const LIMIT: u64 = 2 << 30;
/// Largest file that is read.
const MOST: u64 = 1 << 30;

impl DiskCache {
    /// Keeps trajectories in `folder`, which is made when the first one comes.
    pub(crate) fn new(folder: PathBuf) -> Self {
        Self { folder, limit: LIMIT }
    }

    /// The trajectory of that fingerprint. A file that is damaged, or that another version wrote, counts as none.
    pub(crate) fn get(&self, fingerprint: &Fingerprint) -> Option<Value> {
        let path = self.path(fingerprint);
        let size = fs::metadata(&path).ok()?.len();
        let bytes = (size <= MOST).then(|| fs::read(&path).ok())??;
        let (hash, content) = bytes.strip_prefix(MAGIC)?.split_at_checked(32)?;
        if blake3::hash(content).as_bytes() != hash {
            return None;
        }
        let trajectory: Trajectory = rmp_serde::from_slice(content).ok()?;
        // What was used last goes last.
        let _ = fs::File::options().append(true).open(&path).and_then(|file| file.set_modified(SystemTime::now()));
        Some(Value::Trajectory(Arc::new(trajectory)))
    }

    /// Keeps a trajectory. The cache only saves time: where it cannot be written, nothing is said.
    pub(crate) fn put(&self, fingerprint: &Fingerprint, trajectory: &Trajectory) {
        let Ok(content) = rmp_serde::to_vec_named(trajectory) else { return };
        if content.len() as u64 > MOST {
            return;
        }
        let written = dragfx_export::file::replace(&self.path(fingerprint), |to| {
            to.write_all(MAGIC)?;
            to.write_all(blake3::hash(&content).as_bytes())?;
            to.write_all(&content)
        });
        if written.is_ok() {
            self.trim();
        }
    }

    fn path(&self, fingerprint: &Fingerprint) -> PathBuf {
        self.folder.join(format!("{fingerprint}.trajectory"))
    }

    /// Removes what was not used for longest until the rest has room.
    fn trim(&self) {
        let mut files = files(&self.folder);
        files.sort_by_key(|(used, ..)| *used);
        let mut bytes: u64 = files.iter().map(|(_, size, _)| size).sum();
        for (_, size, path) in files {
            if bytes <= self.limit {
                break;
            }
            if fs::remove_file(path).is_ok() {
                bytes -= size;
            }
        }
    }
}

/// The trajectories in a folder, and what killed saves have left: last use, size, path.
fn files(folder: &Path) -> Vec<(SystemTime, u64, PathBuf)> {
    let entries = fs::read_dir(folder).into_iter().flatten().flatten();
    let ours = |path: &Path| path.extension().is_some_and(|ending| ending == "trajectory" || ending == "part");
    let ours = entries.filter(|entry| ours(&entry.path()));
    let facts = ours.filter_map(|entry| {
        let data = entry.metadata().ok()?;
        Some((data.modified().ok()?, data.len(), entry.path()))
    });
    facts.collect()
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::*;

    #[test]
    fn what_was_used_last_stays() {
        let folder = tempfile::tempdir().expect("a folder");
        let names = ["a.trajectory", "b.trajectory", ".saving-x.part", "mine.txt", "c.trajectory"];
        for (age, name) in names.iter().rev().enumerate() {
            let path = folder.path().join(name);
            fs::write(&path, [0; 10]).expect("a file");
            let used = SystemTime::now() - Duration::from_secs(age as u64 * 100);
            fs::File::options().append(true).open(&path).and_then(|file| file.set_modified(used)).expect("a time");
        }
        DiskCache { folder: folder.path().to_owned(), limit: 20 }.trim();
        let mut left: Vec<_> =
            fs::read_dir(folder.path()).expect("a folder").map(|e| e.expect("a file").file_name()).collect();
        left.sort();
        assert_eq!(left, [".saving-x.part", "c.trajectory", "mine.txt"], "what is not ours does not count, and stays");
    }
}
