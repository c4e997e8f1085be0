//! The thread that drags.

use std::collections::VecDeque;
use std::path::PathBuf;
use std::sync::Arc;

use dragfx_engine::{Cancel, ImagePoint, PointPair, StepReport};
use dragfx_graph::document::{Document, NodeId};
use dragfx_graph::error::EvalError;
use dragfx_graph::eval::{Evaluator, Event, Happening, Needed, Target};
use dragfx_graph::value::{Stop, Value};

use super::board::{Board, Busy, Running};
use super::look::Wish as Look;
use super::preview::Moment;
use super::standing::waiting;
use super::threads::{Mailbox, guarded};
use super::{Compute, Outcome, told};
use crate::desk::View;
use crate::session::Session;

/// A drag that runs.
#[derive(Clone, Debug, Default)]
pub(crate) struct Live {
    /// Steps taken.
    pub(crate) step: usize,
    /// Where the points are.
    pub(crate) points: Vec<PointPair>,
    /// Where each handle was, step by step.
    pub(crate) paths: Vec<Vec<ImagePoint>>,
    /// The loss of each step.
    pub(crate) losses: Vec<f64>,
    /// Milliseconds of a step: the median of the last ones.
    pub(crate) step_ms: f64,
    /// The longest distance that is left, pixels.
    pub(crate) left: f64,
    /// Milliseconds of the last steps.
    times: VecDeque<f64>,
}

/// The drags that an output needs are to be dragged.
pub(super) struct Wish {
    pub(super) document: Arc<Document>,
    pub(super) folder: PathBuf,
    pub(super) view: View,
    pub(super) frame: f64,
    pub(super) cancel: Cancel,
}

/// Steps whose times count.
const RECENT: usize = 15;

impl Compute {
    /// Starts the drags that `view` needs and that were not dragged yet; what came of it [`outcomes`](Self::outcomes) tells.
    pub(crate) fn start(&mut self, session: &Session, view: &View, frame: i64) {
        if self.is_dragging {
            return;
        }
        self.drag = Cancel::new();
        self.is_dragging = true;
        self.board.write(|content| content.is_dragging = true);
        let (document, folder, view) = (self.document(session), session.folder(), view.clone());
        self.dragger.put(Wish { document, folder, view, frame: frame as f64, cancel: self.drag.clone() });
    }

    /// Stops the drags that run, within a step.
    pub(crate) fn stop(&mut self) {
        self.drag.cancel();
    }

    /// Says that the document asks a drag for no more from now on than it had done when it was stopped: it is the only one
    /// that is finished without being started.
    pub(crate) fn keep(&mut self, session: &Session, node: NodeId) {
        self.stopped = Some((node, session.revision()));
    }

    /// Whether a drag runs.
    pub(crate) fn is_dragging(&self) -> bool {
        self.is_dragging
    }

    /// What became of what was started, once.
    pub(crate) fn outcomes(&mut self) -> Vec<Outcome> {
        std::mem::take(&mut self.outcomes)
    }
}

/// Drags, and tells the board how it goes and what came of it.
pub(super) fn drag(board: &Board, looker: &Mailbox<Look>, evaluator: &Evaluator, wish: &Wish) {
    let outcomes = guarded(|| dragged(board, looker, evaluator, wish));
    let outcomes = outcomes.unwrap_or_else(|reason| vec![Outcome::Failed(reason)]);
    // The way that was broken off is shown once the document asks for no more than it; until then the last picture stays.
    let is_over = !outcomes.iter().any(|outcome| matches!(outcome, Outcome::Stopped { steps: 1.., .. }));
    board.write(|content| {
        content.running.clear();
        content.dragging.clear();
        content.outcomes.extend(outcomes);
        content.is_dragging = false;
    });
    if is_over {
        looker.ring();
    }
}

fn dragged(board: &Board, looker: &Mailbox<Look>, evaluator: &Evaluator, wish: &Wish) -> Vec<Outcome> {
    let target = |node, output: &str, frame| Target { node, output: output.to_owned(), frame };
    let view = target(wish.view.node, &wish.view.output, wish.frame);
    let plan = evaluator.plan(&wish.document, &wish.folder, &[view]);
    if let Some(Err(error)) = plan.fingerprints().next() {
        return vec![failed(error)];
    }
    let drags = waiting(evaluator, &plan);
    if drags.is_empty() {
        return vec![Outcome::Idle];
    }
    let running = |needed: &Needed| {
        let (fingerprint, frame, cancel) = (needed.fingerprint, needed.frame, wish.cancel.clone());
        let running = Running { fingerprint, frame, cancel, is_unwanted: false, live: Arc::default(), moment: None };
        (needed.node, running)
    };
    board.write(|content| content.running = drags.iter().map(running).collect());
    let targets: Vec<Target> = drags.iter().map(|needed| target(needed.node, &needed.output, needed.frame)).collect();
    let plan = evaluator.plan(&wish.document, &wish.folder, &targets);
    let observer = |event: &Event<'_>| {
        board.write(|content| {
            Busy::note(&mut content.dragging, event);
            if let Some(running) = content.running.get_mut(&event.node) {
                running.note(&event.what);
            }
        });
        if let Happening::Interim(_) = event.what {
            looker.ring();
        }
    };
    let values = evaluator.run(&plan, &observer, &wish.cancel);
    let stopped = |node: NodeId| {
        let content = board.read();
        let running = content.running.get(&node).filter(|running| !running.is_unwanted)?;
        Some(Outcome::Stopped { node, steps: running.live.step })
    };
    let mut outcomes = Vec::new();
    for (needed, value) in drags.iter().zip(values) {
        let node = needed.node;
        outcomes.extend(match value {
            Ok(Value::Trajectory(way)) => {
                Some(Outcome::Finished { node, steps: way.steps(), reached: way.stop == Stop::Reached })
            }
            Ok(_) => None,
            Err(error) if error.is_cancelled() => stopped(node),
            Err(error) => Some(failed(&error)),
        });
    }
    outcomes.dedup();
    outcomes
}

fn failed(error: &EvalError) -> Outcome {
    Outcome::Failed(format!("{}: {}", error.node, told::reason(error)))
}

impl Running {
    fn note(&mut self, what: &Happening<'_>) {
        match what {
            Happening::Step(report) => Arc::make_mut(&mut self.live).add(report),
            Happening::Interim(latent) => {
                let points = Value::Points(Arc::new(self.live.points.clone()));
                self.moment = Some(Moment { latent: latent.clone(), points });
            }
            _ => {}
        }
    }
}

impl Live {
    fn add(&mut self, report: &StepReport) {
        self.step = report.step;
        self.points.clone_from(&report.points);
        self.paths.resize(report.points.len(), Vec::new());
        for (path, point) in self.paths.iter_mut().zip(&report.points) {
            path.push(point.handle);
        }
        self.losses.extend(report.loss.map(|loss| loss.total()));
        self.left = report.distances.iter().copied().fold(0.0, f64::max);
        let timing = report.timing;
        self.times.push_back(timing.forward_ms + timing.backward_ms + timing.rest_ms);
        if self.times.len() > RECENT {
            self.times.pop_front();
        }
        let mut times = Vec::from(self.times.clone());
        times.sort_by(f64::total_cmp);
        self.step_ms = times[times.len() / 2];
    }
}
