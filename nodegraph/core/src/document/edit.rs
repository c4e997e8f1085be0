//! Changes of a document: each is checked before it is made, and gives the change that takes it back.

use petgraph::visit::EdgeRef as _;

use super::node::{Node, NodeId, NodeKind};
use super::path::Published;
use super::{About, Connection, Document, FrameRange, Wire};
use crate::declare::{Arity, Kind};
use crate::models::ModelRef;
use crate::param::{Param, ParamError};
use crate::summary::listed;
use crate::value::PortType;

/// A change of a document.
#[derive(Clone, Debug)]
pub enum Edit {
    /// Adds a node; see [`Document::new_node`].
    Insert(Box<Node>),
    /// Takes a node away that has no wires and nothing published; see [`Document::removal`].
    Remove(NodeId),
    /// Makes a wire. The input must be free, or take many: then the wire goes in at its `order`.
    Connect(Connection),
    /// Takes a wire away.
    Disconnect {
        /// The node that takes.
        to: NodeId,
        /// Its input.
        input: String,
        /// The wire's place among those of the input.
        order: usize,
    },
    /// Sets a parameter, or with `None` gives it its default back.
    SetParam {
        /// The node.
        node: NodeId,
        /// The parameter.
        param: String,
        /// Its value.
        value: Option<Param>,
    },
    /// Gives a node another name.
    Rename {
        /// The node.
        node: NodeId,
        /// Its new name.
        name: String,
    },
    /// Moves a node on the canvas.
    Move {
        /// The node.
        node: NodeId,
        /// Where to.
        position: [f64; 2],
    },
    /// Lets a node pass its input on, or work again.
    Bypass {
        /// The node.
        node: NodeId,
        /// Whether it passes its input on.
        bypass: bool,
    },
    /// Says something of a node.
    Note {
        /// The node.
        node: NodeId,
        /// What.
        note: String,
    },
    /// Adds or replaces a model, or with `None` takes it away.
    SetModel {
        /// What nodes call it.
        name: String,
        /// The model.
        model: Option<ModelRef>,
    },
    /// Replaces the list of published parameters.
    Publish(Vec<Published>),
    /// Sets the timeline.
    SetFrames(FrameRange),
    /// Sets title and description.
    SetAbout(About),
}

/// Why a change is not made. The document is then as it was.
#[derive(Clone, Debug, PartialEq, thiserror::Error)]
#[non_exhaustive]
pub enum EditError {
    /// There is no such node.
    #[error("there is no node {0}")]
    NoSuchNode(String),
    /// There is no node of that name.
    #[error("there is no node `{name}`; there are {}", listed(known))]
    NoNodeCalled {
        /// The name.
        name: String,
        /// The names there are.
        known: Vec<String>,
    },
    /// Its number is taken.
    #[error("there is a node {0} already")]
    IdTaken(NodeId),
    /// Its name is taken.
    #[error("there is a node `{0}` already")]
    NameTaken(String),
    /// A name that no node can have.
    #[error("`{0}` is no name: letters, digits, _ and -, at most 64 of them")]
    BadName(String),
    /// The node has wires or published parameters.
    #[error("`{0}` is still in use")]
    InUse(String),
    /// No such output.
    #[error("`{node}` has no output `{output}`; it has {}", listed(known))]
    NoSuchOutput {
        /// The node.
        node: String,
        /// The output.
        output: String,
        /// The outputs there are.
        known: Vec<String>,
    },
    /// No such input.
    #[error("`{node}` has no input `{input}`; it has {}", listed(known))]
    NoSuchInput {
        /// The node.
        node: String,
        /// The input.
        input: String,
        /// The inputs there are.
        known: Vec<String>,
    },
    /// A wire between ports of different types.
    #[error("{from} gives {gives}, but {to} takes {takes}")]
    Type {
        /// `node.output`.
        from: String,
        /// Its type.
        gives: PortType,
        /// `node.input`.
        to: String,
        /// Its type.
        takes: PortType,
    },
    /// The input has a wire already.
    #[error("{0} takes one wire, and has one")]
    Occupied(String),
    /// The wire would close a circle.
    #[error("{from} depends on {to}: the wire would close a circle")]
    Cycle {
        /// The node that would give.
        from: String,
        /// The node that would take.
        to: String,
    },
    /// No such wire.
    #[error("{0} has no such wire")]
    NoSuchWire(String),
    /// No such parameter.
    #[error("`{node}` has no parameter `{param}`; it has {}", listed(known))]
    NoSuchParam {
        /// The node.
        node: String,
        /// The parameter.
        param: String,
        /// The parameters there are.
        known: Vec<String>,
    },
    /// A value that does not suit the parameter.
    #[error("{node}.{param}: {error}")]
    Param {
        /// The node.
        node: String,
        /// The parameter.
        param: String,
        /// What is wrong.
        error: ParamError,
    },
    /// A placeholder can be moved, renamed, disconnected and removed, and nothing else.
    #[error("`{0}` is a placeholder; it cannot be changed")]
    Placeholder(String),
    /// A number that makes no sense, or a name twice.
    #[error("{0}")]
    Invalid(String),
}

/// Most wires of an input: far above what anybody joins, and few enough to be counted each time.
const MOST_WIRES: usize = 1000;

fn check_position(position: [f64; 2]) -> Result<(), EditError> {
    /// Far beyond every canvas, and safe to add to.
    const FARTHEST: f64 = 1e100;
    if position.iter().all(|x| x.abs() <= FARTHEST) {
        return Ok(());
    }
    Err(EditError::Invalid("a position is beyond every canvas".to_owned()))
}

impl Document {
    /// Makes a change; gives the one that takes it back.
    ///
    /// # Errors
    /// See [`EditError`]; the document is then as it was.
    pub fn apply(&mut self, edit: Edit) -> Result<Edit, EditError> {
        match edit {
            Edit::Insert(node) => self.insert(*node),
            Edit::Remove(id) => self.remove(id),
            Edit::Connect(connection) => self.connect(connection),
            Edit::Disconnect { to, input, order } => self.disconnect(to, &input, order),
            Edit::SetParam { node, param, value } => self.set_param(node, param, value),
            Edit::Rename { node, name } => self.rename(node, name),
            Edit::Move { node, position } => {
                check_position(position)?;
                let position = std::mem::replace(&mut self.node_mut(node)?.position, position);
                Ok(Edit::Move { node, position })
            }
            Edit::Bypass { node, bypass } => {
                let bypass = std::mem::replace(&mut self.node_mut(node)?.bypass, bypass);
                Ok(Edit::Bypass { node, bypass })
            }
            Edit::Note { node, note } => {
                let note = std::mem::replace(&mut self.node_mut(node)?.note, note);
                Ok(Edit::Note { node, note })
            }
            Edit::SetModel { name, model } => self.set_model(name, model),
            Edit::Publish(published) => self.publish(published),
            Edit::SetFrames(frames) => {
                frames.check().map_err(EditError::Invalid)?;
                Ok(Edit::SetFrames(std::mem::replace(&mut self.frames, frames)))
            }
            Edit::SetAbout(about) => Ok(Edit::SetAbout(std::mem::replace(&mut self.about, about))),
        }
    }

    /// The edits that make a wire to `to`'s input: what is connected to an input for one wire gives way, and an input for
    /// many gets it last.
    #[must_use]
    pub fn connection(&self, from: NodeId, output: &str, to: NodeId, input: &str) -> Vec<Edit> {
        let taken = self.wires_into(to).into_iter().filter(|wire| wire.input == input).count();
        let many = self.arity(to, input).is_none_or(Arity::is_many);
        let order = if many { taken } else { 0 };
        let (output, input) = (output.to_owned(), input.to_owned());
        let way = (!many && taken > 0).then(|| Edit::Disconnect { to, input: input.clone(), order });
        way.into_iter().chain([Edit::Connect(Connection { from, output, to, input, order })]).collect()
    }

    /// The edits that take nodes away, with their wires and what they publish.
    #[must_use]
    pub fn removal(&self, nodes: &[NodeId]) -> Vec<Edit> {
        let mut nodes: Vec<NodeId> = nodes.iter().copied().filter(|id| self.places.contains_key(id)).collect();
        nodes.sort();
        nodes.dedup();
        let gone = |id: &NodeId| nodes.binary_search(id).is_ok();
        let mut wires: Vec<Connection> = self.all_wires().filter(|wire| gone(&wire.from) || gone(&wire.to)).collect();
        // The last wire of an input first: taking one away moves those behind it up.
        wires.sort_by_key(|wire| std::cmp::Reverse(wire.order));
        let wires =
            wires.into_iter().map(|wire| Edit::Disconnect { to: wire.to, input: wire.input, order: wire.order });
        let kept: Vec<Published> = self.published.iter().filter(|published| !gone(&published.node)).cloned().collect();
        let published = (kept.len() < self.published.len()).then_some(Edit::Publish(kept));
        wires.chain(published).chain(nodes.iter().map(|&id| Edit::Remove(id))).collect()
    }

    fn node_mut(&mut self, id: NodeId) -> Result<&mut Node, EditError> {
        let place = self.places.get(&id).copied();
        let node = place.and_then(|place| self.graph.node_weight_mut(place));
        node.ok_or_else(|| EditError::NoSuchNode(id.to_string()))
    }

    fn existing(&self, id: NodeId) -> Result<&Node, EditError> {
        self.node(id).ok_or_else(|| EditError::NoSuchNode(id.to_string()))
    }

    fn check_name(&self, name: &str) -> Result<(), EditError> {
        if !Node::is_name(name) {
            return Err(EditError::BadName(name.to_owned()));
        }
        if self.names.contains_key(name) { Err(EditError::NameTaken(name.to_owned())) } else { Ok(()) }
    }

    fn insert(&mut self, node: Node) -> Result<Edit, EditError> {
        let id = node.id;
        if self.places.contains_key(&id) {
            return Err(EditError::IdTaken(id));
        }
        self.check_name(&node.name)?;
        check_position(node.position)?;
        node.params.iter().try_for_each(|(param, value)| check_param(&node, param, Some(value)))?;
        self.next = self.next.max(id.0.wrapping_add(1));
        self.names.insert(node.name.clone(), id);
        self.places.insert(id, self.graph.add_node(node));
        Ok(Edit::Remove(id))
    }

    fn remove(&mut self, id: NodeId) -> Result<Edit, EditError> {
        let node = self.existing(id)?;
        let published = self.published.iter().any(|published| published.node == id);
        let place = self.places[&id];
        if published || self.graph.neighbors_undirected(place).next().is_some() {
            return Err(EditError::InUse(node.name.clone()));
        }
        self.places.remove(&id);
        let node = self.graph.remove_node(place).ok_or_else(|| EditError::NoSuchNode(id.to_string()))?;
        self.names.remove(&node.name);
        Ok(Edit::Insert(Box::new(node)))
    }

    /// How many wires an input takes; `None` for a placeholder's.
    fn arity(&self, id: NodeId, input: &str) -> Option<Arity> {
        Some(self.node(id)?.decl()?.find_input(input)?.arity)
    }

    /// Checks type, arity and cycles, in this order.
    fn check_wire(&self, wire: &Connection) -> Result<(), EditError> {
        let (from, to) = (self.existing(wire.from)?, self.existing(wire.to)?);
        let (source, target) = (format!("{}.{}", from.name, wire.output), format!("{}.{}", to.name, wire.input));
        let gives = match from.decl() {
            None => None,
            Some(decl) => Some(decl.find_output(&wire.output).ok_or_else(|| EditError::NoSuchOutput {
                node: from.name.clone(),
                output: wire.output.clone(),
                known: decl.outputs.iter().map(|output| output.id.to_string()).collect(),
            })?),
        };
        let takes = match to.decl() {
            None => None,
            Some(decl) => Some(decl.find_input(&wire.input).ok_or_else(|| EditError::NoSuchInput {
                node: to.name.clone(),
                input: wire.input.clone(),
                known: decl.inputs.iter().map(|input| input.id.to_string()).collect(),
            })?),
        };
        if let (Some(gives), Some(takes)) = (gives, takes)
            && gives.port_type != takes.port_type
        {
            let (gives, takes) = (gives.port_type, takes.port_type);
            return Err(EditError::Type { from: source, gives, to: target, takes });
        }
        let taken = self.graph.edges_directed(self.places[&wire.to], petgraph::Incoming);
        let taken = taken.filter(|edge| edge.weight().input == wire.input).count();
        if taken >= MOST_WIRES {
            return Err(EditError::Invalid(format!("{target} has {MOST_WIRES} wires, the most that an input takes")));
        }
        if takes.is_some_and(|takes| !takes.arity.is_many()) && taken > 0 {
            return Err(EditError::Occupied(target));
        }
        if wire.order > taken {
            return Err(EditError::Invalid(format!("{target} has {taken} wires; there is no place {}", wire.order)));
        }
        if self.reaches(self.places[&wire.to], self.places[&wire.from]) {
            return Err(EditError::Cycle { from: from.name.clone(), to: to.name.clone() });
        }
        Ok(())
    }

    fn connect(&mut self, wire: Connection) -> Result<Edit, EditError> {
        self.check_wire(&wire)?;
        let Connection { from, output, to, input, order } = wire;
        self.shift(to, &input, order, 1);
        let taken_back = Edit::Disconnect { to, input: input.clone(), order };
        self.graph.add_edge(self.places[&from], self.places[&to], Wire { output, input, order });
        Ok(taken_back)
    }

    fn disconnect(&mut self, to: NodeId, input: &str, order: usize) -> Result<Edit, EditError> {
        let name = &self.existing(to)?.name;
        let edge = self.edge(to, input, order).ok_or_else(|| EditError::NoSuchWire(format!("{name}.{input}")))?;
        let from = self.graph.edge_endpoints(edge).map(|(from, _)| self.graph[from].id);
        let (from, wire) = from.zip(self.graph.remove_edge(edge)).expect("the edge was just found");
        self.shift(to, input, order, -1);
        Ok(Edit::Connect(Connection { from, output: wire.output, to, input: wire.input, order }))
    }

    /// Moves the wires of an input from `order` on by one place.
    fn shift(&mut self, to: NodeId, input: &str, order: usize, by: isize) {
        let edges: Vec<_> =
            self.graph.edges_directed(self.places[&to], petgraph::Incoming).map(|edge| edge.id()).collect();
        for edge in edges {
            let wire = &mut self.graph[edge];
            if wire.input == input && wire.order >= order {
                wire.order = wire.order.saturating_add_signed(by);
            }
        }
    }

    fn set_param(&mut self, id: NodeId, param: String, value: Option<Param>) -> Result<Edit, EditError> {
        check_param(self.existing(id)?, &param, value.as_ref())?;
        let params = &mut self.node_mut(id)?.params;
        let old = match value {
            Some(value) => params.insert(param.clone(), value),
            None => params.remove(&param),
        };
        Ok(Edit::SetParam { node: id, param, value: old })
    }

    fn rename(&mut self, id: NodeId, name: String) -> Result<Edit, EditError> {
        let old = self.existing(id)?.name.clone();
        if name != old {
            self.check_name(&name)?;
            self.names.remove(&old);
            self.names.insert(name.clone(), id);
            self.node_mut(id)?.name = name;
        }
        Ok(Edit::Rename { node: id, name: old })
    }

    fn set_model(&mut self, name: String, model: Option<ModelRef>) -> Result<Edit, EditError> {
        if !Node::is_name(&name) {
            return Err(EditError::BadName(name));
        }
        if model.as_ref().is_some_and(|model| !model.has_sound_hash()) {
            return Err(EditError::Invalid(format!(
                "the model `{name}` has a hash that is none: 64 hexadecimal digits"
            )));
        }
        let old = match model {
            Some(model) => self.models.insert(name.clone(), model),
            None => self.models.remove(&name),
        };
        Ok(Edit::SetModel { name, model: old })
    }

    fn publish(&mut self, published: Vec<Published>) -> Result<Edit, EditError> {
        for (index, entry) in published.iter().enumerate() {
            let node = self.existing(entry.node)?;
            if !Node::is_name(&entry.name) {
                return Err(EditError::BadName(entry.name.clone()));
            }
            if published[..index].iter().any(|other| other.name == entry.name) {
                return Err(EditError::Invalid(format!("two published parameters are called `{}`", entry.name)));
            }
            if let Some([least, most]) = entry.range {
                let wrong = |reason| EditError::Invalid(format!("the range of `{}` is none: {reason}", entry.name));
                if !least.is_finite() || !most.is_finite() {
                    return Err(wrong("its ends must be finite".to_owned()));
                }
                if least > most {
                    return Err(wrong(format!("{least} is more than {most}")));
                }
            }
            if node.decl().is_some() {
                let decl = declared(node, &entry.path.param)?;
                if entry.path.item.is_some() && !matches!(decl.kind, Kind::Points) {
                    let message = format!("{}.{} is no list of points", node.name, entry.path.param);
                    return Err(EditError::Invalid(message));
                }
            }
        }
        Ok(Edit::Publish(std::mem::replace(&mut self.published, published)))
    }
}

pub(super) fn declared<'n>(node: &'n Node, param: &str) -> Result<&'n crate::declare::ParamDecl, EditError> {
    let decl = match &node.kind {
        NodeKind::Known(operator) => operator.decl(),
        NodeKind::Placeholder(_) => return Err(EditError::Placeholder(node.name.clone())),
    };
    decl.find_param(param).ok_or_else(|| EditError::NoSuchParam {
        node: node.name.clone(),
        param: param.to_owned(),
        known: decl.params.iter().map(|param| param.id.to_string()).collect(),
    })
}

fn check_param(node: &Node, param: &str, value: Option<&Param>) -> Result<(), EditError> {
    let decl = declared(node, param)?;
    let checked = value.map_or(Ok(()), |value| value.check(decl));
    checked.map_err(|error| EditError::Param { node: node.name.clone(), param: param.to_owned(), error })
}
