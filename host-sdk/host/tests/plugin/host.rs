//! The host as the plugin sees it.

use std::ffi::{CStr, CString, c_int, c_void};
use std::ptr::null_mut;
use std::sync::Mutex;

use ofx_sys::*;

/// The suites that are always there, and those that may not be.
#[derive(Clone, Copy)]
pub(crate) struct Suites {
    pub(crate) property: &'static OfxPropertySuiteV1,
    pub(crate) effect: &'static OfxImageEffectSuiteV1,
    pub(crate) param: &'static OfxParameterSuiteV1,
    pub(crate) memory: Option<&'static OfxMemorySuiteV1>,
    pub(crate) threads: Option<&'static OfxMultiThreadSuiteV1>,
    pub(crate) message: Option<&'static OfxMessageSuiteV2>,
    pub(crate) progress: Option<&'static OfxProgressSuiteV2>,
    pub(crate) timeline: Option<&'static OfxTimeLineSuiteV1>,
}

static HOST: Mutex<Option<OfxHostCopy>> = Mutex::new(None);
static SUITES: Mutex<Option<Suites>> = Mutex::new(None);

#[derive(Clone, Copy)]
struct OfxHostCopy(OfxHost);
// SAFETY: a handle and a function.
unsafe impl Send for OfxHostCopy {}

pub(crate) unsafe extern "C" fn set_host(host: *mut OfxHost) {
    *HOST.lock().unwrap() = unsafe { host.as_ref() }.copied().map(OfxHostCopy);
}

pub(crate) fn host() -> OfxHost {
    HOST.lock().unwrap().unwrap().0
}

pub(crate) fn suites() -> Suites {
    SUITES.lock().unwrap().unwrap()
}

fn fetch<T>(name: &CStr, version: c_int) -> Option<&'static T> {
    let host = host();
    unsafe { host.fetchSuite.unwrap()(host.host, name.as_ptr(), version).cast::<T>().as_ref() }
}

/// Fetches the suites; false if one is missing that has to be there.
pub(crate) fn load() -> bool {
    let needed = (fetch(kOfxPropertySuite, 1), fetch(kOfxImageEffectSuite, 1), fetch(kOfxParameterSuite, 1));
    let (Some(property), Some(effect), Some(param)) = needed else { return false };
    *SUITES.lock().unwrap() = Some(Suites {
        property,
        effect,
        param,
        memory: fetch(kOfxMemorySuite, 1),
        threads: fetch(kOfxMultiThreadSuite, 1),
        message: fetch(kOfxMessageSuite, 2),
        progress: fetch(kOfxProgressSuite, 2),
        timeline: fetch(kOfxTimeLineSuite, 1),
    });
    true
}

/// Says something to the log.
pub(crate) fn say(effect: OfxImageEffectHandle, text: &str) {
    if let Some(message) = suites().message.and_then(|suite| suite.message) {
        let text = CString::new(text).unwrap();
        unsafe { message(effect.cast(), kOfxMessageLog.as_ptr(), c"".as_ptr(), c"%s".as_ptr(), text.as_ptr()) };
    }
}

/// A property set of the host.
#[derive(Clone, Copy)]
pub(crate) struct Set(pub(crate) OfxPropertySetHandle);

impl Set {
    pub(crate) fn of(effect: OfxImageEffectHandle) -> Self {
        let mut set = null_mut();
        unsafe { suites().effect.getPropertySet.unwrap()(effect, &raw mut set) };
        Self(set)
    }

    pub(crate) fn set_string(self, name: &CStr, at: c_int, value: &CStr) -> OfxStatus {
        unsafe { suites().property.propSetString.unwrap()(self.0, name.as_ptr(), at, value.as_ptr()) }
    }

    pub(crate) fn set_int(self, name: &CStr, at: c_int, value: c_int) -> OfxStatus {
        unsafe { suites().property.propSetInt.unwrap()(self.0, name.as_ptr(), at, value) }
    }

    pub(crate) fn set_double(self, name: &CStr, at: c_int, value: f64) -> OfxStatus {
        unsafe { suites().property.propSetDouble.unwrap()(self.0, name.as_ptr(), at, value) }
    }

    pub(crate) fn string(self, name: &CStr) -> String {
        let mut value = null_mut();
        unsafe {
            let status = suites().property.propGetString.unwrap()(self.0, name.as_ptr(), 0, &raw mut value);
            if status == kOfxStatOK { CStr::from_ptr(value).to_string_lossy().into_owned() } else { String::new() }
        }
    }

    pub(crate) fn double(self, name: &CStr) -> f64 {
        let mut value = 0.0;
        unsafe { suites().property.propGetDouble.unwrap()(self.0, name.as_ptr(), 0, &raw mut value) };
        value
    }

    pub(crate) fn ints<const N: usize>(self, name: &CStr) -> [c_int; N] {
        let mut values = [0; N];
        unsafe { suites().property.propGetIntN.unwrap()(self.0, name.as_ptr(), N as c_int, values.as_mut_ptr()) };
        values
    }

    pub(crate) fn pointer(self, name: &CStr) -> *mut c_void {
        let mut value = null_mut();
        unsafe { suites().property.propGetPointer.unwrap()(self.0, name.as_ptr(), 0, &raw mut value) };
        value
    }
}
