//! What a brush did, in as few points as show the same.

/// x and y, image pixels.
pub(super) type Point = [f64; 2];

/// The points of a line without those that lie within `tolerance` of it (Ramer, Douglas and Peucker). Ends stay.
pub(super) fn thinned(points: &[Point], tolerance: f64) -> Vec<Point> {
    let Some(last) = points.len().checked_sub(1) else { return Vec::new() };
    let mut kept = vec![false; points.len()];
    (kept[0], kept[last]) = (true, true);
    let mut spans = vec![(0, last)];
    while let Some((from, to)) = spans.pop() {
        let far = (from + 1..to).map(|index| (distance(points[index], points[from], points[to]), index));
        if let Some((_, index)) = far.max_by(|a, b| a.0.total_cmp(&b.0)).filter(|(away, _)| *away > tolerance) {
            kept[index] = true;
            spans.extend([(from, index), (index, to)]);
        }
    }
    let mut line: Vec<Point> = points.iter().zip(kept).filter(|(_, kept)| *kept).map(|(point, _)| *point).collect();
    // A brush that was only pressed made a dab.
    line.dedup();
    line
}

/// How far a point is from the line between two others.
fn distance(point: Point, from: Point, to: Point) -> f64 {
    let along = [to[0] - from[0], to[1] - from[1]];
    let off = [point[0] - from[0], point[1] - from[1]];
    let length = along[0].hypot(along[1]);
    let part = if length > 0.0 { (off[0] * along[0] + off[1] * along[1]) / (length * length) } else { 0.0 };
    let part = part.clamp(0.0, 1.0);
    (off[0] - part * along[0]).hypot(off[1] - part * along[1])
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_straight_line_is_two_points_and_a_dab_one() {
        let straight: Vec<Point> = (0..200).map(|i| [f64::from(i) * 0.5, 3.0 + 0.1 * f64::from(i % 2)]).collect();
        assert_eq!(thinned(&straight, 0.3), [straight[0], straight[199]]);
        assert_eq!(thinned(&[[4.0, 4.0]; 7], 0.3), [[4.0, 4.0]]);
        assert!(thinned(&[], 0.3).is_empty());
    }

    #[test]
    fn nothing_that_is_left_out_is_farther_than_the_tolerance() {
        let circle: Vec<Point> = (0..=400)
            .map(|i| {
                let (sin, cos) = (f64::from(i) * 0.0157).sin_cos();
                [50.0 + 40.0 * cos, 50.0 + 40.0 * sin]
            })
            .collect();
        let line = thinned(&circle, 0.3);
        assert!(line.len() < 40, "{} points", line.len());
        let away = |point: &Point| {
            line.windows(2).map(|ends| distance(*point, ends[0], ends[1])).fold(f64::INFINITY, f64::min)
        };
        assert!(circle.iter().all(|point| away(point) <= 0.3));
    }
}
