//! The graph as people use it, by mouse and keyboard.

use dragfx_graph::document::{Document, Edit};
use eframe::egui::{Event, Key, Modifiers, PointerButton, Pos2, Vec2, vec2};
use egui_kittest::kittest::Queryable as _;

use super::edits::tests::{graph, id, make, wires};
use crate::testing::{Window, window};

const SHIFT: Modifiers = Modifiers::SHIFT;
const COMMAND: Modifiers = Modifiers::COMMAND;

/// Where something is on the screen.
fn at(window: &Window, label: &str) -> Pos2 {
    window.get_by_label(label).rect().center()
}

/// Frames in which everything comes to rest that was asked for. What is computed in the background may still go on.
fn settle(window: &mut Window) {
    window.run_steps(5);
}

fn has(window: &Window, label: &str) -> bool {
    window.query_by_label(label).is_some()
}

/// A frame in which a button goes down or up. A harness gives each event a frame of its own, and events with modifiers
/// three: too many for a click.
fn button(window: &mut Window, pos: Pos2, button: PointerButton, pressed: bool, modifiers: Modifiers) {
    window.input_mut().modifiers = modifiers;
    let press = Event::PointerButton { pos, button, pressed, modifiers };
    window.input_mut().events.extend([Event::PointerMoved(pos), press]);
    window.step();
    window.input_mut().modifiers = Modifiers::NONE;
}

fn press(window: &mut Window, pos: Pos2, modifiers: Modifiers) {
    button(window, pos, PointerButton::Primary, true, modifiers);
}

fn release(window: &mut Window, pos: Pos2, modifiers: Modifiers) {
    button(window, pos, PointerButton::Primary, false, modifiers);
}

fn click(window: &mut Window, pos: Pos2, modifiers: Modifiers) {
    hover(window, pos);
    press(window, pos, modifiers);
    release(window, pos, modifiers);
    // A click that follows makes no double-click of it.
    window.run_steps(4);
}

fn click_node(window: &mut Window, name: &str, modifiers: Modifiers) {
    let pos = at(window, &format!("{name} node"));
    click(window, pos, modifiers);
}

/// Drags from one place to another, over some places between them.
fn drag(window: &mut Window, from: Pos2, to: Pos2, modifiers: Modifiers) {
    hover(window, from);
    press(window, from, modifiers);
    window.input_mut().modifiers = modifiers;
    for part in 1..=4 {
        window.event(Event::PointerMoved(from.lerp(to, part as f32 / 4.0)));
    }
    window.run_steps(2);
    release(window, to, modifiers);
    settle(window);
}

fn drag_ports(window: &mut Window, from: &str, to: &str) {
    let (from, to) = (at(window, from), at(window, to));
    drag(window, from, to, Modifiers::NONE);
}

fn key(window: &mut Window, key: Key, modifiers: Modifiers) {
    window.key_press_modifiers(modifiers, key);
    settle(window);
}

/// A place of the graph where nothing is.
fn empty(window: &Window) -> Pos2 {
    let panel = window.get_by_label("Graph").rect();
    panel.right_bottom() - vec2(30.0, 14.0)
}

fn hover(window: &mut Window, pos: Pos2) {
    window.hover_at(pos);
    settle(window);
}

/// Adds a node through the palette, at the pointer.
fn add(window: &mut Window, query: &str) {
    key(window, Key::Tab, Modifiers::NONE);
    window.get_by_label("Search nodes").type_text(query);
    settle(window);
    key(window, Key::Enter, Modifiers::NONE);
}

fn selected(window: &Window) -> Vec<String> {
    let editor = window.state();
    let name = |id| editor.document().node(id).expect("what is selected is there").name.clone();
    editor.desk().selection.iter().map(|&id| name(id)).collect()
}

fn chain() -> Document {
    let wires = [("read1", "image", "transform1", "image"), ("transform1", "image", "write1", "image")];
    graph(&["read", "transform", "write"], &wires)
}

#[test]
fn a_graph_is_built_with_the_keyboard() {
    let mut window = window(Document::default());
    let middle = at(&window, "Graph");
    hover(&mut window, middle - vec2(300.0, 60.0));
    for (step, query) in ["latent", "gener", "transf", "write"].into_iter().enumerate() {
        hover(&mut window, middle + vec2(200.0 * step as f32 - 300.0, -60.0));
        add(&mut window, query);
    }
    assert_eq!(
        wires(window.state().document()),
        ["latent1.latent>generate1.latent 0", "generate1.image>transform1.image 0", "transform1.image>write1.image 0",]
    );
    assert_eq!(selected(&window), ["write1"]);
    assert_eq!(window.state().last_step(), Some("Add Write"));
    for left in [3, 2, 1, 0] {
        key(&mut window, Key::Z, COMMAND);
        assert_eq!(window.state().document().len(), left);
    }
}

#[test]
fn arrows_choose_and_escape_closes_the_palette() {
    let mut window = window(Document::default());
    let middle = at(&window, "Graph");
    hover(&mut window, middle);
    key(&mut window, Key::Tab, Modifiers::NONE);
    assert!(window.get_by_label("Search nodes").is_focused());
    window.get_by_label("Search nodes").type_text("write");
    settle(&mut window);
    key(&mut window, Key::ArrowDown, Modifiers::NONE);
    key(&mut window, Key::Enter, Modifiers::NONE);
    assert!(has(&window, "write-tracks1 node") || has(&window, "write_tracks1 node"), "the second entry was chosen");
    let count = window.state().document().len();
    key(&mut window, Key::Tab, Modifiers::NONE);
    key(&mut window, Key::Escape, Modifiers::NONE);
    assert!(!has(&window, "Search nodes"));
    key(&mut window, Key::Tab, Modifiers::NONE);
    let corner = window.get_by_label("Graph").rect().left_top() + vec2(20.0, 20.0);
    click(&mut window, corner, Modifiers::NONE);
    assert!(!has(&window, "Search nodes"), "a click elsewhere closes it");
    assert_eq!(window.state().document().len(), count);
}

#[test]
fn ports_are_joined_by_dragging_between_them_either_way() {
    let mut window = window(graph(&["read", "transform", "write"], &[]));
    drag_ports(&mut window, "read1 output image", "transform1 input image");
    assert_eq!(window.state().last_step(), Some("Connect read1 to transform1"));
    drag_ports(&mut window, "write1 input image", "transform1 output image");
    let expected = ["read1.image>transform1.image 0", "transform1.image>write1.image 0"];
    assert_eq!(wires(window.state().document()), expected);
    assert!(has(&window, "read1.image to transform1.image wire"));
}

#[test]
fn a_wire_that_is_let_go_over_a_node_finds_the_port() {
    let mut window = window(graph(&["read", "blend", "points"], &[("read1", "image", "blend1", "source")]));
    drag_ports(&mut window, "read1 output image", "blend1 node");
    assert_eq!(wires(window.state().document()).len(), 2, "the free input was taken");
    drag_ports(&mut window, "read1 output image", "points1 node");
    let notice = window.state().desk().notice.clone().expect("a notice");
    assert!(notice.is_error && notice.text.contains("points1 takes no image"), "{notice:?}");
}

#[test]
fn a_wire_is_pulled_off_and_is_gone_in_one_step() {
    let mut window = window(chain());
    let (from, to) = (at(&window, "write1 input image"), empty(&window));
    drag(&mut window, from, to, Modifiers::NONE);
    assert_eq!(wires(window.state().document()), ["read1.image>transform1.image 0"]);
    assert_eq!(window.state().last_step(), Some("Disconnect transform1 from write1"));
    assert!(!has(&window, "Search nodes"));
    key(&mut window, Key::Z, COMMAND);
    assert_eq!(wires(window.state().document()).len(), 2);
}

#[test]
fn a_wire_is_pulled_off_and_joined_elsewhere_in_one_step() {
    let wire = [("read1", "image", "blend1", "source")];
    let mut window = window(graph(&["read", "blend"], &wire));
    drag_ports(&mut window, "blend1 input source", "blend1 input result");
    assert_eq!(wires(window.state().document()), ["read1.image>blend1.result 0"]);
    key(&mut window, Key::Z, COMMAND);
    assert_eq!(wires(window.state().document()), ["read1.image>blend1.source 0"]);
    drag_ports(&mut window, "blend1 input source", "blend1 input source");
    assert_eq!(wires(window.state().document()), ["read1.image>blend1.source 0"], "it is put back");
}

#[test]
fn a_wire_that_is_let_go_on_the_canvas_offers_nodes_that_fit() {
    let mut window = window(graph(&["latent"], &[]));
    let (from, to) = (at(&window, "latent1 output latent"), empty(&window) - vec2(200.0, 150.0));
    drag(&mut window, from, to, Modifiers::NONE);
    assert!(has(&window, "Search nodes"));
    let entries = |text: &str| window.query_all_by_label_contains(text).count();
    assert_eq!((entries("Write Tracks"), entries("Points points")), (0, 0), "only those that take a latent");
    window.get_by_label("Search nodes").type_text("gen");
    settle(&mut window);
    key(&mut window, Key::Enter, Modifiers::NONE);
    assert_eq!(wires(window.state().document()), ["latent1.latent>generate1.latent 0"]);
    let port = at(&window, "generate1 input latent");
    assert!(port.distance(to) < 2.0, "the port comes to the end of the wire: {port} {to}");
}

#[test]
fn what_does_not_fit_is_refused_in_words() {
    let wire = [("transform1", "image", "transform2", "image")];
    let mut window = window(graph(&["transform", "transform", "points"], &wire));
    drag_ports(&mut window, "transform2 output image", "transform1 input image");
    let notice = |window: &Window| window.state().desk().notice.clone().expect("a notice").text;
    assert!(notice(&window).contains("circle"), "{}", notice(&window));
    drag_ports(&mut window, "points1 output points", "transform1 input image");
    assert!(notice(&window).contains("points, but transform1.image takes image"), "{}", notice(&window));
    assert_eq!(wires(window.state().document()).len(), 1);
}

#[test]
fn nodes_are_selected_in_all_the_usual_ways() {
    let mut window = window(chain());
    click_node(&mut window, "read1", Modifiers::NONE);
    assert_eq!(selected(&window), ["read1"]);
    click_node(&mut window, "write1", SHIFT);
    assert_eq!(selected(&window), ["read1", "write1"]);
    click_node(&mut window, "read1", COMMAND);
    assert_eq!(selected(&window), ["write1"]);
    let corner = empty(&window);
    click(&mut window, corner, Modifiers::NONE);
    assert!(selected(&window).is_empty());
    key(&mut window, Key::A, COMMAND);
    assert_eq!(selected(&window).len(), 3);
    click_node(&mut window, "transform1", Modifiers::NONE);
    assert_eq!(selected(&window), ["transform1"], "a click selects only that");
    let panel = window.get_by_label("Graph").rect();
    let end = at(&window, "read1 node") + vec2(10.0, 5.0);
    drag(&mut window, panel.left_top() + vec2(8.0, 8.0), end, Modifiers::NONE);
    assert_eq!(selected(&window), ["read1"]);
    let start = at(&window, "write1 node");
    drag(&mut window, panel.right_top() + vec2(-8.0, 8.0), start, SHIFT);
    assert_eq!(selected(&window), ["read1", "write1"], "with Shift those besides");
    key(&mut window, Key::Escape, Modifiers::NONE);
    assert!(selected(&window).is_empty());
}

#[test]
fn selected_nodes_are_moved_in_one_step() {
    let mut window = window(chain());
    let place = |window: &Window, name: &str| window.state().document().by_name(name).expect("a node").position;
    let before = ["read1", "transform1", "write1"].map(|name| place(&window, name));
    click_node(&mut window, "read1", Modifiers::NONE);
    click_node(&mut window, "transform1", SHIFT);
    let from = at(&window, "transform1 node");
    drag(&mut window, from, from + vec2(0.0, 40.0), Modifiers::NONE);
    assert!(at(&window, "transform1 node").distance(from + vec2(0.0, 40.0)) < 1.0);
    let after = ["read1", "transform1", "write1"].map(|name| place(&window, name));
    let moved = [0, 1, 2].map(|node| after[node][1] - before[node][1]);
    assert!(moved[0] > 30.0 && (moved[0] - moved[1]).abs() < 1e-3 && moved[2] == 0.0, "{moved:?}");
    assert_eq!(window.state().last_step(), Some("Move 2 nodes"));
    key(&mut window, Key::ArrowRight, Modifiers::NONE);
    assert_eq!(place(&window, "read1")[0], after[0][0] + 10.0);
    key(&mut window, Key::Z, COMMAND);
    key(&mut window, Key::Z, COMMAND);
    assert_eq!(["read1", "transform1", "write1"].map(|name| place(&window, name)), before);
}

#[test]
fn a_node_that_is_not_selected_is_moved_alone() {
    let mut window = window(chain());
    key(&mut window, Key::A, COMMAND);
    let corner = empty(&window);
    click(&mut window, corner, Modifiers::NONE);
    let from = at(&window, "read1 node");
    drag(&mut window, from, from + vec2(0.0, 30.0), Modifiers::NONE);
    assert_eq!(window.state().last_step(), Some("Move read1"));
    assert_eq!(selected(&window), ["read1"]);
}

#[test]
fn deleted_nodes_are_bridged_and_come_back() {
    let mut window = window(chain());
    click_node(&mut window, "transform1", Modifiers::NONE);
    key(&mut window, Key::Delete, Modifiers::NONE);
    assert_eq!(wires(window.state().document()), ["read1.image>write1.image 0"]);
    key(&mut window, Key::Z, COMMAND);
    assert_eq!(wires(window.state().document()).len(), 2);
    click_node(&mut window, "transform1", Modifiers::NONE);
    key(&mut window, Key::X, COMMAND | SHIFT);
    assert_eq!(wires(window.state().document()), ["read1.image>write1.image 0"]);
    assert!(has(&window, "transform1 node"), "it is still there");
}

#[test]
fn deleting_a_node_while_its_wire_is_dragged_is_no_harm() {
    let mut window = window(chain());
    click_node(&mut window, "read1", Modifiers::NONE);
    let (from, to) = (at(&window, "read1 output image"), empty(&window));
    press(&mut window, from, Modifiers::NONE);
    window.event(Event::PointerMoved(from.lerp(to, 0.5)));
    window.run_steps(2);
    key(&mut window, Key::Delete, Modifiers::NONE);
    window.event(Event::PointerMoved(to));
    window.run_steps(2);
    release(&mut window, to, Modifiers::NONE);
    settle(&mut window);
    assert!(!has(&window, "read1 node") && !has(&window, "Search nodes"));
    key(&mut window, Key::Z, COMMAND);
    assert_eq!(wires(window.state().document()).len(), 2);
}

#[test]
fn nodes_travel_between_documents_as_text() {
    let mut source = window(chain());
    click_node(&mut source, "read1", Modifiers::NONE);
    click_node(&mut source, "transform1", SHIFT);
    source.event(Event::Copy);
    source.step();
    source.step();
    let copied = source.output().platform_output.commands.iter().find_map(|command| match command {
        eframe::egui::OutputCommand::CopyText(text) => Some(text.clone()),
        _ => None,
    });
    let copied = copied.expect("something was copied");

    let mut target = window(graph(&["read"], &[]));
    let corner = empty(&target) - vec2(400.0, 200.0);
    hover(&mut target, corner);
    target.event(Event::Paste(copied));
    settle(&mut target);
    assert_eq!(wires(target.state().document()), ["read2.image>transform1.image 0"]);
    assert_eq!(selected(&target), ["transform1", "read2"].into_iter().rev().collect::<Vec<_>>());
    assert_eq!(target.state().last_step(), Some("Paste 2 nodes"));
    let bar = target.get_by_label("read2 node").rect();
    assert!(bar.left_top().distance(corner) < 2.0, "pasted at the pointer: {bar} {corner}");
    target.event(Event::Paste("a shopping list".to_owned()));
    settle(&mut target);
    let notice = target.state().desk().notice.clone().expect("a notice");
    assert!(notice.is_error && notice.text.contains("no nodes in it"), "{notice:?}");
    key(&mut target, Key::D, COMMAND);
    assert_eq!(target.state().document().len(), 5);
    target.event(Event::Cut);
    settle(&mut target);
    assert_eq!(target.state().document().len(), 3);
}

#[test]
fn nodes_are_bypassed_and_shown_by_keys() {
    let mut window = window(chain());
    click_node(&mut window, "transform1", Modifiers::NONE);
    key(&mut window, Key::D, Modifiers::NONE);
    let bypassed = |window: &Window| window.state().document().by_name("transform1").expect("a node").bypass;
    assert!(bypassed(&window));
    key(&mut window, Key::D, Modifiers::NONE);
    assert!(!bypassed(&window));
    key(&mut window, Key::Num2, Modifiers::NONE);
    let shown = |window: &Window| {
        let view = window.state().desk().shown().cloned().expect("something is shown");
        window.state().document().node(view.node).expect("a node").name.clone()
    };
    assert_eq!((window.state().desk().a, shown(&window)), (1, "transform1".to_owned()));
    key(&mut window, Key::Escape, Modifiers::NONE);
    key(&mut window, Key::Num1, Modifiers::NONE);
    assert_eq!((window.state().desk().a, shown(&window)), (0, "write1".to_owned()));
    let pos = at(&window, "read1 node");
    // Frames of a test are too far apart for a double-click: it is all in one.
    for pressed in [true, false, true, false] {
        let (button, modifiers) = (PointerButton::Primary, Modifiers::NONE);
        window.input_mut().events.push(Event::PointerButton { pos, button, pressed, modifiers });
    }
    settle(&mut window);
    assert_eq!((window.state().desk().a, shown(&window)), (0, "read1".to_owned()), "a double-click shows it");
}

#[test]
fn a_wire_is_cut_and_a_node_commented_from_the_menu() {
    let mut window = window(chain());
    window.get_by_label("read1.image to transform1.image wire").click_secondary();
    settle(&mut window);
    window.get_by_label("Disconnect read1 from transform1").click();
    settle(&mut window);
    assert_eq!(wires(window.state().document()), ["transform1.image>write1.image 0"]);
    window.get_by_label("read1 node").click_secondary();
    settle(&mut window);
    assert_eq!(selected(&window), ["read1"]);
    window.get_by_label_contains("Comment…").click();
    settle(&mut window);
    window.get_by_label("Comment on read1").type_text("From the set");
    settle(&mut window);
    key(&mut window, Key::Enter, COMMAND);
    assert_eq!(window.state().document().by_name("read1").expect("a node").note, "From the set");
    assert_eq!(window.state().last_step(), Some("Comment on read1"));
}

#[test]
fn the_wheel_zooms_at_the_pointer_and_the_middle_button_pans() {
    let mut window = window(chain());
    let pos = at(&window, "transform1 node");
    hover(&mut window, pos);
    let width = window.get_by_label("transform1 node").rect().width();
    let turn = |delta| Event::MouseWheel {
        unit: eframe::egui::MouseWheelUnit::Line,
        delta,
        phase: eframe::egui::TouchPhase::Move,
        modifiers: Modifiers::NONE,
    };
    window.event(turn(vec2(0.0, 2.0)));
    settle(&mut window);
    let zoomed = window.get_by_label("transform1 node").rect();
    assert!(zoomed.width() > 1.1 * width && zoomed.center().distance(pos) < 1.5, "{zoomed} {pos}");
    let by = vec2(70.0, -30.0);
    button(&mut window, pos, PointerButton::Middle, true, Modifiers::NONE);
    window.event(Event::PointerMoved(pos + by));
    button(&mut window, pos + by, PointerButton::Middle, false, Modifiers::NONE);
    settle(&mut window);
    assert!((at(&window, "transform1 node") - zoomed.center() - by).length() < 1.0);
    assert_eq!(window.state().last_step(), None, "looking around changes nothing");
    key(&mut window, Key::A, Modifiers::NONE);
    let panel = window.get_by_label("Graph").rect();
    for name in ["read1 node", "write1 node"] {
        assert!(panel.contains_rect(window.get_by_label(name).rect()));
    }
}

#[test]
fn a_graph_of_300_nodes_is_drawn_and_worked_on() {
    let mut document = graph(&["transform"; 300], &[]);
    for index in 1..300_usize {
        let name = |index: usize| format!("transform{index}");
        let (from, to) = (id(&document, &name(index)), id(&document, &name(index + 1)));
        let mut edits = document.connection(from, "image", to, "image");
        let position = [(index % 20) as f64 * 220.0, (index / 20) as f64 * 220.0];
        edits.push(Edit::Move { node: to, position });
        make(&mut document, edits);
    }
    let mut window = window(document);
    let count = |window: &Window| window.query_all_by_label_contains("transform").count();
    assert!(count(&window) >= 300 + 299 + 600, "nodes, wires and ports have names: {}", count(&window));
    key(&mut window, Key::A, COMMAND);
    let pos = at(&window, "transform150 node");
    hover(&mut window, pos);
    key(&mut window, Key::A, COMMAND);
    for _ in 0..8 {
        key(&mut window, Key::Plus, Modifiers::NONE);
    }
    let drift: Vec2 = at(&window, "transform150 node") - pos;
    assert!(drift.length() < 60.0, "{drift}");
    key(&mut window, Key::Delete, Modifiers::NONE);
    assert!(window.state().document().is_empty());
    key(&mut window, Key::Z, COMMAND);
    assert_eq!(window.state().document().len(), 300);
}
