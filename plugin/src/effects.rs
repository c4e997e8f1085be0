//! The effects.

use crate::effect::Effect;

/// All effects, in the order in which hosts list them.
#[must_use]
pub fn all() -> Vec<Box<dyn Effect>> {
    Vec::new()
}
