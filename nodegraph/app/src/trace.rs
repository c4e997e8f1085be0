//! The numbers of a drag, step by step, as NumPy arrays.

use std::io::{Cursor, Write};
use std::path::Path;

use anyhow::Result;
use dragfx_engine::{DragSession, Latent, Space, StepReport};
use ndarray::{Array2, Array3, ArrayD, Axis, s};
use ndarray_npy::NpzWriter;

use crate::save;

/// What a drag leaves behind for its trace.
#[derive(Debug, Default)]
pub(crate) struct Trace {
    points: Vec<Array2<f64>>,
    latents: Vec<ArrayD<f32>>,
    stop: Vec<bool>,
    loss: Vec<f64>,
    first_gradient: Option<ArrayD<f32>>,
}

impl Trace {
    /// Notes a step; for a drag that has arrived the last entry repeats the latent and has no loss (NaN).
    pub(crate) fn note(&mut self, session: &DragSession, report: &StepReport) {
        let points = report.points.iter().flat_map(|point| [point.handle.y, point.handle.x]).collect();
        let points = Array2::from_shape_vec((report.points.len(), 2), points);
        self.points.push(points.unwrap_or_else(|_| unreachable!("two numbers a point")));
        self.latents.push(as_optimised(session, &session.latent()));
        self.stop.push(report.reached);
        self.loss.push(report.loss.map_or(f64::NAN, |loss| loss.total()));
        if self.first_gradient.is_none()
            && let Some(gradient) = session.gradient()
        {
            self.first_gradient = Some(full(session, gradient));
        }
    }

    /// Writes `points_yx` \[steps, N, 2\], `w_after_step` \[steps, 1, num_ws, w_dim\] (\[steps, 1, w_dim\] in w),
    /// `stop` \[steps\], `loss` \[steps\] and `grad_first`, shaped like the latent.
    pub(crate) fn save(&self, path: &Path) -> Result<()> {
        let mut npz = NpzWriter::new_compressed(Cursor::new(Vec::new()));
        let points: Vec<_> = self.points.iter().map(|points| points.view()).collect();
        let latents: Vec<_> = self.latents.iter().map(|latent| latent.view()).collect();
        npz.add_array("points_yx", &ndarray::stack(Axis(0), &points)?)?;
        npz.add_array("w_after_step", &ndarray::stack(Axis(0), &latents)?)?;
        npz.add_array("stop", &ndarray::Array1::from(self.stop.clone()))?;
        npz.add_array("loss", &ndarray::Array1::from(self.loss.clone()))?;
        if let Some(gradient) = &self.first_gradient {
            npz.add_array("grad_first", gradient)?;
        }
        let bytes = npz.finish()?.into_inner();
        save::file(path, |to| Ok(to.write_all(&bytes)?))
    }

    /// Whether no step was noted.
    pub(crate) fn is_empty(&self) -> bool {
        self.points.is_empty()
    }
}

/// The latent as it is optimised: all rows of w+ \[1, num_ws, w_dim\], or the row of w \[1, w_dim\].
fn as_optimised(session: &DragSession, latent: &Latent) -> ArrayD<f32> {
    match session.settings().space {
        Space::WPlus => latent.ws().insert_axis(Axis(0)).to_owned().into_dyn(),
        Space::W => latent.ws().slice(s![..1, ..]).to_owned().into_dyn(),
    }
}

/// A gradient in the latent's shape: rows of w+ that are not optimised have none.
fn full(session: &DragSession, gradient: &Array2<f32>) -> ArrayD<f32> {
    if session.settings().space == Space::W {
        return gradient.clone().into_dyn();
    }
    let geometry = session.geometry();
    let mut all = Array3::zeros((1, geometry.num_ws, geometry.w_dim));
    all.slice_mut(s![0, ..gradient.nrows(), ..]).assign(gradient);
    all.into_dyn()
}
