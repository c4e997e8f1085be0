//! Matrix products and sums over axes.

use super::{Backward, Dim, Graph, GraphError, Id, Operator, Shape};
use crate::onnx::{Attribute, Emitter};

/// `A · B`, or `A · Bᵀ`, of matrices.
#[derive(Clone, Copy, Debug)]
struct MatMul {
    transpose_a: bool,
    transpose_b: bool,
}

impl Operator for MatMul {
    fn shape(&self, inputs: &[&[Dim]]) -> Result<Shape, String> {
        let (&[a0, a1], &[b0, b1]) = (inputs[0], inputs[1]) else {
            return Err("both must be matrices".to_owned());
        };
        let (rows, inner_a) = if self.transpose_a { (a1, a0) } else { (a0, a1) };
        let (inner_b, columns) = if self.transpose_b { (b1, b0) } else { (b0, b1) };
        if inner_a == inner_b { Ok(vec![rows, columns]) } else { Err(format!("{inner_a} is not {inner_b}")) }
    }

    /// For `C = A · B`: `dA = dC · Bᵀ`, `dB = Aᵀ · dC`; a transposed factor's gradient is transposed.
    fn vjp(&self, at: &mut Backward<'_>, gradient: Id) -> Result<Vec<Option<Id>>, GraphError> {
        let (a, b) = (at.input(0), at.input(1));
        let mut parts = vec![None; 2];
        if at.wants(0) {
            let (op, factors) = if self.transpose_a {
                (Self { transpose_a: self.transpose_b, transpose_b: true }, [b, gradient])
            } else {
                (Self { transpose_a: false, transpose_b: !self.transpose_b }, [gradient, b])
            };
            parts[0] = Some(at.graph.apply("product", op, &factors)?);
        }
        if at.wants(1) {
            let (op, factors) = if self.transpose_b {
                (Self { transpose_a: true, transpose_b: self.transpose_a }, [gradient, a])
            } else {
                (Self { transpose_a: !self.transpose_a, transpose_b: false }, [a, gradient])
            };
            parts[1] = Some(at.graph.apply("product", op, &factors)?);
        }
        Ok(parts)
    }

    fn emit(&self, to: &mut Emitter, inputs: &[&str], output: &str) {
        if !self.transpose_a && !self.transpose_b {
            return to.node("MatMul", inputs, output, &[]);
        }
        let attributes =
            [("transA", Attribute::Int(self.transpose_a.into())), ("transB", Attribute::Int(self.transpose_b.into()))];
        to.node("Gemm", inputs, output, &attributes);
    }
}

/// The sum over some axes, which stay with size 1.
#[derive(Clone, Debug)]
struct ReduceSum {
    axes: Vec<usize>,
}

impl Operator for ReduceSum {
    fn shape(&self, inputs: &[&[Dim]]) -> Result<Shape, String> {
        if let Some(axis) = self.axes.iter().find(|&&axis| axis >= inputs[0].len()) {
            return Err(format!("there is no axis {axis}"));
        }
        let size = |(i, &dim)| if self.axes.contains(&i) { Dim::fixed(1) } else { dim };
        Ok(inputs[0].iter().enumerate().map(size).collect())
    }

    fn vjp(&self, at: &mut Backward<'_>, gradient: Id) -> Result<Vec<Option<Id>>, GraphError> {
        let x = at.input(0);
        Ok(vec![Some(at.graph.apply("spread", ExpandLike, &[gradient, x])?)])
    }

    fn emit(&self, to: &mut Emitter, inputs: &[&str], output: &str) {
        let axes = to.integers(output, "axes", &self.axes.iter().map(|&a| a as i64).collect::<Vec<_>>());
        to.node("ReduceSum", &[inputs[0], &axes], output, &[("keepdims", Attribute::Int(1))]);
    }
}

/// The first input, broadcast to the second's shape; the second's numbers are not read.
#[derive(Debug)]
struct ExpandLike;

impl Operator for ExpandLike {
    fn shape(&self, inputs: &[&[Dim]]) -> Result<Shape, String> {
        let shape = super::broadcast(inputs[0], inputs[1])?;
        if shape == inputs[1] { Ok(shape) } else { Err("the first must broadcast to the second".to_owned()) }
    }

    fn vjp(&self, at: &mut Backward<'_>, gradient: Id) -> Result<Vec<Option<Id>>, GraphError> {
        let x = at.input(0);
        Ok(vec![Some(super::unbroadcast(at.graph, gradient, x)?), None])
    }

    fn emit(&self, to: &mut Emitter, inputs: &[&str], output: &str) {
        let shape = format!("{output}.shape");
        to.node("Shape", &[inputs[1]], &shape, &[]);
        to.node("Expand", &[inputs[0], &shape], output, &[]);
    }
}

impl Graph {
    /// `A · B` of matrices \[m, k\] and \[k, n\].
    ///
    /// # Errors
    /// If they are not matrices or the inner sizes differ.
    pub fn matmul(&mut self, name: &str, a: Id, b: Id) -> Result<Id, GraphError> {
        self.apply(name, MatMul { transpose_a: false, transpose_b: false }, &[a, b])
    }

    /// `A · Bᵀ` of matrices \[m, k\] and \[n, k\].
    ///
    /// # Errors
    /// If they are not matrices or the inner sizes differ.
    pub fn matmul_transposed(&mut self, name: &str, a: Id, b: Id) -> Result<Id, GraphError> {
        self.apply(name, MatMul { transpose_a: false, transpose_b: true }, &[a, b])
    }

    /// The sum over `axes`, which stay with size 1.
    ///
    /// # Errors
    /// If there is no such axis.
    pub fn reduce_sum(&mut self, name: &str, x: Id, axes: &[usize]) -> Result<Id, GraphError> {
        self.apply(name, ReduceSum { axes: axes.to_vec() }, &[x])
    }
}
