//! A host's values in the place of a preset's.

use std::collections::BTreeMap;

use dragfx_engine::{ImagePoint, PointPair};
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

/// Disables all points, so that a drag stays where it starts.
///
/// # Errors
/// As [`apply`].
pub fn disable_points(document: &mut Document) -> Result<(), Failure> {
    let disabled = |mut points: Vec<PointPair>| {
        points.iter_mut().for_each(|point| point.enabled = false);
        Some(Param::Constant(ParamValue::Points(points)))
    };
    let edits = document.nodes().flat_map(|node| {
        node.params.iter().filter_map(|(param, value)| match value.at(0.0) {
            ParamValue::Points(points) => {
                Some(Edit::SetParam { node: node.id, param: param.clone(), value: disabled(points) })
            }
            _ => None,
        })
    });
    let edits: Vec<Edit> = edits.collect();
    edits.into_iter().try_for_each(|edit| {
        document.apply(edit).map_err(|error| Failure::User(error.to_string()))?;
        Ok(())
    })
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

#[cfg(test)]
mod tests {
    use dragfx_graph::preset;

    use super::*;
    use crate::declared;

    const GRAPH: &str = r#"{ "dragfx": 1, "nodes": [
        { "id": 1, "name": "seed", "type": "latent", "version": 1, "params": { "seed": 7 } },
        { "id": 2, "name": "points", "type": "points", "version": 1, "params": { "points": { "keys": [
            { "frame": 1, "value": [{ "handle": { "x": 0, "y": 0 }, "target": { "x": 10, "y": 10 } }] },
            { "frame": 3, "value": [{ "handle": { "x": 2, "y": 2 }, "target": { "x": 30, "y": 30 } }] }
        ] } } }
    ] }"#;

    /// What the points are at a frame: x of the handle, x of the target, and whether it counts.
    fn points(document: &Document, frame: f64) -> (f64, f64, bool) {
        match document.by_name("points").expect("a node").params["points"].at(frame) {
            ParamValue::Points(points) => (points[0].handle.x, points[0].target.x, points[0].enabled),
            other => panic!("{other:?}"),
        }
    }

    fn setting(node: u32, path: &str, parts: Vec<Part>) -> Setting {
        Setting { node: NodeId(node), path: path.parse().expect("a path"), parts }
    }

    #[test]
    fn a_part_of_a_point_leaves_the_others_their_keyframes() {
        let place = |x: f64| Part::Place(ImagePoint::new(x, 0.0));
        let handle = setting(2, "points.1.handle", vec![place(5.0), place(6.0), place(7.0)]);
        let enabled =
            setting(2, "points.1.enabled", vec![Part::Enabled(true), Part::Enabled(false), Part::Enabled(true)]);
        let mut document = preset::from_text(GRAPH, declared::registry()).expect("a preset");
        apply(&mut document, &[handle, enabled], &[1.0, 2.0, 3.0]).expect("points");
        let found = [1.0, 2.0, 3.0].map(|frame| points(&document, frame));
        assert_eq!(found, [(5.0, 10.0, true), (6.0, 20.0, false), (7.0, 30.0, true)]);
    }

    #[test]
    fn what_is_the_same_at_all_frames_has_no_keyframes() {
        let seed = |values: [i64; 2]| setting(1, "seed", values.map(|seed| Part::Whole(ParamValue::Int(seed))).into());
        for (values, expected) in [([4, 4], true), ([4, 5], false)] {
            let mut document = preset::from_text(GRAPH, declared::registry()).expect("a preset");
            apply(&mut document, &[seed(values)], &[1.0, 2.0]).expect("a seed");
            let param = &document.by_name("seed").expect("a node").params["seed"];
            assert_eq!(matches!(param, Param::Constant(_)), expected, "{values:?}");
            assert_eq!([param.at(1.0), param.at(2.0)], values.map(ParamValue::Int));
        }
    }

    #[test]
    fn what_a_parameter_does_not_take_is_an_error() {
        let mut document = preset::from_text(GRAPH, declared::registry()).expect("a preset");
        let wrong = [
            (setting(1, "seed", vec![Part::Whole(ParamValue::Int(-1))]), "seed.seed: it is -1"),
            (setting(1, "space", vec![Part::Whole(ParamValue::Text("z".to_owned()))]), "there is no choice `z`"),
            (setting(9, "seed", vec![Part::Whole(ParamValue::Int(1))]), "the preset has no parameter seed"),
        ];
        for (setting, expected) in wrong {
            let error = apply(&mut document, &[setting], &[1.0]).expect_err(expected).to_string();
            assert!(error.contains(expected), "{error}");
        }
    }
}
