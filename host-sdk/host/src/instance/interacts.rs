//! What an instance draws and lets a user touch.

use std::ffi::{CStr, c_void};
use std::sync::Arc;
use std::sync::atomic::Ordering;

use ofx_sys::*;

use super::{Instance, Life};
use crate::error::HostError;
use crate::interact::{Described, InteractError, InteractKind, InteractOwner, Overlay, View};

impl Instance {
    /// What it draws over the picture, if anything: with the Draw suite, or else with OpenGL. Nothing on a host without
    /// overlays.
    ///
    /// # Errors
    /// [`HostError::Interact`].
    pub fn overlay(&self, view: &View) -> Result<Option<Overlay>, HostError> {
        if !self.0.effect.host.settings().overlays {
            return Ok(None);
        }
        let plugin = &self.0.plugin.0;
        let described = if let Some(known) = plugin.overlay.get() {
            known.clone()
        } else {
            // Plugins declare it either when they describe themselves or in a context, whose set has both.
            let properties = &self.0.context.effect.properties;
            let (v2, v1) = (kOfxImageEffectPluginPropOverlayInteractV2, kOfxImageEffectPluginPropOverlayInteractV1);
            let draws = self.0.effect.host.settings().suites.has(&kOfxDrawSuite.to_string_lossy(), 1);
            let described = match (properties.pointer(v2), properties.pointer(v1)) {
                (entry, _) if draws && !entry.is_null() => self.describe(InteractKind::OverlayV2, entry),
                (_, entry) => self.describe(InteractKind::OverlayV1, entry),
            }?;
            plugin.overlay.get_or_init(|| described).clone()
        };
        self.interact(described, view)
    }

    /// What it draws in place of a parameter's interface, if anything.
    ///
    /// # Errors
    /// [`HostError::Interact`]; [`HostError::Parameter`] if there is no such parameter.
    pub fn param_interact(&self, name: &str, view: &View) -> Result<Option<Overlay>, HostError> {
        let entry = self.0.params(|params| Ok(params.find(name)?.properties.pointer(kOfxParamPropInteractV1)))?;
        self.interact(self.describe(InteractKind::Param, entry)?, view)
    }

    fn describe(&self, kind: InteractKind, entry: *mut c_void) -> Result<Option<Arc<Described>>, HostError> {
        let action = kOfxActionDescribe;
        let _turn = self.0.turn(action);
        // SAFETY: it is what the plugin has set its property for interacts to; the plugin is not unloaded before what is
        // made of it is gone, because that keeps the instance, or is kept by the plugin.
        let described = self.0.plugin.0.entry.within(action, None, || unsafe { Described::new(kind, entry) });
        described.map_err(|source| self.failed(source))
    }

    fn interact(&self, described: Option<Arc<Described>>, view: &View) -> Result<Option<Overlay>, HostError> {
        let made = described.map(|described| Overlay::new(self.0.clone(), described, view)).transpose();
        made.map_err(|source| self.failed(source))
    }

    fn failed(&self, source: InteractError) -> HostError {
        HostError::Interact { plugin: self.0.name(), source }
    }
}

impl InteractOwner for Life {
    fn effect(&self) -> usize {
        self.effect.handle::<c_void>().addr()
    }

    fn call(&self, action: &'static CStr, time: Option<f64>, code: &mut dyn FnMut()) {
        let _turn = self.turn(action);
        if let Some(time) = time {
            self.time.store(time.to_bits(), Ordering::Relaxed);
        }
        self.plugin.0.entry.within(action, None, code);
    }
}
