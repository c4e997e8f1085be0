//! The drag itself: motion supervision, point tracking, the mask term, the optimiser and the session that joins them.
//!
//! A generator is seen through one trait, [`model::DragModel`]: features at a tap for a latent (forward), and the product of a feature gradient with the
//! Jacobian of that map (backward). Everything else happens here, in plain host code on small patches. This crate knows latents, features and points; it never
//! opens a file, knows no user interface and no plugin host.
//!
//! No feature map is ever resized to image size: [`sample`] evaluates the bilinear resize only where a patch or a search window asks for it, and [`mask_term`]
//! evaluates the mask loss at image resolution from the native map.
//!
//! | module | what |
//! |---|---|
//! | [`generator`], [`onnx`] | a model pack: seeds to latents, latents to pictures, and its drag |
//! | [`model`] | the contract with a generator: geometry, windows, forward, backward |
//! | [`point`], [`latent`], [`mask`], [`settings`] | what a drag is given |
//! | [`sample`], [`track`], [`supervise`], [`mask_term`], [`adam`] | the mathematics, as functions of features |
//! | [`session`], [`worker`] | one drag, step by step; the same on its own thread |
//! | [`seed`] | NumPy's legacy random numbers, so that seeds mean what they mean elsewhere |
//!
//! Coordinates are image pixels: x to the right, y down, pixel centres at integers, sub-pixel values welcome.

pub mod adam;
pub mod error;
pub mod generator;
pub mod latent;
pub mod mask;
pub mod mask_term;
pub mod model;
pub mod onnx;
pub mod point;
pub mod sample;
pub mod seed;
pub mod session;
pub mod settings;
pub mod supervise;
pub mod track;
pub mod worker;

pub use dragfx_runtime::CancelToken as Cancel;
pub use error::DragError;
pub use generator::{Generator, GeneratorError, NoiseMode, Truncation};
pub use latent::{Latent, Space};
pub use mask::Mask;
pub use model::{DragModel, FeatureMap, Geometry, ModelError, Regions, Tap, Window};
pub use point::{ImagePoint, PointPair};
pub use session::{DragSession, Progress, StepReport, StopReason};
pub use settings::{DragSettings, Method};
pub use worker::DragWorker;
