//! What people do in the inspector.

use dragfx_graph::document::{Document, NodeId, ParamPath};
use dragfx_graph::param::ParamValue;
use eframe::egui::accesskit::Role;
use eframe::egui::{Key, Vec2, vec2};
use egui_kittest::kittest::Queryable as _;

use crate::testing::{Window, document, window};

/// A window whose only node is selected.
fn inspect(kind: &str) -> (Window, NodeId) {
    let (document, ids) = document(&[kind]);
    let mut window = window(document);
    window.state_mut().select([ids[0]]);
    window.run();
    (window, ids[0])
}

fn value(window: &Window, id: NodeId, param: &str) -> ParamValue {
    let document = window.state().document();
    let node = document.node(id).expect("the node is there");
    let set = node.params.get(param).map(|set| set.at(window.state().frame() as f64));
    set.unwrap_or_else(|| node.decl().and_then(|decl| decl.find_param(param)).expect("a parameter").default_value())
}

/// Types into a field in place of what is there, and leaves it.
fn fill(window: &mut Window, role: Role, name: &str, text: &str) {
    window.get_by_role_and_label(role, name).click();
    window.run();
    window.key_press_modifiers(eframe::egui::Modifiers::COMMAND, Key::A);
    window.run();
    window.get_by_role_and_label(role, name).type_text(text);
    window.run();
    window.key_press(Key::Enter);
    window.run();
}

fn drag(window: &mut Window, role: Role, name: &str, way: Vec2) {
    let from = window.get_by_role_and_label(role, name).rect().center();
    window.hover_at(from);
    window.run();
    window.drag_at(from);
    window.run();
    for part in 1..=5 {
        window.hover_at(from + way * (part as f32 / 5.0));
        window.run();
    }
    window.drop_at(from + way);
    window.run();
}

fn undo(window: &mut Window) {
    window.key_press_modifiers(eframe::egui::Modifiers::COMMAND, Key::Z);
    window.run();
}

#[test]
fn a_slider_that_is_dragged_is_undone_at_once() {
    let (mut window, id) = inspect("latent");
    let before = value(&window, id, "psi");
    drag(&mut window, Role::Slider, "Truncation psi slider", vec2(-30.0, 0.0));
    assert_ne!(value(&window, id, "psi"), before);
    assert_eq!(window.state().last_step(), Some("Set Truncation psi of latent1"));
    undo(&mut window);
    assert_eq!((value(&window, id, "psi"), window.state().last_step()), (before, None));
}

#[test]
fn a_number_that_is_dragged_is_undone_at_once() {
    let (mut window, id) = inspect("latent");
    drag(&mut window, Role::SpinButton, "Seed", vec2(40.0, 0.0));
    assert_ne!(value(&window, id, "seed"), ParamValue::Int(0));
    undo(&mut window);
    assert_eq!((value(&window, id, "seed"), window.state().last_step()), (ParamValue::Int(0), None));
}

#[test]
fn numbers_are_typed_and_refused_with_a_reason() {
    let (mut window, id) = inspect("latent");
    fill(&mut window, Role::SpinButton, "Seed", "42");
    assert_eq!(value(&window, id, "seed"), ParamValue::Int(42));
    fill(&mut window, Role::SpinButton, "Seed", "-7");
    window.get_by_label_contains("it is -7; it must lie between 0 and");
    fill(&mut window, Role::SpinButton, "Truncation psi", "much");
    window.get_by_label_contains("`much` is no number");
    assert_eq!(value(&window, id, "seed"), ParamValue::Int(42));
    fill(&mut window, Role::SpinButton, "Seed", "43");
    assert!(window.query_by_label_contains("it is -7").is_none());
    assert_eq!(value(&window, id, "seed"), ParamValue::Int(43));
}

#[test]
fn parameters_are_reset() {
    let (mut window, id) = inspect("latent");
    assert!(window.query_by_label("Reset Seed").is_none());
    fill(&mut window, Role::SpinButton, "Seed", "42");
    window.get_by_label("Reset Seed").click();
    window.run();
    assert_eq!(value(&window, id, "seed"), ParamValue::Int(0));
    assert_eq!(window.state().last_step(), Some("Reset Seed of latent1"));
}

#[test]
fn what_has_keyframes_is_set_at_the_frame_that_is_shown() {
    let (mut window, id) = inspect("latent");
    fill(&mut window, Role::SpinButton, "Last frame", "10");
    window.get_by_label("Keyframe of Truncation psi").click();
    window.run();
    window.state_mut().go(10);
    window.run();
    fill(&mut window, Role::SpinButton, "Truncation psi", "0.2");
    let frames = |window: &Window| {
        let node = window.state().document().node(id).expect("the latent");
        let keys = node.curve(&ParamPath::whole("psi")).map(|curve| curve.keys().to_vec());
        keys.unwrap_or_default().iter().map(|key| key.frame).collect::<Vec<_>>()
    };
    assert_eq!(frames(&window), [1.0, 10.0]);
    window.get_by_label("Keyframe of Truncation psi").click();
    window.run();
    assert_eq!(frames(&window), [1.0]);
}

#[test]
fn choices_are_chosen() {
    let (mut window, id) = inspect("drag");
    let ParamValue::Text(before) = value(&window, id, "space") else { panic!("a choice is a text") };
    window.get_by_role_and_label(Role::ComboBox, "Space").click();
    window.run();
    let other = if before == "w" { "w+" } else { "w" };
    window.get_by_label(other).click();
    window.run();
    assert_eq!(value(&window, id, "space"), ParamValue::Text(other.to_owned()));
}

#[test]
fn points_are_added_moved_named_disabled_and_deleted() {
    let (mut window, id) = inspect("points");
    let points = |window: &Window| match value(window, id, "points") {
        ParamValue::Points(points) => points,
        other => panic!("{other:?}"),
    };
    window.get_by_label("Add point").click();
    window.run();
    window.get_by_label("Add point").click();
    window.run();
    fill(&mut window, Role::SpinButton, "Target 2 x", "100.5");
    fill(&mut window, Role::TextInput, "Name of point 2", "Nose");
    window.get_by_label("Point 1 enabled").click();
    window.run();
    let found = points(&window);
    assert_eq!((found.len(), found[1].target.x, found[1].name.as_deref()), (2, 100.5, Some("Nose")));
    assert_eq!((found[0].enabled, found[1].enabled), (false, true));
    window.get_by_label("Delete point 1").click();
    window.run();
    assert_eq!(points(&window).len(), 1);
    undo(&mut window);
    assert_eq!(points(&window), found);
}

#[test]
fn parameters_are_published_and_set_for_the_whole_graph() {
    let (mut window, id) = inspect("latent");
    window.get_by_role_and_label(Role::SpinButton, "Seed").click_secondary();
    window.run();
    window.get_by_label("Publish").click();
    window.run();
    assert_eq!(window.state().document().published()[0].name, "seed");
    window.state_mut().select([]);
    window.run();
    fill(&mut window, Role::SpinButton, "Seed", "5");
    assert_eq!(value(&window, id, "seed"), ParamValue::Int(5));
    window.get_by_label("Names and ranges of published parameters").click();
    window.run();
    fill(&mut window, Role::TextInput, "Range of latent1.seed", "0 to 9");
    assert_eq!(window.state().document().published()[0].range, Some([0.0, 9.0]));
    window.get_by_role_and_label(Role::Slider, "Seed slider");
    fill(&mut window, Role::TextInput, "Name of latent1.seed", "no name");
    window.get_by_label_contains("is no name");
    window.get_by_label("Unpublish seed").click();
    window.run();
    assert!(window.state().document().published().is_empty());
}

#[test]
fn names_are_checked_and_nothing_that_was_typed_is_lost() {
    let (mut window, id) = inspect("latent");
    let name = |window: &Window| window.state().document().node(id).expect("the latent").name.clone();
    window.key_press(Key::F2);
    window.run();
    window.run();
    assert!(window.get_by_role_and_label(Role::TextInput, "Name").is_focused());
    fill(&mut window, Role::TextInput, "Name", "a b");
    window.get_by_label_contains("is no name");
    assert_eq!(window.get_by_role_and_label(Role::TextInput, "Name").value().as_deref(), Some("a b"));
    fill(&mut window, Role::TextInput, "Name", "cat");
    assert_eq!(name(&window), "cat");
    // A field that goes away while something is typed keeps it.
    window.get_by_role_and_label(Role::TextInput, "Name").focus();
    window.run();
    window.get_by_role_and_label(Role::TextInput, "Name").type_text("2");
    window.run();
    window.state_mut().select([]);
    window.run();
    assert_eq!(name(&window), "cat2");
}

#[test]
fn a_document_has_a_title_and_escape_drops_what_was_typed() {
    let mut window = window(Document::default());
    fill(&mut window, Role::TextInput, "Title", "Cats");
    assert_eq!(window.state().document().about().title, "Cats");
    window.get_by_role_and_label(Role::TextInput, "Title").focus();
    window.run();
    window.get_by_role_and_label(Role::TextInput, "Title").type_text(" and dogs");
    window.run();
    window.key_press(Key::Escape);
    window.run();
    assert_eq!(window.state().document().about().title, "Cats");
    assert_eq!(window.get_by_role_and_label(Role::TextInput, "Title").value().as_deref(), Some("Cats"));
}

#[test]
fn wires_lead_to_other_nodes() {
    let (mut document, ids) = document(&["latent", "drag"]);
    for edit in document.connection(ids[0], "latent", ids[1], "latent") {
        document.apply(edit).expect("the wire is made");
    }
    let mut window = window(document);
    window.state_mut().select([ids[1]]);
    window.run();
    window.get_by_label("latent1.latent").click();
    window.run();
    assert_eq!(window.get_by_role_and_label(Role::TextInput, "Name").value().as_deref(), Some("latent1"));
}
