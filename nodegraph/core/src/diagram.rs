//! A document as a picture: SVG to look at, Mermaid text for pages that draw it themselves.
//!
//! Where nodes were placed so that they do not cover each other, the SVG shows them there; else they are [arranged](arrange)
//! in layers from left to right. The same document always gives the same text. Presets come from other people: every text
//! in them is shortened and escaped.

mod card;
mod layout;
mod mermaid;
mod svg;

use crate::document::{Document, NodeId};

pub use mermaid::mermaid;
pub use svg::svg;

/// Places for all nodes: in layers from left to right, so that wires are short, cross seldom, and no node covers another.
#[must_use]
pub fn arrange(document: &Document) -> Vec<(NodeId, [f64; 2])> {
    let (cards, wires) = (card::cards(document), card::wires(document));
    let places = layout::layered(&cards, &wires).places;
    cards.iter().map(|card| card.id).zip(places).collect()
}

/// Where a node does not cover any other: below all of them, on the left.
#[must_use]
pub fn free_place(document: &Document) -> [f64; 2] {
    let cards = card::cards(document);
    let left = cards.iter().map(|card| card.position[0]).reduce(f64::min);
    let bottom = cards.iter().map(|card| card.position[1] + card.height).reduce(f64::max);
    left.zip(bottom).map_or([0.0; 2], |(left, bottom)| [left, bottom + layout::ROW_GAP])
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::document::Edit;
    use crate::registry::Registry;

    /// Latents and mixes with wires between them, as far as the document takes them.
    fn mixes(wires: &[(usize, usize, bool)]) -> Document {
        let (registry, mut document) = (Registry::standard(), Document::default());
        let mut ids = Vec::new();
        for index in 0..12 {
            let kind = if index < 3 { "latent" } else { "mix" };
            let node = document.new_node(registry.get(kind).expect("a node of the crate").clone());
            ids.push(node.id);
            document.apply(Edit::Insert(Box::new(node))).expect("a new node");
        }
        for &(from, to, first) in wires {
            for edit in document.connection(ids[from], "latent", ids[to], if first { "a" } else { "b" }) {
                // Circles and the inputs of latents are refused, which only leaves the graph with fewer wires.
                let _ = document.apply(edit);
            }
        }
        document
    }

    proptest! {
        #[test]
        fn arranged_nodes_are_apart_and_wires_lead_to_the_right(
            wires in proptest::collection::vec((0..12_usize, 0..12_usize, any::<bool>()), 0..40),
        ) {
            let mut document = mixes(&wires);
            let arranged = arrange(&document);
            prop_assert_eq!(&arranged, &arrange(&document));
            for (node, position) in arranged {
                document.apply(Edit::Move { node, position }).expect("a finite place");
            }
            prop_assert!(layout::are_apart(&card::cards(&document)));
            for wire in document.all_wires() {
                let x = |id| document.node(id).map_or(f64::NAN, |node| node.position[0]);
                prop_assert!(x(wire.from) < x(wire.to));
            }
            let free = free_place(&document);
            prop_assert!(document.nodes().all(|node| node.position[1] < free[1]));
        }
    }
}
