//! The answers of actions and suite functions.

use std::ffi::c_int;
use std::fmt;

use ofx_sys::*;

/// A status code of OpenFX. As an error it is the reason why a suite function refuses.
#[derive(Clone, Copy, PartialEq, Eq, Hash)]
pub struct Status(pub c_int);

/// What the code of a suite function gives: nothing or something, or the status with which it refuses.
pub(crate) type Answer<T = ()> = Result<T, Status>;

impl Status {
    /// `kOfxStatOK`.
    pub const OK: Self = Self(kOfxStatOK);
    /// `kOfxStatFailed`.
    pub const FAILED: Self = Self(kOfxStatFailed);
    /// `kOfxStatErrFatal`.
    pub const FATAL: Self = Self(kOfxStatErrFatal);
    /// `kOfxStatErrUnknown`.
    pub const UNKNOWN: Self = Self(kOfxStatErrUnknown);
    /// `kOfxStatErrUnsupported`.
    pub const UNSUPPORTED: Self = Self(kOfxStatErrUnsupported);
    /// `kOfxStatErrMissingHostFeature`.
    pub const MISSING_HOST_FEATURE: Self = Self(kOfxStatErrMissingHostFeature);
    /// `kOfxStatErrExists`.
    pub const EXISTS: Self = Self(kOfxStatErrExists);
    /// `kOfxStatErrMemory`.
    pub const MEMORY: Self = Self(kOfxStatErrMemory);
    /// `kOfxStatErrBadHandle`.
    pub const BAD_HANDLE: Self = Self(kOfxStatErrBadHandle);
    /// `kOfxStatErrBadIndex`.
    pub const BAD_INDEX: Self = Self(kOfxStatErrBadIndex);
    /// `kOfxStatErrValue`.
    pub const VALUE: Self = Self(kOfxStatErrValue);
    /// `kOfxStatReplyYes`.
    pub const YES: Self = Self(kOfxStatReplyYes);
    /// `kOfxStatReplyNo`.
    pub const NO: Self = Self(kOfxStatReplyNo);
    /// `kOfxStatReplyDefault`.
    pub const DEFAULT: Self = Self(kOfxStatReplyDefault);

    /// The constant's name, where the code is one of the standard.
    #[must_use]
    pub fn name(self) -> Option<&'static str> {
        Some(match self.0 {
            kOfxStatOK => "kOfxStatOK",
            kOfxStatFailed => "kOfxStatFailed",
            kOfxStatErrFatal => "kOfxStatErrFatal",
            kOfxStatErrUnknown => "kOfxStatErrUnknown",
            kOfxStatErrMissingHostFeature => "kOfxStatErrMissingHostFeature",
            kOfxStatErrUnsupported => "kOfxStatErrUnsupported",
            kOfxStatErrExists => "kOfxStatErrExists",
            kOfxStatErrFormat => "kOfxStatErrFormat",
            kOfxStatErrMemory => "kOfxStatErrMemory",
            kOfxStatErrBadHandle => "kOfxStatErrBadHandle",
            kOfxStatErrBadIndex => "kOfxStatErrBadIndex",
            kOfxStatErrValue => "kOfxStatErrValue",
            kOfxStatReplyYes => "kOfxStatReplyYes",
            kOfxStatReplyNo => "kOfxStatReplyNo",
            kOfxStatReplyDefault => "kOfxStatReplyDefault",
            kOfxStatUnlicensed => "kOfxStatUnlicensed",
            kOfxStatErrImageFormat => "kOfxStatErrImageFormat",
            kOfxStatGPUOutOfMemory => "kOfxStatGPUOutOfMemory",
            kOfxStatGPURenderFailed => "kOfxStatGPURenderFailed",
            _ => return None,
        })
    }
}

impl fmt::Display for Status {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.name() {
            Some(name) => f.write_str(name),
            None => write!(f, "status {}", self.0),
        }
    }
}

impl fmt::Debug for Status {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{self}")
    }
}
