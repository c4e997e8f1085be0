//! The menu of what is under the pointer.

use dragfx_graph::document::Connection;
use eframe::egui::containers::menu::menu_style;
use eframe::egui::{Align, Id, Layout, Popup, PopupKind, Pos2, Ui};

use super::aim::Over;
use super::{Canvas, edits};
use crate::action::Action;
use crate::command::Command;
use crate::editor::Scene;

/// The menu, while it is open.
pub(super) struct Menu {
    at: Pos2,
    over: Over,
}

/// What can be done with nodes, in groups.
const NODE: &[&[Action]] = &[
    &[Action::ShowNode, Action::Bypass, Action::Comment],
    &[Action::CutNodes, Action::CopyNodes, Action::PasteNodes, Action::DuplicateNodes],
    &[Action::DeleteNodes, Action::ExtractNodes],
    &[Action::AddNode, Action::FitNodes],
];
/// What can be done where nothing is.
const NOTHING: &[&[Action]] =
    &[&[Action::AddNode, Action::PasteNodes], &[Action::SelectNodes, Action::FitGraph, Action::FitNodes]];

impl Menu {
    /// A menu for what is there.
    pub(super) fn new(at: Pos2, over: Over) -> Self {
        Self { at, over }
    }
}

impl Canvas {
    /// Draws the menu, if it is open.
    pub(super) fn show_menu(&mut self, ui: &Ui, scene: &Scene<'_>, commands: &mut Vec<Command>) {
        let Some(menu) = &self.menu else { return };
        let (at, mut is_open) = (menu.at, true);
        let popup = Popup::new(Id::new("canvas menu"), ui.ctx().clone(), at, ui.layer_id());
        let popup = popup.kind(PopupKind::Menu).layout(Layout::top_down_justified(Align::Min)).style(menu_style);
        popup.open_bool(&mut is_open).show(|ui| {
            ui.set_min_width(190.0);
            match &menu.over {
                Over::Node(_) => actions(ui, scene, NODE, commands),
                Over::Wire(wire) => unplug(ui, scene, wire, commands),
                Over::Port(place) => {
                    let wires = self.model.wires.iter().filter(|wire| wire.from == *place || wire.to == *place);
                    let wires: Vec<_> = wires.map(|wire| &wire.connection).collect();
                    wires.iter().for_each(|wire| unplug(ui, scene, wire, commands));
                    if wires.is_empty() {
                        ui.weak("No wire to disconnect");
                    }
                }
                Over::Nothing => actions(ui, scene, NOTHING, commands),
            }
        });
        if !is_open {
            self.menu = None;
        }
    }
}

fn actions(ui: &mut Ui, scene: &Scene<'_>, groups: &[&[Action]], commands: &mut Vec<Command>) {
    for (index, group) in groups.iter().enumerate() {
        if index > 0 {
            ui.separator();
        }
        for action in *group {
            crate::menu::item(ui, scene, action.entry(), commands);
        }
    }
}

fn unplug(ui: &mut Ui, scene: &Scene<'_>, wire: &Connection, commands: &mut Vec<Command>) {
    let label = edits::unplug_label(scene.session.document(), wire);
    if ui.button(&label).clicked() {
        commands.push(Command::edit(label, edits::disconnect(wire)));
        ui.close();
    }
}
