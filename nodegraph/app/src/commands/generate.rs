//! `dragfx generate`.

use anyhow::{Result, anyhow};
use dragfx_engine::{Cancel, Latent};
use ndarray::Array3;
use ndarray_npy::WriteNpyExt;
use serde_json::json;

use crate::args::GenerateArgs;
use crate::exit::Cancelled;
use crate::{latents, open, picture, progress, save};

/// Makes the picture or the grid.
pub(crate) fn run(args: &GenerateArgs) -> Result<()> {
    picture::check_path(&args.output, picture::FORMATS)?;
    if let Some(raw) = &args.raw {
        picture::check_path(raw, &["npy"])?;
    }
    let cancel = progress::cancel_on_ctrl_c()?;
    let mut generator = open::generator(&args.model)?;
    let seeds = args.seed.as_ref().map_or(&[][..], |seeds| &seeds.0);
    let bar = progress::count(seeds.len().max(1), "pictures");
    let mut pictures = Vec::new();
    let mut make = |generator: &mut dragfx_engine::Generator, latent: &Latent| -> Result<()> {
        if cancel.is_cancelled() {
            return Err(anyhow!(Cancelled));
        }
        pictures.push(generator.picture(latent, args.noise.noise, &cancel)?);
        bar.inc(1);
        Ok(())
    };
    if let Some(path) = &args.latent {
        let latent = latents::file(path, &args.look, &generator)?;
        make(&mut generator, &latent)?;
    }
    for &seed in seeds {
        let latent = latents::seed(seed, &args.look, &mut generator, &Cancel::new())?;
        make(&mut generator, &latent)?;
    }
    bar.finish_and_clear();

    if let Some(raw) = &args.raw {
        let stacked = picture::stacked(&pictures)?;
        save::file(raw, |to| Ok(stacked.write_npy(to)?))?;
    }
    let truncation = args.seed.as_ref().map(|_| latents::truncation(&args.look, &generator));
    let source = &generator.model().manifest().source;
    let settings = json!({
        "model": {"name": source.name, "blake3": source.blake3},
        "seeds": seeds,
        "latent": args.latent,
        "psi": truncation.map(|truncation| truncation.psi),
        "cutoff": args.look.cutoff,
        "class": args.look.class.first(),
        "noise": args.noise.noise.to_string(),
    });
    picture::save(&args.output, &picture::to_image(&whole(pictures, args.columns)?.view())?, &settings)
}

/// The one picture, or all of them as a grid.
fn whole(mut pictures: Vec<Array3<f32>>, columns: Option<u32>) -> Result<Array3<f32>> {
    if pictures.len() == 1 && columns.is_none() {
        return Ok(pictures.remove(0));
    }
    let columns = columns.map_or((pictures.len() as f64).sqrt().ceil() as usize, |columns| columns as usize);
    picture::grid(&pictures, columns.min(pictures.len()))
}
