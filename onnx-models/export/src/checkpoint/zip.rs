//! The zip archives of `torch.save`: entries are stored, so a tensor is a range of the file.

use std::collections::BTreeMap;

use super::error::{Kind, Result};
use super::source::{Source, View};

/// A directory this long has some 100,000 entries; a checkpoint has some hundreds.
const MAX_DIRECTORY: u64 = 8 << 20;

/// An archive's directory.
pub(crate) struct Archive {
    entries: BTreeMap<String, Entry>,
}

/// One file in an archive.
#[derive(Clone, Copy)]
pub(crate) struct Entry {
    header: u64,
    stored: u64,
    /// Bytes after unpacking, as the directory has it.
    pub(crate) len: u64,
    /// 0 for stored, 8 for deflate.
    pub(crate) method: u16,
    encrypted: bool,
}

impl Archive {
    pub(crate) fn open(source: &Source<'_>) -> Result<Self> {
        let (offset, len) = directory(source)?;
        if len > MAX_DIRECTORY {
            return Err(Kind::limit(format!("a zip directory of {len} bytes (at most {MAX_DIRECTORY})")));
        }
        let view = source.whole().sub(offset, len)?;
        let mut bytes = vec![0; usize::try_from(len).unwrap_or(0)];
        source.read_at(view.start(), &mut bytes)?;
        let mut entries = BTreeMap::new();
        let mut rest = &bytes[..];
        while rest.starts_with(b"PK\x01\x02") {
            let (name, entry, after) = central(rest)
                .ok_or_else(|| Kind::damaged(offset + (bytes.len() - rest.len()) as u64, "a zip directory entry"))?;
            entries.insert(name, entry);
            rest = after;
        }
        Ok(Self { entries })
    }

    pub(crate) fn names(&self) -> impl Iterator<Item = &str> {
        self.entries.keys().map(String::as_str)
    }

    pub(crate) fn entry(&self, name: &str) -> Option<Entry> {
        self.entries.get(name).copied()
    }

    /// The bytes of a stored entry.
    pub(crate) fn stored(&self, source: &Source<'_>, name: &str) -> Result<View> {
        let entry =
            self.entry(name).ok_or_else(|| Kind::unexpected(format!("archive entry {name}"), "missing", "there"))?;
        if entry.method != 0 || entry.stored != entry.len {
            return Err(Kind::unexpected(
                format!("archive entry {name}"),
                "compressed",
                "stored, as torch.save writes it",
            ));
        }
        packed(source, name, entry)
    }
}

/// The bytes of an entry as they lie in the file, packed or not.
pub(crate) fn packed(source: &Source<'_>, name: &str, entry: Entry) -> Result<View> {
    let mut local = [0; 30];
    source.read_at(entry.header, &mut local)?;
    if !local.starts_with(b"PK\x03\x04") {
        return Err(Kind::damaged(entry.header, format!("archive entry {name} has no header")));
    }
    if entry.encrypted {
        return Err(Kind::unexpected(format!("archive entry {name}"), "encrypted", "readable"));
    }
    let names = u64::from(u16_at(&local, 26).unwrap_or(0)) + u64::from(u16_at(&local, 28).unwrap_or(0));
    source.whole().sub(entry.header.saturating_add(30 + names), entry.stored)
}

/// Offset and length of the directory, from the record at the end of the file.
fn directory(source: &Source<'_>) -> Result<(u64, u64)> {
    // 22 bytes, then a comment of up to 65,535.
    let tail = source.len().min(22 + 65_535);
    let start = source.len() - tail;
    let mut bytes = vec![0; usize::try_from(tail).unwrap_or(0)];
    source.read_at(start, &mut bytes)?;
    let no_end = || Kind::damaged(source.len(), "a zip archive without its end: the download or copy is not complete");
    let at = (0..bytes.len().saturating_sub(21))
        .rev()
        .find(|&i| bytes[i..].starts_with(b"PK\x05\x06"))
        .ok_or_else(no_end)?;
    let len = u32_at(&bytes, at + 12).ok_or_else(no_end)?;
    let offset = u32_at(&bytes, at + 16).ok_or_else(no_end)?;
    if len != u32::MAX && offset != u32::MAX {
        return Ok((u64::from(offset), u64::from(len)));
    }
    // Zip64: a locator before the end record points at a longer one.
    let locator = at.checked_sub(20).filter(|&i| bytes[i..].starts_with(b"PK\x06\x07")).ok_or_else(no_end)?;
    let record = u64_at(&bytes, locator + 8).ok_or_else(no_end)?;
    let mut end = [0; 56];
    source.read_at(record, &mut end)?;
    if !end.starts_with(b"PK\x06\x06") {
        return Err(Kind::damaged(record, "no zip64 end record"));
    }
    Ok((u64_at(&end, 48).unwrap_or(0), u64_at(&end, 40).unwrap_or(0)))
}

/// One directory entry and what follows it.
fn central(bytes: &[u8]) -> Option<(String, Entry, &[u8])> {
    let flags = u16_at(bytes, 8)?;
    let method = u16_at(bytes, 10)?;
    let (name_len, extra_len, comment_len) = (u16_at(bytes, 28)?, u16_at(bytes, 30)?, u16_at(bytes, 32)?);
    let name_end = 46 + usize::from(name_len);
    let extra_end = name_end + usize::from(extra_len);
    let name = String::from_utf8_lossy(bytes.get(46..name_end)?).into_owned();
    let mut wide = zip64_extra(bytes.get(name_end..extra_end)?);
    // A field of all ones stands for the next number of the zip64 extra, in this order.
    let mut field = |at| match u32_at(bytes, at)? {
        u32::MAX => {
            let value = u64_at(wide, 0)?;
            wide = &wide[8..];
            Some(value)
        }
        value => Some(u64::from(value)),
    };
    let len = field(24)?;
    let stored = field(20)?;
    let header = field(42)?;
    let entry = Entry { header, stored, len, method, encrypted: flags & 1 != 0 };
    Some((name, entry, bytes.get(extra_end + usize::from(comment_len)..)?))
}

fn zip64_extra(mut extra: &[u8]) -> &[u8] {
    while let (Some(id), Some(len)) = (u16_at(extra, 0), u16_at(extra, 2)) {
        let Some(body) = extra.get(4..4 + usize::from(len)) else { break };
        if id == 1 {
            return body;
        }
        extra = &extra[4 + usize::from(len)..];
    }
    &[]
}

fn u16_at(bytes: &[u8], at: usize) -> Option<u16> {
    bytes.get(at..)?.first_chunk().map(|chunk| u16::from_le_bytes(*chunk))
}

fn u32_at(bytes: &[u8], at: usize) -> Option<u32> {
    bytes.get(at..)?.first_chunk().map(|chunk| u32::from_le_bytes(*chunk))
}

fn u64_at(bytes: &[u8], at: usize) -> Option<u64> {
    bytes.get(at..)?.first_chunk().map(|chunk| u64::from_le_bytes(*chunk))
}
