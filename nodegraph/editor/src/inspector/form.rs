//! Fields that are filled in: what is typed becomes an edit when the field is left, or stays there with what is wrong
//! about it.

use std::collections::HashMap;

use dragfx_graph::document::{Document, Edit};
use eframe::egui::{Frame, Id, Key, Label, Margin, Response, RichText, Stroke, TextEdit, Ui, WidgetInfo, WidgetType};

use super::file::Presence;
use crate::command::Command;
use crate::editor::Scene;
use crate::theme;

/// What a panel of fields is drawn with.
pub(crate) struct Form<'a, 's> {
    pub(crate) scene: &'a Scene<'s>,
    pub(crate) commands: &'a mut Vec<Command>,
    pub(crate) drafts: &'a mut Drafts,
    pub(crate) presence: &'a Presence,
}

/// What was typed and is not in the document yet, by field.
#[derive(Default)]
pub(crate) struct Drafts {
    drafts: HashMap<Id, Draft>,
    /// A slider that is dragged.
    gesture: Option<Id>,
}

struct Draft {
    text: String,
    outcome: Result<Option<(String, Edit)>, String>,
    /// Whether the field was drawn in this frame.
    is_drawn: bool,
}

/// A field of text.
pub(crate) struct Field<'a> {
    /// What it is called.
    pub(crate) name: &'a str,
    /// What the document has there.
    pub(crate) text: &'a str,
    /// What stands there while it is empty.
    pub(crate) hint: &'a str,
    /// How high it is; above 1 it takes line breaks.
    pub(crate) rows: usize,
}

/// Around what is typed: as high as other controls.
const MARGIN: Margin = Margin { left: 5, right: 5, top: 3, bottom: 3 };

impl Drafts {
    /// Begins a frame.
    pub(crate) fn begin(&mut self) {
        self.drafts.values_mut().for_each(|draft| draft.is_drawn = false);
    }

    /// Ends a frame. What was typed in a field that is gone now goes into the document; a gesture of one ends.
    pub(crate) fn end(&mut self, ui: &Ui, commands: &mut Vec<Command>) {
        let gone: Vec<Id> = self.drafts.iter().filter(|(_, draft)| !draft.is_drawn).map(|(id, _)| *id).collect();
        for draft in gone.iter().filter_map(|id| self.drafts.remove(id)) {
            if let Ok(Some((label, edit))) = draft.outcome {
                commands.push(Command::edit(label, edit));
            }
        }
        if self.gesture.is_some() && !ui.input(|input| input.pointer.any_down()) {
            self.gesture = None;
            commands.push(Command::Settle);
        }
    }
}

impl<'s> Form<'_, 's> {
    /// The document.
    pub(crate) fn document(&self) -> &'s Document {
        self.scene.session.document()
    }

    /// Asks for an edit. What a slider does while it is dragged is undone together.
    pub(crate) fn edit(&mut self, response: &Response, label: String, edit: Result<Edit, String>) {
        match edit {
            Ok(edit) => {
                self.drafts.drafts.remove(&response.id);
                if response.dragged() && self.drafts.gesture != Some(response.id) {
                    self.drafts.gesture = Some(response.id);
                    self.commands.push(Command::Gesture(label.clone()));
                }
                self.commands.push(Command::edit(label, edit));
            }
            Err(error) => self.refuse(response.id, String::new(), error),
        }
    }

    /// Asks for an edit that is no part of a gesture.
    pub(crate) fn make(&mut self, label: impl Into<String>, edit: Edit) {
        self.commands.push(Command::edit(label, edit));
    }

    /// Keeps what was typed in a field, with what is wrong about it.
    pub(crate) fn refuse(&mut self, field: Id, text: String, error: String) {
        self.drafts.drafts.insert(field, Draft { text, outcome: Err(error), is_drawn: true });
    }

    /// Says what is wrong about what was typed in a field, if anything.
    pub(crate) fn complaint(&mut self, ui: &mut Ui, field: Id) {
        let Some(draft) = self.drafts.drafts.get_mut(&field) else { return };
        draft.is_drawn = true;
        if let Err(error) = &draft.outcome {
            ui.add(Label::new(RichText::new(error).color(theme::ERROR).small()).wrap());
        }
    }

    /// A field of text. `edit` says what comes of what was typed, with the label of the step.
    pub(crate) fn text(
        &mut self,
        ui: &mut Ui,
        field: &Field<'_>,
        edit: impl Fn(&str) -> Result<(String, Edit), String>,
    ) -> Response {
        let id = ui.make_persistent_id(("field", field.name));
        let draft = self.drafts.drafts.get(&id);
        let mut text = draft.map_or_else(|| field.text.to_owned(), |draft| draft.text.clone());
        let is_wrong = draft.is_some_and(|draft| draft.outcome.is_err());
        let widget = if field.rows > 1 { TextEdit::multiline(&mut text) } else { TextEdit::singleline(&mut text) };
        let hint = RichText::new(field.hint).color(theme::WEAK);
        let mut widget = widget.id(id).desired_rows(field.rows).hint_text(hint).desired_width(ui.available_width());
        widget = widget.margin(MARGIN);
        if is_wrong {
            let stroke = Stroke::new(1.0, theme::ERROR);
            widget = widget.frame(Frame::new().fill(theme::WELL).stroke(stroke).corner_radius(3).inner_margin(MARGIN));
        }
        let response = ui.add(widget);
        response.widget_info(|| {
            let mut info = WidgetInfo::labeled(WidgetType::TextEdit, ui.is_enabled(), field.name);
            info.current_text_value = Some(text.clone());
            info
        });
        if response.changed() {
            // What could not be made of the document is told by the document itself.
            let outcome = edit(&text).and_then(|(label, edit)| match self.document().clone().apply(edit.clone()) {
                Ok(_) => Ok(Some((label, edit))),
                Err(error) => Err(error.to_string()),
            });
            let outcome = if text == field.text { Ok(None) } else { outcome };
            self.drafts.drafts.insert(id, Draft { text, outcome, is_drawn: true });
        }
        if response.lost_focus() {
            let escaped = ui.input(|input| input.key_pressed(Key::Escape));
            let is_right = self.drafts.drafts.get(&id).is_some_and(|draft| draft.outcome.is_ok());
            if escaped || is_right {
                let draft = self.drafts.drafts.remove(&id).filter(|_| !escaped);
                if let Some(Draft { outcome: Ok(Some((label, edit))), .. }) = draft {
                    self.commands.push(Command::edit(label, edit));
                }
            }
        }
        self.complaint(ui, id);
        response
    }
}
