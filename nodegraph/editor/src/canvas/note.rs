//! A comment on a node is typed.

use dragfx_graph::document::{Edit, NodeId};
use eframe::egui::{Area, Frame, Id, Key, Modifiers, Order, RichText, TextEdit, Ui};

use super::Canvas;
use crate::command::Command;
use crate::editor::Scene;
use crate::theme;

/// The field, while it is open.
pub(super) struct NoteEditor {
    node: NodeId,
    text: String,
    is_new: bool,
}

impl NoteEditor {
    /// A field for a node's comment.
    pub(super) fn new(node: NodeId, text: String) -> Self {
        Self { node, text, is_new: true }
    }
}

impl Canvas {
    /// Draws the field if it is open, and takes over what was typed.
    pub(super) fn show_note(&mut self, ui: &Ui, scene: &Scene<'_>, commands: &mut Vec<Command>) {
        let Some(mut editor) = self.note.take() else { return };
        let (Some(node), Some(rect)) = (scene.session.document().node(editor.node), self.rect(editor.node, scene))
        else {
            return;
        };
        let pressed = |modifiers, key| ui.input_mut(|input| input.consume_key(modifiers, key));
        let is_done = pressed(Modifiers::COMMAND, Key::Enter);
        if pressed(Modifiers::NONE, Key::Escape) {
            return;
        }
        let area = Area::new(Id::new("comment")).order(Order::Foreground).fixed_pos(rect.left_bottom());
        let area = area.constrain_to(ui.ctx().content_rect().shrink(4.0)).show(ui.ctx(), |ui| {
            Frame::popup(ui.style()).show(ui, |ui| {
                ui.set_width(230.0);
                let hint = format!("Comment on {}", node.name);
                let field = TextEdit::multiline(&mut editor.text).hint_text(&hint).desired_rows(3);
                let field = ui.add(field.desired_width(f32::INFINITY));
                ui.ctx().accesskit_node_builder(field.id, |node| node.set_label(hint));
                if editor.is_new {
                    field.request_focus();
                }
                let keys =
                    ui.ctx().format_shortcut(&eframe::egui::KeyboardShortcut::new(Modifiers::COMMAND, Key::Enter));
                let help = format!("{keys} or a click elsewhere keeps it, Esc does not");
                ui.label(RichText::new(help).small().color(theme::WEAK));
            });
        });
        let pressed = ui.input(|input| input.pointer.any_pressed().then(|| input.pointer.interact_pos()).flatten());
        let is_elsewhere = pressed.is_some_and(|at| !area.response.rect.contains(at)) && !editor.is_new;
        editor.is_new = false;
        if !(is_done || is_elsewhere) {
            self.note = Some(editor);
        } else if node.note != editor.text.trim() {
            let edit = Edit::Note { node: node.id, note: editor.text.trim().to_owned() };
            commands.push(Command::edit(format!("Comment on {}", node.name), edit));
        }
    }
}
