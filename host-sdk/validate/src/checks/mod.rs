//! The checks, by what they are about.

pub(crate) mod action;
pub(crate) mod answer;
pub(crate) mod binary;
pub(crate) mod conduct;
pub(crate) mod describe;
pub(crate) mod growth;
pub(crate) mod input;
pub(crate) mod interact;
pub(crate) mod life;
pub(crate) mod params;
pub(crate) mod picture;
pub(crate) mod render;
pub(crate) mod suite;
pub(crate) mod thread;
