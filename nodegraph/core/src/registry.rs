//! The kinds of nodes that this program has.

use std::collections::BTreeMap;
use std::sync::Arc;

use crate::nodes;
use crate::operator::Operator;

/// Kinds of nodes by their ids.
#[derive(Clone, Default)]
pub struct Registry(BTreeMap<String, Arc<dyn Operator>>);

impl Registry {
    /// The nodes of this crate.
    #[must_use]
    pub fn standard() -> Self {
        nodes::all().into_iter().fold(Self::default(), Self::with)
    }

    /// With one more kind; one of the same id is replaced.
    #[must_use]
    pub fn with(mut self, operator: Arc<dyn Operator>) -> Self {
        self.0.insert(operator.decl().id.to_string(), operator);
        self
    }

    /// The kind of that id.
    #[must_use]
    pub fn get(&self, id: &str) -> Option<&Arc<dyn Operator>> {
        self.0.get(id)
    }

    /// All kinds, in the order of their ids.
    pub fn iter(&self) -> impl Iterator<Item = &Arc<dyn Operator>> {
        self.0.values()
    }
}

impl std::fmt::Debug for Registry {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_list().entries(self.0.keys()).finish()
    }
}
