//! What the threads that compute tell the thread that draws.

use std::collections::BTreeMap;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, OnceLock};

use dragfx_engine::Cancel;
use dragfx_graph::document::NodeId;
use dragfx_graph::eval::{Event, Fingerprint, Happening};
use eframe::egui;

use super::preview::Moment;
use super::standing::Standing;
use super::threads::lock;
use super::{Live, Outcome, Shown};
use crate::desk::View;

/// Shared by all threads. Nobody holds it for longer than it takes to write a line on it.
#[derive(Default)]
pub(super) struct Board {
    content: Mutex<Content>,
    context: OnceLock<egui::Context>,
    /// The number of the newest wish of those that look.
    newest: AtomicU64,
}

/// What is on the board.
#[derive(Default)]
pub(super) struct Content {
    /// What those that look have found since it was read last, each with the number of the wish that it answers.
    pub(super) findings: Vec<(u64, Finding)>,
    /// What became of drags since it was read last.
    pub(super) outcomes: Vec<Outcome>,
    /// What became of exports since it was read last, in words.
    pub(super) exports: Vec<Result<String, String>>,
    /// The drags that run.
    pub(super) running: BTreeMap<NodeId, Running>,
    /// What is computed for those that look.
    pub(super) looking: BTreeMap<NodeId, Busy>,
    /// What is computed for drags.
    pub(super) dragging: BTreeMap<NodeId, Busy>,
    /// Whether a drag was started, and has no outcome yet.
    pub(super) is_dragging: bool,
    /// How far the export is that was begun.
    pub(super) exporting: Option<Busy>,
}

/// Something that was found.
pub(super) enum Finding {
    /// What an output shows, or why it does not.
    Shown(View, Fingerprint, Arc<Shown>),
    /// Why an output shows nothing.
    Trouble(View, String),
    /// What an output shows without drags.
    Before(View, Fingerprint, Arc<Shown>),
    /// What a node shows, small.
    Thumbnail(NodeId, Fingerprint, Arc<Shown>),
    /// What the nodes are at.
    Standing(Standing),
}

/// A drag that runs.
#[derive(Clone)]
pub(super) struct Running {
    /// By what its trajectory will be known.
    pub(super) fingerprint: Fingerprint,
    /// At which frame.
    pub(super) frame: f64,
    /// Ends it.
    pub(super) cancel: Cancel,
    /// Whether the document has changed so that nobody wants it any more.
    pub(super) is_unwanted: bool,
    /// What it has done.
    pub(super) live: Arc<Live>,
    /// Where it is, once it has taken a step.
    pub(super) moment: Option<Moment>,
}

/// Work that is being done.
#[derive(Clone, Debug, Default, PartialEq)]
pub(crate) struct Busy {
    /// The part that is done, from 0 to 1.
    pub(crate) done: f64,
    /// What is going on, for people.
    pub(crate) what: String,
}

impl Board {
    /// From now on whoever writes on the board wakes this.
    pub(super) fn wake(&self, context: &egui::Context) {
        self.context.get_or_init(|| context.clone());
    }

    /// Reads it.
    pub(super) fn read(&self) -> MutexGuard<'_, Content> {
        lock(&self.content)
    }

    /// Writes on it.
    pub(super) fn write(&self, change: impl FnOnce(&mut Content)) {
        change(&mut self.read());
        if let Some(context) = self.context.get() {
            context.request_repaint();
        }
    }

    /// Gives the next wish its number.
    pub(super) fn number(&self) -> u64 {
        self.newest.fetch_add(1, Ordering::Relaxed) + 1
    }

    /// Whether a wish is not the newest one any more.
    pub(super) fn is_overtaken(&self, number: u64) -> bool {
        self.newest.load(Ordering::Relaxed) != number
    }
}

impl Content {
    /// Whether all that was found has been read.
    pub(super) fn is_told(&self) -> bool {
        self.findings.is_empty() && self.outcomes.is_empty() && self.exports.is_empty()
    }
}

impl Busy {
    /// Notes what an event says of a node.
    pub(super) fn note(nodes: &mut BTreeMap<NodeId, Self>, event: &Event<'_>) {
        match event.what {
            Happening::Started => drop(nodes.insert(event.node, Self::default())),
            Happening::Part { done, what } => drop(nodes.insert(event.node, Self { done, what: what.to_owned() })),
            Happening::Finished { .. } | Happening::Failed(_) => drop(nodes.remove(&event.node)),
            _ => {}
        }
    }
}
