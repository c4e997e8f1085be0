//! The picture of the host's mask in the place of the generator's picture.

use std::sync::Arc;

use dragfx_graph::raster::resample::{Area, Filter, resize_image};
use dragfx_graph::value::{Image, MAX_PIXELS, Transfer};
use ndarray::{Array3, s};

use crate::failure::Failure;
use crate::geometry::Rect;
use crate::placement::Placement;

/// What of a picture that lies at a place, canonical, is seen where the generator's picture lies, at its resolution. Where
/// nothing is, it is black and transparent: a mask without pixels lets nothing change.
///
/// # Errors
/// The generator's picture lies so far beyond the mask's that there is no room for both.
pub(super) fn placed(picture: Option<(&Image, Rect)>, placement: &Placement) -> Result<Arc<Image>, Failure> {
    let [width, height] = placement.size;
    let Some((image, at)) = picture.filter(|(_, at)| !at.is_empty()) else {
        return Ok(Arc::new(Image::new(Array3::zeros((height, width, 4)), Transfer::Srgb)));
    };
    let (rows, columns) = image.size();
    let [across, down] = [columns as f64 / at.width(), rows as f64 / at.height()];
    // The generator's picture in pixels of the mask's, from its upper left corner.
    let (left, top) = ((placement.rect.x1 - at.x1) * across, (at.y2 - placement.rect.y2) * down);
    let (wide, high) = (placement.rect.width() * across, placement.rect.height() * down);
    // Whole pixels around it, and one more for what filters look at.
    let (x, y) = (left.floor() - 1.0, top.floor() - 1.0);
    let side = |from: f64, length: f64| ((from + length).ceil() - from.floor() + 2.0) as usize;
    let (canvas_rows, canvas_columns) = (side(top, high), side(left, wide));
    if canvas_rows.saturating_mul(canvas_columns) > MAX_PIXELS {
        return Err(Failure::User("the picture is too large for a mask: choose another fit".to_owned()));
    }
    let mut canvas = Array3::zeros((canvas_rows, canvas_columns, 4));
    let (to_x, from_x, shared_columns) = overlap(x as i64, canvas_columns, columns);
    let (to_y, from_y, shared_rows) = overlap(y as i64, canvas_rows, rows);
    let pixels = image.pixels();
    let seen = pixels.slice(s![from_y..from_y + shared_rows, from_x..from_x + shared_columns, ..]);
    canvas.slice_mut(s![to_y..to_y + shared_rows, to_x..to_x + shared_columns, ..]).assign(&seen);
    let canvas = Image::new(canvas, image.transfer());
    let area = Area { left: left - x, top: top - y, width: wide, height: high };
    Ok(Arc::new(resize_image(&canvas, area, (height, width), Filter::Bilinear)))
}

/// Where a canvas that begins at `start` of a picture has its pixels: place in the canvas, place in the picture, how many.
fn overlap(start: i64, canvas: usize, picture: usize) -> (usize, usize, usize) {
    let to = usize::try_from(-start).unwrap_or(0).min(canvas);
    let from = usize::try_from(start).unwrap_or(0).min(picture);
    (to, from, (canvas - to).min(picture - from))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::placement::Fit;

    /// White left of the middle of a project.
    fn half(width: usize, height: usize) -> Image {
        let pixels = Array3::from_shape_fn((height, width, 4), |(_, x, _)| f32::from(u8::from(x < width / 2)));
        Image::new(pixels, Transfer::Srgb)
    }

    #[test]
    fn a_mask_lies_where_the_project_has_it() {
        let project = Rect { x1: 0.0, y1: 0.0, x2: 192.0, y2: 108.0 };
        for fit in [Fit::Fit, Fit::Fill, Fit::Stretch, Fit::Actual] {
            let placement = Placement::new(fit, project, [64, 64]);
            let mask = placed(Some((&half(192, 108), project)), &placement).expect("room for it");
            assert_eq!(mask.size(), (64, 64), "{fit:?}");
            let at = |x: f64, y: f64| {
                let point = placement.to_image([x, y]);
                mask.pixels()[[point.y.round() as usize, point.x.round() as usize, 3]]
            };
            assert_eq!((at(80.0, 54.0), at(110.0, 54.0)), (1.0, 0.0), "{fit:?}");
        }
    }

    #[test]
    fn up_is_up_and_what_is_not_there_is_black() {
        // A white pixel of a mask that is one pixel large, at the project's lower left.
        let dot = Image::new(Array3::ones((1, 1, 4)), Transfer::Srgb);
        let placement = Placement { rect: Rect { x1: 0.0, y1: 0.0, x2: 4.0, y2: 4.0 }, size: [4, 4] };
        let at = Rect { x1: 0.0, y1: 0.0, x2: 1.0, y2: 1.0 };
        let mask = placed(Some((&dot, at)), &placement).expect("room for it");
        let white: Vec<_> =
            mask.pixels().indexed_iter().filter(|(_, v)| **v != 0.0).map(|((y, x, _), _)| (y, x)).collect();
        assert_eq!(white, [(3, 0); 4], "rows count from the top");
        let far = Rect { x1: 100.0, y1: 100.0, x2: 101.0, y2: 101.0 };
        for picture in [Some((&dot, far)), None] {
            let mask = placed(picture, &placement).expect("room for it");
            assert!(mask.pixels().iter().all(|value| *value == 0.0));
        }
    }

    #[test]
    fn a_place_beyond_all_bounds_is_an_error() {
        let dot = Image::new(Array3::ones((1, 1, 4)), Transfer::Srgb);
        let placement = Placement { rect: Rect { x1: -1e9, y1: -1e9, x2: 1e9, y2: 1e9 }, size: [4, 4] };
        assert!(placed(Some((&dot, Rect { x1: 0.0, y1: 0.0, x2: 1.0, y2: 1.0 })), &placement).is_err());
    }
}
