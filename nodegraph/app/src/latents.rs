//! Latents: from a seed or a file, and to a file.

use std::io::Write;
use std::path::Path;

use anyhow::{Context, Result, anyhow};
use dragfx_engine::{Cancel, Generator, Latent, NoiseMode, Truncation};
use dragfx_export::latent_file::{MAX_BYTES, decode_latent};
use ndarray::{Axis, Ix2};
use ndarray_npy::{NpzWriter, WriteNpyExt};
use safetensors::Dtype;
use safetensors::tensor::TensorView;
use serde_json::{Map, Value, json};

use crate::args::{LookArgs, SourceArgs};
use crate::exit::Invalid;
use crate::{picture, save};

/// File name endings of the latents that can be written.
pub(crate) const FORMATS: &[&str] = &["npy", "npz", "safetensors"];

/// Truncation psi of seeds, unless told otherwise: the official drag tool's.
const DEFAULT_PSI: f64 = 0.7;

/// The latent that the options name.
pub(crate) fn source(args: &SourceArgs, look: &LookArgs, generator: &mut Generator, cancel: &Cancel) -> Result<Latent> {
    match (&args.latent, args.seed) {
        (Some(path), _) => file(path, look, generator),
        (None, Some(number)) => seed(number, look, generator, cancel),
        (None, None) => Err(anyhow!(Invalid("give --seed or --latent".to_owned()))),
    }
}

/// The latent of a seed.
pub(crate) fn seed(seed: u32, look: &LookArgs, generator: &mut Generator, cancel: &Cancel) -> Result<Latent> {
    let truncation = truncation(look, generator);
    Ok(generator.latent(seed, truncation, &look.class, cancel)?)
}

/// The truncation that the options mean. A generator without an average is truncated only if somebody insists.
fn truncation(look: &LookArgs, generator: &Generator) -> Truncation {
    let usual = if generator.spec().mapping.has_w_avg { DEFAULT_PSI } else { 1.0 };
    Truncation { psi: look.psi.unwrap_or(usual), cutoff: look.cutoff }
}

/// The latent in a file.
pub(crate) fn file(path: &Path, look: &LookArgs, generator: &Generator) -> Result<Latent> {
    let unused =
        [("--psi", look.psi.is_some()), ("--cutoff", look.cutoff.is_some()), ("--class", !look.class.is_empty())];
    if let Some((option, _)) = unused.iter().find(|(_, given)| *given) {
        return Err(anyhow!(Invalid(format!("{option} is for seeds; a latent file is taken as it is"))));
    }
    let context = || Invalid(format!("can't use the latent {}", path.display()));
    let size = std::fs::metadata(path).with_context(context)?.len();
    if size > MAX_BYTES as u64 {
        return Err(anyhow!(Invalid(format!("{}: {size} bytes are more than any latent has", path.display()))));
    }
    let bytes = std::fs::read(path).with_context(context)?;
    let array = decode_latent(&bytes).with_context(context)?;
    let spec = generator.spec();
    Latent::from_array(array.view(), spec.num_ws, spec.w_dim).with_context(context)
}

/// What makes the same pictures again, but for the seeds: for the text in a PNG and for `--json`.
pub(crate) fn facts(
    generator: &mut Generator,
    from_seed: bool,
    file: Option<&Path>,
    look: &LookArgs,
    noise: NoiseMode,
) -> Map<String, Value> {
    let psi = from_seed.then(|| truncation(look, generator).psi);
    let source = &generator.model().manifest().source;
    let facts = [
        ("model", json!({"name": source.name, "blake3": source.blake3})),
        ("latent", json!(file)),
        ("psi", json!(psi)),
        ("cutoff", json!(look.cutoff)),
        ("class", json!(look.class.first())),
        ("noise", json!(noise.to_string())),
    ];
    facts.into_iter().map(|(name, fact)| (name.to_owned(), fact)).collect()
}

/// Writes a latent, \[1, num_ws, w_dim\], in the format that the file name asks for.
pub(crate) fn save(path: &Path, latent: &Latent) -> Result<()> {
    let ws = latent.ws().insert_axis(Axis(0));
    save::file(path, |to| {
        match picture::extension(path).as_str() {
            "npy" => ws.write_npy(to)?,
            "npz" => {
                // An archive is written back and forth; a latent is small enough to be put together in memory.
                let mut npz = NpzWriter::new(std::io::Cursor::new(Vec::new()));
                npz.add_array("w", &ws)?;
                to.write_all(npz.finish()?.get_ref())?;
            }
            _ => {
                let rows = latent.ws().into_dimensionality::<Ix2>()?;
                let bytes: Vec<u8> = rows.iter().flat_map(|x| x.to_le_bytes()).collect();
                let view = TensorView::new(Dtype::F32, ws.shape().to_vec(), &bytes)?;
                to.write_all(&safetensors::serialize([("w", view)], None)?)?;
            }
        }
        Ok(())
    })
}
