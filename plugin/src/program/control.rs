//! Published parameters of a preset as a host's parameters.
//!
//! One that is as it came stands for what the preset says, with its keyframes and every digit. One that was changed, or has
//! keyframes in the host, stands for itself at all frames.

mod publish;

use dragfx_engine::ImagePoint;
use dragfx_graph::declare::{self, ParamDecl};
use dragfx_graph::document::{NodeId, ParamPath};
use dragfx_graph::models::ModelRef;
use dragfx_graph::param::ParamValue;

use super::ground::{Ground, USUAL};
use super::setting::Part;
use crate::declared;
use crate::failure::Failure;
use crate::ffi::param::{Param as HostParam, Params};
use crate::params::{Kind, Spec};
pub(super) use publish::controls;

/// A published parameter.
#[derive(Clone, Debug)]
pub struct Control {
    /// What the preset calls it.
    pub name: String,
    /// What people call it.
    pub label: String,
    /// What it does.
    pub doc: String,
    /// The node.
    pub node: NodeId,
    /// Its parameter, or the part of a point.
    pub path: ParamPath,
    /// What of it is set.
    pub part: Shown,
    /// Whether hosts can give it keyframes.
    pub animates: bool,
    /// Whether the preset has keyframes for it.
    pub is_animated: bool,
}

/// What of a parameter is shown, and what the preset says of it on its first frame.
#[derive(Clone, Debug)]
pub enum Shown {
    /// All of it: its declaration, with what the preset offers as range and says as default.
    Whole(ParamDecl),
    /// Whether a point counts.
    Enabled(bool),
    /// Where a point or its target is, in the pictures of a model.
    Place {
        /// Where the preset has it, image pixels.
        own: ImagePoint,
        /// The model, if the preset tells which.
        model: Option<ModelRef>,
    },
}

/// Gives width and height of a model's pictures.
pub type Resolution<'a> = &'a dyn Fn(&ModelRef) -> Result<usize, Failure>;

impl Control {
    /// How a host shows it under a name of its own.
    #[must_use]
    pub fn spec(&self, name: &str) -> Spec {
        let label = plain(&self.label);
        let spec = match &self.part {
            Shown::Whole(decl) => {
                let decl = ParamDecl { label: label.into(), doc: self.doc.clone().into(), ..decl.clone() };
                let mut spec = declared::spec(name, &decl).expect("hosts can show what is offered");
                if matches!(decl.kind, declare::Kind::File { .. }) {
                    spec.hint = format!("{} Empty for the preset's own.", spec.hint);
                }
                spec
            }
            Shown::Enabled(default) => Spec::new(name, label, Kind::Bool { default: *default }, self.doc.clone()),
            Shown::Place { .. } => {
                Spec::new(name, label, Kind::Point { default: USUAL, own_handle: false }, self.doc.clone())
            }
        };
        let spec = if self.animates { spec.animates() } else { spec };
        if self.is_animated { Spec { hint: self.hint_of_keys(&spec.hint), ..spec } } else { spec }
    }

    fn hint_of_keys(&self, hint: &str) -> String {
        format!("{hint}\nThe preset has keyframes for it, which count until this is changed.").trim_start().to_owned()
    }

    /// It as a text where it would be a choice: for places whose choices are not known beforehand.
    #[must_use]
    pub fn written_out(&self) -> Self {
        let mut control = self.clone();
        if let Shown::Whole(decl) = &mut control.part
            && let declare::Kind::Choice { default, options } = &decl.kind
        {
            let known: Vec<_> = options.iter().map(|option| &*option.id).collect();
            control.doc = format!("{} One of {}.", control.doc, known.join(", ")).trim_start().to_owned();
            decl.kind = declare::Kind::Text { default: default.clone() };
        }
        control
    }

    /// What a host's parameter says at a time; `None` where it means what the preset says, also because the host has no such
    /// parameter. `resolution` gives that of a model's pictures.
    ///
    /// # Errors
    /// A point was moved, and the resolution is not to be had.
    pub fn read(
        &self,
        params: Params<'_>,
        name: &str,
        time: f64,
        ground: &Ground,
        resolution: Resolution<'_>,
    ) -> Result<Option<Part>, Failure> {
        let told =
            params.get(name).map_err(Failure::from).and_then(|param| self.told(&param, time, ground, resolution));
        match told {
            Err(Failure::Host(_)) => Ok(None),
            told => told,
        }
    }

    fn told(
        &self,
        param: &HostParam<'_>,
        time: f64,
        ground: &Ground,
        resolution: Resolution<'_>,
    ) -> Result<Option<Part>, Failure> {
        let fixed = param.keys() == 0;
        Ok(match &self.part {
            Shown::Whole(decl) => {
                let value = declared::value(param, decl, time)?;
                (!(fixed && is_default(decl, &value))).then_some(Part::Whole(value))
            }
            Shown::Enabled(default) => {
                let enabled = param.int(time)? != 0;
                (!fixed || enabled != *default).then_some(Part::Enabled(enabled))
            }
            Shown::Place { own, model } => {
                let point = param.double2(time)?;
                if fixed && ground.is_usual(point) {
                    return Ok(None);
                }
                let model = model.as_ref().ok_or_else(|| {
                    let reason = "no model tells how large the picture is that it lies in";
                    Failure::User(format!("the point {} can't be moved: {reason}", self.label))
                })?;
                let resolution = resolution(model)?;
                let untouched = fixed && ground.is_untouched(point, *own, resolution);
                (!untouched).then(|| Part::Place(ground.picture(resolution).to_image(point)))
            }
        })
    }
}

/// Whether a host's value is the default, as far as hosts keep numbers.
fn is_default(decl: &ParamDecl, value: &ParamValue) -> bool {
    match (&decl.kind, value) {
        (declare::Kind::Float { default, .. }, ParamValue::Float(value)) => {
            (value - default).abs() <= 1e-6 * default.abs().max(1e-3)
        }
        (declare::Kind::Int { default, min, max }, ParamValue::Int(value)) => {
            // Hosts' whole numbers have 32 bits.
            *value == (*default).clamp(i32::MIN.into(), i32::MAX.into()).clamp(*min, *max)
        }
        (declare::Kind::File { .. }, ParamValue::Text(value)) => value.is_empty(),
        _ => *value == decl.default_value(),
    }
}

/// A text without signs that hosts take offence at.
#[must_use]
pub fn plain(text: &str) -> String {
    let words = text.split(|c: char| !c.is_alphanumeric()).filter(|word| !word.is_empty());
    words.collect::<Vec<_>>().join(" ")
}

#[cfg(test)]
mod tests {
    use std::path::PathBuf;

    use super::*;
    use crate::program::Program;

    const GRAPH: &str = r#"{ "dragfx": 1, "models": { "a": { "file": "a.pkl" }, "b": { "file": "b.pkl" } }, "nodes": [
        { "id": 1, "name": "seed", "type": "latent", "version": 1, "params": { "seed": 4000000000, "model": "b" } },
        { "id": 2, "name": "points", "type": "points", "version": 1, "params": { "points": [
            { "handle": { "x": 1, "y": 2 }, "target": { "x": 3, "y": 4 }, "enabled": false }
        ] } },
        { "id": 3, "name": "drag", "type": "drag", "version": 1, "params": {
            "progress": { "keys": [{ "frame": 1, "value": 0.25 }, { "frame": 9, "value": 1 }] }
        } }
    ], "wires": [
        { "from": "seed.latent", "to": "drag.latent" }, { "from": "points.points", "to": "drag.points" }
    ], "published": [
        { "name": "seed", "param": "seed.seed", "label": "A-seed!", "range": [0, 9] },
        { "name": "psi", "param": "seed.psi", "range": [-2, 0.5], "doc": "How strange." },
        { "name": "model", "param": "seed.model" },
        { "name": "file", "param": "seed.file" },
        { "name": "progress", "param": "drag.progress" },
        { "name": "warm", "param": "drag.warm_start" },
        { "name": "handle", "param": "points.points.1.handle" },
        { "name": "on", "param": "points.points.1.enabled" },
        { "name": "all", "param": "points.points" },
        { "name": "none", "param": "points.points.2.target" }
    ] }"#;

    #[test]
    fn hosts_are_shown_what_the_preset_offers() {
        let program = Program::new("test".to_owned(), GRAPH.to_owned(), PathBuf::new()).expect("a preset");
        assert_eq!(program.unshown, ["all", "none"]);
        let texts = |options: &[&str]| options.iter().map(|&option| option.to_owned()).collect::<Vec<_>>();
        let expected = [
            // What the preset says is within, though no host's whole numbers go as far.
            ("seed", "A seed", Kind::Int { default: i32::MAX, range: [0, i32::MAX] }, true),
            ("psi", "Truncation psi", Kind::Double { default: 0.7, range: [-10.0, 10.0], slider: [-2.0, 0.5] }, true),
            ("model", "Model", Kind::Choice { default: 1, options: texts(&["a", "b"]) }, false),
            ("file", "File", Kind::File, false),
            ("progress", "Progress", Kind::Double { default: 0.25, range: [0.0, 1.0], slider: [0.0, 1.0] }, true),
            ("warm", "Warm start", Kind::Bool { default: false }, false),
            ("handle", "handle", Kind::Point { default: USUAL, own_handle: false }, true),
            ("on", "on", Kind::Bool { default: false }, true),
        ];
        for (control, (name, label, kind, animates)) in program.controls.iter().zip(&expected) {
            let spec = control.spec(name);
            assert_eq!((&*control.name, &*spec.label, &spec.kind, spec.animates), (*name, *label, kind, *animates));
        }
        assert_eq!(program.controls.len(), expected.len());
        let hint = |place: usize| program.controls[place].spec("x").hint;
        assert!(hint(1).starts_with("How strange."), "{}", hint(1));
        assert!(hint(3).ends_with("Empty for the preset's own."), "{}", hint(3));
        assert!(hint(4).contains("The preset has keyframes for it"), "{}", hint(4));
        let Shown::Place { model, own } = &program.controls[6].part else { panic!("a point") };
        assert_eq!((model.as_ref().map(|model| &*model.file), *own), (Some("b.pkl"), ImagePoint::new(1.0, 2.0)));
        let Shown::Whole(decl) = program.controls[2].written_out().part else { panic!("a text") };
        assert_eq!(decl.default_value(), ParamValue::Text("b".to_owned()));
        assert!(matches!(decl.kind, declare::Kind::Text { .. }));
    }

    #[test]
    fn defaults_are_known_through_what_hosts_do_to_numbers() {
        let program = Program::new("test".to_owned(), GRAPH.to_owned(), PathBuf::new()).expect("a preset");
        let decl = |place: usize| match &program.controls[place].part {
            Shown::Whole(decl) => decl.clone(),
            _ => panic!("a whole parameter"),
        };
        let rows = [
            (0, ParamValue::Int(i64::from(i32::MAX)), true),
            (0, ParamValue::Int(7), false),
            (1, ParamValue::Float(f64::from(0.7_f32)), true),
            (1, ParamValue::Float(0.701), false),
            (2, ParamValue::Text("b".to_owned()), true),
            (2, ParamValue::Text("a".to_owned()), false),
            (3, ParamValue::Text(String::new()), true),
            (3, ParamValue::Text("z.npy".to_owned()), false),
            (5, ParamValue::Bool(false), true),
            (5, ParamValue::Bool(true), false),
        ];
        for (place, value, expected) in rows {
            assert_eq!(is_default(&decl(place), &value), expected, "{place} {value:?}");
        }
    }

    #[test]
    fn labels_have_no_signs() {
        for (text, expected) in [("A-seed!", "A seed"), ("  two  words ", "two words"), ("größe_2", "größe 2")] {
            assert_eq!(plain(text), expected);
        }
    }
}
