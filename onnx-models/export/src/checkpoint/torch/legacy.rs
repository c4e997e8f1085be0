//! The legacy format of `torch.save`: pickles and raw numbers, one after another.
//!
//! A magic number, the protocol version 1001, facts about the machine, the object, the list of its storages' keys,
//! and then for each key the number of elements (64 bits) and the elements. NVIDIA's pickles hold a small file of
//! this kind for each tensor.

use std::collections::HashMap;

use super::{Reference, Storage, Torch};
use crate::checkpoint::error::{Kind, Result};
use crate::checkpoint::pickle::{self, Heap, Meter, Node};
use crate::checkpoint::source::{Reader, Source, View};

/// 0x1950a86a20f9469cfc6c, little-endian.
const MAGIC: &[u8] = b"\x6c\xfc\x9c\x46\xf9\x20\x6a\xa8\x50\x19";

/// Opens a whole legacy file.
pub(crate) fn open<'a>(source: &'a Source<'a>) -> Result<Torch<'a>> {
    let mut meter = Meter::default();
    let (heap, storages) = parse(source, source.whole(), &mut meter)?;
    Ok(Torch::new(source, heap, storages, meter))
}

/// The storage that is all there is in a legacy file of `view`.
pub(super) fn storage(source: &Source<'_>, view: View, meter: &mut Meter) -> Result<Storage> {
    let (heap, storages) = parse(source, view, meter)?;
    let damaged = |reason: String| Kind::damaged(view.start(), format!("storage: {reason}"));
    let Node::Persistent(id) = heap.node(heap.root()) else {
        return Err(damaged(format!("it is {}", heap.describe(heap.root()))));
    };
    let reference = Reference::of(&heap, *id).map_err(damaged)?;
    let data = storages.get(reference.key).ok_or_else(|| damaged("its numbers are missing".to_owned()))?;
    reference.storage(*data).map_err(damaged)
}

fn parse(source: &Source<'_>, view: View, meter: &mut Meter) -> Result<(Heap, HashMap<String, View>)> {
    let mut reader = Reader::new(source, view)?;
    let damaged = |reason: &str| Kind::damaged(view.start(), format!("legacy torch file: {reason}"));
    let magic = pickle::load(&mut reader, meter)?;
    if !matches!(magic.node(magic.root()), Node::Long(bytes) if **bytes == *MAGIC) {
        return Err(damaged("no magic number"));
    }
    let version = pickle::load(&mut reader, meter)?;
    if version.int(version.root()) != Some(1001) {
        return Err(damaged(&format!("version {}, not 1001", version.describe(version.root()))));
    }
    let machine = pickle::load(&mut reader, meter)?;
    let little = machine.get(machine.root(), "little_endian").map(|id| machine.node(id));
    if matches!(little, Some(Node::Bool(false))) {
        return Err(damaged("written by a big-endian machine"));
    }
    let heap = pickle::load(&mut reader, meter)?;
    let keys = pickle::load(&mut reader, meter)?;
    let storages = numbers(&mut reader, &heap, &keys)?;
    Ok((heap, storages))
}

/// Finds the numbers of each key, behind the pickles.
fn numbers(reader: &mut Reader<'_>, heap: &Heap, keys: &Heap) -> Result<HashMap<String, View>> {
    let damaged = |reason: String| Kind::damaged(reader.offset(), format!("legacy torch file: {reason}"));
    let mut sizes = HashMap::new();
    for node in heap.nodes() {
        if let Node::Persistent(id) = node {
            let reference = Reference::of(heap, *id).map_err(damaged)?;
            let bytes = reference.bytes().ok_or_else(|| damaged("a storage beyond all sizes".to_owned()))?;
            sizes.insert(reference.key, (reference.elements, bytes));
        }
    }
    let keys_found = keys.items(keys.root()).ok_or_else(|| damaged("no list of storages".to_owned()))?;
    let mut storages = HashMap::new();
    for id in keys_found {
        let offset = reader.offset();
        let damaged = |reason: &str| Kind::damaged(offset, format!("legacy torch file: {reason}"));
        let key = keys.text(*id).ok_or_else(|| damaged("a storage key that is no text"))?;
        let &(elements, bytes) = sizes.get(key).ok_or_else(|| damaged("a storage that nothing uses"))?;
        if u64::from_le_bytes(reader.array()?) != elements {
            return Err(damaged("a storage whose length differs from its description"));
        }
        storages.insert(key.to_owned(), reader.take_view(bytes)?);
    }
    Ok(storages)
}
