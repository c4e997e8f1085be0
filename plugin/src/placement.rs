//! Where a generator's picture lies in the host's frame, and where points of one are in the other.

use dragfx_engine::ImagePoint;

use crate::geometry::{Rect, Window};

/// How a picture fills a frame.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Fit {
    /// The whole picture is seen, as large as it can be.
    Fit,
    /// The whole frame is filled; what stands out is cut off.
    Fill,
    /// Exactly the frame, whatever becomes of its proportions.
    Stretch,
    /// A pixel of the picture is a pixel of the project.
    Actual,
}

/// A picture in a frame, in the middle of it.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Placement {
    /// Where it lies, canonical.
    pub rect: Rect,
    /// Width and height of the picture, pixels.
    pub size: [usize; 2],
}

impl Placement {
    /// A picture of `size` (width, height) in a frame that is not empty.
    #[must_use]
    pub fn new(fit: Fit, frame: Rect, size: [usize; 2]) -> Self {
        let [width, height] = size.map(|side| side as f64);
        let across = frame.width() / width;
        let down = frame.height() / height;
        let [across, down] = match fit {
            Fit::Fit => [across.min(down); 2],
            Fit::Fill => [across.max(down); 2],
            Fit::Stretch => [across, down],
            Fit::Actual => [1.0; 2],
        };
        let [width, height] = [width * across, height * down];
        let (mut x1, mut y1) =
            (f64::midpoint(frame.x1, frame.x2) - width / 2.0, f64::midpoint(frame.y1, frame.y2) - height / 2.0);
        if fit == Fit::Actual {
            // Between pixels it would have to be resampled for nothing.
            (x1, y1) = (x1.floor(), y1.floor());
        }
        Self { rect: Rect { x1, y1, x2: x1 + width, y2: y1 + height }, size }
    }

    /// The pixels that it covers at a render scale, whole ones, at least one; `aspect` is the width of a pixel to its height.
    #[must_use]
    pub fn window(&self, scale: [f64; 2], aspect: f64) -> Window {
        let [across, down] = [scale[0] / aspect, scale[1]];
        let (x1, y1) = ((self.rect.x1 * across).round(), (self.rect.y1 * down).round());
        let (x2, y2) = ((self.rect.x2 * across).round().max(x1 + 1.0), (self.rect.y2 * down).round().max(y1 + 1.0));
        Window { x1: x1 as i32, y1: y1 as i32, x2: x2 as i32, y2: y2 as i32 }
    }

    /// Where a pixel of the picture is, canonical: y up, pixel centres at halves.
    #[must_use]
    pub fn to_canonical(&self, point: ImagePoint) -> [f64; 2] {
        let [width, height] = self.size.map(|side| side as f64);
        [
            self.rect.x1 + (point.x + 0.5) / width * self.rect.width(),
            self.rect.y2 - (point.y + 0.5) / height * self.rect.height(),
        ]
    }

    /// Which pixel of the picture a canonical point is on: y down, pixel centres at whole numbers.
    #[must_use]
    pub fn to_image(&self, [x, y]: [f64; 2]) -> ImagePoint {
        let [width, height] = self.size.map(|side| side as f64);
        ImagePoint::new(
            (x - self.rect.x1) / self.rect.width() * width - 0.5,
            (self.rect.y2 - y) / self.rect.height() * height - 0.5,
        )
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const HD: Rect = Rect { x1: 0.0, y1: 0.0, x2: 1920.0, y2: 1080.0 };

    #[test]
    fn a_square_lies_in_the_middle_of_a_frame() {
        let cases = [
            (Fit::Fit, Rect { x1: 420.0, y1: 0.0, x2: 1500.0, y2: 1080.0 }),
            (Fit::Fill, Rect { x1: 0.0, y1: -420.0, x2: 1920.0, y2: 1500.0 }),
            (Fit::Stretch, HD),
            (Fit::Actual, Rect { x1: 832.0, y1: 412.0, x2: 1088.0, y2: 668.0 }),
        ];
        for (fit, expected) in cases {
            assert_eq!(Placement::new(fit, HD, [256, 256]).rect, expected, "{fit:?}");
        }
    }

    #[test]
    fn pixels_are_found_again_and_y_is_turned_over() {
        let placement = Placement::new(Fit::Fit, HD, [256, 256]);
        let corner = placement.to_canonical(ImagePoint::new(-0.5, -0.5));
        assert_eq!(corner, [420.0, 1080.0], "the upper left corner of the upper left pixel");
        let actual = Placement::new(Fit::Actual, Rect { x1: 0.0, y1: 0.0, x2: 256.0, y2: 256.0 }, [256, 256]);
        assert_eq!(actual.to_canonical(ImagePoint::new(0.0, 255.0)), [0.5, 0.5], "centres lie at halves");
        let point = ImagePoint::new(31.25, 200.5);
        let back = placement.to_image(placement.to_canonical(point));
        assert!((back.x - point.x).abs() < 1e-9 && (back.y - point.y).abs() < 1e-9);
    }

    #[test]
    fn a_proxy_and_wide_pixels_cover_fewer_pixels() {
        let placement = Placement::new(Fit::Fit, HD, [256, 256]);
        assert_eq!(placement.window([0.5, 0.5], 1.0), Window { x1: 210, y1: 0, x2: 750, y2: 540 });
        assert_eq!(placement.window([1.0, 1.0], 2.0), Window { x1: 210, y1: 0, x2: 750, y2: 1080 });
        assert_eq!(placement.window([0.0001, 0.0001], 1.0), Window { x1: 0, y1: 0, x2: 1, y2: 1 });
    }
}
