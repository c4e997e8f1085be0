//! Why an action does not succeed, and what becomes of it.

use dragfx_graph::error::{EvalError, NodeError};
use dragfx_graph::models::ModelError;
use dragfx_graph::preset::PresetError;
use ofx_sys as ofx;

use crate::ffi::HostError;

/// Why an action does not succeed.
#[derive(Debug, thiserror::Error)]
pub enum Failure {
    /// The host no longer wants it, or the user does not.
    #[error("cancelled")]
    Cancelled,
    /// The host does not do what it should.
    #[error(transparent)]
    Host(#[from] HostError),
    /// A graph cannot be computed.
    #[error("{}", chain(.0))]
    Graph(#[from] Box<EvalError>),
    /// A preset cannot be used.
    #[error("{}", chain(.0))]
    Preset(#[from] PresetError),
    /// A model cannot be used.
    #[error("{}", chain(.0))]
    Model(#[from] ModelError),
    /// Something that the user can mend, in words.
    #[error("{0}")]
    User(String),
    /// Nothing that this effect knows to do.
    #[error("unsupported")]
    Unsupported,
}

impl Failure {
    /// What the host is told.
    #[must_use]
    pub fn status(&self) -> i32 {
        match self {
            // The host discards what comes of an action that it has aborted.
            Self::Cancelled => ofx::kOfxStatOK,
            Self::Unsupported => ofx::kOfxStatErrUnsupported,
            Self::Host(HostError::Missing(_)) => ofx::kOfxStatErrMissingHostFeature,
            Self::Host(_) | Self::Graph(_) | Self::Preset(_) | Self::Model(_) | Self::User(_) => ofx::kOfxStatFailed,
        }
    }
}

impl From<EvalError> for Failure {
    fn from(error: EvalError) -> Self {
        if matches!(*error.cause, NodeError::Cancelled) { Self::Cancelled } else { Self::Graph(Box::new(error)) }
    }
}

/// An error with the reasons behind it.
pub(crate) fn chain(error: &dyn std::error::Error) -> String {
    let mut text = error.to_string();
    let mut source = error.source();
    while let Some(error) = source {
        let reason = error.to_string();
        // Some errors repeat what is behind them.
        if !text.contains(&reason) {
            text = format!("{text}: {reason}");
        }
        source = error.source();
    }
    text
}
