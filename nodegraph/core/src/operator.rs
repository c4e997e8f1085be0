//! The contract of a node's code: what an output reads, and how it is computed.

use std::any::Any;
use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use dragfx_engine::{Cancel, PointPair, StepReport};
use serde_json::{Map, Value as Json};

use crate::declare::{Arity, NodeDecl};
use crate::document::FrameRange;
use crate::error::NodeError;
use crate::eval::Begun;
use crate::files::WriteOptions;
use crate::files::sequence::Pattern;
use crate::models::{ModelRef, ModelStore, SharedModel};
use crate::param::ParamValue;
use crate::shape::Shape;
use crate::value::{Image, LatentValue, MaskImage, Tracks, Trajectory, Value};

/// A kind of node: its declaration and its code.
///
/// An output is computed by itself: what is not asked for costs nothing. Two outputs that share work declare a third one,
/// or an own output that both read ([`Reads::own`]).
pub trait Operator: Send + Sync {
    /// What it is.
    fn decl(&self) -> &NodeDecl;

    /// What `output` reads at a frame: by this its result is known again, so whatever [`evaluate`](Self::evaluate) looks
    /// at must be named here. By default all parameters, and all inputs at the same frame.
    ///
    /// # Errors
    /// What can be seen to be wrong without any input.
    fn reads(&self, _output: &str, query: &Query<'_>) -> Result<Reads, NodeError> {
        Ok(Reads::everything(self.decl(), query))
    }

    /// Computes `output`. The same reads give the same value, to the bit.
    ///
    /// # Errors
    /// See [`NodeError`]; [`NodeError::Cancelled`] soon after [`Job::cancel`] was cancelled.
    fn evaluate(&self, output: &str, job: &Job<'_>) -> Result<Value, NodeError>;

    /// What the node writes to files when the document is rendered, if it is a node that writes.
    ///
    /// # Errors
    /// No file is named, or its name, its format or the way of writing is impossible.
    fn sink(&self, _params: &Params) -> Result<Option<Sink>, NodeError> {
        Ok(None)
    }

    /// Changes a node of an older version, as its preset has it, into one of the next version.
    ///
    /// # Errors
    /// In words, where that is not possible; the node then stays a placeholder.
    fn migrate(&self, from: u32, _params: &mut Map<String, Json>) -> Result<(), String> {
        Err(format!("there is no way from version {from} to {}", from + 1))
    }
}

/// What a node writes to files.
#[derive(Clone, Debug, PartialEq)]
pub struct Sink {
    /// The output whose value is written.
    pub output: &'static str,
    /// The file, relative to the preset's folder.
    pub file: Pattern,
    /// How files are encoded.
    pub options: WriteOptions,
    /// Whether the graph travels in the files.
    pub embed: bool,
}

/// What a node is asked about: its parameters at a frame.
#[derive(Clone, Copy, Debug)]
pub struct Query<'a> {
    /// The parameters at the frame, all that are declared.
    pub params: &'a Params,
    /// The frame.
    pub frame: f64,
    /// The document's timeline.
    pub frames: FrameRange,
    /// The folder that relative paths start from.
    pub folder: &'a Path,
    /// Inputs that have a wire.
    pub connected: &'a [&'a str],
}

/// What an output reads. Nothing at first.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Reads {
    /// Ids of parameters.
    pub params: Vec<String>,
    /// Those of them that say nothing but how far the work goes: what one leaves ([`Job::leave`]), others with other limits
    /// find ([`Job::begun`]). The value is the same to the bit, whatever was found.
    pub limits: Vec<String>,
    /// Inputs and the frames at which they are read. One without a wire is left out, or is an error if it is required.
    pub inputs: Vec<(String, f64)>,
    /// The node's own outputs and the frames at which they are read; an output never reads itself at the same frame.
    pub own: Vec<(String, f64)>,
    /// Files whose content is read.
    pub files: Vec<PathBuf>,
    /// The preset's models whose hash counts, by the value of a model parameter.
    pub models: Vec<String>,
    /// What comes from outside of the graph and counts, by the hash of its content: a host application's picture, say.
    pub outside: Vec<String>,
    /// Whether numbers differ from device to device.
    pub device: bool,
    /// Whether the number of the frame itself counts ([`Job::frame`]), beside what parameters and inputs are there.
    pub frame: bool,
    /// Whether the document's timeline counts ([`Job::frames`]).
    pub frames: bool,
}

/// The parameters of a node at a frame.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Params(pub(crate) BTreeMap<String, ParamValue>);

/// Tells what an evaluation is doing.
pub trait Progress: Sync {
    /// A part from 0 to 1 of the work is done, and what it is. With 1 it tells what came of it.
    fn part(&self, _done: f64, _what: &str) {}
    /// A value that the output has on the way to its result: the latent of a drag's step, say.
    fn interim(&self, _value: Value) {}
    /// What a step of a drag did. What was done before, and is gone on with, is told again.
    fn step(&self, _report: &StepReport) {}
}

/// What [`Operator::evaluate`] is given.
pub struct Job<'a> {
    pub(crate) params: &'a Params,
    pub(crate) frame: f64,
    pub(crate) frames: FrameRange,
    pub(crate) folder: &'a Path,
    /// By input and frame, in the order of [`Reads::inputs`], and of the wires within.
    pub(crate) inputs: Vec<(String, f64, Vec<Value>)>,
    pub(crate) own: Vec<(String, f64, Value)>,
    pub(crate) references: &'a BTreeMap<String, ModelRef>,
    pub(crate) models: &'a ModelStore,
    pub(crate) cancel: &'a Cancel,
    pub(crate) progress: &'a dyn Progress,
    pub(crate) begun: Option<Begun<'a>>,
}

impl Reads {
    /// All parameters, and all inputs at the frame of the query.
    #[must_use]
    pub fn everything(decl: &NodeDecl, query: &Query<'_>) -> Self {
        let params = decl.params.iter().map(|param| param.id.to_string()).collect();
        let inputs = decl.inputs.iter().map(|input| (input.id.to_string(), query.frame)).collect();
        Self { params, inputs, ..Self::default() }
    }

    /// Reads these parameters too.
    #[must_use]
    pub fn params<'s>(mut self, ids: impl IntoIterator<Item = &'s str>) -> Self {
        self.params.extend(ids.into_iter().map(str::to_owned));
        self
    }

    /// Reads parameters too that only say how far the work goes.
    #[must_use]
    pub fn limits<'s>(mut self, ids: impl IntoIterator<Item = &'s str>) -> Self {
        self.limits.extend(ids.into_iter().map(str::to_owned));
        let new = self.limits.iter().filter(|limit| !self.params.contains(limit));
        self.params.extend(new.cloned().collect::<Vec<_>>());
        self
    }

    /// Reads an input too, at `frame`.
    #[must_use]
    pub fn input(mut self, id: &str, frame: f64) -> Self {
        self.inputs.push((id.to_owned(), frame));
        self
    }

    /// Reads one of the node's own outputs too, at `frame`.
    #[must_use]
    pub fn own(mut self, id: &str, frame: f64) -> Self {
        self.own.push((id.to_owned(), frame));
        self
    }

    /// Reads a file too.
    #[must_use]
    pub fn file(mut self, path: PathBuf) -> Self {
        self.files.push(path);
        self
    }

    /// Reads something from outside of the graph too, known by the hash of its content.
    #[must_use]
    pub fn outside(mut self, hash: String) -> Self {
        self.outside.push(hash);
        self
    }

    /// Depends on a model and on the device.
    #[must_use]
    pub fn model(mut self, name: &str) -> Self {
        self.models.push(name.to_owned());
        self.device = true;
        self
    }

    /// Depends on the device.
    #[must_use]
    pub fn device(mut self) -> Self {
        self.device = true;
        self
    }
}

/// A parameter that the declaration does not have, or of another kind: a defect of the node's code.
fn undeclared(id: &str) -> ! {
    panic!("the node has no parameter `{id}` of that kind")
}

impl Params {
    pub(crate) fn get(&self, id: &str) -> &ParamValue {
        self.0.get(id).unwrap_or_else(|| undeclared(id))
    }

    /// A number.
    ///
    /// # Panics
    /// This and the others panic if the declaration has no such parameter of that kind.
    #[must_use]
    pub fn float(&self, id: &str) -> f64 {
        if let ParamValue::Float(value) = self.get(id) { *value } else { undeclared(id) }
    }

    /// A whole number.
    #[must_use]
    pub fn int(&self, id: &str) -> i64 {
        if let ParamValue::Int(value) = self.get(id) { *value } else { undeclared(id) }
    }

    /// A whole number that the declaration keeps from being negative.
    #[must_use]
    pub fn size(&self, id: &str) -> usize {
        usize::try_from(self.int(id)).unwrap_or(0)
    }

    /// Yes or no.
    #[must_use]
    pub fn bool(&self, id: &str) -> bool {
        if let ParamValue::Bool(value) = self.get(id) { *value } else { undeclared(id) }
    }

    /// A text, a choice's id, a path, or a model's name.
    #[must_use]
    pub fn text(&self, id: &str) -> &str {
        if let ParamValue::Text(value) = self.get(id) { value } else { undeclared(id) }
    }

    /// Pairs of handle and target.
    #[must_use]
    pub fn points(&self, id: &str) -> &[PointPair] {
        if let ParamValue::Points(value) = self.get(id) { value } else { undeclared(id) }
    }

    /// Shapes of a mask.
    #[must_use]
    pub fn shapes(&self, id: &str) -> &[Shape] {
        if let ParamValue::Shapes(value) = self.get(id) { value } else { undeclared(id) }
    }
}

impl Query<'_> {
    /// Whether an input has a wire.
    #[must_use]
    pub fn is_connected(&self, input: &str) -> bool {
        self.connected.contains(&input)
    }

    /// Where a relative path leads.
    #[must_use]
    pub fn path(&self, path: &str) -> PathBuf {
        self.folder.join(path)
    }
}

impl Job<'_> {
    /// The parameters at the frame.
    #[must_use]
    pub fn params(&self) -> &Params {
        self.params
    }

    /// The frame. Who looks at it has named it in [`Reads::frame`].
    #[must_use]
    pub fn frame(&self) -> f64 {
        self.frame
    }

    /// The document's timeline. Who looks at it has named it in [`Reads::frames`].
    #[must_use]
    pub fn frames(&self) -> FrameRange {
        self.frames
    }

    /// Where a relative path leads.
    #[must_use]
    pub fn path(&self, path: &str) -> PathBuf {
        self.folder.join(path)
    }

    /// Ends the work early.
    #[must_use]
    pub fn cancel(&self) -> &Cancel {
        self.cancel
    }

    /// Tells how far the work is.
    #[must_use]
    pub fn progress(&self) -> &dyn Progress {
        self.progress
    }

    /// Opens the model that a parameter names; empty means the preset's only one.
    ///
    /// # Errors
    /// No such model in the preset, or it is not to be found or opened.
    pub fn model(&self, name: &str) -> Result<Arc<SharedModel>, NodeError> {
        let (_, reference) = ModelRef::find(self.references, name)?;
        self.open(reference)
    }

    /// Opens the model of a latent.
    ///
    /// # Errors
    /// It is not to be found or opened.
    pub fn open(&self, reference: &ModelRef) -> Result<Arc<SharedModel>, NodeError> {
        // A trajectory that was kept may know where the model was then; the preset knows where it is now.
        let now = self.references.values().find(|known| known.blake3.is_some() && known.blake3 == reference.blake3);
        let reference = now.unwrap_or(reference);
        // The import is a part of the work, and never its end.
        let say = |done: f64| self.progress.part(done.min(0.99), "importing the model");
        Ok(self.models.open(reference, self.folder, &say)?)
    }

    /// What was [left](Self::leave) of the same work: by one that was cancelled, or had other [limits](Reads::limits).
    #[must_use]
    pub fn begun<T: Any + Send + Sync>(&self) -> Option<Arc<T>> {
        self.begun.as_ref()?.get()
    }

    /// Leaves what was done, some `bytes` of it, so that the work can go on from there: before it ends, whether it is done,
    /// failed or was cancelled.
    pub fn leave<T: Any + Send + Sync>(&self, done: T, bytes: usize) {
        if let Some(begun) = &self.begun {
            begun.put(Arc::new(done), bytes);
        }
    }

    /// All values of an input, in the order of frames and wires.
    pub fn all(&self, input: &str) -> impl Iterator<Item = (f64, &Value)> {
        let here = self.inputs.iter().filter(move |(id, ..)| id == input);
        here.flat_map(|(_, frame, values)| values.iter().map(|value| (*frame, value)))
    }

    fn first(&self, input: &str) -> Option<&Value> {
        self.inputs.iter().find(|(id, ..)| id == input)?.2.first()
    }

    /// The latent of an input.
    ///
    /// # Errors
    /// This and the others: [`NodeError::NotConnected`] where there is no wire.
    pub fn latent(&self, input: &str) -> Result<&LatentValue, NodeError> {
        match self.first(input) {
            Some(Value::Latent(latent)) => Ok(latent),
            _ => Err(NodeError::NotConnected { input: input.to_owned() }),
        }
    }

    /// The image of an input.
    pub fn image(&self, input: &str) -> Result<&Arc<Image>, NodeError> {
        match self.first(input) {
            Some(Value::Image(image)) => Ok(image),
            _ => Err(NodeError::NotConnected { input: input.to_owned() }),
        }
    }

    /// The mask of an input.
    pub fn mask(&self, input: &str) -> Result<&Arc<MaskImage>, NodeError> {
        match self.first(input) {
            Some(Value::Mask(mask)) => Ok(mask),
            _ => Err(NodeError::NotConnected { input: input.to_owned() }),
        }
    }

    /// The points of an input.
    pub fn points(&self, input: &str) -> Result<&Arc<Vec<PointPair>>, NodeError> {
        match self.first(input) {
            Some(Value::Points(points)) => Ok(points),
            _ => Err(NodeError::NotConnected { input: input.to_owned() }),
        }
    }

    /// The trajectory of an input.
    pub fn trajectory(&self, input: &str) -> Result<&Arc<Trajectory>, NodeError> {
        match self.first(input) {
            Some(Value::Trajectory(trajectory)) => Ok(trajectory),
            _ => Err(NodeError::NotConnected { input: input.to_owned() }),
        }
    }

    /// The tracks of an input.
    pub fn tracks(&self, input: &str) -> Result<&Arc<Tracks>, NodeError> {
        match self.first(input) {
            Some(Value::Tracks(tracks)) => Ok(tracks),
            _ => Err(NodeError::NotConnected { input: input.to_owned() }),
        }
    }

    /// All values of one of the node's own outputs, in the order of frames.
    pub fn owned(&self, output: &str) -> impl Iterator<Item = &Value> {
        self.own.iter().filter(move |(id, ..)| id == output).map(|(.., value)| value)
    }

    /// One of the node's own outputs, of those that it reads; the first frame's where there are several.
    #[must_use]
    pub fn own(&self, output: &str) -> Option<&Value> {
        self.own.iter().find(|(id, ..)| id == output).map(|(.., value)| value)
    }
}

impl Arity {
    /// Whether it takes more than one wire.
    #[must_use]
    pub fn is_many(self) -> bool {
        self == Self::Many
    }
}
