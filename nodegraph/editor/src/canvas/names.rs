//! What is drawn has names: for screen readers, and for a pointer that rests.

use eframe::egui::accesskit::{self, Role};
use eframe::egui::{Id, PopupAnchor, Pos2, Rect, Tooltip, Ui, Vec2};

use super::aim::Over;
use super::model::{Card, Place, Side};
use super::{Canvas, paint};
use crate::editor::Scene;

/// Seconds until a pointer rests.
const REST: f32 = 0.5;

impl Canvas {
    /// Names everything.
    pub(super) fn name(&self, ui: &Ui, scene: &Scene<'_>) {
        let canvas = ui.id().with("canvas");
        if name(ui, canvas, Role::Group, "Graph", self.camera.panel()) {
            self.name_parts(ui, canvas, scene);
        }
        self.explain(ui, scene);
    }

    /// Names nodes, ports and wires: `drag1 node`, `drag1 input latent`, `latent1.latent to drag1.latent wire`.
    fn name_parts(&self, ui: &Ui, canvas: Id, scene: &Scene<'_>) {
        let dot = |at: Pos2| Rect::from_center_size(at, Vec2::splat(2.0 * paint::PORT * self.camera.zoom()));
        for wire in &self.model.wires {
            let (Some(curve), Some(label)) =
                (self.curve(wire.from, wire.to, scene), self.wire_name(wire.from, wire.to))
            else {
                continue;
            };
            name(ui, canvas.with((wire.from, wire.to)), Role::GraphicsSymbol, &label, dot(curve.middle()));
        }
        for &node in &self.order {
            let (Some(card), Some(rect)) = (self.model.card(node), self.rect(node, scene)) else { continue };
            let bar = rect.with_max_y(rect.min.y + 2.0 * paint::PORT * self.camera.zoom() * 2.5);
            let id = canvas.with(node);
            name(ui, id, Role::GraphicsObject, &format!("{} node", card.name), bar);
            ui.ctx().accesskit_node_builder(id, |builder| {
                builder.set_description(describe(card, scene));
                builder.set_selected(scene.desk.selection.contains(&node));
            });
            for place in self.places(node) {
                let (Some(port), Some(at)) = (self.model.port(place), self.port(place, scene)) else { continue };
                let label = format!("{} {} {}", card.name, place.side.name(), port.label);
                name(ui, canvas.with(place), Role::GraphicsSymbol, &label, dot(at));
            }
        }
    }

    fn wire_name(&self, from: Place, to: Place) -> Option<String> {
        let (giver, taker) = (self.model.card(from.node)?, self.model.card(to.node)?);
        let (output, input) = (self.model.port(from)?, self.model.port(to)?);
        Some(format!("{}.{} to {}.{} wire", giver.name, output.label, taker.name, input.label))
    }

    /// Says what is under a pointer that rests.
    fn explain(&self, ui: &Ui, scene: &Scene<'_>) {
        let is_busy = self.palette.is_some() || self.menu.is_some() || ui.input(|input| input.pointer.any_down());
        let Some(at) = self.pointer(ui).filter(|_| !is_busy) else { return };
        let text = match self.over(at, scene) {
            Over::Port(place) => self.port_text(place),
            Over::Node(node) => self.model.card(node).map(|card| describe(card, scene)),
            Over::Wire(_) | Over::Nothing => None,
        };
        let Some(text) = text else { return };
        let rested = ui.input(|input| input.pointer.time_since_last_movement());
        if rested < REST {
            let wait = std::time::Duration::from_secs_f32(REST - rested + 0.01);
            return ui.ctx().request_repaint_after(wait);
        }
        let id = ui.id().with("explanation");
        let tooltip = Tooltip::always_open(ui.ctx().clone(), ui.layer_id(), id, PopupAnchor::Pointer);
        tooltip.gap(14.0).show(|ui| ui.label(text));
    }

    fn port_text(&self, place: Place) -> Option<String> {
        let port = self.model.port(place)?;
        let what = port.port_type.map_or_else(|| "unknown".to_owned(), |port_type| port_type.to_string());
        let need = match (place.side, port.is_required) {
            (Side::Output, _) => String::new(),
            (Side::Input, true) => ", needed".to_owned(),
            (Side::Input, false) => ", optional".to_owned(),
        };
        let separator = if port.doc.is_empty() { "" } else { "\n" };
        Some(format!("{}: {what}{need}{separator}{}", port.label, port.doc))
    }
}

/// A node in words.
fn describe(card: &Card, scene: &Scene<'_>) -> String {
    let slots = scene.desk.slots.iter().enumerate();
    let shows = slots.filter(|(_, view)| view.as_ref().is_some_and(|view| view.node == card.id));
    let shown: Vec<String> = shows.map(|(slot, _)| format!("Shown in viewer {}.", slot + 1)).collect();
    let parts = [
        format!("{}: {}", card.name, card.kind),
        card.summary.clone(),
        card.missing.clone().unwrap_or_default(),
        if card.bypass { "Bypassed: passes its input on.".to_owned() } else { String::new() },
        paint::words(&scene.compute.state(card.id)),
        shown.join(" "),
        card.note.clone(),
    ];
    let parts: Vec<String> = parts.into_iter().filter(|part| !part.is_empty()).collect();
    parts.join("\n")
}

/// Names a rectangle; says whether anybody asks for names.
fn name(ui: &Ui, id: Id, role: Role, label: &str, rect: Rect) -> bool {
    let written = ui.ctx().accesskit_node_builder(id, |node| {
        node.set_role(role);
        node.set_label(label);
        node.set_bounds(accesskit::Rect {
            x0: rect.min.x.into(),
            y0: rect.min.y.into(),
            x1: rect.max.x.into(),
            y1: rect.max.y.into(),
        });
    });
    written.is_some()
}
