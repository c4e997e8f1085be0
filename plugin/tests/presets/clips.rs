//! Read nodes and clips.

use std::sync::Arc;

use ofx_host::{Components, Context, HostSettings, Instance, Picture, PointD, RectI, RenderRequest, RowOrder, Still};

use crate::support::{
    Frames, PRESETS, WHOLE, apart, difference, instance, library, linear, pixels, project, render, rendered, small,
};

#[test]
fn read_nodes_read_clips_at_their_frames() {
    apart("clips::read_nodes_read_clips_at_their_frames", &PRESETS, |folder| {
        let library = library(folder, HostSettings::default());
        let plugin = library.plugin("org.dragfx.preset.plate").expect("a plugin");
        let clips: Vec<_> = plugin.describe(Context::Filter).expect("a description").clips.clone();
        let clips: Vec<_> = clips.iter().map(|clip| (&*clip.name, &*clip.label, clip.optional)).collect();
        assert_eq!(clips[..2], [("Source", "a", false), ("b", "b", true)]);
        let effect = plugin.instance(Context::Filter, small()).expect("an instance");
        linear(&effect);
        effect.connect("Source", Arc::new(Frames)).expect("a clip");
        let error = effect.render(&RenderRequest::at(6.0)).expect_err("a clip is missing");
        assert!(error.to_string().contains("org.dragfx.preset.plate"), "{error}");
        let told = effect.message().map(|message| message.text).unwrap_or_default();
        assert!(told.contains("connect something to the clip `b`"), "{told}");
        effect.connect("b", Arc::new(Frames)).expect("a clip");
        let needed = effect.frames_needed(6.0).expect("frames");
        assert_eq!(needed["Source"], [(6.0, 6.0)]);
        assert_eq!(needed["b"], [(4.0, 4.0)]);
        let found = render(&effect, 6.0);
        assert!(found.iter().all(|pixel| (pixel[0] - 0.5).abs() < 1e-6 && pixel[3] == 1.0), "{:?}", found[0]);
        assert_eq!(effect.message(), None, "the error is gone");
        effect.set("mix", 1.0).expect("a number");
        assert!(render(&effect, 6.0).iter().all(|pixel| (pixel[0] - 0.4).abs() < 1e-6));
        let half = RenderRequest { scale: PointD::new(0.5, 0.5), ..RenderRequest::at(6.0) };
        let half = effect.render(&half).expect("a proxy");
        assert_eq!(half.bounds(), RectI { x1: 0, y1: 0, x2: 16, y2: 16 });
        assert!((half.pixel(8, 8)[0] - 0.4).abs() < 1e-6);
    });
}

#[test]
fn hosts_are_told_which_frames_are_read() {
    apart("clips::hosts_are_told_which_frames_are_read", &PRESETS, |folder| {
        let library = library(folder, HostSettings::default());
        let rows = [("a_drag", false, true), ("plate", true, false), ("pass", false, false), ("warm", true, false)];
        for (slug, temporal, varies) in rows {
            let plugin = library.plugin(&format!("org.dragfx.preset.{slug}")).expect("a plugin");
            let description = plugin.describe(Context::General).expect("a description");
            let source = description.clips.iter().find(|clip| clip.name == "Source").expect("a clip");
            assert_eq!(source.temporal_access, temporal, "{slug}");
            let effect = plugin.instance(Context::General, small()).expect("an instance");
            assert_eq!(effect.clip_preferences().expect("preferences").frame_varying, varies, "{slug}");
        }
        let effect = instance(&library, "org.dragfx.preset.warm", Context::General, small());
        effect.connect("Source", Arc::new(Frames)).expect("a clip");
        assert_eq!(effect.frames_needed(8.0).expect("frames")["Source"], [(3.0, 8.0)]);
        assert_eq!(effect.frames_needed(2.0).expect("frames")["Source"], [(2.0, 2.0)]);
    });
}

#[test]
fn what_passes_its_clip_on_is_no_work() {
    apart("clips::what_passes_its_clip_on_is_no_work", &PRESETS, |folder| {
        let library = library(folder, HostSettings::default());
        let scale = PointD::new(1.0, 1.0);
        for (slug, over, expected) in
            [("pass", false, Some(("Source".to_owned(), 6.0))), ("pass", true, None), ("plate", false, None)]
        {
            let effect = instance(&library, &format!("org.dragfx.preset.{slug}"), Context::General, small());
            effect.connect("Source", Arc::new(Frames)).expect("a clip");
            effect.set("overSource", over).expect("a switch");
            assert_eq!(effect.is_identity(6.0, scale, WHOLE).expect("an answer"), expected, "{slug} {over}");
        }
        let effect = instance(&library, "org.dragfx.graph", Context::Filter, small());
        effect.connect("Source", Arc::new(Frames)).expect("a clip");
        let found = effect.is_identity(6.0, scale, WHOLE).expect("an answer");
        assert_eq!(found, Some(("Source".to_owned(), 6.0)), "without a preset");
    });
}

#[test]
fn a_picture_lies_over_the_source() {
    apart("clips::a_picture_lies_over_the_source", &PRESETS, |folder| {
        let library = library(folder, HostSettings::default());
        let bounds = RectI { x1: 0, y1: 0, x2: 64, y2: 32 };
        let red = [0.5, 0.0, 0.0, 1.0].repeat(bounds.width() * bounds.height());
        let red = Picture::from_f32(bounds, Components::Rgba, RowOrder::BottomUp, &red).expect("a picture");
        let effect = instance(&library, "org.dragfx.preset.a_drag", Context::Filter, project(64.0, 32.0));
        effect.connect("Source", Arc::new(Still::new(red, (0.0, 10.0)))).expect("a clip");
        linear(&effect);
        let around = |instance: &Instance| {
            let picture = instance.render(&RenderRequest::at(1.0)).expect("a picture");
            (picture.pixel(15, 16), pixels(&picture, RectI { x1: 16, y1: 0, x2: 48, y2: 32 }))
        };
        let (beside, found) = around(&effect);
        assert_eq!(beside, [0.5, 0.0, 0.0, 1.0]);
        assert_eq!(difference(&found, &rendered(folder, "a drag", "drag", 1.0, &[])), 0.0);
        effect.set("overSource", false).expect("a switch");
        assert_eq!(around(&effect).0, [0.0; 4]);
    });
}
