//! Values and keyframes of parameters.

use ofx_host::param::{ParamDescription, ParamKind, ParamValue};
use ofx_host::{Fault, HostError, RectI, RenderRequest};

use crate::bench::Bench;
use crate::check::{Check, Stop};
use crate::dice::Dice;
use crate::pattern::difference;
use crate::subject::{Setup, Subject, is_explained, plain};

pub(crate) const CHECKS: &[Check] = &[
    Check::new(
        "params.extremes",
        "Each parameter can be set to the lowest, the highest and the default of its values, and a frame be rendered.",
        "ofxParam.h: kOfxParamPropMin, kOfxParamPropMax; ofxCore.h: kOfxActionInstanceChanged",
        extremes,
    ),
    Check::new(
        "params.random",
        "All parameters can be set to random values of what they can be, and frames be rendered.",
        "ofxParam.h: what a parameter can be",
        random,
    ),
    Check::new(
        "params.keys",
        "All parameters that animate can have keyframes, which make different frames, and lose them again.",
        "ofxParam.h: kOfxParamPropAnimates, paramGetValueAtTime",
        keys,
    ),
    Check::new(
        "params.save",
        "An instance that is made with the values of another one renders the same.",
        "ofxImageEffect.h: projects keep the values of parameters and nothing else",
        save,
    ),
];

/// What is set: not what changes clips of their own accord in a host, and not what nobody can set.
fn settable(param: &&ParamDescription) -> bool {
    param.default.is_some() && !matches!(param.kind, ParamKind::Custom | ParamKind::Bytes | ParamKind::Parametric)
}

/// A number near enough to what people set: ranges without ends reach to where nothing can be computed any more, and
/// sizes to where no machine has the memory.
fn within(limit: f64, other: f64) -> f64 {
    if limit.abs() < 1e6 { limit } else { other }
}

/// The range of a parameter's numbers that are tried.
fn range(param: &ParamDescription, at: usize) -> (f64, f64) {
    let of = |limits: &[f64], display: &[f64], none: f64| {
        let limit = limits.get(at).copied().unwrap_or(none);
        within(limit, within(display.get(at).copied().unwrap_or(none), none))
    };
    (of(&param.minimum, &param.display_minimum, -100.0), of(&param.maximum, &param.display_maximum, 100.0))
}

/// The value of a parameter whose numbers are parts of their ranges.
fn value(param: &ParamDescription, mut part: impl FnMut() -> f64) -> Option<ParamValue> {
    let mut number = |at: usize| {
        let (low, high) = range(param, at);
        part().mul_add(high - low, low)
    };
    Some(match param.default.as_ref()? {
        ParamValue::Doubles(numbers) => ParamValue::Doubles((0..numbers.len()).map(number).collect()),
        ParamValue::Integers(_) if param.kind == ParamKind::Boolean => (part() >= 0.5).into(),
        ParamValue::Integers(_) if param.kind == ParamKind::Choice => {
            let last = param.options.len().checked_sub(1)?;
            ((part() * last as f64).round() as i32).into()
        }
        ParamValue::Integers(numbers) => {
            ParamValue::Integers((0..numbers.len()).map(|at| number(at).round() as i32).collect())
        }
        ParamValue::Text(_) if param.kind == ParamKind::StrChoice => {
            let last = param.options.len().checked_sub(1)?;
            param.options[(part() * last as f64).round() as usize].value.clone().into()
        }
        ParamValue::Text(_) => {
            let texts = ["", "a", "Zażółć gęślą jaźń\n\t100%s %n", "/nowhere/at/all.####.png"];
            texts[(part() * 3.0).round() as usize].into()
        }
        ParamValue::Bytes(_) | ParamValue::Curves(_) => return None,
    })
}

/// A frame within the project: with odd values, an effect may be defined further than there is memory for.
fn framed(time: f64) -> RenderRequest {
    RenderRequest { window: Some(RectI::new(0, 0, 40, 30)), ..plain(time) }
}

/// Renders with values that may be such that nothing can be rendered, and says if the plugin fails without a word.
fn render(bench: &Bench, subject: &Subject, what: &str, time: f64) {
    bench.doing(format_args!("rendering {what}"));
    match subject.instance.render(&framed(time)) {
        Err(HostError::Nothing { .. }) => {}
        Err(error) if error.fault() == Fault::Plugin && !is_explained(&error) => {
            bench.warn(format_args!("{what}, without a message: {error}"));
        }
        _ => {}
    }
}

/// Sets a parameter, and says if the plugin fails at it without a word.
fn set(bench: &Bench, subject: &Subject, param: &ParamDescription, value: ParamValue) {
    bench.doing(format_args!("setting {} to {value:?}", param.name));
    let failed = subject.instance.set(&param.name, value.clone()).err().filter(|error| !is_explained(error));
    if let Some(error) = failed {
        bench.warn(format_args!("{} set to {value:?}, without a message: {error}", param.name));
    }
}

fn extremes(bench: &Bench) -> Result<(), Stop> {
    let (subject, _) = bench.working(&Setup::default())?;
    for param in subject.instance.description().params.iter().filter(settable) {
        for (part, what) in [(0.0, "lowest"), (1.0, "highest")] {
            let Some(value) = value(param, || part) else { continue };
            set(bench, &subject, param, value.clone());
            let what = format!("with {} at its {what} {value:?}", param.name);
            render(bench, &subject, &what, 0.0);
        }
        bench.doing(format_args!("resetting {}", param.name));
        if let Some(error) = subject.instance.reset(&param.name).err().filter(|error| !is_explained(error)) {
            bench.fail(format_args!("{}: {error}", param.name));
        }
    }
    subject.render(bench, "with all parameters at their defaults again", &plain(0.0));
    Ok(())
}

/// Sets everything to random values.
fn stir(bench: &Bench, subject: &Subject, dice: &mut Dice) {
    for param in subject.instance.description().params.iter().filter(settable) {
        if let Some(value) = value(param, || dice.unit()) {
            set(bench, subject, param, value);
        }
    }
}

fn random(bench: &Bench) -> Result<(), Stop> {
    let (subject, _) = bench.working(&Setup::default())?;
    let mut dice = bench.dice();
    for round in 0..8 {
        stir(bench, &subject, &mut dice);
        render(bench, &subject, &format!("with random values, round {round}"), 0.0);
    }
    Ok(())
}

fn keys(bench: &Bench) -> Result<(), Stop> {
    let (subject, _) = bench.working(&Setup::default())?;
    let mut dice = bench.dice();
    let params: Vec<_> =
        subject.instance.description().params.iter().filter(settable).filter(|param| param.animates).collect();
    if params.is_empty() {
        return Err(Stop::Skip("it has no parameters that animate".to_owned()));
    }
    let Some(before) = subject.render(bench, "without keyframes", &framed(0.0)) else {
        return Err(Stop::Skip("it renders nothing within the project".to_owned()));
    };
    for param in &params {
        for time in [0.0, 3.5, 8.0] {
            let Some(value) = value(param, || dice.unit()) else { continue };
            bench.doing(format_args!("setting a keyframe of {} at {time} to {value:?}", param.name));
            if let Err(error) = subject.instance.set_at(&param.name, time, value) {
                bench.warn(format_args!("a keyframe of {}: {error}", param.name));
            }
        }
    }
    for time in [-1.0, 0.0, 2.25, 8.0, 100.0] {
        render(bench, &subject, &format!("frame {time} with keyframes"), time);
    }
    for param in &params {
        bench.doing(format_args!("deleting the keyframes of {}", param.name));
        let deleted = subject.instance.delete_keys(&param.name, None).map(|_| ());
        if let Err(error) = deleted.and_then(|()| subject.instance.reset(&param.name)) {
            bench.warn(format_args!("deleting the keyframes of {}: {error}", param.name));
        }
    }
    let after = subject.render(bench, "without keyframes again", &framed(0.0));
    if let Some(difference) = after.and_then(|after| difference(&before, &after, false)) {
        // A plugin may change some of its parameters when others are set.
        bench.warn(format_args!("at the defaults again, it renders something else: {difference}"));
    }
    Ok(())
}

fn save(bench: &Bench) -> Result<(), Stop> {
    let plugin = bench.load()?;
    let setup = Setup::default();
    let (subject, _) = bench.working_instance(&plugin, &setup)?;
    stir(bench, &subject, &mut bench.dice());
    bench.doing("saving the values of parameters");
    let saved = subject.instance.save()?;
    bench.doing("rendering with random values");
    let Ok(before) = subject.instance.render(&framed(1.0)) else {
        return Err(Stop::Skip("it does not render with the random values".to_owned()));
    };
    let context = crate::subject::usual_context(&plugin)?;
    let (options, _clips) = setup.options(&plugin, context)?;
    bench.doing("creating an instance with the values");
    let other = plugin.instance(context, ofx_host::InstanceOptions { params: Some(saved), ..options })?;
    bench.doing("rendering with the values");
    match other.render(&framed(1.0)) {
        Err(error) => bench.fail(format_args!("with the values of another instance: {error}")),
        Ok(after) => {
            if let Some(difference) = difference(&before, &after, false) {
                bench.fail(format_args!("with the values of another instance it renders something else: {difference}"));
            }
        }
    }
    Ok(())
}
