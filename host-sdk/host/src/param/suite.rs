//! The Parameter suite.
//!
//! Its variadic functions are in `shim.c`, which calls the exported ones below.

use std::ffi::{CStr, c_char, c_int, c_uint, c_void};
use std::ptr::null;
use std::sync::Arc;

use ofx_sys::*;

use super::kind::{Holds, ParamKind};
use super::numbers::Numbers;
use super::parameter::Param;
use super::set::{ParamSet, delete_keys};
use super::stored::{Item, copy_bytes};
use crate::complaint::Misuse;
use crate::guard::{guard, guard_with, refuse_null, text, write};
use crate::handle::{find, peek};
use crate::scope::{action, complain, keep};
use crate::status::{Answer, Status};

/// All of its functions.
pub(crate) static SUITE: OfxParameterSuiteV1 = OfxParameterSuiteV1 {
    paramDefine: Some(define),
    paramGetHandle: Some(get_handle),
    paramSetGetPropertySet: Some(set_get_property_set),
    paramGetPropertySet: Some(get_property_set),
    paramGetValue: Some(ofx_host_param_get_value),
    paramGetValueAtTime: Some(ofx_host_param_get_value_at_time),
    paramGetDerivative: Some(ofx_host_param_get_derivative),
    paramGetIntegral: Some(ofx_host_param_get_integral),
    paramSetValue: Some(ofx_host_param_set_value),
    paramSetValueAtTime: Some(ofx_host_param_set_value_at_time),
    paramGetNumKeys: Some(get_num_keys),
    paramGetKeyTime: Some(get_key_time),
    paramGetKeyIndex: Some(get_key_index),
    paramDeleteKey: Some(delete_key),
    paramDeleteAllKeys: Some(delete_all_keys),
    paramCopy: Some(copy),
    paramEditBegin: Some(edit_begin),
    paramEditEnd: Some(edit_end),
};

unsafe extern "C" {
    fn ofx_host_param_get_value(param: OfxParamHandle, ...) -> OfxStatus;
    fn ofx_host_param_get_value_at_time(param: OfxParamHandle, time: OfxTime, ...) -> OfxStatus;
    fn ofx_host_param_get_derivative(param: OfxParamHandle, time: OfxTime, ...) -> OfxStatus;
    fn ofx_host_param_get_integral(param: OfxParamHandle, from: OfxTime, to: OfxTime, ...) -> OfxStatus;
    fn ofx_host_param_set_value(param: OfxParamHandle, ...) -> OfxStatus;
    fn ofx_host_param_set_value_at_time(param: OfxParamHandle, time: OfxTime, ...) -> OfxStatus;
}

/// An argument of a function that sets a value, as `shim.c` has fetched it.
#[repr(C)]
union Argument {
    integer: c_int,
    number: f64,
    pointer: *const c_void,
}

/// Actions in which a host may be rendering, so that a parameter that changes makes pictures that do not fit together.
const RENDERING: [&CStr; 9] = [
    kOfxImageEffectActionRender,
    kOfxImageEffectActionBeginSequenceRender,
    kOfxImageEffectActionEndSequenceRender,
    kOfxImageEffectActionIsIdentity,
    kOfxImageEffectActionGetRegionOfDefinition,
    kOfxImageEffectActionGetRegionsOfInterest,
    kOfxImageEffectActionGetFramesNeeded,
    kOfxImageEffectActionGetClipPreferences,
    kOfxImageEffectActionGetTimeDomain,
];

unsafe extern "C" fn define(
    set: OfxParamSetHandle,
    kind: *const c_char,
    name: *const c_char,
    properties: *mut OfxPropertySetHandle,
) -> OfxStatus {
    const FUNCTION: &str = "paramDefine";
    guard(FUNCTION, || {
        let set: Arc<ParamSet> = find(FUNCTION, set)?;
        // SAFETY: the plugin passes strings, as the suite says.
        let (kind, name) = unsafe { (text(FUNCTION, kind)?, text(FUNCTION, name)?) };
        let described = name.to_string_lossy();
        if set.shared.is_instance {
            complain(Misuse::WrongMoment, format!("{FUNCTION} of `{described}` in an instance"));
            return Err(Status::BAD_HANDLE);
        }
        let kind = ParamKind::from_ofx(kind).ok_or_else(|| {
            complain(Misuse::Declaration, format!("`{described}` is of the unknown type {}", kind.to_string_lossy()));
            Status::UNKNOWN
        })?;
        if name.is_empty() {
            complain(Misuse::Declaration, "a parameter has an empty name");
        }
        let param = set.declare(name, kind).inspect_err(|_| {
            complain(Misuse::Declaration, format!("a parameter `{described}` exists already"));
        })?;
        if !properties.is_null() {
            // SAFETY: it is not null, and then has room for a handle, as the suite says.
            unsafe { write(FUNCTION, properties, param.properties.handle()) }?;
        }
        Ok(())
    })
}

unsafe extern "C" fn get_handle(
    set: OfxParamSetHandle,
    name: *const c_char,
    handle: *mut OfxParamHandle,
    properties: *mut OfxPropertySetHandle,
) -> OfxStatus {
    const FUNCTION: &str = "paramGetHandle";
    guard(FUNCTION, || {
        let set: Arc<ParamSet> = find(FUNCTION, set)?;
        // SAFETY: the plugin passes a string, as the suite says.
        let name = unsafe { text(FUNCTION, name) }?;
        // Many plugins ask for what another context or version of theirs declares: that is no misuse.
        let param = set.get(name).ok_or(Status::UNKNOWN)?;
        if !properties.is_null() {
            // SAFETY: it is not null, and then has room for a handle, as the suite says.
            unsafe { write(FUNCTION, properties, param.properties.handle()) }?;
        }
        if handle.is_null() && !properties.is_null() {
            return Ok(());
        }
        // SAFETY: there is room for a handle, as the suite says.
        unsafe { write(FUNCTION, handle, param.handle()) }
    })
}

unsafe extern "C" fn set_get_property_set(set: OfxParamSetHandle, handle: *mut OfxPropertySetHandle) -> OfxStatus {
    const FUNCTION: &str = "paramSetGetPropertySet";
    guard(FUNCTION, || {
        let set: Arc<ParamSet> = find(FUNCTION, set)?;
        // SAFETY: there is room for a handle, as the suite says.
        unsafe { write(FUNCTION, handle, std::ptr::without_provenance_mut(set.properties)) }
    })
}

unsafe extern "C" fn get_property_set(param: OfxParamHandle, handle: *mut OfxPropertySetHandle) -> OfxStatus {
    const FUNCTION: &str = "paramGetPropertySet";
    guard(FUNCTION, || {
        let param: Arc<Param> = find(FUNCTION, param)?;
        // SAFETY: there is room for a handle, as the suite says.
        unsafe { write(FUNCTION, handle, param.properties.handle()) }
    })
}

/// What a parameter holds and how many, for the shim: 0 is nothing, 1 integers, 2 doubles, 3 pointers.
///
/// # Safety
/// `count` may be written.
#[unsafe(no_mangle)]
unsafe extern "C" fn ofx_host_param_holds(param: OfxParamHandle, count: *mut c_int) -> c_int {
    guard_with("paramGetValue", 0, || {
        let holds = peek::<Param, _>(param).map_or(Holds::Nothing, |param| param.kind.holds());
        let (holds, number) = match holds {
            Holds::Nothing | Holds::Curves => (0, 0),
            Holds::Integers(number) => (1, number),
            Holds::Doubles(number) => (2, number),
            Holds::Text | Holds::Bytes => (3, 1),
        };
        // SAFETY: the shim passes a variable of its own.
        unsafe { count.write(number as c_int) };
        holds
    })
}

/// Answers a question about a parameter's value, for the shim.
///
/// # Safety
/// `places` points to four pointers, of which as many are the plugin's as [`ofx_host_param_holds`] says.
#[unsafe(no_mangle)]
unsafe extern "C" fn ofx_host_param_get(
    param: OfxParamHandle,
    question: c_int,
    from: OfxTime,
    to: OfxTime,
    places: *const *mut c_void,
) -> OfxStatus {
    const QUESTIONS: [&str; 4] = ["paramGetValue", "paramGetValueAtTime", "paramGetDerivative", "paramGetIntegral"];
    let function = usize::try_from(question).ok().and_then(|question| QUESTIONS.get(question)).unwrap_or(&QUESTIONS[0]);
    guard(function, || {
        let param = instance_param(function, param)?;
        let item = match question {
            0 => {
                if action() == Some(kOfxImageEffectActionRender) {
                    complain(Misuse::WrongMoment, "paramGetValue while rendering, where paramGetValueAtTime belongs");
                }
                param.item(None)
            }
            1 => param.item(Some(finite(function, from)?)),
            2 => param.derivative(finite(function, from)?).map(Item::Numbers),
            _ => param.integral(finite(function, from)?, finite(function, to)?).map(Item::Numbers),
        };
        let item = item.ok_or_else(|| {
            let name = param.name.to_string_lossy();
            complain(Misuse::ParameterValue, format!("{function} of `{name}`, which is a {:?}", param.kind));
            Status::UNSUPPORTED
        })?;
        // SAFETY: the shim passes an array of four pointers.
        let places = unsafe { std::slice::from_raw_parts(places, Numbers::MOST) };
        // SAFETY: the plugin passes places for what the parameter holds, as the suite says.
        unsafe { hand_out(function, &param, item, places) }
    })
}

/// Writes a value to where the plugin wants it.
///
/// # Safety
/// `places` are null or have room for what the parameter holds.
unsafe fn hand_out(function: &str, param: &Param, item: Item, places: &[*mut c_void]) -> Answer {
    match item {
        Item::Numbers(numbers) if matches!(param.kind.holds(), Holds::Integers(_)) => {
            for (place, number) in places.iter().zip(numbers.integers()) {
                // SAFETY: there is room for an integer, as our caller says.
                unsafe { write(function, place.cast::<c_int>(), number) }?;
            }
            Ok(())
        }
        Item::Numbers(numbers) => {
            for (place, &number) in places.iter().zip(numbers.iter()) {
                // SAFETY: there is room for a double, as our caller says.
                unsafe { write(function, place.cast::<f64>(), number) }?;
            }
            Ok(())
        }
        Item::Text(text) => {
            let pointer = text.as_ptr();
            // It outlives a change of the value, by whichever thread, until the action ends in which it was read.
            keep(text);
            // SAFETY: there is room for a pointer, as our caller says.
            unsafe { write(function, places[0].cast::<*const c_char>(), pointer) }
        }
        Item::Bytes(bytes) => {
            let data = if bytes.is_empty() { null() } else { bytes.as_ptr() };
            let made = OfxBytes { data, length: bytes.len() };
            keep(bytes);
            // SAFETY: there is room for the struct, as our caller says.
            unsafe { write(function, places[0].cast::<OfxBytes>(), made) }
        }
    }
}

/// Sets a parameter, for the shim; `time` is null unless a key is to be set.
///
/// # Safety
/// `time` is null or points to a number. `arguments` points to four, of which as many are the plugin's as
/// [`ofx_host_param_holds`] says.
#[unsafe(no_mangle)]
unsafe extern "C" fn ofx_host_param_set(
    param: OfxParamHandle,
    time: *const OfxTime,
    arguments: *const Argument,
) -> OfxStatus {
    let function = if time.is_null() { "paramSetValue" } else { "paramSetValueAtTime" };
    guard(function, || {
        let param = instance_param(function, param)?;
        // SAFETY: the shim passes null or a variable of its own.
        let time = unsafe { time.as_ref() }.map(|&time| finite(function, time)).transpose()?;
        // SAFETY: the shim passes an array of four.
        let arguments = unsafe { std::slice::from_raw_parts(arguments, Numbers::MOST) };
        // SAFETY: the plugin passes what the parameter holds, as the suite says.
        let item = unsafe { take(function, &param, arguments) }?;
        if time.is_some() && !param.properties.flag(kOfxParamPropAnimates) {
            let name = param.name.to_string_lossy();
            complain(Misuse::ParameterValue, format!("{function} of `{name}`, which does not animate"));
            return Err(Status::UNSUPPORTED);
        }
        let item = param.fit(function, item)?;
        changing(function, &param);
        if !param.set_item(time, item, None) {
            return Err(Status::VALUE);
        }
        changed(&param);
        Ok(())
    })
}

/// The value that a plugin passes.
///
/// # Safety
/// `arguments` hold what the parameter does; strings and bytes are null or as the suite wants them.
unsafe fn take(function: &str, param: &Param, arguments: &[Argument]) -> Answer<Item> {
    Ok(match param.kind.holds() {
        // SAFETY: the shim has fetched integers.
        Holds::Integers(count) => {
            Item::Numbers(arguments[..count].iter().map(|a| f64::from(unsafe { a.integer })).collect())
        }
        // SAFETY: the shim has fetched doubles.
        Holds::Doubles(count) => Item::Numbers(arguments[..count].iter().map(|a| unsafe { a.number }).collect()),
        Holds::Text => {
            // SAFETY: the shim has fetched a pointer, and the plugin passes a string, as our caller says.
            let text = unsafe { text(function, arguments[0].pointer.cast()) }?;
            if text.to_str().is_err() {
                complain(Misuse::Encoding, format!("{function} of `{}`", param.name.to_string_lossy()));
            }
            Item::Text(text.into())
        }
        Holds::Bytes => {
            // SAFETY: the shim has fetched a pointer.
            let bytes = unsafe { arguments[0].pointer }.cast::<OfxBytes>();
            if bytes.is_null() {
                return refuse_null(function, "OfxBytes");
            }
            // SAFETY: it is not null, and then such a struct, as our caller says.
            Item::Bytes(unsafe { copy_bytes(bytes) }.into())
        }
        Holds::Curves | Holds::Nothing => {
            let name = param.name.to_string_lossy();
            complain(Misuse::ParameterValue, format!("{function} of `{name}`, which is a {:?}", param.kind));
            return Err(Status::UNSUPPORTED);
        }
    })
}

unsafe extern "C" fn get_num_keys(param: OfxParamHandle, count: *mut c_uint) -> OfxStatus {
    const FUNCTION: &str = "paramGetNumKeys";
    guard(FUNCTION, || {
        let keys = key_times(FUNCTION, param)?;
        // SAFETY: there is room for the number, as the suite says.
        unsafe { write(FUNCTION, count, keys.len() as c_uint) }
    })
}

unsafe extern "C" fn get_key_time(param: OfxParamHandle, index: c_uint, time: *mut OfxTime) -> OfxStatus {
    const FUNCTION: &str = "paramGetKeyTime";
    guard(FUNCTION, || {
        let keys = key_times(FUNCTION, param)?;
        let found = keys.get(index as usize).copied().ok_or(Status::BAD_INDEX)?;
        // SAFETY: there is room for the number, as the suite says.
        unsafe { write(FUNCTION, time, found) }
    })
}

unsafe extern "C" fn get_key_index(
    param: OfxParamHandle,
    time: OfxTime,
    direction: c_int,
    index: *mut c_int,
) -> OfxStatus {
    const FUNCTION: &str = "paramGetKeyIndex";
    guard(FUNCTION, || {
        let param = instance_param(FUNCTION, param)?;
        let time = finite(FUNCTION, time)?;
        let found = param.with(|stored| {
            stored.keys().and_then(|keys| match direction {
                0 => keys.index_at(time),
                1.. => keys.index_after(time),
                _ => keys.index_before(time),
            })
        });
        // SAFETY: there is room for the number, as the suite says.
        unsafe { write(FUNCTION, index, found.map_or(-1, |found| found as c_int)) }?;
        found.map(|_| ()).ok_or(Status::FAILED)
    })
}

unsafe extern "C" fn delete_key(param: OfxParamHandle, time: OfxTime) -> OfxStatus {
    const FUNCTION: &str = "paramDeleteKey";
    guard(FUNCTION, || {
        let param = instance_param(FUNCTION, param)?;
        let time = finite(FUNCTION, time)?;
        changing(FUNCTION, &param);
        if delete_keys(&param, Some(time)) == 0 {
            return Err(Status::BAD_INDEX);
        }
        changed(&param);
        Ok(())
    })
}

unsafe extern "C" fn delete_all_keys(param: OfxParamHandle) -> OfxStatus {
    const FUNCTION: &str = "paramDeleteAllKeys";
    guard(FUNCTION, || {
        let param = instance_param(FUNCTION, param)?;
        changing(FUNCTION, &param);
        if delete_keys(&param, None) > 0 {
            changed(&param);
        }
        Ok(())
    })
}

unsafe extern "C" fn copy(
    to: OfxParamHandle,
    from: OfxParamHandle,
    offset: OfxTime,
    range: *const OfxRangeD,
) -> OfxStatus {
    const FUNCTION: &str = "paramCopy";
    guard(FUNCTION, || {
        let (to, from) = (instance_param(FUNCTION, to)?, instance_param(FUNCTION, from)?);
        let offset = finite(FUNCTION, offset)?;
        // SAFETY: it is null or a range, as the suite says.
        let range = unsafe { range.as_ref() }.map(|range| (range.min, range.max));
        // From 0 to 0 stands for all keys.
        let range = range.filter(|&range| range != (0.0, 0.0));
        changing(FUNCTION, &to);
        // A copy first, so that never two locks are held; and a parameter may be copied to itself.
        let source = from.stored();
        if to.kind != from.kind || !to.with(|stored| stored.copy_from(&source, range, offset)) {
            let names = [&to, &from].map(|param| format!("`{}` ({:?})", param.name.to_string_lossy(), param.kind));
            complain(Misuse::ParameterValue, format!("{FUNCTION} to {} from {}", names[0], names[1]));
            return Err(Status::VALUE);
        }
        changed(&to);
        Ok(())
    })
}

unsafe extern "C" fn edit_begin(set: OfxParamSetHandle, name: *const c_char) -> OfxStatus {
    const FUNCTION: &str = "paramEditBegin";
    guard(FUNCTION, || {
        let set: Arc<ParamSet> = find(FUNCTION, set)?;
        // SAFETY: the plugin passes a string, as the suite says.
        let name = unsafe { text(FUNCTION, name) }?;
        set.shared.begin_edit(name.to_string_lossy().into_owned());
        Ok(())
    })
}

unsafe extern "C" fn edit_end(set: OfxParamSetHandle) -> OfxStatus {
    const FUNCTION: &str = "paramEditEnd";
    guard(FUNCTION, || {
        let set: Arc<ParamSet> = find(FUNCTION, set)?;
        if !set.shared.end_edit() {
            complain(Misuse::WrongMoment, "paramEditEnd without paramEditBegin");
            return Err(Status::FAILED);
        }
        Ok(())
    })
}

/// The parameter of an instance: one of a description has no value.
fn instance_param(function: &str, param: OfxParamHandle) -> Answer<Arc<Param>> {
    let param: Arc<Param> = find(function, param)?;
    if !param.is_instance() {
        let name = param.name.to_string_lossy();
        complain(Misuse::WrongMoment, format!("{function} of `{name}`, which is only described yet"));
        return Err(Status::BAD_HANDLE);
    }
    Ok(param)
}

fn key_times(function: &str, param: OfxParamHandle) -> Answer<Vec<f64>> {
    let param = instance_param(function, param)?;
    Ok(param.with(|stored| stored.keys().map(|keys| keys.times()).unwrap_or_default()))
}

fn finite(function: &str, time: OfxTime) -> Answer<f64> {
    if time.is_finite() {
        return Ok(time);
    }
    complain(Misuse::ParameterValue, format!("{function} at the time {time}"));
    Err(Status::VALUE)
}

/// A plugin is about to change a parameter: not while it renders.
pub(super) fn changing(function: &str, param: &Param) {
    if action().is_some_and(|action| RENDERING.contains(&action)) {
        complain(Misuse::ParameterInRender, format!("{function} of `{}`", param.name.to_string_lossy()));
    }
}

/// A plugin has changed a parameter: its instance hears of it.
pub(super) fn changed(param: &Param) {
    if let Some(owner) = param.owner() {
        owner.changed_by_plugin(&param.name);
    }
}
