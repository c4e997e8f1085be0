//! Rendering: pictures frame by frame, or one file of another kind.

use std::borrow::Cow;
use std::path::Path;
use std::time::Instant;

use anyhow::{Result, anyhow};
use dragfx_engine::Cancel;
use dragfx_graph::document::Document;
use dragfx_graph::eval::{Evaluator, Event, Plan, Target};
use dragfx_graph::files::sequence::Fields;
use dragfx_graph::render::{self, Outcome, Output, Overwrite, Render};
use dragfx_graph::summary;
use dragfx_graph::value::{PortType, Value};
use indicatif::ProgressBar;

use super::apply;
use super::report::{File, Notes, tell};
use crate::animation::{self, Pace};
use crate::args::render::{OverwriteArg, RenderArgs};
use crate::exit::{Cancelled, Invalid};
use crate::{latents, picture, progress, save};

/// A render, whatever it writes.
pub(super) struct Work<'a> {
    pub(super) args: &'a RenderArgs,
    pub(super) evaluator: &'a Evaluator,
    pub(super) document: &'a Document,
    pub(super) folder: &'a Path,
    pub(super) frames: &'a [f64],
    pub(super) seeds: &'a [Option<u32>],
}

/// What the making of one file shows, and what ends it.
struct Stage {
    bar: ProgressBar,
    cancel: Cancel,
    notes: Notes,
}

impl Work<'_> {
    /// The preset's name, for file names.
    fn preset(&self) -> Cow<'_, str> {
        self.args.preset.file_stem().unwrap_or_default().to_string_lossy()
    }

    /// The document with a seed set, and the seed that it then has, if it has one.
    fn seeded(&self, seed: Option<u32>) -> Result<(Document, Option<u32>)> {
        let mut document = self.document.clone();
        let address = document.seed_address();
        let Some(seed) = seed else {
            let own = address.ok().and_then(|address| {
                let (node, path) = document.find_param(&address).ok()?;
                u32::try_from(node.params_at(self.frames.first().copied()?).int(&path.param)).ok()
            });
            return Ok((document, own));
        };
        apply(&mut document, &address?, &seed.to_string())?;
        Ok((document, Some(seed)))
    }

    /// Writes pictures and tracks, a file for each frame and seed.
    pub(super) fn pictures(&self, outputs: &[Output]) -> Result<()> {
        let preset = self.preset();
        let documents = self.seeds.iter().map(|&seed| self.seeded(seed)).collect::<Result<Vec<_>>>()?;
        let seeds: Vec<Option<u32>> = documents.iter().map(|(_, seed)| *seed).collect();
        render::check(outputs, self.frames, &seeds, &preset)?;
        let per_frame = outputs.iter().filter(|output| output.is_per_frame()).count();
        let files_of_a_seed = outputs.len() + (self.frames.len().max(1) - 1) * per_frame;
        let stage = Stage::new(files_of_a_seed * self.seeds.len())?;
        let clock = Instant::now();
        let (mut files, mut errors) = (Vec::new(), Vec::new());
        for (document, seed) in &documents {
            let render = Render {
                evaluator: self.evaluator,
                document,
                folder: self.folder,
                fields: Fields { frame: 0.0, seed: *seed, preset: Some(&preset) },
                overwrite: self.args.overwrite.into(),
                observer: &|event: &Event<'_>| stage.notes.hear(&stage.bar, document, event),
                cancel: &stage.cancel,
            };
            // An output that has failed is left out from then on: the others go on.
            let mut open = outputs.to_vec();
            for &frame in self.frames {
                let rendered = render.frame(&open, frame);
                let mut kept = Vec::new();
                for (output, result) in open.into_iter().zip(rendered) {
                    match result {
                        Ok(rendered) => {
                            stage.bar.inc(1);
                            files.extend(rendered.into_iter().map(|file| File::rendered(file, frame, *seed)));
                            kept.extend(Some(output).filter(Output::is_per_frame));
                        }
                        Err(error) => errors.push(stage.ended_by(error.into())),
                    }
                }
                open = kept;
                if open.is_empty() || stage.cancel.is_cancelled() {
                    break;
                }
            }
            if stage.cancel.is_cancelled() {
                break;
            }
        }
        stage.bar.finish_and_clear();
        if errors.is_empty() || !files.is_empty() {
            tell(&files, clock, stage.notes, self.device(), self.args.json)?;
        }
        if stage.cancel.is_cancelled() {
            return Err(anyhow!(Cancelled));
        }
        // The first one is told by whoever called; it ends the program.
        for error in errors.iter().skip(1) {
            eprintln!("error: {}", summary::tame(&format!("{error:#}")));
        }
        errors.into_iter().next().map_or(Ok(()), Err)
    }

    /// Writes a film of all frames, at the rate of the preset.
    pub(super) fn film(&self, output: &Output) -> Result<()> {
        let first = self.frames.first().copied().unwrap_or(0.0);
        self.single(output, first, |stage, path| {
            let mut pictures = self.frames.iter().map(|&frame| {
                let value = self.evaluate(output, frame, stage)?;
                stage.bar.inc(1);
                match value {
                    Value::Image(image) => picture::opaque(&image),
                    other => Err(anyhow!("a film is made of images, not of a {}", other.port_type())),
                }
            });
            animation::save(path, &mut pictures, Pace::Rate(self.document.frames().rate))
        })
    }

    /// Writes a latent or points.
    pub(super) fn value(&self, output: &Output) -> Result<()> {
        let formats: &[&str] = if output.port_type == PortType::Latent { latents::FORMATS } else { &["json"] };
        picture::check_path(Path::new(output.pattern.text()), formats)?;
        let [frame] = *self.frames else {
            let message = format!("{} holds one frame; choose it with --frames", output.pattern.text());
            return Err(anyhow!(Invalid(message)));
        };
        self.single(output, frame, |stage, path| match self.evaluate(output, frame, stage)? {
            Value::Latent(latent) => latents::save(path, &latent.latent),
            Value::Points(points) => save::file(path, |to| Ok(serde_json::to_writer_pretty(to, &*points)?)),
            other => Err(anyhow!("a {} has no file format", other.port_type())),
        })
    }

    /// Writes one file that has no place for a digest: it only takes the place of another one if all are overwritten.
    fn single(&self, output: &Output, frame: f64, write: impl FnOnce(&Stage, &Path) -> Result<()>) -> Result<()> {
        if self.args.seeds.is_some() {
            let message = format!("--seeds is for pictures; {} holds one result", output.pattern.text());
            return Err(anyhow!(Invalid(message)));
        }
        let preset = self.preset();
        let (_, seed) = self.seeded(None)?;
        let path = output.pattern.path(&Fields { frame, seed, preset: Some(&preset) })?;
        render::check_unread(self.document, self.folder, &self.plan(output, frame), &path)?;
        let outcome = match (path.exists(), self.args.overwrite) {
            (true, OverwriteArg::Never) => Outcome::Kept,
            (true, OverwriteArg::Stale) => {
                let message = format!("{} is there; --overwrite always replaces it", path.display());
                return Err(anyhow!(Invalid(message)));
            }
            _ => Outcome::Written,
        };
        let stage = Stage::new(self.frames.len())?;
        let clock = Instant::now();
        if outcome == Outcome::Written {
            write(&stage, &path).map_err(|error| stage.ended_by(error))?;
        }
        stage.bar.finish_and_clear();
        let file = File { path, outcome, digest: None, frame, seed: None };
        tell(&[file], clock, stage.notes, self.device(), self.args.json)
    }

    /// Evaluates an output at a frame.
    fn evaluate(&self, output: &Output, frame: f64, stage: &Stage) -> Result<Value> {
        let plan = self.plan(output, frame);
        let observer = |event: &Event<'_>| stage.notes.hear(&stage.bar, self.document, event);
        Ok(self.evaluator.run(&plan, &observer, &stage.cancel).swap_remove(0)?)
    }

    fn plan(&self, output: &Output, frame: f64) -> Plan {
        let target = Target { node: output.node, output: output.output.clone(), frame };
        self.evaluator.plan(self.document, self.folder, &[target])
    }

    fn device(&self) -> &'static str {
        self.evaluator.models().device_class()
    }
}

impl Stage {
    fn new(files: usize) -> Result<Self> {
        let bar = progress::count(files, "rendering");
        Ok(Self { bar, cancel: progress::cancel_on_ctrl_c()?, notes: Notes::default() })
    }

    /// What ended the work: where somebody cancelled, that, whatever broke off because of it.
    fn ended_by(&self, error: anyhow::Error) -> anyhow::Error {
        if self.cancel.is_cancelled() { anyhow!(Cancelled) } else { error }
    }
}

impl From<OverwriteArg> for Overwrite {
    fn from(arg: OverwriteArg) -> Self {
        match arg {
            OverwriteArg::Never => Self::Never,
            OverwriteArg::Stale => Self::Stale,
            OverwriteArg::Always => Self::Always,
        }
    }
}
