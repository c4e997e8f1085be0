//! The suites of a host. Four are required; of the others each function may be missing.

use std::ffi::CStr;

use ofx_sys as ofx;

use super::{HostError, Result};

/// The suites, as the host offers them.
#[derive(Clone, Copy, Debug)]
pub struct Suites {
    pub(super) property: &'static ofx::OfxPropertySuiteV1,
    pub(super) effect: &'static ofx::OfxImageEffectSuiteV1,
    pub(super) param: &'static ofx::OfxParameterSuiteV1,
    pub(super) message: Option<&'static ofx::OfxMessageSuiteV1>,
    pub(super) persistent: Option<&'static ofx::OfxMessageSuiteV2>,
    pub(super) progress: Option<&'static ofx::OfxProgressSuiteV1>,
    pub(super) titled_progress: Option<&'static ofx::OfxProgressSuiteV2>,
    pub(super) interact: Option<&'static ofx::OfxInteractSuiteV1>,
    pub(super) draw: Option<&'static ofx::OfxDrawSuiteV1>,
}

impl Suites {
    /// Fetches all of them.
    ///
    /// # Errors
    /// A required suite is missing.
    ///
    /// # Safety
    /// `host` is what the host gave to `setHost`. Its suites live as long as the host does, which is longer than the plugin.
    pub(super) unsafe fn fetch(host: &ofx::OfxHost) -> Result<Self> {
        // SAFETY: each name is asked for with the version whose struct is expected, as the standard has it.
        unsafe {
            let required = "a suite that every host must have";
            Ok(Self {
                property: fetch(host, ofx::kOfxPropertySuite, 1).ok_or(HostError::Missing(required))?,
                effect: fetch(host, ofx::kOfxImageEffectSuite, 1).ok_or(HostError::Missing(required))?,
                param: fetch(host, ofx::kOfxParameterSuite, 1).ok_or(HostError::Missing(required))?,
                message: fetch(host, ofx::kOfxMessageSuite, 1),
                persistent: fetch(host, ofx::kOfxMessageSuite, 2),
                progress: fetch(host, ofx::kOfxProgressSuite, 1),
                titled_progress: fetch(host, ofx::kOfxProgressSuite, 2),
                interact: fetch(host, ofx::kOfxInteractSuite, 1),
                draw: fetch(host, ofx::kOfxDrawSuite, 1),
            })
        }
    }

    /// Which of the optional suites there are, for the log.
    #[must_use]
    pub fn optional(&self) -> Vec<&'static str> {
        let all = [
            ("messages 1", self.message.is_some()),
            ("messages 2", self.persistent.is_some()),
            ("progress 1", self.progress.is_some()),
            ("progress 2", self.titled_progress.is_some()),
            ("interacts", self.interact.is_some()),
            ("drawing", self.draw.is_some()),
        ];
        all.into_iter().filter_map(|(name, there)| there.then_some(name)).collect()
    }
}

/// # Safety
/// `T` is the struct of that version of the suite.
unsafe fn fetch<T>(host: &ofx::OfxHost, name: &CStr, version: i32) -> Option<&'static T> {
    // SAFETY: the host's own function and property set; the name is a C string.
    let suite = unsafe { host.fetchSuite?(host.host, name.as_ptr(), version) };
    // SAFETY: null, or a struct of that type that the host keeps.
    unsafe { suite.cast::<T>().as_ref() }
}
