//! Changing an instance: parameters and clips, and telling the plugin.

use std::ffi::CStr;
use std::sync::Arc;

use ofx_sys::*;

use super::{HOST, Instance, InstanceShared};
use crate::clip::ClipSource;
use crate::complaint::Misuse;
use crate::error::HostError;
use crate::handle::Owned;
use crate::param::{Key, ParamKind, ParamOwner, ParamSet, ParamValue, SavedParams, ValueError};
use crate::property::c_string;
use crate::scope::{self, complain};
use crate::sync::lock;

/// Changes that a plugin makes when it is told of its own changes end here: it would go on for ever.
const DEEPEST: usize = 16;

impl Instance {
    /// Sets a parameter as a user does: at the current time if it is animated, else for all times.
    ///
    /// # Errors
    /// [`HostError::Parameter`]; [`HostError::ActionFailed`] if the plugin fails when it is told of it.
    pub fn set(&self, name: &str, value: impl Into<ParamValue>) -> Result<(), HostError> {
        let value = value.into();
        self.0.change(name, |params| params.set_value(name, None, value))
    }

    /// Sets a keyframe of a parameter as a user does.
    ///
    /// # Errors
    /// As [`set`](Self::set).
    pub fn set_at(&self, name: &str, time: f64, value: impl Into<ParamValue>) -> Result<(), HostError> {
        let value = value.into();
        self.0.change(name, |params| params.set_value(name, Some(time), value))
    }

    /// The value of a parameter at a time.
    ///
    /// # Errors
    /// [`HostError::Parameter`] if there is no such parameter, or it has no value.
    pub fn get(&self, name: &str, time: f64) -> Result<ParamValue, HostError> {
        self.0.params(|params| params.value(name, Some(time)))
    }

    /// The keyframes of a parameter.
    ///
    /// # Errors
    /// As [`get`](Self::get).
    pub fn keys(&self, name: &str) -> Result<Vec<Key<ParamValue>>, HostError> {
        self.0.params(|params| params.keys(name))
    }

    /// Deletes the keyframe at a time, or with none all of them, and says how many there were.
    ///
    /// # Errors
    /// As [`set`](Self::set).
    pub fn delete_keys(&self, name: &str, time: Option<f64>) -> Result<usize, HostError> {
        self.0.change(name, |params| params.delete_keys(name, time))
    }

    /// Gives a parameter its default again.
    ///
    /// # Errors
    /// As [`set`](Self::set).
    pub fn reset(&self, name: &str) -> Result<(), HostError> {
        self.0.change(name, |params| params.reset(name))
    }

    /// Presses a button.
    ///
    /// # Errors
    /// [`HostError::Parameter`] if there is no such button; [`HostError::ActionFailed`] if what it does fails.
    pub fn press(&self, name: &str) -> Result<(), HostError> {
        let kind = self.0.params(|params| Ok(params.find(name)?.kind))?;
        if kind != ParamKind::PushButton {
            return Err(HostError::BadRequest { what: format!("a press of {name}, which is no button,") });
        }
        self.0.change(name, |_| Ok(()))
    }

    /// All values and keyframes, for a file. The plugin is asked first to put what it knows into its parameters.
    ///
    /// # Errors
    /// [`HostError::ActionFailed`].
    pub fn save(&self) -> Result<SavedParams, HostError> {
        self.sync()?;
        self.0.params(|params| Ok(params.save()))
    }

    /// Has the plugin put what it knows into its parameters, if it has said that this is necessary.
    ///
    /// # Errors
    /// [`HostError::ActionFailed`].
    pub fn sync(&self) -> Result<(), HostError> {
        if self.0.effect.properties.flag(kOfxPropParamSetNeedsSyncing) {
            let status = self.0.act(kOfxActionSyncPrivateData, None, None, None);
            self.0.check(kOfxActionSyncPrivateData, status)?;
            self.0.effect.properties.put(kOfxPropParamSetNeedsSyncing, false);
        }
        Ok(())
    }

    /// Has the plugin give back memory that it can do without.
    ///
    /// # Errors
    /// [`HostError::ActionFailed`].
    pub fn purge(&self) -> Result<(), HostError> {
        let status = self.0.act(kOfxActionPurgeCaches, None, None, None);
        self.0.check(kOfxActionPurgeCaches, status).map(|_| ())
    }

    /// Tells the plugin that its panel is shown to a user, or that it is no longer.
    ///
    /// # Errors
    /// [`HostError::ActionFailed`].
    pub fn edit(&self, shown: bool) -> Result<(), HostError> {
        let action = if shown { kOfxActionBeginInstanceEdit } else { kOfxActionEndInstanceEdit };
        let status = self.0.act(action, None, None, None);
        self.0.check(action, status).map(|_| ())
    }

    /// Connects a clip.
    ///
    /// # Errors
    /// [`HostError::NoClip`]; [`HostError::ActionFailed`] if the plugin fails when it is told of it.
    pub fn connect(&self, clip: &str, source: Arc<dyn ClipSource>) -> Result<(), HostError> {
        self.0.reconnect(clip, Some(source))
    }

    /// Disconnects a clip.
    ///
    /// # Errors
    /// As [`connect`](Self::connect).
    pub fn disconnect(&self, clip: &str) -> Result<(), HostError> {
        self.0.reconnect(clip, None)
    }

    /// Tells the plugin that the current frame is another one.
    ///
    /// # Errors
    /// [`HostError::ActionFailed`].
    pub fn go_to(&self, time: f64) -> Result<(), HostError> {
        self.0.time.store(time.to_bits(), std::sync::atomic::Ordering::Relaxed);
        self.0.notify(kOfxTypeParameter, None, kOfxChangeTime)
    }
}

impl InstanceShared {
    pub(super) fn params<T>(&self, code: impl FnOnce(&ParamSet) -> Result<T, ValueError>) -> Result<T, HostError> {
        code(&self.effect.params).map_err(|source| HostError::Parameter { plugin: self.name(), source })
    }

    /// Changes a parameter as a user does, and tells the plugin.
    fn change<T>(&self, name: &str, code: impl FnOnce(&ParamSet) -> Result<T, ValueError>) -> Result<T, HostError> {
        let result = self.params(code)?;
        self.forget_preferences_of(name);
        self.notify(kOfxTypeParameter, Some(&c_string(name)), kOfxChangeUserEdited)?;
        Ok(result)
    }

    fn reconnect(&self, name: &str, source: Option<Arc<dyn ClipSource>>) -> Result<(), HostError> {
        let clip = self.input(name)?;
        clip.connect(source);
        *lock(&self.preferences) = None;
        self.assume()?;
        self.notify(kOfxTypeClip, Some(&clip.name), kOfxChangeUserEdited)
    }

    /// Forgets what was agreed on, if the plugin said that it depends on the parameter.
    fn forget_preferences_of(&self, param: &str) {
        // Most plugins say it of their parameters where they declare them, in the context.
        let params = self.context.effect.properties.strings(kOfxImageEffectPropClipPreferencesSlaveParam);
        if params.iter().any(|name| name == param) {
            *lock(&self.preferences) = None;
        }
    }

    /// Tells the plugin of a change; without a name it is the time that changed.
    pub(crate) fn notify(
        &self,
        what: &'static CStr,
        name: Option<&CStr>,
        reason: &'static CStr,
    ) -> Result<(), HostError> {
        self.changes(kOfxActionBeginInstanceChanged, reason)?;
        let told = name.map_or(Ok(()), |name| self.changed(what, name, reason));
        // What was begun is ended, also when it failed.
        self.changes(kOfxActionEndInstanceChanged, reason).and(told)
    }

    /// Changes begin, or end.
    fn changes(&self, action: &'static CStr, reason: &'static CStr) -> Result<(), HostError> {
        let arguments = Owned::new(self.arguments(action).with(kOfxPropChangeReason, HOST, reason));
        let status = self.act(action, Some(&arguments), None, None);
        self.check(action, status).map(|_| ())
    }

    fn changed(&self, what: &'static CStr, name: &CStr, reason: &'static CStr) -> Result<(), HostError> {
        let action = kOfxActionInstanceChanged;
        let arguments = self
            .arguments(action)
            .with(kOfxPropType, HOST, what)
            .with(kOfxPropName, HOST, name)
            .with(kOfxPropChangeReason, HOST, reason)
            .with(kOfxPropTime, HOST, self.time())
            .with(kOfxImageEffectPropRenderScale, HOST, [1.0, 1.0]);
        let status = self.act(action, Some(&Owned::new(arguments)), None, None);
        self.check(action, status).map(|_| ())
    }
}

impl ParamOwner for InstanceShared {
    fn changed_by_plugin(&self, name: &CStr) {
        self.forget_preferences_of(&name.to_string_lossy());
        // While it is made, destroyed or renders it is not told of what it does itself.
        let quiet = [kOfxActionCreateInstance, kOfxActionDestroyInstance, kOfxImageEffectActionRender];
        if quiet.iter().any(|action| scope::is_in(action)) {
            return;
        }
        if scope::depth(kOfxActionInstanceChanged) >= DEEPEST {
            complain(
                Misuse::WrongMoment,
                format!("parameter {name:?} is set whenever it is said to be set, without end"),
            );
            return;
        }
        if let Err(error) = self.changed(kOfxTypeParameter, name, kOfxChangePluginEdited) {
            complain(Misuse::Answer, error.to_string());
        }
    }

    fn time(&self) -> f64 {
        Self::time(self)
    }

    fn call(&self, action: &'static CStr, code: &mut dyn FnMut()) {
        self.plugin.0.entry.within(action, self.job(), code);
    }

    fn edit(&self, name: Option<&str>) {
        self.effect.host.settings().observer.edit(self.plugin.identifier(), name);
    }
}
