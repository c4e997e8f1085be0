//! OpenFX effects as nodes of the graph: each effect that is installed is a kind of node, with its clips as inputs and
//! its parameters as parameters.
//!
//! [`with_installed`] adds them to a registry. The graph itself knows nothing of plugins, and this crate nothing of
//! models or user interfaces.

mod declare;
mod effect;
mod error;
mod host;
mod installed;
mod names;
mod params;
mod pictures;
mod text;

pub use error::EffectError;
pub use installed::{Installed, Options, Skipped, left_out, with_installed};
pub use names::{PREFIX, node_id};
