//! The node graph on a generator.

mod drags;
mod latents;
mod support;
mod tracks;
