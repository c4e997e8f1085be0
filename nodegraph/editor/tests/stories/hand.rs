//! A hand on the mouse and one on the keyboard.

use eframe::egui::{Event, Key, Modifiers, PointerButton, Pos2, Rect};
use egui_kittest::kittest::Queryable as _;

use crate::support::Window;

/// Keys and mouse, as people use them: what is pressed is seen by a frame before anything else happens.
pub(crate) trait Hand {
    /// Where the widget of that name is.
    fn find(&self, label: &str) -> Rect;
    /// Moves the pointer.
    fn point(&mut self, at: Pos2);
    /// Clicks there.
    fn click(&mut self, at: Pos2);
    /// Presses there, moves in a few steps, and lets go.
    fn drag(&mut self, from: Pos2, to: Pos2);
    /// Presses a key.
    fn press(&mut self, key: Key);
    /// Presses a key with others held.
    fn press_with(&mut self, modifiers: Modifiers, key: Key);
    /// Types a text.
    fn write(&mut self, text: &str);
}

impl Hand for Window {
    #[track_caller]
    fn find(&self, label: &str) -> Rect {
        // The tree for screen readers counts pixels.
        self.get_by_label(label).rect() / self.ctx.pixels_per_point()
    }

    fn point(&mut self, at: Pos2) {
        self.hover_at(at);
        self.step();
        self.step();
    }

    fn click(&mut self, at: Pos2) {
        self.point(at);
        for pressed in [true, false] {
            self.event(Event::PointerButton {
                pos: at,
                button: PointerButton::Primary,
                pressed,
                modifiers: Modifiers::NONE,
            });
            self.step();
        }
        self.step();
    }

    fn drag(&mut self, from: Pos2, to: Pos2) {
        self.point(from);
        self.drag_at(from);
        self.step();
        for part in 1..=4 {
            self.hover_at(from.lerp(to, part as f32 / 4.0));
            self.step();
        }
        self.drop_at(to);
        self.step();
        self.step();
    }

    fn press(&mut self, key: Key) {
        self.press_with(Modifiers::NONE, key);
    }

    fn press_with(&mut self, modifiers: Modifiers, key: Key) {
        self.key_press_modifiers(modifiers, key);
        self.step();
        self.step();
    }

    fn write(&mut self, text: &str) {
        self.event(Event::Text(text.to_owned()));
        self.step();
        self.step();
    }
}
