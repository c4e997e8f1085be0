//! The values of an instance, as a project keeps them.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use super::keys::Key;
use super::kind::ParamKind;
use super::value::ParamValue;

/// The values and keys of an instance's persistent parameters, by name.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(transparent)]
pub struct SavedParams(pub BTreeMap<String, SavedParam>);

/// What one parameter holds.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct SavedParam {
    /// What it is.
    pub kind: ParamKind,
    /// Its value or its keys.
    #[serde(flatten)]
    pub content: Content,
}

/// A value, or keys.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Content {
    /// The value of a parameter without keys.
    Value(ParamValue),
    /// The keys of a parameter that has some.
    Keys(Vec<Key<ParamValue>>),
}
