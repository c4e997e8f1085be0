//! Which pictures a preset shows.

use dragfx_graph::document::{Document, Node, NodeId};
use dragfx_graph::eval::Target;
use dragfx_graph::param::{Param, ParamValue};
use dragfx_graph::value::PortType;

/// A picture that a preset can show.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Output {
    /// The node.
    pub node: NodeId,
    /// Its output.
    pub output: String,
    /// What people call it: `NODE`, or `NODE.OUTPUT` where the node gives several pictures.
    pub label: String,
}

impl Output {
    /// It at a frame.
    #[must_use]
    pub fn at(&self, frame: f64) -> Target {
        Target { node: self.node, output: self.output.clone(), frame }
    }
}

/// What the first Write node writes; without one, the pictures at the ends of the graph; without those, all that no wire
/// takes on.
pub(super) fn outputs(document: &Document) -> Vec<Output> {
    let writes = |node: &&Node| node.type_id() == "write" && !document.wires_into(node.id).is_empty();
    if let Some(write) = document.nodes().find(writes) {
        return pictures(document, write);
    }
    // A Write node without a wire has nothing to show.
    let is_end = |node: &&Node| node.type_id() != "write" && document.wires_from(node.id).is_empty();
    let ends: Vec<Output> = document.nodes().filter(is_end).flat_map(|node| pictures(document, node)).collect();
    if ends.is_empty() { document.nodes().flat_map(|node| pictures(document, node)).collect() } else { ends }
}

/// Whether an output is the picture of a Read node at its own frame, which nothing on the way changes.
pub(super) fn passes(document: &Document, output: &Output, read: NodeId) -> bool {
    let (mut id, mut output) = (output.node, output.output.clone());
    while let Some(node) = document.node(id) {
        if id == read {
            let offset = |param: &Param| param.at(0.0) != ParamValue::Int(0);
            return !node.bypass && !node.params.get("frame_offset").is_some_and(offset);
        }
        let Some(decl) = node.decl().filter(|decl| node.bypass || decl.id == "write") else { return false };
        let Some(given) = decl.find_output(&output) else { return false };
        let wires = document.wires_into(id);
        let alike = decl.inputs.iter().filter(|input| input.port_type == given.port_type);
        let Some(wire) = alike.filter_map(|input| wires.iter().find(|wire| wire.input == input.id)).next() else {
            return false;
        };
        (id, output) = (wire.from, wire.output.clone());
    }
    false
}

/// The pictures of a node that no wire takes on; of a node that writes, what it writes.
fn pictures(document: &Document, node: &Node) -> Vec<Output> {
    let taken = document.wires_from(node.id);
    let given = node.decl().into_iter().flat_map(|decl| &decl.outputs);
    let given = given.filter(|output| output.port_type == PortType::Image);
    let free = given.filter(|output| node.type_id() == "write" || taken.iter().all(|wire| wire.output != output.id));
    let free: Vec<_> = free.map(|output| output.id.to_string()).collect();
    let several = free.len() > 1;
    let output = |output: String| {
        let label = if several { format!("{}.{output}", node.name) } else { node.name.clone() };
        Output { node: node.id, output, label }
    };
    free.into_iter().map(output).collect()
}

#[cfg(test)]
mod tests {
    use dragfx_graph::preset;

    use crate::declared;

    #[test]
    fn what_is_written_is_shown_or_what_lies_at_the_end() {
        let rows = [
            (
                "one that writes, though another one is at the end",
                r#"["read", "write", "transform"]"#,
                r#"["a.b", "a.c"]"#,
                "b",
            ),
            ("a Write node without a wire writes nothing", r#"["read", "write"]"#, "[]", "a"),
            ("the first of two", r#"["read", "write", "write"]"#, r#"["a.b", "a.c"]"#, "b"),
            ("two ends", r#"["read", "transform", "transform"]"#, r#"["a.b", "a.c"]"#, "b c"),
            ("a chain", r#"["read", "transform", "transform"]"#, r#"["a.b", "b.c"]"#, "c"),
            ("no picture", r#"["points"]"#, "[]", ""),
        ];
        for (row, kinds, wires, expected) in rows {
            let kinds: Vec<String> = serde_json::from_str(kinds).expect("a list");
            let nodes = kinds.iter().zip(["a", "b", "c"]).zip(1..);
            let nodes =
                nodes.map(|((kind, name), id)| format!(r#"{{"id":{id},"name":"{name}","type":"{kind}","version":1}}"#));
            let wires: Vec<String> = serde_json::from_str(wires).expect("a list");
            let wires = wires.iter().map(|wire| {
                let (from, to) = wire.split_once('.').expect("two ends");
                format!(r#"{{"from":"{from}.image","to":"{to}.image"}}"#)
            });
            let (nodes, wires) = (nodes.collect::<Vec<_>>().join(","), wires.collect::<Vec<_>>().join(","));
            let text = format!(r#"{{"dragfx":1,"nodes":[{nodes}],"wires":[{wires}]}}"#);
            let document = preset::from_text(&text, declared::registry()).expect(row);
            let found: Vec<_> = super::outputs(&document).into_iter().map(|output| output.label).collect();
            assert_eq!(found.join(" "), expected, "{row}");
        }
    }
}
