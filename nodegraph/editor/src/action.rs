//! Everything that a key or a menu does, each with its shortcut and what it is for: menus, F1 and the keyboard are made
//! of this one table.

use eframe::egui::{Key, KeyboardShortcut, Modifiers};

/// Where a shortcut holds: it means the panel under the pointer.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Place {
    /// In the whole window.
    Everywhere,
    /// Over the picture.
    Viewer,
    /// Over the graph.
    Canvas,
    /// Over the timeline.
    Timeline,
}

/// Something that a key or a menu does.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub(crate) enum Action {
    Undo,
    Redo,
    Drag,
}

/// An action, for people.
pub(crate) struct Entry {
    pub(crate) action: Action,
    pub(crate) place: Place,
    /// What menus call it.
    pub(crate) label: &'static str,
    /// What it does, in a sentence.
    pub(crate) doc: &'static str,
    /// Its keys; the first is shown in menus.
    pub(crate) keys: &'static [KeyboardShortcut],
}

const NONE: Modifiers = Modifiers::NONE;
const COMMAND: Modifiers = Modifiers::COMMAND;

const fn key(modifiers: Modifiers, key: Key) -> KeyboardShortcut {
    KeyboardShortcut::new(modifiers, key)
}

/// All actions, in the order of the help.
pub(crate) const ACTIONS: &[Entry] = &[
    Entry {
        action: Action::Drag,
        place: Place::Everywhere,
        label: "Drag",
        doc: "Starts dragging the points to their targets, or stops it.",
        keys: &[key(NONE, Key::Space)],
    },
    Entry {
        action: Action::Undo,
        place: Place::Everywhere,
        label: "Undo",
        doc: "Takes the last change back, whatever it was.",
        keys: &[key(COMMAND, Key::Z)],
    },
    Entry {
        action: Action::Redo,
        place: Place::Everywhere,
        label: "Redo",
        doc: "Makes the change again that was taken back last.",
        keys: &[key(COMMAND.plus(Modifiers::SHIFT), Key::Z), key(COMMAND, Key::Y)],
    },
];

impl Action {
    /// What it is.
    pub(crate) fn entry(self) -> &'static Entry {
        ACTIONS.iter().find(|entry| entry.action == self).expect("every action is in the table")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_two_actions_of_a_place_have_the_same_key() {
        for (index, entry) in ACTIONS.iter().enumerate() {
            for other in &ACTIONS[index + 1..] {
                let meet = [entry.place, other.place].contains(&Place::Everywhere) || entry.place == other.place;
                let shared = entry.keys.iter().find(|key| other.keys.contains(key));
                assert!(!meet || shared.is_none(), "{} and {}: {shared:?}", entry.label, other.label);
            }
            assert!(entry.doc.ends_with('.'), "{}", entry.label);
        }
    }
}
