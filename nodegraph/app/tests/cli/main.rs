//! The command line as a user has it: the program itself, run on the reference fixtures.

#[cfg(unix)]
mod cancel;
mod drag;
mod effects;
mod eval;
mod examples;
mod failures;
mod generate;
mod generated;
mod graph;
mod import;
mod render;
#[cfg(unix)]
mod saves;
mod support;
mod trace;
