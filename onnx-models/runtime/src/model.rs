//! A model pack, opened: latents to w+, w+ to pictures, and the graphs of a drag.

use std::collections::BTreeMap;
use std::fs::File;
use std::io::{Read, Seek, SeekFrom};
use std::path::{Path, PathBuf};

use dragfx_export::pack::{GraphFile, Manifest, TensorPlace, WEIGHTS};
use ndarray::{Array3, Array4, ArrayView1, ArrayView2, ArrayView3, Ix4, IxDyn};

use crate::drag::DragProgram;
use crate::{CancelToken, CpuArena, Request, Result, RuntimeError, Session, SessionOptions};

/// The noise that the synthesis layers add.
#[derive(Clone, Debug, Default, PartialEq)]
pub enum Noise {
    /// The checkpoint's constant maps.
    #[default]
    Constant,
    /// None at all.
    None,
    /// These maps \[1, 1, r, r\] of N(0, 1), by the names of the graphs' inputs (see [`Model::noise_maps`]).
    Maps(BTreeMap<String, Array4<f32>>),
}

/// Pictures from this size up are made without a memory arena. The arena grows by doubling and keeps what it has: at
/// 1024² in configuration F it peaked at 1.8 GiB where 0.9 GiB do without it, a picture taking 1.35 times as long.
const FRUGAL_RESOLUTION: usize = 1024;

/// A model pack on a device. Sessions open when they are first needed.
#[derive(Debug)]
pub struct Model {
    folder: PathBuf,
    manifest: Manifest,
    options: SessionOptions,
    mapping: Option<Session>,
    synthesis: Option<Session>,
}

impl Model {
    /// Opens the pack in `folder`; its graphs will run as `options` say.
    pub fn open(folder: &Path, options: &SessionOptions) -> Result<Self> {
        let manifest = Manifest::read(folder)?;
        let (mapping, synthesis) = (None, None);
        Ok(Self { folder: folder.to_owned(), manifest, options: options.clone(), mapping, synthesis })
    }

    /// What the pack holds.
    #[must_use]
    pub fn manifest(&self) -> &Manifest {
        &self.manifest
    }

    /// The pack's folder.
    #[must_use]
    pub fn folder(&self) -> &Path {
        &self.folder
    }

    /// The synthesis session, to see where it runs.
    pub fn synthesis(&mut self) -> Result<&Session> {
        let options = self.picture_options();
        opened(&self.folder, &self.manifest.synthesis, &options, &mut self.synthesis).map(|session| &*session)
    }

    /// Maps `z` \[n, z_dim\] to w+ \[n, num_ws, w_dim\].
    ///
    /// `labels` \[n, c_dim\], one-hot or all zeros, is for conditional models only. `truncation` \[num_ws\] holds the
    /// truncation psi of each row, 1 for none; a model without w_avg takes none.
    pub fn map(
        &mut self,
        z: ArrayView2<'_, f32>,
        labels: Option<ArrayView2<'_, f32>>,
        truncation: Option<ArrayView1<'_, f32>>,
        cancel: &CancelToken,
    ) -> Result<Array3<f32>> {
        let session = opened(&self.folder, &self.manifest.mapping, &self.options, &mut self.mapping)?;
        let mut request = Request::new().input("z", z).to_host("ws").cancel(cancel);
        if let Some(labels) = labels {
            request = request.input("c", labels);
        }
        if let Some(truncation) = truncation {
            request = request.input("truncation", truncation);
        }
        fixed(session.run(request)?.array("ws")?)
    }

    /// Makes pictures of w+ \[n, num_ws, w_dim\]: \[n, channels, r, r\], nominally in \[-1, 1\], not clamped.
    pub fn synthesize(&mut self, ws: ArrayView3<'_, f32>, noise: &Noise, cancel: &CancelToken) -> Result<Array4<f32>> {
        let zeros = if *noise == Noise::None { self.zeros() } else { BTreeMap::new() };
        let maps = if let Noise::Maps(maps) = noise { maps } else { &zeros };
        let request = Request::new().input("ws", ws).to_host("image").cancel(cancel);
        let request = noise_inputs(request, &self.manifest.synthesis, maps);
        let options = self.picture_options();
        let session = opened(&self.folder, &self.manifest.synthesis, &options, &mut self.synthesis)?;
        fixed(session.run(request)?.array("image")?)
    }

    /// The graphs of a drag whose features are the output of block `tap` (0 is 4x4).
    pub fn drag(&self, tap: usize, noise: Noise) -> Result<DragProgram> {
        let files = self.manifest.drags.iter().find(|drag| drag.tap == tap);
        let files = files.ok_or(RuntimeError::NoTap { tap, taps: self.manifest.drags.len() })?;
        let constant = noise == Noise::Constant;
        let maps = match noise {
            Noise::Constant => self.noise_maps()?,
            Noise::None => self.zeros(),
            Noise::Maps(maps) => maps,
        };
        Ok(DragProgram::new(self, files.clone(), constant, maps))
    }

    /// The checkpoint's constant noise maps \[1, 1, r, r\], by the names of the graphs' inputs.
    pub fn noise_maps(&self) -> Result<BTreeMap<String, Array4<f32>>> {
        let path = self.folder.join(WEIGHTS);
        let failed = |error: std::io::Error| RuntimeError::Weights { path: path.clone(), reason: error.to_string() };
        let mut file = File::open(&path).map_err(failed)?;
        let mut read = |place: &TensorPlace| -> std::io::Result<Array4<f32>> {
            // A damaged manifest must not make us allocate more than the file holds.
            if place.offset.saturating_add(place.length) > file.metadata()?.len() {
                return Err(std::io::ErrorKind::UnexpectedEof.into());
            }
            file.seek(SeekFrom::Start(place.offset))?;
            let mut bytes = vec![0; place.length as usize];
            file.read_exact(&mut bytes)?;
            let numbers = bytes.chunks_exact(4).map(|b| f32::from_le_bytes([b[0], b[1], b[2], b[3]])).collect();
            let array = ndarray::ArrayD::from_shape_vec(IxDyn(&place.shape), numbers);
            array.and_then(|a| a.into_dimensionality::<Ix4>()).map_err(std::io::Error::other)
        };
        let noise = self.manifest.noise.iter();
        noise.map(|(name, place)| Ok((name.clone(), read(place).map_err(failed)?))).collect()
    }

    pub(crate) fn options(&self) -> &SessionOptions {
        &self.options
    }

    fn picture_options(&self) -> SessionOptions {
        let mut options = self.options.clone();
        if self.manifest.generator.resolution >= FRUGAL_RESOLUTION && options.cpu_arena == CpuArena::Keep {
            options.cpu_arena = CpuArena::Off;
        }
        options
    }

    fn zeros(&self) -> BTreeMap<String, Array4<f32>> {
        let zero = |(name, place): (&String, &TensorPlace)| {
            let size = place.shape.last().copied().unwrap_or(0);
            (name.clone(), Array4::zeros((1, 1, size, size)))
        };
        self.manifest.noise.iter().map(zero).collect()
    }
}

/// Adds those of `maps` that a graph takes; what is not given is the graph's own default, the constant noise.
pub(crate) fn noise_inputs<'a>(
    request: Request<'a>,
    graph: &'a GraphFile,
    maps: &'a BTreeMap<String, Array4<f32>>,
) -> Request<'a> {
    graph.inputs.iter().fold(request, |request, port| match maps.get(&port.name) {
        Some(map) => request.input(&port.name, map),
        None => request,
    })
}

/// The session of a graph, opened if it is not open yet.
pub(crate) fn opened<'a>(
    folder: &Path,
    graph: &GraphFile,
    options: &SessionOptions,
    slot: &'a mut Option<Session>,
) -> Result<&'a mut Session> {
    match slot {
        Some(session) => Ok(session),
        None => Ok(slot.insert(Session::open(folder.join(&graph.file), options)?)),
    }
}

fn fixed<D: ndarray::Dimension>(array: ndarray::ArrayD<f32>) -> Result<ndarray::Array<f32, D>> {
    let found = array.shape().to_vec();
    array.into_dimensionality().map_err(|_| RuntimeError::Rank { found })
}
