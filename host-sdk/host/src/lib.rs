//! A host for [OpenFX](https://openfx.readthedocs.io) plugins: it finds bundles, loads and describes plugins, makes
//! instances of them, feeds their clips and renders.
//!
//! Lifetimes are layers: a library keeps the host, a plugin keeps its library, an instance keeps its plugin, and dropping
//! one undoes what making it did. Everything that crosses to a plugin is checked: handles are numbers that are looked up
//! and never dereferenced, null pointers and wrong types are answered by a status and remembered as [`Complaint`]s, and no
//! panic leaves a callback.

// A host is made of C callbacks and calls into C libraries; each unsafe block says why it is sound.
#![allow(unsafe_code)]
// The constants of the standard keep their names, also as patterns.
#![allow(non_upper_case_globals)]

mod complaint;
mod error;
mod guard;
mod handle;
pub mod interact;
pub mod param;
mod property;
mod scope;
mod status;
mod sync;

pub use complaint::{Complaint, Misuse, Severity};
pub use error::{Fault, HostError};
pub use status::Status;
