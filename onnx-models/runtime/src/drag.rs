//! The graphs of a drag, run: w+ to features at a tap, and gradients of features back to w+.
//!
//! The features are computed whole, or only in windows around points. Convolutions are local, so a window needs no
//! more than its receptive field of the cut between head and tail, and is exactly what the whole map has there.

use std::collections::BTreeMap;
use std::path::PathBuf;

use dragfx_export::pack::{DragFiles, GraphFile, StageFiles};
use ndarray::{Array3, Array4, ArrayD, ArrayView2, ArrayView3, ArrayView4, Axis, Ix3, Ix4, s};

use crate::model::{Model, noise_inputs, opened};
use crate::windows::{Frames, Rect, cropped, scattered};
use crate::{CancelToken, Placement, Request, Result, RuntimeError, Session, SessionOptions, Value};

/// A drag's forward and backward graphs, with what the last forward left for the backward.
#[derive(Debug)]
pub struct DragProgram {
    folder: PathBuf,
    options: SessionOptions,
    files: DragFiles,
    /// The noise of the whole-map graphs; empty where it is their own default.
    whole_noise: BTreeMap<String, Array4<f32>>,
    /// The noise that windows are cut from.
    window_noise: BTreeMap<String, Array4<f32>>,
    head: Sessions,
    tail: Sessions,
    windows: Sessions,
    last: Option<Forward>,
}

/// The two sessions of a stage.
#[derive(Debug, Default)]
struct Sessions {
    forward: Option<Session>,
    backward: Option<Session>,
}

/// What a forward left behind.
#[derive(Debug)]
struct Forward {
    ws: Array3<f32>,
    head: BTreeMap<String, Value>,
    tail: BTreeMap<String, Value>,
    /// \[n, channels, h, w\] on the host.
    features: Value,
    /// For windows: where they lie, and the inputs that the backward takes again.
    frames: Option<Frames>,
}

impl DragProgram {
    /// `maps` is the noise of all layers, `constant` whether it is what the graphs use anyway.
    pub(crate) fn new(model: &Model, files: DragFiles, constant: bool, maps: BTreeMap<String, Array4<f32>>) -> Self {
        let taken = |graph: &GraphFile, name: &str| graph.inputs.iter().any(|port| port.name == name);
        let (mut whole_noise, mut window_noise) = (BTreeMap::new(), BTreeMap::new());
        for (name, map) in maps {
            if files.windows.as_ref().is_some_and(|windows| taken(&windows.stage.forward, &name)) {
                window_noise.insert(name.clone(), map.clone());
            }
            let tail = files.tail.as_ref().is_some_and(|tail| taken(&tail.forward, &name));
            if !constant && (tail || taken(&files.head.forward, &name)) {
                whole_noise.insert(name, map);
            }
        }
        Self {
            folder: model.folder().to_owned(),
            options: model.options().clone(),
            files,
            whole_noise,
            window_noise,
            head: Sessions::default(),
            tail: Sessions::default(),
            windows: Sessions::default(),
            last: None,
        }
    }

    /// The tap, its size and the rows of w+ that matter.
    #[must_use]
    pub fn files(&self) -> &DragFiles {
        &self.files
    }

    /// Where the nodes of the graphs that were used so far run.
    #[must_use]
    pub fn placement(&self) -> Placement {
        let mut placement = Placement::default();
        for stage in [&self.head, &self.tail, &self.windows] {
            [&stage.forward, &stage.backward].into_iter().flatten().for_each(|s| placement.add(s.placement()));
        }
        placement
    }

    /// Whether computing these windows is expected to take less time than the whole map.
    #[must_use]
    pub fn prefers_windows(&self, windows: &[Rect]) -> bool {
        self.files.windows.as_ref().is_some_and(|files| Frames::place(files, windows).pay_off(files))
    }

    /// Computes the features for `ws` \[num_ws, w_dim\], in the windows given or, without any, on the whole map.
    ///
    /// A window may be computed larger than it was asked; [`features`](Self::features) says which.
    pub fn forward(&mut self, ws: ArrayView2<'_, f32>, windows: Option<&[Rect]>, cancel: &CancelToken) -> Result<()> {
        // The last forward's tensors go first: a step needs them no longer, and the arena can use their memory.
        self.last = None;
        let ws = ws.to_owned().insert_axis(Axis(0));
        let head = &self.files.head;
        let session = opened(&self.folder, &head.forward, &self.options, &mut self.head.forward)?;
        let request = Request::new().input("ws", &ws).cancel(cancel);
        let request = noise_inputs(request, &head.forward, &self.whole_noise);
        let mut head_values = run_keeping(session, request, &head.forward)?;

        let frames = match (windows, &self.files.windows) {
            (Some(windows), Some(files)) => Some(Frames::new(files, windows, &self.window_noise)),
            _ => None,
        };
        let tail_values = match (&frames, &self.files.windows, &self.files.tail) {
            (Some(frames), Some(files), _) => {
                let graph = &files.stage.forward;
                let session = opened(&self.folder, graph, &self.options, &mut self.windows.forward)?;
                let mut crops = Vec::new();
                for cut in &self.files.cuts {
                    let value = taken(&head_values, &cut.name)?.to_host()?;
                    let whole = four(&value)?;
                    crops.push((&cut.name, cropped(whole.index_axis(Axis(0), 0), &frames.starts, frames.size)));
                }
                let mut request = Request::new().input("ws", &ws).cancel(cancel);
                for (name, crop) in &crops {
                    request = request.input(name, crop);
                }
                for port in graph.inputs.iter().filter(|port| frames.inputs.contains_key(&port.name)) {
                    request = request.input(&port.name, &frames.inputs[&port.name]);
                }
                run_keeping(session, request, graph)?
            }
            (None, _, Some(tail)) => {
                let session = opened(&self.folder, &tail.forward, &self.options, &mut self.tail.forward)?;
                let mut request = Request::new().input("ws", &ws).cancel(cancel);
                for cut in &self.files.cuts {
                    request = request.input(&cut.name, taken(&head_values, &cut.name)?);
                }
                let request = noise_inputs(request, &tail.forward, &self.whole_noise);
                run_keeping(session, request, &tail.forward)?
            }
            _ => BTreeMap::new(),
        };
        let source = if self.files.tail.is_some() { &tail_values } else { &head_values };
        let features = taken(source, "features")?.to_host()?;
        if self.files.tail.is_some() {
            // The cut itself is read by the tail alone; the head's derivative names what it needs.
            head_values.retain(|name, _| head.saved.contains(name));
        }
        self.last = Some(Forward { ws, head: head_values, tail: tail_values, features, frames });
        Ok(())
    }

    /// The features of the last forward, CHW, each with the rectangle that it covers.
    pub fn features(&self) -> Result<Vec<(Rect, ArrayView3<'_, f32>)>> {
        let last = self.last.as_ref().ok_or(RuntimeError::NoForward)?;
        let features = four(&last.features)?;
        let resolution = self.files.resolution;
        let Some(frames) = &last.frames else {
            let whole = Rect { y: 0, x: 0, height: resolution, width: resolution };
            return Ok(vec![(whole, features.index_axis_move(Axis(0), 0))]);
        };
        let maps = frames.features.iter().enumerate().map(|(n, &(rect, [y, x]))| {
            let map = features.index_axis_move(Axis(0), n);
            (rect, map.slice_move(s![.., y..y + rect.height, x..x + rect.width]))
        });
        Ok(maps.collect())
    }

    /// The gradient with respect to the rows of w+ that a drag may change, \[rows, w_dim\], from those of
    /// [`features`](Self::features), in the same order and sizes.
    pub fn backward(&mut self, gradients: &[Array3<f32>], cancel: &CancelToken) -> Result<ndarray::Array2<f32>> {
        let last = self.last.as_ref().ok_or(RuntimeError::NoForward)?;
        let given = joined(gradients, last, self.files.resolution)?;
        let cuts: BTreeMap<String, Value> = match (&last.frames, &self.files.windows, &self.files.tail) {
            (Some(frames), Some(files), _) => {
                let session = opened(&self.folder, &files.stage.backward, &self.options, &mut self.windows.backward)?;
                let results = run_back(session, &files.stage, last, &last.tail, &given, cancel)?;
                let mut cuts = BTreeMap::new();
                for cut in &self.files.cuts {
                    let windows = four_of(taken(&results, &gradient_of(&cut.name))?.to_array()?)?;
                    let whole = scattered(windows.view(), &frames.starts, [cut.channels, cut.resolution]);
                    cuts.insert(gradient_of(&cut.name), Value::from_f32(whole)?);
                }
                cuts
            }
            (None, _, Some(tail)) => {
                let session = opened(&self.folder, &tail.backward, &self.options, &mut self.tail.backward)?;
                run_back(session, tail, last, &last.tail, &given, cancel)?
            }
            _ => given,
        };
        let head = &self.files.head;
        let session = opened(&self.folder, &head.backward, &self.options, &mut self.head.backward)?;
        let results = run_back(session, head, last, &last.head, &cuts, cancel)?;
        let gradient = taken(&results, "grad.ws")?.to_array()?;
        let found = gradient.shape().to_vec();
        let gradient = gradient.into_dimensionality::<Ix3>().map_err(|_| RuntimeError::Rank { found })?;
        Ok(gradient.slice(s![0, ..self.files.rows, ..]).to_owned())
    }
}

/// Runs a forward graph and keeps all it returns on the device.
fn run_keeping<'a>(
    session: &mut Session,
    request: Request<'a>,
    graph: &'a GraphFile,
) -> Result<BTreeMap<String, Value>> {
    let request = graph.outputs.iter().fold(request, |request, port| request.keep(&port.name));
    Ok(session.run(request)?.into_iter().collect())
}

/// Runs a backward graph on what the forward saved and the gradients `given`.
fn run_back(
    session: &mut Session,
    stage: &StageFiles,
    last: &Forward,
    saved: &BTreeMap<String, Value>,
    given: &BTreeMap<String, Value>,
    cancel: &CancelToken,
) -> Result<BTreeMap<String, Value>> {
    let mut request = Request::new().cancel(cancel);
    let windows = last.frames.as_ref().map(|frames| &frames.inputs);
    for port in &stage.backward.inputs {
        let name = port.name.as_str();
        request = match (given.get(name).or_else(|| saved.get(name)), windows.and_then(|inputs| inputs.get(name))) {
            (Some(value), _) => request.input(name, value),
            (None, Some(input)) => request.input(name, input),
            (None, None) if name == "ws" => request.input(name, &last.ws),
            (None, None) => request,
        };
    }
    run_keeping(session, request, &stage.backward)
}

/// The gradients of the features' maps as the backward graph takes them, zero outside of what was asked.
fn joined(gradients: &[Array3<f32>], last: &Forward, resolution: usize) -> Result<BTreeMap<String, Value>> {
    let shape = last.features.shape();
    let mut whole = Array4::zeros((shape[0], shape[1], shape[2], shape[3]));
    let places = match &last.frames {
        Some(frames) => frames.features.clone(),
        None => vec![(Rect { y: 0, x: 0, height: resolution, width: resolution }, [0, 0])],
    };
    if places.len() != gradients.len() {
        return Err(RuntimeError::Gradients { expected: places.len(), found: gradients.len() });
    }
    for (n, ((rect, [y, x]), gradient)) in places.into_iter().zip(gradients).enumerate() {
        let expected = vec![shape[1], rect.height, rect.width];
        if gradient.shape() != expected {
            return Err(RuntimeError::GradientShape { index: n, expected, found: gradient.shape().to_vec() });
        }
        whole.slice_mut(s![n, .., y..y + rect.height, x..x + rect.width]).assign(gradient);
    }
    Ok(BTreeMap::from([(gradient_of("features"), Value::from_f32(whole)?)]))
}

fn gradient_of(name: &str) -> String {
    format!("grad.{name}")
}

fn taken<'a>(values: &'a BTreeMap<String, Value>, name: &str) -> Result<&'a Value> {
    values.get(name).ok_or_else(|| RuntimeError::NotRequested { name: name.to_owned() })
}

fn four(value: &Value) -> Result<ArrayView4<'_, f32>> {
    let rank = || RuntimeError::Rank { found: value.shape() };
    value.view().ok_or_else(rank)?.into_dimensionality::<Ix4>().map_err(|_| rank())
}

fn four_of(array: ArrayD<f32>) -> Result<Array4<f32>> {
    let found = array.shape().to_vec();
    array.into_dimensionality::<Ix4>().map_err(|_| RuntimeError::Rank { found })
}
