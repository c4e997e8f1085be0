//! What a custom parameter is between two keys: only the plugin knows.

use std::ffi::{CStr, CString};
use std::sync::Arc;

use ofx_sys::*;

use super::keys::Key;
use super::parameter::Param;
use crate::complaint::Misuse;
use crate::handle::Owned;
use crate::property::{Access, PropertySet};
use crate::scope::complain;

/// Asks the plugin for what lies between two keys. Nothing if it has no callback, or its callback fails.
pub(crate) fn interpolate(
    param: &Param,
    before: &Key<Arc<CStr>>,
    after: &Key<Arc<CStr>>,
    time: f64,
) -> Option<Arc<CStr>> {
    let callback = param.properties.pointer(kOfxParamPropCustomInterpCallbackV1);
    let owner = param.owner()?;
    if callback.is_null() {
        return None;
    }
    // SAFETY: the standard wants a pointer to such a function in this property; it is not null, and the plugin is loaded
    // as long as it has an instance.
    let callback = unsafe { std::mem::transmute::<*mut std::ffi::c_void, OfxCustomParamInterpFuncV1>(callback) };
    let values = [&before.value, &after.value].map(|value| CString::from(&**value));
    let times = [before.time, after.time];
    let asked = PropertySet::new("what is to be interpolated")
        .with(kOfxPropName, Access::Host, param.name.as_c_str())
        .with(kOfxPropTime, Access::Host, time)
        .with(kOfxParamPropCustomValue, Access::Host, values)
        .with(kOfxParamPropInterpolationTime, Access::Host, times)
        .with(kOfxParamPropInterpolationAmount, Access::Host, (time - times[0]) / (times[1] - times[0]));
    let answer = PropertySet::new("what was interpolated");
    answer.define_fixed(kOfxParamPropCustomValue, Access::Plugin, before.value.as_ref());
    answer.define(kOfxParamPropInterpolationTime, Access::Plugin, times);
    let (asked, answer) = (Owned::new(asked), Owned::new(answer));
    let instance = std::ptr::without_provenance_mut(*param.shared.handle.get()?);
    let mut status = kOfxStatFailed;
    owner.call(c"OfxCustomParamInterpFunc", &mut || {
        if let Some(callback) = callback {
            // SAFETY: the handles live until the plugin returns.
            status = unsafe { callback(instance, asked.handle(), answer.handle()) };
        }
    });
    if status != kOfxStatOK {
        let name = param.name.to_string_lossy();
        complain(Misuse::Answer, format!("the interpolation of `{name}` answered {}", crate::Status(status)));
        return None;
    }
    answer.all::<CString>(kOfxParamPropCustomValue).pop().map(Arc::from)
}
