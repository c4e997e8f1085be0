//! Execution providers: setting a session up for one device, and reading back which provider really runs the nodes.
//!
//! ONNX Runtime falls back to the CPU node by node and silently, so "registered" says little. The C function that
//! returns the assignment (`Session_GetEpGraphAssignmentInfo`) is reachable through raw pointers only, which this
//! crate forbids itself. The same numbers are in the session's verbose log, which goes to a callback of ours while the
//! session is being made and nowhere else: 500 short messages for a graph of 600 nodes, too little to measure.

use std::collections::BTreeMap;
use std::fmt;
use std::io::Write;
use std::sync::{Arc, Mutex, PoisonError};

use ort::ep::{self, ArenaExtendStrategy, ExecutionProvider, cuda::ConvAlgorithmSearch};
use ort::logging::{LogLevel, LoggerFunction};
use ort::session::builder::{AutoDevicePolicy, GraphOptimizationLevel, SessionBuilder};

use crate::error::reason;
use crate::{CpuArena, Device, Environment, Optimisation, SessionOptions};

/// A device that `auto` tried and passed over.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Skipped {
    /// The device.
    pub device: Device,
    /// Why it could not be used.
    pub reason: String,
}

impl fmt::Display for Skipped {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: {}", self.device, self.reason)
    }
}

/// How many nodes each provider runs, in ONNX Runtime's words after its optimisations.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Placement(BTreeMap<String, usize>);

impl Placement {
    /// Providers by name (`CUDA`, `Dml`, `CPU`) and their nodes. Empty if ONNX Runtime didn't say.
    pub fn nodes(&self) -> impl Iterator<Item = (&str, usize)> {
        self.0.iter().map(|(provider, &nodes)| (provider.as_str(), nodes))
    }

    /// Adds the nodes of another session.
    pub(crate) fn add(&mut self, other: &Self) {
        for (provider, nodes) in &other.0 {
            *self.0.entry(provider.clone()).or_default() += nodes;
        }
    }

    /// Reads one message of the log: ` Node(s) placed on [XExecutionProvider]. Number of nodes: 3`.
    fn read(&mut self, message: &str) {
        let Some((_, rest)) = message.split_once("placed on [") else { return };
        let Some((provider, count)) = rest.split_once("]. Number of nodes: ") else { return };
        if let Ok(count) = count.trim().parse() {
            self.0.insert(provider.trim_end_matches("ExecutionProvider").to_owned(), count);
        }
    }
}

impl fmt::Display for Placement {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.0.is_empty() {
            return f.write_str("not known");
        }
        let mut providers: Vec<_> = self.nodes().collect();
        providers.sort_by_key(|&(_, nodes)| std::cmp::Reverse(nodes));
        let parts = providers.iter().map(|(provider, nodes)| match nodes {
            1 => format!("{provider} 1 node"),
            _ => format!("{provider} {nodes} nodes"),
        });
        f.write_str(&parts.collect::<Vec<_>>().join(", "))
    }
}

/// A session builder for one device, and the placement that is filled in while the session is made.
pub(crate) struct Prepared {
    pub(crate) builder: SessionBuilder,
    placement: Arc<Mutex<Placement>>,
}

impl Prepared {
    pub(crate) fn placement(&self) -> Placement {
        self.placement.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }
}

/// Sets up a new builder: one can't be reused, because what a failed provider registered stays in it.
pub(crate) fn prepare(environment: &Environment, device: Device, options: &SessionOptions) -> Result<Prepared, String> {
    if !compiled_in(device) {
        let there = compiled_providers().join(", ");
        return Err(format!("this build of ONNX Runtime has no provider for it (only {there})"));
    }
    let placement = Arc::new(Mutex::new(Placement::default()));
    let builder = configure(environment, device, options, logger(environment.log(), Arc::clone(&placement)));
    Ok(Prepared { builder: builder.map_err(|error| reason(&error))?, placement })
}

fn configure(
    environment: &Environment,
    device: Device,
    options: &SessionOptions,
    logger: LoggerFunction,
) -> ort::Result<SessionBuilder> {
    let arena = options.cpu_arena != CpuArena::Off;
    let cpu = ep::CPU::default().with_arena_allocator(arena).build().error_on_failure();
    let providers = match device {
        Device::Cuda(id) => {
            let mut cuda = ep::CUDA::default()
                .with_device_id(i32::try_from(id).unwrap_or(i32::MAX))
                // The default search tries every algorithm at each new shape.
                .with_conv_algorithm_search(ConvAlgorithmSearch::Heuristic)
                // The default doubles: other programs, among them the host application, need the GPU's memory too.
                .with_arena_extend_strategy(ArenaExtendStrategy::SameAsRequested);
            if let Some(limit) = options.gpu_memory_limit {
                cuda = cuda.with_memory_limit(limit);
            }
            vec![cuda.build().error_on_failure(), cpu]
        }
        Device::DirectMl(id) => {
            let directml = ep::DirectML::default().with_device_id(i32::try_from(id).unwrap_or(i32::MAX));
            vec![directml.build().error_on_failure(), cpu]
        }
        Device::Auto | Device::Cpu => vec![cpu],
    };
    let mut builder = ort::session::Session::builder(environment.ort())?
        .with_logger(logger)?
        .with_log_level(LogLevel::Verbose)?
        // Otherwise ONNX Runtime may add an NPU or CoreML of its own accord where no GPU provider was registered.
        .with_auto_device(AutoDevicePolicy::PreferCPU)?
        .with_execution_providers(providers)?
        .with_optimization_level(match options.optimisation {
            Optimisation::None => GraphOptimizationLevel::Disable,
            Optimisation::Basic => GraphOptimizationLevel::Level1,
            Optimisation::Extended => GraphOptimizationLevel::Level2,
            Optimisation::All => GraphOptimizationLevel::All,
        })?;
    if matches!(device, Device::DirectMl(_)) {
        // DirectML's documented requirement.
        builder = builder.with_memory_pattern(false)?;
    }
    for (name, size) in &options.dimensions {
        builder = builder.with_dimension_override(name, i64::try_from(*size).unwrap_or(i64::MAX))?;
    }
    Ok(builder)
}

/// Reads the placement, and passes on what the user asked to see.
fn logger(shown: Option<LogLevel>, placement: Arc<Mutex<Placement>>) -> LoggerFunction {
    Arc::new(move |level, _category: &str, _id: &str, place: &str, message: &str| {
        if message.contains("placed on [") {
            placement.lock().unwrap_or_else(PoisonError::into_inner).read(message);
        }
        if shown.is_some_and(|shown| level >= shown) {
            // There is nobody to tell that standard error is closed.
            let _ = writeln!(std::io::stderr(), "[onnxruntime {level:?}] {place}: {message}");
        }
    })
}

fn compiled_in(device: Device) -> bool {
    match device {
        Device::Auto | Device::Cpu => true,
        Device::Cuda(_) => ep::CUDA::is_available().unwrap_or(false),
        Device::DirectMl(_) => ep::DirectML::is_available().unwrap_or(false),
    }
}

/// The providers compiled into the library, among those with a known name. That one is compiled in doesn't mean that
/// it works here: the GPU builds say `CUDA` without a GPU.
pub(crate) fn compiled_providers() -> Vec<&'static str> {
    /// A provider that is asked for by name only.
    macro_rules! named {
        ($($name:literal),*) => {{
            let mut there = vec!["CPU"];
            $({
                struct Named;
                impl ExecutionProvider for Named {
                    const NAME: &'static str = concat!($name, "ExecutionProvider");

                    fn register(&self, _: &mut SessionBuilder) -> ort::Result<()> {
                        Err(ort::Error::new("asked for by name only"))
                    }
                }
                if Named::is_available().unwrap_or(false) {
                    there.push($name);
                }
            })*
            there
        }};
    }
    named!(
        "CUDA",
        "Tensorrt",
        "NvTensorRTRTX",
        "Dml",
        "CoreML",
        "OpenVINO",
        "MIGraphX",
        "ROCM",
        "QNN",
        "WebGPU",
        "Azure"
    )
}

#[cfg(test)]
mod tests {
    use super::Placement;

    #[test]
    fn placement_reads_both_forms_of_the_log() {
        let mut placement = Placement::default();
        assert_eq!(placement.to_string(), "not known");
        placement.read("Node placements");
        placement.read(" Node(s) placed on [CPUExecutionProvider]. Number of nodes: 1");
        placement.read(" Node(s) placed on [CUDAExecutionProvider]. Number of nodes: 41");
        assert_eq!(placement.to_string(), "CUDA 41 nodes, CPU 1 node");

        let mut placement = Placement::default();
        placement.read(" All nodes placed on [CPUExecutionProvider]. Number of nodes: 600");
        assert_eq!(placement.nodes().collect::<Vec<_>>(), [("CPU", 600)]);
    }
}
