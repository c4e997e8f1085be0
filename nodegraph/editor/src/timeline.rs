//! The timeline: the range of frames, the frame that is shown, keyframes, and playing.

mod keys;
mod play;
mod ruler;

use dragfx_graph::curve::Interpolation;
use dragfx_graph::document::{Edit, FrameRange};
use eframe::egui::{
    self, Align, Button, CursorIcon, DragValue, Layout, Rect, RichText, Sense, Ui, WidgetInfo, WidgetType, vec2,
};

use crate::action::{Action, keys_text};
use crate::command::Command;
use crate::editor::Scene;
use crate::inspector::{Drafts, Form, Presence};
use crate::theme;

use keys::Mark;
use play::Player;
use ruler::Ruler;

/// What the timeline remembers from frame to frame.
#[derive(Default)]
pub(crate) struct Timeline {
    drafts: Drafts,
    presence: Presence,
    player: Player,
    /// The mark that is dragged, and the frame that it is over.
    dragged: Option<(Mark, i64)>,
}

/// Height of the ruler.
const RULER: f32 = 38.0;

impl Timeline {
    /// Draws it.
    pub(crate) fn show(&mut self, ui: &mut Ui, scene: &Scene<'_>, commands: &mut Vec<Command>) {
        self.drafts.begin();
        let frames = scene.session.document().frames();
        ui.add_space(3.0);
        if frames.last > frames.first {
            self.play(ui, scene, frames, commands);
            self.ruler(ui, scene, frames, commands);
        } else {
            self.player.stop();
        }
        self.bar(ui, scene, frames, commands);
        ui.add_space(1.0);
        self.drafts.end(ui, commands);
    }

    /// Does what a key or a menu wants of it.
    pub(crate) fn act(&mut self, action: Action, scene: &Scene<'_>, commands: &mut Vec<Command>) {
        let (document, frame) = (scene.session.document(), scene.desk.frame);
        let frames = document.frames();
        let marks = || keys::marks(document, &scene.desk.selection);
        let frame = match action {
            Action::PreviousFrame => Some(frame - 1),
            Action::NextFrame => Some(frame + 1),
            Action::FirstFrame => Some(frames.first),
            Action::LastFrame => Some(frames.last),
            Action::PreviousKey => keys::beside(&marks(), frame, false),
            Action::NextKey => keys::beside(&marks(), frame, true),
            Action::DeleteKeys => {
                if let Some(mark) = marks().into_iter().find(|mark| mark.frame == frame as f64) {
                    change("Delete", &mark, keys::deleted(document, &mark), commands);
                }
                None
            }
            _ => None,
        };
        commands.extend(frame.map(|frame| Command::Frame(frame.clamp(frames.first, frames.last))));
    }

    fn play(&mut self, ui: &Ui, scene: &Scene<'_>, frames: FrameRange, commands: &mut Vec<Command>) {
        if !scene.desk.is_playing {
            self.player.stop();
            return;
        }
        let now = ui.input(|input| input.time);
        let is_ready = !scene.compute.is_busy();
        let turn = self.player.play(now, frames, scene.desk.frame, is_ready, scene.desk.real_time);
        commands.extend(turn.frame.map(Command::Frame));
        ui.ctx().request_repaint_after(std::time::Duration::from_secs_f64(turn.wait.max(0.0)));
    }

    fn ruler(&mut self, ui: &mut Ui, scene: &Scene<'_>, frames: FrameRange, commands: &mut Vec<Command>) {
        let size = vec2(ui.available_width(), RULER);
        let (rect, response) = ui.allocate_exact_size(size, Sense::click_and_drag());
        let name = format!("Frames {} to {}", frames.first, frames.last);
        response.widget_info(|| WidgetInfo::slider(true, scene.desk.frame as f64, &name));
        let ruler = Ruler::new(rect, frames);
        let marks = keys::marks(scene.session.document(), &scene.desk.selection);
        if let Some(pointer) = response.interact_pointer_pos()
            && self.dragged.is_none()
            && ui.input(|input| input.pointer.primary_down())
        {
            commands.push(Command::Frame(ruler.frame(pointer.x)));
        }
        let painter = ui.painter_at(rect);
        ruler.draw(&painter);
        ruler.cursor(&painter, scene.desk.frame);
        for mark in &marks {
            self.mark(ui, scene, &ruler, mark, commands);
        }
    }

    fn mark(&mut self, ui: &mut Ui, scene: &Scene<'_>, ruler: &Ruler, mark: &Mark, commands: &mut Vec<Command>) {
        let center = ruler.mark(mark.frame);
        if !ruler.rect.contains(center) {
            return;
        }
        let rect = Rect::from_center_size(center, vec2(13.0, 15.0));
        let id = ui.id().with(("mark", mark.frame.to_bits()));
        let response = ui.interact(rect, id, Sense::click_and_drag()).on_hover_cursor(CursorIcon::Grab);
        let name = format!("Keyframe at {}", mark.frame);
        response.widget_info(|| WidgetInfo::labeled(WidgetType::Button, true, &name));
        let is_dragged = self.dragged.as_ref().is_some_and(|(dragged, _)| dragged.frame == mark.frame);
        let over = self.dragged.as_ref().filter(|_| is_dragged).map(|(_, over)| *over);
        let at = over.map_or(center, |over| ruler.mark(over as f64));
        let color = match (is_dragged || response.hovered(), scene.desk.selection.is_empty()) {
            (true, _) => egui::Color32::WHITE,
            (false, true) => theme::WEAK,
            (false, false) => theme::KEYED,
        };
        ruler::diamond(&ui.painter_at(ruler.rect), at, color);
        if response.clicked() {
            commands.push(Command::Frame(mark.frame.round() as i64));
        }
        if let Some(pointer) = response.interact_pointer_pos().filter(|_| response.dragged()) {
            self.dragged = Some((mark.clone(), ruler.frame(pointer.x)));
        }
        if response.drag_stopped()
            && let Some((mark, over)) = self.dragged.take()
            && over as f64 != mark.frame
        {
            change("Move", &mark, keys::moved(scene.session.document(), &mark, over), commands);
            commands.push(Command::Frame(over));
        }
        response.context_menu(|ui| menu(ui, scene, mark, commands));
        response.on_hover_ui(|ui| tooltip(ui, scene, mark));
    }

    /// Range, transport and rate.
    fn bar(&mut self, ui: &mut Ui, scene: &Scene<'_>, frames: FrameRange, commands: &mut Vec<Command>) {
        let height = ui.spacing().interact_size.y;
        let field = vec2(58.0, height);
        ui.horizontal(|ui| {
            let (drafts, presence) = (&mut self.drafts, &self.presence);
            let mut form = Form { scene, commands, drafts, presence };
            ui.label(RichText::new("Frames").color(theme::WEAK));
            ui.allocate_ui(field, |ui| form.first_frame(ui, "First frame", frames));
            ui.label(RichText::new("to").color(theme::WEAK));
            ui.allocate_ui(field, |ui| form.last_frame(ui, "Last frame", frames));
            if frames.last == frames.first {
                let hint = "One frame: raise the last one to animate.";
                ui.add(egui::Label::new(RichText::new(hint).color(theme::WEAK)).truncate());
                return;
            }
            ui.add_space(10.0);
            transport(ui, scene, commands);
            ui.add_space(10.0);
            ui.label(RichText::new("Frame").color(theme::WEAK));
            let mut frame = scene.desk.frame;
            let number = DragValue::new(&mut frame).range(frames.first..=frames.last).speed(0.2);
            let number = ui.add_sized(field, number.update_while_editing(false));
            number.widget_info(|| WidgetInfo::drag_value(true, scene.desk.frame as f64));
            ui.ctx().accesskit_node_builder(number.id, |node| node.set_label("Frame"));
            if frame != scene.desk.frame {
                commands.push(Command::Frame(frame));
            }
            ui.with_layout(Layout::right_to_left(Align::Center), |ui| {
                let (drafts, presence) = (&mut self.drafts, &self.presence);
                let mut form = Form { scene, commands, drafts, presence };
                ui.allocate_ui(vec2(72.0, height), |ui| form.rate(ui, frames));
                let mut real_time = scene.desk.real_time;
                let entry = Action::RealTime.entry();
                if ui.checkbox(&mut real_time, "Real time").on_hover_text(entry.doc).changed() {
                    commands.push(Command::Act(Action::RealTime));
                }
            });
        });
    }
}

/// Buttons that go from frame to frame.
fn transport(ui: &mut Ui, scene: &Scene<'_>, commands: &mut Vec<Command>) {
    let play = if scene.desk.is_playing { "⏸" } else { "▶" };
    ui.spacing_mut().item_spacing.x = 2.0;
    for (sign, action) in [
        ("⏮", Action::FirstFrame),
        ("⏪", Action::PreviousKey),
        ("‹", Action::PreviousFrame),
        (play, Action::Play),
        ("›", Action::NextFrame),
        ("⏩", Action::NextKey),
        ("⏭", Action::LastFrame),
    ] {
        let entry = action.entry();
        let size = if sign.len() == 3 && sign < "⁞" { 18.0 } else { 13.0 };
        let button =
            ui.add(Button::new(RichText::new(sign).size(size)).min_size(vec2(26.0, ui.spacing().interact_size.y)));
        button.widget_info(|| WidgetInfo::labeled(WidgetType::Button, true, entry.label));
        let keys = entry.keys.first().map(|key| format!(" ({})", keys_text(ui.ctx(), key))).unwrap_or_default();
        if button.on_hover_text(format!("{}{keys}", entry.label)).clicked() {
            commands.push(Command::Act(action));
        }
    }
    ui.spacing_mut().item_spacing.x = 6.0;
}

fn menu(ui: &mut Ui, scene: &Scene<'_>, mark: &Mark, commands: &mut Vec<Command>) {
    let document = scene.session.document();
    let smooth = Interpolation::Bezier { leave: None, arrive: None };
    ui.label(RichText::new("To the next keyframe").color(theme::WEAK).small());
    for (name, doc, interpolation) in [
        ("Hold", "The value stays until the next keyframe.", Interpolation::Hold),
        ("Linear", "The value goes to the next keyframe in a straight line.", Interpolation::Linear),
        ("Smooth", "The value leaves slowly and arrives slowly.", smooth),
    ] {
        let can = interpolation == Interpolation::Hold || mark.keys.iter().any(|key| key.interpolates);
        let is_now = mark.keys.iter().all(|key| same_kind(key.interpolation, interpolation));
        let button = Button::selectable(is_now, name);
        if ui.add_enabled(can, button).on_hover_text(doc).clicked() {
            change(name, mark, keys::interpolated(document, mark, interpolation), commands);
            ui.close();
        }
    }
    ui.separator();
    if ui.button("Delete keyframe").clicked() {
        change("Delete", mark, keys::deleted(document, mark), commands);
        ui.close();
    }
}

fn same_kind(a: Interpolation, b: Interpolation) -> bool {
    std::mem::discriminant(&a) == std::mem::discriminant(&b)
}

/// What has a keyframe there.
fn tooltip(ui: &mut Ui, scene: &Scene<'_>, mark: &Mark) {
    ui.label(RichText::new(format!("Frame {}", mark.frame)).strong());
    for key in &mark.keys {
        let node = scene.session.document().node(key.node).map_or("", |node| &node.name);
        ui.label(format!("{node}.{}", key.param));
    }
}

fn change(verb: &str, mark: &Mark, edits: Result<Vec<Edit>, String>, commands: &mut Vec<Command>) {
    let label = match mark.keys.len() {
        1 => format!("{verb} keyframe at {}", mark.frame),
        count => format!("{verb} {count} keyframes at {}", mark.frame),
    };
    commands.push(match edits {
        Ok(edits) => Command::Edit { label, edits },
        Err(error) => Command::complain(error),
    });
}

#[cfg(test)]
mod tests;
