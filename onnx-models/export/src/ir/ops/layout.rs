//! Operators that move numbers without changing them.

use super::{Backward, Dim, Graph, GraphError, Id, Operator, Shape};
use crate::ir::display;
use crate::onnx::{Attribute, Emitter};

/// The same numbers in another shape; one size at most is symbolic.
#[derive(Clone, Debug)]
struct Reshape {
    shape: Shape,
}

impl Operator for Reshape {
    fn shape(&self, inputs: &[&[Dim]]) -> Result<Shape, String> {
        // Symbolic sizes must be carried over one to one; the known ones must multiply to the same count.
        let split = |shape: &[Dim]| {
            let symbolic: Vec<Dim> = shape.iter().copied().filter(|d| d.known().is_none()).collect();
            (symbolic, shape.iter().filter_map(|d| d.known()).product::<usize>())
        };
        if split(inputs[0]) == split(&self.shape) {
            Ok(self.shape.clone())
        } else {
            Err(format!("{} holds another number of elements", display(&self.shape)))
        }
    }

    fn vjp(&self, at: &mut Backward<'_>, gradient: Id) -> Result<Vec<Option<Id>>, GraphError> {
        let shape = at.graph.shape(at.input(0)).to_vec();
        Ok(vec![Some(at.graph.reshape("shaped", gradient, &shape)?)])
    }

    fn emit(&self, to: &mut Emitter, inputs: &[&str], output: &str) {
        let sizes: Vec<i64> = self.shape.iter().map(|d| d.known().map_or(-1, |n| n as i64)).collect();
        let shape = to.integers(output, "shape", &sizes);
        to.node("Reshape", &[inputs[0], &shape], output, &[]);
    }
}

/// The tensor itself, under another name.
#[derive(Debug)]
struct Identity;

impl Operator for Identity {
    fn shape(&self, inputs: &[&[Dim]]) -> Result<Shape, String> {
        Ok(inputs[0].to_vec())
    }

    fn vjp(&self, _: &mut Backward<'_>, gradient: Id) -> Result<Vec<Option<Id>>, GraphError> {
        Ok(vec![Some(gradient)])
    }

    fn emit(&self, to: &mut Emitter, inputs: &[&str], output: &str) {
        to.node("Identity", inputs, output, &[]);
    }
}

/// Tensors joined along an axis.
#[derive(Clone, Copy, Debug)]
struct Concat {
    axis: usize,
}

impl Operator for Concat {
    fn shape(&self, inputs: &[&[Dim]]) -> Result<Shape, String> {
        let mut shape = inputs.first().ok_or("there is nothing to join")?.to_vec();
        for next in &inputs[1..] {
            let alike = next.len() == shape.len()
                && self.axis < shape.len()
                && (0..shape.len()).all(|i| i == self.axis || next[i] == shape[i]);
            if !alike {
                return Err(format!("they must agree but for axis {}", self.axis));
            }
            let joined = shape[self.axis].joined(next[self.axis]);
            shape[self.axis] = joined.ok_or("two symbolic sizes cannot be joined")?;
        }
        Ok(shape)
    }

    fn vjp(&self, at: &mut Backward<'_>, gradient: Id) -> Result<Vec<Option<Id>>, GraphError> {
        let mut start = 0;
        let mut parts = Vec::new();
        for index in 0..at.node.inputs.len() {
            let size = at.graph.shape(at.input(index))[self.axis].known();
            let size = size.ok_or_else(|| at.none(index, "the joined sizes must be known"))?;
            parts.push(match at.wants(index) {
                true => Some(at.graph.slice("part", gradient, self.axis, start, size)?),
                false => None,
            });
            start += size;
        }
        Ok(parts)
    }

    fn emit(&self, to: &mut Emitter, inputs: &[&str], output: &str) {
        to.node("Concat", inputs, output, &[("axis", Attribute::Int(self.axis as i64))]);
    }
}

/// What is left of an axis after `begin` elements are cut from its start and `end` from its end.
#[derive(Clone, Copy, Debug)]
struct Crop {
    axis: usize,
    begin: usize,
    end: usize,
}

impl Operator for Crop {
    fn shape(&self, inputs: &[&[Dim]]) -> Result<Shape, String> {
        let mut shape = inputs[0].to_vec();
        let size = shape.get_mut(self.axis).ok_or_else(|| format!("there is no axis {}", self.axis))?;
        if size.known().is_some_and(|n| n < self.begin + self.end) {
            return Err(format!("axis {} is too short", self.axis));
        }
        *size = size.plus(-((self.begin + self.end) as i64));
        Ok(shape)
    }

    fn vjp(&self, at: &mut Backward<'_>, gradient: Id) -> Result<Vec<Option<Id>>, GraphError> {
        Ok(vec![Some(at.graph.apply("padded", PadZeros(*self), &[gradient])?)])
    }

    fn emit(&self, to: &mut Emitter, inputs: &[&str], output: &str) {
        let starts = to.integers(output, "starts", &[self.begin as i64]);
        let stop = if self.end == 0 { i64::MAX } else { -(self.end as i64) };
        let ends = to.integers(output, "ends", &[stop]);
        let axes = to.integers(output, "axes", &[self.axis as i64]);
        to.node("Slice", &[inputs[0], &starts, &ends, &axes], output, &[]);
    }
}

/// The reverse of a crop: zeros are put where it cut.
#[derive(Clone, Copy, Debug)]
struct PadZeros(Crop);

impl Operator for PadZeros {
    fn shape(&self, inputs: &[&[Dim]]) -> Result<Shape, String> {
        let mut shape = inputs[0].to_vec();
        let size = shape.get_mut(self.0.axis).ok_or_else(|| format!("there is no axis {}", self.0.axis))?;
        *size = size.plus((self.0.begin + self.0.end) as i64);
        Ok(shape)
    }

    fn vjp(&self, at: &mut Backward<'_>, gradient: Id) -> Result<Vec<Option<Id>>, GraphError> {
        Ok(vec![Some(at.graph.apply("cropped", self.0, &[gradient])?)])
    }

    fn emit(&self, to: &mut Emitter, inputs: &[&str], output: &str) {
        let pads = to.integers(output, "pads", &[self.0.begin as i64, self.0.end as i64]);
        let axes = to.integers(output, "axes", &[self.0.axis as i64]);
        to.node("Pad", &[inputs[0], &pads, "", &axes], output, &[]);
    }
}

impl Graph {
    /// `x` under another name.
    ///
    /// # Errors
    /// None in practice: every shape is taken.
    pub fn identity(&mut self, name: &str, x: Id) -> Result<Id, GraphError> {
        self.apply(name, Identity, &[x])
    }

    /// The same numbers, row-major, in another shape.
    ///
    /// # Errors
    /// If the shape holds another number of elements.
    pub fn reshape(&mut self, name: &str, x: Id, shape: &[Dim]) -> Result<Id, GraphError> {
        self.apply(name, Reshape { shape: shape.to_vec() }, &[x])
    }

    /// Tensors joined along `axis`.
    ///
    /// # Errors
    /// If they differ on another axis.
    pub fn concat(&mut self, name: &str, parts: &[Id], axis: usize) -> Result<Id, GraphError> {
        self.apply(name, Concat { axis }, parts)
    }

    /// `x` without the first `begin` and the last `end` elements of an axis; `x` itself if both are 0.
    ///
    /// # Errors
    /// If the axis is shorter than that.
    pub fn crop(&mut self, name: &str, x: Id, axis: usize, begin: usize, end: usize) -> Result<Id, GraphError> {
        if begin == 0 && end == 0 {
            return Ok(x);
        }
        self.apply(name, Crop { axis, begin, end }, &[x])
    }

    /// `size` elements of an axis of known size, from `start`.
    ///
    /// # Errors
    /// If the axis is shorter than that, or its size is not known.
    pub fn slice(&mut self, name: &str, x: Id, axis: usize, start: usize, size: usize) -> Result<Id, GraphError> {
        let whole = self.shape(x).get(axis).and_then(|d| d.known());
        let end = whole.and_then(|whole| whole.checked_sub(start)?.checked_sub(size));
        let end = end.ok_or_else(|| GraphError::Shape {
            value: self.in_scope(name),
            op: format!("{size} elements of axis {axis} from {start}"),
            found: display(self.shape(x)),
            reason: "the axis must be known and long enough".to_owned(),
        })?;
        self.crop(name, x, axis, start, end)
    }
}
