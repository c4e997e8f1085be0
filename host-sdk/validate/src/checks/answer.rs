//! What an instance answers to questions.

use ofx_host::{Components, Misuse, PointD, RectD, RectI, RenderRequest};

use crate::bench::Bench;
use crate::check::{Check, Complaints, Stop};
use crate::pattern::difference;
use crate::subject::{LAST, Setup, plain};

pub(crate) const CHECKS: &[Check] = &[
    Check::new(
        "answer.region",
        "The region of definition is a rectangle, the same at every scale.",
        "ofxImageEffect.h: kOfxImageEffectActionGetRegionOfDefinition: in canonical coordinates",
        region,
    ),
    Check::new(
        "answer.interest",
        "The regions of interest are rectangles.",
        "ofxImageEffect.h: kOfxImageEffectActionGetRegionsOfInterest",
        interest,
    ),
    Check::new(
        "answer.frames",
        "The frames needed are ranges from a first to a last one.",
        "ofxImageEffect.h: kOfxImageEffectActionGetFramesNeeded",
        frames,
    ),
    Check::new(
        "answer.times",
        "The time domain is a range from a first to a last frame.",
        "ofxImageEffect.h: kOfxImageEffectActionGetTimeDomain",
        times,
    ),
    Check::new(
        "answer.preferences",
        "Clip preferences are components, depths, ratios and rates that host and plugin have.",
        "ofxImageEffect.h: kOfxImageEffectActionGetClipPreferences",
        preferences,
    )
    .about(Complaints::Kinds(&[Misuse::PropertyValue])),
    Check::new(
        "answer.identity",
        "Where a frame is said to be that of an input, it is.",
        "ofxImageEffect.h: kOfxImageEffectActionIsIdentity",
        identity,
    ),
    Check::new(
        "answer.colour",
        "A plugin that manages colours says in which space its output is.",
        "ofxColour.h: kOfxImageEffectActionGetOutputColourspace",
        colour,
    ),
];

const ONE: PointD = PointD::new(1.0, 1.0);

fn is_rectangle(RectD { x1, y1, x2, y2 }: RectD) -> bool {
    [x1, y1, x2, y2].iter().all(|side| side.is_finite()) && x1 <= x2 && y1 <= y2
}

fn region(bench: &Bench) -> Result<(), Stop> {
    let subject = bench.subject(&Setup::default())?;
    for time in [0.0, 3.5, LAST + 100.0, -100.0] {
        bench.doing(format_args!("asking for the region of definition at {time}"));
        let at = |scale| subject.instance.region_of_definition(time, scale);
        let (whole, half) = match (at(ONE), at(PointD::new(0.5, 0.5))) {
            (Ok(whole), Ok(half)) => (whole, half),
            (Err(error), _) | (_, Err(error)) => {
                bench.fail(error);
                continue;
            }
        };
        if !is_rectangle(whole) {
            bench.fail(format_args!("at {time} the region of definition is {whole:?}"));
        }
        // Plugins that round to pixels are off by no more than one of these.
        let apart = [whole.x1 - half.x1, whole.y1 - half.y1, whole.x2 - half.x2, whole.y2 - half.y2];
        if apart.iter().any(|side| side.abs() > 2.0) {
            bench.fail(format_args!("at half the scale the region of definition is {half:?}, and not {whole:?}"));
        }
    }
    Ok(())
}

fn interest(bench: &Bench) -> Result<(), Stop> {
    let subject = bench.subject(&Setup { optional: true, ..Setup::default() })?;
    let regions =
        [RectD::new(0.0, 0.0, 40.0, 30.0), RectD::new(3.0, 4.0, 5.0, 6.0), RectD::new(-9.0, -9.0, -5.0, -5.0)];
    for region in regions {
        bench.doing(format_args!("asking for the regions of interest of {region:?}"));
        match subject.instance.regions_of_interest(0.0, ONE, region) {
            Err(error) => bench.fail(error),
            Ok(wanted) => {
                for (clip, wanted) in wanted.into_iter().filter(|(_, wanted)| !is_rectangle(*wanted)) {
                    bench.fail(format_args!("of {clip}, the region of interest for {region:?} is {wanted:?}"));
                }
            }
        }
    }
    Ok(())
}

fn frames(bench: &Bench) -> Result<(), Stop> {
    let subject = bench.subject(&Setup { optional: true, ..Setup::default() })?;
    for time in [0.0, 3.5, -20.0] {
        bench.doing(format_args!("asking for the frames needed at {time}"));
        match subject.instance.frames_needed(time) {
            Err(error) => bench.fail(error),
            Ok(needed) => {
                for (clip, ranges) in needed {
                    let wrong = |(first, last): &&(f64, f64)| !(first.is_finite() && last.is_finite() && first <= last);
                    if let Some((first, last)) = ranges.iter().find(wrong) {
                        bench.fail(format_args!("of {clip}, the frames {first} to {last} are needed at {time}"));
                    }
                }
            }
        }
    }
    Ok(())
}

fn times(bench: &Bench) -> Result<(), Stop> {
    let subject = bench.subject(&Setup::default())?;
    bench.doing("asking for the time domain");
    match subject.instance.time_domain() {
        Err(error) => bench.fail(error),
        Ok((first, last)) if !(first.is_finite() && last.is_finite() && first <= last) => {
            bench.fail(format_args!("the time domain is {first} to {last}"));
        }
        Ok(_) => {}
    }
    Ok(())
}

fn preferences(bench: &Bench) -> Result<(), Stop> {
    let plugin = bench.load()?;
    let context = crate::subject::usual_context(&plugin)?;
    for (depth, components) in super::picture::kinds() {
        let setup = Setup { context: Some(context), depth, components, optional: true, ..Setup::default() };
        let Ok(subject) = bench.instance(&plugin, &setup) else { continue };
        bench.doing(format_args!("asking for clip preferences of {depth} {components}"));
        match subject.instance.clip_preferences() {
            Err(error) => bench.fail(error),
            Ok(agreed) => {
                if agreed.output.components == Components::Rgb
                    && agreed.output.premultiplication != ofx_host::Premultiplication::Opaque
                {
                    bench.fail("Output has no alpha and is not opaque");
                }
            }
        }
    }
    Ok(())
}

fn identity(bench: &Bench) -> Result<(), Stop> {
    let (subject, _) = bench.working(&Setup::default())?;
    let mut said = false;
    for time in [0.0, 3.0, LAST + 5.0] {
        bench.doing(format_args!("asking whether frame {time} is that of an input"));
        let window = RectI::new(0, 0, 40, 30);
        match subject.instance.is_identity(time, ONE, window) {
            Err(error) => bench.fail(error),
            Ok(None) => {}
            Ok(Some((clip, other))) if !other.is_finite() => {
                bench.fail(format_args!("frame {time} is said to be that of {clip} at {other}"));
            }
            Ok(Some((clip, other))) => {
                said = true;
                let request = RenderRequest { identity: true, ..plain(time) };
                let same = subject.render(bench, &format!("frame {time} as that of {clip}"), &request);
                let forced = subject.render(bench, &format!("frame {time} all the same"), &plain(time));
                if let (Some(same), Some(forced)) = (same, forced)
                    && let Some(difference) = difference(&same, &forced, false)
                {
                    let what = format!("frame {time} is said to be that of {clip} at {other}");
                    bench.warn(format_args!("{what}, but is rendered otherwise: {difference}"));
                }
            }
        }
    }
    if said { Ok(()) } else { Err(Stop::Skip("it says of no frame here that it is that of an input".to_owned())) }
}

fn colour(bench: &Bench) -> Result<(), Stop> {
    let subject = bench.subject(&Setup::default())?;
    if subject.plugin.description().colour_management == ofx_host::ColourManagement::None {
        return Err(Stop::Skip("it does not manage colours".to_owned()));
    }
    for preferred in [&[][..], &["srgb_tx", "ofx_display_sdr"][..], &["lin_rec709_srgb"][..], &["no such space"][..]] {
        bench.doing(format_args!("asking for the colour space of the output, with {preferred:?} preferred"));
        match subject.instance.output_colourspace(preferred) {
            Err(error) => bench.fail(error),
            Ok(name) if name == "no such space" => bench.fail("Output is in a colour space that does not exist"),
            Ok(_) => {}
        }
    }
    Ok(())
}
