//! The host with a plugin of its own, which keeps to the rules or breaks them.

mod ask;
mod life;
mod misuse;
mod render;
mod stage;
