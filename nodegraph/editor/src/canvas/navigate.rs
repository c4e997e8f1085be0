//! The camera follows wheel, trackpad and pointer.

use eframe::egui::{Event, MouseWheelUnit, PointerButton, Ui, Vec2};

use super::Canvas;
use super::hold::Hold;

/// What turned last: a wheel comes closer, a trackpad moves.
#[derive(Default, PartialEq)]
pub(super) enum Wheel {
    #[default]
    Wheel,
    Trackpad,
}

/// The speed of the wheel, per point that a page would move.
const SPEED: f32 = 0.004;

impl Canvas {
    /// Moves the camera, and keeps the wheel from everybody else.
    pub(super) fn navigate(&mut self, ui: &Ui) {
        let Some(at) = self.pointer(ui) else { return };
        self.cursor = Some(at);
        let (scroll, zoom, shift) = ui.input_mut(|input| {
            for event in &input.events {
                if let Event::MouseWheel { unit, .. } = event {
                    self.wheel = if *unit == MouseWheelUnit::Point { Wheel::Trackpad } else { Wheel::Wheel };
                }
            }
            let scroll = std::mem::replace(&mut input.smooth_scroll_delta, Vec2::ZERO);
            (scroll, input.zoom_delta(), input.modifiers.shift)
        });
        if zoom != 1.0 {
            self.camera.zoom_by(zoom, at);
        } else if self.wheel == Wheel::Trackpad || shift {
            self.camera.pan_by(scroll);
        } else if scroll.y != 0.0 {
            self.camera.zoom_by((scroll.y * SPEED).exp(), at);
        }
        let (pressed, delta) = ui.input(|input| {
            let alt = input.modifiers.alt && input.pointer.primary_pressed();
            (input.pointer.button_pressed(PointerButton::Middle) || alt, input.pointer.delta())
        });
        if pressed {
            self.hold = Hold::Pan;
        } else if matches!(self.hold, Hold::Pan) {
            self.camera.pan_by(delta);
        }
    }
}
