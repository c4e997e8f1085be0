//! What instances do, but for rendering.

use std::ffi::{CStr, c_void};
use std::ptr::null_mut;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};

use ofx_sys::*;

use crate::sdk::{self, Set, param, suites};
use crate::{crash, fault};

/// What an instance knows beside its parameters.
#[derive(Default)]
pub(crate) struct Data {
    changes: AtomicUsize,
    pub(crate) in_sequence: AtomicBool,
    panels: AtomicUsize,
}

static ALIVE: AtomicUsize = AtomicUsize::new(0);

/// The data of an instance; none if the host has not had it created.
pub(crate) fn data<'a>(effect: OfxImageEffectHandle) -> Option<&'a Data> {
    unsafe { Set::of(effect).pointer(kOfxPropInstanceData).cast::<Data>().as_ref() }
}

/// How often the instance was changed.
pub(crate) fn changes(effect: OfxImageEffectHandle) -> usize {
    data(effect).map_or(0, |data| data.changes.load(Ordering::Relaxed))
}

fn failed_if(name: &str) -> Option<OfxStatus> {
    Some(if fault(name) { kOfxStatFailed } else { kOfxStatOK })
}

pub(crate) fn act(action: &CStr, effect: OfxImageEffectHandle, arguments: Set, results: Set) -> Option<OfxStatus> {
    let properties = Set::of(effect);
    if action == kOfxActionCreateInstance {
        return Some(create(properties));
    }
    if action == kOfxActionDestroyInstance {
        crash("crashes when destroyed");
        let data = properties.pointer(kOfxPropInstanceData).cast::<Data>();
        if !data.is_null() {
            drop(unsafe { Box::from_raw(data) });
            ALIVE.fetch_sub(1, Ordering::Relaxed);
        }
        properties.set_pointer(kOfxPropInstanceData, null_mut());
        return Some(kOfxStatOK);
    }
    let Some(data) = data(effect) else {
        crash("crashes when not created");
        return None;
    };
    if action == kOfxActionPurgeCaches {
        return failed_if("fails to purge");
    }
    if action == kOfxActionBeginInstanceEdit {
        if data.panels.fetch_add(1, Ordering::Relaxed) > 0 {
            crash("crashes with two panels");
        }
        return Some(kOfxStatOK);
    }
    if action == kOfxActionInstanceChanged {
        return Some(changed(effect, data, arguments));
    }
    if action == kOfxImageEffectActionBeginSequenceRender || action == kOfxImageEffectActionEndSequenceRender {
        data.in_sequence.store(action == kOfxImageEffectActionBeginSequenceRender, Ordering::Relaxed);
        return Some(kOfxStatOK);
    }
    answer(action, effect, arguments, results)
}

fn create(properties: Set) -> OfxStatus {
    if ALIVE.fetch_add(1, Ordering::Relaxed) > 50 && fault("fifty instances") {
        return kOfxStatErrMemory;
    }
    properties.set_pointer(kOfxPropInstanceData, Box::into_raw(Box::<Data>::default()).cast::<c_void>());
    if fault("leaks when created") {
        std::mem::forget(vec![1_u8; 1 << 20]);
    }
    if fault("default for create") { kOfxStatReplyDefault } else { kOfxStatOK }
}

fn changed(effect: OfxImageEffectHandle, data: &Data, arguments: Set) -> OfxStatus {
    data.changes.fetch_add(1, Ordering::Relaxed);
    let by_time = arguments.string(kOfxPropChangeReason).as_bytes() == kOfxChangeTime.to_bytes();
    if by_time && fault("fails when time changed something") {
        return kOfxStatFailed;
    }
    if arguments.string(kOfxPropName) == "button" && !sdk::progress(effect) {
        crash("crashes when progress is cancelled");
    }
    kOfxStatOK
}

/// Questions.
fn answer(action: &CStr, effect: OfxImageEffectHandle, arguments: Set, results: Set) -> Option<OfxStatus> {
    match action {
        _ if action == kOfxImageEffectActionGetRegionOfDefinition && fault("region in pixels") => {
            let [x, y] = arguments.doubles(kOfxImageEffectPropRenderScale);
            results.set_doubles(kOfxImageEffectPropRegionOfDefinition, &[0.0, 0.0, 40.0 * x, 30.0 * y]);
        }
        _ if action == kOfxImageEffectActionGetRegionsOfInterest && fault("interest the wrong way round") => {
            results.set_doubles(c"OfxImageClipPropRoI_Source", &[9.0, 9.0, -9.0, -9.0]);
        }
        _ if action == kOfxImageEffectActionGetFramesNeeded && fault("frames the wrong way round") => {
            results.set_doubles(c"OfxImageClipPropFrameRange_Source", &[3.0, 1.0]);
        }
        _ if action == kOfxImageEffectActionGetTimeDomain && fault("times the wrong way round") => {
            results.set_doubles(kOfxImageEffectPropFrameRange, &[3.0, 1.0]);
        }
        _ if action == kOfxImageEffectActionGetClipPreferences && fault("prefers what is not") => {
            results.set_strings(c"OfxImageClipPropDepth_Output", &[c"OfxBitDepthDeep"]);
        }
        _ if action == kOfxImageEffectActionGetClipPreferences && fault("looks at clips too early") => {
            // It is no image yet, and the host says so.
            let _ = sdk::image(effect, c"Source", 0.0).map(sdk::release);
        }
        _ if action == kOfxImageEffectActionIsIdentity && fault("identity of no clip") => {
            results.set_strings(kOfxPropName, &[c"Sauce"]);
        }
        _ if action == kOfxImageEffectActionIsIdentity && fault("identity that is not") => {
            results.set_strings(kOfxPropName, &[c"Source"]);
            results.set_doubles(kOfxPropTime, &[arguments.double(kOfxPropTime) + 1.0]);
        }
        _ if action == kOfxImageEffectActionGetOutputColourspace && fault("no colour space") => {
            return Some(kOfxStatFailed);
        }
        _ => return None,
    }
    Some(kOfxStatOK)
}

/// What is not to be done while rendering.
pub(crate) fn misuse(effect: OfxImageEffectHandle, source: Option<Set>) {
    let suites = suites();
    if fault("sets a parameter in render") {
        unsafe { suites.param.paramSetValue.unwrap()(param(effect, c"gain"), 1.0_f64) };
    }
    if fault("leaves memory") {
        let mut memory = null_mut();
        unsafe { suites.memory.memoryAlloc.unwrap()(effect.cast(), 100, &raw mut memory) };
    }
    if fault("writes behind memory") {
        let mut memory = null_mut::<c_void>();
        unsafe {
            suites.memory.memoryAlloc.unwrap()(effect.cast(), 100, &raw mut memory);
            memory.cast::<u8>().add(100).write(1);
            suites.memory.memoryFree.unwrap()(memory);
        }
    }
    if fault("unlocks what is free")
        && let Some(threads) = suites.threads
    {
        let mut mutex = null_mut();
        unsafe {
            threads.mutexCreate.unwrap()(&raw mut mutex, 0);
            threads.mutexUnLock.unwrap()(mutex);
            threads.mutexDestroy.unwrap()(mutex);
        }
    }
    if fault("reads as another type") {
        Set::of(effect).doubles::<1>(kOfxPropIsInteractive);
    }
    if let Some(source) = source.filter(|_| fault("releases twice")) {
        sdk::release(source);
    }
}
