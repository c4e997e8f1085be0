//! A host's values in the place of a preset's.

use std::collections::BTreeMap;

use dragfx_engine::ImagePoint;
use dragfx_graph::curve::{Curve, Interpolation, Key};
use dragfx_graph::document::{Document, Edit, NodeId, ParamPath, PointField};
use dragfx_graph::param::{Param, ParamValue};

use crate::failure::Failure;

/// What a host says of a parameter, or of a part of a point in it.
#[derive(Clone, Debug, PartialEq)]
pub enum Part {
    /// The whole parameter.
    Whole(ParamValue),
    /// Where the point or its target is, image pixels.
    Place(ImagePoint),
    /// Whether the point counts.
    Enabled(bool),
}

/// What a host says of a parameter at the frames that count.
#[derive(Clone, Debug, PartialEq)]
pub struct Setting {
    /// The node.
    pub node: NodeId,
    /// The parameter, or the part of a point.
    pub path: ParamPath,
    /// What is said, for each of the frames.
    pub parts: Vec<Part>,
}

/// Sets what a host says at `frames`, which are in order, each once. Of a list of points the parts of which it says nothing
/// stay as they are at each of the frames.
///
/// # Errors
/// A value that the parameter does not take, in words.
pub fn apply(document: &mut Document, settings: &[Setting], frames: &[f64]) -> Result<(), Failure> {
    let mut by_param: BTreeMap<(NodeId, &str), Vec<&Setting>> = BTreeMap::new();
    for setting in settings {
        by_param.entry((setting.node, &*setting.path.param)).or_default().push(setting);
    }
    for ((node, param), settings) in by_param {
        let value = Some(value(document, node, param, &settings, frames)?);
        let edit = Edit::SetParam { node, param: param.to_owned(), value };
        document.apply(edit).map_err(|error| Failure::User(error.to_string()))?;
    }
    Ok(())
}

fn value(
    document: &Document,
    node: NodeId,
    param: &str,
    settings: &[&Setting],
    frames: &[f64],
) -> Result<Param, Failure> {
    let node = document.node(node);
    let decl = node.and_then(|node| node.decl()?.find_param(param));
    let (Some(node), Some(decl)) = (node, decl) else {
        return Err(Failure::User(format!("the preset has no parameter {param}")));
    };
    let old = |frame| node.params.get(param).map_or_else(|| decl.default_value(), |old| old.at(frame));
    let at = |(place, &frame): (usize, &f64)| {
        let value =
            settings.iter().fold(old(frame), |value, setting| setting.parts[place].within(value, &setting.path));
        (frame, value)
    };
    let mut values: Vec<(f64, ParamValue)> = frames.iter().enumerate().map(at).collect();
    values.dedup_by(|next, before| next.1 == before.1);
    if let [(_, only)] = values.as_slice() {
        return Ok(Param::Constant(only.clone()));
    }
    let key = |(frame, value)| Key { frame, value, interpolation: Interpolation::Hold };
    let curve = Curve::new(values.into_iter().map(key).collect());
    Ok(Param::Animated(curve.map_err(|error| Failure::User(format!("{}.{param}: {error}", node.name)))?))
}

impl Part {
    /// The parameter's value with this part in it.
    fn within(&self, value: ParamValue, path: &ParamPath) -> ParamValue {
        match (self, path.item, value) {
            (Self::Whole(whole), ..) => whole.clone(),
            (part, Some((index, field)), ParamValue::Points(mut points)) => {
                if let Some(point) = points.get_mut(index) {
                    match (part, field) {
                        (Self::Place(place), PointField::Handle) => point.handle = *place,
                        (Self::Place(place), PointField::Target) => point.target = *place,
                        (Self::Enabled(enabled), PointField::Enabled) => point.enabled = *enabled,
                        _ => {}
                    }
                }
                ParamValue::Points(points)
            }
            (_, _, value) => value,
        }
    }
}
