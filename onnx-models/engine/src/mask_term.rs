//! The mask term: what is masked as fixed should keep the features it had at the start.
//!
//! The loss is `scale * Σ fixed * |D|`, summed over channels and image pixels, where D is the bilinear resize of `F - F0` to image size. Between four neighbouring tap
//! pixels D is bilinear, so where all four corner differences have one sign the sum over that cell's image pixels is a plain weighted sum of the corners with
//! weights that depend on the mask alone; they are computed once. Only the cells with mixed signs are summed pixel by pixel, and cells without a fixed pixel are
//! never looked at. The result is exact, sign(0) = 0 included, and no array of image size times channels exists.

use ndarray::{ArrayRef2, ArrayRef3};
use rayon::prelude::*;

use crate::model::Geometry;
use crate::sample::Axis;

/// Image pixels handled together; a cell's width is padded to a multiple. Four fill one SSE or NEON register, and a cell is 2 to 8 pixels wide in practice.
const LANES: usize = 4;

/// Channels per task: together they go over the mask once while it is in cache.
const CHANNELS: usize = 4;

/// A mask made ready for the features of one generator.
#[derive(Debug, Clone)]
pub struct MaskTerm {
    channels: usize,
    tap: (usize, usize),
    columns: Vec<CellColumn>,
    rows: Vec<CellRow>,
}

/// The image columns between tap columns j and j + 1.
#[derive(Debug, Clone)]
struct CellColumn {
    right: usize,
    /// Weights of the left and right corner for each image column, padded with zeros.
    weights: Vec<[[f32; LANES]; 2]>,
}

/// The image rows between tap rows i and i + 1, and what is fixed there.
#[derive(Debug, Clone)]
struct CellRow {
    bottom: usize,
    /// Weights of the upper and lower corner for each image row.
    weights: Vec<[f32; 2]>,
    /// Cells with something fixed.
    cells: Vec<Cell>,
    /// The fixed weights, cell after cell, chunk of columns after chunk, row after row.
    fixed: Vec<[f32; LANES]>,
}

#[derive(Debug, Clone)]
struct Cell {
    column: usize,
    /// Sums of fixed times bilinear weight for the corners: upper left, upper right, lower left, lower right.
    corners: [f32; 4],
    /// Where the cell begins in `fixed`.
    first: usize,
}

impl MaskTerm {
    /// Prepares `fixed` `[image_height, image_width]`, weights of at least 0, for the tap of `geometry`.
    ///
    /// # Panics
    /// If `fixed` has not the size of the image; [`crate::Mask::check`] tells beforehand.
    #[must_use]
    pub fn new(geometry: &Geometry, fixed: &ArrayRef2<f32>) -> Self {
        assert_eq!(fixed.dim(), (geometry.image_height, geometry.image_width), "a mask of image size");
        let across = cells(Axis::horizontal(geometry), geometry.image_width, geometry.tap.width);
        let down = cells(Axis::vertical(geometry), geometry.image_height, geometry.tap.height);
        let columns: Vec<CellColumn> = across.iter().map(CellColumn::new).collect();
        let rows = down.iter().map(|lines| CellRow::new(lines, &across, &columns, fixed)).collect();
        Self { channels: geometry.tap.channels, tap: (geometry.tap.height, geometry.tap.width), columns, rows }
    }

    /// The loss `scale * Σ fixed * |resize(features - start)|`; its gradient with respect to `features` is added to `gradient`. All are CHW on the whole tap.
    ///
    /// The result does not depend on the number of threads.
    ///
    /// # Panics
    /// If an array has not the shape of the tap, or `gradient` is not contiguous.
    pub fn add(
        &self,
        features: &ArrayRef3<f32>,
        start: &ArrayRef3<f32>,
        scale: f64,
        gradient: &mut ArrayRef3<f32>,
    ) -> f64 {
        let shape = (self.channels, self.tap.0, self.tap.1);
        assert!(
            features.dim() == shape && start.dim() == shape && gradient.dim() == shape,
            "features of the whole tap"
        );
        let (features, start) = (features.as_standard_layout(), start.as_standard_layout());
        let features = features.as_slice().expect("standard layout");
        let start = start.as_slice().expect("standard layout");
        let gradient = gradient.as_slice_mut().expect("a contiguous gradient");
        let block = CHANNELS * self.tap.0 * self.tap.1;
        let losses: Vec<f64> = gradient
            .par_chunks_mut(block)
            .zip(features.par_chunks(block).zip(start.par_chunks(block)))
            .map_init(Scratch::default, |scratch, (gradient, (features, start))| {
                let loss = self.block(features, start, scratch);
                for (sum, part) in gradient.iter_mut().zip(&scratch.gradient) {
                    *sum += scale as f32 * part;
                }
                loss
            })
            .collect();
        scale * losses.iter().sum::<f64>()
    }

    /// Unscaled loss of some channels; their gradient replaces `scratch.gradient`.
    fn block(&self, features: &[f32], start: &[f32], scratch: &mut Scratch) -> f64 {
        let Scratch { difference, gradient } = scratch;
        difference.clear();
        difference.extend(features.iter().zip(start).map(|(now, then)| now - then));
        gradient.clear();
        gradient.resize(difference.len(), 0.0);
        let (height, width) = self.tap;
        for (top, row) in self.rows.iter().enumerate() {
            for (difference, gradient) in
                difference.chunks_exact(height * width).zip(gradient.chunks_exact_mut(height * width))
            {
                let (top, bottom) = (top * width, row.bottom * width);
                for cell in &row.cells {
                    let column = &self.columns[cell.column];
                    let at = [top + cell.column, top + column.right, bottom + cell.column, bottom + column.right];
                    let corners = at.map(|index| difference[index]);
                    let parts = cell.gradient(corners, row, column);
                    for (index, part) in at.into_iter().zip(parts) {
                        gradient[index] += part;
                    }
                }
            }
        }
        // The loss is homogeneous of degree one in the differences, hence the product of gradient and difference (Euler).
        difference.iter().zip(gradient.iter()).map(|(d, g)| f64::from(d * g)).sum()
    }
}

/// Buffers of one thread.
#[derive(Debug, Default)]
struct Scratch {
    difference: Vec<f32>,
    gradient: Vec<f32>,
}

impl Cell {
    /// Gradient of this cell's unscaled loss with respect to its corners.
    fn gradient(&self, corners: [f32; 4], row: &CellRow, column: &CellColumn) -> [f32; 4] {
        let low = corners[0].min(corners[1]).min(corners[2].min(corners[3]));
        let high = corners[0].max(corners[1]).max(corners[2].max(corners[3]));
        if low > 0.0 {
            self.corners
        } else if high < 0.0 {
            self.corners.map(|weight| -weight)
        } else if low == 0.0 && high == 0.0 {
            [0.0; 4]
        } else {
            self.gradient_by_pixel(corners, row, column)
        }
    }

    fn gradient_by_pixel(&self, [a, b, c, d]: [f32; 4], row: &CellRow, column: &CellColumn) -> [f32; 4] {
        let height = row.weights.len();
        let fixed = &row.fixed[self.first..self.first + column.weights.len() * height];
        let mut sums = [[0.0_f32; LANES]; 4];
        for ([left, right], fixed) in column.weights.iter().zip(fixed.chunks_exact(height)) {
            let (mut upper, mut lower) = ([0.0_f32; LANES], [0.0_f32; LANES]);
            for ([above, below], fixed) in row.weights.iter().zip(fixed) {
                let (begin, end) = (above * a + below * c, above * b + below * d);
                for lane in 0..LANES {
                    let value = left[lane] * begin + right[lane] * end;
                    let signed = if value == 0.0 { 0.0 } else { fixed[lane].copysign(value) };
                    upper[lane] += above * signed;
                    lower[lane] += below * signed;
                }
            }
            for lane in 0..LANES {
                sums[0][lane] += upper[lane] * left[lane];
                sums[1][lane] += upper[lane] * right[lane];
                sums[2][lane] += lower[lane] * left[lane];
                sums[3][lane] += lower[lane] * right[lane];
            }
        }
        sums.map(|lanes| lanes.iter().sum())
    }
}

impl CellColumn {
    fn new(cell: &CellLines) -> Self {
        let weights = cell
            .lines
            .chunks(LANES)
            .map(|lines| {
                let mut weights = [[0.0; LANES]; 2];
                for (lane, &(_, t)) in lines.iter().enumerate() {
                    (weights[0][lane], weights[1][lane]) = (1.0 - t, t);
                }
                weights
            })
            .collect();
        Self { right: cell.next, weights }
    }
}

impl CellRow {
    fn new(down: &CellLines, across: &[CellLines], columns: &[CellColumn], mask: &ArrayRef2<f32>) -> Self {
        let weights: Vec<[f32; 2]> = down.lines.iter().map(|&(_, t)| [1.0 - t, t]).collect();
        let (mut cells, mut fixed) = (Vec::new(), Vec::new());
        for (index, (lines, column)) in across.iter().zip(columns).enumerate() {
            let first = fixed.len();
            let mut corners = [0.0_f64; 4];
            for (lines, [left, right]) in lines.lines.chunks(LANES).zip(&column.weights) {
                for (&(y, _), [above, below]) in down.lines.iter().zip(&weights) {
                    let mut lanes = [0.0; LANES];
                    for (lane, &(x, _)) in lines.iter().enumerate() {
                        lanes[lane] = mask[[y, x]];
                        let parts = [above * left[lane], above * right[lane], below * left[lane], below * right[lane]];
                        for (corner, part) in corners.iter_mut().zip(parts) {
                            *corner += f64::from(lanes[lane] * part);
                        }
                    }
                    fixed.push(lanes);
                }
            }
            if corners.iter().any(|&corner| corner > 0.0) {
                cells.push(Cell { column: index, corners: corners.map(|corner| corner as f32), first });
            } else {
                fixed.truncate(first);
            }
        }
        Self { bottom: down.next, weights, cells, fixed }
    }
}

/// The image lines of one axis that lie between a tap pixel and `next`: index and weight of `next`.
#[derive(Debug, Clone)]
struct CellLines {
    next: usize,
    lines: Vec<(usize, f32)>,
}

/// Every cell of an axis. The first also holds the lines clamped to the first tap pixel; in the last, which has no next pixel, the weight is 0.
fn cells(axis: Axis, image: usize, tap: usize) -> Vec<CellLines> {
    let mut cells: Vec<CellLines> =
        (0..tap).map(|index| CellLines { next: (index + 1).min(tap - 1), lines: Vec::new() }).collect();
    for line in 0..image {
        let (first, t) = axis.pixel(line);
        cells[first].lines.push((line, t));
    }
    cells
}
