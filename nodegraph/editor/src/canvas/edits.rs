//! What is done on the canvas, as edits of the document.

mod heal;
mod insert;

use std::collections::BTreeSet;

use dragfx_graph::document::{Connection, Document, Edit, NodeId};

pub(super) use heal::{delete, extract};
pub(super) use insert::{Wiring, insert};

/// What nodes that are freed or duplicated are moved by, so that they do not hide what they come from.
pub(super) const ASIDE: [f64; 2] = [30.0, 30.0];

/// The edits that make a wire: what the input has at its place gives way, and so does `pulled`, the wire that was taken off
/// another port for it.
pub(super) fn join(document: &Document, pulled: Option<&Connection>, mut wire: Connection) -> Vec<Edit> {
    let is_taken = |other: &Connection| (&other.input, other.order) == (&wire.input, wire.order);
    let taken = document.wires_into(wire.to).into_iter().find(|other| is_taken(other) && Some(other) != pulled);
    let mut edits: Vec<Edit> = pulled.map(disconnect).into_iter().collect();
    // Taking a wire off moves those behind it up.
    if pulled.is_some_and(|pulled| (pulled.to, &pulled.input) == (wire.to, &wire.input) && pulled.order < wire.order) {
        wire.order -= 1;
    }
    edits.extend(taken.map(|taken| disconnect(&Connection { order: wire.order, ..taken })));
    edits.push(Edit::Connect(wire));
    edits
}

/// The edit that takes a wire away.
pub(super) fn disconnect(wire: &Connection) -> Edit {
    Edit::Disconnect { to: wire.to, input: wire.input.clone(), order: wire.order }
}

/// What a wire is called in menus: `Disconnect latent1 from generate1`.
pub(super) fn unplug_label(document: &Document, wire: &Connection) -> String {
    let name = |id| document.node(id).map_or("a node", |node| &node.name);
    format!("Disconnect {} from {}", name(wire.from), name(wire.to))
}

/// The edits that move nodes.
pub(super) fn shift(document: &Document, nodes: &BTreeSet<NodeId>, [x, y]: [f64; 2]) -> Vec<Edit> {
    let nodes = nodes.iter().filter_map(|&id| document.node(id));
    nodes.map(|node| Edit::Move { node: node.id, position: [node.position[0] + x, node.position[1] + y] }).collect()
}

/// The edits that bypass nodes; if all of them are bypassed already, those that let them work again.
pub(super) fn toggle_bypass(document: &Document, nodes: &BTreeSet<NodeId>) -> (&'static str, Vec<Edit>) {
    let nodes: Vec<_> = nodes.iter().filter_map(|&id| document.node(id)).collect();
    let bypass = nodes.iter().any(|node| !node.bypass);
    let changed = nodes.iter().filter(|node| node.bypass != bypass);
    let edits = changed.map(|node| Edit::Bypass { node: node.id, bypass }).collect();
    (if bypass { "Bypass" } else { "Stop bypassing" }, edits)
}

/// What is done to nodes, for menus: `Delete drag1`, `Delete 3 nodes`.
pub(super) fn label(document: &Document, verb: &str, nodes: &BTreeSet<NodeId>) -> String {
    let only = nodes.first().filter(|_| nodes.len() == 1).and_then(|&id| document.node(id));
    only.map_or_else(|| format!("{verb} {} nodes", nodes.len()), |node| format!("{verb} {}", node.name))
}

#[cfg(test)]
pub(super) mod tests {
    use dragfx_graph::document::History;
    use dragfx_graph::registry::Registry;

    use super::*;

    /// A document of nodes `kind`, with wires `(from, output, to, input)` by names.
    pub(in crate::canvas) fn graph(kinds: &[&str], wires: &[(&str, &str, &str, &str)]) -> Document {
        let (mut document, registry) = (Document::default(), Registry::standard());
        for (index, kind) in kinds.iter().enumerate() {
            let mut node = document.new_node(registry.get(kind).expect("a kind").clone());
            node.position = [220.0 * index as f64, 0.0];
            document.apply(Edit::Insert(Box::new(node))).expect("a new node");
        }
        for &(from, output, to, input) in wires {
            let edits = document.connection(id(&document, from), output, id(&document, to), input);
            make(&mut document, edits);
        }
        document
    }

    pub(in crate::canvas) fn id(document: &Document, name: &str) -> NodeId {
        document.by_name(name).expect("a node of that name").id
    }

    pub(in crate::canvas) fn make(document: &mut Document, edits: Vec<Edit>) {
        History::new().perform(document, "", edits).expect("the edits fit the document");
    }

    /// All wires as `from.output>to.input order`.
    pub(in crate::canvas) fn wires(document: &Document) -> Vec<String> {
        let name = |id| &document.node(id).expect("a node").name;
        let text = |wire: Connection| {
            format!("{}.{}>{}.{} {}", name(wire.from), wire.output, name(wire.to), wire.input, wire.order)
        };
        document.all_wires().map(text).collect()
    }

    fn wire(document: &Document, from: &str, output: &str, to: &str, input: &str, order: usize) -> Connection {
        let (from, to) = (id(document, from), id(document, to));
        Connection { from, output: output.to_owned(), to, input: input.to_owned(), order }
    }

    #[test]
    fn a_wire_takes_the_place_of_another() {
        let mut document = graph(&["read", "read", "write"], &[("read1", "image", "write1", "image")]);
        let edits = join(&document, None, wire(&document, "read2", "image", "write1", "image", 0));
        make(&mut document, edits);
        assert_eq!(wires(&document), ["read2.image>write1.image 0"]);
    }

    #[test]
    fn a_wire_is_moved_among_those_of_an_input_for_many() {
        let all = [("mask1", "mask", "mask4", "masks"), ("mask2", "mask", "mask4", "masks")];
        let all = [&all[..], &[("mask3", "mask", "mask4", "masks")]].concat();
        let document = graph(&["mask"; 4], &all);
        for (at, expected) in [
            (3, ["mask2.mask>mask4.masks 0", "mask3.mask>mask4.masks 1", "mask1.mask>mask4.masks 2"].as_slice()),
            (1, ["mask1.mask>mask4.masks 0", "mask3.mask>mask4.masks 1"].as_slice()),
        ] {
            let mut document = document.clone();
            let pulled = wire(&document, "mask1", "mask", "mask4", "masks", 0);
            let edits = join(&document, Some(&pulled), wire(&document, "mask1", "mask", "mask4", "masks", at));
            make(&mut document, edits);
            assert_eq!(wires(&document), expected);
        }
    }

    #[test]
    fn bypass_is_the_same_for_all_nodes() {
        let mut document = graph(&["read", "transform", "write"], &[]);
        let all: BTreeSet<NodeId> = document.nodes().map(|node| node.id).collect();
        let bypass = Edit::Bypass { node: id(&document, "read1"), bypass: true };
        make(&mut document, vec![bypass]);
        for (label, bypass) in [("Bypass", true), ("Stop bypassing", false)] {
            let (said, edits) = toggle_bypass(&document, &all);
            make(&mut document, edits);
            assert_eq!((said, document.nodes().all(|node| node.bypass == bypass)), (label, true));
        }
    }
}
