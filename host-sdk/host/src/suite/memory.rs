//! The Memory suite.

use std::ffi::c_void;
use std::sync::Arc;

use ofx_sys::{OfxMemorySuiteV1, OfxStatus};

use super::kept::Kept;
use crate::complaint::{Ledger, Misuse};
use crate::guard::{guard, write};
use crate::picture::Buffer;
use crate::scope::complain;
use crate::status::Status;

/// All of its functions.
pub(super) static SUITE: OfxMemorySuiteV1 =
    OfxMemorySuiteV1 { memoryAlloc: Some(memory_alloc), memoryFree: Some(memory_free) };

static BLOCKS: Kept<Buffer> = Kept::new();

/// Frees what a plugin has left, and says so.
pub(super) fn close(ledger: &Arc<Ledger>) {
    let left = BLOCKS.take_all(ledger);
    if !left.is_empty() {
        let bytes: usize = left.iter().map(Buffer::len).sum();
        complain(Misuse::Memory, format!("memoryFree was not called for {} blocks of {bytes} bytes", left.len()));
    }
}

unsafe extern "C" fn memory_alloc(_effect: *mut c_void, len: usize, place: *mut *mut c_void) -> OfxStatus {
    guard("memoryAlloc", || {
        let buffer = Buffer::zeroed(len).ok_or(Status::MEMORY)?;
        let start = buffer.pointer();
        // SAFETY: the plugin passes room for a pointer, as the suite says.
        unsafe { write("memoryAlloc", place, start.cast()) }?;
        BLOCKS.add(start.addr(), buffer);
        Ok(())
    })
}

unsafe extern "C" fn memory_free(start: *mut c_void) -> OfxStatus {
    guard("memoryFree", || {
        // As `free` does, nothing is done with nothing.
        if start.is_null() {
            return Ok(());
        }
        if let Some(block) = BLOCKS.take(start.addr()) {
            if !block.is_whole() {
                complain(Misuse::Memory, "something was written before or behind memory of memoryAlloc");
            }
            return Ok(());
        }
        complain(Misuse::Memory, "memoryFree was given what memoryAlloc did not give, or gave and took back");
        Err(Status::BAD_HANDLE)
    })
}
