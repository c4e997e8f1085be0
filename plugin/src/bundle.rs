//! The bundle that the plugin lies in: `DragFX.ofx.bundle/Contents`, with its binary, resources and libraries.

use std::path::{Path, PathBuf};
use std::sync::{Mutex, PoisonError};

/// What the host says, where the system does not tell.
static TOLD: Mutex<Option<PathBuf>> = Mutex::new(None);

/// The host says where the bundle is.
pub(crate) fn told(path: &str) {
    *TOLD.lock().unwrap_or_else(PoisonError::into_inner) = Some(PathBuf::from(path));
}

/// The folder `Contents`; `None` where the binary lies in no bundle, as in tests.
fn contents() -> Option<PathBuf> {
    let binary = process_path::get_dylib_path();
    let around = binary.as_deref().and_then(Path::parent).and_then(Path::parent).map(Path::to_path_buf);
    let told = || TOLD.lock().unwrap_or_else(PoisonError::into_inner).as_ref().map(|path| path.join("Contents"));
    around.filter(|folder| folder.ends_with("Contents")).or_else(told).filter(|folder| folder.is_dir())
}

/// The folder `Resources`.
pub(crate) fn resources() -> Option<PathBuf> {
    contents().map(|folder| folder.join("Resources"))
}

/// Where ONNX Runtime lies: beside the binary.
pub(crate) fn libraries() -> Option<PathBuf> {
    let binary = process_path::get_dylib_path();
    binary.as_deref().and_then(Path::parent).map(Path::to_path_buf)
}

/// The generator that an effect without a model takes: the one that the bundle holds.
pub(crate) fn model() -> Option<PathBuf> {
    let models = std::fs::read_dir(resources()?.join("models")).ok()?;
    models.flatten().map(|entry| entry.path()).min()
}
