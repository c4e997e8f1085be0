//! `dragfx render`: frames of a preset to files, again and again the same.

mod report;
mod work;

use std::path::Path;

use anyhow::{Result, anyhow};
use dragfx_graph::document::{Document, Edit};
use dragfx_graph::eval::Evaluator;
use dragfx_graph::preset;
use dragfx_graph::render::{self, Output};
use dragfx_graph::value::PortType;

use crate::args::render::{MOST_FRAMES, RenderArgs};
use crate::effects::Purpose;
use crate::exit::Invalid;
use crate::{graphs, open, picture};

use work::Work;

/// Renders what was asked for. What is finished when Ctrl-C comes stays.
pub(crate) fn run(args: &RenderArgs) -> Result<()> {
    let mut document = graphs::load(&args.preset, Purpose::Compute)?;
    let folder = preset::folder(&args.preset);
    for setting in &args.set {
        let (address, text) = setting.split_once('=').ok_or_else(|| {
            Invalid(format!("`{setting}` sets nothing: write NODE.PARAMETER=VALUE, or a published name in front"))
        })?;
        apply(&mut document, address, text)?;
    }
    let frames = frames(args, &document)?;
    let seeds: Vec<Option<u32>> = match &args.seeds {
        Some(seeds) => seeds.0.iter().copied().map(Some).collect(),
        None => vec![None],
    };
    let store = graphs::model_store(&args.cache, open::session_options(&args.on)?)?;
    let evaluator = Evaluator::new(store.into()).with_disk(graphs::trajectories(&args.cache)?);
    let wanted = wanted(args, &document, &folder)?;
    let work =
        Work { args, evaluator: &evaluator, document: &document, folder: &folder, frames: &frames, seeds: &seeds };
    match wanted {
        Wanted::Pictures(outputs) => work.pictures(&outputs),
        Wanted::Film(output) => work.film(&output),
        Wanted::Value(output) => work.value(&output),
    }
}

fn apply(document: &mut Document, address: &str, text: &str) -> Result<()> {
    let edit: Edit = document.setting(address.trim(), text)?;
    document.apply(edit)?;
    Ok(())
}

/// The frames that were asked for, or the preset's own.
fn frames(args: &RenderArgs, document: &Document) -> Result<Vec<f64>> {
    let own = document.frames();
    let frames = match &args.frames {
        Some(frames) => frames.0.clone(),
        None if own.last - own.first < MOST_FRAMES as i64 => (own.first..=own.last).collect(),
        None => {
            let message = format!("the preset has more than {MOST_FRAMES} frames; choose some with --frames");
            return Err(anyhow!(Invalid(message)));
        }
    };
    Ok(frames.into_iter().map(|frame| frame as f64).collect())
}

/// What is to be written.
enum Wanted {
    /// Pictures and tracks, a file for each frame and seed.
    Pictures(Vec<Output>),
    /// A film of all frames.
    Film(Output),
    /// A latent or points, of one frame.
    Value(Output),
}

fn wanted(args: &RenderArgs, document: &Document, folder: &Path) -> Result<Wanted> {
    let mut outputs = match (&args.node, &args.output) {
        (None, None) => render::sinks(document, folder)?,
        (Some(_), None) => return Err(anyhow!(Invalid("--node needs --output, the file to write".to_owned()))),
        (node, Some(file)) => {
            let address = match node {
                Some(node) => node.clone(),
                None => the_one(document)?,
            };
            let (node, port) = address.split_once('.').map_or((&*address, None), |(node, port)| (node, Some(port)));
            let text = file.to_str().ok_or_else(|| Invalid("the output's name is no UTF-8".to_owned()))?;
            let output = render::one(document, node, port, text)?;
            match (picture::extension(file).as_str(), output.port_type) {
                ("gif" | "webp", PortType::Image) => return Ok(Wanted::Film(output)),
                (_, PortType::Latent | PortType::Points) => return Ok(Wanted::Value(output)),
                _ => vec![output],
            }
        }
    };
    if outputs.is_empty() {
        let message = "the preset writes nothing: name a file with --output, and what goes into it with --node";
        return Err(anyhow!(Invalid(message.to_owned())));
    }
    for output in &mut outputs {
        output.embed &= !args.no_embed;
        if args.seeds.is_some() {
            output.pattern = output.pattern.clone().with_seed();
        }
    }
    Ok(Wanted::Pictures(outputs))
}

/// The node that `--output` means without `--node`: the only Write node, or the only node whose picture nobody takes.
fn the_one(document: &Document) -> Result<String> {
    let writes: Vec<_> = document.nodes().filter(|node| node.type_id() == "write" && !node.bypass).collect();
    let gives_picture = |node: &&dragfx_graph::document::Node| {
        node.decl().is_some_and(|decl| decl.outputs.iter().any(|output| output.port_type == PortType::Image))
    };
    let ends: Vec<_> =
        document.nodes().filter(gives_picture).filter(|node| document.wires_from(node.id).is_empty()).collect();
    let found = if writes.is_empty() { ends } else { writes };
    match found.as_slice() {
        [only] => Ok(only.name.clone()),
        several => {
            let names: Vec<_> = several.iter().map(|node| &*node.name).collect();
            let names = if names.is_empty() { "no node ends in a picture".to_owned() } else { names.join(", ") };
            Err(anyhow!(Invalid(format!("name what --output is to hold with --node: {names}"))))
        }
    }
}
