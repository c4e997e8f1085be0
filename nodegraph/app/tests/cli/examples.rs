//! The presets that the examples ship.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use crate::support::{Desk, tree};

fn presets() -> Vec<PathBuf> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../examples/presets");
    let entries = std::fs::read_dir(folder).expect("the examples are there").map(|entry| entry.expect("a file").path());
    let mut presets: Vec<_> = entries.filter(|path| path.extension().is_some_and(|name| name == "dragfx")).collect();
    presets.sort();
    assert_eq!(presets.len(), 5);
    presets
}

/// A folder with the presets. The model that they name comes with the program.
fn desk() -> Desk {
    let desk = Desk::new();
    for preset in presets() {
        std::fs::copy(&preset, desk.path(&preset.file_name().expect("a name").to_string_lossy())).expect("a copy");
    }
    desk
}

/// Everything that the presets write, by its name.
fn rendered(desk: &Desk) -> BTreeMap<PathBuf, Vec<u8>> {
    for preset in presets() {
        let name = preset.file_name().expect("a name").to_string_lossy().into_owned();
        let options = match name.as_str() {
            "batch-over-seeds.dragfx" => "--seeds 0-2",
            "drag-over-frames.dragfx" => "--frames 1-48x8",
            _ => "",
        };
        desk.ok(&format!("render {name} {options}"));
    }
    let out = desk.path("out");
    let files = tree(&out).into_iter();
    files.map(|file| (file.clone(), std::fs::read(out.join(&file)).expect("a file"))).collect()
}

#[test]
fn every_example_replays_to_the_bit() {
    let (first, second) = (rendered(&desk()), rendered(&desk()));
    let names: Vec<_> = first.keys().map(|name| name.to_string_lossy().into_owned()).collect();
    let expected = [
        "batch-over-seeds_0.jpg",
        "batch-over-seeds_1.jpg",
        "batch-over-seeds_2.jpg",
        "drag-over-frames.csv",
        "drag-over-frames_0001.png",
        "drag-over-frames_0009.png",
        "drag-over-frames_0017.png",
        "drag-over-frames_0025.png",
        "drag-over-frames_0033.png",
        "drag-over-frames_0041.png",
        "one-drag.png",
        "points-and-mask.png",
        "style-mix-then-drag.png",
    ];
    assert_eq!(names, expected);
    for (name, bytes) in &first {
        assert!(*bytes == second[name], "{} differs from run to run", name.display());
    }
}

/// They are written as DragFX writes them, so that saving one changes nothing else in it.
#[test]
fn every_example_is_in_canonical_form() {
    let registry = dragfx_graph::registry::Registry::standard();
    for path in presets() {
        let text = std::fs::read_to_string(&path).expect("a preset");
        let document = dragfx_graph::preset::from_text(&text, &registry).expect("a preset");
        assert_eq!(dragfx_graph::preset::to_text(&document), text, "{}", path.display());
        assert!(document.nodes().all(|node| node.decl().is_some()));
        assert!(!document.about().title.is_empty() && !document.published().is_empty());
    }
}
