//! The palette: kinds of nodes are searched by typing, and added with Enter.

mod search;

use std::sync::Arc;

use dragfx_graph::declare::{Category, NodeDecl};
use dragfx_graph::operator::Operator;
use dragfx_graph::registry::Registry;
use eframe::egui::{
    Align2, Area, Button, Frame, Id, Key, Label, Modifiers, Order, Pos2, RichText, ScrollArea, TextEdit, Ui, vec2,
};

use super::edits::{self, Wiring};
use super::model::{ROW, TITLE, WIDTH};
use super::{Canvas, Scene};
use crate::command::Command;
use crate::theme;

/// The palette, while it is open.
pub(super) struct Palette {
    /// Where on the screen.
    at: Pos2,
    /// Where on the canvas: the node comes there.
    place: Pos2,
    wiring: Wiring,
    query: String,
    /// The chosen entry of the list.
    chosen: usize,
    is_new: bool,
}

/// What comes of a frame of it.
enum Outcome {
    Open,
    Closed,
    Chosen(Arc<dyn Operator>),
}

const SIZE: [f32; 2] = [280.0, 260.0];

impl Palette {
    /// A palette that adds a node there, and wires it so.
    pub(super) fn new(at: Pos2, place: Pos2, wiring: Wiring) -> Self {
        Self { at, place, wiring, query: String::new(), chosen: 0, is_new: true }
    }

    fn show(&mut self, ui: &Ui, registry: &Registry) -> Outcome {
        let mut found = search::find(registry, &self.query, |decl| self.wiring.suits(decl));
        self.chosen = self.chosen.min(found.len().saturating_sub(1));
        let mut outcome = self.keys(ui, &found);
        let area = Area::new(Id::new("palette")).order(Order::Foreground).fixed_pos(self.at);
        let area =
            area.pivot(Align2::LEFT_TOP).constrain_to(ui.ctx().content_rect().shrink(4.0)).show(ui.ctx(), |ui| {
                Frame::popup(ui.style()).show(ui, |ui| {
                    ui.set_width(SIZE[0]);
                    let field =
                        TextEdit::singleline(&mut self.query).hint_text("Search nodes").desired_width(f32::INFINITY);
                    let field = ui.add(field);
                    ui.ctx().accesskit_node_builder(field.id, |node| node.set_label("Search nodes"));
                    if self.is_new || !field.has_focus() {
                        field.request_focus();
                    }
                    if field.changed() {
                        self.chosen = 0;
                        found = search::find(registry, &self.query, |decl| self.wiring.suits(decl));
                    }
                    if let Some(index) = self.list(ui, &found) {
                        outcome = Outcome::Chosen(found[index].clone());
                    }
                    ui.separator();
                    let summary = found.get(self.chosen).map_or("No node is called so.", |kind| kind.decl().summary());
                    let text = RichText::new(summary).small().color(theme::WEAK);
                    ui.add(Label::new(text).wrap().selectable(false));
                });
            });
        let pressed = ui.input(|input| input.pointer.any_pressed().then(|| input.pointer.interact_pos()).flatten());
        let is_elsewhere = pressed.is_some_and(|at| !area.response.rect.contains(at));
        if is_elsewhere && !self.is_new {
            outcome = Outcome::Closed;
        }
        self.is_new = false;
        outcome
    }

    /// Takes the keys that are not for the text.
    fn keys(&mut self, ui: &Ui, found: &[Arc<dyn Operator>]) -> Outcome {
        let pressed = |key| ui.input_mut(|input| input.consume_key(Modifiers::NONE, key));
        let (last, before) = (found.len().saturating_sub(1), self.chosen);
        if pressed(Key::ArrowDown) || pressed(Key::Tab) && !self.is_new {
            self.chosen = if before >= last { 0 } else { before + 1 };
        }
        if pressed(Key::ArrowUp) {
            self.chosen = before.checked_sub(1).unwrap_or(last);
        }
        if pressed(Key::Enter) {
            return found.get(self.chosen).cloned().map_or(Outcome::Open, Outcome::Chosen);
        }
        if pressed(Key::Escape) { Outcome::Closed } else { Outcome::Open }
    }

    /// The entries; gives the one that is clicked.
    fn list(&mut self, ui: &mut Ui, found: &[Arc<dyn Operator>]) -> Option<usize> {
        let mut clicked = None;
        let has_moved = ui.input(|input| input.pointer.delta() != eframe::egui::Vec2::ZERO);
        let has_keys =
            ui.input(|input| input.events.iter().any(|event| matches!(event, eframe::egui::Event::Key { .. })));
        ScrollArea::vertical().max_height(SIZE[1]).auto_shrink([false, true]).show(ui, |ui| {
            ui.spacing_mut().item_spacing.y = 1.0;
            let mut category = None;
            for (index, kind) in found.iter().enumerate() {
                let decl = kind.decl();
                if self.query.trim().is_empty() && category != Some(decl.category) {
                    category = Some(decl.category);
                    ui.label(RichText::new(heading(decl.category)).small().color(theme::WEAK));
                }
                let entry = ui.add(entry(decl, index == self.chosen));
                if entry.hovered() && has_moved {
                    self.chosen = index;
                }
                if index == self.chosen && has_keys {
                    entry.scroll_to_me(None);
                }
                if entry.clicked() {
                    clicked = Some(index);
                }
            }
        });
        clicked
    }

    /// The left upper corner of a node that comes to the palette's place: its title, or the port of its wire, is there.
    fn corner(&self) -> [f64; 2] {
        let port = TITLE + ROW / 2.0;
        let by = match self.wiring {
            Wiring::Alone | Wiring::Behind(_) => vec2(WIDTH / 2.0, TITLE / 2.0),
            Wiring::From { .. } => vec2(0.0, port),
            Wiring::Into { .. } => vec2(WIDTH, port),
        };
        let corner = self.place - by;
        [f64::from(corner.x), f64::from(corner.y)]
    }
}

fn entry(decl: &NodeDecl, is_chosen: bool) -> Button<'_> {
    Button::selectable(is_chosen, &*decl.title)
        .shortcut_text(RichText::new(&*decl.id).color(theme::WEAK))
        .min_size(vec2(SIZE[0], 0.0))
}

fn heading(category: Category) -> &'static str {
    match category {
        Category::Latent => "Latents",
        Category::Drag => "Dragging and tracking",
        Category::Picture => "Pictures and masks",
        Category::File => "Files",
        Category::Plugin => "Effects",
    }
}

impl Canvas {
    /// Opens the palette: what it adds comes behind the only selected node.
    pub(super) fn open_palette(&mut self, at: Pos2, scene: &Scene<'_>) {
        let wiring = scene.desk.inspected().map_or(Wiring::Alone, Wiring::Behind);
        self.palette = Some(Palette::new(at, self.camera.to_canvas(at), wiring));
    }

    /// Draws the palette if it is open, and adds what is chosen.
    pub(super) fn show_palette(&mut self, ui: &Ui, scene: &Scene<'_>, commands: &mut Vec<Command>) {
        let Some(mut palette) = self.palette.take() else { return };
        match palette.show(ui, scene.session.registry()) {
            Outcome::Open => self.palette = Some(palette),
            Outcome::Closed => {}
            Outcome::Chosen(operator) => {
                let document = scene.session.document();
                let (node, edits) = edits::insert(document, &operator, palette.corner(), &palette.wiring);
                commands.push(Command::Edit { label: format!("Add {}", operator.decl().title), edits });
                commands.push(Command::Select([node].into()));
            }
        }
    }
}
