//! What is shown where no single node is selected: the document, or what several nodes have in common.

use std::collections::BTreeSet;

use dragfx_graph::document::{About, Edit, FrameRange, NodeId};
use eframe::egui::{Button, Label, RichText, Ui, vec2};

use super::form::{Field, Form};
use super::number::Scale;
use super::row::{plain, section};
use crate::command::Command;
use crate::theme;

impl Form<'_, '_> {
    /// The panel of the document.
    pub(crate) fn about(&mut self, ui: &mut Ui) {
        ui.label(RichText::new("Document").heading().strong());
        let nodes = match self.document().len() {
            1 => "1 node".to_owned(),
            count => format!("{count} nodes"),
        };
        ui.label(RichText::new(format!("{nodes}. Select one to see what can be set.")).color(theme::WEAK));
        ui.add_space(2.0);
        let about = self.document().about();
        plain(ui, "Title", |ui, _| {
            self.text(ui, &Field { name: "Title", text: &about.title, hint: "Untitled", rows: 1 }, |title| {
                let about = About { title: title.to_owned(), ..about.clone() };
                Ok(("Set title".to_owned(), Edit::SetAbout(about)))
            });
        });
        plain(ui, "Description", |ui, _| {
            let rows = about.description.lines().count().clamp(3, 8);
            self.text(ui, &Field { name: "Description", text: &about.description, hint: "", rows }, |description| {
                let about = About { description: description.to_owned(), ..about.clone() };
                Ok(("Set description".to_owned(), Edit::SetAbout(about)))
            });
        });
        section(ui, "Published parameters", true, |ui| self.published(ui));
        if !self.document().published().is_empty() {
            section(ui, "Names and ranges of published parameters", false, |ui| self.publications(ui));
        }
        section(ui, "Frames", true, |ui| self.frames(ui));
        section(ui, "Models", true, |ui| self.models(ui));
    }

    /// First and last frame, and the rate.
    pub(crate) fn frames(&mut self, ui: &mut Ui) {
        let frames = self.document().frames();
        plain(ui, "First and last", |ui, _| {
            ui.horizontal(|ui| {
                let size = vec2((ui.available_width() - 6.0) / 2.0, ui.spacing().interact_size.y);
                ui.allocate_ui(size, |ui| self.first_frame(ui, "First frame of the document", frames));
                ui.allocate_ui(size, |ui| self.last_frame(ui, "Last frame of the document", frames));
            });
        });
        plain(ui, "Rate", |ui, _| self.rate(ui, frames));
    }

    /// The first frame; it takes the last one with it if that would be before it.
    pub(crate) fn first_frame(&mut self, ui: &mut Ui, name: &str, frames: FrameRange) {
        self.frame_number(ui, name, "Set first frame", frames.first as f64, |first| FrameRange {
            first,
            last: frames.last.max(first),
            ..frames
        });
    }

    /// The last frame; it takes the first one with it if that would be after it.
    pub(crate) fn last_frame(&mut self, ui: &mut Ui, name: &str, frames: FrameRange) {
        self.frame_number(ui, name, "Set last frame", frames.last as f64, |last| FrameRange {
            last,
            first: frames.first.min(last),
            ..frames
        });
    }

    /// Frames a second.
    pub(crate) fn rate(&mut self, ui: &mut Ui, frames: FrameRange) {
        let scale = Scale { range: (0.001, 1000.0), slider: None, whole: false, unit: " fps".to_owned() };
        let response = self.typed(ui, &scale, frames.rate, "Rate", "Set rate", &|rate| {
            Ok(Edit::SetFrames(FrameRange { rate, ..frames }))
        });
        self.complaint(ui, response.id);
    }

    fn frame_number(&mut self, ui: &mut Ui, name: &str, step: &str, value: f64, set: impl Fn(i64) -> FrameRange) {
        let scale = Scale { range: (-1e7, 1e7), slider: None, whole: true, unit: String::new() };
        let response = self.typed(ui, &scale, value, name, step, &|value| Ok(Edit::SetFrames(set(value as i64))));
        self.complaint(ui, response.id);
    }

    /// The panel of several nodes.
    pub(crate) fn several(&mut self, ui: &mut Ui, nodes: &BTreeSet<NodeId>) {
        ui.label(RichText::new(format!("{} nodes", nodes.len())).heading().strong());
        ui.horizontal_wrapped(|ui| {
            let is_bypassed = |id: &NodeId| self.document().node(*id).is_some_and(|node| node.bypass);
            let bypass = !nodes.iter().all(is_bypassed);
            let verb = if bypass { "Bypass" } else { "Do not bypass" };
            if ui.button(verb).clicked() {
                let edits = nodes.iter().map(|&node| Edit::Bypass { node, bypass }).collect();
                self.commands.push(Command::Edit { label: format!("{verb} {} nodes", nodes.len()), edits });
            }
            if ui.button("Delete").clicked() {
                let nodes: Vec<NodeId> = nodes.iter().copied().collect();
                let edits = self.document().removal(&nodes);
                self.commands.push(Command::Edit { label: format!("Delete {} nodes", nodes.len()), edits });
            }
            if ui.button("Select none").clicked() {
                self.commands.push(Command::Select(BTreeSet::new()));
            }
        });
        ui.separator();
        for id in nodes {
            let Some(node) = self.document().node(*id) else { continue };
            let kind = node.decl().map_or(node.type_id(), |decl| &*decl.title).to_owned();
            let name = node.name.clone();
            plain(ui, &kind, |ui, _| {
                if ui.add(Button::new(&name).frame(false).truncate()).clicked() {
                    self.commands.push(Command::Select(BTreeSet::from([*id])));
                }
            });
        }
        ui.add(Label::new(RichText::new("Select one of them to see what can be set.").color(theme::WEAK)).wrap());
    }
}
