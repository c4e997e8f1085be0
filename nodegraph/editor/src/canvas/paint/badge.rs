//! What a node is at, as a sign in its title, and in words.

use eframe::egui::{Align2, Color32, Pos2, Shape, Stroke, Ui, Vec2, vec2};

use super::{Drawn, text};
use crate::compute::NodeState;
use crate::theme;

/// What is there.
const CACHED: Color32 = Color32::from_rgb(104, 204, 132);

/// Draws the sign around a place; says whether there is one.
pub(super) fn show(ui: &Ui, drawn: &Drawn, at: Pos2) -> bool {
    let (painter, scale) = (ui.painter(), drawn.zoom);
    if drawn.card.missing.is_some() {
        text(ui, at, Align2::CENTER_CENTER, "?", (13.0, scale), theme::WEAK, 99.0, 1);
        return true;
    }
    match &drawn.state {
        NodeState::Unknown => return false,
        NodeState::Cached => {
            painter.circle_filled(at, 3.0 * scale, CACHED);
        }
        NodeState::Stale | NodeState::Incomplete(_) => {
            painter.circle_stroke(at, 3.0 * scale, Stroke::new(1.4 * scale, theme::WEAK));
        }
        NodeState::Waiting => {
            let corner = |x: f32, y: f32| at + vec2(x, y) * scale;
            let triangle = vec![corner(-3.0, -4.0), corner(4.0, 0.0), corner(-3.0, 4.0)];
            painter.add(Shape::convex_polygon(triangle, theme::ACCENT, Stroke::NONE));
        }
        NodeState::Computing { done, .. } => {
            painter.circle_stroke(at, 4.5 * scale, Stroke::new(1.5 * scale, Color32::from_black_alpha(110)));
            let end = (done.clamp(0.02, 1.0) * 24.0).ceil() as usize;
            let angle = |part: usize| (part as f32 / 24.0 - 0.25) * std::f32::consts::TAU;
            let arc = (0..=end).map(|part| at + Vec2::angled(angle(part)) * 4.5 * scale).collect();
            painter.add(Shape::line(arc, Stroke::new(2.0 * scale, theme::ACCENT)));
        }
        NodeState::Blocked(_) => {
            painter.circle_stroke(at, 3.0 * scale, Stroke::new(1.6 * scale, theme::ERROR));
        }
        NodeState::Failed(_) => {
            painter.circle_filled(at, 5.5 * scale, theme::ERROR);
            text(ui, at, Align2::CENTER_CENTER, "!", (10.0, scale), Color32::BLACK, 99.0, 1);
        }
    }
    true
}

/// What a node is at, in words; empty where there is nothing to say.
pub(in crate::canvas) fn words(state: &NodeState) -> String {
    match state {
        NodeState::Unknown => String::new(),
        NodeState::Cached => "Computed.".to_owned(),
        NodeState::Stale => "Not computed yet.".to_owned(),
        NodeState::Waiting => "Waits for a drag: set points, then Space starts it.".to_owned(),
        NodeState::Computing { done, what } if what.is_empty() => format!("{:.0} % done", 100.0 * done),
        NodeState::Computing { done, what } => format!("{what}: {:.0} % done", 100.0 * done),
        NodeState::Incomplete(message) | NodeState::Blocked(message) | NodeState::Failed(message) => message.clone(),
    }
}
