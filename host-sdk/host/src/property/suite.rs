//! The Property suite.

use std::ffi::{CStr, CString, c_char, c_int, c_void};
use std::sync::Arc;

use ofx_sys::{OfxPropertySetHandle, OfxPropertySuiteV1, OfxStatus};

use super::{Element, Pointer, PropertySet};
use crate::guard::{guard, refuse_null, text, write};
use crate::handle::find;
use crate::scope::hides;
use crate::status::{Answer, Status};

/// All of its functions.
pub(crate) static SUITE: OfxPropertySuiteV1 = OfxPropertySuiteV1 {
    propSetPointer: Some(set_pointer),
    propSetString: Some(set_string),
    propSetDouble: Some(set_double),
    propSetInt: Some(set_int),
    propSetPointerN: Some(set_pointer_n),
    propSetStringN: Some(set_string_n),
    propSetDoubleN: Some(set_double_n),
    propSetIntN: Some(set_int_n),
    propGetPointer: Some(get_pointer),
    propGetString: Some(get_string),
    propGetDouble: Some(get_double),
    propGetInt: Some(get_int),
    propGetPointerN: Some(get_pointer_n),
    propGetStringN: Some(get_string_n),
    propGetDoubleN: Some(get_double_n),
    propGetIntN: Some(get_int_n),
    propReset: Some(reset),
    propGetDimension: Some(get_dimension),
};

type Name = *const c_char;

/// The set and the name, checked.
///
/// # Safety
/// `name` is null or a string that stays as it is during `'a`.
unsafe fn open<'a>(what: &str, set: OfxPropertySetHandle, name: Name) -> Answer<(Arc<PropertySet>, &'a CStr)> {
    let set = find(what, set)?;
    // SAFETY: as our caller says.
    let name = unsafe { text(what, name) }?;
    if hides(name) { Err(Status::UNKNOWN) } else { Ok((set, name)) }
}

/// Sets one value.
///
/// # Safety
/// `name` is null or a string.
unsafe fn set<T: Element>(
    what: &'static str,
    handle: OfxPropertySetHandle,
    name: Name,
    index: c_int,
    value: impl FnOnce() -> Answer<T>,
) -> OfxStatus {
    guard(what, || {
        // SAFETY: as our caller says.
        let (set, name) = unsafe { open(what, handle, name) }?;
        set.write(what, name, index, vec![value()?], false)
    })
}

/// Sets all values.
///
/// # Safety
/// `name` is null or a string; `values` is null or points to `count` of them.
unsafe fn set_n<C: Copy, T: Element>(
    what: &'static str,
    handle: OfxPropertySetHandle,
    name: Name,
    count: c_int,
    values: *const C,
    convert: impl Fn(C) -> Answer<T>,
) -> OfxStatus {
    guard(what, || {
        // SAFETY: as our caller says.
        let (set, name) = unsafe { open(what, handle, name) }?;
        let len = usize::try_from(count).map_err(|_| Status::BAD_INDEX)?;
        if values.is_null() && len > 0 {
            return refuse_null(what, "array");
        }
        // SAFETY: it is not null, and then has that many, as our caller says.
        let list =
            (0..len).map(|at| convert(unsafe { values.add(at).read_unaligned() })).collect::<Answer<Vec<T>>>()?;
        set.write(what, name, 0, list, true)
    })
}

/// Reads `count` values from `index` on.
///
/// # Safety
/// `name` is null or a string; `places` is null or has room for `count` values.
unsafe fn get<C, T: Element>(
    what: &'static str,
    handle: OfxPropertySetHandle,
    name: Name,
    (index, count): (c_int, c_int),
    places: *mut C,
    convert: impl Fn(&T) -> C,
) -> OfxStatus {
    guard(what, || {
        // SAFETY: as our caller says.
        let (set, name) = unsafe { open(what, handle, name) }?;
        if places.is_null() {
            return refuse_null(what, "place for the result");
        }
        set.read(what, name, index, count, |at, value: &T| {
            // SAFETY: there is room for `count`, as our caller says, and `read` gives no more.
            unsafe { places.add(at).write_unaligned(convert(value)) };
        })
    })
}

/// A copy of a plugin's string.
///
/// # Safety
/// It is null or a string.
unsafe fn copy(what: &str, value: *const c_char) -> Answer<CString> {
    // SAFETY: as our caller says.
    Ok(unsafe { text(what, value) }?.to_owned())
}

unsafe extern "C" fn set_pointer(set_: OfxPropertySetHandle, name: Name, at: c_int, value: *mut c_void) -> OfxStatus {
    // SAFETY: the plugin passes a string, as the suite says.
    unsafe { set("propSetPointer", set_, name, at, || Ok(Pointer(value))) }
}

unsafe extern "C" fn set_string(set_: OfxPropertySetHandle, name: Name, at: c_int, value: *const c_char) -> OfxStatus {
    // SAFETY: the plugin passes strings, as the suite says.
    unsafe { set("propSetString", set_, name, at, || copy("propSetString", value)) }
}

unsafe extern "C" fn set_double(set_: OfxPropertySetHandle, name: Name, at: c_int, value: f64) -> OfxStatus {
    // SAFETY: the plugin passes a string, as the suite says.
    unsafe { set("propSetDouble", set_, name, at, || Ok(value)) }
}

unsafe extern "C" fn set_int(set_: OfxPropertySetHandle, name: Name, at: c_int, value: c_int) -> OfxStatus {
    // SAFETY: the plugin passes a string, as the suite says.
    unsafe { set("propSetInt", set_, name, at, || Ok(value)) }
}

unsafe extern "C" fn set_pointer_n(
    set: OfxPropertySetHandle,
    name: Name,
    count: c_int,
    values: *const *mut c_void,
) -> OfxStatus {
    // SAFETY: the plugin passes a string and that many pointers, as the suite says.
    unsafe { set_n("propSetPointerN", set, name, count, values, |value| Ok(Pointer(value))) }
}

unsafe extern "C" fn set_string_n(
    set: OfxPropertySetHandle,
    name: Name,
    count: c_int,
    values: *const *const c_char,
) -> OfxStatus {
    // SAFETY: the plugin passes a string and that many strings, as the suite says.
    unsafe { set_n("propSetStringN", set, name, count, values, |value| copy("propSetStringN", value)) }
}

unsafe extern "C" fn set_double_n(
    set: OfxPropertySetHandle,
    name: Name,
    count: c_int,
    values: *const f64,
) -> OfxStatus {
    // SAFETY: the plugin passes a string and that many numbers, as the suite says.
    unsafe { set_n("propSetDoubleN", set, name, count, values, Ok) }
}

unsafe extern "C" fn set_int_n(set: OfxPropertySetHandle, name: Name, count: c_int, values: *const c_int) -> OfxStatus {
    // SAFETY: the plugin passes a string and that many numbers, as the suite says.
    unsafe { set_n("propSetIntN", set, name, count, values, Ok) }
}

unsafe extern "C" fn get_pointer(
    set: OfxPropertySetHandle,
    name: Name,
    index: c_int,
    value: *mut *mut c_void,
) -> OfxStatus {
    // SAFETY: the plugin passes a string and room for the value, as the suite says.
    unsafe { get("propGetPointer", set, name, (index, 1), value, |pointer: &Pointer| pointer.0) }
}

unsafe extern "C" fn get_string(
    set: OfxPropertySetHandle,
    name: Name,
    index: c_int,
    value: *mut *mut c_char,
) -> OfxStatus {
    // SAFETY: the plugin passes a string and room for the value, as the suite says.
    unsafe { get("propGetString", set, name, (index, 1), value, |text: &CString| text.as_ptr().cast_mut()) }
}

unsafe extern "C" fn get_double(set: OfxPropertySetHandle, name: Name, index: c_int, value: *mut f64) -> OfxStatus {
    // SAFETY: the plugin passes a string and room for the value, as the suite says.
    unsafe { get("propGetDouble", set, name, (index, 1), value, |value: &f64| *value) }
}

unsafe extern "C" fn get_int(set: OfxPropertySetHandle, name: Name, index: c_int, value: *mut c_int) -> OfxStatus {
    // SAFETY: the plugin passes a string and room for the value, as the suite says.
    unsafe { get("propGetInt", set, name, (index, 1), value, |value: &c_int| *value) }
}

unsafe extern "C" fn get_pointer_n(
    set: OfxPropertySetHandle,
    name: Name,
    count: c_int,
    values: *mut *mut c_void,
) -> OfxStatus {
    // SAFETY: the plugin passes a string and room for that many, as the suite says.
    unsafe { get("propGetPointerN", set, name, (0, count), values, |pointer: &Pointer| pointer.0) }
}

unsafe extern "C" fn get_string_n(
    set: OfxPropertySetHandle,
    name: Name,
    count: c_int,
    values: *mut *mut c_char,
) -> OfxStatus {
    // SAFETY: the plugin passes a string and room for that many, as the suite says.
    unsafe { get("propGetStringN", set, name, (0, count), values, |text: &CString| text.as_ptr().cast_mut()) }
}

unsafe extern "C" fn get_double_n(set: OfxPropertySetHandle, name: Name, count: c_int, values: *mut f64) -> OfxStatus {
    // SAFETY: the plugin passes a string and room for that many, as the suite says.
    unsafe { get("propGetDoubleN", set, name, (0, count), values, |value: &f64| *value) }
}

unsafe extern "C" fn get_int_n(set: OfxPropertySetHandle, name: Name, count: c_int, values: *mut c_int) -> OfxStatus {
    // SAFETY: the plugin passes a string and room for that many, as the suite says.
    unsafe { get("propGetIntN", set, name, (0, count), values, |value: &c_int| *value) }
}

unsafe extern "C" fn reset(set: OfxPropertySetHandle, name: Name) -> OfxStatus {
    guard("propReset", || {
        // SAFETY: the plugin passes a string, as the suite says.
        let (set, name) = unsafe { open("propReset", set, name) }?;
        set.reset(name)
    })
}

unsafe extern "C" fn get_dimension(set: OfxPropertySetHandle, name: Name, count: *mut c_int) -> OfxStatus {
    guard("propGetDimension", || {
        // SAFETY: the plugin passes a string and room for the number, as the suite says.
        let (set, name) = unsafe { open("propGetDimension", set, name) }?;
        let dimension = set.dimension(name)?;
        // SAFETY: as above. No property is longer than its limit, which an int holds.
        unsafe { write("propGetDimension", count, dimension as c_int) }
    })
}
