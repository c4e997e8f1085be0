//! What some outputs need, each result once.

use std::collections::{BTreeMap, BTreeSet, HashMap, HashSet};
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::{Path, PathBuf};
use std::sync::Arc;

use super::Target;
use super::fingerprint::{Builder, Fingerprint};
use crate::declare::Arity;
use crate::document::{Connection, Document, FrameRange, Node, NodeId, NodeKind};
use crate::error::{EvalError, NodeError};
use crate::models::{ModelRef, ModelStore};
use crate::operator::{Operator, Params, Query, Reads};
use crate::summary::listed;

/// The results that some targets need, in an order in which each comes after those that it reads.
#[derive(Clone, Debug)]
pub struct Plan {
    pub(super) tasks: Vec<Task>,
    /// For each target its task, or why it has none.
    pub(super) targets: Vec<Result<usize, EvalError>>,
    pub(super) models: Arc<BTreeMap<String, ModelRef>>,
    pub(super) folder: PathBuf,
    pub(super) timeline: FrameRange,
    files: BTreeSet<PathBuf>,
    frames: Vec<f64>,
}

/// A result to be had.
#[derive(Clone)]
pub(super) struct Task {
    pub(super) node: NodeId,
    pub(super) name: String,
    pub(super) output: String,
    pub(super) frame: f64,
    pub(super) fingerprint: Fingerprint,
    /// By what the work on it is known, however far it goes; see [`Reads::limits`].
    pub(super) way: Option<Fingerprint>,
    pub(super) operator: Arc<dyn Operator>,
    pub(super) params: Arc<Params>,
    /// By input and frame, the tasks of its wires.
    pub(super) inputs: Vec<(String, f64, Vec<usize>)>,
    /// By output and frame.
    pub(super) own: Vec<(String, f64, usize)>,
    /// Files that are read, and the hashes that they had when this was planned.
    pub(super) files: Vec<(PathBuf, Option<String>)>,
}

/// Most outputs at frames that are looked at for a plan: no graph of people needs as many, and one that is made to do so
/// must not fill memory.
const MOST_LOOKS: usize = 200_000;

impl Plan {
    /// How many results the targets need, whether they are there already or not.
    #[must_use]
    pub fn len(&self) -> usize {
        self.tasks.len()
    }

    /// Whether nothing is needed.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.tasks.is_empty()
    }

    /// The files whose content the results read.
    pub fn files(&self) -> impl Iterator<Item = &Path> {
        self.files.iter().map(PathBuf::as_path)
    }

    /// The frames at which anything was looked at, in order, each once: those of the targets, and those that nodes look
    /// back or ahead to.
    #[must_use]
    pub fn frames(&self) -> &[f64] {
        &self.frames
    }

    /// By what the result of each target is known, in their order.
    ///
    /// # Errors
    /// Why a target can have no result.
    pub fn fingerprints(&self) -> impl Iterator<Item = Result<Fingerprint, &EvalError>> {
        self.targets.iter().map(|target| target.as_ref().map(|&task| self.tasks[task].fingerprint))
    }

    /// The same plan for some of its targets, by their places: what only the others need is not computed when it runs.
    #[must_use]
    pub fn narrowed(self, targets: &[usize]) -> Self {
        let targets = targets.iter().map(|&place| self.targets[place].clone()).collect();
        Self { targets, ..self }
    }
}

impl std::fmt::Debug for Task {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{}.{}@{}", self.name, self.output, self.frame)
    }
}

/// An output of a node at a frame; frames by their bits, so that they can be hashed.
type Key = (NodeId, String, u64);

struct Planner<'a> {
    models: &'a ModelStore,
    document: &'a Document,
    folder: &'a Path,
    tasks: Vec<Task>,
    by_fingerprint: HashMap<Fingerprint, usize>,
    known: HashMap<Key, Result<usize, EvalError>>,
    wires: HashMap<NodeId, Vec<Connection>>,
    files: BTreeSet<PathBuf>,
}

/// An output whose needs are known, but not all of them planned yet.
struct Pending {
    key: Key,
    step: Step,
    /// What has to be planned before it.
    needs: Vec<Key>,
}

enum Step {
    /// The node passes this on.
    Pass(Key),
    /// The node computes it.
    Compute { operator: Arc<dyn Operator>, params: Arc<Params>, reads: Reads },
}

pub(super) fn plan(models: &ModelStore, document: &Document, folder: &Path, targets: &[Target]) -> Plan {
    let mut planner = Planner {
        models,
        document,
        folder,
        tasks: Vec::new(),
        by_fingerprint: HashMap::new(),
        known: HashMap::new(),
        wires: HashMap::new(),
        files: BTreeSet::new(),
    };
    let targets =
        targets.iter().map(|target| planner.resolve((target.node, target.output.clone(), target.frame.to_bits())));
    let targets = targets.collect();
    let Planner { tasks, files, known, .. } = planner;
    let mut frames: Vec<f64> = known.into_keys().map(|(.., frame)| f64::from_bits(frame)).collect();
    frames.sort_by(f64::total_cmp);
    frames.dedup();
    let (models, timeline) = (Arc::new(document.models().clone()), document.frames());
    Plan { tasks, targets, models, folder: folder.to_owned(), timeline, files, frames }
}

impl Planner<'_> {
    /// Plans an output with all that it needs, depth first, on a stack of its own: graphs and chains of frames are deeper
    /// than a thread's stack.
    fn resolve(&mut self, key: Key) -> Result<usize, EvalError> {
        let mut stack: Vec<Pending> = Vec::new();
        let mut open: HashSet<Key> = HashSet::new();
        let mut next = Some(key.clone());
        loop {
            if let Some(key) = next.take()
                && !self.known.contains_key(&key)
            {
                let looked = if open.contains(&key) {
                    Err(self.failed(&key, NodeError::Panicked("an output reads itself".to_owned())))
                } else if self.known.len() + stack.len() >= MOST_LOOKS {
                    let message = format!("more than {MOST_LOOKS} results are needed");
                    Err(self.failed(&key, NodeError::Mismatch(message)))
                } else {
                    self.look(&key)
                };
                match looked {
                    Ok((step, needs)) => {
                        open.insert(key.clone());
                        stack.push(Pending { key, step, needs });
                    }
                    Err(error) => {
                        self.known.insert(key, Err(error));
                    }
                }
            }
            let Some(top) = stack.last_mut() else { break };
            match top.needs.pop() {
                Some(need) => next = Some(need),
                None => {
                    let Some(Pending { key, step, .. }) = stack.pop() else { break };
                    open.remove(&key);
                    let task = self.finish(&key, step);
                    self.known.insert(key, task);
                }
            }
        }
        self.known[&key].clone()
    }

    /// What an output needs to be planned before it.
    fn look(&mut self, key: &Key) -> Result<(Step, Vec<Key>), EvalError> {
        let (id, output, frame) = (key.0, &*key.1, f64::from_bits(key.2));
        let document = self.document;
        let Some(node) = document.node(id) else {
            return Err(self.failed(key, NodeError::Mismatch("there is no such node".to_owned())));
        };
        let fail = |cause| failure(&node.name, output, frame, cause);
        let operator = match &node.kind {
            NodeKind::Known(operator) => operator,
            NodeKind::Placeholder(placeholder) => {
                return Err(fail(NodeError::Placeholder { reason: placeholder.reason.clone() }));
            }
        };
        let Some(port) = operator.decl().find_output(output) else {
            let known: Vec<_> = operator.decl().outputs.iter().map(|output| &*output.id).collect();
            let message = format!("there is no such output; there are {}", listed(&known));
            return Err(fail(NodeError::Mismatch(message)));
        };
        let wires = self.wires.entry(id).or_insert_with(|| document.wires_into(id));
        if node.bypass {
            let inputs = operator.decl().inputs.iter().filter(|input| input.port_type == port.port_type);
            let wire = inputs.filter_map(|input| wires.iter().find(|wire| wire.input == input.id)).next();
            let wire = wire.ok_or_else(|| fail(NodeError::NothingToPass { output: port.port_type.to_string() }))?;
            let source: Key = (wire.from, wire.output.clone(), key.2);
            return Ok((Step::Pass(source.clone()), vec![source]));
        }
        let params = Arc::new(node.params_at(frame));
        let mut connected: Vec<&str> = wires.iter().map(|wire| &*wire.input).collect();
        connected.dedup();
        let frames = document.frames();
        let query = Query { params: &params, frame, frames, folder: self.folder, connected: &connected };
        let asked = catch_unwind(AssertUnwindSafe(|| operator.reads(output, &query)));
        let reads = asked.unwrap_or_else(|panic| Err(NodeError::panicked(panic.as_ref()))).map_err(fail)?;
        let mut needs = Vec::new();
        for (input, frame) in &reads.inputs {
            let before = needs.len();
            let sources = wires.iter().filter(|wire| wire.input == *input);
            needs.extend(sources.map(|wire| (wire.from, wire.output.clone(), frame.to_bits())));
            let required = operator.decl().find_input(input).is_some_and(|input| input.arity == Arity::Required);
            if required && needs.len() == before {
                return Err(fail(NodeError::NotConnected { input: input.clone() }));
            }
        }
        needs.extend(reads.own.iter().map(|(output, frame)| (id, output.clone(), frame.to_bits())));
        Ok((Step::Compute { operator: operator.clone(), params, reads }, needs))
    }

    /// The task of an output all of whose needs are planned.
    fn finish(&mut self, key: &Key, step: Step) -> Result<usize, EvalError> {
        let (operator, params, reads) = match step {
            Step::Pass(source) => return self.known[&source].clone(),
            Step::Compute { operator, params, reads } => (operator, params, reads),
        };
        let (id, output, frame) = (key.0, &*key.1, f64::from_bits(key.2));
        let mut inputs = Vec::with_capacity(reads.inputs.len());
        for (input, at) in &reads.inputs {
            let wires = self.wires[&id].iter().filter(|wire| wire.input == *input);
            let tasks = wires.map(|wire| self.known[&(wire.from, wire.output.clone(), at.to_bits())].clone());
            inputs.push((input.clone(), *at, tasks.collect::<Result<Vec<_>, _>>()?));
        }
        let mut own = Vec::with_capacity(reads.own.len());
        for (output, at) in &reads.own {
            own.push((output.clone(), *at, self.known[&(id, output.clone(), at.to_bits())].clone()?));
        }
        self.files.extend(reads.files.iter().cloned());
        let hashed = |file: &PathBuf| (file.clone(), self.models.content_hash(file));
        let files: Vec<_> = reads.files.iter().map(hashed).collect();
        let fingerprints =
            self.fingerprints((operator.as_ref(), output, frame), &params, &reads, &inputs, &own, &files);
        let (fingerprint, way) = fingerprints.map_err(|cause| self.failed(key, cause))?;
        if let Some(&task) = self.by_fingerprint.get(&fingerprint) {
            return Ok(task);
        }
        let name = self.name(id);
        let output = output.to_owned();
        let task = Task { node: id, name, output, frame, fingerprint, way, operator, params, inputs, own, files };
        self.tasks.push(task);
        self.by_fingerprint.insert(fingerprint, self.tasks.len() - 1);
        Ok(self.tasks.len() - 1)
    }

    /// By what a result is known, and the work on it, however far it goes.
    fn fingerprints(
        &self,
        (operator, output, frame): (&dyn Operator, &str, f64),
        params: &Params,
        reads: &Reads,
        inputs: &[(String, f64, Vec<usize>)],
        own: &[(String, f64, usize)],
        files: &[(PathBuf, Option<String>)],
    ) -> Result<(Fingerprint, Option<Fingerprint>), NodeError> {
        let mut builder = Builder::new(operator.decl(), output);
        let (limits, others): (Vec<&String>, _) = reads.params.iter().partition(|param| reads.limits.contains(param));
        for param in others {
            builder.param(&format!("param {param}"), params.get(param));
        }
        let bytes = |task: &usize| *self.tasks[*task].fingerprint.as_bytes();
        for (input, _, tasks) in inputs {
            builder.part(&format!("input {input}"), &tasks.iter().flat_map(bytes).collect::<Vec<_>>());
        }
        for (output, _, task) in own {
            builder.part(&format!("own {output}"), &bytes(task));
        }
        if reads.frame {
            builder.part("frame", &frame.to_bits().to_le_bytes());
        }
        if reads.frames {
            let FrameRange { first, last, rate } = self.document.frames();
            let frames = [first.to_le_bytes(), last.to_le_bytes(), rate.to_bits().to_le_bytes()];
            builder.part("frames", &frames.concat());
        }
        for (_, hash) in files {
            // One that is not there has a result as well: an error, or what the node puts in its place.
            builder.part("file", hash.as_deref().unwrap_or_default().as_bytes());
        }
        for name in &reads.models {
            let (_, model) = ModelRef::find(self.document.models(), name)?;
            builder.part("model", self.models.identify(model, self.folder)?.as_bytes());
        }
        for hash in &reads.outside {
            builder.part("outside", hash.as_bytes());
        }
        if reads.device {
            builder.part("device", self.models.device_class().as_bytes());
        }
        let way = (!limits.is_empty()).then(|| builder.finish());
        for param in limits {
            builder.param(&format!("param {param}"), params.get(param));
        }
        Ok((builder.finish(), way))
    }

    fn name(&self, id: NodeId) -> String {
        self.document.node(id).map_or_else(|| format!("node {id}"), |node: &Node| node.name.clone())
    }

    fn failed(&self, key: &Key, cause: NodeError) -> EvalError {
        failure(&self.name(key.0), &key.1, f64::from_bits(key.2), cause)
    }
}

fn failure(node: &str, output: &str, frame: f64, cause: NodeError) -> EvalError {
    EvalError { node: node.to_owned(), output: output.to_owned(), frame, cause: Arc::new(cause) }
}
