//! The window: panels in their places, keys to actions, commands to edits.

use std::sync::Arc;

use dragfx_graph::document::NodeId;
use eframe::egui::{self, CentralPanel, Panel};

use crate::action::{ACTIONS, Action, Entry, Place};
use crate::canvas::Canvas;
use crate::command::{Command, Notice};
use crate::compute::Compute;
use crate::desk::{Desk, View};
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
    services: Arc<dyn Services>,
    canvas: Canvas,
    viewer: Viewer,
    inspector: Inspector,
    timeline: Timeline,
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
    let options = eframe::NativeOptions { viewport, ..Default::default() };
    let create: eframe::AppCreator<'_> = Box::new(|_| Ok(Box::new(Editor::new(setup))));
    eframe::run_native("DragFX", options, create).map_err(|error| error.to_string())
}

impl eframe::App for Editor {
    fn ui(&mut self, ui: &mut egui::Ui, _: &mut eframe::Frame) {
        Self::ui(self, ui);
    }
}

impl Editor {
    /// An editor that shows what the setup says.
    #[must_use]
    pub fn new(setup: Setup) -> Self {
        let session = Session::new(setup.starter, Arc::new(setup.registry));
        let mut desk = Desk::default();
        desk.slots[0] = first_view(&session);
        Self {
            session,
            desk,
            compute: Compute::new(setup.evaluator),
            services: setup.services,
            canvas: Canvas::default(),
            viewer: Viewer::default(),
            inspector: Inspector::default(),
            timeline: Timeline::default(),
            is_dressed: false,
        }
    }

    /// One frame.
    pub fn ui(&mut self, ui: &mut egui::Ui) {
        if !std::mem::replace(&mut self.is_dressed, true) {
            theme::apply(ui.ctx());
        }
        self.compute.look(ui.ctx(), &self.session, &self.desk);
        let mut commands = Vec::new();
        let scene =
            Scene { session: &self.session, desk: &self.desk, compute: &self.compute, services: &self.services };
        keys(ui, &self.desk, &mut commands);
        Panel::top("menu").show(ui, |ui| menu::show(ui, &scene, &mut commands));
        Panel::bottom("notice").show(ui, |ui| notice(ui, &scene));
        let inspector = Panel::right("inspector").default_size(320.0).resizable(true);
        inspector.show(ui, |ui| self.inspector.show(ui, &scene, &mut commands));
        let graph = Panel::bottom("graph").default_size(330.0).resizable(true);
        let graph = graph.show(ui, |ui| self.canvas.show(ui, &scene, &mut commands)).response.rect;
        let timeline = Panel::bottom("timeline").show(ui, |ui| self.timeline.show(ui, &scene, &mut commands));
        let timeline = timeline.response.rect;
        let viewer = CentralPanel::default().show(ui, |ui| self.viewer.show(ui, &scene, &mut commands)).response.rect;
        let places = [(graph, Place::Canvas), (timeline, Place::Timeline), (viewer, Place::Viewer)];
        if let Some(pointer) = ui.input(|input| input.pointer.hover_pos()) {
            let here = places.iter().find(|(rect, _)| rect.contains(pointer));
            self.desk.place = here.map_or(Place::Everywhere, |(_, place)| *place);
        }
        for command in commands {
            self.obey(command);
        }
        self.desk.tidy(self.session.document());
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
            Command::Frame(frame) => self.desk.frame = frame,
            Command::Open(_) => {}
            Command::Tell(notice) => self.desk.notice = Some(notice),
            Command::Act(action) => self.act(action),
        }
    }

    fn act(&mut self, action: Action) {
        match action {
            _ if action.entry().place == Place::Canvas => {
                let mut commands = Vec::new();
                let scene = Scene {
                    session: &self.session,
                    desk: &self.desk,
                    compute: &self.compute,
                    services: &self.services,
                };
                self.canvas.act(action, &scene, &mut commands);
                commands.into_iter().for_each(|command| self.obey(command));
            }
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
                } else if let Some(view) = self.desk.shown().cloned() {
                    self.compute.start(&self.session, &view, self.desk.frame);
                }
            }
            _ => {}
        }
    }

    fn tell(&mut self, text: String) {
        self.desk.notice = Some(Notice { text, is_error: false });
    }
}

/// What is worth looking at first: the end of the graph.
fn first_view(session: &Session) -> Option<View> {
    let document = session.document();
    let ends = document.nodes().filter(|node| document.wires_from(node.id).is_empty()).map(|node| node.id);
    let all = document.nodes().map(|node| node.id);
    let candidates: Vec<NodeId> = ends.chain(all).collect();
    candidates.into_iter().find_map(|node| View::of(document, node))
}

/// Keys that were pressed, as actions; while a text is typed they mean letters.
fn keys(ui: &egui::Ui, desk: &Desk, commands: &mut Vec<Command>) {
    if ui.ctx().text_edit_focused() {
        return;
    }
    let holds = |entry: &&Entry| entry.place == Place::Everywhere || entry.place == desk.place;
    for entry in ACTIONS.iter().filter(holds) {
        let pressed = ui.input_mut(|input| entry.keys.iter().any(|key| input.consume_shortcut(key)));
        if pressed {
            commands.push(Command::Act(entry.action));
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
