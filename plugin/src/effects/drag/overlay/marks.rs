//! The signs of the overlay.

use std::f64::consts::TAU;

use super::super::settings::Pair;
use crate::ffi::interact::Canvas;
use crate::geometry::Rect;

type Colour = [f32; 4];

const HANDLE: Colour = [1.0, 0.27, 0.2, 1.0];
const TARGET: Colour = [0.25, 0.6, 1.0, 1.0];
const PLACE: Colour = [1.0, 0.85, 0.2, 1.0];
const MASK: Colour = [0.4, 1.0, 0.55, 1.0];
const LINE: Colour = [1.0, 1.0, 1.0, 0.9];
const SHADOW: Colour = [0.0, 0.0, 0.0, 0.6];

/// Radius of handles and targets, pixels of the screen.
const RADIUS: f64 = 5.0;
/// The same of the signs for where handles are on their way.
const SMALL: f64 = 4.0;
/// Length and half of the width of an arrow's head.
const HEAD: [f64; 2] = [9.0, 4.0];
const CORNERS: usize = 20;

/// Draws where the picture lies.
pub(super) fn draw_frame(canvas: &mut dyn Canvas, Rect { x1, y1, x2, y2 }: Rect) {
    canvas.pen([1.0, 1.0, 1.0, 0.4], 1.0, true);
    canvas.lines(&[[x1, y1], [x2, y1], [x2, y2], [x1, y2]], true);
}

/// Draws a closed line of the mask's outline: dashes that are seen on light and dark.
pub(super) fn draw_mask(canvas: &mut dyn Canvas, line: &[[f64; 2]]) {
    for (colour, dashed) in [(SHADOW, false), (MASK, true)] {
        canvas.pen(colour, 1.0, dashed);
        canvas.lines(line, true);
    }
}

/// Draws where handles are on their way.
pub(super) fn draw_places(canvas: &mut dyn Canvas, pixel: [f64; 2], places: &[[f64; 2]]) {
    for &at in places {
        let corners = [[0.0, SMALL], [SMALL, 0.0], [0.0, -SMALL], [-SMALL, 0.0]].map(|by| moved(at, by, pixel));
        canvas.pen(PLACE, 1.0, false);
        canvas.fill(&corners);
        canvas.pen(SHADOW, 1.0, false);
        canvas.lines(&corners, true);
    }
}

/// Draws a pair: a dot for the handle, a ring for the target, an arrow from one to the other, and its number.
pub(super) fn draw_pair(canvas: &mut dyn Canvas, pixel: [f64; 2], pair: &Pair, chosen: bool) {
    let width = if chosen { 2.5 } else { 1.5 };
    for (colour, width) in [(SHADOW, width + 2.0), (LINE, width)] {
        canvas.pen(colour, width, false);
        for line in arrow(pair, pixel) {
            canvas.lines(&line, false);
        }
    }
    let ring = circle(pair.target, RADIUS, pixel);
    canvas.pen(SHADOW, width + 2.0, false);
    canvas.lines(&ring, true);
    canvas.pen(TARGET, width, false);
    canvas.lines(&ring, true);
    let dot = circle(pair.handle, RADIUS, pixel);
    canvas.pen(HANDLE, 1.0, false);
    canvas.fill(&dot);
    canvas.pen(if chosen { LINE } else { SHADOW }, width, false);
    canvas.lines(&dot, true);
    canvas.pen(LINE, 1.0, false);
    canvas.text(moved(pair.handle, [RADIUS + 4.0, RADIUS], pixel), &(pair.place + 1).to_string());
}

/// The lines of an arrow that ends at the target's ring; none where there is no room for it.
fn arrow(pair: &Pair, pixel: [f64; 2]) -> Vec<Vec<[f64; 2]>> {
    // In pixels of the screen, so that heads have their shape whatever the aspect.
    let by = [0, 1].map(|axis| (pair.target[axis] - pair.handle[axis]) / pixel[axis]);
    let length = by[0].hypot(by[1]) - RADIUS;
    if !length.is_finite() || length <= RADIUS {
        return Vec::new();
    }
    let along = by.map(|part| part / (length + RADIUS));
    let at = |far: f64, aside: f64| {
        moved(pair.handle, [along[0] * far - along[1] * aside, along[1] * far + along[0] * aside], pixel)
    };
    let back = (length - HEAD[0]).max(0.0);
    let head = vec![at(back, HEAD[1]), at(length, 0.0), at(back, -HEAD[1])];
    vec![vec![pair.handle, at(length, 0.0)], head]
}

fn circle(middle: [f64; 2], radius: f64, pixel: [f64; 2]) -> Vec<[f64; 2]> {
    let corner = |corner: usize| {
        let (sin, cos) = (TAU * corner as f64 / CORNERS as f64).sin_cos();
        moved(middle, [radius * cos, radius * sin], pixel)
    };
    (0..CORNERS).map(corner).collect()
}

/// A place some pixels of the screen from another.
fn moved(at: [f64; 2], by: [f64; 2], pixel: [f64; 2]) -> [f64; 2] {
    [at[0] + by[0] * pixel[0], at[1] + by[1] * pixel[1]]
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Remembers what is drawn.
    #[derive(Default)]
    struct Recorder {
        points: Vec<[f64; 2]>,
        texts: Vec<String>,
    }

    impl Canvas for Recorder {
        fn pen(&mut self, _colour: [f32; 4], _width: f32, _dashed: bool) {}
        fn lines(&mut self, points: &[[f64; 2]], _closed: bool) {
            self.points.extend(points);
        }
        fn fill(&mut self, points: &[[f64; 2]]) {
            self.points.extend(points);
        }
        fn text(&mut self, at: [f64; 2], text: &str) {
            self.points.push(at);
            self.texts.push(text.to_owned());
        }
    }

    #[test]
    fn signs_have_their_size_on_the_screen() {
        let pair = Pair { place: 6, handle: [10.0, 20.0], target: [10.0, 20.0] };
        for pixel in [[1.0, 1.0], [0.25, 0.25], [4.0, 2.0]] {
            let mut recorder = Recorder::default();
            draw_pair(&mut recorder, pixel, &pair, true);
            draw_places(&mut recorder, pixel, &[pair.handle]);
            let far = |[x, y]: &[f64; 2]| ((x - 10.0) / pixel[0]).hypot((y - 20.0) / pixel[1]);
            let most = recorder.points.iter().map(far).fold(0.0, f64::max);
            assert!((9.0..12.0).contains(&most), "{pixel:?}: {most}");
            assert_eq!(recorder.texts, ["7"]);
        }
    }

    #[test]
    fn arrows_end_at_the_ring() {
        let pair = Pair { place: 0, handle: [0.0, 0.0], target: [100.0, 0.0] };
        let lines = arrow(&pair, [2.0, 1.0]);
        assert_eq!(lines[0], [[0.0, 0.0], [90.0, 0.0]]);
        assert_eq!(lines[1][1], [90.0, 0.0]);
        let short = Pair { target: [3.0, 3.0], ..pair };
        assert!(arrow(&short, [1.0, 1.0]).is_empty());
        let odd = Pair { target: [f64::INFINITY, 3.0], ..pair };
        assert!(arrow(&odd, [1.0, 1.0]).is_empty());
    }
}
