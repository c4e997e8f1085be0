//! Which parts of the image may change.

use ndarray::{Array2, ArrayRef2, ArrayView2};

/// A mask at image size, kept as `fixed = 1 - m`: 1 where the image must stay, 0 where it may change.
#[derive(Debug, Clone, PartialEq)]
pub struct Mask {
    fixed: Array2<f32>,
}

/// Why an array is no mask for an image.
#[derive(Debug, Clone, PartialEq, thiserror::Error)]
pub enum MaskError {
    /// The mask does not cover the image pixel for pixel.
    #[error("the mask is {}x{} pixels, the image {}x{} (width x height)", found.1, found.0, expected.1, expected.0)]
    Size {
        /// (height, width) of the mask.
        found: (usize, usize),
        /// (height, width) of the image.
        expected: (usize, usize),
    },
    /// A weight lies outside 0 to 1.
    #[error("the mask is {value} at row {row}, column {column}; weights lie between 0 and 1")]
    Value {
        /// Row of the first such weight.
        row: usize,
        /// Column of the first such weight.
        column: usize,
        /// The weight.
        value: f32,
    },
}

impl Mask {
    /// Reads a grayscale picture `[height, width]` with values from 0 to 1: white (above 0.5) may change, everything else must stay.
    #[must_use]
    pub fn from_gray(gray: &ArrayRef2<f32>) -> Self {
        Self { fixed: gray.mapv(|value| if value > 0.5 { 0.0 } else { 1.0 }) }
    }

    /// Reads a grayscale picture `[height, width]` with values from 0 to 255: white (128 and above) may change, everything else must stay.
    #[must_use]
    pub fn from_gray8(gray: &ArrayRef2<u8>) -> Self {
        Self { fixed: gray.mapv(|value| if value >= 128 { 0.0 } else { 1.0 }) }
    }

    /// Reads weights `[height, width]`: 1 may change freely, 0 must stay, and what lies between is held in proportion.
    ///
    /// # Errors
    /// [`MaskError::Value`] for a weight outside 0 to 1, or NaN.
    pub fn from_weights(free: &ArrayRef2<f32>) -> Result<Self, MaskError> {
        match free.indexed_iter().find(|(_, value)| !(0.0..=1.0).contains(*value)) {
            Some(((row, column), &value)) => Err(MaskError::Value { row, column, value }),
            None => Ok(Self { fixed: free.mapv(|value| 1.0 - value) }),
        }
    }

    /// The weights `[height, width]` of what must stay: 1 fixed, 0 free.
    #[must_use]
    pub fn fixed(&self) -> ArrayView2<'_, f32> {
        self.fixed.view()
    }

    /// Whether some pixel is wholly free and some wholly fixed.
    ///
    /// The official code ignores every other mask, so that "all free" and "all fixed" both mean none.
    #[must_use]
    pub fn has_both_extremes(&self) -> bool {
        let has = |wanted: f32| self.fixed.iter().any(|&value| value == wanted);
        has(0.0) && has(1.0)
    }

    /// Whether anything at all must stay.
    #[must_use]
    pub fn holds_anything(&self) -> bool {
        self.fixed.iter().any(|&value| value > 0.0)
    }

    /// Checks that the mask covers an image of `height` x `width` pixels.
    ///
    /// # Errors
    /// [`MaskError::Size`] naming both sizes.
    pub fn check(&self, height: usize, width: usize) -> Result<(), MaskError> {
        if self.fixed.dim() == (height, width) {
            Ok(())
        } else {
            Err(MaskError::Size { found: self.fixed.dim(), expected: (height, width) })
        }
    }
}

#[cfg(test)]
mod tests {
    use ndarray::array;

    use super::*;

    #[test]
    fn white_may_change() {
        let expected = array![[1.0, 0.0], [1.0, 0.0]];
        assert_eq!(Mask::from_gray(&array![[0.0, 1.0], [0.5, 0.51]]).fixed(), expected);
        assert_eq!(Mask::from_gray8(&array![[0, 255], [127, 128]]).fixed(), expected);
    }

    #[test]
    fn soft_weights_are_kept_and_checked() {
        let soft = Mask::from_weights(&array![[0.0, 0.25], [0.5, 0.75]]).expect("weights");
        assert_eq!(soft.fixed(), array![[1.0, 0.75], [0.5, 0.25]]);
        assert!(!soft.has_both_extremes() && soft.holds_anything());
        let error = Mask::from_weights(&array![[0.0, 1.5]]).expect_err("1.5 is no weight");
        assert_eq!(error, MaskError::Value { row: 0, column: 1, value: 1.5 });
    }

    #[test]
    fn a_wrong_size_names_both() {
        let error = Mask::from_gray(&array![[0.0, 1.0, 0.0]]).check(64, 32).expect_err("3x1 is not 32x64");
        assert_eq!(error.to_string(), "the mask is 3x1 pixels, the image 32x64 (width x height)");
    }
}
