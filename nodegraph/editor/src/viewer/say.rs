//! Texts on the picture, and in its place.

use eframe::egui::{Align2, Color32, FontId, Painter, Pos2, Rect, vec2};

use crate::compute::NodeState;
use crate::desk::View;
use crate::editor::Scene;
use crate::theme;

/// What is said where there is no picture.
pub(super) fn instead(scene: &Scene<'_>, view: &View) -> (String, Color32) {
    match (scene.compute.state(view.node), scene.compute.trouble(view)) {
        (NodeState::Incomplete(reason), _) => (reason, theme::WEAK),
        (_, Some(trouble)) => (trouble.to_owned(), theme::ERROR),
        (state, None) => waiting(scene, state),
    }
}

/// What is said where a picture may come.
fn waiting(scene: &Scene<'_>, state: NodeState) -> (String, Color32) {
    match state {
        NodeState::Failed(reason) | NodeState::Blocked(reason) => (reason, theme::ERROR),
        NodeState::Computing { what, .. } if !what.is_empty() => (format!("Computing: {what}"), theme::WEAK),
        _ if scene.desk.safe.is_some() => ("Not computed, in safe mode".to_owned(), theme::WEAK),
        _ => ("Computing …".to_owned(), theme::WEAK),
    }
}

/// A text in the middle.
pub(super) fn middle(painter: &Painter, view: Rect, text: &str, color: Color32) {
    let galley = painter.layout(text.to_owned(), FontId::proportional(14.0), color, view.width().min(560.0) - 40.0);
    painter.galley(view.center() - galley.size() / 2.0, galley, color);
}

/// A text on the picture, on a dark ground.
pub(super) fn label(painter: &Painter, at: Pos2, anchor: Align2, text: &str) {
    on_dark(painter, at, anchor, text, FontId::proportional(12.0));
}

pub(super) fn mono(painter: &Painter, at: Pos2, text: &str) -> Rect {
    on_dark(painter, at, Align2::LEFT_TOP, text, FontId::monospace(11.0))
}

fn on_dark(painter: &Painter, at: Pos2, anchor: Align2, text: &str, font: FontId) -> Rect {
    let galley = painter.layout_no_wrap(text.to_owned(), font, theme::TEXT);
    let rect = anchor.anchor_size(at, galley.size() + vec2(12.0, 6.0));
    painter.rect_filled(rect, 3.0, Color32::from_black_alpha(175));
    painter.galley(rect.min + vec2(6.0, 3.0), galley, theme::TEXT);
    rect
}
