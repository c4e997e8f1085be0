//! An instance with its preset: the graph with everything that the host says at a time, and what follows from it.

use std::collections::BTreeMap;
use std::sync::Arc;

use dragfx_engine::ImagePoint;
use dragfx_graph::document::{Document, NodeId};
use dragfx_graph::eval::Target;
use dragfx_graph::models::ModelRef;
use dragfx_graph::preset;
use dragfx_graph::value::{Image, MAX_SIDE, Transfer, Value};
use dragfx_runtime::Device;
use ndarray::Array3;
use serde_json::json;

use super::{colour, view};
use crate::clips::Clips;
use crate::declared;
use crate::effect::Request;
use crate::failure::Failure;
use crate::ffi::effect::Instance;
use crate::geometry::Rect;
use crate::picture::{self, Showing};
use crate::program::control::{Control, Resolution, Shown};
use crate::program::ground::{self, Ground, PLACED};
use crate::program::setting::{self, Setting, apply};
use crate::program::{Output, Program};
use crate::run::{self, Work};
use crate::shared;

/// The clip that pictures are laid over, and that the first Read node reads.
pub(super) const SOURCE: &str = "Source";

/// An instance with its preset.
#[derive(Clone, Copy)]
pub(super) struct Scene<'a> {
    /// The instance.
    pub(super) instance: &'a Instance<'a>,
    /// The preset.
    pub(super) program: &'a Program,
    /// The host's parameters and what they stand for.
    pub(super) controls: &'a [(String, Control)],
    /// The clips that Read nodes read, by their places.
    pub(super) clips: &'a [String],
    /// What is shown.
    pub(super) output: &'a Output,
}

/// A graph that is ready to be planned.
struct Prepared {
    document: Document,
    clips: Clips,
    target: Target,
}

impl Scene<'_> {
    /// Renders.
    ///
    /// # Errors
    /// What the user should know.
    pub(super) fn render(&self, request: &Request) -> Result<(), Failure> {
        let (instance, time) = (self.instance, request.time);
        let params = instance.params()?;
        let device = view::device(params, time);
        let known = |model: &ModelRef| shared::resolution(model, &self.program.folder);
        let resolution = |model: &ModelRef| known(model).map_or_else(|| self.import(model, device), Ok);
        let Prepared { mut document, clips, target } = self.prepare(time, &resolution)?;
        if request.thumbnail {
            // No thumbnail is worth a drag.
            setting::disable_points(&mut document)?;
        }
        let frame = picture::frame(instance, Some(SOURCE), time)?;
        let fetch = |clip: &str, time: f64| self.picture(clip, time, frame);
        let folder = &*self.program.folder;
        let work = Work { instance, document: &document, folder, target: &target, clips: &clips, fetch: &fetch };
        let Value::Image(image) = run::evaluate(&work, device, None)? else {
            return Err(Failure::User(format!("{} gives no picture", self.output.label)));
        };
        let transfer = colour::of_clip(instance, "Output", time)?;
        let showing = Showing { fit: view::fit(params, time), frame, transfer };
        picture::show(instance, request, &image, showing, under(self.instance, time))
    }

    /// Imports a model, and gives width and height of its pictures. That takes long: as a part of a run it can be cancelled.
    fn import(&self, model: &ModelRef, device: Device) -> Result<usize, Failure> {
        let latent = json!({ "id": 1, "name": "latent", "type": "latent", "version": 1 });
        let graph = json!({ "dragfx": 1, "models": { "model": model }, "nodes": [latent] });
        let document = preset::from_text(&graph.to_string(), declared::registry())?;
        let (clips, folder) = (Clips::new(), &*self.program.folder);
        let target = Target { node: NodeId(1), output: "latent".to_owned(), frame: 0.0 };
        let fetch = |_: &str, _: f64| Ok(None);
        let work = Work {
            instance: self.instance,
            document: &document,
            folder,
            target: &target,
            clips: &clips,
            fetch: &fetch,
        };
        let run = run::evaluate(&work, device, None);
        // A generator that wants a class gives no latent, and is imported all the same.
        let missing = || run.err().unwrap_or_else(|| Failure::User(format!("the model {} can't be read", model.file)));
        shared::resolution(model, folder).ok_or_else(missing)
    }

    /// Which frames of which clip are needed, each as first and last.
    ///
    /// # Errors
    /// The host does not answer.
    pub(super) fn frames_needed(&self, time: f64) -> Result<Vec<(String, [f64; 2])>, Failure> {
        let mut ranges: BTreeMap<String, [f64; 2]> = BTreeMap::new();
        if under(self.instance, time).is_some() {
            ranges.insert(SOURCE.to_owned(), [time; 2]);
        }
        if !self.program.inputs.is_empty() {
            // Where points are does not matter for that.
            let Prepared { document, clips, target } = self.prepare(time, &|_| Ok(1024))?;
            let _ = shared::planner().plan(&document, &self.program.folder, &[target]);
            for (clip, frame) in clips.wanted() {
                let [first, last] = ranges.entry(clip).or_insert([frame; 2]);
                (*first, *last) = (first.min(frame), last.max(frame));
            }
        }
        Ok(ranges.into_iter().collect())
    }

    /// The clip that passes through the graph as it is.
    ///
    /// # Errors
    /// The host does not answer.
    pub(super) fn identity(&self, time: f64) -> Result<Option<String>, Failure> {
        let first = self.clips.first().filter(|clip| *clip == SOURCE && is_connected(self.instance, clip));
        if first.is_none() || under(self.instance, time).is_some() || !self.program.passes_first_input(self.output) {
            return Ok(None);
        }
        let same = colour::of_clip(self.instance, SOURCE, time)? == colour::of_clip(self.instance, "Output", time)?;
        Ok(same.then(|| SOURCE.to_owned()))
    }

    /// Puts points that nobody has touched where the preset has them, so that the host shows them there. To be called where
    /// parameters may be set. In a host that does not let them be, or knows no frame yet, they stay where they are, and
    /// mean what the preset says all the same.
    pub(super) fn place_points(&self, time: f64) {
        drop(self.try_to_place_points(time));
    }

    fn try_to_place_points(&self, time: f64) -> Result<(), Failure> {
        let place = |(name, control): &'_ (String, Control)| match &control.part {
            Shown::Place { own, model: Some(model) } => Some((name.clone(), *own, model.clone())),
            _ => None,
        };
        let points: Vec<(String, ImagePoint, ModelRef)> = self.controls.iter().filter_map(place).collect();
        if points.is_empty() {
            return Ok(());
        }
        let params = self.instance.params()?;
        let ground = self.ground(time)?;
        for (name, own, model) in points {
            // Who has never used the model cannot tell where its pixels are.
            let Some(resolution) = shared::resolution(&model, &self.program.folder) else { return Ok(()) };
            let param = params.get(&name)?;
            let place = ground.picture(resolution).to_canonical(own);
            let now = param.double2(time)?;
            if param.keys() == 0 && now != place && ground.is_untouched(now, own, resolution) {
                param.set_double2(place)?;
            }
        }
        let placed = ground::to_text(ground.fit, ground.frame);
        let param = params.get(PLACED)?;
        if param.text(time)? != placed {
            param.set_text(&placed)?;
        }
        Ok(())
    }

    fn ground(&self, time: f64) -> Result<Ground, Failure> {
        let params = self.instance.params()?;
        let placed = params.get(PLACED).and_then(|param| param.text(time)).unwrap_or_default();
        let frame = picture::frame(self.instance, Some(SOURCE), time)?;
        Ok(Ground {
            fit: view::fit(params, time),
            frame,
            // A host that does not know its project can have placed nothing in it.
            project: picture::project(self.instance, time).unwrap_or(frame),
            placed: ground::from_text(&placed),
        })
    }

    /// The graph with what the host says.
    fn prepare(&self, time: f64, resolution: Resolution<'_>) -> Result<Prepared, Failure> {
        let clips = Clips::new();
        let read: Vec<(usize, &str)> = self.read().collect();
        let mut document = self.program.document(&clips, &read)?;
        let target = self.output.at(time);
        let now = self.settings(&[time], resolution)?;
        if !self.is_animated(&now)? {
            apply(&mut document, &now, &[time])?;
            return Ok(Prepared { document, clips, target });
        }
        // What changes over time counts at all frames that the graph looks at.
        let mut still = document.clone();
        apply(&mut still, &now, &[time])?;
        let plan = shared::planner().plan(&still, &self.program.folder, std::slice::from_ref(&target));
        drop(clips.wanted());
        apply(&mut document, &self.settings(plan.frames(), resolution)?, plan.frames())?;
        Ok(Prepared { document, clips, target })
    }

    /// The Read nodes that read clips: those with something at the clip's other end, and those that have nothing else.
    fn read(&self) -> impl Iterator<Item = (usize, &str)> {
        let inputs = self.program.inputs.iter().zip(self.clips).enumerate();
        let read = inputs.filter(|(_, (input, clip))| !input.has_file || is_connected(self.instance, clip));
        read.map(|(place, (_, clip))| (place, &**clip))
    }

    fn settings(&self, frames: &[f64], resolution: Resolution<'_>) -> Result<Vec<Setting>, Failure> {
        let params = self.instance.params()?;
        // Points lie in the frame of their time.
        let grounds = frames.iter().map(|&time| self.ground(time)).collect::<Result<Vec<_>, _>>()?;
        let mut settings = Vec::new();
        for (name, control) in self.controls {
            let at =
                |(&time, ground): (&f64, &Ground)| control.read(params, name, time, ground, resolution).transpose();
            let parts = frames.iter().zip(&grounds).filter_map(at).collect::<Result<Vec<_>, _>>()?;
            if parts.len() == frames.len() {
                settings.push(Setting { node: control.node, path: control.path.clone(), parts });
            }
        }
        Ok(settings)
    }

    /// Whether what is set has keyframes in the host, or is a part of what has keyframes in the preset.
    fn is_animated(&self, settings: &[Setting]) -> Result<bool, Failure> {
        let params = self.instance.params()?;
        for (name, control) in self.controls {
            let is_set = settings.iter().any(|setting| (setting.node, &setting.path) == (control.node, &control.path));
            let parted = control.is_animated && control.path.item.is_some();
            if is_set && (parted || params.get(name).is_ok_and(|param| param.keys() > 0)) {
                return Ok(true);
            }
        }
        Ok(false)
    }

    /// The picture of a clip; where it has none at that time, nothing as large as the frame.
    fn picture(&self, clip: &str, time: f64, frame: Rect) -> Result<Option<Arc<Image>>, Failure> {
        if !is_connected(self.instance, clip) {
            return Ok(None);
        }
        let found = picture::from_clip(self.instance, clip, time, colour::of_clip(self.instance, clip, time)?)?;
        let nothing = || {
            let side = |side: f64| (side.round() as usize).clamp(1, MAX_SIDE);
            let pixels = Array3::zeros((side(frame.height()), side(frame.width()), 4));
            Arc::new(Image::new(pixels, Transfer::Linear))
        };
        Ok(Some(found.map_or_else(nothing, |(image, _)| image)))
    }
}

/// The clip that an instance's picture is laid over at a time, if it is.
#[must_use]
pub(super) fn under(instance: &Instance<'_>, time: f64) -> Option<&'static str> {
    let over = instance.params().is_ok_and(|params| view::is_over_source(params, time));
    (over && is_connected(instance, SOURCE)).then_some(SOURCE)
}

fn is_connected(instance: &Instance<'_>, clip: &str) -> bool {
    instance.clip(clip).is_ok_and(|clip| clip.is_connected())
}

/// The clips that pictures may come from: those that a preset reads, and the source.
pub(super) fn clips(read: &[String]) -> impl Iterator<Item = &str> {
    let source = (!read.iter().any(|clip| clip == SOURCE)).then_some(SOURCE);
    source.into_iter().chain(read.iter().map(String::as_str))
}

/// All of each clip that is connected, the source among them.
#[must_use]
pub(super) fn regions(instance: &Instance<'_>, read: &[String], time: f64) -> Vec<(String, Rect)> {
    let region = |name: &str| {
        let clip = instance.clip(name).ok().filter(|clip| clip.is_connected())?;
        Some((name.to_owned(), clip.region_of_definition(time).ok().filter(|region| !region.is_empty())?))
    };
    clips(read).filter_map(region).collect()
}
