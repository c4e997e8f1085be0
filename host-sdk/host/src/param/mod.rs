//! Parameters: what a plugin declares, their values and keyframes.
//!
//! The seam to the rest: a description in a context and each instance own an `Owned<ParamSet>`, which `getParamSet` hands
//! to the plugin. An instance makes its set from the one of the description, and gives it a [`ParamOwner`], by which the
//! set asks and tells.

use std::ffi::CStr;

/// What a parameter set needs of the instance that owns it.
pub(crate) trait ParamOwner: Send + Sync {
    /// The plugin has set a parameter; the instance sends `kOfxActionInstanceChanged` where that is due.
    fn changed_by_plugin(&self, name: &CStr);
    /// The place and size of the project, in canonical coordinates: what normalised values are parts of.
    fn project(&self) -> ([f64; 2], [f64; 2]);
    /// The time at which `paramGetValue` and `paramSetValue` work.
    fn time(&self) -> f64;
}
