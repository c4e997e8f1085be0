//! The inspector: everything that can be set of a node, or of the document where no node is selected.

mod about;
mod file;
mod form;
mod models;
mod node;
mod number;
mod param;
mod points;
mod published;
mod row;
mod setting;
mod shapes;

use eframe::egui::{self, ScrollArea};

use crate::action::Action;
use crate::command::Command;
use crate::editor::Scene;

pub(crate) use file::Presence;
pub(crate) use form::{Drafts, Form};

/// What the inspector remembers from frame to frame.
#[derive(Default)]
pub(crate) struct Inspector {
    drafts: Drafts,
    presence: Presence,
    /// Whether the name of the node is typed next.
    renames: bool,
}

impl Inspector {
    /// Draws it.
    pub(crate) fn show(&mut self, ui: &mut egui::Ui, scene: &Scene<'_>, commands: &mut Vec<Command>) {
        self.drafts.begin();
        let renames = std::mem::take(&mut self.renames);
        ScrollArea::vertical().auto_shrink([false, false]).show(ui, |ui| {
            let (drafts, presence) = (&mut self.drafts, &self.presence);
            let mut form = Form { scene, commands, drafts, presence };
            match scene.desk.inspected().and_then(|id| scene.session.document().node(id)) {
                Some(node) => {
                    ui.push_id(node.id, |ui| form.node(ui, node, renames));
                }
                None if scene.desk.selection.is_empty() => form.about(ui),
                None => form.several(ui, &scene.desk.selection),
            }
            ui.add_space(12.0);
        });
        self.drafts.end(ui, commands);
    }

    /// Does what a key or a menu wants of it.
    pub(crate) fn act(&mut self, action: Action, scene: &Scene<'_>, _commands: &mut Vec<Command>) {
        if action == Action::Rename && scene.desk.inspected().is_some() {
            self.renames = true;
        }
    }
}

#[cfg(test)]
mod tests;
