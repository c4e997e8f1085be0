//! What is wrong with a graph, as far as that is known without computing it.

use std::path::{Path, PathBuf};

use dragfx_graph::declare::{Arity, Kind};
use dragfx_graph::document::{Document, Node, NodeId, NodeKind};
use dragfx_graph::error::{EvalError, NodeError};
use dragfx_graph::eval::{Evaluator, Target};
use dragfx_graph::files::sequence::Pattern;
use dragfx_graph::models::ModelRef;
use dragfx_graph::operator::Operator;
use dragfx_graph::param::{Param, ParamValue};
use dragfx_graph::render;

use super::{Problem, Severity};

/// Most frames whose files are looked at for one that would be written twice.
const MOST_FRAMES: usize = 1000;

/// The problems of a graph's nodes, and of what it writes. `name` is the preset's.
pub(super) fn problems(document: &Document, folder: &Path, name: &str, evaluator: &Evaluator) -> Vec<Problem> {
    let first = document.frames().first as f64;
    let mut problems: Vec<Problem> = document.nodes().flat_map(|node| of_node(document, node, folder, first)).collect();
    problems.extend(of_files(document, folder, name));
    for (node, problem) in of_plan(document, folder, first, evaluator) {
        // What is known of the node by now is why it cannot be planned.
        let known = |known: &Problem| known.severity == Severity::Error && known.is_of(&node);
        if !problems.iter().any(known) {
            problems.push(problem);
        }
    }
    problems
}

impl Problem {
    /// Whether its place is the node of that name, or a part of it.
    fn is_of(&self, node: &str) -> bool {
        let rest = self.place.as_ref().and_then(|place| place.strip_prefix(node));
        rest.is_some_and(|rest| rest.is_empty() || rest.starts_with('.'))
    }
}

fn of_node(document: &Document, node: &Node, folder: &Path, frame: f64) -> Vec<Problem> {
    let operator = match &node.kind {
        NodeKind::Known(operator) => operator,
        NodeKind::Placeholder(placeholder) => {
            let message = format!("a placeholder for a node `{}`: {}", placeholder.type_id, placeholder.reason);
            return vec![Problem::new(Severity::Error, node.name.clone(), message)];
        }
    };
    let mut problems = of_inputs(document, node, operator.as_ref());
    problems.extend(of_params(document, node, operator.as_ref(), folder, frame));
    if document.len() > 1 && document.wires_into(node.id).is_empty() && document.wires_from(node.id).is_empty() {
        problems.push(Problem::new(Severity::Warning, node.name.clone(), "it is not connected to anything"));
    }
    if !node.bypass {
        if let Err(error) = operator.sink(&node.params_at(frame)) {
            problems.push(Problem::new(Severity::Error, node.name.clone(), error.to_string()));
        }
        problems.extend(of_kind(document, node));
    }
    problems
}

fn of_inputs(document: &Document, node: &Node, operator: &dyn Operator) -> Vec<Problem> {
    let wires = document.wires_into(node.id);
    let open = operator.decl().inputs.iter().filter(|input| input.arity == Arity::Required);
    let open = open.filter(|input| !wires.iter().any(|wire| wire.input == input.id));
    let message = "nothing is connected to this input, and the node needs it";
    open.map(|input| Problem::new(Severity::Error, format!("{}.{}", node.name, input.id), message)).collect()
}

/// Models that the preset has not, and files that are not there.
fn of_params(document: &Document, node: &Node, operator: &dyn Operator, folder: &Path, frame: f64) -> Vec<Problem> {
    let params = node.params_at(frame);
    let mut problems = Vec::new();
    for param in &operator.decl().params {
        let wrong = match &param.kind {
            Kind::Model => {
                ModelRef::find(document.models(), params.text(&param.id)).err().map(|error| error.to_string())
            }
            Kind::File { writes: false, .. } if !node.bypass => lacking(node, params.text(&param.id), folder),
            _ => None,
        };
        let place = || format!("{}.{}", node.name, param.id);
        problems.extend(wrong.map(|wrong| Problem::new(Severity::Error, place(), wrong)));
    }
    problems
}

/// Says that a file is not there, or for a sequence of pictures none of its files.
fn lacking(node: &Node, file: &str, folder: &Path) -> Option<String> {
    if file.is_empty() || folder.join(file).exists() {
        return None;
    }
    // What is shown to people need not begin with a dot.
    let shown = if folder == Path::new(".") { PathBuf::from(file) } else { folder.join(file) };
    let pattern = if node.type_id() == "read" { Pattern::parse(file).ok() } else { None };
    match pattern.filter(Pattern::has_frame) {
        // A name whose frames cannot be listed may have them nevertheless.
        Some(pattern) => {
            let none = pattern.frames(folder).is_ok_and(|frames| frames.is_empty());
            none.then(|| format!("there is no file {} of any frame", shown.display()))
        }
        None => Some(format!("there is no file {}", shown.display())),
    }
}

/// What is known of single kinds of nodes.
fn of_kind(document: &Document, node: &Node) -> Option<Problem> {
    match node.type_id() {
        "invert" => Some(Problem::new(Severity::Warning, node.name.clone(), "this version cannot invert pictures yet")),
        "drag" => {
            let wire = document.wires_into(node.id).into_iter().find(|wire| wire.input == "points")?;
            let source = document.node(wire.from).filter(|source| source.type_id() == "points")?;
            let moves = match source.params.get("points") {
                Some(Param::Constant(ParamValue::Points(points))) => points.iter().any(|point| point.enabled),
                other => other.is_some(),
            };
            let message = format!("{} has no point that is enabled, so nothing is dragged", source.name);
            (!moves).then(|| Problem::new(Severity::Warning, format!("{}.points", node.name), message))
        }
        _ => None,
    }
}

/// Files that would be written twice, or under impossible names.
fn of_files(document: &Document, folder: &Path, name: &str) -> Option<Problem> {
    // Names that are impossible by themselves are known of their nodes.
    let outputs = render::sinks(document, folder).ok()?;
    let range = document.frames();
    let frames: Vec<f64> = (range.first..=range.last).take(MOST_FRAMES).map(|frame| frame as f64).collect();
    // A seed is given when a render is started.
    let checked = render::check(&outputs, &frames, &[Some(0)], name);
    checked.err().map(|error| Problem::new(Severity::Error, None, error.to_string()))
}

/// What keeps the nodes at which the graph ends from being computed at a frame; with the names of the nodes that fail.
fn of_plan(document: &Document, folder: &Path, frame: f64, evaluator: &Evaluator) -> Vec<(String, Problem)> {
    let ends = document.nodes().filter(|node| document.wires_from(node.id).is_empty());
    let outputs = |node: &Node| -> Vec<(NodeId, String)> {
        let declared = node.decl().into_iter().flat_map(|decl| &decl.outputs);
        declared.map(|output| (node.id, output.id.to_string())).collect()
    };
    let ends = ends.flat_map(outputs);
    // What is written may be passed on as well.
    let sinks = render::sinks(document, folder).unwrap_or_default();
    let sinks = sinks.into_iter().map(|output| (output.node, output.output));
    let targets: Vec<Target> = ends.chain(sinks).map(|(node, output)| Target { node, output, frame }).collect();
    let plan = evaluator.plan(document, folder, &targets);
    let failed = plan.fingerprints().filter_map(Result::err);
    // Missing models were told of as such.
    let failed = failed.filter(|error| !matches!(*error.cause, NodeError::Model(_)));
    let problem = |error: &EvalError| {
        (error.node.clone(), Problem::new(Severity::Error, error.node.clone(), error.cause.to_string()))
    };
    failed.map(problem).collect()
}
