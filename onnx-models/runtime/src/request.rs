//! What a run is given and asked for, and what it gives back.

use ndarray::{Array, ArrayD, ArrayView, ArrayViewD, Dimension};

use crate::{CancelToken, DType, Result, RuntimeError, Value};

/// An input: an array on the host, or a value from an earlier run.
#[derive(Clone, Debug)]
pub enum Input<'a> {
    /// Floats on the host; copied once.
    F32(ArrayViewD<'a, f32>),
    /// Integers on the host; copied once.
    I64(ArrayViewD<'a, i64>),
    /// A tensor that is passed on as it is.
    Value(&'a Value),
}

impl Input<'_> {
    pub(crate) fn dtype(&self) -> DType {
        match self {
            Input::F32(_) => DType::F32,
            Input::I64(_) => DType::I64,
            Input::Value(value) => value.dtype(),
        }
    }

    pub(crate) fn shape(&self) -> Vec<usize> {
        match self {
            Input::F32(array) => array.shape().to_vec(),
            Input::I64(array) => array.shape().to_vec(),
            Input::Value(value) => value.shape(),
        }
    }

    pub(crate) fn to_value(&self) -> Result<Value> {
        match self {
            Input::F32(array) => Value::from_f32(array.to_owned()),
            Input::I64(array) => Value::from_i64(array.to_owned()),
            Input::Value(value) => Ok((*value).clone()),
        }
    }
}

impl<'a> From<&'a Value> for Input<'a> {
    fn from(value: &'a Value) -> Self {
        Input::Value(value)
    }
}

impl<'a, D: Dimension> From<ArrayView<'a, f32, D>> for Input<'a> {
    fn from(array: ArrayView<'a, f32, D>) -> Self {
        Input::F32(array.into_dyn())
    }
}

impl<'a, D: Dimension> From<&'a Array<f32, D>> for Input<'a> {
    fn from(array: &'a Array<f32, D>) -> Self {
        array.view().into()
    }
}

impl<'a, D: Dimension> From<ArrayView<'a, i64, D>> for Input<'a> {
    fn from(array: ArrayView<'a, i64, D>) -> Self {
        Input::I64(array.into_dyn())
    }
}

impl<'a, D: Dimension> From<&'a Array<i64, D>> for Input<'a> {
    fn from(array: &'a Array<i64, D>) -> Self {
        array.view().into()
    }
}

/// One run: its inputs and the outputs wanted from it.
#[derive(Clone, Debug, Default)]
#[must_use]
pub struct Request<'a> {
    pub(crate) inputs: Vec<(&'a str, Input<'a>)>,
    /// Names, and whether the output stays on the device.
    pub(crate) outputs: Vec<(&'a str, bool)>,
    pub(crate) cancel: Option<&'a CancelToken>,
}

impl<'a> Request<'a> {
    /// No inputs, no outputs.
    pub fn new() -> Self {
        Self::default()
    }

    /// Gives the input `name`.
    pub fn input(mut self, name: &'a str, input: impl Into<Input<'a>>) -> Self {
        self.inputs.push((name, input.into()));
        self
    }

    /// Asks for the output `name` on the host.
    pub fn to_host(mut self, name: &'a str) -> Self {
        self.outputs.push((name, false));
        self
    }

    /// Asks for the output `name`, left where the session computes it, for a later run. (DirectML: on the host.)
    pub fn keep(mut self, name: &'a str) -> Self {
        self.outputs.push((name, true));
        self
    }

    /// Lets a token end the run.
    pub fn cancel(mut self, token: &'a CancelToken) -> Self {
        self.cancel = Some(token);
        self
    }
}

/// The outputs of a run, in the order in which they were asked for.
#[derive(Debug)]
pub struct Outputs(pub(crate) Vec<(String, Value)>);

impl Outputs {
    /// The output `name`, if it was asked for and not taken.
    #[must_use]
    pub fn get(&self, name: &str) -> Option<&Value> {
        self.0.iter().find(|(other, _)| other == name).map(|(_, value)| value)
    }

    /// Takes the output `name` out.
    pub fn take(&mut self, name: &str) -> Result<Value> {
        let place = self.0.iter().position(|(other, _)| other == name).ok_or_else(|| missing(name))?;
        Ok(self.0.remove(place).1)
    }

    /// The floats of the output `name`, copied to the host.
    pub fn array(&self, name: &str) -> Result<ArrayD<f32>> {
        self.get(name).ok_or_else(|| missing(name))?.to_array()
    }

    /// The outputs that weren't taken, with their names.
    pub fn iter(&self) -> impl Iterator<Item = (&str, &Value)> {
        self.0.iter().map(|(name, value)| (name.as_str(), value))
    }
}

impl IntoIterator for Outputs {
    type Item = (String, Value);
    type IntoIter = std::vec::IntoIter<Self::Item>;

    fn into_iter(self) -> Self::IntoIter {
        self.0.into_iter()
    }
}

fn missing(name: &str) -> RuntimeError {
    RuntimeError::NotRequested { name: name.to_owned() }
}
