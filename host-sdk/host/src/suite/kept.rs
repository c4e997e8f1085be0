//! What plugins make and have to give back: memory and mutexes. What is left when a plugin is unloaded is a leak of it.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex};

use crate::complaint::Ledger;
use crate::scope;
use crate::sync::lock;

/// Things by their address or handle, with whose they are.
pub(crate) struct Kept<T>(Mutex<BTreeMap<usize, (T, Arc<Ledger>)>>);

impl<T> Kept<T> {
    pub(crate) const fn new() -> Self {
        Self(Mutex::new(BTreeMap::new()))
    }

    /// Keeps something for the plugin at work.
    pub(crate) fn add(&self, key: usize, thing: T) {
        let ledger = scope::current().map(|scope| scope.ledger.clone()).unwrap_or_default();
        lock(&self.0).insert(key, (thing, ledger));
    }

    /// Gives it back.
    pub(crate) fn take(&self, key: usize) -> Option<T> {
        lock(&self.0).remove(&key).map(|(thing, _)| thing)
    }

    /// Gives back all that a plugin left.
    pub(crate) fn take_all(&self, of: &Arc<Ledger>) -> Vec<T> {
        let mut kept = lock(&self.0);
        let left: Vec<usize> =
            kept.iter().filter(|(_, (_, owner))| Arc::ptr_eq(owner, of)).map(|(key, _)| *key).collect();
        left.iter().filter_map(|key| kept.remove(key)).map(|(thing, _)| thing).collect()
    }
}
