//! Keyframes of any kind of value, in the order of their times.

use serde::{Deserialize, Serialize};

/// How a value goes from one key to the next.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Interpolation {
    /// The value of the key holds until the next one.
    Constant,
    /// A straight line.
    #[default]
    Linear,
    /// A cubic without a corner at the keys that never leaves the range between its two keys.
    Smooth,
}

/// A value at a time.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Key<T> {
    /// In frames. Finite.
    pub time: f64,
    /// The value at that time.
    pub value: T,
    /// How it goes on from here.
    #[serde(default)]
    pub interpolation: Interpolation,
}

/// Keyframes in the order of their times; no two are at the same time.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Keys<T>(Vec<Key<T>>);

/// Where a time lies among keys.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) enum Place {
    /// Before the first key, at or after the last, or at a key: the value of this key holds.
    At(usize),
    /// Between this key and the next one.
    After(usize),
}

/// Times closer than this are the same time: far below what a sub-frame is, far above what arithmetic loses.
pub(crate) const SAME_TIME: f64 = 1e-6;

impl<T> Default for Keys<T> {
    fn default() -> Self {
        Self(Vec::new())
    }
}

impl<T> From<Vec<Key<T>>> for Keys<T> {
    /// Of keys at the same time the last one stays; keys at times that are not finite are left out.
    fn from(keys: Vec<Key<T>>) -> Self {
        let mut sorted = Self::default();
        for key in keys {
            sorted.insert(key);
        }
        sorted
    }
}

impl<T> From<Keys<T>> for Vec<Key<T>> {
    fn from(keys: Keys<T>) -> Self {
        keys.0
    }
}

impl<T> std::ops::Deref for Keys<T> {
    type Target = [Key<T>];

    fn deref(&self) -> &[Key<T>] {
        &self.0
    }
}

impl<T> Keys<T> {
    /// Adds a key, in place of one at the same time. False, and nothing is added, if its time is not finite.
    pub(crate) fn insert(&mut self, key: Key<T>) -> bool {
        if !key.time.is_finite() {
            return false;
        }
        match self.index_at(key.time) {
            Some(index) => self.0[index] = key,
            None => self.0.insert(self.0.partition_point(|other| other.time < key.time), key),
        }
        true
    }

    /// The key at that time.
    pub(crate) fn index_at(&self, time: f64) -> Option<usize> {
        let next = self.0.partition_point(|key| key.time < time - SAME_TIME);
        self.0.get(next).filter(|key| key.time <= time + SAME_TIME).map(|_| next)
    }

    /// The last key before that time.
    pub(crate) fn index_before(&self, time: f64) -> Option<usize> {
        self.0.partition_point(|key| key.time < time - SAME_TIME).checked_sub(1)
    }

    /// The first key after that time.
    pub(crate) fn index_after(&self, time: f64) -> Option<usize> {
        let next = self.0.partition_point(|key| key.time <= time + SAME_TIME);
        (next < self.0.len()).then_some(next)
    }

    /// Removes the key at that time, if there is one.
    pub(crate) fn remove_at(&mut self, time: f64) -> Option<Key<T>> {
        self.index_at(time).map(|index| self.0.remove(index))
    }

    /// Removes all keys.
    pub(crate) fn clear(&mut self) {
        self.0.clear();
    }

    /// Where a time lies. Nothing if there are no keys.
    pub(crate) fn place(&self, time: f64) -> Option<Place> {
        let last = self.0.len().checked_sub(1)?;
        let next = self.0.partition_point(|key| key.time <= time);
        Some(match next {
            0 => Place::At(0),
            next if next > last => Place::At(last),
            next if self.0[next - 1].time == time => Place::At(next - 1),
            next => Place::After(next - 1),
        })
    }

    /// The same keys with other values.
    pub(crate) fn map<U>(&self, value: impl Fn(&T) -> U) -> Keys<U> {
        let key = |key: &Key<T>| Key { time: key.time, value: value(&key.value), interpolation: key.interpolation };
        Keys(self.0.iter().map(key).collect())
    }

    /// The keys from the first to the last of these times, moved by `offset`.
    pub(crate) fn copied(&self, range: Option<(f64, f64)>, offset: f64) -> Self
    where
        T: Clone,
    {
        let within = |time: f64| range.is_none_or(|(from, to)| time >= from - SAME_TIME && time <= to + SAME_TIME);
        let keys = self.0.iter().filter(|key| within(key.time)).cloned();
        keys.map(|key| Key { time: key.time + offset, ..key }).collect::<Vec<_>>().into()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn keys(times: &[f64]) -> Keys<usize> {
        let key = |(value, &time)| Key { time, value, interpolation: Interpolation::Linear };
        times.iter().enumerate().map(key).collect::<Vec<_>>().into()
    }

    #[test]
    fn keys_are_kept_in_order_and_one_to_a_time() {
        let keys = keys(&[5.0, 1.0, 3.0, 1.0 + SAME_TIME / 2.0, f64::NAN, f64::INFINITY]);
        assert_eq!(keys.iter().map(|key| key.value).collect::<Vec<_>>(), [3, 2, 0]);
    }

    #[test]
    fn keys_are_found_by_time() {
        let keys = keys(&[1.0, 3.0, 5.0]);
        let cases = [
            // time, at, before, after
            (0.0, None, None, Some(0)),
            (1.0, Some(0), None, Some(1)),
            (2.0, None, Some(0), Some(1)),
            (3.0 + SAME_TIME / 2.0, Some(1), Some(0), Some(2)),
            (5.0, Some(2), Some(1), None),
            (9.0, None, Some(2), None),
            (f64::NAN, None, None, None),
        ];
        let wrong = cases.iter().filter(|(time, at, before, after)| {
            (keys.index_at(*time), keys.index_before(*time), keys.index_after(*time)) != (*at, *before, *after)
                && !time.is_nan()
        });
        assert_eq!(wrong.collect::<Vec<_>>(), Vec::<&(f64, Option<usize>, Option<usize>, Option<usize>)>::new());
        assert_eq!(keys.index_at(f64::NAN), None);
    }

    #[test]
    fn places_say_which_keys_hold_a_time() {
        let keys = keys(&[1.0, 3.0]);
        let places = [0.0, 1.0, 2.0, 3.0, 4.0].map(|time| keys.place(time).unwrap());
        assert_eq!(places, [Place::At(0), Place::At(0), Place::After(0), Place::At(1), Place::At(1)]);
        assert_eq!(Keys::<f64>::default().place(1.0), None);
    }

    #[test]
    fn copies_are_moved_and_cut() {
        let copy = keys(&[1.0, 3.0, 5.0]).copied(Some((3.0, 9.0)), 10.0);
        assert_eq!(copy.iter().map(|key| key.time).collect::<Vec<_>>(), [13.0, 15.0]);
    }
}
