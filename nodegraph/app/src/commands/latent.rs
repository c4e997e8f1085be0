//! `dragfx latent`.

use anyhow::Result;

use crate::args::LatentArgs;
use crate::{latents, open, picture, progress};

/// Saves the latent of a seed or a file.
pub(crate) fn run(args: &LatentArgs) -> Result<()> {
    picture::check_path(&args.output, latents::FORMATS)?;
    // Until here Ctrl-C ends the program: an import has nothing to keep.
    let mut generator = open::generator(&args.model)?;
    let cancel = progress::cancel_on_ctrl_c()?;
    let latent = latents::source(&args.source, &args.look, &mut generator, &cancel)?;
    latents::save(&args.output, &latent)
}
