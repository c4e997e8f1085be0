//! What is under the pointer.

use dragfx_graph::document::{Connection, NodeId};
use dragfx_graph::value::PortType;
use eframe::egui::{Pos2, Ui};

use super::model::{Place, Side};
use super::{Canvas, paint};
use crate::editor::Scene;

/// What is somewhere on the canvas.
#[derive(Clone, Debug, PartialEq)]
pub(super) enum Over {
    Port(Place),
    Node(NodeId),
    Wire(Connection),
    Nothing,
}

/// Half the size of a port for the pointer, in units of the canvas.
const PORT: f32 = 8.0;
/// How close a wire must be, in points.
const WIRE: f32 = 6.0;
/// How far a wire in hand jumps to a port that suits it, in points.
const SNAP: f32 = 18.0;

impl Canvas {
    /// What is there.
    pub(super) fn over(&self, at: Pos2, scene: &Scene<'_>) -> Over {
        for &node in self.order.iter().rev() {
            let Some(rect) = self.rect(node, scene) else { continue };
            let reach = PORT * self.camera.zoom();
            if !rect.expand(reach).contains(at) {
                continue;
            }
            let ports = self.places(node);
            let is_near = |place: &Place| self.port(*place, scene).is_some_and(|port| within(at, port, reach));
            if let Some(port) = ports.into_iter().find(is_near) {
                return Over::Port(port);
            }
            if rect.contains(at) {
                return Over::Node(node);
            }
        }
        let wire = self.nearest_wire(at, scene).map(|index| self.model.wires[index].connection.clone());
        wire.map_or(Over::Nothing, Over::Wire)
    }

    /// The wire that the pointer means, if it is over one and nothing else.
    pub(super) fn pointed_wire(&self, ui: &Ui, scene: &Scene<'_>) -> Option<usize> {
        let at = self.pointer(ui)?;
        let wire = matches!(self.over(at, scene), Over::Wire(_)) && self.hold.is_nothing();
        if wire { self.nearest_wire(at, scene) } else { None }
    }

    fn nearest_wire(&self, at: Pos2, scene: &Scene<'_>) -> Option<usize> {
        let curves = self.model.wires.iter().map(|wire| self.curve(wire.from, wire.to, scene));
        let distances = curves.map(|curve| curve.map_or(f32::INFINITY, |curve| curve.distance(at)));
        let near = distances.enumerate().filter(|(_, distance)| *distance < WIRE);
        near.min_by(|a, b| a.1.total_cmp(&b.1)).map(|(index, _)| index)
    }

    /// The pointer, if it is over the canvas and nothing lies above that.
    pub(super) fn pointer(&self, ui: &Ui) -> Option<Pos2> {
        let at = ui.input(|input| input.pointer.latest_pos())?;
        let is_here = self.camera.panel().contains(at) && ui.ctx().layer_id_at(at) == Some(ui.layer_id());
        is_here.then_some(at)
    }

    /// The side and the type of the ports that the wire in hand can be joined to.
    pub(super) fn wanted(&self) -> Option<(Side, Option<PortType>)> {
        let hand = self.hold.hand()?;
        Some((hand.end.side.other(), self.model.port(hand.end)?.port_type))
    }

    /// The port that the wire in hand would be joined to.
    pub(super) fn snap(&self, at: Pos2) -> Option<Place> {
        let (wanted, own) = (self.wanted()?, self.hold.hand()?.end.node);
        let places = self.order.iter().filter(|&&node| node != own).flat_map(|&node| self.places(node));
        let fitting =
            places.filter(|place| self.model.port(*place).is_some_and(|port| paint::suits(wanted, place.side, port)));
        let near = fitting.filter_map(|place| {
            let distance = self.camera.to_screen(self.model.port_at(place)?).distance(at);
            (distance < SNAP).then_some((place, distance))
        });
        near.min_by(|a, b| a.1.total_cmp(&b.1)).map(|(place, _)| place)
    }

    /// The port of a node that a wire in hand is joined to if it is let go over the node: a free one, if there is one.
    pub(super) fn welcome(&self, node: NodeId) -> Option<Place> {
        let wanted = self.wanted()?;
        let fits = |place: &Place| self.model.port(*place).is_some_and(|port| paint::suits(wanted, place.side, port));
        let fitting: Vec<Place> = self.places(node).into_iter().filter(fits).collect();
        let is_free = |place: &&Place| self.model.port(**place).is_some_and(|port| port.wire.is_none());
        fitting.iter().find(is_free).or(fitting.first()).copied()
    }

    /// The places of a node's ports.
    pub(super) fn places(&self, node: NodeId) -> Vec<Place> {
        let Some(card) = self.model.card(node) else { return Vec::new() };
        let side = |side| (0..card.ports(side).len()).map(move |index| Place { node, side, index });
        side(Side::Input).chain(side(Side::Output)).collect()
    }
}

fn within(at: Pos2, port: Pos2, reach: f32) -> bool {
    (at.x - port.x).abs() <= reach && (at.y - port.y).abs() <= reach
}
