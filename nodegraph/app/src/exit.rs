//! Exit codes: what a script can tell from a failure.

use std::fmt;
use std::io::ErrorKind;
use std::process::ExitCode;

use dragfx_engine::error::DragError;
use dragfx_engine::{GeneratorError, ModelError};
use dragfx_export::checkpoint::{CheckpointError, CheckpointErrorKind};
use dragfx_export::latent_file::LatentFileError;
use dragfx_export::pack::PackError;
use dragfx_runtime::RuntimeError;

/// The end of the help text.
pub(crate) const EXIT_CODES: &str = "Exit codes:
  0    done
  2    invalid input: an option, a file, a point, a mask
  3    failed while running
  4    the model file is not there
  130  cancelled by Ctrl-C; what the last finished step gives is written";

const INVALID: u8 = 2;
const FAILED: u8 = 3;
const MISSING: u8 = 4;
const CANCELLED: u8 = 130;

/// Input that cannot be used; a message on its own, or the context of an error.
#[derive(Debug)]
pub(crate) struct Invalid(pub(crate) String);

impl fmt::Display for Invalid {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl std::error::Error for Invalid {}

/// There is no model at that path.
#[derive(Debug)]
pub(crate) struct MissingModel(pub(crate) std::path::PathBuf);

impl fmt::Display for MissingModel {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "there is no model at {}", self.0.display())
    }
}

impl std::error::Error for MissingModel {}

/// The user stopped it.
#[derive(Debug)]
pub(crate) struct Cancelled;

impl fmt::Display for Cancelled {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("cancelled")
    }
}

impl std::error::Error for Cancelled {}

/// The exit code of an error.
pub(crate) fn code(error: &anyhow::Error) -> ExitCode {
    // A context is found by this only, an error in the chain by its links only.
    if error.downcast_ref::<Invalid>().is_some() {
        return ExitCode::from(INVALID);
    }
    ExitCode::from(error.chain().find_map(code_of).unwrap_or(FAILED))
}

fn code_of(error: &(dyn std::error::Error + 'static)) -> Option<u8> {
    if error.is::<Cancelled>() {
        return Some(CANCELLED);
    }
    if error.is::<MissingModel>() {
        return Some(MISSING);
    }
    if error.is::<Invalid>() || error.is::<LatentFileError>() {
        return Some(INVALID);
    }
    if let Some(error) = error.downcast_ref::<CheckpointError>() {
        return Some(checkpoint(error));
    }
    if let Some(error) = error.downcast_ref::<PackError>() {
        return Some(pack(error));
    }
    if let Some(error) = error.downcast_ref::<RuntimeError>() {
        return runtime(error);
    }
    if let Some(error) = error.downcast_ref::<GeneratorError>() {
        return match error {
            GeneratorError::Runtime(error) => runtime(error),
            GeneratorError::NotFinite => Some(FAILED),
            _ => Some(INVALID),
        };
    }
    match error.downcast_ref::<DragError>()? {
        DragError::Cancelled | DragError::Model(ModelError::Cancelled) => Some(CANCELLED),
        DragError::Settings(_) | DragError::Latent(_) | DragError::Point(_) | DragError::Mask(_) => Some(INVALID),
        _ => Some(FAILED),
    }
}

fn checkpoint(error: &CheckpointError) -> u8 {
    match error.kind() {
        CheckpointErrorKind::Io(error) if error.kind() == ErrorKind::NotFound => MISSING,
        CheckpointErrorKind::Io(_) => FAILED,
        _ => INVALID,
    }
}

fn pack(error: &PackError) -> u8 {
    match error {
        PackError::Checkpoint(error) => checkpoint(error),
        // A disk that fails while tensors are read, say.
        PackError::Tensor { source, .. } => source.downcast_ref::<CheckpointError>().map_or(FAILED, checkpoint),
        PackError::Io { .. } | PackError::Manifest { .. } | PackError::Inconsistent { .. } => FAILED,
        _ => INVALID,
    }
}

fn runtime(error: &RuntimeError) -> Option<u8> {
    match error {
        RuntimeError::Cancelled => Some(CANCELLED),
        RuntimeError::NoTap { .. } => Some(INVALID),
        RuntimeError::Pack(error) => Some(pack(error)),
        _ => Some(FAILED),
    }
}
