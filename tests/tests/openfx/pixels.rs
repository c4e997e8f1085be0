//! A preset in a host is the preset on the command line, to the bit.

use std::path::PathBuf;
use std::sync::Arc;

use dragfx_engine::Cancel;
use dragfx_graph::eval::{Evaluator, Target};
use dragfx_graph::models::ModelStore;
use dragfx_graph::preset;
use dragfx_graph::registry::Registry;
use dragfx_graph::value::{Image, Transfer, Value};
use dragfx_runtime::{Device, SessionOptions};
use ofx_host::{HostSettings, RenderRequest, RowOrder};

use crate::bundle::{bundle, effect, generator, presets};

/// What `dragfx render` writes for a preset at a frame: the picture at the first of its Write nodes.
fn rendered(file: &str, frame: f64) -> Arc<Image> {
    let path = presets().join(file);
    let document = preset::load(&path, &Registry::standard()).expect("a preset");
    let write = document.nodes().find(|node| node.decl().is_some_and(|decl| decl.id == "write")).expect("a Write node");
    let cache = tempfile::tempdir().expect("a folder");
    let models = bundle().resources.join("models");
    let store = ModelStore::new(cache.path().to_owned(), vec![models], SessionOptions::on(Device::Cpu));
    let evaluator = Evaluator::new(Arc::new(store));
    let wire = document.wires_into(write.id).into_iter().next().expect("a wire to it");
    let target = Target { node: wire.from, output: wire.output, frame };
    let folder: PathBuf = preset::folder(&path);
    match evaluator.evaluate(&document, &folder, &target, &Cancel::default()) {
        Ok(Value::Image(image)) => image,
        other => panic!("{file}: {other:?}"),
    }
}

#[test]
fn a_preset_gives_the_pixels_that_it_gives_without_a_host() {
    let cases = [
        ("one-drag.dragfx", "org.dragfx.preset.one_drag", 1.0),
        ("points-and-mask.dragfx", "org.dragfx.preset.points_and_mask", 1.0),
        ("drag-over-frames.dragfx", "org.dragfx.preset.drag_over_frames", 30.0),
    ];
    let mut wrong = Vec::new();
    for (file, identifier, frame) in cases {
        let expected = rendered(file, frame);
        let plugin = effect(identifier, HostSettings::default());
        let instance = generator(&plugin);
        instance.set("transfer", transfer_of(&expected)).expect("a choice");
        let picture =
            instance.render(&RenderRequest::at(frame)).unwrap_or_else(|error| panic!("{identifier}: {error}"));
        let found: Vec<f32> = picture.to_rgba(RowOrder::TopDown).into_iter().flatten().collect();
        let expected: Vec<f32> = expected.pixels().iter().copied().collect();
        assert_eq!(found.len(), expected.len(), "{identifier}");
        let off = found.iter().zip(&expected).filter(|(a, b)| a.to_bits() != b.to_bits()).count();
        if off > 0 {
            wrong.push(format!("{identifier}: {off} of {} numbers differ", found.len()));
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

/// The choice by which an effect gives colours as the graph has them.
fn transfer_of(image: &Image) -> &'static str {
    match image.transfer() {
        Transfer::Srgb => "sRGB",
        Transfer::Linear => "linear",
    }
}
