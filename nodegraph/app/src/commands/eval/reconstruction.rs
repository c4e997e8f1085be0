//! One picture dragged to become another one that is near it.

use anyhow::Result;
use dragfx_bundled::Pair;
use dragfx_engine::{ImagePoint, Latent, PointPair, Truncation};
use ndarray::Array2;

use super::metrics::{ms_ssim, mse};
use super::report::ReconstructionRow;
use super::studio::{Studio, pixels};

/// Drags the first picture of a pair by the points that are known in both, and compares it with the second one.
pub(super) fn measure(studio: &mut Studio, pair: &Pair) -> Result<ReconstructionRow> {
    let z = |studio: &mut Studio, seed| studio.generator().0.z(seed).mapv(f64::from);
    let (first, other) = (z(studio, pair.seed), z(studio, pair.other));
    let second = &first * pair.angle.cos() + &other * pair.angle.sin();
    let (start, goal) = (latent(studio, &first)?, latent(studio, &second)?);
    let before = pixels(&studio.picture(&start)?)?;
    let wanted = pixels(&studio.picture(&goal)?)?;
    let points = pair.points.iter().map(|&[x0, y0, x1, y1]| {
        let (handle, target) = (ImagePoint::new(x0, y0), ImagePoint::new(x1, y1));
        let size = studio.resolution();
        PointPair::new(handle.clamped(size, size), target)
    });
    let points: Vec<_> = points.collect();
    let distance = points.iter().map(PointPair::distance).sum::<f64>() / points.len() as f64;
    let dragged = studio.drag(&start, points, None)?;
    let after = pixels(&studio.picture(&dragged.latent)?)?;
    Ok(ReconstructionRow {
        seed: pair.seed,
        distance,
        mse_start: mse(&before, &wanted),
        mse_end: mse(&after, &wanted),
        ms_ssim_start: ms_ssim(&before, &wanted),
        ms_ssim_end: ms_ssim(&after, &wanted),
        steps: dragged.steps,
        seconds: dragged.seconds,
        arrived: dragged.arrived,
    })
}

fn latent(studio: &mut Studio, z: &Array2<f64>) -> Result<Latent> {
    let (generator, cancel) = studio.generator();
    Ok(generator.latent_of_z(&z.mapv(|value| value as f32), Truncation::NONE, &[], cancel)?)
}
