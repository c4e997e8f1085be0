//! The second half of a step: loss, gradient, update; and the loops over steps.

use std::time::Instant;

use ndarray::{Array2, Array3, Axis, Zip};

use super::observe::Observation;
use super::report::{Loss, Progress, StepReport, StopReason, Timing};
use super::snapshot::Snapshot;
use super::{DragSession, first_parameter};
use crate::Cancel;
use crate::error::DragError;
use crate::latent::Space;
use crate::settings::Method;
use crate::supervise::{Patch, Reduction};

impl DragSession {
    /// Takes one step, or finds that the drag has arrived.
    ///
    /// # Errors
    /// [`DragError::Cancelled`], [`DragError::NotFinite`] or a failure of the model. The session is then as the last finished step left it.
    pub fn step(&mut self, cancel: &Cancel) -> Result<StepReport, DragError> {
        let clock = Instant::now();
        let mut next = self.current.clone();
        let observation = self.observe(&mut next, cancel)?;
        let mut report = self.report(&next, &observation);
        if report.reached {
            // The reference code tracks again when it is restarted on the same image.
            next.tracked |= self.settings.method == Method::Paper;
            self.current = next;
        } else {
            report.step += 1;
            let (features, mut loss) = self.feature_gradient(&next, &observation)?;
            let backward = Instant::now();
            let rows = self.model.backward(&features, cancel)?;
            report.timing.backward_ms = milliseconds(backward);
            let gradient = self.parameter_gradient(&rows, &next.parameter, &mut loss)?;
            self.finite("loss", [loss.total()])?;
            self.finite("gradient", gradient.iter().map(|&value| f64::from(value)))?;
            next.adam.update(&mut next.parameter, &gradient, self.settings.learning_rate);
            self.finite("new latent", next.parameter.iter().map(|&value| f64::from(value)))?;
            next.tracked = false;
            next.loss = Some(loss);
            report.loss = Some(loss);
            report.gradient_norm = Some(gradient.iter().map(|&value| f64::from(value).powi(2)).sum::<f64>().sqrt());
            self.gradient = Some(gradient);
            self.past.push(std::mem::replace(&mut self.current, next));
        }
        report.timing.rest_ms = milliseconds(clock) - report.timing.forward_ms - report.timing.backward_ms;
        Ok(report)
    }

    /// Tracks the handles for the current latent without changing it; a step that follows will not track them again.
    ///
    /// To be called when a drag ends, so that handles and latent belong together. Without effect if they already do.
    ///
    /// # Errors
    /// As [`step`](Self::step).
    pub fn settle(&mut self, cancel: &Cancel) -> Result<StepReport, DragError> {
        let clock = Instant::now();
        let mut next = self.current.clone();
        let observation = self.observe(&mut next, cancel)?;
        let mut report = self.report(&next, &observation);
        next.tracked = true;
        self.current = next;
        report.timing.rest_ms = milliseconds(clock) - report.timing.forward_ms;
        Ok(report)
    }

    /// Takes one step if the cap allows it, else settles.
    ///
    /// # Errors
    /// As [`step`](Self::step).
    pub fn advance(&mut self, cancel: &Cancel) -> Result<Progress, DragError> {
        let at_cap = self.steps() >= self.settings.max_steps;
        let report = if at_cap { self.settle(cancel)? } else { self.step(cancel)? };
        Ok(match (report.reached, at_cap) {
            (true, _) => Progress::Stopped(StopReason::Reached, report),
            (false, true) => Progress::Stopped(StopReason::MaxSteps, report),
            (false, false) => Progress::Stepped(report),
        })
    }

    /// Steps until the drag arrives, reaches its cap or is cancelled; `on_step` sees every report, the last included.
    ///
    /// # Errors
    /// As [`step`](Self::step), except that being cancelled is no error but [`StopReason::Cancelled`].
    pub fn run(&mut self, cancel: &Cancel, mut on_step: impl FnMut(&StepReport)) -> Result<StopReason, DragError> {
        loop {
            match self.advance(cancel) {
                Ok(Progress::Stepped(report)) => on_step(&report),
                Ok(Progress::Stopped(reason, report)) => {
                    on_step(&report);
                    return Ok(reason);
                }
                Err(DragError::Cancelled) => return Ok(StopReason::Cancelled),
                Err(error) => return Err(error),
            }
        }
    }

    /// The report of an observation, before any update.
    fn report(&self, state: &Snapshot, observation: &Observation) -> StepReport {
        let distances: Vec<f64> = state.points.iter().map(crate::point::PointPair::distance).collect();
        let arrival = self.settings.arrival_distance(self.model.geometry().image_height, observation.enabled.len());
        StepReport {
            step: self.steps(),
            points: state.points.clone(),
            reached: observation.enabled.iter().all(|&index| distances[index] <= arrival),
            distances,
            matches: observation.matches.clone(),
            loss: None,
            gradient_norm: None,
            windowed: matches!(observation.regions, crate::model::Regions::Windows(_)),
            timing: Timing { forward_ms: observation.forward_ms, ..Timing::default() },
        }
    }

    /// Motion and mask loss of the last forward, and their gradient with respect to each of its maps.
    fn feature_gradient(
        &self,
        state: &Snapshot,
        observation: &Observation,
    ) -> Result<(Vec<Array3<f32>>, Loss), DragError> {
        let (geometry, settings) = (self.model.geometry(), &self.settings);
        let maps = self.model.maps();
        let mut gradients: Vec<Array3<f32>> = maps.iter().map(|map| Array3::zeros(map.data.raw_dim())).collect();
        let mut loss = Loss::default();
        let radius = settings.patch_radius(geometry.image_height);
        for (k, &index) in observation.enabled.iter().enumerate() {
            let point = &state.points[index];
            let (patch, reduction) = match settings.method {
                // The official code leaves a handle this near alone until the others arrive.
                Method::Reference if point.distance() <= 1.0 => continue,
                Method::Reference => (Patch::reference(geometry, point.handle, point.target, radius), Reduction::Mean),
                Method::Paper => (Patch::paper(geometry, point.handle, point.target, radius), Reduction::Sum),
            };
            let map = observation.map_index(k);
            loss.motion += patch.supervise(geometry, &maps[map], reduction, &mut gradients[map])?;
        }
        let start = state.references.as_ref().and_then(|references| references.whole.as_ref());
        if let (Some(term), Some(start)) = (self.active_mask(), start) {
            let elements = geometry.tap.channels * geometry.image_height * geometry.image_width;
            let scale = match settings.method {
                Method::Reference => settings.lambda / elements as f64,
                Method::Paper => settings.lambda,
            };
            loss.mask = term.add(&maps[0].data, start, scale, &mut gradients[0]);
        }
        Ok((gradients, loss))
    }

    /// The gradient with respect to what is optimised, from that with respect to the rows; adds the regularisation to both loss and gradient.
    ///
    /// The regularisation is the mean absolute difference over the full latent, rows that are not optimised included, as in the official code.
    fn parameter_gradient(
        &self,
        rows: &Array2<f32>,
        parameter: &Array2<f32>,
        loss: &mut Loss,
    ) -> Result<Array2<f32>, DragError> {
        let geometry = self.model.geometry();
        if rows.dim() != (geometry.rows, geometry.w_dim) {
            let message = format!(
                "a gradient of shape {:?} where ({}, {}) was expected",
                rows.dim(),
                geometry.rows,
                geometry.w_dim
            );
            return Err(crate::model::ModelError::Contract(message).into());
        }
        let mut rows = rows.to_owned();
        if self.settings.regularisation > 0.0 {
            let weight = self.settings.regularisation / (geometry.num_ws * geometry.w_dim) as f64;
            let start = first_parameter(&self.start, Space::WPlus, geometry);
            let now = parameter.broadcast(rows.raw_dim()).expect("one row, or all of them");
            Zip::from(&mut rows).and(now).and(&start).for_each(|gradient, now, start| {
                let difference = now - start;
                loss.regularisation += weight * f64::from(difference.abs());
                if difference != 0.0 {
                    *gradient += (weight as f32).copysign(difference);
                }
            });
        }
        Ok(match self.settings.space {
            Space::W => rows.sum_axis(Axis(0)).insert_axis(Axis(0)),
            Space::WPlus => rows,
        })
    }

    fn finite(&self, what: &'static str, values: impl IntoIterator<Item = f64>) -> Result<(), DragError> {
        if values.into_iter().all(f64::is_finite) {
            Ok(())
        } else {
            Err(DragError::NotFinite { step: self.steps() + 1, what })
        }
    }
}

fn milliseconds(since: Instant) -> f64 {
    since.elapsed().as_secs_f64() * 1e3
}
