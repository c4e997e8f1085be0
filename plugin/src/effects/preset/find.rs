//! Where presets lie that are effects of their own, and what they are called.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

use dragfx_graph::preset::EXTENSION;

use crate::bundle;

/// Folders of presets beside the bundle's own, separated as in `PATH`.
const VARIABLE: &str = "DRAGFX_PRESET_PATH";

/// The folders of presets, in order.
pub(in crate::effects) fn folders() -> Vec<PathBuf> {
    let own = bundle::resources().map(|resources| resources.join("presets"));
    let named = std::env::var_os(VARIABLE).unwrap_or_default();
    let named = std::env::split_paths(&named).filter(|path| !path.as_os_str().is_empty());
    own.into_iter().chain(named).collect()
}

/// The presets in some folders, each with a name that no other one has: small letters, digits and `_`. A file of a later
/// folder whose name is taken gets a number.
pub(super) fn presets(folders: &[PathBuf]) -> Vec<(String, PathBuf)> {
    let mut taken = BTreeSet::new();
    let mut presets = Vec::new();
    for path in folders.iter().flat_map(|folder| files(folder)) {
        let slug = slug(&path.file_stem().unwrap_or_default().to_string_lossy());
        let numbered = (2_u32..).map(|number| format!("{slug}_{number}"));
        let free = std::iter::once(slug.clone()).chain(numbered).find(|slug| taken.insert(slug.clone()));
        presets.extend(free.map(|slug| (slug, path)));
    }
    presets
}

/// The presets of a folder, by their names, so that numbers do not depend on the file system.
fn files(folder: &Path) -> Vec<PathBuf> {
    let entries = std::fs::read_dir(folder).into_iter().flatten().filter_map(|entry| Some(entry.ok()?.path()));
    let is_preset = |path: &PathBuf| path.extension().is_some_and(|extension| extension == EXTENSION) && path.is_file();
    let mut files: Vec<PathBuf> = entries.filter(is_preset).collect();
    files.sort();
    files
}

/// A file's name as a part of an identifier.
fn slug(name: &str) -> String {
    let slug = name.to_lowercase().replace(|c: char| !c.is_ascii_alphanumeric(), "_");
    if slug.is_empty() { "preset".to_owned() } else { slug }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_preset_has_a_name_of_its_own() {
        let folder = tempfile::tempdir().expect("a folder");
        let (first, second) = (folder.path().join("1"), folder.path().join("2"));
        for (folder, names) in
            [(&first, ["One drag.dragfx", "one-drag.dragfx"]), (&second, ["ONE_drag.dragfx", "note.txt"])]
        {
            std::fs::create_dir(folder).expect("a folder");
            names.iter().for_each(|name| std::fs::write(folder.join(name), "").expect("a file"));
        }
        let found = presets(&[first.clone(), folder.path().join("missing"), second.clone()]);
        let expected = [
            ("one_drag".to_owned(), first.join("One drag.dragfx")),
            ("one_drag_2".to_owned(), first.join("one-drag.dragfx")),
            ("one_drag_3".to_owned(), second.join("ONE_drag.dragfx")),
        ];
        assert_eq!(found, expected);
    }
}
