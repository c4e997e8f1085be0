//! Motion supervision: a small patch around a handle should look, one step further towards the target, as it looks now.
//!
//! For each patch pixel q the loss is `|F(q + d) - F(q)|` over channels, where d is the unit vector from handle to target and F(q) is held constant
//! (paper, section 3.2). The gradient therefore flows through F(q + d) alone, and lands on the few native feature pixels around the patch.

use ndarray::ArrayRef3;

use crate::model::{FeatureMap, Geometry};
use crate::point::ImagePoint;
use crate::sample::{Grid, SampleError};

/// The pixels around one handle that are supervised, and the step that they should take.
#[derive(Debug, Clone, PartialEq)]
pub struct Patch {
    /// Rows of the bounding grid, image pixels.
    ys: Vec<f64>,
    /// Columns of the bounding grid, image pixels.
    xs: Vec<f64>,
    /// Which grid positions belong to the patch, row-major.
    inside: Vec<bool>,
    /// d.
    step: ImagePoint,
}

/// How a patch's differences become one number.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Reduction {
    /// Mean over channels and pixels, as the official code does.
    Mean,
    /// Sum over channels and pixels, as published.
    Sum,
}

impl Patch {
    /// The official code's patch: whole pixels whose place on a grid stretched by `h / (h - 1)` is nearer than `radius` to the handle; the step is
    /// `(t - p) / (|t - p| + 1e-7)`. The disc therefore depends on where it is.
    ///
    /// `radius` in image pixels. The comparison is made in single precision, as in the original.
    #[must_use]
    pub fn reference(geometry: &Geometry, handle: ImagePoint, target: ImagePoint, radius: usize) -> Self {
        let radius = radius as f32;
        let rows = stretched(geometry.image_height, handle.y as f32, radius);
        let columns = stretched(geometry.image_width, handle.x as f32, radius);
        let inside = rows
            .iter()
            .flat_map(|(_, dy)| columns.iter().map(move |(_, dx)| (dy * dy + dx * dx).sqrt() < radius))
            .collect();
        let length = handle.distance(target) + 1e-7;
        Self {
            ys: rows.into_iter().map(|(pixel, _)| pixel).collect(),
            xs: columns.into_iter().map(|(pixel, _)| pixel).collect(),
            inside,
            step: ImagePoint::new((target.x - handle.x) / length, (target.y - handle.y) / length),
        }
    }

    /// The published patch: `handle + (i, j)` for whole `i`, `j` nearer than `radius`, keeping the handle's sub-pixel phase; the step has length 1 (or 0 on the
    /// target).
    ///
    /// The paper does not say what happens at the border: here a pixel counts only if both it and the place one step further lie inside the image, so that no
    /// patch is drawn towards the zeros outside.
    #[must_use]
    pub fn paper(geometry: &Geometry, handle: ImagePoint, target: ImagePoint, radius: usize) -> Self {
        let length = handle.distance(target);
        let step = if length > 0.0 {
            ImagePoint::new((target.x - handle.x) / length, (target.y - handle.y) / length)
        } else {
            ImagePoint::new(0.0, 0.0)
        };
        let (width, height) = (geometry.image_width, geometry.image_height);
        let reach = radius as f64;
        let offsets: Vec<f64> = (0..=2 * radius).map(|k| k as f64 - reach).collect();
        let belongs = |dy: f64, dx: f64| {
            let q = ImagePoint::new(handle.x + dx, handle.y + dy);
            let further = ImagePoint::new(q.x + step.x, q.y + step.y);
            dx.hypot(dy) < reach && q.is_inside(width, height) && further.is_inside(width, height)
        };
        let inside = offsets.iter().flat_map(|&dy| offsets.iter().map(move |&dx| belongs(dy, dx))).collect();
        Self {
            ys: offsets.iter().map(|dy| handle.y + dy).collect(),
            xs: offsets.iter().map(|dx| handle.x + dx).collect(),
            inside,
            step,
        }
    }

    /// How many pixels the patch has.
    #[must_use]
    pub fn pixels(&self) -> usize {
        self.inside.iter().filter(|&&inside| inside).count()
    }

    /// The loss of this patch on `map`; its gradient with respect to the map's features is added to `gradient`, CHW like `map.data`.
    ///
    /// Where a difference is exactly zero so is its gradient.
    ///
    /// # Errors
    /// [`SampleError`] when the map's window does not cover the patch and its shifted copy.
    pub fn supervise(
        &self,
        geometry: &Geometry,
        map: &FeatureMap<'_>,
        reduction: Reduction,
        gradient: &mut ArrayRef3<f32>,
    ) -> Result<f64, SampleError> {
        let pixels = self.pixels();
        if pixels == 0 {
            return Ok(0.0);
        }
        let weight = match reduction {
            Reduction::Mean => 1.0 / (pixels * geometry.tap.channels) as f64,
            Reduction::Sum => 1.0,
        };
        let here = Grid::new(geometry, &self.ys, &self.xs).on(&map.window)?;
        let shifted_ys: Vec<f64> = self.ys.iter().map(|y| y + self.step.y).collect();
        let shifted_xs: Vec<f64> = self.xs.iter().map(|x| x + self.step.x).collect();
        let there = Grid::new(geometry, &shifted_ys, &shifted_xs).on(&map.window)?;
        let belongs: Vec<f32> = self.inside.iter().map(|&inside| if inside { 1.0 } else { 0.0 }).collect();

        let mut scratch = Vec::new();
        let mut now = vec![0.0_f32; here.len()];
        let mut moved = vec![0.0_f32; there.len()];
        let mut sum = 0.0_f64;
        for (plane, mut gradient) in map.data.outer_iter().zip(gradient.outer_iter_mut()) {
            here.sample(&plane, &mut scratch, &mut now);
            there.sample(&plane, &mut scratch, &mut moved);
            let mut channel = 0.0_f32;
            for ((moved, now), belongs) in moved.iter_mut().zip(&now).zip(&belongs) {
                let difference = (*moved - now) * belongs;
                channel += difference.abs();
                *moved = sign(difference) * weight as f32;
            }
            sum += f64::from(channel);
            there.scatter(&moved, &mut scratch, &mut gradient);
        }
        Ok(weight * sum)
    }
}

/// -1, 0 or 1.
fn sign(value: f32) -> f32 {
    if value == 0.0 { 0.0 } else { 1.0_f32.copysign(value) }
}

/// The pixels of an axis of `size` pixels whose stretched place `index * size / (size - 1)` is nearer than `radius` to `centre`, with that difference.
///
/// The second half of the axis is computed from its end, as PyTorch's `linspace` does.
fn stretched(size: usize, centre: f32, radius: f32) -> Vec<(f64, f32)> {
    let end = size as f32;
    let spacing = if size > 1 { end / (size - 1) as f32 } else { 0.0 };
    let place = |index: usize| {
        if index < size / 2 { spacing * index as f32 } else { end - spacing * (size - 1 - index) as f32 }
    };
    let near = |index: usize| {
        let difference = place(index) - centre;
        (difference.abs() < radius).then_some((index as f64, difference))
    };
    (0..size).filter_map(near).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::Tap;

    fn square(size: usize) -> Geometry {
        let tap = Tap { index: 5, height: size / 4, width: size / 4, channels: 1 };
        Geometry { image_height: size, image_width: size, num_ws: 16, w_dim: 512, rows: 6, tap }
    }

    #[test]
    fn the_official_disc_depends_on_its_place() {
        let target = ImagePoint::new(100.0, 100.0);
        let pixels = |at: f64| Patch::reference(&square(512), ImagePoint::new(at, at), target, 3).pixels();
        assert_eq!(pixels(256.0), 32, "the middle of a 512-pixel image");
        assert_eq!(pixels(508.0), 27, "near its far corner");
    }

    #[test]
    fn the_published_disc_is_the_same_everywhere() {
        let target = ImagePoint::new(100.0, 100.0);
        for at in [7.0, 256.0, 256.5, 505.25] {
            let patch = Patch::paper(&square(512), ImagePoint::new(at, at), target, 3);
            assert_eq!(patch.pixels(), 25, "at {at}");
        }
    }

    #[test]
    fn on_the_target_nothing_is_asked() {
        let handle = ImagePoint::new(8.0, 8.0);
        let patch = Patch::paper(&square(64), handle, handle, 3);
        assert_eq!(patch.step, ImagePoint::new(0.0, 0.0));
    }
}
