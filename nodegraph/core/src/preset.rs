//! Presets: documents as `.dragfx` files, as text on a clipboard, and inside pictures.
//!
//! A preset is JSON with a schema version. Older ones are migrated, one version at a time; one that is newer is refused, because what
//! this program does not know it could not keep. A node that this program has not becomes a placeholder and is written
//! back unchanged. Writing is canonical: what was written, read and written again is the same to the byte.
//!
//! Presets come from other people, and out of pictures: they are data, their size is limited, and nothing is opened or
//! written while one is read.

mod clipboard;
mod file;
mod migrate;
mod print;
mod schema;

use std::collections::BTreeMap;
use std::io::Write as _;
use std::path::{Path, PathBuf};

use serde_json::Value as Json;

use crate::document::{
    About, Connection, Document, Edit, EditError, Node, NodeId, NodeKind, ParamPath, Placeholder, Published,
};
use crate::files::{self, FileError};
use crate::param::Param;
use crate::registry::Registry;
use crate::summary::listed;

pub use clipboard::{Pasted, copy, paste};
pub use schema::schema;

use file::{NodeFile, PresetFile, PublishedFile, WireFile};

/// Version of the format.
pub const SCHEMA_VERSION: u32 = 1;
/// File name ending of presets.
pub const EXTENSION: &str = "dragfx";
/// Largest preset that is read. A thousand nodes have some 200 KB; long brush strokes take more.
pub const MAX_BYTES: usize = 64 << 20;
/// Most nodes, wires and published parameters: each is checked against the others.
const MOST_PARTS: usize = 20_000;

/// Why a text is no preset.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum PresetError {
    /// The file cannot be read or written, or is a picture without a graph in it.
    #[error(transparent)]
    File(#[from] FileError),
    /// It is larger than any preset.
    #[error("{found} bytes; a preset has at most {MAX_BYTES}")]
    TooLarge {
        /// Its bytes.
        found: usize,
    },
    /// It is not JSON.
    #[error("it is no preset: it is not JSON: {0}")]
    Json(#[source] serde_json::Error),
    /// It is not of a preset's form.
    #[error("it is no preset: {0}")]
    Form(#[from] serde_json::Error),
    /// It says of no version.
    #[error("it is no preset: it has no whole number `dragfx`, the version of its format")]
    NoVersion,
    /// It is of a version that this program does not know.
    #[error("it has format {found}; this program reads formats 1 to {SCHEMA_VERSION}")]
    Version {
        /// Its version.
        found: u64,
    },
    /// A part of it could not be made.
    #[error("{what}: {error}")]
    Edit {
        /// The part.
        what: String,
        /// What is wrong with it.
        error: EditError,
    },
    /// A part of it makes no sense.
    #[error("{what}: {reason}")]
    Part {
        /// The part.
        what: String,
        /// What is wrong with it.
        reason: String,
    },
}

/// Reads a preset from text.
///
/// # Errors
/// See [`PresetError`].
pub fn from_text(text: &str, registry: &Registry) -> Result<Document, PresetError> {
    if text.len() > MAX_BYTES {
        return Err(PresetError::TooLarge { found: text.len() });
    }
    // An editor of another system may have put a byte order mark in front.
    let mut json: Json = serde_json::from_str(text.trim_start_matches('\u{feff}')).map_err(PresetError::Json)?;
    let found = json.get("dragfx").and_then(Json::as_u64).ok_or(PresetError::NoVersion)?;
    // Where a text editor finds the schema says nothing of the graph.
    json.as_object_mut().and_then(|object| object.shift_remove("$schema"));
    migrate::schema(&mut json, found)?;
    build(serde_json::from_value(json)?, registry)
}

/// Writes a document as the text of a preset.
#[must_use]
pub fn to_text(document: &Document) -> String {
    text_of(&describe(document, &|_| true))
}

/// Reads a preset from a `.dragfx` file, or out of a PNG or OpenEXR picture that it travels in.
///
/// # Errors
/// See [`PresetError`].
pub fn load(path: &Path, registry: &Registry) -> Result<Document, PresetError> {
    from_text(&read_text(path)?, registry)
}

/// The text of the preset that [`load`] would read.
///
/// # Errors
/// [`PresetError::File`] and [`PresetError::TooLarge`].
pub fn read_text(path: &Path) -> Result<String, PresetError> {
    let io = |cause| FileError::Io { action: "read", path: path.to_owned(), cause };
    let data = std::fs::metadata(path).map_err(io)?;
    if !data.is_file() {
        let reason = "it is no ordinary file".to_owned();
        return Err(FileError::Content { path: path.to_owned(), reason }.into());
    }
    let size = data.len();
    if files::is_picture(path) {
        let content = |reason: &str| FileError::Content { path: path.to_owned(), reason: reason.to_owned() };
        return Ok(files::read_tags(path)?.graph.ok_or_else(|| content("it is a picture without a graph in it"))?);
    }
    if size > MAX_BYTES as u64 {
        return Err(PresetError::TooLarge { found: usize::try_from(size).unwrap_or(usize::MAX) });
    }
    let bytes = std::fs::read(path).map_err(io)?;
    String::from_utf8(bytes).map_err(|_| {
        let reason = "it is neither a preset nor a picture".to_owned();
        FileError::Content { path: path.to_owned(), reason }.into()
    })
}

/// Writes a preset: the file is there whole, or as it was.
///
/// # Errors
/// [`PresetError::File`].
pub fn save(path: &Path, document: &Document) -> Result<(), PresetError> {
    let text = to_text(document);
    let written = dragfx_export::file::replace(path, |to| to.write_all(text.as_bytes()));
    written.map_err(|cause| FileError::Io { action: "write", path: path.to_owned(), cause }.into())
}

/// The folder that the relative paths of a preset start from.
#[must_use]
pub fn folder(path: &Path) -> PathBuf {
    let parent = path.parent().filter(|parent| !parent.as_os_str().is_empty());
    parent.map_or_else(|| PathBuf::from("."), Path::to_owned)
}

fn text_of(file: &PresetFile) -> String {
    let json = serde_json::to_value(file).expect("a preset has only texts, lists and finite numbers");
    print::pretty(&json)
}

/// The file of those nodes of a document that `wanted` picks, and of what is between them.
fn describe(document: &Document, wanted: &dyn Fn(NodeId) -> bool) -> PresetFile {
    let name = |id: NodeId| document.node(id).map_or_else(String::new, |node| node.name.clone());
    let wires = document.all_wires().filter(|wire| wanted(wire.from) && wanted(wire.to)).map(|wire| WireFile {
        from: format!("{}.{}", name(wire.from), wire.output),
        to: format!("{}.{}", name(wire.to), wire.input),
    });
    let published = document.published().iter().filter(|published| wanted(published.node)).map(|published| {
        let Published { name: called, node, path, label, range, doc } = published.clone();
        PublishedFile { name: called, param: format!("{}.{path}", name(node)), label, range, doc }
    });
    let About { title, description } = document.about().clone();
    PresetFile {
        dragfx: SCHEMA_VERSION,
        title,
        description,
        frames: document.frames(),
        models: document.models().clone(),
        nodes: document.nodes().filter(|node| wanted(node.id)).map(describe_node).collect(),
        wires: wires.collect(),
        published: published.collect(),
    }
}

fn describe_node(node: &Node) -> NodeFile {
    let (version, params) = match &node.kind {
        NodeKind::Known(operator) => {
            let set = node.params.iter().map(|(id, param)| (id.clone(), param.to_json()));
            (operator.decl().version, set.collect())
        }
        NodeKind::Placeholder(placeholder) => (placeholder.version, placeholder.params.clone()),
    };
    NodeFile {
        id: node.id,
        name: node.name.clone(),
        type_id: node.type_id().to_owned(),
        version,
        position: node.position,
        bypass: node.bypass,
        note: node.note.clone(),
        params,
    }
}

/// The document of a file.
fn build(file: PresetFile, registry: &Registry) -> Result<Document, PresetError> {
    for (what, count) in [("nodes", file.nodes.len()), ("wires", file.wires.len()), ("published", file.published.len())]
    {
        if count > MOST_PARTS {
            let reason = format!("there are {count}; a preset has at most {MOST_PARTS}");
            return Err(PresetError::Part { what: what.to_owned(), reason });
        }
    }
    let mut document = Document::default();
    let mut make = |what: String, edit: Edit| match document.apply(edit) {
        Ok(_) => Ok(()),
        Err(error) => Err(PresetError::Edit { what, error }),
    };
    let about = About { title: file.title, description: file.description };
    make("title".to_owned(), Edit::SetAbout(about))?;
    make("frames".to_owned(), Edit::SetFrames(file.frames))?;
    for (name, model) in file.models {
        make(format!("model `{name}`"), Edit::SetModel { name, model: Some(model) })?;
    }
    let mut ids = BTreeMap::new();
    for node in file.nodes {
        ids.entry(node.name.clone()).or_insert(node.id);
        let what = format!("node `{}`", node.name);
        make(what, Edit::Insert(Box::new(build_node(node, registry)?)))?;
    }
    let find = |text: &str| -> Result<(NodeId, String), PresetError> {
        let parted = text.split_once('.').and_then(|(name, rest)| Some((*ids.get(name)?, rest.to_owned())));
        let reason = || "it must be NAME.PORT or NAME.PARAMETER of a node that is there".to_owned();
        parted.ok_or_else(|| PresetError::Part { what: format!("`{text}`"), reason: reason() })
    };
    let mut orders: BTreeMap<(NodeId, String), usize> = BTreeMap::new();
    for wire in file.wires {
        let ((from, output), (to, input)) = (find(&wire.from)?, find(&wire.to)?);
        let next = orders.entry((to, input.clone())).or_default();
        let order = *next;
        *next += 1;
        let what = format!("the wire from {} to {}", wire.from, wire.to);
        make(what, Edit::Connect(Connection { from, output, to, input, order }))?;
    }
    let published = file.published.into_iter().map(|entry| {
        let (node, path) = find(&entry.param)?;
        let wrong = |reason| PresetError::Part { what: format!("published parameter `{}`", entry.name), reason };
        let path: ParamPath = path.parse().map_err(wrong)?;
        let PublishedFile { name, label, range, doc, .. } = entry;
        Ok(Published { name, node, path, label, range, doc })
    });
    let published = published.collect::<Result<Vec<_>, PresetError>>()?;
    make("published parameters".to_owned(), Edit::Publish(published))?;
    Ok(document)
}

fn build_node(file: NodeFile, registry: &Registry) -> Result<Node, PresetError> {
    let NodeFile { id, name, type_id, version, position, bypass, note, params } = file;
    let node = |kind| Node { position, bypass, note, ..Node::new(id, name.clone(), kind) };
    let placeholder =
        |params, reason| NodeKind::Placeholder(Placeholder { type_id: type_id.clone(), version, params, reason });
    let Some(operator) = registry.get(&type_id) else {
        let known = registry.absence(&type_id, version);
        let reason = known.unwrap_or_else(|| format!("this program has no node `{type_id}`"));
        return Ok(node(placeholder(params, reason)));
    };
    let params = match migrate::node(operator.as_ref(), version, &params) {
        Ok(params) => params,
        Err(reason) => {
            let reason = registry.absence(&type_id, version).unwrap_or(reason);
            return Ok(node(placeholder(params, reason)));
        }
    };
    let mut node = node(NodeKind::Known(operator.clone()));
    for (param, json) in &params {
        let part = |reason| PresetError::Part { what: format!("{name}.{param}"), reason };
        let decl = operator.decl().find_param(param).ok_or_else(|| {
            let known: Vec<_> = operator.decl().params.iter().map(|param| &*param.id).collect();
            part(format!("`{type_id}` has no such parameter; it has {}", listed(&known)))
        })?;
        let value = Param::from_json(decl, json).map_err(|error| part(error.to_string()))?;
        node.params.insert(param.clone(), value);
    }
    Ok(node)
}
