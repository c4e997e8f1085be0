//! Graphs as ONNX files: opset 18, `ai.onnx` only, weights in one external file that several graphs share.

mod emit;
mod proto;

pub use emit::{IR_VERSION, Metadata, OPSET, Placement, Placements, encode};

pub(crate) use emit::{Attribute, Emitter};
