//! Latents as people keep them: `.npy`, `.npz`, `.pt` and `.safetensors`, told apart by their content.

mod npy;

use std::io::Read;

use ndarray::ArrayD;

use crate::checkpoint::CheckpointErrorKind;
use crate::checkpoint::pickle::{Heap, Id};
use crate::checkpoint::safetensors::{metadata, stored};
use crate::checkpoint::sniff::{self, Container};
use crate::checkpoint::source::{Reader, Source};
use crate::checkpoint::torch::{self, Torch};
use crate::checkpoint::zip::{self, Archive};

/// Largest file that [`decode_latent`] takes, and largest array in a packed one: a latent of 18 rows has 36 KB, a
/// thousand of them 37 MB.
pub const MAX_BYTES: usize = 64 << 20;

/// A latent that cannot be read.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum LatentFileError {
    /// The file is of another type.
    #[error("the latent file is {found}; latents are read from .npy, .npz, .pt and .safetensors")]
    OtherFile {
        /// What the file is, or holds.
        found: String,
    },
    /// The file is damaged, or its array is built in a way that is not read.
    #[error("the latent file: {0}")]
    File(CheckpointErrorKind),
    /// The file is larger than any latent.
    #[error("the latent file has {found} bytes, at most {MAX_BYTES} are read")]
    TooLarge {
        /// Its bytes.
        found: usize,
    },
    /// Several arrays, and none has a name that says it is the latent.
    #[error("the latent file holds {}; name one of them w or ws", found.join(", "))]
    Ambiguous {
        /// The names of the arrays.
        found: Vec<String>,
    },
    /// The array is no latent.
    #[error("the array has shape {found:?}, expected [w_dim], [1, w_dim], [num_ws, w_dim] or [1, num_ws, w_dim]")]
    Shape {
        /// Its shape.
        found: Vec<usize>,
    },
    /// A number that no network makes.
    #[error("the latent contains {0}")]
    NotFinite(f32),
}

impl From<CheckpointErrorKind> for LatentFileError {
    fn from(kind: CheckpointErrorKind) -> Self {
        match kind {
            CheckpointErrorKind::NotACheckpoint { found } | CheckpointErrorKind::Unsupported { found } => {
                Self::OtherFile { found }
            }
            other => Self::File(other),
        }
    }
}

type Result<T> = std::result::Result<T, LatentFileError>;

/// Reads the array of a latent file: w or w+, in the shape that the file has (`[w_dim]`, `[1, w_dim]`,
/// `[num_ws, w_dim]` or `[1, num_ws, w_dim]`), as 32-bit floats whatever the file holds.
///
/// Of several arrays in a file, `w` is taken, else `ws`, else the only one.
///
/// # Errors
/// If the file is of another type, damaged, or its array is no latent.
pub fn decode_latent(bytes: &[u8]) -> Result<ArrayD<f32>> {
    if bytes.len() > MAX_BYTES {
        return Err(LatentFileError::TooLarge { found: bytes.len() });
    }
    let source = Source::memory(bytes);
    let array = match sniff::container(&source)? {
        Container::Npy => npy::decode(bytes)?,
        Container::Safetensors => safetensors(&source)?,
        Container::TorchLegacy => torch_tensor(torch::open_legacy(&source)?)?,
        Container::Zip => {
            let archive = Archive::open(&source)?;
            if archive.names().any(|name| name.ends_with(".npy")) {
                npz(&source, &archive)?
            } else {
                torch_tensor(torch::open_archive(&source, &archive)?)?
            }
        }
        Container::Pickle => {
            return Err(LatentFileError::OtherFile { found: "a plain pickle".to_owned() });
        }
    };
    let plausible = !array.is_empty() && matches!(array.shape(), [_] | [_, _] | [1, _, _]);
    if !plausible {
        return Err(LatentFileError::Shape { found: array.shape().to_vec() });
    }
    match array.iter().find(|value| !value.is_finite()) {
        Some(value) => Err(LatentFileError::NotFinite(*value)),
        None => Ok(array),
    }
}

/// Picks the latent of several named arrays.
fn pick<'n>(names: &[&'n str]) -> Result<&'n str> {
    let named = ["w", "ws"].into_iter().find_map(|wanted| names.iter().find(|name| **name == wanted));
    match (named, names) {
        (Some(name), _) => Ok(name),
        (None, [only]) => Ok(only),
        (None, []) => Err(CheckpointErrorKind::MissingTensor { tensor: "w".to_owned() }.into()),
        (None, _) => {
            let found = names.iter().take(8).map(|name| (*name).to_owned()).collect();
            Err(LatentFileError::Ambiguous { found })
        }
    }
}

fn npz(source: &Source<'_>, archive: &Archive) -> Result<ArrayD<f32>> {
    let names: Vec<&str> = archive.names().filter_map(|name| name.strip_suffix(".npy")).collect();
    let name = format!("{}.npy", pick(&names)?);
    let damaged = |reason: &str| CheckpointErrorKind::damaged(0, format!("archive entry {name}: {reason}"));
    let entry = archive.entry(&name).ok_or_else(|| damaged("missing"))?;
    let view = zip::packed(source, &name, entry)?;
    let len = usize::try_from(view.len()).map_err(|_| damaged("too long"))?;
    let packed = Reader::new(source, view)?.bytes(len)?;
    let bytes = match entry.method {
        0 => packed,
        8 => {
            let mut bytes = Vec::new();
            let unpacker = flate2::read::DeflateDecoder::new(&packed[..]);
            unpacker.take(MAX_BYTES as u64 + 1).read_to_end(&mut bytes).map_err(|error| damaged(&error.to_string()))?;
            bytes
        }
        other => return Err(damaged(&format!("packed by method {other}")).into()),
    };
    if bytes.len() > MAX_BYTES {
        return Err(LatentFileError::TooLarge { found: bytes.len() });
    }
    npy::decode(&bytes)
}

fn torch_tensor(torch: Torch<'_>) -> Result<ArrayD<f32>> {
    let mut torch = torch;
    let root = torch.heap.root();
    let (name, id) = if torch.is_tensor(root) { ("the latent", root) } else { named_tensor(&torch, root)? };
    let name = name.to_owned();
    Ok(torch.tensor(id, &name)?.read(torch.source)?)
}

fn named_tensor<'h>(torch: &'h Torch<'_>, root: Id) -> Result<(&'h str, Id)> {
    let heap: &Heap = &torch.heap;
    let unexpected = || CheckpointErrorKind::unexpected("the object in the file", heap.describe(root), "a tensor");
    let entries = heap.dict(root).ok_or_else(unexpected)?;
    // All keys, not those of tensors only: the one tensor of a checkpoint is an average, not somebody's latent.
    let names: Vec<&str> = entries.iter().filter_map(|(key, _)| heap.text(*key)).collect();
    let name = pick(&names)?;
    Ok((name, heap.get(root, name).ok_or_else(unexpected)?))
}

fn safetensors(source: &Source<'_>) -> Result<ArrayD<f32>> {
    let (data_start, metadata) = metadata(source)?;
    let tensors = metadata.tensors();
    let mut names: Vec<&str> = tensors.keys().map(String::as_str).collect();
    names.sort_unstable();
    let name = pick(&names)?;
    let tensor = stored(source, data_start, name, tensors[name])?;
    Ok(tensor.read(source)?)
}
