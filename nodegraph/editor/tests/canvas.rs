//! Stories of the graph that need files.

mod support;

use dragfx_graph::document::{Document, Edit};
use dragfx_graph::registry::Registry;
use egui_kittest::kittest::Queryable as _;

#[test]
fn a_graph_that_is_opened_is_shown_whole() {
    let (registry, mut document) = (Registry::standard(), Document::default());
    for (kind, position) in [("points", [90_000.0, -70_000.0]), ("mask", [94_000.0, -69_500.0])] {
        let mut node = document.new_node(registry.get(kind).expect("a standard node").clone());
        node.position = position;
        document.apply(Edit::Insert(Box::new(node))).expect("a new node fits");
    }
    let folder = tempfile::tempdir().expect("a folder");
    let file = folder.path().join("far.dragfx");
    dragfx_graph::preset::save(&file, &document).expect("the file is written");
    let mut window = support::Setting { file: Some(file), ..Default::default() }.open();
    window.wait_for("the file", |window| window.query_by_label("mask1 node").is_some());
    let graph = window.get_by_label("Graph").rect();
    for node in ["points1 node", "mask1 node"] {
        assert!(graph.contains_rect(window.get_by_label(node).rect()), "{node} is out of view");
    }
}
