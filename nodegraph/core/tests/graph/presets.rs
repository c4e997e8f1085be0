//! Presets as text: the same to the byte, placeholders, refusals, migrations, the clipboard.

use std::sync::Arc;

use dragfx_graph::declare::{Category, NodeDecl, ParamDecl};
use dragfx_graph::document::{Document, History, NodeKind};
use dragfx_graph::error::NodeError;
use dragfx_graph::operator::{Job, Operator};
use dragfx_graph::preset::{self, copy, from_text, paste, to_text};
use dragfx_graph::registry::Registry;
use dragfx_graph::value::{PortType, Value};
use proptest::collection::vec;
use proptest::prelude::*;
use serde_json::{Map, Value as Json, json};

use crate::support::{Act, add, evaluator, made, registry, target, value, wire};

proptest! {
    #![proptest_config(ProptestConfig { cases: 200, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn saved_loaded_and_saved_again_is_the_same(acts in vec(any::<Act>(), 1..120)) {
        let (registry, _) = registry();
        let (document, _) = made(&registry, &acts);
        let text = to_text(&document);
        prop_assert_eq!(to_text(&from_text(&text, &registry).expect("our own preset")), text);
    }

    #[test]
    fn a_copy_pasted_into_nothing_is_the_same(acts in vec(any::<Act>(), 1..120)) {
        let (registry, _) = registry();
        let (document, _) = made(&registry, &acts);
        let all: Vec<_> = document.nodes().map(|node| node.id).collect();
        let mut other = Document::default();
        let pasted = paste(&mut other, &registry, &copy(&document, &all), [0.0; 2]).expect("our own text");
        History::new().perform(&mut other, "Paste", pasted.edits).expect("it fits");
        let names = |document: &Document| document.nodes().map(|node| node.name.clone()).collect::<Vec<_>>();
        prop_assert_eq!(names(&other), names(&document));
        prop_assert_eq!(other.all_wires().count(), document.all_wires().count());
    }
}

/// A preset with a node of each kind that this program might not have.
fn with_strangers() -> String {
    to_text(
        &from_text(
            &json!({
                "dragfx": 1,
                "nodes": [
                    {"id": 4, "name": "one", "type": "constant", "version": 1, "params": {"value": 0.1}},
                    {"id": 7, "name": "new", "type": "constant", "version": 9, "params": {"value": {"x": [1, 2.50, null]}}},
                    {"id": 2, "name": "other", "type": "ofx:com.example.Blur", "version": 3, "bypass": true,
                     "params": {"z": 1e-300, "a": [true, {"deep": []}]}},
                    {"id": 9, "name": "sum", "type": "sum", "version": 1}
                ],
                "wires": [
                    {"from": "one.out", "to": "other.Source"},
                    {"from": "other.Output", "to": "sum.a"},
                    {"from": "one.out", "to": "sum.a"}
                ],
                "published": [{"name": "size", "param": "other.size"}]
            })
            .to_string(),
            &registry().0,
        )
        .expect("a preset"),
    )
}

#[test]
fn what_this_program_has_not_is_kept_and_named() {
    let (registry, _) = registry();
    let text = with_strangers();
    let mut document = from_text(&text, &registry).expect("a preset");
    assert!(text.contains(r#""params": { "z": 1e-300, "a": [true, { "deep": [] }] }"#), "{text}");
    assert_eq!(to_text(&document), text);
    let reasons = document.nodes().filter_map(|node| match &node.kind {
        NodeKind::Placeholder(placeholder) => Some(format!("{}: {}", node.name, placeholder.reason)),
        NodeKind::Known(_) => None,
    });
    let expected = [
        "other: this program has no node `ofx:com.example.Blur`",
        "new: it has version 9, and this program knows versions 1 to 1",
    ];
    assert_eq!(reasons.collect::<Vec<_>>(), expected);
    let sum = document.by_name("sum").expect("a node").id;
    let error = value(&evaluator(), &document, &target(sum, "out", 1.0)).expect_err("it needs a placeholder");
    assert!(error.to_string().starts_with("other.Output at frame 1: it is a placeholder: "), "{error}");
    let (one, other) = (document.by_name("one").expect("a node").id, document.by_name("other").expect("a node").id);
    assert_eq!(value(&evaluator(), &document, &target(one, "out", 1.0)).expect("a number"), 0.1);
    // Taken out and put back, it is the same, wires and all.
    let mut history = History::new();
    let removal = document.removal(&[other]);
    history.perform(&mut document, "Delete", removal).expect("it goes");
    history.undo(&mut document);
    assert_eq!(to_text(&document), text);
}

#[test]
fn what_is_wrong_is_said_with_its_place() {
    let (registry, _) = registry();
    let node = |name: &str, kind: &str| json!({"id": name.len(), "name": name, "type": kind, "version": 1});
    let with = |nodes: Json, wires: Json| json!({"dragfx": 1, "nodes": nodes, "wires": wires}).to_string();
    let param = |params: Json| {
        with(json!([{"id": 1, "name": "c", "type": "constant", "version": 1, "params": params}]), json!([]))
    };
    let pair = json!([node("a", "sum"), node("bb", "sum")]);
    let cases = [
        (String::new(), "it is no preset: it is not JSON: EOF"),
        ("{\"nodes\": []}".to_owned(), "no whole number `dragfx`"),
        ("{\"dragfx\": 99, \"nodes\": []}".to_owned(), "it has format 99; this program reads formats 1 to 1"),
        ("{\"dragfx\": 1, \"nodes\": [], \"colour\": 1}".to_owned(), "unknown field `colour`"),
        (with(json!([node("a", "sum"), node("a", "sum")]), json!([])), "node `a`: there is a node 1 already"),
        (with(json!([node("a b", "sum")]), json!([])), "node `a b`: `a b` is no name"),
        (with(pair.clone(), json!([{"from": "a.out", "to": "c.a"}])), "`c.a`: it must be NAME.PORT"),
        (
            with(pair.clone(), json!([{"from": "a.out", "to": "bb.a"}, {"from": "bb.out", "to": "a.a"}])),
            "the wire from bb.out to a.a: bb depends on a: the wire would close a circle",
        ),
        (with(pair, json!([{"from": "a.out", "to": "bb.x"}])), "`bb` has no input `x`; it has a"),
        (param(json!({"values": 1})), "c.values: `constant` has no such parameter; it has value, model"),
        (param(json!({"value": "big"})), "c.value: `\"big\"` is no number"),
        (param(json!({"value": 1e9})), "c.value: it is 1000000000; it must lie between -1000000 and 1000000"),
        (param(json!({"value": {"keys": []}})), "c.value: there is no keyframe"),
        (param(json!({"model": {"keys": [{"frame": 1, "value": ""}]}})), "c.model: it cannot be animated"),
        (
            param(json!({"value": {"keys": [{"frame": 1, "value": 1, "interpolation": "wobbly"}]}})),
            "c.value: a keyframe at 1: unknown variant `wobbly`",
        ),
    ];
    for (text, message) in cases {
        let error = from_text(&text, &registry).expect_err(message).to_string();
        assert!(error.contains(message), "{error:?} where {message:?} was expected");
    }
    assert!(from_text("\u{feff}{\"$schema\": \"x\", \"dragfx\": 1, \"nodes\": []}", &registry).is_ok());
}

/// `constant` in its third version: the value was called `number` in the first, and was a percentage in the second.
struct Third(NodeDecl);

impl Operator for Third {
    fn decl(&self) -> &NodeDecl {
        &self.0
    }

    fn evaluate(&self, _: &str, _: &Job<'_>) -> Result<Value, NodeError> {
        Err(NodeError::Unavailable("it is never computed"))
    }

    fn migrate(&self, from: u32, params: &mut Map<String, Json>) -> Result<(), String> {
        match from {
            1 => {
                if let Some(number) = params.remove("number") {
                    params.insert("value".to_owned(), number);
                }
            }
            _ => {
                if let Some(value) = params.get_mut("value") {
                    *value = json!(value.as_f64().ok_or("the value is no number")? / 100.0);
                }
            }
        }
        Ok(())
    }
}

#[test]
fn older_nodes_are_brought_up_to_date() {
    let decl = NodeDecl::new("constant", 3, "Constant", Category::Picture, "A number.")
        .output("out", PortType::Image, "The number.")
        .param(ParamDecl::float("value", "Value", 0.0, -10.0..=10.0, "The number."));
    let registry = Registry::default().with(Arc::new(Third(decl)));
    let load = |version: u32, params: Json| {
        let nodes = json!([{"id": 1, "name": "c", "type": "constant", "version": version, "params": params}]);
        from_text(&json!({"dragfx": 1, "nodes": nodes}).to_string(), &registry).expect("a preset")
    };
    for (version, params) in [(1, json!({"number": 250})), (2, json!({"value": 250})), (3, json!({"value": 2.5}))] {
        let document = load(version, params);
        assert_eq!(document.by_name("c").expect("a node").params_at(1.0).float("value"), 2.5, "version {version}");
        assert!(to_text(&document).contains("\"version\": 3"));
    }
    let stuck = load(2, json!({"value": "much"}));
    assert!(to_text(&stuck).contains("\"version\": 2"), "what cannot be changed stays as it was");
}

#[test]
fn pasting_gives_new_names_and_keeps_models_apart() {
    let (registry, _) = registry();
    let model = |hash: &str| json!({"file": "m.pkl", "blake3": hash.repeat(64)});
    let preset = |hash: &str| {
        let nodes = json!([
            {"id": 1, "name": "constant1", "type": "constant", "version": 1, "params": {"model": "m"}},
            {"id": 2, "name": "sum1", "type": "sum", "version": 1}
        ]);
        let wires = json!([{"from": "constant1.out", "to": "sum1.a"}]);
        json!({"dragfx": 1, "models": {"m": model(hash)}, "nodes": nodes, "wires": wires}).to_string()
    };
    let mut document = from_text(&preset("a"), &registry).expect("a preset");
    let mut history = History::new();
    for (hash, expected) in [("a", "m"), ("b", "m-2"), ("b", "m-2")] {
        let pasted = paste(&mut document, &registry, &preset(hash), [10.0, 20.0]).expect("a text");
        let constant = pasted.nodes[0];
        history.perform(&mut document, "Paste", pasted.edits).expect("it fits");
        let node = document.node(constant).expect("it was added");
        assert_eq!(node.params_at(1.0).text("model"), expected);
        assert_eq!(node.position, [10.0, 20.0]);
    }
    let names: Vec<_> = document.nodes().map(|node| node.name.clone()).collect();
    assert_eq!(names, ["constant1", "sum1", "constant2", "sum2", "constant3", "sum3", "constant4", "sum4"]);
    assert_eq!(document.all_wires().count(), 4);
    assert_eq!(document.models().len(), 2);
    while history.undo(&mut document).is_some() {}
    assert_eq!(to_text(&document), to_text(&from_text(&preset("a"), &registry).expect("a preset")));
}

#[test]
fn addresses_lead_to_parameters() {
    let (registry, _) = registry();
    let mut document = from_text(&with_strangers(), &registry).expect("a preset");
    let constant = add(&mut document, &registry, "constant");
    let sum = document.by_name("sum").expect("a node").id;
    wire(&mut document, constant, sum, "a");
    let edit = document.setting("constant1.value", "2.5").expect("a number");
    document.apply(edit).expect("it suits");
    assert_eq!(document.node(constant).expect("a node").params_at(1.0).float("value"), 2.5);
    for (address, text, message) in [
        ("constant1.value", "two", "constant1.value: `two` is no number"),
        ("constant1.values", "2", "`constant1` has no parameter `values`; it has value, model"),
        ("nobody.value", "2", "there is no node `nobody`; there are other, one, new, sum, constant1"),
        ("size", "2", "`other` is a placeholder; it cannot be changed"),
        ("colour", "2", "`colour` is neither NODE.PARAMETER nor a published parameter; there are size"),
    ] {
        assert_eq!(document.setting(address, text).expect_err(message).to_string(), message);
    }
    assert_eq!(document.node(constant).expect("a node").params_at(1.0).float("value"), 2.5);
}

#[test]
fn files_are_read_from_disk_and_written_whole() {
    let (registry, _) = registry();
    let folder = tempfile::tempdir().expect("a folder");
    let path = folder.path().join("sub/x.dragfx");
    let document = from_text(&with_strangers(), &registry).expect("a preset");
    preset::save(&path, &document).expect("the folder is made");
    assert_eq!(std::fs::read_to_string(&path).expect("a file"), with_strangers());
    assert_eq!(to_text(&preset::load(&path, &registry).expect("our own file")), with_strangers());
    let missing = preset::load(&folder.path().join("none.dragfx"), &registry).expect_err("it is not there");
    assert!(missing.to_string().contains("none.dragfx"), "{missing}");
    std::fs::write(&path, [0xff, 0xfe, 0x00]).expect("a file");
    let garbage = preset::load(&path, &registry).expect_err("it is no text").to_string();
    assert!(garbage.contains("neither a preset nor a picture"), "{garbage}");
}
