//! Small generators with an exact way back.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use dragfx_engine::{Cancel, DragModel, FeatureMap, Geometry, ModelError, Regions, Window};
use ndarray::{Array2, Array3, ArrayRef2, ArrayView2, Axis, Slice};

use crate::naive;

/// Features of a latent's optimised rows, and their derivative, in double precision.
pub(crate) trait Field: Send {
    fn geometry(&self) -> &Geometry;
    fn features(&self, ws: ArrayView2<'_, f64>) -> Array3<f64>;
    /// The gradient `[rows, w_dim]` for dL/dF on the whole tap.
    fn vjp(&self, ws: ArrayView2<'_, f64>, gradient: &Array3<f64>) -> Array2<f64>;
}

/// A field as a [`DragModel`]. With `windows` it prefers windows, and enlarges them to whole multiples of two tap pixels.
pub(crate) struct FieldModel<F> {
    pub(crate) field: F,
    pub(crate) windows: bool,
    /// Counts forwards.
    pub(crate) forwards: Arc<AtomicUsize>,
    /// From this forward on (counted from 0) the features are NaN.
    pub(crate) broken_from: usize,
    ws: Array2<f64>,
    maps: Vec<(Window, Array3<f32>)>,
}

impl<F: Field> FieldModel<F> {
    pub(crate) fn new(field: F) -> Self {
        Self {
            field,
            windows: false,
            forwards: Arc::default(),
            broken_from: usize::MAX,
            ws: Array2::zeros((0, 0)),
            maps: Vec::new(),
        }
    }

    pub(crate) fn windowed(field: F) -> Self {
        Self { windows: true, ..Self::new(field) }
    }
}

impl<F: Field> DragModel for FieldModel<F> {
    fn geometry(&self) -> &Geometry {
        self.field.geometry()
    }

    fn forward(&mut self, ws: ArrayView2<'_, f32>, regions: &Regions, cancel: &Cancel) -> Result<(), ModelError> {
        if cancel.is_cancelled() {
            return Err(ModelError::Cancelled);
        }
        self.ws = ws.mapv(f64::from);
        let mut features = self.field.features(self.ws.view()).mapv(|value| value as f32);
        if self.forwards.fetch_add(1, Ordering::Relaxed) >= self.broken_from {
            features.fill(f32::NAN);
        }
        let tap = self.geometry().tap;
        let windows = match regions {
            Regions::Whole => vec![Window::whole(&tap)],
            Regions::Windows(windows) => windows.iter().map(|window| aligned(*window, tap.height, tap.width)).collect(),
        };
        self.maps = windows.into_iter().map(|window| (window, crop(&features, window))).collect();
        Ok(())
    }

    fn maps(&self) -> Vec<FeatureMap<'_>> {
        self.maps.iter().map(|(window, data)| FeatureMap { window: *window, data: data.view() }).collect()
    }

    fn backward(&mut self, gradient: &[Array3<f32>], _cancel: &Cancel) -> Result<Array2<f32>, ModelError> {
        let tap = self.geometry().tap;
        let mut whole = Array3::<f64>::zeros((tap.channels, tap.height, tap.width));
        for ((window, _), gradient) in self.maps.iter().zip(gradient) {
            for ((c, y, x), value) in gradient.indexed_iter() {
                whole[[c, window.y + y, window.x + x]] += f64::from(*value);
            }
        }
        Ok(self.field.vjp(self.ws.view(), &whole).mapv(|value| value as f32))
    }

    fn prefers_windows(&self, _windows: &[Window]) -> bool {
        self.windows
    }
}

fn aligned(window: Window, height: usize, width: usize) -> Window {
    let (y, x) = (window.y / 2 * 2, window.x / 2 * 2);
    let end_y = (window.y + window.height).next_multiple_of(2).min(height);
    let end_x = (window.x + window.width).next_multiple_of(2).min(width);
    Window { y, x, height: end_y - y, width: end_x - x }
}

fn crop(features: &Array3<f32>, window: Window) -> Array3<f32> {
    let rows = features.slice_axis(Axis(1), Slice::from(window.y..window.y + window.height));
    rows.slice_axis(Axis(2), Slice::from(window.x..window.x + window.width)).to_owned()
}

/// `tanh` of a random linear map: features without any structure.
pub(crate) struct Tanh {
    geometry: Geometry,
    /// For each optimised element of ws, its CHW pattern.
    patterns: Vec<Array3<f64>>,
    offset: Array3<f64>,
}

impl Tanh {
    pub(crate) fn new(geometry: Geometry) -> Self {
        let count = u32::try_from(geometry.rows * geometry.w_dim).expect("small");
        let patterns =
            (0..count).map(|k| naive::features(&geometry, 100 + k).mapv(|value| 0.3 * f64::from(value))).collect();
        let offset = naive::features(&geometry, 99).mapv(f64::from);
        Self { geometry, patterns, offset }
    }
}

impl Field for Tanh {
    fn geometry(&self) -> &Geometry {
        &self.geometry
    }

    fn features(&self, ws: ArrayView2<'_, f64>) -> Array3<f64> {
        let mut sum = self.offset.clone();
        for (pattern, w) in self.patterns.iter().zip(ws.iter()) {
            sum.scaled_add(*w, pattern);
        }
        sum.mapv_into(f64::tanh)
    }

    fn vjp(&self, ws: ArrayView2<'_, f64>, gradient: &Array3<f64>) -> Array2<f64> {
        let slope = self.features(ws).mapv_into(|value| 1.0 - value * value) * gradient;
        let values = self.patterns.iter().map(|pattern| (pattern * &slope).sum()).collect();
        Array2::from_shape_vec((self.geometry.rows, self.geometry.w_dim), values).expect("rows times columns")
    }
}

/// Gaussian blobs around a centre that is linear in the latent: a picture with one thing that can be dragged about.
///
/// Image 64x64, tap 32x32; column 0 of the optimised rows moves it right, column 1 down.
pub(crate) struct Blobs {
    geometry: Geometry,
}

impl Blobs {
    /// Image pixels that the centre moves per unit of each column's mean.
    pub(crate) const GAIN: f64 = 400.0;
    /// The centre for a latent of zeros, image pixels (x, y).
    pub(crate) const CENTRE: (f64, f64) = (30.0, 28.0);
    /// Blob places relative to the centre, tap pixels (x, y); one per channel.
    const PLACES: [(f64, f64); 5] = [(0.0, 0.0), (3.0, 1.0), (-2.0, 3.0), (1.0, -3.5), (-3.0, -2.0)];
    /// Width of a blob, tap pixels.
    const SIGMA: f64 = 2.5;

    pub(crate) fn new() -> Self {
        Self { geometry: Geometry { w_dim: 3, rows: 2, ..naive::geometry((64, 64), (32, 32), Self::PLACES.len()) } }
    }

    /// Where the thing is, image pixels (x, y).
    pub(crate) fn centre(ws: &ArrayRef2<f64>) -> (f64, f64) {
        let mean = |column: usize| (ws[[0, column]] + ws[[1, column]]) / 2.0;
        (Self::CENTRE.0 + Self::GAIN * mean(0), Self::CENTRE.1 + Self::GAIN * mean(1))
    }

    /// Offsets of a tap pixel from the blob of a channel, tap pixels (x, y).
    fn offset(ws: &ArrayRef2<f64>, (c, y, x): (usize, usize, usize)) -> (f64, f64) {
        let (centre_x, centre_y) = Self::centre(ws);
        let tap = |image: f64| (image + 0.5) * 0.5 - 0.5;
        let (dx, dy) = Self::PLACES[c];
        (x as f64 - tap(centre_x) - dx, y as f64 - tap(centre_y) - dy)
    }
}

impl Field for Blobs {
    fn geometry(&self) -> &Geometry {
        &self.geometry
    }

    fn features(&self, ws: ArrayView2<'_, f64>) -> Array3<f64> {
        Array3::from_shape_fn((Self::PLACES.len(), 32, 32), |index| {
            let (u, v) = Self::offset(&ws, index);
            (-(u * u + v * v) / (2.0 * Self::SIGMA * Self::SIGMA)).exp()
        })
    }

    fn vjp(&self, ws: ArrayView2<'_, f64>, gradient: &Array3<f64>) -> Array2<f64> {
        let features = self.features(ws);
        let mut sums = [0.0; 2];
        for (index, slope) in gradient.indexed_iter() {
            let (u, v) = Self::offset(&ws, index);
            for (sum, part) in sums.iter_mut().zip([u, v]) {
                *sum += slope * features[index] * part / (Self::SIGMA * Self::SIGMA) * 0.5 * Self::GAIN / 2.0;
            }
        }
        Array2::from_shape_fn((2, 3), |(_, column)| sums.get(column).copied().unwrap_or(0.0))
    }
}
