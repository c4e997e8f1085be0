//! What is edited in the picture that is shown: the nearest drag behind it, with its points and its mask.

use std::collections::{BTreeSet, VecDeque};

use dragfx_graph::declare::Category;
use dragfx_graph::document::{Connection, Document, Node, NodeId};
use dragfx_graph::value::PortType;

use crate::desk::View;

/// What can be dragged in a picture.
#[derive(Clone, Debug, PartialEq)]
pub(crate) enum Subject {
    /// The points of a drag, in the pixels of the picture.
    Drag(Handles),
    /// There is a latent, and no drag yet that changes it: the wire that a drag would come into, and the node that the
    /// picture is painted by.
    Latent { wire: Connection },
    /// The drag's points mean other pixels than those of the picture: a node in between moves them.
    Moved { drag: NodeId, by: NodeId },
    /// Nothing generates the picture.
    Nothing,
}

/// A Drag node, and where its inputs come from.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Handles {
    /// The Drag node.
    pub(crate) drag: NodeId,
    /// Where its points come from.
    pub(crate) points: Source,
    /// Where its mask comes from.
    pub(crate) mask: Source,
}

/// What is wired to an input.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) enum Source {
    /// Nothing.
    None,
    /// A node that people draw in.
    Own(NodeId),
    /// A node that computes it.
    Other(NodeId),
}

impl Subject {
    /// What can be dragged in `view`.
    pub(crate) fn of(document: &Document, view: &View) -> Self {
        let mut seen = BTreeSet::from([view.node]);
        let mut waiting = VecDeque::from([(view.node, None)]);
        let (mut latent, mut far) = (None, None);
        while let Some((id, moved)) = waiting.pop_front() {
            let Some(node) = document.node(id) else { continue };
            if is_kind(node, "drag") && !node.bypass {
                match moved {
                    None => return Self::Drag(handles(document, id)),
                    Some(by) => far = far.or(Some(Self::Moved { drag: id, by })),
                }
                continue;
            }
            let moved = moved.or_else(|| moves_pixels(node).then_some(id));
            for wire in document.wires_into(id) {
                if latent.is_none() && moved.is_none() && gives_latent(document, &wire) {
                    latent = Some(Self::Latent { wire: wire.clone() });
                }
                if seen.insert(wire.from) {
                    waiting.push_back((wire.from, moved));
                }
            }
        }
        far.or(latent).unwrap_or(Self::Nothing)
    }

    /// The drag, if its points are those of the picture.
    pub(crate) fn handles(&self) -> Option<&Handles> {
        if let Self::Drag(handles) = self { Some(handles) } else { None }
    }
}

impl Source {
    fn of(document: &Document, node: NodeId, input: &str, kind: &str) -> Self {
        let wire = document.wires_into(node).into_iter().find(|wire| wire.input == input);
        let Some(source) = wire.and_then(|wire| document.node(wire.from)) else { return Self::None };
        if is_kind(source, kind) { Self::Own(source.id) } else { Self::Other(source.id) }
    }

    /// The node that is wired.
    pub(crate) fn node(self) -> Option<NodeId> {
        match self {
            Self::None => None,
            Self::Own(node) | Self::Other(node) => Some(node),
        }
    }

    /// The node that people draw in.
    pub(crate) fn own(self) -> Option<NodeId> {
        if let Self::Own(node) = self { Some(node) } else { None }
    }
}

fn handles(document: &Document, drag: NodeId) -> Handles {
    let source = |input, kind| Source::of(document, drag, input, kind);
    Handles { drag, points: source("points", "points"), mask: source("mask", "mask") }
}

/// The drags that `node` needs, itself included, the nearest first.
pub(crate) fn drags_behind(document: &Document, node: NodeId) -> Vec<NodeId> {
    let (mut seen, mut waiting) = (BTreeSet::from([node]), VecDeque::from([node]));
    let mut drags = Vec::new();
    while let Some(id) = waiting.pop_front() {
        if document.node(id).is_some_and(|node| is_kind(node, "drag") && !node.bypass) {
            drags.push(id);
        }
        waiting.extend(document.wires_into(id).into_iter().map(|wire| wire.from).filter(|&from| seen.insert(from)));
    }
    drags
}

/// Whether a node is one of ours of that kind.
pub(crate) fn is_kind(node: &Node, kind: &str) -> bool {
    node.decl().is_some_and(|decl| decl.id == kind)
}

/// Whether what a node gives may lie elsewhere than in what it takes.
fn moves_pixels(node: &Node) -> bool {
    let Some(decl) = node.decl() else { return true };
    let resized = || is_kind(node, "generate") && node.params_at(0.0).int("resolution") != 0;
    !node.bypass && (is_kind(node, "transform") || decl.category == Category::Plugin || resized())
}

fn gives_latent(document: &Document, wire: &Connection) -> bool {
    let decl = document.node(wire.from).and_then(Node::decl);
    decl.and_then(|decl| decl.find_output(&wire.output)).is_some_and(|output| output.port_type == PortType::Latent)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::viewer::testing::{Graph, view};

    #[test]
    fn the_nearest_drag_behind_a_picture_is_edited() {
        let graph = Graph::of(&[("latent", &[]), ("points", &[]), ("drag", &["latent1.latent", "points1.points"])]);
        let (drag, points) = (graph.id("drag1"), graph.id("points1"));
        let expected = Handles { drag, points: Source::Own(points), mask: Source::None };
        assert_eq!(Subject::of(&graph.document, &view(&graph, "drag1")), Subject::Drag(expected.clone()));

        let graph = graph.and(&[
            ("generate", &["drag1.latent"]),
            ("drag", &["latent1.latent", "drag1.points"]),
            ("blend", &["drag1.image", "generate1.image"]),
        ]);
        assert_eq!(Subject::of(&graph.document, &view(&graph, "blend1")), Subject::Drag(expected));
        let second = Subject::of(&graph.document, &view(&graph, "drag2"));
        let handles = second.handles().expect("a drag");
        assert_eq!((handles.drag, handles.points), (graph.id("drag2"), Source::Other(drag)));
    }

    #[test]
    fn a_latent_without_a_drag_can_get_one_and_a_photograph_cannot() {
        let graph = Graph::of(&[("latent", &[]), ("generate", &["latent1.latent"]), ("read", &[])]);
        let Subject::Latent { wire } = Subject::of(&graph.document, &view(&graph, "generate1")) else { panic!() };
        assert_eq!((wire.from, wire.to), (graph.id("latent1"), graph.id("generate1")));
        assert_eq!(Subject::of(&graph.document, &view(&graph, "read1")), Subject::Nothing);
    }

    #[test]
    fn points_are_not_shown_on_pixels_that_were_moved() {
        let graph = Graph::of(&[
            ("latent", &[]),
            ("points", &[]),
            ("drag", &["latent1.latent", "points1.points"]),
            ("transform", &["drag1.image"]),
        ]);
        let (drag, by) = (graph.id("drag1"), graph.id("transform1"));
        assert_eq!(Subject::of(&graph.document, &view(&graph, "transform1")), Subject::Moved { drag, by });
    }
}
