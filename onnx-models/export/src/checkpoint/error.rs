//! What can be wrong with a checkpoint.

use std::path::{Path, PathBuf};

/// What the reader accepts, as the last words of its refusals.
pub(crate) const SUPPORTED: &str = "StyleGAN2 checkpoints: NVIDIA .pkl (stylegan2-ada-pytorch, stylegan3 repository), \
     rosinality .pt, and .safetensors with NVIDIA tensor names";

/// A checkpoint that cannot be read or written: which file, and why.
#[derive(Debug, thiserror::Error)]
#[error("{}: {kind}", path.display())]
pub struct CheckpointError {
    path: PathBuf,
    kind: CheckpointErrorKind,
}

impl CheckpointError {
    pub(crate) fn new(path: &Path, kind: CheckpointErrorKind) -> Self {
        Self { path: path.to_owned(), kind }
    }

    /// The file.
    #[must_use]
    pub fn path(&self) -> &Path {
        &self.path
    }

    /// What is wrong with it.
    #[must_use]
    pub fn kind(&self) -> &CheckpointErrorKind {
        &self.kind
    }
}

/// The reason of a [`CheckpointError`].
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum CheckpointErrorKind {
    /// The operating system refused.
    #[error(transparent)]
    Io(#[from] std::io::Error),
    /// The file is something else: a picture, a web page, an empty file.
    #[error("is {found}; supported are {SUPPORTED}")]
    NotACheckpoint {
        /// What the content looks like.
        found: String,
    },
    /// A checkpoint, but of another network or framework.
    #[error("holds {found}, which is not supported; supported are {SUPPORTED}")]
    Unsupported {
        /// What the checkpoint holds.
        found: String,
    },
    /// The file ends too early.
    #[error("is cut short: {needed} bytes are announced at byte {offset}, but only {available} are there")]
    Truncated {
        /// Where in the file.
        offset: u64,
        /// How many bytes are announced.
        needed: u64,
        /// How many bytes there are.
        available: u64,
    },
    /// The file breaks the rules of its format.
    #[error("is damaged at byte {offset}: {reason}")]
    Damaged {
        /// Where in the file.
        offset: u64,
        /// Which rule.
        reason: String,
    },
    /// The file asks for more memory or work than any checkpoint needs.
    #[error("goes past a limit of the reader: {what}")]
    Limit {
        /// Which limit.
        what: String,
    },
    /// The pickle calls a function that no checkpoint needs; it was not executed.
    #[error("calls `{constructor}` at byte {offset}, which no StyleGAN2 checkpoint needs; nothing was executed")]
    Forbidden {
        /// The function, `module.name`.
        constructor: String,
        /// Where in the file.
        offset: u64,
    },
    /// Something that is needed was built in a way that the reader does not know.
    #[error("{what} is {found}, expected {expected}")]
    Unexpected {
        /// What is needed: an attribute, a tensor, a key.
        what: String,
        /// What is there.
        found: String,
        /// What should be there.
        expected: String,
    },
    /// A tensor is not in the file.
    #[error("tensor {tensor} is missing")]
    MissingTensor {
        /// Its name.
        tensor: String,
    },
    /// A tensor cannot be read.
    #[error("tensor {tensor}: {reason}")]
    Tensor {
        /// Its name.
        tensor: String,
        /// Why.
        reason: String,
    },
    /// A tensor has the wrong shape.
    #[error("tensor {tensor} has shape {found:?}, expected {expected:?}")]
    Shape {
        /// Its name.
        tensor: String,
        /// The shape in the file.
        found: Vec<usize>,
        /// The shape that the network needs.
        expected: Vec<usize>,
    },
}

pub(crate) type Kind = CheckpointErrorKind;
pub(crate) type Result<T, E = Kind> = std::result::Result<T, E>;

impl CheckpointErrorKind {
    pub(crate) fn damaged(offset: u64, reason: impl Into<String>) -> Self {
        Self::Damaged { offset, reason: reason.into() }
    }

    pub(crate) fn limit(what: impl Into<String>) -> Self {
        Self::Limit { what: what.into() }
    }

    pub(crate) fn unsupported(found: impl Into<String>) -> Self {
        Self::Unsupported { found: found.into() }
    }

    pub(crate) fn tensor(tensor: &str, reason: impl Into<String>) -> Self {
        Self::Tensor { tensor: tensor.to_owned(), reason: reason.into() }
    }

    pub(crate) fn unexpected(what: impl Into<String>, found: impl Into<String>, expected: impl Into<String>) -> Self {
        Self::Unexpected { what: what.into(), found: found.into(), expected: expected.into() }
    }
}
