//! The plugin's side of the C interface: the only module with `unsafe`.
//!
//! Wrappers borrow what the host lends for the length of an action, and check what they are given: a null handle, a null
//! function in a suite and a status that is none of OK are errors, never a crash. Above this module nobody sees a pointer.
#![allow(unsafe_code, reason = "hosts speak C")]

pub mod clip;
pub mod effect;
pub mod entry;
pub mod host;
pub mod image;
pub mod interact;
pub mod message;
pub mod param;
pub mod property;
pub mod suites;

use std::ffi::CString;

use ofx_sys as ofx;

/// What went wrong between plugin and host.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum HostError {
    /// The host has no such suite, or left a function of it out.
    #[error("this host does not offer {0}")]
    Missing(&'static str),
    /// A function of the host did not succeed.
    #[error("{call} failed: {}{}", status_name(*.status), about(.what))]
    Status {
        /// The function.
        call: &'static str,
        /// The property, parameter or clip.
        what: String,
        /// What it answered.
        status: i32,
    },
    /// The host gave a null pointer where there must be something.
    #[error("the host gave no {0}")]
    Null(&'static str),
    /// The host says something that cannot be.
    #[error("the host says that {0}")]
    Nonsense(String),
}

/// A result of a call into the host.
pub type Result<T, E = HostError> = std::result::Result<T, E>;

fn about(what: &str) -> String {
    if what.is_empty() { String::new() } else { format!(" ({what})") }
}

/// The name of a status code, as the headers have it.
pub(crate) fn status_name(status: i32) -> &'static str {
    match status {
        ofx::kOfxStatOK => "kOfxStatOK",
        ofx::kOfxStatFailed => "kOfxStatFailed",
        ofx::kOfxStatErrFatal => "kOfxStatErrFatal",
        ofx::kOfxStatErrUnknown => "kOfxStatErrUnknown",
        ofx::kOfxStatErrMissingHostFeature => "kOfxStatErrMissingHostFeature",
        ofx::kOfxStatErrUnsupported => "kOfxStatErrUnsupported",
        ofx::kOfxStatErrExists => "kOfxStatErrExists",
        ofx::kOfxStatErrFormat => "kOfxStatErrFormat",
        ofx::kOfxStatErrMemory => "kOfxStatErrMemory",
        ofx::kOfxStatErrBadHandle => "kOfxStatErrBadHandle",
        ofx::kOfxStatErrBadIndex => "kOfxStatErrBadIndex",
        ofx::kOfxStatErrValue => "kOfxStatErrValue",
        ofx::kOfxStatReplyYes => "kOfxStatReplyYes",
        ofx::kOfxStatReplyNo => "kOfxStatReplyNo",
        ofx::kOfxStatReplyDefault => "kOfxStatReplyDefault",
        _ => "an unknown status",
    }
}

fn check(call: &'static str, what: impl AsRef<str>, status: i32) -> Result<()> {
    if status == ofx::kOfxStatOK {
        Ok(())
    } else {
        Err(HostError::Status { call, what: what.as_ref().to_owned(), status })
    }
}

/// A text for the host. What cannot stand in a C string, a zero byte, is left out.
fn c_string(text: &str) -> CString {
    let clean = if text.contains('\0') { text.replace('\0', "") } else { text.to_owned() };
    CString::new(clean).unwrap_or_default()
}

/// Calls a function of a suite; `HostError::Missing` where the host left it out.
macro_rules! call {
    ($suite:expr, $function:ident, $what:expr $(, $argument:expr)* $(,)?) => {{
        let name = stringify!($function);
        match $suite.$function {
            // SAFETY: the host's own function, with handles that it lent for this action and pointers to values that
            // live until the call returns.
            Some(function) => $crate::ffi::check(name, $what, unsafe { function($($argument),*) }),
            None => Err($crate::ffi::HostError::Missing(name)),
        }
    }};
}
pub(crate) use call;
