//! The bytes of a checkpoint, read a piece at a time.
//!
//! Nothing here holds a whole file: large payloads are [`View`]s, ranges of the file that are read when somebody
//! wants them, and a [`Reader`] walks through a view with a small buffer.

use std::borrow::Cow;
use std::fs::File;
use std::io::{Read, Seek, SeekFrom};
use std::sync::{Mutex, PoisonError};

use super::error::{Kind, Result};

/// Bytes fetched at once: large enough for a disk, small enough for the hundreds of tiny storages of a pickle.
const BUFFER: u64 = 16 * 1024;

/// A file, or bytes in memory.
pub(crate) struct Source<'a> {
    bytes: Bytes<'a>,
    len: u64,
}

enum Bytes<'a> {
    File(Mutex<File>),
    Memory(Cow<'a, [u8]>),
}

impl<'a> Source<'a> {
    pub(crate) fn file(file: File) -> Result<Self> {
        let len = file.metadata()?.len();
        Ok(Self { bytes: Bytes::File(Mutex::new(file)), len })
    }

    pub(crate) fn memory(bytes: impl Into<Cow<'a, [u8]>>) -> Self {
        let bytes = bytes.into();
        Self { len: bytes.len() as u64, bytes: Bytes::Memory(bytes) }
    }

    pub(crate) fn len(&self) -> u64 {
        self.len
    }

    pub(crate) fn whole(&self) -> View {
        View { start: 0, stored: self.len, skip: 0, len: self.len, latin1: false }
    }

    /// Fills `out` with the bytes from `offset`.
    pub(crate) fn read_at(&self, offset: u64, out: &mut [u8]) -> Result<()> {
        let needed = out.len() as u64;
        let available = self.len.saturating_sub(offset);
        if needed > available || offset > self.len {
            return Err(Kind::Truncated { offset, needed, available });
        }
        match &self.bytes {
            Bytes::File(file) => {
                let mut file = file.lock().unwrap_or_else(PoisonError::into_inner);
                file.seek(SeekFrom::Start(offset))?;
                file.read_exact(out)?;
            }
            Bytes::Memory(bytes) => {
                let start = usize::try_from(offset).map_err(|_| Kind::limit("a byte position"))?;
                out.copy_from_slice(&bytes[start..start + out.len()]);
            }
        }
        Ok(())
    }

    /// The first bytes of the file, at most `count`.
    pub(crate) fn head(&self, count: usize) -> Result<Vec<u8>> {
        let mut head = vec![0; count.min(usize::try_from(self.len).unwrap_or(count))];
        self.read_at(0, &mut head)?;
        Ok(head)
    }
}

/// A range of a file; in pickles of protocol 2, a range of bytes that were written as Latin-1 characters in UTF-8.
#[derive(Clone, Copy, Debug)]
pub(crate) struct View {
    /// First byte in the file.
    start: u64,
    /// Bytes in the file, from `start`.
    stored: u64,
    /// Decoded bytes to leave out; 0 unless `latin1`.
    skip: u64,
    /// Decoded bytes.
    len: u64,
    latin1: bool,
}

impl View {
    pub(crate) fn len(&self) -> u64 {
        self.len
    }

    /// Where in the file it begins (for a Latin-1 view: where its text begins).
    pub(crate) fn start(&self) -> u64 {
        self.start
    }

    /// The part from `offset`, `len` long.
    pub(crate) fn sub(&self, offset: u64, len: u64) -> Result<Self> {
        let available = self.len.saturating_sub(offset);
        if len > available || offset > self.len {
            return Err(Kind::Truncated { offset: self.start.saturating_add(offset), needed: len, available });
        }
        Ok(if self.latin1 {
            Self { skip: self.skip + offset, len, ..*self }
        } else {
            Self { start: self.start + offset, stored: len, len, ..*self }
        })
    }

    /// The bytes that this UTF-8 text stands for, one for each character; reads the text once to count them.
    pub(crate) fn latin1(&self, source: &Source<'_>) -> Result<Self> {
        if self.latin1 {
            return Err(Kind::damaged(self.start, "bytes written as text inside bytes written as text"));
        }
        let mut reader = Reader::new(source, *self)?;
        let mut len = 0;
        let mut chunk = [0; 4096];
        while reader.remaining() > 0 {
            let count = usize::try_from(reader.remaining()).unwrap_or(chunk.len()).min(chunk.len());
            reader.read(&mut chunk[..count])?;
            // All but the second bytes of characters.
            len += chunk[..count].iter().filter(|&&byte| byte & 0xC0 != 0x80).count() as u64;
        }
        Ok(Self { latin1: true, len, ..*self })
    }
}

/// Walks through a view.
pub(crate) struct Reader<'a> {
    source: &'a Source<'a>,
    view: View,
    /// Decoded bytes handed out.
    position: u64,
    /// Stored bytes fetched from the file.
    fetched: u64,
    /// Decoded bytes, of which those from `next` are still to be handed out.
    buffer: Vec<u8>,
    next: usize,
    /// A Latin-1 character's first byte, when the buffer ended inside it.
    lead: Option<u8>,
}

impl<'a> Reader<'a> {
    pub(crate) fn new(source: &'a Source<'a>, view: View) -> Result<Self> {
        let whole = View { skip: 0, len: view.skip.saturating_add(view.len), ..view };
        let mut reader = Self { source, view: whole, position: 0, fetched: 0, buffer: Vec::new(), next: 0, lead: None };
        reader.skip(view.skip)?;
        reader.view = view;
        reader.position = 0;
        Ok(reader)
    }

    pub(crate) fn source(&self) -> &'a Source<'a> {
        self.source
    }

    pub(crate) fn remaining(&self) -> u64 {
        self.view.len - self.position
    }

    /// The byte of the file that comes next (for Latin-1: a little approximate, only errors show it).
    pub(crate) fn offset(&self) -> u64 {
        self.view.start.saturating_add(self.position)
    }

    /// The next `len` bytes as a view, which this reader then leaves behind.
    pub(crate) fn take_view(&mut self, len: u64) -> Result<View> {
        let view = self.view.sub(self.position, len)?;
        self.skip(len)?;
        Ok(view)
    }

    pub(crate) fn skip(&mut self, count: u64) -> Result<()> {
        self.check(count)?;
        if self.view.latin1 {
            let mut left = count;
            while left > 0 {
                self.fill()?;
                let step = left.min((self.buffer.len() - self.next) as u64);
                self.next += usize::try_from(step).unwrap_or(usize::MAX);
                self.position += step;
                left -= step;
            }
        } else {
            self.position += count;
            let buffered = (self.buffer.len() - self.next) as u64;
            if count <= buffered {
                self.next += usize::try_from(count).unwrap_or(usize::MAX);
            } else {
                self.buffer.clear();
                self.next = 0;
                self.fetched = self.position;
            }
        }
        Ok(())
    }

    pub(crate) fn read(&mut self, mut out: &mut [u8]) -> Result<()> {
        self.check(out.len() as u64)?;
        while !out.is_empty() {
            self.fill()?;
            let step = out.len().min(self.buffer.len() - self.next);
            let (now, later) = out.split_at_mut(step);
            now.copy_from_slice(&self.buffer[self.next..self.next + step]);
            self.next += step;
            self.position += step as u64;
            out = later;
        }
        Ok(())
    }

    pub(crate) fn array<const N: usize>(&mut self) -> Result<[u8; N]> {
        let mut out = [0; N];
        self.read(&mut out)?;
        Ok(out)
    }

    pub(crate) fn u8(&mut self) -> Result<u8> {
        Ok(self.array::<1>()?[0])
    }

    /// The next `count` bytes; the caller has capped `count`.
    pub(crate) fn bytes(&mut self, count: usize) -> Result<Vec<u8>> {
        self.check(count as u64)?;
        let mut out = vec![0; count];
        self.read(&mut out)?;
        Ok(out)
    }

    /// A line without its end; at most `max` bytes.
    pub(crate) fn line(&mut self, max: usize) -> Result<String> {
        let mut line = Vec::new();
        loop {
            match self.u8()? {
                b'\n' => return Ok(String::from_utf8_lossy(&line).into_owned()),
                _ if line.len() == max => return Err(Kind::damaged(self.offset(), "a name without end")),
                byte => line.push(byte),
            }
        }
    }

    fn check(&self, needed: u64) -> Result<()> {
        let available = self.remaining();
        if needed > available {
            return Err(Kind::Truncated { offset: self.offset(), needed, available });
        }
        Ok(())
    }

    /// Makes at least one decoded byte available; the caller knows that one is left.
    fn fill(&mut self) -> Result<()> {
        while self.next == self.buffer.len() {
            let count = BUFFER.min(self.view.stored.saturating_sub(self.fetched));
            if count == 0 {
                return Err(Kind::damaged(self.offset(), "bytes end inside a character"));
            }
            self.buffer.resize(usize::try_from(count).unwrap_or(0), 0);
            self.source.read_at(self.view.start + self.fetched, &mut self.buffer)?;
            self.fetched += count;
            self.next = 0;
            if self.view.latin1 {
                self.decode()?;
            }
        }
        Ok(())
    }

    fn decode(&mut self) -> Result<()> {
        let mut kept = 0;
        for index in 0..self.buffer.len() {
            let byte = self.buffer[index];
            let decoded = match (self.lead.take(), byte) {
                (None, 0..=0x7F) => byte,
                (None, 0xC2 | 0xC3) => {
                    self.lead = Some(byte);
                    continue;
                }
                (Some(lead), 0x80..=0xBF) => (lead & 3) << 6 | (byte & 0x3F),
                _ => return Err(Kind::damaged(self.offset(), "a character that is not Latin-1 stands for a byte")),
            };
            self.buffer[kept] = decoded;
            kept += 1;
        }
        self.buffer.truncate(kept);
        Ok(())
    }
}
