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
    New,
    Empty,
    Open,
    Save,
    SaveAs,
    Revert,
    Import,
    Quit,
    Compute,
    Undo,
    Redo,
    Drag,
    Rename,
    Play,
    PreviousFrame,
    NextFrame,
    FirstFrame,
    LastFrame,
    PreviousKey,
    NextKey,
    RealTime,
    ShowGraph,
    ShowTimeline,
    ShowInspector,
    Maximize,
    Larger,
    Smaller,
    UsualSize,
    Help,
    About,
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
        action: Action::New,
        place: Place::Everywhere,
        label: "New",
        doc: "Begins a document with a picture that is ready to be dragged.",
        keys: &[key(COMMAND, Key::N)],
    },
    Entry {
        action: Action::Empty,
        place: Place::Everywhere,
        label: "New empty graph",
        doc: "Begins a document without nodes.",
        keys: &[key(COMMAND.plus(Modifiers::SHIFT), Key::N)],
    },
    Entry {
        action: Action::Open,
        place: Place::Everywhere,
        label: "Open…",
        doc: "Opens a document, or one that travels in a picture.",
        keys: &[key(COMMAND, Key::O)],
    },
    Entry {
        action: Action::Save,
        place: Place::Everywhere,
        label: "Save",
        doc: "Saves the document; asks for a name if it has none.",
        keys: &[key(COMMAND, Key::S)],
    },
    Entry {
        action: Action::SaveAs,
        place: Place::Everywhere,
        label: "Save as…",
        doc: "Saves the document under another name. Paths of what it reads are changed so that they lead to the same files.",
        keys: &[key(COMMAND.plus(Modifiers::SHIFT), Key::S)],
    },
    Entry {
        action: Action::Revert,
        place: Place::Everywhere,
        label: "Revert",
        doc: "Opens the document again as it was saved.",
        keys: &[key(COMMAND.plus(Modifiers::SHIFT), Key::R)],
    },
    Entry {
        action: Action::Import,
        place: Place::Everywhere,
        label: "Import…",
        doc: "Adds a picture, a model or a latent to the document. Dropping a file on the window does the same.",
        keys: &[key(COMMAND, Key::I)],
    },
    Entry {
        action: Action::Compute,
        place: Place::Everywhere,
        label: "Leave safe mode",
        doc: "Computes what is looked at, where nothing was computed for the sake of safety.",
        keys: &[key(NONE, Key::F5)],
    },
    Entry {
        action: Action::Quit,
        place: Place::Everywhere,
        label: "Quit",
        doc: "Closes the window; asks first if something is not saved.",
        keys: &[key(COMMAND, Key::Q)],
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
    Entry {
        action: Action::Rename,
        place: Place::Everywhere,
        label: "Rename",
        doc: "Types another name for the selected node, in the inspector.",
        keys: &[key(NONE, Key::F2)],
    },
    Entry {
        action: Action::Play,
        place: Place::Everywhere,
        label: "Play",
        doc: "Plays the frames over and over, or stops.",
        keys: &[key(NONE, Key::L)],
    },
    Entry {
        action: Action::PreviousFrame,
        place: Place::Everywhere,
        label: "Previous frame",
        doc: "Goes a frame back.",
        keys: &[key(NONE, Key::Comma)],
    },
    Entry {
        action: Action::NextFrame,
        place: Place::Everywhere,
        label: "Next frame",
        doc: "Goes a frame on.",
        keys: &[key(NONE, Key::Period)],
    },
    Entry {
        action: Action::FirstFrame,
        place: Place::Timeline,
        label: "First frame",
        doc: "Goes to the first frame.",
        keys: &[key(NONE, Key::Home)],
    },
    Entry {
        action: Action::LastFrame,
        place: Place::Timeline,
        label: "Last frame",
        doc: "Goes to the last frame.",
        keys: &[key(NONE, Key::End)],
    },
    Entry {
        action: Action::PreviousKey,
        place: Place::Everywhere,
        label: "Previous keyframe",
        doc: "Goes back to a keyframe of the selected nodes, or of any node if none is selected.",
        keys: &[key(COMMAND, Key::ArrowLeft)],
    },
    Entry {
        action: Action::NextKey,
        place: Place::Everywhere,
        label: "Next keyframe",
        doc: "Goes on to a keyframe of the selected nodes, or of any node if none is selected.",
        keys: &[key(COMMAND, Key::ArrowRight)],
    },
    Entry {
        action: Action::RealTime,
        place: Place::Everywhere,
        label: "Play in real time",
        doc: "While playing, keeps to the rate and leaves frames out, in place of waiting for every picture.",
        keys: &[],
    },
    Entry {
        action: Action::ShowGraph,
        place: Place::Everywhere,
        label: "Graph",
        doc: "Shows or hides the graph.",
        keys: &[key(COMMAND, Key::Num1)],
    },
    Entry {
        action: Action::ShowTimeline,
        place: Place::Everywhere,
        label: "Timeline",
        doc: "Shows or hides the timeline.",
        keys: &[key(COMMAND, Key::Num2)],
    },
    Entry {
        action: Action::ShowInspector,
        place: Place::Everywhere,
        label: "Inspector",
        doc: "Shows or hides the inspector.",
        keys: &[key(COMMAND, Key::Num3)],
    },
    Entry {
        action: Action::Maximize,
        place: Place::Everywhere,
        label: "Maximize panel",
        doc: "Gives the whole window to the panel under the pointer, or brings the others back.",
        keys: &[key(NONE, Key::Z)],
    },
    Entry {
        action: Action::Larger,
        place: Place::Everywhere,
        label: "Larger interface",
        doc: "Makes everything in the window larger.",
        keys: &[key(COMMAND, Key::Plus), key(COMMAND, Key::Equals)],
    },
    Entry {
        action: Action::Smaller,
        place: Place::Everywhere,
        label: "Smaller interface",
        doc: "Makes everything in the window smaller.",
        keys: &[key(COMMAND, Key::Minus)],
    },
    Entry {
        action: Action::UsualSize,
        place: Place::Everywhere,
        label: "Usual size",
        doc: "Shows everything in the window in its usual size.",
        keys: &[key(COMMAND, Key::Num0)],
    },
    Entry {
        action: Action::Help,
        place: Place::Everywhere,
        label: "Keys and mouse",
        doc: "Lists what keys and the mouse do.",
        keys: &[key(NONE, Key::F1)],
    },
    Entry {
        action: Action::About,
        place: Place::Everywhere,
        label: "About DragFX",
        doc: "Says which version this is, what it runs on, and where it keeps its files.",
        keys: &[],
    },
];

/// Something that is done with the mouse, for people.
pub(crate) struct Gesture {
    pub(crate) place: Place,
    /// What the hand does.
    pub(crate) how: &'static str,
    /// What comes of it, in a sentence.
    pub(crate) doc: &'static str,
}

/// What the mouse does, in the order of the help.
pub(crate) const GESTURES: &[Gesture] = &[
    Gesture {
        place: Place::Everywhere,
        how: "Drag a number",
        doc: "Changes it; with Shift slowly. A click lets it be typed.",
    },
    Gesture {
        place: Place::Everywhere,
        how: "Right-click a parameter",
        doc: "Resets it, sets and deletes keyframes, publishes it, copies its address.",
    },
    Gesture { place: Place::Timeline, how: "Drag on the ruler", doc: "Goes to the frame under the pointer." },
    Gesture { place: Place::Timeline, how: "Click a keyframe", doc: "Goes to its frame." },
    Gesture { place: Place::Timeline, how: "Drag a keyframe", doc: "Moves it to another frame." },
    Gesture {
        place: Place::Timeline,
        how: "Right-click a keyframe",
        doc: "Chooses the way to the next one, or deletes it.",
    },
];

impl Place {
    /// All places, in the order of the help.
    pub(crate) const ALL: [Self; 4] = [Self::Everywhere, Self::Viewer, Self::Canvas, Self::Timeline];

    /// What people call it.
    pub(crate) fn title(self) -> &'static str {
        match self {
            Self::Everywhere => "Everywhere",
            Self::Viewer => "Over the picture",
            Self::Canvas => "Over the graph",
            Self::Timeline => "Over the timeline",
        }
    }
}

/// Shortcuts that hold at a place. Those with more modifiers come first: Ctrl+Z also takes Ctrl+Shift+Z, if nothing has
/// taken that before.
pub(crate) fn shortcuts(place: Place) -> impl Iterator<Item = (&'static KeyboardShortcut, Action)> {
    let holds = move |entry: &&Entry| entry.place == Place::Everywhere || entry.place == place;
    let modifiers = |key: &KeyboardShortcut| {
        let Modifiers { alt, shift, command, .. } = key.modifiers;
        usize::from(alt) + usize::from(shift) + usize::from(command)
    };
    (0..=3).rev().flat_map(move |count| {
        let keys = |entry: &'static Entry| entry.keys.iter().map(move |key| (key, entry.action));
        ACTIONS.iter().filter(holds).flat_map(keys).filter(move |(key, _)| modifiers(key) == count)
    })
}

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

    #[test]
    fn more_modifiers_come_first() {
        let at = |wanted| shortcuts(Place::Canvas).position(|(_, action)| action == wanted).expect("it has a key");
        assert!(at(Action::Redo) < at(Action::Undo));
        assert!(at(Action::Undo) < at(Action::Maximize));
        let all = ACTIONS.iter().filter(|entry| entry.place == Place::Everywhere).map(|entry| entry.keys.len()).sum();
        assert!(shortcuts(Place::Canvas).count() >= all);
    }
}
