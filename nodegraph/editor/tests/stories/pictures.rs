//! What the window looks like in its main states, compared with reference pictures at one and at two pixels a point.
//!
//! The guide shows them. `UPDATE_SNAPSHOTS=1` writes those that have changed.

use dragfx_editor::starter;
use dragfx_graph::document::{Document, Edit, NodeId};
use dragfx_graph::models::ModelRef;
use dragfx_graph::param::{Param, ParamValue};
use dragfx_graph::registry::Registry;
use eframe::egui::{Key, Modifiers, vec2};
use egui_kittest::SnapshotResults;

use crate::hand::Hand as _;
use crate::support::{Setting, Tolerance, Window, bundled};

/// Where nothing is computed but the window itself.
const STILL: Tolerance = Tolerance { difference: 0.6, pixels: 20 };
/// Where a generator paints: another processor rounds otherwise.
const PAINTED: Tolerance = Tolerance { difference: 40.0, pixels: 300 };
/// Where a drag was computed: other last digits become other steps, other numbers in the text, and other pixels along edges.
const DRAGGED: Tolerance = Tolerance { difference: 1000.0, pixels: 600 };

/// Opens a window at both scales, does `work` in it and compares what it shows.
fn state(name: &str, tolerance: Tolerance, document: Option<Document>, work: impl Fn(&mut Window)) {
    let mut results = SnapshotResults::new();
    for scale in [1, 2] {
        let (document, scale_of) = (document.clone(), Some(scale as f32));
        let mut window = Setting { document, scale: scale_of, ..Setting::default() }.open();
        work(&mut window);
        window.settle();
        let pixels = tolerance.pixels * scale * scale;
        results.extend(window.compare(&format!("{name}@{scale}x"), Tolerance { pixels, ..tolerance }));
    }
}

fn insert(document: &mut Document, kind: &str, position: [f64; 2]) -> NodeId {
    let registry = Registry::standard();
    let mut node = document.new_node(registry.get(kind).expect("a standard node").clone());
    node.position = position;
    let id = node.id;
    document.apply(Edit::Insert(Box::new(node))).expect("a new node fits");
    id
}

fn wire(document: &mut Document, from: NodeId, output: &str, to: NodeId, input: &str) {
    for edit in document.connection(from, output, to, input) {
        document.apply(edit).expect("the wire fits");
    }
}

/// A face whose picture goes through rows of nodes.
fn large(count: usize) -> Document {
    const COLUMNS: usize = 20;
    let mut document = Document::default();
    let model = Edit::SetModel { name: "animals".to_owned(), model: Some(bundled()) };
    document.apply(model).expect("a model");
    let place = |index: usize| [(index % COLUMNS) as f64 * 220.0, (index / COLUMNS) as f64 * 230.0];
    let latent = insert(&mut document, "latent", place(0));
    let mut last = insert(&mut document, "generate", place(1));
    wire(&mut document, latent, "latent", last, "latent");
    for index in 2..count {
        let kind = ["transform", "blend"][usize::from(index % 5 == 4)];
        let node = insert(&mut document, kind, place(index));
        wire(&mut document, last, "image", node, if kind == "blend" { "source" } else { "image" });
        if kind == "blend" {
            wire(&mut document, last, "image", node, "result");
        }
        last = node;
    }
    document
}

#[test]
fn empty() {
    state("empty", STILL, Some(Document::default()), |_| {});
}

#[test]
fn first() {
    state("first", PAINTED, None, |_| {});
}

#[test]
fn dragging() {
    let mut document = starter(&Registry::standard(), bundled());
    let node = document.by_name("drag1").expect("the first document has a drag").id;
    let steps = Some(Param::Constant(ParamValue::Int(60)));
    document.apply(Edit::SetParam { node, param: "max_steps".to_owned(), value: steps }).expect("steps");
    state("dragging", DRAGGED, Some(document), |window| {
        let picture = window.find("Picture");
        let at = |x: f32, y: f32| picture.center() + vec2(x, y) * picture.height();
        window.drag(at(-0.088, 0.123), at(0.01, 0.11));
        window.drag(at(0.12, -0.25), at(0.16, -0.36));
        window.press(Key::Space);
        window.settle();
        let scrubber = window.find("Step");
        window.click(scrubber.center() + vec2(0.2 * scrubber.width(), 0.0));
    });
}

#[test]
fn mask() {
    state("mask", PAINTED, None, |window| {
        let picture = window.find("Picture");
        let at = |x: f32, y: f32| picture.center() + vec2(x, y) * picture.height();
        window.drag(at(0.0, 0.19), at(0.1, 0.26));
        let ellipse = window.find("Ellipse").center();
        window.click(ellipse);
        window.drag(at(-0.28, -0.3), at(0.28, 0.4));
        window.point(at(0.1, 0.1));
    });
}

#[test]
fn error() {
    let mut document = Document::default();
    let gone = ModelRef { file: "portraits.pkl".to_owned(), blake3: Some("7".repeat(64)), path: None };
    document.apply(Edit::SetModel { name: "portraits".to_owned(), model: Some(gone) }).expect("a model");
    let latent = insert(&mut document, "latent", [0.0, 0.0]);
    let generate = insert(&mut document, "generate", [220.0, 0.0]);
    let blend = insert(&mut document, "blend", [440.0, 60.0]);
    let mask = insert(&mut document, "mask", [220.0, 190.0]);
    wire(&mut document, latent, "latent", generate, "latent");
    wire(&mut document, generate, "image", blend, "source");
    wire(&mut document, mask, "mask", blend, "mask");
    state("error", STILL, Some(document), |window| {
        let node = window.find("generate1 node").center();
        window.click(node);
        window.press(Key::Num1);
        let corner = window.find("Graph").right_bottom();
        window.point(corner - vec2(20.0, 20.0));
    });
}

#[test]
fn two_hundred_nodes() {
    state("large", PAINTED, Some(large(200)), |window| {
        let graph = window.find("Graph").center();
        window.point(graph);
        window.press_with(Modifiers::NONE, Key::Num1);
    });
}
