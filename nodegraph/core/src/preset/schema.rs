//! The JSON Schema of presets: the form of the file, and the parameters of each kind of node.

use schemars::generate::SchemaSettings;
use serde_json::{Map, Value as Json, json};

use super::file::PresetFile;
use crate::declare::{Kind, NodeDecl, ParamDecl};
use crate::registry::Registry;
use crate::shape::Shape;

/// The JSON Schema (2020-12) of presets with the nodes of `registry`, for text editors and other programs.
#[must_use]
pub fn schema(registry: &Registry) -> Json {
    let mut generator = SchemaSettings::draft2020_12().into_generator();
    // Referred to by parameters only, which schemars does not see.
    let shape = generator.subschema_for::<Shape>();
    let interpolation = generator.subschema_for::<crate::curve::Interpolation>();
    let mut schema = generator.into_root_schema_for::<PresetFile>().to_value();
    let kinds: Vec<Json> = registry.iter().map(|operator| node(operator.decl())).collect();
    schema["properties"]["$schema"] =
        json!({"type": "string", "description": "Where this schema is, for text editors."});
    schema["$defs"]["Points"] = points();
    schema["$defs"]["Shape"]["unevaluatedProperties"] = json!(false);
    schema["$defs"]["Shapes"] = json!({"type": "array", "items": shape});
    schema["$defs"]["Interpolation"]["description"] = interpolation_doc();
    // A way of interpolation stands in the keyframe itself, beside frame and value.
    if let Some(ways) = schema["$defs"]["Interpolation"]["oneOf"].as_array_mut() {
        ways.iter_mut().filter_map(Json::as_object_mut).for_each(|way| drop(way.shift_remove("additionalProperties")));
    }
    debug_assert!(interpolation.as_value().get("$ref").is_some(), "interpolations are among the definitions");
    // Kinds that are not among these are placeholders: nothing is said of their parameters.
    schema["$defs"]["NodeFile"]["allOf"] = kinds.into();
    schema
}

fn interpolation_doc() -> Json {
    json!("How the value goes on to the next key. Without it linear for what has numbers, else hold.")
}

/// What the parameters of a node of this kind are.
fn node(decl: &NodeDecl) -> Json {
    let params: Map<String, Json> = decl.params.iter().map(|p| (p.id.to_string(), param(p))).collect();
    json!({
        "if": {
            "properties": { "type": { "const": decl.id }, "version": { "const": decl.version } },
            "required": ["type", "version"],
        },
        "then": {
            "properties": {
                "params": { "type": "object", "properties": params, "additionalProperties": false },
                "type": { "description": decl.doc },
            },
        },
    })
}

fn param(decl: &ParamDecl) -> Json {
    let value = value(&decl.kind);
    let mut schema = if decl.animates {
        let key = json!({
            "type": "object",
            "properties": { "frame": { "type": "number" }, "value": value },
            "required": ["frame", "value"],
            "anyOf": [
                { "not": { "required": ["interpolation"] } },
                { "$ref": "#/$defs/Interpolation" },
            ],
            "unevaluatedProperties": false,
        });
        let keys = json!({
            "type": "object",
            "properties": { "keys": { "type": "array", "items": key, "minItems": 1 } },
            "required": ["keys"],
            "additionalProperties": false,
        });
        json!({ "anyOf": [value, keys] })
    } else {
        value
    };
    let unit = if decl.unit.is_empty() { String::new() } else { format!(" [{}]", decl.unit) };
    schema["title"] = format!("{}{unit}", decl.label).into();
    schema["description"] = decl.doc.clone().into();
    schema["default"] = serde_json::to_value(decl.default_value()).expect("defaults are finite");
    schema
}

fn value(kind: &Kind) -> Json {
    match kind {
        Kind::Float { min, max, .. } => json!({ "type": "number", "minimum": min, "maximum": max }),
        Kind::Int { min, max, .. } => json!({ "type": "integer", "minimum": min, "maximum": max }),
        Kind::Bool { .. } => json!({ "type": "boolean" }),
        Kind::Choice { options, .. } => {
            let options = options.iter().map(|option| json!({ "const": option.id, "description": option.doc }));
            json!({ "oneOf": options.collect::<Vec<_>>() })
        }
        Kind::Text { .. } | Kind::File { .. } | Kind::Model => json!({ "type": "string" }),
        Kind::Points => json!({ "$ref": "#/$defs/Points" }),
        Kind::Shapes => json!({ "$ref": "#/$defs/Shapes" }),
    }
}

fn points() -> Json {
    let point = json!({
        "type": "object",
        "properties": { "x": { "type": "number" }, "y": { "type": "number" } },
        "required": ["x", "y"],
        "additionalProperties": false,
    });
    json!({
        "type": "array",
        "description": "Pairs of handle and target, image pixels: x to the right, y down, centres at integers.",
        "items": {
            "type": "object",
            "properties": {
                "handle": point,
                "target": point,
                "enabled": { "type": "boolean", "default": true },
                "name": { "type": "string" },
            },
            "required": ["handle", "target"],
            "additionalProperties": false,
        },
    })
}
