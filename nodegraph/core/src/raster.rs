//! Pixels: shapes to masks, distances, resampling, matching.

pub mod distance;
pub(crate) mod matching;
mod outline;
pub mod resample;
pub mod shapes;
