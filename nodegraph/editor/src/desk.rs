//! What is looked at, and how: everything that panels share and that is no part of the document.

use std::collections::BTreeSet;
use std::path::PathBuf;

use dragfx_graph::declare::{NodeDecl, OutputDecl};
use dragfx_graph::document::{Document, Node, NodeId};
use dragfx_graph::value::PortType;

use crate::action::Place;
use crate::command::Notice;
use crate::files::{Missing, Recent};
use crate::layout::Layout;

/// Slots of the viewer: as many as there are number keys.
pub(crate) const SLOTS: usize = 9;

/// An output that can be looked at.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub(crate) struct View {
    /// The node.
    pub(crate) node: NodeId,
    /// Its output.
    pub(crate) output: String,
}

/// How the viewer compares slot A with another one. It never changes by itself.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) enum Compare {
    /// A on one side of a line, B on the other.
    Wipe,
    /// How far they are apart.
    Difference,
}

/// What panels share.
#[derive(Clone, Debug)]
pub(crate) struct Desk {
    /// The selected nodes.
    pub(crate) selection: BTreeSet<NodeId>,
    /// The frame.
    pub(crate) frame: i64,
    /// What the number keys show.
    pub(crate) slots: [Option<View>; SLOTS],
    /// What they have shown before.
    trails: [Trail; SLOTS],
    /// The slot that is shown.
    pub(crate) a: usize,
    /// The slot that it is compared with.
    pub(crate) b: usize,
    /// Whether and how they are compared.
    pub(crate) compare: Option<Compare>,
    /// Where the pointer is: shortcuts mean that panel.
    pub(crate) place: Place,
    /// What was told last.
    pub(crate) notice: Option<Notice>,
    /// Whether a drag was stopped and what it has done is not known yet: until then nothing can go on from there.
    pub(crate) settling: bool,
    /// Which panels there are.
    pub(crate) layout: Layout,
    /// Whether frames are played.
    pub(crate) is_playing: bool,
    /// Whether playing keeps to the rate, and leaves out frames whose pictures are not there in time.
    pub(crate) real_time: bool,
    /// Why nothing is computed before somebody says so.
    pub(crate) safe: Option<String>,
    /// The document's models that are missing.
    pub(crate) missing: Vec<Missing>,
    /// Documents that were open lately.
    pub(crate) recent: Vec<Recent>,
    /// Where the editor keeps what it remembers.
    pub(crate) state: Option<PathBuf>,
}

impl Default for Desk {
    fn default() -> Self {
        Self {
            selection: BTreeSet::new(),
            frame: 1,
            slots: Default::default(),
            trails: Default::default(),
            a: 0,
            b: 1,
            compare: None,
            place: Place::Everywhere,
            notice: None,
            settling: false,
            layout: Layout::default(),
            is_playing: false,
            real_time: false,
            safe: None,
            missing: Vec::new(),
            recent: Vec::new(),
            state: None,
        }
    }
}

impl Desk {
    /// What the viewer shows.
    pub(crate) fn shown(&self) -> Option<&View> {
        self.slots[self.a].as_ref()
    }

    /// What it is compared with, if it is.
    pub(crate) fn compared(&self) -> Option<(&View, Compare)> {
        Some((self.slots[self.b].as_ref()?, self.compare?))
    }

    /// The node that the inspector shows: the only one that is selected.
    pub(crate) fn inspected(&self) -> Option<NodeId> {
        self.selection.first().copied().filter(|_| self.selection.len() == 1)
    }

    /// Looks at another document from the beginning.
    pub(crate) fn begin(&mut self, document: &Document) {
        self.selection.clear();
        self.missing.clear();
        self.slots = Default::default();
        self.slots[0] = first_view(document);
        (self.a, self.b, self.compare, self.is_playing) = (0, 1, None, false);
        self.frame = document.frames().first;
    }

    /// Tells something.
    pub(crate) fn say(&mut self, text: impl Into<String>) {
        self.notice = Some(Notice { text: text.into(), is_error: false });
    }

    /// Forgets nodes that are gone, and frames beyond the timeline.
    pub(crate) fn tidy(&mut self, document: &Document) {
        self.selection.retain(|&id| document.node(id).is_some());
        for (slot, trail) in self.slots.iter_mut().zip(&mut self.trails) {
            trail.follow(slot, document);
        }
        let frames = document.frames();
        self.frame = self.frame.clamp(frames.first, frames.last);
    }
}

/// What a slot has shown, the newest last. A node that is undone gives way to what was shown before it, and comes back when
/// it is done again.
#[derive(Clone, Debug, Default)]
struct Trail {
    views: Vec<View>,
    /// What the slot was left with.
    left: Option<View>,
}

impl Trail {
    /// Most views that are remembered.
    const LONGEST: usize = 64;

    fn follow(&mut self, slot: &mut Option<View>, document: &Document) {
        if *slot != self.left
            && let Some(chosen) = slot.clone()
        {
            // Somebody has chosen it: what was undone after what is left does not come back.
            let is_left = |view: &View| Some(view) == self.left.as_ref();
            let kept = self.views.iter().rposition(is_left).map_or(0, |last| last + 1);
            self.views.truncate(kept);
            self.views.push(chosen);
            self.views.drain(..self.views.len().saturating_sub(Self::LONGEST));
        }
        *slot = self.views.iter().rev().find(|view| document.node(view.node).is_some()).cloned();
        self.left = slot.clone();
    }
}

impl View {
    /// What of a node is looked at first: its picture, or else its mask.
    pub(crate) fn of(document: &Document, node: NodeId) -> Option<Self> {
        Self::of_node(document.node(node)?)
    }

    /// The same of a node that may not be in a document yet.
    pub(crate) fn of_node(node: &Node) -> Option<Self> {
        let outputs = &node.decl()?.outputs;
        let of_type = |wanted| outputs.iter().find(|output| output.port_type == wanted);
        let output = of_type(PortType::Image).or_else(|| of_type(PortType::Mask))?;
        Some(Self { node: node.id, output: output.id.to_string() })
    }

    /// All that can be looked at of a node of that kind.
    pub(crate) fn all(node: NodeId, decl: &NodeDecl) -> Vec<Self> {
        let is_seen = |output: &&OutputDecl| matches!(output.port_type, PortType::Image | PortType::Mask);
        decl.outputs.iter().filter(is_seen).map(|output| Self { node, output: output.id.to_string() }).collect()
    }
}

/// What is worth looking at first: the end of the graph.
fn first_view(document: &Document) -> Option<View> {
    let ends = document.nodes().filter(|node| document.wires_from(node.id).is_empty());
    ends.chain(document.nodes()).find_map(View::of_node)
}

#[cfg(test)]
mod tests {
    use dragfx_graph::document::Edit;
    use dragfx_graph::registry::Registry;

    use super::*;

    #[test]
    fn a_slot_goes_back_and_forth_with_undo_and_redo() {
        let (registry, mut document) = (Registry::standard(), Document::default());
        let mut ids = Vec::new();
        for _ in 0..3 {
            let node = document.new_node(registry.get("generate").expect("a kind").clone());
            ids.push(node.clone());
            document.apply(Edit::Insert(Box::new(node))).expect("a new node");
        }
        let view = |index: usize| View { node: ids[index].id, output: "image".to_owned() };
        let mut desk = Desk::default();
        for index in [0, 1] {
            desk.slots[0] = Some(view(index));
            desk.tidy(&document);
        }
        document.apply(Edit::Remove(ids[1].id)).expect("nothing needs it");
        desk.tidy(&document);
        assert_eq!(desk.slots[0], Some(view(0)));
        document.apply(Edit::Insert(Box::new(ids[1].clone()))).expect("its place is free");
        desk.tidy(&document);
        assert_eq!(desk.slots[0], Some(view(1)), "it is back, and shown");

        document.apply(Edit::Remove(ids[1].id)).expect("nothing needs it");
        desk.tidy(&document);
        desk.slots[0] = Some(view(2));
        desk.tidy(&document);
        document.apply(Edit::Insert(Box::new(ids[1].clone()))).expect("its place is free");
        desk.tidy(&document);
        assert_eq!(desk.slots[0], Some(view(2)), "something else was chosen");
    }
}
