//! `dragfx generate`.

use std::path::Path;

use anyhow::Result;
use dragfx_engine::Generator;
use ndarray::{Array3, Axis};
use ndarray_npy::WriteNpyExt;
use serde_json::{Value, json};

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
    // Until here Ctrl-C ends the program: an import has nothing to keep.
    let mut generator = open::generator(&args.model)?;
    let cancel = progress::cancel_on_ctrl_c()?;
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
    picture::save(&args.output, &grid.finish()?, &settings(args, seeds, &mut generator))
}

/// Where the latent of a picture comes from.
enum Source<'a> {
    File(&'a Path),
    Seed(u32),
}

/// What makes the same picture again.
fn settings(args: &GenerateArgs, seeds: &[u32], generator: &mut Generator) -> Value {
    let truncation = args.seed.as_ref().map(|_| latents::truncation(&args.look, generator));
    let source = &generator.model().manifest().source;
    json!({
        "model": {"name": source.name, "blake3": source.blake3},
        "seeds": seeds,
        "latent": args.latent,
        "psi": truncation.map(|truncation| truncation.psi),
        "cutoff": args.look.cutoff,
        "class": args.look.class.first(),
        "noise": args.noise.noise.to_string(),
    })
}
