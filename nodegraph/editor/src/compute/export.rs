//! The thread that writes files: pictures, films of drags, latents, and all that a graph writes.

use std::ops::RangeInclusive;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use dragfx_engine::Cancel;
use dragfx_graph::document::{Document, Edit, NodeId};
use dragfx_graph::eval::{Evaluator, Event, Happening, Plan, Target};
use dragfx_graph::files::sequence::Fields;
use dragfx_graph::files::{self, Picture, Tags, WriteOptions};
use dragfx_graph::param::{Param, ParamValue};
use dragfx_graph::preset;
use dragfx_graph::render::{self, Output, Overwrite, Render};
use dragfx_graph::value::{Image, Value};

use super::Compute;
use super::board::{Board, Busy};
use super::threads::guarded;
use crate::desk::View;
use crate::session::Session;
use crate::setup::Services;

/// What is to be written. Files that are there are replaced: whoever chose them was asked.
#[derive(Clone, Debug)]
pub(crate) enum Export {
    /// The picture or the mask of an output; with the graph in it, or without.
    Picture { view: View, frame: i64, path: PathBuf, embed: bool },
    /// An output while a drag goes its way, from its start to its end, in at most so many pictures.
    Film { view: View, drag: NodeId, frame: i64, path: PathBuf, most: usize, rate: f64 },
    /// The latent of an output.
    Latent { view: View, frame: i64, path: PathBuf },
    /// The files of all Write nodes.
    Render { frames: RangeInclusive<i64> },
}

/// An export, and what it is an export of.
pub(super) struct Wish {
    pub(super) export: Export,
    pub(super) document: Arc<Document>,
    pub(super) folder: PathBuf,
    /// The preset's name, for names of files.
    pub(super) name: String,
    pub(super) services: Arc<dyn Services>,
    pub(super) cancel: Cancel,
}

/// Writes files with an evaluator, and tells the board how it goes.
struct Writer<'a> {
    board: &'a Board,
    evaluator: &'a Evaluator,
    wish: &'a Wish,
}

/// Bytes of a film's pictures that are kept while it is made: they are wanted once.
const ASIDE: usize = 64 << 20;

impl Compute {
    /// Begins to write a file, or all that the graph writes, unless something is being written already; says whether it was
    /// begun. What came of it [`exports`](Self::exports) tells.
    pub(crate) fn export(&mut self, session: &Session, services: &Arc<dyn Services>, export: Export) -> bool {
        if self.exporting.is_some() {
            return false;
        }
        self.export = Cancel::new();
        let begun = Some(Busy { done: 0.0, what: String::new() });
        self.exporting.clone_from(&begun);
        self.board.write(|content| content.exporting = begun);
        let stem = session.path().and_then(Path::file_stem);
        let name = stem.map_or_else(|| "untitled".to_owned(), |stem| stem.to_string_lossy().into_owned());
        let (document, folder, services) = (self.document(session), session.folder(), Arc::clone(services));
        self.writer.put(Wish { export, document, folder, name, services, cancel: self.export.clone() });
        true
    }

    /// How far the export is that was begun.
    pub(crate) fn exporting(&self) -> Option<&Busy> {
        self.exporting.as_ref()
    }

    /// Ends the export that was begun.
    pub(crate) fn cancel_export(&mut self) {
        self.export.cancel();
    }

    /// What became of exports, in words, once.
    pub(crate) fn exports(&mut self) -> Vec<Result<String, String>> {
        std::mem::take(&mut self.exports)
    }
}

/// Writes what is wished for, and tells the board what came of it.
pub(super) fn export(board: &Board, evaluator: &Evaluator, wish: &Wish) {
    let writer = Writer { board, evaluator, wish };
    let written = guarded(|| match &wish.export {
        Export::Picture { view, frame, path, embed } => writer.picture(view, *frame as f64, path, *embed),
        Export::Film { view, drag, frame, path, most, rate } => {
            writer.film(view, *drag, *frame as f64, path, *most, *rate)
        }
        Export::Latent { view, frame, path } => writer.latent(view, *frame as f64, path),
        Export::Render { frames } => writer.render(frames.clone()),
    });
    let is_cancelled = wish.cancel.is_cancelled();
    let told = written.and_then(|written| written).or_else(|reason| {
        if is_cancelled { Ok("Cancelled: what was not written yet stays as it was".to_owned()) } else { Err(reason) }
    });
    board.write(|content| {
        content.exports.push(told);
        content.exporting = None;
    });
}

impl Writer<'_> {
    fn picture(&self, view: &View, frame: f64, path: &Path, embed: bool) -> Result<String, String> {
        let (value, _) = self.value(self.evaluator, &self.wish.document, view, frame, Some(path), 0.0..1.0)?;
        let picture = match &value {
            Value::Image(image) => Picture::Image(image),
            Value::Mask(mask) => Picture::Mask(mask),
            other => return Err(format!("{} is no picture", named(other))),
        };
        let graph = embed.then(|| preset::to_text(&self.wish.document));
        let tags = Tags { graph, digest: None };
        files::write(path, picture, &WriteOptions::default(), &tags).map_err(|error| told(&error))?;
        Ok(format!("Wrote {}", path.display()))
    }

    fn latent(&self, view: &View, frame: f64, path: &Path) -> Result<String, String> {
        match self.value(self.evaluator, &self.wish.document, view, frame, Some(path), 0.0..1.0)?.0 {
            Value::Latent(latent) => self.wish.services.latent(path, &latent.latent)?,
            other => return Err(format!("{} is no latent", named(&other))),
        }
        Ok(format!("Wrote {}", path.display()))
    }

    fn film(
        &self,
        view: &View,
        drag: NodeId,
        frame: f64,
        path: &Path,
        most: usize,
        rate: f64,
    ) -> Result<String, String> {
        /// The part of the work that the drag itself is, if it was not dragged yet.
        const DRAG: f64 = 0.5;
        let way = View { node: drag, output: "trajectory".to_owned() };
        let (way, was_there) = self.value(self.evaluator, &self.wish.document, &way, frame, Some(path), 0.0..DRAG)?;
        let Value::Trajectory(way) = way else { return Err("there is no drag to make a film of".to_owned()) };
        let count = (way.steps() + 1).min(most.max(1));
        let begin = if was_there { 0.0 } else { DRAG };
        let aside = self.evaluator.aside(ASIDE);
        let picture = |index: usize| -> Result<Arc<Image>, String> {
            let step = (index * way.steps()).checked_div(count - 1).unwrap_or(way.steps());
            let progress = if way.steps() == 0 { 0.0 } else { step as f64 / way.steps() as f64 };
            let value = Some(Param::Constant(ParamValue::Float(progress)));
            let mut document = (*self.wish.document).clone();
            let edit = Edit::SetParam { node: drag, param: "progress".to_owned(), value };
            document.apply(edit).map_err(|error| error.to_string())?;
            let part = |index: usize| begin + (1.0 - begin) * index as f64 / count as f64;
            match self.value(&aside, &document, view, frame, None, part(index)..part(index + 1))?.0 {
                Value::Image(image) => Ok(image),
                other => Err(format!("a film is made of images; {} is none", named(&other))),
            }
        };
        self.wish.services.film(path, &mut (0..count).map(picture), rate)?;
        Ok(format!("Wrote {}: {count} pictures", path.display()))
    }

    fn render(&self, frames: RangeInclusive<i64>) -> Result<String, String> {
        let Wish { document, folder, name, cancel, .. } = self.wish;
        let mut open = render::sinks(document, folder).map_err(|error| error.to_string())?;
        if open.is_empty() {
            return Err("there is no Write node, or all are bypassed".to_owned());
        }
        let frames: Vec<f64> = frames.map(|frame| frame as f64).collect();
        let seed = seed(document, frames.first().copied().unwrap_or_default());
        render::check(&open, &frames, &[seed], name).map_err(|error| error.to_string())?;
        let mut written = 0;
        for (index, &frame) in frames.iter().enumerate() {
            let part = |index: usize| index as f64 / frames.len() as f64;
            let observer = |event: &Event<'_>| self.note(event, part(index)..part(index + 1));
            let fields = Fields { frame: 0.0, seed, preset: Some(name) };
            let overwrite = Overwrite::Stale;
            let evaluator = self.evaluator;
            let render = Render { evaluator, document, folder, fields, overwrite, observer: &observer, cancel };
            for rendered in render.frame(&open, frame) {
                written += rendered.map_err(|error| told(&error))?.len();
            }
            open.retain(Output::is_per_frame);
        }
        Ok(format!("Rendered {written} {}", if written == 1 { "file" } else { "files" }))
    }

    /// The value of an output, which is `part` of the work, and whether it was there; refuses to write over a file that it
    /// is made of.
    fn value(
        &self,
        evaluator: &Evaluator,
        document: &Document,
        view: &View,
        frame: f64,
        path: Option<&Path>,
        part: std::ops::Range<f64>,
    ) -> Result<(Value, bool), String> {
        let target = Target { node: view.node, output: view.output.clone(), frame };
        let plan: Plan = evaluator.plan(document, &self.wish.folder, &[target]);
        if let Some(path) = path {
            render::check_unread(document, &self.wish.folder, &plan, path).map_err(|error| error.to_string())?;
        }
        let was_there = evaluator.known(&plan).iter().all(Option::is_some);
        let observer = |event: &Event<'_>| self.note(event, part.clone());
        let value = evaluator.run(&plan, &observer, &self.wish.cancel).swap_remove(0);
        Ok((value.map_err(|error| told(&error))?, was_there))
    }

    /// Tells how far the work is.
    fn note(&self, event: &Event<'_>, part: std::ops::Range<f64>) {
        let (own, what) = match event.what {
            Happening::Part { done, what } => (done, Some(what)),
            Happening::Started | Happening::Finished { .. } => (0.0, None),
            _ => return,
        };
        let done = (event.completed as f64 + own) / event.total.max(1) as f64;
        self.board.write(|content| {
            if let Some(busy) = &mut content.exporting {
                busy.done = part.start + (part.end - part.start) * done.min(1.0);
                if let Some(what) = what {
                    what.clone_into(&mut busy.what);
                }
            }
        });
    }
}

/// A value, with its article.
fn named(value: &Value) -> &'static str {
    match value {
        Value::Latent(_) => "a latent",
        Value::Image(_) => "an image",
        Value::Mask(_) => "a mask",
        Value::Points(_) => "a list of points",
        Value::Trajectory(_) => "a trajectory",
        Value::Tracks(_) => "a list of tracks",
    }
}

/// The seed that a document has, for names of files.
fn seed(document: &Document, frame: f64) -> Option<u32> {
    let (node, path) = document.find_param(&document.seed_address().ok()?).ok()?;
    u32::try_from(node.params_at(frame).int(&path.param)).ok()
}

/// An error and its causes.
fn told(error: &dyn std::error::Error) -> String {
    let causes = std::iter::successors(error.source(), |cause| cause.source());
    causes.fold(error.to_string(), |told, cause| {
        let cause = cause.to_string();
        // Some tell their causes themselves.
        if told.contains(&cause) { told } else { format!("{told}: {cause}") }
    })
}
