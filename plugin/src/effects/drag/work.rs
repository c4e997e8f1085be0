//! Computing what an instance shows: its drag, and its picture.

use std::sync::Arc;

use dragfx_graph::eval::Target;
use dragfx_graph::models::ModelRef;
use dragfx_graph::value::{Image, Trajectory, Transfer, Value};

use super::graph::{self, Graph};
use super::settings::{Settings, folder};
use super::state::{self, Shown};
use super::{mask, outline, trace};
use crate::failure::Failure;
use crate::ffi::effect::Instance;
use crate::ffi::message::Progress;
use crate::placement::Placement;
use crate::run::{self, Work};
use crate::{picture, shared};

/// An instance at a time, with the model that it uses.
pub(super) struct Scene<'a> {
    instance: &'a Instance<'a>,
    pub(super) settings: Settings,
    model: ModelRef,
    /// BLAKE3 of the model.
    pub(super) model_hash: String,
}

impl<'a> Scene<'a> {
    /// Reads the settings, and finds the model without opening it.
    ///
    /// # Errors
    /// The host does not answer; there is no model.
    pub(super) fn read(instance: &'a Instance<'a>, time: f64) -> Result<Self, Failure> {
        let settings = Settings::read(instance, time, picture::project(instance, time)?)?;
        let (model, model_hash) = settings.known_model()?;
        Ok(Self { instance, settings, model, model_hash })
    }

    /// Where the picture lies; `None` where nobody has used the model yet.
    pub(super) fn known_placement(&self) -> Option<Placement> {
        let resolution = shared::resolution(&self.model, &folder())?;
        Some(Placement::new(self.settings.fit, self.settings.frame, [resolution; 2]))
    }

    /// Where the picture lies. A model that nobody has used yet is imported.
    fn placement(&self, progress: Option<&Progress<'_>>) -> Result<Placement, Failure> {
        if let Some(known) = self.known_placement() {
            return Ok(known);
        }
        // An import takes long. As a part of a run it can be cancelled, and shows its progress.
        let graph = graph::start(&self.settings, &self.model)?;
        self.run(&graph, &graph.target("image"), None, progress)?;
        let missing = || Failure::User(format!("the model {} cannot be read", self.model.file));
        self.known_placement().ok_or_else(missing)
    }

    /// What is shown.
    ///
    /// # Errors
    /// What is baked cannot be read, and nothing else may be shown.
    pub(super) fn shown(&self, thumbnail: bool) -> Result<Shown, Failure> {
        let baked = Settings::baked(self.instance, self.settings.time)?;
        state::shown(&self.settings, &baked, &self.model_hash, thumbnail)
            .map_err(|error| Failure::User(error.to_string()))
    }

    /// The picture, as the generator paints it.
    ///
    /// # Errors
    /// [`Failure::Cancelled`]; what the user should know.
    pub(super) fn picture(&self, shown: &Shown) -> Result<Arc<Image>, Failure> {
        let image = |graph: &Graph, placement| self.run(graph, &graph.target("image"), placement, None);
        let value = match shown {
            Shown::Start => image(&graph::start(&self.settings, &self.model)?, None)?,
            Shown::Baked(bake) => image(&graph::baked(&self.settings, &self.model, bake)?, None)?,
            Shown::Live => {
                let (graph, placement) = self.live(None)?;
                let image = image(&graph, Some(&placement))?;
                // The way is known now: this costs nothing.
                if let Value::Points(points) = self.run(&graph, &graph.target("points"), Some(&placement), None)? {
                    trace::remember(&self.settings, &self.model_hash, placement.size, &points);
                }
                image
            }
        };
        match value {
            Value::Image(image) => Ok(image),
            other => unreachable!("an image, not {}", other.port_type()),
        }
    }

    /// The way of the drag, with a progress bar.
    ///
    /// # Errors
    /// As [`picture`](Self::picture).
    pub(super) fn way(&self, progress: &Progress<'_>) -> Result<Arc<Trajectory>, Failure> {
        let (graph, placement) = self.live(Some(progress))?;
        match self.run(&graph, &graph.target("trajectory"), Some(&placement), Some(progress))? {
            Value::Trajectory(way) => Ok(way),
            other => unreachable!("a trajectory, not {}", other.port_type()),
        }
    }

    /// The graph that drags, and where its picture lies. The outline of its mask is known to overlays from here on.
    fn live(&self, progress: Option<&Progress<'_>>) -> Result<(Graph, Placement), Failure> {
        let placement = self.placement(progress)?;
        graph::check(&self.settings, &placement)?;
        let graph = graph::live(&self.settings, &self.model, &placement)?;
        if let Some(target) = graph.mask()
            && let Value::Mask(mask) = self.run(&graph, &target, Some(&placement), None)?
        {
            outline::remember(&self.settings, &self.model_hash, &placement, &mask);
        }
        Ok((graph, placement))
    }

    /// Computes an output of a graph. What a graph reads of the clip of the mask lies where `placement` says.
    fn run(
        &self,
        graph: &Graph,
        target: &Target,
        placement: Option<&Placement>,
        progress: Option<&Progress<'_>>,
    ) -> Result<Value, Failure> {
        let fetch = |clip: &str, frame: f64| {
            let Some(placement) = placement else { return Ok(None) };
            // How bright a mask is counts as it is encoded.
            let picture = picture::from_clip(self.instance, clip, frame, Transfer::Srgb)?;
            mask::placed(picture.as_ref().map(|(image, rect)| (&**image, *rect)), placement).map(Some)
        };
        let work = Work {
            instance: self.instance,
            document: &graph.document,
            folder: &graph.folder,
            target,
            clips: &graph.clips,
            fetch: &fetch,
        };
        run::evaluate(&work, self.settings.device, progress)
    }
}
