//! Models that are not where the document says, and how they are found again.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use dragfx_export::checkpoint::Checkpoint;
use dragfx_export::pack;
use dragfx_graph::models::{ModelError, ModelRef, ModelStore};
use dragfx_graph::preset;

use super::Wish;
use super::load::file_name;
use crate::command::Command;
use crate::dialog::{Answer, Choice, Question, Then};
use crate::session::Session;

/// A model that cannot be had.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Missing {
    /// What the document calls it.
    pub(crate) name: String,
    /// In words.
    pub(crate) text: String,
}

/// Digits of a hash that people compare.
const DIGITS: usize = 8;

/// Those of a document's models that are missing.
pub(super) fn check(models: &BTreeMap<String, ModelRef>, folder: &Path, store: &ModelStore) -> Vec<Missing> {
    let missing = models.iter().filter_map(|(name, model)| {
        let text = match store.check(model, folder) {
            Ok(()) => return None,
            Err(ModelError::Other { path, found, .. }) => {
                format!("{} is another model (BLAKE3 {}…) than {}", path.display(), short(&found), described(model))
            }
            Err(_) => format!("The model {} is missing", described(model)),
        };
        Some(Missing { name: name.clone(), text })
    });
    missing.collect()
}

/// Lets people choose a model.
pub(super) fn choose(title: &str, session: &Session, then: Then) -> Command {
    let endings = ["pkl", "pt", "pth", "safetensors", "json"];
    Command::Choose(Choice {
        title: title.to_owned(),
        folder: session.path().map(preset::folder),
        save_as: None,
        kind: (
            "Models: .pkl, .pt, .safetensors, model.json of a pack".to_owned(),
            endings.map(ToOwned::to_owned).to_vec(),
        ),
        then,
    })
}

/// Takes the model at `path` in the place of one that is missing: only the same one, unless somebody insists. A document
/// whose pictures silently become others is worse than one that cannot be computed.
pub(super) fn relink(name: &str, wanted: &ModelRef, path: &Path, folder: &Path, store: &ModelStore) -> Vec<Command> {
    let found = match refer(path, folder, store) {
        Ok(found) => found,
        Err(text) => return vec![Command::Ask(Question::told(format!("This is not {name}"), text))],
    };
    let label = format!("Relink {name}");
    let link = Command::File(Wish::Link { name: name.to_owned(), model: found.clone(), label });
    if wanted.blake3.is_none() || wanted.blake3 == found.blake3 {
        return vec![link];
    }
    let text = format!(
        "{} is another model than {}: the pictures of this document would be others.",
        described(&found),
        described(wanted)
    );
    let answers = vec![Answer::cancel(), Answer::new("Use it all the same", vec![link])];
    vec![Command::Ask(Question::new("It is another model", text, answers))]
}

/// How a document in `folder` names the checkpoint or pack at `path`; in words why it is none.
pub(super) fn refer(path: &Path, folder: &Path, store: &ModelStore) -> Result<ModelRef, String> {
    let path = whole_pack(path);
    if !pack::is_pack(&path) {
        // What is no generator is refused now, and not when a picture is wanted.
        Checkpoint::open(&path).map_err(|error| format!("{error}."))?;
    }
    store.refer(&path, folder).map_err(|error| format!("{error}."))
}

/// The pack, where `path` is the file in it that describes it.
fn whole_pack(path: &Path) -> PathBuf {
    let folder = path.parent().filter(|folder| file_name(path) == "model.json" && pack::is_pack(folder));
    folder.unwrap_or(path).to_owned()
}

/// A model, for people: its file and the beginning of its hash.
pub(super) fn described(model: &ModelRef) -> String {
    match &model.blake3 {
        Some(hash) => format!("{} (BLAKE3 {}…)", model.file, short(hash)),
        None => model.file.clone(),
    }
}

fn short(hash: &str) -> &str {
    hash.get(..DIGITS).unwrap_or(hash)
}
