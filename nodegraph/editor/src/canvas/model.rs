//! The document as the canvas shows it: cards with ports, and wires between them. It is made anew when the document has
//! changed, and measures everything in units of the canvas.

mod card;

use std::collections::HashMap;

use dragfx_graph::document::{Connection, Document, NodeId};
use dragfx_graph::value::PortType;
use eframe::egui::{Pos2, Rect};

pub(super) use card::{Card, FOOT, NOTE_ROW, PICTURE, Port, ROW, TITLE, WIDTH};

/// Everything that is on the canvas.
#[derive(Default)]
pub(super) struct Model {
    cards: Vec<std::rc::Rc<Card>>,
    places: HashMap<NodeId, usize>,
    /// The wires.
    pub(super) wires: Vec<Wire>,
}

/// A side of a node.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(super) enum Side {
    /// What it takes, at its left.
    Input,
    /// What it gives, at its right.
    Output,
}

/// A port of a node.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(super) struct Place {
    pub(super) node: NodeId,
    pub(super) side: Side,
    /// Among the ports of that side.
    pub(super) index: usize,
}

/// A wire.
#[derive(Clone, Debug)]
pub(super) struct Wire {
    pub(super) from: Place,
    pub(super) to: Place,
    /// What goes through it; nobody knows between two placeholders.
    pub(super) port_type: Option<PortType>,
    /// What the document calls it.
    pub(super) connection: Connection,
}

impl Model {
    /// The document, with `rows` telling how many lines a note takes.
    pub(super) fn of(document: &Document, rows: impl Fn(&str) -> usize) -> Self {
        let cards: Vec<_> = document.nodes().map(|node| Card::of(document, node, &rows).into()).collect();
        let places = cards.iter().enumerate().map(|(index, card): (_, &std::rc::Rc<Card>)| (card.id, index)).collect();
        let mut model = Self { cards, places, wires: Vec::new() };
        model.wires = document.all_wires().filter_map(|connection| model.wire(connection)).collect();
        model
    }

    /// All cards, in the order of their nodes.
    pub(super) fn cards(&self) -> &[std::rc::Rc<Card>] {
        &self.cards
    }

    /// The card of a node.
    pub(super) fn card(&self, node: NodeId) -> Option<&std::rc::Rc<Card>> {
        self.places.get(&node).map(|&index| &self.cards[index])
    }

    /// The port at a place.
    pub(super) fn port(&self, place: Place) -> Option<&Port> {
        self.card(place.node)?.ports(place.side).get(place.index)
    }

    /// The port's place on the canvas.
    pub(super) fn port_at(&self, place: Place) -> Option<Pos2> {
        let card = self.card(place.node)?;
        Some(card.position + card.port_offset(place.side, place.index))
    }

    /// The rectangle around some nodes, if there are any.
    pub(super) fn bounds(&self, wanted: impl Fn(NodeId) -> bool) -> Option<Rect> {
        let rects = self.cards.iter().filter(|card| wanted(card.id)).map(|card| card.rect());
        rects.reduce(Rect::union)
    }

    fn wire(&self, connection: Connection) -> Option<Wire> {
        let (from, to) = (self.card(connection.from)?, self.card(connection.to)?);
        let output = from.outputs.iter().position(|port| port.id == connection.output)?;
        let is_end = |port: &Port| port.id == connection.input && port.order == connection.order;
        let input = to.inputs.iter().position(is_end)?;
        Some(Wire {
            from: Place { node: from.id, side: Side::Output, index: output },
            to: Place { node: to.id, side: Side::Input, index: input },
            port_type: from.outputs[output].port_type.or(to.inputs[input].port_type),
            connection,
        })
    }
}

impl Side {
    /// The side that a wire from this one goes to.
    pub(super) fn other(self) -> Self {
        match self {
            Self::Input => Self::Output,
            Self::Output => Self::Input,
        }
    }

    /// What people call a port of it.
    pub(super) fn name(self) -> &'static str {
        match self {
            Self::Input => "input",
            Self::Output => "output",
        }
    }
}
