//! The MultiThread suite.

use std::cell::Cell;
use std::ffi::{c_int, c_uint, c_void};
use std::sync::Arc;
use std::sync::atomic::{AtomicU32, Ordering};
use std::thread::Builder;

use ofx_sys::{OfxMultiThreadSuiteV1, OfxMutexHandle, OfxStatus, OfxThreadFunctionV1};

use super::kept::Kept;
use crate::complaint::{Ledger, Misuse};
use crate::guard::{guard, guard_with, refuse_null, write};
use crate::handle::{HandleKind, Handled, Owned, Table, find};
use crate::property::Pointer;
use crate::scope::{self, complain};
use crate::status::{Answer, Status};
use crate::sync::RecursiveLock;

/// All of its functions.
pub(super) static SUITE: OfxMultiThreadSuiteV1 = OfxMultiThreadSuiteV1 {
    multiThread: Some(multi_thread),
    multiThreadNumCPUs: Some(num_cpus),
    multiThreadIndex: Some(thread_index),
    multiThreadIsSpawnedThread: Some(is_spawned),
    mutexCreate: Some(mutex_create),
    mutexDestroy: Some(mutex_destroy),
    mutexLock: Some(mutex_lock),
    mutexUnLock: Some(mutex_unlock),
    mutexTryLock: Some(mutex_try_lock),
};

thread_local! {
    /// Which part of a plugin's work this thread does; none if the suite did not make the thread.
    static INDEX: Cell<Option<c_uint>> = const { Cell::new(None) };
}

/// A plugin's mutex, which its owner may lock again.
struct PluginMutex(RecursiveLock);

static MUTEXES: Table<PluginMutex> = Table::new();
static KEPT: Kept<Owned<PluginMutex>> = Kept::new();

impl Handled for PluginMutex {
    const NAME: &'static str = "a mutex";
    const KIND: HandleKind = HandleKind::Mutex;
    fn table() -> &'static Table<Self> {
        &MUTEXES
    }
}

/// Destroys the mutexes that a plugin has left, and says so.
pub(super) fn close(ledger: &Arc<Ledger>) {
    let left = KEPT.take_all(ledger);
    if !left.is_empty() {
        complain(Misuse::Memory, format!("mutexDestroy was not called for {} mutexes", left.len()));
    }
}

/// How many threads the host at work lends.
fn lent() -> usize {
    let host = scope::current().and_then(|scope| scope.host.upgrade());
    host.map_or(1, |host| host.settings.threads.max(1))
}

unsafe extern "C" fn multi_thread(function: OfxThreadFunctionV1, parts: c_uint, argument: *mut c_void) -> OfxStatus {
    guard("multiThread", || {
        let Some(function) = function else { return refuse_null("multiThread", "function") };
        if INDEX.get().is_some() {
            complain(Misuse::Threading, "multiThread was called by a thread that it has made");
            return Err(Status::EXISTS);
        }
        if parts == 0 {
            complain(Misuse::Threading, "multiThread was asked for no threads");
            return Err(Status::FAILED);
        }
        let next = AtomicU32::new(0);
        let argument = Pointer(argument);
        let scope = scope::current();
        // Each takes the next part, until there is none: more parts than threads are done one after the other.
        let work = || {
            let Pointer(argument) = { argument };
            let _inside = scope.clone().map(scope::Scope::enter);
            while let Some(part) = Some(next.fetch_add(1, Ordering::Relaxed)).filter(|part| *part < parts) {
                INDEX.set(Some(part));
                // SAFETY: that is what the plugin asks for: its function, called by several threads with its argument.
                unsafe { function(part, parts, argument) };
            }
            INDEX.set(None);
        };
        let workers = lent().min(parts as usize);
        if workers == 1 {
            work();
            return Ok(());
        }
        std::thread::scope(|threads| {
            for number in 0..workers {
                let spawned = Builder::new().name(format!("ofx-part-{number}")).spawn_scoped(threads, work);
                if spawned.is_err() {
                    // The threads that there are do it all; without any, this one does.
                    if number == 0 {
                        work();
                    }
                    break;
                }
            }
        });
        Ok(())
    })
}

unsafe extern "C" fn num_cpus(count: *mut c_uint) -> OfxStatus {
    guard("multiThreadNumCPUs", || {
        let lent = if INDEX.get().is_some() { 1 } else { lent() };
        // SAFETY: the plugin passes room for the number, as the suite says.
        unsafe { write("multiThreadNumCPUs", count, c_uint::try_from(lent).unwrap_or(c_uint::MAX)) }
    })
}

unsafe extern "C" fn thread_index(index: *mut c_uint) -> OfxStatus {
    guard("multiThreadIndex", || {
        // SAFETY: the plugin passes room for the number, as the suite says.
        unsafe { write("multiThreadIndex", index, INDEX.get().unwrap_or(0)) }
    })
}

unsafe extern "C" fn is_spawned() -> c_int {
    guard_with("multiThreadIsSpawnedThread", 0, || c_int::from(INDEX.get().is_some()))
}

unsafe extern "C" fn mutex_create(place: *mut OfxMutexHandle, locked: c_int) -> OfxStatus {
    guard("mutexCreate", || {
        let mutex = Owned::new(PluginMutex(RecursiveLock::default()));
        (0..locked).for_each(|_| mutex.0.acquire());
        // SAFETY: the plugin passes room for the handle, as the suite says.
        unsafe { write("mutexCreate", place, mutex.handle()) }?;
        KEPT.add(mutex.handle::<u8>().addr(), mutex);
        Ok(())
    })
}

unsafe extern "C" fn mutex_destroy(mutex: OfxMutexHandle) -> OfxStatus {
    guard("mutexDestroy", || {
        let found: Arc<PluginMutex> = find("mutexDestroy", mutex)?;
        if found.0.is_taken() {
            complain(Misuse::Threading, "mutexDestroy was given a mutex that is locked");
        }
        drop(KEPT.take(mutex.addr()));
        Ok(())
    })
}

unsafe extern "C" fn mutex_lock(mutex: OfxMutexHandle) -> OfxStatus {
    guard("mutexLock", || {
        find::<PluginMutex, _>("mutexLock", mutex)?.0.acquire();
        Ok(())
    })
}

unsafe extern "C" fn mutex_unlock(mutex: OfxMutexHandle) -> OfxStatus {
    guard("mutexUnLock", || unlock(&*find("mutexUnLock", mutex)?))
}

fn unlock(mutex: &PluginMutex) -> Answer {
    if mutex.0.release() {
        return Ok(());
    }
    complain(Misuse::Threading, "mutexUnLock was given a mutex that its thread has not locked");
    Err(Status::FAILED)
}

unsafe extern "C" fn mutex_try_lock(mutex: OfxMutexHandle) -> OfxStatus {
    guard("mutexTryLock", || {
        let taken = find::<PluginMutex, _>("mutexTryLock", mutex)?.0.try_acquire();
        if taken { Ok(()) } else { Err(Status::FAILED) }
    })
}
