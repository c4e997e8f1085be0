//! The command line as a user has it: the program itself, run on the reference fixtures.

#[cfg(unix)]
mod cancel;
mod drag;
mod failures;
mod generate;
mod import;
mod support;
mod trace;
