//! What a frame of the window costs the CPU with 300 nodes on the canvas: drawing all panels, and making triangles of it.
//! `cargo bench --package dragfx-editor --bench frame`

#![allow(missing_docs, reason = "criterion's macros make functions without any")]

use std::sync::Arc;
use std::time::Duration;

use criterion::{Criterion, criterion_group, criterion_main};
use dragfx_editor::{Editor, Setup};
use dragfx_graph::document::{Document, Edit, NodeId};
use dragfx_graph::eval::Evaluator;
use dragfx_graph::models::ModelStore;
use dragfx_graph::registry::Registry;
use dragfx_runtime::{Device, SessionOptions};
use eframe::egui::{Context, Event, Key, Modifiers, Pos2, RawInput, Rect, pos2, vec2};

const NODES: usize = 300;
const COLUMNS: usize = 25;
/// The window, and a place of the graph in it.
const SIZE: [f32; 2] = [1920.0, 1080.0];
const GRAPH: Pos2 = pos2(700.0, 900.0);
/// What is looked at, and the keys that bring it there. The graph alone shows the most that can be read at once.
const LOOKS: [(&str, &[Key]); 3] = [
    ("all 300 nodes in view", &[]),
    ("a graph that fills the window", &[Key::Z, Key::A, Key::Plus]),
    ("close to some of 300 nodes", &[Key::Plus; 9]),
];

/// A chain of nodes that folds into rows, each with a mask.
fn document() -> Document {
    let (registry, mut document) = (Registry::standard(), Document::default());
    let mut ids: Vec<NodeId> = Vec::new();
    for index in 0..NODES {
        let kind = ["transform", "blend", "mask"][index % 3];
        let mut node = document.new_node(registry.get(kind).expect("a standard node").clone());
        node.position = [(index % COLUMNS) as f64 * 200.0, (index / COLUMNS) as f64 * 240.0];
        ids.push(node.id);
        document.apply(Edit::Insert(Box::new(node))).expect("a new node fits");
    }
    for (index, &id) in ids.iter().enumerate().skip(2) {
        let wires = match index % 3 {
            0 => vec![(ids[index - 2], "image", "image")],
            1 => vec![(ids[index - 1], "image", "source"), (ids[index - 2], "mask", "mask")],
            _ => vec![(ids[index - 1], "image", "image")],
        };
        for (from, output, input) in wires {
            for edit in document.connection(from, output, id, input) {
                document.apply(edit).expect("the wire fits");
            }
        }
    }
    document
}

fn editor(document: Document) -> Editor {
    let models = ModelStore::new(std::env::temp_dir(), Vec::new(), SessionOptions::on(Device::Cpu));
    Editor::new(Setup {
        registry: Registry::standard(),
        effects: Box::new(Registry::standard),
        evaluator: Arc::new(Evaluator::new(Arc::new(models))),
        starter: document,
        file: None,
        state: None,
        safe_mode: false,
        services: Arc::new(()),
    })
}

fn frame(context: &Context, editor: &mut Editor, events: Vec<Event>) -> usize {
    let screen_rect = Some(Rect::from_min_size(Pos2::ZERO, vec2(SIZE[0], SIZE[1])));
    let input = RawInput { screen_rect, events, ..RawInput::default() };
    let output = context.run_ui(input, |ui| editor.ui(ui));
    context.tessellate(output.shapes, output.pixels_per_point).len()
}

fn press(key: Key) -> Vec<Event> {
    let event = |pressed| Event::Key { key, physical_key: None, pressed, repeat: false, modifiers: Modifiers::NONE };
    vec![event(true), event(false)]
}

fn bench(criterion: &mut Criterion) {
    let document = document();
    for (name, keys) in LOOKS {
        let (context, mut editor) = (Context::default(), editor(document.clone()));
        frame(&context, &mut editor, vec![Event::PointerMoved(GRAPH)]);
        while editor.is_busy() {
            std::thread::sleep(Duration::from_millis(5));
            frame(&context, &mut editor, Vec::new());
        }
        for &key in keys {
            frame(&context, &mut editor, press(key));
        }
        let mut step = 0.0;
        criterion.bench_function(name, |bencher| {
            bencher.iter(|| {
                // The pointer never rests: it is looked for what lies under it in each frame.
                step = (step + 1.0) % 50.0;
                frame(&context, &mut editor, vec![Event::PointerMoved(GRAPH + vec2(step, step))])
            });
        });
    }
}

criterion_group!(benches, bench);
criterion_main!(benches);
