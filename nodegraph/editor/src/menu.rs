//! The menu bar, made of the table of actions.

use eframe::egui::{self, Button, RichText, WidgetInfo, WidgetType};

use crate::action::{Action, Entry, Place, actions, keys_text};
use crate::command::Command;
use crate::editor::Scene;
use crate::theme;

/// A menu: groups of actions with lines between them.
struct Menu {
    title: &'static str,
    groups: &'static [&'static [Action]],
    /// Actions of this place that no menu names stand at the end of this one.
    place: Option<Place>,
}

const MENUS: &[Menu] = &[
    Menu {
        title: "File",
        groups: &[
            &[Action::New, Action::Empty, Action::Open],
            &[Action::Save, Action::SaveAs, Action::Revert],
            &[Action::Import, Action::Compute],
            &[Action::ExportPicture, Action::ExportFilm, Action::ExportLatent],
            &[Action::Render],
            &[Action::Quit],
        ],
        place: None,
    },
    Menu { title: "Edit", groups: &[&[Action::Undo, Action::Redo]], place: Some(Place::Everywhere) },
    Menu {
        title: "View",
        groups: &[
            &[Action::ShowGraph, Action::ShowTimeline, Action::ShowInspector, Action::Maximize],
            &[Action::Larger, Action::Smaller, Action::UsualSize],
        ],
        place: Some(Place::Viewer),
    },
    Menu {
        title: "Node",
        groups: &[
            &[Action::AddNode],
            &[Action::Rename, Action::Comment, Action::Bypass, Action::ShowNode],
            &[Action::CutNodes, Action::CopyNodes, Action::PasteNodes, Action::DuplicateNodes],
            &[Action::DeleteNodes, Action::ExtractNodes],
            &[Action::SelectNodes, Action::SelectNothing],
            &[Action::FitNodes, Action::FitGraph, Action::CloserToGraph, Action::FartherFromGraph],
            &[Action::NudgeLeft, Action::NudgeRight, Action::NudgeUp, Action::NudgeDown],
        ],
        place: None,
    },
    Menu { title: "Viewers", groups: &[], place: Some(Place::Canvas) },
    Menu { title: "Drag", groups: DRAG, place: None },
    Menu {
        title: "Time",
        groups: &[
            &[Action::Play, Action::RealTime],
            &[Action::PreviousFrame, Action::NextFrame, Action::FirstFrame, Action::LastFrame],
            &[Action::PreviousKey, Action::NextKey, Action::DeleteKeys],
        ],
        place: Some(Place::Timeline),
    },
    Menu { title: "Help", groups: &[&[Action::Help, Action::About]], place: None },
];

const DRAG: &[&[Action]] = &[
    &[Action::Drag, Action::GoOn],
    &[Action::PlaySteps, Action::PreviousStep, Action::NextStep, Action::FirstStep, Action::LastStep],
    &[Action::Points, Action::EnablePoint, Action::DeletePoint],
    &[Action::Brush, Action::Erase, Action::Ellipse, Action::Rectangle, Action::Polygon],
    &[Action::LargerBrush, Action::SmallerBrush, Action::Overlay, Action::ClearMask],
];

/// Draws it, with the document's name at its end.
pub(crate) fn show(ui: &mut egui::Ui, scene: &Scene<'_>, commands: &mut Vec<Command>) {
    egui::MenuBar::new().ui(ui, |ui| {
        for menu in MENUS {
            let groups = groups(menu);
            if !groups.is_empty() {
                ui.menu_button(menu.title, |ui| list(ui, scene, &groups, commands));
            }
        }
        ui.with_layout(egui::Layout::right_to_left(egui::Align::Center), |ui| {
            let name = document_name(scene);
            ui.add(egui::Label::new(RichText::new(name).color(theme::WEAK)).truncate().selectable(false));
        });
    });
}

/// The document's name, and a dot if it is not saved as it is: `cat.dragfx •`.
pub(crate) fn document_name(scene: &Scene<'_>) -> String {
    let file = scene.session.path().and_then(|path| path.file_name());
    let name = file.map_or_else(|| "Untitled".to_owned(), |name| name.to_string_lossy().into_owned());
    if scene.session.is_saved() { name } else { format!("{name} •") }
}

/// The groups of a menu, with what no menu names.
fn groups(menu: &Menu) -> Vec<Vec<&'static Entry>> {
    let named = |action: Action| MENUS.iter().flat_map(|menu| menu.groups).any(|group| group.contains(&action));
    let rest = actions().filter(|entry| Some(entry.place) == menu.place && !named(entry.action)).collect();
    let groups = menu.groups.iter().map(|group| group.iter().map(|action| action.entry()).collect());
    groups.chain([rest]).filter(|group: &Vec<_>| !group.is_empty()).collect()
}

fn list(ui: &mut egui::Ui, scene: &Scene<'_>, groups: &[Vec<&Entry>], commands: &mut Vec<Command>) {
    ui.set_min_width(230.0);
    for (index, group) in groups.iter().enumerate() {
        if index > 0 {
            ui.separator();
        }
        for entry in group {
            item(ui, scene, entry, commands);
            if entry.action == Action::Open {
                ui.add_enabled_ui(!scene.desk.recent.is_empty(), |ui| {
                    ui.menu_button("Open recent", |ui| recent(ui, scene, commands));
                });
            }
        }
    }
}

/// Documents that were open lately; those that are gone cannot be chosen.
fn recent(ui: &mut egui::Ui, scene: &Scene<'_>, commands: &mut Vec<Command>) {
    ui.set_min_width(230.0);
    for recent in &scene.desk.recent {
        let name = recent.path.file_name().unwrap_or_default().to_string_lossy();
        let button = ui.add_enabled(recent.is_there, Button::new(name));
        let path = recent.path.display();
        let button = button.on_hover_text(path.to_string()).on_disabled_hover_text(format!("{path} is gone"));
        if button.clicked() {
            commands.push(Command::Open(recent.path.clone()));
            ui.close();
        }
    }
}

/// An action in a menu.
pub(crate) fn item(ui: &mut egui::Ui, scene: &Scene<'_>, entry: &Entry, commands: &mut Vec<Command>) {
    let now = Now::of(entry.action, scene);
    let mark = match now.is_on {
        Some(true) => "✔ ",
        Some(false) => "     ",
        None => "",
    };
    let keys = entry.keys.first().map(|key| keys_text(ui.ctx(), key)).unwrap_or_default();
    let label = now.label.unwrap_or_else(|| entry.label.to_owned());
    let button = Button::new(format!("{mark}{label}")).shortcut_text(keys);
    let response = ui.add_enabled(now.can, button);
    response.widget_info(|| WidgetInfo::selected(WidgetType::Button, now.can, now.is_on.unwrap_or(false), &label));
    if response.on_hover_text(entry.doc).on_disabled_hover_text(entry.doc).clicked() {
        commands.push(Command::Act(entry.action));
        ui.close();
    }
}

/// What an action is at the moment.
struct Now {
    /// Whether it would do anything.
    can: bool,
    /// What it is called now, if not as always.
    label: Option<String>,
    /// Whether what it switches is on.
    is_on: Option<bool>,
}

impl Now {
    fn of(action: Action, scene: &Scene<'_>) -> Self {
        let (history, layout) = (scene.session.history(), &scene.desk.layout);
        let usual = || Self { can: true, label: None, is_on: None };
        let step = |verb: &str, label: Option<&str>| Self {
            can: label.is_some(),
            label: label.map(|label| format!("{verb} {label}")),
            is_on: None,
        };
        let switch = |is_on| Self { is_on: Some(is_on), ..usual() };
        let if_any = |can| Self { can, ..usual() };
        let frames = scene.session.document().frames();
        match action {
            Action::Undo => step("Undo", history.undo_label()),
            Action::Redo => step("Redo", history.redo_label()),
            Action::Drag if scene.compute.is_dragging() => Self { label: Some("Stop dragging".to_owned()), ..usual() },
            Action::Revert => if_any(scene.session.path().is_some() && !scene.session.is_saved()),
            Action::Compute => if_any(scene.desk.safe.is_some()),
            Action::Rename | Action::Comment => if_any(scene.desk.inspected().is_some()),
            Action::Bypass
            | Action::ShowNode
            | Action::CutNodes
            | Action::CopyNodes
            | Action::DuplicateNodes
            | Action::DeleteNodes
            | Action::ExtractNodes
            | Action::NudgeLeft
            | Action::NudgeRight
            | Action::NudgeUp
            | Action::NudgeDown => if_any(!scene.desk.selection.is_empty()),
            Action::ShowGraph => switch(layout.graph),
            Action::ShowTimeline => switch(layout.timeline),
            Action::ShowInspector => switch(layout.inspector),
            Action::Maximize => switch(layout.maximized.is_some()),
            Action::RealTime => switch(scene.desk.real_time),
            Action::Play => Self { can: frames.last > frames.first, ..switch(scene.desk.is_playing) },
            Action::PreviousFrame | Action::FirstFrame => if_any(scene.desk.frame > frames.first),
            Action::NextFrame | Action::LastFrame => if_any(scene.desk.frame < frames.last),
            _ => usual(),
        }
    }
}

#[cfg(test)]
mod tests {
    use egui_kittest::kittest::Queryable as _;

    use super::*;
    use crate::testing::{document, window};

    #[test]
    fn menus_say_what_would_be_undone() {
        let (document, ids) = document(&["latent", "drag"]);
        let mut window = window(document);
        window.state_mut().select(ids);
        window.run();
        // The panel of several nodes has this button.
        window.get_by_label("Delete").click();
        window.run();
        assert!(window.state().document().is_empty());
        window.get_by_label("Edit").click();
        window.run();
        window.get_by_label("Undo Delete 2 nodes").click();
        window.run();
        assert_eq!(window.state().document().len(), 2);
    }

    #[test]
    fn every_action_is_in_one_menu() {
        let all: Vec<Action> = MENUS.iter().flat_map(groups).flatten().map(|entry| entry.action).collect();
        for entry in actions() {
            let count = all.iter().filter(|&&action| action == entry.action).count();
            assert_eq!(count, 1, "{} is in {count} menus", entry.label);
        }
    }
}
