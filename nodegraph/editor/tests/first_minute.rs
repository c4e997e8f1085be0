//! The first minute: a new window, a point that is pulled, a picture that moves, and on from there.

mod support;

use dragfx_graph::document::{Document, Node};
use eframe::egui::{Key, Modifiers, Pos2, vec2};
use egui_kittest::kittest::Queryable as _;
use image::RgbaImage;
use support::{Window, first_window};

/// Presses at a place, pulls to another one and lets go.
fn pull(window: &mut Window, from: Pos2, to: Pos2) {
    window.hover_at(from);
    window.step();
    window.drag_at(from);
    window.step();
    for part in [0.3, 0.6, 1.0] {
        window.hover_at(from + (to - from) * part);
        window.step();
    }
    window.drop_at(to);
    window.step();
    window.settle();
}

/// What the viewer shows, without what is written on it.
fn middle(window: &mut Window) -> RgbaImage {
    let rect = window.get_by_label("Picture").rect();
    let (center, side) = (rect.center(), rect.height() / 3.0);
    let corner = center - vec2(side, side);
    let picture = window.picture();
    let [x, y, side] = [corner.x, corner.y, 2.0 * side].map(|points| points as u32);
    image::imageops::crop_imm(&picture, x, y, side, side).to_image()
}

fn changed(a: &RgbaImage, b: &RgbaImage) -> usize {
    let apart =
        |(a, b): (&image::Rgba<u8>, &image::Rgba<u8>)| (0..3).any(|channel| a[channel].abs_diff(b[channel]) > 8);
    a.pixels().zip(b.pixels()).filter(|pair| apart(*pair)).count()
}

fn drags(document: &Document) -> Vec<&Node> {
    document.nodes().filter(|node| node.type_id() == "drag").collect()
}

#[test]
fn a_point_is_pulled_and_the_picture_moves() {
    let mut window = first_window();
    let before = middle(&mut window);
    let center = window.get_by_label("Picture").rect().center();
    pull(&mut window, center + vec2(-20.0, -30.0), center + vec2(25.0, 15.0));
    assert!(window.query_by_label("Handle 1").is_some() && window.query_by_label("Target 1").is_some());
    window.key_press(Key::Space);
    window.wait_for("some steps", |window| {
        (4..60).any(|step| window.query_by_label_contains(&format!("step {step} ")).is_some())
    });
    window.key_press(Key::Space);
    window.settle();
    let after = middle(&mut window);
    assert!(changed(&before, &after) > 500, "{} pixels are others", changed(&before, &after));

    // The document asks for just what is seen.
    let steps = drags(window.state().document())[0].params_at(1.0).size("max_steps");
    assert!(steps >= 4, "{steps}");
    assert!(window.query_by_label_contains(&format!("step {steps} of {steps}")).is_some());

    // From the middle of the way another point goes on.
    window.key_press(Key::ArrowLeft);
    window.settle();
    pull(&mut window, center + vec2(40.0, 60.0), center + vec2(60.0, 60.0));
    assert_eq!(drags(window.state().document()).len(), 2);
    window.key_press_modifiers(Modifiers::COMMAND, Key::Z);
    window.settle();
    assert_eq!(drags(window.state().document()).len(), 1);

    // And back to the beginning, at once.
    window.key_press(Key::Home);
    window.settle();
    let start = middle(&mut window);
    window.key_press(Key::End);
    window.settle();
    assert!(changed(&start, &after) > 500, "the start is not the end");
}
