//! Shapes drawn into a mask, with smooth edges.

use ndarray::{Array2, Zip, s};
use tiny_skia::{Mask, PathBuilder, Transform};

use super::outline::{Point, polygons};
use crate::shape::{Outline, Shape, ShapeOp};

/// Draws shapes, which pass [`Shape::check`], into a mask `[height, width]`, one after the other.
///
/// Adding takes the greater of weight and coverage, intersecting the lesser, and subtracting the lesser of weight and
/// what the shape leaves bare. So the same shape twice is the same as once, edges included. Inside a shape the coverage
/// is exactly 1, outside exactly 0; on its edge it is one of about 16 steps.
pub fn draw(mask: &mut Array2<f32>, shapes: &[Shape]) {
    for shape in shapes {
        let covered = cover(&shape.outline, mask.dim());
        match (shape.op, covered) {
            (ShapeOp::Add, Some(covered)) => covered.join(mask, f32::max),
            (ShapeOp::Subtract, Some(covered)) => covered.join(mask, |weight, cover| weight.min(1.0 - cover)),
            (ShapeOp::Intersect, Some(covered)) => {
                let mut kept = Array2::zeros(mask.dim());
                covered.join(&mut kept, |_, cover| cover);
                mask.zip_mut_with(&kept, |weight, &cover| *weight = weight.min(cover));
            }
            (ShapeOp::Intersect, None) => mask.fill(0.0),
            (ShapeOp::Add | ShapeOp::Subtract, None) => {}
        }
    }
}

/// How much of each pixel a shape covers, for the part of the picture that it may reach.
struct Covered {
    left: usize,
    top: usize,
    /// `[height, width]` of the part, 255 for the whole pixel.
    part: Array2<u8>,
}

impl Covered {
    /// Replaces each weight of the part by `rule(weight, coverage)`.
    fn join(&self, mask: &mut Array2<f32>, rule: impl Fn(f32, f32) -> f32) {
        let (height, width) = self.part.dim();
        let here = mask.slice_mut(s![self.top..self.top + height, self.left..self.left + width]);
        Zip::from(here).and(&self.part).for_each(|weight, &cover| *weight = rule(*weight, f32::from(cover) / 255.0));
    }
}

/// Coverage of the pixels of a picture `(height, width)`; none if the outline is outside.
fn cover(outline: &Outline, (height, width): (usize, usize)) -> Option<Covered> {
    let (cut, rule) = polygons(outline, width as f64, height as f64);
    // tiny-skia's pixel centres are at halves: pixel i reaches from i to i + 1 there.
    let (left, right) = reach(&cut, 0, width)?;
    let (top, bottom) = reach(&cut, 1, height)?;

    let mut path = PathBuilder::new();
    for polygon in &cut {
        for (index, point) in polygon.iter().enumerate() {
            let (x, y) = ((point[0] + 0.5 - left as f64) as f32, (point[1] + 0.5 - top as f64) as f32);
            if index == 0 { path.move_to(x, y) } else { path.line_to(x, y) }
        }
        path.close();
    }
    let (rows, columns) = (bottom - top, right - left);
    let mut canvas = Mask::new(u32::try_from(columns).ok()?, u32::try_from(rows).ok()?)?;
    canvas.fill_path(&path.finish()?, rule, true, Transform::identity());
    let part = Array2::from_shape_vec((rows, columns), canvas.take()).ok()?;
    Some(Covered { left, top, part })
}

/// The first pixel of an axis that polygons reach, and the one after the last; none if they reach none of `count`.
fn reach(polygons: &[Vec<Point>], axis: usize, count: usize) -> Option<(usize, usize)> {
    let places = || polygons.iter().flatten().map(|point| point[axis] + 0.5);
    // A cast of a negative number gives 0.
    let first = places().fold(f64::INFINITY, f64::min).floor() as usize;
    let end = (places().fold(f64::NEG_INFINITY, f64::max).ceil() as usize).min(count);
    (first < end).then_some((first, end))
}

#[cfg(test)]
mod tests {
    use std::f64::consts::{PI, TAU};

    use proptest::prelude::*;

    use super::*;

    fn drawn(size: (usize, usize), shapes: &[(Outline, ShapeOp)]) -> Array2<f32> {
        let mut mask = Array2::zeros(size);
        let shapes: Vec<_> = shapes.iter().map(|(outline, op)| Shape { outline: outline.clone(), op: *op }).collect();
        draw(&mut mask, &shapes);
        mask
    }

    fn area(outline: Outline) -> f64 {
        drawn((80, 100), &[(outline, ShapeOp::Add)]).iter().map(|&weight| f64::from(weight)).sum()
    }

    fn rectangle(center: Point, radii: Point) -> Outline {
        Outline::Rectangle { center, radii, angle: 0.0 }
    }

    #[test]
    fn areas_are_those_of_geometry() {
        let star = (0..5).map(|i| (f64::from(i) * 2.0 * TAU / 5.0).sin_cos());
        let star: Vec<_> = star.map(|(sin, cos)| [50.0 + 36.0 * sin, 40.0 - 36.0 * cos]).collect();
        // The five points of a star without the pentagon in its middle, which is wound around twice.
        let (inner, outer) = (36.0 * (TAU / 5.0).cos() / (TAU / 10.0).cos(), 36.0);
        let sector = inner * outer * (TAU / 10.0).sin();
        let pentagon = 2.5 * inner * inner * (TAU / 5.0).sin();
        let shapes = [
            (rectangle([50.0, 40.0], [10.0, 7.25]), 290.0),
            (Outline::Rectangle { center: [50.3, 39.8], radii: [30.0, 7.0], angle: 33.0 }, 840.0),
            (Outline::Ellipse { center: [50.2, 40.4], radii: [30.0, 12.0], angle: -20.0 }, PI * 360.0),
            (Outline::Stroke { points: vec![[40.0, 40.0]], radius: 20.0 }, PI * 400.0),
            (Outline::Stroke { points: vec![[20.0, 30.0], [80.0, 30.0]], radius: 9.0 }, PI * 81.0 + 60.0 * 18.0),
            // Drawn back over itself, it covers no more.
            (
                Outline::Stroke { points: vec![[20.0, 30.0], [80.0, 30.0], [20.0, 30.0]], radius: 9.0 },
                PI * 81.0 + 60.0 * 18.0,
            ),
            (Outline::Polygon { points: star }, 5.0 * sector - pentagon),
            // The picture's right half, of a rectangle that is a million pixels wide.
            (rectangle([500_049.5, 0.0], [500_000.0, 300_000.0]), 50.0 * 80.0),
            (Outline::Ellipse { center: [-900_000.0, 39.5], radii: [900_049.5, 1e6], angle: 0.0 }, 50.0 * 80.0),
        ];
        let off = shapes.into_iter().filter_map(|(outline, expected)| {
            let (found, name) = (area(outline.clone()), format!("{outline:?}"));
            ((found - expected).abs() > 0.01 * expected).then_some((name, found, expected))
        });
        assert_eq!(off.collect::<Vec<_>>(), []);
    }

    #[test]
    fn pixel_centres_are_at_integers() {
        let mask = drawn((5, 6), &[(rectangle([2.0, 1.0], [1.5, 0.5]), ShapeOp::Add)]);
        let expected = Array2::from_shape_fn((5, 6), |(y, x)| f32::from(u8::from(y == 1 && (1..=3).contains(&x))));
        assert_eq!(mask, expected);
    }

    #[test]
    fn pictures_may_be_wider_than_what_is_filled_at_once() {
        // tiny-skia fills tiles of 8191 pixels.
        let mask = drawn((3, 16384), &[(rectangle([8190.5, 1.0], [200.0, 0.5]), ShapeOp::Add)]);
        let expected =
            Array2::from_shape_fn((3, 16384), |(y, x)| f32::from(u8::from(y == 1 && (7991..8391).contains(&x))));
        assert_eq!(mask, expected);
        let mask = drawn((3, 16384), &[(rectangle([0.0, 1.0], [20000.0, 0.5]), ShapeOp::Add)]);
        assert_eq!(mask.sum(), 16384.0);
    }

    #[test]
    fn angles_turn_clockwise() {
        let clock_hand = Outline::Rectangle { center: [20.0, 20.0], radii: [15.0, 1.0], angle: 45.0 };
        let mask = drawn((41, 41), &[(clock_hand, ShapeOp::Add)]);
        assert_eq!((mask[(28, 28)], mask[(12, 28)]), (1.0, 0.0), "three o'clock turns down, y points down");
    }

    #[test]
    fn operations_apply_in_order() {
        let [left, right] = [rectangle([3.5, 4.5], [4.0, 5.0]), rectangle([5.5, 4.5], [4.0, 5.0])];
        let rows = [
            (vec![(left.clone(), ShapeOp::Add), (right.clone(), ShapeOp::Subtract)], 0..2),
            (vec![(left.clone(), ShapeOp::Add), (right.clone(), ShapeOp::Intersect)], 2..8),
            (vec![(left.clone(), ShapeOp::Subtract), (right.clone(), ShapeOp::Add)], 2..10),
            (vec![(left, ShapeOp::Intersect), (right, ShapeOp::Add)], 2..10),
        ];
        for (shapes, white) in rows {
            let mask = drawn((10, 10), &shapes);
            let expected = Array2::from_shape_fn((10, 10), |(_, x)| f32::from(u8::from(white.contains(&x))));
            assert_eq!(mask, expected, "{shapes:?}");
        }
        let outside = rectangle([500.0, 0.0], [9.0, 9.0]);
        let mut mask = Array2::ones((4, 4));
        draw(&mut mask, &[Shape { outline: outside, op: ShapeOp::Intersect }]);
        assert_eq!(mask, Array2::<f32>::zeros((4, 4)));
    }

    #[test]
    fn the_same_shape_twice_is_once() {
        let blot = Outline::Ellipse { center: [9.3, 8.1], radii: [6.2, 3.3], angle: 30.0 };
        let once = drawn((20, 20), &[(blot.clone(), ShapeOp::Add)]);
        assert!(once.iter().any(|weight| (0.2..0.8).contains(weight)), "edges are smooth");
        assert_eq!(drawn((20, 20), &[(blot.clone(), ShapeOp::Add), (blot, ShapeOp::Add)]), once);
    }

    /// A number that a shape may have: near the picture, and now and then as far as the check allows.
    fn number() -> impl Strategy<Value = f64> {
        prop_oneof![4 => -40.0..80.0, 1 => -1e6..=1e6, 1 => Just(1e6), 1 => Just(-1e6), 1 => Just(0.0)]
    }

    fn size() -> impl Strategy<Value = f64> {
        number().prop_map(|size| size.abs().max(1e-300))
    }

    fn pair() -> impl Strategy<Value = Point> {
        [number(), number()]
    }

    fn polygon_or_stroke() -> impl Strategy<Value = Outline> {
        let points = |least| proptest::collection::vec(pair(), least..9);
        prop_oneof![
            points(3).prop_map(|points| Outline::Polygon { points }),
            (points(1), size()).prop_map(|(points, radius)| Outline::Stroke { points, radius }),
        ]
    }

    fn shape() -> impl Strategy<Value = Shape> {
        let outline = prop_oneof![
            (pair(), [size(), size()], number()).prop_map(|(center, radii, angle)| Outline::Ellipse {
                center,
                radii,
                angle
            }),
            (pair(), [size(), size()], number()).prop_map(|(center, radii, angle)| Outline::Rectangle {
                center,
                radii,
                angle
            }),
            proptest::collection::vec(pair(), 3..9).prop_map(|points| Outline::Polygon { points }),
            (proptest::collection::vec(pair(), 1..9), size())
                .prop_map(|(points, radius)| Outline::Stroke { points, radius }),
        ];
        let op = prop_oneof![Just(ShapeOp::Add), Just(ShapeOp::Subtract), Just(ShapeOp::Intersect)];
        (outline, op).prop_map(|(outline, op)| Shape { outline, op })
    }

    /// Distance of a point from the line between two others.
    fn distance(point: Point, from: Point, to: Point) -> f64 {
        let (along, across) = ([to[0] - from[0], to[1] - from[1]], [point[0] - from[0], point[1] - from[1]]);
        let length = along[0].powi(2) + along[1].powi(2);
        let part = if length > 0.0 { (along[0] * across[0] + along[1] * across[1]) / length } else { 0.0 };
        let part = part.clamp(0.0, 1.0);
        (across[0] - part * along[0]).hypot(across[1] - part * along[1])
    }

    /// How far a point is inside of an outline, negative outside: by its definition, not by any polygon.
    fn depth(outline: &Outline, point: Point) -> f64 {
        match outline {
            Outline::Stroke { points, radius } => {
                let ends = points.iter().zip(points.iter().skip(1).chain(points.last()));
                radius - ends.map(|(from, to)| distance(point, *from, *to)).fold(f64::INFINITY, f64::min)
            }
            Outline::Polygon { points } => {
                let edges = || points.iter().zip(points.iter().cycle().skip(1));
                let nearest = edges().map(|(from, to)| distance(point, *from, *to)).fold(f64::INFINITY, f64::min);
                let crossed = edges().filter(|([x0, y0], [x1, y1])| {
                    let [x, y] = point;
                    (*y0 > y) != (*y1 > y) && x < x0 + (y - y0) / (y1 - y0) * (x1 - x0)
                });
                if crossed.count() % 2 == 1 { nearest } else { -nearest }
            }
            Outline::Ellipse { .. } | Outline::Rectangle { .. } => unreachable!("areas tell these"),
        }
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(400))]

        #[test]
        fn whatever_passes_the_check_is_drawn(
            shapes in proptest::collection::vec(shape(), 1..5), height in 1_usize..50, width in 1_usize..50,
        ) {
            prop_assert!(shapes.iter().all(|shape| shape.check().is_ok()));
            let mut mask = Array2::from_elem((height, width), 0.5);
            draw(&mut mask, &shapes);
            prop_assert!(mask.iter().all(|weight| (0.0..=1.0).contains(weight)));
        }

        #[test]
        fn pixels_off_the_edge_are_white_or_black(outline in polygon_or_stroke()) {
            let shape = Shape { outline, op: ShapeOp::Add };
            let mut mask = Array2::zeros((40, 40));
            draw(&mut mask, std::slice::from_ref(&shape));
            for ((y, x), &weight) in mask.indexed_iter() {
                let depth = depth(&shape.outline, [x as f64, y as f64]);
                let expected = if depth > 0.0 { 1.0 } else { 0.0 };
                prop_assert!(depth.abs() < 1.0 || weight == expected, "({x}, {y}): {weight} at a depth of {depth}");
            }
        }
    }
}
