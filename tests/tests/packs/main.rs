//! Packs of varied shape: that every graph is what `model.json` says and computes what its siblings do; and the gradient
//! of a drag's whole loss, from the latent to the number, against finite differences.

mod graphs;
mod loss_gradient;
mod support;
