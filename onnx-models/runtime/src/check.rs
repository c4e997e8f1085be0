//! Checking a request against the graph, so that mistakes are reported by name before ONNX Runtime sees them.

use std::path::Path;

use crate::{Request, Result, RuntimeError, TensorInfo};

/// What a graph takes and gives.
#[derive(Debug)]
pub(crate) struct Signature {
    pub(crate) inputs: Vec<TensorInfo>,
    /// Inputs that have a value in the file and may be left out.
    pub(crate) optional: Vec<TensorInfo>,
    pub(crate) outputs: Vec<TensorInfo>,
}

impl Signature {
    pub(crate) fn check(&self, file: &Path, request: &Request<'_>) -> Result<()> {
        for (at, (name, input)) in request.inputs.iter().enumerate() {
            if request.inputs[..at].iter().any(|(earlier, _)| earlier == name) {
                return Err(RuntimeError::Duplicate { file: file.into(), name: (*name).into() });
            }
            let all = || self.inputs.iter().chain(&self.optional);
            let info = all().find(|info| info.name == *name).ok_or_else(|| RuntimeError::UnknownInput {
                file: file.into(),
                name: (*name).into(),
                known: all().map(|info| info.name.clone()).collect(),
            })?;
            if info.dtype != input.dtype() {
                return Err(RuntimeError::InputType {
                    file: file.into(),
                    name: (*name).into(),
                    expected: info.dtype,
                    found: input.dtype(),
                });
            }
            let found = input.shape();
            let fits = info.shape.len() == found.len() && info.shape.iter().zip(&found).all(|(d, &n)| d.accepts(n));
            if !fits {
                return Err(RuntimeError::InputShape {
                    file: file.into(),
                    name: (*name).into(),
                    expected: info.shape.clone(),
                    found,
                });
            }
        }
        let given = |info: &&TensorInfo| request.inputs.iter().any(|(name, _)| *name == info.name);
        if let Some(missing) = self.inputs.iter().find(|info| !given(info)) {
            return Err(RuntimeError::MissingInput { file: file.into(), name: missing.name.clone() });
        }
        for (at, (name, _)) in request.outputs.iter().enumerate() {
            if request.outputs[..at].iter().any(|(earlier, _)| earlier == name) {
                return Err(RuntimeError::Duplicate { file: file.into(), name: (*name).into() });
            }
            if !self.outputs.iter().any(|info| info.name == *name) {
                return Err(RuntimeError::UnknownOutput {
                    file: file.into(),
                    name: (*name).into(),
                    known: self.outputs.iter().map(|info| info.name.clone()).collect(),
                });
            }
        }
        Ok(())
    }
}
