//! What the plugin says of itself.

use std::ffi::{CStr, c_int};
use std::ptr::null_mut;
use std::sync::atomic::{AtomicUsize, Ordering};

use ofx_sys::*;

use crate::sdk::{Set, suites};
use crate::{crash, fault, overlay, times};

static DESCRIBED: AtomicUsize = AtomicUsize::new(0);

pub(crate) fn plugin(effect: OfxImageEffectHandle) -> OfxStatus {
    let set = Set::of(effect);
    if DESCRIBED.fetch_add(1, Ordering::Relaxed) > 0 && fault("describes itself once") {
        return kOfxStatFailed;
    }
    if !fault("no label") {
        set.set_strings(kOfxPropLabel, &[c"Gain"]);
    }
    if fault("other label each time") && times("describe") > 1 {
        set.set_strings(kOfxPropLabel, &[c"Gain again"]);
    }
    if fault("string for a number") {
        set.set_strings(kOfxImageEffectPropSupportsTiles, &[c"1"]);
    }
    set.set_strings(kOfxPropPluginDescription, &[c"Multiplies with a number."]);
    set.set_strings(kOfxImageEffectPluginPropGrouping, &[c"Tests"]);
    set.set_strings(kOfxImageEffectPluginRenderThreadSafety, &[kOfxImageEffectRenderFullySafe]);
    set.set_int(kOfxImageEffectPluginPropHostFrameThreading, 0);
    set.set_int(kOfxImageEffectPropSupportsTiles, 1);
    set.set_int(kOfxImageEffectPropSupportsMultiResolution, 1);
    set.set_strings(kOfxImageEffectPropColourManagementStyle, &[kOfxImageEffectColourManagementCore]);
    set.set_strings(kOfxImageEffectPropColourManagementAvailableConfigs, &[kOfxConfigIdentifier]);
    let contexts = [kOfxImageEffectContextFilter, kOfxImageEffectContextGeneral, kOfxImageEffectContextGenerator];
    set.set_strings(kOfxImageEffectPropSupportedContexts, &contexts);
    if !fault("no depths") {
        let depths = [kOfxBitDepthByte, kOfxBitDepthShort, kOfxBitDepthHalf, kOfxBitDepthFloat];
        set.set_strings(kOfxImageEffectPropSupportedPixelDepths, &depths);
    }
    set.set_pointer(kOfxImageEffectPluginPropOverlayInteractV2, overlay::main as *mut _);
    kOfxStatOK
}

pub(crate) fn context(effect: OfxImageEffectHandle, arguments: Set) -> OfxStatus {
    let context = arguments.string(kOfxImageEffectPropContext);
    let is = |name: &CStr| context.as_bytes() == name.to_bytes();
    if is(kOfxImageEffectContextPaint) {
        crash("crashes in other contexts");
        return kOfxStatErrUnsupported;
    }
    if is(kOfxImageEffectContextGeneral) && fault("fails as general") {
        return kOfxStatFailed;
    }
    let clip = |name: &CStr, components: &[&CStr], optional: bool| {
        let mut clip = null_mut();
        unsafe { suites().effect.clipDefine.unwrap()(effect, name.as_ptr(), &raw mut clip) };
        Set(clip).set_strings(kOfxImageEffectPropSupportedComponents, components);
        Set(clip).set_int(kOfxImageClipPropOptional, c_int::from(optional));
        Set(clip)
    };
    let all = [kOfxImageComponentRGBA, kOfxImageComponentRGB, kOfxImageComponentAlpha];
    clip(c"Source", &all, is(kOfxImageEffectContextGenerator));
    let mask = if fault("mask of colours") { kOfxImageComponentRGB } else { kOfxImageComponentAlpha };
    clip(c"Mask", &[mask], true).set_int(kOfxImageClipPropIsMask, 1);
    clip(c"Output", &all, false);
    params(effect);
    kOfxStatOK
}

fn params(effect: OfxImageEffectHandle) {
    let mut params = null_mut();
    unsafe { suites().effect.getParamSet.unwrap()(effect, &raw mut params) };
    let define = |kind: &CStr, name: &CStr| {
        let mut set = null_mut();
        unsafe { suites().param.paramDefine.unwrap()(params, kind.as_ptr(), name.as_ptr(), &raw mut set) };
        Set(set)
    };
    let group = define(kOfxParamTypeGroup, c"group");
    group.set_strings(kOfxPropLabel, &[c"Group"]);
    let gain = define(kOfxParamTypeDouble, c"gain");
    let default = if fault("default out of range") { 5.0 } else { 1.0 };
    gain.set_doubles(kOfxParamPropDefault, &[default]);
    for (low, high) in [(kOfxParamPropMin, kOfxParamPropMax), (kOfxParamPropDisplayMin, kOfxParamPropDisplayMax)] {
        gain.set_doubles(low, &[0.0]);
        gain.set_doubles(high, &[4.0]);
    }
    gain.set_strings(kOfxParamPropParent, &[if fault("group that is not") { c"nowhere" } else { c"group" }]);
    let kind = define(kOfxParamTypeChoice, c"kind");
    kind.set_strings(kOfxParamPropChoiceOption, &[c"one", c"two"]);
    kind.set_int(kOfxParamPropDefault, if fault("default that is no option") { 2 } else { 1 });
    let file = define(kOfxParamTypeString, c"file");
    file.set_strings(kOfxParamPropStringMode, &[kOfxParamStringIsFilePath]);
    file.set_int(kOfxParamPropAnimates, c_int::from(fault("path that animates")));
    let name = if fault("odd name") { c"the button!" } else { c"button" };
    define(kOfxParamTypePushButton, name);
    let page = define(kOfxParamTypePage, c"page");
    page.set_strings(kOfxParamPropPageChild, &[c"gain", c"kind", c"file", name]);
}
