//! Presets and their models, as every command that reads graphs opens them.

use std::path::{Path, PathBuf};

use anyhow::{Result, anyhow};
use dragfx_graph::document::Document;
use dragfx_graph::models::{ModelRef, ModelStore, Supplied};
use dragfx_graph::preset::{self, PresetError};
use dragfx_runtime::SessionOptions;

use crate::args::CacheArgs;
use crate::effects::{self, Purpose};
use crate::exit::Invalid;
use crate::open;

/// Folders where models are looked for, beside the places that presets hint at.
pub(crate) const SEARCH: &str = "DRAGFX_MODEL_PATH";

/// The models of presets: imported into the cache, looked for in the folders of `DRAGFX_MODEL_PATH`; the bundled one is there
/// always.
pub(crate) fn model_store(cache: &CacheArgs, options: SessionOptions) -> Result<ModelStore> {
    let search = std::env::var_os(SEARCH).map_or_else(Vec::new, |paths| {
        std::env::split_paths(&paths).filter(|path| !path.as_os_str().is_empty()).collect::<Vec<PathBuf>>()
    });
    let bundled = Supplied { blake3: dragfx_bundled::BLAKE3, place: open::place_bundled };
    Ok(ModelStore::new(open::cache_root(cache)?, search, options).with(bundled))
}

/// How presets name the bundled generator: it is found by its hash.
pub(crate) fn bundled() -> ModelRef {
    ModelRef { file: dragfx_bundled::FILE.to_owned(), blake3: Some(dragfx_bundled::BLAKE3.to_owned()), path: None }
}

/// The folder of trajectories that drags of presets have left, to be looked at again.
pub(crate) fn trajectories(cache: &CacheArgs) -> Result<PathBuf> {
    Ok(open::cache_root(cache)?.join("trajectories"))
}

/// The graph of a preset, or of a picture that one travels in.
pub(crate) fn load(path: &Path, purpose: Purpose) -> Result<Document> {
    let read = || {
        let text = preset::read_text(path)?;
        preset::from_text(&text, &effects::of_preset(&text, purpose))
    };
    // These errors tell their causes themselves; as links of a chain those would be told twice.
    read().map_err(|error| match error {
        PresetError::File(_) => error.into(),
        error => anyhow!(Invalid(format!("{}: {error}", path.display()))),
    })
}

/// Writes a preset: the file is there whole, or as it was.
pub(crate) fn save(path: &Path, document: &Document) -> Result<()> {
    Ok(preset::save(path, document)?)
}
