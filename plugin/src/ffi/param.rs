//! Parameters of an effect.

use std::ffi::{CStr, c_char, c_int};
use std::marker::PhantomData;
use std::ptr::null_mut;

use ofx_sys as ofx;

use super::property::Properties;
use super::suites::Suites;
use super::{HostError, Result, c_string, call};

/// The parameters of an effect or of an instance.
#[derive(Clone, Copy, Debug)]
pub struct Params<'a> {
    handle: ofx::OfxParamSetHandle,
    suites: Suites,
    lent: PhantomData<&'a ()>,
}

/// A parameter of an instance.
#[derive(Clone, Debug)]
pub struct Param<'a> {
    handle: ofx::OfxParamHandle,
    name: String,
    suites: Suites,
    lent: PhantomData<&'a ()>,
}

/// What hosts answer that do not have a parameter.
const ABSENT: [i32; 4] = [
    ofx::kOfxStatErrUnknown,
    ofx::kOfxStatErrUnsupported,
    ofx::kOfxStatErrMissingHostFeature,
    ofx::kOfxStatErrBadHandle,
];

/// `None` for what a host does not have.
fn if_present<T>(answer: Result<T>) -> Result<Option<T>> {
    match answer {
        Ok(answer) => Ok(Some(answer)),
        Err(HostError::Status { status, .. }) if ABSENT.contains(&status) => Ok(None),
        Err(error) => Err(error),
    }
}

impl<'a> Params<'a> {
    /// # Safety
    /// `handle` is null or a parameter set that lives as long as `'a`.
    pub(super) unsafe fn new(handle: ofx::OfxParamSetHandle, suites: Suites) -> Result<Self> {
        if handle.is_null() {
            return Err(HostError::Null("parameters"));
        }
        Ok(Self { handle, suites, lent: PhantomData })
    }

    /// Adds a parameter of a type while the effect is described, and gives what is said of it.
    ///
    /// # Errors
    /// The host does not have that type, or has such a parameter already.
    pub fn define(&self, kind: &CStr, name: &str) -> Result<Properties<'a>> {
        let mut handle = null_mut();
        let text = c_string(name);
        call!(self.suites.param, paramDefine, name, self.handle, kind.as_ptr(), text.as_ptr(), &raw mut handle)?;
        // SAFETY: what the host has just made for this description.
        unsafe { Properties::new(handle, self.suites, "properties of a parameter") }
    }

    /// A parameter of an instance.
    ///
    /// # Errors
    /// The host has none of that name.
    pub fn get(&self, name: &str) -> Result<Param<'a>> {
        let mut handle = null_mut();
        let text = c_string(name);
        call!(self.suites.param, paramGetHandle, name, self.handle, text.as_ptr(), &raw mut handle, null_mut())?;
        if handle.is_null() {
            return Err(HostError::Null("parameter"));
        }
        Ok(Param { handle, name: name.to_owned(), suites: self.suites, lent: PhantomData })
    }

    /// A parameter of an instance; `None` where the host has none of that name: some leave out the types that they do not
    /// know.
    ///
    /// # Errors
    /// The host does not answer.
    pub fn find(&self, name: &str) -> Result<Option<Param<'a>>> {
        if_present(self.get(name))
    }

    /// An Integer, a Choice's place or a Boolean's 0 or 1 at a time; `default` where the host has no such parameter, or no
    /// values of its type.
    ///
    /// # Errors
    /// The host does not tell.
    pub fn int_or(&self, name: &str, time: f64, default: i32) -> Result<i32> {
        Ok(if_present(self.get(name).and_then(|param| param.int(time)))?.unwrap_or(default))
    }

    /// A String at a time; empty where the host has no such parameter, or no values of its type.
    ///
    /// # Errors
    /// The host does not tell.
    pub fn text_or_empty(&self, name: &str, time: f64) -> Result<String> {
        Ok(if_present(self.get(name).and_then(|param| param.text(time)))?.unwrap_or_default())
    }

    /// Changes several parameters as one change that can be undone.
    pub fn edit<T>(&self, label: &str, change: impl FnOnce() -> T) -> T {
        let text = c_string(label);
        // A host without undo has nothing to begin.
        let begun = call!(self.suites.param, paramEditBegin, label, self.handle, text.as_ptr()).is_ok();
        let changed = change();
        if begun {
            drop(call!(self.suites.param, paramEditEnd, label, self.handle));
        }
        changed
    }
}

impl<'a> Param<'a> {
    /// What is said of it.
    ///
    /// # Errors
    /// The host does not give it.
    pub fn properties(&self) -> Result<Properties<'a>> {
        let mut handle = null_mut();
        call!(self.suites.param, paramGetPropertySet, &self.name, self.handle, &raw mut handle)?;
        // SAFETY: the parameter's own, which lives as long as it does.
        unsafe { Properties::new(handle, self.suites, "properties of a parameter") }
    }

    /// A Double at a time.
    ///
    /// # Errors
    /// This and the others: the host does not tell.
    pub fn double(&self, time: f64) -> Result<f64> {
        let mut value = 0.0_f64;
        call!(self.suites.param, paramGetValueAtTime, &self.name, self.handle, time, &raw mut value)?;
        Ok(value)
    }

    /// A Double2D at a time.
    ///
    /// # Errors
    /// As [`double`](Self::double).
    pub fn double2(&self, time: f64) -> Result<[f64; 2]> {
        let (mut x, mut y) = (0.0_f64, 0.0_f64);
        call!(self.suites.param, paramGetValueAtTime, &self.name, self.handle, time, &raw mut x, &raw mut y)?;
        Ok([x, y])
    }

    /// An Integer, a Choice's place or a Boolean's 0 or 1 at a time.
    ///
    /// # Errors
    /// As [`double`](Self::double).
    pub fn int(&self, time: f64) -> Result<i32> {
        let mut value: c_int = 0;
        call!(self.suites.param, paramGetValueAtTime, &self.name, self.handle, time, &raw mut value)?;
        Ok(value)
    }

    /// A String at a time.
    ///
    /// # Errors
    /// As [`double`](Self::double).
    pub fn text(&self, time: f64) -> Result<String> {
        let mut value: *mut c_char = null_mut();
        call!(self.suites.param, paramGetValueAtTime, &self.name, self.handle, time, &raw mut value)?;
        if value.is_null() {
            return Ok(String::new());
        }
        // SAFETY: not null, and the host says that it is a C string. It is copied at once.
        Ok(unsafe { CStr::from_ptr(value) }.to_string_lossy().into_owned())
    }

    /// Sets a Double. Never during a render.
    ///
    /// # Errors
    /// This and the others: the host refuses it.
    pub fn set_double(&self, value: f64) -> Result<()> {
        call!(self.suites.param, paramSetValue, &self.name, self.handle, value)
    }

    /// Sets a Double2D.
    ///
    /// # Errors
    /// As [`set_double`](Self::set_double).
    pub fn set_double2(&self, value: [f64; 2]) -> Result<()> {
        call!(self.suites.param, paramSetValue, &self.name, self.handle, value[0], value[1])
    }

    /// Sets an Integer, a Choice or a Boolean.
    ///
    /// # Errors
    /// As [`set_double`](Self::set_double).
    pub fn set_int(&self, value: i32) -> Result<()> {
        call!(self.suites.param, paramSetValue, &self.name, self.handle, value)
    }

    /// Sets a String.
    ///
    /// # Errors
    /// As [`set_double`](Self::set_double).
    pub fn set_text(&self, value: &str) -> Result<()> {
        let value = c_string(value);
        call!(self.suites.param, paramSetValue, &self.name, self.handle, value.as_ptr())
    }

    /// Sets a Double2D at a time: a keyframe if it is animated.
    ///
    /// # Errors
    /// As [`set_double`](Self::set_double).
    pub fn set_double2_at(&self, time: f64, value: [f64; 2]) -> Result<()> {
        call!(self.suites.param, paramSetValueAtTime, &self.name, self.handle, time, value[0], value[1])
    }

    /// How many keyframes it has; none where the host does not say.
    #[must_use]
    pub fn keys(&self) -> usize {
        let mut count = 0_u32;
        match call!(self.suites.param, paramGetNumKeys, &self.name, self.handle, &raw mut count) {
            Ok(()) => count as usize,
            Err(_) => 0,
        }
    }

    /// Takes all keyframes away.
    ///
    /// # Errors
    /// The host does not do it.
    pub fn delete_keys(&self) -> Result<()> {
        call!(self.suites.param, paramDeleteAllKeys, &self.name, self.handle)
    }
}
