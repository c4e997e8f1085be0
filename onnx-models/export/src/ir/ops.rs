//! The operators: for each, its shape rule, its vector-Jacobian product and its ONNX form stand side by side.

mod activation;
mod conv;
mod elementwise;
mod layout;
mod linear;

use std::fmt;

use super::{Backward, Dim, Graph, GraphError, Id, Shape};
use crate::onnx::Emitter;

pub use conv::Window2d;
pub(crate) use conv::rearranged;

/// One operator of the IR.
pub trait Operator: fmt::Debug + Send + Sync {
    /// The output's shape, or in words why these inputs cannot be taken.
    ///
    /// # Errors
    /// The reason, as the end of a sentence.
    fn shape(&self, inputs: &[&[Dim]]) -> Result<Shape, String>;

    /// Adds the nodes that compute each input's gradient from the output's; `None` where none is wanted.
    ///
    /// # Errors
    /// [`GraphError::NoDerivative`] where the operator has no rule for a wanted input.
    #[expect(private_interfaces, reason = "rules live in this crate; other crates only apply operators")]
    fn vjp(&self, at: &mut Backward<'_>, gradient: Id) -> Result<Vec<Option<Id>>, GraphError>;

    /// Writes the operator as nodes of the `ai.onnx` domain, opset 18.
    #[expect(private_interfaces, reason = "see above")]
    fn emit(&self, to: &mut Emitter, inputs: &[&str], output: &str);
}

/// The shape of two tensors broadcast against each other, by ONNX's (NumPy's) rule.
fn broadcast(a: &[Dim], b: &[Dim]) -> Result<Shape, String> {
    let rank = a.len().max(b.len());
    let one = Dim::fixed(1);
    let at = |shape: &[Dim], i: usize| if i + shape.len() < rank { one } else { shape[i + shape.len() - rank] };
    (0..rank)
        .map(|i| match (at(a, i), at(b, i)) {
            (x, y) if x == y => Ok(x),
            (x, y) if x == one => Ok(y),
            (x, y) if y == one => Ok(x),
            (x, y) => Err(format!("sizes {x} and {y} of axis {i} do not broadcast")),
        })
        .collect()
}

/// Sums a gradient over the axes along which the value `of` was broadcast.
fn unbroadcast(graph: &mut Graph, gradient: Id, of: Id) -> Result<Id, GraphError> {
    let (from, to) = (graph.shape(gradient).to_vec(), graph.shape(of).to_vec());
    let lead = from.len() - to.len();
    let mut axes: Vec<usize> = (0..lead).collect();
    axes.extend((lead..from.len()).filter(|&i| to[i - lead].is(1) && !from[i].is(1)));
    if axes.is_empty() {
        return Ok(gradient);
    }
    let summed = graph.reduce_sum("sum", gradient, &axes)?;
    if lead == 0 {
        return Ok(summed);
    }
    graph.reshape("shaped", summed, &to)
}
