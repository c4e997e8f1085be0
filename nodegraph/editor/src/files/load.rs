//! Reading a document, and whether a window that ended without a word has left more of it.

use std::path::{Path, PathBuf};
use std::sync::{Arc, OnceLock};
use std::time::{Duration, SystemTime};

use dragfx_graph::document::{Document, NodeKind};
use dragfx_graph::files;
use dragfx_graph::preset::{self, PresetError};
use dragfx_graph::registry::Registry;

use super::side::{Side, modified};
use super::{Loaded, Wish};
use crate::command::Command;
use crate::dialog::{Answer, Question};
use crate::session::Origin;

/// The kinds of nodes, and all of them as soon as they are known.
#[derive(Clone)]
pub(crate) struct Kinds {
    /// Those that are there at once.
    pub(crate) first: Arc<Registry>,
    /// All, those of installed effects among them.
    pub(crate) all: Arc<OnceLock<Arc<Registry>>>,
}

impl Kinds {
    /// The document that is written in a text. A preset is not made to wait for effects that it does not name.
    fn read(&self, text: &str) -> Result<Document, PresetError> {
        let document = preset::from_text(text, &self.first)?;
        if document.nodes().all(|node| matches!(node.kind, NodeKind::Known(_))) {
            return Ok(document);
        }
        preset::from_text(text, self.all.wait())
    }
}

/// Reads the document in a file, or in a picture. `state` is the editor's folder, and `side` what the window has of the
/// same file if that is open in it.
pub(super) fn load(path: &Path, state: Option<&Path>, side: Option<Side>, kinds: &Kinds) -> Vec<Command> {
    let name = file_name(path);
    let text = match preset::read_text(path) {
        Ok(text) => text,
        Err(error) => return refused(&name, &error),
    };
    let document = match kinds.read(&text) {
        Ok(document) => document,
        Err(error) => return refused(&name, &error),
    };
    if files::is_picture(path) {
        let origin = Origin { path: None, ..Origin::file(path) };
        let safe = Some(format!("The graph came with the picture {name}, from whoever made that."));
        let loaded = Loaded { document, origin: Origin { is_saved: false, ..origin }, side: Side::of_new(state), safe };
        return show(loaded);
    }
    let is_ours = side.is_some();
    let side = side.unwrap_or_else(|| Side::of_file(path, state));
    let safe = side.ended_computing.then(|| format!("DragFX ended without a word while it computed {name}."));
    let saved = Loaded { document, origin: Origin::file(path), side, safe };
    let left = saved.side.file.clone().filter(|_| !is_ours);
    let left = left.and_then(|file| Some((preset::read_text(&file).ok()?, file)));
    match left {
        Some((other, file)) if other != text => match kinds.read(&other) {
            Ok(document) => ask(path, &file, saved, document),
            Err(_) => show(saved),
        },
        _ => show(saved),
    }
}

/// Offers what a document without a name was when its window ended without a word.
pub(super) fn recover_unnamed(state: &Path, kinds: &Kinds) -> Vec<Command> {
    let Some(side) = Side::left_behind(state) else { return Vec::new() };
    let Some(file) = side.file.clone() else { return Vec::new() };
    let Ok(document) = preset::read_text(&file).and_then(|text| kinds.read(&text)) else { return Vec::new() };
    let safe = side.ended_computing.then(|| "DragFX ended without a word while it computed this.".to_owned());
    let text = format!(
        "DragFX ended without a word, and a document without a name was not saved. It is kept as it was {}: {} nodes.",
        when(&file),
        document.len()
    );
    let origin = Origin { is_saved: false, ..Origin::none() };
    let recover = show(Loaded { document, origin, side, safe });
    let answers = vec![
        Answer::new("Recover", recover),
        Answer::new("Delete it", vec![Command::File(Wish::Delete(file))]),
        Answer::new("Later", Vec::new()),
    ];
    vec![Command::Ask(Question::new("Recover what was not saved?", text, answers))]
}

fn ask(path: &Path, file: &Path, saved: Loaded, document: Document) -> Vec<Command> {
    let name = file_name(path);
    let order = match (modified(path), modified(file)) {
        (Some(saved), Some(kept)) if kept < saved => "It is older than the saved file.",
        _ => "It is newer than the saved file.",
    };
    let text = format!(
        "DragFX ended without a word, and changes of {name} were not saved. They are kept as they were {}. {order}",
        when(file)
    );
    let origin = Origin { is_saved: false, ..saved.origin.clone() };
    let recovered = Loaded { document, origin, ..saved.clone() };
    let keep = [Command::File(Wish::SetAside(file.to_owned()))];
    let answers = vec![
        Answer::new("Recover", show(recovered)),
        Answer::new("Open the saved one", keep.into_iter().chain(show(saved)).collect()),
        Answer::cancel(),
    ];
    vec![Command::Ask(Question::new("Recover what was not saved?", text, answers))]
}

fn show(loaded: Loaded) -> Vec<Command> {
    vec![Command::File(Wish::Show(Arc::new(loaded)))]
}

fn refused(name: &str, error: &PresetError) -> Vec<Command> {
    vec![Command::Ask(Question::told(format!("Can't open {name}"), format!("{error}.")))]
}

/// How long ago a file was written, in words.
fn when(path: &Path) -> String {
    let ago = modified(path).and_then(|time| SystemTime::now().duration_since(time).ok()).unwrap_or_default();
    let count = |number: u64, what: &str| format!("{number} {what}{} ago", if number == 1 { "" } else { "s" });
    match ago.as_secs() {
        0..60 => "less than a minute ago".to_owned(),
        seconds @ 60..3600 => count(seconds / 60, "minute"),
        seconds @ 3600..86_400 => count(seconds / 3600, "hour"),
        _ => count(ago.as_secs() / Duration::from_hours(24).as_secs(), "day"),
    }
}

/// What people call a file.
pub(super) fn file_name(path: &Path) -> String {
    path.file_name().unwrap_or(path.as_os_str()).to_string_lossy().into_owned()
}

/// Puts a side file out of the way that somebody did not want now.
pub(super) fn set_aside(file: PathBuf) -> Vec<Command> {
    let mut name = file.clone().into_os_string();
    name.push("old");
    match std::fs::rename(&file, &name) {
        Ok(()) => vec![Command::say(format!("What was not saved is kept as {}", file_name(Path::new(&name))))],
        Err(error) => vec![Command::complain(format!("Can't rename {}: {error}", file.display()))],
    }
}
