//! DragFX Graph: any preset, chosen in the host.
//!
//! No host can add parameters to an effect, so there are slots: when a preset is chosen, they get the labels, ranges and
//! values of what it publishes, and those that it does not need are hidden. A hidden parameter remembers for which preset
//! that was done; for another one, slots mean nothing and the preset's own values count.

mod file;
mod slots;

use std::sync::{Arc, LazyLock};

use super::scene::{self, SOURCE, Scene};
use super::{colour, view};
use crate::effect::{Change, Context, Effect, Request, Wishes};
use crate::failure::Failure;
use crate::ffi::effect::{Descriptor, Instance};
use crate::ffi::host::Host;
use crate::geometry::Rect;
use crate::params::{Kind, Spec};
use crate::program::control::Control;
use crate::program::{Output, ground};
use crate::{params, picture, run};

use file::Preset;

/// The file of the preset.
const PRESET: &str = "preset";
/// Which of its pictures is shown.
const OUTPUT: &str = "output";
/// Takes the preset's values anew.
const RELOAD: &str = "reload";
/// What the preset says of itself.
const ABOUT: &str = "about";
/// The hash of the preset that was chosen, and its file: it is found again elsewhere.
const KNOWN: &str = "knownPreset";
/// The hash of the preset that the slots have the values of.
const FILLED: &str = "filledFor";

const SLOTS: &str = "presetGroup";
const VIEW: &str = "pictureGroup";

/// The clips that the preset's Read nodes read, in the order of their names.
static CLIPS: LazyLock<Vec<String>> =
    LazyLock::new(|| ["Source", "Source2", "Source3", "Source4"].map(str::to_owned).to_vec());

/// The effect.
pub(super) struct Graph;

/// What an instance says of its preset.
struct Chosen {
    preset: Arc<Preset>,
    /// The slots and what they stand for; none if they have the values of another preset.
    filled: bool,
    output: Output,
}

impl Chosen {
    /// The preset of an instance; `None` where none is chosen.
    ///
    /// # Errors
    /// It is missing, or cannot be read; the host does not answer.
    fn read(instance: &Instance<'_>, time: f64) -> Result<Option<Self>, Failure> {
        let params = instance.params()?;
        let text = |name: &str| params.text_or_empty(name, time);
        let path = text(PRESET)?;
        if path.is_empty() {
            return Ok(None);
        }
        let preset = file::open(&path, &text(KNOWN)?)?;
        let filled = text(FILLED)? == preset.program.hash;
        let output = preset.output(&text(OUTPUT)?)?.clone();
        Ok(Some(Self { preset, filled, output }))
    }

    fn scene<'a>(&'a self, instance: &'a Instance<'a>) -> Scene<'a> {
        let controls: &[(String, Control)] = if self.filled { &self.preset.controls } else { &[] };
        Scene { instance, program: &self.preset.program, controls, clips: &CLIPS, output: &self.output }
    }
}

impl Effect for Graph {
    fn identifier(&self) -> &'static str {
        "org.dragfx.graph"
    }

    fn version(&self) -> [u32; 2] {
        [1, 0]
    }

    fn describe(&self, descriptor: &Descriptor<'_>, _host: &Host) -> Result<(), Failure> {
        super::describe(
            descriptor,
            "DragFX Graph",
            "Computes a preset of DragFX.\n\nChoose a .dragfx file, or a picture that carries its graph: what the preset \
             publishes becomes parameters. Its Read nodes read the clips, in the order of their names.",
            true,
        )
    }

    fn describe_in(&self, context: Context, descriptor: &Descriptor<'_>, host: &Host) -> Result<(), Failure> {
        for clip in CLIPS.iter() {
            let optional = context != Context::Filter || clip != SOURCE;
            super::describe_clip(descriptor.clip(clip)?, optional, true)?;
        }
        super::describe_clip(descriptor.clip("Output")?, false, false)?;
        params::define(&specs(), descriptor, host)?;
        Ok(())
    }

    fn created(&self, instance: &Instance<'_>) -> Result<(), Failure> {
        // Whatever is wrong with the preset, the instance is there, and rendering tells.
        let chosen = Chosen::read(instance, 0.0).ok().flatten().filter(|chosen| chosen.filled);
        slots::show(instance, chosen.as_ref().map(|chosen| &*chosen.preset))?;
        if let Some(chosen) = chosen {
            chosen.scene(instance).place_points(0.0);
        }
        Ok(())
    }

    fn changed(&self, instance: &Instance<'_>, change: &Change) -> Result<(), Failure> {
        match change.param.as_deref() {
            Some(PRESET) => choose(instance, change.time, false),
            Some(RELOAD) => choose(instance, change.time, true),
            None | Some(view::FIT) => {
                // What is wrong with the preset is told where it is chosen, and where it is rendered.
                if let Ok(Some(chosen)) = Chosen::read(instance, change.time) {
                    chosen.scene(instance).place_points(change.time);
                }
                Ok(())
            }
            Some(_) => Ok(()),
        }
    }

    fn clip_preferences(&self, instance: &Instance<'_>, wishes: &Wishes<'_>) -> Result<(), Failure> {
        wishes.output_rgba()?;
        let varies = Chosen::read(instance, 0.0).ok().flatten().is_some_and(|chosen| chosen.preset.program.varies());
        wishes.varies(varies)?;
        scene::clips(&CLIPS).for_each(|clip| colour::wish(instance, wishes, clip));
        Ok(())
    }

    fn region_of_definition(&self, instance: &Instance<'_>, time: f64) -> Result<Option<Rect>, Failure> {
        // A host without a frame knows better.
        Ok(picture::frame(instance, Some(SOURCE), time).ok())
    }

    fn regions_of_interest(&self, instance: &Instance<'_>, time: f64) -> Result<Vec<(String, Rect)>, Failure> {
        Ok(scene::regions(instance, &CLIPS, time))
    }

    fn frames_needed(&self, instance: &Instance<'_>, time: f64) -> Result<Vec<(String, [f64; 2])>, Failure> {
        Chosen::read(instance, time)?
            .map_or_else(|| Ok(Vec::new()), |chosen| chosen.scene(instance).frames_needed(time))
    }

    fn identity(&self, instance: &Instance<'_>, time: f64) -> Result<Option<String>, Failure> {
        if run::is_safe_mode() {
            return Ok(None);
        }
        let source = || instance.clip(SOURCE).is_ok_and(|clip| clip.is_connected()).then(|| SOURCE.to_owned());
        Chosen::read(instance, time)?.map_or_else(|| Ok(source()), |chosen| chosen.scene(instance).identity(time))
    }

    fn output_colourspace(&self, instance: &Instance<'_>, preferred: &[String]) -> Result<Option<String>, Failure> {
        Ok(Some(colour::output(instance, scene::under(instance, 0.0), preferred)))
    }

    fn render(&self, instance: &Instance<'_>, request: &Request) -> Result<(), Failure> {
        if run::is_safe_mode() {
            return run::render_safely(instance, request, Some(SOURCE));
        }
        match Chosen::read(instance, request.time)? {
            Some(chosen) => chosen.scene(instance).render(request),
            None => picture::pass(instance, request, Some(SOURCE)),
        }
    }
}

/// A preset was chosen: the slots get its labels and, unless they have its values already, its values.
fn choose(instance: &Instance<'_>, time: f64, anew: bool) -> Result<(), Failure> {
    let params = instance.params()?;
    let chosen = Chosen::read(instance, time);
    let preset = chosen.as_ref().ok().and_then(Option::as_ref).map(|chosen| &*chosen.preset);
    params.edit("Choose preset", || {
        slots::show(instance, preset)?;
        params.get(ABOUT)?.set_text(&preset.map(Preset::about).unwrap_or_default())?;
        let Some(preset) = preset else { return Ok(()) };
        let path = params.get(PRESET)?.text(time)?;
        params.get(KNOWN)?.set_text(&file::known(&preset.program.hash, &path))?;
        let filled = params.get(FILLED)?;
        if anew || filled.text(time)? != preset.program.hash {
            slots::fill(instance, preset)?;
            filled.set_text(&preset.program.hash)?;
        }
        Ok::<_, Failure>(())
    })?;
    if let Some(chosen) = chosen? {
        Chosen { filled: true, ..chosen }.scene(instance).place_points(time);
    }
    Ok(())
}

fn specs() -> Vec<Spec> {
    let text = || Kind::Text { default: String::new() };
    let preset = "A .dragfx file, or a PNG or OpenEXR picture that DragFX rendered and that carries its graph.";
    let reload = "Takes labels and values from the preset anew: after its file has changed. Until then a changed preset is \
                  shown with its own values.";
    let output = "The name of the node whose picture is shown. Empty for what the preset writes first.";
    let mut specs = vec![
        Spec::new(PRESET, "Preset", Kind::File, preset),
        Spec::new(RELOAD, "Reload", Kind::Button, reload),
        Spec::new(ABOUT, "About", Kind::Label { text: String::new() }, "What the preset is."),
        Spec::new(OUTPUT, "Output", text(), output),
        Spec::new(SLOTS, "Preset parameters", Kind::Group { open: true }, "What the preset publishes."),
    ];
    specs.extend(slots::specs().into_iter().map(|spec| spec.within(SLOTS)));
    specs.push(Spec::new(VIEW, "Picture", Kind::Group { open: false }, "How the picture is made and shown."));
    let view = [view::fit_spec(), colour::spec(), view::over_spec(true), view::device_spec()];
    specs.extend(view.map(|spec| spec.within(VIEW)));
    let known = Spec::new(KNOWN, "Known preset", text(), "Hash and file of the preset.").secret();
    let filled = Spec::new(FILLED, "Filled for", text(), "The preset that the parameters belong to.").secret();
    specs.extend([known, filled, ground::spec()]);
    specs
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;

    #[test]
    fn names_are_unlike_each_other_and_groups_come_before_what_is_in_them() {
        let mut seen = BTreeSet::new();
        for Spec { name, label, parent, .. } in specs() {
            assert!(parent.as_ref().is_none_or(|parent| seen.contains(parent)), "{name} comes before its group");
            assert!(seen.insert(name.clone()), "{name} is there twice");
            assert!(label.chars().all(|c| c.is_ascii_alphanumeric() || c == ' '), "{label}");
        }
    }
}
