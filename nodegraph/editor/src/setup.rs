//! What the program around the editor gives it.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use dragfx_engine::Latent;
use dragfx_graph::document::Document;
use dragfx_graph::eval::Evaluator;
use dragfx_graph::registry::Registry;
use dragfx_graph::value::Image;

/// Everything that an editor starts with.
pub struct Setup {
    /// The kinds of nodes that are there at once.
    pub registry: Registry,
    /// Finds all kinds, those of installed effects among them. It may take long, and is called on a thread of its own.
    pub effects: Box<dyn FnOnce() -> Registry + Send>,
    /// Computes; with its models and its caches.
    pub evaluator: Arc<Evaluator>,
    /// The document that a new window shows, ready to be dragged.
    pub starter: Document,
    /// What to open in place of the starter: a preset, or a picture that one travels in.
    pub file: Option<PathBuf>,
    /// Where the editor keeps what it remembers: recent files, side files of documents without a name. Nothing is kept
    /// without it.
    pub state: Option<PathBuf>,
    /// Opens the document as if it were a stranger's: nothing is computed until somebody asks for it.
    pub safe_mode: bool,
    /// What the program can do that the editor cannot.
    pub services: Arc<dyn Services>,
}

/// Files of kinds that the graph does not write: none, unless a program says otherwise. Called on a thread that computes.
pub trait Services: Send + Sync {
    /// File name endings of the films that [`film`](Self::film) writes.
    fn film_formats(&self) -> &[&str] {
        &[]
    }

    /// Writes pictures as a film of so many pictures a second; the file is there whole, or as it was.
    ///
    /// # Errors
    /// In words.
    fn film(
        &self,
        _path: &Path,
        _pictures: &mut dyn ExactSizeIterator<Item = Result<Arc<Image>, String>>,
        _rate: f64,
    ) -> Result<(), String> {
        Err("this program writes no films".to_owned())
    }

    /// File name endings of the latents that [`latent`](Self::latent) writes.
    fn latent_formats(&self) -> &[&str] {
        &[]
    }

    /// Writes a latent; the file is there whole, or as it was.
    ///
    /// # Errors
    /// In words.
    fn latent(&self, _path: &Path, _latent: &Latent) -> Result<(), String> {
        Err("this program writes no latents".to_owned())
    }
}

/// A program that can do nothing beyond the editor.
impl Services for () {}
