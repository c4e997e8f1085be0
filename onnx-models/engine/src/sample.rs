//! Features at image pixels, from the native map.
//!
//! The drag is defined on a feature map resized to image size: the value at an integer image pixel is the bilinear resize (half-pixel centres, edges clamped:
//! `align_corners=False`), and the value between pixels is the bilinear mix of the four pixels around, which count as zero outside the image
//! (`grid_sample` with `align_corners=True` and zero padding). Both are linear and separable, so sampling a grid of `ys` x `xs` is `A_y F A_xᵀ` with a few nonzeros in
//! each row of `A`, and its adjoint is `A_yᵀ G A_x`. Nothing of image size is ever made.

use std::ops::Range;

use ndarray::ArrayRef2;

use crate::model::{Geometry, Window};

/// A sampling grid on the image: every pair of one of its rows and one of its columns.
#[derive(Debug, Clone)]
pub struct Grid {
    rows: Vec<Stencil>,
    columns: Vec<Stencil>,
}

/// A [`Grid`] tied to the window whose features it reads.
#[derive(Debug, Clone)]
pub struct BoundGrid {
    rows: Vec<Stencil>,
    columns: Vec<Stencil>,
    band: Range<usize>,
}

/// A grid needs features that its window does not hold.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("a sample needs tap {axis} {} to {}, the window holds {} to {}", needed.start, needed.end - 1, held.start, held.end - 1)]
pub struct SampleError {
    /// `rows` or `columns`.
    pub axis: &'static str,
    /// What the grid reads.
    pub needed: Range<usize>,
    /// What the window holds.
    pub held: Range<usize>,
}

impl Grid {
    /// The grid of image rows `ys` and image columns `xs`, pixels, sub-pixel; a position outside the image reads zeros.
    #[must_use]
    pub fn new(geometry: &Geometry, ys: &[f64], xs: &[f64]) -> Self {
        let (vertical, horizontal) = (Axis::vertical(geometry), Axis::horizontal(geometry));
        Self {
            rows: ys.iter().map(|&y| vertical.stencil(y)).collect(),
            columns: xs.iter().map(|&x| horizontal.stencil(x)).collect(),
        }
    }

    /// Ties the grid to a window of the tap.
    ///
    /// # Errors
    /// [`SampleError`] when the grid reads outside the window.
    pub fn on(&self, window: &Window) -> Result<BoundGrid, SampleError> {
        let rows = shift("rows", &self.rows, window.y..window.y + window.height)?;
        let columns = shift("columns", &self.columns, window.x..window.x + window.width)?;
        let band = extent(&rows);
        Ok(BoundGrid { rows, columns, band })
    }
}

impl BoundGrid {
    /// Rows times columns.
    #[must_use]
    pub fn len(&self) -> usize {
        self.rows.len() * self.columns.len()
    }

    /// Whether the grid has no position.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// Samples one channel of the window: `out` is row-major, rows x columns. `scratch` is reused between calls.
    ///
    /// # Panics
    /// If `out` has another length than the grid, or `plane` is smaller than the window.
    pub fn sample(&self, plane: &ArrayRef2<f32>, scratch: &mut Vec<f32>, out: &mut [f32]) {
        assert_eq!(out.len(), self.len(), "one value per grid position");
        let width = self.columns.len();
        if width == 0 {
            return;
        }
        scratch.clear();
        for y in self.band.clone() {
            let row = plane.row(y);
            scratch.extend(self.columns.iter().map(|column| {
                let weights = &column.weights[..column.len];
                weights.iter().enumerate().map(|(k, weight)| weight * row[column.start + k]).sum::<f32>()
            }));
        }
        for (stencil, out) in self.rows.iter().zip(out.chunks_exact_mut(width)) {
            out.fill(0.0);
            for (weight, line) in stencil.lines(scratch, width, self.band.start) {
                for (value, sample) in out.iter_mut().zip(line) {
                    *value += weight * sample;
                }
            }
        }
    }

    /// The adjoint of [`sample`](Self::sample): adds to `plane` what a gradient at the grid positions means for the window's features.
    ///
    /// # Panics
    /// As [`sample`](Self::sample).
    pub fn scatter(&self, gradient: &[f32], scratch: &mut Vec<f32>, plane: &mut ArrayRef2<f32>) {
        assert_eq!(gradient.len(), self.len(), "one value per grid position");
        let width = self.columns.len();
        if width == 0 {
            return;
        }
        scratch.clear();
        scratch.resize(self.band.len() * width, 0.0);
        for (stencil, gradient) in self.rows.iter().zip(gradient.chunks_exact(width)) {
            for k in 0..stencil.len {
                let begin = (stencil.start + k - self.band.start) * width;
                for (sum, value) in scratch[begin..begin + width].iter_mut().zip(gradient) {
                    *sum += stencil.weights[k] * value;
                }
            }
        }
        for (y, line) in self.band.clone().zip(scratch.chunks_exact(width)) {
            let mut row = plane.row_mut(y);
            for (column, value) in self.columns.iter().zip(line) {
                for k in 0..column.len {
                    row[column.start + k] += column.weights[k] * value;
                }
            }
        }
    }
}

/// One image axis resized from one tap axis.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Axis {
    image: usize,
    tap: usize,
}

impl Axis {
    pub(crate) fn vertical(geometry: &Geometry) -> Self {
        Self { image: geometry.image_height, tap: geometry.tap.height }
    }

    pub(crate) fn horizontal(geometry: &Geometry) -> Self {
        Self { image: geometry.image_width, tap: geometry.tap.width }
    }

    /// Image pixel `index` is `(1 - t)` of the tap pixel returned plus `t` of the next; `t` is 0 at the last tap pixel.
    ///
    /// Single precision, as PyTorch computes it.
    pub(crate) fn pixel(self, index: usize) -> (usize, f32) {
        let scale = self.tap as f32 / self.image as f32;
        let source = (scale * (index as f32 + 0.5) - 0.5).max(0.0);
        let first = source as usize;
        if first + 1 >= self.tap { (self.tap - 1, 0.0) } else { (first, source - first as f32) }
    }

    /// The tap pixels that image positions from `low` to `high` read; empty when all of them lie outside the image.
    pub(crate) fn support(self, low: f64, high: f64) -> Range<usize> {
        let last = self.image as f64 - 1.0;
        if high <= -1.0 || low >= last + 1.0 {
            return 0..0;
        }
        let first = self.pixel(low.floor().clamp(0.0, last) as usize).0;
        let end = self.pixel(high.ceil().clamp(0.0, last) as usize).0 + 2;
        first..end.min(self.tap)
    }

    /// The weights of the tap pixels for one image position.
    fn stencil(self, position: f64) -> Stencil {
        let floor = position.floor();
        let fraction = (position - floor) as f32;
        let mut stencil = Stencil { start: 0, len: 0, weights: [0.0; 4] };
        for (pixel, weight) in [(floor, 1.0 - fraction), (floor + 1.0, fraction)] {
            if weight == 0.0 || pixel < 0.0 || pixel > self.image as f64 - 1.0 {
                continue;
            }
            let (first, t) = self.pixel(pixel as usize);
            stencil.add(first, weight * (1.0 - t));
            if t > 0.0 {
                stencil.add(first + 1, weight * t);
            }
        }
        stencil
    }
}

/// A row of `A`: up to four neighbouring tap pixels with their weights.
///
/// A tap is never larger than the image, so two neighbouring image pixels read at most three neighbouring tap pixels.
#[derive(Debug, Clone, Copy)]
struct Stencil {
    start: usize,
    len: usize,
    weights: [f32; 4],
}

impl Stencil {
    fn add(&mut self, index: usize, weight: f32) {
        if self.len == 0 {
            self.start = index;
        }
        let offset = index - self.start;
        self.weights[offset] += weight;
        self.len = self.len.max(offset + 1);
    }

    /// The weights, each with its line of `scratch`, whose first line is tap row `first`.
    fn lines<'a>(&'a self, scratch: &'a [f32], width: usize, first: usize) -> impl Iterator<Item = (f32, &'a [f32])> {
        (0..self.len).map(move |k| {
            let begin = (self.start + k - first) * width;
            (self.weights[k], &scratch[begin..begin + width])
        })
    }
}

/// The tap pixels that any of the stencils reads.
fn extent(stencils: &[Stencil]) -> Range<usize> {
    let read = || stencils.iter().filter(|stencil| stencil.len > 0);
    let start = read().map(|stencil| stencil.start).min().unwrap_or(0);
    let end = read().map(|stencil| stencil.start + stencil.len).max().unwrap_or(0);
    start..end
}

/// The stencils relative to the start of a window.
fn shift(axis: &'static str, stencils: &[Stencil], held: Range<usize>) -> Result<Vec<Stencil>, SampleError> {
    let needed = extent(stencils);
    if !needed.is_empty() && (needed.start < held.start || needed.end > held.end) {
        return Err(SampleError { axis, needed, held });
    }
    let relative = |stencil: &Stencil| Stencil { start: stencil.start.saturating_sub(held.start), ..*stencil };
    Ok(stencils.iter().map(relative).collect())
}
