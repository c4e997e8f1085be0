//! For programs that check plugins: calls that no ordinary host makes, or makes in another order.
//!
//! Whoever uses this does it in a process of its own. A plugin may answer to what the standard does not foresee by ending
//! the process.

use std::ffi::{CStr, CString, c_char, c_int, c_void};
use std::sync::Arc;

use ofx_sys::*;

use crate::bundle::Bundle;
use crate::describe::{ContextDescription, Description, describe};
use crate::error::HostError;
use crate::instance::{Instance, InstanceOptions, RenderRequest};
use crate::library::{Library, PluginId};
use crate::names::Context;
use crate::picture::Picture;
use crate::plugin::{Entry, Plugin, describe_in_context, undescribed};
use crate::status::Status;

/// A binary, of which nothing is called but what is asked for.
#[derive(Debug)]
pub struct Binary(libloading::Library);

/// What a binary says of one of its plugins, as far as it says it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Listed {
    /// The identifier, with what is not UTF-8 replaced; none if it is null.
    pub identifier: Option<String>,
    /// The interface; none if it is null.
    pub api: Option<String>,
    /// The version of the interface.
    pub api_version: i32,
    /// Major and minor version.
    pub version: (u32, u32),
    /// Whether it has a function that takes the host.
    pub has_set_host: bool,
    /// Whether it has an entry point.
    pub has_entry: bool,
}

impl Binary {
    /// Loads the bundle's binary.
    ///
    /// # Errors
    /// [`HostError::Load`].
    pub fn open(bundle: &Bundle) -> Result<Self, HostError> {
        let path = &bundle.binary;
        // SAFETY: loading runs the binary's initialisers, which is what the caller asks for.
        let library = unsafe { libloading::Library::new(path) };
        library.map(Self).map_err(|source| HostError::Load { path: path.clone(), source })
    }

    /// Whether the binary exports a symbol.
    #[must_use]
    pub fn exports(&self, symbol: &str) -> bool {
        // SAFETY: the symbol is looked up and not used.
        unsafe { self.0.get::<unsafe extern "C" fn()>(symbol.as_bytes()) }.is_ok()
    }

    /// What `OfxGetNumberOfPlugins` answers; none if there is no such function.
    #[must_use]
    pub fn count(&self) -> Option<i32> {
        // SAFETY: the standard gives the function this type, and the binary stays loaded while it is called.
        unsafe {
            let count = self.0.get::<unsafe extern "C" fn() -> c_int>(b"OfxGetNumberOfPlugins\0").ok()?;
            Some(count())
        }
    }

    /// What `OfxGetPlugin` answers, whatever the number; none if it is null or there is no such function.
    #[must_use]
    pub fn plugin(&self, index: i32) -> Option<Listed> {
        // SAFETY: the standard gives the function this type, and the binary stays loaded while it is called and its
        // answer, which lives as long as the binary, is read.
        let plugin = unsafe {
            let get = self.0.get::<unsafe extern "C" fn(c_int) -> *const OfxPlugin>(b"OfxGetPlugin\0").ok()?;
            get(index).as_ref()?
        };
        let text = |text: *const c_char| {
            // SAFETY: it is null or a string of the plugin's, as the standard says.
            (!text.is_null()).then(|| unsafe { CStr::from_ptr(text) }.to_string_lossy().into_owned())
        };
        Some(Listed {
            identifier: text(plugin.pluginIdentifier),
            api: text(plugin.pluginApi),
            api_version: plugin.apiVersion,
            version: (plugin.pluginVersionMajor, plugin.pluginVersionMinor),
            has_set_host: plugin.setHost.is_some(),
            has_entry: plugin.mainEntry.is_some(),
        })
    }
}

/// Who or what changed something, as plugins are told it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Reason {
    /// A user.
    User,
    /// The plugin.
    Plugin,
    /// The current time.
    Time,
}

/// What changed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Changed {
    /// A parameter.
    Param,
    /// A clip.
    Clip,
}

/// Sends [`kOfxActionDescribe`] to a plugin that was given the host, but was not loaded.
///
/// # Errors
/// [`HostError::BadPlugin`].
pub fn describe_unloaded(library: &Library, id: &PluginId) -> Result<Status, HostError> {
    let entry = Entry::connect(&library.0, id)?;
    let effect = undescribed(&library.0, id);
    Ok(entry.act(kOfxActionDescribe, effect.handle::<c_void>(), None, None, None))
}

/// Has a loaded plugin describe itself once more.
///
/// # Errors
/// [`HostError::ActionFailed`].
pub fn describe_again(plugin: &Plugin) -> Result<Description, HostError> {
    let (entry, id) = (&plugin.0.entry, &plugin.0.entry.id);
    let effect = undescribed(&plugin.library().0, id);
    let status = entry.act(kOfxActionDescribe, effect.handle::<c_void>(), None, None, None);
    entry.check(kOfxActionDescribe, status, None)?;
    Ok(describe(&id.identifier, id.version, plugin.bundle().icon(&id.identifier), &effect.properties))
}

/// Has a loaded plugin describe itself in a context, whether it has said that it can be used in it or not.
///
/// # Errors
/// [`HostError::ActionFailed`], [`HostError::BadDescription`].
pub fn describe_context(plugin: &Plugin, context: Context) -> Result<Arc<ContextDescription>, HostError> {
    describe_in_context(&plugin.0, context).map(|described| described.description)
}

/// Renders a frame without the actions that begin and end a sequence of them.
///
/// # Errors
/// As [`Instance::render`].
pub fn render_alone(instance: &Instance, request: &RenderRequest) -> Result<Picture, HostError> {
    instance.0.render_alone(request)
}

/// Tells an instance that something changed, whether it did or not, for any reason.
///
/// # Errors
/// [`HostError::ActionFailed`].
pub fn tell_changed(instance: &Instance, what: Changed, name: &str, reason: Reason) -> Result<(), HostError> {
    let what = match what {
        Changed::Param => kOfxTypeParameter,
        Changed::Clip => kOfxTypeClip,
    };
    let reason = match reason {
        Reason::User => kOfxChangeUserEdited,
        Reason::Plugin => kOfxChangePluginEdited,
        Reason::Time => kOfxChangeTime,
    };
    let name = CString::new(name).unwrap_or_default();
    instance.0.notify(what, Some(&name), reason)
}

/// An instance that the plugin does not know of: [`kOfxActionCreateInstance`] is not sent, as if it had failed in a host
/// that goes on all the same.
///
/// # Errors
/// As [`Plugin::instance`].
pub fn uncreated(plugin: &Plugin, context: Context, options: InstanceOptions) -> Result<Instance, HostError> {
    Instance::prepare(plugin, context, options)
}
