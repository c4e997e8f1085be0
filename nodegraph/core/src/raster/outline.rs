//! Outlines of shapes as polygons, cut to the surroundings of a picture.
//!
//! All of it is done in `f64` before tiny-skia fills the polygons: its fixed-point arithmetic never meets a large
//! number, and what is far outside costs nothing.

use std::f64::consts::{FRAC_PI_2, PI, TAU};

use tiny_skia::FillRule;

use crate::shape::Outline;

/// How far the polygon of a curve may be inside of it, pixels. Coverage is computed from four by four samples of a
/// pixel, so a finer polygon would not be seen.
const FLATNESS: f64 = 0.02;

/// How far beyond the picture outlines are cut, pixels: the edges that cutting makes must touch no pixel.
const MARGIN: f64 = 2.0;

/// x and y in image pixels.
pub(super) type Point = [f64; 2];

/// The polygons of an outline, cut to the surroundings of a picture, and what of them is inside. Each is cut as it is made:
/// a long stroke of a wide brush would not fit into memory.
pub(super) fn polygons(outline: &Outline, width: f64, height: f64) -> (Vec<Vec<Point>>, FillRule) {
    let near = |polygon| cut_to(polygon, width, height);
    match outline {
        Outline::Ellipse { center, radii, angle } => {
            let corners = arc_steps(TAU, radii[0].max(radii[1]));
            let around = (0..corners).map(|i| (TAU * i as f64 / corners as f64).sin_cos());
            let turned = turn(*center, *angle);
            let polygon = around.map(|(sin, cos)| turned([radii[0] * cos, radii[1] * sin])).collect();
            (vec![near(polygon)], FillRule::EvenOdd)
        }
        Outline::Rectangle { center, radii: [x, y], angle } => {
            let corners = [[-x, -y], [*x, -y], [*x, *y], [-x, *y]];
            (vec![near(corners.map(turn(*center, *angle)).to_vec())], FillRule::EvenOdd)
        }
        Outline::Polygon { points } => (vec![near(points.clone())], FillRule::EvenOdd),
        // All capsules are wound the same way, so that what two of them cover counts as inside.
        Outline::Stroke { points, radius } => match &points[..] {
            [dab] => (vec![near(capsule(*dab, *dab, *radius))], FillRule::Winding),
            points => {
                let capsules = points.windows(2).map(|ends| near(capsule(ends[0], ends[1], *radius)));
                (capsules.filter(|capsule| !capsule.is_empty()).collect(), FillRule::Winding)
            }
        },
    }
}

/// From a shape's own axes to image pixels; clockwise, as y points down.
fn turn(center: Point, degrees: f64) -> impl Fn(Point) -> Point {
    let (sin, cos) = degrees.to_radians().sin_cos();
    move |[x, y]| [center[0] + x * cos - y * sin, center[1] + x * sin + y * cos]
}

/// All points within `radius` of the line between two points, which may be the same.
fn capsule(from: Point, to: Point, radius: f64) -> Vec<Point> {
    let direction = (to[1] - from[1]).atan2(to[0] - from[0]);
    let steps = arc_steps(PI, radius);
    let ends = [(from, direction + FRAC_PI_2), (to, direction - FRAC_PI_2)];
    let half_circle = |(center, start): (Point, f64)| {
        (0..=steps).map(move |i| {
            let (sin, cos) = (start + PI * i as f64 / steps as f64).sin_cos();
            [center[0] + radius * cos, center[1] + radius * sin]
        })
    };
    ends.into_iter().flat_map(half_circle).collect()
}

/// Into how many straight lines an arc of `angle` radians is divided: chords of a step a leave r (1 - cos a/2) bare.
fn arc_steps(angle: f64, radius: f64) -> usize {
    let step = (8.0 * FLATNESS / radius).sqrt().min(FRAC_PI_2 / 2.0);
    (angle / step).ceil() as usize
}

/// The part of a polygon near a picture (Sutherland and Hodgman): inside the picture, what is wound around stays so.
fn cut_to(mut polygon: Vec<Point>, width: f64, height: f64) -> Vec<Point> {
    for (axis, size) in [(0, width), (1, height)] {
        polygon = cut(&polygon, axis, |place| place >= -MARGIN, -MARGIN);
        polygon = cut(&polygon, axis, |place| place <= size + MARGIN, size + MARGIN);
    }
    polygon
}

/// The part of a polygon on one side of the line where coordinate `axis` is `border`.
fn cut(polygon: &[Point], axis: usize, inside: impl Fn(f64) -> bool, border: f64) -> Vec<Point> {
    let mut kept = Vec::with_capacity(polygon.len() + 4);
    let before = polygon.iter().cycle().skip(polygon.len().saturating_sub(1));
    for (from, to) in before.zip(polygon) {
        if inside(from[axis]) != inside(to[axis]) {
            let part = (border - from[axis]) / (to[axis] - from[axis]);
            let mut crossing = [0, 1].map(|axis| from[axis] + part * (to[axis] - from[axis]));
            crossing[axis] = border;
            kept.push(crossing);
        }
        if inside(to[axis]) {
            kept.push(*to);
        }
    }
    kept
}
