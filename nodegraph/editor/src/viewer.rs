//! The viewer.

mod camera;
mod draft;
mod edit;
mod masking;
mod stroke;
mod subject;
#[cfg(test)]
mod testing;

use eframe::egui;

use crate::action::Action;
use crate::command::Command;
use crate::editor::Scene;

/// What the viewer remembers from frame to frame.
#[derive(Default)]
pub(crate) struct Viewer {}

impl Viewer {
    /// Draws it.
    pub(crate) fn show(&mut self, ui: &mut egui::Ui, _scene: &Scene<'_>, _commands: &mut Vec<Command>) {
        ui.label("viewer");
    }

    /// Does what a key or a menu wants of it.
    pub(crate) fn act(&mut self, _action: Action, _scene: &Scene<'_>, _commands: &mut Vec<Command>) {}
}
