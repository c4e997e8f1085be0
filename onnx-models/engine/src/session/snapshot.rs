//! Everything that a step changes.

use std::sync::Arc;

use ndarray::{Array2, Array3};
use serde::{Deserialize, Serialize};

use super::report::Loss;
use crate::adam::Adam;
use crate::model::Geometry;
use crate::point::PointPair;
use crate::settings::Method;

/// The state of a drag between two steps, complete enough to go on from it bit for bit, in this process
/// ([`crate::DragSession::undo_to`]) or, written and read again, in another ([`crate::DragSession::resume`]).
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Snapshot {
    /// What is optimised: `[rows, w_dim]`, or `[1, w_dim]` in [`crate::Space::W`].
    pub(super) parameter: Array2<f32>,
    pub(super) adam: Adam,
    pub(super) points: Vec<PointPair>,
    /// The handles already belong to this very latent, so that the next step must not track them again.
    pub(super) tracked: bool,
    pub(super) references: Option<Arc<References>>,
    pub(super) loss: Option<Loss>,
}

/// The features that a drag compares with.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub(super) struct References {
    /// The latent whose features they are; the mask reference can be computed from it whenever a mask appears.
    pub(super) ws: Array2<f32>,
    /// For each point the feature at its first handle; `None` while it is disabled, or since somebody moved it.
    pub(super) templates: Vec<Option<Vec<f32>>>,
    /// The whole map, CHW, once a mask has needed it. It is large, and computed again from `ws` where it is not there.
    #[serde(skip)]
    pub(super) whole: Option<Arc<Array3<f32>>>,
}

impl Snapshot {
    /// The state before the first step.
    pub(super) fn new(parameter: Array2<f32>, points: Vec<PointPair>) -> Self {
        let adam = Adam::new(parameter.dim());
        Self { parameter, adam, points, tracked: false, references: None, loss: None }
    }

    /// The same state without the map that a mask has needed, which takes far more memory than all the rest and is computed
    /// again where it is needed.
    #[must_use]
    pub fn without_map(mut self) -> Self {
        // Those that have none stay shared.
        if let Some(references) = self.references.as_mut().filter(|references| references.whole.is_some()) {
            Arc::make_mut(references).whole = None;
        }
        self
    }

    /// Whether all parts have the sizes that a drag of this generator gives them.
    pub(super) fn fits(&self, geometry: &Geometry) -> bool {
        let Self { parameter, adam, points, references, .. } = self;
        let templates_fit = |references: &Arc<References>| {
            let sizes = references.templates.iter().flatten().map(Vec::len);
            references.ws.dim() == (geometry.num_ws, geometry.w_dim)
                && references.templates.len() == points.len()
                && sizes.into_iter().all(|size| size == geometry.tap.channels)
        };
        adam.mean().dim() == parameter.dim()
            && adam.square().dim() == parameter.dim()
            && references.as_ref().is_none_or(templates_fit)
    }

    /// What is optimised: `[rows, w_dim]`, or `[1, w_dim]` in [`crate::Space::W`].
    #[must_use]
    pub fn parameter(&self) -> &Array2<f32> {
        &self.parameter
    }

    /// The optimiser's memory.
    #[must_use]
    pub fn adam(&self) -> &Adam {
        &self.adam
    }

    /// The points.
    #[must_use]
    pub fn points(&self) -> &[PointPair] {
        &self.points
    }

    /// The feature that a point is recognised by, `[channels]`; `None` before the first forward, for a disabled point, and
    /// for one that somebody moved.
    #[must_use]
    pub fn template(&self, point: usize) -> Option<&[f32]> {
        self.references.as_ref()?.templates.get(point)?.as_deref()
    }

    /// The loss of the step that led here; `None` before the first step.
    #[must_use]
    pub fn loss(&self) -> Option<Loss> {
        self.loss
    }

    /// Takes other points, and gives up the references that no longer fit them (see the table at [`crate::DragSession`]).
    pub(super) fn replace_points(&mut self, points: Vec<PointPair>, method: Method) {
        let enabled = |points: &[PointPair]| points.iter().map(|point| point.enabled).collect::<Vec<_>>();
        let same_set = enabled(&points) == enabled(&self.points);
        match method {
            Method::Reference => {
                let unmoved = points.iter().zip(&self.points).all(|(new, old)| new.handle == old.handle);
                self.tracked &= same_set && unmoved;
                if !same_set {
                    self.references = None;
                }
            }
            Method::Paper => {
                if let Some(references) = &self.references {
                    // A point is known by its handle: others may have been put in before it, or taken out.
                    // Those that stayed in their place are served first, so that points on one spot are not swapped.
                    let mut left = references.templates.clone();
                    let mut take = |old: usize, new: usize| {
                        let (from, to) = (self.points.get(old)?, points.get(new)?);
                        let same = from.enabled && to.enabled && from.handle == to.handle;
                        left.get_mut(old).filter(|_| same).and_then(Option::take)
                    };
                    let mut templates: Vec<_> = (0..points.len()).map(|index| take(index, index)).collect();
                    for (new, template) in templates.iter_mut().enumerate().filter(|(_, template)| template.is_none()) {
                        *template = (0..self.points.len()).find_map(|old| take(old, new));
                    }
                    self.references = Some(Arc::new(References { templates, ..(**references).clone() }));
                }
            }
        }
        self.points = points;
    }
}
