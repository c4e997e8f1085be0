//! The zip format of `torch.save`: `NAME/data.pkl`, and the numbers of each storage in `NAME/data/KEY`.

use std::collections::HashMap;

use super::Torch;
use crate::checkpoint::error::{Kind, Result};
use crate::checkpoint::pickle::{self, Meter, Node};
use crate::checkpoint::source::{Reader, Source};
use crate::checkpoint::zip::Archive;

/// Opens an archive of `torch.save`, or says which other archive it is.
pub(crate) fn open<'a>(source: &'a Source<'a>, archive: &Archive) -> Result<Torch<'a>> {
    let pickle_name = archive.names().find(|name| *name == "data.pkl" || name.ends_with("/data.pkl"));
    let Some(pickle_name) = pickle_name else { return Err(Kind::NotACheckpoint { found: other(archive) }) };
    let prefix = pickle_name.strip_suffix("data.pkl").unwrap_or_default();
    if archive.entry(&format!("{prefix}constants.pkl")).is_some() {
        return Err(Kind::unsupported("a TorchScript program"));
    }
    let byte_order = format!("{prefix}byteorder");
    if archive.entry(&byte_order).is_some() {
        let view = archive.stored(source, &byte_order)?;
        if view.len() != 6 || Reader::new(source, view)?.bytes(6)? != b"little" {
            return Err(Kind::unsupported("numbers in big-endian order"));
        }
    }
    let mut meter = Meter::default();
    let mut reader = Reader::new(source, archive.stored(source, pickle_name)?)?;
    let heap = pickle::load(&mut reader, &mut meter)?;
    let mut storages = HashMap::new();
    for node in heap.nodes() {
        // Which storages are needed is not known yet; one that is not there matters only to who reads it.
        if let Node::Persistent(id) = node
            && let Some([_, _, key, ..]) = heap.items(*id)
            && let Some(key) = heap.text(*key)
            && !storages.contains_key(key)
            && let Ok(view) = archive.stored(source, &format!("{prefix}data/{key}"))
        {
            storages.insert(key.to_owned(), view);
        }
    }
    Ok(Torch::new(source, heap, storages, meter))
}

fn other(archive: &Archive) -> String {
    let names: Vec<&str> = archive.names().take(4).collect();
    if names.iter().all(|name| name.ends_with(".npy")) && !names.is_empty() {
        "a NumPy .npz archive (a latent?)".to_owned()
    } else {
        format!("a zip archive that torch.save did not write (it holds {})", names.join(", "))
    }
}
