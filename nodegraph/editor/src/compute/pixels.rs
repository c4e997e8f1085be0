//! What the screen shows of images and masks.

use std::borrow::Cow;

use dragfx_graph::raster::resample::{Area, Filter, resize_image};
use dragfx_graph::value::{Image, MaskImage, Transfer, Value};
use eframe::egui::ColorImage;
use ndarray::Array3;

/// Longest side of a thumbnail, pixels.
const THUMBNAIL: usize = 96;

/// The pixels of an image or a mask, sRGB.
pub(super) fn pixels(value: &Value) -> Option<ColorImage> {
    picture(value).map(|image| color_image(&image))
}

/// The same, small.
pub(super) fn thumbnail(value: &Value) -> Option<ColorImage> {
    let image = picture(value)?;
    let (height, width) = image.size();
    let longest = height.max(width);
    if longest <= THUMBNAIL {
        return Some(color_image(&image));
    }
    let side = |length: usize| (length * THUMBNAIL).div_ceil(longest);
    let size = (side(height), side(width));
    Some(color_image(&resize_image(&image, Area::whole((height, width)), size, Filter::Bilinear)))
}

fn picture(value: &Value) -> Option<Cow<'_, Image>> {
    match value {
        Value::Image(image) => Some(Cow::Borrowed(image)),
        Value::Mask(mask) => Some(Cow::Owned(gray(mask))),
        _ => None,
    }
}

/// A mask as a picture: black should stay, white may change.
fn gray(mask: &MaskImage) -> Image {
    let (height, width) = mask.size();
    let weights = mask.weights();
    let value = |(y, x, channel)| if channel == 3 { 1.0 } else { weights[[y, x]] };
    Image::new(Array3::from_shape_fn((height, width, 4), value), Transfer::Srgb)
}

fn color_image(image: &Image) -> ColorImage {
    let (height, width) = image.size();
    let encoded;
    let image = if image.transfer() == Transfer::Srgb {
        image
    } else {
        encoded = image.clone().encoded(Transfer::Srgb);
        &encoded
    };
    let bytes: Vec<u8> = image.pixels().iter().map(|&value| byte(value)).collect();
    ColorImage::from_rgba_unmultiplied([width, height], &bytes)
}

fn byte(value: f32) -> u8 {
    (value * 255.0 + 0.5).clamp(0.0, 255.0) as u8
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use eframe::egui::Color32;
    use ndarray::Array2;

    use super::*;

    #[test]
    fn masks_are_gray_and_pictures_are_srgb() {
        let mask = MaskImage::new(Array2::from_shape_vec((1, 2), vec![0.0, 1.0]).expect("two weights"));
        let shown = pixels(&Value::Mask(Arc::new(mask))).expect("pixels");
        assert_eq!((shown.size, &*shown.pixels), ([2, 1], &[Color32::BLACK, Color32::WHITE][..]));
        // The light of half a byte scale, well within its rounding; the same number is the alpha of 55.
        let linear = Image::new(Array3::from_elem((1, 1, 4), 0.215_861), Transfer::Linear);
        let shown = pixels(&Value::Image(Arc::new(linear))).expect("pixels");
        assert_eq!(shown.pixels, [Color32::from_rgba_unmultiplied(128, 128, 128, 55)]);
    }

    #[test]
    fn thumbnails_keep_their_form() {
        let image =
            |height, width| Value::Image(Arc::new(Image::new(Array3::ones((height, width, 4)), Transfer::Srgb)));
        for (size, small) in [((1024, 512), [48, 96]), ((40, 20), [20, 40]), ((1, 1000), [96, 1])] {
            assert_eq!(thumbnail(&image(size.0, size.1)).expect("pixels").size, small);
        }
    }
}
