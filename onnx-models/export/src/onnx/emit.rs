//! From the IR to the bytes of an ONNX model.

use std::collections::{BTreeMap, HashMap};

use super::proto::Message;
use crate::ir::{Data, Dim, Graph, GraphError, Shape, Source, Value};

/// Version of the operator set. 18, not newer: runtimes register kernels as "18 and later" only for the start version.
pub const OPSET: i64 = 18;
/// Version of the ONNX file format; the one of opset 18.
pub const IR_VERSION: i64 = 8;

/// Where a weight lies in the external file.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Placement {
    /// First byte.
    pub offset: u64,
    /// Bytes.
    pub length: u64,
}

/// The external file of a pack and what lies where in it.
#[derive(Clone, Debug, Default)]
pub struct Placements {
    /// The file's name, beside the graphs.
    pub file: String,
    /// Places by [`Placements::key`].
    pub places: HashMap<String, Placement>,
}

impl Placements {
    /// What identifies the stored form of a weight; `None` for small constants, which stand in the graph.
    #[must_use]
    pub fn key(data: &Data) -> Option<String> {
        match data {
            Data::Tensor { name, scale, layout } => Some(format!("{name}*{scale:e}:{layout:?}")),
            Data::Constant(numbers) if numbers.len() > INLINE_NUMBERS => {
                let mut hasher = blake3::Hasher::new();
                numbers.iter().for_each(|n| {
                    hasher.update(&n.to_le_bytes());
                });
                Some(hasher.finalize().to_hex().to_string())
            }
            Data::Constant(_) => None,
        }
    }
}

/// Facts stamped into a model's `metadata_props`.
pub type Metadata = BTreeMap<String, String>;

/// Constants up to this length stand in the graph; the longer ones would make every graph large, and go to the file.
const INLINE_NUMBERS: usize = 64;

const FLOAT: i64 = 1;
const INT64: i64 = 7;

/// The bytes of an ONNX model of `graph`.
///
/// # Errors
/// [`GraphError::NoPlace`] if a tensor of the checkpoint has no place in `placements`.
pub fn encode(graph: &Graph, placements: &Placements, metadata: &Metadata) -> Result<Vec<u8>, GraphError> {
    let mut emitter = Emitter::default();
    for node in graph.nodes() {
        let inputs: Vec<&str> = node.inputs.iter().map(|&id| graph.value(id).name.as_str()).collect();
        node.op.emit(&mut emitter, &inputs, &graph.value(node.output).name);
    }
    let weights = graph.used_values().filter_map(|value| match &value.source {
        Source::Weight(data) | Source::Input { default: Some(data) } => Some(weight(value, data, placements)),
        _ => None,
    });
    let weights = weights.collect::<Result<Vec<_>, _>>()?;
    let inner = graph.used_values().filter(|v| matches!(v.source, Source::Node(_)));
    let outputs: Vec<&Value> = graph.outputs().iter().map(|&id| graph.value(id)).collect();
    let inner = inner.filter(|v| outputs.iter().all(|o| o.name != v.name));
    let graph_proto = Message::default()
        .messages(1, emitter.nodes)
        .bytes(2, &graph.name)
        .messages(5, weights.into_iter().chain(emitter.initializers.into_values()))
        .messages(11, graph.inputs().iter().map(|&id| value_info(graph.value(id))))
        .messages(12, outputs.iter().map(|value| value_info(value)))
        .messages(13, inner.map(value_info));
    let model = Message::default()
        .int(1, IR_VERSION)
        .bytes(2, "DragFX")
        .bytes(3, env!("CARGO_PKG_VERSION"))
        .message(7, &graph_proto)
        .message(8, &Message::default().bytes(1, "").int(2, OPSET))
        .messages(14, metadata.iter().map(|(key, value)| pair(key, value)));
    Ok(model.into_bytes())
}

/// Collects the ONNX nodes of a graph, and the small constants that ONNX wants as inputs.
#[derive(Debug, Default)]
pub(crate) struct Emitter {
    nodes: Vec<Message>,
    initializers: BTreeMap<String, Message>,
}

/// An attribute of an ONNX node.
#[derive(Clone, Debug)]
pub(crate) enum Attribute {
    /// A 32-bit float.
    Float(f32),
    /// A 64-bit integer.
    Int(i64),
    /// A list of 64-bit integers.
    Ints(Vec<i64>),
}

impl Emitter {
    /// Adds a node; it takes its name from its output.
    pub(crate) fn node(&mut self, op: &str, inputs: &[&str], output: &str, attributes: &[(&str, Attribute)]) {
        let node = inputs.iter().fold(Message::default(), |node, input| node.bytes(1, input));
        let node = node.bytes(2, output).bytes(3, output).bytes(4, op);
        self.nodes.push(node.messages(5, attributes.iter().map(|(name, value)| value.encoded(name))));
    }

    /// The name of a float constant of shape \[\].
    pub(crate) fn scalar(&mut self, value: f32) -> String {
        let name = format!("literal.{value:e}");
        let tensor = Message::default().int(2, FLOAT).bytes(8, &name).bytes(9, value.to_le_bytes());
        self.initializers.insert(name.clone(), tensor);
        name
    }

    /// The name of a constant list of integers that belongs to the node making `output`.
    pub(crate) fn integers(&mut self, output: &str, role: &str, values: &[i64]) -> String {
        let name = format!("{output}.{role}");
        let bytes: Vec<u8> = values.iter().flat_map(|v| v.to_le_bytes()).collect();
        let tensor = Message::default().int(1, values.len() as i64).int(2, INT64).bytes(8, &name).bytes(9, bytes);
        self.initializers.insert(name.clone(), tensor);
        name
    }
}

impl Attribute {
    fn encoded(&self, name: &str) -> Message {
        let attribute = Message::default().bytes(1, name);
        match self {
            Self::Float(value) => attribute.float(2, *value).int(20, 1),
            Self::Int(value) => attribute.int(3, *value).int(20, 2),
            Self::Ints(values) => values.iter().fold(attribute, |a, &v| a.int(8, v)).int(20, 7),
        }
    }
}

fn weight(value: &Value, data: &Data, placements: &Placements) -> Result<Message, GraphError> {
    let sizes = value.shape.iter().filter_map(|d| d.known());
    let tensor = sizes.fold(Message::default(), |t, size| t.int(1, size as i64)).int(2, FLOAT).bytes(8, &value.name);
    let place = Placements::key(data).and_then(|key| placements.places.get(&key));
    Ok(match (data, place) {
        (_, Some(place)) => {
            let entries = [
                ("location", placements.file.clone()),
                ("offset", place.offset.to_string()),
                ("length", place.length.to_string()),
            ];
            tensor.messages(13, entries.map(|(key, value)| pair(key, &value))).int(14, 1)
        }
        (Data::Constant(numbers), None) => {
            tensor.bytes(9, numbers.iter().flat_map(|n| n.to_le_bytes()).collect::<Vec<u8>>())
        }
        (Data::Tensor { name, .. }, None) => {
            return Err(GraphError::NoPlace { tensor: name.clone(), file: placements.file.clone() });
        }
    })
}

fn value_info(value: &Value) -> Message {
    let tensor = Message::default().int(1, FLOAT).message(2, &shape(&value.shape));
    Message::default().bytes(1, &value.name).message(2, &Message::default().message(1, &tensor))
}

fn shape(shape: &Shape) -> Message {
    let dim = |dim: &Dim| match dim.known() {
        Some(size) => Message::default().int(1, size as i64),
        None => Message::default().bytes(2, dim.to_string()),
    };
    Message::default().messages(1, shape.iter().map(dim))
}

fn pair(key: &str, value: &str) -> Message {
    Message::default().bytes(1, key).bytes(2, value)
}
