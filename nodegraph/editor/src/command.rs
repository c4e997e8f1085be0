//! What panels ask the editor to do.

use std::collections::BTreeSet;
use std::path::PathBuf;

use dragfx_graph::document::{Edit, NodeId};

use crate::action::Action;
use crate::compute::Export;
use crate::desk::{Compare, View};
use crate::dialog::{Choice, Question};
use crate::files::Wish;

/// A wish of a panel. They are carried out in their order, after all panels were drawn.
#[derive(Clone, Debug)]
pub(crate) enum Command {
    /// Edits that are made and undone together; `label` says what they are, for the menu: `Delete 3 nodes`.
    Edit { label: String, edits: Vec<Edit> },
    /// From now on edits belong together, until [`Settle`](Self::Settle): a slider that is dragged, a stroke that is painted.
    Gesture(String),
    /// Ends the gesture.
    Settle,
    /// Selects exactly these nodes.
    Select(BTreeSet<NodeId>),
    /// Shows an output in one of the viewer's slots, and the slot in the viewer.
    Look { slot: usize, view: View },
    /// Compares the slot that is shown with that one, or does not.
    Compare(usize, Option<Compare>),
    /// Has something written to a file.
    Export(Export),
    /// Ends the export that is going on.
    CancelExport,
    /// Stops the drag that runs.
    StopDrag,
    /// Goes to a frame.
    Frame(i64),
    /// Opens a preset, or a picture that one travels in; asks first if something would be lost.
    Open(PathBuf),
    /// What has to do with files.
    File(Wish),
    /// Asks something in front of the window.
    Ask(Question),
    /// Lets people choose a file.
    Choose(Choice),
    /// What a shortcut or a menu does.
    Act(Action),
    /// Tells people something, at the bottom of the window.
    Tell(Notice),
}

/// What a file is wanted for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Wanted {
    /// To be read or written by a node.
    Param {
        /// The node.
        node: NodeId,
        /// Its parameter.
        param: String,
    },
    /// To be the model of that name.
    Model(String),
    /// To be a model that the document does not have yet.
    NewModel,
}

/// Something to be told.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Notice {
    /// What.
    pub(crate) text: String,
    /// Whether something went wrong.
    pub(crate) is_error: bool,
}

impl Command {
    /// A single edit.
    pub(crate) fn edit(label: impl Into<String>, edit: Edit) -> Self {
        Self::Edit { label: label.into(), edits: vec![edit] }
    }

    /// Tells something.
    pub(crate) fn say(text: impl Into<String>) -> Self {
        Self::Tell(Notice { text: text.into(), is_error: false })
    }

    /// Tells that something went wrong.
    pub(crate) fn complain(text: impl Into<String>) -> Self {
        Self::Tell(Notice { text: text.into(), is_error: true })
    }
}
