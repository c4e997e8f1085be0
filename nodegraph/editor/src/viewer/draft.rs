//! Edits in the making: tried on a copy of the document, so that each fits what those before it have made.

use std::collections::BTreeSet;

use dragfx_graph::document::{Connection, Document, Edit, EditError, Node, NodeId};
use dragfx_graph::param::{Param, ParamValue};
use dragfx_graph::registry::Registry;

use crate::canvas;

/// From the left edge of a node to that of the next one behind it.
const COLUMN: f64 = 260.0;
/// Between a node and the next one below it.
const GAP: f64 = 26.0;

/// Edits, and the document that they make.
pub(super) struct Draft<'a> {
    document: Document,
    registry: &'a Registry,
    edits: Vec<Edit>,
}

impl<'a> Draft<'a> {
    /// No edits yet.
    pub(super) fn of(document: &Document, registry: &'a Registry) -> Self {
        Self { document: document.clone(), registry, edits: Vec::new() }
    }

    /// The document with the edits so far.
    pub(super) fn document(&self) -> &Document {
        &self.document
    }

    /// The edits.
    pub(super) fn finish(self) -> Vec<Edit> {
        self.edits
    }

    /// One more edit.
    pub(super) fn make(&mut self, edit: Edit) -> Result<(), EditError> {
        self.document.apply(edit.clone())?;
        self.edits.push(edit);
        Ok(())
    }

    /// A new node with these parameters at a place near `position` that is free.
    pub(super) fn insert<'p>(
        &mut self,
        kind: &str,
        position: [f64; 2],
        params: impl IntoIterator<Item = (&'p str, ParamValue)>,
    ) -> Result<NodeId, EditError> {
        let operator =
            self.registry.get(kind).ok_or_else(|| EditError::Invalid(format!("there are no {kind} nodes")))?;
        let mut node = self.document.new_node(operator.clone());
        let constant = |(id, value): (&str, ParamValue)| (id.to_owned(), Param::Constant(value));
        node.params = params.into_iter().map(constant).collect();
        self.put(node, position)
    }

    /// A node with the settings of another one, and its inputs.
    pub(super) fn copy(&mut self, original: NodeId) -> Result<NodeId, EditError> {
        let missing = || EditError::NoSuchNode(original.to_string());
        let like = self.document.node(original).ok_or_else(missing)?.clone();
        let name = self.document.free_name(&like.name);
        let place = like.position;
        let id = self.document.fresh_id();
        let copy = self.put(Node { id, name, ..like }, place)?;
        for wire in self.document.wires_into(original) {
            self.make(Edit::Connect(Connection { to: copy, ..wire }))?;
        }
        Ok(copy)
    }

    fn put(&mut self, mut node: Node, position: [f64; 2]) -> Result<NodeId, EditError> {
        let id = node.id;
        node.position = position;
        node.position = free(&self.document, &node);
        self.make(Edit::Insert(Box::new(node)))?;
        Ok(id)
    }

    /// A wire; what is connected to an input for one gives way.
    pub(super) fn connect(&mut self, from: NodeId, output: &str, to: NodeId, input: &str) -> Result<(), EditError> {
        let edits = self.document.connection(from, output, to, input);
        edits.into_iter().try_for_each(|edit| self.make(edit))
    }

    /// Lets a wire come from another output.
    pub(super) fn reroute(&mut self, wire: &Connection, from: NodeId, output: &str) -> Result<(), EditError> {
        let Connection { to, input, order, .. } = wire.clone();
        self.make(Edit::Disconnect { to, input: input.clone(), order })?;
        self.make(Edit::Connect(Connection { from, output: output.to_owned(), to, input, order }))
    }

    /// The place one column behind a node. What depends on the node moves on by a column where it would be in the way.
    pub(super) fn room_behind(&mut self, node: NodeId) -> Result<[f64; 2], EditError> {
        let place = |document: &Document, id| document.node(id).map_or([0.0; 2], |node| node.position);
        let [x, y] = place(&self.document, node);
        let later: Vec<_> = after(&self.document, node).into_iter().map(|id| (id, place(&self.document, id))).collect();
        if later.iter().any(|(_, [left, _])| *left < x + 2.0 * COLUMN) {
            for (node, [left, top]) in later {
                self.make(Edit::Move { node, position: [left + COLUMN, top] })?;
            }
        }
        Ok([x + COLUMN, y])
    }
}

/// The place in the column before a node.
pub(super) fn before(document: &Document, node: NodeId) -> [f64; 2] {
    let [x, y] = document.node(node).map_or([0.0; 2], |node| node.position);
    [x - COLUMN, y]
}

/// The nodes that need a node.
fn after(document: &Document, node: NodeId) -> BTreeSet<NodeId> {
    let (mut found, mut waiting) = (BTreeSet::new(), vec![node]);
    while let Some(id) = waiting.pop() {
        waiting.extend(document.wires_from(id).into_iter().map(|wire| wire.to).filter(|&to| found.insert(to)));
    }
    found
}

/// The first place from its own downwards where a new node lies on no other.
fn free(document: &Document, new: &Node) -> [f64; 2] {
    let mut rooms: Vec<_> = document.nodes().map(|node| canvas::room(document, node)).collect();
    rooms.sort_by(|a, b| a[1].total_cmp(&b[1]));
    let [left, top, right, bottom] = canvas::room(document, new);
    let (mut y, height) = (top, bottom - top);
    for [other_left, other_top, other_right, other_bottom] in rooms {
        let is_beside = other_right + GAP <= left || right + GAP <= other_left;
        if !is_beside && other_top < y + height + GAP && y < other_bottom + GAP {
            y = other_bottom + GAP;
        }
    }
    [new.position[0], y]
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::viewer::testing::Graph;

    #[test]
    fn new_nodes_lie_on_no_other_and_push_what_comes_after() {
        let graph = Graph::of(&[("latent", &[]), ("generate", &["latent1.latent"]), ("write", &["generate1.image"])]);
        let mut draft = Draft::of(&graph.document, &graph.registry);
        for (index, node) in ["latent1", "generate1", "write1"].into_iter().enumerate() {
            let position = [COLUMN * index as f64, 0.0];
            draft.make(Edit::Move { node: graph.id(node), position }).expect("a place");
        }
        let place = draft.room_behind(graph.id("latent1")).expect("room");
        let drag = draft.insert("drag", place, []).expect("a node");
        let points = draft.insert("points", place, []).expect("a node");
        let x = |name: &str| draft.document().by_name(name).expect("a node").position[0];
        assert_eq!(["latent1", "generate1", "write1"].map(x), [0.0, 2.0 * COLUMN, 3.0 * COLUMN]);
        let at = |id| draft.document().node(id).expect("a node").position;
        let below = canvas::room(draft.document(), draft.document().node(drag).expect("a node"))[3] + GAP;
        assert_eq!((at(drag), at(points)), ([COLUMN, 0.0], [COLUMN, below]));
    }
}
