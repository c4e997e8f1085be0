//! A line of a panel: a label, a control, and marks at its end, in columns that stand below each other.

use eframe::egui::collapsing_header::{CollapsingState, paint_default_icon};
use eframe::egui::{
    Align, Align2, Button, Color32, Label, Layout, Response, RichText, Sense, Shape, Stroke, StrokeKind, TextStyle, Ui,
    WidgetInfo, WidgetType, pos2, vec2,
};

use super::setting::Keyed;
use crate::theme;

/// Width of a mark at the end of a line.
const MARK: f32 = 16.0;

/// Draws a line; `control` has the width between the label and room for so many marks, which `marks` draws.
pub(crate) fn row<R>(
    ui: &mut Ui,
    label: impl FnOnce(&mut Ui) -> Response,
    control: impl FnOnce(&mut Ui, Response) -> R,
    marks: usize,
    end: impl FnOnce(&mut Ui),
) -> R {
    let gap = ui.spacing().item_spacing.x;
    let whole = ui.available_width();
    let left = (whole * 0.34).clamp(80.0, 150.0);
    let right = if marks == 0 { 0.0 } else { gap + marks as f32 * (MARK + 2.0) };
    let height = ui.spacing().interact_size.y;
    ui.horizontal_top(|ui| {
        let label = ui.allocate_ui_with_layout(vec2(left, height), Layout::left_to_right(Align::Center), |ui| {
            ui.set_min_width(left);
            label(ui)
        });
        let middle = (whole - left - right - gap).max(60.0);
        let control = ui.allocate_ui_with_layout(vec2(middle, height), Layout::top_down(Align::LEFT), |ui| {
            ui.set_width(middle);
            control(ui, label.inner)
        });
        ui.spacing_mut().item_spacing.x = 2.0;
        end(ui);
        control.inner
    })
    .inner
}

/// A line without marks.
pub(crate) fn plain<R>(ui: &mut Ui, label: &str, control: impl FnOnce(&mut Ui, Response) -> R) -> R {
    row(ui, |ui| ui.add(Label::new(RichText::new(label).color(theme::WEAK)).truncate()), control, 0, |_| ())
}

/// A part of the panel under a heading; a click on that folds it.
pub(crate) fn section(ui: &mut Ui, title: &str, is_open: bool, content: impl FnOnce(&mut Ui)) {
    let id = ui.make_persistent_id(title);
    let mut state = CollapsingState::load_with_default_open(ui.ctx(), id, is_open);
    ui.add_space(4.0);
    let size = vec2(ui.available_width(), ui.spacing().interact_size.y);
    let (rect, header) = ui.allocate_exact_size(size, Sense::click());
    header.widget_info(|| WidgetInfo::selected(WidgetType::CollapsingHeader, true, state.is_open(), title));
    if header.clicked() {
        state.toggle(ui);
    }
    let fill = if header.hovered() { theme::GRIP } else { theme::BAR };
    ui.painter().rect_filled(rect, 3.0, fill);
    if header.has_focus() {
        ui.painter().rect_stroke(rect, 3.0, Stroke::new(1.0, theme::ACCENT), StrokeKind::Inside);
    }
    let icon = rect.with_max_x(rect.left() + rect.height());
    let icon = header.clone().with_new_rect(icon.shrink(6.0));
    paint_default_icon(ui, state.openness(ui.ctx()), &icon);
    let at = pos2(rect.left() + 24.0, rect.center().y);
    ui.painter().text(at, Align2::LEFT_CENTER, title, TextStyle::Body.resolve(ui.style()), theme::TEXT);
    state.show_body_unindented(ui, content);
}

/// A button that gives a parameter its default back.
pub(crate) fn reset(ui: &mut Ui, name: &str, can: bool) -> bool {
    let Some((response, color)) = mark(ui, &format!("Reset {name}"), can) else { return false };
    let center = response.rect.center();
    let turn = |step: i32| {
        let angle = (-150.0 + 9.0 * f64::from(step)).to_radians() as f32;
        center + 4.5 * vec2(angle.cos(), angle.sin())
    };
    let arc: Vec<_> = (0..=30).map(turn).collect();
    let start = arc[0];
    ui.painter().add(Shape::line(arc, Stroke::new(1.5, color)));
    let head = vec![start + vec2(-3.0, -2.0), start + vec2(3.6, -1.2), start + vec2(-0.6, 4.0)];
    ui.painter().add(Shape::convex_polygon(head, color, Stroke::NONE));
    response.on_hover_text("Back to the default").clicked()
}

/// A diamond: hollow for what has no keyframes, half for keyframes elsewhere, full for one here.
pub(crate) fn diamond(ui: &mut Ui, name: &str, keyed: Keyed) -> bool {
    let Some((response, color)) = mark(ui, &format!("Keyframe of {name}"), true) else { return false };
    let (center, size) = (response.rect.center(), 4.5);
    let color = if keyed == Keyed::No { color } else { theme::KEYED };
    let corners = [vec2(0.0, -size), vec2(size, 0.0), vec2(0.0, size), vec2(-size, 0.0)].map(|way| center + way);
    let fill = if keyed == Keyed::Here { color } else { Color32::TRANSPARENT };
    ui.painter().add(Shape::convex_polygon(corners.to_vec(), fill, Stroke::new(1.2, color)));
    if keyed == Keyed::Elsewhere {
        let half = vec![corners[0], pos2(center.x, center.y + size), corners[3]];
        ui.painter().add(Shape::convex_polygon(half, color, Stroke::NONE));
    }
    let meaning = match keyed {
        Keyed::No => "Set a keyframe",
        Keyed::Elsewhere => "Has keyframes; set one at this frame",
        Keyed::Here => "Delete the keyframe at this frame",
    };
    response.on_hover_text(meaning).clicked()
}

/// The room of a mark; nothing where it means nothing.
fn mark(ui: &mut Ui, name: &str, can: bool) -> Option<(Response, Color32)> {
    let height = ui.spacing().interact_size.y;
    let sense = if can { Sense::click() } else { Sense::hover() };
    let (_, response) = ui.allocate_exact_size(vec2(MARK, height), sense);
    if !can {
        return None;
    }
    response.widget_info(|| WidgetInfo::labeled(WidgetType::Button, true, name));
    if response.has_focus() {
        ui.painter().rect_stroke(response.rect, 2.0, Stroke::new(1.0, theme::ACCENT), StrokeKind::Inside);
    }
    let color = if response.hovered() { Color32::WHITE } else { theme::WEAK };
    Some((response, color))
}

/// A small button at the end of a line, as wide as a mark.
pub(crate) fn small_button(ui: &mut Ui, sign: &str, name: &str, can: bool) -> bool {
    let height = ui.spacing().interact_size.y;
    let response =
        ui.add_enabled(can, Button::new(RichText::new(sign).size(15.0)).frame(false).min_size(vec2(MARK, height)));
    response.widget_info(|| WidgetInfo::labeled(WidgetType::Button, can, name));
    response.on_hover_text(name).clicked()
}
