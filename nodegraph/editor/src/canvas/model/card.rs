//! A node on the canvas: what stands on it, and where.

use dragfx_graph::declare::{Arity, Category, NodeDecl};
use dragfx_graph::document::{Connection, Document, Node, NodeId, NodeKind};
use dragfx_graph::value::PortType;
use eframe::egui::{Pos2, Rect, Vec2, vec2};

use super::Side;
use crate::canvas::camera;
use crate::desk::View;

/// The width of a card.
pub(in crate::canvas) const WIDTH: f32 = 160.0;
/// From the top of a card to its first port's row.
pub(in crate::canvas) const TITLE: f32 = 28.0;
/// The height of a port's row.
pub(in crate::canvas) const ROW: f32 = 18.0;
/// Room for the picture, and below it.
pub(in crate::canvas) const PICTURE: f32 = 84.0;
/// The height of a line of a note.
pub(in crate::canvas) const NOTE_ROW: f32 = 13.0;
/// Below what comes last.
pub(in crate::canvas) const FOOT: f32 = 4.0;

/// A node on the canvas.
#[derive(Clone, Debug)]
pub(in crate::canvas) struct Card {
    pub(in crate::canvas) id: NodeId,
    pub(in crate::canvas) name: String,
    /// What people call its kind.
    pub(in crate::canvas) kind: String,
    /// What it does, in a sentence.
    pub(in crate::canvas) summary: String,
    /// Where it stands in menus; nobody knows of a placeholder.
    pub(in crate::canvas) category: Option<Category>,
    pub(in crate::canvas) position: Pos2,
    pub(in crate::canvas) inputs: Vec<Port>,
    pub(in crate::canvas) outputs: Vec<Port>,
    /// Whether it gives something that can be looked at.
    pub(in crate::canvas) has_picture: bool,
    pub(in crate::canvas) note: String,
    /// Lines of the note that are shown.
    pub(in crate::canvas) note_rows: usize,
    pub(in crate::canvas) bypass: bool,
    /// Why it is a placeholder, if it is one.
    pub(in crate::canvas) missing: Option<String>,
}

/// A port.
#[derive(Clone, Debug)]
pub(in crate::canvas) struct Port {
    /// What the document calls it.
    pub(in crate::canvas) id: String,
    /// What people call it: inputs for many wires are numbered.
    pub(in crate::canvas) label: String,
    /// What goes through it; nobody knows of a placeholder's.
    pub(in crate::canvas) port_type: Option<PortType>,
    /// Its place among the wires of its input.
    pub(in crate::canvas) order: usize,
    /// The wire into it, if it has one.
    pub(in crate::canvas) wire: Option<Connection>,
    /// Whether nothing can be computed without a wire into it.
    pub(in crate::canvas) is_required: bool,
    /// What it is for.
    pub(in crate::canvas) doc: String,
}

impl Card {
    /// The card of a node.
    pub(in crate::canvas) fn of(document: &Document, node: &Node, rows: impl Fn(&str) -> usize) -> Self {
        let into = document.wires_into(node.id);
        let (inputs, outputs) = match node.decl() {
            Some(decl) => (inputs(decl, &into), outputs(decl)),
            None => guessed(&into, &document.wires_from(node.id)),
        };
        let missing = match &node.kind {
            NodeKind::Placeholder(placeholder) => Some(placeholder.reason.clone()),
            NodeKind::Known(_) => None,
        };
        Self {
            id: node.id,
            name: node.name.clone(),
            kind: node.decl().map_or_else(|| node.type_id().to_owned(), |decl| decl.title.to_string()),
            summary: node.decl().map_or_else(String::new, |decl| decl.summary().to_owned()),
            category: node.decl().map(|decl| decl.category),
            position: camera::place(node.position),
            inputs,
            outputs,
            has_picture: View::of(document, node.id).is_some(),
            note_rows: if node.note.trim().is_empty() { 0 } else { rows(node.note.trim()) },
            note: node.note.trim().to_owned(),
            bypass: node.bypass,
            missing,
        }
    }

    /// The ports of a side.
    pub(in crate::canvas) fn ports(&self, side: Side) -> &[Port] {
        match side {
            Side::Input => &self.inputs,
            Side::Output => &self.outputs,
        }
    }

    /// Where a port is, from the card's left upper corner. Outputs stand below inputs.
    pub(in crate::canvas) fn port_offset(&self, side: Side, index: usize) -> Vec2 {
        let (x, row) = match side {
            Side::Input => (0.0, index),
            Side::Output => (WIDTH, self.inputs.len() + index),
        };
        vec2(x, TITLE + ROW * (row as f32 + 0.5))
    }

    /// From the top of the card to what comes below the ports.
    pub(in crate::canvas) fn foot_top(&self) -> f32 {
        TITLE + ROW * (self.inputs.len() + self.outputs.len()) as f32
    }

    /// The height of what comes below the ports: the picture, and the note.
    pub(in crate::canvas) fn foot_height(&self) -> f32 {
        let picture = if self.has_picture { PICTURE } else { 0.0 };
        let note = if self.note_rows > 0 { self.note_rows as f32 * NOTE_ROW + FOOT } else { 0.0 };
        picture + note
    }

    /// The card's rectangle on the canvas.
    pub(in crate::canvas) fn rect(&self) -> Rect {
        Rect::from_min_size(self.position, vec2(WIDTH, self.foot_top() + self.foot_height() + FOOT))
    }
}

fn outputs(decl: &NodeDecl) -> Vec<Port> {
    let port = |output: &dragfx_graph::declare::OutputDecl| Port {
        id: output.id.to_string(),
        label: output.id.to_string(),
        port_type: Some(output.port_type),
        order: 0,
        wire: None,
        is_required: true,
        doc: output.doc.to_string(),
    };
    decl.outputs.iter().map(port).collect()
}

/// One port for an input of one wire; for an input of many, one for each wire and a free one.
fn inputs(decl: &NodeDecl, into: &[Connection]) -> Vec<Port> {
    let ports = decl.inputs.iter().flat_map(|input| {
        let mut wires: Vec<_> = into.iter().filter(|wire| wire.input == input.id).cloned().map(Some).collect();
        if input.arity.is_many() || wires.is_empty() {
            wires.push(None);
        }
        let many = input.arity.is_many();
        wires.into_iter().enumerate().map(move |(order, wire)| Port {
            id: input.id.to_string(),
            label: if many { format!("{} {}", input.id, order + 1) } else { input.id.to_string() },
            port_type: Some(input.port_type),
            order,
            wire,
            is_required: input.arity == Arity::Required,
            doc: input.doc.to_string(),
        })
    });
    ports.collect()
}

/// The ports that a placeholder seems to have had: those with wires.
fn guessed(into: &[Connection], from: &[Connection]) -> (Vec<Port>, Vec<Port>) {
    let port = |id: &str, order, wire| Port {
        id: id.to_owned(),
        label: id.to_owned(),
        port_type: None,
        order,
        wire,
        is_required: true,
        doc: String::new(),
    };
    let inputs = into.iter().map(|wire| port(&wire.input, wire.order, Some(wire.clone()))).collect();
    let mut names: Vec<&str> = from.iter().map(|wire| &*wire.output).collect();
    names.dedup();
    (inputs, names.into_iter().map(|name| port(name, 0, None)).collect())
}
