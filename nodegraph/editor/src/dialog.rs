//! Questions, and the choice of files: what has to be answered before anything else is done.

use std::collections::VecDeque;
use std::fmt;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use eframe::egui::{self, Align, Frame, Key, Layout, Modal, Modifiers, RichText};
use egui_file_dialog::{DialogState, FileDialog, FileDialogLabels, Filter};

use crate::command::Command;

/// A question with its answers.
#[derive(Clone, Debug)]
pub(crate) struct Question {
    /// What it is about: `Save the changes?`
    pub(crate) title: String,
    /// More of it.
    pub(crate) text: String,
    /// The first one is meant by Enter, and the one that changes nothing by Escape, or else the last one.
    pub(crate) answers: Vec<Answer>,
}

/// An answer, and what is done then.
#[derive(Clone, Debug)]
pub(crate) struct Answer {
    /// What its button says.
    pub(crate) label: String,
    /// What is done.
    pub(crate) commands: Vec<Command>,
}

/// Files to choose from.
#[derive(Clone)]
pub(crate) struct Choice {
    /// What is chosen: `Open a preset`.
    pub(crate) title: String,
    /// Where the choice begins; where the last one ended, if this says nothing.
    pub(crate) folder: Option<PathBuf>,
    /// The name of a file that is to be written; `None` to choose one that is there.
    pub(crate) save_as: Option<String>,
    /// What is shown, and its file name endings; of a file that is written, the first one is added to names without.
    pub(crate) kind: (String, Vec<String>),
    /// What is done with the file.
    pub(crate) then: Then,
}

/// What is done with the file that was chosen.
pub(crate) type Then = Arc<dyn Fn(PathBuf) -> Command + Send + Sync>;

/// The dialogs that are open or wait.
#[derive(Default)]
pub(crate) struct Dialogs {
    questions: VecDeque<Question>,
    choice: Option<(Choice, FileDialog)>,
    /// Where the last file was chosen.
    folder: Option<PathBuf>,
}

impl Question {
    /// A question with those answers.
    pub(crate) fn new(title: impl Into<String>, text: impl Into<String>, answers: Vec<Answer>) -> Self {
        Self { title: title.into(), text: text.into(), answers }
    }

    /// Something to be told that nobody should miss.
    pub(crate) fn told(title: impl Into<String>, text: impl Into<String>) -> Self {
        Self::new(title, text, vec![Answer::new("OK", Vec::new())])
    }
}

impl Answer {
    /// An answer.
    pub(crate) fn new(label: impl Into<String>, commands: Vec<Command>) -> Self {
        Self { label: label.into(), commands }
    }

    /// The answer that changes nothing.
    pub(crate) fn cancel() -> Self {
        Self::new("Cancel", Vec::new())
    }
}

impl fmt::Debug for Choice {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Choice").field("title", &self.title).field("save_as", &self.save_as).finish_non_exhaustive()
    }
}

impl Dialogs {
    /// Whether something waits for an answer. Shortcuts mean nothing until then.
    pub(crate) fn is_open(&self) -> bool {
        self.choice.is_some() || !self.questions.is_empty()
    }

    /// Asks, after what is asked already, and nothing twice.
    pub(crate) fn ask(&mut self, question: Question) {
        if self.questions.iter().any(|other| other.title == question.title) {
            return;
        }
        self.questions.push_back(question);
    }

    /// Lets a file be chosen.
    pub(crate) fn choose(&mut self, choice: Choice) {
        let dialog = self.dialog(&choice);
        self.choice = Some((choice, dialog));
    }

    /// Draws what is open. Called after the panels, which it covers.
    pub(crate) fn show(&mut self, context: &egui::Context, commands: &mut Vec<Command>) {
        if let Some((choice, dialog)) = &mut self.choice {
            dialog.update(context);
            let path = dialog.take_picked();
            if let Some(path) = path {
                self.folder = path.parent().map(Path::to_owned);
                commands.push((choice.then)(choice.named(path)));
                self.choice = None;
            } else if !matches!(dialog.state(), DialogState::Open) {
                self.choice = None;
            }
        } else if let Some(question) = self.questions.front()
            && let Some(answer) = show(question, context)
        {
            commands.extend(question.answers[answer].commands.iter().cloned());
            self.questions.pop_front();
        }
    }

    fn dialog(&self, choice: &Choice) -> FileDialog {
        let (kind, endings) = choice.kind.clone();
        let fits = move |path: &Path| endings.contains(&ending(path));
        let labels = FileDialogLabels {
            open_button: "Open".to_owned(),
            save_button: "Save".to_owned(),
            cancel_button: "Cancel".to_owned(),
            ..FileDialogLabels::default()
        };
        let mut dialog = FileDialog::new()
            .title(&choice.title)
            .labels(labels)
            .default_size([720.0, 440.0])
            .anchor(egui::Align2::CENTER_CENTER, [0.0, 0.0])
            .movable(false)
            .add_file_filter(&kind, Filter::new(fits))
            .default_file_filter(&kind);
        if let Some(folder) = choice.folder.clone().or_else(|| self.folder.clone()) {
            dialog = dialog.initial_directory(folder);
        }
        match &choice.save_as {
            Some(name) => {
                dialog = dialog.default_file_name(name).allow_path_edit_to_save_file_without_extension(true);
                dialog.save_file();
            }
            None => dialog.pick_file(),
        }
        dialog
    }
}

impl Choice {
    /// The file as it is to be called: with an ending that says what it is.
    fn named(&self, path: PathBuf) -> PathBuf {
        let (_, endings) = &self.kind;
        match endings.first() {
            Some(first) if self.save_as.is_some() && !endings.contains(&ending(&path)) => {
                let mut name = path.into_os_string();
                name.push(format!(".{first}"));
                name.into()
            }
            _ => path,
        }
    }
}

/// The ending of a file name, in small letters, without its dot.
pub(crate) fn ending(path: &Path) -> String {
    path.extension().unwrap_or_default().to_string_lossy().to_lowercase()
}

/// Draws a question; says which answer was given.
fn show(question: &Question, context: &egui::Context) -> Option<usize> {
    let pressed = |key| context.input_mut(|input| input.consume_key(Modifiers::NONE, key));
    let last = question.answers.len().saturating_sub(1);
    let escape = question.answers.iter().position(|answer| answer.commands.is_empty()).unwrap_or(last);
    let by_key = [(Key::Escape, escape), (Key::Enter, 0)].into_iter().find(|(key, _)| pressed(*key));
    let mut given = by_key.map(|(_, answer)| answer);
    let frame = Frame::window(&context.global_style()).inner_margin(18);
    Modal::new(egui::Id::new("question")).frame(frame).show(context, |ui| {
        ui.set_width(420.0);
        ui.label(RichText::new(&question.title).heading());
        ui.add_space(6.0);
        ui.label(&question.text);
        ui.add_space(14.0);
        ui.with_layout(Layout::right_to_left(Align::Center), |ui| {
            for (index, answer) in question.answers.iter().enumerate() {
                let button = egui::Button::new(&answer.label).min_size(egui::vec2(84.0, 26.0));
                if ui.add(button.selected(index == 0)).clicked() {
                    given = Some(index);
                }
            }
        });
    });
    given
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_file_that_is_written_gets_an_ending() {
        let choice = |save_as: Option<&str>| Choice {
            title: String::new(),
            folder: None,
            save_as: save_as.map(ToOwned::to_owned),
            kind: (String::new(), vec!["dragfx".to_owned(), "json".to_owned()]),
            then: Arc::new(Command::Open),
        };
        let named = |choice: &Choice, path: &str| choice.named(path.into()).display().to_string();
        let save = choice(Some("a"));
        assert_eq!(
            ["/a/b", "/a/b.c", "/a/b.JSON"].map(|path| named(&save, path)),
            ["/a/b.dragfx", "/a/b.c.dragfx", "/a/b.JSON"]
        );
        assert_eq!(named(&choice(None), "/a/b"), "/a/b");
    }
}
