//! `dragfx edit`: the node editor.

use std::path::Path;
use std::sync::Arc;

use anyhow::{Error, Result, anyhow};
use dragfx_editor::{Services, Setup, starter};
use dragfx_engine::Latent;
use dragfx_graph::eval::Evaluator;
use dragfx_graph::registry::Registry;
use dragfx_graph::value::Image;

use crate::animation::{self, Pace};
use crate::args::EditArgs;
use crate::effects::{self, Purpose};
use crate::{graphs, latents, open, picture, print};

/// Opens the window, and comes back when it is closed.
pub(crate) fn run(args: &EditArgs) -> Result<()> {
    if args.keys {
        return print::line(dragfx_editor::keys().trim_end());
    }
    let store = graphs::model_store(&args.cache, open::session_options(&args.on)?)?;
    let evaluator = Evaluator::new(store.into()).with_disk(graphs::trajectories(&args.cache)?);
    let registry = Registry::standard();
    let setup = Setup {
        starter: starter(&registry, graphs::bundled()),
        registry,
        effects: Box::new(|| effects::all(Purpose::Compute).registry),
        evaluator: Arc::new(evaluator),
        file: args.file.clone(),
        state: dirs::state_dir().or_else(dirs::data_local_dir).map(|folder| folder.join("dragfx")),
        safe_mode: args.safe_mode,
        services: Arc::new(Files),
    };
    dragfx_editor::run(setup).map_err(|error| {
        anyhow!("can't open a window: {error}; `dragfx render` and the other commands work without a screen")
    })
}

/// Files as the other commands write them.
struct Files;

impl Services for Files {
    fn film_formats(&self) -> &[&str] {
        animation::FORMATS
    }

    fn film(
        &self,
        path: &Path,
        pictures: &mut dyn ExactSizeIterator<Item = Result<Arc<Image>, String>>,
        rate: f64,
    ) -> Result<(), String> {
        let mut frames = pictures.map(|image| picture::opaque(&*image.map_err(Error::msg)?));
        in_words(picture::check_path(path, animation::FORMATS))?;
        in_words(animation::save(path, &mut frames, Pace::Rate(rate)))
    }

    fn latent_formats(&self) -> &[&str] {
        latents::FORMATS
    }

    fn latent(&self, path: &Path, latent: &Latent) -> Result<(), String> {
        in_words(picture::check_path(path, latents::FORMATS))?;
        in_words(latents::save(path, latent))
    }
}

fn in_words(result: Result<()>) -> Result<(), String> {
    result.map_err(|error| format!("{error:#}"))
}
