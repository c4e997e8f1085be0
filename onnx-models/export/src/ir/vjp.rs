//! Reverse-mode differentiation: one walk over the nodes, each operator giving its vector-Jacobian product.

use std::collections::{HashMap, HashSet};

use super::{Graph, GraphError, Id, Node, Source};

/// A graph split for a caller that looks at the outputs before it chooses their gradients.
#[derive(Clone, Debug)]
pub struct Derivative {
    /// The graph itself; after its own outputs it returns what the backward graph reads.
    pub forward: Graph,
    /// Takes what the forward graph saved and a `grad.X` for each output X, and returns `grad.Y` for each input Y.
    pub backward: Graph,
    /// Names of the values that go from forward to backward: outputs of the one, inputs of the other.
    pub saved: Vec<String>,
}

/// Differentiates the outputs of `graph` with respect to its inputs `wrt`.
///
/// # Errors
/// [`GraphError::NoDerivative`] if an operator on the way has no rule.
pub fn differentiate(graph: &Graph, wrt: &[Id]) -> Result<Derivative, GraphError> {
    let mut joint = graph.clone();
    let forward_nodes = joint.nodes().len();
    let wanted = depends_on(&joint, wrt);

    let mut gradients: HashMap<Id, Id> = HashMap::new();
    let mut cotangents = Vec::new();
    for &output in graph.outputs() {
        let value = graph.value(output);
        let cotangent = joint.input(&format!("grad.{}", value.name), value.shape.clone());
        cotangents.push(cotangent);
        accumulate(&mut joint, &mut gradients, output, cotangent)?;
    }
    for index in (0..forward_nodes).rev() {
        let node = joint.nodes()[index].clone();
        let Some(&gradient) = gradients.get(&node.output) else { continue };
        if !wanted.contains(&node.output) {
            continue;
        }
        let scope = format!("grad.{}", joint.value(node.output).name);
        let parts = joint.scoped(&scope, |g| {
            let mut at = Backward { graph: g, wanted: &wanted, node: &node };
            node.op.vjp(&mut at, gradient)
        })?;
        for (&input, part) in node.inputs.iter().zip(parts) {
            if let Some(part) = part.filter(|_| wanted.contains(&input)) {
                joint.scoped(&scope, |g| accumulate(g, &mut gradients, input, part))?;
            }
        }
    }

    let mut results = Vec::new();
    for id in wrt {
        let name = graph.value(*id).name.clone();
        let gradient = gradients.get(id).copied().ok_or_else(|| GraphError::NoDerivative {
            value: name.clone(),
            op: graph.name.clone(),
            input: 0,
            reason: "no output depends on it".to_owned(),
        })?;
        // A result of its own, even where the gradient is one that was given or is that of another input too.
        let result = joint.identity("result", gradient)?;
        joint.output(&format!("grad.{name}"), result);
        results.push(result);
    }

    let saved = crossing(&joint, forward_nodes, &results, &cotangents);
    let (given, made): (Vec<Id>, Vec<Id>) =
        saved.iter().partition(|&&id| matches!(joint.value(id).source, Source::Input { .. }));
    let backward_inputs: Vec<Id> = cotangents.iter().chain(&given).chain(&made).copied().collect();
    let mut forward_outputs = graph.outputs().to_vec();
    forward_outputs.extend(made.iter().filter(|id| !graph.outputs().contains(id)));
    Ok(Derivative {
        forward: joint.restricted(&graph.name, graph.inputs(), &forward_outputs),
        backward: joint.restricted(&format!("{}.vjp", graph.name), &backward_inputs, &results),
        saved: made.iter().map(|&id| joint.value(id).name.clone()).collect(),
    })
}

/// What an operator's derivative rule works with: the graph to add to, and what is wanted of it.
pub(crate) struct Backward<'a> {
    /// The graph that the rule adds its nodes to.
    pub(crate) graph: &'a mut Graph,
    /// The node that is differentiated.
    pub(crate) node: &'a Node,
    wanted: &'a HashSet<Id>,
}

impl Backward<'_> {
    /// The node's `index`-th input.
    pub(crate) fn input(&self, index: usize) -> Id {
        self.node.inputs[index]
    }

    /// Whether the gradient of the `index`-th input leads anywhere.
    pub(crate) fn wants(&self, index: usize) -> bool {
        self.wanted.contains(&self.node.inputs[index])
    }

    /// The error of a rule that does not exist.
    pub(crate) fn none(&self, input: usize, reason: &str) -> GraphError {
        GraphError::NoDerivative {
            value: self.graph.value(self.node.output).name.clone(),
            op: format!("{:?}", self.node.op),
            input,
            reason: reason.to_owned(),
        }
    }
}

/// The values through which `wrt` reaches the rest of the graph.
fn depends_on(graph: &Graph, wrt: &[Id]) -> HashSet<Id> {
    let mut found: HashSet<Id> = wrt.iter().copied().collect();
    for node in graph.nodes() {
        if node.inputs.iter().any(|id| found.contains(id)) {
            found.insert(node.output);
        }
    }
    found
}

fn accumulate(graph: &mut Graph, into: &mut HashMap<Id, Id>, of: Id, part: Id) -> Result<(), GraphError> {
    let sum = match into.get(&of) {
        Some(&earlier) => graph.add("sum", earlier, part)?,
        None => part,
    };
    into.insert(of, sum);
    Ok(())
}

/// The forward values that the nodes after `boundary` need on their way to `results`, in order of creation.
fn crossing(graph: &Graph, boundary: usize, results: &[Id], cotangents: &[Id]) -> Vec<Id> {
    let made_after: HashMap<Id, usize> =
        graph.nodes().iter().enumerate().skip(boundary).map(|(i, n)| (n.output, i)).collect();
    let mut seen: HashSet<Id> = cotangents.iter().copied().collect();
    let mut needed: Vec<Id> = results.to_vec();
    let mut crossing = Vec::new();
    while let Some(id) = needed.pop() {
        if !seen.insert(id) {
            continue;
        }
        if let Some(&node) = made_after.get(&id) {
            needed.extend(&graph.nodes()[node].inputs);
        } else if !matches!(graph.value(id).source, Source::Weight(_)) {
            crossing.push(id);
        }
    }
    crossing.sort_unstable();
    crossing
}
