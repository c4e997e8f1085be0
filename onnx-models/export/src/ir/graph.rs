//! Values, nodes and the graph that holds them.

use std::collections::{HashMap, HashSet};
use std::sync::Arc;

use super::{Dim, Operator, Shape, display};

/// What can go wrong while a graph is built, differentiated or written.
#[derive(Debug, thiserror::Error)]
pub enum GraphError {
    /// An operator was given tensors that it cannot take.
    #[error("{value}: {op} cannot take {found}: {reason}")]
    Shape {
        /// The value that the operator was to compute.
        value: String,
        /// The operator.
        op: String,
        /// The shapes it was given.
        found: String,
        /// What it expects.
        reason: String,
    },
    /// A derivative that no rule gives.
    #[error("{value}: {op} has no derivative with respect to input {input}: {reason}")]
    NoDerivative {
        /// The value whose derivative was asked.
        value: String,
        /// The operator.
        op: String,
        /// Which input, from 0.
        input: usize,
        /// Why there is none.
        reason: String,
    },
    /// A tensor of the checkpoint that lies nowhere in the file of weights.
    #[error("tensor {tensor} has no place in {file:?}")]
    NoPlace {
        /// Its name.
        tensor: String,
        /// The file of weights.
        file: String,
    },
}

/// A value of a [`Graph`].
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Id(pub(super) usize);

/// How a stored tensor is laid out in the pack.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Layout {
    /// As the checkpoint has it.
    Stored,
    /// The first two axes swapped: \[O, I, k, k\] to \[I, O, k, k\].
    Swapped,
    /// The first two axes swapped and both kernel axes reversed: the kernel of a convolution's derivative.
    SwappedFlipped,
    /// Squares summed over all axes but the first two: \[O, I, k, k\] to \[O, I\].
    SquareSum,
}

/// Where the numbers of a weight come from.
#[derive(Clone, Debug, PartialEq)]
pub enum Data {
    /// A tensor of the checkpoint, times `scale`, then laid out.
    Tensor {
        /// Its name, see [`crate::spec`].
        name: String,
        /// Factor applied to every number, before the layout's squares.
        scale: f32,
        /// How it is laid out.
        layout: Layout,
    },
    /// The numbers themselves, row-major.
    Constant(Arc<[f32]>),
}

/// Where a value comes from.
#[derive(Clone, Debug)]
pub enum Source {
    /// The caller; with a default where the caller may leave it out.
    Input {
        /// Numbers used where the caller gives none.
        default: Option<Data>,
    },
    /// A weight.
    Weight(Data),
    /// The node with this index.
    Node(usize),
}

/// One tensor of a graph: float32.
#[derive(Clone, Debug)]
pub struct Value {
    /// Unique in its graph, in the field's terms: `synthesis.b32.conv0.demodulated`.
    pub name: String,
    /// Its sizes.
    pub shape: Shape,
    /// Where it comes from.
    pub source: Source,
}

/// An operator applied to values.
#[derive(Clone, Debug)]
pub struct Node {
    /// What it does.
    pub op: Arc<dyn Operator>,
    /// What it reads.
    pub inputs: Vec<Id>,
    /// What it makes.
    pub output: Id,
}

/// A directed acyclic graph of operators; nodes stand in an order in which they can run.
#[derive(Clone, Debug)]
pub struct Graph {
    /// Name, for people.
    pub name: String,
    values: Vec<Value>,
    nodes: Vec<Node>,
    inputs: Vec<Id>,
    outputs: Vec<Id>,
    scope: String,
    names: HashSet<String>,
}

impl Graph {
    /// An empty graph.
    #[must_use]
    pub fn new(name: &str) -> Self {
        Self {
            name: name.to_owned(),
            values: Vec::new(),
            nodes: Vec::new(),
            inputs: Vec::new(),
            outputs: Vec::new(),
            scope: String::new(),
            names: HashSet::new(),
        }
    }

    /// The value behind an id.
    #[must_use]
    pub fn value(&self, id: Id) -> &Value {
        &self.values[id.0]
    }

    /// The sizes of a value.
    #[must_use]
    pub fn shape(&self, id: Id) -> &[Dim] {
        &self.values[id.0].shape
    }

    /// The nodes, in an order in which they can run.
    #[must_use]
    pub fn nodes(&self) -> &[Node] {
        &self.nodes
    }

    /// What the caller gives.
    #[must_use]
    pub fn inputs(&self) -> &[Id] {
        &self.inputs
    }

    /// What the graph returns.
    #[must_use]
    pub fn outputs(&self) -> &[Id] {
        &self.outputs
    }

    /// All values that nodes, inputs and outputs use, in order of creation.
    pub fn used_values(&self) -> impl Iterator<Item = &Value> {
        let mut used: Vec<Id> = self.nodes.iter().flat_map(|n| n.inputs.iter().copied().chain([n.output])).collect();
        used.extend(self.inputs.iter().chain(&self.outputs));
        used.sort_unstable();
        used.dedup();
        used.into_iter().map(|id| self.value(id))
    }

    /// Runs `build` with every new name prefixed by `scope`, joined by a dot.
    pub fn scoped<T>(&mut self, scope: &str, build: impl FnOnce(&mut Self) -> T) -> T {
        let outer = self.scope.clone();
        self.scope = if outer.is_empty() { scope.to_owned() } else { format!("{outer}.{scope}") };
        let built = build(self);
        self.scope = outer;
        built
    }

    /// A value that the caller gives. Its name is taken as it is, without the scope.
    pub fn input(&mut self, name: &str, shape: impl Into<Shape>) -> Id {
        self.declare_input(name, shape.into(), None)
    }

    /// A value that the caller may give; `default` is used otherwise. Its name is taken as it is.
    pub fn optional_input(&mut self, name: &str, shape: impl Into<Shape>, default: Data) -> Id {
        self.declare_input(name, shape.into(), Some(default))
    }

    fn declare_input(&mut self, name: &str, shape: Shape, default: Option<Data>) -> Id {
        let name = self.unique(name.to_owned());
        let id = self.push(Value { name, shape, source: Source::Input { default } });
        self.inputs.push(id);
        id
    }

    /// A tensor of the checkpoint, times `scale`. The same tensor asked again is the same value.
    pub fn tensor(&mut self, name: &str, shape: &[usize], scale: f32, layout: Layout) -> Id {
        let label = match layout {
            Layout::Stored => name.to_owned(),
            Layout::Swapped => format!("{name}.swapped"),
            Layout::SwappedFlipped => format!("{name}.flipped"),
            Layout::SquareSum => format!("{name}.squares"),
        };
        self.weight(label, shape, Data::Tensor { name: name.to_owned(), scale, layout })
    }

    /// A constant, row-major.
    ///
    /// # Panics
    /// If `numbers` does not fill `shape`: a mistake of the caller's code, not of its data.
    pub fn constant(&mut self, name: &str, shape: &[usize], numbers: Vec<f32>) -> Id {
        assert_eq!(shape.iter().product::<usize>(), numbers.len(), "{name}: numbers do not fill {shape:?}");
        let label = self.in_scope(name);
        self.weight(label, shape, Data::Constant(numbers.into()))
    }

    /// A constant of shape \[\].
    pub fn scalar(&mut self, number: f32) -> Id {
        self.weight(format!("const.{number:e}"), &[], Data::Constant([number].into()))
    }

    fn weight(&mut self, label: String, shape: &[usize], data: Data) -> Id {
        let shape: Shape = shape.iter().map(|&n| Dim::fixed(n)).collect();
        let same = |v: &Value| v.shape == shape && matches!(&v.source, Source::Weight(d) if *d == data);
        if let Some(found) = self.values.iter().position(same) {
            return Id(found);
        }
        let name = self.unique(label);
        self.push(Value { name, shape, source: Source::Weight(data) })
    }

    /// Applies an operator.
    ///
    /// # Errors
    /// [`GraphError::Shape`] if the operator cannot take these shapes.
    pub fn apply(&mut self, name: &str, op: impl Operator + 'static, inputs: &[Id]) -> Result<Id, GraphError> {
        let shapes: Vec<&[Dim]> = inputs.iter().map(|&id| self.shape(id)).collect();
        let shape = op.shape(&shapes).map_err(|reason| GraphError::Shape {
            value: self.in_scope(name),
            op: format!("{op:?}"),
            found: shapes.iter().map(|s| display(s)).collect::<Vec<_>>().join(", "),
            reason,
        })?;
        let name = self.unique(self.in_scope(name));
        let output = self.push(Value { name, shape, source: Source::Node(self.nodes.len()) });
        self.nodes.push(Node { op: Arc::new(op), inputs: inputs.to_vec(), output });
        Ok(output)
    }

    /// Marks a value as one that the graph returns, under a name of its own.
    pub fn output(&mut self, name: &str, id: Id) {
        if self.values[id.0].name != name {
            let name = self.unique(name.to_owned());
            self.values[id.0].name = name;
        }
        self.outputs.push(id);
    }

    /// Keeps only `inputs` and `outputs` as the graph's own, and the nodes that lead from one to the other.
    ///
    /// A value named in `inputs` that a node made is from now on given by the caller.
    pub(super) fn restricted(&self, name: &str, inputs: &[Id], outputs: &[Id]) -> Self {
        let given: HashSet<Id> = inputs.iter().copied().collect();
        let mut needed: HashSet<Id> = outputs.iter().copied().collect();
        let mut nodes: Vec<Node> = Vec::new();
        for node in self.nodes.iter().rev() {
            if needed.contains(&node.output) && !given.contains(&node.output) {
                needed.extend(&node.inputs);
                nodes.push(node.clone());
            }
        }
        nodes.reverse();
        let mut part = Self { name: name.to_owned(), nodes, outputs: outputs.to_vec(), ..self.clone() };
        part.inputs = inputs.iter().copied().filter(|id| needed.contains(id)).collect();
        for &id in inputs {
            if !matches!(part.values[id.0].source, Source::Input { .. }) {
                part.values[id.0].source = Source::Input { default: None };
            }
        }
        let position: HashMap<Id, usize> = part.nodes.iter().enumerate().map(|(i, n)| (n.output, i)).collect();
        for (id, i) in position {
            part.values[id.0].source = Source::Node(i);
        }
        part
    }

    fn push(&mut self, value: Value) -> Id {
        self.values.push(value);
        Id(self.values.len() - 1)
    }

    pub(super) fn in_scope(&self, name: &str) -> String {
        if self.scope.is_empty() { name.to_owned() } else { format!("{}.{name}", self.scope) }
    }

    fn unique(&mut self, name: String) -> String {
        let mut candidate = name.clone();
        let mut copy = 2;
        while !self.names.insert(candidate.clone()) {
            candidate = format!("{name}_{copy}");
            copy += 1;
        }
        candidate
    }
}
