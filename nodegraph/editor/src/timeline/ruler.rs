//! Frames along a line: ticks, the frame that is shown, and keyframes.

use dragfx_graph::document::FrameRange;
use eframe::egui::{Align2, FontId, Painter, Pos2, Rect, Shape, Stroke, pos2, vec2};

use crate::theme;

/// Room at both ends, so that marks at the first and last frame are whole.
const MARGIN: f32 = 14.0;
/// Least distance of two ticks, and of two numbers.
const TICKS: f32 = 7.0;
const NUMBERS: f32 = 56.0;

/// Which frame is where.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Ruler {
    pub(crate) rect: Rect,
    first: f64,
    last: f64,
}

impl Ruler {
    /// The frames of a range along a rectangle.
    pub(crate) fn new(rect: Rect, frames: FrameRange) -> Self {
        Self { rect, first: frames.first as f64, last: frames.last as f64 }
    }

    fn point_per_frame(&self) -> f32 {
        (self.rect.width() - 2.0 * MARGIN) / (self.last - self.first).max(1.0) as f32
    }

    /// Where a frame is.
    pub(crate) fn x(&self, frame: f64) -> f32 {
        self.rect.left() + MARGIN + (frame - self.first) as f32 * self.point_per_frame()
    }

    /// The frame at a place.
    pub(crate) fn frame(&self, x: f32) -> i64 {
        let frame = self.first + f64::from((x - self.rect.left() - MARGIN) / self.point_per_frame());
        frame.round().clamp(self.first, self.last) as i64
    }

    /// The least step of 1, 2, 5, 10, 20, … frames that takes so much room.
    fn step(&self, room: f32) -> i64 {
        let wanted = (room / self.point_per_frame()).max(1.0);
        let power = 10_f32.powf(wanted.log10().floor());
        let step = [1.0, 2.0, 5.0, 10.0].into_iter().map(|factor| factor * power).find(|step| *step >= wanted * 0.999);
        step.map_or(1, |step| step as i64).max(1)
    }

    /// Draws ticks and numbers.
    pub(crate) fn draw(&self, painter: &Painter) {
        painter.rect_filled(self.rect, 3.0, theme::WELL);
        let (ticks, numbers) = (self.step(TICKS), self.step(NUMBERS));
        let at = |frame: i64| self.x(frame as f64);
        let (first, last) = (self.first as i64, self.last as i64);
        let multiples = |step: i64| (first.div_euclid(step)..=last.div_euclid(step)).map(move |count| count * step);
        for frame in multiples(ticks).filter(|frame| *frame >= first) {
            let from = pos2(at(frame), self.rect.top());
            painter.line_segment([from, from + vec2(0.0, 4.0)], Stroke::new(1.0, theme::LINE));
        }
        let font = FontId::proportional(11.0);
        for frame in multiples(numbers).filter(|frame| *frame >= first) {
            let from = pos2(at(frame), self.rect.top());
            painter.line_segment([from, from + vec2(0.0, 7.0)], Stroke::new(1.0, theme::WEAK));
            painter.text(from + vec2(0.0, 7.0), Align2::CENTER_TOP, frame, font.clone(), theme::WEAK);
        }
    }

    /// Draws the frame that is shown.
    pub(crate) fn cursor(&self, painter: &Painter, frame: i64) {
        let top = pos2(self.x(frame as f64), self.rect.top());
        painter.line_segment([top, pos2(top.x, self.rect.bottom())], Stroke::new(1.5, theme::ACCENT));
        let text = painter.layout_no_wrap(frame.to_string(), FontId::proportional(11.0), theme::WELL);
        // As high as the numbers, to hide what it stands upon.
        let flag = Rect::from_min_size(top - vec2(text.size().x / 2.0 + 4.0, 0.0), text.size() + vec2(8.0, 8.0));
        painter.rect_filled(flag, 2.0, theme::ACCENT);
        painter.galley(flag.min + vec2(4.0, 6.0), text, theme::WELL);
    }

    /// The middle of a keyframe's mark.
    pub(crate) fn mark(&self, frame: f64) -> Pos2 {
        pos2(self.x(frame), self.rect.bottom() - 8.0)
    }
}

/// Draws a keyframe.
pub(crate) fn diamond(painter: &Painter, center: Pos2, color: eframe::egui::Color32) {
    let size = 5.0;
    let corners = [vec2(0.0, -size), vec2(size, 0.0), vec2(0.0, size), vec2(-size, 0.0)].map(|way| center + way);
    painter.add(Shape::convex_polygon(corners.to_vec(), color, Stroke::new(1.0, theme::WELL)));
}

#[cfg(test)]
mod tests {
    use super::*;

    fn ruler(first: i64, last: i64) -> Ruler {
        let rect = Rect::from_min_size(pos2(10.0, 0.0), vec2(1000.0 + 2.0 * MARGIN, 40.0));
        Ruler::new(rect, FrameRange { first, last, rate: 24.0 })
    }

    #[test]
    fn frames_are_found_where_they_are_drawn() {
        for (first, last) in [(1, 1), (1, 2), (-50, 50), (1001, 9000)] {
            let ruler = ruler(first, last);
            for frame in [first, first.midpoint(last), last] {
                assert_eq!(ruler.frame(ruler.x(frame as f64)), frame);
            }
            assert_eq!([ruler.frame(-1e9), ruler.frame(1e9)], [first, last]);
        }
    }

    #[test]
    fn steps_are_round_and_leave_room() {
        let steps = |first, last| [TICKS, NUMBERS].map(|room| ruler(first, last).step(room));
        assert_eq!(steps(1, 11), [1, 1]);
        assert_eq!(steps(0, 100), [1, 10]);
        assert_eq!(steps(0, 1000), [10, 100]);
        assert_eq!(steps(0, 250), [2, 20]);
        for length in [1, 7, 24, 99, 480, 12_345] {
            let ruler = ruler(0, length);
            assert!(ruler.step(NUMBERS) as f32 * ruler.point_per_frame() >= NUMBERS * 0.99);
        }
    }
}
