//! Documents that were open lately.

use std::io::Write as _;
use std::path::{Path, PathBuf};

use dragfx_export::file::replace;

/// How many are remembered.
const MOST: usize = 10;

/// A document that was open.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Recent {
    /// Its file.
    pub(crate) path: PathBuf,
    /// Whether it is still there.
    pub(crate) is_there: bool,
}

/// The list in the editor's folder, the last one first.
pub(crate) fn read(state: &Path) -> Vec<Recent> {
    // A list that cannot be read is one to begin anew.
    let paths = std::fs::read(file(state)).ok().and_then(|bytes| serde_json::from_slice::<Vec<PathBuf>>(&bytes).ok());
    paths.unwrap_or_default().into_iter().map(|path| Recent { is_there: path.exists(), path }).collect()
}

/// Puts a document at the beginning of the list. Other windows may have changed it since it was read.
pub(crate) fn add(state: &Path, path: &Path) -> Vec<Recent> {
    let path = std::path::absolute(path).unwrap_or_else(|_| path.to_owned());
    let others = read(state).into_iter().filter(|other| other.path != path);
    let recent: Vec<Recent> =
        [Recent { path: path.clone(), is_there: true }].into_iter().chain(others).take(MOST).collect();
    let paths: Vec<&Path> = recent.iter().map(|recent| &*recent.path).collect();
    if let Ok(text) = serde_json::to_vec_pretty(&paths) {
        // What cannot be remembered is no reason to disturb anybody.
        let _: std::io::Result<()> = replace(&file(state), |to| to.write_all(&text));
    }
    recent
}

fn file(state: &Path) -> PathBuf {
    state.join("recent.json")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_last_ones_are_kept_once_each() {
        let folder = tempfile::tempdir().expect("a folder");
        let state = folder.path().join("state");
        assert_eq!(read(&state), []);
        for index in 0..12 {
            add(&state, &folder.path().join(format!("{index}.dragfx")));
        }
        std::fs::write(folder.path().join("5.dragfx"), "").expect("a file");
        add(&state, &folder.path().join("5.dragfx"));
        let recent = read(&state);
        let names: Vec<_> =
            recent.iter().map(|recent| recent.path.file_stem().and_then(|stem| stem.to_str())).collect();
        assert_eq!(names, ["5", "11", "10", "9", "8", "7", "6", "4", "3", "2"].map(Some));
        assert_eq!(
            recent.iter().map(|recent| recent.is_there).collect::<Vec<_>>(),
            [[true].as_slice(), &[false; 9]].concat()
        );
        std::fs::write(file(&state), "[1").expect("a file");
        assert_eq!(read(&state), []);
    }
}
