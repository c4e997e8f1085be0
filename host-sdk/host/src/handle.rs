//! Handles: what plugins hold instead of our objects.
//!
//! A handle is a number that looks like a pointer, is never given out twice and is never dereferenced. A table by kind
//! finds the object, as long as its owner keeps it there. A plugin that uses a handle too late, or of the wrong kind, is
//! told so instead of crashing the host.

use std::collections::HashMap;
use std::ops::Deref;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, PoisonError, RwLock};

use crate::complaint::Misuse;
use crate::scope::complain;
use crate::status::{Answer, Status};

/// What a handle is of. The number is part of the handle.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[repr(usize)]
pub(crate) enum HandleKind {
    PropertySet = 1,
    Effect,
    Clip,
    Param,
    ParamSet,
    Memory,
    Mutex,
    Interact,
    DrawContext,
}

/// Something that plugins get handles of.
pub(crate) trait Handled: Send + Sync + Sized + 'static {
    /// What complaints call it.
    const NAME: &'static str;
    /// Its kind: one type for each.
    const KIND: HandleKind;
    /// The table of all that live, a static beside the type.
    fn table() -> &'static Table<Self>;
}

/// The live objects of one kind, in parts, so that threads rarely wait for each other.
pub(crate) struct Table<T>([RwLock<Part<T>>; PARTS]);

/// Objects by their handles; none before the first.
type Part<T> = Option<HashMap<usize, Arc<T>>>;

const PARTS: usize = 16;
/// Handles are multiples of this, as pointers of structs are.
const STEP: usize = 16;
/// The bits above the step hold the kind.
const KIND_BITS: usize = 4;

static NEXT: AtomicUsize = AtomicUsize::new(1);

/// An object with a handle. Dropping this ends the handle; others may still hold the object.
pub(crate) struct Owned<T: Handled> {
    object: Arc<T>,
    number: usize,
}

impl<T> Table<T> {
    pub(crate) const fn new() -> Self {
        Self([const { RwLock::new(None) }; PARTS])
    }

    fn part(&self, number: usize) -> &RwLock<Part<T>> {
        &self.0[(number >> (STEP.trailing_zeros() as usize + KIND_BITS)) % PARTS]
    }
}

impl<T: Handled> Owned<T> {
    /// Gives an object a handle.
    pub(crate) fn new(object: T) -> Self {
        Self::from_arc(Arc::new(object))
    }

    /// Gives a shared object a handle.
    pub(crate) fn from_arc(object: Arc<T>) -> Self {
        let number = ((NEXT.fetch_add(1, Ordering::Relaxed) << KIND_BITS) | T::KIND as usize) * STEP;
        let mut part = T::table().part(number).write().unwrap_or_else(PoisonError::into_inner);
        part.get_or_insert_default().insert(number, object.clone());
        drop(part);
        Self { object, number }
    }

    /// The handle, as the pointer type that its suite wants.
    pub(crate) fn handle<P>(&self) -> *mut P {
        std::ptr::without_provenance_mut(self.number)
    }
}

impl<T: Handled> Deref for Owned<T> {
    type Target = T;

    fn deref(&self) -> &T {
        &self.object
    }
}

impl<T: Handled> Drop for Owned<T> {
    fn drop(&mut self) {
        let mut part = T::table().part(self.number).write().unwrap_or_else(PoisonError::into_inner);
        let object = part.as_mut().and_then(|part| part.remove(&self.number));
        drop(part);
        // Not under the lock: the object may own others of its kind.
        drop(object);
    }
}

/// The object of a handle, or a complaint and `kOfxStatErrBadHandle`.
pub(crate) fn find<T: Handled, P>(function: &str, handle: *const P) -> Answer<Arc<T>> {
    peek(handle).ok_or_else(|| {
        let number = handle.addr();
        let ours = number.is_multiple_of(STEP) && (number / STEP) >> KIND_BITS < NEXT.load(Ordering::Relaxed);
        let (misuse, what) = match number / STEP % (1 << KIND_BITS) {
            _ if number == 0 => (Misuse::NullArgument, "null"),
            _ if !ours => (Misuse::ForeignHandle, "something that is no handle"),
            kind if kind == T::KIND as usize => (Misuse::StaleHandle, "a handle that is no longer valid"),
            _ => (Misuse::ForeignHandle, "a handle of another kind"),
        };
        complain(misuse, format!("{function} wants the handle of {} and was given {what}", T::NAME));
        Status::BAD_HANDLE
    })
}

/// The object of a handle, if it is one, without a complaint.
pub(crate) fn peek<T: Handled, P>(handle: *const P) -> Option<Arc<T>> {
    let part = T::table().part(handle.addr()).read().unwrap_or_else(PoisonError::into_inner);
    part.as_ref()?.get(&handle.addr()).cloned()
}

#[cfg(test)]
mod tests {
    use super::*;

    struct Thing(u32);

    static THINGS: Table<Thing> = Table::new();

    impl Handled for Thing {
        const NAME: &'static str = "a thing";
        const KIND: HandleKind = HandleKind::Mutex;
        fn table() -> &'static Table<Self> {
            &THINGS
        }
    }

    #[test]
    fn a_handle_is_good_for_as_long_as_its_owner_lives() {
        let (one, two) = (Owned::new(Thing(1)), Owned::new(Thing(2)));
        let (first, second) = (one.handle::<u8>(), two.handle::<u8>());
        assert_ne!(first, second);
        assert_eq!(find::<Thing, _>("f", first).unwrap().0, 1);
        drop(one);
        assert_eq!(find::<Thing, _>("f", first).err(), Some(Status::BAD_HANDLE));
        assert_eq!(find::<Thing, _>("f", second).unwrap().0, 2);
        assert!(find::<Thing, u8>("f", std::ptr::null()).is_err());
        assert!(find::<Thing, u8>("f", std::ptr::without_provenance(12345)).is_err());
    }
}
