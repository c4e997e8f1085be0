//! What lies below the nodes: the grid, and wires.

use eframe::egui::epaint::CubicBezierShape;
use eframe::egui::{Color32, Painter, Pos2, Rect, Stroke, Vec2, vec2};

use crate::canvas::camera::Camera;
use crate::theme;

/// Units between lines of the grid.
const CELL: f32 = 40.0;

/// The curve of a wire, on the screen.
#[derive(Clone, Copy, Debug)]
pub(in crate::canvas) struct Curve([Pos2; 4]);

impl Curve {
    /// From an output to an input: it leaves and arrives level.
    pub(in crate::canvas) fn new(from: Pos2, to: Pos2, zoom: f32) -> Self {
        let (across, down) = ((to.x - from.x).abs(), (to.y - from.y).abs());
        let reach = (across / 2.0).max((across + down).min(60.0 * zoom) / 2.0).min(200.0 * zoom);
        Self([from, from + vec2(reach, 0.0), to - vec2(reach, 0.0), to])
    }

    /// Draws it.
    pub(in crate::canvas) fn show(&self, painter: &Painter, width: f32, color: Color32) {
        if self.bounds().intersects(painter.clip_rect()) {
            let stroke = Stroke::new(width, color);
            painter.add(CubicBezierShape::from_points_stroke(self.0, false, Color32::TRANSPARENT, stroke));
        }
    }

    /// How far a place is from it.
    pub(in crate::canvas) fn distance(&self, at: Pos2) -> f32 {
        const PARTS: u16 = 32;
        if !self.bounds().expand(20.0).contains(at) {
            return f32::INFINITY;
        }
        let shape = CubicBezierShape::from_points_stroke(self.0, false, Color32::TRANSPARENT, Stroke::NONE);
        let places: Vec<Pos2> = (0..=PARTS).map(|part| shape.sample(f32::from(part) / f32::from(PARTS))).collect();
        let distances = places.windows(2).map(|ends| from_line(at, ends[0], ends[1]));
        distances.fold(f32::INFINITY, f32::min)
    }

    /// Its middle.
    pub(in crate::canvas) fn middle(&self) -> Pos2 {
        let [from, .., to] = self.0;
        // It is the same from both ends.
        from.lerp(to, 0.5)
    }

    fn bounds(&self) -> Rect {
        Rect::from_points(&self.0)
    }
}

fn from_line(at: Pos2, from: Pos2, to: Pos2) -> f32 {
    let way = to - from;
    let part = ((at - from).dot(way) / way.length_sq().max(1e-6)).clamp(0.0, 1.0);
    at.distance(from + way * part)
}

/// Draws the grid.
pub(in crate::canvas) fn grid(painter: &Painter, camera: &Camera) {
    let panel = camera.panel();
    painter.rect_filled(panel, 0.0, theme::WELL);
    let cell = if camera.zoom() < 0.3 { 5.0 * CELL } else { CELL } * camera.zoom();
    let origin = camera.to_screen(Pos2::ZERO) - panel.min;
    let first = vec2(origin.x.rem_euclid(cell), origin.y.rem_euclid(cell));
    let stroke = Stroke::new(1.0, Color32::from_rgb(27, 28, 31));
    let count = |length: f32| (length / cell).ceil() as usize;
    let Vec2 { x: width, y: height } = panel.size();
    for column in 0..=count(width) {
        painter.vline(panel.min.x + first.x + cell * column as f32, panel.y_range(), stroke);
    }
    for row in 0..=count(height) {
        painter.hline(panel.x_range(), panel.min.y + first.y + cell * row as f32, stroke);
    }
}

#[cfg(test)]
mod tests {
    use eframe::egui::pos2;

    use super::*;

    #[test]
    fn a_place_on_a_wire_is_close_to_it() {
        for (to, middle) in [(pos2(200.0, 100.0), pos2(100.0, 50.0)), (pos2(-80.0, 40.0), pos2(-40.0, 20.0))] {
            let curve = Curve::new(Pos2::ZERO, to, 1.0);
            assert!(curve.distance(middle) < 1.0, "{curve:?}");
            assert!(curve.distance(to) < 1e-3);
            assert!(curve.distance(middle + vec2(0.0, 15.0)) > 5.0);
            assert!(curve.distance(pos2(1000.0, 0.0)).is_infinite());
        }
    }
}
