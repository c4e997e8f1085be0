//! The log of the plugin: a file that tells what loaded it and what went wrong, because hosts rarely do.
//!
//! It is `dragfx/plugin.log` in the user's cache folder, or what the variable `DRAGFX_LOG` names; `DRAGFX_LOG=-` is the
//! standard error. Beyond a megabyte it begins anew, and the one before stays beside it.

use std::fs::{self, File, OpenOptions};
use std::io::Write as _;
use std::path::{Path, PathBuf};
use std::sync::{Mutex, OnceLock, PoisonError};
use std::time::{SystemTime, UNIX_EPOCH};

use crate::ffi::host::Host;

const VARIABLE: &str = "DRAGFX_LOG";
const MOST_BYTES: u64 = 1 << 20;

enum Log {
    Error,
    File(File),
    Nothing,
}

/// Writes a line. What cannot be written is lost: a log must not be the reason why a picture is missing.
pub(crate) fn line(text: &str) {
    static LOG: OnceLock<Mutex<Log>> = OnceLock::new();
    let log = LOG.get_or_init(|| Mutex::new(open()));
    let seconds = SystemTime::now().duration_since(UNIX_EPOCH).map_or(0.0, |since| since.as_secs_f64());
    let text = format!("{seconds:.3} [{}] {text}\n", std::process::id());
    let done = match &mut *log.lock().unwrap_or_else(PoisonError::into_inner) {
        Log::Error => std::io::stderr().write_all(text.as_bytes()),
        Log::File(file) => file.write_all(text.as_bytes()),
        Log::Nothing => Ok(()),
    };
    drop(done);
}

fn open() -> Log {
    let path = match std::env::var_os(VARIABLE) {
        Some(name) if name == "-" => return Log::Error,
        Some(name) if !name.is_empty() => PathBuf::from(name),
        _ => match dirs::cache_dir() {
            Some(folder) => folder.join("dragfx").join("plugin.log"),
            None => return Log::Nothing,
        },
    };
    create(&path).map_or(Log::Nothing, Log::File)
}

fn create(path: &Path) -> std::io::Result<File> {
    if let Some(folder) = path.parent() {
        fs::create_dir_all(folder)?;
    }
    if fs::metadata(path).is_ok_and(|about| about.len() > MOST_BYTES) {
        fs::rename(path, path.with_extension("log.old"))?;
    }
    OpenOptions::new().create(true).append(true).open(path)
}

/// Says who loaded the plugin, once for each host.
pub(crate) fn host(host: &Host) {
    static TOLD: Mutex<Option<String>> = Mutex::new(None);
    let about = format!(
        "DragFX {} in {} ({}, {}), OpenFX {}.{}, offering {}",
        env!("CARGO_PKG_VERSION"),
        host.name,
        host.label,
        host.version,
        host.api[0],
        host.api[1],
        host.optional_suites().join(", "),
    );
    let mut told = TOLD.lock().unwrap_or_else(PoisonError::into_inner);
    if told.as_ref() != Some(&about) {
        line(&about);
        *told = Some(about);
    }
}
