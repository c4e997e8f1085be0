//! A small graph IR: float32 tensors, operators with a shape rule, a derivative and an ONNX form.
//!
//! It knows operators, not networks: StyleGAN2 is built on it in [`crate::stylegan2`], and other generators can be.
//! Every operator has one output. Weights are described, not held ([`Data`]): a graph of a 1024² generator is a few
//! kilobytes until the pack writer streams the tensors behind it.

mod graph;
mod ops;
mod shape;
mod vjp;

pub use graph::{Data, Graph, GraphError, Id, Layout, Node, Source, Value};
pub use ops::{Operator, Window2d};
pub use shape::{Dim, Shape, display};
pub use vjp::{Derivative, differentiate};

pub(crate) use ops::rearranged;
pub(crate) use vjp::Backward;
