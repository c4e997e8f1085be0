//! Fetching ONNX Runtime: the library inside the Python package, by pip, checked by its hash.
//!
//! pip knows mirrors, proxies and certificates, which a downloader of ours would have to learn. The package for
//! Python 3.11 is taken whatever Python is installed, so that there is one file, with one hash, for each system.

use std::env;
use std::fs::{self, File};
use std::io;
use std::path::{Path, PathBuf};

use anyhow::{Context, Result, bail, ensure};
use sha2::{Digest, Sha256};

use crate::process::{output, root};
use crate::python::{pip, remove};

const VERSION: &str = "1.31.1";

const HELP: &str = "Either install Python 3 with pip, or get ONNX Runtime 1.24 or newer in another way and set \
                    ORT_DYLIB_PATH to its library (libonnxruntime.so.*, libonnxruntime.*.dylib or onnxruntime.dll).";

/// The package for one system.
struct Wheel {
    os: &'static str,
    arch: &'static str,
    platform: &'static str,
    sha256: &'static str,
}

const WHEELS: &[Wheel] = &[
    Wheel {
        os: "linux",
        arch: "x86_64",
        platform: "manylinux_2_28_x86_64",
        sha256: "5752bd508126ae7c49894d3b9d2e83f0c3d487319246d04c444b393308d7ad7f",
    },
    Wheel {
        os: "linux",
        arch: "aarch64",
        platform: "manylinux_2_28_aarch64",
        sha256: "da05378364c44d4407e463982d2bf8d5e4cfea873283757e48beeb41df97b7f3",
    },
    Wheel {
        os: "macos",
        arch: "aarch64",
        platform: "macosx_14_0_arm64",
        sha256: "60b6b69bfe580eab576cacc5d132a0e9cf2a37fcfd18d46dd191042b1d1ed0d7",
    },
    Wheel {
        os: "windows",
        arch: "x86_64",
        platform: "win_amd64",
        sha256: "c3d91b5de31e2fc82d71bd65b2b22bddee8b49057a3a36338e9a868e0ea90c05",
    },
    Wheel {
        os: "windows",
        arch: "aarch64",
        platform: "win_arm64",
        sha256: "93800007a7023b3ab26ad72e6463d0d57d84ead49a2f6341954d91438e046bc0",
    },
];

/// Makes sure that there is an ONNX Runtime, and gives its library.
pub(crate) fn onnx_runtime() -> Result<PathBuf> {
    if let Some(path) = env::var_os("ORT_DYLIB_PATH").filter(|path| !path.is_empty()) {
        let path = PathBuf::from(path);
        ensure!(path.exists(), "ORT_DYLIB_PATH is `{}`, where there is nothing", path.display());
        return Ok(std::path::absolute(path)?);
    }
    let (os, arch) = (env::consts::OS, env::consts::ARCH);
    let Some(wheel) = WHEELS.iter().find(|wheel| wheel.os == os && wheel.arch == arch) else {
        bail!("there is no package of ONNX Runtime {VERSION} for {os} on {arch}. {HELP}");
    };
    let folder = root().join("target").join("onnxruntime");
    if fs::read_to_string(folder.join("SHA256")).is_ok_and(|sha256| sha256.trim() == wheel.sha256)
        && let Some(library) = library_in(&folder)?
    {
        return Ok(library);
    }

    println!("fetching ONNX Runtime {VERSION} for {os} on {arch} (about 25 MB)");
    // Everything happens beside the destination, and one rename at the end makes it visible.
    let work = root().join("target").join(format!("onnxruntime-{}", std::process::id()));
    remove(&work)?;
    fs::create_dir_all(&work)?;
    let fetched = fetch(wheel, &work).and_then(|archive| unpack(&archive, wheel, &work.join("unpacked")));
    let moved = fetched.and_then(|()| {
        if folder.exists() {
            fs::rename(&folder, work.join("old")).with_context(|| format!("can't replace {}", folder.display()))?;
        }
        fs::rename(work.join("unpacked"), &folder).with_context(|| format!("can't write {}", folder.display()))
    });
    remove(&work)?;
    moved?;
    library_in(&folder)?.with_context(|| format!("no library in {}", folder.display()))
}

fn fetch(wheel: &Wheel, into: &Path) -> Result<PathBuf> {
    let Some(mut pip) = pip() else { bail!("pip was not found. {HELP}") };
    pip.args(["download", "--quiet", "--no-deps", "--only-binary", ":all:", "--python-version", "3.11"])
        .args(["--platform", wheel.platform, "--dest"])
        .arg(into)
        .arg(format!("onnxruntime=={VERSION}"));
    output(&mut pip).context(HELP)?;
    let mut files = fs::read_dir(into)?.map(|entry| Ok(entry?.path())).collect::<Result<Vec<_>>>()?;
    files.retain(|path| path.extension().is_some_and(|extension| extension == "whl"));
    let [archive] = files.as_slice() else { bail!("pip left {} packages instead of one", files.len()) };

    let mut hash = Sha256::new();
    io::copy(&mut File::open(archive)?, &mut Hashing(&mut hash))?;
    let found: String = hash.finalize().iter().map(|byte| format!("{byte:02x}")).collect();
    ensure!(found == wheel.sha256, "{} has the hash {found}, not {}", archive.display(), wheel.sha256);
    Ok(archive.clone())
}

struct Hashing<'h>(&'h mut Sha256);

impl io::Write for Hashing<'_> {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.0.update(bytes);
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

/// Unpacks the libraries and the licences; the Python modules stay behind.
fn unpack(archive: &Path, wheel: &Wheel, into: &Path) -> Result<()> {
    fs::create_dir_all(into)?;
    let mut archive = zip::ZipArchive::new(File::open(archive)?)?;
    for index in 0..archive.len() {
        let mut entry = archive.by_index(index)?;
        let Some(inside) = entry.enclosed_name() else { continue };
        let Some(name) = inside.file_name().and_then(|name| name.to_str()) else { continue };
        let library = inside.starts_with("onnxruntime/capi") && is_runtime_library(name);
        let licence = inside.parent() == Some(Path::new("onnxruntime")) && is_licence(name);
        if library || licence {
            io::copy(&mut entry, &mut File::create(into.join(name))?)?;
        }
    }
    ensure!(library_in(into)?.is_some(), "the package for {} holds no library", wheel.platform);
    fs::write(into.join("VERSION"), format!("{VERSION}\n"))?;
    fs::write(into.join("SHA256"), format!("{}\n", wheel.sha256))?;
    Ok(())
}

/// `libonnxruntime*` and `onnxruntime*.dll`, but not the Python module.
fn is_runtime_library(name: &str) -> bool {
    let plain = name.starts_with("libonnxruntime");
    plain || (name.starts_with("onnxruntime") && name.ends_with(".dll") && !name.contains("pybind"))
}

fn is_licence(name: &str) -> bool {
    matches!(name, "LICENSE" | "ThirdPartyNotices.txt" | "Privacy.md")
}

fn library_in(folder: &Path) -> Result<Option<PathBuf>> {
    if !folder.is_dir() {
        return Ok(None);
    }
    let names = fs::read_dir(folder)?.map(|entry| Ok(entry?.path())).collect::<Result<Vec<_>>>()?;
    Ok(names.into_iter().find(|path| {
        let name = path.file_name().and_then(|name| name.to_str()).unwrap_or_default();
        is_runtime_library(name) && !name.contains("providers")
    }))
}

#[cfg(test)]
mod tests {
    use super::{WHEELS, is_runtime_library};

    #[test]
    fn each_system_has_one_package_with_a_hash() {
        for wheel in WHEELS {
            assert_eq!(WHEELS.iter().filter(|w| (w.os, w.arch) == (wheel.os, wheel.arch)).count(), 1);
            assert_eq!(WHEELS.iter().filter(|other| other.sha256 == wheel.sha256).count(), 1);
            assert!(wheel.sha256.len() == 64 && wheel.sha256.bytes().all(|byte| byte.is_ascii_hexdigit()));
        }
    }

    #[test]
    fn libraries_are_told_from_python_modules() {
        let names = ["libonnxruntime.so.1.31.1", "libonnxruntime_providers_shared.so", "libonnxruntime.1.31.1.dylib"];
        for name in names.into_iter().chain(["onnxruntime.dll", "onnxruntime_providers_shared.dll"]) {
            assert!(is_runtime_library(name), "{name}");
        }
        for name in ["onnxruntime_pybind11_state.cpython-311-x86_64-linux-gnu.so", "onnxruntime_pybind11_state.pyd"] {
            assert!(!is_runtime_library(name), "{name}");
        }
    }
}
