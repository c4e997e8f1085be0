//! What can go wrong, each said with the file, the tensor, and the shapes found and expected.

use std::path::PathBuf;

use dragfx_export::pack::PackError;

use crate::{DType, Device, Dim, library};

/// The result of this crate's functions.
pub type Result<T, E = RuntimeError> = std::result::Result<T, E>;

/// An error of the runtime layer.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum RuntimeError {
    /// ONNX Runtime is in none of the places where it is looked for.
    #[error("ONNX Runtime was not found. Looked in:\n{}\n{}", indented(.searched), library::HELP)]
    LibraryNotFound {
        /// The folders, in the order in which they were searched.
        searched: Vec<PathBuf>,
    },

    /// `ORT_DYLIB_PATH` is set to something that is not there.
    #[error("ORT_DYLIB_PATH is `{}`, where there is no ONNX Runtime library: correct it or unset it", .path.display())]
    LibraryPathWrong {
        /// The value of the variable.
        path: PathBuf,
    },

    /// The library is there and can't be used: wrong machine, too old, or something it needs is missing.
    #[error("ONNX Runtime at `{}` can't be loaded: {reason}", .path.display())]
    LibraryLoad {
        /// The file.
        path: PathBuf,
        /// What the loader or ONNX Runtime says.
        reason: String,
    },

    /// ONNX Runtime loaded and refused to start.
    #[error("ONNX Runtime can't start: {reason}")]
    Environment {
        /// What ONNX Runtime says.
        reason: String,
    },

    /// [`Environment::start`](crate::Environment::start) came after the first use.
    #[error("ONNX Runtime is already running with {threads} threads: options are for before its first use")]
    AlreadyStarted {
        /// Threads of the running environment.
        threads: usize,
    },

    /// The graph file isn't there.
    #[error("there is no graph at `{}`", .file.display())]
    FileMissing {
        /// The file asked for.
        file: PathBuf,
    },

    /// ONNX Runtime does not accept the graph.
    #[error("can't open the graph `{}`: {reason}", .file.display())]
    Open {
        /// The graph.
        file: PathBuf,
        /// What ONNX Runtime says.
        reason: String,
    },

    /// The device that was asked for can't run the graph.
    #[error("can't run `{}` on {device}: {reason}", .file.display())]
    Device {
        /// The graph.
        file: PathBuf,
        /// The device asked for.
        device: Device,
        /// Why not.
        reason: String,
    },

    /// An input that the graph doesn't have.
    #[error("`{}` has no input `{name}`; its inputs are {}", .file.display(), listed(.known))]
    UnknownInput {
        /// The graph.
        file: PathBuf,
        /// The name given.
        name: String,
        /// The names there are.
        known: Vec<String>,
    },

    /// An output that the graph doesn't have.
    #[error("`{}` has no output `{name}`; its outputs are {}", .file.display(), listed(.known))]
    UnknownOutput {
        /// The graph.
        file: PathBuf,
        /// The name asked for.
        name: String,
        /// The names there are.
        known: Vec<String>,
    },

    /// The same input or output twice in one request.
    #[error("`{name}` is in the request to `{}` twice", .file.display())]
    Duplicate {
        /// The graph.
        file: PathBuf,
        /// The name.
        name: String,
    },

    /// A required input was not given.
    #[error("`{}` needs the input `{name}`", .file.display())]
    MissingInput {
        /// The graph.
        file: PathBuf,
        /// The input.
        name: String,
    },

    /// An input of the wrong element type.
    #[error("input `{name}` of `{}` is {expected}, got {found}", .file.display())]
    InputType {
        /// The graph.
        file: PathBuf,
        /// The input.
        name: String,
        /// The graph's element type.
        expected: DType,
        /// The element type given.
        found: DType,
    },

    /// An input of the wrong shape.
    #[error("input `{name}` of `{}` has shape [{}], got {found:?}", .file.display(), dims(.expected))]
    InputShape {
        /// The graph.
        file: PathBuf,
        /// The input.
        name: String,
        /// The graph's shape.
        expected: Vec<Dim>,
        /// The shape given.
        found: Vec<usize>,
    },

    /// The run failed inside ONNX Runtime.
    #[error("running `{}` on {device} failed: {reason}", .file.display())]
    Run {
        /// The graph.
        file: PathBuf,
        /// Where it ran.
        device: Device,
        /// What ONNX Runtime says.
        reason: String,
    },

    /// A [`CancelToken`](crate::CancelToken) stopped the run, or was cancelled before it.
    #[error("cancelled")]
    Cancelled,

    /// An output was taken that was not in the request, or was taken before.
    #[error("the output `{name}` was not asked for or was taken already")]
    NotRequested {
        /// The output.
        name: String,
    },

    /// A value read as another element type than it has.
    #[error("the tensor is {found} {shape:?}, not {expected}")]
    ValueType {
        /// The type asked for.
        expected: DType,
        /// The tensor's type.
        found: DType,
        /// The tensor's shape.
        shape: Vec<usize>,
    },

    /// A tensor could not be made or moved between host and device.
    #[error("can't move a tensor {shape:?} to {to}: {reason}")]
    Transfer {
        /// The tensor's shape.
        shape: Vec<usize>,
        /// Where it was to go.
        to: Device,
        /// What ONNX Runtime says.
        reason: String,
    },

    /// The model pack can't be read.
    #[error(transparent)]
    Pack(#[from] PackError),

    /// The pack's weights can't be read.
    #[error("can't read the weights `{}`: {reason}", .path.display())]
    Weights {
        /// The file.
        path: PathBuf,
        /// Why.
        reason: String,
    },

    /// The model has no such feature tap.
    #[error("there is no block {tap} to take features from; this model has blocks 0 (4x4) to {}", .taps.saturating_sub(1))]
    NoTap {
        /// The index asked for.
        tap: usize,
        /// How many blocks there are.
        taps: usize,
    },

    /// A graph returned a tensor of another rank than its manifest says.
    #[error("a graph of the pack returned a tensor of shape {found:?}: import the checkpoint again")]
    Rank {
        /// The shape returned.
        found: Vec<usize>,
    },

    /// Features or gradients were asked for before a forward.
    #[error("there are no features yet: run the drag's forward first")]
    NoForward,

    /// As many gradients are needed as there are feature maps.
    #[error("{found} gradients were given for {expected} feature maps")]
    Gradients {
        /// Feature maps of the last forward.
        expected: usize,
        /// Gradients given.
        found: usize,
    },

    /// A gradient has another shape than its feature map.
    #[error("gradient {index} has shape {found:?}, its feature map {expected:?}")]
    GradientShape {
        /// Which map, from 0.
        index: usize,
        /// The map's shape.
        expected: Vec<usize>,
        /// The gradient's.
        found: Vec<usize>,
    },
}

fn indented(paths: &[PathBuf]) -> String {
    paths.iter().map(|path| format!("  {}", path.display())).collect::<Vec<_>>().join("\n")
}

fn listed(names: &[String]) -> String {
    names.iter().map(|name| format!("`{name}`")).collect::<Vec<_>>().join(", ")
}

/// `1, 3, N, ?`, for messages.
pub(crate) fn dims(shape: &[Dim]) -> String {
    shape.iter().map(Dim::to_string).collect::<Vec<_>>().join(", ")
}

/// What ONNX Runtime says, without its source files and numbers:
/// `/src/x.cc:1 F() [ONNXRuntimeError] : 1 : FAIL : message` becomes `message`.
pub(crate) fn reason<R>(error: &ort::Error<R>) -> String {
    shortened(error.message())
}

fn shortened(message: &str) -> String {
    let text = match message.rsplit_once("[ONNXRuntimeError] : ") {
        Some((_, rest)) => rest.splitn(3, " : ").nth(2).unwrap_or(rest),
        None => message,
    };
    text.trim().to_owned()
}

#[cfg(test)]
mod tests {
    use super::shortened;

    #[test]
    fn reasons_are_shortened() {
        let long = "/src/provider.cc:2043 onnxruntime::Provider& Get() [ONNXRuntimeError] : 1 : FAIL : Failed to load \
                    libx.so with error: no : such : file\n";
        assert_eq!(shortened(long), "Failed to load libx.so with error: no : such : file");
        assert_eq!(shortened("Non-zero status code\n"), "Non-zero status code");
        assert_eq!(shortened("[ONNXRuntimeError] : odd"), "odd");
    }
}
