//! Rendering: frames of a document to files, such that a second call does only what is missing.
//!
//! What is written carries a digest of all that it was made of. A file with the same digest is left as it is; one with
//! another digest is stale and made again; one without a digest is somebody else's, and is not touched unless that was
//! asked for. Files appear under their names only when they are whole, so a render that was killed goes on where it was.

use std::collections::BTreeMap;
use std::path::{Component, Path, PathBuf};

use dragfx_engine::Cancel;

use crate::declare::OutputDecl;
use crate::document::{Document, Node, NodeId, NodeKind, Placeholder};
use crate::error::EvalError;
use crate::eval::{Evaluator, Fingerprint, Observer, Plan, Target};
use crate::files::sequence::{Fields, Pattern};
use crate::files::{self, FileError, Format, Picture, Tags, WriteOptions, tracks};
use crate::operator::Sink;
use crate::param::ParamValue;
use crate::preset;
use crate::value::{PortType, Tracks, Value};

/// What is to be written: an output, frame by frame.
#[derive(Clone, Debug)]
pub struct Output {
    /// The node.
    pub node: NodeId,
    /// Its output.
    pub output: String,
    /// The type of what it gives.
    pub port_type: PortType,
    /// The folder that relative names start from.
    pub folder: PathBuf,
    /// The names of its files.
    pub pattern: Pattern,
    /// How files are encoded.
    pub options: WriteOptions,
    /// Whether the graph travels in the files.
    pub embed: bool,
}

/// What to do where a file is already.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Overwrite {
    /// Leave it.
    Never,
    /// Leave it if it is what would be written; write it again if it is an older one of ours.
    #[default]
    Stale,
    /// Write it again.
    Always,
}

/// What became of a file.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Outcome {
    /// It was written.
    Written,
    /// It was there as it would be written.
    Fresh,
    /// It was there, and is left as it is.
    Kept,
}

/// A file of a render.
#[derive(Clone, Debug)]
pub struct Rendered {
    /// The file.
    pub path: PathBuf,
    /// What became of it.
    pub outcome: Outcome,
    /// The digest of what it is made of.
    pub digest: String,
}

/// Why something is not rendered.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum RenderError {
    /// No such node, output, or nothing to write.
    #[error("{0}")]
    Invalid(String),
    /// A node failed, or the run was cancelled.
    #[error(transparent)]
    Eval(#[from] EvalError),
    /// A file cannot be read or written.
    #[error(transparent)]
    File(#[from] FileError),
    /// A file is in the way that did not come from here.
    #[error("{} is there and was not rendered by DragFX; it is only replaced if all are to be overwritten", .0.display())]
    Foreign(PathBuf),
    /// The file is one that the graph reads.
    #[error("{} would be written over itself: the graph reads it", .0.display())]
    Circular(PathBuf),
}

/// What a document writes: its Write nodes, those that are not bypassed.
///
/// # Errors
/// A Write node without a file name, or with one that stands for none.
pub fn sinks(document: &Document, folder: &Path) -> Result<Vec<Output>, RenderError> {
    let mut outputs = Vec::new();
    for node in document.nodes().filter(|node| !node.bypass) {
        if let Some(sink) = sink(node, None)? {
            outputs.push(output(node, folder, sink)?);
        }
    }
    Ok(outputs)
}

/// Writes an output of any node to `file`, as a Write node with its usual settings would. A Write node, or one whose
/// first output is wanted, needs no output named.
///
/// # Errors
/// No such output, or a file name that stands for none.
pub fn one(document: &Document, node: &str, port: Option<&str>, file: &str) -> Result<Output, RenderError> {
    let node = find(document, node)?;
    let decl = match &node.kind {
        NodeKind::Known(operator) => operator.decl(),
        NodeKind::Placeholder(Placeholder { reason, .. }) => {
            return Err(RenderError::Invalid(format!("{} is a placeholder: {reason}", node.name)));
        }
    };
    let sink = match sink(node, Some(file)) {
        // A film, say, is no business of a Write node's.
        Err(_) if Format::of_name(file.as_ref()).is_err() => None,
        sink => sink?,
    };
    let first = || decl.outputs.iter().find(|output| output.port_type == PortType::Image).or(decl.outputs.first());
    let port = port.or(sink.as_ref().map(|sink| sink.output)).or_else(|| first().map(|output| &*output.id));
    let port = port.ok_or_else(|| RenderError::Invalid(format!("{} gives nothing", node.name)))?;
    let (options, embed) = sink.as_ref().map_or((WriteOptions::default(), true), |sink| (sink.options, sink.embed));
    let port = found(node, port)?;
    let (folder, pattern) = (PathBuf::new(), Pattern::parse(file)?);
    let (node, output, port_type) = (node.id, port.id.to_string(), port.port_type);
    Ok(Output { node, output, port_type, folder, pattern, options, embed })
}

fn find<'d>(document: &'d Document, name: &str) -> Result<&'d Node, RenderError> {
    document.named(name).map_err(|error| RenderError::Invalid(error.to_string()))
}

/// What a node writes, under its own file name or another one.
fn sink(node: &Node, file: Option<&str>) -> Result<Option<Sink>, RenderError> {
    let NodeKind::Known(operator) = &node.kind else { return Ok(None) };
    let mut params = node.params_at(0.0);
    if let (Some(file), Some(own)) = (file, params.0.get_mut("file")) {
        *own = ParamValue::Text(file.to_owned());
    }
    operator.sink(&params).map_err(|error| RenderError::Invalid(format!("{}: {error}", node.name)))
}

fn found<'n>(node: &'n Node, port: &str) -> Result<&'n OutputDecl, RenderError> {
    let outputs = node.decl().into_iter().flat_map(|decl| &decl.outputs);
    outputs.clone().find(|output| output.id == port).ok_or_else(|| {
        let known: Vec<_> = outputs.map(|output| &*output.id).collect();
        RenderError::Invalid(format!("{} has no output `{port}`; it has {}", node.name, known.join(", ")))
    })
}

fn output(node: &Node, folder: &Path, sink: Sink) -> Result<Output, RenderError> {
    let Sink { output, file, options, embed } = sink;
    let port_type = found(node, output)?.port_type;
    // What is shown to people need not begin with a dot.
    let folder = if folder == Path::new(".") { PathBuf::new() } else { folder.to_owned() };
    let (node, output) = (node.id, output.to_owned());
    Ok(Output { node, output, port_type, folder, pattern: file, options, embed })
}

impl Output {
    /// Whether each frame has a file of its own. A table of tracks holds all frames, and is written once.
    #[must_use]
    pub fn is_per_frame(&self) -> bool {
        self.port_type != PortType::Tracks || self.pattern.has_frame()
    }

    /// The file of a frame.
    fn path(&self, fields: &Fields<'_>) -> Result<PathBuf, RenderError> {
        Ok(self.folder.join(self.pattern.path(fields)?))
    }
}

/// Everything that a render of one document needs, but for the frame.
#[derive(Clone, Copy)]
pub struct Render<'a> {
    /// Computes the values.
    pub evaluator: &'a Evaluator,
    /// What is rendered, with everything that was set for this render.
    pub document: &'a Document,
    /// The folder that the document's relative paths start from.
    pub folder: &'a Path,
    /// The preset's name, and the seed, for file names.
    pub fields: Fields<'a>,
    /// What to do where files are already.
    pub overwrite: Overwrite,
    /// Sees what happens.
    pub observer: &'a dyn Observer,
    /// Ends the render early.
    pub cancel: &'a Cancel,
}

impl Render<'_> {
    /// Renders the files of one frame: for each output the files that it has, in the order of the outputs. One that fails
    /// does not keep the others from their files. Nothing is computed for pictures that need not be written.
    pub fn frame(&self, outputs: &[Output], frame: f64) -> Vec<Result<Vec<Rendered>, RenderError>> {
        let target = |output: &Output| Target { node: output.node, output: output.output.clone(), frame };
        let targets: Vec<Target> = outputs.iter().map(target).collect();
        let plan = self.evaluator.plan(self.document, self.folder, &targets);
        let looked = outputs.iter().zip(plan.fingerprints());
        let looked: Vec<Result<Rendered, RenderError>> = looked
            .map(|(output, fingerprint)| self.look(output, frame, &plan, &fingerprint.map_err(EvalError::clone)?))
            .collect();
        let missing = |index: &usize| looked[*index].as_ref().is_ok_and(|file| file.outcome == Outcome::Written);
        let wanted: Vec<usize> = (0..outputs.len()).filter(missing).collect();
        let values = self.evaluator.run(&plan.narrowed(&wanted), self.observer, self.cancel);
        let mut rendered: Vec<Result<Vec<Rendered>, RenderError>> =
            looked.into_iter().map(|file| file.map(|file| vec![file])).collect();
        for (index, value) in wanted.into_iter().zip(values) {
            let files = std::mem::replace(&mut rendered[index], Ok(Vec::new()));
            rendered[index] = files.and_then(|files| self.write(&outputs[index], files, &value?));
        }
        rendered
    }

    /// What has to become of an output's file.
    fn look(
        &self,
        output: &Output,
        frame: f64,
        plan: &Plan,
        fingerprint: &Fingerprint,
    ) -> Result<Rendered, RenderError> {
        let path = output.path(&Fields { frame, ..self.fields })?;
        check_unread(self.document, self.folder, plan, &path)?;
        let digest = digest(output, fingerprint);
        // What tables are called, and whether they are ours, is known once they are there.
        let anew = output.port_type == PortType::Tracks || self.overwrite == Overwrite::Always || !path.exists();
        let outcome = if anew {
            Outcome::Written
        } else if self.overwrite == Overwrite::Never {
            Outcome::Kept
        } else {
            let found = match files::read_tags(&path) {
                Ok(tags) => tags.digest,
                // Whatever it is, it is none of our pictures.
                Err(FileError::Content { .. }) => None,
                Err(error) => return Err(error.into()),
            };
            match found {
                Some(found) if found == digest => Outcome::Fresh,
                Some(_) => Outcome::Written,
                None => return Err(RenderError::Foreign(path)),
            }
        };
        Ok(Rendered { path, outcome, digest })
    }

    /// Writes a value; gives the files that it then has.
    fn write(&self, output: &Output, files: Vec<Rendered>, value: &Value) -> Result<Vec<Rendered>, RenderError> {
        let file = files.first().ok_or_else(|| not_written(value.port_type()))?;
        let picture = match value {
            Value::Image(image) => Picture::Image(image),
            Value::Mask(mask) => Picture::Mask(mask),
            Value::Tracks(found) => return self.write_tracks(file, found),
            other => return Err(not_written(other.port_type())),
        };
        let graph = output.embed.then(|| preset::to_text(self.document));
        let tags = Tags { graph, digest: Some(file.digest.clone()) };
        files::write(&file.path, picture, &output.options, &tags)?;
        Ok(files)
    }

    /// Writes tracks. Their files have no place for a digest: they are known by what is in them.
    fn write_tracks(&self, rendered: &Rendered, found: &Tracks) -> Result<Vec<Rendered>, RenderError> {
        let mut files = Vec::new();
        for (path, text) in tracks::files(&rendered.path, found)? {
            let outcome = match (path.exists(), self.overwrite) {
                (true, Overwrite::Never) => Outcome::Kept,
                (true, Overwrite::Stale) if std::fs::read(&path).is_ok_and(|old| old == text.as_bytes()) => {
                    Outcome::Fresh
                }
                (true, Overwrite::Stale) if !tracks::is_ours(&path) => return Err(RenderError::Foreign(path)),
                _ => Outcome::Written,
            };
            if outcome == Outcome::Written {
                tracks::write(&path, &text)?;
            }
            files.push(Rendered { path, outcome, digest: rendered.digest.clone() });
        }
        Ok(files)
    }
}

/// A digest of what a file is made of: the value, and how it is encoded.
fn digest(output: &Output, fingerprint: &Fingerprint) -> String {
    let encoding = format!("{:?}", output.options);
    let mut hasher = blake3::Hasher::new();
    hasher.update(concat!("dragfx ", env!("CARGO_PKG_VERSION"), "\0").as_bytes());
    hasher.update(fingerprint.as_bytes());
    hasher.update(encoding.as_bytes());
    hasher.update(&[u8::from(output.embed)]);
    hasher.finalize().to_hex().to_string()
}

/// Refuses to write a file that a plan reads, or that is one of the models.
///
/// # Errors
/// [`RenderError::Circular`].
pub fn check_unread(document: &Document, folder: &Path, plan: &Plan, path: &Path) -> Result<(), RenderError> {
    // What is not there yet is read by nobody.
    let Ok(whole) = path.canonicalize() else { return Ok(()) };
    let hints = document.models().values().filter_map(|model| model.path.as_ref());
    let read = plan.files().map(Path::to_owned).chain(hints.map(|hint| folder.join(hint)));
    if read.filter_map(|file| file.canonicalize().ok()).any(|file| file == whole) {
        return Err(RenderError::Circular(path.to_owned()));
    }
    Ok(())
}

fn not_written(port_type: PortType) -> RenderError {
    RenderError::Invalid(format!("a {port_type} is not written as a picture or as tracks"))
}

/// Refuses outputs that cannot be written under their names, or would write one file twice.
///
/// # Errors
/// What is wrong, naming the file.
pub fn check(outputs: &[Output], frames: &[f64], seeds: &[Option<u32>], preset: &str) -> Result<(), RenderError> {
    let mut seen: BTreeMap<PathBuf, (f64, Option<u32>)> = BTreeMap::new();
    for output in outputs {
        let name = Path::new(output.pattern.text());
        match output.port_type {
            PortType::Image | PortType::Mask => drop(output.options.check(name)?),
            PortType::Tracks => drop(tracks::TrackFormat::of_name(name)?),
            other => return Err(not_written(other)),
        }
        for &seed in seeds {
            for &frame in frames.iter().take(if output.is_per_frame() { usize::MAX } else { 1 }) {
                let path = output.path(&Fields { frame, seed, preset: Some(preset) })?;
                if let Some((other, other_seed)) = seen.insert(plain(&path), (frame, seed)) {
                    let hint =
                        if (other, other_seed) == (frame, seed) && frames.iter().filter(|f| **f == frame).count() > 1 {
                            "a frame was asked for twice"
                        } else if other != frame {
                            "put #### for the frame into the name"
                        } else if other_seed != seed {
                            "put {seed} into the name"
                        } else {
                            "give each Write node a name of its own"
                        };
                    return Err(RenderError::Invalid(format!("{} would be written twice: {hint}", path.display())));
                }
            }
        }
    }
    Ok(())
}

/// A path without the steps that lead nowhere: `./a` and `b/../a` are `a`.
fn plain(path: &Path) -> PathBuf {
    let mut plain = PathBuf::new();
    for part in path.components() {
        match part {
            Component::CurDir => {}
            Component::ParentDir if matches!(plain.components().next_back(), Some(Component::Normal(_))) => {
                plain.pop();
            }
            part => plain.push(part),
        }
    }
    plain
}
