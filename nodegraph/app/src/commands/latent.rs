//! `dragfx latent`.

use anyhow::Result;

use crate::args::LatentArgs;
use crate::{latents, open, picture};

/// Saves the latent of a seed or a file.
pub(crate) fn run(args: &LatentArgs) -> Result<()> {
    picture::check_path(&args.output, latents::FORMATS)?;
    let (mut generator, cancel) = open::generator(&args.model)?;
    let latent = latents::source(&args.source, &args.look, &mut generator, &cancel)?;
    latents::save(&args.output, &latent)
}
