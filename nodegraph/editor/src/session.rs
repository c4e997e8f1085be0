//! The document that is open: its history, its file, and what of it is not saved.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use dragfx_graph::document::{Document, Edit, EditError, History};
use dragfx_graph::preset;
use dragfx_graph::registry::Registry;

/// The open document. It changes by edits only.
pub(crate) struct Session {
    document: Document,
    history: History,
    registry: Arc<Registry>,
    path: Option<PathBuf>,
    revision: u64,
}

impl Session {
    /// A document without a file.
    pub(crate) fn new(document: Document, registry: Arc<Registry>) -> Self {
        Self { document, history: History::new(), registry, path: None, revision: 0 }
    }

    /// The document.
    pub(crate) fn document(&self) -> &Document {
        &self.document
    }

    /// The kinds of nodes.
    pub(crate) fn registry(&self) -> &Arc<Registry> {
        &self.registry
    }

    /// Takes other kinds of nodes; nodes that are there stay what they are.
    pub(crate) fn set_registry(&mut self, registry: Arc<Registry>) {
        self.registry = registry;
    }

    /// Its file.
    pub(crate) fn path(&self) -> Option<&Path> {
        self.path.as_deref()
    }

    /// The folder that its relative paths start from.
    pub(crate) fn folder(&self) -> PathBuf {
        self.path.as_deref().map_or_else(|| PathBuf::from("."), preset::folder)
    }

    /// A number that is another one whenever the document may be another one.
    pub(crate) fn revision(&self) -> u64 {
        self.revision
    }

    /// The history, for what menus say.
    pub(crate) fn history(&self) -> &History {
        &self.history
    }

    /// Whether there is nothing to be saved.
    pub(crate) fn is_saved(&self) -> bool {
        self.history.is_saved()
    }

    /// Makes edits together; none of them if one is refused.
    pub(crate) fn perform(&mut self, label: &str, edits: Vec<Edit>) -> Result<(), EditError> {
        self.revision += 1;
        self.history.perform(&mut self.document, label, edits)
    }

    /// Begins a gesture: what is performed until [`settle`](Self::settle) is undone together.
    pub(crate) fn gesture(&mut self, label: &str) {
        self.history.begin(label);
    }

    /// Ends the gesture.
    pub(crate) fn settle(&mut self) {
        self.history.end();
    }

    /// Takes the last edits back, and says what they were.
    pub(crate) fn undo(&mut self) -> Option<String> {
        self.revision += 1;
        self.history.undo(&mut self.document)
    }

    /// Makes edits again that were taken back, and says what they are.
    pub(crate) fn redo(&mut self) -> Option<String> {
        self.revision += 1;
        self.history.redo(&mut self.document)
    }
}
