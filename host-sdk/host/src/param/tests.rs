//! The suites, called as a plugin calls them.

use std::ffi::{CStr, CString, c_char, c_int, c_void};
use std::ptr::null_mut;
use std::sync::{Arc, Mutex, Weak};

use ofx_sys::*;

use super::*;
use crate::Misuse;
use crate::complaint::Ledger;
use crate::handle::Owned;
use crate::property;
use crate::scope::{Entered, Scope};
use crate::sync::lock;

mod custom;
mod declare;
mod keyframes;
mod parametric;
mod save;
mod values;

/// An instance that remembers what it is told.
struct Instance {
    ledger: Arc<Ledger>,
    time: Mutex<f64>,
    told: Mutex<Vec<String>>,
}

impl ParamOwner for Instance {
    fn changed_by_plugin(&self, name: &CStr) {
        lock(&self.told).push(name.to_string_lossy().into_owned());
    }

    fn time(&self) -> f64 {
        *lock(&self.time)
    }

    fn call(&self, action: &'static CStr, code: &mut dyn FnMut()) {
        let _scope = Scope::new(self.ledger.clone(), action).enter();
        code();
    }

    fn edit(&self, name: Option<&str>) {
        lock(&self.told).push(name.map_or("end".into(), |name| format!("begin {name}")));
    }
}

/// A plugin in an action, with a description to declare parameters in and an instance made of it.
struct Stage {
    instance: Arc<Instance>,
    declared: Owned<ParamSet>,
    /// The instance's parameters.
    set: Owned<ParamSet>,
    _scope: Entered,
}

const PROJECT: ([f64; 2], [f64; 2]) = ([10.0, 20.0], [200.0, 100.0]);
const ACTION: &CStr = kOfxActionInstanceChanged;

impl Stage {
    /// Declares parameters as the code does, and makes an instance.
    fn new(declare: impl FnOnce(&Owned<ParamSet>)) -> Self {
        Self::in_action(ACTION, declare)
    }

    fn in_action(action: &'static CStr, declare: impl FnOnce(&Owned<ParamSet>)) -> Self {
        let ledger = Arc::new(Ledger::default());
        let scope = Scope::new(ledger.clone(), action).enter();
        let declared = ParamSet::declaring(1);
        declare(&declared);
        let instance = Arc::new(Instance { ledger, time: Mutex::new(0.0), told: Mutex::default() });
        let owner: Weak<dyn ParamOwner> = Arc::<Instance>::downgrade(&instance);
        let set = declared.instantiate(owner, PROJECT, 2);
        Self { instance, declared, set, _scope: scope }
    }

    /// Of one parameter of each kind, named like it.
    fn of_all_kinds() -> Self {
        Self::new(|set| {
            for kind in all_kinds() {
                define(set, kind.ofx_name(), &name_of(kind));
            }
            let options = CString::new("a").unwrap();
            for kind in [ParamKind::Choice, ParamKind::StrChoice] {
                let options = [options.as_c_str(), c"b"].map(CStr::as_ptr);
                let properties = properties(set, &name_of(kind));
                // SAFETY: there are two strings.
                let status = unsafe {
                    property::SUITE.propSetStringN.unwrap()(
                        properties,
                        kOfxParamPropChoiceOption.as_ptr(),
                        2,
                        options.as_ptr(),
                    )
                };
                assert_eq!(status, kOfxStatOK);
            }
        })
    }

    /// The handle of one of the instance's parameters.
    fn handle(&self, name: &CStr) -> OfxParamHandle {
        handle(&self.set, name)
    }

    fn told(&self) -> Vec<String> {
        std::mem::take(&mut *lock(&self.instance.told))
    }

    fn misuses(&self) -> Vec<Misuse> {
        self.instance.ledger.list().into_iter().map(|complaint| complaint.misuse).collect()
    }
}

fn all_kinds() -> Vec<ParamKind> {
    use ParamKind::*;
    vec![
        Integer, Integer2D, Integer3D, Double, Double2D, Double3D, Boolean, Choice, StrChoice, Rgb, Rgba, String,
        Custom, Bytes, Group, Page, PushButton, Parametric,
    ]
}

fn name_of(kind: ParamKind) -> CString {
    CString::new(format!("{kind:?}")).unwrap()
}

fn define(set: &Owned<ParamSet>, kind: &CStr, name: &CStr) -> (c_int, OfxPropertySetHandle) {
    let mut properties = null_mut();
    // SAFETY: strings and place are good.
    let status = unsafe { SUITE.paramDefine.unwrap()(set.handle(), kind.as_ptr(), name.as_ptr(), &mut properties) };
    (status, properties)
}

fn handle(set: &Owned<ParamSet>, name: &CStr) -> OfxParamHandle {
    let mut handle = null_mut();
    // SAFETY: string and place are good.
    let status = unsafe { SUITE.paramGetHandle.unwrap()(set.handle(), name.as_ptr(), &mut handle, null_mut()) };
    assert_eq!(status, kOfxStatOK, "{name:?}");
    handle
}

fn properties(set: &Owned<ParamSet>, name: &CStr) -> OfxPropertySetHandle {
    let mut properties = null_mut();
    // SAFETY: the place is good.
    let status = unsafe { SUITE.paramGetPropertySet.unwrap()(handle(set, name), &mut properties) };
    assert_eq!(status, kOfxStatOK);
    properties
}

fn put_ints(properties: OfxPropertySetHandle, name: &CStr, values: &[c_int]) {
    // SAFETY: there are that many.
    let status = unsafe {
        property::SUITE.propSetIntN.unwrap()(properties, name.as_ptr(), values.len() as c_int, values.as_ptr())
    };
    assert_eq!(status, kOfxStatOK, "{name:?}");
}

fn put_doubles(properties: OfxPropertySetHandle, name: &CStr, values: &[f64]) {
    // SAFETY: there are that many.
    let status = unsafe {
        property::SUITE.propSetDoubleN.unwrap()(properties, name.as_ptr(), values.len() as c_int, values.as_ptr())
    };
    assert_eq!(status, kOfxStatOK, "{name:?}");
}

fn put_string(properties: OfxPropertySetHandle, name: &CStr, value: &CStr) {
    // SAFETY: both are strings.
    let status = unsafe { property::SUITE.propSetString.unwrap()(properties, name.as_ptr(), 0, value.as_ptr()) };
    assert_eq!(status, kOfxStatOK, "{name:?}");
}

fn put_pointer(properties: OfxPropertySetHandle, name: &CStr, value: *mut c_void) {
    // SAFETY: the name is a string.
    let status = unsafe { property::SUITE.propSetPointer.unwrap()(properties, name.as_ptr(), 0, value) };
    assert_eq!(status, kOfxStatOK, "{name:?}");
}

/// The string of a text parameter, as the plugin has it.
fn get_text(param: OfxParamHandle, time: f64) -> *const c_char {
    let mut text = std::ptr::null();
    // SAFETY: there is room for a pointer.
    let status = unsafe { SUITE.paramGetValueAtTime.unwrap()(param, time, &raw mut text) };
    assert_eq!(status, kOfxStatOK);
    text
}
