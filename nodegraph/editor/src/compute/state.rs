//! What panels are told: pictures, what nodes are at, and how drags go.

use std::sync::Arc;

use dragfx_graph::document::NodeId;
use dragfx_graph::value::{Trajectory, Value};
use eframe::egui::ColorImage;

use super::Live;

/// A picture or a mask that is there to be shown.
#[derive(Debug)]
pub(crate) struct Shown {
    /// What was computed: an image or a mask.
    pub(crate) value: Value,
    /// Its pixels for the screen, sRGB.
    pub(crate) pixels: Arc<ColorImage>,
    /// Another number for other pixels.
    pub(crate) serial: u64,
}

/// What a node is at.
#[derive(Clone, Debug, Default, PartialEq)]
pub(crate) enum NodeState {
    /// Nobody has looked yet, or it gives nothing.
    #[default]
    Unknown,
    /// Its result is there.
    Cached,
    /// Its result has to be computed.
    Stale,
    /// It waits for somebody to start the drag, or for a node that does.
    Waiting,
    /// It is being computed: the part that is done, and what is going on.
    Computing { done: f64, what: String },
    /// It cannot be computed, because an input of it or of a node before it is not connected.
    Incomplete(String),
    /// It cannot be computed, because a node before it cannot.
    Blocked(String),
    /// It cannot be computed.
    Failed(String),
}

/// A drag, as it runs and as it ended.
#[derive(Clone, Debug, Default)]
pub(crate) struct DragState {
    /// The way of the drag as the document has it now, if it was dragged to its end.
    pub(crate) trajectory: Option<Arc<Trajectory>>,
    /// What the drag that runs has done so far.
    pub(crate) live: Option<Arc<Live>>,
}

/// What became of something that was started.
#[derive(Clone, Debug, PartialEq)]
pub(crate) enum Outcome {
    /// No drag waited to be started.
    Idle,
    /// A drag has arrived, or has taken all its steps.
    Finished { node: NodeId, steps: usize, reached: bool },
    /// A drag was stopped after so many steps. They are kept: once the document asks for no more, they are its result.
    Stopped { node: NodeId, steps: usize },
    /// It cannot be done.
    Failed(String),
}
