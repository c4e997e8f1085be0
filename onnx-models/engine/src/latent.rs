//! The latent that a drag changes.

use ndarray::{Array2, ArrayView2, ArrayViewD, Ix2};
use serde::{Deserialize, Serialize};

/// Which part of the latent is free.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub enum Space {
    /// One vector, the first row of the start, repeated over the optimised rows: stays closer to what the generator knows.
    #[serde(rename = "w")]
    W,
    /// Each optimised row by itself: reaches further.
    #[serde(rename = "w+")]
    WPlus,
}

/// A full latent: one `w` for each style input of the generator.
#[derive(Debug, Clone, PartialEq)]
pub struct Latent {
    ws: Array2<f32>,
}

/// Why an array is no latent of a generator.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum LatentError {
    /// The shape is none of those understood.
    #[error(
        "a latent of shape {found:?}; this generator takes [{w_dim}], [1, {w_dim}], [{num_ws}, {w_dim}] or [1, {num_ws}, {w_dim}]"
    )]
    Shape {
        /// Shape of the array.
        found: Vec<usize>,
        /// Rows the generator takes.
        num_ws: usize,
        /// Columns the generator takes.
        w_dim: usize,
    },
    /// A value is NaN or infinite.
    #[error("the latent is not finite at row {row}, column {column}")]
    NotFinite {
        /// Row of the first such value.
        row: usize,
        /// Column of the first such value.
        column: usize,
    },
}

impl Latent {
    /// Reads an array of shape `[w_dim]`, `[1, w_dim]`, `[num_ws, w_dim]` or `[1, num_ws, w_dim]`; a single row is repeated `num_ws` times.
    ///
    /// # Errors
    /// [`LatentError`] for any other shape, or a value that is not finite.
    pub fn from_array(array: ArrayViewD<'_, f32>, num_ws: usize, w_dim: usize) -> Result<Self, LatentError> {
        let found = array.shape().to_vec();
        let wrong = || LatentError::Shape { found: found.clone(), num_ws, w_dim };
        let rows = match *found.as_slice() {
            [columns] if columns == w_dim => 1,
            [rows, columns] | [1, rows, columns] if columns == w_dim && (rows == 1 || rows == num_ws) => rows,
            _ => return Err(wrong()),
        };
        let rows = array.into_shape_with_order((rows, w_dim)).map_err(|_| wrong())?;
        let ws = rows.broadcast((num_ws, w_dim)).ok_or_else(wrong)?.to_owned();
        match ws.indexed_iter().find(|(_, value)| !value.is_finite()) {
            Some(((row, column), _)) => Err(LatentError::NotFinite { row, column }),
            None => Ok(Self { ws }),
        }
    }

    /// The rows, `[num_ws, w_dim]`.
    #[must_use]
    pub fn ws(&self) -> ArrayView2<'_, f32> {
        self.ws.view()
    }

    /// The rows, `[num_ws, w_dim]`, without a copy.
    #[must_use]
    pub fn into_ws(self) -> Array2<f32> {
        self.ws
    }

    /// Wraps rows that this crate computed.
    pub(crate) fn from_ws(ws: Array2<f32>) -> Self {
        Self { ws }
    }

    /// Checks that the latent has the shape a generator takes.
    pub(crate) fn check(&self, num_ws: usize, w_dim: usize) -> Result<(), LatentError> {
        if self.ws.raw_dim() == Ix2(num_ws, w_dim) {
            Ok(())
        } else {
            Err(LatentError::Shape { found: self.ws.shape().to_vec(), num_ws, w_dim })
        }
    }
}

#[cfg(test)]
mod tests {
    use ndarray::{Array, ArrayD, IxDyn};

    use super::*;

    fn ramp(shape: &[usize]) -> ArrayD<f32> {
        Array::from_iter((0..shape.iter().product::<usize>()).map(|value| value as f32))
            .into_shape_with_order(IxDyn(shape))
            .expect("same size")
    }

    #[test]
    fn understands_the_usual_shapes() {
        for shape in [&[4][..], &[1, 4], &[1, 1, 4]] {
            let latent = Latent::from_array(ramp(shape).view(), 3, 4).expect("a single row");
            assert_eq!(latent.ws().row(2).to_vec(), [0.0, 1.0, 2.0, 3.0], "{shape:?}");
        }
        for shape in [&[3, 4][..], &[1, 3, 4]] {
            let latent = Latent::from_array(ramp(shape).view(), 3, 4).expect("all rows");
            assert_eq!(latent.ws().row(2).to_vec(), [8.0, 9.0, 10.0, 11.0], "{shape:?}");
        }
    }

    #[test]
    fn names_what_is_wrong() {
        for shape in [&[5][..], &[2, 4], &[2, 3, 4], &[1, 1, 3, 4]] {
            let error = Latent::from_array(ramp(shape).view(), 3, 4).expect_err("no latent of this generator");
            assert!(error.to_string().contains("[1, 3, 4]"), "{error}");
        }
        let mut array = ramp(&[3, 4]);
        array[[1, 2]] = f32::NAN;
        assert_eq!(Latent::from_array(array.view(), 3, 4), Err(LatentError::NotFinite { row: 1, column: 2 }));
    }
}
