//! The TimeLine suite.

use std::ffi::c_void;

use ofx_sys::{OfxStatus, OfxTimeLineSuiteV1};

use super::effect::effect_of;
use crate::guard::{guard, write};
use crate::status::Status;

/// All of its functions.
pub(super) static SUITE: OfxTimeLineSuiteV1 =
    OfxTimeLineSuiteV1 { getTime: Some(get_time), gotoTime: Some(go_to_time), getTimeBounds: Some(get_time_bounds) };

unsafe extern "C" fn get_time(handle: *mut c_void, time: *mut f64) -> OfxStatus {
    guard("getTime", || {
        let effect = effect_of("getTime", handle)?;
        let now = effect.host.0.settings.observer.time().or_else(|| effect.time()).ok_or(Status::FAILED)?;
        // SAFETY: the plugin passes room for the number, as the suite says.
        unsafe { write("getTime", time, now) }
    })
}

unsafe extern "C" fn go_to_time(handle: *mut c_void, time: f64) -> OfxStatus {
    guard("gotoTime", || {
        let effect = effect_of("gotoTime", handle)?;
        if effect.host.0.settings.observer.go_to_time(time) { Ok(()) } else { Err(Status::FAILED) }
    })
}

unsafe extern "C" fn get_time_bounds(handle: *mut c_void, first: *mut f64, last: *mut f64) -> OfxStatus {
    guard("getTimeBounds", || {
        let effect = effect_of("getTimeBounds", handle)?;
        let bounds = effect.host.0.settings.observer.time_bounds().or_else(|| effect.frame_range());
        let bounds = bounds.ok_or(Status::FAILED)?;
        // SAFETY: the plugin passes room for the numbers, as the suite says.
        unsafe {
            write("getTimeBounds", first, bounds.0)?;
            write("getTimeBounds", last, bounds.1)
        }
    })
}
