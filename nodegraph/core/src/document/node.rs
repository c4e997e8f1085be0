//! One node.

use std::collections::BTreeMap;
use std::fmt;
use std::sync::Arc;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value as Json};

use crate::declare::NodeDecl;
use crate::operator::{Operator, Params};
use crate::param::Param;

/// The number of a node: it keeps it for ever, in its preset as well. The number of a node that was removed is free again
/// once the document is loaded anew.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize, JsonSchema)]
#[serde(transparent)]
pub struct NodeId(pub u32);

/// A node of a document.
#[derive(Clone, Debug)]
pub struct Node {
    /// Its number.
    pub id: NodeId,
    /// What people, presets and the command line call it; no other node of the document has that name.
    pub name: String,
    /// What it is.
    pub kind: NodeKind,
    /// The parameters that are set; the others have their defaults.
    pub params: BTreeMap<String, Param>,
    /// Where it lies on the canvas: x to the right, y down, in points of the screen at zoom 1.
    pub position: [f64; 2],
    /// Whether it passes its input on instead of working.
    pub bypass: bool,
    /// What people say of it.
    pub note: String,
}

/// What a node is.
#[derive(Clone)]
pub enum NodeKind {
    /// A node that this program has.
    Known(Arc<dyn Operator>),
    /// A node that it has not; it is kept as it was read.
    Placeholder(Placeholder),
}

/// A node that this program has not, or not in that version.
#[derive(Clone, Debug, PartialEq)]
pub struct Placeholder {
    /// Its kind.
    pub type_id: String,
    /// The version of its kind.
    pub version: u32,
    /// Its parameters, as they were read.
    pub params: Map<String, Json>,
    /// Why it is a placeholder.
    pub reason: String,
}

impl Node {
    /// A node without settings.
    #[must_use]
    pub fn new(id: NodeId, name: String, kind: NodeKind) -> Self {
        Self { id, name, kind, params: BTreeMap::new(), position: [0.0; 2], bypass: false, note: String::new() }
    }

    /// The declaration; `None` for a placeholder.
    #[must_use]
    pub fn decl(&self) -> Option<&NodeDecl> {
        match &self.kind {
            NodeKind::Known(operator) => Some(operator.decl()),
            NodeKind::Placeholder(_) => None,
        }
    }

    /// The id of its kind.
    #[must_use]
    pub fn type_id(&self) -> &str {
        match &self.kind {
            NodeKind::Known(operator) => &operator.decl().id,
            NodeKind::Placeholder(placeholder) => &placeholder.type_id,
        }
    }

    /// All declared parameters at `frame`; none for a placeholder.
    #[must_use]
    pub fn params_at(&self, frame: f64) -> Params {
        let declared = self.decl().into_iter().flat_map(|decl| &decl.params);
        let value = |decl: &crate::declare::ParamDecl| match self.params.get(&*decl.id) {
            // Between keys a curve may swing beyond what they allow.
            Some(param) => param.at(frame).within(decl),
            None => decl.default_value(),
        };
        Params(declared.map(|decl| (decl.id.to_string(), value(decl))).collect())
    }

    /// Whether a text can be a node's name: letters, digits, `_` and `-`, at most 64 of them.
    #[must_use]
    pub fn is_name(text: &str) -> bool {
        let suits = |c: char| c.is_alphanumeric() || c == '_' || c == '-';
        (1..=64).contains(&text.chars().count()) && text.chars().all(suits)
    }
}

impl fmt::Debug for NodeKind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Known(operator) => write!(f, "{}", operator.decl().id),
            Self::Placeholder(placeholder) => placeholder.fmt(f),
        }
    }
}

impl fmt::Display for NodeId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}
