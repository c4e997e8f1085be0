//! Where pixels of the picture are on the screen.

use dragfx_engine::ImagePoint;
use eframe::egui::{Pos2, Rect, Vec2, pos2, vec2};

/// Smallest and largest size of a picture's pixel, in pixels of the screen.
const ZOOMS: (f32, f32) = (0.02, 64.0);
/// Room between the picture and the border when it is fitted, points.
const MARGIN: f32 = 12.0;
/// More room below it, for what is said there.
const LINE: f32 = 36.0;

/// Which part of a picture is looked at. What 100 % is depends on the screen: one of its own pixels for each of the
/// picture's, so that nothing is resampled there.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub(super) enum Camera {
    /// All of it, as large as it fits.
    #[default]
    Fit,
    /// A part: what lies in the middle of the view, as parts of the picture's width and height, and how large a pixel is,
    /// in pixels of the screen.
    At { middle: Vec2, zoom: f32 },
}

/// Where a picture lies on the screen: between image pixels (x right, y down, pixel centres at integers) and points of
/// the screen.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) struct Placement {
    /// Where the upper left corner of the picture is; half a pixel before the centre of its first pixel.
    corner: Pos2,
    /// The same before it was moved to a whole pixel of the screen: zooming from step to step must not drift.
    exact: Pos2,
    /// Size of a pixel, points.
    scale: f32,
    /// Width and height, pixels.
    size: [usize; 2],
    /// Pixels of the screen in a point.
    density: f32,
}

impl Camera {
    /// Where a picture of `size` pixels is in `view`, on a screen of `density` pixels a point.
    pub(super) fn place(self, view: Rect, size: [usize; 2], density: f32) -> Placement {
        let whole = extent(size);
        let (center, middle, zoom) = match self {
            Self::Fit => {
                let room = view.with_max_y(view.max.y - LINE).shrink(MARGIN);
                let size = room.size().max(Vec2::splat(1.0)) * density;
                let zoom = (size.x / whole.x).min(size.y / whole.y).clamp(ZOOMS.0, ZOOMS.1);
                (room.center(), Vec2::splat(0.5), zoom)
            }
            Self::At { middle, zoom } => (view.center(), middle, zoom),
        };
        let scale = zoom / density;
        let exact = center - middle * whole * scale;
        // On whole pixels of the screen, so that those of the picture are sharp at 100 % and above.
        let corner = pos2((exact.x * density).round() / density, (exact.y * density).round() / density);
        Placement { corner, exact, scale, size, density }
    }

    /// Zooms by a factor; what is at `fixed` on the screen stays there.
    pub(super) fn zoom(self, view: Rect, placement: &Placement, fixed: Pos2, factor: f32) -> Self {
        let zoom = (placement.zoom() * factor).clamp(ZOOMS.0, ZOOMS.1);
        let scale = zoom / placement.density;
        let corner = fixed - (fixed - placement.exact) * (scale / placement.scale);
        let middle = (view.center() - corner) / (extent(placement.size) * scale);
        Self::At { middle, zoom }
    }

    /// Another zoom; what is in the middle stays there.
    pub(super) fn with_zoom(self, zoom: f32) -> Self {
        let middle = if let Self::At { middle, .. } = self { middle } else { Vec2::splat(0.5) };
        Self::At { middle, zoom }
    }

    /// Moves the picture by so many points.
    pub(super) fn pan(self, view: Rect, placement: &Placement, by: Vec2) -> Self {
        let middle = (view.center() - placement.exact - by) / (extent(placement.size) * placement.scale);
        // At least the picture's edge stays in the middle: it cannot get lost.
        Self::At { middle: middle.clamp(Vec2::ZERO, Vec2::splat(1.0)), zoom: placement.zoom() }
    }
}

impl Placement {
    /// Where a place of the picture is on the screen.
    pub(super) fn to_screen(self, point: ImagePoint) -> Pos2 {
        self.corner + vec2(point.x as f32 + 0.5, point.y as f32 + 0.5) * self.scale
    }

    /// Which place of the picture is there on the screen.
    pub(super) fn to_image(self, place: Pos2) -> ImagePoint {
        let pixel = (place - self.corner) / self.scale;
        ImagePoint::new(f64::from(pixel.x) - 0.5, f64::from(pixel.y) - 0.5)
    }

    /// The pixel that is there on the screen, if it is the picture's.
    pub(super) fn pixel(self, place: Pos2) -> Option<[usize; 2]> {
        let pixel = (place - self.corner) / self.scale;
        let inside = self.rect().contains(place) && pixel.x >= 0.0 && pixel.y >= 0.0;
        let [width, height] = self.size;
        inside.then(|| [(pixel.x as usize).min(width - 1), (pixel.y as usize).min(height - 1)])
    }

    /// The picture on the screen.
    pub(super) fn rect(self) -> Rect {
        Rect::from_min_size(self.corner, extent(self.size) * self.scale)
    }

    /// How long a way of so many pixels is on the screen.
    pub(super) fn length(self, pixels: f64) -> f32 {
        pixels as f32 * self.scale
    }

    /// Width and height, pixels.
    pub(super) fn size(self) -> [usize; 2] {
        self.size
    }

    /// Size of a pixel, in pixels of the screen: 1 is 100 %.
    pub(super) fn zoom(self) -> f32 {
        self.scale * self.density
    }
}

fn extent([width, height]: [usize; 2]) -> Vec2 {
    vec2(width as f32, height as f32)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn view() -> Rect {
        Rect::from_min_size(pos2(100.0, 50.0), vec2(532.0, 300.0))
    }

    #[test]
    fn pixel_centres_are_integers_at_any_zoom_and_density() {
        for density in [1.0, 1.5, 2.0] {
            for camera in [Camera::Fit, Camera::At { middle: vec2(0.25, 0.75), zoom: 4.0 }] {
                let placement = camera.place(view(), [256, 128], density);
                let rect = placement.rect();
                let first = placement.to_screen(ImagePoint::new(0.0, 0.0));
                let half = Vec2::splat(placement.length(0.5));
                assert!((first - half - rect.min).length() < 1e-3, "the first centre is half a pixel in");
                let last = placement.to_screen(ImagePoint::new(255.0, 127.0));
                assert!((last + half - rect.max).length() < 1e-2);
                for point in [ImagePoint::new(10.25, 99.5), ImagePoint::new(-3.0, 200.0)] {
                    let back = placement.to_image(placement.to_screen(point));
                    assert!(back.distance(point) < 1e-3, "{back:?}");
                }
                assert_eq!(placement.pixel(first), Some([0, 0]));
                assert_eq!(placement.pixel(last), Some([255, 127]));
                assert_eq!(placement.pixel(rect.min - vec2(1.0, 0.0)), None);
                assert!(((rect.min.x * density).round() - rect.min.x * density).abs() < 1e-3, "on a pixel's edge");
            }
        }
    }

    #[test]
    fn a_fitted_picture_fills_the_view_and_its_hundred_percent_are_screen_pixels() {
        let placement = Camera::Fit.place(view(), [254, 100], 2.0);
        assert_eq!((placement.rect().width(), placement.zoom()), (508.0, 4.0));
        assert!(view().contains_rect(placement.rect()));
        let at = Camera::At { middle: Vec2::splat(0.5), zoom: 1.0 }.place(view(), [250, 100], 2.0);
        assert_eq!(at.rect().width(), 125.0, "250 pixels of a screen that has two of them in a point");
    }

    #[test]
    fn zooming_leaves_what_is_under_the_pointer() {
        let camera = Camera::Fit;
        let before = camera.place(view(), [256, 256], 1.0);
        let pointer = pos2(330.0, 170.0);
        let zoomed = camera.zoom(view(), &before, pointer, 1.7);
        let after = zoomed.place(view(), [256, 256], 1.0);
        assert!((after.zoom() - before.zoom() * 1.7).abs() < 1e-4);
        // The corner lies on whole pixels, so the pointer may be off by half of one.
        let moved = after.to_screen(before.to_image(pointer)) - pointer;
        assert!(moved.length() <= 0.75, "{moved:?}");
        let far = camera.zoom(view(), &after, pointer, 1e9);
        assert_eq!(far.place(view(), [256, 256], 1.0).zoom(), ZOOMS.1);
    }

    #[test]
    fn panning_moves_the_picture_and_never_loses_it() {
        let camera = Camera::At { middle: vec2(0.5, 0.5), zoom: 2.0 };
        let before = camera.place(view(), [256, 256], 1.0);
        let after = camera.pan(view(), &before, vec2(30.0, -20.0)).place(view(), [256, 256], 1.0);
        assert_eq!(after.rect().min - before.rect().min, vec2(30.0, -20.0));
        let lost = camera.pan(view(), &before, vec2(1e5, 1e5)).place(view(), [256, 256], 1.0);
        assert!(view().intersects(lost.rect()));
    }
}
