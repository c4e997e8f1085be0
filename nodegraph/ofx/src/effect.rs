//! A plugin's effect at work in a graph.

use std::collections::BTreeMap;
use std::path::Path;
use std::sync::{Arc, Mutex, PoisonError};

use dragfx_graph::declare::NodeDecl;
use dragfx_graph::document::FrameRange;
use dragfx_graph::error::NodeError;
use dragfx_graph::operator::{Job, Operator, Params, Query, Reads};
use dragfx_graph::value::{Image, MAX_PIXELS, MAX_SIDE, Transfer, Value};
use ndarray::Array3;
use ofx_host::{
    Bundle, Context, HostError, Instance, InstanceOptions, Library, Plugin, PluginId, PointD, Project, RenderRequest,
};
use serde_json::{Map, Value as Json};

use crate::declare::{ClipPort, Declared, HEIGHT, TRANSFER, WIDTH};
use crate::error::EffectError;
use crate::host::{HOST, Listener, heard_by, watched};
use crate::params;
use crate::pictures::{Frames, Setting, colourspace, to_image, transfer_of};

/// An effect of a plugin as a kind of node.
///
/// The plugin is loaded when the first node of the kind is planned or computed, and stays. Each result has an instance of its own, so
/// that it depends on what the node reads and on nothing that was computed before.
pub(crate) struct Effect {
    declared: Declared,
    bundle: Bundle,
    id: PluginId,
    /// Whether plugins may be run at all.
    runs: bool,
    /// Held for as long as there is an instance, if there may be only one.
    single: Option<Mutex<()>>,
    plugin: Mutex<Option<Plugin>>,
}

/// What a plugin says of a node before it is computed.
struct Asked {
    /// Ranges of frames that it looks at, for each clip; nothing of those that it looks at only where the output is.
    frames: BTreeMap<String, Vec<(f64, f64)>>,
    /// Whether its output differs from frame to frame even if all that it reads is the same.
    varies: bool,
}

/// Most frames of an input that a plugin may look at for one of its own.
const MOST_FRAMES: usize = 1000;

impl Effect {
    pub(crate) fn new(declared: Declared, bundle: &Bundle, id: &PluginId, single: bool, runs: bool) -> Self {
        let (bundle, id, single) = (bundle.clone(), id.clone(), single.then(Mutex::default));
        Self { declared, bundle, id, runs, single, plugin: Mutex::default() }
    }

    /// The plugin, loaded if it was not.
    fn plugin(&self) -> Result<Plugin, HostError> {
        // The lock is held meanwhile: whoever else wants it would wait for the same.
        let mut plugin = self.plugin.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(plugin) = &*plugin {
            return Ok(plugin.clone());
        }
        let loaded = Library::open(&HOST, &self.bundle)?.load(&self.id)?;
        Ok(plugin.insert(loaded).clone())
    }

    /// Makes an instance with those clips and lets it work.
    fn with_instance<T>(
        &self,
        setting: Setting,
        clips: Vec<(String, Frames)>,
        params: &Params,
        folder: &Path,
        work: impl FnOnce(&Instance) -> Result<T, EffectError>,
    ) -> Result<T, EffectError> {
        let _alone = self.single.as_ref().map(|single| single.lock().unwrap_or_else(PoisonError::into_inner));
        let (width, height) = (setting.size.0 as f64, setting.size.1 as f64);
        let place = |path: &str| folder.join(path).to_string_lossy().into_owned();
        let options = InstanceOptions {
            project: Project {
                size: PointD::new(width, height),
                frame_rate: setting.rate,
                frame_range: setting.range,
                ..Project::default()
            },
            clips: clips.into_iter().map(|(clip, frames)| (clip, Arc::new(frames) as Arc<_>)).collect(),
            params: Some(params::values(&self.declared.params, params, [width, height], &place)),
        };
        work(&self.plugin()?.instance(self.declared.context, options)?)
    }

    /// Clips that have a wire.
    fn connected<'s>(&'s self, query: &'s Query<'_>) -> impl Iterator<Item = &'s ClipPort> {
        self.declared.clips.iter().filter(|port| query.is_connected(&port.input))
    }

    /// The time that a retimer is told to show; one that does not say what it looks at looks at the frames around it.
    fn source_time(&self, params: &Params) -> Option<f64> {
        let retimer = (self.declared.context == Context::Retimer).then_some(&self.declared.params)?;
        retimer
            .iter()
            .find(|binding| binding.name() == "SourceTime")
            .map(|binding| params.float(&binding.decls()[0].id))
    }

    /// What the plugin says of the node as it is set.
    fn ask(&self, query: &Query<'_>) -> Result<Asked, EffectError> {
        let setting = self.setting(query.params, query.frames, None)?;
        let clips = self.connected(query).map(|port| Ok((port.clip.clone(), Frames::new(setting, port.mask, [])?)));
        let clips = clips.collect::<Result<_, HostError>>()?;
        let listener = Listener::new(query.frame, setting.range);
        let asked = heard_by(&listener, || {
            self.with_instance(setting, clips, query.params, query.folder, |instance| {
                let varies = instance.clip_preferences()?.frame_varying;
                let frames = if self.declared.looks_at_other_frames {
                    instance.frames_needed(query.frame)?
                } else {
                    BTreeMap::new()
                };
                Ok(Asked { frames, varies })
            })
        });
        asked.map_err(|error| error.with(&listener))
    }

    /// The size and encoding of the project: those of a picture, or where there is none of the node's own parameters.
    fn setting(&self, params: &Params, frames: FrameRange, first: Option<&Image>) -> Result<Setting, EffectError> {
        let (size, transfer) = match first {
            Some(image) => {
                let (height, width) = image.size();
                ((width, height), image.transfer())
            }
            None if self.declared.makes_pictures => {
                let transfer = if params.text(TRANSFER) == "linear" { Transfer::Linear } else { Transfer::Srgb };
                ((params.size(WIDTH), params.size(HEIGHT)), transfer)
            }
            // Only while the node is planned, when its pictures are not known yet.
            None => ((1920, 1080), Transfer::Srgb),
        };
        let (width, height) = size;
        if width.max(height) > MAX_SIDE || width.saturating_mul(height) > MAX_PIXELS {
            return Err(EffectError::Size { width, height });
        }
        Ok(Setting { size, transfer, range: (frames.first as f64, frames.last as f64), rate: frames.rate })
    }

    fn render(&self, job: &Job<'_>, listener: &Arc<Listener>) -> Result<Arc<Image>, EffectError> {
        let params = job.params();
        let setting = self.setting(params, job.frames(), self.first(job).map(Arc::as_ref))?;
        let connected = self.declared.clips.iter().filter(|port| job.all(&port.input).next().is_some());
        let clips = connected.map(|port| {
            Ok((port.clip.clone(), Frames::new(setting, port.mask, job.all(&port.input)).map_err(HostError::from)?))
        });
        let clips = clips.collect::<Result<Vec<_>, HostError>>()?;
        self.with_instance(setting, clips, params, &job.path(""), |instance| {
            let (frame, bounds, one) = (job.frame(), setting.bounds(), PointD::new(1.0, 1.0));
            // Asked here as well, so that a picture that is passed on stays as it is, to the bit.
            if let Some((clip, time)) = instance.is_identity(frame, one, bounds)?
                && let Some(same) =
                    self.image_of(job, &clip, time).filter(|image| image.size() == (setting.size.1, setting.size.0))
            {
                return Ok(same.clone());
            }
            let request =
                RenderRequest { window: Some(bounds), cancel: Some(listener.cancelled()), ..RenderRequest::at(frame) };
            let picture = match instance.render(&request) {
                // Where an effect is not defined there is nothing to see.
                Err(HostError::Nothing { .. }) => {
                    let nothing = Array3::zeros((setting.size.1, setting.size.0, 4));
                    return Ok(Arc::new(Image::new(nothing, setting.transfer)));
                }
                picture => picture?,
            };
            let space = instance.output_colourspace(&[colourspace(setting.transfer)])?;
            Ok(Arc::new(to_image(&picture, transfer_of(&space, setting.transfer))))
        })
    }

    /// The picture that says how large the output is: the first one of the first input that has one.
    fn first<'j>(&self, job: &'j Job<'_>) -> Option<&'j Arc<Image>> {
        let inputs = self.declared.clips.iter().filter(|port| !port.mask);
        inputs.filter_map(|port| job.image(&port.input).ok()).next()
    }

    fn image_of<'j>(&self, job: &'j Job<'_>, clip: &str, time: f64) -> Option<&'j Arc<Image>> {
        let port = self.declared.clips.iter().find(|port| port.clip == clip)?;
        job.all(&port.input).find_map(|(frame, value)| match value {
            Value::Image(image) if frame == time => Some(image),
            _ => None,
        })
    }
}

/// The frames of an input that lie in the ranges, in order: whole ones, and the one that is computed itself.
fn frames(input: &str, ranges: &[(f64, f64)], here: f64) -> Result<Vec<f64>, EffectError> {
    let mut frames = Vec::new();
    for &(first, last) in ranges {
        let count = if first == last { 1.0 } else { (last.ceil() - first.floor()).max(0.0) + 1.0 };
        let fits = first.is_finite() && last.is_finite() && count + frames.len() as f64 <= MOST_FRAMES as f64;
        if !fits {
            return Err(EffectError::Frames { input: input.to_owned(), count, most: MOST_FRAMES });
        }
        let begin = match first == last {
            true if first == here => first,
            true => first.round(),
            false => first.floor(),
        };
        frames.extend((0..count as u32).map(|step| begin + f64::from(step)));
    }
    frames.sort_by(f64::total_cmp);
    frames.dedup();
    Ok(frames)
}

impl Operator for Effect {
    fn decl(&self) -> &NodeDecl {
        &self.declared.decl
    }

    fn reads(&self, _output: &str, query: &Query<'_>) -> Result<Reads, NodeError> {
        let mut reads = Reads::everything(self.decl(), query);
        // The timeline counts too: plugins are told of it.
        reads.frames = true;
        // Another build of the plugin may give other pictures.
        reads.files.push(self.bundle.binary.clone());
        let paths = self.declared.params.iter().filter(|binding| binding.is_read());
        let paths = paths.map(|binding| query.params.text(&binding.decls()[0].id)).filter(|path| !path.is_empty());
        reads.files.extend(paths.map(|path| query.path(path)));
        if !self.runs {
            return Ok(reads);
        }
        let Asked { frames: needed, varies } = self.ask(query)?;
        reads.frame = varies || self.declared.looks_at_other_frames;
        for (clip, ranges) in needed {
            let Some(port) = self.declared.clips.iter().find(|port| port.clip == clip) else { continue };
            let ranges = match self.source_time(query.params).filter(|_| ranges == [(query.frame, query.frame)]) {
                Some(time) => vec![(time.floor(), time.ceil())],
                None => ranges,
            };
            reads.inputs.retain(|(input, _)| *input != port.input);
            reads.inputs.extend(
                frames(&port.input, &ranges, query.frame)?.into_iter().map(|frame| (port.input.clone(), frame)),
            );
        }
        Ok(reads)
    }

    fn evaluate(&self, _output: &str, job: &Job<'_>) -> Result<Value, NodeError> {
        if !self.runs {
            return Err(NodeError::Unavailable("plugins are only looked at here, not run"));
        }
        let frames = job.frames();
        let listener = Listener::new(job.frame(), (frames.first as f64, frames.last as f64));
        let image = watched(&listener, job, || self.render(job, &listener)).map_err(|error| error.with(&listener))?;
        let said = listener.notes();
        if !said.is_empty() {
            job.progress().part(1.0, &said.join("; "));
        }
        Ok(Value::Image(image))
    }

    fn migrate(&self, _from: u32, _params: &mut Map<String, Json>) -> Result<(), String> {
        // Within a major version parameters keep their names and meanings, as the standard demands.
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ranges_are_frames_and_not_without_end() {
        let rows = [
            (vec![(3.0, 3.0)], vec![3.0]),
            (vec![(2.5, 2.5)], vec![2.5]),
            (vec![(1.2, 1.2), (0.8, 0.8)], vec![1.0]),
            (vec![(-1.0, 1.0), (0.0, 0.0)], vec![-1.0, 0.0, 1.0]),
            (vec![(1.5, 2.5)], vec![1.0, 2.0, 3.0]),
            (vec![], vec![]),
        ];
        let wrong: Vec<_> =
            rows.iter().filter(|(ranges, found)| frames("source", ranges, 2.5).unwrap() != *found).collect();
        assert!(wrong.is_empty(), "{wrong:?}");
        for endless in [(0.0, 1000.0), (f64::NEG_INFINITY, 0.0), (0.0, f64::NAN)] {
            assert!(matches!(frames("source", &[endless], 2.5), Err(EffectError::Frames { .. })), "{endless:?}");
        }
    }
}
