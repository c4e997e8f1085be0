//! The graph: nodes are added, wired, moved and looked at.
//!
//! Each frame goes the same way: the [`Model`] is made anew if the document has changed, the camera follows wheel and
//! pointer, what is seen is drawn, and what the pointer does to it becomes commands.

mod aim;
mod camera;
mod clipboard;
mod edits;
mod hold;
mod menu;
mod model;
mod names;
mod navigate;
mod note;
mod paint;
mod palette;
mod perform;
mod pictures;
#[cfg(test)]
mod tests;
mod widget;

use dragfx_graph::document::{Document, Node, NodeId};
use eframe::egui::{self, Align2, Color32, Pos2, Rect, Stroke, StrokeKind, Ui, Vec2};

use crate::action;
use crate::command::Command;
use crate::editor::Scene;
use crate::theme;
use camera::Camera;
use clipboard::Clipboard;
use hold::Hold;
use menu::Menu;
use model::{Model, Place, Side};
use navigate::Wheel;
use note::NoteEditor;
use paint::{Curve, Drawn};
use palette::Palette;
use pictures::Pictures;
use widget::Widget;

/// What the canvas remembers from frame to frame.
#[derive(Default)]
pub(crate) struct Canvas {
    camera: Camera,
    wheel: Wheel,
    /// The [document](crate::session::Session::serial) that was shown whole when it came.
    fitted: Option<u64>,
    model: Model,
    /// The document that the model is made of.
    revision: Option<u64>,
    /// The nodes, the last one on top.
    order: Vec<NodeId>,
    widget: Widget,
    hold: Hold,
    /// Where the pointer was last, on the screen: nodes are added there.
    cursor: Option<Pos2>,
    pictures: Pictures,
    palette: Option<Palette>,
    menu: Option<Menu>,
    note: Option<NoteEditor>,
    clipboard: Clipboard,
}

/// The rectangle that a node takes on the canvas: left, top, right and bottom, with the most lines that a note may show.
pub(crate) fn room(document: &Document, node: &Node) -> [f64; 4] {
    let rect = model::Card::of(document, node, |_| paint::NOTE_ROWS).rect();
    [rect.left(), rect.top(), rect.right(), rect.bottom()].map(f64::from)
}

/// The width of a wire.
const WIRE: f32 = 2.5;

impl Canvas {
    /// Draws it.
    pub(crate) fn show(&mut self, ui: &mut Ui, scene: &Scene<'_>, commands: &mut Vec<Command>) {
        let panel = ui.available_rect_before_wrap();
        ui.set_clip_rect(panel.intersect(ui.clip_rect()));
        let before = self.refresh(ui, scene);
        self.camera.settle_in(panel);
        if self.fitted != Some(scene.session.serial()) {
            self.fitted = Some(scene.session.serial());
            self.fit(|_| true);
        } else if let Some(before) = before.filter(|_| scene.desk.place != action::Place::Canvas) {
            self.reveal(&before);
        }
        self.navigate(ui);
        paint::grid(ui.painter(), &self.camera);
        self.show_wires(ui, scene);
        let drawn = self.drawn(ui, scene);
        let events = self.widget.draw(ui, &self.camera, drawn);
        self.show_hold(ui);
        if self.model.cards().is_empty() {
            let text = "Press Tab to add a node, or drop a graph or a picture here";
            let font = egui::FontId::proportional(14.0);
            ui.painter().text(panel.center(), Align2::CENTER_CENTER, text, font, theme::WEAK);
        }
        self.name(ui, scene);
        // What opens now is drawn from the next frame on: the click that opens it would close it.
        self.show_palette(ui, scene, commands);
        self.show_menu(ui, scene, commands);
        self.show_note(ui, scene, commands);
        self.point(ui, scene, &events, commands);
        self.exchange(ui, scene, commands);
        ui.advance_cursor_after_rect(panel);
    }

    /// The place in the graph that is there on the screen, if the canvas is.
    pub(crate) fn place_at(&self, at: Pos2) -> Option<[f64; 2]> {
        let place = self.camera.to_canvas(at);
        self.camera.panel().contains(at).then(|| [f64::from(place.x), f64::from(place.y)])
    }

    /// Makes the model anew if the document is another one, and gives the one before.
    fn refresh(&mut self, ui: &Ui, scene: &Scene<'_>) -> Option<Model> {
        let revision = scene.session.revision();
        if self.revision == Some(revision) {
            return None;
        }
        self.revision = Some(revision);
        let model = Model::of(scene.session.document(), |note| paint::note_rows(ui, note));
        let before = std::mem::replace(&mut self.model, model);
        self.order.retain(|&id| self.model.card(id).is_some());
        let known: std::collections::HashSet<NodeId> = self.order.iter().copied().collect();
        self.order.extend(self.model.cards().iter().map(|card| card.id).filter(|id| !known.contains(id)));
        // What is held may be gone, or another thing by now.
        self.hold.let_go();
        Some(before)
    }

    /// Shows nodes that have come since the model before by another hand than the one on the graph: with the whole graph
    /// if that was seen whole.
    fn reveal(&mut self, before: &Model) {
        let bounds = self.model.bounds(|id| before.card(id).is_none());
        let Some(bounds) = bounds.filter(|bounds| !self.camera.sees(*bounds)) else { return };
        let whole = before.bounds(|_| true);
        if whole.is_none_or(|whole| self.camera.sees(whole)) {
            self.fit(|_| true);
        } else {
            self.camera.reveal(bounds);
        }
    }

    /// Shows some nodes whole, if there are any.
    fn fit(&mut self, wanted: impl Fn(NodeId) -> bool) {
        if let Some(bounds) = self.model.bounds(wanted) {
            self.camera.fit(bounds);
        }
    }

    /// Where a node's rectangle is on the screen, moved as far as it is dragged.
    fn rect(&self, node: NodeId, scene: &Scene<'_>) -> Option<Rect> {
        let rect = self.model.card(node)?.rect().translate(self.moved(node, scene));
        Some(self.camera.rect_to_screen(rect))
    }

    /// Where a port is on the screen.
    fn port(&self, place: Place, scene: &Scene<'_>) -> Option<Pos2> {
        Some(self.camera.to_screen(self.model.port_at(place)? + self.moved(place.node, scene)))
    }

    /// How far a node is dragged from where the document has it.
    fn moved(&self, node: NodeId, scene: &Scene<'_>) -> Vec2 {
        match self.hold {
            Hold::Nodes { by, .. } if scene.desk.selection.contains(&node) => by,
            _ => Vec2::ZERO,
        }
    }

    /// The nodes that are seen, the last one on top.
    fn drawn(&mut self, ui: &Ui, scene: &Scene<'_>) -> Vec<Drawn> {
        let seen = self.camera.panel().expand(20.0 * self.camera.zoom());
        let (zoom, wanted) = (self.camera.zoom(), self.wanted());
        let cards = self.order.iter().filter_map(|&id| Some((self.model.card(id)?.clone(), self.rect(id, scene)?)));
        let cards: Vec<_> = cards.filter(|(card, rect)| seen.intersects(*rect) || self.hold.is_of(card.id)).collect();
        let (desk, end) = (scene.desk, self.hold.hand().map(|hand| hand.end));
        let drawn = |(card, rect): (std::rc::Rc<model::Card>, Rect)| {
            let slots = desk.slots.iter().enumerate();
            let slots = slots.filter(|(_, view)| view.as_ref().is_some_and(|view| view.node == card.id));
            Drawn {
                rect,
                zoom,
                state: scene.compute.state(card.id),
                is_selected: desk.selection.contains(&card.id),
                slots: slots.map(|(slot, _)| (slot + 1, slot == desk.a)).collect(),
                picture: scene.compute.thumbnail(card.id).map(|shown| self.pictures.texture(ui, card.id, shown)),
                wanted,
                held: end.filter(|end| end.node == card.id).map(|end| (end.side, end.index)),
                card,
            }
        };
        let drawn = cards.into_iter().map(drawn).collect();
        self.pictures.forget(|node| self.model.card(node).is_none());
        drawn
    }

    /// Draws the wires, but for the one that is pulled off its port.
    fn show_wires(&self, ui: &Ui, scene: &Scene<'_>) {
        let pulled = self.hold.hand().and_then(|hand| hand.pulled.as_ref());
        let pointed = self.pointed_wire(ui, scene);
        let width = (WIRE * self.camera.zoom()).clamp(1.0, 4.0);
        for (index, wire) in self.model.wires.iter().enumerate() {
            if pulled == Some(&wire.connection) {
                continue;
            }
            let Some(curve) = self.curve(wire.from, wire.to, scene) else { continue };
            let color = wire.port_type.map_or(theme::WEAK, theme::port);
            let is_near = [wire.from.node, wire.to.node].iter().any(|node| scene.desk.selection.contains(node));
            let (width, color) = match (pointed == Some(index), is_near) {
                (true, _) => (width * 1.6, color),
                (false, true) => (width, color),
                (false, false) => (width, color.gamma_multiply(0.7)),
            };
            curve.show(ui.painter(), width, color);
        }
    }

    fn curve(&self, from: Place, to: Place, scene: &Scene<'_>) -> Option<Curve> {
        Some(Curve::new(self.port(from, scene)?, self.port(to, scene)?, self.camera.zoom()))
    }

    /// Draws what is in hand: a wire on its way, or a box.
    fn show_hold(&self, ui: &Ui) {
        let Some(cursor) = ui.input(|input| input.pointer.latest_pos()) else { return };
        let painter = ui.painter();
        match &self.hold {
            Hold::Wire(hand) => {
                let (Some(port), Some(at)) = (self.model.port(hand.end), self.model.port_at(hand.end)) else { return };
                let (fixed, zoom) = (self.camera.to_screen(at), self.camera.zoom());
                let free = self.snap(cursor).and_then(|place| self.model.port_at(place));
                let free = free.map_or(cursor, |place| self.camera.to_screen(place));
                let curve = match hand.end.side {
                    Side::Output => Curve::new(fixed, free, zoom),
                    Side::Input => Curve::new(free, fixed, zoom),
                };
                let color = port.port_type.map_or(theme::WEAK, theme::port);
                curve.show(painter, (WIRE * zoom).clamp(1.5, 4.0), color);
                painter.circle_filled(free, (paint::PORT * zoom).max(3.0), color);
            }
            Hold::Box { from, .. } => {
                let rect = Rect::from_two_pos(self.camera.to_screen(*from), cursor);
                let fill = Color32::from_rgba_unmultiplied(255, 168, 54, 22);
                painter.rect(rect, 0.0, fill, Stroke::new(1.0, theme::ACCENT), StrokeKind::Inside);
            }
            _ => {}
        }
    }
}
