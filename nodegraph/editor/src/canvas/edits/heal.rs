//! Nodes are taken out of a graph, and what comes before them is joined to what comes after, as compositors expect it.

use std::collections::BTreeSet;

use dragfx_graph::document::{Connection, Document, Edit, NodeId};

use super::{ASIDE, disconnect, shift};

/// The edits that delete nodes. What took a result of theirs takes, where there is such a thing, what they would have
/// passed on if they were bypassed.
pub(in crate::canvas) fn delete(document: &Document, nodes: &BTreeSet<NodeId>) -> Vec<Edit> {
    let list: Vec<NodeId> = nodes.iter().copied().collect();
    document.removal(&list).into_iter().chain(bridges(document, nodes)).collect()
}

/// The edits that take nodes out of the graph and lay them aside, with the wires among them.
pub(in crate::canvas) fn extract(document: &Document, nodes: &BTreeSet<NodeId>) -> Vec<Edit> {
    let crosses = |wire: &Connection| nodes.contains(&wire.from) != nodes.contains(&wire.to);
    let mut cut: Vec<Connection> = document.all_wires().filter(crosses).collect();
    if cut.is_empty() {
        return Vec::new();
    }
    // The last wire of an input first: taking one away moves those behind it up.
    cut.sort_by_key(|wire| std::cmp::Reverse(wire.order));
    let bridges = bridges(document, nodes);
    cut.iter().map(disconnect).chain(bridges).chain(shift(document, nodes, ASIDE)).collect()
}

/// The edits that join what comes before the nodes to what comes after them, once the nodes' own wires are gone.
fn bridges(document: &Document, nodes: &BTreeSet<NodeId>) -> Vec<Edit> {
    let lost = document.all_wires().filter(|wire| nodes.contains(&wire.from) && !nodes.contains(&wire.to));
    let (mut edits, mut gone) = (Vec::new(), 0);
    let mut input = None;
    for wire in lost {
        // Wires are listed input by input, each in its order.
        if input.as_ref() != Some(&(wire.to, wire.input.clone())) {
            (input, gone) = (Some((wire.to, wire.input.clone())), 0);
        }
        match source(document, nodes, &wire) {
            Some((from, output)) => {
                edits.push(Edit::Connect(Connection { from, output, order: wire.order - gone, ..wire }));
            }
            None => gone += 1,
        }
    }
    edits
}

/// What a wire out of the nodes would carry if all of them were bypassed, if that comes from outside of them.
fn source(document: &Document, nodes: &BTreeSet<NodeId>, wire: &Connection) -> Option<(NodeId, String)> {
    let (mut from, mut output) = (wire.from, wire.output.clone());
    while nodes.contains(&from) {
        let decl = document.node(from)?.decl()?;
        let port_type = decl.find_output(&output)?.port_type;
        let wires = document.wires_into(from);
        let inputs = decl.inputs.iter().filter(|input| input.port_type == port_type);
        let passed = inputs.filter_map(|input| wires.iter().find(|wire| wire.input == input.id)).next()?;
        (from, output) = (passed.from, passed.output.clone());
    }
    Some((from, output))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::canvas::edits::tests::{graph, id, make, wires};

    fn chain() -> Document {
        graph(
            &["read", "transform", "transform", "write"],
            &[
                ("read1", "image", "transform1", "image"),
                ("transform1", "image", "transform2", "image"),
                ("transform2", "image", "write1", "image"),
            ],
        )
    }

    fn set(document: &Document, names: &[&str]) -> BTreeSet<NodeId> {
        names.iter().map(|name| id(document, name)).collect()
    }

    #[test]
    fn what_comes_before_deleted_nodes_is_joined_to_what_comes_after() {
        let mut document = chain();
        let edits = delete(&document, &set(&document, &["transform1", "transform2"]));
        make(&mut document, edits);
        assert_eq!(wires(&document), ["read1.image>write1.image 0"]);
        assert_eq!(document.len(), 2);
    }

    #[test]
    fn a_source_leaves_a_gap() {
        let mut document = chain();
        let edits = delete(&document, &set(&document, &["read1"]));
        make(&mut document, edits);
        assert_eq!(wires(&document), ["transform1.image>transform2.image 0", "transform2.image>write1.image 0"]);
    }

    #[test]
    fn the_order_of_what_is_joined_stays() {
        let all = [("mask1", "mask", "mask5", "masks"), ("mask2", "mask", "mask3", "masks")];
        let more = [("mask3", "mask", "mask5", "masks"), ("mask4", "mask", "mask5", "masks")];
        let mut document = graph(&["mask"; 5], &[all, more].concat());
        let edits = delete(&document, &set(&document, &["mask1", "mask3"]));
        make(&mut document, edits);
        assert_eq!(wires(&document), ["mask2.mask>mask5.masks 0", "mask4.mask>mask5.masks 1"]);
    }

    #[test]
    fn nodes_that_are_taken_out_keep_the_wires_among_them() {
        let mut document = chain();
        let taken = set(&document, &["transform1", "transform2"]);
        let before = document.node(id(&document, "transform1")).expect("a node").position;
        let edits = extract(&document, &taken);
        make(&mut document, edits);
        assert_eq!(wires(&document), ["transform1.image>transform2.image 0", "read1.image>write1.image 0"]);
        let after = document.node(id(&document, "transform1")).expect("a node").position;
        assert_eq!(after, [before[0] + ASIDE[0], before[1] + ASIDE[1]]);
        assert!(extract(&document, &taken).is_empty(), "there is nothing to take them out of");
    }
}
