//! The tools, and the bar that they stand in.

use eframe::egui::{
    Color32, Painter, Rect, Response, Sense, Shape, Stroke, StrokeKind, Ui, Vec2, WidgetInfo, WidgetType,
    epaint::EllipseShape, pos2, vec2,
};

use crate::action::Action;
use crate::command::Command;
use crate::theme;

/// What a press on the picture does.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) enum Tool {
    /// Sets points.
    #[default]
    Points,
    /// Paints what may change.
    Brush,
    /// Paints what must stay.
    Erase,
    /// Draws an ellipse into the mask.
    Ellipse,
    /// Draws a rectangle into the mask.
    Rectangle,
    /// Draws a polygon into the mask.
    Polygon,
}

/// All tools in their order; a gap in the bar is between the first and the others.
const TOOLS: [(Tool, Action); 6] = [
    (Tool::Points, Action::Points),
    (Tool::Brush, Action::Brush),
    (Tool::Erase, Action::Erase),
    (Tool::Ellipse, Action::Ellipse),
    (Tool::Rectangle, Action::Rectangle),
    (Tool::Polygon, Action::Polygon),
];

/// Side of a tool's button, points.
const SIDE: f32 = 30.0;

impl Tool {
    /// The tool that an action takes, if it takes one.
    pub(super) fn of(action: Action) -> Option<Self> {
        TOOLS.into_iter().find(|(_, taken)| *taken == action).map(|(tool, _)| tool)
    }

    /// Whether it draws masks.
    pub(super) fn paints(self) -> bool {
        self != Self::Points
    }
}

/// Draws the bar.
pub(super) fn bar(ui: &mut Ui, current: Tool, commands: &mut Vec<Command>) {
    ui.spacing_mut().item_spacing.y = 3.0;
    for (tool, action) in TOOLS {
        if button(ui, tool, action, tool == current).clicked() {
            commands.push(Command::Act(action));
        }
        if tool == Tool::Points {
            ui.add_space(8.0);
        }
    }
}

fn button(ui: &mut Ui, tool: Tool, action: Action, is_current: bool) -> Response {
    let entry = action.entry();
    let (rect, response) = ui.allocate_exact_size(Vec2::splat(SIDE), Sense::click());
    response.widget_info(|| WidgetInfo::selected(WidgetType::SelectableLabel, true, is_current, entry.label));
    let fill = match (is_current, response.hovered()) {
        (true, _) => ui.visuals().selection.bg_fill,
        (false, true) => ui.visuals().widgets.hovered.bg_fill,
        (false, false) => Color32::TRANSPARENT,
    };
    ui.painter().rect_filled(rect, 4.0, fill);
    let color = if is_current { Color32::WHITE } else { theme::TEXT };
    icon(ui.painter(), rect.shrink(7.0), tool, color);
    let keys = entry.keys.first().map(|key| format!("  ({})", ui.ctx().format_shortcut(key))).unwrap_or_default();
    response.on_hover_text(format!("{}{keys}\n{}", entry.label, entry.doc))
}

fn icon(painter: &Painter, rect: Rect, tool: Tool, color: Color32) {
    let stroke = Stroke::new(1.6, color);
    let at = |x: f32, y: f32| pos2(rect.left() + x * rect.width(), rect.top() + y * rect.height());
    let side = rect.width();
    match tool {
        Tool::Points => {
            painter.line_segment([at(0.1, 0.9), at(0.72, 0.28)], stroke);
            painter.circle_filled(at(0.12, 0.88), 0.17 * side, theme::HANDLE);
            painter.circle_stroke(at(0.84, 0.16), 0.16 * side, Stroke::new(1.8, theme::TARGET));
        }
        Tool::Brush => {
            painter.line_segment([at(0.95, 0.05), at(0.5, 0.5)], Stroke::new(2.4, color));
            let tip = vec![at(0.58, 0.58), at(0.42, 0.42), at(0.2, 0.6), at(0.02, 0.98), at(0.4, 0.8)];
            painter.add(Shape::convex_polygon(tip, color, Stroke::NONE));
        }
        Tool::Erase => {
            let body = vec![at(0.62, 0.05), at(0.98, 0.41), at(0.5, 0.89), at(0.14, 0.53)];
            painter.add(Shape::closed_line(body, stroke));
            let worn = vec![at(0.14, 0.53), at(0.32, 0.35), at(0.68, 0.71), at(0.5, 0.89)];
            painter.add(Shape::convex_polygon(worn, color, Stroke::NONE));
            painter.line_segment([at(0.3, 0.98), at(0.95, 0.98)], stroke);
        }
        Tool::Ellipse => {
            painter.add(EllipseShape::stroke(rect.center(), vec2(0.5 * side, 0.36 * side), stroke));
        }
        Tool::Rectangle => {
            let rect = Rect::from_center_size(rect.center(), vec2(side, 0.72 * side));
            painter.rect_stroke(rect, 0.0, stroke, StrokeKind::Middle);
        }
        Tool::Polygon => {
            let corners = vec![at(0.05, 0.4), at(0.5, 0.02), at(0.98, 0.32), at(0.72, 0.95), at(0.2, 0.85)];
            for &corner in &corners {
                painter.circle_filled(corner, 1.8, color);
            }
            painter.add(Shape::closed_line(corners, Stroke::new(1.3, color)));
        }
    }
}
