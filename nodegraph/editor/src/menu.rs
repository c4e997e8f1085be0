//! The menu bar.

use eframe::egui;

use crate::command::Command;
use crate::editor::Scene;

/// Draws it.
pub(crate) fn show(ui: &mut egui::Ui, _scene: &Scene<'_>, _commands: &mut Vec<Command>) {
    egui::MenuBar::new().ui(ui, |ui| {
        ui.label("DragFX");
    });
}
