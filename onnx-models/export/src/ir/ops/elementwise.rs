//! Arithmetic on broadcast tensors, and the reciprocal square root.

use super::{Backward, Dim, Graph, GraphError, Id, Operator, Shape, broadcast, unbroadcast};
use crate::onnx::Emitter;

/// Sum, difference or product of two broadcast tensors.
#[derive(Clone, Copy, Debug)]
enum Binary {
    Add,
    Sub,
    Mul,
}

impl Operator for Binary {
    fn shape(&self, inputs: &[&[Dim]]) -> Result<Shape, String> {
        broadcast(inputs[0], inputs[1])
    }

    fn vjp(&self, at: &mut Backward<'_>, gradient: Id) -> Result<Vec<Option<Id>>, GraphError> {
        let inputs = [at.input(0), at.input(1)];
        let mut parts = vec![None; 2];
        for (index, part) in parts.iter_mut().enumerate().filter(|&(index, _)| at.wants(index)).collect::<Vec<_>>() {
            let full = match (self, index) {
                (Self::Mul, _) => at.graph.mul("product", gradient, inputs[1 - index])?,
                (Self::Sub, 1) => at.graph.scale("negated", gradient, -1.0)?,
                (Self::Add | Self::Sub, _) => gradient,
            };
            *part = Some(unbroadcast(at.graph, full, inputs[index])?);
        }
        Ok(parts)
    }

    fn emit(&self, to: &mut Emitter, inputs: &[&str], output: &str) {
        let op = match self {
            Self::Add => "Add",
            Self::Sub => "Sub",
            Self::Mul => "Mul",
        };
        to.node(op, inputs, output, &[]);
    }
}

/// `1 / √x`.
#[derive(Debug)]
struct Rsqrt;

impl Operator for Rsqrt {
    fn shape(&self, inputs: &[&[Dim]]) -> Result<Shape, String> {
        Ok(inputs[0].to_vec())
    }

    /// `d x^-½ = -½ x^-³⁄₂ = -½ y³`
    fn vjp(&self, at: &mut Backward<'_>, gradient: Id) -> Result<Vec<Option<Id>>, GraphError> {
        let y = at.node.output;
        let g = &mut *at.graph;
        let squared = g.mul("squared", y, y)?;
        let cubed = g.mul("cubed", squared, y)?;
        let halved = g.scale("halved", cubed, -0.5)?;
        Ok(vec![Some(g.mul("product", halved, gradient)?)])
    }

    fn emit(&self, to: &mut Emitter, inputs: &[&str], output: &str) {
        let root = format!("{output}.root");
        to.node("Sqrt", inputs, &root, &[]);
        to.node("Reciprocal", &[&root], output, &[]);
    }
}

impl Graph {
    /// `a + b`, broadcast.
    ///
    /// # Errors
    /// If the shapes do not broadcast.
    pub fn add(&mut self, name: &str, a: Id, b: Id) -> Result<Id, GraphError> {
        self.apply(name, Binary::Add, &[a, b])
    }

    /// `a - b`, broadcast.
    ///
    /// # Errors
    /// If the shapes do not broadcast.
    pub fn sub(&mut self, name: &str, a: Id, b: Id) -> Result<Id, GraphError> {
        self.apply(name, Binary::Sub, &[a, b])
    }

    /// `a · b`, element by element, broadcast.
    ///
    /// # Errors
    /// If the shapes do not broadcast.
    pub fn mul(&mut self, name: &str, a: Id, b: Id) -> Result<Id, GraphError> {
        self.apply(name, Binary::Mul, &[a, b])
    }

    /// `factor · x`; `x` itself for a factor of 1.
    ///
    /// # Errors
    /// None in practice: a scalar broadcasts with every shape.
    pub fn scale(&mut self, name: &str, x: Id, factor: f32) -> Result<Id, GraphError> {
        if factor == 1.0 {
            return Ok(x);
        }
        let factor = self.scalar(factor);
        self.mul(name, x, factor)
    }

    /// `1 / √x`.
    ///
    /// # Errors
    /// None in practice: every shape is taken.
    pub fn rsqrt(&mut self, name: &str, x: Id) -> Result<Id, GraphError> {
        self.apply(name, Rsqrt, &[x])
    }
}
