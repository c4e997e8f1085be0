//! Agreeing with the plugin on what its clips are like.

use std::collections::BTreeMap;
use std::ffi::CString;
use std::sync::Arc;

use ofx_sys::*;

use super::{HOST, Instance, InstanceShared};
use crate::clip::{Clip, ClipInfo};
use crate::complaint::Misuse;
use crate::error::HostError;
use crate::handle::Owned;
use crate::names::{ColourManagement, Components, Depth, Field, Premultiplication};
use crate::property::{Access, PropertySet, Values, c_string};
use crate::scope::complain;
use crate::status::Status;
use crate::sync::lock;

/// What host and plugin agreed on.
#[derive(Clone, Debug, PartialEq)]
pub struct Preferences {
    /// What the plugin gets from each clip that is connected.
    pub clips: BTreeMap<String, ClipInfo>,
    /// What it gives.
    pub output: ClipInfo,
    /// Whether the output differs from frame to frame even if nothing is animated.
    pub frame_varying: bool,
    /// The colour spaces that the plugin would like its clips to have, the best first. They have what their sources say,
    /// and the source is who could change that.
    pub colourspaces: BTreeMap<String, Vec<String>>,
}

impl Instance {
    /// What host and plugin agree on, asked anew after changes that matter for it.
    ///
    /// # Errors
    /// [`HostError::NothingInCommon`], [`HostError::ActionFailed`].
    pub fn clip_preferences(&self) -> Result<Arc<Preferences>, HostError> {
        self.0.preferences()
    }

    /// The colour space that the output has, given those that would be liked, the best first. It is the agreed
    /// configuration's name; empty if nobody knows.
    ///
    /// # Errors
    /// [`HostError::ActionFailed`].
    pub fn output_colourspace(&self, preferred: &[&str]) -> Result<String, HostError> {
        self.0.preferences()?;
        self.0.output_colourspace(preferred)
    }
}

/// The names of results that there is one of for each clip.
struct Names {
    components: CString,
    depth: CString,
    pixel_aspect: CString,
    colourspaces: CString,
}

impl Names {
    fn new(clip: &Clip) -> Self {
        let name = |prefix: &str| c_string(&format!("{prefix}{}", clip.name.to_string_lossy()));
        Self {
            components: name("OfxImageClipPropComponents_"),
            depth: name("OfxImageClipPropDepth_"),
            pixel_aspect: name("OfxImageClipPropPAR_"),
            colourspaces: name("OfxImageClipPropPreferredColourspaces_"),
        }
    }
}

impl InstanceShared {
    /// What was agreed on, or is now.
    pub(crate) fn preferences(&self) -> Result<Arc<Preferences>, HostError> {
        if let Some(known) = lock(&self.preferences).clone() {
            return Ok(known);
        }
        let asked = Arc::new(self.ask_preferences()?);
        *lock(&self.preferences) = Some(asked.clone());
        self.tell(&asked);
        if self.colour != ColourManagement::None {
            let mut with_colour = (*asked).clone();
            with_colour.output.colourspace = self.output_colourspace(&[])?;
            let asked = Arc::new(with_colour);
            *lock(&self.preferences) = Some(asked.clone());
            self.tell(&asked);
            return Ok(asked);
        }
        Ok(asked)
    }

    /// Tells clips what the plugin gets if it has no wishes.
    pub(super) fn assume(&self) -> Result<(), HostError> {
        self.tell(&self.defaults()?);
        Ok(())
    }

    fn tell(&self, agreed: &Preferences) {
        for clip in self.effect.clips() {
            if clip.is_output() {
                clip.tell(Some(&agreed.output), None);
            } else {
                let original = clip.source().map(|source| source.info());
                let info = agreed.clips.get(&*clip.name.to_string_lossy());
                clip.tell(info, original.as_ref().filter(|_| info.is_some()));
            }
        }
    }

    fn nothing(&self, clip: &Clip, what: &'static str) -> HostError {
        HostError::NothingInCommon { plugin: self.name(), clip: clip.name.to_string_lossy().into_owned(), what }
    }

    /// Depths that both can.
    fn depths(&self) -> Vec<Depth> {
        let ours = &self.effect.host.settings().depths;
        self.plugin.description().depths.iter().copied().filter(|depth| ours.contains(depth)).collect()
    }

    fn multiple_depths(&self) -> bool {
        self.effect.host.settings().multiple_depths && self.plugin.description().multiple_depths
    }

    fn multiple_pixel_aspects(&self) -> bool {
        self.effect.host.settings().multiple_pixel_aspects && self.plugin.description().multiple_pixel_aspects
    }

    /// Components that both can, for a clip.
    fn components(&self, clip: &Clip) -> Vec<Components> {
        let ours = &self.effect.host.settings().components;
        clip.components().into_iter().filter(|components| ours.contains(components)).collect()
    }

    /// What the standard says that clips are like if the plugin has no wishes.
    fn defaults(&self) -> Result<Preferences, HostError> {
        let clips = self.effect.clips();
        let sources: Vec<_> = clips
            .iter()
            .filter(|clip| !clip.is_output())
            .filter_map(|clip| Some((clip.clone(), clip.source()?.info())))
            .collect();
        let depths = self.depths();
        let project = &self.project;
        let deepest = sources.iter().map(|(_, info)| info.depth).max().unwrap_or(project.depth);
        let mut agreed = BTreeMap::new();
        for (clip, info) in &sources {
            let wanted = if self.multiple_depths() { info.depth } else { deepest };
            let depth = best_depth(wanted, &depths).ok_or_else(|| self.nothing(clip, "depth"))?;
            let components = best_components(info.components, &self.components(clip))
                .ok_or_else(|| self.nothing(clip, "components"))?;
            let premultiplication = premultiplication(components, info.premultiplication);
            let info = ClipInfo { components, depth, premultiplication, ..info.clone() };
            agreed.insert(clip.name.to_string_lossy().into_owned(), info);
        }
        let first = sources.first().map(|(clip, _)| &agreed[&*clip.name.to_string_lossy()]);
        let needed = sources.iter().filter(|(clip, _)| !clip.is_optional());
        let richest = needed.map(|(_, info)| info.components).max_by_key(|components| components.count());
        let output = clips.iter().find(|clip| clip.is_output()).expect("an effect has an output");
        let components = best_components(richest.unwrap_or(project.components), &self.components(output))
            .ok_or_else(|| self.nothing(output, "components"))?;
        let straight = sources.iter().any(|(_, info)| info.premultiplication == Premultiplication::Unpremultiplied);
        let alpha = match (sources.is_empty(), straight) {
            (true, _) => project.premultiplication,
            (_, true) => Premultiplication::Unpremultiplied,
            _ => Premultiplication::Premultiplied,
        };
        let output = ClipInfo {
            components,
            depth: best_depth(deepest, &depths).ok_or_else(|| self.nothing(output, "depth"))?,
            premultiplication: premultiplication(components, alpha),
            pixel_aspect: first.map_or(project.pixel_aspect, |info| info.pixel_aspect),
            frame_rate: first.map_or(project.frame_rate, |info| info.frame_rate),
            frame_range: first.map_or(project.frame_range, |info| info.frame_range),
            continuous: false,
            colourspace: first.map(|info| info.colourspace.clone()).unwrap_or_default(),
        };
        Ok(Preferences { clips: agreed, output, frame_varying: false, colourspaces: BTreeMap::new() })
    }

    fn ask_preferences(&self) -> Result<Preferences, HostError> {
        let action = kOfxImageEffectActionGetClipPreferences;
        let mut agreed = self.defaults()?;
        self.tell(&agreed);
        let results = Owned::new(self.offer(&agreed));
        let status = self.act(action, None, Some(&results), None);
        if self.check(action, status)? == Status::DEFAULT {
            return Ok(agreed);
        }
        self.plugin.0.entry.within(action, None, || {
            for clip in self.effect.clips() {
                let name = clip.name.to_string_lossy().into_owned();
                let info = if clip.is_output() { Some(&mut agreed.output) } else { agreed.clips.get_mut(&name) };
                if let Some(info) = info {
                    self.accept(&clip, info, &results);
                }
                let wishes = results.strings(&Names::new(&clip).colourspaces);
                let wishes: Vec<_> = wishes.iter().filter_map(|wish| colourspace(&agreed.clips, wish)).collect();
                if !wishes.is_empty() {
                    agreed.colourspaces.insert(name, wishes);
                }
            }
            self.accept_one_depth(&mut agreed);
            self.accept_output(&mut agreed, &results);
        });
        Ok(agreed)
    }

    /// The set that the plugin writes its wishes into.
    fn offer(&self, agreed: &Preferences) -> PropertySet {
        let plugin = Access::Plugin;
        let set = self.arguments(kOfxImageEffectActionGetClipPreferences);
        for clip in self.effect.clips() {
            let names = Names::new(&clip);
            let info =
                if clip.is_output() { Some(&agreed.output) } else { agreed.clips.get(&*clip.name.to_string_lossy()) };
            let components = info.map_or(kOfxImageComponentNone, |info| info.components.ofx());
            let depth = info.map_or(kOfxBitDepthNone, |info| info.depth.ofx());
            set.define_fixed(&names.components, plugin, components);
            set.define_fixed(&names.depth, plugin, depth);
            set.define_fixed(&names.pixel_aspect, plugin, info.map_or(1.0, |info| info.pixel_aspect));
            set.define(&names.colourspaces, plugin, Values::String(Vec::new()));
        }
        set.define(kOfxImageEffectPropFrameRate, plugin, agreed.output.frame_rate);
        set.define(kOfxImageEffectPropPreMultiplication, plugin, agreed.output.premultiplication.ofx());
        set.define(kOfxImageClipPropFieldOrder, plugin, Field::None.ofx());
        set.define(kOfxImageClipPropContinuousSamples, plugin, false);
        set.define(kOfxImageEffectFrameVarying, plugin, false);
        set
    }

    /// Takes over what the plugin wishes of a clip, if it is possible.
    fn accept(&self, clip: &Clip, info: &mut ClipInfo, results: &PropertySet) {
        let names = Names::new(clip);
        let refuse = |what: &str, why: &str| {
            complain(Misuse::PropertyValue, format!("clip {:?} cannot have {what}: {why}", clip.name));
        };
        if results.is_changed(&names.components) {
            let wish = results.string(&names.components);
            match Components::from_ofx(&wish).filter(|wish| self.components(clip).contains(wish)) {
                Some(components) => {
                    info.components = components;
                    info.premultiplication = premultiplication(components, info.premultiplication);
                }
                None => refuse(&wish, "the plugin or the host does not take it"),
            }
        }
        if results.is_changed(&names.depth) {
            let wish = results.string(&names.depth);
            match Depth::from_ofx(&wish).filter(|wish| self.depths().contains(wish)) {
                Some(depth) => info.depth = depth,
                None => refuse(&wish, "the plugin or the host does not take it"),
            }
        }
        if results.is_changed(&names.pixel_aspect) {
            let wish = results.double(&names.pixel_aspect);
            if self.multiple_pixel_aspects() && wish.is_finite() && wish > 0.0 {
                info.pixel_aspect = wish;
            } else {
                refuse(&format!("a pixel aspect ratio of {wish}"), "the plugin or the host has the same for all clips");
            }
        }
    }

    /// Sees to it that all clips have the same depth, unless both can do with several.
    fn accept_one_depth(&self, agreed: &mut Preferences) {
        if self.multiple_depths() {
            return;
        }
        let output = agreed.output.depth;
        if agreed.clips.values().any(|info| info.depth != output) {
            complain(Misuse::PropertyValue, "clips of different depths are asked for, but not supported");
            agreed.clips.values_mut().for_each(|info| info.depth = output);
        }
    }

    /// Takes over what the plugin wishes of its output.
    fn accept_output(&self, agreed: &mut Preferences, results: &PropertySet) {
        let output = &mut agreed.output;
        let alpha = results.string(kOfxImageEffectPropPreMultiplication);
        match Premultiplication::from_ofx(&alpha) {
            Some(alpha) => output.premultiplication = premultiplication(output.components, alpha),
            None => complain(Misuse::PropertyValue, format!("the output cannot be {alpha:?}")),
        }
        let rate = results.double(kOfxImageEffectPropFrameRate);
        if results.is_changed(kOfxImageEffectPropFrameRate) {
            if self.effect.host.settings().frame_rate && rate.is_finite() && rate > 0.0 {
                output.frame_rate = rate;
            } else {
                complain(Misuse::PropertyValue, format!("the output cannot have {rate} frames per second here"));
            }
        }
        if results.string(kOfxImageClipPropFieldOrder) != Field::None.ofx().to_string_lossy() {
            complain(Misuse::PropertyValue, "the output cannot have fields, which the host says that it cannot set");
        }
        output.continuous = results.flag(kOfxImageClipPropContinuousSamples);
        agreed.frame_varying = results.flag(kOfxImageEffectFrameVarying);
    }

    fn output_colourspace(&self, preferred: &[&str]) -> Result<String, HostError> {
        let action = kOfxImageEffectActionGetOutputColourspace;
        let agreed = self.preferences()?;
        let default = agreed.output.colourspace.clone();
        if self.colour == ColourManagement::None {
            return Ok(default);
        }
        let wishes: Vec<CString> = preferred.iter().map(|name| c_string(name)).collect();
        let arguments = self.arguments(action).with(kOfxImageClipPropPreferredColourspaces, HOST, wishes);
        let results = self.arguments(action).with(kOfxImageClipPropColourspace, Access::Plugin, &default);
        let (arguments, results) = (Owned::new(arguments), Owned::new(results));
        let status = self.act(action, Some(&arguments), Some(&results), None);
        self.check(action, status)?;
        let answer = results.string(kOfxImageClipPropColourspace);
        Ok(colourspace(&agreed.clips, &answer).unwrap_or_else(|| {
            self.plugin.0.entry.within(action, None, || {
                complain(Misuse::PropertyValue, format!("{answer} refers to a clip that is not there"));
            });
            default
        }))
    }
}

/// The colour space of a name, which may say that it is that of a clip; none if there is no such clip.
fn colourspace(clips: &BTreeMap<String, ClipInfo>, name: &str) -> Option<String> {
    match name.strip_prefix("OfxColourspace_") {
        None => Some(name.to_owned()),
        Some(clip) => clips.get(clip).map(|info| info.colourspace.clone()),
    }
}

/// What alpha means, of components that may have none.
fn premultiplication(components: Components, wanted: Premultiplication) -> Premultiplication {
    match (components, wanted) {
        (Components::Rgb, _) => Premultiplication::Opaque,
        (_, wanted) => wanted,
    }
}

/// The depth that loses least: the wanted one, else the next that is deeper, else the deepest.
fn best_depth(wanted: Depth, possible: &[Depth]) -> Option<Depth> {
    possible.iter().copied().filter(|depth| *depth >= wanted).min().or_else(|| possible.iter().copied().max())
}

/// The components that lose least.
fn best_components(wanted: Components, possible: &[Components]) -> Option<Components> {
    let order = match wanted {
        Components::Rgba => [Components::Rgba, Components::Rgb, Components::Alpha],
        Components::Rgb => [Components::Rgb, Components::Rgba, Components::Alpha],
        Components::Alpha => [Components::Alpha, Components::Rgba, Components::Rgb],
    };
    order.into_iter().find(|components| possible.contains(components))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn as_little_as_possible_is_lost() {
        let rows = [
            (Depth::Byte, &[Depth::Byte, Depth::Float][..], Some(Depth::Byte)),
            (Depth::Short, &[Depth::Byte, Depth::Float], Some(Depth::Float)),
            (Depth::Float, &[Depth::Short, Depth::Byte], Some(Depth::Short)),
            (Depth::Float, &[], None),
        ];
        let wrong: Vec<_> = rows.iter().filter(|(wanted, has, best)| best_depth(*wanted, has) != *best).collect();
        assert!(wrong.is_empty(), "{wrong:?}");
        assert_eq!(best_components(Components::Alpha, &[Components::Rgb, Components::Rgba]), Some(Components::Rgba));
        assert_eq!(best_components(Components::Rgb, &[]), None);
    }
}
