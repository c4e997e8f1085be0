//! How unlike two pictures are.

use image::RgbImage;
use ndarray::{Array2, Axis, Slice, Zip};

/// Mean squared difference, of values from 0 to 1.
pub(super) fn mse(a: &RgbImage, b: &RgbImage) -> f64 {
    let pairs = a.as_raw().iter().zip(b.as_raw());
    let sum: f64 = pairs.map(|(&a, &b)| (f64::from(a.abs_diff(b)) / 255.0).powi(2)).sum();
    sum / a.as_raw().len() as f64
}

/// Mean difference in levels, 0 to 255, where `fixed` is 1 rather than 0; `None` if that is nowhere.
pub(super) fn change_where(fixed: &Array2<f32>, a: &RgbImage, b: &RgbImage) -> Option<f64> {
    let pixels = a.pixels().zip(b.pixels()).zip(fixed).filter(|(_, fixed)| **fixed == 1.0);
    let (mut sum, mut count) = (0.0, 0usize);
    for ((a, b), _) in pixels {
        sum += a.0.iter().zip(b.0).map(|(&a, b)| f64::from(a.abs_diff(b))).sum::<f64>();
        count += 3;
    }
    (count > 0).then(|| sum / count as f64)
}

/// Weights of the scales, finest first (Wang, Simoncelli and Bovik 2003, section 3.2).
const WEIGHTS: [f64; 5] = [0.0448, 0.2856, 0.3001, 0.2363, 0.1333];
/// Width of the Gaussian window, and its standard deviation.
const WINDOW: usize = 11;
const SIGMA: f64 = 1.5;
const C1: f32 = (0.01 * 255.0) * (0.01 * 255.0);
const C2: f32 = (0.03 * 255.0) * (0.03 * 255.0);

/// Multi-scale structural similarity (Wang, Simoncelli and Bovik 2003), 1 for equal pictures; the mean of the colours.
///
/// Pictures below 176 pixels have room for fewer scales, whose weights are then normalised.
pub(super) fn ms_ssim(a: &RgbImage, b: &RgbImage) -> f64 {
    let channel = |image: &RgbImage, channel: usize| {
        Array2::from_shape_fn((image.height() as usize, image.width() as usize), |(y, x)| {
            f32::from(image.get_pixel(x as u32, y as u32).0[channel])
        })
    };
    (0..3).map(|index| similarity(channel(a, index), channel(b, index))).sum::<f64>() / 3.0
}

fn similarity(mut a: Array2<f32>, mut b: Array2<f32>) -> f64 {
    let side = a.nrows().min(a.ncols());
    let scales = (1..WEIGHTS.len()).take_while(|scale| side >> scale >= WINDOW).count() + 1;
    let total: f64 = WEIGHTS[..scales].iter().sum();
    let mut result = 1.0;
    for (scale, weight) in WEIGHTS[..scales].iter().enumerate() {
        let value = structure(&a, &b, scale + 1 == scales).max(0.0);
        result *= value.powf(weight / total);
        (a, b) = (halved(&a), halved(&b));
    }
    result
}

/// Contrast and structure, and luminance at the coarsest scale; the mean over the picture.
fn structure(a: &Array2<f32>, b: &Array2<f32>, coarsest: bool) -> f64 {
    let (mean_a, mean_b) = (blurred(a), blurred(b));
    let moment =
        |x: &Array2<f32>, y: &Array2<f32>, means: (&Array2<f32>, &Array2<f32>)| blurred(&(x * y)) - means.0 * means.1;
    let (var_a, var_b) = (moment(a, a, (&mean_a, &mean_a)), moment(b, b, (&mean_b, &mean_b)));
    let covariance = moment(a, b, (&mean_a, &mean_b));
    let mut sum = 0.0;
    Zip::from(&covariance).and(&var_a).and(&var_b).and(&mean_a).and(&mean_b).for_each(|&cov, &va, &vb, &ma, &mb| {
        let contrast = (2.0 * cov + C2) / (va + vb + C2);
        let luminance = if coarsest { (2.0 * ma * mb + C1) / (ma * ma + mb * mb + C1) } else { 1.0 };
        sum += f64::from(contrast * luminance);
    });
    sum / covariance.len() as f64
}

/// Through the Gaussian window, where it lies inside.
fn blurred(picture: &Array2<f32>) -> Array2<f32> {
    let middle = (WINDOW / 2) as f64;
    let taps: [f64; WINDOW] = std::array::from_fn(|tap| (-(tap as f64 - middle).powi(2) / (2.0 * SIGMA * SIGMA)).exp());
    let sum: f64 = taps.iter().sum();
    [Axis(0), Axis(1)].iter().fold(picture.clone(), |picture, &axis| {
        let size = (picture.len_of(axis) + 1).saturating_sub(WINDOW);
        let mut shape = picture.raw_dim();
        shape[axis.index()] = size;
        let mut out = Array2::zeros(shape);
        for (tap, weight) in taps.iter().enumerate() {
            out.scaled_add((weight / sum) as f32, &picture.slice_axis(axis, Slice::from(tap..tap + size)));
        }
        out
    })
}

/// Means of two by two pixels.
fn halved(picture: &Array2<f32>) -> Array2<f32> {
    Array2::from_shape_fn((picture.nrows() / 2, picture.ncols() / 2), |(y, x)| {
        picture.slice(ndarray::s![2 * y..2 * y + 2, 2 * x..2 * x + 2]).sum() / 4.0
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn waves(size: u32, phase: u32) -> RgbImage {
        RgbImage::from_fn(size, size, |x, y| {
            image::Rgb([(x * 3 + phase) as u8, (y * 5 + x) as u8, ((x * y) / 7 + 2 * phase) as u8])
        })
    }

    /// Computed by the recipe's `ms_ssim_of`, which is PyTorch's arithmetic, for the same pictures.
    #[test]
    fn similarity_agrees_with_another_implementation() {
        let cases = [(256, 0.495_67), (64, 0.656_18)];
        for (size, expected) in cases {
            let found = ms_ssim(&waves(size, 0), &waves(size, 40));
            assert!((found - expected).abs() < 2e-4, "{size}: {found}, not {expected}");
        }
        assert!((ms_ssim(&waves(200, 3), &waves(200, 3)) - 1.0).abs() < 1e-6);
    }

    #[test]
    fn differences_are_means() {
        let (black, mut other) = (RgbImage::new(2, 2), RgbImage::new(2, 2));
        other.put_pixel(1, 0, image::Rgb([255, 0, 0]));
        assert!((mse(&black, &other) - 1.0 / 12.0).abs() < 1e-12);
        let fixed = ndarray::array![[0.0, 1.0], [1.0, 0.0]];
        assert_eq!(change_where(&fixed, &black, &other), Some(42.5));
        assert_eq!(change_where(&Array2::zeros((2, 2)), &black, &other), None);
    }
}
