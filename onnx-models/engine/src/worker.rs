//! A drag on its own thread: commands go in, events come out, and the caller never waits.

use std::sync::Arc;
use std::sync::mpsc::{Receiver, Sender, TryRecvError, channel};
use std::thread::JoinHandle;

use crate::Cancel;
use crate::error::DragError;
use crate::latent::Latent;
use crate::mask::Mask;
use crate::point::{ImagePoint, PointPair};
use crate::session::{DragSession, Progress, StepReport, StopReason};
use crate::settings::DragSettings;

/// What the worker tells.
#[derive(Debug)]
#[non_exhaustive]
pub enum Event {
    /// A step was taken.
    Step {
        /// What it did.
        report: StepReport,
        /// The latent after it.
        latent: Arc<Latent>,
    },
    /// The drag is at rest until the next [`DragWorker::start`].
    Stopped {
        /// Why.
        reason: StopReason,
        /// Steps taken.
        step: usize,
        /// The points; unless it was cancelled they belong to the last latent.
        points: Vec<PointPair>,
    },
    /// The drag went back, and is at rest.
    Undone {
        /// The step it is at.
        step: usize,
        /// The points at that step.
        points: Vec<PointPair>,
        /// The latent at that step.
        latent: Arc<Latent>,
    },
    /// A command was refused and changed nothing; a refused change of points, mask or settings does not stop the drag.
    Rejected(DragError),
    /// A step failed; the drag is at rest, as the last finished step left it.
    Failed(DragError),
}

/// The handle of a drag on its own thread. It begins at rest.
///
/// Every method but [`finish`](Self::finish) returns at once. Dropping the handle cancels the drag and lets its thread end by itself.
#[derive(Debug)]
pub struct DragWorker {
    commands: Sender<Command>,
    events: Receiver<Event>,
    /// The tokens of the runs that were started and not stopped from here.
    cancels: Vec<Cancel>,
    thread: Option<JoinHandle<DragSession>>,
}

enum Command {
    Start(Cancel),
    Pause,
    Points(Vec<PointPair>),
    Target(usize, ImagePoint),
    Mask(Option<Mask>),
    Settings(DragSettings),
    UndoTo(usize),
    Finish,
}

impl DragWorker {
    /// Puts a session on a thread of its own.
    ///
    /// # Errors
    /// The system has no thread to give.
    pub fn spawn(session: DragSession) -> std::io::Result<Self> {
        Self::spawn_with_notify(session, || {})
    }

    /// As [`spawn`](Self::spawn); `notify` is called on the worker's thread after each event was sent, to wake a user interface, say.
    ///
    /// # Errors
    /// The system has no thread to give.
    pub fn spawn_with_notify(session: DragSession, notify: impl Fn() + Send + 'static) -> std::io::Result<Self> {
        let (commands, inbox) = channel();
        let (sender, events) = channel();
        let emit = move |event| {
            // Nobody listens any more once the handle is dropped, and then the inbox closes as well.
            let _ = sender.send(event);
            notify();
        };
        let serve = move || Server { session, running: None, emit: Box::new(emit) }.serve(&inbox);
        let thread = std::thread::Builder::new().name("dragfx drag".to_owned()).spawn(serve)?;
        Ok(Self { commands, events, cancels: Vec::new(), thread: Some(thread) })
    }

    /// Begins or goes on dragging, up to the cap of the settings.
    pub fn start(&mut self) {
        // Not in place of the last token: a step that still runs under it must remain stoppable.
        let cancel = Cancel::new();
        self.cancels.push(cancel.clone());
        self.send(Command::Start(cancel));
    }

    fn interrupt(&mut self) {
        self.cancels.drain(..).for_each(|cancel| cancel.cancel());
    }

    /// Stops the drag within the current step, which is given up; answered by [`Event::Stopped`] if it was running.
    pub fn pause(&mut self) {
        self.interrupt();
        self.send(Command::Pause);
    }

    /// Moves a target before the next step; the handle stays where it is by then, see [`DragSession::set_target`].
    pub fn set_target(&mut self, index: usize, target: ImagePoint) {
        self.send(Command::Target(index, target));
    }

    /// Replaces the points before the next step, handles included; see [`DragSession::set_points`].
    pub fn set_points(&mut self, points: Vec<PointPair>) {
        self.send(Command::Points(points));
    }

    /// Replaces the mask before the next step; see [`DragSession::set_mask`].
    pub fn set_mask(&mut self, mask: Option<Mask>) {
        self.send(Command::Mask(mask));
    }

    /// Replaces the settings before the next step; see [`DragSession::set_settings`].
    pub fn set_settings(&mut self, settings: DragSettings) {
        self.send(Command::Settings(settings));
    }

    /// Stops the drag within the current step and goes back; answered by [`Event::Undone`], or by [`Event::Rejected`] if there is no such step.
    pub fn undo_to(&mut self, step: usize) {
        self.interrupt();
        self.send(Command::UndoTo(step));
    }

    /// The events, in order.
    #[must_use]
    pub fn events(&self) -> &Receiver<Event> {
        &self.events
    }

    /// Stops the drag within the current step, waits for its thread and gives the session back. Events not yet read are lost.
    ///
    /// # Errors
    /// [`DragError::WorkerLost`] when the thread panicked.
    pub fn finish(mut self) -> Result<DragSession, DragError> {
        self.interrupt();
        self.send(Command::Finish);
        let thread = self.thread.take().ok_or(DragError::WorkerLost)?;
        thread.join().map_err(|_| DragError::WorkerLost)
    }

    fn send(&self, command: Command) {
        // A worker that is gone shows itself by its closed events, and in `finish`.
        let _ = self.commands.send(command);
    }
}

impl Drop for DragWorker {
    fn drop(&mut self) {
        self.interrupt();
    }
}

/// The thread's side.
struct Server {
    session: DragSession,
    /// The token of the current run.
    running: Option<Cancel>,
    emit: Box<dyn Fn(Event)>,
}

impl Server {
    fn serve(mut self, inbox: &Receiver<Command>) -> DragSession {
        loop {
            let command = if self.running.is_some() {
                match inbox.try_recv() {
                    Err(TryRecvError::Empty) => None,
                    other => Some(other.unwrap_or(Command::Finish)),
                }
            } else {
                Some(inbox.recv().unwrap_or(Command::Finish))
            };
            match (command, self.running.clone()) {
                (Some(Command::Finish), _) => return self.session,
                (Some(command), _) => self.obey(command),
                (None, Some(cancel)) => self.advance(&cancel),
                (None, None) => {}
            }
        }
    }

    fn obey(&mut self, command: Command) {
        let changed = match command {
            Command::Start(cancel) => {
                self.running = Some(cancel);
                Ok(())
            }
            Command::Pause => {
                self.stop_if_running();
                Ok(())
            }
            Command::Points(points) => self.session.set_points(points),
            Command::Target(index, target) => self.session.set_target(index, target),
            Command::Mask(mask) => self.session.set_mask(mask),
            Command::Settings(settings) => self.session.set_settings(settings),
            Command::UndoTo(step) => {
                self.stop_if_running();
                self.session.undo_to(step).map(|()| self.emit_undone())
            }
            Command::Finish => Ok(()),
        };
        if let Err(error) = changed {
            (self.emit)(Event::Rejected(error));
        }
    }

    fn advance(&mut self, cancel: &Cancel) {
        match self.session.advance(cancel) {
            Ok(Progress::Stepped(report)) => {
                (self.emit)(Event::Step { report, latent: Arc::new(self.session.latent()) });
            }
            Ok(Progress::Stopped(reason, _)) => self.stop(reason),
            Err(DragError::Cancelled) => self.stop(StopReason::Cancelled),
            Err(error) => {
                self.running = None;
                (self.emit)(Event::Failed(error));
            }
        }
    }

    fn stop_if_running(&mut self) {
        if self.running.is_some() {
            self.stop(StopReason::Cancelled);
        }
    }

    fn stop(&mut self, reason: StopReason) {
        self.running = None;
        (self.emit)(Event::Stopped { reason, step: self.session.steps(), points: self.session.points().to_vec() });
    }

    fn emit_undone(&self) {
        (self.emit)(Event::Undone {
            step: self.session.steps(),
            points: self.session.points().to_vec(),
            latent: Arc::new(self.session.latent()),
        });
    }
}
