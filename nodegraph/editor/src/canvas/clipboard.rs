//! Nodes travel as text: through the clipboard, into other documents and into letters.

use std::collections::BTreeSet;

use dragfx_graph::document::{Document, Edit, NodeId};
use dragfx_graph::preset;
use dragfx_graph::registry::Registry;
use eframe::egui::{Event, Ui, ViewportCommand};

use super::{Canvas, camera, edits};
use crate::action::{Action, Place};
use crate::command::Command;
use crate::editor::Scene;

/// What is on its way to the clipboard, or from there.
#[derive(Default)]
pub(super) struct Clipboard {
    /// To be copied.
    pub(super) text: Option<String>,
    /// Whether a menu has asked for what was copied.
    pub(super) is_asked: bool,
}

impl Canvas {
    /// Copies and pastes.
    pub(super) fn exchange(&mut self, ui: &Ui, scene: &Scene<'_>, commands: &mut Vec<Command>) {
        if let Some(text) = self.clipboard.text.take() {
            ui.ctx().copy_text(text);
        }
        let is_here = scene.desk.place == Place::Canvas && !ui.ctx().text_edit_focused();
        let was_asked = self.clipboard.is_asked;
        for event in ui.input(|input| input.events.clone()) {
            match event {
                Event::Copy if is_here => commands.push(Command::Act(Action::CopyNodes)),
                Event::Cut if is_here => commands.push(Command::Act(Action::CutNodes)),
                Event::Paste(text) if is_here || was_asked => {
                    self.clipboard.is_asked = false;
                    self.paste(&text, scene, commands);
                }
                _ => {}
            }
        }
        if was_asked && self.clipboard.is_asked {
            // The answer comes with the next frames' input, if there is anything to paste.
            ui.ctx().send_viewport_cmd(ViewportCommand::RequestPaste);
            self.clipboard.is_asked = false;
        }
    }

    fn paste(&self, text: &str, scene: &Scene<'_>, commands: &mut Vec<Command>) {
        let at = self.cursor.unwrap_or_else(|| self.camera.panel().center());
        let at = self.camera.to_canvas(at);
        match pasted(scene.session.document(), scene.session.registry(), text, Target::At([at.x, at.y].map(f64::from)))
        {
            Ok((nodes, edits)) => {
                let label =
                    if nodes.len() == 1 { "Paste a node".to_owned() } else { format!("Paste {} nodes", nodes.len()) };
                commands.push(Command::Edit { label, edits });
                commands.push(Command::Select(nodes));
            }
            Err(error) => commands.push(Command::complain(format!("The clipboard has no nodes in it: {error}"))),
        }
    }
}

/// Where nodes are pasted.
pub(super) enum Target {
    /// Their left upper corner comes there.
    At([f64; 2]),
    /// So far from where they were.
    By([f64; 2]),
}

/// The edits that add the nodes of a text, and those nodes.
pub(super) fn pasted(
    document: &Document,
    registry: &Registry,
    text: &str,
    target: Target,
) -> Result<(BTreeSet<NodeId>, Vec<Edit>), String> {
    let paste = |by| preset::paste(&mut document.clone(), registry, text, by).map_err(|error| error.to_string());
    let by = match target {
        Target::By(by) => by,
        Target::At([x, y]) => {
            let corner = corner(&paste([0.0; 2])?.edits);
            corner.map_or([0.0; 2], |corner| [x - f64::from(corner.x), y - f64::from(corner.y)])
        }
    };
    let preset::Pasted { edits, nodes } = paste(by)?;
    if nodes.is_empty() { Err("it is an empty graph".to_owned()) } else { Ok((nodes.into_iter().collect(), edits)) }
}

/// The left upper corner of the nodes that are added.
fn corner(edits: &[Edit]) -> Option<eframe::egui::Pos2> {
    let places = edits.iter().filter_map(|edit| match edit {
        Edit::Insert(node) => Some(camera::place(node.position)),
        _ => None,
    });
    places.reduce(|a, b| a.min(b))
}

/// Nodes as text.
pub(super) fn copied(document: &Document, nodes: &BTreeSet<NodeId>) -> String {
    preset::copy(document, &nodes.iter().copied().collect::<Vec<_>>())
}

/// The edits that add copies of nodes beside them, and the copies.
pub(super) fn duplicated(
    document: &Document,
    registry: &Registry,
    nodes: &BTreeSet<NodeId>,
) -> Result<(BTreeSet<NodeId>, Vec<Edit>), String> {
    pasted(document, registry, &copied(document, nodes), Target::By(edits::ASIDE))
}
