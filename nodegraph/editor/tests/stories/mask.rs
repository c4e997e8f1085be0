//! A mask is painted, a stroke is taken back, and the rest is erased in part.

use dragfx_graph::document::Document;
use dragfx_graph::shape::{Outline, Shape, ShapeOp};
use eframe::egui::{Key, Modifiers, Pos2, vec2};
use egui_kittest::kittest::Queryable as _;

use crate::hand::Hand as _;
use crate::support::{Window, first_window};

const CTRL: Modifiers = Modifiers::COMMAND;

/// The shapes of the document's mask, if it has one.
fn shapes(document: &Document) -> Option<Vec<Shape>> {
    document.by_name("mask1").map(|mask| mask.params_at(1.0).shapes("shapes").to_vec())
}

fn strokes(window: &Window) -> Vec<(usize, ShapeOp)> {
    let points = |outline: &Outline| if let Outline::Stroke { points, .. } = outline { points.len() } else { 0 };
    let shapes = shapes(window.state().document()).unwrap_or_default();
    shapes.iter().map(|shape| (points(&shape.outline), shape.op)).collect()
}

#[test]
fn a_mask_is_painted_and_undone_stroke_by_stroke() {
    let mut window = first_window();
    let picture = window.find("Picture");
    let at = |x: f32, y: f32| -> Pos2 { picture.center() + vec2(x, y) * picture.height() };
    window.drag(at(0.0, 0.19), at(0.1, 0.26));

    let brush = window.find("Brush").center();
    window.click(brush);
    let larger = window.find("Picture").center();
    window.point(larger);
    window.drag(at(-0.2, 0.1), at(0.2, 0.1));
    window.drag(at(-0.2, 0.25), at(0.2, 0.25));
    window.settle();
    let painted = strokes(&window);
    assert_eq!(painted.len(), 2);
    assert!(painted.iter().all(|(points, op)| *points >= 2 && *op == ShapeOp::Add), "{painted:?}");
    assert!(window.query_by_label("stays").is_none(), "what is painted on the picture is no label");

    let eraser = window.find("Eraser").center();
    window.click(eraser);
    window.drag(at(0.1, 0.1), at(0.2, 0.1));
    window.settle();
    assert_eq!(strokes(&window).last().map(|(_, op)| *op), Some(ShapeOp::Subtract));

    // One step for each stroke, and the first one takes the node with it.
    for left in [Some(2), Some(1), None] {
        window.press_with(CTRL, Key::Z);
        window.settle();
        assert_eq!(shapes(window.state().document()).map(|shapes| shapes.len()), left);
    }
    assert!(window.state().document().by_name("drag1").is_some(), "the drag is still there");
    for _ in 0..3 {
        window.press_with(CTRL | Modifiers::SHIFT, Key::Z);
    }
    window.settle();
    assert_eq!(strokes(&window).len(), 3);
}
