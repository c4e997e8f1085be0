//! The row below the picture: starting and stopping the drag, and going through its steps.

use eframe::egui::{
    Align, Button, Color32, CursorIcon, Layout, Painter, Pos2, Rect, RichText, Sense, Shape, Stroke, Ui, Vec2,
    WidgetInfo, pos2, vec2,
};

use super::standing::{Phase, Standing};
use crate::action::Action;
use crate::command::Command;
use crate::theme;

/// Height of the track, points.
const HEIGHT: f32 = 30.0;
/// Room at both ends of the track, so that the marker is never cut off.
const END: f32 = 6.0;

/// What somebody wants of the steps.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) enum Scrub {
    /// The marker was taken.
    Begin,
    /// To a step.
    To(usize),
    /// The marker was let go.
    End,
}

/// Draws the row; gives what is wanted of the steps.
pub(super) fn show(ui: &mut Ui, standing: &Standing, is_playing: bool, commands: &mut Vec<Command>) -> Vec<Scrub> {
    let mut wanted = Vec::new();
    ui.horizontal(|ui| {
        ui.set_min_height(HEIGHT);
        let running = standing.phase == Phase::Running;
        let (label, color) = if running { ("⏹  Stop", theme::ERROR) } else { ("▶  Drag", theme::ACCENT) };
        let can = running || standing.points.iter().any(|point| point.enabled);
        let text = RichText::new(label).color(if can { color } else { theme::WEAK }).strong();
        let button = Button::new(text).min_size(vec2(76.0, 24.0));
        let entry = Action::Drag.entry();
        let hint = format!("{} ({})", entry.doc, ui.ctx().format_shortcut(&entry.keys[0]));
        if ui.add_enabled(can, button).on_hover_text(&hint).on_disabled_hover_text("Set a point first.").clicked() {
            commands.push(Command::Act(Action::Drag));
        }
        ui.with_layout(Layout::right_to_left(Align::Center), |ui| {
            if standing.steps == 0 || running {
                let text = if running { standing.line() } else { String::new() };
                ui.label(RichText::new(text).color(theme::TEXT));
                if running {
                    track(ui, standing, false);
                }
                return;
            }
            for (action, label) in [(Action::GoOn, "Go on from here")] {
                if ui.button(label).on_hover_text(action.entry().doc).clicked() {
                    commands.push(Command::Act(action));
                }
            }
            ui.label(RichText::new(standing.line()).color(theme::TEXT));
            let (label, name) = if is_playing { ("⏸", "Pause") } else { ("▶", "Play steps") };
            ui.with_layout(Layout::left_to_right(Align::Center), |ui| {
                let play = ui.add(Button::new(label).min_size(vec2(26.0, 24.0)));
                play.widget_info(|| WidgetInfo::labeled(eframe::egui::WidgetType::Button, true, name));
                if play.on_hover_text(Action::PlaySteps.entry().doc).clicked() {
                    commands.push(Command::Act(Action::PlaySteps));
                }
                wanted = track(ui, standing, true);
            });
        });
    });
    wanted
}

/// The steps as a line with the loss over them.
fn track(ui: &mut Ui, standing: &Standing, can_scrub: bool) -> Vec<Scrub> {
    let size = vec2(ui.available_width(), HEIGHT);
    let sense = if can_scrub { Sense::click_and_drag() } else { Sense::hover() };
    let (rect, response) = ui.allocate_exact_size(size, sense);
    let step = standing.whole_step();
    response.widget_info(|| WidgetInfo::slider(can_scrub, step as f64, "Step"));
    let line = rect.shrink2(vec2(END, 0.0));
    let steps = standing.steps.max(1) as f32;
    paint(ui.painter(), rect, line, standing);
    let at = |x: f32| ((x - line.left()) / line.width() * steps).round().clamp(0.0, steps) as usize;
    let mut wanted = Vec::new();
    if response.drag_started() {
        wanted.push(Scrub::Begin);
    }
    if (response.dragged() || response.clicked())
        && let Some(pointer) = response.interact_pointer_pos()
        && at(pointer.x) as f64 != standing.step
    {
        wanted.push(Scrub::To(at(pointer.x)));
    }
    if response.drag_stopped() {
        wanted.push(Scrub::End);
    }
    if can_scrub {
        let hovered = response.hover_pos().map(|pointer| at(pointer.x));
        let response = response.on_hover_cursor(CursorIcon::ResizeHorizontal);
        if let Some(step) = hovered {
            let loss = step.checked_sub(1).and_then(|step| standing.losses.get(step));
            let loss = loss.map(|loss| format!(", loss {loss:.4}")).unwrap_or_default();
            response.on_hover_text_at_pointer(format!("Step {step}{loss}"));
        }
    }
    wanted
}

fn paint(painter: &Painter, rect: Rect, line: Rect, standing: &Standing) {
    let steps = standing.steps.max(1) as f32;
    let x = |step: f32| line.left() + line.width() * step / steps;
    let shown = x(standing.step as f32);
    painter.rect_filled(rect, 3.0, theme::WELL);
    let done = Rect::from_min_max(rect.min, pos2(shown, rect.bottom()));
    painter.rect_filled(done, 3.0, theme::ACCENT.gamma_multiply(0.16));
    let most = standing.losses.iter().copied().fold(f64::MIN_POSITIVE, f64::max);
    // A point of the screen needs no more than one value.
    let stride = (standing.losses.len() / (line.width().max(1.0) as usize)).max(1);
    let curve: Vec<Pos2> = (0..standing.losses.len())
        .step_by(stride)
        .map(|index| {
            let part = (standing.losses[index] / most) as f32;
            pos2(x(index as f32 + 1.0), rect.bottom() - 3.0 - part * (rect.height() - 6.0))
        })
        .collect();
    painter.add(Shape::line(curve, Stroke::new(1.2, theme::WEAK)));
    painter.vline(shown, rect.y_range(), Stroke::new(2.0, theme::ACCENT));
    let grip = Rect::from_center_size(pos2(shown, rect.center().y), Vec2::new(7.0, 14.0));
    painter.rect(
        grip,
        2.0,
        theme::ACCENT,
        Stroke::new(1.0, Color32::from_black_alpha(160)),
        eframe::egui::StrokeKind::Outside,
    );
}
