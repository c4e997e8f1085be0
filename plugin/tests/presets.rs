//! Presets as effects, and chosen in the graph effect, through a host.

mod common;

use std::path::Path;
use std::sync::Arc;

use common::{SIZE, apart, apart_with, difference, library, pixels, preset, project, rendered};
use ofx_host::{
    ClipInfo, ClipSource, Components, Context, Depth, HostSettings, Instance, InstanceOptions, Library, Picture,
    PointD, RectD, RectI, RenderRequest, RowLayout, RowOrder, Still,
};

const DRAG: &str = r#"{ "dragfx": 1, "title": "A drag", MODEL, "nodes": [
    { "id": 1, "name": "seed", "type": "latent", "version": 1, "params": { "seed": 3000000000, "psi": 1.0 } },
    { "id": 2, "name": "points", "type": "points", "version": 1, "params": { "points": [
        { "handle": { "x": 10.25, "y": 12.5 }, "target": { "x": 20.0, "y": 17.125 }, "enabled": true }
    ] } },
    { "id": 3, "name": "drag", "type": "drag", "version": 1, "params": {
        "method": "paper", "max_steps": 4, "learning_rate": 0.01,
        "progress": { "keys": [{ "frame": 1, "value": 0.0 }, { "frame": 5, "value": 1.0 }] }
    } },
    { "id": 4, "name": "write", "type": "write", "version": 1, "params": { "file": "out.png" } }
], "wires": [
    { "from": "seed.latent", "to": "drag.latent" },
    { "from": "points.points", "to": "drag.points" },
    { "from": "drag.image", "to": "write.image" }
], "published": [
    { "name": "seed", "param": "seed.seed" },
    { "name": "lambda", "param": "drag.progress", "label": "How far" },
    { "name": "method", "param": "drag.method" },
    { "name": "start", "param": "points.points.1.handle" },
    { "name": "target", "param": "points.points.1.target" },
    { "name": "on", "param": "points.points.1.enabled" },
    { "name": "all", "param": "points.points" }
] }"#;

const PLATE: &str = r#"{ "dragfx": 1, "nodes": [
    { "id": 1, "name": "b", "type": "read", "version": 1, "params": { "frame_offset": -2 } },
    { "id": 2, "name": "a", "type": "read", "version": 1 },
    { "id": 3, "name": "mix", "type": "blend", "version": 1, "params": { "mix": 0.5 } }
], "wires": [
    { "from": "a.image", "to": "mix.source" },
    { "from": "b.image", "to": "mix.result" }
], "published": [{ "name": "mix", "param": "mix.mix" }] }"#;

const PASS: &str = r#"{ "dragfx": 1, "nodes": [
    { "id": 1, "name": "plate", "type": "read", "version": 1 },
    { "id": 2, "name": "half", "type": "transform", "version": 1, "bypass": true, "params": { "scale": 0.5 } },
    { "id": 3, "name": "write", "type": "write", "version": 1 }
], "wires": [
    { "from": "plate.image", "to": "half.image" },
    { "from": "half.image", "to": "write.image" }
] }"#;

const WARM: &str = r#"{ "dragfx": 1, MODEL, "nodes": [
    { "id": 1, "name": "seed", "type": "latent", "version": 1 },
    { "id": 2, "name": "points", "type": "points", "version": 1 },
    { "id": 3, "name": "held", "type": "read", "version": 1 },
    { "id": 4, "name": "mask", "type": "mask", "version": 1, "params": { "channel": "alpha" } },
    { "id": 5, "name": "drag", "type": "drag", "version": 1, "params": { "warm_start": true, "first_frame": 3 } }
], "wires": [
    { "from": "seed.latent", "to": "drag.latent" },
    { "from": "points.points", "to": "drag.points" },
    { "from": "held.image", "to": "mask.image" },
    { "from": "mask.mask", "to": "drag.mask" }
] }"#;

const PRESETS: [(&str, &str); 4] = [("a drag", DRAG), ("plate", PLATE), ("pass", PASS), ("warm", WARM)];

const WHOLE: RectI = RectI { x1: 0, y1: 0, x2: SIZE as i32, y2: SIZE as i32 };

fn instance(library: &Library, identifier: &str, context: Context, options: InstanceOptions) -> Instance {
    library.plugin(identifier).expect("a plugin").instance(context, options).expect("an instance")
}

fn small() -> InstanceOptions {
    project(SIZE as f64, SIZE as f64)
}

fn linear(instance: &Instance) {
    instance.set("transfer", "linear").expect("a choice");
}

fn render(instance: &Instance, time: f64) -> Vec<[f32; 4]> {
    pixels(&instance.render(&RenderRequest::at(time)).expect("a picture"), WHOLE)
}

#[test]
fn presets_render_as_the_command_line_does() {
    apart("presets_render_as_the_command_line_does", &PRESETS, |folder| {
        let library = library(folder, HostSettings::default());
        let effect = instance(&library, "org.dragfx.preset.a_drag", Context::Generator, small());
        linear(&effect);
        let same = |row: &str, time: f64, set: &[(&str, &str)]| {
            let expected = rendered(folder, "a drag", "drag", time, set);
            let found = render(&effect, time);
            assert_eq!(difference(&found, &expected), 0.0, "{row}");
            found
        };
        let start = same("its first frame", 1.0, &[]);
        let end = same("its keyframes play", 5.0, &[]);
        assert!(difference(&start, &end) > 0.01, "the drag moves something");
        effect.set("lambda_", 0.5).expect("a number");
        same("a number takes the place of keyframes", 5.0, &[("drag.progress", "0.5")]);
        effect.set("seed", 4).expect("a number");
        effect.set("method", "reference").expect("a choice");
        let set = [("drag.progress", "0.5"), ("seed", "4"), ("method", "reference")];
        same("several at once", 5.0, &set);
        effect.set("target", [24.5, 24.5]).expect("a point");
        let set = [&set[..], &[("target", "24,7")]].concat();
        same("points are canonical", 5.0, &set);
        effect.set("on", false).expect("a switch");
        same("a point that does not count", 5.0, &[&set[..], &[("on", "false")]].concat());
        assert_eq!(effect.plugin().complaints(), [], "the host has nothing to complain of");
    });
}

#[test]
fn what_the_host_animates_takes_the_place_of_the_presets_keyframes() {
    apart("what_the_host_animates_takes_the_place_of_the_presets_keyframes", &PRESETS, |folder| {
        let library = library(folder, HostSettings::default());
        let effect = instance(&library, "org.dragfx.preset.a_drag", Context::Generator, small());
        linear(&effect);
        for (time, value) in [(1.0, 1.0), (3.0, 0.0)] {
            effect.set_at("lambda_", time, value).expect("a keyframe");
        }
        for (time, value) in [(1.0, "1"), (2.0, "0.5"), (3.0, "0"), (5.0, "0")] {
            let expected = rendered(folder, "a drag", "drag", time, &[("drag.progress", value)]);
            assert_eq!(difference(&render(&effect, time), &expected), 0.0, "{time}");
        }
    });
}

#[test]
fn points_are_shown_where_the_preset_has_them_and_mean_what_it_says() {
    apart("points_are_shown_where_the_preset_has_them_and_mean_what_it_says", &PRESETS, |folder| {
        let library = library(folder, HostSettings::default());
        // The model has to be known before anybody can tell where its pixels are.
        let first = instance(&library, "org.dragfx.preset.a_drag", Context::Generator, small());
        linear(&first);
        let expected = render(&first, 5.0);
        drop(first);
        let effect = instance(&library, "org.dragfx.preset.a_drag", Context::Generator, project(128.0, 64.0));
        let place = effect.get("start", 0.0).expect("a point").numbers();
        // The square lies in the middle, at twice its size.
        assert_eq!(place, [32.0 + 10.75 * 2.0, 64.0 - 13.0 * 2.0]);
        effect.set("fit", "actual size").expect("a choice");
        let place = effect.get("start", 0.0).expect("a point").numbers();
        assert_eq!(place, [48.0 + 10.75, 48.0 - 13.0]);
        linear(&effect);
        let picture = effect.render(&RenderRequest::at(5.0)).expect("a picture");
        let found = pixels(&picture, RectI { x1: 48, y1: 16, x2: 80, y2: 48 });
        assert_eq!(difference(&found, &expected), 0.0);
        assert_eq!(picture.pixel(47, 32), [0.0; 4], "there is nothing around it");
        effect.set("start", [60.0, 40.0]).expect("a point");
        effect.set("fit", "fit").expect("a choice");
        let place = effect.get("start", 0.0).expect("a point").numbers();
        assert_eq!(place, [60.0, 40.0], "what was touched stays");
    });
}

#[test]
fn a_point_can_be_moved_before_its_model_was_ever_used() {
    apart("a_point_can_be_moved_before_its_model_was_ever_used", &PRESETS, |folder| {
        let library = library(folder, HostSettings::default());
        let effect = instance(&library, "org.dragfx.preset.a_drag", Context::Generator, small());
        linear(&effect);
        effect.set("target", [24.5, 24.5]).expect("a point");
        let expected = rendered(folder, "a drag", "drag", 5.0, &[("target", "24,7")]);
        assert_eq!(difference(&render(&effect, 5.0), &expected), 0.0);
    });
}

/// Grey that is as bright as the frame's number in tenths.
struct Frames;

impl ClipSource for Frames {
    fn info(&self) -> ClipInfo {
        ClipInfo { frame_range: (0.0, 10.0), ..ClipInfo::default() }
    }

    fn region_of_definition(&self, _time: f64) -> RectD {
        RectD::new(0.0, 0.0, 32.0, 32.0)
    }

    fn picture(&self, time: f64, scale: PointD, _region: RectD) -> Option<Arc<Picture>> {
        let (width, height) = ((32.0 * scale.x) as i32, (32.0 * scale.y) as i32);
        let bounds = RectI { x1: 0, y1: 0, x2: width, y2: height };
        let value = time as f32 / 10.0;
        let numbers = [value, value, value, 1.0].repeat(bounds.width() * bounds.height());
        let mut picture = Picture::from_f32(bounds, Components::Rgba, RowOrder::BottomUp, &numbers).expect("a picture");
        picture.scale = scale;
        Some(Arc::new(picture))
    }
}

#[test]
fn read_nodes_read_clips_at_their_frames() {
    apart("read_nodes_read_clips_at_their_frames", &PRESETS, |folder| {
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
    apart("hosts_are_told_which_frames_are_read", &PRESETS, |folder| {
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
    apart("what_passes_its_clip_on_is_no_work", &PRESETS, |folder| {
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
fn safe_mode_computes_nothing() {
    apart_with("safe_mode_computes_nothing", &PRESETS, &[("DRAGFX_SAFE_MODE", "1")], |folder| {
        let library = library(folder, HostSettings::default());
        for identifier in ["org.dragfx.preset.a_drag", "org.dragfx.graph"] {
            let effect = instance(&library, identifier, Context::General, small());
            effect.set("transfer", "linear").expect("a choice");
            assert_eq!(render(&effect, 6.0)[0], [0.0; 4], "{identifier}");
            effect.connect("Source", Arc::new(Frames)).expect("a clip");
            assert_eq!(render(&effect, 6.0)[0], [0.6, 0.6, 0.6, 1.0], "{identifier}");
            let told = effect.message().map(|message| message.text).unwrap_or_default();
            assert!(told.contains("DRAGFX_SAFE_MODE"), "{told}");
        }
        assert!(!folder.join("cache/dragfx").join("packs").exists());
    });
}

#[test]
fn instances_render_side_by_side() {
    apart("instances_render_side_by_side", &PRESETS, |folder| {
        let library = library(folder, HostSettings::default());
        let expected: Vec<_> = {
            let effect = instance(&library, "org.dragfx.preset.a_drag", Context::Generator, small());
            (1..=5).map(|time| render(&effect, f64::from(time))).collect()
        };
        std::thread::scope(|scope| {
            for thread in 0..8 {
                let (library, expected) = (&library, &expected);
                scope.spawn(move || {
                    let effect = instance(library, "org.dragfx.preset.a_drag", Context::Generator, small());
                    for round in 0..50 {
                        let frame = (thread + round) % 5;
                        let found = render(&effect, frame as f64 + 1.0);
                        assert_eq!(difference(&found, &expected[frame]), 0.0, "{thread} {round}");
                    }
                });
            }
        });
    });
}

#[test]
fn any_layout_and_depth_comes_out_the_same() {
    apart("any_layout_and_depth_comes_out_the_same", &PRESETS, |folder| {
        let library = library(folder, HostSettings::default());
        let depths = [
            (Depth::Float, 0.0),
            (Depth::Half, 1.0 / 1024.0),
            (Depth::Short, 1.0 / 65535.0),
            (Depth::Byte, 1.0 / 255.0),
        ];
        let rows = depths.into_iter().flat_map(|row| [RowOrder::BottomUp, RowOrder::TopDown].map(|order| (row, order)));
        let whole = |depth: Depth, order: RowOrder| {
            let mut options = small();
            options.project.depth = depth;
            let effect = instance(&library, "org.dragfx.preset.a_drag", Context::Generator, options);
            let request = RenderRequest { layout: RowLayout { order, padding: 12 }, ..RenderRequest::at(1.0) };
            let picture = effect.render(&request).expect("a picture");
            assert_eq!(picture.depth(), depth);
            pixels(&picture, WHOLE)
        };
        let expected = whole(Depth::Float, RowOrder::BottomUp);
        // Integers end at 0 and 1.
        let cut: Vec<_> = expected.iter().map(|pixel| pixel.map(|value| value.clamp(0.0, 1.0))).collect();
        for ((depth, most), order) in rows {
            let expected = if matches!(depth, Depth::Float | Depth::Half) { &expected } else { &cut };
            let difference = difference(&whole(depth, order), expected);
            assert!(difference <= most, "{depth:?} {order:?}: {difference}");
        }
    });
}

#[test]
fn a_preset_that_is_chosen_fills_slots() {
    apart("a_preset_that_is_chosen_fills_slots", &PRESETS, |folder| {
        let library = library(folder, HostSettings::default());
        let effect = instance(&library, "org.dragfx.graph", Context::Generator, small());
        assert!(render(&effect, 1.0).iter().all(|pixel| *pixel == [0.0; 4]), "nothing is chosen");
        linear(&effect);
        let file = preset(folder, "a drag").display().to_string();
        effect.set("preset", file).expect("a file");
        let number = |name: &str| effect.get(name, 0.0).expect("a parameter");
        assert_eq!(number("text1"), "paper".into());
        assert_eq!(number("switch1"), true.into());
        let same = |row: &str, set: &[(&str, &str)]| {
            let expected = rendered(folder, "a drag", "drag", 5.0, set);
            assert_eq!(difference(&render(&effect, 5.0), &expected), 0.0, "{row}");
        };
        same("as the preset says", &[]);
        effect.set("whole1", 4).expect("a number");
        effect.set("text1", "reference").expect("a text");
        same("with other values", &[("seed", "4"), ("method", "reference")]);
        effect.set("text1", "fast").expect("a text");
        assert!(effect.render(&RenderRequest::at(5.0)).is_err());
        let told = effect.message().map(|message| message.text).unwrap_or_default();
        assert!(told.contains("there is no choice `fast`"), "{told}");
        effect.press("reload").expect("a button");
        same("as the preset says again", &[]);
        assert_eq!(effect.plugin().complaints(), [], "the host has nothing to complain of");
    });
}

#[test]
fn a_preset_is_found_again_where_the_project_is_opened_elsewhere() {
    apart("a_preset_is_found_again_where_the_project_is_opened_elsewhere", &PRESETS, |folder| {
        let library = library(folder, HostSettings::default());
        let moved = folder.join("a drag.dragfx");
        std::fs::copy(preset(folder, "a drag"), &moved).expect("a file");
        let effect = instance(&library, "org.dragfx.graph", Context::Generator, small());
        effect.set("preset", moved.display().to_string()).expect("a file");
        effect.set("whole1", 4).expect("a number");
        linear(&effect);
        let expected = render(&effect, 5.0);
        let saved = effect.save().expect("a project");
        drop(effect);
        std::fs::remove_file(&moved).expect("the file is gone");
        let options = InstanceOptions { params: Some(saved.clone()), ..small() };
        let effect = instance(&library, "org.dragfx.graph", Context::Generator, options);
        assert_eq!(difference(&render(&effect, 5.0), &expected), 0.0, "the bundle has it, too");
        std::fs::write(preset(folder, "a drag"), "another file").expect("a file");
        assert!(effect.render(&RenderRequest::at(5.0)).is_err());
        let told = effect.message().map(|message| message.text).unwrap_or_default();
        assert!(told.contains("a drag.dragfx (BLAKE3") && told.contains("is missing; looked at"), "{told}");
    });
}

#[test]
fn a_picture_lies_over_the_source() {
    apart("a_picture_lies_over_the_source", &PRESETS, |folder| {
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

#[test]
fn thumbnails_cost_no_drag() {
    apart("thumbnails_cost_no_drag", &PRESETS, |folder| {
        let library = library(folder, HostSettings::default());
        let effect = instance(&library, "org.dragfx.preset.a_drag", Context::Generator, small());
        linear(&effect);
        let request = RenderRequest { thumbnail: true, ..RenderRequest::at(5.0) };
        let found = pixels(&effect.render(&request).expect("a picture"), WHOLE);
        let start = rendered(folder, "a drag", "drag", 5.0, &[("on", "false")]);
        assert_eq!(difference(&found, &start), 0.0);
        assert!(!trajectories(folder), "nothing was dragged");
    });
}

fn trajectories(folder: &Path) -> bool {
    let kept = std::fs::read_dir(folder.join("cache/dragfx/trajectories"));
    kept.is_ok_and(|kept| kept.flatten().any(|file| file.metadata().is_ok_and(|about| about.len() > 100_000)))
}
