//! The node graph on a generator.

mod drags;
mod latents;
mod resumed;
mod support;
mod tracks;
