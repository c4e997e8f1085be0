//! What a change of points means for the document: functions of a document to edits.

use dragfx_engine::{ImagePoint, PointPair};
use dragfx_graph::curve::{Curve, CurveError, Key};
use dragfx_graph::document::{Document, Edit, EditError, Node, NodeId};
use dragfx_graph::param::{Param, ParamValue};
use dragfx_graph::registry::Registry;

use super::draft::{Draft, before};
use super::subject::{Handles, Source, Subject};
use crate::desk::View;

/// A change of a drag's points. Points count from 0 here, and from 1 for people.
#[derive(Clone, Debug, PartialEq)]
pub(crate) enum PointChange {
    /// One more.
    Add(PointPair),
    /// A handle elsewhere.
    Handle(usize, ImagePoint),
    /// A target elsewhere.
    Target(usize, ImagePoint),
    /// A point that counts, or does not.
    Enable(usize, bool),
    /// One less.
    Remove(usize),
}

/// Edits that are made together.
#[derive(Debug)]
pub(crate) struct Change {
    /// What they are, for the menu.
    pub(crate) label: String,
    /// The edits.
    pub(crate) edits: Vec<Edit>,
    /// What is looked at afterwards, if it is something else.
    pub(crate) look: Option<View>,
}

/// Why points or a mask cannot be changed in the picture that is shown.
#[derive(Clone, Debug, PartialEq, thiserror::Error)]
pub(crate) enum Refusal {
    /// No generator paints the picture.
    #[error("only pictures of a generator can be dragged: show one, or add a Latent and a Generate node")]
    NotGenerated,
    /// A node in between moves pixels.
    #[error("the points of `{drag}` are not pixels of this picture, as `{by}` moves them: show `{drag}` to edit them")]
    Moved {
        /// The Drag node.
        drag: String,
        /// The node in between.
        by: String,
    },
    /// Another node computes what is to be edited.
    #[error("`{by}` computes the {what} of `{drag}`: disconnect it to draw here")]
    Computed {
        /// `points` or `mask`.
        what: &'static str,
        /// The Drag node.
        drag: String,
        /// The node that computes it.
        by: String,
    },
    /// A mask is that of a drag.
    #[error("a mask holds what a drag must not change: drag a point first")]
    NoDrag,
    /// There is nothing to take away from.
    #[error("there is no mask yet: paint what may change first")]
    NoMask,
    /// Keyframes that would not fit.
    #[error("the keyframes of the points do not allow it: {0}")]
    Keys(#[from] CurveError),
    /// The document refuses.
    #[error(transparent)]
    Edit(#[from] EditError),
}

impl PointChange {
    /// What it is, for the menu.
    pub(crate) fn label(&self, points: usize) -> String {
        match self {
            Self::Add(_) => format!("Add point {}", points + 1),
            Self::Handle(index, _) => format!("Move handle {}", index + 1),
            Self::Target(index, _) => format!("Move target {}", index + 1),
            Self::Enable(index, true) => format!("Enable point {}", index + 1),
            Self::Enable(index, false) => format!("Disable point {}", index + 1),
            Self::Remove(index) => format!("Delete point {}", index + 1),
        }
    }

    /// Makes it. A point that is not there is not changed.
    pub(crate) fn apply(&self, points: &mut Vec<PointPair>) {
        let index = match self {
            Self::Add(pair) => return points.push(pair.clone()),
            Self::Remove(index) | Self::Handle(index, _) | Self::Target(index, _) | Self::Enable(index, _) => *index,
        };
        let Some(point) = points.get_mut(index) else { return };
        match self {
            Self::Handle(_, place) => point.handle = *place,
            Self::Target(_, place) => point.target = *place,
            Self::Enable(_, enabled) => point.enabled = *enabled,
            Self::Add(_) | Self::Remove(_) => drop(points.remove(index)),
        }
    }

    /// Whether it is one of the list, and not of where its points are: with keyframes, that of each.
    fn is_of_list(&self) -> bool {
        matches!(self, Self::Add(_) | Self::Remove(_) | Self::Enable(..))
    }
}

/// Changes the points that are dragged in `view`. With `here`, the points as they are on a picture that was dragged, a new
/// drag goes on from there; else the points of the drag itself change. A picture without a drag gets one.
///
/// # Errors
/// See [`Refusal`].
pub(crate) fn change_points(
    document: &Document,
    registry: &Registry,
    view: &View,
    frame: f64,
    here: Option<&[PointPair]>,
    change: &PointChange,
) -> Result<Change, Refusal> {
    let mut draft = Draft::of(document, registry);
    match (Subject::of(document, view), here) {
        (Subject::Drag(handles), Some(here)) => {
            let mut points = here.to_vec();
            let label = change.label(points.len());
            change.apply(&mut points);
            let drag = follow(&mut draft, &handles, points)?;
            Ok(Change { label, edits: draft.finish(), look: moved(view, handles.drag, drag) })
        }
        (Subject::Drag(handles), None) => {
            let label = change_own(&mut draft, &handles, frame, change)?;
            Ok(Change { label, edits: draft.finish(), look: None })
        }
        (Subject::Latent { wire }, _) => {
            let place = draft.room_behind(wire.from)?;
            let drag = draft.insert("drag", place, [])?;
            draft.connect(wire.from, &wire.output, drag, "latent")?;
            draft.reroute(&wire, drag, "latent")?;
            let mut points = Vec::new();
            change.apply(&mut points);
            add_points(&mut draft, drag, points)?;
            let look = Some(View { node: drag, output: "image".to_owned() });
            Ok(Change { label: "Drag this picture".to_owned(), edits: draft.finish(), look })
        }
        (subject, _) => Err(refusal(document, &subject)),
    }
}

/// A new drag that goes on where the drag of `view` is now, at `here`, with nothing else changed.
///
/// # Errors
/// See [`Refusal`].
pub(crate) fn go_on(
    document: &Document,
    registry: &Registry,
    view: &View,
    here: &[PointPair],
) -> Result<Change, Refusal> {
    let subject = Subject::of(document, view);
    let handles = subject.handles().ok_or_else(|| refusal(document, &subject))?;
    let mut draft = Draft::of(document, registry);
    let drag = follow(&mut draft, handles, here.to_vec())?;
    let look = moved(view, handles.drag, drag);
    Ok(Change { label: "Go on from here".to_owned(), edits: draft.finish(), look })
}

/// The edit that moves the drag to a part of its way: a keyframe where progress has some.
pub(crate) fn set_progress(drag: &Node, frame: f64, progress: f64) -> Result<Edit, Refusal> {
    set_at(drag, "progress", frame, ParamValue::Float(progress))
}

/// The edit that sets a parameter: at this frame only where it has keyframes.
pub(super) fn set_at(node: &Node, param: &str, frame: f64, value: ParamValue) -> Result<Edit, Refusal> {
    let value = match node.params.get(param) {
        Some(Param::Animated(curve)) => Param::Animated(curve.with_key(key_at(curve, frame, value))?),
        _ => Param::Constant(value),
    };
    Ok(Edit::SetParam { node: node.id, param: param.to_owned(), value: Some(value) })
}

/// Why nothing can be edited in a picture.
pub(super) fn refusal(document: &Document, subject: &Subject) -> Refusal {
    match subject {
        Subject::Moved { drag, by } => Refusal::Moved { drag: name(document, *drag), by: name(document, *by) },
        _ => Refusal::NotGenerated,
    }
}

/// What a node is called.
pub(super) fn name(document: &Document, node: NodeId) -> String {
    document.node(node).map_or_else(|| node.to_string(), |node| node.name.clone())
}

/// A drag behind another one, which takes over what that one gave.
fn follow(draft: &mut Draft<'_>, old: &Handles, points: Vec<PointPair>) -> Result<NodeId, Refusal> {
    let consumers = draft.document().wires_from(old.drag);
    let place = draft.room_behind(old.drag)?;
    // How far the old one went is its own affair.
    let own = ["progress", "max_steps", "warm_start", "first_frame"];
    let settings = draft.document().node(old.drag).map(|node| node.params.clone()).unwrap_or_default();
    let drag = draft.insert("drag", place, [])?;
    for (param, value) in settings.into_iter().filter(|(param, _)| !own.contains(&&**param)) {
        draft.make(Edit::SetParam { node: drag, param, value: Some(value) })?;
    }
    for wire in consumers {
        draft.reroute(&wire, drag, &wire.output)?;
    }
    draft.connect(old.drag, "latent", drag, "latent")?;
    let mask = draft.document().wires_into(old.drag).into_iter().find(|wire| wire.input == "mask");
    if let Some(mask) = mask {
        draft.connect(mask.from, &mask.output, drag, "mask")?;
    }
    add_points(draft, drag, points)?;
    Ok(drag)
}

/// Points of its own for a drag that has none.
fn add_points(draft: &mut Draft<'_>, drag: NodeId, points: Vec<PointPair>) -> Result<(), Refusal> {
    let place = before(draft.document(), drag);
    let node = draft.insert("points", place, [("points", ParamValue::Points(points))])?;
    Ok(draft.connect(node, "points", drag, "points")?)
}

/// Changes a drag's own points, and says what it did.
fn change_own(draft: &mut Draft<'_>, handles: &Handles, frame: f64, change: &PointChange) -> Result<String, Refusal> {
    let label = match handles.points {
        Source::Own(points) => {
            let node = draft.document().node(points).ok_or(EditError::NoSuchNode(points.to_string()))?;
            let label = change.label(node.params_at(frame).points("points").len());
            let edit = changed(node, frame, change)?;
            draft.make(edit)?;
            label
        }
        Source::None => {
            let mut points = Vec::new();
            change.apply(&mut points);
            add_points(draft, handles.drag, points)?;
            change.label(0)
        }
        Source::Other(by) => {
            let (drag, by) = (name(draft.document(), handles.drag), name(draft.document(), by));
            return Err(Refusal::Computed { what: "points", drag, by });
        }
    };
    // With other points it is another way, and one wants to see its end.
    if let Some(Param::Constant(_)) = draft.document().node(handles.drag).and_then(|node| node.params.get("progress")) {
        draft.make(Edit::SetParam { node: handles.drag, param: "progress".to_owned(), value: None })?;
    }
    Ok(label)
}

/// The edit of a Points node. Where it has keyframes, places change at the frame, and the list at all of them: between
/// keys it must be the same.
fn changed(node: &Node, frame: f64, change: &PointChange) -> Result<Edit, Refusal> {
    let with = |value: &ParamValue| {
        let mut points = if let ParamValue::Points(points) = value { points.clone() } else { Vec::new() };
        change.apply(&mut points);
        ParamValue::Points(points)
    };
    match node.params.get("points") {
        Some(Param::Animated(curve)) if change.is_of_list() => {
            let keys = curve.keys().iter().map(|key| Key { value: with(&key.value), ..key.clone() });
            let value = Some(Param::Animated(Curve::new(keys.collect())?));
            Ok(Edit::SetParam { node: node.id, param: "points".to_owned(), value })
        }
        _ => {
            let now = node.params_at(frame).points("points").to_vec();
            set_at(node, "points", frame, with(&ParamValue::Points(now)))
        }
    }
}

/// A key at `frame` that goes on as the curve does there.
fn key_at(curve: &Curve, frame: f64, value: ParamValue) -> Key {
    let before = curve.keys().iter().rev().find(|key| key.frame <= frame).or(curve.keys().first());
    let interpolation = before.map(|key| key.interpolation).unwrap_or_default();
    Key { frame, value, interpolation }
}

/// What is looked at when one drag takes another one's place.
fn moved(view: &View, from: NodeId, to: NodeId) -> Option<View> {
    (view.node == from).then(|| View { node: to, output: view.output.clone() })
}

#[cfg(test)]
mod tests;
