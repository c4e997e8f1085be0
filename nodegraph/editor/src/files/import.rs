//! What a file is that somebody drops on the window, and what becomes of it.

use std::io::Read as _;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use dragfx_export::latent_file::{MAX_BYTES, decode_latent};
use dragfx_export::pack;
use dragfx_graph::files;
use dragfx_graph::models::ModelStore;
use dragfx_graph::preset;

use super::load::file_name;
use super::{Next, Wish, missing};
use crate::command::Command;
use crate::dialog::{Answer, Choice, Question, ending};
use crate::session::Session;

/// What can be dropped, for people.
pub(super) const KINDS: &str = "a preset (.dragfx), a picture (.png, .jpg, .exr), a model (.pkl, .pt, .safetensors, the \
                                folder of a pack), or a latent (.npy, .npz, .pt, .safetensors)";

/// A place on the canvas, if somebody pointed at one.
pub(super) type At = Option<[f64; 2]>;

/// What a file would be taken for by its name, while it is not dropped yet.
pub(super) fn purpose(path: &Path) -> Option<&'static str> {
    match &*ending(path) {
        preset::EXTENSION => Some("open it"),
        "png" | "jpg" | "jpeg" | "exr" => Some("add it as a picture"),
        "pkl" | "pt" | "pth" | "safetensors" => Some("use it as a model"),
        "npy" | "npz" => Some("add it as a latent"),
        _ => None,
    }
}

/// Finds out what a file is, and what is to be done.
pub(super) fn import(path: PathBuf, at: At, folder: &Path, store: &ModelStore) -> Vec<Command> {
    let ending = ending(&path);
    if ending == preset::EXTENSION {
        return vec![Command::Open(path)];
    }
    if files::is_picture(&path) {
        return picture(path, at);
    }
    if !path.is_dir() && decode(&path).is_ok() {
        return vec![Command::File(Wish::Add { kind: "latent", file: path, at })];
    }
    if pack::is_pack(&path) || !path.is_dir() && ["pkl", "pt", "pth", "safetensors", "json"].contains(&&*ending) {
        return match missing::refer(&path, folder, store) {
            Ok(model) => vec![Command::File(Wish::Model(model))],
            Err(error) => vec![told(&path, &error)],
        };
    }
    // A preset may be called anything.
    if !path.is_dir() && begins_as_preset(&path) {
        return vec![Command::Open(path)];
    }
    vec![told(&path, &format!("It is nothing that DragFX reads. That would be {KINDS}."))]
}

/// Lets people choose a file to import.
pub(crate) fn choose(session: &Session) -> Command {
    let endings = ["dragfx", "png", "jpg", "jpeg", "exr", "pkl", "pt", "pth", "safetensors", "npy", "npz", "json"];
    Command::Choose(Choice {
        title: "Import a picture, a model, a latent or a graph".to_owned(),
        folder: session.path().map(preset::folder),
        save_as: None,
        kind: ("Everything that DragFX reads".to_owned(), endings.map(ToOwned::to_owned).to_vec()),
        then: Arc::new(|path| Command::File(Wish::Import { path, at: None })),
    })
}

fn picture(path: PathBuf, at: At) -> Vec<Command> {
    let add = Command::File(Wish::Add { kind: "read", file: path.clone(), at });
    if files::read_tags(&path).ok().and_then(|tags| tags.graph).is_none() {
        return vec![add];
    }
    let text = "The graph that made this picture is in it. It can be opened in the place of the document, and nothing of it \
                is computed until you say so; or the picture is added to the document.";
    let answers = vec![
        Answer::new("Add the picture", vec![add]),
        Answer::new("Open the graph", vec![Command::File(Wish::Leave(Next::Open(path.clone())))]),
        Answer::cancel(),
    ];
    vec![Command::Ask(Question::new(format!("{} has a graph inside", file_name(&path)), text, answers))]
}

fn decode(path: &Path) -> Result<(), String> {
    let size = std::fs::metadata(path).map_err(|error| error.to_string())?.len();
    if size > MAX_BYTES as u64 {
        return Err("it is larger than any latent".to_owned());
    }
    let bytes = std::fs::read(path).map_err(|error| error.to_string())?;
    decode_latent(&bytes).map(drop).map_err(|error| error.to_string())
}

fn begins_as_preset(path: &Path) -> bool {
    let mut beginning = [0; 64];
    let read = std::fs::File::open(path).and_then(|mut file| file.read(&mut beginning));
    let text = read.map(|count| String::from_utf8_lossy(&beginning[..count]).into_owned()).unwrap_or_default();
    text.trim_start_matches('\u{feff}').trim_start().starts_with('{') && text.contains("\"dragfx\"")
}

pub(super) fn told(path: &Path, text: &str) -> Command {
    Command::Ask(Question::told(format!("Can't use {}", file_name(path)), text))
}
