//! Latents.

use std::sync::Arc;

use dragfx_engine::{Latent, Truncation};
use ndarray::Array2;

use crate::models::ModelRef;

/// A w+ latent, and the model that it belongs to.
#[derive(Clone, Debug)]
pub struct LatentValue {
    /// The model, with its hash.
    pub model: Arc<ModelRef>,
    /// The rows of w+.
    pub latent: Arc<Latent>,
    /// What the mapping network made it of, if it did: interpolation in z needs it.
    pub seeded: Option<Arc<Seeded>>,
}

/// What the mapping network was given.
#[derive(Clone, Debug, PartialEq)]
pub struct Seeded {
    /// `[1, z_dim]`, standard normal.
    pub z: Array2<f32>,
    /// The truncation.
    pub truncation: Truncation,
    /// The class of a conditional model.
    pub class: Option<usize>,
}
