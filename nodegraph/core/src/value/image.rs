//! Pictures.

use ndarray::{Array3, ArrayView3, Axis};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// How the colours of an image are encoded. Alpha is linear in both.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
pub enum Transfer {
    /// The sRGB curve (IEC 61966-2-1), as generators paint and as PNG and JPEG are read. Mirrored below 0, continued above 1.
    Srgb,
    /// Proportional to light, sRGB primaries: what OpenEXR holds and compositing expects.
    Linear,
}

impl Transfer {
    /// The value of a colour encoded so, in another encoding.
    pub(crate) fn convert(self, value: f32, to: Self) -> f32 {
        match (self, to) {
            (Self::Srgb, Self::Linear) => to_linear(value),
            (Self::Linear, Self::Srgb) => to_srgb(value),
            (Self::Srgb, Self::Srgb) | (Self::Linear, Self::Linear) => value,
        }
    }
}

/// The longest side of a picture that is read or made, pixels.
pub const MAX_SIDE: usize = 16_384;

/// The largest picture that is read or made, pixels: 1 GiB as an [`Image`].
pub const MAX_PIXELS: usize = (1 << 30) / 16;

/// A picture: float32 RGBA, `[height, width, 4]`, the top row first.
///
/// Nominally 0 to 1; values outside are kept. Alpha is straight (unassociated), so that colours stay what the generator
/// painted; where alpha is 0 the colour is kept as it was read, so that light without coverage is not lost.
#[derive(Clone, Debug, PartialEq)]
pub struct Image {
    pixels: Array3<f32>,
    transfer: Transfer,
}

impl Image {
    /// An image of RGBA pixels `[height, width, 4]`.
    ///
    /// # Panics
    /// If the last axis has not four entries, or the image has no pixel.
    #[must_use]
    pub fn new(pixels: Array3<f32>, transfer: Transfer) -> Self {
        assert!(pixels.dim().2 == 4 && !pixels.is_empty(), "pixels of shape {:?} are not RGBA", pixels.dim());
        Self { pixels, transfer }
    }

    /// What a network paints, `[channels, height, width]` nominally in -1 to 1, as sRGB: x is (x + 1) / 2 here, which
    /// rounds to the bytes of the official tools. One channel is grey, a second or fourth is alpha.
    ///
    /// `None` for another number of channels.
    #[must_use]
    pub fn from_network(picture: &ArrayView3<'_, f32>) -> Option<Self> {
        let (channels, height, width) = picture.dim();
        let sources: [Option<usize>; 4] = match channels {
            1 => [Some(0), Some(0), Some(0), None],
            2 => [Some(0), Some(0), Some(0), Some(1)],
            3 => [Some(0), Some(1), Some(2), None],
            4 => [Some(0), Some(1), Some(2), Some(3)],
            _ => return None,
        };
        let mut pixels = Array3::ones((height, width, 4));
        for (to, from) in sources.into_iter().enumerate() {
            if let Some(from) = from {
                let plane = picture.index_axis(Axis(0), from);
                pixels.index_axis_mut(Axis(2), to).zip_mut_with(&plane, |to, &x| *to = (x + 1.0) * 0.5);
            }
        }
        Some(Self::new(pixels, Transfer::Srgb))
    }

    /// The pixels, `[height, width, 4]`.
    #[must_use]
    pub fn pixels(&self) -> ArrayView3<'_, f32> {
        self.pixels.view()
    }

    /// The pixels, without a copy.
    #[must_use]
    pub fn into_pixels(self) -> Array3<f32> {
        self.pixels
    }

    /// How the colours are encoded.
    #[must_use]
    pub fn transfer(&self) -> Transfer {
        self.transfer
    }

    /// (height, width) in pixels.
    #[must_use]
    pub fn size(&self) -> (usize, usize) {
        let (height, width, _) = self.pixels.dim();
        (height, width)
    }

    /// The same picture in another encoding; itself, to the bit, if it has that encoding already.
    #[must_use]
    pub fn encoded(mut self, transfer: Transfer) -> Self {
        if self.transfer != transfer {
            for mut pixel in self.pixels.rows_mut() {
                pixel.iter_mut().take(3).for_each(|value| *value = self.transfer.convert(*value, transfer));
            }
            self.transfer = transfer;
        }
        self
    }
}

/// The sRGB curve of a linear value, mirrored below 0.
fn to_srgb(value: f32) -> f32 {
    let x = value.abs();
    let y = if x <= 0.003_130_8 { 12.92 * x } else { 1.055 * x.powf(1.0 / 2.4) - 0.055 };
    y.copysign(value)
}

/// The inverse of [`to_srgb`].
fn to_linear(value: f32) -> f32 {
    let x = value.abs();
    let y = if x <= 0.040_45 { x / 12.92 } else { ((x + 0.055) / 1.055).powf(2.4) };
    y.copysign(value)
}

#[cfg(test)]
mod tests {
    use ndarray::Array3;

    use super::*;

    #[test]
    fn networks_paint_the_bytes_of_the_official_tools() {
        let picture = Array3::from_shape_fn((3, 1, 257), |(_, _, x)| x as f32 / 128.0 - 1.0);
        let image = Image::from_network(&picture.view()).expect("three channels");
        for (pixel, &x) in image.pixels().rows().into_iter().zip(&picture.index_axis(Axis(0), 0)) {
            let official = (x * 127.5 + 128.0).clamp(0.0, 255.0) as u8;
            let ours = (pixel[0] * 255.0 + 0.5).clamp(0.0, 255.0) as u8;
            assert_eq!((ours, pixel[3]), (official, 1.0), "{x}");
        }
        assert!(Image::from_network(&Array3::zeros((5, 1, 1)).view()).is_none());
    }

    #[test]
    fn encodings_go_there_and_back() {
        let pixels = Array3::from_shape_fn((1, 9, 4), |(_, x, _)| x as f32 * 0.3 - 0.6);
        let image = Image::new(pixels.clone(), Transfer::Srgb);
        let linear = image.clone().encoded(Transfer::Linear);
        let back = linear.clone().encoded(Transfer::Srgb);
        let worst = back.pixels().iter().zip(&pixels).map(|(a, b)| (a - b).abs()).fold(0.0, f32::max);
        assert!(worst < 1e-6, "{worst}");
        assert_eq!(linear.pixels().index_axis(Axis(2), 3), pixels.index_axis(Axis(2), 3), "alpha is linear in both");
        assert!((to_linear(0.5) - 0.214_041).abs() < 1e-6);
        assert_eq!(image.clone().encoded(Transfer::Srgb), image);
    }
}
