//! Points and rectangles. Coordinates are those of OpenFX: y goes up.
//!
//! *Canonical* coordinates know no pixels: at a scale of one and square pixels, pixel i reaches from i to i + 1. *Pixel*
//! coordinates are canonical ones times the render scale, and x divided by the pixel aspect ratio.

use ofx_sys::{OfxRectD, OfxRectI};
use serde::{Deserialize, Serialize};

/// A point, a size or a scale.
#[derive(Clone, Copy, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct PointD {
    /// To the right.
    pub x: f64,
    /// Up.
    pub y: f64,
}

/// A rectangle in canonical coordinates.
#[derive(Clone, Copy, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct RectD {
    /// Left.
    pub x1: f64,
    /// Bottom.
    pub y1: f64,
    /// Right.
    pub x2: f64,
    /// Top.
    pub y2: f64,
}

/// A rectangle of pixels; the right and the upper ends do not belong to it.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct RectI {
    /// Left.
    pub x1: i32,
    /// Bottom.
    pub y1: i32,
    /// Right.
    pub x2: i32,
    /// Top.
    pub y2: i32,
}

impl PointD {
    /// A point.
    #[must_use]
    pub const fn new(x: f64, y: f64) -> Self {
        Self { x, y }
    }
}

impl RectD {
    /// A rectangle.
    #[must_use]
    pub const fn new(x1: f64, y1: f64, x2: f64, y2: f64) -> Self {
        Self { x1, y1, x2, y2 }
    }

    /// Whether nothing is in it.
    #[must_use]
    pub fn is_empty(self) -> bool {
        !(self.x1 < self.x2 && self.y1 < self.y2)
    }

    /// What is in both.
    #[must_use]
    pub fn intersection(self, other: Self) -> Self {
        let (x1, y1) = (self.x1.max(other.x1), self.y1.max(other.y1));
        Self { x1, y1, x2: self.x2.min(other.x2).max(x1), y2: self.y2.min(other.y2).max(y1) }
    }

    /// The smallest that has both in it. An empty one adds nothing.
    #[must_use]
    pub fn union(self, other: Self) -> Self {
        match (self.is_empty(), other.is_empty()) {
            (true, _) => other,
            (_, true) => self,
            _ => Self {
                x1: self.x1.min(other.x1),
                y1: self.y1.min(other.y1),
                x2: self.x2.max(other.x2),
                y2: self.y2.max(other.y2),
            },
        }
    }

    /// This rectangle with `bounds`' sides where its own are infinite, which the standard writes as `kOfxFlagInfinite…`.
    #[must_use]
    pub fn finite_in(self, bounds: Self) -> Self {
        let side =
            |side: f64, bound: f64| if side.abs() >= f64::from(i32::MAX) || side.is_nan() { bound } else { side };
        Self {
            x1: side(self.x1, bounds.x1),
            y1: side(self.y1, bounds.y1),
            x2: side(self.x2, bounds.x2),
            y2: side(self.y2, bounds.y2),
        }
    }

    /// The pixels that it touches.
    #[must_use]
    pub fn to_pixels(self, scale: PointD, pixel_aspect: f64) -> RectI {
        // Not to grow by a pixel because of the last bit.
        const SLACK: f64 = 1e-6;
        let (x, y) = (scale.x / pixel_aspect, scale.y);
        let (low, high) = (|v: f64| (v + SLACK).floor() as i32, |v: f64| (v - SLACK).ceil() as i32);
        let (x1, y1) = (low(self.x1 * x), low(self.y1 * y));
        RectI { x1, y1, x2: high(self.x2 * x).max(x1), y2: high(self.y2 * y).max(y1) }
    }

    pub(crate) fn to_array(self) -> [f64; 4] {
        [self.x1, self.y1, self.x2, self.y2]
    }

    pub(crate) fn from_array([x1, y1, x2, y2]: [f64; 4]) -> Self {
        Self { x1, y1, x2, y2 }
    }
}

impl RectI {
    /// A rectangle.
    #[must_use]
    pub const fn new(x1: i32, y1: i32, x2: i32, y2: i32) -> Self {
        Self { x1, y1, x2, y2 }
    }

    /// How many pixels wide.
    #[must_use]
    pub fn width(self) -> usize {
        usize::try_from(i64::from(self.x2) - i64::from(self.x1)).unwrap_or(0)
    }

    /// How many pixels high.
    #[must_use]
    pub fn height(self) -> usize {
        usize::try_from(i64::from(self.y2) - i64::from(self.y1)).unwrap_or(0)
    }

    /// Whether nothing is in it.
    #[must_use]
    pub fn is_empty(self) -> bool {
        self.width() == 0 || self.height() == 0
    }

    /// Whether all of `other` is in it.
    #[must_use]
    pub fn contains(self, other: Self) -> bool {
        other.is_empty() || self.intersection(other) == other
    }

    /// What is in both.
    #[must_use]
    pub fn intersection(self, other: Self) -> Self {
        let (x1, y1) = (self.x1.max(other.x1), self.y1.max(other.y1));
        Self { x1, y1, x2: self.x2.min(other.x2).max(x1), y2: self.y2.min(other.y2).max(y1) }
    }

    /// The same in canonical coordinates.
    #[must_use]
    pub fn to_canonical(self, scale: PointD, pixel_aspect: f64) -> RectD {
        let (x, y) = (pixel_aspect / scale.x, 1.0 / scale.y);
        RectD {
            x1: f64::from(self.x1) * x,
            y1: f64::from(self.y1) * y,
            x2: f64::from(self.x2) * x,
            y2: f64::from(self.y2) * y,
        }
    }

    pub(crate) fn to_array(self) -> [i32; 4] {
        [self.x1, self.y1, self.x2, self.y2]
    }
}

impl From<OfxRectD> for RectD {
    fn from(rect: OfxRectD) -> Self {
        Self { x1: rect.x1, y1: rect.y1, x2: rect.x2, y2: rect.y2 }
    }
}

impl From<RectD> for OfxRectD {
    fn from(rect: RectD) -> Self {
        Self { x1: rect.x1, y1: rect.y1, x2: rect.x2, y2: rect.y2 }
    }
}

impl From<OfxRectI> for RectI {
    fn from(rect: OfxRectI) -> Self {
        Self { x1: rect.x1, y1: rect.y1, x2: rect.x2, y2: rect.y2 }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn canonical_rectangles_become_the_pixels_that_they_touch() {
        let one = PointD::new(1.0, 1.0);
        let rows = [
            (RectD::new(0.0, 0.0, 64.0, 48.0), one, 1.0, RectI::new(0, 0, 64, 48)),
            (RectD::new(0.0, 0.0, 64.0, 48.0), PointD::new(0.5, 0.25), 1.0, RectI::new(0, 0, 32, 12)),
            (RectD::new(0.0, 0.0, 64.0, 48.0), one, 2.0, RectI::new(0, 0, 32, 48)),
            (RectD::new(-1.5, 0.1, 1.0000000001, 2.9), one, 1.0, RectI::new(-2, 0, 1, 3)),
            (RectD::new(0.0, 0.0, 65.0, 48.0), PointD::new(0.5, 0.5), 1.0, RectI::new(0, 0, 33, 24)),
        ];
        let wrong: Vec<_> = rows.iter().filter(|(rect, scale, par, is)| rect.to_pixels(*scale, *par) != *is).collect();
        assert!(wrong.is_empty(), "{wrong:#?}");
    }

    #[test]
    fn empty_and_infinite_rectangles() {
        let (unit, none) = (RectD::new(0.0, 0.0, 1.0, 1.0), RectD::default());
        assert_eq!(unit.union(none), unit);
        assert!(unit.intersection(RectD::new(2.0, 2.0, 3.0, 3.0)).is_empty());
        let infinite = RectD::new(f64::from(i32::MIN), f64::NEG_INFINITY, f64::from(i32::MAX), 0.5);
        assert_eq!(infinite.finite_in(unit), RectD::new(0.0, 0.0, 1.0, 0.5));
        assert!(RectI::new(i32::MIN, 0, i32::MAX, 1).width() > i32::MAX as usize);
    }
}
