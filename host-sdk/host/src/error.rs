//! What can go wrong, and at whose door it lies.

use crate::status::Status;

/// Who is to blame.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Fault {
    /// This library.
    Host,
    /// The plugin.
    Plugin,
    /// Whoever asked: a name that does not exist, a value out of range, a file that is missing.
    User,
}

/// An error of a host.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum HostError {
    /// An action failed.
    #[error("{plugin} answered {action} with {status}")]
    ActionFailed {
        /// The plugin's identifier.
        plugin: String,
        /// The action.
        action: String,
        /// What it answered.
        status: Status,
    },
}

impl HostError {
    /// Who is to blame.
    #[must_use]
    pub fn fault(&self) -> Fault {
        match self {
            Self::ActionFailed { .. } => Fault::Plugin,
        }
    }
}
