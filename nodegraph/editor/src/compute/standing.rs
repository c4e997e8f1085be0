//! What the nodes of a document are at, without computing any of them.

use std::collections::HashMap;
use std::path::Path;
use std::sync::Arc;

use dragfx_graph::document::{Document, Node, NodeId};
use dragfx_graph::error::{EvalError, NodeError};
use dragfx_graph::eval::{Evaluator, Fingerprint, Needed, Plan, Target};
use dragfx_graph::value::{PortType, Trajectory, Value};

use super::{NodeState, told};

/// What the nodes of a document are at.
#[derive(Debug, Default)]
pub(super) struct Standing {
    pub(super) states: HashMap<NodeId, NodeState>,
    /// The ways of the drags that were dragged to their end.
    pub(super) trajectories: HashMap<NodeId, Arc<Trajectory>>,
}

/// What a result is at.
#[derive(Clone, Copy, PartialEq)]
enum Stage {
    There,
    Missing,
    /// It needs a drag.
    Waits,
    /// The error of this result keeps it from being computed.
    Failed(Fingerprint),
}

impl Standing {
    /// Looks over a document at a frame; `failures` are known from runs.
    pub(super) fn of(
        evaluator: &Evaluator,
        document: &Document,
        folder: &Path,
        frame: f64,
        failures: &HashMap<Fingerprint, EvalError>,
    ) -> Self {
        let told = document.nodes().filter_map(|node| Some((node, telling(node)?)));
        let told: Vec<(&Node, String)> = told.collect();
        let target = |(node, output): &(&Node, String)| Target { node: node.id, output: output.clone(), frame };
        let targets: Vec<Target> = told.iter().map(target).collect();
        let plan = evaluator.plan(document, folder, &targets);
        let survey = evaluator.survey(&plan);
        let stages = stages(&survey, failures);
        let states = told.iter().zip(plan.places()).map(|((node, _), place)| {
            let state = match place {
                Err(error) => failed(node, error),
                Ok(place) => match stages[place] {
                    Stage::There => NodeState::Cached,
                    Stage::Missing => NodeState::Stale,
                    Stage::Waits => NodeState::Waiting,
                    Stage::Failed(result) => failed(node, &failures[&result]),
                },
            };
            (node.id, state)
        });
        let trajectories = told.iter().zip(evaluator.known(&plan)).filter_map(|((node, _), value)| match value? {
            Value::Trajectory(trajectory) if !node.bypass => Some((node.id, trajectory)),
            _ => None,
        });
        Self { states: states.collect(), trajectories: trajectories.collect() }
    }
}

/// The output of a node that tells what it is at: the one that takes long, or else the one that is looked at. A node that
/// this program has not is asked for any, to be told why it cannot be had.
fn telling(node: &Node) -> Option<String> {
    let Some(decl) = node.decl() else { return Some(String::new()) };
    let outputs = &decl.outputs;
    let of_type = |wanted| outputs.iter().find(|output| output.port_type == wanted);
    let output = of_type(PortType::Trajectory).or_else(|| of_type(PortType::Image)).or(outputs.first())?;
    Some(output.id.to_string())
}

fn stages(survey: &[Needed], failures: &HashMap<Fingerprint, EvalError>) -> Vec<Stage> {
    let mut stages: Vec<Stage> = Vec::with_capacity(survey.len());
    for needed in survey {
        let read = |wanted: fn(Stage) -> bool| needed.reads.iter().map(|&place| stages[place]).find(|&s| wanted(s));
        let stage = if needed.is_there {
            Stage::There
        } else if failures.contains_key(&needed.fingerprint) {
            Stage::Failed(needed.fingerprint)
        } else if let Some(failed) = read(|stage| matches!(stage, Stage::Failed(_))) {
            failed
        } else if needed.port_type == PortType::Trajectory || read(|stage| stage == Stage::Waits).is_some() {
            Stage::Waits
        } else {
            Stage::Missing
        };
        stages.push(stage);
    }
    stages
}

/// A node tells its own errors; those after it, whose they are. A graph in the making has no errors, it lacks wires.
fn failed(node: &Node, error: &EvalError) -> NodeState {
    let (reason, is_own) = (told::reason(error), error.node == node.name);
    match (&*error.cause, is_own) {
        (NodeError::NotConnected { .. } | NodeError::NothingToPass { .. }, true) => NodeState::Incomplete(reason),
        (NodeError::NotConnected { .. } | NodeError::NothingToPass { .. }, false) => {
            NodeState::Incomplete(format!("{}: {reason}", error.node))
        }
        (_, true) => NodeState::Failed(reason),
        (_, false) => NodeState::Blocked(format!("{} failed: {reason}", error.node)),
    }
}

/// The results that a target needs and that are not there, by their places.
pub(super) fn missing(survey: &[Needed], target: usize) -> Vec<usize> {
    let mut is_wanted = vec![false; survey.len()];
    is_wanted[target] = true;
    // What reads a result stands behind it.
    for place in (0..=target).rev().filter(|&place| !survey[place].is_there) {
        if is_wanted[place] {
            survey[place].reads.iter().for_each(|&read| is_wanted[read] = true);
        }
    }
    (0..=target).filter(|&place| is_wanted[place] && !survey[place].is_there).collect()
}

/// The drags that the first target of a plan waits for.
pub(super) fn waiting(evaluator: &Evaluator, plan: &Plan) -> Vec<Needed> {
    let survey = evaluator.survey(plan);
    let Some(Ok(place)) = plan.places().next() else { return Vec::new() };
    let missing = missing(&survey, place).into_iter().map(|place| survey[place].clone());
    missing.filter(|needed| needed.port_type == PortType::Trajectory).collect()
}
