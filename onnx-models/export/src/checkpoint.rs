//! The checkpoint reader: StyleGAN2 generators from the files that people have.
//!
//! A file is data: a pickle in it is interpreted by a machine that can call nothing (see the module `pickle`), each
//! size it tells is checked against its own length before memory is allocated, and tensors stay in the file until
//! [`Checkpoint::read`] wants one. What is read, and how to write the interchange format by hand, is told in
//! `docs/checkpoints.md`.
//!
//! ```no_run
//! let checkpoint = dragfx_export::checkpoint::Checkpoint::open("ffhq.pkl".as_ref())?;
//! let constant = checkpoint.read("synthesis.b4.const")?;
//! assert_eq!(constant.shape(), [checkpoint.generator().blocks[0].out_channels, 4, 4]);
//! # Ok::<(), dragfx_export::checkpoint::CheckpointError>(())
//! ```

mod error;
pub(crate) mod layout;
mod nvidia;
pub(crate) mod pickle;
mod plan;
pub mod random;
mod rosinality;
pub(crate) mod safetensors;
pub(crate) mod sniff;
pub(crate) mod source;
pub(crate) mod tensor;
pub(crate) mod torch;
pub(crate) mod zip;

use std::collections::{BTreeMap, HashMap};
use std::fmt;
use std::fs::File;
use std::path::{Path, PathBuf};

use ndarray::{ArrayD, IxDyn};

use crate::spec::{Filter, Generator};
pub use error::{CheckpointError, CheckpointErrorKind};
use error::{Kind, Result};
pub use safetensors::write_safetensors;
use sniff::Container;
use source::{Reader, Source};
use tensor::Stored;

/// An open checkpoint file that holds a StyleGAN2 generator.
pub struct Checkpoint {
    path: PathBuf,
    source: Source<'static>,
    format: Format,
    network: String,
    generator: Generator,
    tensors: Vec<Tensor>,
    /// Positions in `tensors` by name.
    index: HashMap<String, usize>,
    discriminator: BTreeMap<String, Stored>,
}

/// Which kind of checkpoint a file is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Format {
    /// A pickle of stylegan2-ada-pytorch or the stylegan3 repository.
    NvidiaPickle,
    /// A network of those repositories, saved with `torch.save`.
    NvidiaPt,
    /// A state dictionary of rosinality's stylegan2-pytorch.
    RosinalityPt,
    /// Safetensors with NVIDIA names.
    Safetensors,
}

impl fmt::Display for Format {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::NvidiaPickle => "NVIDIA pickle",
            Self::NvidiaPt => "NVIDIA network saved by torch.save",
            Self::RosinalityPt => "rosinality state dictionary",
            Self::Safetensors => "safetensors",
        })
    }
}

/// A generator as found in a file, not yet compared with what it needs.
struct Network {
    name: String,
    generator: Generator,
    tensors: BTreeMap<String, Slot>,
    discriminator: BTreeMap<String, Stored>,
}

/// A tensor of the generator, with its canonical name and shape.
struct Tensor {
    name: String,
    shape: Vec<usize>,
    slot: Slot,
}

/// Where a tensor comes from.
#[derive(Clone, Debug)]
enum Slot {
    Stored(Stored),
    /// Noise that the file leaves out; made up, and the same each time.
    Noise {
        size: usize,
    },
}

impl Checkpoint {
    /// Opens a checkpoint. Its type is found from its content, never from its name.
    ///
    /// # Errors
    /// If the file cannot be read, is no StyleGAN2 checkpoint (the error says what it is), or is damaged.
    pub fn open(path: &Path) -> Result<Self, CheckpointError> {
        let source = File::open(path).map_err(Kind::from).and_then(Source::file);
        source.and_then(|source| Self::from_source(path, source)).map_err(|kind| CheckpointError::new(path, kind))
    }

    /// Opens a checkpoint that is in memory; `name` stands in messages.
    ///
    /// # Errors
    /// As [`Checkpoint::open`].
    pub fn from_bytes(name: &str, bytes: Vec<u8>) -> Result<Self, CheckpointError> {
        let path = Path::new(name);
        Self::from_source(path, Source::memory(bytes)).map_err(|kind| CheckpointError::new(path, kind))
    }

    fn from_source(path: &Path, source: Source<'static>) -> Result<Self> {
        let (format, network) = network(&source)?;
        let Network { name, generator, mut tensors, discriminator } = network;
        layout::validate(&generator)?;
        let mut all = Vec::new();
        for (name, shape) in layout::tensors(&generator) {
            let slot = tensors.remove(&name).ok_or_else(|| Kind::MissingTensor { tensor: name.clone() })?;
            if let Slot::Stored(stored) = &slot
                && stored.shape() != shape
            {
                return Err(Kind::Shape { tensor: name, found: stored.shape().to_vec(), expected: shape });
            }
            all.push(Tensor { name, shape, slot });
        }
        let index = all.iter().enumerate().map(|(index, tensor)| (tensor.name.clone(), index)).collect();
        let path = path.to_owned();
        Ok(Self { path, source, format, network: name, generator, tensors: all, index, discriminator })
    }

    /// The kind of file.
    #[must_use]
    pub fn format(&self) -> Format {
        self.format
    }

    /// The generator's layers.
    #[must_use]
    pub fn generator(&self) -> &Generator {
        &self.generator
    }

    /// Which network of the file it is: `G_ema`, or `G` where there is no average; `g_ema`, `g` or `state_dict` at
    /// rosinality's.
    #[must_use]
    pub fn network(&self) -> &str {
        &self.network
    }

    /// The BLAKE3 hash of the whole file.
    ///
    /// # Errors
    /// If the file cannot be read.
    pub fn blake3(&self) -> Result<blake3::Hash, CheckpointError> {
        let hash = || {
            let mut hasher = blake3::Hasher::new();
            let mut buffer = vec![0; 1 << 16];
            let mut at = 0;
            while at < self.source.len() {
                let step = usize::try_from(self.source.len() - at).unwrap_or(buffer.len()).min(buffer.len());
                self.source.read_at(at, &mut buffer[..step])?;
                hasher.update(&buffer[..step]);
                at += step as u64;
            }
            Ok(hasher.finalize())
        };
        hash().map_err(|kind| self.error(kind))
    }

    /// The generator's tensors in the order of its layers: canonical name (see [`crate::spec`]) and shape.
    pub fn tensors(&self) -> impl Iterator<Item = (&str, &[usize])> {
        self.tensors.iter().map(|tensor| (tensor.name.as_str(), tensor.shape.as_slice()))
    }

    /// Reads one tensor of the generator from the file, as 32-bit floats.
    ///
    /// # Errors
    /// If there is no such tensor or the file cannot be read.
    pub fn read(&self, name: &str) -> Result<ArrayD<f32>, CheckpointError> {
        let slot = self.index.get(name).map(|&index| &self.tensors[index].slot);
        match slot {
            Some(Slot::Stored(stored)) => stored.read(&self.source).map_err(|kind| self.error(kind)),
            Some(Slot::Noise { size }) => {
                let mut normal = random::Normal::new(0, name);
                Ok(ArrayD::from_shape_simple_fn(IxDyn(&[*size, *size]), || normal.next()))
            }
            None => Err(self.error(Kind::MissingTensor { tensor: name.to_owned() })),
        }
    }

    /// Tensors of the discriminator, if the file has one: name and shape as the file has them.
    pub fn discriminator_tensors(&self) -> impl Iterator<Item = (&str, &[usize])> {
        self.discriminator.iter().map(|(name, stored)| (name.as_str(), stored.shape()))
    }

    /// Reads one tensor of the discriminator.
    ///
    /// # Errors
    /// As [`Checkpoint::read`].
    pub fn read_discriminator(&self, name: &str) -> Result<ArrayD<f32>, CheckpointError> {
        let stored = self.discriminator.get(name).ok_or_else(|| Kind::MissingTensor { tensor: name.to_owned() });
        stored.and_then(|stored| stored.read(&self.source)).map_err(|kind| self.error(kind))
    }

    fn error(&self, kind: Kind) -> CheckpointError {
        CheckpointError::new(&self.path, kind)
    }
}

fn network(source: &Source<'_>) -> Result<(Format, Network)> {
    let mut torch = match sniff::container(source)? {
        Container::Safetensors => return Ok((Format::Safetensors, safetensors::network(source)?)),
        Container::Npy => return Err(Kind::NotACheckpoint { found: "a NumPy array (a latent?)".to_owned() }),
        Container::Pickle => {
            let mut meter = pickle::Meter::default();
            let heap = pickle::load(&mut Reader::new(source, source.whole())?, &mut meter)?;
            let mut torch = torch::Torch::new(source, heap, HashMap::new(), meter);
            return Ok((Format::NvidiaPickle, nvidia::network(&mut torch)?));
        }
        Container::Zip => torch::open_archive(source, &zip::Archive::open(source)?)?,
        Container::TorchLegacy => torch::open_legacy(source)?,
    };
    if nvidia::is_network(&torch.heap) {
        return Ok((Format::NvidiaPt, nvidia::network(&mut torch)?));
    }
    Ok((Format::RosinalityPt, rosinality::network(&mut torch)?))
}

/// Reads a filter, square or one row of taps, times `scale`.
fn read_filter(stored: &Stored, source: &Source<'_>, name: &str, scale: f32) -> Result<Filter> {
    match *stored.shape() {
        [taps] if layout::TAPS.contains(&taps) => {
            let taps: Vec<f32> = stored.read(source)?.iter().map(|value| value * scale).collect();
            Ok(plan::separable(&taps))
        }
        [rows, columns] if rows == columns && layout::TAPS.contains(&rows) => {
            let values = stored.read(source)?;
            Ok(Filter(values.outer_iter().map(|row| row.iter().map(|value| value * scale).collect()).collect()))
        }
        _ => {
            let found = format!("of shape {:?}", stored.shape());
            Err(Kind::unexpected(name, found, "a square filter of 2 by 2 to 32 by 32"))
        }
    }
}
