//! What the pixel under the pointer is.

use dragfx_graph::value::{Transfer, Value};

/// A pixel in lines: its place, and its values as the picture encodes them, as numbers and of 255.
pub(super) fn pixel(value: &Value, [x, y]: [usize; 2]) -> String {
    let place = format!("{x}, {y}");
    match value {
        Value::Image(image) => {
            let pixels = image.pixels();
            let channel = |(channel, name): (usize, &str)| {
                let value = pixels.get((y, x, channel)).copied().unwrap_or_default();
                format!("\n{name} {value:>7.4} {:>4}", byte(value))
            };
            let channels = ["R", "G", "B", "A"].into_iter().enumerate().map(channel);
            let encoding = if image.transfer() == Transfer::Linear { "linear" } else { "sRGB" };
            format!("{place}{}\n{encoding}", channels.collect::<String>())
        }
        Value::Mask(mask) => format!("{place}\n{}", weight(mask.weights().get((y, x)).copied().unwrap_or_default())),
        _ => place,
    }
}

/// A mask's weight in words.
pub(super) fn weight(weight: f32) -> String {
    format!("may change {weight:.3}")
}

/// Of 255; a value beyond the range is told as it is.
fn byte(value: f32) -> i64 {
    (f64::from(value) * 255.0).round() as i64
}

#[cfg(test)]
mod tests {
    use dragfx_graph::value::{Image, MaskImage};
    use ndarray::{Array2, Array3};

    use super::*;

    #[test]
    fn pixels_are_told_in_their_own_encoding() {
        let pixels =
            Array3::from_shape_fn((2, 3, 4), |(y, x, channel)| if (y, x, channel) == (1, 2, 0) { 2.0 } else { 0.5 });
        let image = Value::Image(Image::new(pixels, Transfer::Linear).into());
        assert_eq!(
            pixel(&image, [2, 1]),
            "2, 1\nR  2.0000  510\nG  0.5000  128\nB  0.5000  128\nA  0.5000  128\nlinear"
        );
        let mask = Value::Mask(MaskImage::new(Array2::from_elem((1, 1), 0.25)).into());
        assert_eq!(pixel(&mask, [0, 0]), "0, 0\nmay change 0.250");
    }
}
