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

pub mod bundle;
mod cache;
mod clip;
mod complaint;
mod describe;
mod effect;
mod error;
mod geometry;
mod guard;
mod handle;
mod host;
mod image;
mod instance;
pub mod interact;
mod library;
mod names;
mod observer;
pub mod param;
mod picture;
mod plugin;
mod property;
mod scope;
mod settings;
mod shelf;
mod status;
mod suite;
mod sync;

pub use bundle::Bundle;
pub use cache::{Cache, KnownPlugin};
pub use clip::{ClipDescription, ClipInfo, ClipSource, Still};
pub use complaint::{Complaint, Misuse, Record, Severity};
pub use describe::{ContextDescription, Description};
pub use error::{Fault, HostError};
pub use geometry::{PointD, RectD, RectI};
pub use host::Host;
pub use instance::{Instance, InstanceOptions, Preferences, Project, RenderRequest};
pub use library::{Library, PluginId};
pub use names::{ColourManagement, Components, Context, Depth, Field, MessageKind, Premultiplication, ThreadSafety};
pub use observer::{Message, Observer, Quiet};
pub use picture::{Picture, PictureError, RowLayout, RowOrder};
pub use plugin::Plugin;
pub use settings::{HostSettings, SuiteFilter};
pub use status::Status;
