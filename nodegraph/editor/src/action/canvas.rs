//! What keys, menus and the mouse do over the graph.

use eframe::egui::{Key, KeyboardShortcut, Modifiers};

use super::{Action, COMMAND, Entry, Gesture, NONE, Place, key};

/// In the order of the help.
pub(super) const ACTIONS: &[Entry] = &[
    Entry {
        action: Action::AddNode,
        place: Place::Canvas,
        label: "Add node…",
        doc: "Searches a node by its name and adds it at the pointer, behind the selected node if there is one.",
        keys: &[key(NONE, Key::Tab)],
    },
    Entry {
        action: Action::ShowNode,
        place: Place::Canvas,
        label: "Show in the viewer",
        doc: "Shows the selected node in the viewer, as a double-click on it does.",
        keys: &[key(NONE, Key::V)],
    },
    look(0, "Viewer 1", &[key(NONE, Key::Num1)]),
    look(1, "Viewer 2", &[key(NONE, Key::Num2)]),
    look(2, "Viewer 3", &[key(NONE, Key::Num3)]),
    look(3, "Viewer 4", &[key(NONE, Key::Num4)]),
    look(4, "Viewer 5", &[key(NONE, Key::Num5)]),
    look(5, "Viewer 6", &[key(NONE, Key::Num6)]),
    look(6, "Viewer 7", &[key(NONE, Key::Num7)]),
    look(7, "Viewer 8", &[key(NONE, Key::Num8)]),
    look(8, "Viewer 9", &[key(NONE, Key::Num9)]),
    Entry {
        action: Action::Bypass,
        place: Place::Canvas,
        label: "Bypass",
        doc: "Lets the selected nodes pass their input on, or work again.",
        keys: &[key(NONE, Key::D)],
    },
    Entry {
        action: Action::Comment,
        place: Place::Canvas,
        label: "Comment…",
        doc: "Writes a comment on the selected node.",
        keys: &[key(NONE, Key::C)],
    },
    Entry {
        action: Action::CutNodes,
        place: Place::Canvas,
        label: "Cut",
        doc: "Copies the selected nodes as text and deletes them.",
        keys: &[key(COMMAND, Key::X)],
    },
    Entry {
        action: Action::CopyNodes,
        place: Place::Canvas,
        label: "Copy",
        doc: "Copies the selected nodes, with the wires among them, as text.",
        keys: &[key(COMMAND, Key::C)],
    },
    Entry {
        action: Action::PasteNodes,
        place: Place::Canvas,
        label: "Paste",
        doc: "Adds the nodes of copied text at the pointer.",
        keys: &[key(COMMAND, Key::V)],
    },
    Entry {
        action: Action::DuplicateNodes,
        place: Place::Canvas,
        label: "Duplicate",
        doc: "Adds copies of the selected nodes beside them.",
        keys: &[key(COMMAND, Key::D)],
    },
    Entry {
        action: Action::DeleteNodes,
        place: Place::Canvas,
        label: "Delete",
        doc: "Deletes the selected nodes and joins what comes before them to what comes after.",
        keys: &[key(NONE, Key::Delete), key(NONE, Key::Backspace)],
    },
    Entry {
        action: Action::ExtractNodes,
        place: Place::Canvas,
        label: "Extract",
        doc: "Takes the selected nodes out of the graph and joins what comes before them to what comes after.",
        keys: &[key(COMMAND.plus(Modifiers::SHIFT), Key::X)],
    },
    Entry {
        action: Action::SelectNodes,
        place: Place::Canvas,
        label: "Select all",
        doc: "Selects all nodes.",
        keys: &[key(COMMAND, Key::A)],
    },
    Entry {
        action: Action::SelectNothing,
        place: Place::Canvas,
        label: "Select nothing",
        doc: "Selects nothing, or puts back what is in hand.",
        keys: &[key(NONE, Key::Escape)],
    },
    Entry {
        action: Action::FitNodes,
        place: Place::Canvas,
        label: "Frame selected",
        doc: "Shows the selected nodes whole, or all if none is selected.",
        keys: &[key(NONE, Key::F)],
    },
    Entry {
        action: Action::FitGraph,
        place: Place::Canvas,
        label: "Frame all",
        doc: "Shows the whole graph.",
        keys: &[key(NONE, Key::A)],
    },
    Entry {
        action: Action::CloserToGraph,
        place: Place::Canvas,
        label: "Zoom in",
        doc: "Comes closer to what is under the pointer.",
        keys: &[key(NONE, Key::Plus), key(NONE, Key::Equals)],
    },
    Entry {
        action: Action::FartherFromGraph,
        place: Place::Canvas,
        label: "Zoom out",
        doc: "Goes farther from what is under the pointer.",
        keys: &[key(NONE, Key::Minus)],
    },
    Entry {
        action: Action::NudgeLeft,
        place: Place::Canvas,
        label: "Move left",
        doc: "Moves the selected nodes a little to the left.",
        keys: &[key(NONE, Key::ArrowLeft)],
    },
    Entry {
        action: Action::NudgeRight,
        place: Place::Canvas,
        label: "Move right",
        doc: "Moves the selected nodes a little to the right.",
        keys: &[key(NONE, Key::ArrowRight)],
    },
    Entry {
        action: Action::NudgeUp,
        place: Place::Canvas,
        label: "Move up",
        doc: "Moves the selected nodes a little up.",
        keys: &[key(NONE, Key::ArrowUp)],
    },
    Entry {
        action: Action::NudgeDown,
        place: Place::Canvas,
        label: "Move down",
        doc: "Moves the selected nodes a little down.",
        keys: &[key(NONE, Key::ArrowDown)],
    },
];

/// The same, done with the mouse.
pub(super) const GESTURES: &[Gesture] = &[
    Gesture {
        place: Place::Canvas,
        how: "Drag the empty graph",
        doc: "Selects the nodes in a box; with Shift those besides.",
    },
    Gesture { place: Place::Canvas, how: "Middle-drag, or Alt and drag", doc: "Moves the graph." },
    Gesture {
        place: Place::Canvas,
        how: "Turn the wheel",
        doc: "Comes closer to what is under the pointer, or goes farther; with Shift, or on a trackpad, moves the graph.",
    },
    Gesture {
        place: Place::Canvas,
        how: "Click a node",
        doc: "Selects it; with Shift or Ctrl, selects it besides or no longer.",
    },
    Gesture { place: Place::Canvas, how: "Drag a node", doc: "Moves the selected nodes." },
    Gesture { place: Place::Canvas, how: "Double-click a node", doc: "Shows it in the viewer." },
    Gesture { place: Place::Canvas, how: "Double-click the empty graph", doc: "Searches a node to add there." },
    Gesture {
        place: Place::Canvas,
        how: "Drag from a port",
        doc: "Draws a wire: let go on a port or a node, it joins them; on the empty graph, it adds a node that fits.",
    },
    Gesture {
        place: Place::Canvas,
        how: "Drag a wire off an input",
        doc: "Moves it to another port; let go on the empty graph, it is gone.",
    },
    Gesture {
        place: Place::Canvas,
        how: "Right-click",
        doc: "Lists what can be done with a node, a wire, or the graph.",
    },
];

/// The action of a number key.
const fn look(slot: usize, label: &'static str, keys: &'static [KeyboardShortcut]) -> Entry {
    let doc = "Shows the selected node in this slot of the viewer; without one, shows what the slot has.";
    Entry { action: Action::Look(slot), place: Place::Canvas, label, doc, keys }
}
