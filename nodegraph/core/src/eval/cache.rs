//! Results in memory.

use std::collections::HashSet;
use std::sync::{Condvar, Mutex, PoisonError};
use std::time::Duration;

use dragfx_engine::Cancel;
use lru::LruCache;

use super::fingerprint::Fingerprint;
use crate::hashes::lock;
use crate::value::Value;

/// Results by their fingerprints, up to a number of bytes: those that were not used for longest go first.
///
/// It is shared by threads: what one of them computes, another one waits for.
#[derive(Debug)]
pub struct Cache {
    state: Mutex<State>,
    changed: Condvar,
}

#[derive(Debug)]
struct State {
    values: LruCache<Fingerprint, Value>,
    bytes: usize,
    limit: usize,
    computing: HashSet<Fingerprint>,
}

/// The right and the duty to compute a result.
pub(crate) struct Claim<'c> {
    cache: &'c Cache,
    fingerprint: Fingerprint,
}

/// What a thread finds that wants a result.
pub(crate) enum Found<'c> {
    /// The result.
    Value(Value),
    /// Nothing: it is for this thread to compute it.
    Nothing(Claim<'c>),
    /// Nothing, and the thread's work was cancelled while it waited.
    Cancelled,
}

/// How long a thread waits before it looks whether it was cancelled.
const PATIENCE: Duration = Duration::from_millis(20);

impl Cache {
    /// A cache for `limit` bytes of results.
    #[must_use]
    pub fn new(limit: usize) -> Self {
        let state = State { values: LruCache::unbounded(), bytes: 0, limit, computing: HashSet::new() };
        Self { state: Mutex::new(state), changed: Condvar::new() }
    }

    /// The result, if it is there.
    #[must_use]
    pub fn get(&self, fingerprint: &Fingerprint) -> Option<Value> {
        lock(&self.state).values.get(fingerprint).cloned()
    }

    /// Whether the result is there; to ask is not to use it.
    #[must_use]
    pub fn contains(&self, fingerprint: &Fingerprint) -> bool {
        lock(&self.state).values.contains(fingerprint)
    }

    /// Bytes of the results that are there.
    #[must_use]
    pub fn bytes(&self) -> usize {
        lock(&self.state).bytes
    }

    /// Forgets everything.
    pub fn clear(&self) {
        let mut state = lock(&self.state);
        state.values.clear();
        state.bytes = 0;
    }

    /// Keeps a result. One that is larger than the cache is not kept.
    pub(crate) fn insert(&self, fingerprint: Fingerprint, value: &Value) {
        let mut state = lock(&self.state);
        let bytes = value.bytes();
        if bytes > state.limit {
            return;
        }
        if let Some(old) = state.values.put(fingerprint, value.clone()) {
            state.bytes -= old.bytes();
        }
        state.bytes += bytes;
        while state.bytes > state.limit {
            let Some((_, old)) = state.values.pop_lru() else { break };
            state.bytes -= old.bytes();
        }
    }

    /// The result, once it is there; or the duty to compute it, if nobody does.
    pub(crate) fn claim(&self, fingerprint: Fingerprint, cancel: &Cancel) -> Found<'_> {
        let mut state = lock(&self.state);
        loop {
            if let Some(value) = state.values.get(&fingerprint) {
                return Found::Value(value.clone());
            }
            if cancel.is_cancelled() {
                return Found::Cancelled;
            }
            if state.computing.insert(fingerprint) {
                return Found::Nothing(Claim { cache: self, fingerprint });
            }
            let waited = self.changed.wait_timeout(state, PATIENCE);
            state = waited.unwrap_or_else(PoisonError::into_inner).0;
        }
    }
}

impl Claim<'_> {
    /// Puts the result into the cache.
    pub(crate) fn fulfil(self, value: &Value) {
        self.cache.insert(self.fingerprint, value);
    }
}

impl Drop for Claim<'_> {
    fn drop(&mut self) {
        lock(&self.cache.state).computing.remove(&self.fingerprint);
        self.cache.changed.notify_all();
    }
}
