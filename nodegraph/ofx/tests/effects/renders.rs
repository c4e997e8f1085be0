//! What effects make of pictures, and what becomes of those that fail.

use std::sync::Arc;
use std::time::Duration;

use dragfx_engine::Cancel;
use dragfx_graph::document::Edit;
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
fn frames_that_the_plugin_looks_at_are_computed() {
    let stage = Stage::new();
    stage.draw(3);
    let next = stage.draw(4);
    // The frame after the one that is rendered is passed on: it has to be there, and comes as it is.
    let document = stage.graph("ofx-test-instance-1", json!({"mode": "identity"}));
    let image = stage.compute(&document, 3.0);
    // The plugin has not said that it looks at other frames, so it has only its own.
    assert!(image.is_err(), "{image:?}");
    drop(next);
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
    let node = document.by_name("effect").unwrap().id;
    let target = dragfx_graph::eval::Target { node, output: "image".to_owned(), frame: 1.0 };
    let fingerprint = || {
        let models = dragfx_graph::models::ModelStore::new(
            stage.folder.path().join("models"),
            Vec::new(),
            dragfx_runtime::SessionOptions::on(dragfx_runtime::Device::Cpu),
        );
        let evaluator = dragfx_graph::eval::Evaluator::new(Arc::new(models));
        let plan = evaluator.plan(&document, stage.folder.path(), std::slice::from_ref(&target));
        plan.fingerprints().next().unwrap().unwrap()
    };
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
fn timelines_count() {
    let stage = Stage::new();
    stage.draw(1);
    let mut document = stage.graph(INVERT, json!({}));
    let first = stage.compute(&document, 1.0).unwrap();
    let frames = dragfx_graph::document::FrameRange { first: 1, last: 2, rate: 12.0 };
    document.apply(Edit::SetFrames(frames)).unwrap();
    assert_eq!(stage.compute(&document, 1.0).unwrap(), first);
}
