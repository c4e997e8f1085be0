//! A plugin for the tests: it inverts pictures, and misbehaves when its parameter `mode` says how.
//!
//! It is three plugins, one for each safety class, which notice when they are called from more threads than they allow.
//! What it is asked and what it notices it says as log messages.

#![allow(unsafe_code, non_upper_case_globals, clippy::missing_safety_doc)]
#![allow(
    clippy::undocumented_unsafe_blocks,
    reason = "all of it calls C functions, with good arguments unless said otherwise"
)]

mod host;
mod modes;

use std::collections::BTreeMap;
use std::ffi::{CStr, c_char, c_int, c_void};
use std::ptr::null_mut;
use std::sync::Mutex;
use std::sync::atomic::{AtomicUsize, Ordering};

use host::{Set, host, say, suites};
use ofx_sys::*;

/// Which thread is in which instance; under 0 which is in any.
static INSIDE: Mutex<BTreeMap<usize, usize>> = Mutex::new(BTreeMap::new());

const IDENTIFIERS: [&CStr; 3] = [c"test.unsafe", c"test.instance", c"test.full"];
const SAFETY: [&CStr; 3] =
    [kOfxImageEffectRenderUnsafe, kOfxImageEffectRenderInstanceSafe, kOfxImageEffectRenderFullySafe];

struct Plugins([OfxPlugin; 3]);
// SAFETY: the pointers are to constants.
unsafe impl Sync for Plugins {}

static PLUGINS: Plugins = Plugins([plugin(0, Some(main::<0>)), plugin(1, Some(main::<1>)), plugin(2, Some(main::<2>))]);

const fn plugin(number: usize, main: OfxPluginEntryPoint) -> OfxPlugin {
    OfxPlugin {
        pluginApi: kOfxImageEffectPluginApi.as_ptr(),
        apiVersion: 1,
        pluginIdentifier: IDENTIFIERS[number].as_ptr(),
        pluginVersionMajor: 1,
        pluginVersionMinor: 2,
        setHost: Some(host::set_host),
        mainEntry: main,
    }
}

#[unsafe(no_mangle)]
extern "C" fn OfxGetNumberOfPlugins() -> c_int {
    3
}

#[unsafe(no_mangle)]
extern "C" fn OfxGetPlugin(number: c_int) -> *const OfxPlugin {
    usize::try_from(number).ok().and_then(|number| PLUGINS.0.get(number)).map_or(std::ptr::null(), std::ptr::from_ref)
}

unsafe extern "C" fn main<const NUMBER: usize>(
    action: *const c_char,
    handle: *const c_void,
    arguments: OfxPropertySetHandle,
    results: OfxPropertySetHandle,
) -> OfxStatus {
    let action = unsafe { CStr::from_ptr(action) };
    let effect = handle.cast_mut().cast::<OfxImageEffectStruct>();
    if action == kOfxActionLoad {
        return if host::load() { kOfxStatOK } else { kOfxStatErrMissingHostFeature };
    }
    if action == kOfxActionUnload {
        // What a static holds is lost when the binary is unloaded.
        *INSIDE.lock().unwrap() = BTreeMap::new();
        return kOfxStatOK;
    }
    // A class for all instances counts under 0, one for each instance under its handle, and the safest not at all.
    let key = [Some(0), Some(handle.addr()), None][NUMBER];
    if let Some(key) = key {
        let mut inside = INSIDE.lock().unwrap();
        let thread = thread_number();
        if inside.get(&key).is_some_and(|other| *other != thread) {
            drop(inside);
            say(effect, "called by two threads at once");
        } else {
            inside.insert(key, thread);
        }
    }
    let outermost = enter(1);
    let status = act::<NUMBER>(action, effect, Set(arguments), Set(results));
    enter(-1);
    if let (Some(key), true) = (key, outermost == 1) {
        INSIDE.lock().unwrap().remove(&key);
    }
    status
}

fn thread_number() -> usize {
    static NEXT: AtomicUsize = AtomicUsize::new(1);
    thread_local!(static NUMBER: usize = NEXT.fetch_add(1, Ordering::Relaxed));
    NUMBER.with(|number| *number)
}

/// How deep this thread is in actions, after going in or out.
fn enter(step: i32) -> i32 {
    thread_local!(static DEPTH: std::cell::Cell<i32> = const { std::cell::Cell::new(0) });
    DEPTH.with(|depth| {
        depth.set(depth.get() + step);
        depth.get()
    })
}

fn act<const NUMBER: usize>(action: &CStr, effect: OfxImageEffectHandle, arguments: Set, results: Set) -> OfxStatus {
    if action == kOfxActionDescribe {
        return describe(Set::of(effect), NUMBER);
    }
    if action == kOfxImageEffectActionDescribeInContext {
        return describe_in_context(effect);
    }
    let extra = match action {
        _ if action == kOfxActionInstanceChanged => {
            format!(" {} {}", arguments.string(kOfxPropName), arguments.string(kOfxPropChangeReason))
        }
        _ => String::new(),
    };
    say(effect, &format!("{}{extra}", action.to_string_lossy()));
    modes::act(action, effect, arguments, results)
}

fn describe(set: Set, number: usize) -> OfxStatus {
    set.set_string(kOfxPropLabel, 0, c"Test");
    set.set_string(kOfxImageEffectPluginPropGrouping, 0, c"Tests/Deep");
    set.set_string(kOfxImageEffectPluginRenderThreadSafety, 0, SAFETY[number]);
    set.set_string(kOfxImageEffectPropColourManagementStyle, 0, kOfxImageEffectColourManagementCore);
    set.set_int(kOfxImageEffectPropTemporalClipAccess, 0, c_int::from(number == 2));
    let contexts = [kOfxImageEffectContextFilter, kOfxImageEffectContextGeneral, kOfxImageEffectContextGenerator];
    let depths = [kOfxBitDepthByte, kOfxBitDepthShort, kOfxBitDepthHalf, kOfxBitDepthFloat];
    for (at, name) in (0..).zip(contexts) {
        set.set_string(kOfxImageEffectPropSupportedContexts, at, name);
    }
    for (at, name) in (0..).zip(depths) {
        set.set_string(kOfxImageEffectPropSupportedPixelDepths, at, name);
    }
    kOfxStatOK
}

fn describe_in_context(effect: OfxImageEffectHandle) -> OfxStatus {
    let suites = suites();
    unsafe {
        for (name, optional) in [(c"Source", false), (c"Mask", true), (c"Output", false)] {
            let mut clip = null_mut();
            suites.effect.clipDefine.unwrap()(effect, name.as_ptr(), &raw mut clip);
            let set = Set(clip);
            let components = if name == c"Mask" {
                &[kOfxImageComponentAlpha][..]
            } else {
                &[kOfxImageComponentRGBA, kOfxImageComponentRGB, kOfxImageComponentAlpha]
            };
            (0..).zip(components).for_each(|(at, name)| {
                set.set_string(kOfxImageEffectPropSupportedComponents, at, name);
            });
            set.set_int(kOfxImageClipPropOptional, 0, c_int::from(optional));
        }
        let mut params = null_mut();
        suites.effect.getParamSet.unwrap()(effect, &raw mut params);
        let define = |kind: &CStr, name: &CStr| {
            let mut set = null_mut();
            suites.param.paramDefine.unwrap()(params, kind.as_ptr(), name.as_ptr(), &raw mut set);
            Set(set)
        };
        // Here rather than in the description, as the C++ support library has it.
        Set::of(effect).set_string(kOfxImageEffectPropClipPreferencesSlaveParam, 0, c"mode");
        define(kOfxParamTypeString, c"mode").set_string(kOfxParamPropDefault, 0, c"");
        define(kOfxParamTypeDouble, c"gain").set_double(kOfxParamPropDefault, 0, 1.0);
        define(kOfxParamTypeInteger, c"echo");
        define(kOfxParamTypePushButton, c"button");
    }
    kOfxStatOK
}

/// Keeps the host's struct used: it lives as long as the plugin.
pub(crate) fn host_properties() -> Set {
    Set(host().host)
}
