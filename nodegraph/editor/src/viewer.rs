//! The viewer: the picture that is looked at, and what is done to it with the mouse. Points and masks are edits of the graph
//! behind the picture, of the nodes that [`subject`] finds.

mod act;
mod brush;
mod camera;
mod draft;
mod edit;
mod export;
mod header;
mod hint;
mod masking;
mod pictures;
mod play;
mod points;
mod readout;
mod say;
mod scrubber;
mod stage;
mod standing;
mod stroke;
pub(crate) mod subject;
#[cfg(test)]
pub(crate) mod testing;
#[cfg(test)]
mod tests;
mod tools;
mod well;

use eframe::egui::{self, CentralPanel, Frame, Margin, Panel};

use self::brush::Brush;
use self::camera::Camera;
use self::edit::PointChange;
use self::pictures::{Derived, Picture};
use self::play::Play;
use self::points::PointTool;
use self::stage::Stage;
use self::tools::Tool;
use crate::command::Command;
use crate::editor::Scene;
use crate::theme;

/// What the viewer remembers from frame to frame.
pub(crate) struct Viewer {
    camera: Camera,
    tool: Tool,
    points: PointTool,
    brush: Brush,
    /// Whether the mask is shown over the picture.
    overlay: bool,
    /// Where the line of the wipe is, of the picture's width.
    wipe: f32,
    /// Whether the graph travels in pictures that are written.
    embed: bool,
    /// Whether the picture before all drags is shown.
    before: bool,
    play: Play,
    /// A change of points that waits for a drag to stop.
    pending: Option<PointChange>,
    shown: Picture,
    compared: Picture,
    difference: Derived,
    mask: Derived,
}

impl Default for Viewer {
    fn default() -> Self {
        Self {
            camera: Camera::default(),
            tool: Tool::default(),
            points: PointTool::default(),
            brush: Brush::default(),
            overlay: true,
            wipe: 0.5,
            embed: true,
            before: false,
            play: Play::default(),
            pending: None,
            shown: Picture::default(),
            compared: Picture::default(),
            difference: Derived::default(),
            mask: Derived::default(),
        }
    }
}

impl Viewer {
    /// Draws it.
    pub(crate) fn show(&mut self, ui: &mut egui::Ui, scene: &Scene<'_>, commands: &mut Vec<Command>) {
        let stage = Stage::of(scene);
        self.send(scene, stage.as_ref(), commands);
        let bar = Frame::new().fill(theme::PANEL).inner_margin(Margin::symmetric(6, 4));
        Panel::top("viewer_header").frame(bar).show(ui, |ui| self.header(ui, scene, stage.as_ref(), commands));
        if let Some(stage) = &stage
            && let Some(standing) = &stage.standing
        {
            let wanted = Panel::bottom("viewer_steps")
                .frame(bar)
                .show(ui, |ui| scrubber::show(ui, standing, self.play.is_playing(), commands));
            self.scrub(scene, stage, wanted.inner, commands);
            self.play.go_on(ui, scene, stage, commands);
        }
        let strip = Frame::new().fill(theme::PANEL).inner_margin(4);
        Panel::left("viewer_tools").frame(strip).resizable(false).exact_size(38.0).show(ui, |ui| {
            tools::bar(ui, self.tool, commands);
        });
        CentralPanel::default().frame(Frame::new().fill(theme::WELL)).show(ui, |ui| {
            self.well(ui, scene, stage.as_ref(), commands);
        });
    }

    /// Whether what it shows is still being made.
    pub(crate) fn is_busy(&self) -> bool {
        self.pending.is_some() || self.difference.is_making() || self.mask.is_making()
    }

    /// Makes the change that waits, once the drag that it is about has stopped and what it did is known.
    fn send(&mut self, scene: &Scene<'_>, stage: Option<&Stage<'_>>, commands: &mut Vec<Command>) {
        if scene.compute.is_dragging() || scene.desk.settling {
            return;
        }
        if let Some(change) = self.pending.take()
            && let Some(stage) = stage
        {
            commands.extend(stage.change_points(scene, &change));
        }
    }

    /// Makes a change of points; a drag that runs stops before.
    fn change_points(
        &mut self,
        scene: &Scene<'_>,
        stage: &Stage<'_>,
        change: PointChange,
        commands: &mut Vec<Command>,
    ) {
        commands.extend(self.play.stop());
        if scene.compute.is_dragging() {
            commands.push(Command::StopDrag);
            self.pending = Some(change);
        } else {
            commands.extend(stage.change_points(scene, &change));
        }
    }
}
