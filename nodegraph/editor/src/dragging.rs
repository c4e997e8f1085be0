//! Starting and stopping drags: what Space does to the document.
//!
//! A document replays to exactly the picture that is shown. So a drag that is stopped asks for the steps that it has taken
//! from then on, and one that is started again for as many as before.

use std::collections::BTreeMap;

use dragfx_graph::document::{Document, Edit, Node, NodeId};
use dragfx_graph::param::{Param, ParamValue};
use dragfx_graph::value::{Stop, Trajectory};

use crate::compute::{Compute, Outcome};
use crate::viewer::subject::drags_behind;

/// What drags asked for before they were stopped.
#[derive(Debug, Default)]
pub(crate) struct Dragging {
    cut: BTreeMap<NodeId, Cut>,
}

/// A drag that was stopped.
#[derive(Debug)]
struct Cut {
    /// The steps that it asks for since.
    steps: i64,
    /// What it asked for before.
    before: Option<Param>,
}

const STEPS: &str = "max_steps";
const PROGRESS: &str = "progress";

impl Dragging {
    /// The edits that let the drags behind a node go on, before they are started: one that was stopped may go as far as
    /// before, one that has given up by so many steps more as it takes without a setting. The end is shown then.
    pub(crate) fn start(
        &self,
        document: &Document,
        node: NodeId,
        frame: f64,
        way: &dyn Fn(NodeId) -> Option<Stop>,
    ) -> Vec<Edit> {
        let mut edits = Vec::new();
        for drag in drags_behind(document, node).into_iter().filter_map(|id| document.node(id)) {
            let now = drag.params_at(frame).int(STEPS);
            let more = match (self.cut.get(&drag.id), way(drag.id)) {
                (Some(cut), _) if cut.steps == now => Some(cut.before.clone()),
                (_, Some(Stop::MaxSteps)) => Some(Some(Param::Constant(ParamValue::Int(more(drag, now))))),
                _ => None,
            };
            edits.extend(more.map(|value| set(drag.id, STEPS, value)));
            if let Some(Param::Constant(_)) = drag.params.get(PROGRESS) {
                edits.push(set(drag.id, PROGRESS, None));
            }
        }
        edits
    }

    /// The edit that keeps what a drag has done until it was stopped.
    pub(crate) fn stop(&mut self, document: &Document, node: NodeId, steps: usize) -> Option<Edit> {
        let before = document.node(node)?.params.get(STEPS).cloned();
        let steps = i64::try_from(steps).ok().filter(|steps| *steps > 0)?;
        self.cut.insert(node, Cut { steps, before });
        Some(set(node, STEPS, Some(Param::Constant(ParamValue::Int(steps)))))
    }
}

/// How a drag has ended, for [`Dragging::start`].
pub(crate) fn end(compute: &Compute, node: NodeId) -> Option<Stop> {
    compute.drag(node).trajectory.map(|way: std::sync::Arc<Trajectory>| way.stop)
}

/// What an outcome is for people; nothing for what they see anyway.
pub(crate) fn told(document: &Document, outcome: &Outcome) -> Option<(String, bool)> {
    let name = |node: &NodeId| document.node(*node).map_or_else(String::new, |node| node.name.clone());
    match outcome {
        Outcome::Idle => Some(("There is nothing to drag: set a point, or pull a target".to_owned(), false)),
        Outcome::Finished { node, steps, reached: true } => {
            Some((format!("{} has arrived after {steps} steps", name(node)), false))
        }
        Outcome::Finished { node, steps, reached: false } => {
            Some((format!("{} has taken its {steps} steps and has not arrived: Space goes on", name(node)), false))
        }
        Outcome::Stopped { node, steps } => Some((format!("{} was stopped at step {steps}", name(node)), false)),
        Outcome::Failed(reason) => Some((reason.clone(), true)),
    }
}

/// As many steps again as a drag takes without a setting.
fn more(drag: &Node, now: i64) -> i64 {
    let usual = drag.decl().and_then(|decl| decl.find_param(STEPS)).map(|decl| decl.default_value());
    let Some(ParamValue::Int(usual)) = usual else { return now };
    now.saturating_add(usual).min(100_000)
}

fn set(node: NodeId, param: &str, value: Option<Param>) -> Edit {
    Edit::SetParam { node, param: param.to_owned(), value }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::viewer::testing::Graph;

    fn graph() -> Graph {
        Graph::of(&[
            ("latent", &[]),
            ("points", &[]),
            ("drag", &["latent1.latent", "points1.points"]),
            ("write", &["drag1.image"]),
        ])
    }

    fn steps(graph: &Graph) -> i64 {
        graph.node("drag1").params_at(1.0).int(STEPS)
    }

    fn start(dragging: &Dragging, graph: &mut Graph, way: Option<Stop>) -> usize {
        let edits = dragging.start(&graph.document, graph.id("write1"), 1.0, &|_| way);
        let count = edits.len();
        edits.into_iter().for_each(|edit| graph.make(edit));
        count
    }

    #[test]
    fn a_stopped_drag_asks_for_what_it_did_and_goes_on_as_before() {
        let (mut graph, mut dragging) = (graph(), Dragging::default());
        let drag = graph.id("drag1");
        assert_eq!(start(&dragging, &mut graph, None), 0, "nothing has to be changed to start it");
        graph.make(set(drag, STEPS, Some(Param::Constant(ParamValue::Int(40)))));
        let edit = dragging.stop(&graph.document, drag, 17).expect("an edit");
        graph.make(edit);
        assert_eq!(steps(&graph), 17);
        graph.make(set(drag, PROGRESS, Some(Param::Constant(ParamValue::Float(0.5)))));
        assert_eq!(start(&dragging, &mut graph, Some(Stop::MaxSteps)), 2);
        assert_eq!(steps(&graph), 40);
        assert!(!graph.node("drag1").params.contains_key(PROGRESS), "the end is shown");
        assert!(dragging.stop(&graph.document, drag, 0).is_none(), "nothing was done");
    }

    #[test]
    fn a_drag_that_gave_up_may_take_more_steps_and_one_that_arrived_takes_none() {
        let (mut graph, dragging) = (graph(), Dragging::default());
        let usual = steps(&graph);
        assert_eq!(start(&dragging, &mut graph, Some(Stop::Reached)), 0);
        assert_eq!(start(&dragging, &mut graph, Some(Stop::MaxSteps)), 1);
        assert_eq!(steps(&graph), 2 * usual);
    }

    #[test]
    fn steps_that_people_set_after_a_stop_are_theirs() {
        let (mut graph, mut dragging) = (graph(), Dragging::default());
        let drag = graph.id("drag1");
        let edit = dragging.stop(&graph.document, drag, 17).expect("an edit");
        graph.make(edit);
        graph.make(set(drag, STEPS, Some(Param::Constant(ParamValue::Int(25)))));
        assert_eq!(start(&dragging, &mut graph, None), 0);
        assert_eq!(steps(&graph), 25);
    }
}
