//! An editor for the tests of its panels: without a screen, without models.

use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::{Duration, Instant};

use dragfx_graph::document::{Document, Edit, NodeId};
use dragfx_graph::eval::Evaluator;
use dragfx_graph::models::{ModelRef, ModelStore, Supplied};
use dragfx_graph::registry::Registry;
use dragfx_runtime::{Device, SessionOptions};
use egui_kittest::{Harness, LazyRenderer, TestRenderer};

use crate::editor::Editor;
use crate::setup::Setup;

/// An editor in a harness.
pub(crate) type Window = Harness<'static, Editor>;

/// A document with a node of each of these kinds.
pub(crate) fn document(kinds: &[&str]) -> (Document, Vec<NodeId>) {
    let (registry, mut document, mut ids) = (Registry::standard(), Document::default(), Vec::new());
    for (index, kind) in kinds.iter().enumerate() {
        let mut node = document.new_node(registry.get(kind).expect("a standard node").clone());
        node.position = [220.0 * index as f64, 0.0];
        ids.push(node.id);
        document.apply(Edit::Insert(Box::new(node))).expect("a new node goes in");
    }
    (document, ids)
}

/// A window of 1360 by 860 points that shows a document.
pub(crate) fn window(document: Document) -> Window {
    window_with(document, 1.0, LazyRenderer::default())
}

/// The same, drawn by a renderer.
pub(crate) fn window_with(document: Document, pixels_per_point: f32, renderer: impl TestRenderer + 'static) -> Window {
    let models = ModelStore::new(std::env::temp_dir(), Vec::new(), SessionOptions::on(Device::Cpu));
    open(document, models, pixels_per_point, renderer)
}

/// A window that computes with the bundled generator.
pub(crate) fn window_that_generates(document: Document) -> Window {
    let target = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../target/test-cache");
    let cache = std::env::var_os("DRAGFX_CACHE_DIR").map_or(target, PathBuf::from);
    let place = |cache: &Path| dragfx_bundled::place(&cache.join("bundled"));
    let supplied = Supplied { blake3: dragfx_bundled::BLAKE3, place };
    let models = ModelStore::new(cache, Vec::new(), SessionOptions::on(Device::Cpu)).with(supplied);
    open(document, models, 1.0, LazyRenderer::default())
}

/// How documents name the bundled generator.
pub(crate) fn bundled() -> ModelRef {
    ModelRef { file: dragfx_bundled::FILE.to_owned(), blake3: Some(dragfx_bundled::BLAKE3.to_owned()), path: None }
}

/// Draws until nothing is computed any more.
#[track_caller]
pub(crate) fn settle(window: &mut Window) {
    let start = Instant::now();
    loop {
        window.run_ok();
        if !window.state().is_busy() {
            return;
        }
        assert!(start.elapsed() < Duration::from_secs(120), "the window is never at rest");
        std::thread::sleep(Duration::from_millis(5));
    }
}

fn open(
    document: Document,
    models: ModelStore,
    pixels_per_point: f32,
    renderer: impl TestRenderer + 'static,
) -> Window {
    let setup = Setup {
        registry: Registry::standard(),
        evaluator: Arc::new(Evaluator::new(Arc::new(models))),
        effects: Box::new(Registry::standard),
        starter: document,
        file: None,
        state: None,
        safe_mode: false,
        services: Arc::new(()),
    };
    let builder = Harness::builder()
        .with_size([1360.0, 860.0])
        .with_pixels_per_point(pixels_per_point)
        .with_max_steps(100)
        .renderer(renderer);
    let mut window = builder.build_ui_state(|ui, editor: &mut Editor| editor.ui(ui), Editor::new(setup));
    settle(&mut window);
    window
}
