//! What the viewer shows in a frame, found out once.

use dragfx_engine::PointPair;

use super::edit::{Change, PointChange, Refusal, change_points, go_on, set_progress};
use super::masking::{clear, paint};
use super::standing::{Phase, Standing};
use super::subject::Subject;
use crate::command::Command;
use crate::desk::View;
use crate::editor::Scene;
use dragfx_graph::document::NodeId;
use dragfx_graph::shape::Shape;

/// What is looked at, and the drag in it.
pub(super) struct Stage<'a> {
    /// What is looked at.
    pub(super) view: &'a View,
    /// What of it can be dragged.
    pub(super) subject: Subject,
    /// Where its drag stands; where there is none yet, one without points.
    pub(super) standing: Option<Standing>,
}

impl<'a> Stage<'a> {
    /// What is looked at now; `None` where nothing is.
    pub(super) fn of(scene: &Scene<'a>) -> Option<Self> {
        let view = scene.desk.shown()?;
        let document = scene.session.document();
        let subject = Subject::of(document, view);
        let standing = match &subject {
            Subject::Drag(handles) => {
                let state = scene.compute.drag(handles.drag);
                Some(Standing::of(document, handles, scene.desk.frame as f64, &state))
            }
            Subject::Latent { .. } => Some(Standing::empty()),
            Subject::Moved { .. } | Subject::Nothing => None,
        };
        Some(Self { view, subject, standing })
    }

    /// The Drag node.
    pub(super) fn drag(&self) -> Option<NodeId> {
        self.subject.handles().map(|handles| handles.drag)
    }

    /// Whether the way of the drag is there to be gone through.
    pub(super) fn has_steps(&self) -> bool {
        self.standing.as_ref().is_some_and(|standing| standing.steps > 0 && standing.phase != Phase::Running)
    }

    /// The points of the picture that was dragged, if one is shown.
    fn here(&self) -> Option<&[PointPair]> {
        self.standing.as_ref().and_then(Standing::here)
    }

    /// Changes points, or says why not.
    pub(super) fn change_points(&self, scene: &Scene<'_>, change: &PointChange) -> Vec<Command> {
        let (document, registry) = (scene.session.document(), scene.session.registry());
        made(scene, change_points(document, registry, self.view, scene.desk.frame as f64, self.here(), change))
    }

    /// Goes on from the step that is shown, or says why not.
    pub(super) fn go_on(&self, scene: &Scene<'_>) -> Vec<Command> {
        let Some(here) = self.here() else {
            return vec![Command::complain("This is the start of the drag: there is nothing to go on from")];
        };
        made(scene, go_on(scene.session.document(), scene.session.registry(), self.view, here))
    }

    /// Draws into the mask, or says why not.
    pub(super) fn paint(&self, scene: &Scene<'_>, size: [usize; 2], shape: Shape) -> Vec<Command> {
        made(scene, paint(scene.session.document(), scene.session.registry(), self.view, size, shape))
    }

    /// Clears the mask, or says why not.
    pub(super) fn clear_mask(&self, scene: &Scene<'_>) -> Vec<Command> {
        match clear(scene.session.document(), scene.session.registry(), self.view).transpose() {
            Some(cleared) => made(scene, cleared),
            None => vec![Command::say("The mask is clear")],
        }
    }

    /// Goes to a step of the drag.
    pub(super) fn go_to(&self, scene: &Scene<'_>, step: usize) -> Vec<Command> {
        let Some((drag, standing)) = self.drag().zip(self.standing.as_ref()) else { return Vec::new() };
        let Some(node) = scene.session.document().node(drag) else { return Vec::new() };
        let progress = step.min(standing.steps) as f64 / standing.steps.max(1) as f64;
        match set_progress(node, scene.desk.frame as f64, progress) {
            Ok(edit) => vec![Command::edit(format!("Go to step {step}"), edit)],
            Err(refusal) => vec![Command::complain(refusal.to_string())],
        }
    }
}

/// A change as commands, or why it is refused.
fn made(scene: &Scene<'_>, change: Result<Change, Refusal>) -> Vec<Command> {
    match change {
        Ok(Change { label, edits, look }) => {
            let slot = scene.desk.a;
            let look = look.map(|view| Command::Look { slot, view });
            [Command::Edit { label, edits }].into_iter().chain(look).collect()
        }
        Err(refusal) => vec![Command::complain(capital(&refusal.to_string()))],
    }
}

/// A text as a sentence of its own.
fn capital(text: &str) -> String {
    let mut letters = text.chars();
    letters.next().map_or_else(String::new, |first| first.to_uppercase().chain(letters).collect())
}
