//! `graph model`: the models of a preset.

use std::path::{Path, PathBuf};

use anyhow::{Result, anyhow};
use dragfx_export::checkpoint::Checkpoint;
use dragfx_graph::document::{Document, Edit};
use dragfx_graph::models::ModelStore;
use dragfx_graph::preset;
use dragfx_graph::summary::listed;
use dragfx_runtime::{Device, SessionOptions};

use super::{apply, change};
use crate::exit::Invalid;
use crate::{graphs, open};

/// Adds a model to a preset, or says where one has gone.
pub(super) fn run(file: &Path, name: &str, path: &Path, replace: bool) -> Result<()> {
    change(file, |document| link(document, file, name, path, replace))
}

/// Adds the bundled generator, which is found by its hash wherever the preset lies.
pub(super) fn bundled() -> Edit {
    Edit::SetModel { name: "animals".to_owned(), model: Some(graphs::bundled()) }
}

/// Takes a model away from a preset.
pub(super) fn remove(file: &Path, name: &str) -> Result<()> {
    change(file, |document| {
        if !document.models().contains_key(name) {
            let known: Vec<&str> = document.models().keys().map(String::as_str).collect();
            return Err(anyhow!(Invalid(format!("there is no model `{name}`; there are {}", listed(&known)))));
        }
        apply(document, [Edit::SetModel { name: name.to_owned(), model: None }])
    })
}

/// Links a checkpoint or pack to a preset in `file`. In the place of a model that is known by its hash, only the same one
/// is taken: a preset whose pictures silently become others is worse than one that cannot be computed.
pub(super) fn link(document: &mut Document, file: &Path, name: &str, path: &Path, replace: bool) -> Result<()> {
    if !open::is_a_pack(path)? {
        // What is no generator is refused now, and not when a picture is wanted.
        Checkpoint::open(path)?;
    }
    // To refer to a model is to read its hash: nothing is looked for, imported or run.
    let store = ModelStore::new(PathBuf::new(), Vec::new(), SessionOptions::on(Device::Cpu));
    let found = store.refer(path, &preset::folder(file))?;
    if let Some(known) = document.models().get(name).filter(|known| !replace && known.blake3 != found.blake3)
        && let (Some(wanted), Some(hash)) = (&known.blake3, &found.blake3)
    {
        let message = format!(
            "{} (BLAKE3 {hash}) is another model than `{name}`, {} (BLAKE3 {wanted}); --replace takes it all the same",
            path.display(),
            known.file
        );
        return Err(anyhow!(Invalid(message)));
    }
    apply(document, [Edit::SetModel { name: name.to_owned(), model: Some(found) }])
}
