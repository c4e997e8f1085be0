//! Questions to an instance: where it is defined, what it needs, whether it does anything.

use std::collections::BTreeMap;
use std::ffi::CString;
use std::sync::Arc;

use ofx_sys::*;

use super::{HOST, Instance, InstanceShared, pair};
use crate::clip::{Clip, ClipInfo};
use crate::complaint::Misuse;
use crate::error::HostError;
use crate::geometry::{PointD, RectD, RectI};
use crate::handle::Owned;
use crate::names::{Context, Field};
use crate::picture::{Picture, RowLayout, RowOrder};
use crate::property::{Access, Values, c_string};
use crate::scope::{self, complain};
use crate::status::{Answer, Status};

impl Instance {
    /// Where the output is defined at a time, in canonical coordinates. Sides that the plugin says are infinite are those
    /// of the project.
    ///
    /// # Errors
    /// [`HostError::ActionFailed`].
    pub fn region_of_definition(&self, time: f64, scale: PointD) -> Result<RectD, HostError> {
        self.0.preferences()?;
        self.0.region_of_definition(time, scale)
    }

    /// What the plugin needs of each clip to render `region`, in canonical coordinates.
    ///
    /// # Errors
    /// [`HostError::ActionFailed`].
    pub fn regions_of_interest(
        &self,
        time: f64,
        scale: PointD,
        region: RectD,
    ) -> Result<BTreeMap<String, RectD>, HostError> {
        self.0.preferences()?;
        self.0.regions_of_interest(time, scale, region)
    }

    /// Which frames of each clip the plugin needs to render one: ranges from the first to the last.
    ///
    /// # Errors
    /// [`HostError::ActionFailed`].
    pub fn frames_needed(&self, time: f64) -> Result<BTreeMap<String, Vec<(f64, f64)>>, HostError> {
        self.0.preferences()?;
        self.0.frames_needed(time)
    }

    /// The first and the last frame that the effect makes.
    ///
    /// # Errors
    /// [`HostError::ActionFailed`].
    pub fn time_domain(&self) -> Result<(f64, f64), HostError> {
        self.0.preferences()?;
        self.0.time_domain()
    }

    /// The clip and the time whose picture the output is, if the plugin would change nothing in the window.
    ///
    /// # Errors
    /// [`HostError::ActionFailed`].
    pub fn is_identity(&self, time: f64, scale: PointD, window: RectI) -> Result<Option<(String, f64)>, HostError> {
        self.0.preferences()?;
        self.0.is_identity(time, scale, window, false)
    }
}

impl InstanceShared {
    /// Whether clips may be of different sizes.
    fn multi_resolution(&self) -> bool {
        self.effect.host.settings().multi_resolution && self.plugin.description().multi_resolution
    }

    /// Where the pictures of an input are defined.
    fn source_region(&self, clip: &Clip, time: f64) -> Option<RectD> {
        let region = clip.source()?.region_of_definition(time).finite_in(self.project.window());
        Some(if self.multi_resolution() { region } else { self.project.window() })
    }

    /// Where a clip is defined, as the plugin asks it.
    pub(crate) fn clip_region(&self, clip: &Clip, time: f64) -> Option<RectD> {
        if !clip.is_output() {
            return self.source_region(clip, time);
        }
        let asked = scope::depth(kOfxImageEffectActionGetRegionOfDefinition) > 0;
        if asked {
            complain(Misuse::WrongMoment, "the region of Output is asked for while it is being asked for");
            return None;
        }
        let scale = self.job().map_or(PointD::new(1.0, 1.0), |job| job.scale);
        self.region_of_definition(time, scale).ok()
    }

    pub(crate) fn region_of_definition(&self, time: f64, scale: PointD) -> Result<RectD, HostError> {
        let action = kOfxImageEffectActionGetRegionOfDefinition;
        let default = self.default_region(time);
        let arguments = self
            .arguments(action)
            .with(kOfxPropTime, HOST, time)
            .with(kOfxImageEffectPropRenderScale, HOST, pair(scale))
            .with(kOfxImageEffectPropThumbnailRender, HOST, c"false");
        let results =
            self.arguments(action).with(kOfxImageEffectPropRegionOfDefinition, Access::Plugin, default.to_array());
        let (arguments, results) = (Owned::new(arguments), Owned::new(results));
        let status = self.act(action, Some(&arguments), Some(&results), None);
        if self.check(action, status)? == Status::DEFAULT || !self.multi_resolution() {
            return Ok(default);
        }
        let region = RectD::from_array(results.doubles(kOfxImageEffectPropRegionOfDefinition));
        Ok(region.finite_in(self.project.window()))
    }

    /// What the standard says of a plugin that says nothing.
    fn default_region(&self, time: f64) -> RectD {
        let context = self.context.description.context;
        if context == Context::Generator || !self.multi_resolution() {
            return self.project.window();
        }
        let regions = |optional: bool| {
            let clips = self.effect.clips().into_iter().filter(|clip| !clip.is_output());
            let clips = clips.filter(|clip| clip.is_optional() == optional);
            let regions = clips.filter_map(|clip| self.source_region(&clip, time));
            regions.reduce(RectD::union)
        };
        regions(false).or_else(|| regions(true)).unwrap_or(self.project.window())
    }

    pub(crate) fn regions_of_interest(
        &self,
        time: f64,
        scale: PointD,
        region: RectD,
    ) -> Result<BTreeMap<String, RectD>, HostError> {
        let action = kOfxImageEffectActionGetRegionsOfInterest;
        let arguments = self
            .arguments(action)
            .with(kOfxPropTime, HOST, time)
            .with(kOfxImageEffectPropRenderScale, HOST, pair(scale))
            .with(kOfxImageEffectPropRegionOfInterest, HOST, region.to_array())
            .with(kOfxImageEffectPropThumbnailRender, HOST, c"false");
        let results = self.arguments(action);
        let mut clips = Vec::new();
        for clip in self.effect.clips().into_iter().filter(|clip| !clip.is_output()) {
            // Plugins say what they need of clips that are not connected, too.
            let defined = self.source_region(&clip, time);
            let default = defined.filter(|_| !self.tiles(&clip)).unwrap_or(region);
            let name = per_clip("OfxImageClipPropRoI_", &clip);
            results.define_fixed(&name, Access::Plugin, default.to_array());
            clips.extend(defined.map(|defined| (clip, name, defined)));
        }
        let (arguments, results) = (Owned::new(arguments), Owned::new(results));
        let status = self.act(action, Some(&arguments), Some(&results), None);
        self.check(action, status)?;
        let region = |(clip, name, defined): &(Arc<Owned<Clip>>, CString, RectD)| {
            let wish = RectD::from_array(results.doubles(name)).finite_in(*defined);
            (clip.name.to_string_lossy().into_owned(), if self.tiles(clip) { wish } else { *defined })
        };
        Ok(clips.iter().map(region).collect())
    }

    pub(crate) fn frames_needed(&self, time: f64) -> Result<BTreeMap<String, Vec<(f64, f64)>>, HostError> {
        let action = kOfxImageEffectActionGetFramesNeeded;
        let arguments = self.arguments(action).with(kOfxPropTime, HOST, time).with(
            kOfxImageEffectPropThumbnailRender,
            HOST,
            c"false",
        );
        let results = self.arguments(action);
        let clips = self.effect.clips().into_iter().filter(|clip| !clip.is_output());
        let clips: Vec<_> = clips.map(|clip| (per_clip("OfxImageClipPropFrameRange_", &clip), clip)).collect();
        for (name, _) in &clips {
            results.define(name, Access::Plugin, Values::Double(vec![time, time]));
        }
        let (arguments, results) = (Owned::new(arguments), Owned::new(results));
        let status = self.act(action, Some(&arguments), Some(&results), None);
        self.check(action, status)?;
        let ranges = |(name, clip): &(CString, Arc<Owned<Clip>>)| {
            let numbers = results.all::<f64>(name);
            let ranges = numbers.chunks_exact(2).map(|range| (range[0], range[1])).collect();
            (clip.name.to_string_lossy().into_owned(), ranges)
        };
        Ok(clips.iter().filter(|(_, clip)| clip.source().is_some()).map(ranges).collect())
    }

    fn time_domain(&self) -> Result<(f64, f64), HostError> {
        let action = kOfxImageEffectActionGetTimeDomain;
        let clips = self.effect.clips();
        let ranges = clips.iter().filter(|clip| !clip.is_output() && !clip.is_optional());
        let ranges = ranges.filter_map(|clip| Some(clip.source()?.info().frame_range));
        let default = ranges.reduce(|all, one| (all.0.min(one.0), all.1.max(one.1)));
        let (first, last) = default.unwrap_or(self.project.frame_range);
        let results = self.arguments(action).with(kOfxImageEffectPropFrameRange, Access::Plugin, [first, last]);
        let results = Owned::new(results);
        let status = self.act(action, None, Some(&results), None);
        self.check(action, status)?;
        let [first, last] = results.doubles(kOfxImageEffectPropFrameRange);
        Ok((first, last))
    }

    pub(crate) fn is_identity(
        &self,
        time: f64,
        scale: PointD,
        window: RectI,
        thumbnail: bool,
    ) -> Result<Option<(String, f64)>, HostError> {
        let action = kOfxImageEffectActionIsIdentity;
        let arguments = self
            .arguments(action)
            .with(kOfxPropTime, HOST, time)
            .with(kOfxImageEffectPropFieldToRender, HOST, Field::None.ofx())
            .with(kOfxImageEffectPropRenderWindow, HOST, window.to_array())
            .with(kOfxImageEffectPropRenderScale, HOST, pair(scale))
            .with(kOfxImageEffectPropThumbnailRender, HOST, if thumbnail { c"true" } else { c"false" });
        let results =
            self.arguments(action).with(kOfxPropName, Access::Plugin, c"").with(kOfxPropTime, Access::Plugin, time);
        let (arguments, results) = (Owned::new(arguments), Owned::new(results));
        let status = self.act(action, Some(&arguments), Some(&results), None);
        let name = results.string(kOfxPropName);
        if self.check(action, status)? == Status::DEFAULT || name.is_empty() {
            return Ok(None);
        }
        if self.effect.clip(&c_string(&name)).is_none() {
            let why = format!("says that it is the same as a clip {name:?}, which it does not have");
            return Err(HostError::BadDescription { plugin: self.name(), why });
        }
        Ok(Some((name, results.double(kOfxPropTime))))
    }

    /// Whether parts of a clip's pictures will do.
    fn tiles(&self, clip: &Clip) -> bool {
        self.effect.host.settings().tiles
            && self.effect.properties.flag(kOfxImageEffectPropSupportsTiles)
            && clip.properties.flag(kOfxImageEffectPropSupportsTiles)
    }

    /// The picture that a plugin asks for, as was agreed.
    pub(crate) fn picture(&self, clip: &Clip, time: f64, region: Option<RectD>) -> Answer<Arc<Picture>> {
        let job = self.job();
        if clip.is_output() {
            return job.and_then(|job| job.output()).ok_or_else(|| {
                complain(Misuse::WrongMoment, "clipGetImage was called for Output while nothing is rendered");
                Status::FAILED
            });
        }
        if scope::depth(kOfxImageEffectActionGetClipPreferences) > 0 {
            complain(Misuse::WrongMoment, "clipGetImage was called before it was agreed what the picture is like");
            return Err(Status::FAILED);
        }
        let name = clip.name.to_string_lossy();
        if let Some(job) = &job
            && time != job.time
            && !clip.properties.flag(kOfxImageEffectPropTemporalClipAccess)
            && self.context.description.context != Context::Retimer
        {
            let why = "it has not said that it looks at other times";
            complain(Misuse::WrongMoment, format!("clip {name} is read at another time than is rendered: {why}"));
        }
        let agreed = self.preferences().map_err(|_| Status::FAILED)?;
        let info = agreed.clips.get(&*name).ok_or(Status::FAILED)?;
        let defined = self.source_region(clip, time).ok_or(Status::FAILED)?;
        let interest = region.or_else(|| job.as_ref().and_then(|job| job.regions.get(&*name).copied()));
        let region = interest.filter(|_| self.tiles(clip)).unwrap_or(defined).intersection(defined);
        let scale = job.as_ref().map_or(PointD::new(1.0, 1.0), |job| job.scale);
        let layout = job.as_ref().map_or(RowLayout::default(), |job| job.layout);
        self.fetch(clip, time, scale, region, info, layout)?.ok_or(Status::FAILED)
    }

    /// The picture of an input at a time, as was agreed.
    pub(super) fn fetch(
        &self,
        clip: &Clip,
        time: f64,
        scale: PointD,
        region: RectD,
        info: &ClipInfo,
        layout: RowLayout,
    ) -> Answer<Option<Arc<Picture>>> {
        let Some(picture) = clip.source().and_then(|source| source.picture(time, scale, region)) else {
            return Ok(None);
        };
        let memory = |_| Status::MEMORY;
        let mut picture = picture;
        if picture.scale != scale {
            picture = Arc::new(picture.rescale(scale).map_err(memory)?);
        }
        let defined = self.source_region(clip, time).unwrap_or(region).to_pixels(scale, info.pixel_aspect);
        let bounds = if self.multi_resolution() { picture.bounds() } else { defined };
        let order = if picture.row_bytes() < 0 { RowOrder::TopDown } else { RowOrder::BottomUp };
        let as_agreed = (picture.components(), picture.depth(), picture.bounds(), order, 0)
            == (info.components, info.depth, bounds, layout.order, layout.padding)
            && picture.region_of_definition == defined;
        if as_agreed {
            return Ok(Some(picture));
        }
        let mut new = picture.part(bounds, info.components, info.depth, layout).map_err(memory)?;
        new.region_of_definition = defined;
        Ok(Some(Arc::new(new)))
    }
}

/// The name of an argument that there is one of for each clip.
fn per_clip(prefix: &str, clip: &Clip) -> CString {
    c_string(&format!("{prefix}{}", clip.name.to_string_lossy()))
}
