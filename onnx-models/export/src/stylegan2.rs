//! StyleGAN2 as graphs: mapping, synthesis, and the forward and backward graphs of a drag.
//!
//! The mathematics follow Karras et al. 2020 ("Analyzing and Improving the Image Quality of StyleGAN") with the options
//! of the stylegan2-ada generators. A modulated convolution is written unfused, `x·s → Conv → ·d`, so that its
//! weights stay constant and its derivative needs no weight gradients.

mod drag;
mod layer;
mod mapping;
mod synthesis;

pub use drag::{Cut, DragGraphs, OPTIMISED_ROWS, WindowLayer, WindowStage, drag};
pub use mapping::mapping;
pub use synthesis::synthesis;
