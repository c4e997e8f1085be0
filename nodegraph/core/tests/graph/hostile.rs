//! Damaged presets: an error or a placeholder, never a panic.

use std::path::Path;

use dragfx_engine::seed::RandomState;
use dragfx_graph::eval::Target;
use dragfx_graph::preset::{from_text, to_text};
use dragfx_graph::registry::Registry;
use serde_json::{Value as Json, json};

use crate::support::evaluator;

/// How many presets are damaged.
const COUNT: u32 = 2000;

/// The examples, and a preset with everything.
pub(crate) fn presets() -> Vec<String> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../examples/presets");
    let entries = std::fs::read_dir(folder).expect("the examples are there").map(|entry| entry.expect("a file").path());
    let mut paths: Vec<_> = entries.filter(|path| path.extension().is_some_and(|name| name == "dragfx")).collect();
    paths.push(Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/golden/format-1.dragfx"));
    paths.sort();
    paths.iter().map(|path| std::fs::read_to_string(path).expect("a preset")).collect()
}

fn below(random: &mut RandomState, count: usize) -> usize {
    random.next_u32() as usize % count.max(1)
}

/// Changes some bytes: what is no text any more is mended as a text editor would.
fn damaged_bytes(text: &str, random: &mut RandomState) -> String {
    let mut bytes = text.as_bytes().to_vec();
    for _ in 0..=below(random, 4) {
        let at = below(random, bytes.len());
        match below(random, 4) {
            0 => bytes[at] = (random.next_u32() >> 8) as u8,
            1 => bytes.truncate(at),
            2 => {
                let end = (at + 1 + below(random, 30)).min(bytes.len());
                bytes.drain(at..end);
            }
            _ => {
                let piece = bytes[at..(at + 40).min(bytes.len())].to_vec();
                let to = below(random, bytes.len());
                bytes.splice(to..to, piece);
            }
        }
        if bytes.is_empty() {
            break;
        }
    }
    String::from_utf8_lossy(&bytes).into_owned()
}

/// Puts other things in the place of members.
fn damaged_structure(text: &str, random: &mut RandomState) -> String {
    let mut json: Json = serde_json::from_str(text).expect("an example is JSON");
    for _ in 0..=below(random, 3) {
        let count = members(&mut json, &mut |_| ());
        let (wanted, mut seen, with) = (below(random, count), 0, other(random));
        members(&mut json, &mut |member| {
            if seen == wanted {
                *member = with.clone();
            }
            seen += 1;
        });
    }
    json.to_string()
}

/// Lets members of one kind change places: numbers, texts and lists that are sound by themselves, in the wrong place.
fn exchanged(text: &str, random: &mut RandomState) -> String {
    let mut json: Json = serde_json::from_str(text).expect("an example is JSON");
    for _ in 0..=below(random, 3) {
        let mut all = Vec::new();
        members(&mut json, &mut |member| all.push(member.clone()));
        let chosen = below(random, all.len());
        let kind = std::mem::discriminant(&all[chosen]);
        let alike: Vec<&Json> = all.iter().filter(|member| std::mem::discriminant(*member) == kind).collect();
        let (with, mut seen) = (alike[below(random, alike.len())].clone(), 0);
        members(&mut json, &mut |member| {
            if seen == chosen {
                *member = with.clone();
            }
            seen += 1;
        });
    }
    json.to_string()
}

/// Calls `each` for everything inside; how much that is.
fn members(json: &mut Json, each: &mut dyn FnMut(&mut Json)) -> usize {
    let inner: Vec<&mut Json> = match json {
        Json::Array(items) => items.iter_mut().collect(),
        Json::Object(items) => items.values_mut().collect(),
        _ => Vec::new(),
    };
    inner.into_iter().fold(0, |count, member| {
        let below = members(member, each);
        each(member);
        count + below + 1
    })
}

fn other(random: &mut RandomState) -> Json {
    let others = [
        json!(null),
        json!(true),
        json!(0),
        json!(-1),
        json!(4_294_967_296_u64),
        json!(u64::MAX),
        json!(1e308),
        json!(0.5),
        json!(""),
        json!("seed.latent"),
        json!("drag.points"),
        json!("\u{202e}<script>\u{0}"),
        json!("x".repeat(5000)),
        json!([]),
        json!([1.0, 2.0]),
        json!({}),
        json!({"keys": [{"frame": 1.0, "value": 1}]}),
        json!({"keys": [{"frame": 1e308, "value": 1}, {"frame": -1e308, "value": 2}]}),
    ];
    others[below(random, others.len())].clone()
}

#[test]
fn damaged_presets_are_errors_or_placeholders() {
    let (registry, evaluator, presets) = (Registry::standard(), evaluator(), presets());
    let mut random = RandomState::new(4);
    let (mut read, mut refused) = (0, 0);
    for round in 0..COUNT {
        let text = &presets[below(&mut random, presets.len())];
        let damaged = match round % 3 {
            0 => damaged_bytes(text, &mut random),
            1 => damaged_structure(text, &mut random),
            _ => exchanged(text, &mut random),
        };
        let Ok(document) = from_text(&damaged, &registry) else {
            refused += 1;
            continue;
        };
        read += 1;
        let saved = to_text(&document);
        assert_eq!(to_text(&from_text(&saved, &registry).expect("what we save we read")), saved);
        let outputs = document.nodes().flat_map(|node| {
            let outputs = node.decl().into_iter().flat_map(|decl| &decl.outputs);
            outputs.map(|output| Target { node: node.id, output: output.id.to_string(), frame: 7.0 })
        });
        let targets: Vec<Target> = outputs.collect();
        let plan = evaluator.plan(&document, Path::new("/nowhere"), &targets);
        assert_eq!(plan.fingerprints().count(), targets.len());
        for picture in [dragfx_graph::diagram::svg(&document), dragfx_graph::diagram::mermaid(&document)] {
            assert!(!picture.contains("<script"), "what a preset says is text");
        }
    }
    assert!(read > COUNT / 20 && refused > COUNT / 20, "{read} were read, {refused} were refused");
}

#[test]
fn presets_without_end_are_refused() {
    let registry = Registry::standard();
    for text in
        ["[".repeat(1 << 20), format!("{{\"dragfx\": 1, \"nodes\": {}", "[".repeat(1 << 20)), "{\"a\":".repeat(1 << 18)]
    {
        assert!(from_text(&text, &registry).is_err());
    }
    let huge = " ".repeat(dragfx_graph::preset::MAX_BYTES + 1);
    assert!(from_text(&huge, &registry).expect_err("too large").to_string().contains("at most"));
}

/// A chain of frames that no memory holds is an error, and soon.
#[test]
fn chains_without_end_are_refused() {
    let registry = Registry::standard();
    let node = |id: u32, kind: &str, params: Json| json!({"id": id, "name": kind, "type": kind, "version": 1, "params": params});
    let endless = json!({"warm_start": true, "first_frame": -10_000_000});
    let long = json!({"first_frame": 1, "last_frame": 100_000});
    let preset = json!({
        "dragfx": 1,
        "models": {"toy": {"file": "toy.pkl", "blake3": "ab".repeat(32)}},
        "nodes": [
            node(1, "latent", json!({})),
            node(2, "points", json!({})),
            node(3, "drag", endless),
            node(4, "mix", json!({"weight": {"keys": [{"frame": 1, "value": 0}, {"frame": 100_000, "value": 1}]}})),
            node(5, "track", long),
        ],
        "wires": [
            {"from": "latent.latent", "to": "drag.latent"},
            {"from": "points.points", "to": "drag.points"},
            {"from": "latent.latent", "to": "mix.a"},
            {"from": "drag.latent", "to": "mix.b"},
            {"from": "mix.latent", "to": "track.latent"},
            {"from": "points.points", "to": "track.points"},
        ],
    });
    let document = from_text(&preset.to_string(), &registry).expect("a preset");
    for (node, output) in [("drag", "latent"), ("track", "tracks")] {
        let node = document.by_name(node).expect("a node").id;
        let target = Target { node, output: output.to_owned(), frame: 10_000_000.0 };
        let plan = evaluator().plan(&document, Path::new("/nowhere"), &[target]);
        let error = plan.fingerprints().next().expect("a target").expect_err("it has no end").to_string();
        assert!(error.contains("more than 200000 results are needed"), "{error}");
    }
}

/// Between keys a curve may swing beyond what a parameter allows; its value does not.
#[test]
fn values_between_keys_stay_in_their_range() {
    let swing = json!({"keys": [
        {"frame": 0, "value": 0, "interpolation": "bezier", "leave": [5, -800], "arrive": [5, -800]},
        {"frame": 10, "value": 10, "interpolation": "hold"},
    ]});
    let nodes = json!([
        {"id": 1, "name": "seed", "type": "latent", "version": 1, "params": {"seed": swing}},
        {"id": 2, "name": "crop", "type": "transform", "version": 1, "params": {"crop_left": swing}},
    ]);
    let document =
        from_text(&json!({"dragfx": 1, "nodes": nodes}).to_string(), &Registry::standard()).expect("a preset");
    let at = |name: &str| document.by_name(name).expect("a node").params_at(5.0);
    assert_eq!((at("seed").int("seed"), at("crop").float("crop_left")), (0, 0.0));
}

/// Files of released formats are read for ever. What this version writes of format 1 is what it read.
#[test]
fn presets_of_all_formats_are_read() {
    let golden = include_str!("../golden/format-1.dragfx");
    let registry = Registry::standard();
    let document = from_text(golden, &registry).expect("format 1");
    assert_eq!(to_text(&document), golden);
    let placeholders: Vec<_> = document.nodes().filter(|node| node.decl().is_none()).map(|node| &*node.name).collect();
    assert_eq!(placeholders, ["blur"], "all others are nodes of this program, in their first versions");
}
