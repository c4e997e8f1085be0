//! A graph is built from nothing.

use dragfx_graph::document::{Document, Edit};
use eframe::egui::{Key, Pos2, vec2};

use crate::hand::Hand as _;
use crate::support::{Setting, Window, bundled};

/// An empty document that knows the bundled generator.
fn empty() -> Document {
    let mut document = Document::default();
    let model = Edit::SetModel { name: "animals".to_owned(), model: Some(bundled()) };
    document.apply(model).expect("a model");
    document
}

/// Adds a node by the palette, at a place of the canvas.
fn add(window: &mut Window, at: Pos2, query: &str) {
    window.point(at);
    window.press(Key::Tab);
    window.write(query);
    window.press(Key::Enter);
}

/// The wires of the document, as `latent1.latent > drag1.latent`.
fn wires(document: &Document) -> Vec<String> {
    let name = |id| document.node(id).map_or_else(String::new, |node| node.name.clone());
    let wires = document.all_wires();
    wires.map(|wire| format!("{}.{} > {}.{}", name(wire.from), wire.output, name(wire.to), wire.input)).collect()
}

#[test]
fn from_an_empty_canvas_to_a_drag_that_is_blended_and_written() {
    let mut window = Setting { document: Some(empty()), ..Setting::default() }.open();
    // More room for the graph.
    let edge = window.find("Graph").center_top();
    window.drag(edge, edge - vec2(0.0, 120.0));
    let graph = window.find("Graph");
    let place = |x: f32, y: f32| graph.min + graph.size() * vec2(x, y);

    // What is added behind a selected node is wired to it.
    add(&mut window, place(0.08, 0.2), "latent");
    add(&mut window, place(0.3, 0.2), "generate");
    assert_eq!(wires(window.state().document()), ["latent1.latent > generate1.latent"]);

    // Alone, and then wired by hand.
    window.click(place(0.2, 0.95));
    add(&mut window, place(0.3, 0.65), "drag");
    window.click(place(0.2, 0.95));
    add(&mut window, place(0.08, 0.75), "points");
    let (latent, drag) = (window.find("latent1 output latent").center(), window.find("drag1 input latent").center());
    window.drag(latent, drag);
    let (points, drag) = (window.find("points1 output points").center(), window.find("drag1 input points").center());
    window.drag(points, drag);

    window.click(place(0.2, 0.95));
    add(&mut window, place(0.62, 0.4), "blend");
    for (output, input) in
        [("generate1 output image", "blend1 input source"), ("drag1 output image", "blend1 input result")]
    {
        let (from, to) = (window.find(output).center(), window.find(input).center());
        window.drag(from, to);
    }

    // A wire that is dropped on nothing offers what it fits.
    let blend = window.find("blend1 output image").center();
    window.drag(blend, place(0.8, 0.3));
    window.write("write");
    window.press(Key::Enter);
    let expected = [
        "latent1.latent > generate1.latent",
        "latent1.latent > drag1.latent",
        "points1.points > drag1.points",
        "drag1.image > blend1.result",
        "generate1.image > blend1.source",
        "blend1.image > write1.image",
    ];
    let mut found = wires(window.state().document());
    found.sort();
    let mut wanted: Vec<String> = expected.map(str::to_owned).to_vec();
    wanted.sort();
    assert_eq!(found, wanted);

    // The new node is selected: a number key shows it, with a picture that was computed through all of it.
    window.point(place(0.8, 0.9));
    window.press(Key::Num1);
    window.settle();
    let picture = window.picture();
    let middle = window.find("Picture").center();
    let colors: std::collections::BTreeSet<_> =
        (-40..40).map(|x| picture.get_pixel((middle.x as i32 + x) as u32, middle.y as u32).0).collect();
    assert!(colors.len() > 20, "a picture of many colours: {}", colors.len());
    let left: Vec<_> = std::iter::from_fn(|| {
        window.press_with(eframe::egui::Modifiers::COMMAND, Key::Z);
        let count = window.state().document().len() + wires(window.state().document()).len();
        (count > 0).then_some(count)
    })
    .take(40)
    .collect();
    assert!(left.len() < 40, "undo takes everything back: {left:?}");
}
