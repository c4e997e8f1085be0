//! Undo and redo.

use super::Document;
use super::edit::{Edit, EditError};

/// What was done to a document, and how it is taken back.
#[derive(Clone, Debug, Default)]
pub struct History {
    undo: Vec<Group>,
    redo: Vec<Group>,
    open: Option<Group>,
    /// How many groups were done when the document was last saved; `None` once that state is out of reach.
    saved: Option<usize>,
}

/// Edits that are done and undone together.
#[derive(Clone, Debug)]
struct Group {
    label: String,
    /// What takes them back, in the order in which they were made.
    inverse: Vec<Edit>,
}

impl History {
    /// The history of a document that was just made or loaded.
    #[must_use]
    pub fn new() -> Self {
        Self { saved: Some(0), ..Self::default() }
    }

    /// Makes edits together; none of them if one is refused. `label` says what it is, for menus: `Delete 3 nodes`.
    ///
    /// # Errors
    /// What the refused edit says.
    pub fn perform(
        &mut self,
        document: &mut Document,
        label: &str,
        edits: impl IntoIterator<Item = Edit>,
    ) -> Result<(), EditError> {
        let mut inverse = Vec::new();
        for edit in edits {
            match document.apply(edit) {
                Ok(back) => inverse.push(back),
                Err(error) => {
                    take_back(document, inverse);
                    return Err(error);
                }
            }
        }
        if inverse.is_empty() {
            return Ok(());
        }
        self.redo.clear();
        match &mut self.open {
            Some(group) => {
                for edit in inverse {
                    // Of a slider that is dragged, only what it was before counts.
                    if !group.inverse.last().is_some_and(|last| covers(last, &edit)) {
                        group.inverse.push(edit);
                    }
                }
            }
            None => self.push(Group { label: label.to_owned(), inverse }),
        }
        Ok(())
    }

    /// Begins a group: what is performed until [`end`](Self::end) is undone together.
    pub fn begin(&mut self, label: &str) {
        self.end();
        self.open = Some(Group { label: label.to_owned(), inverse: Vec::new() });
    }

    /// Ends the group that was begun, if any.
    pub fn end(&mut self) {
        if let Some(group) = self.open.take().filter(|group| !group.inverse.is_empty()) {
            self.push(group);
        }
    }

    /// Takes the last group back; gives its label, or `None` if there is nothing to take back.
    pub fn undo(&mut self, document: &mut Document) -> Option<String> {
        self.end();
        let group = self.undo.pop()?;
        let label = group.label.clone();
        let inverse = take_back(document, group.inverse);
        self.redo.push(Group { label: label.clone(), inverse });
        Some(label)
    }

    /// Does again what was taken back last; gives its label, or `None` if there is nothing.
    pub fn redo(&mut self, document: &mut Document) -> Option<String> {
        self.end();
        let group = self.redo.pop()?;
        let label = group.label.clone();
        let inverse = take_back(document, group.inverse);
        self.undo.push(Group { label: label.clone(), inverse });
        Some(label)
    }

    /// What [`undo`](Self::undo) would take back.
    #[must_use]
    pub fn undo_label(&self) -> Option<&str> {
        self.open.as_ref().filter(|group| !group.inverse.is_empty()).or(self.undo.last()).map(|group| &*group.label)
    }

    /// What [`redo`](Self::redo) would do again.
    #[must_use]
    pub fn redo_label(&self) -> Option<&str> {
        self.redo.last().map(|group| &*group.label)
    }

    /// Notes that the document is saved as it is.
    pub fn mark_saved(&mut self) {
        self.end();
        self.saved = Some(self.undo.len());
    }

    /// Whether the document is as it was saved.
    #[must_use]
    pub fn is_saved(&self) -> bool {
        self.saved == Some(self.undo.len()) && self.open.as_ref().is_none_or(|group| group.inverse.is_empty())
    }

    fn push(&mut self, group: Group) {
        // The saved state was among what was taken back: it cannot be reached any more.
        if self.saved.is_some_and(|saved| saved > self.undo.len()) {
            self.saved = None;
        }
        self.undo.push(group);
    }
}

/// Applies inverses from the last to the first; gives theirs.
fn take_back(document: &mut Document, inverse: Vec<Edit>) -> Vec<Edit> {
    let back = |edit| document.apply(edit).expect("the inverse of an edit fits the document that the edit made");
    inverse.into_iter().rev().map(back).collect()
}

/// Whether taking back `earlier` also takes back `later`, which was made right after it.
fn covers(earlier: &Edit, later: &Edit) -> bool {
    match (earlier, later) {
        (Edit::SetParam { node: a, param: p, .. }, Edit::SetParam { node: b, param: q, .. }) => a == b && p == q,
        (Edit::Move { node: a, .. }, Edit::Move { node: b, .. }) => a == b,
        _ => false,
    }
}
