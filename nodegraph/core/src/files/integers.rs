//! Pictures of whole numbers: from what decoders give to floats, and from floats to what encoders take.

use image::metadata::Orientation;
use image::{DynamicImage, ImageDecoder};
use ndarray::Array3;

use super::{Fault, Picture, check_size, encoded};
use crate::value::Transfer;

/// Samples as PNG and JPEG store them: row by row, channels together.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Samples {
    pub(super) width: u32,
    pub(super) height: u32,
    /// 1 is grey, 3 is RGB, 4 is RGBA.
    pub(super) channels: usize,
    /// 0 to 1, though not cut off there.
    pub(super) values: Vec<f32>,
}

/// The pixels that a decoder gives, turned upright, `[height, width, 4]`, 0 to 1.
pub(super) fn decode(mut decoder: impl ImageDecoder) -> Result<Array3<f32>, Fault> {
    let (width, height) = decoder.dimensions();
    check_size(width as usize, height as usize)?;
    // Damaged Exif data is no reason to refuse a picture.
    let orientation = decoder.orientation().unwrap_or(Orientation::NoTransforms);
    let color = decoder.color_type();
    let mut image = DynamicImage::from_decoder(decoder)?;
    image.apply_orientation(orientation);
    let shape = (image.height() as usize, image.width() as usize, 4);
    let values: Vec<f32> = if color.bytes_per_pixel() > color.channel_count() {
        image.into_rgba16().into_raw().into_iter().map(|value| f32::from(value) / 65_535.0).collect()
    } else {
        image.into_rgba8().into_raw().into_iter().map(|value| f32::from(value) / 255.0).collect()
    };
    Ok(Array3::from_shape_vec(shape, values).expect("a decoded picture has four samples for each pixel"))
}

impl Samples {
    /// A picture, sRGB-encoded, with straight alpha where there is any; a mask as it is.
    pub(super) fn of(picture: Picture<'_>) -> Result<Self, Fault> {
        let ((height, width), channels, values) = match picture {
            Picture::Mask(mask) => (mask.size(), 1, mask.weights().iter().copied().collect()),
            Picture::Image(image) => {
                let image = encoded(image, Transfer::Srgb);
                let pixels = image.pixels();
                let opaque = pixels.rows().into_iter().all(|pixel| pixel[3] == 1.0);
                let channels = if opaque { 3 } else { 4 };
                let kept = pixels.rows().into_iter().flat_map(|pixel| (0..channels).map(move |channel| pixel[channel]));
                (image.size(), channels, kept.collect())
            }
        };
        let too_large = |_| Fault::Content(format!("{width} x {height} pixels are too many for the format"));
        let (width, height) = (u32::try_from(width).map_err(too_large)?, u32::try_from(height).map_err(too_large)?);
        Ok(Self { width, height, channels, values })
    }

    /// The picture over black, without alpha.
    pub(super) fn over_black(self) -> Self {
        if self.channels != 4 {
            return self;
        }
        let (pixels, _) = self.values.as_chunks::<4>();
        // Coverage is mixed as the encoded values are, as picture viewers do.
        let shown = |pixel: &[f32; 4]| {
            let alpha = pixel[3].clamp(0.0, 1.0);
            [pixel[0] * alpha, pixel[1] * alpha, pixel[2] * alpha]
        };
        Self { channels: 3, values: pixels.iter().flat_map(shown).collect(), ..self }
    }

    /// As bytes: rounded to the nearest, cut to 0 and 255.
    pub(super) fn bytes(&self) -> Vec<u8> {
        self.values.iter().map(|value| (value * 255.0 + 0.5).clamp(0.0, 255.0) as u8).collect()
    }

    /// As 16-bit numbers, the high byte first.
    pub(super) fn words(&self) -> Vec<u8> {
        let word = |value: &f32| (value * 65_535.0 + 0.5).clamp(0.0, 65_535.0) as u16;
        self.values.iter().flat_map(|value| word(value).to_be_bytes()).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn values_are_rounded_and_cut() {
        let values = vec![-1.0, 0.0, 0.4 / 255.0, 0.6 / 255.0, 1.0, 7.0];
        let samples = Samples { width: 6, height: 1, channels: 1, values };
        assert_eq!(samples.bytes(), [0, 0, 0, 1, 255, 255]);
        let words: Vec<_> = samples.words().as_chunks::<2>().0.iter().map(|word| u16::from_be_bytes(*word)).collect();
        assert_eq!(words, [0, 0, 103, 154, 65_535, 65_535]);
    }

    #[test]
    fn every_number_comes_back() {
        let values: Vec<_> = (0..=65_535u16).map(|value| f32::from(value) / 65_535.0).collect();
        let words = Samples { width: 65_536, height: 1, channels: 1, values }.words();
        let back: Vec<_> = words.as_chunks::<2>().0.iter().map(|word| u16::from_be_bytes(*word)).collect();
        assert_eq!(back, (0..=65_535).collect::<Vec<_>>());
        let values: Vec<_> = (0..=255u8).map(|value| f32::from(value) / 255.0).collect();
        let bytes = Samples { width: 256, height: 1, channels: 1, values }.bytes();
        assert_eq!(bytes, (0..=255).collect::<Vec<_>>());
    }

    #[test]
    fn black_shows_through() {
        let samples = Samples { width: 1, height: 1, channels: 4, values: vec![1.0, 0.5, 0.0, 0.5] };
        assert_eq!(samples.over_black().values, [0.5, 0.25, 0.0]);
    }
}
