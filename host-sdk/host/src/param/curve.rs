//! Numbers over time: what keyframes are worth between them, how fast they change and what they add up to.

use super::keys::{Interpolation, Keys};
use super::numbers::Numbers;

/// The value at a time: of the nearest key outside of the keys. Nothing without keys.
pub(super) fn value(keys: &Keys<Numbers>, time: f64) -> Option<Numbers> {
    let (piece, at) = locate(keys, time)?;
    Some(piece.each(|cubic| evaluate(cubic, at)))
}

/// The change per frame at a time; at a key, of what follows it. Nothing without keys.
pub(super) fn derivative(keys: &Keys<Numbers>, time: f64) -> Option<Numbers> {
    let (piece, at) = locate(keys, time)?;
    Some(piece.each(|cubic| (3.0 * cubic[3] * at + 2.0 * cubic[2]) * at + cubic[1]))
}

/// What the value adds up to from one time to another, in frames; negative if they are in the other order. It is exact, as
/// every piece between two keys is a polynomial. Nothing without keys.
pub(super) fn integral(keys: &Keys<Numbers>, from: f64, to: f64) -> Option<Numbers> {
    if to < from {
        return Some(integral(keys, to, from)?.map(|number| -number));
    }
    let mut sum = keys.first()?.value.map(|_| 0.0);
    let mut start = from;
    while start < to {
        let next = keys.iter().map(|key| key.time).find(|&time| time > start).unwrap_or(to);
        let end = next.min(to);
        let (piece, at) = locate(keys, start)?;
        let area = piece.each(|cubic| antiderivative(cubic, at + (end - start)) - antiderivative(cubic, at));
        sum = sum.zip(area, |a, b| a + b);
        start = end;
    }
    Some(sum)
}

/// A piece of the curve: for each dimension the cubic `c0 + c1 s + c2 s² + c3 s³` in the time since its start.
struct Piece {
    dimensions: usize,
    cubics: [[f64; 4]; Numbers::MOST],
}

impl Piece {
    fn each(&self, number: impl Fn(&[f64; 4]) -> f64) -> Numbers {
        self.cubics[..self.dimensions].iter().map(number).collect()
    }
}

/// The piece that holds at a time, and the time since its start.
fn locate(keys: &Keys<Numbers>, time: f64) -> Option<(Piece, f64)> {
    let next = keys.partition_point(|key| key.time <= time);
    // Before the first key its value holds: a piece that starts there and never changes.
    let index = next.saturating_sub(1);
    let start = keys.get(index)?;
    let mut cubics = [[0.0; 4]; Numbers::MOST];
    for (dimension, (cubic, &value)) in cubics.iter_mut().zip(start.value.iter()).enumerate() {
        *cubic = if next == 0 { [value, 0.0, 0.0, 0.0] } else { cubic_after(keys, index, dimension) };
    }
    Some((Piece { dimensions: start.value.len(), cubics }, time - start.time))
}

fn cubic_after(keys: &Keys<Numbers>, index: usize, dimension: usize) -> [f64; 4] {
    let start = &keys[index];
    let value = start.value[dimension];
    let Some(slope) = slope_after(keys, index, dimension) else { return [value, 0.0, 0.0, 0.0] };
    match start.interpolation {
        Interpolation::Constant => [value, 0.0, 0.0, 0.0],
        Interpolation::Linear => [value, slope, 0.0, 0.0],
        Interpolation::Smooth => {
            let length = keys[index + 1].time - start.time;
            hermite(value, slope, length, tangent(keys, index, dimension), tangent(keys, index + 1, dimension))
        }
    }
}

/// The slope of the straight line from a key to the next one. Nothing after the last.
fn slope_after(keys: &Keys<Numbers>, index: usize, dimension: usize) -> Option<f64> {
    let (start, end) = (&keys[index], keys.get(index + 1)?);
    Some((end.value[dimension] - start.value[dimension]) / (end.time - start.time))
}

/// The slope that smooth pieces have at a key: flat at the ends, so that there is no corner with what holds beyond them.
fn tangent(keys: &Keys<Numbers>, index: usize, dimension: usize) -> f64 {
    let before = index.checked_sub(1).and_then(|before| slope_after(keys, before, dimension));
    let (Some(before), Some(after)) = (before, slope_after(keys, index, dimension)) else { return 0.0 };
    let lengths = [keys[index].time - keys[index - 1].time, keys[index + 1].time - keys[index].time];
    monotone_tangent([before, after], lengths)
}

/// The slope of a smooth curve where two pieces meet, of the slopes and lengths of both: flat where the curve turns, else
/// the harmonic mean, weighted as Fritsch and Butland do. So the cubics rise and fall only where the points do, and a
/// value with a range does not leave it on its way.
pub(super) fn monotone_tangent([before, after]: [f64; 2], [left, right]: [f64; 2]) -> f64 {
    if before * after <= 0.0 {
        return 0.0;
    }
    let (weight_before, weight_after) = (2.0 * right + left, right + 2.0 * left);
    (weight_before + weight_after) / (weight_before / before + weight_after / after)
}

/// The cubic of a piece: its value at the start, the slope of the straight line to its end, its length, and the slopes it
/// has at its start and at its end.
pub(super) fn hermite(value: f64, slope: f64, length: f64, leaving: f64, arriving: f64) -> [f64; 4] {
    let square = (3.0 * slope - 2.0 * leaving - arriving) / length;
    let cube = (leaving + arriving - 2.0 * slope) / (length * length);
    [value, leaving, square, cube]
}

/// A cubic's value.
pub(super) fn evaluate(cubic: &[f64; 4], at: f64) -> f64 {
    ((cubic[3] * at + cubic[2]) * at + cubic[1]) * at + cubic[0]
}

fn antiderivative(cubic: &[f64; 4], at: f64) -> f64 {
    (((cubic[3] / 4.0 * at + cubic[2] / 3.0) * at + cubic[1] / 2.0) * at + cubic[0]) * at
}

#[cfg(test)]
mod tests {
    use super::super::keys::Key;
    use super::*;

    fn keys(points: &[(f64, f64)], interpolation: Interpolation) -> Keys<Numbers> {
        let key = |&(time, value): &(f64, f64)| Key { time, value: [value, -value].into(), interpolation };
        points.iter().map(key).collect::<Vec<_>>().into()
    }

    const POINTS: [(f64, f64); 4] = [(0.0, 1.0), (2.0, 5.0), (3.0, 7.0), (10.0, 0.0)];

    #[test]
    fn values_derivatives_and_integrals_of_a_table() {
        use Interpolation::{Constant, Linear, Smooth};
        let cases = [
            // interpolation, time, value, derivative, integral from 0
            (Constant, -1.0, 1.0, 0.0, -1.0),
            (Constant, 1.0, 1.0, 0.0, 1.0),
            (Constant, 2.0, 5.0, 0.0, 2.0),
            (Constant, 12.0, 0.0, 0.0, 2.0 + 5.0 + 49.0),
            (Linear, -2.0, 1.0, 0.0, -2.0),
            (Linear, 1.0, 3.0, 2.0, 2.0),
            (Linear, 2.0, 5.0, 2.0, 6.0),
            (Linear, 10.0, 0.0, 0.0, 6.0 + 6.0 + 24.5),
            (Smooth, 0.0, 1.0, 0.0, 0.0),
            // Both slopes at 2 are 2, and so is their mean; at 3 the curve turns.
            (Smooth, 2.0, 5.0, 2.0, 2.0 * 3.0 - 4.0 * 2.0 / 12.0),
            (Smooth, 3.0, 7.0, 0.0, 11.5),
            (Smooth, 6.5, 3.5, -1.5, 11.5 + 49.0 * (0.5 - 0.125 + 0.03125)),
            (Smooth, 11.0, 0.0, 0.0, 11.5 + 24.5),
        ];
        let mut wrong = Vec::new();
        for (interpolation, time, expected, slope, area) in cases {
            let keys = keys(&POINTS, interpolation);
            let found = [value(&keys, time), derivative(&keys, time), integral(&keys, 0.0, time)].map(|n| n.unwrap());
            for (what, found, expected) in
                [("value", found[0], expected), ("slope", found[1], slope), ("area", found[2], area)]
            {
                if (found[0] - expected).abs() > 1e-9 || (found[1] + expected).abs() > 1e-9 {
                    wrong.push(format!("{interpolation:?} {what} at {time}: {found:?}, not ±{expected}"));
                }
            }
        }
        assert!(wrong.is_empty(), "{}", wrong.join("\n"));
    }

    #[test]
    fn smooth_pieces_stay_between_their_keys_and_have_no_corners() {
        let keys = keys(&[(0.0, 0.0), (1.0, 0.1), (1.5, 9.0), (7.0, 9.0), (8.0, -3.0)], Interpolation::Smooth);
        for step in 0..800 {
            let time = f64::from(step) / 100.0;
            let found = value(&keys, time).unwrap()[0];
            let after = keys.partition_point(|key| key.time <= time);
            let (a, b) = (keys[after - 1].value[0], keys[after.min(4)].value[0]);
            assert!(found >= a.min(b) - 1e-12 && found <= a.max(b) + 1e-12, "{found} at {time}");
        }
        for key in &keys[1..4] {
            let (left, right) = (derivative(&keys, key.time - 1e-9).unwrap(), derivative(&keys, key.time).unwrap());
            assert!((left[0] - right[0]).abs() < 1e-5, "a corner at {}", key.time);
        }
    }

    #[test]
    fn integrals_agree_with_sums_of_values_in_either_order() {
        for interpolation in [Interpolation::Constant, Interpolation::Linear, Interpolation::Smooth] {
            let keys = keys(&POINTS, interpolation);
            let steps = 20_000;
            let middle = |step: i32| -1.5 + (f64::from(step) + 0.5) * 14.0 / f64::from(steps);
            let sum: f64 = (0..steps).map(|step| value(&keys, middle(step)).unwrap()[0]).sum();
            let exact = integral(&keys, -1.5, 12.5).unwrap()[0];
            assert!((sum * 14.0 / f64::from(steps) - exact).abs() < 1e-2, "{interpolation:?}");
            assert_eq!(integral(&keys, 12.5, -1.5).unwrap()[0], -exact);
        }
        assert_eq!(integral(&Keys::default(), 0.0, 1.0), None);
    }
}
