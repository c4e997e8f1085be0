//! Work with files that the window does not wait for. What comes of it are commands, carried out in one of the next frames.

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::mpsc::{Receiver, Sender, channel};
use std::sync::{Arc, OnceLock};
use std::thread::JoinHandle;

use eframe::egui;

use crate::command::Command;

type Job = Box<dyn FnOnce() -> Vec<Command> + Send>;

/// Threads that work with files.
pub(crate) struct Background {
    context: Arc<OnceLock<egui::Context>>,
    answers: Receiver<Vec<Command>>,
    sender: Sender<Vec<Command>>,
    /// Jobs that are done one after the other.
    queue: Option<Sender<Job>>,
    worker: Option<JoinHandle<()>>,
    pending: usize,
}

impl Background {
    pub(crate) fn new() -> Self {
        let context = Arc::default();
        let (sender, answers) = channel();
        let (queue, jobs) = channel::<Job>();
        let answer = answerer(&context, &sender);
        let worker = std::thread::spawn(move || jobs.into_iter().for_each(answer));
        Self { context, answers, sender, queue: Some(queue), worker: Some(worker), pending: 0 }
    }

    /// The window that answers wake.
    pub(crate) fn set_window(&self, context: &egui::Context) {
        self.context.get_or_init(|| context.clone());
    }

    /// The window.
    pub(crate) fn window(&self) -> Option<&egui::Context> {
        self.context.get()
    }

    /// Does something beside everything else.
    pub(crate) fn aside(&mut self, job: impl FnOnce() -> Vec<Command> + Send + 'static) {
        self.pending += 1;
        let answer = answerer(&self.context, &self.sender);
        std::thread::spawn(move || answer(Box::new(job)));
    }

    /// Does something after what was given to this before.
    pub(crate) fn in_order(&mut self, job: impl FnOnce() -> Vec<Command> + Send + 'static) {
        if let Some(queue) = &self.queue
            && queue.send(Box::new(job)).is_ok()
        {
            self.pending += 1;
        }
    }

    /// What has come of it.
    pub(crate) fn take(&mut self) -> Vec<Command> {
        let answers: Vec<_> = self.answers.try_iter().collect();
        self.pending -= answers.len();
        answers.into_iter().flatten().collect()
    }

    /// Whether something is going on.
    pub(crate) fn is_busy(&self) -> bool {
        self.pending > 0
    }

    /// Waits until everything that was to be done in order is done.
    pub(crate) fn finish(&mut self) {
        self.queue = None;
        if let Some(worker) = self.worker.take() {
            // A job's panic was caught, so that there is nothing to be told here.
            let _ = worker.join();
        }
    }
}

/// Does a job and sends its answer. Files come from anybody: a fault in what reads them costs an answer, not the window.
fn answerer(context: &Arc<OnceLock<egui::Context>>, sender: &Sender<Vec<Command>>) -> impl Fn(Job) + Send + use<> {
    let (context, sender) = (Arc::clone(context), sender.clone());
    move |job| {
        let failed = |_| vec![Command::complain("Something went wrong while a file was worked with")];
        let answer = catch_unwind(AssertUnwindSafe(job)).unwrap_or_else(failed);
        let is_heard = !answer.is_empty();
        // Nobody may be left to hear it: the window is closed.
        if sender.send(answer).is_ok()
            && is_heard
            && let Some(context) = context.get()
        {
            context.request_repaint();
        }
    }
}
