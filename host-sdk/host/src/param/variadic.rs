//! The functions of the Parameter suite that take any number of arguments. `shim/param.c` defines them, for Rust cannot; it calls
//! the exported functions below.

use std::ffi::{c_char, c_int, c_void};
use std::ptr::null;

use ofx_sys::*;

use super::kind::Holds;
use super::numbers::Numbers;
use super::parameter::Param;
use super::stored::{Item, copy_bytes};
use super::suite::{changed, changing, finite, instance_param};
use crate::complaint::Misuse;
use crate::guard::{guard, guard_with, refuse_null, text, write};
use crate::handle::peek;
use crate::scope::{action, complain, keep};
use crate::status::{Answer, Status};

unsafe extern "C" {
    pub(super) fn ofx_host_shim_param_get_value(param: OfxParamHandle, ...) -> OfxStatus;
    pub(super) fn ofx_host_shim_param_get_value_at_time(param: OfxParamHandle, time: OfxTime, ...) -> OfxStatus;
    pub(super) fn ofx_host_shim_param_get_derivative(param: OfxParamHandle, time: OfxTime, ...) -> OfxStatus;
    pub(super) fn ofx_host_shim_param_get_integral(param: OfxParamHandle, from: OfxTime, to: OfxTime, ...)
    -> OfxStatus;
    pub(super) fn ofx_host_shim_param_set_value(param: OfxParamHandle, ...) -> OfxStatus;
    pub(super) fn ofx_host_shim_param_set_value_at_time(param: OfxParamHandle, time: OfxTime, ...) -> OfxStatus;
}

/// An argument of a function that sets a value, as `shim/param.c` has fetched it.
#[repr(C)]
union Argument {
    integer: c_int,
    number: f64,
    pointer: *const c_void,
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
        Holds::Integers(count) => {
            // SAFETY: the shim has fetched integers.
            let integer = |argument: &Argument| f64::from(unsafe { argument.integer });
            Item::Numbers(arguments[..count].iter().map(integer).collect())
        }
        Holds::Doubles(count) => {
            // SAFETY: the shim has fetched doubles.
            let number = |argument: &Argument| unsafe { argument.number };
            Item::Numbers(arguments[..count].iter().map(number).collect())
        }
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
