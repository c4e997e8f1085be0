//! Stopping a run from another thread.

use std::fmt;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use ort::session::RunOptions;

use crate::{Result, RuntimeError};

/// Stops runs: clones share one state, and any thread may [`cancel`](Self::cancel).
///
/// ONNX Runtime looks at it between two nodes of a graph, so a run ends after the node that it is in. Runs that are
/// started with a cancelled token end at once with [`RuntimeError::Cancelled`].
#[derive(Clone, Default)]
pub struct CancelToken(Arc<State>);

#[derive(Default)]
struct State {
    cancelled: AtomicBool,
    /// The runs in progress. The lock orders a run's start against `cancel`: whichever is second sees the other.
    running: Mutex<Vec<Arc<RunOptions>>>,
}

impl CancelToken {
    /// A token that is not cancelled.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// Ends the runs in progress and refuses later ones, until [`reset`](Self::reset).
    pub fn cancel(&self) {
        let running = self.running();
        self.0.cancelled.store(true, Ordering::Release);
        for options in running.iter() {
            // Setting a flag: it has no way to fail that a caller could act on, and later runs are refused anyway.
            let _ = options.terminate();
        }
    }

    /// Whether [`cancel`](Self::cancel) was called.
    #[must_use]
    pub fn is_cancelled(&self) -> bool {
        self.0.cancelled.load(Ordering::Acquire)
    }

    /// Makes the token usable again. Runs that were being cancelled still end as cancelled.
    pub fn reset(&self) {
        let _running = self.running();
        self.0.cancelled.store(false, Ordering::Release);
    }

    /// An error if cancelled: for loops around runs.
    pub fn check(&self) -> Result<()> {
        if self.is_cancelled() { Err(RuntimeError::Cancelled) } else { Ok(()) }
    }

    /// Registers a run for as long as the guard lives, unless cancelled already.
    pub(crate) fn enter(&self, options: &Arc<RunOptions>) -> Result<Running<'_>> {
        let mut running = self.running();
        self.check()?;
        running.push(Arc::clone(options));
        Ok(Running { token: self, options: Arc::clone(options) })
    }

    fn running(&self) -> MutexGuard<'_, Vec<Arc<RunOptions>>> {
        self.0.running.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl fmt::Debug for CancelToken {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("CancelToken").field("cancelled", &self.is_cancelled()).finish_non_exhaustive()
    }
}

/// A run in progress.
pub(crate) struct Running<'t> {
    token: &'t CancelToken,
    options: Arc<RunOptions>,
}

impl Drop for Running<'_> {
    fn drop(&mut self) {
        self.token.running().retain(|options| !Arc::ptr_eq(options, &self.options));
    }
}
