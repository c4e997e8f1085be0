//! Questions and preferences.

use std::sync::Arc;

use ofx_host::{
    ClipInfo, ClipSource, ColourManagement, Components, Context, Depth, Misuse, Picture, PointD, Premultiplication,
    RectD, RectI, RowLayout, Still,
};

use crate::stage::{BOUNDS, Ear, Stage, options, source};

const ONE: PointD = PointD::new(1.0, 1.0);
const REGION: RectD = RectD::new(-3.0, 2.0, 10.0, 9.0);

#[test]
fn what_a_plugin_leaves_open_is_as_the_standard_says() {
    let stage = Stage::new();
    let filter = stage.filter("");
    assert_eq!(filter.region_of_definition(1.0, ONE).unwrap(), REGION);
    let part = RectD::new(0.0, 3.0, 2.0, 4.0);
    assert_eq!(filter.regions_of_interest(1.0, ONE, part).unwrap()["Source"], part);
    assert_eq!(filter.frames_needed(2.0).unwrap()["Source"], [(2.0, 2.0)]);
    assert_eq!(filter.time_domain().unwrap(), (1.0, 5.0));
    assert_eq!(filter.is_identity(1.0, ONE, BOUNDS).unwrap(), None);
    let generator = stage.plugin().instance(Context::Generator, options(None)).unwrap();
    assert_eq!(generator.region_of_definition(1.0, ONE).unwrap(), RectD::new(0.0, 0.0, 16.0, 12.0));
}

#[test]
fn what_a_plugin_says_is_taken_over() {
    let stage = Stage::new();
    let window = RectD::new(0.0, 0.0, 16.0, 12.0);
    assert_eq!(stage.filter("infinite").region_of_definition(1.0, ONE).unwrap(), window);
    let wide = stage.filter("wide").regions_of_interest(1.0, ONE, REGION).unwrap();
    assert_eq!(wide["Source"], RectD::new(-8.0, -8.0, 8.0, 8.0));
    assert_eq!(stage.filter("frames").frames_needed(0.0).unwrap()["Source"], [(-1.0, 1.0), (5.0, 5.0)]);
    assert_eq!(stage.filter("domain").time_domain().unwrap(), (3.0, 9.0));
    let same = stage.filter("identity").is_identity(1.0, ONE, BOUNDS).unwrap();
    assert_eq!(same, Some(("Source".to_owned(), 2.0)));
}

#[test]
fn clips_are_as_they_are_unless_plugin_or_host_cannot_have_it() {
    let layout = RowLayout::default();
    let agreed = |stage: &Stage, components, depth| {
        let source = source().convert(components, depth, layout).unwrap();
        let instance = stage.plugin().instance(Context::Filter, options(Some(source))).unwrap();
        let agreed = instance.clip_preferences().unwrap();
        (agreed.clips["Source"].components, agreed.output.components, agreed.clips["Source"].depth, agreed.output.depth)
    };
    let stage = Stage::new();
    for &components in Components::ALL {
        for &depth in Depth::ALL {
            assert_eq!(agreed(&stage, components, depth), (components, components, depth, depth));
        }
    }
    drop(stage);
    let poor = |settings: &mut ofx_host::HostSettings| {
        settings.depths = vec![Depth::Byte, Depth::Half];
        settings.components = vec![Components::Rgb];
    };
    let stage = Stage::with(poor, Ear::default());
    let rgb = Components::Rgb;
    assert_eq!(agreed(&stage, Components::Rgba, Depth::Short), (rgb, rgb, Depth::Half, Depth::Half));
    assert_eq!(agreed(&stage, Components::Alpha, Depth::Float), (rgb, rgb, Depth::Half, Depth::Half));
}

#[test]
fn a_plugin_changes_its_output_by_a_parameter() {
    let stage = Stage::new();
    let instance = stage.filter("");
    let before = instance.clip_preferences().unwrap();
    assert_eq!((before.output.components, before.output.frame_rate), (Components::Rgba, 24.0));
    instance.set("mode", "prefer").unwrap();
    let after = instance.clip_preferences().unwrap();
    assert_eq!((after.output.components, after.output.frame_rate), (Components::Alpha, 50.0));
    assert_eq!(after.output.premultiplication, Premultiplication::Unpremultiplied);
    assert!(after.frame_varying && !before.frame_varying);
    assert_eq!(after.colourspaces["Source"], ["srgb_tx"]);
    assert_eq!(instance.render(&ofx_host::RenderRequest::at(1.0)).unwrap().components(), Components::Alpha);
}

#[test]
fn wishes_that_cannot_be_are_refused_and_remembered() {
    let stage = Stage::new();
    let agreed = stage.filter("prefer nonsense").clip_preferences().unwrap();
    assert_eq!((agreed.output.components, agreed.clips["Source"].depth), (Components::Rgba, Depth::Float));
    let complaints = stage.plugin().complaints();
    let values = complaints.iter().filter(|complaint| complaint.misuse == Misuse::PropertyValue);
    assert_eq!(values.count(), 2, "{complaints:?}");
}

#[test]
fn colour_spaces_are_agreed_on_up_to_what_both_know() {
    let clip = |mut options: ofx_host::InstanceOptions| {
        options.clips =
            vec![("Source".into(), Arc::new(Still::new(source(), (1.0, 5.0)).in_colourspace("lin_rec709_srgb")))];
        options
    };
    let stage = Stage::new();
    let instance = stage.plugin().instance(Context::Filter, clip(options(None))).unwrap();
    assert_eq!(instance.output_colourspace(&["srgb_tx"]).unwrap(), "lin_rec709_srgb");
    instance.set("mode", "colour").unwrap();
    assert_eq!(instance.output_colourspace(&["srgb_tx"]).unwrap(), "ACEScg");
    assert_eq!(instance.clip_preferences().unwrap().output.colourspace, "ACEScg");
    instance.set("mode", "colour of Source").unwrap();
    assert_eq!(instance.output_colourspace(&[]).unwrap(), "lin_rec709_srgb");
    drop((instance, stage));
    let none = |settings: &mut ofx_host::HostSettings| settings.colour_management = ColourManagement::None;
    let stage = Stage::with(none, Ear::default());
    let instance = stage.plugin().instance(Context::Filter, clip(options(None))).unwrap();
    instance.set("mode", "colour").unwrap();
    assert_eq!(instance.output_colourspace(&[]).unwrap(), "lin_rec709_srgb");
}

/// A source that is asked for what it cannot give at once.
struct Moving;

impl ClipSource for Moving {
    fn info(&self) -> ClipInfo {
        ClipInfo { frame_range: (1.0, 5.0), ..ClipInfo::default() }
    }

    fn region_of_definition(&self, time: f64) -> RectD {
        RectD::new(time, 0.0, time + 4.0, 4.0)
    }

    fn picture(&self, time: f64, _scale: PointD, _region: RectD) -> Option<Arc<Picture>> {
        let bounds = RectI::new(time as i32, 0, time as i32 + 4, 4);
        let numbers = vec![time as f32 / 10.0; 64];
        (time < 4.0).then(|| Picture::from_f32(bounds, Components::Rgba, Default::default(), &numbers).unwrap().into())
    }
}

#[test]
fn a_source_moves_and_comes_to_an_end() {
    let stage = Stage::new();
    let mut options = options(None);
    options.clips = vec![("Source".into(), Arc::new(Moving))];
    let instance = stage.plugin().instance(Context::Filter, options).unwrap();
    let at = |time| instance.render(&ofx_host::RenderRequest::at(time));
    assert_eq!(at(2.0).unwrap().bounds(), RectI::new(2, 0, 6, 4));
    assert!((at(2.0).unwrap().pixel(3, 1)[0] - 0.8).abs() < 1e-6);
    // The plugin fills what it has no picture for.
    assert_eq!(at(4.0).unwrap().pixel(5, 1), [1.0; 4]);
}

#[test]
fn preferences_are_asked_for_again_when_a_parameter_changes_that_they_depend_on() {
    let stage = Stage::new();
    let instance = stage.filter("");
    assert_eq!(instance.clip_preferences().unwrap().output.components, Components::Rgba);
    instance.set("mode", "prefer").unwrap();
    assert_eq!(instance.clip_preferences().unwrap().output.components, Components::Alpha);
}
