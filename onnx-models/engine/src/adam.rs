//! The optimiser (Kingma and Ba, 2015), with the defaults and the single-precision arithmetic of PyTorch.

use ndarray::{Array2, Zip};
use serde::{Deserialize, Serialize};

const BETA1: f64 = 0.9;
const BETA2: f64 = 0.999;
const EPSILON: f64 = 1e-8;

/// Adam's memory: the step count and the two running moments, each of the shape of what is optimised.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Adam {
    step: i32,
    mean: Array2<f32>,
    square: Array2<f32>,
}

impl Adam {
    /// The memory before the first step, for a parameter of shape `[rows, columns]`.
    #[must_use]
    pub fn new(shape: (usize, usize)) -> Self {
        Self { step: 0, mean: Array2::zeros(shape), square: Array2::zeros(shape) }
    }

    /// Takes one step of `learning_rate` down `gradient`, changing `parameter` in place.
    ///
    /// Moments and parameter are `f32`; the bias corrections are computed in `f64`, as PyTorch does.
    ///
    /// # Panics
    /// If `parameter` or `gradient` has another shape than the memory.
    pub fn update(&mut self, parameter: &mut Array2<f32>, gradient: &Array2<f32>, learning_rate: f64) {
        self.step += 1;
        let step_size = (learning_rate / (1.0 - BETA1.powi(self.step))) as f32;
        let correction = (1.0 - BETA2.powi(self.step)).sqrt() as f32;
        let (keep, take, blend, epsilon) = (BETA2 as f32, (1.0 - BETA2) as f32, (1.0 - BETA1) as f32, EPSILON as f32);
        Zip::from(parameter).and(gradient).and(&mut self.mean).and(&mut self.square).for_each(|w, &g, m, v| {
            *m += blend * (g - *m);
            *v = keep * *v + take * g * g;
            *w -= step_size * *m / (v.sqrt() / correction + epsilon);
        });
    }

    /// Steps taken.
    #[must_use]
    pub fn steps(&self) -> usize {
        usize::try_from(self.step).unwrap_or(0)
    }

    /// Running mean of the gradient.
    #[must_use]
    pub fn mean(&self) -> &Array2<f32> {
        &self.mean
    }

    /// Running mean of the squared gradient.
    #[must_use]
    pub fn square(&self) -> &Array2<f32> {
        &self.square
    }
}

#[cfg(test)]
mod tests {
    use ndarray::array;

    use super::*;

    #[test]
    fn the_first_step_has_the_size_of_the_learning_rate() {
        let mut w = array![[1.0_f32, -1.0, 0.5]];
        Adam::new((1, 3)).update(&mut w, &array![[3.0, -1e-3, 0.0]], 1e-2);
        for (found, expected) in w.iter().zip([0.99_f32, -0.99, 0.5]) {
            assert!((found - expected).abs() < 1e-6, "{found} {expected}");
        }
    }

    #[test]
    fn follows_the_recurrence() {
        let gradients = [0.5_f64, -0.25, 0.125, 0.3];
        let (mut m, mut v, mut expected) = (0.0_f64, 0.0_f64, 0.7_f64);
        let (mut w, mut adam) = (array![[0.7_f32]], Adam::new((1, 1)));
        for (index, g) in gradients.into_iter().enumerate() {
            let t = index as i32 + 1;
            m = 0.9 * m + 0.1 * g;
            v = 0.999 * v + 0.001 * g * g;
            expected -= 0.01 * (m / (1.0 - 0.9_f64.powi(t))) / ((v / (1.0 - 0.999_f64.powi(t))).sqrt() + 1e-8);
            adam.update(&mut w, &array![[g as f32]], 0.01);
            assert!((f64::from(w[[0, 0]]) - expected).abs() < 1e-6, "step {t}: {} {expected}", w[[0, 0]]);
        }
        assert_eq!(adam.steps(), 4);
    }
}
