//! What keys, menus and the mouse do over the timeline.

use eframe::egui::Key;

use super::{Action, Entry, Gesture, NONE, Place, key};

/// In the order of the help.
pub(super) const ACTIONS: &[Entry] = &[
    Entry {
        action: Action::FirstFrame,
        place: Place::Timeline,
        label: "To first frame",
        doc: "Goes to the first frame.",
        keys: &[key(NONE, Key::Home)],
    },
    Entry {
        action: Action::LastFrame,
        place: Place::Timeline,
        label: "To last frame",
        doc: "Goes to the last frame.",
        keys: &[key(NONE, Key::End)],
    },
    Entry {
        action: Action::DeleteKeys,
        place: Place::Timeline,
        label: "Delete keyframes",
        doc: "Deletes the keyframes at this frame, of the selected nodes or of all if none is selected.",
        keys: &[key(NONE, Key::Delete), key(NONE, Key::Backspace)],
    },
];

/// The same, done with the mouse.
pub(super) const GESTURES: &[Gesture] = &[
    Gesture { place: Place::Timeline, how: "Drag on the ruler", doc: "Goes to the frame under the pointer." },
    Gesture { place: Place::Timeline, how: "Click a keyframe", doc: "Goes to its frame." },
    Gesture { place: Place::Timeline, how: "Drag a keyframe", doc: "Moves it to another frame." },
    Gesture {
        place: Place::Timeline,
        how: "Right-click a keyframe",
        doc: "Chooses the way to the next one, or deletes it.",
    },
];
