//! The Parameter suite, but for its functions that take any number of arguments: see [`variadic`](super::variadic).

use std::ffi::{CStr, c_char, c_int, c_uint};
use std::sync::Arc;

use ofx_sys::*;

use super::kind::ParamKind;
use super::parameter::Param;
use super::set::{ParamSet, delete_keys};
use super::variadic;
use crate::complaint::Misuse;
use crate::guard::{guard, text, write};
use crate::handle::find;
use crate::scope::{action, complain};
use crate::status::{Answer, Status};

/// All of its functions.
pub(crate) static SUITE: OfxParameterSuiteV1 = OfxParameterSuiteV1 {
    paramDefine: Some(define),
    paramGetHandle: Some(get_handle),
    paramSetGetPropertySet: Some(set_get_property_set),
    paramGetPropertySet: Some(get_property_set),
    paramGetValue: Some(variadic::ofx_host_shim_param_get_value),
    paramGetValueAtTime: Some(variadic::ofx_host_shim_param_get_value_at_time),
    paramGetDerivative: Some(variadic::ofx_host_shim_param_get_derivative),
    paramGetIntegral: Some(variadic::ofx_host_shim_param_get_integral),
    paramSetValue: Some(variadic::ofx_host_shim_param_set_value),
    paramSetValueAtTime: Some(variadic::ofx_host_shim_param_set_value_at_time),
    paramGetNumKeys: Some(get_num_keys),
    paramGetKeyTime: Some(get_key_time),
    paramGetKeyIndex: Some(get_key_index),
    paramDeleteKey: Some(delete_key),
    paramDeleteAllKeys: Some(delete_all_keys),
    paramCopy: Some(copy),
    paramEditBegin: Some(edit_begin),
    paramEditEnd: Some(edit_end),
};

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
        let found = param.look(|stored| {
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
pub(super) fn instance_param(function: &str, param: OfxParamHandle) -> Answer<Arc<Param>> {
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
    Ok(param.look(|stored| stored.keys().map(|keys| keys.times()).unwrap_or_default()))
}

/// A time that is a number.
pub(super) fn finite(function: &str, time: OfxTime) -> Answer<f64> {
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
