//! The window that lists keys and what the mouse does, and the one that says what program this is.

use std::sync::{Arc, OnceLock};

use eframe::egui::os::OperatingSystem;
use eframe::egui::{self, Align2, Grid, Key, Label, RichText, ScrollArea, TextEdit, Window};

use crate::action::{Place, actions, gestures, keys_text};
use crate::editor::Scene;
use crate::theme;

/// What the windows remember.
#[derive(Default)]
pub(crate) struct Help {
    lists_keys: bool,
    search: String,
    is_about: bool,
    device: Arc<OnceLock<&'static str>>,
}

/// A line of the list.
struct Line {
    place: Place,
    keys: String,
    label: &'static str,
    doc: &'static str,
}

impl Help {
    /// Opens the list, or closes it.
    pub(crate) fn toggle(&mut self) {
        self.lists_keys = !self.lists_keys;
        self.search.clear();
    }

    /// Opens what is said about the program.
    pub(crate) fn about(&mut self) {
        self.is_about = true;
    }

    /// Draws what is open.
    pub(crate) fn show(&mut self, ui: &mut egui::Ui, scene: &Scene<'_>) {
        let context = ui.ctx().clone();
        let escape = (self.lists_keys || self.is_about)
            && !context.text_edit_focused()
            && context.input_mut(|input| input.consume_key(egui::Modifiers::NONE, Key::Escape));
        if escape {
            (self.lists_keys, self.is_about) = (false, false);
        }
        let screen = context.content_rect();
        let mut is_open = self.lists_keys;
        let window = Window::new("Keys and mouse").open(&mut is_open).collapsible(false);
        let window = window.pivot(Align2::CENTER_CENTER).default_pos(screen.center()).default_width(680.0);
        window.default_height((screen.height() - 160.0).clamp(240.0, 620.0)).show(&context, |ui| self.list(ui));
        self.lists_keys = is_open;
        let mut is_open = self.is_about;
        let window = Window::new("About DragFX").open(&mut is_open).collapsible(false).resizable(false);
        let window = window.pivot(Align2::CENTER_CENTER).default_pos(screen.center()).default_width(440.0);
        window.show(&context, |ui| self.facts(ui, scene));
        self.is_about = is_open;
    }

    fn list(&mut self, ui: &mut egui::Ui) {
        let search = TextEdit::singleline(&mut self.search).hint_text("Search: undo, Ctrl, frame…");
        let search = ui.add(search.desired_width(f32::INFINITY));
        search.widget_info(|| egui::WidgetInfo::labeled(egui::WidgetType::TextEdit, true, "Search keys"));
        if search.lost_focus() && ui.input(|input| input.key_pressed(Key::Escape)) {
            self.search.clear();
        }
        ui.separator();
        let lines: Vec<Line> = lines(ui.ctx()).filter(|line| line.suits(&self.search)).collect();
        ScrollArea::vertical().auto_shrink([false, false]).show(ui, |ui| {
            if lines.is_empty() {
                ui.label(RichText::new("Nothing is called so.").color(theme::WEAK));
            }
            for place in Place::ALL {
                let here: Vec<&Line> = lines.iter().filter(|line| line.place == place).collect();
                if here.is_empty() {
                    continue;
                }
                ui.add_space(4.0);
                ui.label(RichText::new(place.title()).heading());
                let grid = Grid::new(place.title()).num_columns(3).striped(true).spacing([14.0, 5.0]);
                grid.show(ui, |ui| here.iter().for_each(|line| line.show(ui)));
                ui.add_space(8.0);
            }
        });
    }

    fn facts(&self, ui: &mut egui::Ui, scene: &Scene<'_>) {
        ui.label("Drags points of GAN pictures inside compositing pipelines.");
        ui.add_space(6.0);
        let models = scene.compute.models();
        if self.device.get().is_none() {
            // Devices are looked for by their drivers, which may take a while.
            let (device, models, context) = (Arc::clone(&self.device), Arc::clone(models), ui.ctx().clone());
            std::thread::spawn(move || {
                device.get_or_init(|| models.device_class());
                context.request_repaint();
            });
        }
        let device = match self.device.get() {
            Some(&"cpu") => "Processor (CPU)",
            Some(&"cuda") => "NVIDIA graphics card (CUDA)",
            Some(&"directml") => "Graphics card (DirectML)",
            Some(other) => other,
            None => "being looked for…",
        };
        let mut facts = vec![
            ("Version", env!("CARGO_PKG_VERSION").to_owned()),
            ("Licence", env!("CARGO_PKG_LICENSE").to_owned()),
            ("Runs on", device.to_owned()),
            ("Models in", models.cache().display().to_string()),
        ];
        facts.extend(scene.desk.state.as_ref().map(|folder| ("Remembers in", folder.display().to_string())));
        Grid::new("facts").num_columns(2).spacing([14.0, 5.0]).show(ui, |ui| {
            for (name, fact) in facts {
                ui.label(RichText::new(name).color(theme::WEAK));
                ui.add(Label::new(&fact).truncate()).on_hover_text(&fact);
                ui.end_row();
            }
        });
    }
}

impl Line {
    fn suits(&self, search: &str) -> bool {
        let search = search.to_lowercase();
        [&*self.keys, self.label, self.doc].iter().any(|text| text.to_lowercase().contains(search.trim()))
    }

    fn show(&self, ui: &mut egui::Ui) {
        ui.label(RichText::new(&self.keys).color(theme::ACCENT));
        ui.label(self.label);
        ui.add(Label::new(RichText::new(self.doc).color(theme::WEAK)).wrap());
        ui.end_row();
    }
}

/// All keys, and then what the mouse does.
fn lines(context: &egui::Context) -> impl Iterator<Item = Line> {
    let keys = actions().map(|entry| {
        let keys: Vec<String> = entry.keys.iter().map(|key| keys_text(context, key)).collect();
        Line { place: entry.place, keys: keys.join(", "), label: entry.label, doc: entry.doc }
    });
    let mouse = gestures().map(|gesture| Line {
        place: gesture.place,
        keys: "Mouse".to_owned(),
        label: gesture.how,
        doc: gesture.doc,
    });
    keys.chain(mouse)
}

/// All keys and what the mouse does, as a page of documentation.
#[must_use]
pub fn keys() -> String {
    let context = egui::Context::default();
    // The page is the same wherever it is made.
    context.set_os(OperatingSystem::Nix);
    let lines: Vec<Line> = lines(&context).collect();
    let mut page =
        "# Keys of the editor\n\nA key means the panel under the pointer. F1 shows this list in the editor, and \
                    searches it. On macOS, Ctrl is Cmd.\n"
            .to_owned();
    for place in Place::ALL {
        page += &format!("\n## {}\n\n| keys | what | |\n|---|---|---|\n", place.title());
        for line in lines.iter().filter(|line| line.place == place) {
            page += &format!("| {} | {} | {} |\n", line.keys.replace('|', "\\|"), line.label, line.doc);
        }
    }
    page
}

#[cfg(test)]
mod tests {
    use dragfx_graph::document::Document;
    use egui_kittest::kittest::Queryable as _;

    use super::*;
    use crate::testing::window;

    #[test]
    fn f1_lists_keys_and_escape_closes_the_list() {
        let mut window = window(Document::default());
        window.key_press(Key::F1);
        window.run();
        window.get_by_label("Search keys").click();
        window.run();
        window.get_by_label("Search keys").type_text("takes the last change back");
        window.run();
        window.get_by_label("Ctrl+Z");
        assert!(window.query_by_label("Shows or hides the graph.").is_none());
        window.key_press(Key::F1);
        window.key_press(Key::Escape);
        window.run();
        window.key_press(Key::Escape);
        window.run();
        assert!(window.query_by_label("Search keys").is_none());
    }

    #[test]
    fn the_list_is_searched_by_key_name_and_meaning() {
        let context = egui::Context::default();
        let found = |search: &str| lines(&context).filter(|line| line.suits(search)).map(|line| line.label).collect();
        let undo: Vec<_> = found("takes the last change back");
        assert_eq!(undo, ["Undo"]);
        let keyframes: Vec<_> = found("KEYFRAME");
        assert!(keyframes.contains(&"Next keyframe") && keyframes.contains(&"Drag a keyframe"), "{keyframes:?}");
        assert_eq!(lines(&context).count(), actions().count() + gestures().count());
    }
}
