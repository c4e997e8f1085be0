//! What people do with the editor, from beginning to end: each story is one test, done by mouse and keyboard.

#[path = "../support/mod.rs"]
mod support;

mod build;
mod clipboard;
mod hand;
mod mask;
mod pictures;
