//! The one boundary of every callback: what a plugin hands over is checked here, and no panic gets out.

use std::ffi::{CStr, c_char};
use std::panic::{AssertUnwindSafe, catch_unwind};

use ofx_sys::OfxStatus;

use crate::complaint::Misuse;
use crate::scope::complain;
use crate::status::{Answer, Status};

/// Runs the code of a suite function. A panic is a defect of ours: it becomes a complaint and `kOfxStatErrFatal`.
pub(crate) fn guard(function: &'static str, code: impl FnOnce() -> Answer) -> OfxStatus {
    guard_with(function, Status::FATAL, || code().map_or_else(|status| status, |()| Status::OK)).0
}

/// As [`guard`], for functions that do not answer by a status: what they answer after a panic is given.
pub(crate) fn guard_with<T>(function: &'static str, after_panic: T, code: impl FnOnce() -> T) -> T {
    catch_unwind(AssertUnwindSafe(code)).unwrap_or_else(|panic| {
        let words = panic.downcast_ref::<&str>().map(|text| (*text).to_owned());
        let words = words.or_else(|| panic.downcast_ref::<String>().cloned()).unwrap_or_default();
        // The complaint itself must not panic across the boundary either.
        let _ = catch_unwind(|| complain(Misuse::HostDefect, format!("{function} panicked: {words}")));
        after_panic
    })
}

/// Writes a result to where the plugin wants it.
///
/// # Safety
/// `place` is null, or may be written as a `T`.
pub(crate) unsafe fn write<T>(function: &str, place: *mut T, value: T) -> Answer {
    if place.is_null() {
        return refuse_null(function, "place for the result");
    }
    // SAFETY: it is not null, and then the caller says that it can be written. C does not promise more alignment than its
    // type has, but a plugin may be careless.
    unsafe { place.write_unaligned(value) };
    Ok(())
}

/// A string that the plugin passes, which must live for as long as the callback runs.
///
/// # Safety
/// `text` is null, or ends with a zero byte and is not changed during `'a`.
pub(crate) unsafe fn text<'a>(function: &str, text: *const c_char) -> Answer<&'a CStr> {
    if text.is_null() {
        return refuse_null(function, "string");
    }
    // SAFETY: it is not null, and then the caller says that it is a string.
    Ok(unsafe { CStr::from_ptr(text) })
}

/// Refuses a null pointer.
pub(crate) fn refuse_null<T>(function: &str, what: &str) -> Answer<T> {
    complain(Misuse::NullArgument, format!("{function} was given a null {what}"));
    Err(Status::BAD_HANDLE)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_panic_becomes_a_fatal_status() {
        assert_eq!(guard("test", || Ok(())), Status::OK.0);
        assert_eq!(guard("test", || Err(Status::VALUE)), Status::VALUE.0);
        assert_eq!(guard("test", || panic!("a defect")), Status::FATAL.0);
        assert_eq!(guard_with("test", 7, || panic!("a defect")), 7);
    }
}
