//! Point tracking: where has the content of a handle gone?
//!
//! The answer of the paper (section 3.3) is the pixel near the old handle whose feature is nearest to the feature that the handle had at the start. These are pure
//! functions of a feature map, for any method and for tracking alone.

use crate::model::{FeatureMap, Geometry};
use crate::point::ImagePoint;
use crate::sample::{Grid, SampleError};

/// How the distance between two features is measured.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Metric {
    /// Sum of absolute differences over channels, as published.
    L1,
    /// Root of the sum of squared differences over channels, as the official code does.
    L2,
}

/// The best candidate of a search.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Match {
    /// Where it is, image pixels.
    pub point: ImagePoint,
    /// Its distance from the template, in units of the features; NaN or infinite when no candidate had a finite one.
    pub distance: f32,
}

/// The feature at one point of the image, `[channels]`: a template for [`track`].
///
/// # Errors
/// [`SampleError`] when the map's window does not cover the point.
pub fn template(geometry: &Geometry, map: &FeatureMap<'_>, point: ImagePoint) -> Result<Vec<f32>, SampleError> {
    let grid = Grid::new(geometry, &[point.y], &[point.x]).on(&map.window)?;
    let mut scratch = Vec::new();
    let mut value = [0.0];
    let mut feature = Vec::with_capacity(geometry.tap.channels);
    for plane in map.data.outer_iter() {
        grid.sample(&plane, &mut scratch, &mut value);
        feature.push(value[0]);
    }
    Ok(feature)
}

/// Searches the square `centre + (i, j)`, `i` and `j` whole numbers from `-radius` to `radius`, for the feature nearest to `template`.
///
/// The candidates keep the sub-pixel phase of `centre`; those outside the image are left out. Of equal candidates the first in row-major order wins.
///
/// # Errors
/// [`SampleError`] when the map's window does not cover the square.
pub fn track(
    geometry: &Geometry,
    map: &FeatureMap<'_>,
    template: &[f32],
    centre: ImagePoint,
    radius: usize,
    metric: Metric,
) -> Result<Match, SampleError> {
    let ys = candidates(centre.y, radius, geometry.image_height);
    let xs = candidates(centre.x, radius, geometry.image_width);
    let grid = Grid::new(geometry, &ys, &xs).on(&map.window)?;
    let mut scratch = Vec::new();
    let mut samples = vec![0.0_f32; grid.len()];
    let mut distances = vec![0.0_f32; grid.len()];
    for (plane, &wanted) in map.data.outer_iter().zip(template) {
        grid.sample(&plane, &mut scratch, &mut samples);
        for (sum, value) in distances.iter_mut().zip(&samples) {
            let difference = value - wanted;
            *sum += match metric {
                Metric::L1 => difference.abs(),
                Metric::L2 => difference * difference,
            };
        }
    }
    if metric == Metric::L2 {
        // The root is taken before comparing: candidates that round to the same distance are a tie, as they are for the official code.
        distances.iter_mut().for_each(|sum| *sum = sum.sqrt());
    }
    let mut best = Match { point: centre, distance: f32::INFINITY };
    for (index, &distance) in distances.iter().enumerate() {
        if distance < best.distance {
            best = Match { point: ImagePoint::new(xs[index % xs.len()], ys[index / xs.len()]), distance };
        }
    }
    Ok(best)
}

/// `centre - radius ..= centre + radius` in steps of one pixel, without those outside the image.
fn candidates(centre: f64, radius: usize, size: usize) -> Vec<f64> {
    let steps = 0..=2 * radius;
    let last = size as f64 - 1.0;
    steps.map(|k| centre + k as f64 - radius as f64).filter(|&u| (0.0..=last).contains(&u)).collect()
}
