//! Clips: where an effect's pictures come from, and where its own go.

use std::ffi::{CStr, CString};
use std::sync::{Arc, Mutex, Weak};

use ofx_sys::*;
use serde::{Deserialize, Serialize};

use crate::geometry::{PointD, RectD};
use crate::handle::{HandleKind, Handled, Owned, Table};
use crate::instance::InstanceShared;
use crate::names::{ColourManagement, Components, Depth, Field, Premultiplication};
use crate::picture::Picture;
use crate::property::{Access, PropertySet, Values};
use crate::sync::lock;

/// Where a host application's pictures come from. Calls come from any thread, inside of renders.
pub trait ClipSource: Send + Sync {
    /// What the pictures are like.
    fn info(&self) -> ClipInfo;

    /// Where there is something at a time, in canonical coordinates.
    fn region_of_definition(&self, time: f64) -> RectD;

    /// The picture at a time, or none if there is none. It should be at `scale` and cover at least what of `region`, in
    /// canonical coordinates, is defined. It may be of any components, depth and layout: the host converts it to what was
    /// agreed with the plugin, also to the scale.
    fn picture(&self, time: f64, scale: PointD, region: RectD) -> Option<Arc<Picture>>;
}

/// What the pictures of a clip are like.
#[derive(Clone, Debug, PartialEq)]
pub struct ClipInfo {
    /// What a pixel is made of.
    pub components: Components,
    /// How a component is stored.
    pub depth: Depth,
    /// What alpha means.
    pub premultiplication: Premultiplication,
    /// How much wider than high a pixel is shown.
    pub pixel_aspect: f64,
    /// Frames per second.
    pub frame_rate: f64,
    /// The first and the last frame.
    pub frame_range: (f64, f64),
    /// Whether there are pictures between frames.
    pub continuous: bool,
    /// The colour space by its name in the agreed configuration; empty if nobody knows.
    pub colourspace: String,
}

impl Default for ClipInfo {
    fn default() -> Self {
        Self {
            components: Components::Rgba,
            depth: Depth::Float,
            premultiplication: Premultiplication::Premultiplied,
            pixel_aspect: 1.0,
            frame_rate: 24.0,
            frame_range: (0.0, 0.0),
            continuous: false,
            colourspace: String::new(),
        }
    }
}

/// One picture for all times.
#[derive(Clone, Debug)]
pub struct Still {
    picture: Arc<Picture>,
    info: ClipInfo,
}

impl Still {
    /// Shows the picture from the first to the last frame.
    #[must_use]
    pub fn new(picture: Picture, frame_range: (f64, f64)) -> Self {
        let info = ClipInfo {
            components: picture.components(),
            depth: picture.depth(),
            premultiplication: picture.premultiplication,
            pixel_aspect: picture.pixel_aspect,
            frame_range,
            continuous: true,
            ..ClipInfo::default()
        };
        Self { picture: Arc::new(picture), info }
    }

    /// Says in which colour space the picture is.
    #[must_use]
    pub fn in_colourspace(mut self, name: &str) -> Self {
        name.clone_into(&mut self.info.colourspace);
        self
    }
}

impl ClipSource for Still {
    fn info(&self) -> ClipInfo {
        self.info.clone()
    }

    fn region_of_definition(&self, _time: f64) -> RectD {
        self.picture.region_of_definition.to_canonical(self.picture.scale, self.picture.pixel_aspect)
    }

    fn picture(&self, _time: f64, _scale: PointD, _region: RectD) -> Option<Arc<Picture>> {
        Some(self.picture.clone())
    }
}

/// What a plugin says of a clip.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ClipDescription {
    /// Its name; `Output` is the effect's own.
    pub name: String,
    /// Its name for people.
    pub label: String,
    /// Components that it takes.
    pub components: Vec<Components>,
    /// Whether the effect works without it.
    pub optional: bool,
    /// Whether it is a mask.
    pub mask: bool,
    /// Whether parts of its pictures will do.
    pub tiles: bool,
    /// Whether the effect looks at other times than the one that is rendered.
    pub temporal_access: bool,
}

/// A clip, declared or of an instance.
pub(crate) struct Clip {
    pub(crate) name: CString,
    pub(crate) properties: Owned<PropertySet>,
    /// Of which instance; of none if it is only declared.
    pub(crate) instance: Weak<InstanceShared>,
    source: Mutex<Option<Arc<dyn ClipSource>>>,
}

static CLIPS: Table<Clip> = Table::new();

impl Handled for Clip {
    const NAME: &'static str = "a clip";
    const KIND: HandleKind = HandleKind::Clip;
    fn table() -> &'static Table<Self> {
        &CLIPS
    }
}

impl Clip {
    /// A clip that a plugin declares.
    pub(crate) fn declare(name: &CStr) -> Self {
        let plugin = Access::Plugin;
        let text = name.to_string_lossy();
        let properties = PropertySet::new(format!("clip {text}"))
            .with(kOfxPropType, Access::Host, kOfxTypeClip)
            .with(kOfxPropName, Access::Host, name)
            .with(kOfxPropLabel, plugin, name)
            .with(kOfxPropShortLabel, plugin, "")
            .with(kOfxPropLongLabel, plugin, "")
            .with(kOfxImageEffectPropSupportedComponents, plugin, Values::String(Vec::new()))
            .with(kOfxImageEffectPropTemporalClipAccess, plugin, false)
            .with(kOfxImageClipPropOptional, plugin, false)
            .with(kOfxImageClipPropFieldExtraction, plugin, kOfxImageFieldDoubled)
            .with(kOfxImageClipPropIsMask, plugin, false)
            .with(kOfxImageEffectPropSupportsTiles, plugin, true);
        Self {
            name: name.to_owned(),
            properties: Owned::new(properties),
            instance: Weak::new(),
            source: Mutex::default(),
        }
    }

    /// The same clip for an instance.
    pub(crate) fn instantiate(&self, instance: Weak<InstanceShared>, colour: ColourManagement) -> Self {
        let host = Access::Host;
        let set = self.properties.copy(self.properties.owner());
        for (name, value) in [
            (kOfxImageEffectPropComponents, kOfxImageComponentNone),
            (kOfxImageEffectPropPixelDepth, kOfxBitDepthNone),
            (kOfxImageClipPropUnmappedComponents, kOfxImageComponentNone),
            (kOfxImageClipPropUnmappedPixelDepth, kOfxBitDepthNone),
            (kOfxImageEffectPropPreMultiplication, Premultiplication::Opaque.ofx()),
            (kOfxImageClipPropFieldOrder, Field::None.ofx()),
        ] {
            set.define(name, host, value);
        }
        set.define(kOfxImagePropPixelAspectRatio, host, 1.0);
        set.define(kOfxImageEffectPropFrameRate, host, 24.0);
        set.define(kOfxImageEffectPropUnmappedFrameRate, host, 24.0);
        set.define(kOfxImageEffectPropFrameRange, host, [0.0, 0.0]);
        set.define(kOfxImageEffectPropUnmappedFrameRange, host, [0.0, 0.0]);
        set.define(kOfxImageClipPropConnected, host, false);
        set.define(kOfxImageClipPropContinuousSamples, host, false);
        if colour != ColourManagement::None {
            set.define(kOfxImageClipPropColourspace, host, c"");
        }
        Self { name: self.name.clone(), properties: Owned::new(set), instance, source: Mutex::default() }
    }

    /// Whether it is the effect's own.
    pub(crate) fn is_output(&self) -> bool {
        self.name.as_c_str() == kOfxImageEffectOutputClipName
    }

    /// Whether the effect works without it.
    pub(crate) fn is_optional(&self) -> bool {
        self.properties.flag(kOfxImageClipPropOptional)
    }

    pub(crate) fn source(&self) -> Option<Arc<dyn ClipSource>> {
        lock(&self.source).clone()
    }

    /// Connects it, or with none disconnects it. The caller sends what has to be sent.
    pub(crate) fn connect(&self, source: Option<Arc<dyn ClipSource>>) {
        *lock(&self.source) = source;
    }

    /// Components that the plugin takes, in its order of preference; all if it has said nothing.
    pub(crate) fn components(&self) -> Vec<Components> {
        let said = self.properties.strings(kOfxImageEffectPropSupportedComponents);
        let known: Vec<_> = said.iter().filter_map(|name| Components::from_ofx(name)).collect();
        if known.is_empty() { Components::ALL.to_vec() } else { known }
    }

    /// Tells the plugin what was agreed: `info` is of the pictures as the plugin will see them, `original` of the source.
    pub(crate) fn tell(&self, info: Option<&ClipInfo>, original: Option<&ClipInfo>) {
        let set = &*self.properties;
        let components = |info: Option<&ClipInfo>| info.map_or(kOfxImageComponentNone, |info| info.components.ofx());
        let depth = |info: Option<&ClipInfo>| info.map_or(kOfxBitDepthNone, |info| info.depth.ofx());
        set.put(kOfxImageEffectPropComponents, components(info));
        set.put(kOfxImageEffectPropPixelDepth, depth(info));
        set.put(kOfxImageClipPropUnmappedComponents, components(original));
        set.put(kOfxImageClipPropUnmappedPixelDepth, depth(original));
        set.put(kOfxImageClipPropConnected, original.is_some() || (self.is_output() && info.is_some()));
        let Some(info) = info else { return };
        let original = original.unwrap_or(info);
        set.put(kOfxImageEffectPropPreMultiplication, info.premultiplication.ofx());
        set.put(kOfxImagePropPixelAspectRatio, info.pixel_aspect);
        set.put(kOfxImageEffectPropFrameRate, info.frame_rate);
        set.put(kOfxImageEffectPropFrameRange, [info.frame_range.0, info.frame_range.1]);
        set.put(kOfxImageEffectPropUnmappedFrameRate, original.frame_rate);
        set.put(kOfxImageEffectPropUnmappedFrameRange, [original.frame_range.0, original.frame_range.1]);
        set.put(kOfxImageClipPropContinuousSamples, info.continuous);
        if set.has(kOfxImageClipPropColourspace) {
            set.put(kOfxImageClipPropColourspace, &info.colourspace);
        }
    }

    /// What the plugin said of it.
    pub(crate) fn describe(&self) -> ClipDescription {
        let set = &*self.properties;
        ClipDescription {
            name: self.name.to_string_lossy().into_owned(),
            label: set.string(kOfxPropLabel),
            components: self.components(),
            optional: self.is_optional(),
            mask: set.flag(kOfxImageClipPropIsMask),
            tiles: set.flag(kOfxImageEffectPropSupportsTiles),
            temporal_access: set.flag(kOfxImageEffectPropTemporalClipAccess),
        }
    }
}
