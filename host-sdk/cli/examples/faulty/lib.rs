//! A plugin for the tests of `ofx validate`. It does nothing wrong, but for the one thing that the environment variable
//! `OFX_FAULT` names.
//!
//! Its picture is that of `Source` times `gain`, or the gain itself where there is none.

#![allow(unsafe_code, non_upper_case_globals, missing_docs, clippy::missing_safety_doc)]
#![allow(
    clippy::undocumented_unsafe_blocks,
    reason = "all of it calls C functions, with good arguments unless a fault says otherwise"
)]

mod describe;
mod instance;
mod overlay;
mod render;
mod sdk;

use std::ffi::{CStr, c_char, c_int, c_void};
use std::sync::LazyLock;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};

use ofx_sys::*;

use sdk::Set;

static FAULT: LazyLock<String> = LazyLock::new(|| std::env::var("OFX_FAULT").unwrap_or_default());

/// Whether that is the one thing to be done wrong.
pub(crate) fn fault(name: &str) -> bool {
    *FAULT == name
}

/// Ends the process if that is the one thing to be done wrong.
pub(crate) fn crash(name: &str) {
    if fault(name) {
        std::process::abort();
    }
}

/// How often this was asked in this process, also before the binary was loaded again.
pub(crate) fn times(what: &str) -> usize {
    let name = format!("OFX_TIMES_{what}");
    let times = std::env::var(&name).ok().and_then(|times| times.parse().ok()).unwrap_or(0) + 1;
    // The process that checks this plugin has a thread that waits, and none that looks at its environment.
    unsafe { std::env::set_var(&name, times.to_string()) };
    times
}

struct Plugins([OfxPlugin; 2]);
// SAFETY: the pointers are to constants.
unsafe impl Sync for Plugins {}

static PLUGINS: Plugins = Plugins([plugin(c"test.faulty.Gain"), plugin(c"test:gain with blanks")]);

const fn plugin(identifier: &'static CStr) -> OfxPlugin {
    OfxPlugin {
        pluginApi: kOfxImageEffectPluginApi.as_ptr(),
        apiVersion: 1,
        pluginIdentifier: identifier.as_ptr(),
        pluginVersionMajor: 1,
        pluginVersionMinor: 0,
        setHost: Some(sdk::set_host),
        mainEntry: Some(main),
    }
}

#[unsafe(no_mangle)]
extern "C" fn OfxGetNumberOfPlugins() -> c_int {
    match FAULT.as_str() {
        "twice the same" => 2,
        "other number each time" => times("count") as c_int,
        _ => 1,
    }
}

#[unsafe(no_mangle)]
extern "C" fn OfxGetPlugin(number: c_int) -> *const OfxPlugin {
    let at = match FAULT.as_str() {
        "null plugin" => None,
        "plugin for any number" | "other number each time" | "twice the same" => Some(0),
        "odd identifier" => Some(1),
        _ => (number == 0).then_some(0),
    };
    at.map_or(std::ptr::null(), |at: usize| &raw const PLUGINS.0[at])
}

/// Whether the plugin is loaded.
static LOADED: AtomicBool = AtomicBool::new(false);
static LOADS: AtomicUsize = AtomicUsize::new(0);

unsafe extern "C" fn main(
    action: *const c_char,
    handle: *const c_void,
    arguments: OfxPropertySetHandle,
    results: OfxPropertySetHandle,
) -> OfxStatus {
    let action = unsafe { CStr::from_ptr(action) };
    let effect = handle.cast_mut().cast::<OfxImageEffectStruct>();
    let (arguments, results) = (Set(arguments), Set(results));
    if action == kOfxActionLoad {
        crash("crashes when loaded");
        while fault("never comes back") {
            std::thread::park();
        }
        LOADED.store(true, Ordering::Relaxed);
        if LOADS.fetch_add(1, Ordering::Relaxed) > 0 && fault("loads once") {
            return kOfxStatFailed;
        }
        if !sdk::load() {
            crash("crashes without a suite");
        }
        return if fault("default for load") { kOfxStatReplyDefault } else { kOfxStatOK };
    }
    if !LOADED.load(Ordering::Relaxed) {
        crash("crashes when not loaded");
        return kOfxStatFailed;
    }
    match action {
        _ if action == kOfxActionUnload => {
            LOADED.store(false, Ordering::Relaxed);
            kOfxStatOK
        }
        _ if action == kOfxActionDescribe => describe::plugin(effect),
        _ if action == kOfxImageEffectActionDescribeInContext => describe::context(effect, arguments),
        _ if effect.is_null() => unknown(),
        _ if action == kOfxImageEffectActionRender => render::render(effect, arguments),
        _ => instance::act(action, effect, arguments, results).unwrap_or_else(unknown),
    }
}

fn unknown() -> OfxStatus {
    if fault("knows all actions") { kOfxStatOK } else { kOfxStatReplyDefault }
}
