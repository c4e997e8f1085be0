//! Pictures of every kind: depths, components, rows, bounds, windows and scales.

use ofx_host::{Canvas, Components, Depth, Picture, PointD, RectD, RectI, RenderRequest, RowLayout, RowOrder};

use crate::bench::Bench;
use crate::check::{Check, Stop};
use crate::pattern::{bytes, difference, words};
use crate::report::Severity;
use crate::subject::{Setup, plain};

pub(crate) const CHECKS: &[Check] = &[
    Check::new(
        "picture.formats",
        "Every depth and all components that are declared are rendered.",
        "ofxImageEffect.h: kOfxImageEffectPropSupportedPixelDepths, kOfxImageEffectPropSupportedComponents",
        formats,
    ),
    Check::new(
        "picture.rows",
        "Rows that go down in memory, and rows with bytes between them, give the same picture.",
        "ofxImageEffect.h: kOfxImagePropRowBytes: it may be negative, and larger than a row's pixels",
        rows,
    ),
    Check::new(
        "picture.canvas",
        "Every pixel of the render window is written, whatever was there before.",
        "ofxImageEffect.h: kOfxImageEffectActionRender fills the render window",
        canvas,
    ),
    Check::new(
        "picture.windows",
        "A part of a picture is what the whole has there, and nothing is written outside of it.",
        "ofxImageEffect.h: kOfxImageEffectPropRenderWindow, kOfxImageEffectPropSupportsTiles",
        windows,
    ),
    Check::new(
        "picture.bounds",
        "Pictures that begin anywhere and have odd sizes are rendered.",
        "ofxImageEffect.h: kOfxImagePropBounds: any rectangle; kOfxImageEffectPropSupportsMultiResolution",
        bounds,
    ),
    Check::new(
        "picture.scales",
        "Frames are rendered at smaller scales, also at other ones from left to right than from bottom to top.",
        "ofxImageEffect.h: kOfxImageEffectPropRenderScale",
        scales,
    ),
    Check::new(
        "picture.aspects",
        "Frames of pixels that are not square are rendered.",
        "ofxImageEffect.h: kOfxImagePropPixelAspectRatio",
        aspects,
    ),
];

fn formats(bench: &Bench) -> Result<(), Stop> {
    let plugin = bench.load()?;
    let context = crate::subject::usual_context(&plugin)?;
    bench.doing("describing its clips");
    let described = plugin.describe(context).map_err(|error| Stop::Skip(error.to_string()))?;
    let output = described.clips.iter().find(|clip| clip.name == "Output");
    let all = output.map(|clip| clip.components.clone()).unwrap_or_default();
    for depth in plugin.description().depths.clone() {
        for components in &all {
            let setup = Setup { depth, components: *components, ..Setup::default() };
            let what = format!("with {depth} {components}");
            let subject = match bench.instance(&plugin, &setup) {
                Ok(subject) => subject,
                Err(Stop::Fail(why) | Stop::Skip(why)) => {
                    bench.fail(format_args!("{what}: {why}"));
                    continue;
                }
            };
            subject.render(bench, &what, &plain(0.0));
            let layout = RowLayout { order: RowOrder::TopDown, padding: 7 };
            subject.render(bench, &format!("{what} upside down"), &RenderRequest { layout, ..plain(0.0) });
        }
    }
    Ok(())
}

fn compare(bench: &Bench, what: &str, whole: &Picture, other: Option<Picture>) {
    if let Some(difference) = other.and_then(|other| difference(whole, &other, false)) {
        bench.fail(format_args!("{what} it renders something else: {difference}"));
    }
}

fn rows(bench: &Bench) -> Result<(), Stop> {
    let (subject, plainly) = bench.working(&Setup::default())?;
    let orders = [RowOrder::TopDown, RowOrder::BottomUp];
    for (order, padding) in orders.into_iter().flat_map(|order| [0, 4, 16, 68, 4096].map(|padding| (order, padding))) {
        let layout = RowLayout { order, padding };
        let sign = if order == RowOrder::TopDown { "negative rowBytes" } else { "positive rowBytes" };
        let what = format!("with {sign} and {padding} bytes between rows");
        let picture = subject.render(bench, &what, &RenderRequest { layout, ..plain(0.0) });
        compare(bench, &what, &plainly, picture);
    }
    Ok(())
}

fn canvas(bench: &Bench) -> Result<(), Stop> {
    for optional in [false, true] {
        let (subject, _) = bench.working(&Setup { optional, ..Setup::default() })?;
        let fill = |fill: u8| {
            let canvas = Canvas { fill, whole: false };
            subject.render(bench, &format!("over bytes of {fill:#04x}"), &RenderRequest { canvas, ..plain(0.0) })
        };
        if let (Some(one), Some(other)) = (fill(0x3A), fill(0x3B)) {
            let pairs = bytes(&one).into_iter().zip(bytes(&other));
            let unwritten = pairs.filter(|(one, other)| (*one, *other) == (0x3A, 0x3B)).count();
            let pixel = one.components().count() * one.depth().bytes();
            if unwritten > 0 {
                let with = if optional { " with optional clips" } else { "" };
                let text = format!("{} pixels of Output are not written{with}", unwritten.div_ceil(pixel));
                bench.found(subject.severity(), text);
            }
        }
    }
    Ok(())
}

fn windows(bench: &Bench) -> Result<(), Stop> {
    let (subject, whole) = bench.working(&Setup::default())?;
    if !subject.renders_tiles() {
        return Err(Stop::Skip("it renders whole pictures only".to_owned()));
    }
    let severity = subject.severity();
    let RectI { x1, y1, x2, y2 } = whole.bounds();
    if whole.bounds().width() < 12 || whole.bounds().height() < 12 {
        return Err(Stop::Skip("its picture is too small to have parts".to_owned()));
    }
    let parts = [
        RectI::new(x1, y1, x1 + 7, y1 + 5),
        RectI::new(x2 - 7, y2 - 5, x2, y2),
        RectI::new(x1 + 3, y1 + 2, x2 - 2, y2 - 3),
        RectI::new(x1 + 5, y1 + 5, x1 + 6, y1 + 6),
        RectI::new(x1, y1 + 4, x2, y1 + 5),
        RectI::new(x1 + 4, y1, x1 + 5, y2),
    ];
    for window in parts {
        for in_whole in [false, true] {
            for order in [RowOrder::BottomUp, RowOrder::TopDown] {
                let canvas = Canvas { fill: 0x3A, whole: in_whole };
                let layout = RowLayout { order, padding: 0 };
                let request = RenderRequest { window: Some(window), canvas, layout, ..plain(0.0) };
                let of = if in_whole { "in a whole picture" } else { "in a picture of its own" };
                let what = format!("of the window {} {of}", words(window));
                let Some(part) = subject.render(bench, &what, &request) else { continue };
                let Ok(expected) = whole.crop(window) else { continue };
                if let Some(difference) = difference(&expected, &part, false) {
                    bench.found(severity, format_args!("{what} it renders something else: {difference}"));
                }
            }
        }
    }
    Ok(())
}

/// Renders at a setup that any host may come to, if the plugin works at all.
fn try_setup(bench: &Bench, plugin: &ofx_host::Plugin, setup: &Setup, what: &str) {
    match bench.instance(plugin, setup) {
        Err(Stop::Fail(why) | Stop::Skip(why)) => bench.fail(format_args!("{what}: {why}")),
        Ok(subject) => {
            subject.render(bench, what, &plain(0.0));
        }
    }
}

fn bounds(bench: &Bench) -> Result<(), Stop> {
    let (subject, _) = bench.working(&Setup::default())?;
    let rows = [
        (RectD::new(-17.0, -11.0, 14.0, 12.0), "around the origin"),
        (RectD::new(-1000.0, 1000.0, -963.0, 1041.0), "far from the origin"),
        (RectD::new(0.0, 0.0, 1.0, 1.0), "of one pixel"),
        (RectD::new(3.0, -5.0, 4.0, 32.0), "of one column"),
        (RectD::new(-3.0, 5.0, 50.0, 6.0), "of one row"),
        (RectD::new(0.0, 0.0, 37.0, 41.0), "of prime numbers of pixels"),
        (RectD::new(0.25, -0.5, 20.75, 15.5), "that begins between pixels"),
    ];
    for (region, what) in rows {
        try_setup(bench, &subject.plugin, &Setup { region, ..Setup::default() }, &format!("a picture {what}"));
    }
    Ok(())
}

fn scales(bench: &Bench) -> Result<(), Stop> {
    let (subject, _) = bench.working(&Setup::default())?;
    let third = 1.0 / 3.0;
    for (x, y) in [(0.5, 0.5), (0.25, 0.25), (third, third), (0.5, 0.25), (1.0, 0.5), (0.01, 0.01), (2.0, 2.0)] {
        let request = RenderRequest { scale: PointD::new(x, y), ..plain(0.0) };
        let what = format!("at a scale of {x:.3} by {y:.3}");
        // Such a host is known; the standard has scales up to one, and one for both directions in all but fields.
        let odd = x > 1.0 || x != y;
        subject.try_render(bench, &what, &request, if odd { Severity::Warning } else { Severity::Failure });
    }
    Ok(())
}

fn aspects(bench: &Bench) -> Result<(), Stop> {
    let (subject, _) = bench.working(&Setup::default())?;
    let plugin = subject.plugin.clone();
    for pixel_aspect in [2.0, 1.0940, 0.9] {
        let setup = Setup { pixel_aspect, ..Setup::default() };
        try_setup(bench, &plugin, &setup, &format!("pixels {pixel_aspect} times as wide as high"));
        let small = RenderRequest { scale: PointD::new(0.5, 0.5), ..plain(0.0) };
        if let Ok(subject) = bench.instance(&plugin, &setup) {
            subject.render(bench, &format!("pixels {pixel_aspect} times as wide as high, at half the scale"), &small);
        }
    }
    Ok(())
}

/// All kinds of pixels that a clip can have.
pub(crate) fn kinds() -> impl Iterator<Item = (Depth, Components)> {
    Depth::ALL.iter().flat_map(|depth| Components::ALL.iter().map(|components| (*depth, *components)))
}
