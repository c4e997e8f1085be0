//! What keys, menus and the mouse do over the picture.

use eframe::egui::{Key, Modifiers};

use super::{Action, Entry, Gesture, NONE, Place, key};

/// In the order of the help.
pub(super) const ACTIONS: &[Entry] = &[
    Entry {
        action: Action::GoOn,
        place: Place::Viewer,
        label: "Go on from here",
        doc: "Starts a new drag at the step that is shown, behind the one that led there.",
        keys: &[key(NONE, Key::G)],
    },
    Entry {
        action: Action::PlaySteps,
        place: Place::Viewer,
        label: "Play steps",
        doc: "Plays the steps of the drag from the start, or stops.",
        keys: &[key(NONE, Key::J)],
    },
    Entry {
        action: Action::PreviousStep,
        place: Place::Viewer,
        label: "Previous step",
        doc: "Goes a step of the drag back.",
        keys: &[key(NONE, Key::ArrowLeft)],
    },
    Entry {
        action: Action::NextStep,
        place: Place::Viewer,
        label: "Next step",
        doc: "Goes a step of the drag on.",
        keys: &[key(NONE, Key::ArrowRight)],
    },
    Entry {
        action: Action::FirstStep,
        place: Place::Viewer,
        label: "First step",
        doc: "Goes to the picture before the drag.",
        keys: &[key(NONE, Key::Home)],
    },
    Entry {
        action: Action::LastStep,
        place: Place::Viewer,
        label: "Last step",
        doc: "Goes to the end of the drag.",
        keys: &[key(NONE, Key::End)],
    },
    Entry {
        action: Action::Points,
        place: Place::Viewer,
        label: "Points",
        doc: "Press on the picture to set a handle, and pull its target to where it should go.",
        keys: &[key(NONE, Key::Q)],
    },
    Entry {
        action: Action::EnablePoint,
        place: Place::Viewer,
        label: "Enable point",
        doc: "Lets the selected point count, or not.",
        keys: &[key(NONE, Key::E)],
    },
    Entry {
        action: Action::DeletePoint,
        place: Place::Viewer,
        label: "Delete point",
        doc: "Deletes the selected point.",
        keys: &[key(NONE, Key::Delete), key(NONE, Key::Backspace)],
    },
    Entry {
        action: Action::Brush,
        place: Place::Viewer,
        label: "Brush",
        doc: "Paints what may change; the rest of the picture stays.",
        keys: &[key(NONE, Key::B)],
    },
    Entry {
        action: Action::Erase,
        place: Place::Viewer,
        label: "Eraser",
        doc: "Takes away what may change.",
        keys: &[key(NONE, Key::X)],
    },
    Entry {
        action: Action::Ellipse,
        place: Place::Viewer,
        label: "Ellipse",
        doc: "Draws an ellipse of what may change; with Ctrl it takes it away.",
        keys: &[key(NONE, Key::O)],
    },
    Entry {
        action: Action::Rectangle,
        place: Place::Viewer,
        label: "Rectangle",
        doc: "Draws a rectangle of what may change; with Ctrl it takes it away.",
        keys: &[key(NONE, Key::R)],
    },
    Entry {
        action: Action::Polygon,
        place: Place::Viewer,
        label: "Polygon",
        doc: "Draws what may change corner by corner; Enter or the first corner closes it.",
        keys: &[key(NONE, Key::P)],
    },
    Entry {
        action: Action::LargerBrush,
        place: Place::Viewer,
        label: "Larger brush",
        doc: "Makes the brush larger.",
        keys: &[key(NONE, Key::CloseBracket)],
    },
    Entry {
        action: Action::SmallerBrush,
        place: Place::Viewer,
        label: "Smaller brush",
        doc: "Makes the brush smaller.",
        keys: &[key(NONE, Key::OpenBracket)],
    },
    Entry {
        action: Action::Overlay,
        place: Place::Viewer,
        label: "Show mask",
        doc: "Tints what the mask keeps from changing, or does not.",
        keys: &[key(NONE, Key::M)],
    },
    Entry {
        action: Action::ClearMask,
        place: Place::Viewer,
        label: "Clear mask",
        doc: "Takes all that was painted out of the mask.",
        keys: &[key(Modifiers::SHIFT, Key::X)],
    },
    Entry {
        action: Action::Fit,
        place: Place::Viewer,
        label: "Fit",
        doc: "Shows the whole picture, as large as it fits.",
        keys: &[key(NONE, Key::F)],
    },
    Entry {
        action: Action::Pixels,
        place: Place::Viewer,
        label: "100 %",
        doc: "Shows each pixel of the picture as one of the screen.",
        keys: &[key(Modifiers::SHIFT, Key::F)],
    },
    Entry {
        action: Action::Compare,
        place: Place::Viewer,
        label: "Compare",
        doc: "Compares what is shown with another slot: by a wipe, by the difference, or not at all.",
        keys: &[key(NONE, Key::W)],
    },
];

/// The same, done with the mouse.
pub(super) const GESTURES: &[Gesture] = &[
    Gesture {
        place: Place::Viewer,
        how: "Press and pull",
        doc: "Sets a handle where it began, and its target where it ends.",
    },
    Gesture {
        place: Place::Viewer,
        how: "Drag a handle or a target",
        doc: "Moves it; after a drag, the next drag goes on.",
    },
    Gesture { place: Place::Viewer, how: "Right-click a point", doc: "Enables, disables or deletes it." },
    Gesture { place: Place::Viewer, how: "Wheel", doc: "Zooms at the pointer." },
    Gesture {
        place: Place::Viewer,
        how: "Middle-drag or Alt-drag",
        doc: "Moves the picture. Two fingers that are swept do so, too.",
    },
    Gesture { place: Place::Viewer, how: "Hold `", doc: "Shows the picture before all drags." },
    Gesture { place: Place::Viewer, how: "1 to 9", doc: "Shows a slot; with Shift compares with it." },
];
