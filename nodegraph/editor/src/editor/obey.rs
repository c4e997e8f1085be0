//! What is done in the window: commands to edits, actions to commands.

use eframe::egui;

use super::{Editor, Scene};
use crate::action::Action;
use crate::command::{Command, Notice};
use crate::compute::{Export, Outcome};
use crate::dragging;
use crate::files::{self, Next, Wish};

impl Editor {
    pub(super) fn obey(&mut self, command: Command) {
        match command {
            Command::Edit { label, edits } => {
                // What was told before is of another document.
                let refused = self.session.perform(&label, edits).err();
                self.desk.notice = refused.map(|error| Notice { text: error.to_string(), is_error: true });
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
    pub(super) fn hear(&mut self, context: &egui::Context) {
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
