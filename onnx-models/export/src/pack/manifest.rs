//! `model.json`: what a pack holds.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use serde::{Deserialize, Serialize};

use super::{PackError, validate};
use crate::file;
use crate::ir::Dim;
use crate::spec::Generator;
use crate::stylegan2::{Cut, WindowLayer};

/// The manifest's file name.
pub const MANIFEST: &str = "model.json";
/// The weights' file name.
pub const WEIGHTS: &str = "weights.bin";
/// Version of the pack's layout; a reader refuses others.
pub const PACK_FORMAT: u32 = 1;
/// What stands in [`Manifest::exporter`]: `0.1.0+1a2b3c4d`, the version and a hash of this crate's source.
pub(super) const EXPORTER: &str = env!("DRAGFX_EXPORTER");

/// The contents of `model.json`.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Manifest {
    /// [`PACK_FORMAT`].
    pub format: u32,
    /// Version of DragFX that wrote the pack, and a hash of its source: `0.1.0+1a2b3c4d`.
    pub exporter: String,
    /// The checkpoint it was made from.
    pub source: SourceInfo,
    /// Smallest and largest nominal value of a picture.
    pub value_range: [f32; 2],
    /// `mapping.onnx`: z and class to w+.
    pub mapping: GraphFile,
    /// `synthesis.onnx`: w+ to a picture.
    pub synthesis: GraphFile,
    /// The graphs of a drag, one entry per feature tap, from 4x4 up.
    pub drags: Vec<DragFiles>,
    /// The checkpoint's constant noise maps in [`WEIGHTS`], by the name of the graphs' inputs; float32, row-major.
    pub noise: BTreeMap<String, TensorPlace>,
    /// BLAKE3 of every other file of the pack.
    pub files: BTreeMap<String, String>,
    /// The generator's architecture.
    pub generator: Generator,
}

/// Where a pack comes from.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct SourceInfo {
    /// File name of the checkpoint.
    pub name: String,
    /// BLAKE3 of the checkpoint, hexadecimal. It is the model's identity in presets and traces.
    pub blake3: String,
    /// What kind of file it was.
    pub format: String,
    /// Which of the checkpoint's networks was taken.
    pub network: String,
}

/// One ONNX file.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct GraphFile {
    /// File name.
    pub file: String,
    /// What it takes; float32.
    pub inputs: Vec<Port>,
    /// What it returns; float32.
    pub outputs: Vec<Port>,
}

/// An input or output of a graph.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Port {
    /// Name.
    pub name: String,
    /// Sizes: numbers, or expressions of the sizes that the caller chooses.
    pub shape: Vec<Size>,
    /// Whether the caller may leave it out.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub optional: bool,
}

/// One size of a [`Port`].
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(untagged)]
pub enum Size {
    /// A known size.
    Known(usize),
    /// A size that the caller chooses, such as `batch` or `4*height-26`.
    Chosen(String),
}

/// A range of bytes of [`WEIGHTS`].
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct TensorPlace {
    /// Sizes.
    pub shape: Vec<usize>,
    /// First byte.
    pub offset: u64,
    /// Bytes.
    pub length: u64,
}

/// The graphs of a drag with one tap; see [`crate::stylegan2::DragGraphs`].
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct DragFiles {
    /// Index of the block whose output is the features; 0 is 4x4.
    pub tap: usize,
    /// Width and height of the features.
    pub resolution: usize,
    /// Channels of the features.
    pub channels: usize,
    /// How many rows of w+ a drag may change: the same for every tap. Rows that the head does not read have gradient 0.
    pub rows: usize,
    /// From w+ to the cut.
    pub head: StageFiles,
    /// What goes from head to tail.
    pub cuts: Vec<Cut>,
    /// From the cut to the features; absent where the head ends there.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub tail: Option<StageFiles>,
    /// The tail for windows; absent where there is none.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub windows: Option<WindowFiles>,
}

/// A forward and a backward graph.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct StageFiles {
    /// The forward graph; after its results it returns `saved`.
    pub forward: GraphFile,
    /// The backward graph: takes `saved` and the gradients of the results.
    pub backward: GraphFile,
    /// Names of what goes from forward to backward.
    pub saved: Vec<String>,
}

/// The tail for windows.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct WindowFiles {
    /// The graphs.
    #[serde(flatten)]
    pub stage: StageFiles,
    /// Where a window lies in each layer's output.
    pub layers: Vec<WindowLayer>,
}

impl Manifest {
    /// Reads the manifest of the pack in `folder`.
    ///
    /// # Errors
    /// [`PackError::Io`] where there is none, [`PackError::Manifest`] where it cannot be read,
    /// [`PackError::Format`] where another version wrote it, [`PackError::Inconsistent`] where its parts contradict
    /// each other.
    pub fn read(folder: &Path) -> Result<Self, PackError> {
        let path = folder.join(MANIFEST);
        let text = std::fs::read(&path).map_err(|error| PackError::io(&path, error))?;
        let format: Versioned =
            serde_json::from_slice(&text).map_err(|source| PackError::Manifest { path: path.clone(), source })?;
        if format.format != PACK_FORMAT {
            return Err(PackError::Format { path, found: format.format });
        }
        let manifest: Self =
            serde_json::from_slice(&text).map_err(|source| PackError::Manifest { path: path.clone(), source })?;
        match validate::validate(&manifest) {
            Ok(()) => Ok(manifest),
            Err(what) => Err(PackError::Inconsistent { path, what }),
        }
    }

    /// Every graph of the pack.
    pub fn graphs(&self) -> impl Iterator<Item = &GraphFile> {
        let stages = self.drags.iter().flat_map(|drag| {
            let windows = drag.windows.as_ref().map(|windows| &windows.stage);
            [&drag.head].into_iter().chain(&drag.tail).chain(windows)
        });
        let graphs = stages.flat_map(|stage| [&stage.forward, &stage.backward]);
        [&self.mapping, &self.synthesis].into_iter().chain(graphs)
    }

    /// Checks every file of the pack in `folder` against its hash; returns the files that differ or are missing.
    #[must_use]
    pub fn damaged(&self, folder: &Path) -> Vec<PathBuf> {
        let intact = |(name, hash): (&String, &String)| {
            file::hash(&folder.join(name)).is_ok_and(|found| found.to_hex().as_str() == hash)
        };
        let bad = self.files.iter().filter(|&entry| !intact(entry));
        bad.map(|(name, _)| folder.join(name)).collect()
    }
}

#[derive(Deserialize)]
struct Versioned {
    format: u32,
}

impl From<&Dim> for Size {
    fn from(dim: &Dim) -> Self {
        dim.known().map_or_else(|| Self::Chosen(dim.to_string()), Self::Known)
    }
}
