//! A parameter: its label, its control, and what else can be done with it.

use dragfx_graph::declare::{ChoiceDecl, Kind};
use dragfx_graph::document::{Edit, ParamPath, Published};
use dragfx_graph::param::ParamValue;
use eframe::egui::{Button, Checkbox, ComboBox, Label, Response, RichText, Sense, Ui};

use super::form::{Field, Form};
use super::number::Scale;
use super::row;
use super::setting::{Keyed, Setting};
use crate::theme;

/// How a parameter is shown where it stands for the whole graph: with another label, range and documentation.
#[derive(Clone, Copy, Default)]
pub(crate) struct Dress<'a> {
    pub(crate) label: Option<&'a str>,
    pub(crate) range: Option<[f64; 2]>,
    pub(crate) doc: Option<&'a str>,
}

impl Form<'_, '_> {
    /// A parameter: one line, or a list below its label.
    pub(crate) fn parameter(&mut self, ui: &mut Ui, setting: Setting<'_>, dress: Dress<'_>) {
        let name = dress.label.unwrap_or(&setting.decl.label).to_owned();
        let keyed = setting.keyed();
        let is_list = matches!(setting.decl.kind, Kind::Points | Kind::Shapes);
        let (mut wants_reset, mut wants_key) = (false, false);
        ui.push_id(setting.address(), |ui| {
            let label = |ui: &mut Ui| caption(ui, setting, &name, dress.doc);
            let control = |ui: &mut Ui, label: Response| {
                self.menu(&label, setting);
                if is_list { label } else { self.control(ui, setting, &name, dress.range, &label) }
            };
            let control = row::row(ui, label, control, 2, |ui| {
                wants_reset = row::reset(ui, &name, setting.is_changed());
                wants_key = setting.decl.animates && row::diamond(ui, &name, keyed);
            });
            if is_list {
                self.list(ui, setting);
            } else if !matches!(setting.decl.kind, Kind::Choice { .. } | Kind::Model) {
                // The list of a combo box would open where the menu does.
                self.menu(&control, setting);
            }
            self.complaint(ui, control.id);
            if wants_reset {
                self.make(format!("Reset {}", setting.name()), setting.reset());
            }
            if wants_key {
                self.toggle_key(setting, &control);
            }
        });
    }

    fn toggle_key(&mut self, setting: Setting<'_>, control: &Response) {
        let what = if setting.keyed() == Keyed::Here { "Delete keyframe" } else { "Set keyframe" };
        match setting.toggle_key() {
            Ok(edit) => self.make(format!("{what} of {}", setting.name()), edit),
            Err(error) => self.refuse(control.id, String::new(), error),
        }
    }

    fn control(
        &mut self,
        ui: &mut Ui,
        setting: Setting<'_>,
        name: &str,
        range: Option<[f64; 2]>,
        label: &Response,
    ) -> Response {
        let (value, step) = (setting.value(), format!("Set {}", setting.name()));
        match (&setting.decl.kind, value) {
            (Kind::Float { .. }, ParamValue::Float(value)) => {
                let scale = Scale::of(setting.decl, range).expect("a number has a scale");
                self.number(ui, &scale, value, name, &step, |value| setting.set(ParamValue::Float(value)))
            }
            (Kind::Int { .. }, ParamValue::Int(value)) => {
                let scale = Scale::of(setting.decl, range).expect("a number has a scale");
                let set = |value: f64| setting.set(ParamValue::Int(value as i64));
                self.number(ui, &scale, value as f64, name, &step, set)
            }
            (Kind::Bool { .. }, ParamValue::Bool(mut value)) => {
                let response = ui.add(Checkbox::without_text(&mut value)).labelled_by(label.id);
                if response.changed() {
                    self.edit(&response, step, setting.set(ParamValue::Bool(value)));
                }
                response
            }
            (Kind::Choice { options, .. }, ParamValue::Text(value)) => self.choice(ui, setting, &value, options, label),
            (Kind::Model, ParamValue::Text(value)) => self.model_choice(ui, setting, &value, label),
            (Kind::File { .. }, ParamValue::Text(value)) => self.file(ui, setting, &value, name),
            (Kind::Text { .. }, ParamValue::Text(value)) => {
                let field = Field { name, text: &value, hint: "", rows: 1 };
                self.text(ui, &field, |text| Ok((step.clone(), setting.set(ParamValue::Text(text.to_owned()))?)))
            }
            _ => ui.label(""),
        }
    }

    fn choice(
        &mut self,
        ui: &mut Ui,
        setting: Setting<'_>,
        value: &str,
        options: &[ChoiceDecl],
        label: &Response,
    ) -> Response {
        let combo = combo(ui, setting, value);
        let response = combo.show_ui(ui, |ui| {
            for option in options {
                let item = ui.selectable_label(option.id == value, &*option.id).on_hover_text(&*option.doc);
                if item.clicked() && option.id != value {
                    let edit = setting.set(ParamValue::Text(option.id.to_string()));
                    self.edit(&item, format!("Set {}", setting.name()), edit);
                }
            }
        });
        let doc = options.iter().find(|option| option.id == value).map_or("", |option| &*option.doc);
        response.response.labelled_by(label.id).on_hover_text(doc)
    }

    fn model_choice(&mut self, ui: &mut Ui, setting: Setting<'_>, value: &str, label: &Response) -> Response {
        let models = self.document().models();
        let only = match models.keys().next() {
            Some(name) if models.len() == 1 => format!("The only one ({name})"),
            _ => "The only one".to_owned(),
        };
        let names: Vec<(String, String)> =
            [(String::new(), only)].into_iter().chain(models.keys().map(|name| (name.clone(), name.clone()))).collect();
        let shown = names.iter().find(|(name, _)| name == value).map_or(value, |(_, shown)| shown);
        let response = combo(ui, setting, shown).show_ui(ui, |ui| {
            for (name, shown) in &names {
                let item = ui.selectable_label(name == value, shown);
                if item.clicked() && name != value {
                    let edit = setting.set(ParamValue::Text(name.clone()));
                    self.edit(&item, format!("Set {}", setting.name()), edit);
                }
            }
        });
        response.response.labelled_by(label.id)
    }

    fn list(&mut self, ui: &mut Ui, setting: Setting<'_>) {
        match setting.value() {
            ParamValue::Points(points) => self.points(ui, setting, &points),
            ParamValue::Shapes(shapes) => self.shapes(ui, setting, &shapes),
            _ => {}
        }
    }

    /// What a right click offers.
    fn menu(&mut self, response: &Response, setting: Setting<'_>) {
        response.context_menu(|ui| {
            let name = setting.name();
            if ui.add_enabled(setting.is_changed(), Button::new("Reset")).clicked() {
                self.make(format!("Reset {name}"), setting.reset());
            }
            if setting.decl.animates {
                let keyed = setting.keyed();
                let toggle = if keyed == Keyed::Here { "Delete keyframe" } else { "Set keyframe" };
                if ui.button(toggle).clicked() {
                    self.toggle_key(setting, response);
                }
                if ui.add_enabled(keyed != Keyed::No, Button::new("Delete all keyframes")).clicked() {
                    self.make(format!("Delete keyframes of {name}"), setting.freeze());
                }
            }
            ui.separator();
            let published = self.document().published();
            let is_this = |entry: &Published| entry.node == setting.node.id && entry.path == whole(setting);
            if published.iter().any(is_this) {
                if ui.button("Unpublish").clicked() {
                    let kept = published.iter().filter(|entry| !is_this(entry)).cloned().collect();
                    self.make(format!("Unpublish {name}"), Edit::Publish(kept));
                }
            } else if ui.button("Publish").on_hover_text("Lets it stand for the whole graph.").clicked() {
                let entry = publication(published, setting);
                let published = published.iter().cloned().chain([entry]).collect();
                self.make(format!("Publish {name}"), Edit::Publish(published));
            }
            let address = setting.address();
            if ui.button("Copy address").on_hover_text(&address).clicked() {
                ui.ctx().copy_text(address);
            }
        });
    }
}

/// A label with everything that there is to know about a parameter.
fn caption(ui: &mut Ui, setting: Setting<'_>, name: &str, doc: Option<&str>) -> Response {
    let color = if setting.is_changed() { theme::TEXT } else { theme::WEAK };
    let text = RichText::new(name).color(color);
    let label = ui.add(Label::new(text).truncate().selectable(false).sense(Sense::click()));
    label.on_hover_ui(|ui| {
        ui.label(doc.unwrap_or(&setting.decl.doc));
        let facts = facts(setting);
        ui.label(RichText::new(facts).color(theme::WEAK).small());
    })
}

/// Range, default and address.
fn facts(setting: Setting<'_>) -> String {
    let unit = if setting.decl.unit.is_empty() { String::new() } else { format!(" {}", setting.decl.unit) };
    let range = match setting.decl.kind {
        Kind::Float { min, max, default, .. } => format!("{min} to {max}{unit}, {default} by default\n"),
        Kind::Int { min, max, default } => format!("{min} to {max}{unit}, {default} by default\n"),
        _ => String::new(),
    };
    format!("{range}{}", setting.address())
}

fn combo(ui: &Ui, setting: Setting<'_>, shown: &str) -> ComboBox {
    ComboBox::from_id_salt(setting.address()).selected_text(shown).width(ui.available_width()).truncate()
}

fn whole(setting: Setting<'_>) -> ParamPath {
    ParamPath::whole(&setting.decl.id)
}

/// A parameter as it is published first: under its own name, or with its node's before it if that is taken.
fn publication(published: &[Published], setting: Setting<'_>) -> Published {
    let is_free = |name: &String| published.iter().all(|entry| entry.name != *name);
    let (param, node) = (&setting.decl.id, &setting.node.name);
    let mut names = [param.to_string(), format!("{node}_{param}")]
        .into_iter()
        .chain((2..).map(|number| format!("{node}_{param}_{number}")));
    let name = names.find(is_free).expect("there is always a next number");
    let (label, doc) = (String::new(), String::new());
    Published { name, node: setting.node.id, path: whole(setting), label, range: None, doc }
}
