//! The node editor: a picture whose points are dragged, the graph that it comes from, and the settings of its nodes.
//!
//! The [document](dragfx_graph::document::Document) is the truth. Panels are functions of it that draw, and answer with
//! commands; the [`Editor`] carries those out, one undo step each, between two frames. Nothing is computed on the
//! thread that draws: `compute` does, in the background, and is only asked what it knows by now.

mod action;
mod canvas;
mod command;
mod compute;
mod desk;
mod dialog;
mod dragging;
mod editor;
mod files;
mod help;
mod inspector;
mod layout;
mod menu;
mod session;
mod setup;
mod starter;
#[cfg(test)]
mod testing;
mod theme;
mod timeline;
mod viewer;
mod window;

pub use editor::Editor;
pub use help::keys;
pub use setup::{Services, Setup};
pub use starter::starter;
pub use window::run;
