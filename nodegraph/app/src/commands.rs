//! What the commands do, one module each.

pub(crate) mod bench;
pub(crate) mod doctor;
pub(crate) mod drag;
pub(crate) mod edit;
pub(crate) mod eval;
pub(crate) mod generate;
pub(crate) mod graph;
pub(crate) mod latent;
pub(crate) mod model;
pub(crate) mod nodes;
pub(crate) mod render;
pub(crate) mod validate;
