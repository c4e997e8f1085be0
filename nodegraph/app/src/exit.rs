//! Exit codes: what a script can tell from a failure.

use std::fmt;
use std::io::ErrorKind;
use std::process::ExitCode;

use dragfx_engine::error::DragError;
use dragfx_engine::{GeneratorError, ModelError};
use dragfx_export::checkpoint::{CheckpointError, CheckpointErrorKind};
use dragfx_export::latent_file::LatentFileError;
use dragfx_export::pack::PackError;
use dragfx_graph::document::EditError;
use dragfx_graph::error::{EvalError, NodeError};
use dragfx_graph::files::FileError;
use dragfx_graph::models::ModelError as PresetModelError;
use dragfx_graph::preset::PresetError;
use dragfx_graph::render::RenderError;
use dragfx_runtime::RuntimeError;

use crate::graphs::SEARCH;

/// The end of the help text.
pub(crate) const EXIT_CODES: &str = "Exit codes:
  0    done
  2    invalid input: an option, a file, a point, a mask
  3    failed while running
  4    a model is not there
  75   failed for a reason that may pass, such as a full disk: try again
  130  cancelled by Ctrl-C; what the last finished step gives is written";

const INVALID: u8 = 2;
const FAILED: u8 = 3;
const MISSING: u8 = 4;
/// What sysexits.h calls EX_TEMPFAIL: a farm tries again.
const RETRY: u8 = 75;
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

/// A model that is not there.
#[derive(Debug)]
pub(crate) struct MissingModel(pub(crate) String);

impl fmt::Display for MissingModel {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl std::error::Error for MissingModel {}

/// Models of presets that are not there, of which more was said already.
#[derive(Debug)]
pub(crate) struct MissingModels(pub(crate) String);

impl fmt::Display for MissingModels {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl std::error::Error for MissingModels {}

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

/// What can be done where a preset's model is not there, or another one is in its place.
pub(crate) fn hint(error: &anyhow::Error) -> Option<String> {
    let of_preset = error.chain().find_map(preset_model_in);
    let replace = match of_preset {
        Some(PresetModelError::Other { .. }) => " --replace",
        Some(error) if error.is_missing() => "",
        None if error.chain().any(|link| link.is::<MissingModels>()) => "",
        _ => return None,
    };
    Some(format!(
        "hint: put it there, name its folder in {SEARCH}, or relink it: dragfx graph model PRESET NAME PATH{replace}"
    ))
}

/// Why a preset's model cannot be had, if it is that.
fn preset_model_in<'e>(error: &'e (dyn std::error::Error + 'static)) -> Option<&'e PresetModelError> {
    let node = match error.downcast_ref::<RenderError>() {
        Some(RenderError::Eval(error)) => Some(error),
        _ => error.downcast_ref::<EvalError>(),
    };
    match node.map(|error| &*error.cause) {
        Some(NodeError::Model(error)) => Some(error),
        _ => error.downcast_ref::<PresetModelError>(),
    }
}

fn code_of(error: &(dyn std::error::Error + 'static)) -> Option<u8> {
    if error.is::<Cancelled>() {
        return Some(CANCELLED);
    }
    if error.is::<MissingModel>() || error.is::<MissingModels>() {
        return Some(MISSING);
    }
    if error.is::<Invalid>() || error.is::<LatentFileError>() || error.is::<EditError>() {
        return Some(INVALID);
    }
    if let Some(error) = error.downcast_ref::<RenderError>() {
        return match error {
            RenderError::Eval(error) => Some(node(&error.cause)),
            RenderError::File(error) => Some(file(error)),
            _ => Some(INVALID),
        };
    }
    if let Some(error) = error.downcast_ref::<EvalError>() {
        return Some(node(&error.cause));
    }
    if let Some(PresetError::File(error)) = error.downcast_ref::<PresetError>() {
        return Some(file(error));
    }
    if let Some(error) = error.downcast_ref::<PresetModelError>() {
        return preset_model(error);
    }
    if let Some(error) = error.downcast_ref::<std::io::Error>() {
        return may_pass(error.kind()).then_some(RETRY);
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
        CheckpointErrorKind::Io(error) if may_pass(error.kind()) => RETRY,
        CheckpointErrorKind::Io(_) => FAILED,
        _ => INVALID,
    }
}

fn pack(error: &PackError) -> u8 {
    match error {
        PackError::Checkpoint(error) => checkpoint(error),
        // A disk that fails while tensors are read, say.
        PackError::Tensor { source, .. } => source.downcast_ref::<CheckpointError>().map_or(FAILED, checkpoint),
        PackError::Io { source, .. } if may_pass(source.kind()) => RETRY,
        PackError::Io { .. } | PackError::Manifest { .. } | PackError::Inconsistent { .. } => FAILED,
        _ => INVALID,
    }
}

/// Of a node that could not be computed.
fn node(error: &NodeError) -> u8 {
    match error {
        NodeError::Cancelled => CANCELLED,
        NodeError::Model(error) => in_chain(error),
        NodeError::Generator(error) => in_chain(error),
        NodeError::Drag(error) => in_chain(error),
        NodeError::File(error) => file(error),
        NodeError::Foreign(_) | NodeError::Unavailable(_) | NodeError::Panicked(_) => FAILED,
        _ => INVALID,
    }
}

/// Of a picture file. One that is not there was named wrongly.
fn file(error: &FileError) -> u8 {
    match error {
        FileError::Io { cause, .. } if may_pass(cause.kind()) => RETRY,
        FileError::Io { action: "read", cause, .. } if cause.kind() == ErrorKind::NotFound => INVALID,
        FileError::Io { .. } => FAILED,
        _ => INVALID,
    }
}

/// Of an error, or of the first of its causes that has a code.
fn in_chain(error: &(dyn std::error::Error + 'static)) -> u8 {
    std::iter::successors(Some(error), |error| error.source()).find_map(code_of).unwrap_or(FAILED)
}

/// Whether the same call may succeed later.
fn may_pass(kind: ErrorKind) -> bool {
    use ErrorKind::{OutOfMemory, QuotaExceeded, ResourceBusy, StorageFull, TimedOut, WouldBlock};
    matches!(kind, OutOfMemory | QuotaExceeded | ResourceBusy | StorageFull | TimedOut | WouldBlock)
}

/// Of a model that is there but cannot be imported or opened, the cause says more.
fn preset_model(error: &PresetModelError) -> Option<u8> {
    match error {
        error if error.is_missing() => Some(MISSING),
        PresetModelError::Unknown { .. } | PresetModelError::Unnamed { .. } => Some(INVALID),
        PresetModelError::Import { source, .. } => Some(pack(source)),
        _ => None,
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
