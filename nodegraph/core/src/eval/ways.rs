//! What work leaves that can be gone on with: the steps of a drag that was cancelled, say.

use std::any::Any;
use std::fmt;
use std::sync::{Arc, Mutex};

use lru::LruCache;

use super::fingerprint::Fingerprint;
use crate::hashes::lock;

/// What was done on the way to results, by the fingerprints of the ways, up to a number of bytes.
pub(crate) struct Ways(Mutex<State>);

struct State {
    done: LruCache<Fingerprint, (Done, usize)>,
    bytes: usize,
}

/// What an operator leaves, which alone knows what it is.
type Done = Arc<dyn Any + Send + Sync>;

/// The place of one way among them.
#[derive(Clone, Copy)]
pub(crate) struct Begun<'a> {
    pub(super) ways: &'a Ways,
    pub(super) way: Fingerprint,
}

/// Bytes that are kept: some 25 drags of 300 steps.
const LIMIT: usize = 256 << 20;

impl Default for Ways {
    fn default() -> Self {
        Self(Mutex::new(State { done: LruCache::unbounded(), bytes: 0 }))
    }
}

impl fmt::Debug for Ways {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Ways").field("bytes", &lock(&self.0).bytes).finish_non_exhaustive()
    }
}

impl Begun<'_> {
    /// What was left, if it is still there.
    pub(crate) fn get<T: Any + Send + Sync>(&self) -> Option<Arc<T>> {
        let done = Arc::clone(&lock(&self.ways.0).done.get(&self.way)?.0);
        done.downcast().ok()
    }

    /// Leaves what was done, in place of what was left before.
    pub(crate) fn put(&self, done: Done, bytes: usize) {
        let mut state = lock(&self.ways.0);
        if bytes > LIMIT {
            return;
        }
        if let Some((_, old)) = state.done.put(self.way, (done, bytes)) {
            state.bytes -= old;
        }
        state.bytes += bytes;
        while state.bytes > LIMIT {
            let Some((_, (_, old))) = state.done.pop_lru() else { break };
            state.bytes -= old;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::eval::fingerprint::Builder;

    #[test]
    fn what_was_used_last_stays_within_the_limit() {
        let ways = Ways::default();
        let decl = crate::nodes::all()[0].decl().clone();
        let [a, b, c] = ["a", "b", "c"].map(|way| Begun { ways: &ways, way: Builder::new(&decl, way).finish() });
        a.put(Arc::new(1_u32), LIMIT / 2);
        b.put(Arc::new(2_u32), LIMIT / 2);
        assert_eq!(a.get::<u32>().as_deref(), Some(&1), "and is the last that was used");
        c.put(Arc::new(3_u32), LIMIT / 2);
        assert_eq!(b.get::<u32>(), None);
        assert_eq!(a.get::<String>(), None, "what another kind left is of no use");
        a.put(Arc::new(4_u32), LIMIT + 1);
        assert_eq!((a.get::<u32>().as_deref(), c.get::<u32>().as_deref()), (Some(&1), Some(&3)));
    }
}
