//! What keys and menus want of the viewer.

use super::Viewer;
use super::camera::Camera;
use super::edit::PointChange;
use super::scrubber::Scrub;
use super::stage::Stage;
use super::tools::Tool;
use crate::action::Action;
use crate::command::Command;
use crate::desk::{Compare, Desk, SLOTS};
use crate::editor::Scene;

impl Viewer {
    /// Does what a key or a menu wants of it.
    pub(crate) fn act(&mut self, action: Action, scene: &Scene<'_>, commands: &mut Vec<Command>) {
        if let Some(tool) = Tool::of(action) {
            self.brush.drop_shape();
            self.tool = tool;
        }
        match action {
            Action::LargerBrush => self.brush.resize(true),
            Action::SmallerBrush => self.brush.resize(false),
            Action::Overlay => self.overlay = !self.overlay,
            Action::Fit => self.camera = Camera::Fit,
            Action::Pixels => self.camera = self.camera.with_zoom(1.0),
            Action::Compare => commands.push(Command::Compare(other(scene.desk), next(scene.desk.compare))),
            _ => {}
        }
        if let Some(stage) = Stage::of(scene) {
            self.act_on(action, scene, &stage, commands);
        }
    }

    fn act_on(&mut self, action: Action, scene: &Scene<'_>, stage: &Stage<'_>, commands: &mut Vec<Command>) {
        let count = stage.standing.as_ref().map_or(0, |standing| standing.points.len());
        let selected = self.points.selected.filter(|&index| index < count);
        let steps = stage.standing.as_ref().filter(|_| stage.has_steps());
        match action {
            Action::ClearMask => commands.extend(stage.clear_mask(scene)),
            Action::ExportPicture | Action::ExportFilm | Action::ExportLatent => {
                self.export(action, scene, stage, commands);
            }
            Action::GoOn => commands.extend(stage.go_on(scene)),
            Action::EnablePoint | Action::DeletePoint => {
                let Some(index) = selected else {
                    return commands.push(Command::say("No point is selected: click one"));
                };
                let enabled = stage.standing.as_ref().is_some_and(|standing| standing.points[index].enabled);
                let change = match action {
                    Action::DeletePoint => PointChange::Remove(index),
                    _ => PointChange::Enable(index, !enabled),
                };
                self.change_points(scene, stage, change, commands);
            }
            Action::PlaySteps if self.play.is_playing() => commands.extend(self.play.stop()),
            Action::PlaySteps | Action::PreviousStep | Action::NextStep | Action::FirstStep | Action::LastStep => {
                let Some(standing) = steps else {
                    return commands.push(Command::say("There are no steps yet: drag first"));
                };
                let step = match action {
                    Action::PlaySteps => return commands.extend(self.play.start()),
                    // Between two steps, the one before is the previous one.
                    Action::PreviousStep => (standing.step.ceil() as usize).saturating_sub(1),
                    Action::NextStep => standing.step.floor() as usize + 1,
                    Action::FirstStep => 0,
                    _ => standing.steps,
                };
                commands.extend(stage.go_to(scene, step.min(standing.steps)));
            }
            _ => {}
        }
    }

    /// What was done to the marker of the steps.
    pub(super) fn scrub(
        &mut self,
        scene: &Scene<'_>,
        stage: &Stage<'_>,
        wanted: Vec<Scrub>,
        commands: &mut Vec<Command>,
    ) {
        for scrub in wanted {
            match scrub {
                Scrub::Begin => commands.push(Command::Gesture("Scrub the drag".to_owned())),
                Scrub::To(step) => commands.extend(stage.go_to(scene, step)),
                Scrub::End => commands.push(Command::Settle),
            }
        }
    }
}

/// The slot to compare with: the one that was chosen, or if it is shown itself, another one that is taken.
pub(super) fn other(desk: &Desk) -> usize {
    let is_other = |slot: &usize| *slot != desk.a && desk.slots[*slot].is_some();
    std::iter::once(desk.b).chain(0..SLOTS).find(is_other).unwrap_or(desk.b)
}

/// Off, wipe, difference, and off again.
fn next(compare: Option<Compare>) -> Option<Compare> {
    match compare {
        None => Some(Compare::Wipe),
        Some(Compare::Wipe) => Some(Compare::Difference),
        Some(Compare::Difference) => None,
    }
}
