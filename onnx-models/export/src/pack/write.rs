//! Builds all graphs of a generator and writes them as a pack.

use std::collections::BTreeMap;
use std::error::Error;
use std::fs::File;
use std::io::{self, BufWriter, Write};
use std::path::{Path, PathBuf};

use super::manifest::{
    DragFiles, EXPORTER, GraphFile, MANIFEST, Manifest, PACK_FORMAT, Port, Size, SourceInfo, StageFiles, TensorPlace,
    WEIGHTS, WindowFiles,
};
use super::weights;
use crate::checkpoint::CheckpointError;
use crate::file;
use crate::ir::{Data, Derivative, Graph, GraphError, Layout, Source, Value};
use crate::onnx::{Metadata, Placements, encode};
use crate::spec::Generator;
use crate::stylegan2::{self, DragGraphs, OPTIMISED_ROWS};

/// Reads a tensor of the checkpoint by its name in [`crate::spec`], row-major.
pub type TensorReader<'a> = &'a mut dyn FnMut(&str) -> Result<Vec<f32>, Box<dyn Error + Send + Sync>>;

/// What can go wrong with a pack.
#[derive(Debug, thiserror::Error)]
pub enum PackError {
    /// The checkpoint cannot be read.
    #[error(transparent)]
    Checkpoint(#[from] CheckpointError),
    /// The generator cannot be built as graphs.
    #[error("the generator cannot be exported")]
    Graph(#[from] GraphError),
    /// A tensor cannot be read.
    #[error("tensor {name} cannot be read")]
    Tensor {
        /// The tensor.
        name: String,
        /// Why.
        source: Box<dyn Error + Send + Sync>,
    },
    /// A tensor has another size than its layer needs.
    #[error("tensor {name} has {found} elements, its layer needs {expected:?}")]
    Size {
        /// The tensor.
        name: String,
        /// The shape needed.
        expected: Vec<usize>,
        /// The number of elements found.
        found: usize,
    },
    /// A file cannot be read or written.
    #[error("cannot read or write {}", path.display())]
    Io {
        /// The file.
        path: PathBuf,
        /// Why.
        source: io::Error,
    },
    /// `model.json` is damaged.
    #[error("{}: not a manifest that this version reads; delete the pack and import again", path.display())]
    Manifest {
        /// The file.
        path: PathBuf,
        /// Why.
        source: serde_json::Error,
    },
    /// The parts of `model.json` contradict each other.
    #[error("{}: {what}; delete the pack and import again", path.display())]
    Inconsistent {
        /// The file.
        path: PathBuf,
        /// What does not fit.
        what: String,
    },
    /// The pack was written in another format.
    #[error("{}: pack format {found}, this version reads {PACK_FORMAT}; import the checkpoint again", path.display())]
    Format {
        /// The file.
        path: PathBuf,
        /// The version found.
        found: u32,
    },
    /// The output folder holds something else.
    #[error("{} is not empty and not this model's pack; choose another folder", path.display())]
    Occupied {
        /// The folder.
        path: PathBuf,
    },
}

impl PackError {
    pub(super) fn io(path: &Path, source: io::Error) -> Self {
        Self::Io { path: path.to_owned(), source }
    }
}

/// Writes the pack of a generator into `folder`, which exists and is empty. `progress` is told the part done, 0 to 1.
///
/// One tensor of the checkpoint is held at a time. The manifest is written last: a folder with a manifest is whole.
///
/// # Errors
/// See [`PackError`].
pub fn write(
    folder: &Path,
    spec: &Generator,
    source: SourceInfo,
    read: TensorReader<'_>,
    progress: &mut dyn FnMut(f32),
) -> Result<Manifest, PackError> {
    let mapping = stylegan2::mapping(spec)?;
    let synthesis = stylegan2::synthesis(spec)?;
    let taps = 0..spec.blocks.len();
    let drags = taps.map(|tap| stylegan2::drag(spec, tap)).collect::<Result<Vec<_>, _>>()?;

    let mut graphs = vec![&mapping, &synthesis];
    for drag in &drags {
        graphs.extend(derivatives(drag).flat_map(|d| [&d.forward, &d.backward]));
    }
    let path = folder.join(WEIGHTS);
    let out = File::create(&path).map_err(|error| PackError::io(&path, error))?;
    let mut out = BufWriter::new(out);
    let placements = weights::stream(&graphs, read, &mut out, progress)?;
    let out = out.into_inner().map_err(|error| PackError::io(&path, error.into_error()))?;
    out.sync_all().map_err(|error| PackError::io(&path, error))?;

    let mut writer =
        Writer { folder, metadata: metadata(spec, &source), placements: &placements, files: BTreeMap::new() };
    let mut manifest = Manifest {
        format: PACK_FORMAT,
        exporter: EXPORTER.to_owned(),
        source,
        value_range: [-1.0, 1.0],
        mapping: writer.graph(&mapping)?,
        synthesis: writer.graph(&synthesis)?,
        drags: Vec::new(),
        noise: noise(&synthesis, &placements),
        files: BTreeMap::new(),
        generator: spec.clone(),
    };
    for (tap, drag) in drags.iter().enumerate() {
        manifest.drags.push(writer.drag(spec, tap, drag)?);
    }
    let weights = file::hash(&path).map_err(|error| PackError::io(&path, error))?;
    manifest.files = writer.files;
    manifest.files.insert(WEIGHTS.to_owned(), weights.to_hex().to_string());
    let path = folder.join(MANIFEST);
    let text = serde_json::to_vec_pretty(&manifest).map_err(|error| PackError::io(&path, error.into()))?;
    save(&path, &text)?;
    Ok(manifest)
}

/// Writes a file so that it is on the disk, not only on its way there: a pack is moved to its place once it is whole.
fn save(path: &Path, bytes: &[u8]) -> Result<(), PackError> {
    let written = File::create(path).and_then(|mut file| {
        file.write_all(bytes)?;
        file.sync_all()
    });
    written.map_err(|error| PackError::io(path, error))
}

fn derivatives(drag: &DragGraphs) -> impl Iterator<Item = &Derivative> {
    [&drag.head].into_iter().chain(&drag.tail).chain(drag.windows.as_ref().map(|w| &w.graphs))
}

/// Writes graphs, and keeps account of the files.
struct Writer<'a> {
    folder: &'a Path,
    metadata: Metadata,
    placements: &'a Placements,
    files: BTreeMap<String, String>,
}

impl Writer<'_> {
    fn graph(&mut self, graph: &Graph) -> Result<GraphFile, PackError> {
        let file = format!("{}.onnx", graph.name);
        let bytes = encode(graph, self.placements, &self.metadata)?;
        save(&self.folder.join(&file), &bytes)?;
        self.files.insert(file.clone(), blake3::hash(&bytes).to_hex().to_string());
        let ports = |ids: &[_]| ids.iter().map(|&id| port(graph.value(id))).collect();
        Ok(GraphFile { file, inputs: ports(graph.inputs()), outputs: ports(graph.outputs()) })
    }

    fn stage(&mut self, stage: &Derivative) -> Result<StageFiles, PackError> {
        Ok(StageFiles {
            forward: self.graph(&stage.forward)?,
            backward: self.graph(&stage.backward)?,
            saved: stage.saved.clone(),
        })
    }

    fn drag(&mut self, spec: &Generator, tap: usize, drag: &DragGraphs) -> Result<DragFiles, PackError> {
        let windows = match &drag.windows {
            Some(windows) => Some(WindowFiles { stage: self.stage(&windows.graphs)?, layers: windows.layers.clone() }),
            None => None,
        };
        Ok(DragFiles {
            tap,
            resolution: spec.blocks[tap].resolution,
            channels: spec.blocks[tap].out_channels,
            rows: OPTIMISED_ROWS.min(spec.num_ws),
            head: self.stage(&drag.head)?,
            cuts: drag.cuts.clone(),
            tail: drag.tail.as_ref().map(|tail| self.stage(tail)).transpose()?,
            windows,
        })
    }
}

fn port(value: &Value) -> Port {
    Port {
        name: value.name.clone(),
        shape: value.shape.iter().map(Size::from).collect(),
        optional: matches!(value.source, Source::Input { default: Some(_) }),
    }
}

fn noise(synthesis: &Graph, placements: &Placements) -> BTreeMap<String, TensorPlace> {
    let maps = synthesis.inputs().iter().map(|&id| synthesis.value(id)).filter_map(|value| {
        let Source::Input { default: Some(data @ Data::Tensor { layout: Layout::Stored, .. }) } = &value.source else {
            return None;
        };
        let place = placements.places.get(&Placements::key(data)?)?;
        let shape = value.shape.iter().filter_map(|d| d.known()).collect();
        Some((value.name.clone(), TensorPlace { shape, offset: place.offset, length: place.length }))
    });
    maps.collect()
}

fn metadata(spec: &Generator, source: &SourceInfo) -> Metadata {
    let facts = [
        ("dragfx.pack_format", PACK_FORMAT.to_string()),
        ("dragfx.source.name", source.name.clone()),
        ("dragfx.source.blake3", source.blake3.clone()),
        ("dragfx.generator", "StyleGAN2".to_owned()),
        ("dragfx.resolution", spec.resolution.to_string()),
        ("dragfx.image_range", "-1,1".to_owned()),
    ];
    facts.into_iter().map(|(key, value)| (key.to_owned(), value)).collect()
}
