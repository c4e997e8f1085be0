//! Which parameter, or which part of a list of points: `seed`, `points.2.target`.

use std::fmt;
use std::str::FromStr;

use dragfx_engine::{ImagePoint, PointPair};
use serde_json::{Value as Json, json};

use super::node::NodeId;
use crate::declare::{Kind, ParamDecl};
use crate::param::{ParamError, ParamValue};

/// A parameter of a node, or a part of one point in it. As text: the parameter's id, and after it, for a part of a point,
/// its number from 1 and one of `handle`, `target` and `enabled`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ParamPath {
    /// The parameter.
    pub param: String,
    /// The point, from 0, and the part of it.
    pub item: Option<(usize, PointField)>,
}

/// A part of a point.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum PointField {
    /// Where it is.
    Handle,
    /// Where it should go.
    Target,
    /// Whether it counts.
    Enabled,
}

/// A parameter that stands for the whole graph: on the command line, in a plugin, in the editor's panel.
#[derive(Clone, Debug, PartialEq)]
pub struct Published {
    /// What it is called; no other one of the document has that name.
    pub name: String,
    /// The node.
    pub node: NodeId,
    /// The parameter.
    pub path: ParamPath,
    /// What people call it; empty for the parameter's own label.
    pub label: String,
    /// Least and most that is offered; the parameter's own range without it.
    pub range: Option<[f64; 2]>,
    /// What it does; empty for the parameter's own documentation.
    pub doc: String,
}

impl PointField {
    const NAMES: [(Self, &'static str); 3] =
        [(Self::Handle, "handle"), (Self::Target, "target"), (Self::Enabled, "enabled")];
}

impl ParamPath {
    /// A parameter as a whole.
    #[must_use]
    pub fn whole(param: &str) -> Self {
        Self { param: param.to_owned(), item: None }
    }

    /// What is there in the value of the parameter; `None` where the list has no such point.
    #[must_use]
    pub fn get(&self, value: &ParamValue) -> Option<Json> {
        let Some((index, field)) = self.item else { return serde_json::to_value(value).ok() };
        let ParamValue::Points(points) = value else { return None };
        let point = points.get(index)?;
        Some(match field {
            PointField::Handle => json!([point.handle.x, point.handle.y]),
            PointField::Target => json!([point.target.x, point.target.y]),
            PointField::Enabled => json!(point.enabled),
        })
    }

    /// The parameter's value after what a person typed for this part of it: as [`ParamValue::from_text`], and `X,Y` for a
    /// handle or a target. The point after the last is a new one, its handle and target in the same place at first.
    ///
    /// # Errors
    /// Another kind of value, or one out of range.
    pub fn with_text(&self, decl: &ParamDecl, old: &ParamValue, text: &str) -> Result<ParamValue, ParamError> {
        let Some((index, field)) = self.item else { return ParamValue::from_text(decl, text) };
        let (Kind::Points, ParamValue::Points(points)) = (&decl.kind, old) else {
            return Err(ParamError("it is no list of points".to_owned()));
        };
        if index > points.len() {
            let next = points.len() + 1;
            return Err(ParamError(format!("there are {} points; the next new one is {next}", points.len())));
        }
        let mut points = points.clone();
        if index == points.len() {
            let place = if field == PointField::Enabled { ImagePoint::new(0.0, 0.0) } else { read_point(text)? };
            points.push(PointPair::new(place, place));
        }
        match field {
            PointField::Handle => points[index].handle = read_point(text)?,
            PointField::Target => points[index].target = read_point(text)?,
            PointField::Enabled => {
                let enabled = text.parse().map_err(|_| ParamError(format!("`{text}` is no true or false")))?;
                points[index].enabled = enabled;
            }
        }
        Ok(ParamValue::Points(points))
    }
}

fn read_point(text: &str) -> Result<ImagePoint, ParamError> {
    let wrong = || ParamError(format!("`{text}` is no point: two numbers X,Y in image pixels"));
    let (x, y) = text.trim_matches(['[', ']']).split_once(',').ok_or_else(wrong)?;
    let number = |text: &str| text.trim().parse::<f64>().ok().filter(|number| number.is_finite()).ok_or_else(wrong);
    Ok(ImagePoint::new(number(x)?, number(y)?))
}

impl fmt::Display for ParamPath {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.param)?;
        let Some((index, field)) = self.item else { return Ok(()) };
        let name = PointField::NAMES.iter().find(|(known, _)| *known == field).map_or("", |(_, name)| name);
        write!(f, ".{}.{name}", index + 1)
    }
}

impl FromStr for ParamPath {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let mut parts = text.split('.');
        let param = parts.next().unwrap_or_default();
        let rest: Vec<&str> = parts.collect();
        let wrong = || format!("`{text}` is no parameter: write `seed`, or `points.1.target` for a part of a point");
        let item = match rest.as_slice() {
            [] => None,
            [number, field] => {
                let number = number.parse::<usize>().map_err(|_| wrong())?;
                let index = number.checked_sub(1).ok_or_else(|| format!("`{text}`: points count from 1"))?;
                let field = PointField::NAMES.iter().find(|(_, name)| name == field).ok_or_else(wrong)?;
                Some((index, field.0))
            }
            _ => return Err(wrong()),
        };
        if param.is_empty() { Err(wrong()) } else { Ok(Self { param: param.to_owned(), item }) }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn paths_are_read_and_written() {
        for text in ["seed", "points.1.handle", "points.12.target", "points.3.enabled"] {
            assert_eq!(text.parse::<ParamPath>().expect("a path").to_string(), text);
        }
        for text in ["", ".", "points.0.target", "points.1", "points.1.x", "points.-1.target", "a.1.target.x"] {
            assert!(text.parse::<ParamPath>().is_err(), "{text}");
        }
    }

    #[test]
    fn a_part_of_a_point_is_set() {
        let decl = ParamDecl::points("points", "Points", "");
        let path: ParamPath = "points.1.target".parse().expect("a path");
        let value = path.with_text(&decl, &ParamValue::Points(vec![]), "3.5, -2").expect("a point");
        assert_eq!(path.get(&value), Some(json!([3.5, -2.0])));
        let handle: ParamPath = "points.1.handle".parse().expect("a path");
        let value = handle.with_text(&decl, &value, "1,1").expect("a point");
        let expected = PointPair::new(ImagePoint::new(1.0, 1.0), ImagePoint::new(3.5, -2.0));
        assert_eq!(value, ParamValue::Points(vec![expected]));
        for wrong in ["3", "3,", "3,nan", "a,b"] {
            assert!(path.with_text(&decl, &value, wrong).is_err(), "{wrong}");
        }
        let far: ParamPath = "points.3.target".parse().expect("a path");
        let error = far.with_text(&decl, &value, "1,1").expect_err("there is no second point");
        assert_eq!(error.to_string(), "there are 1 points; the next new one is 2");
    }
}
