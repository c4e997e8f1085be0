//! What effects make of pictures, and what becomes of those that fail.

use std::time::Duration;

use dragfx_engine::Cancel;
use dragfx_graph::document::{Document, Edit, FrameRange};
use dragfx_graph::error::NodeError;
use dragfx_graph::value::{Image, Transfer};
use ndarray::Array3;
use ofx_host::Fault;
use serde_json::json;

use crate::stage::{INVERT, Stage};

/// What the plugin makes of an opaque picture: all channels are inverted, alpha among them.
fn inverted(image: &Image, gain: f32) -> Array3<f32> {
    image.pixels().mapv(|number| (1.0 - number) * gain)
}

#[test]
fn an_effect_renders_its_input() {
    let stage = Stage::new();
    let source = stage.draw(1);
    for kind in [INVERT, "ofx-test-unsafe-1", "ofx-test-full-1"] {
        let image = stage.compute(&stage.graph(kind, json!({})), 1.0).unwrap();
        assert_eq!(image.pixels(), inverted(&source, 1.0), "{kind}");
        assert_eq!(image.transfer(), Transfer::Linear, "{kind}: an encoding is kept");
    }
}

#[test]
fn parameters_have_their_values_at_the_frame() {
    let stage = Stage::new();
    let sources = [1, 2, 3].map(|frame| stage.draw(frame));
    let keys = json!({"gain": {"keys": [{"frame": 1.0, "value": 1.0}, {"frame": 3.0, "value": 2.0}]}});
    let document = stage.graph(INVERT, keys);
    for (frame, gain) in [(1, 1.0), (2, 1.5), (3, 2.0)] {
        let image = stage.compute(&document, f64::from(frame)).unwrap();
        // Where alpha is neither 0 nor 1 it comes back divided by it; here it is 0.
        assert_eq!(image.pixels(), inverted(&sources[frame as usize - 1], gain), "frame {frame}");
    }
}

#[test]
fn frames_that_the_plugin_looks_at_are_planned() {
    let stage = Stage::new();
    let document = stage.graph("ofx-test-full-1", json!({"mode": "frames"}));
    let (plan, folder) = (stage.plan(&document, 1.0), stage.folder.path());
    let read: Vec<_> =
        plan.files().filter(|file| file.starts_with(folder) && file.extension().unwrap() == "exr").collect();
    let names = ["in_-0001.exr", "in_0000.exr", "in_0001.exr", "in_0005.exr"];
    assert_eq!(read, names.map(|name| folder.join(name)).iter().collect::<Vec<_>>());
}

#[test]
fn a_plugin_that_looks_at_frames_that_it_has_not_named_fails() {
    let stage = Stage::new();
    stage.draw(3);
    stage.draw(4);
    let error = stage.compute(&stage.graph(INVERT, json!({"mode": "identity"})), 3.0).unwrap_err();
    assert!(error.to_string().contains("clip \"Source\" has no picture at time 4"), "{error}");
}

#[test]
fn regions_are_cut_to_the_picture() {
    let stage = Stage::new();
    let source = stage.draw(1);
    let image = stage.compute(&stage.graph(INVERT, json!({"mode": "infinite"})), 1.0).unwrap();
    assert_eq!(image.pixels(), inverted(&source, 1.0));
}

#[test]
fn failures_say_whose_they_are() {
    let stage = Stage::new();
    stage.draw(1);
    let rows = [
        (
            "fail",
            Fault::Plugin,
            "the plugin is at fault: test.instance answered OfxImageEffectActionRender with kOfxStatFailed: 7 of nine",
        ),
        ("odd status", Fault::Plugin, "OfxImageEffectActionRender"),
        ("does nothing", Fault::Plugin, "has not rendered"),
        ("circle", Fault::Plugin, "without end"),
    ];
    for (mode, fault, words) in rows {
        let error = stage.compute(&stage.graph(INVERT, json!({"mode": mode})), 1.0).unwrap_err();
        assert!(error.to_string().contains(words), "{mode}: {error}");
        let NodeError::Foreign(cause) = &*error.cause else { panic!("{mode}: {error:?}") };
        let cause = cause.downcast_ref::<dragfx_ofx::EffectError>().unwrap();
        assert_eq!(cause.fault(), fault, "{mode}");
    }
}

#[test]
fn a_render_is_cancelled() {
    let stage = Stage::new();
    stage.draw(1);
    let document = stage.graph(INVERT, json!({"mode": "wait"}));
    let cancel = Cancel::new();
    let error = std::thread::scope(|scope| {
        let waiting = scope.spawn(|| stage.compute_until(&document, 1.0, &cancel));
        std::thread::sleep(Duration::from_millis(50));
        cancel.cancel();
        waiting.join().unwrap().unwrap_err()
    });
    assert!(error.is_cancelled(), "{error}");
}

#[test]
fn another_build_is_another_result() {
    let stage = Stage::new();
    stage.draw(1);
    let document = stage.graph(INVERT, json!({}));
    let fingerprint = || stage.plan(&document, 1.0).fingerprints().next().unwrap().unwrap();
    let before = fingerprint();
    assert_eq!(before, fingerprint());
    // Written beside and moved there: the one that is loaded stays as it was.
    let binary = crate::stage::install(&stage.folder.path().join("other"), "Test");
    let mut bytes = std::fs::read(&binary).unwrap();
    bytes.push(0);
    std::fs::write(&binary, bytes).unwrap();
    let place = binary.strip_prefix(stage.folder.path().join("other")).unwrap();
    std::fs::rename(&binary, stage.folder.path().join("plugins").join(place)).unwrap();
    assert_ne!(before, fingerprint());
}

#[test]
fn what_a_plugin_may_know_is_in_the_fingerprint() {
    let stage = Stage::new();
    stage.draw(1);
    // Every frame has the same picture.
    let held = |mode: &str| {
        let mut document = stage.graph(INVERT, json!({"mode": mode}));
        let edit = document.setting("read.file", "in_0001.exr").unwrap();
        document.apply(edit).unwrap();
        document
    };
    let fingerprint = |document: &Document, frame| stage.plan(document, frame).fingerprints().next().unwrap().unwrap();
    let mut plain = held("");
    let (first, second) = (fingerprint(&plain, 1.0), fingerprint(&plain, 2.0));
    assert_eq!(first, second, "the frame alone makes no difference");
    let varying = held("prefer");
    assert_ne!(fingerprint(&varying, 1.0), fingerprint(&varying, 2.0), "unless the plugin says so");
    plain.apply(Edit::SetFrames(FrameRange { first: 1, last: 2, rate: 12.0 })).unwrap();
    assert_ne!(fingerprint(&plain, 1.0), first, "the timeline does");
}
