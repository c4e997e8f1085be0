//! Where a mask has half of its weight, as closed lines (marching squares), with no more corners than can be drawn often.

use std::collections::BTreeMap;

use dragfx_engine::ImagePoint;
use ndarray::ArrayView2;

use super::Lines;

/// Half of the weight.
const HALF: f32 = 0.5;
/// How far a line may be from where it should be if there are few, pixels of the mask.
const FINEST: f64 = 0.25;
/// Most corners of all lines together. More of them are made coarser.
const MOST: usize = 2048;

/// The lines around what has more than half of the weight; beyond the mask there is none. A pixel's weight is that of its
/// centre.
pub(super) fn around(weights: ArrayView2<'_, f32>) -> Lines {
    let mut lines = crossings(weights);
    let mut tolerance = FINEST;
    loop {
        let simpler = lines.iter().map(|line| simplified(line, tolerance));
        // What is smaller than the tolerance is no more than a line there and back.
        lines = simpler.filter(|line| line.len() > 2).collect();
        if lines.iter().map(Vec::len).sum::<usize>() <= MOST {
            return lines;
        }
        tolerance *= 2.0;
    }
}

/// Between a pixel, by column and row, and the next one: that below, or that to the right.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
struct Side {
    x: i64,
    y: i64,
    down: bool,
}

/// The lines, with a corner wherever they come between two pixels.
fn crossings(weights: ArrayView2<'_, f32>) -> Lines {
    let weight = |x: i64, y: i64| {
        let place = usize::try_from(y).ok().zip(usize::try_from(x).ok());
        place.and_then(|place| weights.get(place)).copied().unwrap_or(0.0)
    };
    let crossing = |Side { x, y, down }: Side| {
        let (from, to) = (weight(x, y), if down { weight(x, y + 1) } else { weight(x + 1, y) });
        let part = f64::from((HALF - from) / (to - from));
        let (x, y) = (x as f64, y as f64);
        if down { ImagePoint::new(x, y + part) } else { ImagePoint::new(x + part, y) }
    };
    let mut next = joined(weights.dim(), |x, y| weight(x, y) > HALF);
    let mut lines = Vec::new();
    while let Some((first, mut side)) = next.pop_first() {
        let mut line = vec![crossing(first)];
        while side != first {
            line.push(crossing(side));
            side = next.remove(&side).expect("a line that comes into a square leaves it");
        }
        lines.push(line);
    }
    lines
}

/// From where a line comes into a square of four pixels to where it leaves it. What is inside lies on the same hand all along,
/// so that a side is entered from one of its squares, and left to the other.
fn joined((rows, columns): (usize, usize), inside: impl Fn(i64, i64) -> bool) -> BTreeMap<Side, Side> {
    let mut next = BTreeMap::new();
    for y in -1..rows as i64 {
        for x in -1..columns as i64 {
            let corners = [inside(x, y), inside(x + 1, y), inside(x + 1, y + 1), inside(x, y + 1)];
            let sides = [
                Side { x, y, down: false },
                Side { x: x + 1, y, down: true },
                Side { x, y: y + 1, down: false },
                Side { x, y, down: true },
            ];
            // Around the square: a line goes from where the inside begins to where it ends.
            for begin in (0..4).filter(|&at| !corners[at] && corners[(at + 1) % 4]) {
                let end = (1..4).map(|by| (begin + by) % 4).find(|&at| !corners[(at + 1) % 4]);
                next.insert(sides[begin], sides[end.expect("the corner before the beginning is outside")]);
            }
        }
    }
    next
}

/// A closed line with fewer corners, nowhere farther than `tolerance` from those that it had (Douglas and Peucker).
fn simplified(line: &[ImagePoint], tolerance: f64) -> Vec<ImagePoint> {
    let at = |place: usize| line[place % line.len()];
    let far = (0..line.len()).max_by(|&a, &b| at(0).distance(at(a)).total_cmp(&at(0).distance(at(b)))).unwrap_or(0);
    let mut kept = vec![false; line.len()];
    (kept[0], kept[far]) = (true, true);
    let mut open = vec![(0, far), (far, line.len())];
    while let Some((from, to)) = open.pop() {
        let apart = (from + 1..to).map(|place| (from_chord(at(place), at(from), at(to)), place));
        if let Some((distance, place)) = apart.max_by(|a, b| a.0.total_cmp(&b.0))
            && distance > tolerance
        {
            kept[place] = true;
            open.extend([(from, place), (place, to)]);
        }
    }
    line.iter().zip(kept).filter_map(|(point, kept)| kept.then_some(*point)).collect()
}

/// How far a point is from the line between two others.
fn from_chord(point: ImagePoint, from: ImagePoint, to: ImagePoint) -> f64 {
    let (x, y) = (to.x - from.x, to.y - from.y);
    let along = ((point.x - from.x) * x + (point.y - from.y) * y) / (x * x + y * y);
    // Both ends may be the same.
    let along = if along.is_nan() { 0.0 } else { along.clamp(0.0, 1.0) };
    point.distance(ImagePoint::new(from.x + along * x, from.y + along * y))
}

#[cfg(test)]
mod tests {
    use ndarray::Array2;

    use super::*;

    /// White where a function says so.
    fn mask(side: usize, white: impl Fn(f64, f64) -> bool) -> Array2<f32> {
        Array2::from_shape_fn((side, side), |(y, x)| f32::from(u8::from(white(x as f64, y as f64))))
    }

    #[test]
    fn a_disc_has_its_radius() {
        for radius in [3.25_f64, 20.25, 28.75] {
            let soft = Array2::from_shape_fn((64, 64), |(y, x)| {
                (0.5 + radius - (x as f64 - 31.0).hypot(y as f64 - 32.0)).clamp(0.0, 1.0) as f32
            });
            let hard = mask(64, |x, y| (x - 31.0).hypot(y - 32.0) <= radius);
            for (what, weights) in [("soft", soft), ("hard", hard)] {
                let lines = around(weights.view());
                assert_eq!(lines.len(), 1, "{what}, {radius}");
                for point in &lines[0] {
                    let found = (point.x - 31.0).hypot(point.y - 32.0);
                    assert!((found - radius).abs() < 1.0, "{what}, {radius}: {point:?} at {found}");
                }
                let (left, right) = lines[0].iter().fold((64.0_f64, 0.0_f64), |(a, b), p| (a.min(p.x), b.max(p.x)));
                assert!((right - left - 2.0 * radius).abs() < 1.0, "{what}, {radius}: {left} to {right}");
            }
        }
    }

    #[test]
    fn straight_lines_have_two_ends_and_follow_the_border_of_the_picture() {
        let lines = around(mask(16, |x, _| x < 8.0).view());
        assert_eq!(lines.len(), 1);
        let on_corner = |x: f64, y: f64| lines[0].iter().any(|p| p.distance(ImagePoint::new(x, y)) < 0.75);
        assert!(on_corner(-0.5, -0.5) && on_corner(7.5, -0.5) && on_corner(7.5, 15.5) && on_corner(-0.5, 15.5));
        assert!(lines[0].len() <= 8, "{:?}", lines[0]);
    }

    #[test]
    fn every_part_and_every_hole_has_a_line() {
        let ring = |x: f64, y: f64| (5.0..12.0).contains(&(x - 16.0).hypot(y - 16.0));
        let rows = [
            ("nothing", around(mask(32, |_, _| false).view()), 0),
            ("all", around(mask(32, |_, _| true).view()), 1),
            ("a ring", around(mask(32, ring).view()), 2),
            ("a ring and a pixel", around(mask(32, |x, y| ring(x, y) || (x, y) == (1.0, 1.0)).view()), 3),
            ("two pixels that touch at a corner", around(mask(4, |x, y| x == y && x < 2.0).view()), 2),
        ];
        for (what, lines, expected) in rows {
            assert_eq!(lines.len(), expected, "{what}");
        }
    }

    #[test]
    fn there_is_a_most_of_corners() {
        let checks = mask(256, |x, y| (x + y) % 2.0 == 0.0);
        let comb = mask(256, |x, y| x % 2.0 == 0.0 || y == 0.0);
        for (what, weights) in [("checks", checks), ("a comb", comb)] {
            let corners: usize = around(weights.view()).iter().map(Vec::len).sum();
            assert!(corners <= MOST, "{what}: {corners}");
        }
    }
}
