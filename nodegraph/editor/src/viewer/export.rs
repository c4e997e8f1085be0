//! What is written to files from here: the picture, the steps of its drag, its latent.

use std::path::PathBuf;
use std::sync::Arc;

use dragfx_graph::document::NodeId;
use dragfx_graph::files::ENDINGS;

use super::Viewer;
use super::edit::name;
use super::stage::Stage;
use super::subject::Subject;
use crate::action::Action;
use crate::command::Command;
use crate::compute::Export;
use crate::desk::View;
use crate::dialog::Choice;
use crate::editor::Scene;

/// Most pictures of a film: ten seconds of it.
const MOST: usize = 240;
/// Pictures a second.
const RATE: f64 = 24.0;

impl Viewer {
    /// Asks where to, and has it written.
    pub(super) fn export(&self, action: Action, scene: &Scene<'_>, stage: &Stage<'_>, commands: &mut Vec<Command>) {
        let (view, frame, embed) = (stage.view.clone(), scene.desk.frame, self.embed);
        let picture = name(scene.session.document(), view.node);
        let (title, kind, endings, file, make): (_, _, _, _, Box<dyn Fn(PathBuf) -> Export + Send + Sync>) =
            match action {
                Action::ExportPicture => {
                    let make = move |path| Export::Picture { view: view.clone(), frame, path, embed };
                    ("Export the picture", "Pictures", owned(ENDINGS), format!("{picture}.png"), Box::new(make))
                }
                Action::ExportFilm => {
                    let Some(drag) = stage.drag() else {
                        return commands.push(Command::complain("There is no drag to make a film of"));
                    };
                    let formats = owned(scene.services.film_formats());
                    let file = named(&picture, &formats);
                    let make =
                        move |path| Export::Film { view: view.clone(), drag, frame, path, most: MOST, rate: RATE };
                    ("Export a film of the drag", "Films", formats, file, Box::new(make))
                }
                _ => {
                    let Some(latent) = latent(stage) else {
                        return commands.push(Command::complain("No latent paints this picture"));
                    };
                    let formats = owned(scene.services.latent_formats());
                    let file = named(&picture, &formats);
                    let make = move |path| Export::Latent { view: latent.clone(), frame, path };
                    ("Export the latent", "Latents", formats, file, Box::new(make))
                }
            };
        let folder = scene.session.path().map(|_| scene.session.folder());
        let then = Arc::new(move |path| Command::Export(make(path)));
        let choice =
            Choice { title: title.to_owned(), folder, save_as: Some(file), kind: (kind.to_owned(), endings), then };
        commands.push(Command::Choose(choice));
    }
}

/// Where the latent of the picture comes from.
fn latent(stage: &Stage<'_>) -> Option<View> {
    let output = |node: NodeId, output: &str| View { node, output: output.to_owned() };
    match &stage.subject {
        Subject::Latent { wire } => Some(output(wire.from, &wire.output)),
        _ => stage.drag().map(|drag| output(drag, "latent")),
    }
}

fn owned(formats: &[&str]) -> Vec<String> {
    formats.iter().map(|&format| format.to_owned()).collect()
}

fn named(stem: &str, formats: &[String]) -> String {
    formats.first().map_or_else(|| stem.to_owned(), |format| format!("{stem}.{format}"))
}
