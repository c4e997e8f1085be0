//! A node is added, and wired to what it was asked for.

use std::sync::Arc;

use dragfx_graph::declare::NodeDecl;
use dragfx_graph::document::{Connection, Document, Edit, NodeId};
use dragfx_graph::operator::Operator;
use dragfx_graph::value::PortType;

use super::{disconnect, join};

/// What a new node is wired to.
#[derive(Clone, Debug, PartialEq)]
pub(in crate::canvas) enum Wiring {
    /// To nothing.
    Alone,
    /// Behind a node, if that gives something that it takes; what took that takes the new node's.
    Behind(NodeId),
    /// To an output of that type; `None` if nobody knows the type.
    From { node: NodeId, output: String, port_type: Option<PortType> },
    /// To a place of an input of that type.
    Into { node: NodeId, input: String, order: usize, port_type: Option<PortType> },
}

impl Wiring {
    /// Whether a node of that kind can be wired so.
    pub(in crate::canvas) fn suits(&self, decl: &NodeDecl) -> bool {
        match self {
            Self::Alone | Self::Behind(_) => true,
            Self::From { port_type, .. } => input(decl, *port_type).is_some(),
            Self::Into { port_type, .. } => output(decl, *port_type).is_some(),
        }
    }
}

/// The edits that add a node at a place of the canvas, and the node's number.
pub(in crate::canvas) fn insert(
    document: &Document,
    operator: &Arc<dyn Operator>,
    position: [f64; 2],
    wiring: &Wiring,
) -> (NodeId, Vec<Edit>) {
    let mut node = document.clone().new_node(operator.clone());
    node.position = position;
    let (id, decl) = (node.id, operator.decl());
    let mut edits = vec![Edit::Insert(Box::new(node))];
    match wiring {
        Wiring::Alone => {}
        Wiring::Behind(before) => edits.extend(behind(document, *before, id, decl)),
        Wiring::From { node, output, port_type } => {
            edits.extend(input(decl, *port_type).map(|to| wire(*node, output, id, to, 0)).map(Edit::Connect));
        }
        Wiring::Into { node, input, order, port_type } => {
            let made = output(decl, *port_type).map(|from| wire(id, from, *node, input, *order));
            edits.extend(made.into_iter().flat_map(|wire| join(document, None, wire)));
        }
    }
    (id, edits)
}

fn behind(document: &Document, before: NodeId, id: NodeId, decl: &NodeDecl) -> Vec<Edit> {
    let outputs = document.node(before).and_then(|node| node.decl()).map_or(&[][..], |decl| &decl.outputs);
    let fitting = outputs.iter().find_map(|output| Some((output, input(decl, Some(output.port_type))?)));
    let Some((given, taken)) = fitting else { return Vec::new() };
    let mut edits = vec![Edit::Connect(wire(before, &given.id, id, taken, 0))];
    let Some(passed) = output(decl, Some(given.port_type)) else { return edits };
    for old in document.wires_from(before).into_iter().filter(|old| old.output == given.id) {
        edits.push(disconnect(&old));
        edits.push(Edit::Connect(Connection { from: id, output: passed.to_owned(), ..old }));
    }
    edits
}

fn wire(from: NodeId, output: &str, to: NodeId, input: &str, order: usize) -> Connection {
    Connection { from, output: output.to_owned(), to, input: input.to_owned(), order }
}

/// The first input of that type.
fn input(decl: &NodeDecl, port_type: Option<PortType>) -> Option<&str> {
    let suits = |port: PortType| port_type.is_none_or(|wanted| wanted == port);
    decl.inputs.iter().find(|input| suits(input.port_type)).map(|input| &*input.id)
}

/// The first output of that type.
fn output(decl: &NodeDecl, port_type: Option<PortType>) -> Option<&str> {
    let suits = |port: PortType| port_type.is_none_or(|wanted| wanted == port);
    decl.outputs.iter().find(|output| suits(output.port_type)).map(|output| &*output.id)
}

#[cfg(test)]
mod tests {
    use dragfx_graph::registry::Registry;

    use super::*;
    use crate::canvas::edits::tests::{graph, id, make, wires};

    fn add(document: &mut Document, kind: &str, wiring: &Wiring) {
        let registry = Registry::standard();
        let (_, edits) = insert(document, registry.get(kind).expect("a kind"), [5.0, 6.0], wiring);
        make(document, edits);
    }

    #[test]
    fn a_node_goes_between_the_selected_one_and_what_takes_it() {
        let mut document = graph(&["read", "write"], &[("read1", "image", "write1", "image")]);
        let wiring = Wiring::Behind(id(&document, "read1"));
        add(&mut document, "transform", &wiring);
        assert_eq!(wires(&document), ["transform1.image>write1.image 0", "read1.image>transform1.image 0"]);
        assert_eq!(document.by_name("transform1").expect("a node").position, [5.0, 6.0]);
    }

    #[test]
    fn a_node_that_passes_nothing_on_is_a_branch() {
        let mut document = graph(&["latent", "generate"], &[("latent1", "latent", "generate1", "latent")]);
        let wiring = Wiring::Behind(id(&document, "latent1"));
        add(&mut document, "generate", &wiring);
        assert_eq!(wires(&document), ["latent1.latent>generate1.latent 0", "latent1.latent>generate2.latent 0"]);
        let wiring = Wiring::Behind(id(&document, "generate1"));
        add(&mut document, "latent", &wiring);
        assert_eq!(wires(&document).len(), 2, "a latent takes nothing");
    }

    #[test]
    fn a_node_is_wired_to_the_port_that_a_wire_came_from() {
        let mut document = graph(&["read", "blend"], &[("read1", "image", "blend1", "result")]);
        let (read, blend) = (id(&document, "read1"), id(&document, "blend1"));
        let port_type = Some(PortType::Image);
        let into = Wiring::Into { node: blend, input: "result".to_owned(), order: 0, port_type };
        let from = Wiring::From { node: read, output: "image".to_owned(), port_type };
        add(&mut document, "transform", &into);
        add(&mut document, "transform", &from);
        let expected = ["transform1.image>blend1.result 0", "read1.image>transform2.image 0"];
        assert_eq!(wires(&document), expected);
        let kinds = Registry::standard();
        let decl = |kind| kinds.get(kind).expect("a kind").decl();
        assert!(into.suits(decl("read")) && !into.suits(decl("points")));
        assert!(from.suits(decl("write")) && !from.suits(decl("latent")));
    }
}
