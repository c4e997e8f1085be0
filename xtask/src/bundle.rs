//! `cargo xtask bundle`: the plugin as hosts load it, with everything that it needs inside.
//!
//! ```text
//! DragFX.ofx.bundle/Contents/
//!     Info.plist
//!     Linux-x86-64/       DragFX.ofx, ONNX Runtime
//!     Resources/          an icon for each effect, models, presets, licences
//! ```

use std::env;
use std::fs;
use std::path::{Path, PathBuf};

use anyhow::{Context, Result, bail, ensure};

use crate::process::{self, cargo, root};
use crate::python::remove;
use crate::setup;

const NAME: &str = "DragFX.ofx.bundle";

/// The generator that an effect without a model takes, the same that the presets drag.
const MODEL: &str = "onnx-models/bundled/animals.safetensors";

/// The presets that are effects of their own.
const PRESETS: &str = "examples/presets";

/// How the plugin is built.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum Profile {
    /// As it is given to people.
    Release,
    /// As the tests take it.
    Dev,
}

/// Makes the bundle, and gives its folder.
pub(crate) fn make(profile: Profile) -> Result<PathBuf> {
    let library = setup::onnx_runtime()?;
    // The tests take what the tests build: alone, the plugin's dependencies have other features, and would be built twice.
    let what: &[&str] = match profile {
        Profile::Release => &["--release", "--package", "dragfx-plugin"],
        Profile::Dev => &["--workspace", "--lib", "--bins", "--tests", "--examples"],
    };
    process::run(cargo(["build"]).args(what))?;
    let target = root().join("target");
    let (built, folder) = match profile {
        Profile::Release => (target.join("release"), target.join("bundle")),
        Profile::Dev => (target.join("debug"), target.join("bundle-dev")),
    };
    // Everything happens beside the destination, and one rename at the end makes it visible.
    let work = folder.join(format!("work-{}", std::process::id()));
    remove(&work)?;
    let contents = work.join("Contents");
    let binaries = contents.join(architecture()?);
    let resources = contents.join("Resources");
    for folder in [&binaries, &resources] {
        fs::create_dir_all(folder).with_context(|| format!("can't make {}", folder.display()))?;
    }
    copy(&built.join(plugin_file()), &binaries.join("DragFX.ofx"))?;
    copy_runtime(&library, &binaries, &resources)?;
    copy(&root().join(MODEL), &resources.join("models").join("animals.safetensors"))?;
    let presets = copy_presets(&resources.join("presets"))?;
    copy_icons(&presets, &resources)?;
    for licence in ["LICENSE-MIT", "LICENSE-APACHE", "host-sdk/sys/LICENSE-OPENFX"] {
        let licence = root().join(licence);
        copy(&licence, &resources.join("licences").join(licence.file_name().unwrap_or_default()))?;
    }
    fs::write(contents.join("Info.plist"), info())?;
    let bundle = folder.join(NAME);
    replace(&work, &bundle)?;
    Ok(bundle)
}

/// Puts a bundle where hosts look for it: the system's folder of plugins, or another one.
pub(crate) fn install(bundle: &Path, folder: Option<&str>) -> Result<PathBuf> {
    let folder = folder.map_or_else(system_folder, PathBuf::from);
    let work = folder.join(format!(".{NAME}-{}", std::process::id()));
    let copied = copy_folder(bundle, &work);
    if copied.is_err() {
        // What could not be written needs no cleaning, and what is left of it is hidden.
        drop(remove(&work));
    }
    copied.with_context(|| {
        format!(
            "can't write to {}. Install as a user who may, or into a folder of your own with `--install FOLDER` \
             and name that in OFX_PLUGIN_PATH",
            folder.display()
        )
    })?;
    let installed = folder.join(NAME);
    replace(&work, &installed)?;
    Ok(installed)
}

/// The folder of this system's binaries in a bundle.
fn architecture() -> Result<&'static str> {
    Ok(match (env::consts::OS, env::consts::ARCH) {
        ("linux", "x86_64") => "Linux-x86-64",
        ("linux", "aarch64") => "Linux-aarch64",
        ("macos", _) => "MacOS",
        ("windows", "x86_64") => "Win64",
        (os, arch) => bail!("OpenFX has no name for {os} on {arch}"),
    })
}

/// Where hosts look on every machine of this system.
fn system_folder() -> PathBuf {
    PathBuf::from(match env::consts::OS {
        "macos" => "/Library/OFX/Plugins",
        "windows" => r"C:\Program Files\Common Files\OFX\Plugins",
        _ => "/usr/OFX/Plugins",
    })
}

fn plugin_file() -> String {
    format!("{}dragfx_plugin{}", env::consts::DLL_PREFIX, env::consts::DLL_SUFFIX)
}

/// The library, those of its GPU providers if they lie beside it, and its licences.
fn copy_runtime(library: &Path, binaries: &Path, resources: &Path) -> Result<()> {
    let library = if library.is_dir() { bail!("{} is a folder", library.display()) } else { library };
    let name = library.file_name().unwrap_or_default();
    copy(library, &binaries.join(name))?;
    let beside = library.parent().unwrap_or(Path::new("."));
    for entry in fs::read_dir(beside)? {
        let path = entry?.path();
        let name = path.file_name().unwrap_or_default().to_string_lossy().into_owned();
        if name.contains("onnxruntime_providers_") {
            copy(&path, &binaries.join(&name))?;
        } else if matches!(&*name, "LICENSE" | "ThirdPartyNotices.txt") {
            copy(&path, &resources.join("licences").join(format!("onnxruntime-{name}")))?;
        }
    }
    Ok(())
}

/// The presets; gives their names without ending.
fn copy_presets(folder: &Path) -> Result<Vec<String>> {
    let mut names = Vec::new();
    for entry in fs::read_dir(root().join(PRESETS))? {
        let path = entry?.path();
        if path.extension().is_some_and(|extension| extension == "dragfx") {
            let name = path.file_name().unwrap_or_default();
            copy(&path, &folder.join(name))?;
            names.extend(path.file_stem().map(|stem| stem.to_string_lossy().into_owned()));
        }
    }
    ensure!(!names.is_empty(), "there are no presets in {PRESETS}");
    Ok(names)
}

/// Hosts look for the icon of an effect under its identifier.
fn copy_icons(presets: &[String], resources: &Path) -> Result<()> {
    let slug = |name: &String| name.to_lowercase().replace(|c: char| !c.is_ascii_alphanumeric(), "_");
    let presets = presets.iter().map(|name| format!("org.dragfx.preset.{}", slug(name)));
    for identifier in ["org.dragfx.drag".to_owned(), "org.dragfx.graph".to_owned()].into_iter().chain(presets) {
        for ending in ["png", "svg"] {
            let icon = root().join("plugin/resources").join(format!("icon.{ending}"));
            copy(&icon, &resources.join(format!("{identifier}.{ending}")))?;
        }
    }
    Ok(())
}

fn info() -> String {
    let entries = [
        ("CFBundleDevelopmentRegion", "en"),
        ("CFBundleExecutable", "DragFX.ofx"),
        ("CFBundleIdentifier", "org.dragfx.plugin"),
        ("CFBundleInfoDictionaryVersion", "6.0"),
        ("CFBundleName", "DragFX"),
        ("CFBundlePackageType", "BNDL"),
        ("CFBundleShortVersionString", env!("CARGO_PKG_VERSION")),
        ("CFBundleVersion", env!("CARGO_PKG_VERSION")),
    ];
    let lines = entries.map(|(key, value)| format!("    <key>{key}</key>\n    <string>{value}</string>\n"));
    format!(
        "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n\
         <!DOCTYPE plist PUBLIC \"-//Apple//DTD PLIST 1.0//EN\" \"http://www.apple.com/DTDs/PropertyList-1.0.dtd\">\n\
         <plist version=\"1.0\">\n<dict>\n{}</dict>\n</plist>\n",
        lines.concat()
    )
}

fn copy(from: &Path, to: &Path) -> Result<()> {
    if let Some(folder) = to.parent() {
        fs::create_dir_all(folder).with_context(|| format!("can't make {}", folder.display()))?;
    }
    fs::copy(from, to).with_context(|| format!("can't copy {} to {}", from.display(), to.display()))?;
    Ok(())
}

fn copy_folder(from: &Path, to: &Path) -> Result<()> {
    for entry in fs::read_dir(from).with_context(|| format!("can't read {}", from.display()))? {
        let path = entry?.path();
        let to = to.join(path.file_name().unwrap_or_default());
        if path.is_dir() { copy_folder(&path, &to)? } else { copy(&path, &to)? }
    }
    Ok(())
}

/// Puts a folder in the place of another one. A host that has the old one open keeps it.
fn replace(new: &Path, place: &Path) -> Result<()> {
    remove(place)?;
    fs::rename(new, place).with_context(|| format!("can't write {}", place.display()))
}
