//! The picture: points, masks, steps, comparing.

mod support;

use eframe::egui::{self, Key, Modifiers, Pos2, Vec2, vec2};
use egui_kittest::kittest::Queryable as _;
use support::{Window, first_window};

/// Presses at `from`, pulls to `to` and lets go.
fn pull(window: &mut Window, from: Pos2, to: Pos2) {
    window.hover_at(from);
    window.step();
    window.drag_at(from);
    window.step();
    for part in [0.3, 0.7, 1.0] {
        window.hover_at(from + (to - from) * part);
        window.step();
    }
    window.drop_at(to);
    window.step();
    window.settle();
}

fn center(window: &Window) -> Pos2 {
    window.get_by_label("Picture").rect().center()
}

#[test]
fn look() {
    let mut window = first_window();
    window.save("/tmp/viewer_empty.png");
    let middle = center(&window);
    pull(&mut window, middle + vec2(-20.0, -30.0), middle + vec2(30.0, 20.0));
    window.save("/tmp/viewer_point.png");
    window.key_press(Key::Space);
    window.step();
    let mut live = false;
    for _ in 0..60 {
        std::thread::sleep(std::time::Duration::from_millis(100));
        window.step();
        if !live && window.query_by_label_contains("step 3").is_some() {
            live = true;
            window.save("/tmp/viewer_live.png");
        }
    }
    window.key_press(Key::Space);
    window.settle();
    window.save("/tmp/viewer_dragged.png");
    window.key_press(Key::B);
    window.settle();
    window.save("/tmp/viewer_after_b.png");
    let _ = (Modifiers::NONE, Vec2::ZERO, egui::Rect::NOTHING);
}
