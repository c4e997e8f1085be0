//! What the pointer has in hand, from press to release, and what becomes of it.

use std::collections::BTreeSet;

use dragfx_graph::document::{Connection, NodeId};
use eframe::egui::{CursorIcon, Modifiers, Pos2, Rect, Ui, Vec2};

use super::aim::Over;
use super::edits::{self, Wiring};
use super::menu::Menu;
use super::model::{Place, Side};
use super::widget::Event;
use super::{Canvas, palette::Palette};
use crate::action::Action;
use crate::command::Command;
use crate::editor::Scene;

/// What is in hand.
#[derive(Debug, Default)]
pub(super) enum Hold {
    #[default]
    Nothing,
    /// The canvas.
    Pan,
    /// A node that was pressed, at a place of the canvas.
    Node { node: NodeId, from: Pos2 },
    /// The selected nodes, and how far they are moved; `node` is the one under the pointer.
    Nodes { node: NodeId, from: Pos2, by: Vec2 },
    /// A box from a corner on, and what was selected before.
    Box { from: Pos2, kept: BTreeSet<NodeId> },
    /// A wire.
    Wire(Hand),
}

/// A wire in hand.
#[derive(Clone, Debug)]
pub(super) struct Hand {
    /// The port that it stays at.
    pub(super) end: Place,
    /// The wire that it was, before it was pulled off an input.
    pub(super) pulled: Option<Connection>,
}

impl Hold {
    /// Whether there is nothing in hand.
    pub(super) fn is_nothing(&self) -> bool {
        matches!(self, Self::Nothing)
    }

    /// The wire in hand.
    pub(super) fn hand(&self) -> Option<&Hand> {
        match self {
            Self::Wire(hand) => Some(hand),
            _ => None,
        }
    }

    /// Whether the pointer holds that very node: it is drawn wherever it is.
    pub(super) fn is_of(&self, id: NodeId) -> bool {
        matches!(self, Self::Node { node, .. } | Self::Nodes { node, .. } if *node == id)
    }

    /// Puts nodes and wires back where they were.
    pub(super) fn let_go(&mut self) {
        if matches!(self, Self::Node { .. } | Self::Nodes { .. } | Self::Wire(_)) {
            *self = Self::Nothing;
        }
    }
}

impl Canvas {
    /// Does what the pointer wants.
    pub(super) fn point(&mut self, ui: &Ui, scene: &Scene<'_>, events: &[Event], commands: &mut Vec<Command>) {
        let Some(at) = ui.input(|input| input.pointer.latest_pos()) else { return };
        if let Some(at) = self.pointer(ui) {
            self.press(ui, at, scene, commands);
        }
        let (is_down, modifiers) = ui.input(|input| (input.pointer.primary_down(), input.modifiers));
        if is_down || ui.input(|input| input.pointer.primary_released()) {
            events.iter().for_each(|event| self.take(*event, at, modifiers, scene, commands));
        }
        self.follow(ui, at, scene, commands);
        if ui.input(|input| input.pointer.any_released()) && !ui.input(|input| input.pointer.any_down()) {
            self.drop(at, ui, scene, commands);
        }
    }

    /// A button was pressed or clicked over the canvas.
    fn press(&mut self, ui: &Ui, at: Pos2, scene: &Scene<'_>, commands: &mut Vec<Command>) {
        let (modifiers, pointer) = ui.input(|input| (input.modifiers, input.pointer.clone()));
        let more = modifiers.shift || modifiers.command;
        if pointer.primary_pressed() && self.hold.is_nothing() {
            ui.ctx().memory_mut(|memory| memory.stop_text_input());
            if let Over::Node(node) = self.over(at, scene) {
                self.hold = Hold::Node { node, from: self.camera.to_canvas(at) };
                self.raise(node);
                let mut selection = scene.desk.selection.clone();
                if more {
                    if !selection.remove(&node) {
                        selection.insert(node);
                    }
                    commands.push(Command::Select(selection));
                } else if !selection.contains(&node) {
                    commands.push(Command::Select(BTreeSet::from([node])));
                }
            }
        }
        if pointer.button_double_clicked(eframe::egui::PointerButton::Primary) {
            match self.over(at, scene) {
                Over::Node(_) => commands.push(Command::Act(Action::ShowNode)),
                Over::Nothing | Over::Wire(_) => self.open_palette(at, scene),
                Over::Port(_) => {}
            }
        } else if pointer.primary_clicked()
            && !more
            && self.hold.is_nothing()
            && matches!(self.over(at, scene), Over::Nothing | Over::Wire(_))
        {
            commands.push(Command::Select(BTreeSet::new()));
        }
        if pointer.secondary_clicked() {
            let over = self.over(at, scene);
            if let Over::Node(node) = over
                && !scene.desk.selection.contains(&node)
            {
                commands.push(Command::Select(BTreeSet::from([node])));
            }
            self.menu = Some(Menu::new(at, over));
        }
    }

    fn raise(&mut self, node: NodeId) {
        self.order.retain(|&other| other != node);
        self.order.push(node);
    }

    /// What the widget says of the pointer.
    fn take(&mut self, event: Event, at: Pos2, modifiers: Modifiers, scene: &Scene<'_>, commands: &mut Vec<Command>) {
        match (event, &self.hold) {
            (Event::Click(node), _) if !modifiers.any() && scene.desk.selection.len() > 1 => {
                commands.push(Command::Select(BTreeSet::from([node])));
            }
            (Event::Drag(_), &Hold::Node { node, from }) if scene.desk.selection.contains(&node) => {
                self.hold = Hold::Nodes { node, from, by: Vec2::ZERO };
            }
            (Event::Pull(place), Hold::Nothing) => {
                let pulled = self.model.port(place).and_then(|port| port.wire.clone());
                let wire = self.model.wires.iter().find(|wire| Some(&wire.connection) == pulled.as_ref());
                self.hold = Hold::Wire(Hand { end: wire.map_or(place, |wire| wire.from), pulled });
            }
            (Event::Sweep, Hold::Nothing) => {
                let kept = if modifiers.shift { scene.desk.selection.clone() } else { BTreeSet::new() };
                self.hold = Hold::Box { from: self.camera.to_canvas(at), kept };
            }
            _ => {}
        }
    }

    /// What is in hand goes where the pointer is.
    fn follow(&mut self, ui: &Ui, at: Pos2, scene: &Scene<'_>, commands: &mut Vec<Command>) {
        let place = self.camera.to_canvas(at);
        match &mut self.hold {
            Hold::Nodes { from, by, .. } => {
                *by = place - *from;
                ui.ctx().set_cursor_icon(CursorIcon::Grabbing);
            }
            Hold::Pan => ui.ctx().set_cursor_icon(CursorIcon::Grabbing),
            Hold::Box { from, kept } => {
                let area = Rect::from_two_pos(*from, place);
                let touched = self.model.cards().iter().filter(|card| card.rect().intersects(area));
                let selection: BTreeSet<NodeId> = touched.map(|card| card.id).chain(kept.iter().copied()).collect();
                if selection != scene.desk.selection {
                    commands.push(Command::Select(selection));
                }
            }
            Hold::Nothing | Hold::Node { .. } | Hold::Wire(_) => {}
        }
    }

    /// What was in hand is let go.
    fn drop(&mut self, at: Pos2, ui: &Ui, scene: &Scene<'_>, commands: &mut Vec<Command>) {
        let document = scene.session.document();
        match &self.hold {
            Hold::Nodes { by, .. } if *by != Vec2::ZERO => {
                let selection = &scene.desk.selection;
                let edits = edits::shift(document, selection, [f64::from(by.x), f64::from(by.y)]);
                commands.push(Command::Edit { label: edits::label(document, "Move", selection), edits });
            }
            Hold::Wire(hand) => {
                let hand = hand.clone();
                self.drop_wire(&hand, at, ui, scene, commands);
            }
            _ => {}
        }
        self.hold = Hold::Nothing;
    }

    fn drop_wire(&mut self, hand: &Hand, at: Pos2, ui: &Ui, scene: &Scene<'_>, commands: &mut Vec<Command>) {
        let is_here = self.pointer(ui).is_some();
        let target = self.snap(at).map_or_else(|| self.over(at, scene), Over::Port);
        match (target, &hand.pulled) {
            (Over::Port(place), _) if is_here && place != hand.end => self.join(hand, place, scene, commands),
            (Over::Node(node), _) if is_here && node != hand.end.node => match self.welcome(node) {
                Some(place) => self.join(hand, place, scene, commands),
                None => commands.push(Command::complain(self.refusal(hand, node))),
            },
            (_, Some(pulled)) => {
                let label = edits::unplug_label(scene.session.document(), pulled);
                commands.push(Command::edit(label, edits::disconnect(pulled)));
            }
            (Over::Nothing | Over::Wire(_), None) if is_here => {
                if let Some(wiring) = self.wiring(hand) {
                    self.palette = Some(Palette::new(at, self.camera.to_canvas(at), wiring));
                }
            }
            _ => {}
        }
    }

    /// Makes a wire from what is in hand to a port.
    fn join(&self, hand: &Hand, place: Place, scene: &Scene<'_>, commands: &mut Vec<Command>) {
        let (output, input) = match (hand.end.side, place.side) {
            (Side::Output, Side::Input) => (hand.end, place),
            (Side::Input, Side::Output) => (place, hand.end),
            (Side::Output, Side::Output) => return commands.push(Command::complain("two outputs cannot be joined")),
            (Side::Input, Side::Input) => return commands.push(Command::complain("two inputs cannot be joined")),
        };
        let (Some(from), Some(to)) = (self.model.port(output), self.model.port(input)) else { return };
        let wire = Connection {
            from: output.node,
            output: from.id.clone(),
            to: input.node,
            input: to.id.clone(),
            order: to.order,
        };
        if hand.pulled.as_ref() == Some(&wire) {
            return;
        }
        let document = scene.session.document();
        let name = |id| document.node(id).map_or("a node", |node| &node.name);
        let label = format!("Connect {} to {}", name(wire.from), name(wire.to));
        commands.push(Command::Edit { label, edits: edits::join(document, hand.pulled.as_ref(), wire) });
    }

    /// Why a node has no port for the wire in hand.
    fn refusal(&self, hand: &Hand, node: NodeId) -> String {
        let name = self.model.card(node).map_or("the node", |card| &card.name);
        let port_type = self.model.port(hand.end).and_then(|port| port.port_type);
        let what = port_type.map_or_else(|| "anything".to_owned(), |port_type| port_type.to_string());
        match hand.end.side {
            Side::Output => format!("{name} takes no {what}"),
            Side::Input => format!("{name} gives no {what}"),
        }
    }

    /// How a node is wired that is added at the end of the wire in hand.
    fn wiring(&self, hand: &Hand) -> Option<Wiring> {
        let port = self.model.port(hand.end)?;
        let (node, port_type) = (hand.end.node, port.port_type);
        Some(match hand.end.side {
            Side::Output => Wiring::From { node, output: port.id.clone(), port_type },
            Side::Input => Wiring::Into { node, input: port.id.clone(), order: port.order, port_type },
        })
    }
}
