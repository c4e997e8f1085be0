//! From what the user calls a model to a generator that runs.

use std::path::{Path, PathBuf};

use anyhow::{Context, Result, anyhow};
use dragfx_engine::{Cancel, Generator};
use dragfx_export::pack::{Progress, import_cached, is_pack};
use dragfx_runtime::SessionOptions;

use crate::args::{CacheArgs, DeviceArgs, ModelArgs};
use crate::exit::{Invalid, MissingModel};
use crate::progress;

/// Opens a checkpoint or a pack; a checkpoint is imported into the cache the first time. From then on Ctrl-C cancels
/// the token; until then it ends the program, for an import has nothing to keep.
pub(crate) fn generator(args: &ModelArgs) -> Result<(Generator, Cancel)> {
    let model = model(args)?;
    let pack = pack(&model, &args.cache)?;
    let options = session_options(&args.on)?;
    Ok((Generator::open(&pack, &options)?, progress::cancel_on_ctrl_c()?))
}

/// The checkpoint or pack that was named, or else the bundled generator, placed in the cache.
fn model(args: &ModelArgs) -> Result<PathBuf> {
    if let Some(named) = &args.model {
        return Ok(named.clone());
    }
    let root = cache_root(&args.cache)?;
    place_bundled(&root).with_context(|| format!("can't write the bundled generator below {}", root.display()))
}

/// Places the bundled generator below the cache folder `root`, unless it is there, and gives its path.
pub(crate) fn place_bundled(root: &Path) -> std::io::Result<PathBuf> {
    dragfx_bundled::place(&root.join("bundled"))
}

/// How graphs run: on a device, with at most so many MiB of its memory.
pub(crate) fn session_options(on: &DeviceArgs) -> Result<SessionOptions> {
    let gpu_memory_limit = on.gpu_memory.map(|mib| usize::try_from(mib.saturating_mul(1 << 20))).transpose()?;
    Ok(SessionOptions { gpu_memory_limit, ..SessionOptions::on(on.device) })
}

/// The pack of a model: itself, or its checkpoint's in the cache.
pub(crate) fn pack(model: &Path, cache: &CacheArgs) -> Result<PathBuf> {
    if is_a_pack(model)? {
        return Ok(model.to_owned());
    }
    with_progress(model, |progress| Ok(import_cached(model, &cache_root(cache)?, progress)?))
}

/// Whether a model is a pack, or else a file; an error if it is neither.
pub(crate) fn is_a_pack(model: &Path) -> Result<bool> {
    if is_pack(model) {
        return Ok(true);
    }
    if model.is_dir() {
        let message = format!("{} is a folder without model.json, so no model pack", model.display());
        return Err(anyhow!(Invalid(message)));
    }
    if model.exists() {
        return Ok(false);
    }
    Err(anyhow!(MissingModel(format!("there is no model at {}", model.display()))))
}

/// Runs an import under a progress bar.
pub(crate) fn with_progress<T>(model: &Path, import: impl FnOnce(&mut dyn FnMut(Progress)) -> Result<T>) -> Result<T> {
    let name = model.file_name().unwrap_or_default().to_string_lossy().into_owned();
    let bar = progress::part(&format!("importing {name}"));
    let result = import(&mut |progress| match progress {
        Progress::Hashing => bar.set_position(0),
        Progress::Writing(done) => bar.set_position((done * 1000.0) as u64),
    });
    bar.finish_and_clear();
    result
}

/// The folder of imported models.
pub(crate) fn cache_root(args: &CacheArgs) -> Result<PathBuf> {
    match &args.cache_dir {
        Some(folder) => Ok(folder.clone()),
        None => Ok(dirs::cache_dir().context("this system tells no cache folder; give --cache-dir")?.join("dragfx")),
    }
}
