//! What a parameter of an instance holds: a value, or keyframes.

use std::ffi::CStr;
use std::sync::Arc;

use ofx_sys::OfxBytes;

use super::curve;
use super::keys::{Interpolation, Key, Keys, Place};
use super::kind::{Holds, ParamKind};
use super::numbers::Numbers;
use super::parametric::ControlCurve;
use super::value::ParamValue;
use crate::property::c_string;

/// What a parameter holds.
#[derive(Clone, Debug, PartialEq)]
pub(crate) enum Stored {
    Numbers(Animated<Numbers>),
    Text(Animated<Arc<CStr>>),
    Bytes(Animated<Arc<[u8]>>),
    Curves(Vec<ControlCurve>),
    Nothing,
}

/// A value that may have keyframes.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Animated<T> {
    /// The value while there are no keys.
    pub(crate) still: T,
    pub(crate) keys: Keys<T>,
}

/// A value at a time. Text and bytes are shared: a plugin may hold a pointer to them when they change.
#[derive(Clone, Debug, PartialEq)]
pub(crate) enum Item {
    Numbers(Numbers),
    Text(Arc<CStr>),
    Bytes(Arc<[u8]>),
}

/// What is the same for keys of any value.
pub(crate) trait Timed {
    fn times(&self) -> Vec<f64>;
    fn index_at(&self, time: f64) -> Option<usize>;
    fn index_before(&self, time: f64) -> Option<usize>;
    fn index_after(&self, time: f64) -> Option<usize>;
}

impl<T> Timed for Keys<T> {
    fn times(&self) -> Vec<f64> {
        self.iter().map(|key| key.time).collect()
    }

    fn index_at(&self, time: f64) -> Option<usize> {
        self.index_at(time)
    }

    fn index_before(&self, time: f64) -> Option<usize> {
        self.index_before(time)
    }

    fn index_after(&self, time: f64) -> Option<usize> {
        self.index_after(time)
    }
}

impl<T: Clone> Animated<T> {
    fn new(still: T) -> Self {
        Self { still, keys: Keys::default() }
    }

    fn set(&mut self, time: Option<f64>, value: T, interpolation: Interpolation) -> bool {
        match time {
            Some(time) => self.keys.insert(Key { time, value, interpolation }),
            None => {
                self.still = value;
                true
            }
        }
    }

    /// The value of the key that holds at a time.
    fn held(&self, time: f64) -> &T {
        match self.keys.place(time) {
            Some(Place::At(index) | Place::After(index)) => &self.keys[index].value,
            None => &self.still,
        }
    }

    /// The keys around a time, if it is between two.
    pub(crate) fn around(&self, time: f64) -> Option<(Key<T>, Key<T>)> {
        let Some(Place::After(index)) = self.keys.place(time) else { return None };
        Some((self.keys[index].clone(), self.keys[index + 1].clone()))
    }

    fn remove_key(&mut self, time: f64) -> bool {
        let Some(key) = self.keys.remove_at(time) else { return false };
        if self.keys.is_empty() {
            self.still = key.value;
        }
        true
    }

    /// Takes another one's value, or of its keys those within a range, moved.
    fn copy_from(&mut self, from: &Self, range: Option<(f64, f64)>, offset: f64) {
        self.still = from.still.clone();
        self.keys = from.keys.copied(range, offset);
    }
}

impl Stored {
    /// A value without keys.
    pub(crate) fn new(kind: ParamKind, value: Option<&ParamValue>, curves: &[ControlCurve]) -> Self {
        match (kind.holds(), value.and_then(|value| Item::of(kind, value))) {
            (Holds::Curves, _) => Self::Curves(curves.to_vec()),
            (_, Some(Item::Numbers(numbers))) => Self::Numbers(Animated::new(numbers)),
            (_, Some(Item::Text(text))) => Self::Text(Animated::new(text)),
            (_, Some(Item::Bytes(bytes))) => Self::Bytes(Animated::new(bytes)),
            _ => Self::Nothing,
        }
    }

    /// The value at a time; nothing of what holds no single value. What is between two keys of text or bytes is the value
    /// of the earlier one.
    pub(crate) fn at(&self, time: f64) -> Option<Item> {
        Some(match self {
            Self::Numbers(numbers) => Item::Numbers(curve::value(&numbers.keys, time).unwrap_or(numbers.still)),
            Self::Text(text) => Item::Text(text.held(time).clone()),
            Self::Bytes(bytes) => Item::Bytes(bytes.held(time).clone()),
            Self::Curves(_) | Self::Nothing => return None,
        })
    }

    /// Sets the value, or a key at a time. False, and nothing is done, if it is a value of another kind or a time that is
    /// not finite.
    pub(crate) fn set(&mut self, time: Option<f64>, item: Item, interpolation: Interpolation) -> bool {
        match (self, item) {
            (Self::Numbers(numbers), Item::Numbers(value)) => numbers.set(time, value, interpolation),
            (Self::Text(text), Item::Text(value)) => text.set(time, value, interpolation),
            (Self::Bytes(bytes), Item::Bytes(value)) => bytes.set(time, value, interpolation),
            _ => false,
        }
    }

    /// The keys; nothing of what cannot have any.
    pub(crate) fn keys(&self) -> Option<&dyn Timed> {
        match self {
            Self::Numbers(numbers) => Some(&numbers.keys),
            Self::Text(text) => Some(&text.keys),
            Self::Bytes(bytes) => Some(&bytes.keys),
            Self::Curves(_) | Self::Nothing => None,
        }
    }

    /// Removes the key at a time, if there is one.
    pub(crate) fn remove_key(&mut self, time: f64) -> bool {
        match self {
            Self::Numbers(numbers) => numbers.remove_key(time),
            Self::Text(text) => text.remove_key(time),
            Self::Bytes(bytes) => bytes.remove_key(time),
            Self::Curves(_) | Self::Nothing => false,
        }
    }

    /// Removes all keys; the value is from then on what it was at a time.
    pub(crate) fn flatten(&mut self, time: f64) {
        match self {
            Self::Numbers(numbers) => {
                numbers.still = curve::value(&numbers.keys, time).unwrap_or(numbers.still);
                numbers.keys.clear();
            }
            Self::Text(text) => *text = Animated::new(text.held(time).clone()),
            Self::Bytes(bytes) => *bytes = Animated::new(bytes.held(time).clone()),
            Self::Curves(_) | Self::Nothing => {}
        }
    }

    /// Whether there are keys.
    pub(crate) fn is_animated(&self) -> bool {
        self.keys().is_some_and(|keys| !keys.times().is_empty())
    }

    /// Takes what another parameter holds; of keys those within a range, moved by `offset`. False, and nothing is done, if
    /// that is of another kind.
    pub(crate) fn copy_from(&mut self, from: &Self, range: Option<(f64, f64)>, offset: f64) -> bool {
        match (self, from) {
            (Self::Numbers(to), Self::Numbers(from)) if to.still.len() == from.still.len() => {
                to.copy_from(from, range, offset);
            }
            (Self::Text(to), Self::Text(from)) => to.copy_from(from, range, offset),
            (Self::Bytes(to), Self::Bytes(from)) => to.copy_from(from, range, offset),
            (Self::Curves(to), Self::Curves(from)) => to.clone_from(from),
            _ => return false,
        }
        true
    }

    /// The keys as values of that kind, with the way they go on.
    pub(crate) fn key_values(&self, kind: ParamKind) -> Vec<Key<ParamValue>> {
        match self {
            Self::Numbers(numbers) => numbers.keys.map(|&value| Item::Numbers(value).to_value(kind)).into(),
            Self::Text(text) => text.keys.map(|value| Item::Text(value.clone()).to_value(kind)).into(),
            Self::Bytes(bytes) => bytes.keys.map(|value| Item::Bytes(value.clone()).to_value(kind)).into(),
            Self::Curves(_) | Self::Nothing => Vec::new(),
        }
    }
}

impl Item {
    /// A value of that kind; nothing if it is none.
    pub(crate) fn of(kind: ParamKind, value: &ParamValue) -> Option<Self> {
        Some(match (kind.holds(), value) {
            (Holds::Integers(count), ParamValue::Integers(numbers)) if numbers.len() == count => {
                Self::Numbers(numbers.iter().copied().map(f64::from).collect())
            }
            (Holds::Doubles(count), ParamValue::Doubles(numbers)) if numbers.len() == count => {
                Self::Numbers(numbers.iter().copied().collect())
            }
            (Holds::Text, ParamValue::Text(text)) => Self::Text(c_string(text).into()),
            (Holds::Bytes, ParamValue::Bytes(bytes)) => Self::Bytes(bytes.as_slice().into()),
            _ => return None,
        })
    }

    /// It as a value of that kind. Text that is not UTF-8 is replaced where it is not.
    pub(crate) fn to_value(&self, kind: ParamKind) -> ParamValue {
        match self {
            Self::Numbers(numbers) if matches!(kind.holds(), Holds::Integers(_)) => {
                ParamValue::Integers(numbers.integers().collect())
            }
            Self::Numbers(numbers) => ParamValue::Doubles(numbers.to_vec()),
            Self::Text(text) => ParamValue::Text(text.to_string_lossy().into_owned()),
            Self::Bytes(bytes) => ParamValue::Bytes(bytes.to_vec()),
        }
    }
}

/// A copy of the bytes that a plugin points to; none of null.
///
/// # Safety
/// `bytes` is null or points to a struct whose data is null or has that length.
pub(crate) unsafe fn copy_bytes(bytes: *const OfxBytes) -> Vec<u8> {
    if bytes.is_null() {
        return Vec::new();
    }
    // SAFETY: it is not null, and then the caller says that it is such a struct.
    let OfxBytes { data, length } = unsafe { bytes.read_unaligned() };
    if data.is_null() || length == 0 {
        return Vec::new();
    }
    // SAFETY: it is not null, and then has that length, as the caller says.
    unsafe { std::slice::from_raw_parts(data, length) }.to_vec()
}
