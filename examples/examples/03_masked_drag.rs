//! The same drag with and without a mask: `cargo run --release --package dragfx-examples --example 03_masked_drag`.
//!
//! A mask tells what may change. It is a term of the loss, not a stencil: what it covers is held back, not frozen.

#![expect(clippy::print_stdout, reason = "an example shows what it does")]

use anyhow::Result;
use dragfx_engine::{
    Cancel, DragSession, DragSettings, ImagePoint, Latent, Mask, Method, NoiseMode, PointPair, Truncation,
};
use dragfx_examples::{generator, save};
use ndarray::{Array2, Array3, Axis};

const STEPS: usize = 60;

fn main() -> Result<()> {
    let mut generator = generator()?;
    let size = generator.spec().resolution;
    let cancel = Cancel::new();
    let latent = generator.latent(1, Truncation::NONE, &[], &cancel)?;
    let before = generator.picture(&latent, NoiseMode::Const, &cancel)?;

    // White, 1, may change: a disc around the head. Everything else must stay.
    let middle = ImagePoint::new(0.5 * size as f64, 0.45 * size as f64);
    let is_free = |(y, x): (usize, usize)| ImagePoint::new(x as f64, y as f64).distance(middle) < 0.45 * size as f64;
    let free = Array2::from_shape_fn((size, size), |at| f32::from(u8::from(is_free(at))));
    for (name, mask) in [("free", None), ("masked", Some(Mask::from_gray(&free)))] {
        let model = generator.drag(generator.default_tap(), NoiseMode::Const)?;
        let dragged = drag(DragSession::new(Box::new(model), latent.clone(), vec![pair(size)], settings())?, mask)?;
        let after = generator.picture(&dragged, NoiseMode::Const, &cancel)?;
        let (inside, outside) = (change(&before, &after, &free), change(&before, &after, &(1.0 - &free)));
        let path = save(&after, &format!("drag-{name}.png"))?;
        println!("{name:<6} change where it may {inside:.3}, where it should not {outside:.3}: {}", path.display());
    }
    Ok(())
}

/// The nose, to the right.
fn pair(size: usize) -> PointPair {
    let at = |x: f64, y: f64| ImagePoint::new((size as f64 * x).round(), (size as f64 * y).round());
    PointPair::new(at(0.477, 0.547), at(0.59, 0.53))
}

fn settings() -> DragSettings {
    DragSettings { max_steps: STEPS, ..DragSettings::for_method(Method::Reference) }
}

fn drag(mut session: DragSession, mask: Option<Mask>) -> Result<Latent> {
    session.set_mask(mask)?;
    session.run(&Cancel::new(), |_| ())?;
    Ok(session.latent())
}

/// The mean absolute change of the pixels where `region` is 1; pictures are in \[-1, 1\].
fn change(before: &Array3<f32>, after: &Array3<f32>, region: &Array2<f32>) -> f32 {
    let difference = (after - before).mapv(f32::abs).mean_axis(Axis(0)).unwrap_or_default();
    (difference * region).sum() / region.sum()
}
