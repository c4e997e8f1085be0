//! The way of a drag.

use std::sync::Arc;

use dragfx_engine::session::Snapshot;
use dragfx_engine::{Latent, PointPair, StopReason};
use ndarray::{Array2, Axis, Slice};
use serde::{Deserialize, Serialize};

use crate::models::ModelRef;

/// Why a drag ended.
pub type Stop = StopReason;

/// The way of a drag from its start (state 0) over one state for each step.
///
/// States are kept as the rows that the drag optimises: 12 KB each for six rows of 512.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(try_from = "TrajectoryParts", into = "TrajectoryParts")]
pub struct Trajectory(TrajectoryParts);

/// What a [`Trajectory`] is made of. All lists but `losses` have one entry for each state, the first included.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct TrajectoryParts {
    /// The model, with its hash.
    pub model: Arc<ModelRef>,
    /// Width of the picture, pixels.
    pub width: usize,
    /// Height of the picture, pixels.
    pub height: usize,
    /// The points as they were given, before any tracking.
    pub given: Vec<PointPair>,
    /// Noise and mask, in a form to be compared.
    pub others: String,
    /// The whole latent of the start, `[num_ws, w_dim]`.
    pub start: Array2<f32>,
    /// The leading rows of each state, `[rows, w_dim]`.
    pub states: Vec<Array2<f32>>,
    /// The points, with their handles where they are on the picture of the state.
    pub points: Vec<Vec<PointPair>>,
    /// For each point the distance between the feature at its handle and its template; none where it was not tracked.
    pub matches: Vec<Vec<Option<f32>>>,
    /// The loss of each step.
    pub losses: Vec<f64>,
    /// Why the drag ended.
    pub stop: Stop,
    /// The state of the session at the end, to go on from; none where there was nothing to drag.
    pub end: Option<Snapshot>,
}

impl TryFrom<TrajectoryParts> for Trajectory {
    type Error = &'static str;

    fn try_from(parts: TrajectoryParts) -> Result<Self, Self::Error> {
        let states = parts.states.len();
        let (num_ws, w_dim) = parts.start.dim();
        let fits = |state: &Array2<f32>| state.nrows() <= num_ws && state.ncols() == w_dim;
        if states == 0 || parts.points.len() != states || parts.matches.len() != states {
            return Err("a trajectory needs points and matches for each of its states");
        }
        if parts.losses.len() + 1 != states || !parts.states.iter().all(fits) {
            return Err("the states of a trajectory fit neither its losses nor its start");
        }
        let count = parts.given.len();
        if parts.points.iter().any(|points| points.len() != count)
            || parts.matches.iter().any(|matches| matches.len() != count)
        {
            return Err("the number of points changes along a trajectory");
        }
        Ok(Self(parts))
    }
}

impl From<Trajectory> for TrajectoryParts {
    fn from(trajectory: Trajectory) -> Self {
        trajectory.0
    }
}

impl std::ops::Deref for Trajectory {
    type Target = TrajectoryParts;

    fn deref(&self) -> &TrajectoryParts {
        &self.0
    }
}

impl Trajectory {
    /// Steps taken; there is one state more.
    #[must_use]
    pub fn steps(&self) -> usize {
        self.0.states.len() - 1
    }

    /// The latent at `progress`, from 0, the start, to 1, the end; between two states their mixture.
    #[must_use]
    pub fn latent_at(&self, progress: f64) -> Latent {
        let (before, after, part) = self.place(progress);
        let (before, after) = (&self.0.states[before], &self.0.states[after]);
        // At a state itself its very bits.
        let rows = if part == 0.0 { before.clone() } else { before + &((after - before) * part as f32) };
        let mut ws = self.0.start.clone();
        ws.slice_axis_mut(Axis(0), Slice::from(..rows.nrows())).assign(&rows);
        let (num_ws, w_dim) = ws.dim();
        Latent::from_array(ws.into_dyn().view(), num_ws, w_dim).expect("states of a drag are finite")
    }

    /// The points at `progress`; between two states their handles lie in between.
    #[must_use]
    pub fn points_at(&self, progress: f64) -> Vec<PointPair> {
        let (before, after, part) = self.place(progress);
        let mut points = self.0.points[before].clone();
        for (point, next) in points.iter_mut().zip(&self.0.points[after]) {
            point.handle.x += part * (next.handle.x - point.handle.x);
            point.handle.y += part * (next.handle.y - point.handle.y);
        }
        points
    }

    /// The states around `progress`, and how far it is from the first to the second.
    fn place(&self, progress: f64) -> (usize, usize, f64) {
        let steps = self.steps();
        let place = progress.clamp(0.0, 1.0) * steps as f64;
        let before = (place as usize).min(steps);
        (before, (before + 1).min(steps), place - before as f64)
    }

    /// About how many bytes of memory it takes.
    #[must_use]
    pub fn bytes(&self) -> usize {
        let states = self.0.states.iter().map(Array2::len).sum::<usize>() + self.0.start.len();
        let count = self.0.points.len() * self.0.given.len();
        let points = count * (size_of::<PointPair>() + size_of::<Option<f32>>());
        // What there is to go on from: the last state, two moments of it, and a template for each point.
        let end = self.0.states.last().map_or(0, Array2::len) * 12 + self.0.given.len() * 4096;
        states * 4 + points + self.0.losses.len() * 8 + end
    }
}
