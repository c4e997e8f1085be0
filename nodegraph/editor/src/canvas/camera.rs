//! Where the canvas is looked at, and how close.

use eframe::egui::{Pos2, Rect, Vec2};

/// From places on the canvas to places on the screen. Fonts and lines are drawn in their size on the screen, so that they
/// are sharp however close the camera is.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) struct Camera {
    /// Where the canvas' origin lies, from the left upper corner of the panel.
    pan: Vec2,
    /// Points of the screen for a unit of the canvas.
    zoom: f32,
    /// The panel.
    panel: Rect,
}

/// The closest and the farthest.
const ZOOM: [f32; 2] = [0.1, 2.5];
/// What is fitted leaves so much of the panel free at each side, in points.
const MARGIN: f32 = 28.0;
/// Beyond this, places on the canvas are drawn at its border: numbers stay finite.
const FARTHEST: f64 = 1e6;

impl Default for Camera {
    fn default() -> Self {
        Self { pan: Vec2::ZERO, zoom: 1.0, panel: Rect::ZERO }
    }
}

impl Camera {
    /// The panel's rectangle has become another one, as when a window grows: what was in its middle stays there.
    pub(super) fn settle_in(&mut self, panel: Rect) {
        if self.panel != Rect::ZERO {
            self.pan += (panel.size() - self.panel.size()) / 2.0;
        }
        self.panel = panel;
    }

    /// The panel.
    pub(super) fn panel(&self) -> Rect {
        self.panel
    }

    /// Points of the screen for a unit of the canvas.
    pub(super) fn zoom(&self) -> f32 {
        self.zoom
    }

    /// Where a place of the canvas is on the screen.
    pub(super) fn to_screen(self, place: Pos2) -> Pos2 {
        self.panel.min + self.pan + place.to_vec2() * self.zoom
    }

    /// What place of the canvas is there on the screen.
    pub(super) fn to_canvas(self, at: Pos2) -> Pos2 {
        ((at - self.panel.min - self.pan) / self.zoom).to_pos2()
    }

    /// A rectangle of the canvas, on the screen.
    pub(super) fn rect_to_screen(&self, rect: Rect) -> Rect {
        Rect::from_min_max(self.to_screen(rect.min), self.to_screen(rect.max))
    }

    /// Moves the canvas under the panel.
    pub(super) fn pan_by(&mut self, points: Vec2) {
        self.pan += points;
    }

    /// Comes closer; what is at `at` on the screen stays there.
    pub(super) fn zoom_by(&mut self, factor: f32, at: Pos2) {
        let place = self.to_canvas(at);
        self.zoom = (self.zoom * factor).clamp(ZOOM[0], ZOOM[1]);
        self.pan += at - self.to_screen(place);
    }

    /// Whether a part of the canvas is seen whole.
    pub(super) fn sees(&self, part: Rect) -> bool {
        self.panel.contains_rect(self.rect_to_screen(part))
    }

    /// Moves as little as shows a part of the canvas, its left upper corner if it is larger than the panel.
    pub(super) fn reveal(&mut self, part: Rect) {
        let (room, part) = (self.panel.shrink(MARGIN), self.rect_to_screen(part));
        let back = (room.max - part.max).min(Vec2::ZERO);
        self.pan += back + (room.min - (part.min + back)).max(Vec2::ZERO);
    }

    /// Shows a part of the canvas whole, no larger than it is.
    pub(super) fn fit(&mut self, part: Rect) {
        let room = (self.panel.size() - Vec2::splat(2.0 * MARGIN)).max(Vec2::splat(1.0));
        let needed = part.size().max(Vec2::splat(1.0));
        self.zoom = (room / needed).min_elem().clamp(ZOOM[0], 1.0);
        self.pan += self.panel.center() - self.to_screen(part.center());
    }
}

/// A place of a document, for the screen.
pub(super) fn place(position: [f64; 2]) -> Pos2 {
    let [x, y] = position.map(|x| x.clamp(-FARTHEST, FARTHEST) as f32);
    Pos2::new(x, y)
}

#[cfg(test)]
mod tests {
    use eframe::egui::{pos2, vec2};

    use super::*;

    fn camera() -> Camera {
        let mut camera = Camera::default();
        camera.settle_in(Rect::from_min_size(pos2(100.0, 50.0), vec2(800.0, 400.0)));
        camera
    }

    #[test]
    fn what_is_under_the_cursor_stays_there() {
        let mut camera = camera();
        let cursor = pos2(333.0, 222.0);
        let place = camera.to_canvas(cursor);
        for factor in [1.3, 0.2, 5.0, 9.0, 1e-4] {
            camera.zoom_by(factor, cursor);
            assert!(camera.to_screen(place).distance(cursor) < 1e-2, "{camera:?}");
            assert!((0.1..=2.5).contains(&camera.zoom()));
        }
    }

    #[test]
    fn a_part_is_shown_whole_and_in_the_middle() {
        let mut camera = camera();
        for size in [vec2(10.0, 10.0), vec2(3000.0, 200.0), vec2(100.0, 900.0)] {
            let part = Rect::from_min_size(pos2(-400.0, 77.0), size);
            camera.fit(part);
            let seen = camera.rect_to_screen(part);
            assert!(camera.panel().contains_rect(seen), "{seen:?}");
            assert!(seen.center().distance(camera.panel().center()) < 1e-2);
        }
        assert!(place([1e99, f64::MIN_POSITIVE]).x.is_finite());
    }
}
