//! How to drag: the method and its numbers.

use serde::{Deserialize, Serialize};

use crate::latent::Space;

/// Which published procedure a drag follows.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
#[non_exhaustive]
pub enum Method {
    /// What the official code computes, quirks included, so that results compare number for number.
    Reference,
    /// The loss and the tracking as published (paper, sections 3.2 and 3.3).
    Paper,
}

/// The numbers of a drag. Radii are given for an image 512 pixels high and scale with the image.
///
/// A serialized form may leave fields out: they take the defaults of its `method` (itself `reference` when absent). Unknown fields are refused.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(try_from = "PartialSettings")]
pub struct DragSettings {
    /// The procedure. Fixed after the first step.
    pub method: Method,
    /// What is optimised. Fixed after the first step.
    pub space: Space,
    /// Adam's step size, above 0 and at most 1. The paper takes 2e-3 for FFHQ, AFHQ and LSUN Car, else 1e-3; the official tools 1e-3.
    pub learning_rate: f64,
    /// Weight of the mask term, 0 to 1000; 0 ignores the mask.
    pub lambda: f64,
    /// Weight of the mean absolute difference from the starting latent, 0 to 1000; the official tools leave it at 0.
    pub regularisation: f64,
    /// Radius of the supervised patch, pixels of a 512-pixel image, 1 to 128.
    pub r1: f64,
    /// Reach of the tracking search, pixels of a 512-pixel image, 1 to 512.
    pub r2: f64,
    /// Steps after which the drag gives up, 1 to 100000. The paper caps its face evaluation at 300. A session keeps every
    /// step for undo: 37 KB each for six rows of 512.
    pub max_steps: usize,
}

/// A setting out of its range.
#[derive(Debug, Clone, PartialEq, thiserror::Error)]
#[error("`{field}` is {value}; it must be {range}")]
pub struct SettingsError {
    /// The setting.
    pub field: &'static str,
    /// Its value.
    pub value: f64,
    /// What is allowed.
    pub range: &'static str,
}

impl DragSettings {
    /// The defaults of a method: those of the paper, or of the official tools (whose interfaces pass lambda 20).
    #[must_use]
    pub fn for_method(method: Method) -> Self {
        let learning_rate = match method {
            Method::Reference => 1e-3,
            Method::Paper => 2e-3,
        };
        Self {
            method,
            space: Space::WPlus,
            learning_rate,
            lambda: 20.0,
            regularisation: 0.0,
            r1: 3.0,
            r2: 12.0,
            max_steps: 300,
        }
    }

    /// Checks every range.
    ///
    /// # Errors
    /// [`SettingsError`] for the first setting out of range, NaN included.
    pub fn check(&self) -> Result<(), SettingsError> {
        let rules = [
            (
                "learning_rate",
                self.learning_rate,
                self.learning_rate > 0.0 && self.learning_rate <= 1.0,
                "above 0 and at most 1",
            ),
            ("lambda", self.lambda, (0.0..=1000.0).contains(&self.lambda), "between 0 and 1000"),
            (
                "regularisation",
                self.regularisation,
                (0.0..=1000.0).contains(&self.regularisation),
                "between 0 and 1000",
            ),
            ("r1", self.r1, (1.0..=128.0).contains(&self.r1), "between 1 and 128 pixels of a 512-pixel image"),
            ("r2", self.r2, (1.0..=512.0).contains(&self.r2), "between 1 and 512 pixels of a 512-pixel image"),
            ("max_steps", self.max_steps as f64, (1..=100_000).contains(&self.max_steps), "between 1 and 100000"),
        ];
        match rules.into_iter().find(|(_, _, fits, _)| !fits) {
            Some((field, value, _, range)) => Err(SettingsError { field, value, range }),
            None => Ok(()),
        }
    }

    /// `r1` in pixels of an image `image_height` high, at least 1.
    ///
    /// Rounding is Python's, halves to even. The official code rounds to 0 below 86 pixels, where its loss is the mean of nothing; here the radius stays 1.
    #[must_use]
    pub fn patch_radius(&self, image_height: usize) -> usize {
        pixels(self.r1, image_height)
    }

    /// `r2` in pixels of an image `image_height` high, rounded as [`patch_radius`](Self::patch_radius).
    #[must_use]
    pub fn search_radius(&self, image_height: usize) -> usize {
        pixels(self.r2, image_height)
    }

    /// How near to its target, in pixels, each of `points` handles must come for the drag to be done.
    ///
    /// Reference: `max(2 / 512 * height, 2)`. Paper: 1 up to five points, then 2.
    #[must_use]
    pub fn arrival_distance(&self, image_height: usize, points: usize) -> f64 {
        match self.method {
            Method::Reference => (2.0 / 512.0 * image_height as f64).max(2.0),
            Method::Paper if points <= 5 => 1.0,
            Method::Paper => 2.0,
        }
    }
}

impl Default for DragSettings {
    fn default() -> Self {
        Self::for_method(Method::Reference)
    }
}

fn pixels(radius: f64, image_height: usize) -> usize {
    (radius / 512.0 * image_height as f64).round_ties_even().max(1.0) as usize
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct PartialSettings {
    method: Option<Method>,
    space: Option<Space>,
    learning_rate: Option<f64>,
    lambda: Option<f64>,
    regularisation: Option<f64>,
    r1: Option<f64>,
    r2: Option<f64>,
    max_steps: Option<usize>,
}

impl TryFrom<PartialSettings> for DragSettings {
    type Error = SettingsError;

    fn try_from(partial: PartialSettings) -> Result<Self, SettingsError> {
        let default = Self::for_method(partial.method.unwrap_or(Method::Reference));
        let settings = Self {
            method: default.method,
            space: partial.space.unwrap_or(default.space),
            learning_rate: partial.learning_rate.unwrap_or(default.learning_rate),
            lambda: partial.lambda.unwrap_or(default.lambda),
            regularisation: partial.regularisation.unwrap_or(default.regularisation),
            r1: partial.r1.unwrap_or(default.r1),
            r2: partial.r2.unwrap_or(default.r2),
            max_steps: partial.max_steps.unwrap_or(default.max_steps),
        };
        settings.check()?;
        Ok(settings)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn radii_and_arrival_follow_the_image() {
        let settings = DragSettings::default();
        for (height, r1, r2, arrival) in
            [(64, 1, 2, 2.0), (128, 1, 3, 2.0), (256, 2, 6, 2.0), (512, 3, 12, 2.0), (1024, 6, 24, 4.0)]
        {
            assert_eq!(settings.patch_radius(height), r1, "r1 at {height}");
            assert_eq!(settings.search_radius(height), r2, "r2 at {height}");
            assert_eq!(settings.arrival_distance(height, 1), arrival, "arrival at {height}");
        }
        let paper = DragSettings::for_method(Method::Paper);
        assert_eq!([paper.arrival_distance(512, 5), paper.arrival_distance(512, 6)], [1.0, 2.0]);
    }

    #[test]
    fn a_partial_form_takes_the_defaults_of_its_method() {
        let settings: DragSettings = serde_json::from_str(r#"{"method":"paper","r1":4,"space":"w"}"#).expect("valid");
        assert_eq!(settings, DragSettings { r1: 4.0, space: Space::W, ..DragSettings::for_method(Method::Paper) });
        let text = serde_json::to_string(&settings).expect("serializes");
        assert_eq!(serde_json::from_str::<DragSettings>(&text).expect("round trip"), settings);
    }

    #[test]
    fn refusals_name_field_value_and_range() {
        let error = serde_json::from_str::<DragSettings>(r#"{"learning_rate":-0.5}"#).expect_err("negative");
        assert!(error.to_string().contains("`learning_rate` is -0.5; it must be above 0 and at most 1"), "{error}");
        assert!(serde_json::from_str::<DragSettings>(r#"{"learning_rat":0.5}"#).is_err(), "unknown field");
        let nan = DragSettings { r2: f64::NAN, ..DragSettings::default() };
        assert_eq!(nan.check().expect_err("NaN").field, "r2");
    }
}
