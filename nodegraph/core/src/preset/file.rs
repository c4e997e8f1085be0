//! The form of a preset's JSON.

use std::collections::BTreeMap;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value as Json};

use crate::document::{FrameRange, NodeId};
use crate::models::ModelRef;

/// A DragFX preset: a graph of nodes that make, drag and composite pictures of a generator.
#[derive(Clone, Debug, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct PresetFile {
    /// Version of the format.
    #[schemars(range(min = 1))]
    pub(super) dragfx: u32,
    /// The preset's name.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub(super) title: String,
    /// What it does and how it is used.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub(super) description: String,
    /// The timeline.
    #[serde(default, skip_serializing_if = "is_default")]
    pub(super) frames: FrameRange,
    /// The models by the names that nodes use.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub(super) models: BTreeMap<String, ModelRef>,
    /// The nodes.
    pub(super) nodes: Vec<NodeFile>,
    /// The wires; of several into one input, in their order.
    #[serde(default)]
    pub(super) wires: Vec<WireFile>,
    /// Parameters that stand for the whole graph.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub(super) published: Vec<PublishedFile>,
}

/// A node.
#[derive(Clone, Debug, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct NodeFile {
    /// Its number, which it keeps for ever.
    pub(super) id: NodeId,
    /// Its name, which no other node has: letters, digits, _ and -.
    pub(super) name: String,
    /// Its kind.
    #[serde(rename = "type")]
    pub(super) type_id: String,
    /// The version of its kind.
    pub(super) version: u32,
    /// Where it lies on the canvas: x to the right, y down.
    #[serde(default)]
    pub(super) position: [f64; 2],
    /// Whether it passes its input on instead of working.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub(super) bypass: bool,
    /// What people say of it.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub(super) note: String,
    /// The parameters that are set: each a value, or an object with keyframes.
    #[serde(default, skip_serializing_if = "Map::is_empty")]
    pub(super) params: Map<String, Json>,
}

/// A wire.
#[derive(Clone, Debug, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct WireFile {
    /// NAME.OUTPUT of the node that gives.
    pub(super) from: String,
    /// NAME.INPUT of the node that takes.
    pub(super) to: String,
}

/// A parameter that stands for the whole graph.
#[derive(Clone, Debug, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct PublishedFile {
    /// What it is called.
    pub(super) name: String,
    /// NAME.PARAMETER, or a part of a point: `points1.points.2.target`.
    pub(super) param: String,
    /// What people call it; the parameter's own label without it.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub(super) label: String,
    /// Least and most that is offered; the parameter's own range without it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(super) range: Option<[f64; 2]>,
    /// What it does; the parameter's own documentation without it.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub(super) doc: String,
}

fn is_default(frames: &FrameRange) -> bool {
    *frames == FrameRange::default()
}
