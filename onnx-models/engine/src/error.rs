//! Everything that can go wrong in a drag.

use crate::latent::LatentError;
use crate::mask::MaskError;
use crate::model::ModelError;
use crate::point::PointError;
use crate::sample::SampleError;
use crate::settings::SettingsError;

/// Why a session refused an input or could not take a step.
///
/// A step that fails leaves the session as the last finished step left it.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum DragError {
    /// The [`crate::Cancel`] token was cancelled while the step ran.
    #[error("the drag was cancelled")]
    Cancelled,
    /// The generator failed or answered with the wrong shapes.
    #[error("the generator failed")]
    Model(#[source] ModelError),
    /// A patch needed features outside the window that was computed: a defect of this crate or of the model's windows.
    #[error(transparent)]
    Sample(#[from] SampleError),
    /// A setting is out of range.
    #[error(transparent)]
    Settings(#[from] SettingsError),
    /// The latent does not fit the generator.
    #[error(transparent)]
    Latent(#[from] LatentError),
    /// A point cannot be used with this image.
    #[error(transparent)]
    Point(#[from] PointError),
    /// The mask does not fit the image.
    #[error(transparent)]
    Mask(#[from] MaskError),
    /// A loss, a gradient, a match or the new latent was not finite; nothing of this step was kept.
    #[error("step {step}: the {what} is not finite; the drag is back at step {}", step - 1)]
    NotFinite {
        /// The step that failed, counted from 1.
        step: usize,
        /// What was NaN or infinite.
        what: &'static str,
    },
    /// The history does not reach that step.
    #[error("no step {step} to go back to: the drag has taken {taken} steps")]
    NoSuchStep {
        /// The step asked for.
        step: usize,
        /// Steps taken so far.
        taken: usize,
    },
    /// A state was given to go on from that is not one of such a drag.
    #[error(
        "the state to go on from is none of this generator and space: it optimises {found:?} numbers, this drag {expected:?}"
    )]
    OtherState {
        /// Rows and columns of what the state optimises.
        found: (usize, usize),
        /// Rows and columns of what this drag optimises.
        expected: (usize, usize),
    },
    /// A setting that shapes the whole drag was changed after its first step.
    #[error("`{field}` cannot change after the first step; undo to step 0 or begin a new drag")]
    FixedInFlight {
        /// The setting.
        field: &'static str,
    },
    /// The worker's thread ended by a panic of the model; its session is lost.
    #[error("the drag's thread ended unexpectedly")]
    WorkerLost,
}

impl From<ModelError> for DragError {
    fn from(error: ModelError) -> Self {
        match error {
            ModelError::Cancelled => Self::Cancelled,
            other => Self::Model(other),
        }
    }
}
