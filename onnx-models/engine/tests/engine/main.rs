//! The engine against plain re-statements of its mathematics, small synthetic generators, and numbers recorded from the official implementation.

mod fixtures;
mod losses;
mod models;
mod naive;
mod sampling;
mod session;
mod session_edits;
mod worker;
