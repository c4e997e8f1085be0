//! Names the exporter by its version and a hash of its source: packs written by different sources of one version differ,
//! and the cache must not take one for the other.

use std::path::{Path, PathBuf};
use std::{env, fs, io};

fn main() -> io::Result<()> {
    println!("cargo:rerun-if-changed=src");
    let mut files = files(Path::new("src"))?;
    files.sort();
    let mut hash = FNV_OFFSET;
    for path in files {
        // The same name on every system.
        let name = path.to_string_lossy().replace('\\', "/");
        hash = fnv1a(fnv1a(hash, name.as_bytes()), &fs::read(&path)?);
    }
    let version = env::var("CARGO_PKG_VERSION").map_err(io::Error::other)?;
    println!("cargo:rustc-env=DRAGFX_EXPORTER={version}+{:08x}", (hash ^ (hash >> 32)) as u32);
    Ok(())
}

/// All files below `folder`.
fn files(folder: &Path) -> io::Result<Vec<PathBuf>> {
    let mut found = Vec::new();
    for entry in fs::read_dir(folder)? {
        let path = entry?.path();
        if path.is_dir() {
            found.extend(files(&path)?);
        } else {
            found.push(path);
        }
    }
    Ok(found)
}

const FNV_OFFSET: u64 = 0xCBF2_9CE4_8422_2325;

fn fnv1a(hash: u64, bytes: &[u8]) -> u64 {
    bytes.iter().fold(hash, |hash, byte| (hash ^ u64::from(*byte)).wrapping_mul(0x0100_0000_01B3))
}
