//! The Progress suites.

use std::ffi::{c_char, c_void};

use ofx_sys::{OfxProgressSuiteV1, OfxProgressSuiteV2, OfxStatus};

use super::effect::effect_of;
use crate::complaint::Misuse;
use crate::guard::{guard, text};
use crate::scope::complain;
use crate::status::{Answer, Status};

/// All functions of the first version.
pub(super) static SUITE_1: OfxProgressSuiteV1 =
    OfxProgressSuiteV1 { progressStart: Some(start), progressUpdate: Some(update), progressEnd: Some(end) };

/// All functions of the second version.
pub(super) static SUITE_2: OfxProgressSuiteV2 =
    OfxProgressSuiteV2 { progressStart: Some(start_with_id), progressUpdate: Some(update), progressEnd: Some(end) };

unsafe extern "C" fn start(handle: *mut c_void, label: *const c_char) -> OfxStatus {
    // SAFETY: the plugin passes a string, as the suite says.
    guard("progressStart", || unsafe { begin(handle, label) })
}

unsafe extern "C" fn start_with_id(handle: *mut c_void, label: *const c_char, _id: *const c_char) -> OfxStatus {
    // SAFETY: the plugin passes a string, as the suite says.
    guard("progressStart", || unsafe { begin(handle, label) })
}

/// Something long begins.
///
/// # Safety
/// `label` is null or a string.
unsafe fn begin(handle: *mut c_void, label: *const c_char) -> Answer {
    let effect = effect_of("progressStart", handle)?;
    // SAFETY: as our caller says.
    let label = unsafe { text("progressStart", label) }?.to_string_lossy();
    if effect.set_progress(true) {
        complain(Misuse::WrongMoment, "progressStart was called twice without progressEnd");
    }
    effect.host.0.settings.observer.progress_start(&effect.plugin, &label);
    Ok(())
}

unsafe extern "C" fn update(handle: *mut c_void, done: f64) -> OfxStatus {
    guard("progressUpdate", || {
        let effect = effect_of("progressUpdate", handle)?;
        if !effect.has_progress() {
            complain(Misuse::WrongMoment, "progressUpdate was called without progressStart");
            return Err(Status::FAILED);
        }
        if !(0.0..=1.0).contains(&done) {
            complain(Misuse::PropertyValue, format!("progressUpdate was given {done}, which is not from 0 to 1"));
        }
        let goes_on = effect.host.0.settings.observer.progress_update(&effect.plugin, done.clamp(0.0, 1.0));
        if goes_on { Ok(()) } else { Err(Status::NO) }
    })
}

unsafe extern "C" fn end(handle: *mut c_void) -> OfxStatus {
    guard("progressEnd", || {
        let effect = effect_of("progressEnd", handle)?;
        if !effect.set_progress(false) {
            complain(Misuse::WrongMoment, "progressEnd was called without progressStart");
        }
        effect.host.0.settings.observer.progress_end(&effect.plugin);
        Ok(())
    })
}
