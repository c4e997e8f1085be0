//! The points in the host's viewer: drawn over the picture, and moved with the mouse.
//!
//! A point is written when the pen is lifted: one change to undo, and no drag for each place that it passes. Hosts give
//! no pictures to overlays: the outline of the mask is that of the last one that was rendered.

mod marks;

use std::any::Any;

use dragfx_engine::ImagePoint;
use ofx_sys as ofx;

use super::parameters::{End, enable_name, end_name};
use super::settings::{Pair, pairs};
use super::state::{self, Shown};
use super::work::Scene;
use super::{actions, outline, trace};
use crate::effect::Overlay;
use crate::failure::Failure;
use crate::ffi::effect::Instance;
use crate::ffi::interact::{Canvas, Key, Pen, PenAction, View};
use crate::picture;
use crate::placement::Placement;

/// The overlay.
#[derive(Debug, Default)]
pub(super) struct Points;

/// What a viewer knows.
#[derive(Debug, Default)]
struct State {
    /// The point that the pen holds.
    held: Option<Held>,
    /// The place of the pair that was pressed last.
    chosen: Option<usize>,
}

#[derive(Clone, Copy, Debug)]
struct Held {
    place: usize,
    end: End,
    /// From the pen to the point: it does not jump when it is pressed beside its middle.
    offset: [f64; 2],
    /// Where it is now.
    at: [f64; 2],
    moved: bool,
}

/// How far from the middle of a point a press is meant for it, pixels of the screen.
const REACH: f64 = 9.0;

impl Overlay for Points {
    fn start(&self) -> Box<dyn Any + Send> {
        Box::new(State::default())
    }

    fn draw(
        &self,
        instance: &Instance<'_>,
        view: &View,
        state: &dyn Any,
        canvas: &mut dyn Canvas,
    ) -> Result<(), Failure> {
        let Some(state) = state.downcast_ref::<State>() else { return Ok(()) };
        let frame = picture::project(instance, view.time)?;
        let mut pairs = pairs(instance.params()?, view.time, frame)?;
        if let Some(held) = state.held {
            hold(&mut pairs, held);
        }
        // Without a model there still are points to be moved.
        if let Ok(scene) = Scene::read(instance, view.time) {
            if let Some(placement) = scene.known_placement() {
                marks::draw_frame(canvas, placement.rect);
                for line in outline(&scene, &placement) {
                    marks::draw_mask(canvas, &line);
                }
            }
            marks::draw_places(canvas, view.pixel, &places(&scene));
        }
        for pair in &pairs {
            marks::draw_pair(canvas, view.pixel, pair, state.chosen == Some(pair.place));
        }
        Ok(())
    }

    fn pen(&self, instance: &Instance<'_>, view: &View, state: &mut dyn Any, pen: &Pen) -> Result<bool, Failure> {
        let Some(state) = state.downcast_mut::<State>() else { return Ok(false) };
        match pen.action {
            PenAction::Down => {
                let frame = picture::project(instance, view.time)?;
                let pairs = pairs(instance.params()?, view.time, frame)?;
                state.held = hit(&pairs, pen.position, view.pixel);
                state.chosen = state.held.map(|held| held.place);
                Ok(state.held.is_some())
            }
            PenAction::Move => {
                let Some(held) = &mut state.held else { return Ok(false) };
                held.at = [pen.position[0] + held.offset[0], pen.position[1] + held.offset[1]];
                held.moved = true;
                Ok(true)
            }
            PenAction::Up => {
                let Some(held) = state.held.take() else { return Ok(false) };
                if held.moved {
                    put(instance, view.time, held)?;
                }
                Ok(true)
            }
        }
    }

    fn key(&self, instance: &Instance<'_>, view: &View, state: &mut dyn Any, key: &Key) -> Result<bool, Failure> {
        let Some(state) = state.downcast_mut::<State>() else { return Ok(false) };
        if ![ofx::kOfxKey_Delete, ofx::kOfxKey_BackSpace].contains(&key.symbol) {
            return Ok(false);
        }
        let Some(place) = state.chosen.take() else { return Ok(false) };
        state.held = None;
        let params = instance.params()?;
        let enable = params.get(&enable_name(place))?;
        params.edit(&format!("Disable point {}", place + 1), || enable.set_int(0))?;
        actions::tell_state(instance, view.time)?;
        Ok(true)
    }
}

/// Shows a point where the pen holds it.
fn hold(pairs: &mut [Pair], held: Held) {
    if let Some(pair) = pairs.iter_mut().find(|pair| pair.place == held.place) {
        match held.end {
            End::Handle => pair.handle = held.at,
            End::Target => pair.target = held.at,
        }
    }
}

/// The point that a press is meant for: the nearest in reach. Of two in the same place the target, so that it can be pulled
/// from its handle.
fn hit(pairs: &[Pair], position: [f64; 2], pixel: [f64; 2]) -> Option<Held> {
    let ends = pairs.iter().flat_map(|pair| [(pair, End::Target, pair.target), (pair, End::Handle, pair.handle)]);
    let far = |at: [f64; 2]| ((at[0] - position[0]) / pixel[0]).hypot((at[1] - position[1]) / pixel[1]);
    let near = ends.map(|(pair, end, at)| (far(at), pair.place, end, at)).filter(|(far, ..)| *far <= REACH);
    // The first of equal ones is taken.
    let (_, place, end, at) = near.min_by(|a, b| a.0.total_cmp(&b.0))?;
    let offset = [at[0] - position[0], at[1] - position[1]];
    Some(Held { place, end, offset, at, moved: false })
}

/// Writes a point: a keyframe, where there are keyframes.
fn put(instance: &Instance<'_>, time: f64, held: Held) -> Result<(), Failure> {
    let params = instance.params()?;
    let param = params.get(&end_name(held.place, held.end))?;
    let what = if held.end == End::Handle { "handle" } else { "target" };
    params.edit(&format!("Move {what} {}", held.place + 1), || {
        if param.keys() > 0 { param.set_double2_at(time, held.at) } else { param.set_double2(held.at) }
    })?;
    actions::tell_state(instance, time)
}

/// Where the handles are on the picture that is shown, canonical: on the baked way, or on one that was rendered lately.
fn places(scene: &Scene<'_>) -> Vec<[f64; 2]> {
    let settings = &scene.settings;
    let canonical = |size: [usize; 2], handles: Vec<ImagePoint>| {
        let placement = Placement::new(settings.fit, settings.frame, size);
        handles.into_iter().map(|handle| placement.to_canonical(handle)).collect()
    };
    match scene.shown(false) {
        Ok(Shown::Baked(bake)) => canonical(bake.about.size, bake.handles_at(settings.now.float("progress"))),
        Ok(Shown::Live) => {
            let seen = trace::seen(settings, &scene.model_hash);
            seen.map_or_else(Vec::new, |seen| canonical(seen.size, seen.handles))
        }
        Ok(Shown::Start) | Err(_) => Vec::new(),
    }
}

/// The outline of the mask, canonical, if the mask counts and was rendered lately.
fn outline(scene: &Scene<'_>, placement: &Placement) -> Vec<Vec<[f64; 2]>> {
    if !state::uses_mask(&scene.settings) {
        return Vec::new();
    }
    let lines = outline::known(&scene.settings, &scene.model_hash, placement);
    let canonical = |line: &Vec<ImagePoint>| line.iter().map(|&point| placement.to_canonical(point)).collect();
    lines.iter().flat_map(|lines| lines.iter()).map(canonical).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn presses_are_for_the_nearest_point_in_reach() {
        let pairs = [
            Pair { place: 0, handle: [100.0, 100.0], target: [200.0, 100.0] },
            Pair { place: 3, handle: [203.0, 100.0], target: [203.0, 100.0] },
        ];
        let rows = [
            ([100.0, 100.0], [1.0, 1.0], Some((0, End::Handle))),
            ([91.0, 100.0], [1.0, 1.0], Some((0, End::Handle))),
            ([90.0, 100.0], [1.0, 1.0], None),
            ([90.0, 100.0], [2.0, 2.0], Some((0, End::Handle))),
            ([100.0, 104.0], [1.0, 0.25], None),
            ([200.0, 100.0], [1.0, 1.0], Some((0, End::Target))),
            ([202.0, 100.0], [1.0, 1.0], Some((3, End::Target))),
            ([500.0, 500.0], [1.0, 1.0], None),
        ];
        for (position, pixel, expected) in rows {
            let held = hit(&pairs, position, pixel);
            assert_eq!(held.map(|held| (held.place, held.end)), expected, "{position:?} {pixel:?}");
        }
        let held = hit(&pairs, [95.0, 101.0], [1.0, 1.0]).expect("in reach");
        assert_eq!((held.offset, held.at), ([5.0, -1.0], [100.0, 100.0]));
    }

    #[test]
    fn a_point_is_shown_where_it_is_held() {
        let mut pairs = [Pair { place: 2, handle: [0.0; 2], target: [1.0; 2] }];
        let held = Held { place: 2, end: End::Target, offset: [0.0; 2], at: [7.0, 8.0], moved: true };
        hold(&mut pairs, held);
        assert_eq!(pairs[0], Pair { place: 2, handle: [0.0; 2], target: [7.0, 8.0] });
        hold(&mut pairs, Held { place: 5, ..held });
        assert_eq!(pairs[0].handle, [0.0; 2], "a point that was disabled meanwhile is not held");
    }
}
