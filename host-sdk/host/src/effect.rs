//! What is behind the handle of an image effect: a plugin's description, its description in a context, or an instance.

use std::ffi::{CStr, c_void};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, OnceLock, PoisonError, RwLock, Weak};

use ofx_sys::*;

use crate::clip::Clip;
use crate::handle::{HandleKind, Handled, Owned, Table};
use crate::host::Host;
use crate::instance::{InstanceShared, Project};
use crate::names::{ColourManagement, Context, MessageKind, ThreadSafety};
use crate::observer::Message;
use crate::param::ParamSet;
use crate::property::{Access, PropertySet, Values};
use crate::sync::lock;

/// An image effect, in one of its three roles.
pub(crate) struct Effect {
    pub(crate) host: Host,
    /// The plugin's identifier.
    pub(crate) plugin: String,
    pub(crate) role: Role,
    pub(crate) properties: Owned<PropertySet>,
    pub(crate) params: Owned<ParamSet>,
    clips: RwLock<Vec<Arc<Owned<Clip>>>>,
    /// What the plugin said last, until it takes it back.
    message: Mutex<Option<Message>>,
    in_progress: AtomicBool,
}

/// The roles of an effect.
pub(crate) enum Role {
    /// What a plugin is, in any context.
    Plugin,
    /// What it is in one context.
    InContext,
    /// One at work.
    Instance(OnceLock<Weak<InstanceShared>>),
}

static EFFECTS: Table<Effect> = Table::new();

impl Handled for Effect {
    const NAME: &'static str = "an image effect";
    const KIND: HandleKind = HandleKind::Effect;
    fn table() -> &'static Table<Self> {
        &EFFECTS
    }
}

impl Effect {
    pub(crate) fn new(
        host: Host,
        plugin: &str,
        role: Role,
        properties: Owned<PropertySet>,
        params: Owned<ParamSet>,
        clips: Vec<Arc<Owned<Clip>>>,
    ) -> Self {
        Self {
            host,
            plugin: plugin.to_owned(),
            role,
            properties,
            params,
            clips: RwLock::new(clips),
            message: Mutex::default(),
            in_progress: AtomicBool::new(false),
        }
    }

    /// The clips, in the order of their declaration.
    pub(crate) fn clips(&self) -> Vec<Arc<Owned<Clip>>> {
        self.clips.read().unwrap_or_else(PoisonError::into_inner).clone()
    }

    /// A clip by its name.
    pub(crate) fn clip(&self, name: &CStr) -> Option<Arc<Owned<Clip>>> {
        self.clips().into_iter().find(|clip| clip.name.as_c_str() == name)
    }

    /// Adds a clip; false if there is one of that name.
    pub(crate) fn add_clip(&self, clip: Clip) -> Option<Arc<Owned<Clip>>> {
        let mut clips = self.clips.write().unwrap_or_else(PoisonError::into_inner);
        if clips.iter().any(|old| old.name == clip.name) {
            return None;
        }
        let clip = Arc::new(Owned::new(clip));
        clips.push(clip.clone());
        Some(clip)
    }

    /// The instance, if it is one that still lives.
    pub(crate) fn instance(&self) -> Option<Arc<InstanceShared>> {
        let Role::Instance(instance) = &self.role else { return None };
        instance.get()?.upgrade()
    }

    /// The time that the instance is at.
    pub(crate) fn time(&self) -> Option<f64> {
        Some(self.instance()?.time())
    }

    /// The first and the last frame of the instance's project.
    pub(crate) fn frame_range(&self) -> Option<(f64, f64)> {
        Some(self.instance()?.project.frame_range)
    }

    /// Remembers what the plugin said, until it says more; what is to stay is only replaced by what is to stay, too.
    pub(crate) fn said(&self, message: Message) {
        let mut last = lock(&self.message);
        let stays = last.as_ref().is_some_and(|last| last.persistent);
        if message.persistent || !(stays || matches!(message.kind, MessageKind::Log | MessageKind::Question)) {
            *last = Some(message);
        }
    }

    /// Forgets it.
    pub(crate) fn forget_message(&self) {
        *lock(&self.message) = None;
    }

    /// What it said last and has not taken back.
    pub(crate) fn message(&self) -> Option<Message> {
        lock(&self.message).clone()
    }

    /// Begins or ends progress, and says whether there was some.
    pub(crate) fn set_progress(&self, on: bool) -> bool {
        self.in_progress.swap(on, Ordering::Relaxed)
    }

    /// Whether progress was begun and not ended.
    pub(crate) fn has_progress(&self) -> bool {
        self.in_progress.load(Ordering::Relaxed)
    }
}

/// The properties of a plugin's description, before it has said anything.
pub(crate) fn descriptor(identifier: &str, file_path: &str) -> PropertySet {
    let plugin = Access::Plugin;
    let none = || Values::String(Vec::new());
    let set = PropertySet::new(format!("the description of {identifier}"))
        .with(kOfxPropType, Access::Host, kOfxTypeImageEffect)
        .with(kOfxPluginPropFilePath, Access::Host, file_path)
        .with(kOfxPropLabel, plugin, identifier)
        .with(kOfxPropShortLabel, plugin, "")
        .with(kOfxPropLongLabel, plugin, "")
        .with(kOfxPropVersion, plugin, Values::Int(Vec::new()))
        .with(kOfxPropVersionLabel, plugin, "")
        .with(kOfxPropIcon, plugin, ["", ""].map(crate::property::c_string))
        .with(kOfxPropPluginDescription, plugin, "")
        .with(kOfxImageEffectPluginPropGrouping, plugin, "")
        .with(kOfxImageEffectPluginPropObsolete, plugin, false)
        .with(kOfxImageEffectPropSupportedContexts, plugin, none())
        .with(kOfxImageEffectPropSupportedPixelDepths, plugin, none())
        .with(kOfxImageEffectPluginPropSingleInstance, plugin, false)
        .with(kOfxImageEffectPluginRenderThreadSafety, plugin, ThreadSafety::InstanceSafe.ofx())
        .with(kOfxImageEffectPluginPropHostFrameThreading, plugin, true)
        .with(kOfxImageEffectPluginPropOverlayInteractV1, plugin, std::ptr::null_mut::<c_void>())
        .with(kOfxImageEffectPluginPropOverlayInteractV2, plugin, std::ptr::null_mut::<c_void>())
        .with(kOfxImageEffectPluginPropFieldRenderTwiceAlways, plugin, true)
        .with(kOfxImageEffectPropSupportsMultiResolution, plugin, true)
        .with(kOfxImageEffectPropSupportsTiles, plugin, true)
        .with(kOfxImageEffectPropTemporalClipAccess, plugin, false)
        .with(kOfxImageEffectPropSupportsMultipleClipDepths, plugin, false)
        .with(kOfxImageEffectPropSupportsMultipleClipPARs, plugin, false)
        .with(kOfxImageEffectPropClipPreferencesSlaveParam, plugin, none())
        .with(kOfxImageEffectInstancePropSequentialRender, plugin, 0)
        .with(kOfxImageEffectPropNoSpatialAwareness, plugin, c"false")
        .with(kOfxImageEffectPropColourManagementStyle, plugin, ColourManagement::None.ofx())
        .with(kOfxImageEffectPropColourManagementAvailableConfigs, plugin, none())
        .with(kOfxOpenGLPropPixelDepth, plugin, none())
        .with(kOfxPluginPropParamPageOrder, plugin, none());
    define_devices(&set, plugin);
    set
}

/// The devices that can be rendered on, as plugin or host say it; this host offers the processor alone.
pub(crate) fn define_devices(set: &PropertySet, access: Access) {
    set.define(kOfxImageEffectPropCPURenderSupported, access, c"true");
    for device in [
        kOfxImageEffectPropOpenGLRenderSupported,
        kOfxImageEffectPropCudaRenderSupported,
        kOfxImageEffectPropCudaStreamSupported,
        kOfxImageEffectPropMetalRenderSupported,
        kOfxImageEffectPropOpenCLRenderSupported,
        kOfxImageEffectPropOpenCLSupported,
    ] {
        set.define(device, access, c"false");
    }
}

/// The properties of an instance, made of those of its description.
pub(crate) fn instance(
    description: &PropertySet,
    owner: String,
    context: Context,
    plugin: *mut OfxPlugin,
    project: &Project,
    colour: ColourManagement,
) -> PropertySet {
    let host = Access::Host;
    let set = PropertySet::new(owner)
        .with(kOfxPropType, host, kOfxTypeImageEffectInstance)
        .with(kOfxImageEffectPropContext, host, context.ofx())
        .with(kOfxPropInstanceData, Access::Plugin, std::ptr::null_mut::<c_void>())
        .with(kOfxImageEffectPropPluginHandle, host, plugin)
        .with(kOfxPropLabel, Access::Plugin, &description.string(kOfxPropLabel))
        .with(kOfxImageEffectPropProjectSize, host, [project.size.x, project.size.y])
        .with(kOfxImageEffectPropProjectOffset, host, [project.offset.x, project.offset.y])
        .with(
            kOfxImageEffectPropProjectExtent,
            host,
            [project.offset.x + project.size.x, project.offset.y + project.size.y],
        )
        .with(kOfxImageEffectPropProjectPixelAspectRatio, host, project.pixel_aspect)
        .with(kOfxImageEffectInstancePropEffectDuration, host, project.frame_range.1 - project.frame_range.0 + 1.0)
        .with(kOfxImageEffectPropFrameRate, host, project.frame_rate)
        .with(kOfxPropIsInteractive, host, project.interactive)
        .with(kOfxPluginPropParamPageOrder, Access::Plugin, Values::String(Vec::new()))
        .with(kOfxPropParamSetNeedsSyncing, Access::Plugin, false)
        .with(kOfxImageEffectPropInAnalysis, Access::Plugin, 0)
        .with(
            kOfxImageEffectInstancePropSequentialRender,
            Access::Plugin,
            description.int(kOfxImageEffectInstancePropSequentialRender),
        )
        .with(kOfxImageEffectPropSupportsTiles, Access::Plugin, description.flag(kOfxImageEffectPropSupportsTiles))
        .with(kOfxImageEffectPropColourManagementStyle, host, colour.ofx());
    if colour != ColourManagement::None {
        let config = if colour == ColourManagement::Ocio { c"" } else { kOfxConfigIdentifier };
        set.define(kOfxImageEffectPropColourManagementConfig, host, config);
        set.define(kOfxImageEffectPropDisplayColourspace, host, &project.display_colourspace);
    }
    define_devices(&set, Access::Plugin);
    // What the description says of devices is what an instance begins with.
    for device in [
        kOfxImageEffectPropCPURenderSupported,
        kOfxImageEffectPropOpenGLRenderSupported,
        kOfxImageEffectPropCudaRenderSupported,
        kOfxImageEffectPropMetalRenderSupported,
        kOfxImageEffectPropOpenCLRenderSupported,
    ] {
        set.put(device, description.all::<std::ffi::CString>(device));
    }
    set
}
