//! Keyframes as marks on the ruler: those of all parameters at a frame are one mark.

use std::collections::BTreeSet;

use dragfx_graph::curve::{Curve, Interpolation, Key};
use dragfx_graph::document::{Document, Edit, NodeId, ParamPath};
use dragfx_graph::param::{Param, ParamValue};

/// The keyframes at a frame.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Mark {
    pub(crate) frame: f64,
    pub(crate) keys: Vec<KeyOf>,
}

/// A keyframe of a parameter.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct KeyOf {
    pub(crate) node: NodeId,
    pub(crate) param: String,
    pub(crate) interpolation: Interpolation,
    /// Whether there is anything between it and the next one, or it can only be held.
    pub(crate) interpolates: bool,
}

/// The marks of these nodes, or of all nodes if there are none of them, in the order of frames.
pub(crate) fn marks(document: &Document, nodes: &BTreeSet<NodeId>) -> Vec<Mark> {
    let mut marks: Vec<Mark> = Vec::new();
    for node in document.nodes().filter(|node| nodes.is_empty() || nodes.contains(&node.id)) {
        for (param, value) in &node.params {
            let Param::Animated(curve) = value else { continue };
            for key in curve.keys() {
                let interpolates = key.value.interpolates();
                let key_of =
                    KeyOf { node: node.id, param: param.clone(), interpolation: key.interpolation, interpolates };
                let at = marks.partition_point(|mark| mark.frame < key.frame);
                match marks.get_mut(at).filter(|mark| mark.frame == key.frame) {
                    Some(mark) => mark.keys.push(key_of),
                    None => marks.insert(at, Mark { frame: key.frame, keys: vec![key_of] }),
                }
            }
        }
    }
    marks
}

/// The frame of the next mark after a frame, or of the last one before it.
pub(crate) fn beside(marks: &[Mark], frame: i64, forward: bool) -> Option<i64> {
    let mut frames = marks.iter().map(|mark| mark.frame.round() as i64);
    if forward { frames.find(|next| *next > frame) } else { frames.rfind(|before| *before < frame) }
}

/// The edits that move a mark to another frame. A key of the same parameter that is there gives way.
pub(crate) fn moved(document: &Document, mark: &Mark, to: i64) -> Result<Vec<Edit>, String> {
    changed(document, mark, |keys, key| {
        keys.retain(|other| other.frame != to as f64);
        let at = keys.partition_point(|other| other.frame < to as f64);
        keys.insert(at, Key { frame: to as f64, ..key });
    })
}

/// The edits that delete a mark. The last key of a parameter leaves its value.
pub(crate) fn deleted(document: &Document, mark: &Mark) -> Result<Vec<Edit>, String> {
    changed(document, mark, |_, _| ())
}

/// The edits that give a mark's keys another way to the next ones; those that can only be held stay as they are.
pub(crate) fn interpolated(
    document: &Document,
    mark: &Mark,
    interpolation: Interpolation,
) -> Result<Vec<Edit>, String> {
    changed(document, mark, |keys, key| {
        let suits = interpolation == Interpolation::Hold || key.value.interpolates();
        let interpolation = if suits { interpolation } else { key.interpolation };
        let at = keys.partition_point(|other| other.frame < key.frame);
        keys.insert(at, Key { interpolation, ..key });
    })
}

/// Takes each key of a mark out of its curve, and lets `change` put something in its place.
fn changed(document: &Document, mark: &Mark, change: impl Fn(&mut Vec<Key>, Key)) -> Result<Vec<Edit>, String> {
    let mut edits = Vec::new();
    for of in &mark.keys {
        let Some(node) = document.node(of.node) else { continue };
        let mut keys = node.curve(&ParamPath::whole(&of.param)).map_or(&[][..], Curve::keys).to_vec();
        let Some(at) = keys.iter().position(|key| key.frame == mark.frame) else { continue };
        let key = keys.remove(at);
        let value: ParamValue = key.value.clone();
        change(&mut keys, key);
        let param = if keys.is_empty() {
            Param::Constant(value)
        } else {
            let curve = Curve::new(keys).map_err(|error| format!("{}.{}: {error}", node.name, of.param))?;
            Param::Animated(curve)
        };
        edits.push(Edit::SetParam { node: of.node, param: of.param.clone(), value: Some(param) });
    }
    Ok(edits)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing::document;

    /// A latent whose psi has keys at 1, 5 and 9, and its seed at 5; and a drag whose progress has one at 7.
    fn animated() -> (Document, Vec<NodeId>) {
        let (mut document, ids) = document(&["latent", "drag"]);
        for (node, param, frame, value) in [
            (0, "psi", 1.0, "0"),
            (0, "psi", 5.0, "1"),
            (0, "psi", 9.0, "0.5"),
            (0, "seed", 5.0, "3"),
            (1, "progress", 7.0, "1"),
        ] {
            let node = document.node(ids[node]).expect("a node");
            let edit = node.keyframe(&ParamPath::whole(param), frame, value, None).expect("a keyframe");
            document.apply(edit).expect("it is set");
        }
        (document, ids)
    }

    fn frames(marks: &[Mark]) -> Vec<f64> {
        marks.iter().map(|mark| mark.frame).collect()
    }

    fn apply(document: &mut Document, edits: Result<Vec<Edit>, String>) {
        for edit in edits.expect("edits") {
            document.apply(edit).expect("an edit");
        }
    }

    #[test]
    fn marks_are_those_of_the_selected_nodes_or_of_all() {
        let (document, ids) = animated();
        let all = marks(&document, &BTreeSet::new());
        assert_eq!(frames(&all), [1.0, 5.0, 7.0, 9.0]);
        assert_eq!(all[1].keys.len(), 2);
        assert_eq!(frames(&marks(&document, &BTreeSet::from([ids[1]]))), [7.0]);
        assert_eq!([beside(&all, 5, true), beside(&all, 5, false), beside(&all, 9, true)], [Some(7), Some(1), None]);
    }

    #[test]
    fn a_mark_moves_with_all_its_keys_and_replaces_what_is_there() {
        let (mut document, ids) = animated();
        let latent = BTreeSet::from([ids[0]]);
        let mark = marks(&document, &latent).swap_remove(1);
        let edits = moved(&document, &mark, 9);
        apply(&mut document, edits);
        let found = marks(&document, &latent);
        assert_eq!(frames(&found), [1.0, 9.0]);
        let params = document.node(ids[0]).expect("the latent").params_at(9.0);
        assert_eq!((params.float("psi"), params.int("seed")), (1.0, 3));
    }

    #[test]
    fn a_deleted_mark_leaves_the_value_of_a_last_key() {
        let (mut document, ids) = animated();
        let mark = marks(&document, &BTreeSet::new()).swap_remove(2);
        let edits = deleted(&document, &mark);
        apply(&mut document, edits);
        assert_eq!(
            document.node(ids[1]).expect("the drag").params["progress"],
            Param::Constant(ParamValue::Float(1.0))
        );
    }

    #[test]
    fn keys_of_a_mark_go_on_another_way() {
        let (mut document, ids) = animated();
        let mark = marks(&document, &BTreeSet::new()).swap_remove(0);
        let edits = interpolated(&document, &mark, Interpolation::Hold);
        apply(&mut document, edits);
        assert_eq!(document.node(ids[0]).expect("the latent").params_at(4.0).float("psi"), 0.0);
    }
}
