//! The window: panels in their places, keys to actions, commands to edits.

mod obey;

use std::sync::Arc;

use dragfx_graph::document::Document;
use eframe::egui::{self, CentralPanel, Panel};

use crate::action::{Place, shortcuts};
use crate::canvas::Canvas;
use crate::command::Command;
use crate::compute::Compute;
use crate::desk::Desk;
use crate::dialog::Dialogs;
use crate::dragging::Dragging;
use crate::files::{self, Files, Surroundings};
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
            let graph = Panel::bottom("graph").default_size(270.0).min_size(120.0).resizable(true);
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

    /// What panels share.
    pub(crate) fn desk(&self) -> &Desk {
        &self.desk
    }

    /// The same, to be changed.
    pub(crate) fn desk_mut(&mut self) -> &mut Desk {
        &mut self.desk
    }

    /// Whether something is being computed: what is shown may be another thing soon.
    #[must_use]
    pub fn is_busy(&self) -> bool {
        self.desk.settling || self.compute.is_busy() || self.viewer.is_busy() || self.files.is_busy()
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

    /// Goes to a frame.
    pub(crate) fn go(&mut self, frame: i64) {
        self.desk.frame = frame;
    }

    /// The frame.
    pub(crate) fn frame(&self) -> i64 {
        self.desk.frame
    }
}
