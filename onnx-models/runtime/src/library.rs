//! Finding the ONNX Runtime library.
//!
//! In order: the file that the variable `ORT_DYLIB_PATH` names; the folders given to
//! [`EnvironmentOptions`](crate::EnvironmentOptions) (a plugin gives its own); the executable's folder; `dragfx/onnxruntime` in the user's
//! data and cache folders; and, for developer builds, `target/onnxruntime` of a checkout above the executable. Never
//! by a bare name: inside a host application that would pick up the host's own copy.

use std::env;
use std::ffi::OsStr;
use std::fs;
use std::path::{Path, PathBuf};

use crate::{Result, RuntimeError};

/// The variable that names the library, or a folder that holds it.
pub const VARIABLE: &str = "ORT_DYLIB_PATH";

/// What to do when the library is missing.
pub(crate) const HELP: &str = "\
To get it, in a checkout of DragFX: `cargo xtask setup`.
Elsewhere: `python3 -m pip install onnxruntime==1.31.1` (or onnxruntime-gpu for CUDA, onnxruntime-directml on Windows),
then set ORT_DYLIB_PATH to the library in its folder onnxruntime/capi, or copy that folder's libraries into one of the
folders above.";

/// The ONNX Runtime library in use.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Library {
    /// The file, as an absolute path.
    pub path: PathBuf,
    /// Its version where that can be told: from the file's name or from a `VERSION` file beside it.
    pub version: Option<String>,
}

/// Finds the library. `folders` come directly after the variable.
pub fn find(folders: &[PathBuf]) -> Result<Library> {
    let variable = env::var_os(VARIABLE).filter(|value| !value.is_empty());
    let executable = env::current_exe().ok();
    let mut searched = folders.to_vec();
    searched.extend(standard_folders(executable.as_deref(), &user_folders()));
    find_in(variable.as_deref(), &searched)
}

fn find_in(variable: Option<&OsStr>, folders: &[PathBuf]) -> Result<Library> {
    if let Some(value) = variable {
        let named = PathBuf::from(value);
        let path = if named.is_dir() { library_in(&named) } else { named.is_file().then(|| named.clone()) };
        return path.map(describe).ok_or(RuntimeError::LibraryPathWrong { path: named });
    }
    folders
        .iter()
        .find_map(|folder| library_in(folder))
        .map(describe)
        .ok_or_else(|| RuntimeError::LibraryNotFound { searched: folders.to_vec() })
}

fn standard_folders(executable: Option<&Path>, user: &[PathBuf]) -> Vec<PathBuf> {
    let beside = executable.and_then(Path::parent);
    let mut folders: Vec<PathBuf> = beside.map(Path::to_path_buf).into_iter().collect();
    folders.extend(user.iter().map(|folder| folder.join("dragfx").join("onnxruntime")));
    let checkouts = beside.into_iter().flat_map(Path::ancestors).filter(|folder| folder.ends_with("target"));
    folders.extend(checkouts.map(|target| target.join("onnxruntime")));
    folders
}

/// The user's folders for data and caches, by each system's custom.
fn user_folders() -> Vec<PathBuf> {
    let variable = |name| env::var_os(name).map(PathBuf::from).filter(|path| path.is_absolute());
    let home = env::home_dir();
    let in_home = |path: &str| home.as_ref().map(|home| home.join(path));
    let folders = if cfg!(windows) {
        [variable("LOCALAPPDATA"), variable("APPDATA")]
    } else if cfg!(target_os = "macos") {
        [in_home("Library/Application Support"), in_home("Library/Caches")]
    } else {
        [
            variable("XDG_DATA_HOME").or_else(|| in_home(".local/share")),
            variable("XDG_CACHE_HOME").or_else(|| in_home(".cache")),
        ]
    };
    folders.into_iter().flatten().collect()
}

/// The library in a folder: the plain name if it is there, else the newest of the versioned names.
fn library_in(folder: &Path) -> Option<PathBuf> {
    let names = fs::read_dir(folder).ok()?.flatten().map(|entry| entry.file_name());
    let newest = names
        .filter_map(|name| {
            let name = name.into_string().ok()?;
            Some((version_in(&name)?, name))
        })
        .max_by_key(|(version, _)| version.clone().unwrap_or(vec![u32::MAX]))?;
    Some(folder.join(newest.1)).filter(|path| path.is_file())
}

/// `None` if the file name isn't the library's on this system, else its version: `Some(None)` for a plain name.
fn version_in(name: &str) -> Option<Option<Vec<u32>>> {
    let version = if cfg!(windows) {
        return name.eq_ignore_ascii_case("onnxruntime.dll").then_some(None);
    } else if cfg!(target_os = "macos") {
        name.strip_prefix("libonnxruntime")?.strip_suffix(".dylib")?
    } else {
        name.strip_prefix("libonnxruntime.so")?
    };
    if version.is_empty() {
        return Some(None);
    }
    let numbers = version.strip_prefix('.')?.split('.').map(str::parse);
    numbers.collect::<std::result::Result<Vec<u32>, _>>().ok().map(Some)
}

fn describe(path: PathBuf) -> Library {
    // The loader needs an absolute path, and the libraries of the GPU providers are looked for beside the real file.
    let path = std::path::absolute(&path).unwrap_or(path);
    let real = fs::canonicalize(&path).unwrap_or_else(|_| path.clone());
    let in_name = real.file_name().and_then(OsStr::to_str).and_then(version_in).flatten();
    let version = match in_name {
        Some(numbers) if numbers.len() > 1 => Some(numbers.iter().map(u32::to_string).collect::<Vec<_>>().join(".")),
        _ => fs::read_to_string(real.with_file_name("VERSION")).ok().map(|text| text.trim().to_owned()),
    };
    Library { path, version }
}

#[cfg(test)]
mod tests {
    use std::ffi::OsStr;
    use std::fs;
    use std::path::{Path, PathBuf};

    use super::{find_in, standard_folders};
    use crate::RuntimeError;

    fn names() -> (&'static str, &'static str, &'static str) {
        if cfg!(windows) {
            ("onnxruntime.dll", "onnxruntime.dll", "onnxruntime.dll")
        } else if cfg!(target_os = "macos") {
            ("libonnxruntime.dylib", "libonnxruntime.1.9.0.dylib", "libonnxruntime.1.31.1.dylib")
        } else {
            ("libonnxruntime.so", "libonnxruntime.so.1.9.0", "libonnxruntime.so.1.31.1")
        }
    }

    fn folder_with(files: &[&str]) -> tempfile::TempDir {
        let folder = tempfile::tempdir().unwrap();
        for file in files {
            fs::write(folder.path().join(file), "").unwrap();
        }
        folder
    }

    #[test]
    fn the_variable_wins_and_must_be_right() {
        let (plain, old, new) = names();
        let named = folder_with(&[old]);
        let other = folder_with(&[plain, new]);
        let folders = [other.path().to_path_buf()];
        let file = named.path().join(old);
        assert_eq!(find_in(Some(file.as_os_str()), &folders).unwrap().path, file);
        assert_eq!(find_in(Some(named.path().as_os_str()), &folders).unwrap().path, file, "a folder");
        let wrong = find_in(Some(OsStr::new("/nowhere/libonnxruntime.so")), &folders);
        assert!(matches!(wrong, Err(RuntimeError::LibraryPathWrong { .. })), "{wrong:?}");
    }

    #[test]
    fn the_first_folder_wins_then_the_plain_name_then_the_newest() {
        let (plain, old, new) = names();
        let empty = folder_with(&["libonnxruntime_providers_shared.so", "onnxruntime.txt"]);
        let versioned = folder_with(&[old, new, "libonnxruntime.so.txt"]);
        let both = folder_with(&[plain, new]);
        let found = find_in(None, &[empty.path().into(), versioned.path().into(), both.path().into()]).unwrap();
        assert_eq!(found.path, versioned.path().join(new));
        if !cfg!(windows) {
            assert_eq!(found.version.as_deref(), Some("1.31.1"));
        }
        let found = find_in(None, &[both.path().into()]).unwrap();
        assert_eq!(found.path, both.path().join(plain));
        assert_eq!(found.version, None);
        fs::write(both.path().join("VERSION"), "1.31.1\n").unwrap();
        assert_eq!(find_in(None, &[both.path().into()]).unwrap().version.as_deref(), Some("1.31.1"));
    }

    #[test]
    fn a_missing_library_says_where_it_looked_and_what_to_do() {
        let error = find_in(None, &[PathBuf::from("/nowhere/a"), PathBuf::from("/nowhere/b")]).unwrap_err().to_string();
        for part in ["/nowhere/a", "/nowhere/b", "pip install onnxruntime", "ORT_DYLIB_PATH", "cargo xtask setup"] {
            assert!(error.contains(part), "{part} is not in: {error}");
        }
    }

    #[test]
    fn developer_builds_look_in_target() {
        let folders = standard_folders(Some(Path::new("/src/target/debug/deps/test")), &["/home/u/data".into()]);
        let expected = ["/src/target/debug/deps", "/home/u/data/dragfx/onnxruntime", "/src/target/onnxruntime"];
        assert_eq!(folders, expected.map(PathBuf::from));
    }
}
