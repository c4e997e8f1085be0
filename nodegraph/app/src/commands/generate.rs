//! `dragfx generate`.

use std::path::Path;

use anyhow::Result;
use ndarray::{Array3, Axis};
use ndarray_npy::WriteNpyExt;

use crate::args::GenerateArgs;
use crate::{latents, open, picture, progress, save};

/// Makes the picture or the grid.
pub(crate) fn run(args: &GenerateArgs) -> Result<()> {
    picture::check_path(&args.output, picture::FORMATS)?;
    if let Some(raw) = &args.raw {
        picture::check_path(raw, &["npy"])?;
    }
    let seeds = args.seed.as_ref().map_or(&[][..], |seeds| &seeds.0);
    let sources: Vec<Source<'_>> = match &args.latent {
        Some(path) => vec![Source::File(path)],
        None => seeds.iter().map(|&seed| Source::Seed(seed)).collect(),
    };
    let mut grid = picture::Grid::new(sources.len(), args.columns)?;
    let (mut generator, cancel) = open::generator(&args.model)?;
    grid.check(&args.output, generator.spec().resolution)?;

    let bar = progress::count(sources.len(), "pictures");
    let mut raw: Vec<Array3<f32>> = Vec::new();
    for source in sources {
        let latent = match source {
            Source::File(path) => latents::file(path, &args.look, &generator)?,
            Source::Seed(seed) => latents::seed(seed, &args.look, &mut generator, &cancel)?,
        };
        let picture = generator.picture(&latent, args.noise.noise, &cancel)?;
        grid.add(&picture::to_image(&picture.view())?);
        if args.raw.is_some() {
            raw.push(picture);
        }
        bar.inc(1);
    }
    bar.finish_and_clear();
    if let Some(path) = &args.raw {
        let views: Vec<_> = raw.iter().map(|picture| picture.view()).collect();
        let stacked = ndarray::stack(Axis(0), &views)?;
        save::file(path, |to| Ok(stacked.write_npy(to)?))?;
    }
    let file = args.latent.as_deref();
    let mut facts = latents::facts(&mut generator, file.is_none(), file, &args.look, args.noise.noise);
    facts.insert("seeds".to_owned(), seeds.into());
    picture::save(&args.output, &grid.finish()?, &facts.into())
}

/// Where the latent of a picture comes from.
enum Source<'a> {
    File(&'a Path),
    Seed(u32),
}
