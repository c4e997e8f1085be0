//! The window: panels in their places, keys to actions, commands to edits.

use std::sync::Arc;

use dragfx_graph::document::Document;
use eframe::egui::{self, CentralPanel, Panel};

use crate::action::{Action, Place, shortcuts};
use crate::canvas::Canvas;
use crate::command::{Command, Notice};
use crate::compute::{Compute, Export, Outcome};
use crate::desk::Desk;
use crate::dialog::Dialogs;
use crate::dragging::{self, Dragging};
use crate::files::{self, Files, Next, Surroundings, Wish};
use crate::help::Help;
use crate::inspector::Inspector;
use crate::menu;
use crate::session::Session;
use crate::setup::{Services, Setup};
use crate::theme;
use crate::timeline::Timeline;
use crate::viewer::Viewer;

/// The editor. [`ui`](Self::ui) draws one frame of it and does what people want in it.
pub struct Editor {
    session: Session,
    desk: Desk,
    compute: Compute,
    dragging: Dragging,
    files: Files,
    services: Arc<dyn Services>,
    canvas: Canvas,
    viewer: Viewer,
    inspector: Inspector,
    timeline: Timeline,
    help: Help,
    dialogs: Dialogs,
    title: String,
    is_dressed: bool,
}

/// What panels see. It does not change while a frame is drawn.
pub(crate) struct Scene<'a> {
    /// The document and its history.
    pub(crate) session: &'a Session,
    /// What is looked at.
    pub(crate) desk: &'a Desk,
    /// What is known of the results.
    pub(crate) compute: &'a Compute,
    /// What the program can do.
    pub(crate) services: &'a Arc<dyn Services>,
}

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
        editor.desk.layout = remembered.unwrap_or_default();
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
            eframe::set_value(storage, LAYOUT, &self.desk.layout);
        }
    }

    fn persist_egui_memory(&self) -> bool {
        self.desk.state.is_some()
    }
}

impl Editor {
    /// An editor that shows what the setup says.
    #[must_use]
    pub fn new(setup: Setup) -> Self {
        let Setup { registry, effects, evaluator, starter, file, state, safe_mode, services } = setup;
        let registry = Arc::new(registry);
        // A file that is to be opened is waited for without computing anything else.
        let first = if file.is_some() { Document::default() } else { starter.clone() };
        let models = Arc::clone(evaluator.models());
        let surroundings =
            Surroundings { registry: registry.clone(), effects, models, state: state.clone(), starter, safe_mode };
        let files = Files::new(surroundings, file);
        let session = Session::new(first, registry);
        let mut desk = Desk::default();
        (desk.recent, desk.state) = (files.recent(), state);
        desk.begin(session.document());
        desk.safe = safe_mode.then(|| "Safe mode.".to_owned());
        Self {
            session,
            desk,
            compute: Compute::new(evaluator),
            dragging: Dragging::default(),
            files,
            services,
            canvas: Canvas::default(),
            viewer: Viewer::default(),
            inspector: Inspector::default(),
            timeline: Timeline::default(),
            help: Help::default(),
            dialogs: Dialogs::default(),
            title: String::new(),
            is_dressed: false,
        }
    }

    /// One frame.
    pub fn ui(&mut self, ui: &mut egui::Ui) {
        if !std::mem::replace(&mut self.is_dressed, true) {
            theme::apply(ui.ctx());
        }
        let at = ui.input(|input| input.pointer.hover_pos()).and_then(|pointer| self.canvas.place_at(pointer));
        for command in self.files.look(ui.ctx(), &mut self.session, &mut self.desk, self.compute.is_busy(), at) {
            self.obey(command);
        }
        self.compute.look(ui.ctx(), &self.session, &self.desk);
        self.hear(ui.ctx());
        let mut commands = Vec::new();
        let scene =
            Scene { session: &self.session, desk: &self.desk, compute: &self.compute, services: &self.services };
        if !self.dialogs.is_open() {
            keys(ui, &self.desk, &mut commands);
        }
        let bar = egui::Frame::new().fill(theme::BAR).inner_margin(egui::Margin::symmetric(6, 2));
        Panel::top("menu").frame(bar).show(ui, |ui| menu::show(ui, &scene, &mut commands));
        files::banner(ui, &self.desk, &mut commands);
        Panel::bottom("notice").frame(bar).show(ui, |ui| notice(ui, &scene));
        let mut places = Vec::new();
        let layout = &self.desk.layout;
        if layout.shows(Place::Everywhere) {
            let inspector = Panel::right("inspector").default_size(320.0).size_range(280.0..=560.0);
            inspector.show(ui, |ui| self.inspector.show(ui, &scene, &mut commands));
        }
        let canvas_is_central = layout.maximized == Some(Place::Canvas);
        if layout.shows(Place::Canvas) && !canvas_is_central {
            let graph = Panel::bottom("graph").default_size(330.0).min_size(120.0).resizable(true);
            let graph = graph.frame(egui::Frame::NONE);
            let graph = graph.show(ui, |ui| self.canvas.show(ui, &scene, &mut commands));
            places.push((graph.response.rect, Place::Canvas));
        }
        if layout.shows(Place::Timeline) {
            let timeline = Panel::bottom("timeline").show(ui, |ui| self.timeline.show(ui, &scene, &mut commands));
            places.push((timeline.response.rect, Place::Timeline));
        }
        let flush = egui::Frame::new().fill(theme::PANEL);
        let central = CentralPanel::default().frame(flush).show(ui, |ui| {
            if canvas_is_central {
                self.canvas.show(ui, &scene, &mut commands);
            } else {
                self.viewer.show(ui, &scene, &mut commands);
            }
        });
        places.push((central.response.rect, if canvas_is_central { Place::Canvas } else { Place::Viewer }));
        self.help.show(ui, &scene);
        self.dialogs.show(ui.ctx(), &mut commands);
        files::hovered(ui.ctx());
        let title = format!("{} — DragFX", menu::document_name(&scene));
        if let Some(pointer) = ui.input(|input| input.pointer.hover_pos()) {
            let here = places.iter().find(|(rect, _)| rect.contains(pointer));
            self.desk.place = here.map_or(Place::Everywhere, |(_, place)| *place);
        }
        if !commands.is_empty() {
            // What they change is seen in the next frame.
            ui.ctx().request_repaint();
        }
        for command in commands {
            self.obey(command);
        }
        self.desk.tidy(self.session.document());
        if ui.ctx().zoom_factor() != self.desk.layout.scale {
            ui.ctx().set_zoom_factor(self.desk.layout.scale);
        }
        if self.title != title {
            ui.ctx().send_viewport_cmd(egui::ViewportCommand::Title(title.clone()));
            self.title = title;
        }
    }

    /// Ends well: nothing is left to be recovered. An editor that is dropped without is one that was ended by force.
    pub fn end(&mut self) {
        self.files.end();
    }

    /// The document.
    #[must_use]
    pub fn document(&self) -> &Document {
        self.session.document()
    }

    /// Whether something is being computed: what is shown may be another thing soon.
    #[must_use]
    pub fn is_busy(&self) -> bool {
        self.desk.settling || self.compute.is_busy() || self.viewer.is_busy() || self.files.is_busy()
    }

    fn obey(&mut self, command: Command) {
        match command {
            Command::Edit { label, edits } => {
                if let Err(error) = self.session.perform(&label, edits) {
                    self.desk.notice = Some(Notice { text: error.to_string(), is_error: true });
                }
            }
            Command::Gesture(label) => self.session.gesture(&label),
            Command::Settle => self.session.settle(),
            Command::Select(nodes) => self.desk.selection = nodes,
            Command::Look { slot, view } => {
                self.desk.slots[slot] = Some(view);
                self.desk.a = slot;
            }
            Command::Compare(slot, way) => (self.desk.b, self.desk.compare) = (slot, way),
            Command::Export(export) => {
                if !self.compute.export(&self.session, &self.services, export) {
                    self.tell("Another file is being written: wait for it, or cancel it".to_owned());
                }
            }
            Command::CancelExport => self.compute.cancel_export(),
            Command::StopDrag => self.compute.stop(),
            Command::Frame(frame) => self.desk.frame = frame,
            Command::Open(path) => self.obey(Command::File(Wish::Leave(Next::Open(path)))),
            Command::File(wish) => {
                for command in self.files.obey(wish, &mut self.session, &mut self.desk) {
                    self.obey(command);
                }
            }
            Command::Ask(question) => self.dialogs.ask(question),
            Command::Choose(choice) => self.dialogs.choose(choice),
            Command::Tell(notice) => self.desk.notice = Some(notice),
            Command::Act(action) => self.act(action),
        }
    }

    fn act(&mut self, action: Action) {
        let layout = &mut self.desk.layout;
        match action {
            Action::New => self.obey(Command::File(Wish::Leave(Next::New))),
            Action::Empty => self.obey(Command::File(Wish::Leave(Next::Empty))),
            Action::Open => self.obey(files::open(&self.session)),
            Action::Save => self.obey(Command::File(Wish::Save { to: None, then: None })),
            Action::SaveAs => self.obey(Command::File(Wish::SaveAs { then: None })),
            Action::Revert => {
                if let Some(path) = self.session.path().map(ToOwned::to_owned) {
                    self.obey(Command::Open(path));
                }
            }
            Action::Import => self.obey(files::import(&self.session)),
            Action::Quit => self.obey(Command::File(Wish::Leave(Next::Quit))),
            Action::Compute => self.obey(Command::File(Wish::Compute)),
            Action::ShowGraph => layout.graph = !layout.graph,
            Action::ShowTimeline => layout.timeline = !layout.timeline,
            Action::ShowInspector => layout.inspector = !layout.inspector,
            Action::Maximize => {
                if !layout.maximize(self.desk.place) {
                    self.tell("Point at the picture or at the graph to give it the window".to_owned());
                }
            }
            Action::Larger => layout.rescale(1.0),
            Action::Smaller => layout.rescale(-1.0),
            Action::UsualSize => layout.scale = 1.0,
            Action::Play => self.desk.is_playing = !self.desk.is_playing,
            Action::RealTime => self.desk.real_time = !self.desk.real_time,
            Action::Render => {
                let frames = self.session.document().frames();
                self.obey(Command::Export(Export::Render { frames: frames.first..=frames.last }));
            }
            Action::Help => self.help.toggle(),
            Action::About => self.help.about(),
            Action::Undo => {
                let undone = self.session.undo().map(|label| format!("Undone: {label}"));
                self.tell(undone.unwrap_or_else(|| "There is nothing to undo".to_owned()));
            }
            Action::Redo => {
                let done = self.session.redo().map(|label| format!("Done again: {label}"));
                self.tell(done.unwrap_or_else(|| "There is nothing to do again".to_owned()));
            }
            Action::Drag => {
                if self.compute.is_dragging() {
                    self.compute.stop();
                } else {
                    self.drag();
                }
            }
            _ => self.act_in_panels(action),
        }
    }

    /// Starts the drags of the picture that is shown.
    fn drag(&mut self) {
        self.desk.safe = None;
        let Some(view) = self.desk.shown().cloned() else {
            return self.tell("There is nothing to drag: show a picture first".to_owned());
        };
        let (document, frame) = (self.session.document(), self.desk.frame as f64);
        let edits = self.dragging.start(document, view.node, frame, &|node| dragging::end(&self.compute, node));
        self.obey(Command::Edit { label: "Drag on".to_owned(), edits });
        self.compute.start(&self.session, &view, self.desk.frame);
    }

    /// Hears what became of drags and of files.
    fn hear(&mut self, context: &egui::Context) {
        if self.desk.settling && !self.compute.is_looking() {
            self.desk.settling = false;
            context.request_repaint();
        }
        for outcome in self.compute.outcomes() {
            context.request_repaint();
            if let Outcome::Stopped { node, steps } = outcome
                && let Some(edit) = self.dragging.stop(self.session.document(), node, steps)
            {
                self.obey(Command::edit(format!("Stop the drag at step {steps}"), edit));
                self.compute.keep(&self.session, node);
                self.desk.settling = true;
            }
            let told = dragging::told(self.session.document(), &outcome);
            self.desk.notice = told.map(|(text, is_error)| Notice { text, is_error });
        }
        for written in self.compute.exports() {
            let (text, is_error) = written.map_or_else(|reason| (reason, true), |text| (text, false));
            self.desk.notice = Some(Notice { text, is_error });
        }
    }

    /// What a panel does, does it: each knows its own actions, and does nothing about the others.
    fn act_in_panels(&mut self, action: Action) {
        let mut commands = Vec::new();
        let scene =
            Scene { session: &self.session, desk: &self.desk, compute: &self.compute, services: &self.services };
        self.canvas.act(action, &scene, &mut commands);
        self.viewer.act(action, &scene, &mut commands);
        self.inspector.act(action, &scene, &mut commands);
        self.timeline.act(action, &scene, &mut commands);
        for command in commands {
            self.obey(command);
        }
    }

    fn tell(&mut self, text: String) {
        self.desk.notice = Some(Notice { text, is_error: false });
    }
}

/// Keys that were pressed, as actions; while a text is typed they mean letters.
fn keys(ui: &egui::Ui, desk: &Desk, commands: &mut Vec<Command>) {
    if ui.ctx().text_edit_focused() {
        return;
    }
    for (key, action) in shortcuts(desk.place) {
        if ui.input_mut(|input| input.consume_shortcut(key)) {
            commands.push(Command::Act(action));
        }
    }
}

fn notice(ui: &mut egui::Ui, scene: &Scene<'_>) {
    let Some(notice) = &scene.desk.notice else {
        ui.label(" ");
        return;
    };
    let color = if notice.is_error { theme::ERROR } else { theme::WEAK };
    ui.colored_label(color, &notice.text);
}

#[cfg(test)]
impl Editor {
    /// What undo would take back.
    pub(crate) fn last_step(&self) -> Option<&str> {
        self.session.history().undo_label()
    }

    /// Selects nodes.
    pub(crate) fn select(&mut self, nodes: impl IntoIterator<Item = dragfx_graph::document::NodeId>) {
        self.desk.selection = nodes.into_iter().collect();
    }

    /// What panels share.
    pub(crate) fn desk(&self) -> &Desk {
        &self.desk
    }

    /// The same, to be changed.
    pub(crate) fn desk_mut(&mut self) -> &mut Desk {
        &mut self.desk
    }

    /// Goes to a frame.
    pub(crate) fn go(&mut self, frame: i64) {
        self.desk.frame = frame;
    }

    /// The frame.
    pub(crate) fn frame(&self) -> i64 {
        self.desk.frame
    }
}
