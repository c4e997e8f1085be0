//! The models of the document.

use std::collections::BTreeSet;

use dragfx_graph::declare::Kind;
use dragfx_graph::document::{Document, Edit};
use dragfx_graph::models::ModelRef;
use dragfx_graph::param::{Param, ParamValue};
use eframe::egui::{Label, RichText, Ui, vec2};

use super::form::Form;
use super::row::small_button;
use crate::command::{Command, Wanted};
use crate::files::Wish;
use crate::theme;

impl Form<'_, '_> {
    /// A part for each model: its name, its file, the beginning of its hash, and where it is looked for first.
    pub(crate) fn models(&mut self, ui: &mut Ui) {
        let models = self.document().models();
        let used = used(self.document());
        for (name, model) in models {
            ui.push_id(name, |ui| self.model(ui, name, model, used.contains(name.as_str())));
        }
        if models.is_empty() {
            ui.label(RichText::new("None yet.").color(theme::WEAK));
        }
        if ui.button("Add model…").clicked() {
            self.commands.push(Command::File(Wish::Find(Wanted::NewModel)));
        }
    }

    fn model(&mut self, ui: &mut Ui, name: &str, model: &ModelRef, is_used: bool) {
        ui.horizontal(|ui| {
            let room = vec2(ui.available_width() - 96.0, ui.spacing().interact_size.y);
            ui.allocate_ui(room, |ui| {
                ui.set_min_width(room.x);
                ui.add(Label::new(RichText::new(name).strong()).truncate());
            });
            if ui.button("Relink…").on_hover_text("Says where its file is").clicked() {
                self.commands.push(Command::File(Wish::Find(Wanted::Model(name.to_owned()))));
            }
            if small_button(ui, "×", &format!("Remove model {name}"), !is_used) {
                self.make(format!("Remove model {name}"), Edit::SetModel { name: name.to_owned(), model: None });
            }
        });
        let hash = model.blake3.as_deref().map_or("any", |hash| hash.get(..12).unwrap_or(hash));
        let facts = format!("{}  ·  {hash}", model.file);
        let label = ui.add(Label::new(RichText::new(facts).color(theme::WEAK)).truncate());
        let hint = model.path.as_deref().map(|path| format!("\nLast at {path}")).unwrap_or_default();
        let hash = model.blake3.as_deref().unwrap_or("none: whatever is at the path is taken");
        label.on_hover_text(format!("{}\nBLAKE3 {hash}{hint}", model.file));
        if let Some(missing) = self.scene.desk.missing.iter().find(|missing| missing.name == name) {
            ui.add(Label::new(RichText::new(&missing.text).color(theme::ERROR).small()).wrap());
        }
        ui.add_space(4.0);
    }
}

/// Names of models that nodes use; the only model is used by those that name none.
fn used(document: &Document) -> BTreeSet<&str> {
    let only = document.models().keys().next().filter(|_| document.models().len() == 1);
    let params = document.nodes().flat_map(|node| {
        let declared = node.decl().into_iter().flat_map(|decl| &decl.params);
        let models = declared.filter(|param| matches!(param.kind, Kind::Model));
        models.map(|param| match node.params.get(&*param.id) {
            Some(Param::Constant(ParamValue::Text(name))) => name.as_str(),
            _ => "",
        })
    });
    params.map(|name| if name.is_empty() { only.map_or("", String::as_str) } else { name }).collect()
}
