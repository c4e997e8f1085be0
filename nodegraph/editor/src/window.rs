//! The window of the operating system that the editor is drawn in.

use eframe::egui;

use crate::editor::Editor;
use crate::setup::Setup;

/// What the layout is remembered as, beside the sizes of panels and the window.
const LAYOUT: &str = "layout";

/// Opens the window, and comes back when it is closed.
///
/// # Errors
/// There is no screen, or it cannot be drawn on.
pub fn run(setup: Setup) -> Result<(), String> {
    let viewport = egui::ViewportBuilder::default()
        .with_title("DragFX")
        .with_app_id("dragfx")
        .with_inner_size([1360.0, 860.0])
        .with_min_inner_size([800.0, 560.0])
        .with_drag_and_drop(true);
    let persistence_path = setup.state.as_ref().map(|folder| folder.join("window.ron"));
    let persist_window = persistence_path.is_some();
    let options = eframe::NativeOptions { viewport, persistence_path, persist_window, ..Default::default() };
    let create: eframe::AppCreator<'_> = Box::new(|context| {
        let mut editor = Editor::new(setup);
        let remembered = context.storage.and_then(|storage| eframe::get_value(storage, LAYOUT));
        editor.desk_mut().layout = remembered.unwrap_or_default();
        Ok(Box::new(editor))
    });
    eframe::run_native("DragFX", options, create).map_err(|error| in_words(&error))
}

/// Why there is no window. Where no screen answers, the library tells of its own source code.
fn in_words(error: &eframe::Error) -> String {
    match error {
        eframe::Error::WinitEventLoop(_) if cfg!(target_os = "linux") => {
            "no screen answers; DISPLAY or WAYLAND_DISPLAY names one".to_owned()
        }
        error => error.to_string(),
    }
}

impl eframe::App for Editor {
    fn ui(&mut self, ui: &mut egui::Ui, _: &mut eframe::Frame) {
        Self::ui(self, ui);
    }

    fn on_exit(&mut self, _: Option<&eframe::glow::Context>) {
        self.end();
    }

    fn save(&mut self, storage: &mut dyn eframe::Storage) {
        // Without a folder for it the library would take one of its own.
        if self.persist_egui_memory() {
            eframe::set_value(storage, LAYOUT, &self.desk().layout);
        }
    }

    fn persist_egui_memory(&self) -> bool {
        self.desk().state.is_some()
    }
}
