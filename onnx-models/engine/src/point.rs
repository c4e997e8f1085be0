//! Points on an image, and pairs of them: what to drag, and whereto.

use serde::{Deserialize, Serialize};

use crate::model::Geometry;

/// A place on the image in pixels: x to the right, y down, pixel centres at integers, sub-pixel.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ImagePoint {
    /// Column, 0 is the centre of the leftmost pixel.
    pub x: f64,
    /// Row, 0 is the centre of the topmost pixel.
    pub y: f64,
}

impl ImagePoint {
    /// The point at column `x`, row `y`.
    #[must_use]
    pub const fn new(x: f64, y: f64) -> Self {
        Self { x, y }
    }

    /// Euclidean distance, pixels.
    #[must_use]
    pub fn distance(self, other: Self) -> f64 {
        (self.x - other.x).hypot(self.y - other.y)
    }

    /// The nearest pixel centre; a half goes to the even neighbour, as Python's `round` does.
    #[must_use]
    pub fn rounded(self) -> Self {
        Self::new(self.x.round_ties_even(), self.y.round_ties_even())
    }

    /// The nearest point between the centres of the outermost pixels of a `width` x `height` image.
    #[must_use]
    pub fn clamped(self, width: usize, height: usize) -> Self {
        Self::new(self.x.clamp(0.0, width.saturating_sub(1) as f64), self.y.clamp(0.0, height.saturating_sub(1) as f64))
    }

    /// Whether the point lies between the centres of the outermost pixels of a `width` x `height` image.
    #[must_use]
    pub fn is_inside(self, width: usize, height: usize) -> bool {
        let within = |value: f64, size: usize| value >= 0.0 && value <= size as f64 - 1.0;
        within(self.x, width) && within(self.y, height)
    }
}

/// A handle and the place where its content should go.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct PointPair {
    /// Where the content is now; must lie inside the image.
    pub handle: ImagePoint,
    /// Where it should go; may lie outside the image.
    pub target: ImagePoint,
    /// A disabled pair is neither supervised nor tracked, nor does it count when the drag decides whether it is done.
    #[serde(default = "enabled_by_default")]
    pub enabled: bool,
    /// What a user calls it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub name: Option<String>,
}

impl PointPair {
    /// An enabled pair without a name.
    #[must_use]
    pub const fn new(handle: ImagePoint, target: ImagePoint) -> Self {
        Self { handle, target, enabled: true, name: None }
    }

    /// How far the handle is from its target, pixels.
    #[must_use]
    pub fn distance(&self) -> f64 {
        self.handle.distance(self.target)
    }
}

/// Why a set of points cannot be used.
#[derive(Debug, Clone, PartialEq, thiserror::Error)]
pub enum PointError {
    /// A handle is off the image (or not finite).
    #[error("the handle of point {} is at ({x}, {y}), outside the {width}x{height} image (0 to {}, 0 to {})", index + 1, width - 1, height - 1)]
    HandleOutside {
        /// Index in the list.
        index: usize,
        /// Column of the handle, pixels.
        x: f64,
        /// Row of the handle, pixels.
        y: f64,
        /// Width of the image, pixels.
        width: usize,
        /// Height of the image, pixels.
        height: usize,
    },
    /// A target is NaN or infinite.
    #[error("the target of point {} is at ({x}, {y}), which is not finite", index + 1)]
    TargetNotFinite {
        /// Index in the list.
        index: usize,
        /// Column of the target.
        x: f64,
        /// Row of the target.
        y: f64,
    },
    /// There is no such point.
    #[error("there is no point {}, only {count}", index + 1)]
    NoSuchPoint {
        /// Index in the list.
        index: usize,
        /// Points in the list.
        count: usize,
    },
    /// Nothing to drag.
    #[error("none of the {count} points is enabled; a drag needs at least one")]
    NoneEnabled {
        /// Points in the list.
        count: usize,
    },
}

/// Checks that `points` can be dragged on the image of `geometry`.
///
/// # Errors
/// A [`PointError`] that names the first offending point.
pub fn check_points(points: &[PointPair], geometry: &Geometry) -> Result<(), PointError> {
    let (width, height) = (geometry.image_width, geometry.image_height);
    for (index, PointPair { handle, target, .. }) in points.iter().enumerate() {
        if !handle.is_inside(width, height) {
            return Err(PointError::HandleOutside { index, x: handle.x, y: handle.y, width, height });
        }
        if !(target.x.is_finite() && target.y.is_finite()) {
            return Err(PointError::TargetNotFinite { index, x: target.x, y: target.y });
        }
    }
    if points.iter().any(|point| point.enabled) { Ok(()) } else { Err(PointError::NoneEnabled { count: points.len() }) }
}

fn enabled_by_default() -> bool {
    true
}
