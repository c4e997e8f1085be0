//! Activations, the clamp, and the selections that are their derivatives.

use super::{Backward, Dim, Graph, GraphError, Id, Operator, Shape, broadcast, unbroadcast};
use crate::onnx::{Attribute, Emitter};
use crate::spec::Activation;

/// α and λ of the scaled exponential linear unit (Klambauer et al. 2017, eq. 14), the operator's ONNX defaults.
const SELU_ALPHA: f32 = 1.673_263_2;
const SELU_GAMMA: f32 = 1.050_701;

/// An activation that ONNX has as one operator, without its gain.
#[derive(Clone, Copy, Debug)]
enum Pointwise {
    Relu,
    LeakyRelu,
    Tanh,
    Sigmoid,
    Elu,
    Selu,
    Softplus,
}

/// Slope of the leaky ReLU below zero, in all of StyleGAN2.
const LEAK: f32 = 0.2;

impl Operator for Pointwise {
    fn shape(&self, inputs: &[&[Dim]]) -> Result<Shape, String> {
        Ok(inputs[0].to_vec())
    }

    /// Each is written in terms of the output `y`, which is kept anyway as the next layer's input.
    fn vjp(&self, at: &mut Backward<'_>, gradient: Id) -> Result<Vec<Option<Id>>, GraphError> {
        let (x, y) = (at.input(0), at.node.output);
        let g = &mut *at.graph;
        let one = g.scalar(1.0);
        let slope = match self {
            Self::Relu | Self::LeakyRelu => {
                let below = match self {
                    Self::Relu => g.scalar(0.0),
                    _ => g.scale("leaked", gradient, LEAK)?,
                };
                return Ok(vec![Some(g.where_positive("selected", y, gradient, below)?)]);
            }
            Self::Tanh => {
                let squared = g.mul("squared", y, y)?;
                g.sub("slope", one, squared)?
            }
            Self::Sigmoid => {
                let rest = g.sub("rest", one, y)?;
                g.mul("slope", y, rest)?
            }
            Self::Softplus => g.apply("slope", Self::Sigmoid, &[x])?,
            Self::Elu => {
                let below = g.add("below", y, one)?;
                g.where_positive("slope", y, one, below)?
            }
            Self::Selu => {
                let above = g.scalar(SELU_GAMMA);
                let offset = g.scalar(SELU_GAMMA * SELU_ALPHA);
                let below = g.add("below", y, offset)?;
                g.where_positive("slope", y, above, below)?
            }
        };
        Ok(vec![Some(g.mul("product", slope, gradient)?)])
    }

    fn emit(&self, to: &mut Emitter, inputs: &[&str], output: &str) {
        match self {
            Self::Relu => to.node("Relu", inputs, output, &[]),
            Self::LeakyRelu => to.node("LeakyRelu", inputs, output, &[("alpha", Attribute::Float(LEAK))]),
            Self::Tanh => to.node("Tanh", inputs, output, &[]),
            Self::Sigmoid => to.node("Sigmoid", inputs, output, &[]),
            Self::Elu => to.node("Elu", inputs, output, &[("alpha", Attribute::Float(1.0))]),
            Self::Selu => {
                let attributes = [("alpha", Attribute::Float(SELU_ALPHA)), ("gamma", Attribute::Float(SELU_GAMMA))];
                to.node("Selu", inputs, output, &attributes);
            }
            Self::Softplus => to.node("Softplus", inputs, output, &[]),
        }
    }
}

/// `a` where `x > 0`, else `b`, broadcast.
#[derive(Debug)]
struct WherePositive;

impl Operator for WherePositive {
    fn shape(&self, inputs: &[&[Dim]]) -> Result<Shape, String> {
        let branches = broadcast(inputs[1], inputs[2])?;
        broadcast(inputs[0], &branches)
    }

    fn vjp(&self, at: &mut Backward<'_>, gradient: Id) -> Result<Vec<Option<Id>>, GraphError> {
        let (x, a, b) = (at.input(0), at.input(1), at.input(2));
        let (wants_a, wants_b) = (at.wants(1), at.wants(2));
        let g = &mut *at.graph;
        let zero = g.scalar(0.0);
        let mut parts = vec![None; 3];
        if wants_a {
            let full = g.where_positive("above", x, gradient, zero)?;
            parts[1] = Some(unbroadcast(g, full, a)?);
        }
        if wants_b {
            let full = g.where_positive("below", x, zero, gradient)?;
            parts[2] = Some(unbroadcast(g, full, b)?);
        }
        Ok(parts)
    }

    fn emit(&self, to: &mut Emitter, inputs: &[&str], output: &str) {
        let condition = format!("{output}.positive");
        let zero = to.scalar(0.0);
        to.node("Greater", &[inputs[0], &zero], &condition, &[]);
        to.node("Where", &[&condition, inputs[1], inputs[2]], output, &[]);
    }
}

/// `x` limited to ±`limit`.
#[derive(Clone, Copy, Debug)]
struct Clamp {
    limit: f32,
}

impl Operator for Clamp {
    fn shape(&self, inputs: &[&[Dim]]) -> Result<Shape, String> {
        Ok(inputs[0].to_vec())
    }

    fn vjp(&self, at: &mut Backward<'_>, gradient: Id) -> Result<Vec<Option<Id>>, GraphError> {
        let y = at.node.output;
        Ok(vec![Some(at.graph.apply("passed", ClampGradient { limit: self.limit }, &[y, gradient])?)])
    }

    fn emit(&self, to: &mut Emitter, inputs: &[&str], output: &str) {
        let (low, high) = (to.scalar(-self.limit), to.scalar(self.limit));
        to.node("Clip", &[inputs[0], &low, &high], output, &[]);
    }
}

/// The gradient where the clamped `y` is not at ±`limit`, else 0.
#[derive(Clone, Copy, Debug)]
struct ClampGradient {
    limit: f32,
}

impl Operator for ClampGradient {
    fn shape(&self, inputs: &[&[Dim]]) -> Result<Shape, String> {
        broadcast(inputs[0], inputs[1])
    }

    fn vjp(&self, at: &mut Backward<'_>, gradient: Id) -> Result<Vec<Option<Id>>, GraphError> {
        let y = at.input(0);
        let passed = at.graph.apply("passed", *self, &[y, gradient])?;
        Ok(vec![None, at.wants(1).then_some(passed)])
    }

    fn emit(&self, to: &mut Emitter, inputs: &[&str], output: &str) {
        let (size, inside) = (format!("{output}.size"), format!("{output}.inside"));
        let (limit, zero) = (to.scalar(self.limit), to.scalar(0.0));
        to.node("Abs", &[inputs[0]], &size, &[]);
        to.node("Less", &[&size, &limit], &inside, &[]);
        to.node("Where", &[&inside, inputs[1], &zero], output, &[]);
    }
}

impl Graph {
    /// StyleGAN2's activation without its gain.
    ///
    /// # Errors
    /// None in practice: every shape is taken.
    pub fn activation(&mut self, name: &str, x: Id, activation: Activation) -> Result<Id, GraphError> {
        let op = match activation {
            Activation::Linear => return Ok(x),
            Activation::Swish => {
                let gate = self.apply(&format!("{name}.gate"), Pointwise::Sigmoid, &[x])?;
                return self.mul(name, x, gate);
            }
            Activation::Relu => Pointwise::Relu,
            Activation::LRelu => Pointwise::LeakyRelu,
            Activation::Tanh => Pointwise::Tanh,
            Activation::Sigmoid => Pointwise::Sigmoid,
            Activation::Elu => Pointwise::Elu,
            Activation::Selu => Pointwise::Selu,
            Activation::Softplus => Pointwise::Softplus,
        };
        self.apply(name, op, &[x])
    }

    /// `x` limited to ±`limit`; its derivative is 0 where the limit acts.
    ///
    /// # Errors
    /// None in practice: every shape is taken.
    pub fn clamp(&mut self, name: &str, x: Id, limit: f32) -> Result<Id, GraphError> {
        self.apply(name, Clamp { limit }, &[x])
    }

    /// `a` where `x > 0`, else `b`, broadcast; no derivative flows to `x`.
    ///
    /// # Errors
    /// If the shapes do not broadcast.
    pub fn where_positive(&mut self, name: &str, x: Id, a: Id, b: Id) -> Result<Id, GraphError> {
        self.apply(name, WherePositive, &[x, a, b])
    }
}
