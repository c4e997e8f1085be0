//! What the pixel under the pointer is.

use dragfx_graph::value::{Transfer, Value};

/// A pixel in words: its place, and its values as the picture encodes them, as numbers and of 255.
pub(super) fn pixel(value: &Value, [x, y]: [usize; 2]) -> String {
    let what = match value {
        Value::Image(image) => {
            let pixels = image.pixels();
            let channel = |channel: usize| pixels.get((y, x, channel)).copied().unwrap_or_default();
            let [r, g, b, a] = [0, 1, 2, 3].map(channel);
            let [r8, g8, b8, a8] = [r, g, b, a].map(byte);
            let encoding = if image.transfer() == Transfer::Linear { "linear" } else { "sRGB" };
            format!("R {r:.4}  G {g:.4}  B {b:.4}  A {a:.4}   {r8} {g8} {b8} {a8}   {encoding}")
        }
        Value::Mask(mask) => weight(mask.weights().get((y, x)).copied().unwrap_or_default()),
        _ => String::new(),
    };
    format!("{x}, {y}   {what}")
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
        assert_eq!(pixel(&image, [2, 1]), "2, 1   R 2.0000  G 0.5000  B 0.5000  A 0.5000   510 128 128 128   linear");
        let mask = Value::Mask(MaskImage::new(Array2::from_elem((1, 1), 0.25)).into());
        assert_eq!(pixel(&mask, [0, 0]), "0, 0   may change 0.250");
    }
}
