//! Sets of properties.

use std::ffi::{CStr, c_void};
use std::marker::PhantomData;
use std::ptr::null_mut;

use ofx_sys as ofx;

use super::suites::Suites;
use super::{HostError, Result, c_string, call};

/// A set of properties that the host lends.
#[derive(Clone, Copy, Debug)]
pub struct Properties<'a> {
    handle: ofx::OfxPropertySetHandle,
    suites: Suites,
    lent: PhantomData<&'a ()>,
}

impl Properties<'_> {
    /// # Safety
    /// `handle` is null or a property set of the host that lives as long as `'a`.
    pub(super) unsafe fn new(handle: ofx::OfxPropertySetHandle, suites: Suites, what: &'static str) -> Result<Self> {
        if handle.is_null() {
            return Err(HostError::Null(what));
        }
        Ok(Self { handle, suites, lent: PhantomData })
    }

    /// A text.
    ///
    /// # Errors
    /// This and the others: the set has no such property, or not as many values.
    pub fn text(&self, name: &CStr, index: i32) -> Result<String> {
        let mut value = null_mut();
        call!(self.suites.property, propGetString, shown(name), self.handle, name.as_ptr(), index, &raw mut value)?;
        if value.is_null() {
            return Err(HostError::Null("text of a property"));
        }
        // SAFETY: not null, and the host says that it is a C string. It is copied at once: some hosts keep it shorter
        // than they should.
        Ok(unsafe { CStr::from_ptr(value) }.to_string_lossy().into_owned())
    }

    /// All values of a text.
    ///
    /// # Errors
    /// There is no such property.
    pub fn texts(&self, name: &CStr) -> Result<Vec<String>> {
        (0..self.dimension(name)?).map(|index| self.text(name, index)).collect()
    }

    /// A whole number.
    ///
    /// # Errors
    /// As [`text`](Self::text).
    pub fn int(&self, name: &CStr, index: i32) -> Result<i32> {
        let mut value = 0;
        call!(self.suites.property, propGetInt, shown(name), self.handle, name.as_ptr(), index, &raw mut value)?;
        Ok(value)
    }

    /// Yes or no; no where the host does not say.
    #[must_use]
    pub fn flag(&self, name: &CStr) -> bool {
        self.int(name, 0).is_ok_and(|value| value != 0)
    }

    /// Several whole numbers. They are asked for one by one: not every host offers the other way.
    ///
    /// # Errors
    /// As [`text`](Self::text).
    pub fn ints<const N: usize>(&self, name: &CStr) -> Result<[i32; N]> {
        let mut values = [0; N];
        for (index, value) in (0..).zip(&mut values) {
            *value = self.int(name, index)?;
        }
        Ok(values)
    }

    /// A number.
    ///
    /// # Errors
    /// As [`text`](Self::text).
    pub fn double(&self, name: &CStr, index: i32) -> Result<f64> {
        let mut value = 0.0;
        call!(self.suites.property, propGetDouble, shown(name), self.handle, name.as_ptr(), index, &raw mut value)?;
        Ok(value)
    }

    /// Several numbers.
    ///
    /// # Errors
    /// As [`text`](Self::text).
    pub fn doubles<const N: usize>(&self, name: &CStr) -> Result<[f64; N]> {
        let mut values = [0.0; N];
        for (index, value) in (0..).zip(&mut values) {
            *value = self.double(name, index)?;
        }
        Ok(values)
    }

    pub(super) fn pointer(&self, name: &CStr) -> Result<*mut c_void> {
        let mut value = null_mut();
        call!(self.suites.property, propGetPointer, shown(name), self.handle, name.as_ptr(), 0, &raw mut value)?;
        Ok(value)
    }

    /// How many values there are.
    ///
    /// # Errors
    /// There is no such property.
    pub fn dimension(&self, name: &CStr) -> Result<i32> {
        let mut count = 0;
        call!(self.suites.property, propGetDimension, shown(name), self.handle, name.as_ptr(), &raw mut count)?;
        Ok(count)
    }

    /// Sets one value of a text.
    ///
    /// # Errors
    /// This and the others: the host does not know the property or refuses the value.
    pub fn set_text(&self, name: &CStr, index: i32, value: &str) -> Result<()> {
        let value = c_string(value);
        call!(self.suites.property, propSetString, shown(name), self.handle, name.as_ptr(), index, value.as_ptr())
    }

    /// Sets the first values of a text.
    ///
    /// # Errors
    /// As [`set_text`](Self::set_text).
    pub fn set_texts(&self, name: &CStr, values: &[&CStr]) -> Result<()> {
        (0..).zip(values).try_for_each(|(index, value)| {
            call!(self.suites.property, propSetString, shown(name), self.handle, name.as_ptr(), index, value.as_ptr())
        })
    }

    /// Sets a whole number.
    ///
    /// # Errors
    /// As [`set_text`](Self::set_text).
    pub fn set_int(&self, name: &CStr, index: i32, value: i32) -> Result<()> {
        call!(self.suites.property, propSetInt, shown(name), self.handle, name.as_ptr(), index, value)
    }

    /// Sets yes or no.
    ///
    /// # Errors
    /// As [`set_text`](Self::set_text).
    pub fn set_flag(&self, name: &CStr, value: bool) -> Result<()> {
        self.set_int(name, 0, i32::from(value))
    }

    /// Sets the first numbers.
    ///
    /// # Errors
    /// As [`set_text`](Self::set_text).
    pub fn set_doubles(&self, name: &CStr, values: &[f64]) -> Result<()> {
        (0..).zip(values).try_for_each(|(index, &value)| {
            call!(self.suites.property, propSetDouble, shown(name), self.handle, name.as_ptr(), index, value)
        })
    }

    pub(super) fn set_pointer(&self, name: &CStr, value: *mut c_void) -> Result<()> {
        call!(self.suites.property, propSetPointer, shown(name), self.handle, name.as_ptr(), 0, value)
    }
}

fn shown(name: &CStr) -> std::borrow::Cow<'_, str> {
    name.to_string_lossy()
}

/// A property that older hosts do not know: it is said for those that do.
pub trait IfKnown {
    /// Takes an unknown property for none.
    fn if_known(self);
}

impl IfKnown for Result<()> {
    fn if_known(self) {
        drop(self);
    }
}
