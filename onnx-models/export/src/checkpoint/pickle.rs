//! Python pickles, interpreted as data.
//!
//! A pickle is a program for a stack machine whose only dangerous instructions are those that call a Python
//! function. This interpreter has no functions to call: what the file names becomes a [`Node`] in a [`Heap`], and
//! the layers above look for the shapes that they know. See [`globals`] for which names are accepted.

mod globals;
mod heap;
mod machine;

pub(crate) use heap::{Heap, Id, Node};

use super::error::{Kind, Result};
use super::source::Reader;

/// Text and bytes above this stay in the file, as a view. Every name is shorter, and so are the bytes of a NumPy
/// scalar; a storage, even of one number, is longer, and must keep its place in the file to be found.
const INLINE: u64 = 128;

/// What all pickles of one file together may use.
///
/// A 1024x1024 checkpoint with G, D and G_ema needs some 20,000 operations and 2 MB; the limits leave room for
/// optimiser states and bound what a hostile file can cost: a second or two and 32 MiB.
pub(crate) struct Meter {
    operations: u64,
    bytes: usize,
}

impl Default for Meter {
    fn default() -> Self {
        Self { operations: 4_000_000, bytes: 32 << 20 }
    }
}

impl Meter {
    pub(crate) fn work(&mut self, operations: u64) -> Result<()> {
        self.operations = self
            .operations
            .checked_sub(operations)
            .ok_or_else(|| Kind::limit("the pickle has more operations than any checkpoint"))?;
        Ok(())
    }

    /// Called before memory is allocated.
    pub(crate) fn allocate(&mut self, bytes: usize) -> Result<()> {
        self.bytes = self
            .bytes
            .checked_sub(bytes)
            .ok_or_else(|| Kind::limit("the pickle's objects need more memory than any checkpoint's"))?;
        Ok(())
    }
}

/// Interprets one pickle, up to its STOP; the reader then stands behind it.
pub(crate) fn load(reader: &mut Reader<'_>, meter: &mut Meter) -> Result<Heap> {
    machine::Machine::new(reader, meter).run()
}
