//! What plugins say of themselves, as plain data.

use std::path::PathBuf;

use ofx_sys::*;
use serde::{Deserialize, Serialize};

use crate::clip::ClipDescription;
use crate::names::{ColourManagement, Context, Depth, ThreadSafety};
use crate::param::ParamDescription;
use crate::property::PropertySet;

/// What a plugin is, whatever the context.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Description {
    /// The name that a host knows it again by.
    pub identifier: String,
    /// Major and minor version.
    pub version: (u32, u32),
    /// The version for people.
    pub version_label: String,
    /// The name for people.
    pub label: String,
    /// A longer name, or the same.
    pub long_label: String,
    /// Where in a menu it belongs, parts divided by slashes.
    pub grouping: String,
    /// What it does.
    pub documentation: String,
    /// Its icon, if the bundle has one.
    pub icon: Option<PathBuf>,
    /// What it can be used for.
    pub contexts: Vec<Context>,
    /// Depths of clips that it takes.
    pub depths: Vec<Depth>,
    /// From how many threads it may be asked to render.
    pub thread_safety: ThreadSafety,
    /// Whether the host may render parts of a frame at once; only for plugins that are fully safe.
    pub host_frame_threading: bool,
    /// Whether it renders parts of a picture.
    pub tiles: bool,
    /// Whether clips may be of different sizes.
    pub multi_resolution: bool,
    /// Whether clips may be of different depths.
    pub multiple_depths: bool,
    /// Whether clips may be of different pixel aspect ratios.
    pub multiple_pixel_aspects: bool,
    /// Whether it looks at other times than the one that is rendered.
    pub temporal_access: bool,
    /// Whether there may be one instance only.
    pub single_instance: bool,
    /// Whether frames have to be rendered one after the other (1), or better are (2).
    pub sequential: i32,
    /// Whether no pixel depends on where it is.
    pub no_spatial_awareness: bool,
    /// Whether it is there for old projects only.
    pub obsolete: bool,
    /// The version of its overlay, 0 for none.
    pub overlay: u8,
    /// Parameters that change what it prefers of its clips.
    pub preference_params: Vec<String>,
    /// How much it knows of colour spaces.
    pub colour_management: ColourManagement,
    /// Whether it renders on the processor, which it must for this host.
    pub renders_on_cpu: bool,
    /// The devices beside the processor that it renders on: `opengl`, `cuda`, `metal`, `opencl`.
    pub devices: Vec<String>,
}

/// What a plugin has in a context.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct ContextDescription {
    /// The context.
    pub context: Context,
    /// The clips, in the order of their declaration.
    pub clips: Vec<ClipDescription>,
    /// The parameters, in the order of their declaration.
    pub params: Vec<ParamDescription>,
    /// The pages in their order, where the plugin said one.
    pub pages: Vec<String>,
}

/// Reads a plugin's properties.
pub(crate) fn describe(identifier: &str, version: (u32, u32), icon: Option<PathBuf>, set: &PropertySet) -> Description {
    let known = |name| set.strings(name).into_iter();
    let device = |(word, property)| matches!(set.string(property).as_str(), "true" | "needed").then_some(word);
    let label = set.string(kOfxPropLabel);
    let or_label = |text: String| if text.is_empty() { label.clone() } else { text };
    let overlay = |property| !set.pointer(property).is_null();
    Description {
        identifier: identifier.to_owned(),
        version,
        version_label: set.string(kOfxPropVersionLabel),
        long_label: or_label(set.string(kOfxPropLongLabel)),
        grouping: set.string(kOfxImageEffectPluginPropGrouping),
        documentation: set.string(kOfxPropPluginDescription),
        icon,
        contexts: known(kOfxImageEffectPropSupportedContexts).filter_map(|name| Context::from_ofx(&name)).collect(),
        depths: known(kOfxImageEffectPropSupportedPixelDepths).filter_map(|name| Depth::from_ofx(&name)).collect(),
        thread_safety: ThreadSafety::from_ofx(&set.string(kOfxImageEffectPluginRenderThreadSafety))
            .unwrap_or(ThreadSafety::Unsafe),
        host_frame_threading: set.flag(kOfxImageEffectPluginPropHostFrameThreading),
        tiles: set.flag(kOfxImageEffectPropSupportsTiles),
        multi_resolution: set.flag(kOfxImageEffectPropSupportsMultiResolution),
        multiple_depths: set.flag(kOfxImageEffectPropSupportsMultipleClipDepths),
        multiple_pixel_aspects: set.flag(kOfxImageEffectPropSupportsMultipleClipPARs),
        temporal_access: set.flag(kOfxImageEffectPropTemporalClipAccess),
        single_instance: set.flag(kOfxImageEffectPluginPropSingleInstance),
        sequential: set.int(kOfxImageEffectInstancePropSequentialRender),
        no_spatial_awareness: set.string(kOfxImageEffectPropNoSpatialAwareness) == "true",
        obsolete: set.flag(kOfxImageEffectPluginPropObsolete),
        overlay: match () {
            () if overlay(kOfxImageEffectPluginPropOverlayInteractV2) => 2,
            () if overlay(kOfxImageEffectPluginPropOverlayInteractV1) => 1,
            () => 0,
        },
        preference_params: set.strings(kOfxImageEffectPropClipPreferencesSlaveParam),
        colour_management: ColourManagement::from_ofx(&set.string(kOfxImageEffectPropColourManagementStyle))
            .unwrap_or(ColourManagement::None),
        renders_on_cpu: set.string(kOfxImageEffectPropCPURenderSupported) != "false",
        devices: [
            ("opengl", kOfxImageEffectPropOpenGLRenderSupported),
            ("cuda", kOfxImageEffectPropCudaRenderSupported),
            ("metal", kOfxImageEffectPropMetalRenderSupported),
            ("opencl", kOfxImageEffectPropOpenCLRenderSupported),
        ]
        .into_iter()
        .filter_map(device)
        .map(str::to_owned)
        .collect(),
        label,
    }
}
