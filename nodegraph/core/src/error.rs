//! Why a node could not be computed.

use std::path::PathBuf;
use std::sync::Arc;

use dragfx_engine::{DragError, GeneratorError};

use crate::files::FileError;
use crate::models::ModelError;

/// Why a node could not be computed; which one, [`EvalError`] says.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum NodeError {
    /// The evaluation was cancelled.
    #[error("cancelled")]
    Cancelled,
    /// An input without which the node cannot be computed has no wire.
    #[error("its input `{input}` is not connected")]
    NotConnected {
        /// The input.
        input: String,
    },
    /// The node is a placeholder.
    #[error("it is a placeholder: {reason}")]
    Placeholder {
        /// What is missing.
        reason: String,
    },
    /// The node is bypassed and takes nothing of the kind that it gives.
    #[error("it is bypassed, and nothing is connected that it could pass on as {output}")]
    NothingToPass {
        /// The output.
        output: String,
    },
    /// Two inputs that must fit do not.
    #[error("{0}")]
    Mismatch(String),
    /// A parameter that nothing can be done with.
    #[error("`{param}`: {reason}")]
    Param {
        /// The parameter.
        param: &'static str,
        /// What is wrong.
        reason: String,
    },
    /// A model that is not there or cannot be opened.
    #[error(transparent)]
    Model(#[from] ModelError),
    /// The generator failed, or does not take the latent.
    #[error(transparent)]
    Generator(GeneratorError),
    /// The drag failed, or does not take points, mask or settings.
    #[error(transparent)]
    Drag(DragError),
    /// A file that cannot be read or written.
    #[error(transparent)]
    File(#[from] FileError),
    /// A file whose content is no latent of the model.
    #[error("can't use the latent {}: {reason}", path.display())]
    LatentFile {
        /// The file.
        path: PathBuf,
        /// What is wrong with it.
        reason: String,
    },
    /// A file was written while it was being read.
    #[error("{} has changed since the work began; begin again", path.display())]
    FileChanged {
        /// The file.
        path: PathBuf,
    },
    /// Code that this crate does not know failed: a plugin's, say.
    #[error(transparent)]
    Foreign(Box<dyn std::error::Error + Send + Sync>),
    /// This version cannot do it.
    #[error("{0}")]
    Unavailable(&'static str),
    /// The node's code panicked: a defect.
    #[error("it failed unexpectedly: {0}")]
    Panicked(String),
}

impl NodeError {
    /// What a panic of a node's code says.
    pub(crate) fn panicked(panic: &(dyn std::any::Any + Send)) -> Self {
        let text = panic.downcast_ref::<&str>().map(|text| (*text).to_owned());
        let text = text.or_else(|| panic.downcast_ref::<String>().cloned());
        Self::Panicked(text.unwrap_or_else(|| "a panic without a message".to_owned()))
    }
}

impl From<GeneratorError> for NodeError {
    fn from(error: GeneratorError) -> Self {
        match error {
            GeneratorError::Runtime(dragfx_runtime::RuntimeError::Cancelled) => Self::Cancelled,
            other => Self::Generator(other),
        }
    }
}

impl From<DragError> for NodeError {
    fn from(error: DragError) -> Self {
        match error {
            DragError::Cancelled => Self::Cancelled,
            other => Self::Drag(other),
        }
    }
}

/// Why an output has no value: the node that failed, which may stand further up, and the cause. Printed, it tells the
/// causes of the cause as well.
#[derive(Clone, Debug, thiserror::Error)]
#[error("{node}.{output} at frame {frame}: {}", told(cause))]
pub struct EvalError {
    /// Name of the node that failed.
    pub node: String,
    /// Its output.
    pub output: String,
    /// At which frame.
    pub frame: f64,
    /// Why.
    pub cause: Arc<NodeError>,
}

/// An error and its causes.
fn told(error: &NodeError) -> String {
    let causes = std::iter::successors(std::error::Error::source(error), |cause| cause.source());
    causes.fold(error.to_string(), |told, cause| format!("{told}: {cause}"))
}

impl EvalError {
    /// Why, without where: the cause, and the causes of the cause.
    #[must_use]
    pub fn reason(&self) -> String {
        told(&self.cause)
    }

    /// Whether nothing failed but somebody cancelled.
    #[must_use]
    pub fn is_cancelled(&self) -> bool {
        matches!(*self.cause, NodeError::Cancelled)
    }
}
