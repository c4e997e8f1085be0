//! A session: one graph on one device.

use std::fmt;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use ort::logging::LogLevel;
use ort::memory::{AllocatorType, MemoryInfo, MemoryType};
use ort::session::RunOptions;

use crate::check::Signature;
use crate::error::reason;
use crate::probe;
use crate::provider::{self, Prepared};
use crate::value::memory_of;
use crate::{Device, Environment, Outputs, Placement, Request, Result, RuntimeError, Skipped, TensorInfo, Value};

/// How much ONNX Runtime rewrites a graph before it runs.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Optimisation {
    /// Not at all: for debugging.
    None,
    /// Removing what is redundant.
    Basic,
    /// Fusing nodes as well.
    Extended,
    /// Choosing layouts as well: a fifth to a third faster than `Extended` for convolutions on the CPU.
    #[default]
    All,
}

/// What happens to the CPU memory that runs have used.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum CpuArena {
    /// Kept for the next run: fastest, largest.
    #[default]
    Keep,
    /// Given back after each run: half the memory, about a tenth slower.
    Shrink,
    /// Allocated anew for each tensor: the least memory, about a fifth slower.
    Off,
}

/// How to open a session.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct SessionOptions {
    /// Where to run.
    pub device: Device,
    /// How much to optimise.
    pub optimisation: Optimisation,
    /// What to do with CPU memory between runs.
    pub cpu_arena: CpuArena,
    /// The most bytes of GPU memory for tensors, if limited (CUDA).
    pub gpu_memory_limit: Option<usize>,
    /// Sizes for named dimensions of the graph. Fixed shapes run faster on GPUs.
    pub dimensions: Vec<(String, usize)>,
}

impl SessionOptions {
    /// The defaults, on `device`.
    #[must_use]
    pub fn on(device: Device) -> Self {
        Self { device, ..Self::default() }
    }
}

/// A graph, ready to run.
pub struct Session {
    ort: ort::session::Session,
    file: PathBuf,
    device: Device,
    placement: Placement,
    skipped: Vec<Skipped>,
    signature: Signature,
    shrink: bool,
}

impl Session {
    /// Opens the graph in `file`.
    ///
    /// With [`Device::Auto`] the devices are tried in order; [`skipped`](Self::skipped) then says why others weren't
    /// taken. A device that is asked for by name and fails is an error.
    pub fn open(file: impl AsRef<Path>, options: &SessionOptions) -> Result<Self> {
        let file = file.as_ref();
        if !file.is_file() {
            return Err(RuntimeError::FileMissing { file: file.into() });
        }
        open(file, options, |prepared| prepared.builder.commit_from_file(file))
    }

    /// Opens a graph that is in memory; `name` stands for it in messages.
    pub fn open_bytes(name: &str, graph: &[u8], options: &SessionOptions) -> Result<Self> {
        open(Path::new(name), options, |prepared| prepared.builder.commit_from_memory(graph))
    }

    /// The file it was opened from.
    #[must_use]
    pub fn file(&self) -> &Path {
        &self.file
    }

    /// The device it runs on: never `Auto`.
    #[must_use]
    pub fn device(&self) -> Device {
        self.device
    }

    /// Which providers really run its nodes. Printed: `CUDA 41 nodes, CPU 3 nodes`.
    #[must_use]
    pub fn placement(&self) -> &Placement {
        &self.placement
    }

    /// The devices that `auto` passed over, and why.
    #[must_use]
    pub fn skipped(&self) -> &[Skipped] {
        &self.skipped
    }

    /// The inputs that must be given.
    #[must_use]
    pub fn inputs(&self) -> &[TensorInfo] {
        &self.signature.inputs
    }

    /// Inputs that have a value in the file and may be given instead.
    #[must_use]
    pub fn optional_inputs(&self) -> &[TensorInfo] {
        &self.signature.optional
    }

    /// The outputs that can be asked for.
    #[must_use]
    pub fn outputs(&self) -> &[TensorInfo] {
        &self.signature.outputs
    }

    /// Moves a value to where this session's runs read it from, for inputs that many runs share.
    pub fn upload(&self, value: &Value) -> Result<Value> {
        value.to(self.home())
    }

    /// Where kept outputs stay. DirectML gives each session a command queue and an allocator of its own, and nobody
    /// promises that another session may read what they hold: there, values wait on the host.
    fn home(&self) -> Device {
        match self.device {
            Device::Cuda(id) => Device::Cuda(id),
            Device::Auto | Device::Cpu | Device::DirectMl(_) => Device::Cpu,
        }
    }

    /// Runs the graph.
    pub fn run(&mut self, request: Request<'_>) -> Result<Outputs> {
        self.signature.check(&self.file, &request)?;
        let Request { inputs, outputs, cancel } = request;
        // The host's memory can be read from everywhere, a GPU's only by its own sessions.
        let reachable = |value: Value| match value.device() {
            device if device == Device::Cpu || device == self.home() => Ok(value),
            _ => value.to_host(),
        };
        let inputs = inputs
            .into_iter()
            .map(|(name, input)| Ok((name, input.to_value().and_then(reachable)?)))
            .collect::<Result<Vec<_>>>()?;

        let options = run_options(self.shrink).map(Arc::new).map_err(|error| self.failed(&error))?;
        let _running = cancel.map(|token| token.enter(&options)).transpose()?;
        match self.run_bound(&inputs, &outputs, &options) {
            Ok(outputs) => Ok(outputs),
            Err(_) if cancel.is_some_and(|token| token.is_cancelled()) => Err(RuntimeError::Cancelled),
            Err(error) => Err(self.failed(&error)),
        }
    }

    /// Runs through a binding. A plain run would compute the unwanted outputs too and bring everything to the host.
    fn run_bound(
        &mut self,
        inputs: &[(&str, Value)],
        outputs: &[(&str, bool)],
        options: &RunOptions,
    ) -> ort::Result<Outputs> {
        // A new binding for each run: a reused one would write over the outputs that it gave before.
        let mut binding = self.ort.create_binding()?;
        for (name, value) in inputs {
            binding.bind_input(*name, value.tensor())?;
        }
        for &(name, keep) in outputs {
            let (device, id) = memory_of(if keep { self.home() } else { Device::Cpu });
            let memory = MemoryInfo::new(device, id, AllocatorType::Device, MemoryType::Default)?;
            binding.bind_output_to_device(name, &memory)?;
        }
        if self.device != Device::Cpu {
            binding.synchronize_inputs()?;
        }
        let results = self.ort.run_binding_with_options(&binding, options)?;
        if self.device != Device::Cpu {
            binding.synchronize_outputs()?;
        }
        results
            .into_iter()
            .map(|(name, value)| {
                let value = Value::from_output(value)
                    .ok_or_else(|| ort::Error::new(format!("the output `{name}` is not a tensor")))?;
                Ok((name.to_owned(), value))
            })
            .collect::<ort::Result<Vec<_>>>()
            .map(Outputs)
    }

    fn failed(&self, error: &ort::Error) -> RuntimeError {
        RuntimeError::Run { file: self.file.clone(), device: self.device, reason: reason(error) }
    }
}

impl fmt::Debug for Session {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Session({} on {}: {})", self.file.display(), self.device, self.placement)
    }
}

fn open(
    file: &Path,
    options: &SessionOptions,
    commit: impl Fn(&mut Prepared) -> ort::Result<ort::session::Session>,
) -> Result<Session> {
    let environment = Environment::get()?;
    let attempt = |device| {
        // A GPU provider opens sessions and then fails to run them where a library that it loads late is missing.
        if options.device == Device::Auto && device != Device::Cpu {
            probe::works(device)?;
        }
        let mut prepared = provider::prepare(environment, device, options)?;
        let ort = commit(&mut prepared).map_err(|error| reason(&error))?;
        Ok((ort, prepared.placement()))
    };
    let mut skipped = Vec::new();
    for device in options.device.candidates() {
        match attempt(device) {
            Ok((ort, placement)) => {
                let signature = signature(&ort);
                let shrink = options.cpu_arena == CpuArena::Shrink;
                return Ok(Session { ort, file: file.into(), device, placement, skipped, signature, shrink });
            }
            // The CPU has no excuse of its own: it is the graph.
            Err(reason) if device == Device::Cpu => return Err(RuntimeError::Open { file: file.into(), reason }),
            Err(reason) if options.device == Device::Auto => skipped.push(Skipped { device, reason }),
            Err(reason) => return Err(RuntimeError::Device { file: file.into(), device, reason }),
        }
    }
    unreachable!("`auto` ends with the CPU, and another device returns at its first attempt")
}

fn signature(ort: &ort::session::Session) -> Signature {
    let overridable = ort.overridable_initializers();
    Signature {
        inputs: ort.inputs().iter().map(TensorInfo::of).collect(),
        optional: overridable.iter().map(|input| TensorInfo::new(input.name(), input.dtype())).collect(),
        outputs: ort.outputs().iter().map(TensorInfo::of).collect(),
    }
}

fn run_options(shrink: bool) -> ort::Result<RunOptions> {
    let mut options = RunOptions::new()?;
    // The session's log is verbose for the sake of its placement; a run has nothing to say that its error doesn't.
    options.set_log_level(LogLevel::Fatal)?;
    if shrink {
        options.set("memory.enable_memory_arena_shrinkage", "cpu:0")?;
    }
    Ok(options)
}
