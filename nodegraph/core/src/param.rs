//! Values of parameters, constant or animated, and the text and JSON that stand for them.

use dragfx_engine::{ImagePoint, PointPair};
use serde::Serialize;
use serde_json::Value as Json;

use crate::curve::{Curve, Interpolation, Key};
use crate::declare::{Kind, ParamDecl};
use crate::shape::{self, Shape};

/// A parameter of a node.
#[derive(Clone, Debug, PartialEq)]
pub enum Param {
    /// The same at every frame.
    Constant(ParamValue),
    /// A value that changes over frames.
    Animated(Curve),
}

/// The value of a parameter at a frame.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[serde(untagged)]
pub enum ParamValue {
    /// A number; finite.
    Float(f64),
    /// A whole number.
    Int(i64),
    /// Yes or no.
    Bool(bool),
    /// A text, a choice's id, a path, or a model's name.
    Text(String),
    /// Pairs of handle and target.
    Points(Vec<PointPair>),
    /// Shapes of a mask.
    Shapes(Vec<Shape>),
}

/// Why a value does not suit a parameter; said without the parameter's name, which the caller knows.
#[derive(Clone, Debug, PartialEq, thiserror::Error)]
#[error("{0}")]
pub struct ParamError(pub String);

impl Param {
    /// The value at `frame`.
    #[must_use]
    pub fn at(&self, frame: f64) -> ParamValue {
        match self {
            Self::Constant(value) => value.clone(),
            Self::Animated(curve) => curve.at(frame),
        }
    }

    /// As JSON: the value itself, or `{"keys": [...]}`.
    #[must_use]
    pub fn to_json(&self) -> Json {
        let written = match self {
            Self::Constant(value) => serde_json::to_value(value),
            Self::Animated(curve) => serde_json::to_value(curve),
        };
        written.expect("finite numbers and texts are JSON")
    }

    /// Reads JSON for a parameter of this declaration.
    ///
    /// # Errors
    /// Another kind of value, one out of range, or keyframes where the parameter does not animate.
    pub fn from_json(decl: &ParamDecl, json: &Json) -> Result<Self, ParamError> {
        let Some(keys) = json.as_object().and_then(|object| object.get("keys")) else {
            return Ok(Self::Constant(ParamValue::from_json(decl, json)?));
        };
        if json.as_object().is_some_and(|object| object.len() > 1) {
            return Err(ParamError("an animated value has `keys` and nothing else".to_owned()));
        }
        let keys = keys.as_array().ok_or_else(|| ParamError("`keys` must be a list of keyframes".to_owned()))?;
        let keys = keys.iter().map(|key| read_key(decl, key)).collect::<Result<Vec<_>, _>>()?;
        let animated = Self::Animated(Curve::new(keys).map_err(|error| ParamError(error.to_string()))?);
        animated.check(decl)?;
        Ok(animated)
    }

    /// Checks kind and range of the value, or of each key's.
    ///
    /// # Errors
    /// As [`from_json`](Self::from_json).
    pub fn check(&self, decl: &ParamDecl) -> Result<(), ParamError> {
        match self {
            Self::Constant(value) => value.check(decl),
            Self::Animated(_) if !decl.animates => Err(ParamError("it cannot be animated".to_owned())),
            Self::Animated(curve) => curve.keys().iter().try_for_each(|key| {
                key.value.check(decl).map_err(|error| ParamError(format!("at frame {}: {error}", key.frame)))
            }),
        }
    }
}

fn read_key(decl: &ParamDecl, json: &Json) -> Result<Key, ParamError> {
    let wrong = |reason: &str| ParamError(format!("a keyframe {reason}"));
    let object = json.as_object().ok_or_else(|| wrong("must be an object with `frame` and `value`"))?;
    let frame = object.get("frame").and_then(Json::as_f64).ok_or_else(|| wrong("has no number `frame`"))?;
    let value = object.get("value").ok_or_else(|| wrong("has no `value`"))?;
    let mut rest = object.clone();
    rest.retain(|name, _| name != "frame" && name != "value");
    let value = ParamValue::from_json(decl, value)?;
    let interpolation = if rest.is_empty() {
        // What a person leaves out is the usual way for the kind of value.
        if value.interpolates() { Interpolation::Linear } else { Interpolation::Hold }
    } else {
        let members = rest.len();
        let way = serde_json::from_value(rest.into()).map_err(|error| wrong(&format!("at {frame}: {error}")))?;
        if members > 1 && !matches!(way, Interpolation::Bezier { .. }) {
            return Err(wrong(&format!("at {frame} has more than its way of interpolation has")));
        }
        way
    };
    Ok(Key { frame, value, interpolation })
}

impl ParamValue {
    /// Whether there is anything between two such values.
    #[must_use]
    pub fn interpolates(&self) -> bool {
        matches!(self, Self::Float(_) | Self::Int(_) | Self::Points(_))
    }

    /// The value a part of the way to `other`; itself where there is nothing in between.
    pub(crate) fn mixed(&self, other: &Self, part: f64) -> Self {
        let mix = |a: f64, b: f64| a + part * (b - a);
        match (self, other) {
            (Self::Float(a), Self::Float(b)) => Self::Float(mix(*a, *b)),
            (Self::Int(a), Self::Int(b)) => Self::Int(mix(*a as f64, *b as f64).round() as i64),
            (Self::Points(a), Self::Points(b)) if a.len() == b.len() => {
                let between = |a: ImagePoint, b: ImagePoint| ImagePoint::new(mix(a.x, b.x), mix(a.y, b.y));
                let points = a.iter().zip(b).map(|(a, b)| PointPair {
                    handle: between(a.handle, b.handle),
                    target: between(a.target, b.target),
                    ..a.clone()
                });
                Self::Points(points.collect())
            }
            _ => self.clone(),
        }
    }

    /// A number, cut to the range of its declaration.
    pub(crate) fn within(self, decl: &ParamDecl) -> Self {
        match (self, &decl.kind) {
            (Self::Float(value), Kind::Float { min, max, .. }) => Self::Float(value.clamp(*min, *max)),
            (Self::Int(value), Kind::Int { min, max, .. }) => Self::Int(value.clamp(*min, *max)),
            (value, _) => value,
        }
    }

    /// A number with something added.
    pub(crate) fn raised(self, by: f64) -> Self {
        match self {
            Self::Float(value) => Self::Float(value + by),
            Self::Int(value) => Self::Int((value as f64 + by).round() as i64),
            other => other,
        }
    }

    /// Reads JSON for a parameter of this declaration.
    ///
    /// # Errors
    /// Another kind of value, or one out of range.
    pub fn from_json(decl: &ParamDecl, json: &Json) -> Result<Self, ParamError> {
        let value = match &decl.kind {
            Kind::Float { .. } => json.as_f64().map(Self::Float),
            Kind::Int { .. } => json.as_i64().or_else(|| whole(json.as_f64()?)).map(Self::Int),
            Kind::Bool { .. } => json.as_bool().map(Self::Bool),
            Kind::Choice { .. } | Kind::Text { .. } | Kind::File { .. } | Kind::Model => {
                json.as_str().map(|text| Self::Text(text.to_owned()))
            }
            Kind::Points => return checked(decl, serde_json::from_value(json.clone()).map(Self::Points)),
            Kind::Shapes => {
                // serde cannot refuse unknown members of what is flattened.
                let members =
                    json.as_array().into_iter().flatten().filter_map(Json::as_object).flat_map(|shape| shape.keys());
                if let Some(unknown) = members.into_iter().find(|member| !shape::MEMBERS.contains(&member.as_str())) {
                    return Err(ParamError(format!("a shape has no `{unknown}`")));
                }
                return checked(decl, serde_json::from_value(json.clone()).map(Self::Shapes));
            }
        };
        let value = value.ok_or_else(|| ParamError(format!("{} is no {}", shortened(json), decl.kind.name())))?;
        value.check(decl)?;
        Ok(value)
    }

    /// Reads what a person types: a number, `true` or `false`, a text, or JSON for lists.
    ///
    /// # Errors
    /// Another kind of value, or one out of range.
    pub fn from_text(decl: &ParamDecl, text: &str) -> Result<Self, ParamError> {
        let json = match decl.kind {
            Kind::Choice { .. } | Kind::Text { .. } | Kind::File { .. } | Kind::Model => Json::from(text),
            _ => serde_json::from_str(text).map_err(|_| ParamError(format!("`{text}` is no {}", decl.kind.name())))?,
        };
        Self::from_json(decl, &json)
    }

    /// Checks kind and range.
    ///
    /// # Errors
    /// Another kind of value, or one out of range.
    pub fn check(&self, decl: &ParamDecl) -> Result<(), ParamError> {
        let fail = |reason: String| Err(ParamError(reason));
        match (&decl.kind, self) {
            (Kind::Float { min, max, .. }, Self::Float(value)) => {
                if value.is_finite() && (*min..=*max).contains(value) {
                    return Ok(());
                }
                fail(format!("it is {value}; it must lie between {min} and {max}"))
            }
            (Kind::Int { min, max, .. }, Self::Int(value)) => {
                if (*min..=*max).contains(value) {
                    return Ok(());
                }
                fail(format!("it is {value}; it must lie between {min} and {max}"))
            }
            (Kind::Choice { options, .. }, Self::Text(value)) => {
                if options.iter().any(|option| option.id == *value) {
                    return Ok(());
                }
                let known: Vec<_> = options.iter().map(|option| &*option.id).collect();
                fail(format!("there is no choice `{value}`; there are {}", known.join(", ")))
            }
            (Kind::Bool { .. }, Self::Bool(_))
            | (Kind::Text { .. } | Kind::File { .. } | Kind::Model, Self::Text(_)) => Ok(()),
            (Kind::Points, Self::Points(points)) => {
                let numbers = points.iter().flat_map(|p| [p.handle.x, p.handle.y, p.target.x, p.target.y]);
                all_finite("point", numbers)
            }
            (Kind::Shapes, Self::Shapes(shapes)) => {
                shapes.iter().try_for_each(|shape| shape.check().map_err(ParamError))
            }
            (kind, _) => fail(format!("it is no {}", kind.name())),
        }
    }
}

fn checked(decl: &ParamDecl, read: serde_json::Result<ParamValue>) -> Result<ParamValue, ParamError> {
    let value = read.map_err(|error| ParamError(format!("it is no {}: {error}", decl.kind.name())))?;
    value.check(decl)?;
    Ok(value)
}

fn all_finite(what: &str, numbers: impl IntoIterator<Item = f64>) -> Result<(), ParamError> {
    match numbers.into_iter().find(|number| !number.is_finite()) {
        Some(number) => Err(ParamError(format!("a {what} has the number {number}"))),
        None => Ok(()),
    }
}

/// A float that is a whole number: some programs write 3 as 3.0.
fn whole(value: f64) -> Option<i64> {
    (value.fract() == 0.0 && value.abs() < 9e15).then_some(value as i64)
}

/// JSON short enough for a message.
fn shortened(json: &Json) -> String {
    let text = json.to_string();
    match text.char_indices().nth(40) {
        Some((end, _)) => format!("`{}…`", &text[..end]),
        None => format!("`{text}`"),
    }
}
