//! Messages and progress. Every function of these suites may be missing; then nothing is shown.

use std::ffi::CStr;
use std::marker::PhantomData;

use ofx_sys as ofx;

use super::suites::Suites;
use super::{c_string, call};

/// What a message is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// Something went wrong.
    Error,
    /// Something is not as one might think.
    Warning,
    /// Something is done.
    Message,
}

impl Kind {
    fn name(self) -> &'static CStr {
        match self {
            Self::Error => ofx::kOfxMessageError,
            Self::Warning => ofx::kOfxMessageWarning,
            Self::Message => ofx::kOfxMessageMessage,
        }
    }
}

/// Texts go through a format of C, which is this one.
const PLAIN: &CStr = c"%s";

pub(super) fn set_persistent(suites: &Suites, effect: ofx::OfxImageEffectHandle, text: &str) {
    let Some(suite) = suites.persistent else { return };
    let text = c_string(text);
    let (kind, id) = (ofx::kOfxMessageError.as_ptr(), c"dragfx".as_ptr());
    // Nothing can be told about a message that cannot be shown.
    drop(call!(suite, setPersistentMessage, "", effect.cast(), kind, id, PLAIN.as_ptr(), text.as_ptr()));
}

pub(super) fn clear_persistent(suites: &Suites, effect: ofx::OfxImageEffectHandle) {
    if let Some(suite) = suites.persistent {
        drop(call!(suite, clearPersistentMessage, "", effect.cast()));
    }
}

pub(super) fn show(suites: &Suites, effect: ofx::OfxImageEffectHandle, kind: Kind, text: &str) {
    let text = c_string(text);
    let (kind, id) = (kind.name().as_ptr(), c"dragfx".as_ptr());
    let message = suites.persistent.and_then(|suite| suite.message).or(suites.message.and_then(|suite| suite.message));
    if let Some(message) = message {
        // SAFETY: the host's own function, which is the same in both versions, with its instance and C strings; the
        // format takes one text.
        unsafe { message(effect.cast(), kind, id, PLAIN.as_ptr(), text.as_ptr()) };
    }
}

/// A progress bar of the host. To be used on the thread of the action.
#[derive(Debug)]
pub struct Progress<'a> {
    suites: Suites,
    effect: ofx::OfxImageEffectHandle,
    lent: PhantomData<&'a ()>,
}

impl Progress<'_> {
    pub(super) fn start(suites: Suites, effect: ofx::OfxImageEffectHandle, title: &str) -> Self {
        let text = c_string(title);
        let titled = suites
            .titled_progress
            .map(|suite| call!(suite, progressStart, "", effect.cast(), text.as_ptr(), c"dragfx".as_ptr()).is_ok());
        // Where the newer suite is not there, or does not work, the older one may.
        let suites = if titled == Some(true) { suites } else { Suites { titled_progress: None, ..suites } };
        if suites.titled_progress.is_none()
            && let Some(suite) = suites.progress
        {
            drop(call!(suite, progressStart, "", effect.cast(), text.as_ptr()));
        }
        Self { suites, effect, lent: PhantomData }
    }

    /// Shows a part from 0 to 1 that is done. `false` if the user wants it to end.
    #[must_use]
    pub fn update(&self, done: f64) -> bool {
        let newer = self.suites.titled_progress.and_then(|suite| suite.progressUpdate);
        let update = newer.or(self.suites.progress.and_then(|suite| suite.progressUpdate));
        // SAFETY: the host's own function, which is the same in both versions, with the instance that it was started for.
        let status = update.map(|update| unsafe { update(self.effect.cast(), done) });
        status != Some(ofx::kOfxStatReplyNo)
    }
}

impl Drop for Progress<'_> {
    fn drop(&mut self) {
        let newer = self.suites.titled_progress.and_then(|suite| suite.progressEnd);
        if let Some(end) = newer.or(self.suites.progress.and_then(|suite| suite.progressEnd)) {
            // SAFETY: as above.
            unsafe { end(self.effect.cast()) };
        }
    }
}
