//! What a graph of a thousand nodes costs before anything is computed: reading and checking its preset, writing it, and
//! planning all of it. `cargo bench --package dragfx-graph --bench graph`

#![allow(missing_docs, reason = "criterion's macros make functions without any")]

use std::hint::black_box;
use std::path::Path;
use std::sync::Arc;

use criterion::{Criterion, criterion_group, criterion_main};
use dragfx_graph::document::{Document, Edit};
use dragfx_graph::eval::{Evaluator, Target};
use dragfx_graph::models::{ModelRef, ModelStore};
use dragfx_graph::preset::{from_text, to_text};
use dragfx_graph::registry::Registry;
use dragfx_runtime::{Device, SessionOptions};

/// A chain of mixtures of seeds, each of a hundred with a picture: latents, mixtures, drags, blends, with settings.
fn thousand(registry: &Registry) -> Document {
    let mut document = Document::default();
    let model = ModelRef { file: "toy.pkl".to_owned(), blake3: Some("ab".repeat(32)), path: None };
    document.apply(Edit::SetModel { name: "toy".to_owned(), model: Some(model) }).expect("a model");
    let mut last = None;
    let mut picture = None;
    for _ in 0..100 {
        let kinds = ["latent", "latent", "mix", "mix", "points", "drag", "generate", "mask", "blend", "transform"];
        let ids = kinds.map(|kind| {
            let node = document.new_node(Arc::clone(registry.get(kind).expect("a kind of node")));
            let id = node.id;
            document.apply(Edit::Insert(Box::new(node))).expect("it fits");
            id
        });
        let [a, b, mix, on, points, drag, generate, mask, blend, transform] = ids;
        let mut wires = vec![
            (a, "latent", mix, "a"),
            (b, "latent", mix, "b"),
            (mix, "latent", on, "b"),
            (last.unwrap_or(a), "latent", on, "a"),
            (on, "latent", drag, "latent"),
            (points, "points", drag, "points"),
            (on, "latent", generate, "latent"),
            (generate, "image", mask, "image"),
            (mask, "mask", blend, "mask"),
            (generate, "image", blend, "source"),
            (blend, "image", transform, "image"),
        ];
        wires.push((picture.unwrap_or(generate), "image", blend, "result"));
        for (from, output, to, input) in wires {
            for edit in document.connection(from, output, to, input) {
                document.apply(edit).expect("it fits");
            }
        }
        let name = document.node(a).expect("a node").name.clone();
        let seed = document.setting(&format!("{name}.seed"), &a.0.to_string()).expect("a seed");
        document.apply(seed).expect("it suits");
        (last, picture) = (Some(on), Some(transform));
    }
    assert_eq!(document.len(), 1000);
    document
}

fn graph(criterion: &mut Criterion) {
    let registry = Registry::standard();
    let document = thousand(&registry);
    let text = to_text(&document);
    let nowhere = std::env::temp_dir().join("dragfx-no-models");
    let store = ModelStore::new(nowhere, Vec::new(), SessionOptions::on(Device::Cpu));
    let evaluator = Evaluator::new(Arc::new(store));
    let targets: Vec<Target> = document
        .nodes()
        .filter_map(|node| {
            let output = node.decl()?.outputs.first()?.id.to_string();
            Some(Target { node: node.id, output, frame: 1.0 })
        })
        .collect();
    assert_eq!(evaluator.plan(&document, Path::new("."), &targets).fingerprints().filter(Result::is_err).count(), 0);

    let mut group = criterion.benchmark_group("1000 nodes");
    group.bench_function("load and validate", |bench| {
        bench.iter(|| from_text(black_box(&text), &registry).expect("our own preset"));
    });
    group.bench_function("save", |bench| bench.iter(|| to_text(black_box(&document))));
    group.bench_function("plan", |bench| {
        bench.iter(|| evaluator.plan(black_box(&document), Path::new("."), &targets));
    });
    group.bench_function("load, validate and plan", |bench| {
        bench.iter(|| {
            let document = from_text(black_box(&text), &registry).expect("our own preset");
            evaluator.plan(&document, Path::new("."), &targets)
        });
    });
    group.finish();
}

criterion_group!(benches, graph);
criterion_main!(benches);
