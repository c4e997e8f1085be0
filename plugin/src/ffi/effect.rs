//! An effect as the host has it: while it is described, and as an instance.

use std::marker::PhantomData;
use std::ptr::null_mut;

use ofx_sys as ofx;

use super::clip::Clip;
use super::message;
use super::param::Params;
use super::property::Properties;
use super::suites::Suites;
use super::{HostError, Result, c_string, call};

/// An effect that is being described.
#[derive(Clone, Copy, Debug)]
pub struct Descriptor<'a> {
    handle: ofx::OfxImageEffectHandle,
    suites: Suites,
    lent: PhantomData<&'a ()>,
}

/// An instance of an effect, for the length of an action.
#[derive(Clone, Copy, Debug)]
pub struct Instance<'a> {
    handle: ofx::OfxImageEffectHandle,
    suites: Suites,
    lent: PhantomData<&'a ()>,
}

// SAFETY: the handle is only given back to the host, whose suites may be called from the threads of a render; the
// plugin itself calls `abort` from another thread than the host's only while the host waits for the action.
unsafe impl Send for Instance<'_> {}
// SAFETY: as above.
unsafe impl Sync for Instance<'_> {}

impl<'a> Descriptor<'a> {
    /// # Safety
    /// `handle` is null or an effect that is being described for as long as `'a`.
    pub(super) unsafe fn new(handle: ofx::OfxImageEffectHandle, suites: Suites) -> Result<Self> {
        if handle.is_null() {
            return Err(HostError::Null("effect"));
        }
        Ok(Self { handle, suites, lent: PhantomData })
    }

    /// What is said of the effect.
    ///
    /// # Errors
    /// The host does not give it.
    pub fn properties(&self) -> Result<Properties<'a>> {
        properties(self.handle, self.suites)
    }

    /// Adds a clip, and gives what is said of it.
    ///
    /// # Errors
    /// The host refuses it.
    pub fn clip(&self, name: &str) -> Result<Properties<'a>> {
        let mut handle = null_mut();
        let text = c_string(name);
        call!(self.suites.effect, clipDefine, name, self.handle, text.as_ptr(), &raw mut handle)?;
        // SAFETY: what the host has just made for this description.
        unsafe { Properties::new(handle, self.suites, "properties of a clip") }
    }

    /// The effect's parameters.
    ///
    /// # Errors
    /// The host does not give them.
    pub fn params(&self) -> Result<Params<'a>> {
        params(self.handle, self.suites)
    }
}

impl<'a> Instance<'a> {
    /// # Safety
    /// `handle` is null or an instance that lives as long as `'a`.
    pub(super) unsafe fn new(handle: ofx::OfxImageEffectHandle, suites: Suites) -> Result<Self> {
        if handle.is_null() {
            return Err(HostError::Null("instance"));
        }
        Ok(Self { handle, suites, lent: PhantomData })
    }

    /// A number by which the instance is known while it lives.
    #[must_use]
    pub fn id(&self) -> usize {
        self.handle as usize
    }

    /// What the host says of the instance.
    ///
    /// # Errors
    /// The host does not give it.
    pub fn properties(&self) -> Result<Properties<'a>> {
        properties(self.handle, self.suites)
    }

    /// Its parameters.
    ///
    /// # Errors
    /// The host does not give them.
    pub fn params(&self) -> Result<Params<'a>> {
        params(self.handle, self.suites)
    }

    /// One of its clips.
    ///
    /// # Errors
    /// The host has none of that name.
    pub fn clip(&self, name: &str) -> Result<Clip<'a>> {
        let (mut handle, mut about) = (null_mut(), null_mut());
        let text = c_string(name);
        call!(self.suites.effect, clipGetHandle, name, self.handle, text.as_ptr(), &raw mut handle, &raw mut about)?;
        // SAFETY: what the host has just given for this instance.
        unsafe { Clip::new(handle, about, self.suites) }
    }

    /// Whether the host no longer wants what it asked for.
    #[must_use]
    pub fn aborted(&self) -> bool {
        // SAFETY: the host's own function, and its instance.
        self.suites.effect.abort.is_some_and(|abort| unsafe { abort(self.handle) } != 0)
    }

    /// Shows an error with the instance until [`clear_message`](Self::clear_message). Where the host cannot do that it is
    /// in the log alone: a dialog for each frame would help nobody.
    pub fn show_error(&self, text: &str) {
        message::set_persistent(&self.suites, self.handle, text);
    }

    /// Takes the error away.
    pub fn clear_message(&self) {
        message::clear_persistent(&self.suites, self.handle);
    }

    /// Tells the user something in a dialog, if the host has any.
    pub fn tell(&self, kind: message::Kind, text: &str) {
        message::show(&self.suites, self.handle, kind, text);
    }

    /// Starts a progress bar. It ends when it is dropped.
    #[must_use]
    pub fn progress(&self, title: &str) -> message::Progress<'a> {
        message::Progress::start(self.suites, self.handle, title)
    }
}

fn properties<'a>(effect: ofx::OfxImageEffectHandle, suites: Suites) -> Result<Properties<'a>> {
    let mut handle = null_mut();
    call!(suites.effect, getPropertySet, "", effect, &raw mut handle)?;
    // SAFETY: the effect's own, which lives as long as the effect.
    unsafe { Properties::new(handle, suites, "properties of the effect") }
}

fn params<'a>(effect: ofx::OfxImageEffectHandle, suites: Suites) -> Result<Params<'a>> {
    let mut handle = null_mut();
    call!(suites.effect, getParamSet, "", effect, &raw mut handle)?;
    // SAFETY: as above.
    unsafe { Params::new(handle, suites) }
}
