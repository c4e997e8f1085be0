//! Parameters that stand for whatever a preset publishes.

use dragfx_graph::declare;
use dragfx_graph::param::ParamValue;
use ofx_sys as ofx;

use super::file::Preset;
use crate::failure::Failure;
use crate::ffi::effect::Instance;
use crate::ffi::property::IfKnown as _;
use crate::params::{Kind, Spec};
use crate::program::control::{Control, Shown};
use crate::program::ground::USUAL;

/// What a slot can stand for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Class {
    Number,
    Whole,
    Switch,
    Text,
    Point,
}

/// How many slots there are of a class, what projects call them, and what people do.
const CLASSES: [(Class, usize, &str, &str); 5] = [
    (Class::Number, 12, "number", "Number"),
    (Class::Whole, 6, "whole", "Whole number"),
    (Class::Switch, 8, "switch", "Switch"),
    (Class::Text, 6, "text", "Text"),
    (Class::Point, 8, "point", "Point"),
];

/// The range of a number before a preset says another one.
const WIDE: f64 = 1e9;

impl Class {
    fn kind(self) -> Kind {
        match self {
            Self::Number => Kind::Double { default: 0.0, range: [-WIDE, WIDE], slider: [0.0, 1.0] },
            Self::Whole => Kind::Int { default: 0, range: [i32::MIN, i32::MAX] },
            Self::Switch => Kind::Bool { default: false },
            Self::Text => Kind::Text { default: String::new() },
            Self::Point => Kind::Point { default: USUAL, own_handle: false },
        }
    }

    fn of(control: &Control) -> Option<Self> {
        Some(match &control.part {
            Shown::Enabled(_) => Self::Switch,
            Shown::Place { .. } => Self::Point,
            Shown::Whole(decl) => match decl.kind {
                declare::Kind::Float { .. } => Self::Number,
                declare::Kind::Int { .. } => Self::Whole,
                declare::Kind::Bool { .. } => Self::Switch,
                declare::Kind::Choice { .. } | declare::Kind::Text { .. } | declare::Kind::File { .. } => Self::Text,
                declare::Kind::Model | declare::Kind::Points | declare::Kind::Shapes => return None,
            },
        })
    }
}

fn name(stem: &str, place: usize) -> String {
    format!("{stem}{}", place + 1)
}

/// The names of all slots.
fn names() -> impl Iterator<Item = String> {
    CLASSES.iter().flat_map(|&(_, count, stem, _)| (0..count).map(move |place| name(stem, place)))
}

/// The slots as parameters. Whether a slot is animated in the preset is not known here, so all can be that can.
pub(super) fn specs() -> Vec<Spec> {
    let spec = |(class, count, stem, label): (Class, usize, &'static str, &'static str)| {
        (0..count).map(move |place| {
            let hint = "What the preset publishes; without a preset it means nothing.";
            let label = format!("{label} {}", place + 1);
            let spec = Spec::new(name(stem, place), label, class.kind(), hint);
            if class == Class::Text { spec } else { spec.animates() }
        })
    };
    CLASSES.into_iter().flat_map(spec).collect()
}

/// Gives published parameters their slots, and the names of those for which there is none.
pub(super) fn assign(controls: &[Control]) -> (Vec<(String, Control)>, Vec<String>) {
    let mut used = [0; CLASSES.len()];
    let (mut assigned, mut left_out) = (Vec::new(), Vec::new());
    for control in controls {
        let class = Class::of(control);
        let row = CLASSES.iter().position(|(known, ..)| Some(*known) == class);
        match row.filter(|&row| used[row] < CLASSES[row].1) {
            Some(row) => {
                // What there is to choose is not known before a preset is.
                assigned.push((name(CLASSES[row].2, used[row]), control.written_out()));
                used[row] += 1;
            }
            None => left_out.push(control.name.clone()),
        }
    }
    (assigned, left_out)
}

/// Labels the slots that a preset uses, and hides the others.
///
/// # Errors
/// The host does not answer.
pub(super) fn show(instance: &Instance<'_>, preset: Option<&Preset>) -> Result<(), Failure> {
    let params = instance.params()?;
    for name in names() {
        // Some hosts lack a kind of parameter.
        let Ok(about) = params.get(&name).and_then(|param| param.properties()) else { continue };
        let control = preset.and_then(|preset| preset.controls.iter().find(|(slot, _)| *slot == name));
        about.set_flag(ofx::kOfxParamPropSecret, control.is_none()).if_known();
        let Some((_, control)) = control else { continue };
        let spec = control.spec(&name);
        about.set_text(ofx::kOfxPropLabel, 0, &spec.label).if_known();
        about.set_text(ofx::kOfxParamPropHint, 0, &spec.hint).if_known();
        match spec.kind {
            Kind::Double { range, slider, .. } => {
                for (name, value) in [
                    (ofx::kOfxParamPropMin, range[0]),
                    (ofx::kOfxParamPropMax, range[1]),
                    (ofx::kOfxParamPropDisplayMin, slider[0]),
                    (ofx::kOfxParamPropDisplayMax, slider[1]),
                ] {
                    about.set_doubles(name, &[value]).if_known();
                }
            }
            Kind::Int { range, .. } => {
                for (name, value) in [
                    (ofx::kOfxParamPropMin, range[0]),
                    (ofx::kOfxParamPropMax, range[1]),
                    (ofx::kOfxParamPropDisplayMin, range[0]),
                    (ofx::kOfxParamPropDisplayMax, range[1]),
                ] {
                    about.set_int(name, 0, value).if_known();
                }
            }
            _ => {}
        }
    }
    Ok(())
}

/// Gives the slots that a preset uses its values. Points are put into the picture later, from where they usually are.
///
/// # Errors
/// The host refuses a value.
pub(super) fn fill(instance: &Instance<'_>, preset: &Preset) -> Result<(), Failure> {
    let params = instance.params()?;
    for (slot, control) in &preset.controls {
        let param = params.get(slot)?;
        if param.keys() > 0 {
            param.delete_keys()?;
        }
        match &control.part {
            Shown::Enabled(enabled) => param.set_int(i32::from(*enabled))?,
            Shown::Place { .. } => param.set_double2(USUAL)?,
            Shown::Whole(decl) => match decl.default_value() {
                ParamValue::Float(value) => param.set_double(value)?,
                ParamValue::Int(value) => param.set_int(value.clamp(i32::MIN.into(), i32::MAX.into()) as i32)?,
                ParamValue::Bool(value) => param.set_int(i32::from(value))?,
                ParamValue::Text(value) => param.set_text(&value)?,
                ParamValue::Points(_) | ParamValue::Shapes(_) => {}
            },
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use std::path::PathBuf;

    use super::*;
    use crate::program::Program;

    #[test]
    fn what_is_published_gets_slots_of_its_kind_as_long_as_there_are_any() {
        let published = |name: &str, param: &str| format!(r#"{{ "name": "{name}", "param": "{param}" }}"#);
        let published: Vec<String> =
            [("a", "seed.seed"), ("b", "seed.psi"), ("c", "seed.file"), ("d", "points.points")]
                .map(|(name, param)| published(name, param))
                .into_iter()
                .chain((0..9).map(|place| published(&format!("t{place}"), "points.points.1.target")))
                .chain([published("e", "points.points.1.enabled"), published("f", "drag.method")])
                .collect();
        let text = format!(
            r#"{{ "dragfx": 1, "nodes": [
                {{ "id": 1, "name": "seed", "type": "latent", "version": 1 }},
                {{ "id": 2, "name": "points", "type": "points", "version": 1, "params": {{ "points": [
                    {{ "handle": {{ "x": 1, "y": 2 }}, "target": {{ "x": 3, "y": 4 }} }}
                ] }} }},
                {{ "id": 3, "name": "drag", "type": "drag", "version": 1 }}
            ], "published": [{}] }}"#,
            published.join(", ")
        );
        let program = Program::new("test".to_owned(), text, PathBuf::new()).expect("a preset");
        assert_eq!(program.unshown, ["d"]);
        let (assigned, left_out) = assign(&program.controls);
        let assigned: Vec<String> = assigned.iter().map(|(slot, control)| format!("{slot}={}", control.name)).collect();
        let points = (0..8).map(|place| format!("point{}=t{place}", place + 1));
        let expected = ["whole1=a", "number1=b", "text1=c"].map(str::to_owned).into_iter().chain(points);
        let expected: Vec<String> = expected.chain(["switch1=e", "text2=f"].map(str::to_owned)).collect();
        assert_eq!((assigned, left_out), (expected, vec!["t8".to_owned()]));
    }
}
