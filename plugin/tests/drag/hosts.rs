//! Hosts of all kinds: without suites, with other pixels, with many threads, in safe mode, on another machine.

use std::path::Path;

use ofx_host::interact::View;
use ofx_host::{
    Components, Context, Depth, HostSettings, Instance, InstanceOptions, PointD, Project, RenderRequest, RowLayout,
    RowOrder, SuiteFilter,
};

use crate::support::{
    SIDE, Stage, alone, alone_with, assert_same, checkpoint, dragged, frame, pixels, place, start, still, text,
};

fn end(folder: &Path) -> Vec<(&'static str, std::sync::Arc<dragfx_graph::value::Image>)> {
    vec![("start", start(folder)), ("end", dragged(folder, 1.0, "", ""))]
}

/// What a host need not have.
const OPTIONAL: [(&str, &[i32], &[&str]); 9] = [
    ("OfxMessageSuite", &[1, 2], &["message", "setPersistentMessage", "clearPersistentMessage"]),
    ("OfxProgressSuite", &[1, 2], &["progressStart", "progressUpdate", "progressEnd"]),
    ("OfxTimeLineSuite", &[1], &["getTime"]),
    ("OfxMultiThreadSuite", &[1], &["multiThread", "mutexCreate"]),
    ("OfxInteractSuite", &[1], &["interactRedraw", "interactSwapBuffers"]),
    ("OfxDrawSuite", &[1], &["setColour", "setLineWidth", "setLineStipple", "draw", "drawText"]),
    ("OfxParametricParameterSuite", &[1], &[]),
    ("OfxMemorySuite", &[], &["memoryAlloc"]),
    ("OfxParameterSuite", &[], &["paramEditBegin", "paramEditEnd", "paramGetNumKeys"]),
];

#[test]
fn everything_works_whatever_a_host_leaves_out() {
    alone_with("hosts::everything_works_whatever_a_host_leaves_out", &[], end, |folder, expected| {
        let all = SuiteFilter::default;
        let mut hosts = Vec::new();
        for (suite, versions, functions) in OPTIONAL {
            hosts.extend(versions.iter().map(|&version| (format!("{suite} {version}"), all().without(suite, version))));
            let without = versions.iter().fold(all(), |filter, &version| filter.without(suite, version));
            hosts.push((suite.to_owned(), without));
            let function = |name: &&str| (format!("{suite}.{name}"), all().without_function(suite, name));
            hosts.extend(functions.iter().map(function));
        }
        for (missing, suites) in hosts {
            let stage = Stage::new(folder, HostSettings { suites, ..HostSettings::default() });
            let instance = stage.pair();
            assert_same(&frame(&instance, 1.0), &expected["end"], &format!("without {missing}"));
            instance.press("drag").unwrap_or_else(|error| panic!("without {missing}: {error}"));
            assert!(text(&instance, "state").starts_with("Baked"), "without {missing}");
            let view = View { size: [SIDE as u32; 2], time: 1.0, ..View::default() };
            if let Ok(Some(mut overlay)) = instance.overlay(&view) {
                let _ = overlay.draw(&view);
                let _ = overlay.pen_down(&view, [20.0, 30.0], 1.0);
                let _ = overlay.pen_up(&view, [25.0, 30.0], 1.0);
            }
            instance.set("handle1", [-50.0, 0.0]).expect("a point");
            instance.press("forget").expect("nothing baked");
            instance.render(&RenderRequest::at(1.0)).expect_err("the handle lies beside the picture");
        }
    });
}

#[test]
fn every_depth_and_layout_has_the_same_picture() {
    let expected = |folder: &Path| vec![("start", start(folder))];
    alone("hosts::every_depth_and_layout_has_the_same_picture", expected, |stage, expected| {
        for &depth in Depth::ALL {
            for &components in Components::ALL {
                let size = PointD::new(SIDE as f64, SIDE as f64);
                let project = Project { size, components, depth, ..Project::default() };
                let source = still(SIDE as i32, SIDE as i32, |_, _| [0.5; 4]);
                let instance = stage.instance_in(Context::Filter, project, &[("Source", source)]);
                for order in [RowOrder::BottomUp, RowOrder::TopDown] {
                    for padding in [0, 3, 64] {
                        let layout = RowLayout { order, padding };
                        let found = pixels(&instance, &RenderRequest { layout, ..RenderRequest::at(1.0) });
                        let what = format!("{depth:?} {components:?} {layout:?}");
                        assert_near(&found, &expected["start"], components, &what);
                    }
                }
            }
        }
    });
}

fn assert_near(found: &[[f32; 4]], expected: &[[f32; 4]], components: Components, what: &str) {
    assert_eq!(found.len(), expected.len(), "{what}");
    for (place, (found, expected)) in found.iter().zip(expected).enumerate() {
        let near = |channel: usize| (found[channel] - expected[channel].clamp(0.0, 1.0)).abs() < 0.003;
        // A picture of alpha alone is as opaque as the other.
        let sound = if components == Components::Alpha { near(3) } else { (0..4).all(near) };
        let beyond = expected.iter().any(|number| !(0.0..=1.0).contains(number));
        assert!(sound || beyond, "{what}: pixel {place} is {found:?}, not {expected:?}");
    }
}

#[test]
fn many_threads_render_the_same_pictures() {
    alone("hosts::many_threads_render_the_same_pictures", end, |stage, expected| {
        let instances: Vec<Instance> = (0..8).map(|_| stage.pair()).collect();
        std::thread::scope(|scope| {
            for (number, instance) in instances.iter().enumerate() {
                scope.spawn(move || {
                    for render in 0..50 {
                        // Every other thread moves a slider meanwhile.
                        let progress = if number % 2 == 0 { 1.0 } else { f64::from(u8::from(render % 3 != 0)) };
                        instance.set("progress", progress).expect("a number");
                        let picture = &expected[if progress == 1.0 { "end" } else { "start" }];
                        assert_same(&frame(instance, 1.0), picture, &format!("thread {number}, render {render}"));
                    }
                });
            }
        });
    });
}

#[test]
fn safe_mode_computes_nothing_and_keeps_everything() {
    let safe = [("DRAGFX_SAFE_MODE", "1")];
    alone_with(
        "hosts::safe_mode_computes_nothing_and_keeps_everything",
        &safe,
        |_| Vec::new(),
        |folder, _| {
            let stage = Stage::new(folder, HostSettings::default());
            let source = still(SIDE as i32, SIDE as i32, |x, y| [x as f32 / 64.0, y as f32 / 64.0, 0.5, 1.0]);
            let with_source = stage.instance(Context::General, [SIDE as f64; 2], &[("Source", source.clone())]);
            let alone = stage.pair();
            let passed = frame(&with_source, 1.0);
            assert_eq!(passed[SIDE - 1], [63.0 / 64.0, 63.0 / 64.0, 0.5, 1.0], "the upper right corner");
            assert!(frame(&alone, 1.0).iter().all(|pixel| *pixel == [0.0; 4]));
            assert!(alone.message().is_some_and(|message| message.text.contains("DRAGFX_SAFE_MODE")));
            alone.press("drag").expect("nothing happens");
            assert_eq!(text(&alone, "baked"), "");
            assert!(alone.overlay(&View::default()).expect("an answer").is_none());
            stage.is_clean();
        },
    );
}

#[test]
fn a_project_is_opened_where_its_model_lies_elsewhere() {
    alone("hosts::a_project_is_opened_where_its_model_lies_elsewhere", end, |stage, expected| {
        let folder = stage.plugin.bundle().root.parent().expect("a folder").to_owned();
        let (here, there) = (folder.join("here"), folder.join("DragFX.ofx.bundle/Contents/Resources/models"));
        for folder in [&here, &there] {
            std::fs::create_dir_all(folder).expect("a folder");
        }
        let (first, second) = (here.join("sg2-64.pkl"), there.join("sg2-64.pkl"));
        std::fs::copy(checkpoint(), &first).expect("a copy");
        let instance = stage.pair();
        instance.set("model", &*first.display().to_string()).expect("a text");
        instance.press("drag").expect("a drag");
        let saved = instance.save().expect("values");
        drop(instance);
        std::fs::rename(&first, &second).expect("it is moved");
        let project = Project { size: PointD::new(64.0, 64.0), ..Project::default() };
        let options = InstanceOptions { project, params: Some(saved), ..InstanceOptions::default() };
        let again = stage.plugin.instance(Context::General, options).expect("the project is opened again");
        again.set("auto", false).expect("yes or no");
        assert_same(&frame(&again, 1.0), &expected["end"], "with the model where it is now");
        assert_eq!(text(&again, "state"), "Baked: 6 steps, not arrived");
    });
}

#[test]
fn a_warm_start_goes_on_from_the_frame_before() {
    let nodes = |folder: &Path| {
        let keys = r#"{ "keys": [
            { "frame": 1, "value": [{ "handle": { "x": 20, "y": 30 }, "target": { "x": 40, "y": 34 } }] },
            { "frame": 3, "value": [{ "handle": { "x": 20, "y": 30 }, "target": { "x": 44, "y": 30 } }] }] }"#;
        vec![("warm", crate::support::warm(folder, keys, 3.0))]
    };
    alone("hosts::a_warm_start_goes_on_from_the_frame_before", nodes, |stage, expected| {
        let instance = stage.pair();
        instance.set("maxSteps", 3).expect("a number");
        instance.set("warmStart", true).expect("yes or no");
        let at = |x: f64, y: f64| [x + 0.5, 63.5 - y];
        instance.set_at("target1", 1.0, at(40.0, 34.0)).expect("a keyframe");
        instance.set_at("target1", 3.0, at(44.0, 30.0)).expect("a keyframe");
        let cold = stage.pair();
        cold.set("maxSteps", 3).expect("a number");
        place(&cold, 1, [20.0, 30.0, 44.0, 30.0]);
        let found = frame(&instance, 3.0);
        assert_ne!(found, frame(&cold, 3.0), "a warm start that starts anew tests nothing");
        // Hosts go from key to key along curves of their own.
        let expected = &expected["warm"];
        let far = |(a, b): (&[f32; 4], &[f32; 4])| (0..3).map(|c| (a[c] - b[c]).abs()).fold(0.0, f32::max);
        let most = found.iter().zip(expected).map(far).fold(0.0, f32::max);
        assert!(most < 0.02, "{most}");
    });
}

#[test]
fn colours_are_those_of_the_source_or_what_the_host_prefers() {
    alone(
        "hosts::colours_are_those_of_the_source_or_what_the_host_prefers",
        |_| Vec::new(),
        |stage, _| {
            let source = || still(SIDE as i32, SIDE as i32, |_, _| [0.5; 4]);
            let rows = [
                (None, 0, &["lin_rec709_srgb"][..], "lin_rec709_srgb"),
                (None, 0, &[], "srgb_tx"),
                (None, 2, &["srgb_tx"], "lin_rec709_srgb"),
                (Some("ACEScg"), 0, &["srgb_tx"], "ACEScg"),
                (Some("srgb_tx"), 0, &["lin_rec709_srgb"], "srgb_tx"),
            ];
            let srgb = frame(&stage.instance(Context::General, [SIDE as f64; 2], &[]), 1.0);
            for (space, transfer, preferred, expected) in rows {
                let clips: Vec<_> = space.map(|space| ("Source", source().in_colourspace(space))).into_iter().collect();
                let instance = stage.instance(Context::General, [SIDE as f64; 2], &clips);
                instance.set("transfer", transfer).expect("a choice");
                let row = format!("{space:?} {transfer} {preferred:?}");
                // The source's may be named by the source.
                let named = |preferred: &[&str]| match instance.output_colourspace(preferred).expect("an answer") {
                    reference if reference == "OfxColourspace_Source" => space.unwrap_or_default().to_owned(),
                    name => name,
                };
                assert_eq!(named(preferred), expected, "{row}");
                // For a render this host asks again, and prefers nothing.
                let rendered = named(&[]);
                let is_srgb = frame(&instance, 1.0) == srgb;
                assert_eq!(is_srgb, rendered == "srgb_tx", "{row}: the pixels are what was said, {rendered}");
            }
        },
    );
}
