//! Where a drag stands: its points as they are on the picture that is shown, and the way that they have come.

use std::sync::Arc;

use dragfx_engine::{ImagePoint, PointPair, StopReason};
use dragfx_graph::document::Document;
use dragfx_graph::value::Trajectory;

use super::subject::Handles;
use crate::compute::DragState;

/// A drag, as the viewer shows it.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Standing {
    /// What has been done.
    pub(super) phase: Phase,
    /// The points, with their handles where they are at the step that is shown.
    pub(super) points: Vec<PointPair>,
    /// Where each handle was, from the start to the last step.
    pub(super) paths: Vec<Vec<ImagePoint>>,
    /// The loss of each step.
    pub(super) losses: Vec<f64>,
    /// The step that is shown; between two of them while progress is animated.
    pub(super) step: f64,
    /// Steps that were taken.
    pub(super) steps: usize,
    /// The farthest way that is left to a target, pixels.
    pub(super) left: f64,
    /// Milliseconds of a step, while it runs.
    pub(super) step_ms: Option<f64>,
}

/// What has been done of a drag.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Phase {
    /// Nothing: there are no points.
    Empty,
    /// Nothing: a target lies on its handle.
    Aiming,
    /// Nothing yet.
    Ready,
    /// It runs.
    Running,
    /// It has arrived.
    Arrived,
    /// It has ended before.
    Ended,
}

impl Standing {
    /// The drag of `handles` at a frame.
    pub(super) fn of(document: &Document, handles: &Handles, frame: f64, state: &DragState) -> Self {
        let given = own_points(document, handles, frame);
        if let Some(live) = &state.live {
            return Self {
                phase: Phase::Running,
                points: if live.points.is_empty() { given } else { live.points.clone() },
                paths: live.paths.clone(),
                losses: live.losses.clone(),
                step: live.step as f64,
                steps: live.step,
                left: live.left,
                step_ms: Some(live.step_ms).filter(|&time| time > 0.0),
            };
        }
        // What is known of a drag may be older than its points.
        let is_current = |way: &&Arc<Trajectory>| handles.points.own().is_none() || way.given == given;
        let way = state.trajectory.as_ref().filter(is_current);
        let Some(way) = way.filter(|way| way.steps() > 0) else { return Self::ready(given, way.is_some()) };
        let progress = document.node(handles.drag).map_or(1.0, |drag| drag.params_at(frame).float("progress"));
        let points = way.points_at(progress);
        let path = |index: usize| way.points.iter().map(|points| points[index].handle).collect();
        Self {
            phase: if way.stop == StopReason::Reached { Phase::Arrived } else { Phase::Ended },
            paths: (0..points.len()).map(path).collect(),
            losses: way.losses.clone(),
            step: progress * way.steps() as f64,
            steps: way.steps(),
            left: left(&points),
            step_ms: None,
            points,
        }
    }

    /// A picture that could be dragged.
    pub(super) fn empty() -> Self {
        Self::ready(Vec::new(), false)
    }

    /// Before the first step. A drag whose points lie on their targets has `arrived` before it began.
    fn ready(points: Vec<PointPair>, arrived: bool) -> Self {
        let enabled = || points.iter().filter(|point| point.enabled);
        let phase = match enabled().next_back() {
            None => Phase::Empty,
            Some(last) if last.distance() == 0.0 => Phase::Aiming,
            Some(_) if arrived && enabled().all(|point| point.distance() < 1.0) => Phase::Arrived,
            Some(_) => Phase::Ready,
        };
        let left = left(&points);
        let (paths, losses) = (vec![Vec::new(); points.len()], Vec::new());
        Self { phase, points, paths, losses, step: 0.0, steps: 0, left, step_ms: None }
    }

    /// The points of a picture that was dragged: what is edited on it goes on from here.
    pub(super) fn here(&self) -> Option<&[PointPair]> {
        (self.step > 0.0).then_some(&*self.points)
    }

    /// The step that is shown, or the one before.
    pub(super) fn whole_step(&self) -> usize {
        (self.step.round() as usize).min(self.steps)
    }

    /// The loss of the step that is shown.
    pub(super) fn loss(&self) -> Option<f64> {
        self.losses.get(self.whole_step().saturating_sub(1)).copied()
    }

    /// All of it in a line: `step 57 of 130 · 3.2 px left · loss 0.0123 · 15 ms/step`.
    pub(super) fn line(&self) -> String {
        let of = if self.phase == Phase::Running { String::new() } else { format!(" of {}", self.steps) };
        let mut parts = vec![format!("step {}{of}", self.whole_step()), format!("{:.1} px left", self.left)];
        parts.extend(self.loss().map(|loss| format!("loss {loss:.4}")));
        parts.extend(self.step_ms.map(|time| format!("{time:.0} ms/step")));
        parts.join(" · ")
    }
}

/// The points that people have set.
fn own_points(document: &Document, handles: &Handles, frame: f64) -> Vec<PointPair> {
    let node = handles.points.own().and_then(|points| document.node(points));
    node.map(|node| node.params_at(frame).points("points").to_vec()).unwrap_or_default()
}

fn left(points: &[PointPair]) -> f64 {
    points.iter().filter(|point| point.enabled).map(PointPair::distance).fold(0.0, f64::max)
}

#[cfg(test)]
mod tests {
    use dragfx_graph::document::Edit;
    use dragfx_graph::param::{Param, ParamValue};

    use super::*;
    use crate::compute::Live;
    use crate::viewer::subject::Subject;
    use crate::viewer::testing::{Graph, pair, view, way};

    fn graph(points: Vec<PointPair>, progress: f64) -> Graph {
        let mut graph = Graph::of(&[("latent", &[]), ("points", &[]), ("drag", &["latent1.latent", "points1.points"])]);
        for (node, param, value) in
            [("points1", "points", ParamValue::Points(points)), ("drag1", "progress", ParamValue::Float(progress))]
        {
            let (node, value) = (graph.id(node), Some(Param::Constant(value)));
            graph.make(Edit::SetParam { node, param: param.to_owned(), value });
        }
        graph
    }

    fn standing(graph: &Graph, state: &DragState) -> Standing {
        let subject = Subject::of(&graph.document, &view(graph, "drag1"));
        Standing::of(&graph.document, subject.handles().expect("a drag"), 1.0, state)
    }

    #[test]
    fn before_the_first_step_the_points_are_those_of_the_node() {
        let nothing = DragState::default();
        let phase = |points: Vec<PointPair>| standing(&graph(points, 1.0), &nothing).phase;
        assert_eq!(phase(Vec::new()), Phase::Empty);
        assert_eq!(phase(vec![PointPair { enabled: false, ..pair(1.0, 1.0, 9.0) }]), Phase::Empty);
        assert_eq!(phase(vec![pair(1.0, 1.0, 9.0), pair(5.0, 5.0, 0.0)]), Phase::Aiming);
        let ready = standing(&graph(vec![pair(1.0, 1.0, 9.0)], 1.0), &nothing);
        assert_eq!((ready.phase, ready.left, ready.here()), (Phase::Ready, 9.0, None));
    }

    #[test]
    fn on_the_way_handles_are_where_the_step_has_them() {
        let way = Arc::new(way(&[0.0, 2.0, 4.0, 6.0], 8.0));
        let state = DragState { trajectory: Some(way), ..DragState::default() };
        let at = |progress| standing(&graph(vec![pair(0.0, 0.0, 8.0)], progress), &state);
        let half = at(0.5);
        assert_eq!((half.points[0].handle.x, half.step, half.steps, half.left), (3.0, 1.5, 3, 5.0));
        assert_eq!(half.paths[0].iter().map(|place| place.x).collect::<Vec<_>>(), [0.0, 2.0, 4.0, 6.0]);
        assert_eq!(at(1.0).line(), "step 3 of 3 · 2.0 px left · loss 0.0100");
        assert_eq!((at(0.0).here(), at(1.0).phase), (None, Phase::Ended));
        assert!(half.here().is_some());
    }

    #[test]
    fn a_drag_that_runs_shows_what_it_does() {
        let mut live = Live::default();
        (live.step, live.points, live.left, live.step_ms) = (2, vec![pair(3.0, 0.0, 5.0)], 5.0, 14.6);
        let state = DragState { live: Some(Arc::new(live)), ..DragState::default() };
        let running = standing(&graph(vec![pair(0.0, 0.0, 8.0)], 1.0), &state);
        assert_eq!((running.phase, running.line().as_str()), (Phase::Running, "step 2 · 5.0 px left · 15 ms/step"));
    }
}
