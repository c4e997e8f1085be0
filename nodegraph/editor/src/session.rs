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
    folder: PathBuf,
    revision: u64,
    serial: u64,
    in_gesture: bool,
}

/// A document that was read or made.
#[derive(Clone, Debug)]
pub(crate) struct Origin {
    /// Its file, which saving replaces; none if it has no name yet.
    pub(crate) path: Option<PathBuf>,
    /// The folder that its relative paths start from.
    pub(crate) folder: PathBuf,
    /// Whether the file holds the document as it is.
    pub(crate) is_saved: bool,
}

impl Session {
    /// A document without a file.
    pub(crate) fn new(document: Document, registry: Arc<Registry>) -> Self {
        let Origin { path, folder, .. } = Origin::none();
        Self { document, history: History::new(), registry, path, folder, revision: 0, serial: 0, in_gesture: false }
    }

    /// Takes another document in the place of this one; the history begins anew.
    pub(crate) fn replace(&mut self, document: Document, origin: Origin) {
        self.document = document;
        self.history = if origin.is_saved { History::new() } else { History::default() };
        (self.path, self.folder, self.in_gesture) = (origin.path, origin.folder, false);
        self.revision += 1;
        self.serial += 1;
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
        self.folder.clone()
    }

    /// A number that is another one whenever the document may be another one.
    pub(crate) fn revision(&self) -> u64 {
        self.revision
    }

    /// A number that is another one once another document was taken.
    pub(crate) fn serial(&self) -> u64 {
        self.serial
    }

    /// The history, for what menus say.
    pub(crate) fn history(&self) -> &History {
        &self.history
    }

    /// Whether there is nothing to be saved.
    pub(crate) fn is_saved(&self) -> bool {
        self.history.is_saved()
    }

    /// Whether edits belong together at the moment.
    pub(crate) fn in_gesture(&self) -> bool {
        self.in_gesture
    }

    /// Notes that the document lies in a file as it is.
    pub(crate) fn mark_saved(&mut self, path: &Path) {
        self.settle();
        self.history.mark_saved();
        (self.path, self.folder) = (Some(path.to_owned()), preset::folder(path));
        self.revision += 1;
    }

    /// Notes that something that the document reads has changed.
    pub(crate) fn touch(&mut self) {
        self.revision += 1;
    }

    /// Makes edits together; none of them if one is refused.
    pub(crate) fn perform(&mut self, label: &str, edits: Vec<Edit>) -> Result<(), EditError> {
        self.revision += 1;
        self.history.perform(&mut self.document, label, edits)
    }

    /// Begins a gesture: what is performed until [`settle`](Self::settle) is undone together.
    pub(crate) fn gesture(&mut self, label: &str) {
        self.history.begin(label);
        self.in_gesture = true;
    }

    /// Ends the gesture.
    pub(crate) fn settle(&mut self) {
        self.history.end();
        self.in_gesture = false;
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

impl Origin {
    /// That of a document that nobody has named.
    pub(crate) fn none() -> Self {
        Self { path: None, folder: PathBuf::from("."), is_saved: true }
    }

    /// That of a document that was read from a file.
    pub(crate) fn file(path: &Path) -> Self {
        Self { path: Some(path.to_owned()), folder: preset::folder(path), is_saved: true }
    }
}
