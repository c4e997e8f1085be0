//! Parametric parameters: curves that a user draws, as for a look-up table.

use serde::{Deserialize, Serialize};

use super::curve;

/// A curve through control points.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(transparent)]
pub struct ControlCurve {
    points: Vec<ControlPoint>,
}

/// A place on the curve and its value there.
pub type ControlPoint = [f64; 2];

/// Control points closer than this part of the curve's range are one.
const CLOSE: f64 = 1e-6;

impl ControlCurve {
    /// A curve that gives back what it is asked about, from one end of its range to the other.
    #[must_use]
    pub fn identity(range: [f64; 2]) -> Self {
        Self { points: range.map(|end| [end, end]).into() }
    }

    /// The control points in their order.
    #[must_use]
    pub fn points(&self) -> &[ControlPoint] {
        &self.points
    }

    /// The value at a place: cubics between the points that rise and fall only where the points do, straight on at the
    /// ends of them; beyond, and with a single point, the value of the nearest one. 0 without points.
    #[must_use]
    pub fn value(&self, position: f64) -> f64 {
        let next = self.points.partition_point(|point| point[0] <= position);
        match (next.checked_sub(1), self.points.get(next)) {
            (None, None) => 0.0,
            (None, Some(first)) => first[1],
            (Some(last), None) => self.points[last][1],
            (Some(start), Some(&[end, _])) => {
                let [begin, value] = self.points[start];
                let slope = self.slope(start);
                let tangent = |index: usize| {
                    let before = index.checked_sub(1).filter(|_| index + 1 < self.points.len());
                    before.map_or(slope, |before| {
                        let lengths = [index, index + 1].map(|at| self.points[at][0] - self.points[at - 1][0]);
                        curve::monotone_tangent([self.slope(before), self.slope(index)], lengths)
                    })
                };
                let cubic = curve::hermite(value, slope, end - begin, tangent(start), tangent(next));
                curve::evaluate(&cubic, position - begin)
            }
        }
    }

    /// Adds a point, or gives its value to the one that is there already. False, and nothing is done, if a number is not
    /// finite.
    pub fn add(&mut self, point: ControlPoint, range: [f64; 2]) -> bool {
        if !point.iter().all(|number| number.is_finite()) {
            return false;
        }
        let close = CLOSE * (range[1] - range[0]).abs();
        match self.points.iter_mut().find(|other| (other[0] - point[0]).abs() <= close) {
            Some(other) => *other = point,
            None => self.points.insert(self.points.partition_point(|other| other[0] < point[0]), point),
        }
        true
    }

    /// Moves a point, which may change its number. False, and nothing is done, if there is no such point or a number is
    /// not finite.
    pub fn set(&mut self, index: usize, point: ControlPoint, range: [f64; 2]) -> bool {
        let finite = point.iter().all(|number| number.is_finite());
        finite && self.remove(index) && self.add(point, range)
    }

    /// Removes a point. False if there is none.
    pub fn remove(&mut self, index: usize) -> bool {
        index < self.points.len() && {
            self.points.remove(index);
            true
        }
    }

    /// Removes all points.
    pub fn clear(&mut self) {
        self.points.clear();
    }

    fn slope(&self, start: usize) -> f64 {
        let [[x1, y1], [x2, y2]] = [self.points[start], self.points[start + 1]];
        (y2 - y1) / (x2 - x1)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const UNIT: [f64; 2] = [0.0, 1.0];

    fn curve(points: &[ControlPoint]) -> ControlCurve {
        let mut curve = ControlCurve::default();
        assert!(points.iter().all(|&point| curve.add(point, UNIT)));
        curve
    }

    #[test]
    fn values_of_a_table() {
        let cases = [
            // points, position, value
            (vec![], 0.5, 0.0),
            (vec![[0.5, 3.0]], 0.9, 3.0),
            (vec![[0.0, 0.0], [1.0, 1.0]], 0.3, 0.3),
            (vec![[0.0, 0.0], [1.0, 1.0]], -1.0, 0.0),
            (vec![[0.0, 0.0], [1.0, 1.0]], 2.0, 1.0),
            (vec![[1.0, 1.0], [0.5, 0.5], [0.0, 0.0]], 0.7, 0.7),
            (vec![[0.0, 0.0], [0.5, 1.0], [1.0, 0.0]], 0.5, 1.0),
            // From a slope of 2 to the flat top: 2u - u² of 0.5.
            (vec![[0.0, 0.0], [0.5, 1.0], [1.0, 0.0]], 0.25, 0.625),
        ];
        let wrong =
            cases.iter().filter(|(points, position, value)| (curve(points).value(*position) - value).abs() > 1e-12);
        assert_eq!(wrong.collect::<Vec<_>>(), Vec::<&(Vec<ControlPoint>, f64, f64)>::new());
    }

    #[test]
    fn points_are_added_moved_and_removed() {
        let mut curve = curve(&[[0.5, 1.0], [0.0, 0.0], [0.5 + 1e-9, 2.0]]);
        assert_eq!(curve.points(), [[0.0, 0.0], [0.5 + 1e-9, 2.0]]);
        assert!(curve.set(0, [0.75, 4.0], UNIT), "a point moves past another one");
        assert_eq!(curve.points()[1], [0.75, 4.0]);
        assert!(!curve.set(2, [0.0, 0.0], UNIT) && !curve.remove(2) && !curve.add([f64::NAN, 0.0], UNIT));
        assert!(!curve.set(0, [0.0, f64::NAN], UNIT));
        assert_eq!(curve.points().len(), 2);
        curve.clear();
        assert_eq!(curve, ControlCurve::default());
    }
}
