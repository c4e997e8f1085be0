//! The JSON Schema takes what the program takes, and refuses what it refuses.

use dragfx_graph::preset::{from_text, schema};
use dragfx_graph::registry::Registry;
use serde_json::{Value as Json, json};

use crate::hostile::presets;

#[test]
fn the_schema_and_the_program_agree() {
    let registry = Registry::standard();
    let schema = jsonschema::validator_for(&schema(&registry)).expect("a schema");
    let errors = |json: &Json| schema.iter_errors(json).map(|error| error.to_string()).collect::<Vec<_>>();
    let mut everything = None;
    for text in presets() {
        let json: Json = serde_json::from_str(&text).expect("JSON");
        assert_eq!(errors(&json), [""; 0], "{text}");
        if json["title"] == "Everything" {
            everything = Some(json);
        }
    }
    let everything = everything.expect("the preset with everything is there");
    let with = |pointer: &str, value: Json| {
        let mut json = everything.clone();
        *json.pointer_mut(pointer).unwrap_or_else(|| panic!("{pointer} is there")) = value;
        json
    };
    let wrong = [
        with("/dragfx", json!("1")),
        with("/frames/rate", json!("fast")),
        with("/nodes/0/id", json!(-1)),
        with("/nodes/0/params/psi", json!("much")),
        with("/nodes/0/params/psi", json!(11.0)),
        with("/nodes/0/params/class", json!(1.5)),
        with("/nodes/0/params/space", json!("z")),
        with("/nodes/0/params/class", json!({"keys": [{"frame": 1.0, "value": 1}]})),
        with("/nodes/0/params/seed/keys", json!([])),
        with("/nodes/0/params/seed/keys/0/interpolation", json!("wobbly")),
        with("/nodes/0/params", json!({"colour": 1})),
        with("/nodes/5/params/warm_start", json!(1)),
        with("/nodes/6/params/shapes/0/shape", json!("star")),
        with(
            "/nodes/6/params/shapes/0",
            json!({"shape": "ellipse", "center": [1, 2], "radii": [3, 4], "oper": "subtract"}),
        ),
        with("/nodes/0/params/seed", json!({"keys": [{"frame": 1.0, "value": 1}], "key": 2})),
        with(
            "/nodes/0/params/seed/keys/0",
            json!({"frame": 1.0, "value": 1, "interpolation": "hold", "leave": [1, 2]}),
        ),
        with("/nodes/4/params/points/keys/0/value/0/handle", json!({"x": 1, "y": 2, "z": 3})),
        with(
            "/nodes/4/params/points/keys/0/value/0",
            json!({"handle": {"x": 1, "y": 2}, "target": {"x": 1, "y": 2}, "enable": false}),
        ),
        with("/models/toy/blake3", json!("AB".repeat(32))),
        with("/wires/0", json!({"from": "a.b"})),
        with("/models/toy", json!({"blake3": "ab"})),
        with("/published/0", json!({"name": "seed"})),
    ];
    for json in wrong {
        assert!(!errors(&json).is_empty(), "the schema takes what is wrong: {json}");
        assert!(from_text(&json.to_string(), &registry).is_err(), "the program takes what is wrong: {json}");
    }
    // Of nodes that nobody knows nothing is said.
    let stranger = with("/nodes/13/params", json!({"anything": {"at": ["all"]}}));
    assert_eq!(errors(&stranger), [""; 0]);
    assert!(from_text(&stranger.to_string(), &registry).is_ok());
}
