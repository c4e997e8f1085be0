//! Inputs of every kind: missing, of other sizes, without pixels, with numbers that are none.

use std::sync::Arc;

use ofx_host::{Premultiplication, RectD};

use crate::bench::Bench;
use crate::check::{Check, Stop};
use crate::pattern::{Content, Pattern};
use crate::report::Severity;
use crate::subject::{Setup, plain};

pub(crate) const CHECKS: &[Check] = &[
    Check::new(
        "input.kinds",
        "Inputs of any depth and components are taken after they were agreed on.",
        "ofxImageEffect.h: kOfxImageEffectActionGetClipPreferences",
        kinds,
    ),
    Check::new(
        "input.optional",
        "Frames are rendered with all optional clips and with none of them.",
        "ofxImageEffect.h: kOfxImageClipPropOptional, kOfxImageClipPropConnected",
        optional,
    ),
    Check::new(
        "input.sizes",
        "Inputs that are smaller than each other, larger, or elsewhere are taken.",
        "ofxImageEffect.h: kOfxImageEffectPropSupportsMultiResolution; bounds differ from image to image",
        sizes,
    ),
    Check::new(
        "input.missing",
        "An input that is connected and has no picture is survived.",
        "ofxImageEffect.h: clipGetImage answers kOfxStatFailed",
        missing,
    ),
    Check::new(
        "input.strange",
        "Numbers that are none, infinite or denormal in pictures are survived.",
        "pictures of other programs have them",
        strange,
    ),
    Check::new(
        "input.alpha",
        "Inputs that are premultiplied, straight and opaque are taken.",
        "ofxImageEffect.h: kOfxImageEffectPropPreMultiplication",
        alpha,
    ),
    Check::new(
        "input.intact",
        "Nothing is written into the pictures of inputs.",
        "ofxImageEffect.h: only the image of Output is written to; hosts share the others",
        intact,
    ),
];

/// A plugin that has inputs, and works.
fn with_inputs(bench: &Bench) -> Result<ofx_host::Plugin, Stop> {
    let (subject, _) = bench.working(&Setup::default())?;
    if subject.instance.description().clips.iter().all(|clip| clip.name == "Output") {
        return Err(Stop::Skip("it has no inputs".to_owned()));
    }
    Ok(subject.plugin.clone())
}

fn kinds(bench: &Bench) -> Result<(), Stop> {
    let plugin = with_inputs(bench)?;
    for (depth, components) in super::picture::kinds() {
        let setup = Setup { depth, components, ..Setup::default() };
        match bench.instance(&plugin, &setup) {
            // It need not take everything, as long as it says so.
            Err(_) => {}
            Ok(subject) => {
                subject.render(bench, &format!("of {depth} {components}"), &plain(0.0));
            }
        }
    }
    Ok(())
}

fn optional(bench: &Bench) -> Result<(), Stop> {
    let plugin = with_inputs(bench)?;
    let subject = bench.instance(&plugin, &Setup { optional: true, ..Setup::default() })?;
    subject.render(bench, "with all clips", &plain(0.0));
    let described = subject.instance.description().clone();
    let loose: Vec<_> = described.clips.iter().filter(|clip| clip.optional).collect();
    if loose.is_empty() {
        return Err(Stop::Skip("it has no optional clips".to_owned()));
    }
    for clip in &loose {
        bench.doing(format_args!("disconnecting {}", clip.name));
        subject.instance.disconnect(&clip.name)?;
        subject.render(bench, &format!("without {}", clip.name), &plain(0.0));
    }
    for (name, source) in subject.clips.iter().filter(|(name, _)| loose.iter().any(|clip| clip.name == *name)) {
        bench.doing(format_args!("connecting {name} alone"));
        subject.instance.connect(name, source.clone())?;
        subject.render(bench, &format!("with {name} alone"), &plain(0.0));
        subject.instance.disconnect(name)?;
    }
    Ok(())
}

fn sizes(bench: &Bench) -> Result<(), Stop> {
    let plugin = with_inputs(bench)?;
    if !plugin.description().multi_resolution {
        return Err(Stop::Skip("it wants all clips of one size".to_owned()));
    }
    let regions = [
        (RectD::new(5.0, 5.0, 20.0, 12.0), "a smaller"),
        (RectD::new(-30.0, -20.0, 90.0, 70.0), "a larger"),
        (RectD::new(200.0, 200.0, 231.0, 217.0), "a far"),
        (RectD::new(10.0, 10.0, 10.0, 10.0), "an empty"),
    ];
    for (region, what) in regions {
        let other = Setup { optional: true, other_region: Some(region), ..Setup::default() };
        let subject = bench.instance(&plugin, &other)?;
        subject.try_render(bench, &format!("with {what} optional clip"), &plain(0.0), severity(region));
        let subject = bench.instance(&plugin, &Setup { optional: true, ..Setup::default() })?;
        if let Some((name, source)) = subject.clips.first() {
            let source = Pattern::new(source.info.clone(), region, Content::Ordinary);
            bench.doing(format_args!("connecting {what} picture to {name}"));
            subject.instance.connect(name, Arc::new(source))?;
            subject.try_render(bench, &format!("with {what} {name}"), &plain(0.0), severity(region));
        }
    }
    Ok(())
}

/// A clip without a pixel has no picture, and a plugin may have to say that it can do nothing.
fn severity(region: RectD) -> Severity {
    if region.is_empty() { Severity::Warning } else { Severity::Failure }
}

fn missing(bench: &Bench) -> Result<(), Stop> {
    let plugin = with_inputs(bench)?;
    for optional in [false, true] {
        let subject = bench.instance(&plugin, &Setup { optional, content: Content::Nothing, ..Setup::default() })?;
        bench.doing("rendering with inputs that have no pictures");
        // It can answer that it failed, or render as if there were black.
        let _ = subject.instance.render(&plain(0.0));
    }
    let subject = bench.instance(&plugin, &Setup { optional: true, ..Setup::default() })?;
    for clip in subject.instance.description().clips.iter().filter(|clip| clip.name != "Output") {
        let Some((_, old)) = subject.clips.iter().find(|(name, _)| *name == clip.name) else { continue };
        bench.doing(format_args!("connecting {} without a picture", clip.name));
        let empty = Pattern::new(old.info.clone(), old.region, Content::Nothing);
        subject.instance.connect(&clip.name, Arc::new(empty))?;
        bench.doing(format_args!("rendering with {} without a picture", clip.name));
        let rendered = subject.instance.render(&plain(0.0));
        if let Some(error) = rendered.err().filter(|_| clip.optional) {
            bench.warn(format_args!("without a picture of {}, which is optional: {error}", clip.name));
        }
        subject.instance.connect(&clip.name, old.clone())?;
    }
    Ok(())
}

fn strange(bench: &Bench) -> Result<(), Stop> {
    let plugin = with_inputs(bench)?;
    let depths = plugin.description().depths.clone();
    let floating = depths.iter().filter(|depth| matches!(depth, ofx_host::Depth::Half | ofx_host::Depth::Float));
    let mut tried = false;
    for depth in floating {
        for optional in [false, true] {
            let setup = Setup { depth: *depth, optional, content: Content::Strange, ..Setup::default() };
            let subject = bench.instance(&plugin, &setup)?;
            subject.render(bench, &format!("of {depth} with numbers that are none"), &plain(0.0));
            tried = true;
        }
    }
    if tried { Ok(()) } else { Err(Stop::Skip("it takes whole numbers only".to_owned())) }
}

fn alpha(bench: &Bench) -> Result<(), Stop> {
    let plugin = with_inputs(bench)?;
    for premultiplication in Premultiplication::ALL {
        let setup = Setup { premultiplication: *premultiplication, ..Setup::default() };
        let subject = bench.instance(&plugin, &setup)?;
        subject.render(bench, &format!("of {premultiplication} inputs"), &plain(0.0));
    }
    Ok(())
}

fn intact(bench: &Bench) -> Result<(), Stop> {
    let plugin = with_inputs(bench)?;
    let mut fetched = 0;
    for optional in [false, true] {
        let subject = bench.instance(&plugin, &Setup { optional, keeping: true, ..Setup::default() })?;
        subject.render(bench, "of pictures that are kept", &plain(0.0));
        for (name, clip) in &subject.clips {
            fetched += clip.fetched();
            if clip.altered() > 0 {
                bench.fail(format_args!("it has written into the picture of {name}"));
            }
        }
    }
    if fetched > 0 { Ok(()) } else { Err(Stop::Skip("it has looked at no picture".to_owned())) }
}
