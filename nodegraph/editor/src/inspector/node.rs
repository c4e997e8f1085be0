//! What is said and set of a node.

use std::collections::BTreeSet;

use dragfx_graph::declare::{Arity, NodeDecl};
use dragfx_graph::document::{Connection, Edit, Node, NodeId, NodeKind};
use dragfx_graph::value::PortType;
use eframe::egui::{Button, Checkbox, Label, ProgressBar, Response, RichText, Sense, Ui, vec2};

use super::form::{Field, Form};
use super::param::Dress;
use super::row::{plain, section};
use super::setting::Setting;
use crate::command::Command;
use crate::compute::NodeState;
use crate::theme;

impl Form<'_, '_> {
    /// The panel of a node. With `rename` its name is typed next.
    pub(crate) fn node(&mut self, ui: &mut Ui, node: &Node, rename: bool) {
        self.head(ui, node, rename);
        let state = self.scene.compute.state(node.id);
        self.state(ui, &state);
        match &node.kind {
            NodeKind::Known(operator) => {
                let decl = operator.decl();
                if !decl.params.is_empty() {
                    section(ui, "Parameters", true, |ui| {
                        for decl in &decl.params {
                            let setting = Setting { node, decl, frame: self.scene.desk.frame };
                            self.parameter(ui, setting, Dress::default());
                        }
                    });
                }
                section(ui, "Inputs and outputs", true, |ui| self.ports(ui, node, decl));
                if let NodeState::Failed(message) | NodeState::Blocked(message) = &state {
                    section(ui, "Why it cannot be computed", true, |ui| {
                        ui.add(Label::new(RichText::new(message).color(theme::ERROR)).wrap().selectable(true));
                    });
                }
                section(ui, "About this node", false, |ui| {
                    ui.add(Label::new(&*decl.doc).wrap());
                });
            }
            NodeKind::Placeholder(placeholder) => {
                ui.add(Label::new(RichText::new(&placeholder.reason).color(theme::ERROR)).wrap());
                section(ui, "Kept parameters", true, |ui| {
                    for (name, value) in &placeholder.params {
                        plain(ui, name, |ui, _| ui.add(Label::new(value.to_string()).truncate()));
                    }
                });
            }
        }
    }

    fn head(&mut self, ui: &mut Ui, node: &Node, rename: bool) {
        let title = node.decl().map_or(node.type_id(), |decl| &*decl.title);
        ui.horizontal(|ui| {
            ui.label(RichText::new(title).heading().strong());
            let kind = RichText::new(format!("{} · {}", node.type_id(), node.id)).color(theme::WEAK).small();
            ui.add(Label::new(kind).truncate());
        });
        if let Some(decl) = node.decl() {
            let summary = RichText::new(format!("{}.", decl.summary())).color(theme::WEAK);
            ui.add(Label::new(summary).wrap()).on_hover_text(&*decl.doc);
        }
        ui.add_space(2.0);
        plain(ui, "Name", |ui, _| {
            let field = Field { name: "Name", text: &node.name, hint: "", rows: 1 };
            let response = self.text(ui, &field, |text| {
                let name = text.trim().to_owned();
                Ok((format!("Rename {} to {name}", node.name), Edit::Rename { node: node.id, name }))
            });
            if rename {
                response.request_focus();
            }
        });
        plain(ui, "Note", |ui, _| {
            let rows = node.note.lines().count().clamp(2, 6);
            let field = Field { name: "Note", text: &node.note, hint: "", rows };
            self.text(ui, &field, |note| {
                Ok((format!("Comment {}", node.name), Edit::Note { node: node.id, note: note.to_owned() }))
            });
        });
        plain(ui, "Bypass", |ui, label| {
            let mut bypass = node.bypass;
            let response = ui.add(Checkbox::without_text(&mut bypass)).labelled_by(label.id);
            if response.on_hover_text("Passes its input on instead of working").changed() {
                let step = if bypass { "Bypass" } else { "Do not bypass" };
                self.make(format!("{step} {}", node.name), Edit::Bypass { node: node.id, bypass });
            }
        });
    }

    /// What the node is at: always one line, so that nothing below it moves while things are computed.
    fn state(&mut self, ui: &mut Ui, state: &NodeState) {
        let (text, color) = match state {
            NodeState::Unknown => ("–", theme::WEAK),
            NodeState::Cached => ("Its result is there", theme::GOOD),
            NodeState::Stale => ("Has to be computed", theme::WEAK),
            NodeState::Waiting => ("Waits for a drag: set points, press Space", theme::ACCENT),
            NodeState::Incomplete(message) => (&**message, theme::WEAK),
            NodeState::Failed(message) | NodeState::Blocked(message) => (&**message, theme::ERROR),
            NodeState::Computing { done, what } => {
                plain(ui, "State", |ui, _| ui.add(ProgressBar::new(*done as f32).text(what)));
                return;
            }
        };
        plain(ui, "State", |ui, _| {
            ui.horizontal(|ui| ui.add(Label::new(RichText::new(text).color(color)).truncate()));
        });
    }

    fn ports(&mut self, ui: &mut Ui, node: &Node, decl: &NodeDecl) {
        let document = self.document();
        let (into, out) = (document.wires_into(node.id), document.wires_from(node.id));
        for input in &decl.inputs {
            let wires: Vec<&Connection> = into.iter().filter(|wire| wire.input == input.id).collect();
            let ends: Vec<(NodeId, &str)> = wires.iter().map(|wire| (wire.from, &*wire.output)).collect();
            let missing = if input.arity == Arity::Required { "not connected" } else { "–" };
            port(ui, &input.id, input.port_type, &input.doc, |ui| self.ends(ui, &ends, missing));
        }
        for output in &decl.outputs {
            let wires: Vec<&Connection> = out.iter().filter(|wire| wire.output == output.id).collect();
            let ends: Vec<(NodeId, &str)> = wires.iter().map(|wire| (wire.to, &*wire.input)).collect();
            port(ui, &format!("➡ {}", output.id), output.port_type, &output.doc, |ui| self.ends(ui, &ends, "–"));
        }
    }

    /// What a port is connected with; a click goes there.
    fn ends(&mut self, ui: &mut Ui, ends: &[(NodeId, &str)], none: &str) {
        if ends.is_empty() {
            ui.horizontal(|ui| ui.label(RichText::new(none).color(theme::WEAK)));
        }
        for (id, port) in ends {
            let Some(other) = self.document().node(*id) else { continue };
            let name = format!("{}.{port}", other.name);
            let button = Button::new(RichText::new(&name).color(theme::TEXT)).frame(false).truncate();
            if ui.add(button).on_hover_text(format!("Select {}", other.name)).clicked() {
                self.commands.push(Command::Select(BTreeSet::from([*id])));
            }
        }
    }
}

/// A line of a port: a dot in the colour of its type, and what it is connected with.
fn port(ui: &mut Ui, name: &str, port_type: PortType, doc: &str, ends: impl FnOnce(&mut Ui)) {
    let label = |ui: &mut Ui| -> Response {
        let (dot, _) = ui.allocate_exact_size(vec2(8.0, ui.spacing().interact_size.y), Sense::hover());
        ui.painter().circle_filled(dot.center(), 4.0, theme::port(port_type));
        let label = ui.add(Label::new(name).truncate().selectable(false));
        label.on_hover_text(format!("{doc}\nType: {port_type}"))
    };
    super::row::row(ui, label, |ui, _| ends(ui), 0, |_| ());
}
