//! What keys and menus do on the canvas.

use std::collections::BTreeSet;

use super::{Canvas, Hold, NoteEditor, clipboard, edits};
use crate::action::{Action, Place};
use crate::command::Command;
use crate::desk::View;
use crate::editor::Scene;

/// How far an arrow key moves nodes, in units of the canvas.
const NUDGE: f64 = 10.0;
/// How much closer a key comes.
const CLOSER: f32 = 1.25;

impl Canvas {
    /// Does what a key or a menu wants of it.
    pub(crate) fn act(&mut self, action: Action, scene: &Scene<'_>, commands: &mut Vec<Command>) {
        if action.entry().place != Place::Canvas {
            return;
        }
        match action {
            Action::AddNode => self.open_palette(self.here(), scene),
            Action::SelectNodes => {
                let all = scene.session.document().nodes().map(|node| node.id);
                commands.push(Command::Select(all.collect()));
            }
            Action::SelectNothing => self.step_back(commands),
            Action::PasteNodes => self.clipboard.is_asked = true,
            Action::FitNodes => {
                let selection = &scene.desk.selection;
                self.fit(|node| selection.is_empty() || selection.contains(&node));
            }
            Action::FitGraph => self.fit(|_| true),
            Action::CloserToGraph => self.camera.zoom_by(CLOSER, self.here()),
            Action::FartherFromGraph => self.camera.zoom_by(1.0 / CLOSER, self.here()),
            Action::Look(slot) => look(slot, scene, commands),
            _ if action.entry().place != Place::Canvas => {}
            _ if scene.desk.selection.is_empty() => commands.push(Command::say("Select a node first")),
            _ => self.act_on_selection(action, scene, commands),
        }
    }

    /// Where things happen that nothing else places: at the pointer, or in the middle.
    fn here(&self) -> eframe::egui::Pos2 {
        let panel = self.camera.panel();
        self.cursor.filter(|cursor| panel.contains(*cursor)).unwrap_or_else(|| panel.center())
    }

    /// Puts back what is in hand, or closes what is open, or else selects nothing.
    fn step_back(&mut self, commands: &mut Vec<Command>) {
        let was_open = self.menu.take().is_some() | self.palette.take().is_some() | self.note.take().is_some();
        if !self.hold.is_nothing() {
            self.hold = Hold::Nothing;
        } else if !was_open {
            commands.push(Command::Select(BTreeSet::new()));
        }
    }

    fn act_on_selection(&mut self, action: Action, scene: &Scene<'_>, commands: &mut Vec<Command>) {
        let (document, selection) = (scene.session.document(), &scene.desk.selection);
        let edit = |verb: &str, edits| Command::Edit { label: edits::label(document, verb, selection), edits };
        let nudge = |x: f64, y: f64| edit("Move", edits::shift(document, selection, [x * NUDGE, y * NUDGE]));
        match action {
            Action::DeleteNodes => commands.push(edit("Delete", edits::delete(document, selection))),
            Action::ExtractNodes => match edits::extract(document, selection) {
                edits if edits.is_empty() => commands.push(Command::say("Nothing is wired to the selected nodes")),
                edits => commands.push(edit("Extract", edits)),
            },
            Action::CopyNodes => self.clipboard.text = Some(clipboard::copied(document, selection)),
            Action::CutNodes => {
                self.clipboard.text = Some(clipboard::copied(document, selection));
                commands.push(edit("Cut", edits::delete(document, selection)));
            }
            Action::DuplicateNodes => match clipboard::duplicated(document, scene.session.registry(), selection) {
                Ok((nodes, edits)) => commands.extend([edit("Duplicate", edits), Command::Select(nodes)]),
                Err(error) => commands.push(Command::complain(error)),
            },
            Action::Bypass => {
                let (verb, edits) = edits::toggle_bypass(document, selection);
                commands.push(edit(verb, edits));
            }
            Action::ShowNode => look(scene.desk.a, scene, commands),
            Action::Comment => match scene.desk.inspected().and_then(|node| document.node(node)) {
                Some(node) => self.note = Some(NoteEditor::new(node.id, node.note.clone())),
                None => commands.push(Command::say("Select one node to comment on it")),
            },
            Action::NudgeLeft => commands.push(nudge(-1.0, 0.0)),
            Action::NudgeRight => commands.push(nudge(1.0, 0.0)),
            Action::NudgeUp => commands.push(nudge(0.0, -1.0)),
            Action::NudgeDown => commands.push(nudge(0.0, 1.0)),
            _ => {}
        }
    }
}

/// Shows the only selected node in a slot of the viewer; without one, shows what the slot has.
fn look(slot: usize, scene: &Scene<'_>, commands: &mut Vec<Command>) {
    let selected = scene.desk.inspected();
    let view = match selected {
        Some(node) => View::of(scene.session.document(), node),
        None => scene.desk.slots[slot].clone(),
    };
    match (view, selected.and_then(|node| scene.session.document().node(node))) {
        (Some(view), _) => commands.push(Command::Look { slot, view }),
        (None, Some(node)) => commands.push(Command::complain(format!("{} gives nothing that can be seen", node.name))),
        (None, None) => {
            let text = format!("Viewer {} shows nothing yet: select a node and press {}", slot + 1, slot + 1);
            commands.push(Command::say(text));
        }
    }
}
