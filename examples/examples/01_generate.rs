//! From a seed to a picture: `cargo run --release --package dragfx-examples --example 01_generate [CHECKPOINT]`.
//!
//! A seed gives the same picture here as in the official tools: z is drawn as NumPy's `RandomState(seed)` draws it.

#![expect(clippy::print_stdout, reason = "an example shows what it does")]

use anyhow::Result;
use dragfx_engine::{Cancel, NoiseMode, Truncation};
use dragfx_examples::{generator, save};

fn main() -> Result<()> {
    let mut generator = generator()?;
    let spec = generator.spec();
    println!("{0}x{0} pixels, w+ of {1} rows of {2}", spec.resolution, spec.num_ws, spec.w_dim);

    // A token that nobody cancels. Clones share its state, so another thread may hold one and stop the work below.
    let cancel = Cancel::new();
    for (name, psi) in [("seed-1.png", 1.0), ("seed-1-truncated.png", 0.5), ("average.png", 0.0)] {
        // psi draws the latent towards the average: less variety, fewer failures; 0 is the average itself.
        let latent = generator.latent(1, Truncation { psi, cutoff: None }, &[], &cancel)?;
        let picture = generator.picture(&latent, NoiseMode::Const, &cancel)?;
        let path = save(&picture, name)?;
        println!("psi {psi:.1}: {}", path.display());
    }

    let session = generator.model().synthesis()?;
    println!("ran on {}: {}", session.device(), session.placement());
    for skipped in session.skipped() {
        println!("  not on {skipped}");
    }
    Ok(())
}
