//! Graphs for tests, in a line.

use std::sync::Arc;

use dragfx_engine::{ImagePoint, PointPair, StopReason};
use dragfx_graph::document::{Document, Edit, Node, NodeId};
use dragfx_graph::registry::Registry;
use dragfx_graph::value::{Trajectory, TrajectoryParts};

use crate::desk::View;

/// A document, and the kinds of its nodes.
pub(crate) struct Graph {
    pub(crate) document: Document,
    pub(crate) registry: Registry,
}

impl Graph {
    /// Nodes by their kinds, each with the outputs that are wired to its inputs: to the first free one of that type.
    pub(crate) fn of(nodes: &[(&str, &[&str])]) -> Self {
        Self { document: Document::default(), registry: Registry::standard() }.and(nodes)
    }

    /// The same with more nodes.
    pub(crate) fn and(mut self, nodes: &[(&str, &[&str])]) -> Self {
        for (kind, sources) in nodes {
            let mut node = self.document.new_node(self.registry.get(kind).expect("a kind").clone());
            node.position = [self.document.len() as f64 * 260.0, 0.0];
            let id = node.id;
            self.make(Edit::Insert(Box::new(node)));
            for source in *sources {
                let (from, output) = source.split_once('.').expect("node.output");
                let from = self.id(from);
                let taken: Vec<String> = self.document.wires_into(id).into_iter().map(|wire| wire.input).collect();
                let decl = |id| self.document.node(id).and_then(Node::decl).expect("a node of ours");
                let gives = decl(from).find_output(output).expect("an output").port_type;
                let fits = |input: &&dragfx_graph::declare::InputDecl| {
                    input.port_type == gives && (input.arity.is_many() || !taken.contains(&input.id.to_string()))
                };
                let input = decl(id).inputs.iter().find(fits).expect("a free input").id.to_string();
                let wires = self.document.connection(from, output, id, &input);
                wires.into_iter().for_each(|edit| self.make(edit));
            }
        }
        self
    }

    /// An edit that is not refused.
    pub(crate) fn make(&mut self, edit: Edit) {
        self.document.apply(edit).expect("an edit that fits");
    }

    /// The node of that name.
    pub(crate) fn id(&self, name: &str) -> NodeId {
        self.node(name).id
    }

    /// The node of that name.
    pub(crate) fn node(&self, name: &str) -> &Node {
        self.document.named(name).expect("a node")
    }

    /// Where an input's wire comes from, as `node.output`.
    pub(crate) fn source(&self, node: &str, input: &str) -> Option<String> {
        let wire = self.document.wires_into(self.id(node)).into_iter().find(|wire| wire.input == input)?;
        Some(format!("{}.{}", self.document.node(wire.from)?.name, wire.output))
    }
}

/// The picture of a node.
pub(crate) fn view(graph: &Graph, node: &str) -> View {
    View::of(&graph.document, graph.id(node)).expect("a node with a picture")
}

/// A pair that goes from (x, y) so far to the right.
pub(crate) fn pair(x: f64, y: f64, right: f64) -> PointPair {
    PointPair::new(ImagePoint::new(x, y), ImagePoint::new(x + right, y))
}

/// The way of a drag whose only handle goes along these places of the top row, and would like to arrive at `target`.
pub(crate) fn way(places: &[f64], target: f64) -> Trajectory {
    let state = ndarray::Array2::zeros((1, 4));
    let point = |&x: &f64| vec![pair(x, 0.0, target - x)];
    let parts = TrajectoryParts {
        model: Arc::default(),
        width: 64,
        height: 64,
        given: point(&places[0]),
        others: String::new(),
        start: state.clone(),
        states: vec![state; places.len()],
        points: places.iter().map(point).collect(),
        matches: vec![vec![None]; places.len()],
        losses: vec![0.01; places.len() - 1],
        stop: StopReason::MaxSteps,
        end: None,
    };
    Trajectory::try_from(parts).expect("a way")
}
