//! Bundles: folders that hold a plugin's binaries and resources.

use std::collections::BTreeSet;
use std::ffi::OsStr;
use std::path::{Path, PathBuf};
use std::{env, fs};

use crate::error::HostError;

/// A bundle with a binary for this machine.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Bundle {
    /// The folder `NAME.ofx.bundle`; for a binary without a bundle, its folder.
    pub root: PathBuf,
    /// The shared library.
    pub binary: PathBuf,
    /// The folder with icons and whatever else the plugin brings, whether it exists or not.
    pub resources: PathBuf,
}

/// The names that the folder of this machine's binaries can have, the best first.
const ARCHITECTURES: &[&str] = if cfg!(target_os = "macos") {
    &["MacOS", "MacOS-x86-64"]
} else if cfg!(all(target_os = "windows", target_pointer_width = "64")) {
    &["Win64"]
} else if cfg!(target_os = "windows") {
    &["Win32"]
} else if cfg!(target_arch = "aarch64") {
    &["Linux-aarch64", "Linux-arm64"]
} else if cfg!(target_pointer_width = "64") {
    &["Linux-x86-64"]
} else {
    &["Linux-x86"]
};

/// Where hosts look: the folders of `OFX_PLUGIN_PATH`, then those of the platform.
#[must_use]
pub fn standard_paths() -> Vec<PathBuf> {
    let mut paths: Vec<PathBuf> = env::var_os("OFX_PLUGIN_PATH").iter().flat_map(env::split_paths).collect();
    paths.retain(|path| !path.as_os_str().is_empty());
    paths.push(if cfg!(target_os = "macos") {
        PathBuf::from("/Library/OFX/Plugins")
    } else if cfg!(target_os = "windows") {
        let common = env::var_os("CommonProgramFiles").unwrap_or_else(|| "C:\\Program Files\\Common Files".into());
        Path::new(&common).join("OFX").join("Plugins")
    } else {
        PathBuf::from("/usr/OFX/Plugins")
    });
    paths
}

/// All bundles in those folders and below, in the order of the folders and then of their names. Folders whose names begin
/// with `@` are left out, as the standard says; so is what cannot be read, and what was there before.
#[must_use]
pub fn find<P: AsRef<Path>>(folders: impl IntoIterator<Item = P>) -> Vec<Bundle> {
    let (mut found, mut seen) = (Vec::new(), BTreeSet::new());
    folders.into_iter().for_each(|folder| search(folder.as_ref(), &mut seen, &mut found));
    found
}

fn search(folder: &Path, seen: &mut BTreeSet<PathBuf>, found: &mut Vec<Bundle>) {
    // By where it really is, so that links in a circle come to an end.
    if !fs::canonicalize(folder).is_ok_and(|real| seen.insert(real)) {
        return;
    }
    if is_bundle(folder) {
        found.extend(Bundle::open(folder));
        return;
    }
    let Ok(entries) = fs::read_dir(folder) else { return };
    let mut inside: Vec<PathBuf> = entries.filter_map(|entry| Some(entry.ok()?.path())).collect();
    inside.retain(|path| {
        path.is_dir() && !path.file_name().is_some_and(|name| name.as_encoded_bytes().starts_with(b"@"))
    });
    inside.sort();
    inside.iter().for_each(|path| search(path, seen, found));
}

fn is_bundle(path: &Path) -> bool {
    path.file_name().is_some_and(|name| name.as_encoded_bytes().ends_with(b".ofx.bundle"))
}

impl Bundle {
    /// The bundle of a folder `NAME.ofx.bundle`, or of a binary `NAME.ofx`, in a bundle or not.
    ///
    /// # Errors
    /// [`HostError::NoBundle`] if it is neither, [`HostError::NoBinary`] if it has no binary for this machine.
    pub fn open(path: impl AsRef<Path>) -> Result<Self, HostError> {
        let path = path.as_ref();
        let full = fs::canonicalize(path).map_err(|_| HostError::NoBundle { path: path.to_owned() })?;
        if full.is_file() && full.extension() == Some(OsStr::new("ofx")) {
            let bundle = full.ancestors().find(|above| is_bundle(above)).map(Path::to_owned);
            let folder = full.parent().unwrap_or(&full).to_owned();
            let resources = bundle.as_ref().map_or(folder.clone(), |bundle| bundle.join("Contents").join("Resources"));
            return Ok(Self { root: bundle.unwrap_or(folder), binary: full, resources });
        }
        let name = full.file_name().and_then(|name| name.to_str()).and_then(|name| name.strip_suffix(".bundle"));
        let Some(name) = name.filter(|name| name.ends_with(".ofx") && full.is_dir()) else {
            return Err(HostError::NoBundle { path: path.to_owned() });
        };
        let contents = full.join("Contents");
        let binaries = ARCHITECTURES.iter().map(|folder| contents.join(folder).join(name));
        let binary = binaries.into_iter().find(|binary| binary.is_file());
        let binary = binary
            .ok_or_else(|| HostError::NoBinary { bundle: full.clone(), architecture: ARCHITECTURES[0].to_owned() })?;
        Ok(Self { resources: contents.join("Resources"), binary, root: full })
    }

    /// The icon of a plugin, as SVG or PNG, if the bundle has one.
    #[must_use]
    pub fn icon(&self, identifier: &str) -> Option<PathBuf> {
        let icons = ["svg", "png"].map(|ending| self.resources.join(format!("{identifier}.{ending}")));
        icons.into_iter().find(|icon| icon.is_file())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn make(folder: &Path, name: &str, architecture: &str) {
        let folder = folder.join(format!("{name}.ofx.bundle/Contents/{architecture}"));
        fs::create_dir_all(&folder).unwrap();
        fs::write(folder.join(format!("{name}.ofx")), "").unwrap();
    }

    #[test]
    fn bundles_are_found_below_a_folder_but_not_in_those_that_are_set_aside() {
        let folder = tempfile::tempdir().unwrap();
        make(folder.path(), "B", ARCHITECTURES[0]);
        make(&folder.path().join("deep/er"), "A", ARCHITECTURES[0]);
        make(&folder.path().join("@away"), "C", ARCHITECTURES[0]);
        make(folder.path(), "Other", "Amiga");
        #[cfg(unix)]
        std::os::unix::fs::symlink(folder.path(), folder.path().join("deep/circle")).unwrap();
        let found = find([folder.path(), folder.path()]);
        let names: Vec<_> = found.iter().map(|bundle| bundle.root.file_name().unwrap().to_str().unwrap()).collect();
        assert_eq!(names, ["B.ofx.bundle", "A.ofx.bundle"]);
        assert_eq!(Bundle::open(&found[0].binary).unwrap(), found[0]);
    }

    #[test]
    fn what_is_no_bundle_is_refused_by_kind() {
        let folder = tempfile::tempdir().unwrap();
        make(folder.path(), "Other", "Amiga");
        let other = Bundle::open(folder.path().join("Other.ofx.bundle"));
        assert!(matches!(other, Err(HostError::NoBinary { .. })), "{other:?}");
        assert!(matches!(Bundle::open(folder.path()), Err(HostError::NoBundle { .. })));
        assert!(matches!(Bundle::open("nowhere.ofx.bundle"), Err(HostError::NoBundle { .. })));
    }
}
