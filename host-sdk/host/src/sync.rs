//! Locks: one that does not mind panics, and one that a thread may take again, as plugins expect of theirs.

use std::sync::{Condvar, Mutex, MutexGuard, PoisonError};
use std::thread::{self, ThreadId};

/// Locks, also after a panic: what is behind our locks is whole between any two statements.
pub(crate) fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

/// A lock that its owner can take again, and that is taken and given back by calls rather than by a guard's life.
#[derive(Debug, Default)]
pub(crate) struct RecursiveLock {
    /// Who has it, and how often.
    owner: Mutex<Option<(ThreadId, usize)>>,
    free: Condvar,
}

/// Gives the lock back when dropped.
pub(crate) struct RecursiveGuard<'a>(&'a RecursiveLock);

impl RecursiveLock {
    /// Takes it, once it is free.
    pub(crate) fn acquire(&self) {
        let me = thread::current().id();
        let mut owner = lock(&self.owner);
        loop {
            match &mut *owner {
                None => return *owner = Some((me, 1)),
                Some((id, count)) if *id == me => return *count += 1,
                Some(_) => owner = self.free.wait(owner).unwrap_or_else(PoisonError::into_inner),
            }
        }
    }

    /// Takes it if it is free or ours, and says whether it did.
    pub(crate) fn try_acquire(&self) -> bool {
        let me = thread::current().id();
        match &mut *lock(&self.owner) {
            empty @ None => *empty = Some((me, 1)),
            Some((id, count)) if *id == me => *count += 1,
            Some(_) => return false,
        }
        true
    }

    /// Gives it back once; false if it was not this thread's.
    pub(crate) fn release(&self) -> bool {
        let mut owner = lock(&self.owner);
        match &mut *owner {
            Some((id, count)) if *id == thread::current().id() => {
                *count -= 1;
                if *count == 0 {
                    *owner = None;
                    self.free.notify_one();
                }
                true
            }
            _ => false,
        }
    }

    /// Whether somebody has it.
    pub(crate) fn is_taken(&self) -> bool {
        lock(&self.owner).is_some()
    }

    /// Takes it for as long as the guard lives.
    pub(crate) fn guard(&self) -> RecursiveGuard<'_> {
        self.acquire();
        RecursiveGuard(self)
    }
}

impl Drop for RecursiveGuard<'_> {
    fn drop(&mut self) {
        self.0.release();
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_thread_takes_its_lock_again_and_others_wait() {
        let lock = RecursiveLock::default();
        let first = lock.guard();
        let again = lock.guard();
        thread::scope(|scope| scope.spawn(|| assert!(!lock.try_acquire() && !lock.release())).join().unwrap());
        drop(first);
        assert!(lock.is_taken());
        drop(again);
        assert!(!lock.is_taken() && !lock.release());
        thread::scope(|scope| scope.spawn(|| assert!(lock.try_acquire() && lock.release())).join().unwrap());
    }
}
