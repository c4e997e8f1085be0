//! From a StyleGAN2 checkpoint to ONNX graphs, forward and backward.
//!
//! This crate knows tensors and operators. It knows nothing of ONNX Runtime, of nodes or of a user interface.

pub mod checkpoint;
pub mod file;
pub mod ir;
pub mod latent_file;
pub mod onnx;
pub mod pack;
pub mod spec;
pub mod stylegan2;
