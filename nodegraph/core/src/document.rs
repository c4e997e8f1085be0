//! A graph of nodes, as it is edited: nodes with stable ids, typed wires without cycles, parameters.
//!
//! A document changes by [`Edit`]s only. Each is checked before it is made, and gives the edit that takes it back;
//! [`History`] keeps those. Wires are edges of a petgraph graph; everything is listed in the order of ids, so that the
//! same document is always written the same way.

mod edit;
mod history;
mod node;
mod path;
mod setting;

use std::collections::BTreeMap;

use petgraph::Direction;
use petgraph::algo::has_path_connecting;
use petgraph::stable_graph::{EdgeIndex, NodeIndex, StableDiGraph};
use petgraph::visit::EdgeRef as _;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::models::ModelRef;
use crate::operator::Operator;

pub use edit::{Edit, EditError};
pub use history::History;
pub use node::{Node, NodeId, NodeKind, Placeholder};
pub use path::{ParamPath, PointField, Published};

/// A graph of nodes.
#[derive(Clone, Debug, Default)]
pub struct Document {
    graph: StableDiGraph<Node, Wire>,
    places: BTreeMap<NodeId, NodeIndex>,
    names: BTreeMap<String, NodeId>,
    /// The id of the next node: above all that were ever given.
    next: u32,
    models: BTreeMap<String, ModelRef>,
    published: Vec<Published>,
    frames: FrameRange,
    about: About,
}

/// What is between two nodes.
#[derive(Clone, Debug)]
struct Wire {
    output: String,
    input: String,
    /// Its place among the wires of an input that takes many.
    order: usize,
}

/// A wire, seen from outside.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Connection {
    /// The node that gives.
    pub from: NodeId,
    /// Its output.
    pub output: String,
    /// The node that takes.
    pub to: NodeId,
    /// Its input.
    pub input: String,
    /// The wire's place among those of the input, from 0.
    pub order: usize,
}

/// The frames of a timeline.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct FrameRange {
    /// The first frame.
    pub first: i64,
    /// The last frame; not before the first.
    pub last: i64,
    /// Frames a second.
    pub rate: f64,
}

/// What people say of a graph.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct About {
    /// Its name.
    pub title: String,
    /// What it does and how it is used.
    pub description: String,
}

impl Default for FrameRange {
    fn default() -> Self {
        Self { first: 1, last: 1, rate: 24.0 }
    }
}

impl FrameRange {
    /// Says what makes no sense about the range, if anything.
    pub(crate) fn check(&self) -> Result<(), String> {
        const FARTHEST: i64 = 10_000_000;
        let Self { first, last, rate } = self;
        if let Some(far) = [first, last].into_iter().find(|frame| !(-FARTHEST..=FARTHEST).contains(*frame)) {
            return Err(format!("there is no frame {far}: frames lie between -{FARTHEST} and {FARTHEST}"));
        }
        if first > last {
            return Err(format!("{first}-{last} runs backwards"));
        }
        if !(0.001..=1000.0).contains(rate) {
            return Err(format!("the rate {rate} is none: a rate lies between 0.001 and 1000 frames a second"));
        }
        Ok(())
    }
}

impl Document {
    /// The node of that id.
    #[must_use]
    pub fn node(&self, id: NodeId) -> Option<&Node> {
        self.graph.node_weight(*self.places.get(&id)?)
    }

    /// The node of that name.
    #[must_use]
    pub fn by_name(&self, name: &str) -> Option<&Node> {
        self.node(*self.names.get(name)?)
    }

    /// The node of that name, or an error that lists the names there are.
    ///
    /// # Errors
    /// [`EditError::NoNodeCalled`].
    pub fn named(&self, name: &str) -> Result<&Node, EditError> {
        let known = || self.nodes().map(|node| node.name.clone()).collect();
        self.by_name(name).ok_or_else(|| EditError::NoNodeCalled { name: name.to_owned(), known: known() })
    }

    /// All nodes, in the order of their ids.
    pub fn nodes(&self) -> impl Iterator<Item = &Node> {
        self.places.values().filter_map(|&place| self.graph.node_weight(place))
    }

    /// How many nodes there are.
    #[must_use]
    pub fn len(&self) -> usize {
        self.places.len()
    }

    /// Whether there is no node.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.places.is_empty()
    }

    /// The wires into a node, by input and order.
    #[must_use]
    pub fn wires_into(&self, id: NodeId) -> Vec<Connection> {
        let mut wires = self.wires(id, Direction::Incoming);
        wires.sort_by(|a, b| (&a.input, a.order).cmp(&(&b.input, b.order)));
        wires
    }

    /// The wires out of a node, by output and receiver.
    #[must_use]
    pub fn wires_from(&self, id: NodeId) -> Vec<Connection> {
        let mut wires = self.wires(id, Direction::Outgoing);
        wires.sort_by(|a, b| (&a.output, a.to, &a.input, a.order).cmp(&(&b.output, b.to, &b.input, b.order)));
        wires
    }

    /// All wires, by the node that takes, its input, and order.
    pub fn all_wires(&self) -> impl Iterator<Item = Connection> {
        self.places.keys().flat_map(|&id| self.wires_into(id))
    }

    /// The preset's models by their names.
    #[must_use]
    pub fn models(&self) -> &BTreeMap<String, ModelRef> {
        &self.models
    }

    /// The parameters that stand for the whole graph, in order.
    #[must_use]
    pub fn published(&self) -> &[Published] {
        &self.published
    }

    /// The timeline.
    #[must_use]
    pub fn frames(&self) -> FrameRange {
        self.frames
    }

    /// What people say of it.
    #[must_use]
    pub fn about(&self) -> &About {
        &self.about
    }

    /// An id that no node has had since the document was made or loaded.
    pub fn fresh_id(&mut self) -> NodeId {
        // A preset may have given the last number away; then there are gaps below it.
        while self.places.contains_key(&NodeId(self.next)) {
            self.next = self.next.wrapping_add(1);
        }
        let id = NodeId(self.next);
        self.next = self.next.wrapping_add(1);
        id
    }

    /// A node to [insert](Edit::Insert): without settings, with a new id, and a name made of its kind: `drag2`.
    pub fn new_node(&mut self, operator: std::sync::Arc<dyn Operator>) -> Node {
        let name = self.free_name(&operator.decl().id.replace('-', "_"));
        Node::new(self.fresh_id(), name, NodeKind::Known(operator))
    }

    /// `base` with the first number that makes it a name that no node has.
    #[must_use]
    pub fn free_name(&self, base: &str) -> String {
        self.free_name_beside(base, &|_| false)
    }

    /// As [`free_name`](Self::free_name), leaving out names that are `taken` elsewhere.
    pub(crate) fn free_name_beside(&self, base: &str, taken: &dyn Fn(&str) -> bool) -> String {
        let stem = base.trim_end_matches(|c: char| c.is_ascii_digit());
        let stem = if stem.is_empty() { "node" } else { stem };
        // With its number it must still be a name.
        let stem: String = stem.chars().take(54).collect();
        let mut names = (1_u32..).map(|number| format!("{stem}{number}"));
        names.find(|name| !self.names.contains_key(name) && !taken(name)).expect("there is always a next number")
    }

    fn wires(&self, id: NodeId, direction: Direction) -> Vec<Connection> {
        let Some(&place) = self.places.get(&id) else { return Vec::new() };
        let edges = self.graph.edges_directed(place, direction);
        let connection = |edge: petgraph::stable_graph::EdgeReference<'_, Wire>| {
            let Wire { output, input, order } = edge.weight().clone();
            let (from, to) = (self.graph[edge.source()].id, self.graph[edge.target()].id);
            Connection { from, output, to, input, order }
        };
        edges.map(connection).collect()
    }

    /// The edge of a wire into an input.
    fn edge(&self, to: NodeId, input: &str, order: usize) -> Option<EdgeIndex> {
        let edges = self.graph.edges_directed(*self.places.get(&to)?, Direction::Incoming);
        edges
            .into_iter()
            .find(|edge| edge.weight().input == input && edge.weight().order == order)
            .map(|edge| edge.id())
    }

    /// Whether results of `to` are needed for `from`, so that a wire from `from` to `to` would close a circle.
    fn reaches(&self, to: NodeIndex, from: NodeIndex) -> bool {
        // A node that gives nothing cannot reach anything: the usual case while a graph is built from its sources on.
        self.graph.edges(to).next().is_some() && has_path_connecting(&self.graph, to, from, None) || to == from
    }
}
