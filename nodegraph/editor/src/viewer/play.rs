//! Playing the steps of a drag.

use eframe::egui::Ui;

use super::stage::Stage;
use crate::command::Command;
use crate::editor::Scene;

/// Steps a second: as fast as film.
const RATE: f64 = 24.0;

/// Whether steps are played. All that is played is one undo step.
#[derive(Default)]
pub(super) struct Play {
    /// When the next step is due; the first one at once.
    next: Option<f64>,
}

impl Play {
    /// Whether steps are played.
    pub(super) fn is_playing(&self) -> bool {
        self.next.is_some()
    }

    /// Starts.
    pub(super) fn start(&mut self) -> Vec<Command> {
        self.next = Some(f64::NEG_INFINITY);
        vec![Command::Gesture("Play steps".to_owned())]
    }

    /// Stops, if it plays.
    pub(super) fn stop(&mut self) -> Option<Command> {
        self.next.take().map(|_| Command::Settle)
    }

    /// Shows the next step when it is due and the one before is to be seen; stops at the end, and when anything else is
    /// done.
    pub(super) fn go_on(&mut self, ui: &Ui, scene: &Scene<'_>, stage: &Stage<'_>, commands: &mut Vec<Command>) {
        let Some(due) = self.next else { return };
        let (now, touched) = ui.input(|input| (input.time, input.pointer.any_pressed() || !input.keys_down.is_empty()));
        let step = stage
            .standing
            .as_ref()
            .filter(|_| stage.has_steps())
            .map(|standing| (standing.whole_step(), standing.steps));
        let begins = due == f64::NEG_INFINITY;
        let Some((step, steps)) = step.filter(|(step, steps)| begins || (!touched && step < steps)) else {
            // What panels want in this frame is no part of it.
            commands.splice(0..0, self.stop());
            return;
        };
        if now >= due && !scene.compute.is_looking() {
            let next = if begins && step == steps { 0 } else { step + 1 };
            commands.extend(stage.go_to(scene, next));
            self.next = Some(now + 1.0 / RATE);
        }
        ui.ctx().request_repaint();
    }
}
