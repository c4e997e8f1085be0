//! The host as the plugin sees it.

use std::ffi::{CStr, CString, c_char, c_int, c_void};
use std::ptr::{null, null_mut};
use std::sync::Mutex;

use ofx_sys::*;

#[derive(Clone, Copy)]
struct HostCopy(OfxHost);
// SAFETY: a handle and a function.
unsafe impl Send for HostCopy {}

static HOST: Mutex<Option<HostCopy>> = Mutex::new(None);
static SUITES: Mutex<Option<Suites>> = Mutex::new(None);

/// The suites that are always there, and those that may not be.
#[derive(Clone, Copy)]
pub(crate) struct Suites {
    pub(crate) property: &'static OfxPropertySuiteV1,
    pub(crate) effect: &'static OfxImageEffectSuiteV1,
    pub(crate) param: &'static OfxParameterSuiteV1,
    pub(crate) memory: &'static OfxMemorySuiteV1,
    pub(crate) threads: Option<&'static OfxMultiThreadSuiteV1>,
    pub(crate) progress: Option<&'static OfxProgressSuiteV1>,
    pub(crate) draw: Option<&'static OfxDrawSuiteV1>,
}

pub(crate) unsafe extern "C" fn set_host(host: *mut OfxHost) {
    *HOST.lock().unwrap() = unsafe { host.as_ref() }.copied().map(HostCopy);
}

pub(crate) fn suites() -> Suites {
    SUITES.lock().unwrap().unwrap()
}

/// Fetches the suites; false if an optional one is missing.
pub(crate) fn load() -> bool {
    let host = HOST.lock().unwrap().unwrap().0;
    let fetch = |name: &CStr| unsafe { host.fetchSuite.unwrap()(host.host, name.as_ptr(), 1) };
    let suites = unsafe {
        Suites {
            property: fetch(kOfxPropertySuite).cast::<OfxPropertySuiteV1>().as_ref().unwrap(),
            effect: fetch(kOfxImageEffectSuite).cast::<OfxImageEffectSuiteV1>().as_ref().unwrap(),
            param: fetch(kOfxParameterSuite).cast::<OfxParameterSuiteV1>().as_ref().unwrap(),
            memory: fetch(kOfxMemorySuite).cast::<OfxMemorySuiteV1>().as_ref().unwrap(),
            threads: fetch(kOfxMultiThreadSuite).cast::<OfxMultiThreadSuiteV1>().as_ref(),
            progress: fetch(kOfxProgressSuite).cast::<OfxProgressSuiteV1>().as_ref(),
            draw: fetch(kOfxDrawSuite).cast::<OfxDrawSuiteV1>().as_ref(),
        }
    };
    *SUITES.lock().unwrap() = Some(suites);
    suites.threads.is_some() && suites.progress.is_some() && suites.draw.is_some()
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

    pub(crate) fn set_strings(self, name: &CStr, values: &[&CStr]) {
        for (at, value) in (0..).zip(values) {
            unsafe { suites().property.propSetString.unwrap()(self.0, name.as_ptr(), at, value.as_ptr()) };
        }
    }

    pub(crate) fn set_int(self, name: &CStr, value: c_int) {
        unsafe { suites().property.propSetInt.unwrap()(self.0, name.as_ptr(), 0, value) };
    }

    pub(crate) fn set_doubles(self, name: &CStr, values: &[f64]) {
        for (at, value) in (0..).zip(values) {
            unsafe { suites().property.propSetDouble.unwrap()(self.0, name.as_ptr(), at, *value) };
        }
    }

    pub(crate) fn set_pointer(self, name: &CStr, value: *mut c_void) {
        unsafe { suites().property.propSetPointer.unwrap()(self.0, name.as_ptr(), 0, value) };
    }

    pub(crate) fn string(self, name: &CStr) -> String {
        let mut value = null_mut();
        let status = unsafe { suites().property.propGetString.unwrap()(self.0, name.as_ptr(), 0, &raw mut value) };
        if status != kOfxStatOK {
            return String::new();
        }
        unsafe { CStr::from_ptr(value) }.to_string_lossy().into_owned()
    }

    pub(crate) fn has(self, name: &CStr) -> bool {
        let mut count = 0;
        unsafe { suites().property.propGetDimension.unwrap()(self.0, name.as_ptr(), &raw mut count) == kOfxStatOK }
    }

    pub(crate) fn double(self, name: &CStr) -> f64 {
        let [value] = self.doubles(name);
        value
    }

    pub(crate) fn doubles<const N: usize>(self, name: &CStr) -> [f64; N] {
        let mut values = [0.0; N];
        unsafe { suites().property.propGetDoubleN.unwrap()(self.0, name.as_ptr(), N as c_int, values.as_mut_ptr()) };
        values
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

pub(crate) fn clip(effect: OfxImageEffectHandle, name: &CStr) -> (OfxImageClipHandle, Set) {
    let (mut clip, mut set) = (null_mut(), null_mut());
    unsafe { suites().effect.clipGetHandle.unwrap()(effect, name.as_ptr(), &raw mut clip, &raw mut set) };
    (clip, Set(set))
}

pub(crate) fn is_connected(effect: OfxImageEffectHandle, name: &CStr) -> bool {
    let (clip, set) = clip(effect, name);
    !clip.is_null() && set.ints(kOfxImageClipPropConnected) == [1]
}

pub(crate) fn image(effect: OfxImageEffectHandle, name: &CStr, time: f64) -> Option<Set> {
    let mut image = null_mut();
    let status = unsafe { suites().effect.clipGetImage.unwrap()(clip(effect, name).0, time, null(), &raw mut image) };
    (status == kOfxStatOK).then_some(Set(image))
}

pub(crate) fn release(image: Set) {
    unsafe { suites().effect.clipReleaseImage.unwrap()(image.0) };
}

pub(crate) fn param(effect: OfxImageEffectHandle, name: &CStr) -> OfxParamHandle {
    let (mut set, mut param) = (null_mut(), null_mut());
    unsafe {
        suites().effect.getParamSet.unwrap()(effect, &raw mut set);
        suites().param.paramGetHandle.unwrap()(set, name.as_ptr(), &raw mut param, null_mut());
    }
    param
}

pub(crate) fn gain(effect: OfxImageEffectHandle, time: f64) -> f64 {
    let mut gain = 1.0_f64;
    unsafe { suites().param.paramGetValueAtTime.unwrap()(param(effect, c"gain"), time, &raw mut gain) };
    gain
}

/// Progress that is over at once; false if it was cancelled.
pub(crate) fn progress(effect: OfxImageEffectHandle) -> bool {
    let Some(suite) = suites().progress else { return true };
    let (Some(start), Some(update), Some(end)) = (suite.progressStart, suite.progressUpdate, suite.progressEnd) else {
        return true;
    };
    let label = CString::new("working").unwrap();
    let label: *const c_char = label.as_ptr();
    unsafe {
        start(effect.cast(), label);
        let goes_on = update(effect.cast(), 0.5) == kOfxStatOK;
        end(effect.cast());
        goes_on
    }
}
