//! What painting means for the document: functions of a document to edits.

use dragfx_graph::document::{Document, Edit, NodeId};
use dragfx_graph::param::{Param, ParamValue};
use dragfx_graph::registry::Registry;
use dragfx_graph::shape::{Outline, Shape, ShapeOp};

use super::draft::{Draft, before};
use super::edit::{Change, Refusal, name, refusal};
use super::subject::{Source, Subject, drags_behind, is_kind};
use crate::desk::View;

/// The Mask node that is painted in `view`: the picture's own, or that of its drag.
pub(crate) fn mask_of(document: &Document, view: &View) -> Source {
    match document.node(view.node) {
        Some(node) if is_kind(node, "mask") => Source::Own(view.node),
        _ => Subject::of(document, view).handles().map_or(Source::None, |handles| handles.mask),
    }
}

/// Draws a shape into the mask of `view`, whose picture is `size` (width, height). A drag without a mask gets one.
///
/// # Errors
/// See [`Refusal`].
pub(crate) fn paint(
    document: &Document,
    registry: &Registry,
    view: &View,
    size: [usize; 2],
    shape: Shape,
) -> Result<Change, Refusal> {
    let label = label(&shape);
    let mut draft = Draft::of(document, registry);
    let mask = match mask_of(document, view) {
        Source::Own(mask) => own(&mut draft, view, mask)?,
        Source::Other(by) => {
            let drag = Subject::of(document, view).handles().map_or(view.node, |handles| handles.drag);
            return Err(Refusal::Computed { what: "mask", drag: name(document, drag), by: name(document, by) });
        }
        Source::None if shape.op == ShapeOp::Subtract => return Err(Refusal::NoMask),
        Source::None => {
            let subject = Subject::of(document, view);
            let drag = subject.handles().ok_or_else(|| mask_refusal(document, &subject))?.drag;
            let place = before(draft.document(), drag);
            let [width, height] = size.map(|pixels| ParamValue::Int(pixels as i64));
            let mask = draft.insert("mask", place, [("width", width), ("height", height)])?;
            draft.connect(mask, "mask", drag, "mask")?;
            mask
        }
    };
    let mut shapes = shapes(draft.document(), mask);
    shapes.push(shape);
    draft.make(set(mask, shapes))?;
    Ok(Change { label, edits: draft.finish(), look: None })
}

/// Takes all that was painted out of the mask of `view`; nothing if there is none.
///
/// # Errors
/// See [`Refusal`].
pub(crate) fn clear(document: &Document, registry: &Registry, view: &View) -> Result<Option<Change>, Refusal> {
    let mask = mask_of(document, view).own().filter(|&mask| !shapes(document, mask).is_empty());
    let Some(mask) = mask else { return Ok(None) };
    let mut draft = Draft::of(document, registry);
    let mask = own(&mut draft, view, mask)?;
    draft.make(set(mask, Vec::new()))?;
    Ok(Some(Change { label: "Clear mask".to_owned(), edits: draft.finish(), look: None }))
}

/// The mask itself, or if drags that are done read it too, a copy for this drag alone: theirs would be another way with
/// another mask.
fn own(draft: &mut Draft<'_>, view: &View, mask: NodeId) -> Result<NodeId, Refusal> {
    let Some(drag) = Subject::of(draft.document(), view).handles().map(|handles| handles.drag) else { return Ok(mask) };
    let earlier = drags_behind(draft.document(), drag).split_off(1);
    if !draft.document().wires_from(mask).iter().any(|wire| earlier.contains(&wire.to)) {
        return Ok(mask);
    }
    let copy = draft.copy(mask)?;
    draft.connect(copy, "mask", drag, "mask")?;
    Ok(copy)
}

fn shapes(document: &Document, mask: NodeId) -> Vec<Shape> {
    // Shapes have no keyframes: any frame will do.
    document.node(mask).map(|node| node.params_at(0.0).shapes("shapes").to_vec()).unwrap_or_default()
}

fn set(node: NodeId, shapes: Vec<Shape>) -> Edit {
    let value = (!shapes.is_empty()).then_some(Param::Constant(ParamValue::Shapes(shapes)));
    Edit::SetParam { node, param: "shapes".to_owned(), value }
}

fn mask_refusal(document: &Document, subject: &Subject) -> Refusal {
    match subject {
        Subject::Latent { .. } => Refusal::NoDrag,
        other => refusal(document, other),
    }
}

fn label(shape: &Shape) -> String {
    match (&shape.outline, shape.op) {
        (Outline::Stroke { .. }, ShapeOp::Add) => "Paint mask",
        (Outline::Stroke { .. }, _) => "Erase mask",
        (Outline::Ellipse { .. }, _) => "Draw ellipse",
        (Outline::Rectangle { .. }, _) => "Draw rectangle",
        (Outline::Polygon { .. }, _) => "Draw polygon",
    }
    .to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::viewer::edit::go_on;
    use crate::viewer::testing::{Graph, view};

    fn dab(x: f64, op: ShapeOp) -> Shape {
        Shape { outline: Outline::Stroke { points: vec![[x, x]], radius: 4.0 }, op }
    }

    fn dragged() -> Graph {
        Graph::of(&[("latent", &[]), ("points", &[]), ("drag", &["latent1.latent", "points1.points"])])
    }

    fn painted(mut graph: Graph, node: &str, shape: Shape) -> Graph {
        let change = paint(&graph.document, &graph.registry, &view(&graph, node), [256, 128], shape).expect("a change");
        change.edits.into_iter().for_each(|edit| graph.make(edit));
        graph
    }

    #[test]
    fn the_first_stroke_makes_a_mask_of_the_pictures_size_and_others_join_it() {
        let graph = painted(dragged(), "drag1", dab(9.0, ShapeOp::Add));
        assert_eq!(graph.source("drag1", "mask").as_deref(), Some("mask1.mask"));
        let params = graph.node("mask1").params_at(1.0);
        assert_eq!((params.int("width"), params.int("height")), (256, 128));
        let graph = painted(graph, "drag1", dab(5.0, ShapeOp::Subtract));
        let drawn = shapes(&graph.document, graph.id("mask1"));
        assert_eq!(drawn, [dab(9.0, ShapeOp::Add), dab(5.0, ShapeOp::Subtract)]);
        let graph = painted(graph, "mask1", dab(7.0, ShapeOp::Add));
        assert_eq!(shapes(&graph.document, graph.id("mask1")).len(), 3, "a mask that is looked at is painted in");
        let cleared = clear(&graph.document, &graph.registry, &view(&graph, "drag1")).expect("a change");
        let mut graph = graph;
        cleared.expect("there is something").edits.into_iter().for_each(|edit| graph.make(edit));
        assert!(shapes(&graph.document, graph.id("mask1")).is_empty());
        assert!(clear(&graph.document, &graph.registry, &view(&graph, "drag1")).expect("no error").is_none());
    }

    #[test]
    fn the_mask_of_a_drag_that_is_done_is_left_as_it_is() {
        let mut graph = painted(dragged(), "drag1", dab(9.0, ShapeOp::Add));
        let on = go_on(&graph.document, &graph.registry, &view(&graph, "drag1"), &[]).expect("a change");
        on.edits.into_iter().for_each(|edit| graph.make(edit));
        let graph = painted(graph, "drag2", dab(5.0, ShapeOp::Add));
        assert_eq!(graph.source("drag1", "mask").as_deref(), Some("mask1.mask"));
        assert_eq!(graph.source("drag2", "mask").as_deref(), Some("mask2.mask"));
        let count = |name: &str| shapes(&graph.document, graph.id(name)).len();
        assert_eq!((count("mask1"), count("mask2")), (1, 2));
        let graph = painted(graph, "drag2", dab(6.0, ShapeOp::Add));
        assert_eq!(shapes(&graph.document, graph.id("mask2")).len(), 3, "one copy is enough");
    }

    #[test]
    fn what_cannot_be_painted_says_why() {
        let try_to = |graph: &Graph, node: &str, op| {
            paint(&graph.document, &graph.registry, &view(graph, node), [8, 8], dab(1.0, op)).err()
        };
        assert_eq!(try_to(&dragged(), "drag1", ShapeOp::Subtract), Some(Refusal::NoMask));
        let graph = Graph::of(&[("latent", &[]), ("generate", &["latent1.latent"]), ("read", &[])]);
        assert_eq!(try_to(&graph, "generate1", ShapeOp::Add), Some(Refusal::NoDrag));
        assert_eq!(try_to(&graph, "read1", ShapeOp::Add), Some(Refusal::NotGenerated));
    }
}
