//! A preset as an effect has it: which of its parameters hosts can show, what it reads and what it gives, and the graph with
//! a host's values set in it.

pub mod control;
pub mod ground;
mod outputs;
pub mod setting;

use std::path::{Path, PathBuf};

use dragfx_graph::document::{Document, Edit, NodeId};
use dragfx_graph::files::sequence::Pattern;
use dragfx_graph::param::{Param, ParamValue};
use dragfx_graph::preset::{self, PresetError};

use crate::clips::{self, Clips};
use crate::declared;
use crate::failure::Failure;
use control::Control;
pub use outputs::Output;

/// A preset.
#[derive(Clone, Debug)]
pub struct Program {
    /// Its file name without ending.
    pub name: String,
    /// BLAKE3 of its text, hexadecimal.
    pub hash: String,
    /// Where its relative paths start.
    pub folder: PathBuf,
    /// What of its published parameters hosts can show, in order.
    pub controls: Vec<Control>,
    /// Published parameters that no host can show.
    pub unshown: Vec<String>,
    /// Its Read nodes, in the order of their names.
    pub inputs: Vec<Input>,
    /// The pictures that it can show, the usual one first; at least one.
    pub outputs: Vec<Output>,
    text: String,
    document: Document,
}

/// A Read node.
#[derive(Clone, Debug, PartialEq)]
pub struct Input {
    /// The node.
    pub node: NodeId,
    /// Its name.
    pub name: String,
    /// Whether it has a file of its own, which is read where no clip is connected.
    pub has_file: bool,
}

impl Program {
    /// Reads a preset, or the graph of a picture.
    ///
    /// # Errors
    /// It cannot be read, or has no picture to show.
    pub fn load(path: &Path) -> Result<Self, Failure> {
        let name = path.file_stem().unwrap_or_default().to_string_lossy().into_owned();
        Self::new(name, preset::read_text(path)?, preset::folder(path))
    }

    /// Takes the text of a preset.
    ///
    /// # Errors
    /// As [`load`](Self::load).
    pub fn new(name: String, text: String, folder: PathBuf) -> Result<Self, Failure> {
        let document = preset::from_text(&text, declared::registry())?;
        let outputs = outputs::outputs(&document);
        if outputs.is_empty() {
            return Err(Failure::User(format!("the preset {name} has no picture to show: no node gives one")));
        }
        let (controls, unshown) = control::controls(&document);
        let hash = blake3::hash(text.as_bytes()).to_hex().to_string();
        let inputs = inputs(&document);
        Ok(Self { name, hash, folder, controls, unshown, inputs, outputs, text, document })
    }

    /// The graph as the preset has it.
    #[must_use]
    pub fn preset(&self) -> &Document {
        &self.document
    }

    /// What people call it.
    #[must_use]
    pub fn title(&self) -> &str {
        let title = &*self.document.about().title;
        if title.is_empty() { &self.name } else { title }
    }

    /// The graph with some of its Read nodes, by their places, reading clips.
    ///
    /// # Errors
    /// Those of a preset: it is read anew.
    pub fn document(&self, clips: &Clips, read: &[(usize, &str)]) -> Result<Document, Failure> {
        if read.is_empty() {
            return Ok(self.document.clone());
        }
        let mut document = preset::from_text(&self.text, &clips.registry())?;
        for &(input, clip) in read {
            let value = Some(Param::Constant(ParamValue::Text(clips::file(clip))));
            let edit = Edit::SetParam { node: self.inputs[input].node, param: "file".to_owned(), value };
            let what = || format!("node `{}`", self.inputs[input].name);
            document.apply(edit).map_err(|error| PresetError::Edit { what: what(), error })?;
        }
        Ok(document)
    }

    /// Whether an output is what the first Read node reads, as it is.
    #[must_use]
    pub fn passes_first_input(&self, output: &Output) -> bool {
        self.inputs.first().is_some_and(|input| outputs::passes(&self.document, output, input.node))
    }

    /// Whether its pictures differ from frame to frame though the host animates nothing: it has keyframes, or reads a
    /// sequence of its own.
    #[must_use]
    pub fn varies(&self) -> bool {
        let animated = |param: &Param| matches!(param, Param::Animated(_));
        let sequence = |param: Option<&Param>| match param.map(|param| param.at(0.0)) {
            Some(ParamValue::Text(file)) => Pattern::parse(&file).is_ok_and(|pattern| pattern.has_frame()),
            _ => false,
        };
        self.document.nodes().any(|node| {
            node.params.values().any(animated) || node.type_id() == "read" && sequence(node.params.get("file"))
        })
    }
}

fn inputs(document: &Document) -> Vec<Input> {
    let reads = document.nodes().filter(|node| node.type_id() == "read" && node.decl().is_some());
    let mut inputs: Vec<Input> = reads
        .map(|node| Input {
            node: node.id,
            name: node.name.clone(),
            has_file: node.params.get("file").is_some_and(|file| file.at(0.0) != ParamValue::Text(String::new())),
        })
        .collect();
    inputs.sort_by(|a, b| a.name.cmp(&b.name));
    inputs
}
