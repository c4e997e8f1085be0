//! The objects of a pickle.
//!
//! They live in one vector and refer to each other by index, so cyclic and deeply nested objects cost nothing
//! special and are dropped without recursion.

use std::mem::size_of;

use super::Meter;
use super::globals::Role;
use crate::checkpoint::error::Result;
use crate::checkpoint::source::View;

/// An object of a [`Heap`].
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub(crate) struct Id(u32);

/// What an object is.
#[derive(Debug)]
pub(crate) enum Node {
    None,
    Bool(bool),
    Int(i64),
    /// An integer of more than 64 bits, little-endian two's complement.
    Long(Box<[u8]>),
    Float(f64),
    Text(Box<str>),
    Bytes(Box<[u8]>),
    /// Text too long to be a name; it stays in the file.
    LongText(Box<View>),
    /// Bytes that stay in the file.
    LongBytes(Box<View>),
    Tuple(Box<[Id]>),
    List(Vec<Id>),
    Dict(Vec<(Id, Id)>),
    Set(Vec<Id>),
    /// A name that the pickle imports.
    Global(Box<str>, Role),
    /// What a call would have made; the call did not happen.
    Call {
        callee: Id,
        args: Id,
        state: Option<Id>,
    },
    /// A persistent id: in files of `torch.save`, a storage.
    Persistent(Id),
}

/// All objects of a pickle.
#[derive(Debug)]
pub(crate) struct Heap {
    nodes: Vec<Node>,
    root: Id,
}

impl Heap {
    pub(crate) const NONE: Id = Id(0);
    pub(crate) const FALSE: Id = Id(1);
    pub(crate) const TRUE: Id = Id(2);
    pub(crate) const EMPTY: Id = Id(3);

    pub(super) fn new() -> Self {
        let nodes = vec![Node::None, Node::Bool(false), Node::Bool(true), Node::Tuple(Box::default())];
        Self { nodes, root: Self::NONE }
    }

    pub(super) fn push(&mut self, node: Node, meter: &mut Meter) -> Result<Id> {
        // Beside the node itself: what it owns, with the allocator's overhead and a vector's spare room.
        let owned = match &node {
            Node::Text(text) | Node::Global(text, _) => text.len() + 16,
            Node::Bytes(bytes) | Node::Long(bytes) => bytes.len() + 16,
            Node::LongText(_) | Node::LongBytes(_) => size_of::<View>() + 16,
            Node::Tuple(items) => items.len() * size_of::<Id>() + 16,
            Node::List(items) | Node::Set(items) => items.len() * size_of::<Id>() + 16,
            Node::Dict(items) => items.len() * size_of::<(Id, Id)>() + 16,
            _ => 0,
        };
        meter.allocate(size_of::<Node>() + owned)?;
        let id = Id(u32::try_from(self.nodes.len()).unwrap_or(u32::MAX));
        self.nodes.push(node);
        Ok(id)
    }

    pub(super) fn set_root(&mut self, root: Id) {
        self.root = root;
    }

    pub(super) fn node_mut(&mut self, id: Id) -> &mut Node {
        &mut self.nodes[id.0 as usize]
    }

    pub(crate) fn root(&self) -> Id {
        self.root
    }

    pub(crate) fn node(&self, id: Id) -> &Node {
        &self.nodes[id.0 as usize]
    }

    pub(crate) fn nodes(&self) -> &[Node] {
        &self.nodes
    }

    pub(crate) fn text(&self, id: Id) -> Option<&str> {
        match self.node(id) {
            Node::Text(text) => Some(text),
            _ => None,
        }
    }

    pub(crate) fn int(&self, id: Id) -> Option<i64> {
        match self.node(id) {
            Node::Int(value) => Some(*value),
            _ => None,
        }
    }

    /// The items of a tuple or list.
    pub(crate) fn items(&self, id: Id) -> Option<&[Id]> {
        match self.node(id) {
            Node::Tuple(items) => Some(items),
            Node::List(items) => Some(items),
            _ => None,
        }
    }

    pub(crate) fn dict(&self, id: Id) -> Option<&[(Id, Id)]> {
        match self.node(id) {
            Node::Dict(items) => Some(items),
            _ => None,
        }
    }

    /// The value of a text key of a dictionary; as in Python, the last of several counts.
    pub(crate) fn get(&self, dict: Id, key: &str) -> Option<Id> {
        self.dict(dict)?.iter().rev().find(|(k, _)| self.text(*k) == Some(key)).map(|(_, value)| *value)
    }

    /// The function or class that a call names, and its arguments.
    pub(crate) fn call(&self, id: Id) -> Option<(&str, &[Id])> {
        match self.node(id) {
            Node::Call { callee, args, .. } => Some((self.global(*callee)?, self.items(*args)?)),
            _ => None,
        }
    }

    pub(crate) fn global(&self, id: Id) -> Option<&str> {
        match self.node(id) {
            Node::Global(name, _) => Some(name),
            _ => None,
        }
    }

    /// What the object is, for an error message.
    pub(crate) fn describe(&self, id: Id) -> String {
        match self.node(id) {
            Node::None => "None".to_owned(),
            Node::Bool(value) => if *value { "True" } else { "False" }.to_owned(),
            Node::Int(value) => value.to_string(),
            Node::Long(_) => "a very large integer".to_owned(),
            Node::Float(value) => value.to_string(),
            Node::Text(text) => format!("{:?}", text.chars().take(60).collect::<String>()),
            Node::LongText(_) => "a long text".to_owned(),
            Node::Bytes(_) | Node::LongBytes(_) => "a byte string".to_owned(),
            Node::Tuple(items) => format!("a tuple of {}", items.len()),
            Node::List(items) => format!("a list of {}", items.len()),
            Node::Set(items) => format!("a set of {}", items.len()),
            Node::Dict(items) => {
                let keys: Vec<&str> = items.iter().take(6).filter_map(|(key, _)| self.text(*key)).collect();
                let more = if items.len() > keys.len() { ", ..." } else { "" };
                format!("a dictionary ({}{more})", keys.join(", "))
            }
            Node::Global(name, _) => format!("`{name}` itself"),
            Node::Call { callee, .. } => match self.node(*callee) {
                Node::Global(name, _) => format!("built by `{name}`"),
                _ => "an object".to_owned(),
            },
            Node::Persistent(_) => "a storage".to_owned(),
        }
    }
}
