//! Rectangles: canonical ones and those of pixels. In both, x is to the right and y up.

/// A rectangle in canonical coordinates: square pixels of the project at full size, whose centres lie at halves.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Rect {
    /// Left.
    pub x1: f64,
    /// Bottom.
    pub y1: f64,
    /// Right.
    pub x2: f64,
    /// Top.
    pub y2: f64,
}

/// A rectangle of pixels, from the first in it to the first that is not.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Window {
    /// Left.
    pub x1: i32,
    /// Bottom.
    pub y1: i32,
    /// Right.
    pub x2: i32,
    /// Top.
    pub y2: i32,
}

impl Rect {
    /// From left to right.
    #[must_use]
    pub fn width(self) -> f64 {
        self.x2 - self.x1
    }

    /// From bottom to top.
    #[must_use]
    pub fn height(self) -> f64 {
        self.y2 - self.y1
    }

    /// Whether there is nothing in it, or it has no end.
    #[must_use]
    pub fn is_empty(self) -> bool {
        let sound = [self.x1, self.y1, self.x2, self.y2].iter().all(|side| side.is_finite());
        !(sound && self.x2 > self.x1 && self.y2 > self.y1)
    }

    /// The smallest rectangle around both; the other one where one is empty.
    #[must_use]
    pub fn union(self, other: Self) -> Self {
        if self.is_empty() {
            return other;
        }
        if other.is_empty() {
            return self;
        }
        Self {
            x1: self.x1.min(other.x1),
            y1: self.y1.min(other.y1),
            x2: self.x2.max(other.x2),
            y2: self.y2.max(other.y2),
        }
    }
}

impl Window {
    /// Pixels from left to right.
    #[must_use]
    pub fn width(self) -> usize {
        usize::try_from(i64::from(self.x2) - i64::from(self.x1)).unwrap_or(0)
    }

    /// Pixels from bottom to top.
    #[must_use]
    pub fn height(self) -> usize {
        usize::try_from(i64::from(self.y2) - i64::from(self.y1)).unwrap_or(0)
    }

    /// Whether there is no pixel in it.
    #[must_use]
    pub fn is_empty(self) -> bool {
        self.width() == 0 || self.height() == 0
    }

    /// What is in both.
    #[must_use]
    pub fn intersect(self, other: Self) -> Self {
        Self {
            x1: self.x1.max(other.x1),
            y1: self.y1.max(other.y1),
            x2: self.x2.min(other.x2),
            y2: self.y2.min(other.y2),
        }
    }

    /// The same rectangle in numbers with fractions.
    #[must_use]
    pub fn to_rect(self) -> Rect {
        Rect { x1: self.x1.into(), y1: self.y1.into(), x2: self.x2.into(), y2: self.y2.into() }
    }
}
