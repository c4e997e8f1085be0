//! Property sets: what plugin and host tell each other, by name.

mod suite;
mod value;

use std::collections::BTreeMap;
use std::ffi::{CStr, CString, c_int, c_void};
use std::sync::{Arc, Mutex};

use ofx_sys::property::{Kind, find as known};

use crate::complaint::Misuse;
use crate::handle::{HandleKind, Handled, Table};
use crate::scope::complain;
use crate::status::{Answer, Status};
use crate::sync::lock;

pub(crate) use suite::SUITE;
pub(crate) use value::{Element, Pointer, Values, c_string};

/// A set of properties with their types, dimensions and defaults. Plugins can only use those that were defined.
///
/// A string that was read stays where it is until its value is changed, and then to the end of the action.
#[derive(Debug)]
pub(crate) struct PropertySet {
    /// What it belongs to, for complaints.
    owner: String,
    /// Shared between sets that were copied, until one of them is written: most properties of an instance never are.
    slots: Mutex<Arc<BTreeMap<Arc<CStr>, Slot>>>,
}

/// Who writes a property beside the host.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Access {
    /// Nobody.
    Host,
    /// The plugin.
    Plugin,
}

#[derive(Clone, Debug)]
struct Slot {
    values: Arc<Values>,
    default: Arc<Values>,
    /// How many values it has; none where that varies.
    dimension: Option<usize>,
    access: Access,
}

/// More values than these are refused in properties of any length: no choice has as many options.
const LONGEST: usize = 1 << 16;

static SETS: Table<PropertySet> = Table::new();

impl Handled for PropertySet {
    const NAME: &'static str = "a property set";
    const KIND: HandleKind = HandleKind::PropertySet;
    fn table() -> &'static Table<Self> {
        &SETS
    }
}

impl PropertySet {
    /// An empty set; `owner` is what complaints call it, such as "clip Source".
    pub(crate) fn new(owner: impl Into<String>) -> Self {
        Self { owner: owner.into(), slots: Mutex::default() }
    }

    /// The same properties, values and defaults, for another owner. What they are now is what a reset gives.
    pub(crate) fn copy(&self, owner: impl Into<String>) -> Self {
        let mut slots = (**lock(&self.slots)).clone();
        for slot in slots.values_mut() {
            slot.default = slot.values.clone();
        }
        Self { owner: owner.into(), slots: Mutex::new(Arc::new(slots)) }
    }

    /// Another set of the same owner that is the same now. It costs next to nothing until one of them is written. The set
    /// that this is called of has to outlive the other, for a plugin may hold pointers to strings of either.
    pub(crate) fn share(&self) -> Self {
        Self { owner: self.owner.clone(), slots: Mutex::new(lock(&self.slots).clone()) }
    }

    /// What complaints call it.
    pub(crate) fn owner(&self) -> &str {
        &self.owner
    }

    /// Defines a property with its default, or defines it anew. Type and dimension are those of the standard, where it
    /// leaves no choice; else those of the default.
    ///
    /// # Panics
    /// If the default is not of the standard's type or is longer than its dimension: a defect of this library.
    pub(crate) fn define(&self, name: &CStr, access: Access, default: impl Into<Values>) {
        let mut default = default.into();
        let mut dimension = None;
        if let Some(property) = name.to_str().ok().and_then(known) {
            assert!(property.kinds.contains(&default.kind()), "{name:?} is not of type {:?}", default.kind());
            if property.dimension > 0 {
                assert!(default.len() <= property.dimension, "{name:?} has {} values", property.dimension);
                default.resize(property.dimension);
                dimension = Some(property.dimension);
            }
        }
        let default = Arc::new(default);
        let slot = Slot { values: default.clone(), default, dimension, access };
        Arc::make_mut(&mut lock(&self.slots)).insert(name.into(), slot);
    }

    /// As [`define`](Self::define), with a dimension of its own: for properties whose dimension depends on the owner, such
    /// as the default of a parameter.
    pub(crate) fn define_fixed(&self, name: &CStr, access: Access, default: impl Into<Values>) {
        let default = default.into();
        let (dimension, default) = (Some(default.len()), Arc::new(default));
        let slot = Slot { values: default.clone(), default, dimension, access };
        Arc::make_mut(&mut lock(&self.slots)).insert(name.into(), slot);
    }

    /// As [`define`](Self::define), of any length and of the default's type: for properties of which the headers say
    /// something else than what plugins and hosts do.
    pub(crate) fn define_any(&self, name: &CStr, access: Access, default: impl Into<Values>) {
        let default = Arc::new(default.into());
        let slot = Slot { dimension: None, values: default.clone(), default, access };
        Arc::make_mut(&mut lock(&self.slots)).insert(name.into(), slot);
    }

    /// As [`define`](Self::define), to build sets in one go.
    pub(crate) fn with(self, name: &CStr, access: Access, default: impl Into<Values>) -> Self {
        self.define(name, access, default);
        self
    }

    /// Whether the set has a property.
    pub(crate) fn has(&self, name: &CStr) -> bool {
        lock(&self.slots).contains_key(name)
    }

    /// Sets all values of a property as the host, whoever else may.
    ///
    /// # Panics
    /// If the property is not defined or has another type: a defect of this library.
    pub(crate) fn put(&self, name: &CStr, values: impl Into<Values>) {
        let mut values = values.into();
        let mut slots = lock(&self.slots);
        let slot = Arc::make_mut(&mut slots)
            .get_mut(name)
            .unwrap_or_else(|| panic!("{} has no property {name:?}", self.owner));
        assert_eq!(slot.values.kind(), values.kind(), "the type of {name:?}");
        if let Some(dimension) = slot.dimension {
            values.resize(dimension);
        }
        if *slot.values != values {
            retire(std::mem::replace(&mut slot.values, Arc::new(values)));
        }
    }

    /// All values of a property, as the host reads them; none if it is not defined or of another type.
    pub(crate) fn all<T: Element>(&self, name: &CStr) -> Vec<T> {
        lock(&self.slots).get(name).and_then(|slot| T::of(&slot.values)).cloned().unwrap_or_default()
    }

    /// The first value of a whole number; 0 if there is none.
    pub(crate) fn int(&self, name: &CStr) -> c_int {
        self.all(name).first().copied().unwrap_or_default()
    }

    /// Whether a whole number is not 0.
    pub(crate) fn flag(&self, name: &CStr) -> bool {
        self.int(name) != 0
    }

    /// The first value of a number; 0 if there is none.
    pub(crate) fn double(&self, name: &CStr) -> f64 {
        self.all(name).first().copied().unwrap_or_default()
    }

    /// The first values of a number, zeros where there are fewer.
    pub(crate) fn doubles<const N: usize>(&self, name: &CStr) -> [f64; N] {
        let all = self.all(name);
        std::array::from_fn(|at| all.get(at).copied().unwrap_or_default())
    }

    /// The first string; empty if there is none. What is not UTF-8 is replaced.
    pub(crate) fn string(&self, name: &CStr) -> String {
        self.all::<CString>(name).first().map(|text| text.to_string_lossy().into_owned()).unwrap_or_default()
    }

    /// All strings. What is not UTF-8 is replaced.
    pub(crate) fn strings(&self, name: &CStr) -> Vec<String> {
        self.all::<CString>(name).iter().map(|text| text.to_string_lossy().into_owned()).collect()
    }

    /// The first pointer; null if there is none.
    pub(crate) fn pointer(&self, name: &CStr) -> *mut c_void {
        self.all::<Pointer>(name).first().map_or(std::ptr::null_mut(), |pointer| pointer.0)
    }

    /// Whether the values are other than those that the property had at first.
    pub(crate) fn is_changed(&self, name: &CStr) -> bool {
        lock(&self.slots).get(name).is_some_and(|slot| slot.values != slot.default)
    }

    fn complain(&self, misuse: Misuse, what: &str, name: &CStr, why: &str) {
        complain(misuse, format!("{what} of {} of {}: {why}", name.to_string_lossy(), self.owner));
    }

    fn unknown(&self, what: &str, name: &CStr) -> Status {
        self.complain(Misuse::UnknownProperty, what, name, "there is no such property");
        Status::UNKNOWN
    }

    fn wrong_kind(&self, what: &str, name: &CStr, is: Kind, wanted: Kind) -> Status {
        self.complain(Misuse::PropertyType, what, name, &format!("it is {is:?}, not {wanted:?}"));
        Status::VALUE
    }

    /// A plugin's read of `count` values from `index` on, given to `take` one by one.
    pub(super) fn read<T: Element>(
        &self,
        what: &str,
        name: &CStr,
        from: c_int,
        count: c_int,
        mut take: impl FnMut(usize, &T),
    ) -> Answer {
        let slots = lock(&self.slots);
        let slot = slots.get(name).ok_or_else(|| self.unknown(what, name))?;
        let kind = slot.values.kind();
        let values = T::of(&slot.values).ok_or_else(|| self.wrong_kind(what, name, kind, T::KIND))?;
        let range = usize::try_from(from).ok().zip(usize::try_from(count).ok());
        let Some(values) = range.and_then(|(from, count)| values.get(from..from.checked_add(count)?)) else {
            // A property of any length has to be tried; reading too far in one of a known length is a mistake.
            if slot.dimension.is_some() || from < 0 || count < 0 {
                let why = format!("{count} values from {from} on of {}", slot.values.len());
                self.complain(Misuse::PropertyIndex, what, name, &why);
            }
            return Err(Status::BAD_INDEX);
        };
        values.iter().enumerate().for_each(|(at, value)| take(at, value));
        Ok(())
    }

    /// A plugin's write of values from `index` on; `whole` if they are all that the property is to have.
    pub(super) fn write<T: Element>(&self, what: &str, name: &CStr, from: c_int, new: Vec<T>, whole: bool) -> Answer {
        let mut slots = lock(&self.slots);
        // Looked for before the set is made one's own: writing what is not there changes nothing.
        if !slots.contains_key(name) {
            return Err(self.unknown(what, name));
        }
        let slot = Arc::make_mut(&mut slots).get_mut(name).ok_or(Status::UNKNOWN)?;
        if slot.values.kind() != T::KIND {
            return Err(self.wrong_kind(what, name, slot.values.kind(), T::KIND));
        }
        if slot.access == Access::Host {
            self.complain(Misuse::ReadOnlyProperty, what, name, "only the host writes it");
            return Err(Status::VALUE);
        }
        let end = usize::try_from(from).ok().and_then(|from| from.checked_add(new.len()));
        let Some(end) = end.filter(|end| *end <= slot.dimension.unwrap_or(LONGEST)) else {
            let why = format!("{} values from {from} on of {}", new.len(), slot.dimension.unwrap_or(LONGEST));
            self.complain(Misuse::PropertyIndex, what, name, &why);
            return Err(Status::BAD_INDEX);
        };
        let all = Arc::make_mut(&mut slot.values);
        if slot.dimension.is_none() && all.len() < end {
            all.resize(end);
        }
        let kind = all.kind();
        let values = T::of_mut(all).ok_or_else(|| self.wrong_kind(what, name, kind, T::KIND))?;
        for (place, value) in values[end - new.len()..end].iter_mut().zip(new) {
            std::mem::replace(place, value).retire();
        }
        if slot.dimension.is_none() && whole {
            values.drain(end..).for_each(Element::retire);
        }
        Ok(())
    }

    /// A plugin's reset of a property to its default.
    pub(super) fn reset(&self, name: &CStr) -> Answer {
        let mut slots = lock(&self.slots);
        let slot = Arc::make_mut(&mut slots).get_mut(name).ok_or_else(|| self.unknown("propReset", name))?;
        if slot.access == Access::Host {
            self.complain(Misuse::ReadOnlyProperty, "propReset", name, "only the host writes it");
            return Err(Status::VALUE);
        }
        retire(std::mem::replace(&mut slot.values, slot.default.clone()));
        Ok(())
    }

    /// How many values a property has now.
    pub(super) fn dimension(&self, name: &CStr) -> Answer<usize> {
        let slots = lock(&self.slots);
        Ok(slots.get(name).ok_or_else(|| self.unknown("propGetDimension", name))?.values.len())
    }
}

/// Keeps strings that are being replaced a little longer. Those that a default or another set shares live on there.
fn retire(values: Arc<Values>) {
    if let Some(Values::String(old)) = Arc::into_inner(values) {
        old.into_iter().for_each(crate::scope::retire);
    }
}

#[cfg(test)]
mod tests;
