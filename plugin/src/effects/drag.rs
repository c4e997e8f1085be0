//! DragFX: drags points of a generator's picture in the host's viewer.
//!
//! An instance keeps nothing. [`settings`] reads its parameters, [`graph`] makes a graph of them, [`work`] computes it;
//! [`state`] decides between what is [baked](bake) into the project and a drag while rendering. [`actions`] does what
//! buttons say, and [`overlay`] draws the points and moves them. As it must compute nothing, it draws what was [found
//! out](recent) while rendering: the [way of the handles](trace), and the [outline] of the mask.

mod actions;
mod bake;
mod baked;
mod graph;
mod mask;
mod outline;
mod overlay;
mod parameters;
mod recent;
mod settings;
mod state;
mod trace;
mod work;

use crate::effect::{Change, Context, Effect, Overlay, Request, Wishes};
use crate::effects::scene::SOURCE;
use crate::effects::{colour, view};
use crate::failure::Failure;
use crate::ffi::effect::{Descriptor, Instance};
use crate::ffi::host::Host;
use crate::geometry::Rect;
use crate::picture::{self, Showing};
use crate::{params, run};

use overlay::Points;
use settings::MASK;
use work::Scene;

/// The effect.
#[derive(Debug, Default)]
pub(super) struct Drag {
    overlay: Points,
}

impl Effect for Drag {
    fn identifier(&self) -> &'static str {
        "org.dragfx.drag"
    }

    fn version(&self) -> [u32; 2] {
        [1, 0]
    }

    fn describe(&self, descriptor: &Descriptor<'_>, _host: &Host) -> Result<(), Failure> {
        super::describe(
            descriptor,
            "DragFX",
            "Drags points of a generated picture to where they should be.\n\nAdd a point, put its handle on what is to \
             move and its target where it should go, and press Drag. Progress plays the drag.",
            true,
        )
    }

    fn describe_in(&self, context: Context, descriptor: &Descriptor<'_>, host: &Host) -> Result<(), Failure> {
        if context != Context::Generator {
            let source = descriptor.clip(SOURCE)?;
            super::describe_clip(source, context == Context::General, false)?;
        }
        let mask = descriptor.clip(MASK)?;
        super::describe_clip(mask, true, true)?;
        super::describe_mask(mask);
        super::describe_clip(descriptor.clip("Output")?, false, false)?;
        params::define(parameters::specs(context), descriptor, host)?;
        Ok(())
    }

    fn created(&self, instance: &Instance<'_>) -> Result<(), Failure> {
        actions::show_points(instance)
    }

    fn changed(&self, instance: &Instance<'_>, change: &Change) -> Result<(), Failure> {
        actions::changed(instance, change)
    }

    fn clip_preferences(&self, instance: &Instance<'_>, wishes: &Wishes<'_>) -> Result<(), Failure> {
        wishes.output_rgba()?;
        // What changes from frame to frame does so by keyframes and clips, which hosts know of.
        wishes.varies(false)?;
        colour::wish(instance, wishes, SOURCE);
        Ok(())
    }

    fn region_of_definition(&self, instance: &Instance<'_>, time: f64) -> Result<Option<Rect>, Failure> {
        let frame = picture::project(instance, time)?;
        Ok(Some(source_region(instance, time).map_or(frame, |source| source.union(frame))))
    }

    fn regions_of_interest(&self, instance: &Instance<'_>, time: f64) -> Result<Vec<(String, Rect)>, Failure> {
        let mask = picture::region(instance, MASK, time).map(|region| (MASK.to_owned(), region));
        let source = source_region(instance, time).map(|region| (SOURCE.to_owned(), region));
        Ok(source.into_iter().chain(mask).collect())
    }

    fn frames_needed(&self, instance: &Instance<'_>, time: f64) -> Result<Vec<(String, [f64; 2])>, Failure> {
        let params = instance.params()?;
        let int = |name: &str| params.int_or(name, time, 0).unwrap_or(0);
        let mut needed = Vec::new();
        if source_region(instance, time).is_some() {
            needed.push((SOURCE.to_owned(), [time; 2]));
        }
        if int(parameters::USE_MASK) != 0 && instance.clip(MASK).is_ok_and(|clip| clip.is_connected()) {
            let warm = int("warmStart") != 0;
            let first = if warm { time.min(f64::from(int("firstFrame"))) } else { time };
            needed.push((MASK.to_owned(), [first, time]));
        }
        Ok(needed)
    }

    fn output_colourspace(&self, instance: &Instance<'_>, preferred: &[String]) -> Result<Option<String>, Failure> {
        let over = is_over_source(instance, 0.0).then_some(SOURCE);
        Ok(Some(colour::output(instance, over, preferred)))
    }

    fn render(&self, instance: &Instance<'_>, request: &Request) -> Result<(), Failure> {
        if run::is_safe_mode() {
            return run::render_safely(instance, request, Some(SOURCE));
        }
        let scene = Scene::read(instance, request.time)?;
        let image = scene.picture(&scene.shown(request.thumbnail)?)?;
        let settings = &scene.settings;
        let transfer = colour::of_clip(instance, "Output", request.time)?;
        let showing = Showing { fit: settings.fit, frame: settings.frame, transfer };
        picture::show(instance, request, &image, showing, settings.over_source.then_some(SOURCE))
    }

    fn overlay(&self) -> Option<&dyn Overlay> {
        (!run::is_safe_mode()).then_some(&self.overlay)
    }
}

/// Where the source has pixels, if the picture lies over it.
fn source_region(instance: &Instance<'_>, time: f64) -> Option<Rect> {
    is_over_source(instance, time).then(|| picture::region(instance, SOURCE, time)).flatten()
}

fn is_over_source(instance: &Instance<'_>, time: f64) -> bool {
    instance.params().is_ok_and(|params| view::is_over_source(params, time))
}
