//! Runs one node for a test.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use dragfx_engine::Cancel;
use dragfx_runtime::SessionOptions;
use ndarray::{Array2, Array3};

use crate::document::FrameRange;
use crate::error::NodeError;
use crate::models::ModelStore;
use crate::operator::{Job, Operator, Params, Progress, Query, Reads};
use crate::param::ParamValue;
use crate::value::{Image, MaskImage, Transfer, Value};

struct Silent;

impl Progress for Silent {}

/// What `output` reads, with these parameters set and these inputs connected.
pub(crate) fn reads(
    node: &dyn Operator,
    output: &str,
    params: &[(&str, ParamValue)],
    connected: &[&str],
) -> Result<Reads, NodeError> {
    let params = complete(node, params);
    let (frames, folder) = (FrameRange::default(), Path::new(""));
    node.reads(output, &Query { params: &params, frame: 0.0, frames, folder, connected })
}

/// Computes `output` from nothing but what the node says that it reads: what it looks at beyond that fails the test.
pub(crate) fn evaluate(
    node: &dyn Operator,
    output: &str,
    params: &[(&str, ParamValue)],
    inputs: &[(&str, Vec<Value>)],
) -> Result<Value, NodeError> {
    let connected: Vec<_> = inputs.iter().map(|(id, _)| *id).collect();
    let reads = reads(node, output, params, &connected)?;
    let mut params = complete(node, params);
    params.0.retain(|id, _| reads.params.contains(id));
    let values = |id: &str| inputs.iter().find(|(input, _)| *input == id).map(|(_, values)| values.clone());
    let job = Job {
        params: &params,
        frame: 0.0,
        frames: FrameRange::default(),
        folder: Path::new(""),
        inputs: reads.inputs.into_iter().filter_map(|(id, at)| Some((id.clone(), at, values(&id)?))).collect(),
        own: Vec::new(),
        references: &BTreeMap::new(),
        models: &ModelStore::new(PathBuf::new(), Vec::new(), SessionOptions::default()),
        cancel: &Cancel::new(),
        progress: &Silent,
        begun: None,
    };
    node.evaluate(output, &job)
}

/// All parameters of a node: the given ones, which must suit their declaration, and the defaults.
fn complete(node: &dyn Operator, given: &[(&str, ParamValue)]) -> Params {
    let decl = node.decl();
    let mut params: BTreeMap<_, _> =
        decl.params.iter().map(|param| (param.id.to_string(), param.default_value())).collect();
    for (id, value) in given {
        let param = decl.find_param(id).unwrap_or_else(|| panic!("no parameter `{id}`"));
        value.check(param).unwrap_or_else(|error| panic!("`{id}`: {error}"));
        params.insert((*id).to_owned(), value.clone());
    }
    Params(params)
}

pub(crate) fn text(value: &str) -> ParamValue {
    ParamValue::Text(value.to_owned())
}

/// An sRGB picture of `width` by `height` pixels by channel: `value(y, x, channel)`.
pub(crate) fn image(height: usize, width: usize, value: impl Fn(usize, usize, usize) -> f32) -> Value {
    let pixels = Array3::from_shape_fn((height, width, 4), |(y, x, channel)| value(y, x, channel));
    Value::Image(Image::new(pixels, Transfer::Srgb).into())
}

pub(crate) fn mask(weights: Array2<f32>) -> Value {
    Value::Mask(MaskImage::new(weights).into())
}

/// The image that a node gave.
pub(crate) fn as_image(result: Result<Value, NodeError>) -> Image {
    match result {
        Ok(Value::Image(image)) => (*image).clone(),
        other => panic!("not an image: {other:?}"),
    }
}

/// The weights of the mask that a node gave.
pub(crate) fn as_weights(result: Result<Value, NodeError>) -> Array2<f32> {
    match result {
        Ok(Value::Mask(mask)) => mask.weights().to_owned(),
        other => panic!("not a mask: {other:?}"),
    }
}
