//! Keyframes.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::param::ParamValue;

/// A parameter's values over frames: at least one key, in the order of their frames. Before the first key and after the
/// last the value holds.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Curve {
    keys: Vec<Key>,
}

/// A value at a frame.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Key {
    /// The frame; finite.
    pub frame: f64,
    /// The value.
    pub value: ParamValue,
    /// How the value goes on to the next key.
    #[serde(flatten)]
    pub interpolation: Interpolation,
}

/// How values go from one key to the next.
#[derive(Clone, Copy, Debug, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(tag = "interpolation", rename_all = "lowercase", deny_unknown_fields)]
pub enum Interpolation {
    /// It stays until the next key. The only way for what is no number, and has no numbers in it.
    Hold,
    /// In a straight line.
    #[default]
    Linear,
    /// Along a cubic Bézier curve with these two inner control points: (frames, value) from this key, and from the next.
    /// Frames are cut to the distance of the keys, so that the curve never runs back in time.
    Bezier {
        /// Frames after this key, and difference from its value. Without it a third of the way, flat.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        leave: Option<[f64; 2]>,
        /// Frames before the next key, and difference from its value. Without it a third of the way, flat.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        arrive: Option<[f64; 2]>,
    },
}

/// Why keys make no curve.
#[derive(Clone, Debug, PartialEq, thiserror::Error)]
pub enum CurveError {
    /// There is no key.
    #[error("there is no keyframe")]
    Empty,
    /// A frame or a handle is not finite.
    #[error("a keyframe has a number that is not finite")]
    NotFinite,
    /// Two keys are at one frame, or they are out of order.
    #[error("the keyframes at {0} and {1} are out of order")]
    Order(f64, f64),
    /// Two keys have lists of different lengths, with a way between them.
    #[error("the keyframes at {0} and {1} have different numbers of points: hold the first, or make them equal")]
    Points(f64, f64),
    /// A kind of value that cannot be interpolated.
    #[error("values of this kind can only be held between keyframes")]
    HoldOnly,
}

impl Curve {
    /// A curve through `keys`.
    ///
    /// # Errors
    /// See [`CurveError`].
    pub fn new(keys: Vec<Key>) -> Result<Self, CurveError> {
        if keys.is_empty() {
            return Err(CurveError::Empty);
        }
        for key in &keys {
            let handles = match key.interpolation {
                Interpolation::Bezier { leave, arrive } => [leave, arrive],
                Interpolation::Hold | Interpolation::Linear => [None; 2],
            };
            if !key.frame.is_finite() || handles.into_iter().flatten().flatten().any(|number| !number.is_finite()) {
                return Err(CurveError::NotFinite);
            }
            if key.interpolation != Interpolation::Hold && !key.value.interpolates() {
                return Err(CurveError::HoldOnly);
            }
        }
        let points = |key: &Key| if let ParamValue::Points(points) = &key.value { Some(points.len()) } else { None };
        let parted =
            |pair: &&[Key]| pair[0].interpolation != Interpolation::Hold && points(&pair[0]) != points(&pair[1]);
        if let Some(pair) = keys.windows(2).find(parted) {
            return Err(CurveError::Points(pair[0].frame, pair[1].frame));
        }
        match keys.windows(2).find(|pair| pair[0].frame >= pair[1].frame) {
            Some(pair) => Err(CurveError::Order(pair[0].frame, pair[1].frame)),
            None => Ok(Self { keys }),
        }
    }

    /// The keys, in order.
    #[must_use]
    pub fn keys(&self) -> &[Key] {
        &self.keys
    }

    /// The same curve with a key at `frame`, in place of the one that is there, if any.
    ///
    /// # Errors
    /// See [`CurveError`].
    pub fn with_key(&self, key: Key) -> Result<Self, CurveError> {
        let mut keys = self.keys.clone();
        let at = keys.partition_point(|old| old.frame < key.frame);
        if keys.get(at).is_some_and(|old| old.frame == key.frame) {
            keys[at] = key;
        } else {
            keys.insert(at, key);
        }
        Self::new(keys)
    }

    /// The value at `frame`.
    #[must_use]
    pub fn at(&self, frame: f64) -> ParamValue {
        let next = self.keys.partition_point(|key| key.frame <= frame);
        let Some(from) = next.checked_sub(1).map(|index| &self.keys[index]) else { return self.keys[0].value.clone() };
        let Some(to) = self.keys.get(next) else { return from.value.clone() };
        let length = to.frame - from.frame;
        let time = (frame - from.frame) / length;
        match from.interpolation {
            Interpolation::Hold => from.value.clone(),
            Interpolation::Linear => from.value.mixed(&to.value, time),
            Interpolation::Bezier { leave, arrive } => {
                let flat = [length / 3.0, 0.0];
                let (leave, arrive) = (leave.unwrap_or(flat), arrive.unwrap_or(flat));
                let (x1, x2) = (cut(leave[0] / length), 1.0 - cut(arrive[0] / length));
                let u = solve(x1, x2, time);
                // The curve of values is that between the keys, and what the handles add to it.
                let (b1, b2) = (3.0 * u * (1.0 - u) * (1.0 - u), 3.0 * u * u * (1.0 - u));
                let between = b2 + u * u * u;
                from.value.mixed(&to.value, between).raised(b1 * leave[1] + b2 * arrive[1])
            }
        }
    }
}

/// A share of the way between two keys.
fn cut(share: f64) -> f64 {
    if share.is_finite() { share.clamp(0.0, 1.0) } else { 1.0 }
}

/// The parameter at which a Bézier curve over time, from 0 to 1 with inner control points `x1` and `x2` in between, is at
/// `time`. The curve does not run back, so halving finds it; 52 halvings are all that a double holds.
fn solve(x1: f64, x2: f64, time: f64) -> f64 {
    let x = |u: f64| 3.0 * u * (1.0 - u) * (1.0 - u) * x1 + 3.0 * u * u * (1.0 - u) * x2 + u * u * u;
    let (mut low, mut high) = (0.0, 1.0);
    for _ in 0..52 {
        let middle = (low + high) / 2.0;
        if x(middle) < time { low = middle } else { high = middle }
    }
    (low + high) / 2.0
}

#[cfg(test)]
mod tests {
    use super::*;

    fn key(frame: f64, value: f64, interpolation: Interpolation) -> Key {
        Key { frame, value: ParamValue::Float(value), interpolation }
    }

    fn at(keys: Vec<Key>, frame: f64) -> f64 {
        match Curve::new(keys).expect("a curve").at(frame) {
            ParamValue::Float(value) => value,
            other => panic!("{other:?}"),
        }
    }

    #[test]
    fn values_hold_go_straight_or_ease() {
        let bezier = Interpolation::Bezier { leave: None, arrive: None };
        for (interpolation, quarter, half) in
            [(Interpolation::Hold, 2.0, 2.0), (Interpolation::Linear, 3.0, 4.0), (bezier, 2.625, 4.0)]
        {
            let keys = vec![key(10.0, 2.0, interpolation), key(18.0, 6.0, Interpolation::Hold)];
            let found = [9.0, 10.0, 12.0, 14.0, 18.0, 99.0].map(|frame| at(keys.clone(), frame));
            for (found, expected) in found.into_iter().zip([2.0, 2.0, quarter, half, 6.0, 6.0]) {
                assert!((found - expected).abs() < 1e-9, "{interpolation:?}: {found} where {expected} was expected");
            }
        }
    }

    #[test]
    fn handles_bend_values_but_not_time() {
        let overshoot = Interpolation::Bezier { leave: Some([1e9, 3.0]), arrive: Some([1e9, 0.0]) };
        let keys = vec![key(0.0, 0.0, overshoot), key(1.0, 0.0, Interpolation::Hold)];
        let values: Vec<f64> = (0..=100).map(|i| at(keys.clone(), f64::from(i) / 100.0)).collect();
        assert!(values.iter().all(|value| (0.0..=1.5).contains(value)), "{values:?}");
        assert!(values[50] > 1.0);
    }

    #[test]
    fn other_keys_are_refused() {
        assert_eq!(Curve::new(vec![]), Err(CurveError::Empty));
        let twice = vec![key(1.0, 0.0, Interpolation::Hold), key(1.0, 1.0, Interpolation::Hold)];
        assert_eq!(Curve::new(twice), Err(CurveError::Order(1.0, 1.0)));
        assert_eq!(Curve::new(vec![key(f64::NAN, 0.0, Interpolation::Hold)]), Err(CurveError::NotFinite));
        let text = Key { frame: 0.0, value: ParamValue::Text("a".into()), interpolation: Interpolation::Linear };
        assert_eq!(Curve::new(vec![text]), Err(CurveError::HoldOnly));
    }
}
