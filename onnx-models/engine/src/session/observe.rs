//! The first half of a step: features of a latent, and where its handles are.

use std::sync::Arc;
use std::time::Instant;

use ndarray::Array2;

use super::DragSession;
use super::snapshot::{References, Snapshot};
use crate::Cancel;
use crate::error::DragError;
use crate::model::{DragModel, Geometry, Regions, Window};
use crate::point::{ImagePoint, PointPair};
use crate::sample::Axis;
use crate::settings::{DragSettings, Method};
use crate::track::{Metric, template, track};

/// What the forward of a step was asked, and found.
pub(super) struct Observation {
    /// The enabled points, in order; with windows, map k is that of `enabled[k]`.
    pub(super) enabled: Vec<usize>,
    pub(super) regions: Regions,
    pub(super) matches: Vec<Option<f32>>,
    pub(super) forward_ms: f64,
}

impl Observation {
    /// The map, among those of the forward, that belongs to the k-th enabled point.
    pub(super) fn map_index(&self, k: usize) -> usize {
        match self.regions {
            Regions::Whole => 0,
            Regions::Windows(_) => k,
        }
    }
}

impl DragSession {
    /// Computes the features of `state`'s latent and moves its handles to where their content is; takes the references where they are missing.
    pub(super) fn observe(&mut self, state: &mut Snapshot, cancel: &Cancel) -> Result<Observation, DragError> {
        let clock = Instant::now();
        let masked = self.active_mask().is_some();
        if masked {
            self.take_mask_reference(state, cancel)?;
        }
        let ws = self.assemble(&state.parameter);
        let enabled: Vec<usize> = (0..state.points.len()).filter(|&index| state.points[index].enabled).collect();
        let regions = self.regions(&state.points, &enabled, masked);
        forward(self.model.as_mut(), &ws, &regions, cancel)?;
        let forward_ms = clock.elapsed().as_secs_f64() * 1e3;

        let mut observation = Observation { enabled, regions, matches: vec![None; state.points.len()], forward_ms };
        let maps = self.model.maps();
        let mut references = state.references.take().unwrap_or_else(|| {
            let whole = masked.then(|| Arc::new(maps[0].data.to_owned()));
            Arc::new(References { ws, templates: vec![None; state.points.len()], whole })
        });
        let geometry = self.model.geometry();
        for k in 0..observation.enabled.len() {
            let (index, map) = (observation.enabled[k], &maps[observation.map_index(k)]);
            let handle = &mut state.points[index].handle;
            let search = Search::around(*handle, geometry, &self.settings);
            let placed = references.templates[index].is_none();
            if placed {
                let feature = template(geometry, map, search.centre)?;
                Arc::make_mut(&mut references).templates[index] = Some(feature);
            }
            if state.tracked || (placed && self.settings.method == Method::Paper) {
                continue;
            }
            let wanted = references.templates[index].as_deref().unwrap_or_default();
            let found = track(geometry, map, wanted, search.centre, search.radius, search.metric)?;
            if !found.distance.is_finite() {
                return Err(DragError::NotFinite { step: self.steps() + 1, what: "feature near a handle" });
            }
            *handle = found.point;
            observation.matches[index] = Some(found.distance);
        }
        state.references = Some(references);
        Ok(observation)
    }

    /// Computes the whole map of the reference latent if templates were taken before a mask needed it.
    fn take_mask_reference(&mut self, state: &mut Snapshot, cancel: &Cancel) -> Result<(), DragError> {
        let Some(references) = state.references.as_ref().filter(|references| references.whole.is_none()) else {
            return Ok(());
        };
        forward(self.model.as_mut(), &references.ws, &Regions::Whole, cancel)?;
        let whole = Some(Arc::new(self.model.maps()[0].data.to_owned()));
        state.references = Some(Arc::new(References { whole, ..(**references).clone() }));
        Ok(())
    }

    /// Windows around the enabled handles where the model prefers them, else the whole map, which a mask always needs.
    fn regions(&self, points: &[PointPair], enabled: &[usize], masked: bool) -> Regions {
        let geometry = self.model.geometry();
        let around = |&index: &usize| window(geometry, &self.settings, points[index].handle);
        if masked {
            return Regions::Whole;
        }
        let windows: Vec<Window> = enabled.iter().map(around).collect();
        if self.model.prefers_windows(&windows) { Regions::Windows(windows) } else { Regions::Whole }
    }
}

/// Runs the model and checks that its answer fits.
fn forward(model: &mut dyn DragModel, ws: &Array2<f32>, regions: &Regions, cancel: &Cancel) -> Result<(), DragError> {
    if cancel.is_cancelled() {
        return Err(DragError::Cancelled);
    }
    model.forward(ws.view(), regions, cancel)?;
    model.geometry().check_maps(regions, &model.maps())?;
    Ok(())
}

/// How a method looks for a handle.
struct Search {
    centre: ImagePoint,
    /// Image pixels, inclusive.
    radius: usize,
    metric: Metric,
}

impl Search {
    fn around(handle: ImagePoint, geometry: &Geometry, settings: &DragSettings) -> Self {
        let radius = settings.search_radius(geometry.image_height);
        match settings.method {
            Method::Reference => Self { centre: handle.rounded(), radius, metric: Metric::L2 },
            // The published window is open, |x - x_p| < r2; on tiny images at least the neighbours are searched.
            Method::Paper => Self { centre: handle, radius: (radius - 1).max(1), metric: Metric::L1 },
        }
    }
}

/// The tap pixels that tracking a handle and supervising any place it may be tracked to can read.
fn window(geometry: &Geometry, settings: &DragSettings, handle: ImagePoint) -> Window {
    let search = settings.search_radius(geometry.image_height);
    let patch = settings.patch_radius(geometry.image_height);
    // One pixel for the step d, one for the reference's stretched grid, one for its rounding of handles.
    let reach = (search + patch + 3) as f64;
    let rows = Axis::vertical(geometry).support(handle.y - reach, handle.y + reach);
    let columns = Axis::horizontal(geometry).support(handle.x - reach, handle.x + reach);
    Window { y: rows.start, x: columns.start, height: rows.len(), width: columns.len() }
}
