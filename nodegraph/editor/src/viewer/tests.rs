//! What people do in the picture, with the mouse and with keys.

use dragfx_engine::{ImagePoint, PointPair};
use dragfx_graph::document::{Document, Edit, Node};
use dragfx_graph::param::{Param, ParamValue};
use dragfx_graph::registry::Registry;
use dragfx_graph::shape::{Outline, Shape, ShapeOp};
use eframe::egui::{Key, Modifiers, PointerButton, Pos2, Rect, vec2};
use egui_kittest::kittest::Queryable as _;

use crate::desk::{Compare, View};
use crate::starter::starter;
use crate::testing::{Window, bundled, settle, window_that_generates};

/// The first document, with a drag of at most so many steps.
fn document(most: i64) -> Document {
    let mut document = starter(&Registry::standard(), bundled());
    let node = document.named("drag1").expect("the drag").id;
    let value = Some(Param::Constant(ParamValue::Int(most)));
    document.apply(Edit::SetParam { node, param: "max_steps".to_owned(), value }).expect("steps");
    document
}

/// Its window, with the picture there.
fn window(most: i64) -> Window {
    let mut window = window_that_generates(document(most));
    settle(&mut window);
    let middle = window.get_by_label("Picture").rect().center();
    window.hover_at(middle);
    window.step();
    window
}

fn node<'w>(window: &'w Window, name: &str) -> &'w Node {
    window.state().document().named(name).expect("a node")
}

fn points(window: &Window, name: &str) -> Vec<PointPair> {
    node(window, name).params_at(1.0).points("points").to_vec()
}

fn shapes(window: &Window, name: &str) -> Vec<Shape> {
    node(window, name).params_at(1.0).shapes("shapes").to_vec()
}

/// Where a place of the picture of 256 pixels is on the screen while it is fitted.
fn at(window: &Window, x: f64, y: f64) -> Pos2 {
    let view: Rect = window.get_by_label("Picture").rect();
    super::camera::Camera::Fit.place(view, [256, 256], 1.0).to_screen(ImagePoint::new(x, y))
}

fn pull(window: &mut Window, way: &[(f64, f64)]) {
    let places: Vec<Pos2> = way.iter().map(|&(x, y)| at(window, x, y)).collect();
    window.hover_at(places[0]);
    window.step();
    window.drag_at(places[0]);
    window.step();
    for &place in &places[1..] {
        window.hover_at(place);
        window.step();
    }
    window.drop_at(*places.last().expect("a way"));
    window.step();
    settle(window);
}

fn press(window: &mut Window, key: Key) {
    window.key_press(key);
    window.step();
    settle(window);
}

fn undo(window: &mut Window) {
    window.key_press_modifiers(Modifiers::COMMAND, Key::Z);
    window.step();
    settle(window);
}

/// Rounded, as fingers are.
fn places(points: &[PointPair]) -> Vec<[i64; 4]> {
    let round = |pair: &PointPair| {
        [pair.handle.x, pair.handle.y, pair.target.x, pair.target.y].map(|number| number.round() as i64)
    };
    points.iter().map(round).collect()
}

#[test]
fn a_press_sets_a_handle_and_a_pull_its_target() {
    let mut window = window(3);
    assert!(window.query_by_label_contains("Handle").is_none());
    pull(&mut window, &[(60.0, 80.0), (90.0, 90.0), (100.0, 120.0)]);
    assert_eq!(places(&points(&window, "points1")), [[60, 80, 100, 120]]);
    // A press that is no pull sets both.
    let place = at(&window, 200.0, 40.0);
    window.hover_at(place);
    window.step();
    window.drag_at(place);
    window.drop_at(place);
    window.step();
    settle(&mut window);
    assert_eq!(places(&points(&window, "points1")), [[60, 80, 100, 120], [200, 40, 200, 40]]);
    // There the target lies on top.
    pull(&mut window, &[(200.0, 40.0), (190.0, 70.0), (180.0, 60.0)]);
    assert_eq!(places(&points(&window, "points1"))[1], [200, 40, 180, 60]);
    pull(&mut window, &[(60.0, 80.0), (50.0, 70.0), (30.0, 40.0)]);
    assert_eq!(places(&points(&window, "points1"))[0], [30, 40, 100, 120]);
    for expected in [[60, 80, 100, 120], [60, 80, 100, 120]] {
        undo(&mut window);
        assert_eq!(places(&points(&window, "points1"))[0], expected);
    }
    undo(&mut window);
    undo(&mut window);
    assert!(points(&window, "points1").is_empty(), "each pull was one step");
}

#[test]
fn the_selected_point_is_disabled_and_deleted() {
    let mut window = window(3);
    pull(&mut window, &[(60.0, 80.0), (90.0, 90.0), (100.0, 120.0)]);
    pull(&mut window, &[(160.0, 80.0), (170.0, 90.0), (190.0, 120.0)]);
    window.get_by_label("Handle 1").click();
    window.step();
    settle(&mut window);
    press(&mut window, Key::E);
    assert_eq!(points(&window, "points1").iter().map(|point| point.enabled).collect::<Vec<_>>(), [false, true]);
    press(&mut window, Key::Delete);
    assert_eq!(places(&points(&window, "points1")), [[160, 80, 190, 120]]);
    undo(&mut window);
    undo(&mut window);
    assert_eq!(points(&window, "points1").len(), 2);
    window.get_by_label("Target 2").click_button(PointerButton::Secondary);
    window.run_ok();
    window.get_by_label("Delete point 2").click();
    window.step();
    settle(&mut window);
    assert_eq!(points(&window, "points1").len(), 1);
}

#[test]
fn a_drag_is_scrubbed_and_gone_on_with() {
    let mut window = window(3);
    pull(&mut window, &[(60.0, 80.0), (90.0, 90.0), (100.0, 120.0)]);
    assert!(window.query_by_label("Step").is_none());
    press(&mut window, Key::Space);
    let track = window.get_by_label("Step").rect();
    let progress = |window: &Window| node(window, "drag1").params_at(1.0).float("progress");
    // From the end to the first step.
    window.drag_at(track.right_center() - vec2(7.0, 0.0));
    window.step();
    for part in [0.8, 0.5, 0.34] {
        window.hover_at(track.left_center() + vec2(track.width() * part, 0.0));
        window.step();
    }
    window.drop_at(track.left_center() + vec2(track.width() * 0.34, 0.0));
    window.step();
    settle(&mut window);
    assert!((progress(&window) - 1.0 / 3.0).abs() < 1e-9, "{}", progress(&window));
    undo(&mut window);
    assert_eq!(progress(&window), 1.0, "scrubbing was one step");

    let middle = at(&window, 128.0, 128.0);
    window.hover_at(middle);
    window.step();
    press(&mut window, Key::Home);
    assert_eq!(progress(&window), 0.0);
    press(&mut window, Key::ArrowRight);
    press(&mut window, Key::ArrowRight);
    assert!((progress(&window) - 2.0 / 3.0).abs() < 1e-9);

    let handle = window.get_by_label("Handle 1").rect().center();
    pull(&mut window, &[(100.0, 120.0), (110.0, 110.0), (120.0, 100.0)]);
    let drags = |window: &Window| window.state().document().nodes().filter(|node| node.type_id() == "drag").count();
    assert_eq!(drags(&window), 2, "a new drag goes on from here");
    let moved = &points(&window, "points2")[0];
    assert!((at(&window, moved.handle.x, moved.handle.y) - handle).length() < 0.5);
    let view = View { node: node(&window, "drag2").id, output: "image".to_owned() };
    assert_eq!(window.state().desk().shown(), Some(&view));
    assert_eq!(places(&points(&window, "points1")), [[60, 80, 100, 120]], "the old points stay");
    undo(&mut window);
    assert_eq!(drags(&window), 1);
    assert_eq!(window.state().desk().shown().map(|view| view.node), Some(node(&window, "drag1").id));
}

#[test]
fn a_drag_stops_and_keeps_what_it_has_done() {
    let mut window = window(100_000);
    pull(&mut window, &[(60.0, 80.0), (90.0, 90.0), (200.0, 200.0)]);
    window.key_press(Key::Space);
    window.step();
    let start = std::time::Instant::now();
    while window.query_by_label("step 3").is_none() && window.query_by_label_contains("step 5").is_none() {
        assert!(start.elapsed().as_secs() < 60, "it does not run");
        window.step();
        std::thread::sleep(std::time::Duration::from_millis(5));
    }
    press(&mut window, Key::Space);
    let steps = node(&window, "drag1").params_at(1.0).int("max_steps");
    assert!((1..1000).contains(&steps), "{steps}");
    window.get_by_label_contains(&format!("step {steps} of {steps}"));
    assert_eq!(window.state().last_step(), Some(&*format!("Stop the drag at step {steps}")));

    // A pull while it runs stops it, and goes on from where it was.
    window.key_press(Key::Space);
    window.step();
    assert_eq!(node(&window, "drag1").params_at(1.0).int("max_steps"), 100_000);
    for _ in 0..20 {
        window.step();
        std::thread::sleep(std::time::Duration::from_millis(10));
    }
    pull(&mut window, &[(200.0, 200.0), (190.0, 190.0), (150.0, 150.0)]);
    assert!(!window.state().is_busy());
    assert!(node(&window, "drag1").params_at(1.0).int("max_steps") >= steps);
    assert_eq!(places(&points(&window, "points2"))[0][2..], [150, 150]);
}

#[test]
fn steps_are_played_from_the_start_as_one_step() {
    let mut window = window(3);
    pull(&mut window, &[(60.0, 80.0), (90.0, 90.0), (100.0, 120.0)]);
    press(&mut window, Key::J);
    assert_eq!(window.state().last_step(), Some("Add point 1"), "there is nothing to be played yet");
    press(&mut window, Key::Space);
    let progress = |window: &Window| node(window, "drag1").params_at(1.0).float("progress");
    window.key_press(Key::J);
    let (start, mut seen) = (std::time::Instant::now(), Vec::new());
    while window.query_by_label("Pause").is_some() || seen.len() < 4 {
        assert!(start.elapsed().as_secs() < 60, "it does not play: {seen:?}");
        window.step();
        seen.push((progress(&window) * 3.0).round() as i64);
        seen.dedup();
        std::thread::sleep(std::time::Duration::from_millis(5));
    }
    assert_eq!(seen[seen.len() - 4..], [0, 1, 2, 3]);
    assert_eq!(window.state().last_step(), Some("Play steps"));
    undo(&mut window);
    assert_eq!(window.state().last_step(), Some("Add point 1"));
}

#[test]
fn what_is_exported_is_asked_for_first() {
    let mut window = window(3);
    window.get_by_label("Export").click();
    window.run_ok();
    window.get_by_label_contains("Export picture…").click();
    window.step();
    settle(&mut window);
    assert!(window.query_all_by_value("drag1.png").count() > 0, "the name of what is shown is offered");
}

#[test]
fn masks_are_painted_erased_and_undone() {
    let mut window = window(3);
    press(&mut window, Key::X);
    pull(&mut window, &[(10.0, 10.0), (20.0, 20.0)]);
    assert!(window.state().document().by_name("mask1").is_none(), "there is nothing to erase");
    press(&mut window, Key::B);
    pull(&mut window, &[(60.0, 80.0), (90.0, 80.0), (120.0, 80.0), (120.0, 140.0)]);
    let strokes = shapes(&window, "mask1");
    let [Shape { outline: Outline::Stroke { points, radius }, op: ShapeOp::Add }] = &strokes[..] else {
        panic!("{strokes:?}");
    };
    assert_eq!((points.len(), *radius), (3, 15.0), "what lies on a line is left out");
    assert_eq!(node(&window, "mask1").params_at(1.0).int("width"), 256);
    press(&mut window, Key::CloseBracket);
    press(&mut window, Key::X);
    pull(&mut window, &[(60.0, 80.0), (70.0, 80.0)]);
    press(&mut window, Key::O);
    pull(&mut window, &[(10.0, 10.0), (20.0, 20.0), (50.0, 30.0)]);
    let strokes = shapes(&window, "mask1");
    assert_eq!(strokes[1].op, ShapeOp::Subtract);
    assert!(
        matches!(&strokes[2].outline, Outline::Ellipse { radii, .. } if (radii[0] - 20.0).abs() < 1.0),
        "{strokes:?}"
    );
    undo(&mut window);
    undo(&mut window);
    assert_eq!(shapes(&window, "mask1").len(), 1);
    undo(&mut window);
    assert!(window.state().document().by_name("mask1").is_none(), "the mask came with the first stroke");
}

#[test]
fn a_polygon_is_closed_by_a_key_and_dropped_by_another() {
    let mut window = window(3);
    press(&mut window, Key::P);
    let click = |window: &mut Window, x: f64, y: f64| {
        let place = at(window, x, y);
        window.hover_at(place);
        window.step();
        window.drag_at(place);
        window.step();
        window.drop_at(place);
        window.step();
        window.step();
    };
    for (x, y) in [(10.0, 10.0), (90.0, 20.0)] {
        click(&mut window, x, y);
    }
    press(&mut window, Key::Escape);
    for (x, y) in [(10.0, 10.0), (90.0, 20.0), (50.0, 90.0)] {
        click(&mut window, x, y);
    }
    press(&mut window, Key::Enter);
    let drawn = shapes(&window, "mask1");
    assert!(
        matches!(&drawn[..], [Shape { outline: Outline::Polygon { points }, .. }] if points.len() == 3),
        "{drawn:?}"
    );
}

#[test]
fn slots_are_compared_by_a_line_that_is_dragged() {
    let mut window = window(3);
    let view = window.state().desk().shown().cloned().expect("the picture");
    window.state_mut().desk_mut().slots[1] = Some(view);
    press(&mut window, Key::W);
    assert_eq!(window.state().desk().compare, Some(Compare::Wipe));
    let line = window.get_by_label("Wipe").rect();
    let middle = line.center();
    window.hover_at(middle + vec2(0.0, 60.0));
    window.step();
    window.drag_at(middle + vec2(0.0, 60.0));
    window.step();
    window.hover_at(middle + vec2(-80.0, 60.0));
    window.step();
    window.drop_at(middle + vec2(-80.0, 60.0));
    window.step();
    window.run_ok();
    let moved = window.get_by_label("Wipe").rect().center();
    assert!((moved.x - middle.x + 80.0).abs() < 2.0, "{moved:?}");
    press(&mut window, Key::W);
    assert_eq!(window.state().desk().compare, Some(Compare::Difference));
    press(&mut window, Key::W);
    assert_eq!(window.state().desk().compare, None);
    window.key_press_modifiers(Modifiers::SHIFT, Key::Num2);
    window.step();
    window.step();
    assert_eq!((window.state().desk().b, window.state().desk().compare), (1, Some(Compare::Wipe)));
    press(&mut window, Key::Num2);
    assert_eq!(window.state().desk().a, 1);
    press(&mut window, Key::Num7);
    assert_eq!(window.state().desk().a, 1, "an empty slot is not shown");
    press(&mut window, Key::W);
    press(&mut window, Key::W);
    press(&mut window, Key::W);
    assert_eq!((window.state().desk().b, window.state().desk().compare), (0, Some(Compare::Wipe)), "not with itself");
}
