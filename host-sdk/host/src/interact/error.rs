//! Why an interact does not do what it is asked for.

use std::ffi::CStr;

use crate::status::Status;

/// Why an interact does not do what it is asked for.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum InteractError {
    /// It draws with OpenGL, and the view has none for it.
    #[error("the interact draws with OpenGL, which is not given to it")]
    NeedsOpenGl,
    /// The plugin refused.
    #[error("the interact answered {action} with {status}")]
    Action {
        /// The action.
        action: String,
        /// What it answered.
        status: Status,
    },
}

impl InteractError {
    pub(super) fn new(action: &CStr, status: Status) -> Self {
        Self::Action { action: action.to_string_lossy().into_owned(), status }
    }
}
