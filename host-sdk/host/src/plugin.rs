//! Plugins that are loaded and have described themselves.

use std::collections::BTreeMap;
use std::ffi::{CStr, c_void};
use std::fmt;
use std::sync::{Arc, Mutex, OnceLock};

use ofx_sys::*;

use crate::bundle::Bundle;
use crate::complaint::{Complaint, Ledger, Misuse, Record};
use crate::describe::{ContextDescription, Description, describe};
use crate::effect::{Effect, Role, descriptor};
use crate::error::HostError;
use crate::handle::Owned;
use crate::host::Host;
use crate::image;
use crate::instance::{Instance, InstanceOptions, Job};
use crate::interact::Described;
use crate::library::{Library, LibraryShared, PluginId};
use crate::names::Context;
use crate::param::ParamSet;
use crate::property::{Access, PropertySet};
use crate::scope::{Scope, complain};
use crate::status::Status;
use crate::suite;
use crate::sync::{RecursiveLock, lock};

/// A plugin that is loaded. It keeps its library, and is unloaded with it: many plugins cannot be loaded a second time
/// before their binary is.
#[derive(Clone)]
pub struct Plugin(pub(crate) Arc<PluginShared>, Arc<LibraryShared>);

pub(crate) struct PluginShared {
    /// First, so that the plugin is unloaded before what it knows is gone.
    pub(crate) entry: Entry,
    pub(crate) description: Description,
    pub(crate) descriptor: Owned<Effect>,
    contexts: Mutex<BTreeMap<Context, Arc<InContext>>>,
    /// Its overlay, once somebody has asked for it.
    pub(crate) overlay: OnceLock<Option<Arc<Described>>>,
    /// Held in every action of a plugin that is not safe to be called from several threads, and in descriptions.
    pub(crate) lock: RecursiveLock,
}

/// What a plugin has in a context.
pub(crate) struct InContext {
    pub(crate) effect: Owned<Effect>,
    pub(crate) description: Arc<ContextDescription>,
}

/// A plugin's one entry point, from its load to its unload.
pub(crate) struct Entry {
    pub(crate) host: Host,
    pub(crate) id: PluginId,
    pub(crate) ledger: Arc<Ledger>,
    plugin: &'static OfxPlugin,
    loaded: bool,
}

// SAFETY: what is not already so is the plugin's struct in the binary, which nobody changes.
unsafe impl Send for Entry {}
// SAFETY: as above. From which threads the plugin may be called is seen to by the locks of plugins and instances.
unsafe impl Sync for Entry {}

impl Plugin {
    pub(crate) fn load(library: &Arc<LibraryShared>, id: &PluginId) -> Result<Self, HostError> {
        let mut loaded = lock(&library.loaded);
        if let Some(known) = loaded.get(&id.index) {
            // One that failed may not be what it was before it tried.
            let failed =
                || HostError::Known { path: library.bundle.binary.clone(), why: format!("{} failed", id.identifier) };
            return known.clone().map(|plugin| Self(plugin, library.clone())).ok_or_else(failed);
        }
        let plugin = load(library, id).map(Arc::new);
        loaded.insert(id.index, plugin.as_ref().ok().cloned());
        plugin.map(|plugin| Self(plugin, library.clone()))
    }

    /// The name that a host knows it again by.
    #[must_use]
    pub fn identifier(&self) -> &str {
        &self.0.entry.id.identifier
    }

    /// Major and minor version.
    #[must_use]
    pub fn version(&self) -> (u32, u32) {
        self.0.entry.id.version
    }

    /// Its library.
    #[must_use]
    pub fn library(&self) -> Library {
        Library(self.1.clone())
    }

    /// Its bundle.
    #[must_use]
    pub fn bundle(&self) -> &Bundle {
        &self.1.bundle
    }

    /// What it says of itself.
    #[must_use]
    pub fn description(&self) -> &Description {
        &self.0.description
    }

    /// What both it and the host can be used for.
    pub fn contexts(&self) -> impl Iterator<Item = Context> + '_ {
        let host = &self.0.entry.host.settings().contexts;
        self.0.description.contexts.iter().copied().filter(|context| host.contains(context))
    }

    /// What it has in a context. It is asked once.
    ///
    /// # Errors
    /// [`HostError::Context`], [`HostError::ActionFailed`], [`HostError::BadDescription`].
    pub fn describe(&self, context: Context) -> Result<Arc<ContextDescription>, HostError> {
        Ok(self.in_context(context)?.description.clone())
    }

    /// Makes an instance.
    ///
    /// # Errors
    /// Those of [`describe`](Self::describe), [`HostError::NoClip`], [`HostError::ActionFailed`].
    pub fn instance(&self, context: Context, options: InstanceOptions) -> Result<Instance, HostError> {
        Instance::create(self, context, options)
    }

    /// What it did against the standard so far.
    #[must_use]
    pub fn complaints(&self) -> Vec<Complaint> {
        self.record().list()
    }

    /// The same, to be read also after the plugin is unloaded: what it left then is known.
    #[must_use]
    pub fn record(&self) -> Record {
        Record(self.0.entry.ledger.clone())
    }

    /// Sends an action with the plugin's description and without arguments, whether it has a meaning or not: for checks of
    /// what a plugin does when it is asked out of order.
    #[must_use]
    pub fn send(&self, action: &'static CStr) -> Status {
        let _turn = self.0.lock.guard();
        self.0.entry.act(action, self.0.descriptor.handle::<c_void>(), None, None, None)
    }

    pub(crate) fn in_context(&self, context: Context) -> Result<Arc<InContext>, HostError> {
        if !self.contexts().any(|one| one == context) {
            return Err(HostError::Context { plugin: self.identifier().to_owned(), context });
        }
        // Under the plugin's lock, so that two who ask at once ask the plugin once.
        let _asking = self.0.lock.guard();
        if let Some(known) = lock(&self.0.contexts).get(&context) {
            return Ok(known.clone());
        }
        let new = Arc::new(describe_in_context(&self.0, context)?);
        lock(&self.0.contexts).insert(context, new.clone());
        Ok(new)
    }
}

impl fmt::Debug for Plugin {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("Plugin").field(&self.0.entry.id).finish()
    }
}

impl Entry {
    /// Calls the plugin. What it leaves open is closed when it returns.
    pub(crate) fn act(
        &self,
        action: &'static CStr,
        handle: *const c_void,
        arguments: Option<&Owned<PropertySet>>,
        results: Option<&Owned<PropertySet>>,
        job: Option<Arc<Job>>,
    ) -> Status {
        let Some(main) = self.plugin.mainEntry else { return Status::FATAL };
        let handle_of = |set: Option<&Owned<PropertySet>>| set.map_or(std::ptr::null_mut(), |set| set.handle());
        self.within(action, job, || {
            // SAFETY: it is the plugin's entry point, which is called as the standard says, with handles that live
            // until it returns.
            Status(unsafe { main(action.as_ptr(), handle, handle_of(arguments), handle_of(results)) })
        })
    }

    /// Runs code that calls the plugin otherwise.
    pub(crate) fn within<T>(&self, action: &'static CStr, job: Option<Arc<Job>>, code: impl FnOnce() -> T) -> T {
        let scope = Scope::of(Arc::downgrade(&self.host.0), self.ledger.clone(), action, job);
        let id = scope.id;
        let _inside = scope.enter();
        let result = code();
        image::close(id);
        result
    }

    /// An answer that lets things go on, or the error.
    pub(crate) fn check(
        &self,
        action: &'static CStr,
        status: Status,
        message: Option<String>,
    ) -> Result<Status, HostError> {
        if matches!(status, Status::OK | Status::DEFAULT) {
            return Ok(status);
        }
        if status.name().is_none() {
            let text = format!("the answer is {}, which is no status", status.0);
            self.ledger.add(Misuse::Answer, &action.to_string_lossy(), text);
        }
        Err(HostError::ActionFailed {
            plugin: self.id.identifier.clone(),
            action: action.to_string_lossy().into_owned(),
            status,
            message,
        })
    }

    /// Remembers that an action which every plugin has to answer was not.
    pub(crate) fn note_default(&self, action: &'static CStr, status: Status) {
        if status == Status::DEFAULT {
            let text = "the answer is kOfxStatReplyDefault, which some hosts take for a failure".to_owned();
            self.ledger.add(Misuse::Answer, &action.to_string_lossy(), text);
        }
    }

    fn error(&self, why: impl Into<String>) -> HostError {
        HostError::BadDescription { plugin: self.id.identifier.clone(), why: why.into() }
    }

    /// The plugin's struct, as an instance is told of it.
    pub(crate) fn pointer(&self) -> *mut OfxPlugin {
        std::ptr::from_ref(self.plugin).cast_mut()
    }
}

impl Drop for Entry {
    fn drop(&mut self) {
        if self.loaded {
            let status = self.act(kOfxActionUnload, std::ptr::null(), None, None, None);
            // It is gone all the same; whoever still looks at the complaints learns of it.
            let _ = self.check(kOfxActionUnload, status, None);
            self.within(kOfxActionUnload, None, || suite::close(&self.ledger));
        }
    }
}

fn load(library: &LibraryShared, id: &PluginId) -> Result<PluginShared, HostError> {
    let bad =
        |why: &str| HostError::BadPlugin { path: library.bundle.binary.clone(), index: id.index, why: why.to_owned() };
    let plugin = library.entry(id.index).ok_or_else(|| bad("does not exist"))?;
    if id.api.as_bytes() != kOfxImageEffectPluginApi.to_bytes() || id.api_version != 1 {
        return Err(bad(&format!("is for {} {}, not for image effects", id.api, id.api_version)));
    }
    let set_host = plugin.setHost.ok_or_else(|| bad("has no setHost"))?;
    if plugin.mainEntry.is_none() {
        return Err(bad("has no mainEntry"));
    }
    let ledger = Arc::new(Ledger::default());
    describe_plugin(library, id, plugin, set_host, &ledger).inspect_err(|_| {
        // The plugin is not there to be asked, so its library says what it did.
        ledger.list().into_iter().for_each(|complaint| library.ledger.put(complaint));
    })
}

fn describe_plugin(
    library: &LibraryShared,
    id: &PluginId,
    plugin: &'static OfxPlugin,
    set_host: unsafe extern "C" fn(*mut OfxHost),
    ledger: &Arc<Ledger>,
) -> Result<PluginShared, HostError> {
    let host = library.host.clone();
    let mut entry = Entry { host: host.clone(), id: id.clone(), ledger: ledger.clone(), plugin, loaded: false };
    entry.within(c"", None, || {
        // SAFETY: the host lives as long as the library, which the entry keeps.
        unsafe { set_host(host.pointer()) };
    });
    let status = entry.act(kOfxActionLoad, std::ptr::null(), None, None, None);
    entry.check(kOfxActionLoad, status, None)?;
    entry.note_default(kOfxActionLoad, status);

    let properties = Owned::new(descriptor(&id.identifier, &library.bundle.root.to_string_lossy()));
    // Parameters are declared in contexts, but plugins ask for the set here, too.
    let params = ParamSet::declaring(properties.handle::<c_void>().addr());
    let effect = Effect::new(host, &id.identifier, Role::Plugin, properties, params, Vec::new());
    let effect = Owned::new(effect);
    let status = entry.act(kOfxActionDescribe, effect.handle::<c_void>(), None, None, None);
    entry.check(kOfxActionDescribe, status, effect.message().map(|message| message.text))?;
    entry.note_default(kOfxActionDescribe, status);
    // Only now: of a plugin that failed to describe itself nobody knows what unloading it does. The C++ support library,
    // which many are made with, crashes then.
    entry.loaded = true;
    let icon = library.bundle.icon(&id.identifier);
    let description = describe(&id.identifier, id.version, icon, &effect.properties);
    if description.contexts.is_empty() {
        return Err(entry.error("says of no context that it can be used in it"));
    }
    Ok(PluginShared {
        entry,
        description,
        descriptor: effect,
        contexts: Mutex::default(),
        overlay: OnceLock::new(),
        lock: RecursiveLock::default(),
    })
}

fn describe_in_context(plugin: &PluginShared, context: Context) -> Result<InContext, HostError> {
    let entry = &plugin.entry;
    let owner = format!("the description of {} as a {context}", entry.id.identifier);
    let properties = Owned::new(plugin.descriptor.properties.copy(owner));
    let params = plugin.descriptor.params.declaring_more(properties.handle::<c_void>().addr());
    let host = entry.host.clone();
    let effect = Effect::new(host, &entry.id.identifier, Role::InContext, properties, params, Vec::new());
    let effect = Owned::new(effect);
    let arguments = PropertySet::new("the arguments of kOfxImageEffectActionDescribeInContext").with(
        kOfxImageEffectPropContext,
        Access::Host,
        context.ofx(),
    );
    let action = kOfxImageEffectActionDescribeInContext;
    let status = entry.act(action, effect.handle::<c_void>(), Some(&Owned::new(arguments)), None, None);
    entry.check(action, status, effect.message().map(|message| message.text))?;
    entry.note_default(action, status);

    let clips: Vec<_> = effect.clips().iter().map(|clip| clip.describe()).collect();
    let wanted: &[&CStr] = match context {
        Context::Filter | Context::Paint | Context::Retimer => &[kOfxImageEffectSimpleSourceClipName],
        Context::Transition => {
            &[kOfxImageEffectTransitionSourceFromClipName, kOfxImageEffectTransitionSourceToClipName]
        }
        Context::Generator | Context::General => &[],
    };
    if effect.clip(kOfxImageEffectOutputClipName).is_none() {
        return Err(entry.error(format!("has no clip \"Output\" as a {context}")));
    }
    for name in wanted.iter().filter(|name| effect.clip(name).is_none()) {
        entry.within(action, None, || {
            complain(Misuse::Declaration, format!("there is no clip {name:?}, which a {context} has to have"));
        });
    }
    for clip in
        effect.clips().iter().filter(|clip| clip.properties.strings(kOfxImageEffectPropSupportedComponents).is_empty())
    {
        entry.within(action, None, || {
            complain(Misuse::PropertyValue, format!("clip {:?} names no components that it takes", clip.name));
        });
    }
    let params = effect.params.describe();
    let pages = effect.properties.strings(kOfxPluginPropParamPageOrder);
    let description = Arc::new(ContextDescription { context, clips, params, pages });
    Ok(InContext { effect, description })
}
