//! Things of which there is one at a time for each key, shared by all who ask for it while it is there.

use std::collections::BTreeMap;
use std::sync::{Arc, Condvar, Mutex, PoisonError, Weak};

use crate::sync::lock;

/// The things that are there. Whoever asks for one that is just being made or undone waits for that.
pub(crate) struct Shelf<K, T> {
    places: Mutex<BTreeMap<K, Weak<T>>>,
    changed: Condvar,
}

/// A place on the shelf. A thing keeps it as its last field, so that the place is free when the thing is undone.
pub(crate) struct Place<K: Ord, T> {
    key: K,
    shelf: Arc<Shelf<K, T>>,
}

impl<K, T> Default for Shelf<K, T> {
    fn default() -> Self {
        Self { places: Mutex::new(BTreeMap::new()), changed: Condvar::new() }
    }
}

impl<K: Ord + Clone, T> Shelf<K, T> {
    /// The thing of a key, made now if there is none.
    pub(crate) fn get<E>(
        self: &Arc<Self>,
        key: &K,
        make: impl FnOnce(Place<K, T>) -> Result<T, E>,
    ) -> Result<Arc<T>, E> {
        let mut places = lock(&self.places);
        loop {
            match places.get(key).map(Weak::upgrade) {
                None => break,
                Some(Some(thing)) => return Ok(thing),
                Some(None) => places = self.changed.wait(places).unwrap_or_else(PoisonError::into_inner),
            }
        }
        places.insert(key.clone(), Weak::new());
        drop(places);
        let thing = Arc::new(make(Place { key: key.clone(), shelf: self.clone() })?);
        lock(&self.places).insert(key.clone(), Arc::downgrade(&thing));
        self.changed.notify_all();
        Ok(thing)
    }
}

impl<K: Ord, T> Drop for Place<K, T> {
    fn drop(&mut self) {
        // Its weak reference is dropped after the lock is given back: it may be the last of the memory.
        let place = lock(&self.shelf.places).remove(&self.key);
        self.shelf.changed.notify_all();
        drop(place);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::sync::atomic::{AtomicUsize, Ordering};

    static ALIVE: AtomicUsize = AtomicUsize::new(0);

    struct Thing(#[allow(dead_code, reason = "kept for its drop")] Place<u8, Thing>);

    impl Drop for Thing {
        fn drop(&mut self) {
            std::thread::yield_now();
            ALIVE.fetch_sub(1, Ordering::SeqCst);
        }
    }

    #[test]
    fn there_are_never_two_of_a_key() {
        let shelf: Arc<Shelf<u8, Thing>> = Arc::default();
        std::thread::scope(|scope| {
            for _ in 0..4 {
                scope.spawn(|| {
                    for _ in 0..500 {
                        let thing = shelf.get(&1, |place| {
                            assert_eq!(ALIVE.fetch_add(1, Ordering::SeqCst), 0);
                            Ok::<_, ()>(Thing(place))
                        });
                        drop(thing);
                    }
                });
            }
        });
        assert_eq!(ALIVE.load(Ordering::SeqCst), 0);
        assert!(shelf.get(&1, |_| Err(())).is_err());
        assert!(lock(&shelf.places).is_empty());
    }
}
