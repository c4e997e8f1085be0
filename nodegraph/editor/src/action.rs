//! Everything that a key or a menu does, each with its shortcut and what it is for: menus, F1 and the keyboard are made
//! of these tables, one for each place.

mod canvas;
mod everywhere;
mod timeline;
mod viewer;

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

/// Something that is done with the mouse, for people.
pub(crate) struct Gesture {
    pub(crate) place: Place,
    /// What the hand does.
    pub(crate) how: &'static str,
    /// What comes of it, in a sentence.
    pub(crate) doc: &'static str,
}

/// All actions, in the order of the help.
pub(crate) fn actions() -> impl Iterator<Item = &'static Entry> {
    [everywhere::ACTIONS, viewer::ACTIONS, canvas::ACTIONS, timeline::ACTIONS].into_iter().flatten()
}

/// What the mouse does, in the order of the help.
pub(crate) fn gestures() -> impl Iterator<Item = &'static Gesture> {
    [everywhere::GESTURES, viewer::GESTURES, canvas::GESTURES, timeline::GESTURES].into_iter().flatten()
}

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
        actions().filter(holds).flat_map(keys).filter(move |(key, _)| modifiers(key) == count)
    })
}

impl Action {
    /// What it is.
    pub(crate) fn entry(self) -> &'static Entry {
        actions().find(|entry| entry.action == self).expect("every action is in the table")
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
    fn every_action_has_a_key_and_no_two_of_a_place_the_same() {
        let all: Vec<&Entry> = actions().collect();
        for (index, entry) in all.iter().enumerate() {
            for other in &all[index + 1..] {
                let meet = [entry.place, other.place].contains(&Place::Everywhere) || entry.place == other.place;
                let shared = entry.keys.iter().find(|key| other.keys.contains(key));
                assert!(!meet || shared.is_none(), "{} and {}: {shared:?}", entry.label, other.label);
            }
            assert!(entry.doc.ends_with('.') && !entry.keys.is_empty(), "{}", entry.label);
        }
    }

    #[test]
    fn more_modifiers_come_first() {
        let at = |wanted| shortcuts(Place::Canvas).position(|(_, action)| action == wanted).expect("it has a key");
        assert!(at(Action::Redo) < at(Action::Undo));
        assert!(at(Action::Undo) < at(Action::Maximize));
        let all = actions().filter(|entry| entry.place == Place::Everywhere).map(|entry| entry.keys.len()).sum();
        assert!(shortcuts(Place::Canvas).count() >= all);
    }
}
