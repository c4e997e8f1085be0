//! The node graph: values, nodes, documents, evaluation, presets.
//!
//! A [`document`] holds nodes, wires and parameters; every change of it is a command that can be undone. An [`eval`]uator
//! computes what is asked of it at a frame, and nothing else; results are known by the fingerprint of what they read. A
//! [`preset`] is a document as a file. Nothing here knows a user interface or a plugin host.

pub mod curve;
pub mod declare;
pub mod diagram;
pub mod document;
pub mod error;
pub mod eval;
pub mod files;
mod hashes;
pub mod models;
pub mod nodes;
pub mod operator;
pub mod param;
pub mod preset;
pub mod raster;
pub mod reference;
pub mod registry;
pub mod render;
pub mod shape;
pub mod summary;
pub mod value;
