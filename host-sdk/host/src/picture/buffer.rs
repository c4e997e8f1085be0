//! Memory that is handed to plugins.

use std::alloc::{Layout, alloc_zeroed, dealloc};
use std::ptr::NonNull;

/// Pixels begin at multiples of this: no instruction of today's processors wants more.
pub(crate) const ALIGNMENT: usize = 64;

/// Zeroed bytes at a fixed place. Nothing in it is borrowed while a plugin may write.
///
/// Before and behind them lie guards: bytes that belong to nobody, to see whether somebody writes there.
#[derive(Debug)]
pub(crate) struct Buffer {
    /// The first byte behind the first guard.
    start: NonNull<u8>,
    len: usize,
    /// Of all, guards too.
    layout: Layout,
}

/// How long a guard is: as the alignment, so that what lies between the guards is aligned too.
const GUARD: usize = ALIGNMENT;
/// What guards are filled with.
const MARK: u8 = 0xC3;

// SAFETY: it is plain memory, which it owns.
unsafe impl Send for Buffer {}
// SAFETY: shared access only reads. Who writes through `pointer` sees to it that nobody reads meanwhile.
unsafe impl Sync for Buffer {}

impl Buffer {
    /// That many zeros; none if there is not so much memory.
    pub(crate) fn zeroed(len: usize) -> Option<Self> {
        let layout = Layout::from_size_align(len.checked_add(2 * GUARD)?, ALIGNMENT).ok()?;
        // SAFETY: the size is not zero.
        let first = NonNull::new(unsafe { alloc_zeroed(layout) })?;
        // SAFETY: the guard is within what was allocated.
        let start = unsafe { first.add(GUARD) };
        // SAFETY: there is a guard's length before `start`, and one behind `len` bytes from there.
        unsafe {
            first.write_bytes(MARK, GUARD);
            start.add(len).write_bytes(MARK, GUARD);
        }
        Some(Self { start, len, layout })
    }

    /// Whether nobody has written before or behind the bytes.
    pub(crate) fn is_whole(&self) -> bool {
        let guard = |start: NonNull<u8>| {
            // SAFETY: both guards were initialised, and stay as long as this does.
            unsafe { std::slice::from_raw_parts(start.as_ptr(), GUARD) }.iter().all(|byte| *byte == MARK)
        };
        // SAFETY: the guards are within what was allocated.
        unsafe { guard(self.start.sub(GUARD)) && guard(self.start.add(self.len)) }
    }

    pub(crate) fn len(&self) -> usize {
        self.len
    }

    pub(crate) fn pointer(&self) -> *mut u8 {
        self.start.as_ptr()
    }

    pub(crate) fn bytes(&self) -> &[u8] {
        // SAFETY: it owns that many bytes, all of which are initialised.
        unsafe { std::slice::from_raw_parts(self.start.as_ptr(), self.len()) }
    }

    pub(crate) fn bytes_mut(&mut self) -> &mut [u8] {
        // SAFETY: as above, and nobody else has it.
        unsafe { std::slice::from_raw_parts_mut(self.start.as_ptr(), self.len()) }
    }
}

impl Drop for Buffer {
    fn drop(&mut self) {
        // SAFETY: it was allocated with this layout, a guard's length before `start`, and is freed once.
        unsafe { dealloc(self.start.as_ptr().sub(GUARD), self.layout) };
    }
}
