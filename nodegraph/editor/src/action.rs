//! Everything that a key or a menu does, each with its shortcut and what it is for: menus, F1 and the keyboard are made
//! of this one table.

use eframe::egui::{Context, Key, KeyboardShortcut, Modifiers};

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
    GoOn,
    PlaySteps,
    PreviousStep,
    NextStep,
    FirstStep,
    LastStep,
    Points,
    EnablePoint,
    DeletePoint,
    Brush,
    Erase,
    Ellipse,
    Rectangle,
    Polygon,
    LargerBrush,
    SmallerBrush,
    Overlay,
    ClearMask,
    Fit,
    Pixels,
    Compare,
    ExportPicture,
    ExportFilm,
    ExportLatent,
    Render,
    Rename,
    Play,
    PreviousFrame,
    NextFrame,
    FirstFrame,
    LastFrame,
    PreviousKey,
    NextKey,
    DeleteKeys,
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
    AddNode,
    ShowNode,
    Look(usize),
    Bypass,
    Comment,
    CutNodes,
    CopyNodes,
    PasteNodes,
    DuplicateNodes,
    DeleteNodes,
    ExtractNodes,
    SelectNodes,
    SelectNothing,
    FitNodes,
    FitGraph,
    CloserToGraph,
    FartherFromGraph,
    NudgeLeft,
    NudgeRight,
    NudgeUp,
    NudgeDown,
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
        keys: &[],
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
    Entry {
        action: Action::ExportPicture,
        place: Place::Everywhere,
        label: "Export picture…",
        doc: "Writes the picture that is shown to a file.",
        keys: &[],
    },
    Entry {
        action: Action::ExportFilm,
        place: Place::Everywhere,
        label: "Export film…",
        doc: "Writes the steps of the drag as a film.",
        keys: &[],
    },
    Entry {
        action: Action::ExportLatent,
        place: Place::Everywhere,
        label: "Export latent…",
        doc: "Writes the latent at the step that is shown to a file.",
        keys: &[],
    },
    Entry {
        action: Action::Render,
        place: Place::Everywhere,
        label: "Render",
        doc: "Writes what the Write nodes say, for all frames of the timeline; files that are up to date are left.",
        keys: &[key(NONE, Key::F7)],
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
        action: Action::DeleteKeys,
        place: Place::Timeline,
        label: "Delete keyframes",
        doc: "Deletes the keyframes at this frame, of the selected nodes or of all if none is selected.",
        keys: &[key(NONE, Key::Delete), key(NONE, Key::Backspace)],
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

/// The action of a number key.
const fn look(slot: usize, label: &'static str, keys: &'static [KeyboardShortcut]) -> Entry {
    let doc = "Shows the selected node in this slot of the viewer; without one, shows what the slot has.";
    Entry { action: Action::Look(slot), place: Place::Canvas, label, doc, keys }
}

impl Action {
    /// What it is.
    pub(crate) fn entry(self) -> &'static Entry {
        ACTIONS.iter().find(|entry| entry.action == self).expect("every action is in the table")
    }
}

/// A shortcut as keyboards have it: `Ctrl+,`.
pub(crate) fn keys_text(context: &Context, shortcut: &KeyboardShortcut) -> String {
    let text = context.format_shortcut(shortcut);
    let sign = match shortcut.logical_key {
        Key::Comma => ",",
        Key::Period => ".",
        Key::Plus => "+",
        Key::Minus => "-",
        Key::Equals => "=",
        Key::OpenBracket => "[",
        Key::CloseBracket => "]",
        Key::Backtick => "`",
        _ => return text,
    };
    text.replace(shortcut.logical_key.name(), sign)
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
