//! DragFX as an OpenFX plugin.
//!
//! An effect is a graph with the host's parameters set in it, computed by what the whole process shares. [`ffi`] speaks
//! with the host, [`effect`] says what an effect is, [`effects`] has them.

mod bundle;
pub mod clips;
pub mod declared;
pub mod effect;
pub mod effects;
pub mod failure;
pub mod ffi;
pub mod geometry;
mod log;
pub mod params;
pub mod picture;
pub mod pixels;
pub mod placement;
pub mod program;
pub mod run;
pub mod shared;
