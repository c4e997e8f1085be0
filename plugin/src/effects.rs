//! The effects.

pub mod colour;
mod drag;
mod graph;
mod preset;
mod scene;
pub mod view;

use ofx_sys as ofx;

use crate::effect::Effect;
use crate::failure::Failure;
use crate::ffi::effect::Descriptor;
use crate::ffi::property::{IfKnown as _, Properties};

/// All effects, in the order in which hosts list them.
#[must_use]
pub fn all() -> Vec<Box<dyn Effect>> {
    let mut effects: Vec<Box<dyn Effect>> = vec![Box::new(drag::Drag::default()), Box::new(graph::Graph)];
    effects.extend(preset::all());
    effects
}

/// Says of an effect what is the same of all of them, and whether it asks clips for other frames than that of a render.
fn describe(descriptor: &Descriptor<'_>, label: &str, description: &str, temporal: bool) -> Result<(), Failure> {
    let about = descriptor.properties()?;
    about.set_text(ofx::kOfxPropLabel, 0, label)?;
    for (name, value) in [
        (ofx::kOfxPropShortLabel, label),
        (ofx::kOfxPropLongLabel, label),
        (ofx::kOfxPropPluginDescription, description),
        (ofx::kOfxPropVersionLabel, env!("CARGO_PKG_VERSION")),
    ] {
        about.set_text(name, 0, value).if_known();
    }
    about.set_text(ofx::kOfxImageEffectPluginPropGrouping, 0, "DragFX")?;
    about.set_texts(
        ofx::kOfxImageEffectPropSupportedContexts,
        &[ofx::kOfxImageEffectContextGenerator, ofx::kOfxImageEffectContextFilter, ofx::kOfxImageEffectContextGeneral],
    )?;
    let depths = [ofx::kOfxBitDepthFloat, ofx::kOfxBitDepthHalf, ofx::kOfxBitDepthShort, ofx::kOfxBitDepthByte];
    about.set_texts(ofx::kOfxImageEffectPropSupportedPixelDepths, &depths)?;
    let safety = [ofx::kOfxImageEffectRenderInstanceSafe];
    about.set_texts(ofx::kOfxImageEffectPluginRenderThreadSafety, &safety)?;
    for (name, value) in [
        (ofx::kOfxImageEffectPluginPropSingleInstance, false),
        (ofx::kOfxImageEffectPluginPropHostFrameThreading, false),
        (ofx::kOfxImageEffectPluginPropFieldRenderTwiceAlways, false),
        (ofx::kOfxImageEffectPropSupportsMultiResolution, true),
        (ofx::kOfxImageEffectPropSupportsTiles, false),
        (ofx::kOfxImageEffectPropTemporalClipAccess, temporal),
        (ofx::kOfxImageEffectPropSupportsMultipleClipDepths, true),
        (ofx::kOfxImageEffectPropSupportsMultipleClipPARs, false),
    ] {
        about.set_flag(name, value).if_known();
    }
    colour::describe(descriptor)?;
    Ok(())
}

/// Says of a clip what is the same of all of them.
fn describe_clip(clip: Properties<'_>, optional: bool, temporal: bool) -> Result<(), Failure> {
    let components = [ofx::kOfxImageComponentRGBA, ofx::kOfxImageComponentRGB, ofx::kOfxImageComponentAlpha];
    clip.set_texts(ofx::kOfxImageEffectPropSupportedComponents, &components)?;
    for (name, value) in [
        (ofx::kOfxImageClipPropOptional, optional),
        (ofx::kOfxImageEffectPropSupportsTiles, false),
        (ofx::kOfxImageEffectPropTemporalClipAccess, temporal),
    ] {
        clip.set_flag(name, value).if_known();
    }
    Ok(())
}

/// Says of a clip that it is a mask, whose colours nobody should manage.
fn describe_mask(clip: Properties<'_>) {
    clip.set_flag(ofx::kOfxImageClipPropIsMask, true).if_known();
}
