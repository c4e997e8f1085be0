//! What people do on the timeline.

use std::collections::BTreeSet;

use dragfx_graph::document::{Edit, FrameRange, NodeId, ParamPath};
use eframe::egui::{Key, Pos2};
use egui_kittest::kittest::Queryable as _;

use super::keys::marks;
use crate::testing::{Window, document, window};

/// A window of a hundred frames with a latent whose psi has keys at 10 and 50.
fn animated() -> (Window, NodeId) {
    let (mut document, ids) = document(&["latent"]);
    document.apply(Edit::SetFrames(FrameRange { first: 1, last: 101, rate: 10.0 })).expect("frames");
    for (frame, value) in [(10.0, "0.1"), (50.0, "0.5")] {
        let node = document.node(ids[0]).expect("the latent");
        let edit = node.keyframe(&ParamPath::whole("psi"), frame, value, None).expect("a key");
        document.apply(edit).expect("it is set");
    }
    (window(document), ids[0])
}

fn frames(window: &Window) -> Vec<f64> {
    marks(window.state().document(), &BTreeSet::new()).iter().map(|mark| mark.frame).collect()
}

fn press(window: &mut Window, from: Pos2, to: Pos2) {
    window.hover_at(from);
    window.run_steps(2);
    window.drag_at(from);
    window.run_steps(2);
    window.hover_at(from.lerp(to, 0.5));
    window.run_steps(2);
    window.hover_at(to);
    window.run_steps(2);
    window.drop_at(to);
    window.run_steps(2);
}

#[test]
fn the_ruler_is_scrubbed() {
    let (mut window, _) = animated();
    let ruler = window.get_by_label("Frames 1 to 101").rect();
    press(&mut window, ruler.left_center(), ruler.center());
    assert_eq!(window.state().frame(), 51);
    assert_eq!(window.state().last_step(), None, "looking changes nothing");
}

#[test]
fn keyframes_are_gone_to_moved_and_deleted() {
    let (mut window, _) = animated();
    let place = |window: &Window, frame| window.get_by_label(&format!("Keyframe at {frame}")).rect().center();
    let (ten, fifty) = (place(&window, 10), place(&window, 50));
    window.get_by_label("Keyframe at 50").click();
    window.run();
    assert_eq!(window.state().frame(), 50);
    press(&mut window, ten, ten.lerp(fifty, 0.5));
    assert_eq!((frames(&window), window.state().frame()), (vec![30.0, 50.0], 30));
    assert_eq!(window.state().last_step(), Some("Move keyframe at 10"));
    window.key_press(Key::Delete);
    window.run();
    assert_eq!(frames(&window), [50.0]);
    window.key_press_modifiers(eframe::egui::Modifiers::COMMAND, Key::Z);
    window.key_press_modifiers(eframe::egui::Modifiers::COMMAND, Key::Z);
    window.run();
    assert_eq!(frames(&window), [10.0, 50.0]);
}

#[test]
fn keyframes_go_on_another_way() {
    let (mut window, id) = animated();
    window.get_by_label("Keyframe at 10").click_secondary();
    window.run();
    window.get_by_label("Hold").click();
    window.run();
    let psi = window.state().document().node(id).expect("the latent").params_at(30.0).float("psi");
    assert_eq!(psi, 0.1);
}

#[test]
fn keys_go_from_frame_to_frame_and_from_keyframe_to_keyframe() {
    let (mut window, _) = animated();
    let command = eframe::egui::Modifiers::COMMAND;
    let mut after = |press: &dyn Fn(&Window)| {
        press(&window);
        window.run();
        window.state().frame()
    };
    assert_eq!(after(&|window| window.key_press(Key::Period)), 2);
    assert_eq!(after(&|window| window.key_press_modifiers(command, Key::ArrowRight)), 10);
    assert_eq!(after(&|window| window.key_press_modifiers(command, Key::ArrowRight)), 50);
    assert_eq!(after(&|window| window.key_press(Key::Comma)), 49);
    assert_eq!(after(&|window| window.key_press_modifiers(command, Key::ArrowLeft)), 10);
    assert_eq!(after(&|window| window.get_by_label("To last frame").click()), 101);
}

#[test]
fn frames_are_played_and_stopped() {
    let (mut window, _) = animated();
    window.key_press(Key::L);
    while window.state().frame() < 4 {
        // Frames wait for their pictures, which are computed meanwhile.
        window.step();
        std::thread::sleep(std::time::Duration::from_millis(2));
    }
    window.key_press(Key::L);
    window.run_steps(2);
    let stopped = window.state().frame();
    window.run_steps(20);
    assert_eq!(window.state().frame(), stopped);
}

#[test]
fn the_range_is_set_and_undone() {
    let (document, _) = document(&["latent"]);
    let mut window = window(document);
    window.get_by_label_contains("One frame");
    window.get_by_label("Last frame").click();
    window.run();
    window.key_press_modifiers(eframe::egui::Modifiers::COMMAND, Key::A);
    window.get_by_label("Last frame").type_text("24");
    window.run();
    window.key_press(Key::Enter);
    window.run();
    assert_eq!(window.state().document().frames().last, 24);
    assert!(window.query_by_label("Frames 1 to 24").is_some());
    window.key_press_modifiers(eframe::egui::Modifiers::COMMAND, Key::Z);
    window.run();
    assert_eq!(window.state().document().frames().last, 1);
}
