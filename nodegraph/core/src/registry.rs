//! The kinds of nodes that this program has.

use std::collections::BTreeMap;
use std::sync::Arc;

use crate::nodes;
use crate::operator::Operator;

/// Kinds of nodes by their ids.
#[derive(Clone, Default)]
pub struct Registry {
    kinds: BTreeMap<String, Arc<dyn Operator>>,
    absence: Option<Arc<Absence>>,
}

/// Says in words why a kind is not there in a version, where it knows more than that it is not.
type Absence = dyn Fn(&str, u32) -> Option<String> + Send + Sync;

impl Registry {
    /// The nodes of this crate.
    #[must_use]
    pub fn standard() -> Self {
        nodes::all().into_iter().fold(Self::default(), Self::with)
    }

    /// With one more kind; one of the same id is replaced.
    #[must_use]
    pub fn with(mut self, operator: Arc<dyn Operator>) -> Self {
        self.kinds.insert(operator.decl().id.to_string(), operator);
        self
    }

    /// With somebody who knows why kinds are not there, by id and version: which plugin would have to be installed, say.
    /// Placeholders tell it.
    #[must_use]
    pub fn explained(mut self, absence: impl Fn(&str, u32) -> Option<String> + Send + Sync + 'static) -> Self {
        self.absence = Some(Arc::new(absence));
        self
    }

    /// In words why there is no kind of that id and version, if more is known than that there is none.
    #[must_use]
    pub fn absence(&self, id: &str, version: u32) -> Option<String> {
        self.absence.as_ref()?(id, version)
    }

    /// The kind of that id.
    #[must_use]
    pub fn get(&self, id: &str) -> Option<&Arc<dyn Operator>> {
        self.kinds.get(id)
    }

    /// All kinds, in the order of their ids.
    pub fn iter(&self) -> impl Iterator<Item = &Arc<dyn Operator>> {
        self.kinds.values()
    }
}

impl std::fmt::Debug for Registry {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_list().entries(self.kinds.keys()).finish()
    }
}
