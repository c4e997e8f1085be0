//! Presets as effects of their own, with real named parameters.

pub(super) mod find;
mod parameters;

use std::path::Path;

use ofx_sys as ofx;

use super::scene::{self, SOURCE, Scene};
use super::{colour, view};
use crate::effect::{Change, Context, Effect, Request, Wishes};
use crate::failure::Failure;
use crate::ffi::effect::{Descriptor, Instance};
use crate::ffi::host::Host;
use crate::ffi::property::IfKnown as _;
use crate::geometry::Rect;
use crate::program::control::{Control, plain};
use crate::program::{Output, Program};
use crate::{log, params, picture, run};

/// A preset as an effect.
struct Preset {
    identifier: String,
    program: Program,
    /// The published parameters under the names that hosts know them by.
    controls: Vec<(String, Control)>,
    /// The clips that the Read nodes read, by their places.
    clips: Vec<String>,
}

/// The effects of all presets that are found.
pub(super) fn all() -> Vec<Box<dyn Effect>> {
    let presets = find::presets(&find::folders());
    let effects = presets.into_iter().filter_map(|(slug, path)| match Preset::load(&slug, &path) {
        Ok(effect) => Some(Box::new(effect) as Box<dyn Effect>),
        Err(failure) => {
            log::line(&format!("{} is no effect: {failure}", path.display()));
            None
        }
    });
    effects.collect()
}

impl Preset {
    fn load(slug: &str, path: &Path) -> Result<Self, Failure> {
        let program = Program::load(path)?;
        if !program.unshown.is_empty() {
            let unshown = program.unshown.join(", ");
            log::line(&format!("{}: no host can show the parameters {unshown}", path.display()));
        }
        let controls = parameters::named(&program.controls);
        let clips = parameters::clips(&program.inputs);
        Ok(Self { identifier: format!("org.dragfx.preset.{slug}"), program, controls, clips })
    }

    fn scene<'a>(&'a self, instance: &'a Instance<'a>, time: f64) -> Scene<'a> {
        Scene {
            instance,
            program: &self.program,
            controls: &self.controls,
            clips: &self.clips,
            output: self.output(instance, time),
        }
    }

    fn output(&self, instance: &Instance<'_>, time: f64) -> &Output {
        let outputs = &self.program.outputs;
        // There is nothing to choose where there is but one.
        let place = instance.params().and_then(|params| params.int_or(parameters::OUTPUT, time, 0)).unwrap_or(0);
        usize::try_from(place).ok().and_then(|place| outputs.get(place)).unwrap_or(&outputs[0])
    }

    fn about(&self) -> String {
        let about = self.program.preset().about();
        let description = if about.description.is_empty() { "A preset of DragFX." } else { &about.description };
        format!(
            "{description}\n\nIts frames are the host's. Parameters that are left as they are mean what the preset says."
        )
    }
}

impl Effect for Preset {
    fn identifier(&self) -> &str {
        &self.identifier
    }

    fn version(&self) -> [u32; 2] {
        // The description is made of the preset: where that changes this does.
        let digits = self.program.hash.get(..4).unwrap_or_default();
        [1, u32::from_str_radix(digits, 16).unwrap_or(0)]
    }

    fn describe(&self, descriptor: &Descriptor<'_>, _host: &Host) -> Result<(), Failure> {
        let label = format!("DragFX {}", plain(self.program.title()));
        super::describe(descriptor, &label, &self.about(), parameters::is_temporal(&self.program))
    }

    fn describe_in(&self, context: Context, descriptor: &Descriptor<'_>, host: &Host) -> Result<(), Failure> {
        let temporal = parameters::is_temporal(&self.program);
        for (clip, label) in parameters::shown_clips(&self.program.inputs, &self.clips, context) {
            let about = descriptor.clip(&clip)?;
            about.set_text(ofx::kOfxPropLabel, 0, &label).if_known();
            super::describe_clip(about, context != Context::Filter || clip != SOURCE, temporal)?;
        }
        super::describe_clip(descriptor.clip("Output")?, false, false)?;
        params::define(&parameters::specs(&self.program, &self.controls, context), descriptor, host)?;
        Ok(())
    }

    fn created(&self, instance: &Instance<'_>) -> Result<(), Failure> {
        self.scene(instance, 0.0).place_points(0.0);
        Ok(())
    }

    fn changed(&self, instance: &Instance<'_>, change: &Change) -> Result<(), Failure> {
        match change.param.as_deref() {
            // Another frame: a clip was connected, or the picture fills it in another way.
            None | Some(view::FIT) => self.scene(instance, change.time).place_points(change.time),
            Some(_) => {}
        }
        Ok(())
    }

    fn clip_preferences(&self, instance: &Instance<'_>, wishes: &Wishes<'_>) -> Result<(), Failure> {
        wishes.output_rgba()?;
        wishes.varies(self.program.varies())?;
        scene::clips(&self.clips).for_each(|clip| colour::wish(instance, wishes, clip));
        Ok(())
    }

    fn region_of_definition(&self, instance: &Instance<'_>, time: f64) -> Result<Option<Rect>, Failure> {
        // A host without a frame knows better.
        Ok(picture::frame(instance, Some(SOURCE), time).ok())
    }

    fn regions_of_interest(&self, instance: &Instance<'_>, time: f64) -> Result<Vec<(String, Rect)>, Failure> {
        Ok(scene::regions(instance, &self.clips, time))
    }

    fn frames_needed(&self, instance: &Instance<'_>, time: f64) -> Result<Vec<(String, [f64; 2])>, Failure> {
        self.scene(instance, time).frames_needed(time)
    }

    fn identity(&self, instance: &Instance<'_>, time: f64) -> Result<Option<String>, Failure> {
        if run::is_safe_mode() { Ok(None) } else { self.scene(instance, time).identity(time) }
    }

    fn output_colourspace(&self, instance: &Instance<'_>, preferred: &[String]) -> Result<Option<String>, Failure> {
        Ok(Some(colour::output(instance, scene::under(instance, 0.0), preferred)))
    }

    fn render(&self, instance: &Instance<'_>, request: &Request) -> Result<(), Failure> {
        if run::is_safe_mode() {
            return run::render_safely(instance, request, Some(SOURCE));
        }
        self.scene(instance, request.time).render(request)
    }
}
