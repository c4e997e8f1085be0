//! The steps of a drag, from the first on: what it was broken off with, and goes on from.

use std::sync::Arc;

use dragfx_engine::session::Snapshot;
use dragfx_engine::{DragError, DragSession, PointPair, StepReport, StopReason};
use ndarray::{Array2, Axis, Slice};

use crate::error::NodeError;
use crate::models::ModelRef;
use crate::operator::Job;
use crate::value::{LatentValue, Trajectory, TrajectoryParts, Value};

/// Steps that were taken, each with the state that it led to.
///
/// The states are those before anything was asked of them: the last one, where the drag looks once more for its handles and
/// ends, is kept as if it had not ended there. So it does not matter for a step where drags before it ended.
#[derive(Clone)]
pub(super) struct Way {
    /// The state at the start, and after each step; without the maps that a mask has needed.
    snapshots: Vec<Arc<Snapshot>>,
    /// The leading rows of the latent of each.
    states: Vec<Array2<f32>>,
    /// What each step did.
    steps: Vec<StepReport>,
}

impl Way {
    /// A way without a step.
    pub(super) fn new(session: &DragSession) -> Self {
        let mut way = Self { snapshots: Vec::new(), states: Vec::new(), steps: Vec::new() };
        way.push_state(session);
        way
    }

    /// The state that it has come to.
    pub(super) fn end(&self) -> &Snapshot {
        self.snapshots.last().expect("a way has a start")
    }

    /// The same way up to a step.
    pub(super) fn up_to(mut self, step: usize) -> Self {
        self.snapshots.truncate(step + 1);
        self.states.truncate(step + 1);
        self.steps.truncate(step);
        self
    }

    /// Steps that were taken.
    pub(super) fn len(&self) -> usize {
        self.steps.len()
    }

    /// About how many bytes of memory it takes.
    pub(super) fn bytes(&self) -> usize {
        // What is optimised, and the two moments that Adam has of it.
        let numbers = self.end().parameter().len() * 3 + self.states.first().map_or(0, Array2::len);
        let points = size_of_val(self.end().points());
        self.snapshots.len() * (numbers * size_of::<f32>() + 2 * points)
    }

    /// Goes on until the drag arrives or has taken `most` steps, and gives the last look at its handles. However it ends,
    /// the way has all steps that were taken.
    pub(super) fn go_on(
        &mut self,
        session: &mut DragSession,
        job: &Job<'_>,
        most: usize,
        model: &Arc<ModelRef>,
    ) -> Result<StepReport, NodeError> {
        let before = self.len();
        self.steps.iter().for_each(|step| job.progress().step(step));
        loop {
            let at_cap = self.len() >= most;
            let looked = if at_cap { session.settle(job.cancel()) } else { session.step(job.cancel()) };
            let mut report = looked.map_err(|error| counted(error, before))?;
            report.step += before;
            let left = report.distances.iter().copied().fold(0.0, f64::max);
            if at_cap || report.reached {
                let how = if report.reached { "arrived after" } else { "gave up after" };
                job.progress().part(1.0, &format!("{how} {} steps, {left:.1} px left", report.step));
                return Ok(report);
            }
            // The last look, which tells what came of it, is a step of its own.
            let done = report.step as f64 / (most as f64 + 1.0);
            job.progress().part(done, &format!("step {}, {left:.1} px left", report.step));
            job.progress().step(&report);
            self.steps.push(report);
            self.push_state(session);
            let latent = Arc::new(session.latent());
            job.progress().interim(Value::Latent(LatentValue { model: Arc::clone(model), latent, seeded: None }));
        }
    }

    fn push_state(&mut self, session: &DragSession) {
        let now = session.history().last().expect("a session has a state");
        self.snapshots.push(Arc::new(now.clone().without_map()));
        let rows = Slice::from(..session.geometry().rows);
        self.states.push(session.latent().ws().slice_axis(Axis(0), rows).to_owned());
    }

    /// The trajectory of a session that has gone this way, with what its last look has found.
    pub(super) fn trajectory(
        &self,
        session: &DragSession,
        last: &StepReport,
        model: &Arc<ModelRef>,
        given: &[PointPair],
        others: String,
    ) -> Trajectory {
        let geometry = session.geometry();
        let reports = || self.steps.iter().chain([last]);
        let parts = TrajectoryParts {
            model: Arc::clone(model),
            width: geometry.image_width,
            height: geometry.image_height,
            given: given.to_vec(),
            others,
            start: session.start().ws().to_owned(),
            states: self.states.clone(),
            points: reports().map(|report| report.points.clone()).collect(),
            matches: reports().map(|report| report.matches.clone()).collect(),
            losses: reports().filter_map(|report| report.loss).map(|loss| loss.total()).collect(),
            stop: if last.reached { StopReason::Reached } else { StopReason::MaxSteps },
            end: session.history().last().cloned().map(Snapshot::without_map),
        };
        Trajectory::try_from(parts).expect("a way has a report for each of its states")
    }
}

/// An error of a session that has gone on after so many steps.
fn counted(error: DragError, before: usize) -> DragError {
    match error {
        DragError::NotFinite { step, what } => DragError::NotFinite { step: step + before, what },
        other => other,
    }
}
