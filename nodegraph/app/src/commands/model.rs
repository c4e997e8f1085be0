//! `dragfx model`: import, info, verify, random.

use std::path::Path;

use anyhow::{Result, anyhow};
use dragfx_export::checkpoint::{Checkpoint, random::RandomGenerator};
use dragfx_export::pack::{Manifest, SourceInfo, import};
use dragfx_export::spec::Generator;
use dragfx_runtime::{Device, Session, SessionOptions};
use serde_json::json;

use crate::args::{CacheArgs, ModelCommand};
use crate::exit::Invalid;
use crate::{open, picture, print, progress};

/// Runs a `model` command.
pub(crate) fn run(command: &ModelCommand) -> Result<()> {
    match command {
        ModelCommand::Import { file, output, cache } => import_to(file, output.as_deref(), cache),
        ModelCommand::Info { model, json } => info(model, *json),
        ModelCommand::Verify { model, cache } => verify(model, cache),
        ModelCommand::Random { output, resolution, channel_base, channel_max, seed } => {
            picture::check_path(output, &["safetensors"])?;
            let (resolution, channel_base, channel_max, seed) = (*resolution, *channel_base, *channel_max, *seed);
            // Made to be looked at: within the picture's range, and without grain.
            let (contrast, noise_strength) = (0.3, 0.0);
            let sizes = RandomGenerator { resolution, channel_base, channel_max, ..RandomGenerator::default() };
            Ok(RandomGenerator { contrast, noise_strength, seed, ..sizes }.write(output)?)
        }
    }
}

fn import_to(file: &Path, output: Option<&Path>, cache: &CacheArgs) -> Result<()> {
    let folder = match output {
        None => open::pack(file, cache)?,
        Some(folder) => {
            if open::is_a_pack(file)? {
                return Err(anyhow!(Invalid(format!("{} is a model pack already", file.display()))));
            }
            open::with_progress(file, |progress| Ok(import(file, folder, progress)?))?;
            folder.to_owned()
        }
    };
    print::line(format_args!("{}", folder.display()))?;
    Ok(())
}

fn info(model: &Path, as_json: bool) -> Result<()> {
    let (source, spec, pack) = if open::is_a_pack(model)? {
        let manifest = Manifest::read(model)?;
        (manifest.source, manifest.generator, true)
    } else {
        let checkpoint = Checkpoint::open(model)?;
        let source = SourceInfo {
            name: model.file_name().unwrap_or_default().to_string_lossy().into_owned(),
            blake3: checkpoint.blake3()?.to_hex().to_string(),
            format: checkpoint.format().to_string(),
            network: checkpoint.network().to_owned(),
        };
        (source, checkpoint.generator().clone(), false)
    };
    if as_json {
        let facts = json!({ "source": source, "pack": pack, "generator": spec });
        print::line(format_args!("{facts:#}"))?;
        return Ok(());
    }
    print::line(format_args!(
        "model         {}, {}, network {}{}",
        source.name,
        source.format,
        source.network,
        if pack { ", imported" } else { "" }
    ))?;
    print::line(format_args!("blake3        {}", source.blake3))?;
    print::line(format_args!("picture       {0}x{0}, {1} channels", spec.resolution, spec.img_channels))?;
    print::line(format_args!("latents       z {}, w {} x {} rows", spec.z_dim, spec.w_dim, spec.num_ws))?;
    print::line(format_args!(
        "classes       {}",
        if spec.c_dim == 0 { "none".to_owned() } else { format!("0 to {}", spec.c_dim - 1) }
    ))?;
    print::line(format_args!("architecture  {}", architecture(&spec)))?;
    print::line(format_args!(
        "truncation    {}",
        if spec.mapping.has_w_avg { "yes" } else { "no: the file has no w_avg" }
    ))?;
    print::line(format_args!("taps          {}", taps(&spec)))?;
    Ok(())
}

fn architecture(spec: &Generator) -> String {
    let last = spec.blocks.last();
    let kind = last.map_or_else(String::new, |block| format!("{:?}", block.architecture).to_lowercase());
    let clamp = last.and_then(|block| block.conv1.conv_clamp);
    let clamp = clamp.map_or_else(|| "no clamp".to_owned(), |limit| format!("clamp ±{limit}"));
    format!("{kind}, {} mapping layers, {clamp}", spec.mapping.layers.len())
}

fn taps(spec: &Generator) -> String {
    let taps = spec.blocks.iter().enumerate();
    taps.map(|(i, b)| format!("{i}: {0}x{0}x{1}", b.resolution, b.out_channels)).collect::<Vec<_>>().join(", ")
}

fn verify(model: &Path, cache: &CacheArgs) -> Result<()> {
    let folder = open::pack(model, cache)?;
    let manifest = Manifest::read(&folder)?;
    let damaged = manifest.damaged(&folder);
    if !damaged.is_empty() {
        let files: Vec<_> = damaged.iter().map(|path| path.display().to_string()).collect();
        return Err(anyhow!("damaged or missing: {}; delete the pack and import again", files.join(", ")));
    }
    let graphs: Vec<_> = manifest.graphs().collect();
    let bar = progress::count(graphs.len(), "graphs");
    for graph in &graphs {
        Session::open(folder.join(&graph.file), &SessionOptions::on(Device::Cpu))?;
        bar.inc(1);
    }
    bar.finish_and_clear();
    print::line(format_args!(
        "{}: {} files intact, {} graphs open",
        folder.display(),
        manifest.files.len(),
        graphs.len()
    ))?;
    Ok(())
}
