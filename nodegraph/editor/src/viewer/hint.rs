//! The line that says what can be done next.

use eframe::egui::{Align2, Color32, FontId, Painter, Rect, vec2};

use super::standing::{Phase, Standing};
use super::tools::Tool;

/// What to do next; nothing where people know.
pub(super) fn next(tool: Tool, standing: Option<&Standing>, is_aiming: bool) -> Option<String> {
    let text = match tool {
        Tool::Points if is_aiming => "Let go where it should be",
        Tool::Points => return standing.and_then(points),
        Tool::Brush => "Paint what may change; the rest stays",
        Tool::Erase => "Paint what must stay",
        Tool::Ellipse | Tool::Rectangle => "Pull from corner to corner: Shift for equal sides, Ctrl to take away",
        Tool::Polygon => "Click corners: Enter or the first corner closes it, Escape drops it",
    };
    Some(text.to_owned())
}

fn points(standing: &Standing) -> Option<String> {
    let steps = standing.steps;
    Some(match standing.phase {
        Phase::Empty => "Drag a point: press on something in the picture and pull it to where it should be".to_owned(),
        Phase::Aiming => "Now pull the blue target to where the point should be".to_owned(),
        Phase::Ready => "Press Space to drag".to_owned(),
        Phase::Running => "Dragging: Space stops".to_owned(),
        // Somebody goes through the steps.
        Phase::Arrived | Phase::Ended if standing.whole_step() < steps => return None,
        Phase::Arrived if steps == 0 => "The points are where they should be: pull a target to drag".to_owned(),
        Phase::Arrived => format!("Arrived after {steps} steps: scrub below, or pull a point to go on"),
        Phase::Ended => format!("{steps} steps, {:.1} px left: Space goes on, or pull a point", standing.left),
    })
}

/// A text on the picture, near the lower edge of `view`.
pub(super) fn draw(painter: &Painter, view: Rect, text: &str) {
    let at = view.center_bottom() - vec2(0.0, 14.0);
    let galley = painter.layout(text.to_owned(), FontId::proportional(13.0), Color32::WHITE, view.width() - 60.0);
    let rect = Align2::CENTER_BOTTOM.anchor_size(at, galley.size() + vec2(24.0, 10.0));
    painter.rect_filled(rect, rect.height() / 2.0, Color32::from_black_alpha(185));
    painter.galley(rect.center() - galley.size() / 2.0, galley, Color32::WHITE);
}
