//! The same drag with and without a mask: `cargo run --release --package dragfx-examples --example 03_masked_drag`.
//!
//! A mask tells what may change. It is a term of the loss, not a stencil: what it covers is held back, not frozen.

#![expect(clippy::print_stdout, reason = "an example shows what it does")]

use anyhow::Result;
use dragfx_engine::{
    Cancel, DragSession, DragSettings, ImagePoint, Latent, Mask, Method, NoiseMode, PointPair, Truncation,
};
use dragfx_examples::{generator, save};
use ndarray::{Array2, Array3, s};

const STEPS: usize = 60;

fn main() -> Result<()> {
    let mut generator = generator()?;
    let size = generator.spec().resolution;
    let cancel = Cancel::new();
    let latent = generator.latent(1, Truncation::NONE, &[], &cancel)?;
    let before = generator.picture(&latent, NoiseMode::Const, &cancel)?;

    // White, 1, may change: the middle half of the rows. Everything else must stay.
    let free =
        Array2::from_shape_fn((size, size), |(y, _)| if (size / 4..3 * size / 4).contains(&y) { 1.0 } else { 0.0 });
    for (name, mask) in [("free", None), ("masked", Some(Mask::from_gray(&free)))] {
        let model = generator.drag(generator.default_tap(), NoiseMode::Const)?;
        let dragged = drag(DragSession::new(Box::new(model), latent.clone(), vec![pair(size)], settings())?, mask)?;
        let after = generator.picture(&dragged, NoiseMode::Const, &cancel)?;
        let [inside, outside] = changes(&before, &after);
        let path = save(&after, &format!("drag-{name}.png"))?;
        println!("{name:<6} change where it may {inside:.3}, where it should not {outside:.3}: {}", path.display());
    }
    Ok(())
}

fn pair(size: usize) -> PointPair {
    let at = |part: f64| (size as f64 * part).round();
    PointPair::new(ImagePoint::new(at(0.375), at(0.5)), ImagePoint::new(at(0.625), at(0.5)))
}

fn settings() -> DragSettings {
    // A tenth of the usual lambda: random weights have loud features, and 20 would hold everything still.
    DragSettings { max_steps: STEPS, lambda: 2.0, ..DragSettings::for_method(Method::Reference) }
}

fn drag(mut session: DragSession, mask: Option<Mask>) -> Result<Latent> {
    session.set_mask(mask)?;
    session.run(&Cancel::new(), |_| ())?;
    Ok(session.latent())
}

/// The mean absolute change of the pixels in the middle half of the rows, and of the others; pictures are in \[-1, 1\].
fn changes(before: &Array3<f32>, after: &Array3<f32>) -> [f32; 2] {
    let difference = (after - before).mapv(f32::abs);
    let quarter = difference.dim().1 / 4;
    let mean = |rows: ndarray::Slice| difference.slice(s![.., rows, ..]).mean().unwrap_or(0.0);
    let middle = mean((quarter..3 * quarter).into());
    let [top, bottom] = [mean((..quarter).into()), mean((3 * quarter..).into())];
    [middle, (top + bottom) / 2.0]
}
