//! Documents, presets and evaluation, on small nodes of numbers: no generator and no ONNX Runtime.

mod edits;
mod evaluation;
mod hostile;
mod presets;
mod schema;

mod support;
