//! Parameters: what a plugin declares, their values and keyframes.
//!
//! The seam to the rest: a description in a context and each instance own an `Owned<ParamSet>`, which `getParamSet` hands
//! to the plugin. An instance makes its set from the one of the description, and gives it a `ParamOwner`, by which the
//! set asks and tells.

mod curve;
mod custom;
mod define;
mod describe;
mod description;
mod keys;
mod kind;
mod numbers;
mod parameter;
mod parametric;
mod parametric_suite;
mod saved;
mod set;
mod stored;
mod suite;
mod value;
mod variadic;

use std::ffi::CStr;

pub use description::{Invalidates, Measures, ParamDescription, ParamOption, StringMode};
pub use keys::{Interpolation, Key};
pub use kind::ParamKind;
pub use parametric::{ControlCurve, ControlPoint};
pub use saved::{Content, SavedParam, SavedParams};
pub use value::{ParamValue, ValueError};

pub(crate) use parametric_suite::SUITE as PARAMETRIC_SUITE;
pub(crate) use set::ParamSet;
pub(crate) use suite::SUITE;

/// What a parameter set needs of the instance that owns it.
pub(crate) trait ParamOwner: Send + Sync {
    /// The plugin has set a parameter; the instance sends `kOfxActionInstanceChanged` where that is due.
    fn changed_by_plugin(&self, name: &CStr);
    /// The time at which `paramGetValue` and `paramSetValue` work.
    fn time(&self) -> f64;
    /// Runs code that calls the plugin, as an action of that name is run.
    fn call(&self, action: &'static CStr, code: &mut dyn FnMut());
    /// The plugin begins changes that a user takes back at once, or ends them.
    fn edit(&self, name: Option<&str>);
}

#[cfg(test)]
mod tests;
