//! One drag: a generator, a latent, points, and the steps that move them.
//!
//! A step is the same for both methods:
//!
//! 1. **forward**: features of the current latent;
//! 2. **track**: each handle moves to where its content now is (the paper's method skips a handle on the first forward after somebody placed it: its content is
//!    there by definition; the reference tracks even then, which also rounds it to a pixel);
//! 3. **arrival**: if every handle is near enough to its target the drag is done, and nothing more happens;
//! 4. **supervise**: motion loss, mask term and regularisation, and their gradient with respect to the features;
//! 5. **backward** to the latent, and one step of Adam.
//!
//! Published order is supervise then track; as both need the features of the same latent, tracking waits for the next step's forward, which saves one forward
//! per step and changes nothing else. The handles that a step reports therefore belong to the latent *before* its update;
//! [`DragSession::settle`] tracks them once more for the last latent, with a forward of its own.

mod advance;
mod observe;
mod report;
mod snapshot;

use ndarray::{Array2, Axis, Slice};

use crate::error::DragError;
use crate::latent::{Latent, Space};
use crate::mask::Mask;
use crate::mask_term::MaskTerm;
use crate::model::{DragModel, Geometry};
use crate::point::{ImagePoint, PointError, PointPair, check_points};
use crate::settings::{DragSettings, Method};

pub use report::{Loss, Progress, StepReport, StopReason, Timing};
pub use snapshot::Snapshot;

/// A drag in progress.
///
/// What a change between two steps keeps and what it resets:
///
/// | change | Adam | templates and mask reference |
/// |---|---|---|
/// | learning rate, lambda, radii, regularisation, cap | kept | kept |
/// | mask | kept | kept; the mask reference stays the latent at which the templates were taken |
/// | targets, names | kept | kept |
/// | handles moved, same points enabled | kept | reference: kept, as in the official code; paper: the moved handles' templates are taken anew |
/// | points added, removed, enabled or disabled | kept | reference: all taken anew from the current latent; paper: only those of new points |
/// | [`undo_to`](Self::undo_to) | as it was | as they were |
pub struct DragSession {
    model: Box<dyn DragModel>,
    start: Latent,
    settings: DragSettings,
    mask: Option<PreparedMask>,
    /// The state before each step taken.
    past: Vec<Snapshot>,
    current: Snapshot,
    gradient: Option<Array2<f32>>,
}

struct PreparedMask {
    mask: Mask,
    term: MaskTerm,
}

impl DragSession {
    /// A drag from `start`, before its first step.
    ///
    /// # Errors
    /// The latent does not fit the generator, a handle lies outside the image, no point is enabled, a setting is out of range, or the model's geometry is
    /// inconsistent.
    pub fn new(
        model: Box<dyn DragModel>,
        start: Latent,
        points: Vec<PointPair>,
        settings: DragSettings,
    ) -> Result<Self, DragError> {
        let geometry = model.geometry();
        geometry.check()?;
        start.check(geometry.num_ws, geometry.w_dim)?;
        check_points(&points, geometry)?;
        settings.check()?;
        let current = Snapshot::new(first_parameter(&start, settings.space, geometry), points);
        Ok(Self { model, start, settings, mask: None, past: Vec::new(), current, gradient: None })
    }

    /// A drag that goes on from a state of another one ([`history`](Self::history)), with other targets, say: as if that
    /// one had gone on, except that its steps cannot be undone.
    ///
    /// `start` and `settings` are those of the other drag; the points are the state's.
    ///
    /// # Errors
    /// As [`new`](Self::new); [`DragError::OtherState`] if the state belongs to another generator or space.
    pub fn resume(
        model: Box<dyn DragModel>,
        start: Latent,
        state: Snapshot,
        settings: DragSettings,
    ) -> Result<Self, DragError> {
        let mut session = Self::new(model, start, state.points.clone(), settings)?;
        let (expected, found) = (session.current.parameter.dim(), state.parameter.dim());
        if found != expected || !state.fits(session.geometry()) {
            return Err(DragError::OtherState { found, expected });
        }
        session.current = state;
        Ok(session)
    }

    /// Sizes of the generator.
    #[must_use]
    pub fn geometry(&self) -> &Geometry {
        self.model.geometry()
    }

    /// The latent the drag began with.
    #[must_use]
    pub fn start(&self) -> &Latent {
        &self.start
    }

    /// The current settings.
    #[must_use]
    pub fn settings(&self) -> &DragSettings {
        &self.settings
    }

    /// The points, with their handles where the last step tracked them.
    #[must_use]
    pub fn points(&self) -> &[PointPair] {
        &self.current.points
    }

    /// The current mask.
    #[must_use]
    pub fn mask(&self) -> Option<&Mask> {
        self.mask.as_ref().map(|prepared| &prepared.mask)
    }

    /// Steps taken.
    #[must_use]
    pub fn steps(&self) -> usize {
        self.past.len()
    }

    /// The current latent.
    #[must_use]
    pub fn latent(&self) -> Latent {
        Latent::from_ws(self.assemble(&self.current.parameter))
    }

    /// The latent after `step` steps, 0 being the first; `None` past the last.
    ///
    /// In [`Space::W`] even the first differs from [`start`](Self::start) where the optimised rows of the start differ among themselves.
    #[must_use]
    pub fn latent_at(&self, step: usize) -> Option<Latent> {
        let snapshot = self.history().nth(step)?;
        Some(Latent::from_ws(self.assemble(&snapshot.parameter)))
    }

    /// The state before the first step, after it, and so on up to now: `steps() + 1` of them.
    ///
    /// Each is the state from which the next step departed: it holds the points as they then were.
    pub fn history(&self) -> impl ExactSizeIterator<Item = &Snapshot> {
        (0..self.past.len() + 1).map(|step| self.past.get(step).unwrap_or(&self.current))
    }

    /// The gradient that the last step took: `[rows, w_dim]`, in [`Space::W`] `[1, w_dim]`. `None` before the first step and after an undo.
    #[must_use]
    pub fn gradient(&self) -> Option<&Array2<f32>> {
        self.gradient.as_ref()
    }

    /// Replaces the points; see the table above for what is kept.
    ///
    /// # Errors
    /// A handle outside the image, a target that is not finite, or no enabled point; the old points then stay.
    pub fn set_points(&mut self, points: Vec<PointPair>) -> Result<(), DragError> {
        check_points(&points, self.model.geometry())?;
        self.current.replace_points(points, self.settings.method);
        Ok(())
    }

    /// Moves a target; the handle stays where the last step tracked it.
    ///
    /// # Errors
    /// No point of that index, or a target that is not finite; the old target then stays.
    pub fn set_target(&mut self, index: usize, target: ImagePoint) -> Result<(), DragError> {
        let count = self.current.points.len();
        let mut points = self.current.points.clone();
        points.get_mut(index).ok_or(PointError::NoSuchPoint { index, count })?.target = target;
        self.set_points(points)
    }

    /// Replaces the mask; `None` frees the whole image.
    ///
    /// # Errors
    /// A mask of another size than the image; the old mask then stays.
    pub fn set_mask(&mut self, mask: Option<Mask>) -> Result<(), DragError> {
        let geometry = self.model.geometry();
        self.mask = match mask {
            None => None,
            Some(mask) => {
                mask.check(geometry.image_height, geometry.image_width)?;
                Some(PreparedMask { term: MaskTerm::new(geometry, &mask.fixed()), mask })
            }
        };
        Ok(())
    }

    /// Replaces the settings from the next step on.
    ///
    /// # Errors
    /// A setting out of range, or another method or space after the first step; the old settings then stay.
    pub fn set_settings(&mut self, settings: DragSettings) -> Result<(), DragError> {
        settings.check()?;
        let field = if settings.method != self.settings.method {
            Some("method")
        } else if settings.space != self.settings.space {
            Some("space")
        } else {
            None
        };
        if let Some(field) = field {
            if self.steps() > 0 {
                return Err(DragError::FixedInFlight { field });
            }
            let parameter = first_parameter(&self.start, settings.space, self.model.geometry());
            self.current = Snapshot::new(parameter, std::mem::take(&mut self.current.points));
        }
        self.settings = settings;
        Ok(())
    }

    /// Sets Adam's step size from the next step on; its moments are kept.
    ///
    /// # Errors
    /// A value that is not above 0 and at most 1.
    pub fn set_learning_rate(&mut self, learning_rate: f64) -> Result<(), DragError> {
        self.set_settings(DragSettings { learning_rate, ..self.settings.clone() })
    }

    /// Goes back to the state after `step` steps (0: the start): latent, points, Adam, templates. Settings and mask stay as they are now.
    ///
    /// With the same settings and mask, going on from there gives the same bits again. Points edited since that step's successor began are given up.
    ///
    /// # Errors
    /// [`DragError::NoSuchStep`] when fewer steps were taken.
    pub fn undo_to(&mut self, step: usize) -> Result<(), DragError> {
        let taken = self.steps();
        if step > taken {
            return Err(DragError::NoSuchStep { step, taken });
        }
        if step < taken {
            self.current = self.past.swap_remove(step);
            self.past.truncate(step);
            self.gradient = None;
        }
        Ok(())
    }

    /// Where the generator runs, for people; known after the first step.
    #[must_use]
    pub fn runs_on(&self) -> String {
        self.model.runs_on()
    }

    /// Ends the drag and gives the generator back.
    #[must_use]
    pub fn into_model(self) -> Box<dyn DragModel> {
        self.model
    }

    /// The mask term, if it takes part in the loss.
    fn active_mask(&self) -> Option<&MaskTerm> {
        let PreparedMask { mask, term } = self.mask.as_ref()?;
        let counts = match self.settings.method {
            Method::Reference => mask.has_both_extremes(),
            Method::Paper => mask.holds_anything(),
        };
        (counts && self.settings.lambda > 0.0).then_some(term)
    }

    /// The full latent of a parameter: its rows (in [`Space::W`] its one row repeated), then those of the start.
    fn assemble(&self, parameter: &Array2<f32>) -> Array2<f32> {
        let rows = self.model.geometry().rows;
        let mut ws = self.start.ws().to_owned();
        ws.slice_axis_mut(Axis(0), Slice::from(..rows)).assign(parameter);
        ws
    }
}

impl std::fmt::Debug for DragSession {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("DragSession")
            .field("steps", &self.steps())
            .field("points", &self.current.points)
            .field("settings", &self.settings)
            .finish_non_exhaustive()
    }
}

/// What is optimised, before the first step.
fn first_parameter(start: &Latent, space: Space, geometry: &Geometry) -> Array2<f32> {
    let rows = match space {
        Space::W => 1,
        Space::WPlus => geometry.rows,
    };
    start.ws().slice_axis(Axis(0), Slice::from(..rows)).to_owned()
}
