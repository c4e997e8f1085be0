//! The picture: points, masks, steps, comparing.

mod support;

use eframe::egui::{Key, Modifiers, Pos2, vec2};
use egui_kittest::kittest::Queryable as _;
use support::{Setting, Window};

fn begin(window: &mut Window, from: Pos2, to: Pos2) {
    window.hover_at(from);
    window.step();
    window.drag_at(from);
    window.step();
    for part in [0.2, 0.3, 0.5, 0.7, 1.0] {
        let bend = vec2(0.0, 30.0 * (part * 3.14f32).sin());
        window.hover_at(from + (to - from) * part + bend);
        window.step();
    }
}

fn pull(window: &mut Window, from: Pos2, to: Pos2) {
    begin(window, from, to);
    window.drop_at(to);
    window.step();
    window.settle();
}

fn looked(scale: f32) {
    let mut window = Setting { scale: Some(scale), ..Setting::default() }.open();
    let s = |name: &str| format!("/tmp/v{scale}_{name}.png");
    window.save(s("empty"));
    let middle = (window.get_by_label("Picture").rect().center().to_vec2() / scale).to_pos2();
    begin(&mut window, middle + vec2(-20.0, -30.0), middle + vec2(30.0, 20.0));
    window.save(s("pulling"));
    window.drop_at(middle + vec2(30.0, 20.0));
    window.step();
    pull(&mut window, middle + vec2(-90.0, 60.0), middle + vec2(-120.0, 60.0));
    window.key_press(Key::B);
    window.step();
    pull(&mut window, middle + vec2(-100.0, -30.0), middle + vec2(100.0, -20.0));
    window.save(s("painted"));
    begin(&mut window, middle + vec2(-100.0, 30.0), middle + vec2(60.0, 30.0));
    window.save(s("painting"));
    window.drop_at(middle + vec2(60.0, 30.0));
    window.step();
    window.settle();
    window.key_press(Key::Q);
    window.key_press(Key::Space);
    for _ in 0..30 {
        std::thread::sleep(std::time::Duration::from_millis(100));
        window.step();
    }
    window.key_press(Key::Space);
    window.settle();
    window.key_press(Key::ArrowLeft);
    window.settle();
    window.save(s("stopped"));
    let _ = Modifiers::NONE;
}

#[test]
fn look1() {
    looked(1.0);
}

#[test]
fn look2() {
    looked(2.0);
}
