//! Masks.

use ndarray::{Array2, ArrayView2};

/// Weights of an image's pixels, `[height, width]`, the top row first: 1 may change, 0 must stay.
#[derive(Clone, Debug, PartialEq)]
pub struct MaskImage(Array2<f32>);

impl MaskImage {
    /// A mask of weights from 0 to 1; what lies outside is cut off, NaN is 0.
    ///
    /// # Panics
    /// If there is no pixel.
    #[must_use]
    pub fn new(mut weights: Array2<f32>) -> Self {
        assert!(!weights.is_empty(), "a mask without a pixel");
        weights.mapv_inplace(|weight| if weight.is_nan() { 0.0 } else { weight.clamp(0.0, 1.0) });
        Self(weights)
    }

    /// The weights, `[height, width]`.
    #[must_use]
    pub fn weights(&self) -> ArrayView2<'_, f32> {
        self.0.view()
    }

    /// (height, width) in pixels.
    #[must_use]
    pub fn size(&self) -> (usize, usize) {
        self.0.dim()
    }
}
