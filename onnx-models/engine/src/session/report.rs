//! What a step tells.

use serde::{Deserialize, Serialize};

use crate::point::PointPair;

/// What one call of [`crate::DragSession::step`] or [`crate::DragSession::settle`] did.
#[derive(Debug, Clone, PartialEq)]
pub struct StepReport {
    /// Optimiser steps taken so far, this one included.
    pub step: usize,
    /// The points as tracked by this step, that is for the latent before its update.
    pub points: Vec<PointPair>,
    /// Distance from handle to target for each point, pixels.
    pub distances: Vec<f64>,
    /// For each point the feature distance between its template and its new place, in units of the features; `None` for a point that was not tracked.
    pub matches: Vec<Option<f32>>,
    /// Every enabled handle is near enough to its target: no update was made.
    pub reached: bool,
    /// The loss; `None` when no update was made.
    pub loss: Option<Loss>,
    /// Euclidean norm of the gradient that Adam took; `None` when no update was made.
    pub gradient_norm: Option<f64>,
    /// Whether the features were computed on windows around the handles rather than on the whole map.
    pub windowed: bool,
    /// Where the time went.
    pub timing: Timing,
}

/// The terms of the loss, each with its weight.
#[derive(Debug, Clone, Copy, PartialEq, Default, Serialize, Deserialize)]
pub struct Loss {
    /// Motion supervision.
    pub motion: f64,
    /// lambda times the mask term.
    pub mask: f64,
    /// The weighted distance from the starting latent.
    pub regularisation: f64,
}

impl Loss {
    /// The sum of the terms.
    #[must_use]
    pub fn total(&self) -> f64 {
        self.motion + self.mask + self.regularisation
    }
}

/// Milliseconds of one step.
#[derive(Debug, Clone, Copy, PartialEq, Default)]
pub struct Timing {
    /// The generator's forward.
    pub forward_ms: f64,
    /// The generator's backward.
    pub backward_ms: f64,
    /// Tracking, loss and optimiser.
    pub rest_ms: f64,
}

/// Why a drag is not going on.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub enum StopReason {
    /// Every enabled handle is near enough to its target.
    Reached,
    /// The drag has taken [`crate::DragSettings::max_steps`].
    MaxSteps,
    /// Somebody paused or cancelled it.
    Cancelled,
}

/// What [`crate::DragSession::advance`] did.
#[derive(Debug, Clone, PartialEq)]
pub enum Progress {
    /// A step was taken; there may be more.
    Stepped(StepReport),
    /// No step was taken: the drag has arrived or reached its cap.
    Stopped(StopReason, StepReport),
}
