//! The row above the picture: what is shown, what it is compared with, and how large it is.

use dragfx_graph::param::ParamValue;
use eframe::egui::{Align, Button, Layout, ProgressBar, RichText, Slider, Ui};

use super::Viewer;
use super::act::other;
use super::camera::Camera;
use super::edit::{name, set_at};
use super::masking::mask_of;
use super::stage::Stage;
use crate::action::Action;
use crate::command::Command;
use crate::compute::Busy;
use crate::desk::{Compare, SLOTS, View};
use crate::editor::Scene;
use crate::theme;

/// Zooms that the menu offers, percent.
const ZOOMS: [f32; 7] = [25.0, 50.0, 100.0, 200.0, 400.0, 800.0, 1600.0];

impl Viewer {
    pub(super) fn header(
        &mut self,
        ui: &mut Ui,
        scene: &Scene<'_>,
        stage: Option<&Stage<'_>>,
        commands: &mut Vec<Command>,
    ) {
        ui.horizontal(|ui| {
            slots(ui, scene, commands);
            self.compare(ui, scene, commands);
            let has_drag = stage.is_some_and(|stage| stage.drag().is_some());
            let before = ui.add_enabled(has_drag, Button::new("Before"));
            let before = before.on_hover_text("The picture before all drags, as long as it is held (`).");
            self.before = before.is_pointer_button_down_on();
            ui.with_layout(Layout::right_to_left(Align::Center), |ui| {
                self.exports(ui, scene, commands);
                self.zoom(ui);
            });
        });
        if self.tool.paints()
            && let Some(stage) = stage
        {
            ui.horizontal(|ui| self.painting(ui, scene, stage, commands));
        }
    }

    fn compare(&self, ui: &mut Ui, scene: &Scene<'_>, commands: &mut Vec<Command>) {
        let desk = scene.desk;
        let label = match desk.compare {
            None => "Compare".to_owned(),
            Some(Compare::Wipe) => format!("Wipe with {}", desk.b + 1),
            Some(Compare::Difference) => format!("Difference to {}, x4", desk.b + 1),
        };
        let text = RichText::new(label).color(if desk.compare.is_some() { theme::ACCENT } else { theme::TEXT });
        let menu = ui.menu_button(text, |ui| {
            let ways =
                [(None, "Off"), (Some(Compare::Wipe), "Wipe"), (Some(Compare::Difference), "Difference, four times")];
            for (way, label) in ways {
                if ui.selectable_label(desk.compare == way, label).clicked() {
                    commands.push(Command::Compare(other(desk), way));
                    ui.close();
                }
            }
            ui.separator();
            for slot in (0..SLOTS).filter(|slot| desk.slots[*slot].is_some()) {
                if ui.selectable_label(desk.b == slot, format!("With {}", slot_name(scene, slot))).clicked() {
                    commands.push(Command::Compare(slot, desk.compare.or(Some(Compare::Wipe))));
                    ui.close();
                }
            }
        });
        menu.response.on_hover_text("Compares with another slot (W). Shift and a number choose the slot.");
    }

    fn zoom(&mut self, ui: &mut Ui) {
        let label = match self.camera {
            Camera::Fit => "Fit".to_owned(),
            Camera::At { zoom, .. } => percent(zoom * 100.0),
        };
        let menu = ui.menu_button(label, |ui| {
            if ui.button("Fit").clicked() {
                self.camera = Camera::Fit;
                ui.close();
            }
            for zoom in ZOOMS {
                if ui.button(percent(zoom)).clicked() {
                    self.camera = self.camera.with_zoom(zoom / 100.0);
                    ui.close();
                }
            }
        });
        menu.response.on_hover_text("How large the picture is. At 100 % each of its pixels is one of the screen.");
    }

    /// What can be written, and how far it is.
    fn exports(&mut self, ui: &mut Ui, scene: &Scene<'_>, commands: &mut Vec<Command>) {
        if let Some(Busy { done, what }) = scene.compute.exporting() {
            if ui.button("Cancel").on_hover_text("Ends the export.").clicked() {
                commands.push(Command::CancelExport);
            }
            ui.add(ProgressBar::new(*done as f32).desired_width(120.0).show_percentage()).on_hover_text(what);
            return;
        }
        let menu = ui.menu_button("Export", |ui| {
            for action in [Action::ExportPicture, Action::ExportFilm, Action::ExportLatent] {
                if ui.button(action.entry().label).on_hover_text(action.entry().doc).clicked() {
                    commands.push(Command::Act(action));
                    ui.close();
                }
            }
            ui.separator();
            let hint = "Whoever opens the picture here gets the graph that made it.";
            ui.checkbox(&mut self.embed, "Put the graph into pictures").on_hover_text(hint);
        });
        menu.response.on_hover_text("Writes what is shown to a file.");
    }

    /// What the tools of masks are set to.
    fn painting(&mut self, ui: &mut Ui, scene: &Scene<'_>, stage: &Stage<'_>, commands: &mut Vec<Command>) {
        ui.label("Size");
        ui.add(Slider::new(&mut self.brush.size, 1.0..=300.0).logarithmic(true).max_decimals(0).suffix(" px"))
            .on_hover_text("Diameter of the brush ([ and ]).");
        let frame = scene.desk.frame as f64;
        let mask = mask_of(scene.session.document(), stage.view).own();
        let node = mask.and_then(|mask| scene.session.document().node(mask));
        let mut feather = node.map_or(0.0, |node| node.params_at(frame).float("feather"));
        ui.label("Feather");
        let slider = Slider::new(&mut feather, 0.0..=100.0).fixed_decimals(1).suffix(" px");
        let slider = ui.add_enabled(node.is_some(), slider).on_hover_text("Width of the mask's soft edge.");
        if slider.drag_started() {
            commands.push(Command::Gesture("Feather the mask".to_owned()));
        }
        if slider.changed()
            && let Some(node) = node
        {
            commands.push(match set_at(node, "feather", frame, ParamValue::Float(feather)) {
                Ok(edit) => Command::edit("Feather the mask", edit),
                Err(refusal) => Command::complain(refusal.to_string()),
            });
        }
        if slider.drag_stopped() {
            commands.push(Command::Settle);
        }
        ui.checkbox(&mut self.overlay, "Show mask").on_hover_text("Tints what the mask keeps from changing (M).");
        let clear = ui.add_enabled(node.is_some(), Button::new("Clear"));
        if clear.on_hover_text(Action::ClearMask.entry().doc).clicked() {
            commands.push(Command::Act(Action::ClearMask));
        }
    }
}

/// The slots that are taken, and which one is shown.
fn slots(ui: &mut Ui, scene: &Scene<'_>, commands: &mut Vec<Command>) {
    let label = if scene.desk.shown().is_some() { slot_name(scene, scene.desk.a) } else { "Nothing shown".to_owned() };
    let menu = ui.menu_button(RichText::new(label).strong(), |ui| {
        for (slot, view) in scene.desk.slots.iter().enumerate() {
            if let Some(view) = view
                && ui.selectable_label(slot == scene.desk.a, slot_name(scene, slot)).clicked()
            {
                commands.push(Command::Look { slot, view: view.clone() });
                ui.close();
            }
        }
        if let Some(view) = scene.desk.shown() {
            outputs(ui, scene, view, commands);
        }
    });
    menu.response.on_hover_text("What is shown. Number keys put the selected node into a slot, or show one.");
}

/// The other outputs of the node that can be looked at.
fn outputs(ui: &mut Ui, scene: &Scene<'_>, view: &View, commands: &mut Vec<Command>) {
    let decl = scene.session.document().node(view.node).and_then(|node| node.decl());
    let others: Vec<View> = decl.map(|decl| View::all(view.node, decl)).unwrap_or_default();
    if others.len() > 1 {
        ui.separator();
        for other in others {
            if ui.selectable_label(other == *view, format!("Output {}", other.output)).clicked() {
                commands.push(Command::Look { slot: scene.desk.a, view: other });
                ui.close();
            }
        }
    }
}

/// A slot's number and what is in it: `1  drag1.image`.
pub(super) fn slot_name(scene: &Scene<'_>, slot: usize) -> String {
    let view = scene.desk.slots[slot].as_ref();
    let what = view.map(|view| format!("{}.{}", name(scene.session.document(), view.node), view.output));
    format!("{}  {}", slot + 1, what.unwrap_or_else(|| "empty".to_owned()))
}

fn percent(zoom: f32) -> String {
    format!("{zoom:.0} %")
}
