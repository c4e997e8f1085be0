//! Changes of points, as edits that one undo takes back.

use dragfx_graph::curve::Interpolation;
use dragfx_graph::document::History;

use super::*;
use crate::viewer::testing::{Graph, pair, view};

fn dragged() -> Graph {
    Graph::of(&[("latent", &[]), ("points", &[]), ("drag", &["latent1.latent", "points1.points"])])
}

/// Makes a change, checks that one undo takes it back, and gives the graph after it.
fn make(mut graph: Graph, change: Change) -> Graph {
    let mut history = History::new();
    let before = format!("{:?}", graph.document.nodes().collect::<Vec<_>>());
    history.perform(&mut graph.document, &change.label, change.edits.clone()).expect("edits that fit");
    assert_eq!(history.undo(&mut graph.document), Some(change.label));
    assert_eq!(format!("{:?}", graph.document.nodes().collect::<Vec<_>>()), before);
    history.redo(&mut graph.document).expect("something to do again");
    graph
}

fn change(graph: &Graph, node: &str, here: Option<&[PointPair]>, change: &PointChange) -> Result<Change, Refusal> {
    change_points(&graph.document, &graph.registry, &view(graph, node), 1.0, here, change)
}

fn points(graph: &Graph, node: &str, frame: f64) -> Vec<PointPair> {
    graph.node(node).params_at(frame).points("points").to_vec()
}

#[test]
fn points_are_added_moved_disabled_and_deleted() {
    let mut graph = dragged();
    let at = ImagePoint::new(7.0, 8.5);
    let steps = [
        (PointChange::Add(pair(1.0, 2.0, 0.0)), "Add point 1", vec![pair(1.0, 2.0, 0.0)]),
        (PointChange::Add(pair(9.0, 9.0, 5.0)), "Add point 2", vec![pair(1.0, 2.0, 0.0), pair(9.0, 9.0, 5.0)]),
        (PointChange::Remove(1), "Delete point 2", vec![pair(1.0, 2.0, 0.0)]),
        (PointChange::Target(0, at), "Move target 1", vec![PointPair { target: at, ..pair(1.0, 2.0, 0.0) }]),
        (PointChange::Handle(0, at), "Move handle 1", vec![PointPair::new(at, at)]),
        (
            PointChange::Enable(0, false),
            "Disable point 1",
            vec![PointPair { enabled: false, ..PointPair::new(at, at) }],
        ),
    ];
    for (step, label, expected) in steps {
        let change = change(&graph, "drag1", None, &step).expect("a change");
        assert_eq!((change.label.as_str(), change.edits.len(), &change.look), (label, 1, &None));
        graph = make(graph, change);
        assert_eq!(points(&graph, "points1", 1.0), expected);
    }
}

#[test]
fn other_points_are_dragged_to_their_end_again() {
    let mut graph = dragged();
    let node = graph.id("drag1");
    let progress = Param::Constant(ParamValue::Float(0.0));
    graph.make(Edit::SetParam { node, param: "progress".to_owned(), value: Some(progress) });
    let added = change(&graph, "drag1", None, &PointChange::Add(pair(1.0, 1.0, 1.0))).expect("a change");
    assert!(make(graph, added).node("drag1").params.is_empty());
}

#[test]
fn a_drag_without_points_gets_some() {
    let graph = Graph::of(&[("latent", &[]), ("drag", &["latent1.latent"])]);
    let added = change(&graph, "drag1", None, &PointChange::Add(pair(1.0, 1.0, 1.0))).expect("a change");
    let graph = make(graph, added);
    assert_eq!(graph.source("drag1", "points").as_deref(), Some("points1.points"));
    assert_eq!(points(&graph, "points1", 1.0), [pair(1.0, 1.0, 1.0)]);
}

#[test]
fn a_picture_without_a_drag_gets_one_in_front_of_what_follows() {
    let graph = Graph::of(&[("latent", &[]), ("generate", &["latent1.latent"]), ("write", &["generate1.image"])]);
    let added = change(&graph, "write1", None, &PointChange::Add(pair(4.0, 5.0, 6.0))).expect("a change");
    assert_eq!(added.label, "Drag this picture");
    let look = added.look.clone().expect("the drag is shown");
    let graph = make(graph, added);
    assert_eq!((look.node, look.output.as_str()), (graph.id("drag1"), "image"));
    assert_eq!(graph.source("drag1", "latent").as_deref(), Some("latent1.latent"));
    assert_eq!(graph.source("generate1", "latent").as_deref(), Some("drag1.latent"));
    assert_eq!(points(&graph, "points1", 1.0), [pair(4.0, 5.0, 6.0)]);
    let mut places: Vec<[i64; 2]> = graph.document.nodes().map(|node| node.position.map(|x| x as i64)).collect();
    places.sort_unstable();
    places.dedup();
    assert_eq!(places.len(), graph.document.len(), "no node lies on another");
}

#[test]
fn a_dragged_picture_is_dragged_on_from_where_it_is() {
    let graph = dragged().and(&[("mask", &[]), ("write", &["drag1.image"])]);
    let mut graph = graph;
    let (mask, node) = (graph.id("mask1"), graph.id("drag1"));
    for edit in graph.document.connection(mask, "mask", node, "mask") {
        graph.make(edit);
    }
    let set =
        |param: &str, value| Edit::SetParam { node, param: param.to_owned(), value: Some(Param::Constant(value)) };
    graph.make(set("lambda", ParamValue::Float(5.0)));
    graph.make(set("max_steps", ParamValue::Int(57)));
    graph.make(set("progress", ParamValue::Float(0.5)));
    let here = [pair(10.0, 10.0, 3.0), pair(20.0, 20.0, 4.0)];
    let target = ImagePoint::new(30.0, 31.0);
    let moved = change(&graph, "drag1", Some(&here), &PointChange::Target(1, target)).expect("a change");
    assert_eq!(moved.label, "Move target 2");
    let look = moved.look.clone().expect("the new drag is shown");
    let graph = make(graph, moved);

    assert_eq!(look, view(&graph, "drag2"));
    assert_eq!(graph.source("drag2", "latent").as_deref(), Some("drag1.latent"));
    assert_eq!(graph.source("drag2", "mask").as_deref(), Some("mask1.mask"));
    assert_eq!(graph.source("write1", "image").as_deref(), Some("drag2.image"));
    assert_eq!(points(&graph, "points2", 1.0), [here[0].clone(), PointPair { target, ..here[1].clone() }]);
    assert!(points(&graph, "points1", 1.0).is_empty(), "the old points are as they were");
    let params = |name: &str| graph.node(name).params.keys().cloned().collect::<Vec<_>>();
    assert_eq!(
        (params("drag1"), params("drag2")),
        (vec!["lambda".to_owned(), "max_steps".to_owned(), "progress".to_owned()], vec!["lambda".to_owned()],)
    );
    let view = view(&graph, "write1");
    assert_eq!(Subject::of(&graph.document, &view).handles().map(|handles| handles.drag), Some(graph.id("drag2")));
    let on = go_on(&graph.document, &graph.registry, &view, &here).expect("a change");
    assert_eq!((on.label.as_str(), &on.look), ("Go on from here", &None), "the picture that is shown stays");
}

#[test]
fn keyframes_move_places_at_the_frame_and_the_list_everywhere() {
    let mut graph = dragged();
    let node = graph.id("points1");
    let key = |frame, right| Key {
        frame,
        value: ParamValue::Points(vec![pair(0.0, 0.0, right)]),
        interpolation: Interpolation::Linear,
    };
    let curve = Curve::new(vec![key(1.0, 0.0), key(11.0, 10.0)]).expect("a curve");
    graph.make(Edit::SetParam { node, param: "points".to_owned(), value: Some(Param::Animated(curve)) });
    let view = view(&graph, "drag1");
    let change = |graph: &Graph, frame, change: &PointChange| {
        change_points(&graph.document, &graph.registry, &view, frame, None, change).expect("a change")
    };
    let moved = change(&graph, 6.0, &PointChange::Target(0, ImagePoint::new(50.0, 0.0)));
    let graph = make(graph, moved);
    let target = |graph: &Graph, frame: f64| points(graph, "points1", frame)[0].target.x;
    assert_eq!([1.0, 6.0, 11.0].map(|frame| target(&graph, frame)), [0.0, 50.0, 10.0]);
    let added = change(&graph, 6.0, &PointChange::Add(pair(3.0, 3.0, 3.0)));
    let graph = make(graph, added);
    assert_eq!([1.0, 8.0, 11.0].map(|frame| points(&graph, "points1", frame).len()), [2, 2, 2]);
}

#[test]
fn what_cannot_be_edited_says_why() {
    let add = PointChange::Add(pair(1.0, 1.0, 1.0));
    let graph = Graph::of(&[("read", &[])]);
    assert_eq!(change(&graph, "read1", None, &add).err(), Some(Refusal::NotGenerated));
    let graph = dragged().and(&[("drag", &["drag1.latent", "drag1.points"]), ("transform", &["drag2.image"])]);
    let computed = change(&graph, "drag2", None, &add).expect_err("computed points");
    assert_eq!(computed.to_string(), "`drag1` computes the points of `drag2`: disconnect it to draw here");
    let moved = change(&graph, "transform1", None, &add).expect_err("moved pixels");
    assert!(moved.to_string().contains("`transform1` moves them"), "{moved}");
}

#[test]
fn progress_gets_a_keyframe_where_it_has_some() {
    let mut graph = dragged();
    let node = graph.id("drag1");
    let edit = set_progress(graph.node("drag1"), 3.0, 0.25).expect("an edit");
    graph.make(edit);
    assert_eq!(graph.node("drag1").params_at(9.0).float("progress"), 0.25);
    let key = |frame, value| Key { frame, value: ParamValue::Float(value), interpolation: Interpolation::Linear };
    let curve = Curve::new(vec![key(1.0, 0.0), key(11.0, 1.0)]).expect("a curve");
    graph.make(Edit::SetParam { node, param: "progress".to_owned(), value: Some(Param::Animated(curve)) });
    let edit = set_progress(graph.node("drag1"), 3.0, 0.75).expect("an edit");
    graph.make(edit);
    assert_eq!([1.0, 3.0, 11.0].map(|frame| graph.node("drag1").params_at(frame).float("progress")), [0.0, 0.75, 1.0]);
}
