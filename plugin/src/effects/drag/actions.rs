//! What happens when something of an instance is changed: buttons, and what follows from parameters.

use ofx_sys as ofx;

use super::bake::Bake;
use super::parameters::{
    ADD, BAKED, DRAG, End, FORGET, KNOWN_MODEL, MODEL, POINTS, REMOVE, SHOWN, STATE, enable_name, end_name, group_name,
};
use super::settings::{Settings, remembered};
use super::state;
use super::work::Scene;
use crate::effect::Change;
use crate::failure::Failure;
use crate::ffi::Result as HostResult;
use crate::ffi::effect::Instance;
use crate::ffi::message::Kind;
use crate::ffi::param::{Param, Params};
use crate::ffi::property::IfKnown as _;
use crate::{picture, run};

/// Something of an instance was changed.
///
/// # Errors
/// What the user should know.
pub(super) fn changed(instance: &Instance<'_>, change: &Change) -> Result<(), Failure> {
    // What the plugin sets itself has been thought of, and at another time nothing is set.
    if !change.by_user {
        return Ok(());
    }
    match change.param.as_deref() {
        Some(DRAG) => drag(instance, change.time),
        Some(FORGET) => forget(instance),
        Some(ADD) => add_point(instance, change.time),
        Some(REMOVE) => remove_point(instance, change.time),
        Some(MODEL) => {
            remember_model(instance, change.time)?;
            tell_state(instance, change.time)
        }
        Some(name) => {
            if name.starts_with("enable") {
                show_points(instance)?;
            }
            tell_state(instance, change.time)
        }
        None => tell_state(instance, change.time),
    }
}

/// Drags, and bakes what comes of it. What was baked before stays if the drag is cancelled or fails.
fn drag(instance: &Instance<'_>, time: f64) -> Result<(), Failure> {
    if run::is_safe_mode() {
        instance.tell(Kind::Message, "DragFX computes nothing, because DRAGFX_SAFE_MODE is set");
        return Ok(());
    }
    let scene = Scene::read(instance, time)?;
    if scene.settings.now.pairs.is_empty() {
        instance.tell(Kind::Message, "Add a point first: there is nothing to drag");
        return Ok(());
    }
    let progress = instance.progress("DragFX: dragging");
    let way = scene.way(&progress)?;
    drop(progress);
    let baked = Bake::of(&way, state::inputs(&scene.settings)).to_text();
    let label = state::label(&scene.settings, &baked, Some(&scene.model_hash));
    keep(instance, "Drag", &baked, &label)
}

fn forget(instance: &Instance<'_>) -> Result<(), Failure> {
    keep(instance, "Forget drag", "", state::NOTHING)
}

/// Sets what is baked, and what is said of it, as one change.
fn keep(instance: &Instance<'_>, what: &str, baked: &str, label: &str) -> Result<(), Failure> {
    let params = instance.params()?;
    let (to, state) = (params.get(BAKED)?, params.get(STATE)?);
    params.edit(what, || to.set_text(baked).and_then(|()| state.set_text(label)))?;
    Ok(())
}

/// Says whether what is baked still is what the settings say.
///
/// # Errors
/// The host does not answer.
pub(super) fn tell_state(instance: &Instance<'_>, time: f64) -> Result<(), Failure> {
    let Some(told) = instance.params()?.find(STATE)? else { return Ok(()) };
    let baked = Settings::baked(instance, time)?;
    let label = if baked.is_empty() {
        state::NOTHING.to_owned()
    } else {
        let settings = Settings::read(instance, time, picture::project(instance, time)?)?;
        let model = settings.known_model().ok();
        state::label(&settings, &baked, model.as_ref().map(|(_, hash)| &**hash))
    };
    if told.text(time)? != label {
        told.set_text(&label)?;
    }
    Ok(())
}

/// Keeps the hash of the model with the file that was chosen. A file that is not there keeps what is known of it.
fn remember_model(instance: &Instance<'_>, time: f64) -> Result<(), Failure> {
    let settings = Settings::read(instance, time, picture::project(instance, time)?)?;
    if settings.model.is_empty() {
        return Ok(());
    }
    // What is not there is told where it is needed.
    let Ok((_, hash)) = settings.known_model() else { return Ok(()) };
    let known = remembered(&hash, &settings.model);
    if known != settings.remembered {
        instance.params()?.get(KNOWN_MODEL)?.set_text(&known)?;
    }
    Ok(())
}

/// Shows and enables one pair more.
fn add_point(instance: &Instance<'_>, time: f64) -> Result<(), Failure> {
    let params = instance.params()?;
    let count = shown(params, time)?;
    if count == POINTS {
        instance.tell(Kind::Message, &format!("There are no more than {POINTS} points"));
        return Ok(());
    }
    let (shown, enable) = (params.get(SHOWN)?, params.get(&enable_name(count))?);
    params.edit("Add point", || shown.set_int(count as i32 + 1).and_then(|()| enable.set_int(1)))?;
    show_points(instance)?;
    tell_state(instance, time)
}

/// Disables the last pair, and hides it.
fn remove_point(instance: &Instance<'_>, time: f64) -> Result<(), Failure> {
    let params = instance.params()?;
    let Some(last) = shown(params, time)?.checked_sub(1) else { return Ok(()) };
    let (shown, enable) = (params.get(SHOWN)?, params.get(&enable_name(last))?);
    params.edit("Remove point", || enable.set_int(0).and_then(|()| shown.set_int(last as i32)))?;
    show_points(instance)?;
    tell_state(instance, time)
}

/// How many pairs are shown: as many as were added, and all up to the last that is enabled, however that came.
fn shown(params: Params<'_>, time: f64) -> HostResult<usize> {
    let added = usize::try_from(params.int_or(SHOWN, time, 0)?).unwrap_or(0).min(POINTS);
    let mut count = added;
    for place in added..POINTS {
        if params.int_or(&enable_name(place), time, 0)? != 0 {
            count = place + 1;
        }
    }
    Ok(count)
}

/// Shows the pairs that are used, and hides the others. They are described as shown: some hosts never show again what was
/// described as hidden.
///
/// # Errors
/// The host does not answer.
pub(super) fn show_points(instance: &Instance<'_>) -> Result<(), Failure> {
    let params = instance.params()?;
    let count = shown(params, 0.0)?;
    for place in 0..POINTS {
        let names = [group_name(place), enable_name(place), end_name(place, End::Handle), end_name(place, End::Target)];
        for name in names {
            if let Some(param) = params.find(&name)? {
                hide(&param, place >= count)?;
            }
        }
    }
    Ok(())
}

fn hide(param: &Param<'_>, hidden: bool) -> HostResult<()> {
    let about = param.properties()?;
    if about.flag(ofx::kOfxParamPropSecret) != hidden {
        about.set_flag(ofx::kOfxParamPropSecret, hidden).if_known();
    }
    Ok(())
}
