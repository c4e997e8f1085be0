//! A part of a graph goes from one document to another, as text.

use std::path::Path;

use dragfx_graph::document::Document;
use dragfx_graph::preset;
use dragfx_graph::registry::Registry;
use eframe::egui::{Event, Key, Modifiers, OutputCommand};
use egui_kittest::kittest::Queryable as _;

use crate::hand::Hand as _;
use crate::support::{Setting, Window, first_window};

/// What the window has put on the clipboard with this frame, if anything.
fn copied(window: &Window) -> Option<String> {
    window.output().platform_output.commands.iter().find_map(|command| match command {
        OutputCommand::CopyText(text) => Some(text.clone()),
        _ => None,
    })
}

fn file(folder: &Path) -> std::path::PathBuf {
    let path = folder.join("other.dragfx");
    preset::save(&path, &Document::default()).expect("the document is saved");
    path
}

#[test]
fn nodes_are_copied_from_one_document_into_another() {
    let mut window = first_window();
    let graph = window.find("Graph");
    window.point(graph.center());
    window.press_with(Modifiers::COMMAND, Key::A);
    window.event(Event::Copy);
    let text = (0..4).find_map(|_| {
        window.step();
        copied(&window)
    });
    let text = text.expect("nodes are copied as text");
    assert!(text.contains("drag1") && text.contains("animals"), "{text}");

    // Into a document of a file, in a window of its own.
    let folder = tempfile::tempdir().expect("a folder");
    let mut other = Setting { file: Some(file(folder.path())), ..Setting::default() }.open();
    assert_eq!(other.state().document().len(), 0);
    let graph = other.find("Graph");
    other.point(graph.center());
    other.event(Event::Paste(text.clone()));
    other.settle();
    let document = other.state().document();
    assert_eq!(document.len(), 3);
    assert_eq!(document.all_wires().count(), 2);
    assert!(document.models().values().any(|model| model.file == dragfx_bundled::FILE), "the model came with them");

    // A second time beside the first, under other names; undo takes them back at once.
    other.event(Event::Paste(text));
    other.settle();
    assert_eq!(other.state().document().len(), 6);
    assert!(other.state().document().by_name("drag2").is_some());
    other.press_with(Modifiers::COMMAND, Key::Z);
    assert_eq!(other.state().document().len(), 3);

    // What was pasted is computed, and saved like everything else.
    other.press_with(Modifiers::COMMAND, Key::S);
    other.settle();
    let saved = preset::load(&folder.path().join("other.dragfx"), &Registry::standard()).expect("a preset");
    assert_eq!(saved.len(), 3);
    assert!(window.query_by_label_contains("Untitled").is_some());
}

#[test]
fn what_is_no_graph_is_not_pasted() {
    let mut window = first_window();
    let graph = window.find("Graph");
    window.point(graph.center());
    window.event(Event::Paste("a letter to somebody".to_owned()));
    window.settle();
    assert_eq!(window.state().document().len(), 3);
}
