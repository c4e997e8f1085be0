//! Published parameters of a preset as a host's parameters.
//!
//! One that is as it came stands for what the preset says, with its keyframes and every digit. One that was changed, or has
//! keyframes in the host, stands for itself at all frames.

use std::collections::BTreeSet;

use dragfx_engine::ImagePoint;
use dragfx_graph::declare::{self, ChoiceDecl, ParamDecl};
use dragfx_graph::document::{Document, Node, NodeId, ParamPath, PointField, Published};
use dragfx_graph::models::ModelRef;
use dragfx_graph::param::{Param, ParamValue};

use super::ground::{Ground, USUAL};
use super::setting::Part;
use crate::declared;
use crate::failure::Failure;
use crate::ffi::param::{Param as HostParam, Params};
use crate::params::{Kind, Spec};

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

/// The published parameters that a host can show, and the names of the others.
pub(super) fn controls(document: &Document) -> (Vec<Control>, Vec<String>) {
    let (mut controls, mut unshown) = (Vec::new(), Vec::new());
    for published in document.published() {
        match control(document, published) {
            Some(control) => controls.push(control),
            None => unshown.push(published.name.clone()),
        }
    }
    (controls, unshown)
}

fn control(document: &Document, published: &Published) -> Option<Control> {
    let node = document.node(published.node)?;
    let decl = node.decl()?.find_param(&published.path.param)?;
    let param = node.params.get(&*decl.id);
    let own = param.map_or_else(|| decl.default_value(), |param| param.at(document.frames().first as f64));
    let part = match (published.path.item, own) {
        (None, own) => Shown::Whole(offered(document, decl, own, published.range)?),
        (Some((index, field)), ParamValue::Points(points)) => {
            let point = points.get(index)?;
            let place = |own| Shown::Place { own, model: model(document, node) };
            match field {
                PointField::Handle => place(point.handle),
                PointField::Target => place(point.target),
                PointField::Enabled => Shown::Enabled(point.enabled),
            }
        }
        (Some(_), _) => return None,
    };
    let or = |text: &str, other: &str| if text.is_empty() { other.to_owned() } else { text.to_owned() };
    let (label, doc) = match published.path.item {
        None => (&*decl.label, &*decl.doc),
        Some((_, PointField::Handle)) => (&*published.name, "What is dragged: it must lie on the picture."),
        Some((_, PointField::Target)) => (&*published.name, "Where it should go. It may lie outside of the picture."),
        Some((_, PointField::Enabled)) => (&*published.name, "Whether the point counts."),
    };
    Some(Control {
        name: published.name.clone(),
        label: or(&published.label, label),
        doc: or(&published.doc, doc),
        node: node.id,
        path: published.path.clone(),
        part,
        animates: decl.animates,
        is_animated: matches!(param, Some(Param::Animated(_))),
    })
}

/// A declaration with the preset's value for default, and its range where a host's controls end.
fn offered(document: &Document, decl: &ParamDecl, own: ParamValue, range: Option<[f64; 2]>) -> Option<ParamDecl> {
    let mut decl = decl.clone();
    match (&mut decl.kind, own) {
        (declare::Kind::Float { default, min, max, slider }, ParamValue::Float(own)) => {
            *default = own;
            if let Some([from, to]) = range.filter(|[from, to]| from < to) {
                *slider = (from.clamp(*min, *max), to.clamp(*min, *max));
            }
            if slider.0 >= slider.1 {
                *slider = (*min, *max);
            }
        }
        (declare::Kind::Int { default, min, max }, ParamValue::Int(own)) => {
            *default = own;
            if let Some([from, to]) = range {
                // What the preset says itself is always within.
                let (from, to) = ((from.ceil() as i64).max(*min).min(own), (to.floor() as i64).min(*max).max(own));
                (*min, *max) = (from, to);
            }
        }
        (declare::Kind::Bool { default }, ParamValue::Bool(own)) => *default = own,
        (declare::Kind::Choice { default, .. } | declare::Kind::Text { default }, ParamValue::Text(own)) => {
            *default = own.into();
        }
        (declare::Kind::File { .. }, ParamValue::Text(_)) => {}
        (declare::Kind::Model, ParamValue::Text(own)) => {
            // Empty stands for the preset's only one.
            let known = document.models().keys();
            let options: Vec<_> = known.map(|name| ChoiceDecl { id: name.clone().into(), doc: "".into() }).collect();
            let only = options.first().filter(|_| options.len() == 1).map(|only| only.id.clone());
            let default = if own.is_empty() { only? } else { own.into() };
            decl.kind = declare::Kind::Choice { default, options };
        }
        _ => return None,
    }
    Some(decl)
}

/// The model in whose pictures points of a node lie: that of a latent that what takes the points takes, too.
fn model(document: &Document, points: &Node) -> Option<ModelRef> {
    let reach = |from: Vec<NodeId>, next: &dyn Fn(NodeId) -> Vec<NodeId>| {
        let (mut found, mut open) = (BTreeSet::new(), from);
        while let Some(id) = open.pop() {
            if found.insert(id) {
                open.extend(next(id));
            }
        }
        found
    };
    let takers = reach(vec![points.id], &|id| document.wires_from(id).into_iter().map(|wire| wire.to).collect());
    let givers =
        reach(takers.into_iter().collect(), &|id| document.wires_into(id).into_iter().map(|wire| wire.from).collect());
    let named = givers.into_iter().filter_map(|id| document.node(id)).find(|node| node.type_id() == "latent");
    let name = match named?.params.get("model").map(|param| param.at(0.0)) {
        Some(ParamValue::Text(name)) => name,
        _ => String::new(),
    };
    ModelRef::find(document.models(), &name).ok().map(|(_, model)| model.clone())
}

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
            Shown::Place { .. } => Spec::new(name, label, Kind::Point { default: USUAL }, self.doc.clone()),
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
