//! What the headers say of properties, as data: for hosts and checkers that do not want to type it again.

use crate::properties::PROPERTIES;

/// The type of a property's values. Booleans are whole numbers, enumerations are strings.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// `int`.
    Int,
    /// `double`.
    Double,
    /// `char *`.
    String,
    /// `void *`.
    Pointer,
}

/// A property of the standard.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Property {
    /// Its name as a string, which is not always the name of its constant.
    pub name: &'static str,
    /// Its type; several where that depends on the parameter that has it.
    pub kinds: &'static [Kind],
    /// How many values it has; 0 where that varies.
    pub dimension: usize,
    /// The values that the headers list; none where any will do. The lists are not complete everywhere.
    pub values: &'static [&'static str],
}

/// All properties that the headers describe, in the order of their names.
#[must_use]
pub fn all() -> &'static [Property] {
    PROPERTIES
}

/// The property of that name.
#[must_use]
pub fn find(name: &str) -> Option<&'static Property> {
    PROPERTIES.binary_search_by(|property| property.name.cmp(name)).ok().map(|at| &PROPERTIES[at])
}
