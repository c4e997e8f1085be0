//! A generator from a model pack: seeds to latents, latents to pictures, and the drag of a picture.

use std::fmt;
use std::path::Path;
use std::str::FromStr;

use dragfx_export::spec;
use dragfx_runtime::{Model, Noise, RuntimeError, SessionOptions};
use ndarray::{Array1, Array2, Array3, Array4, Axis};

use crate::Cancel;
use crate::latent::{Latent, LatentError};
use crate::onnx::OnnxDrag;
use crate::seed::RandomState;

/// Block whose features a drag reads unless told otherwise: the 128x128 one (the official code's `feature_idx`).
const DEFAULT_TAP: usize = 5;

/// A StyleGAN2 generator, ready to run.
#[derive(Debug)]
pub struct Generator {
    model: Model,
}

/// The truncation trick (Karras et al. 2019, appendix B): rows of w+ drawn towards the average.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Truncation {
    /// 1 leaves the latent as it is, 0 makes it the average; beyond both it extrapolates. Finite.
    pub psi: f64,
    /// How many rows, from the coarsest, are truncated; all of them without it.
    pub cutoff: Option<usize>,
}

/// Which noise the synthesis layers add.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum NoiseMode {
    /// The checkpoint's own constant maps.
    #[default]
    Const,
    /// None.
    None,
    /// Maps of N(0, 1) drawn from this seed.
    Random(u32),
}

/// Why a generator could not make a latent or a picture.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum GeneratorError {
    /// The runtime failed, or was cancelled.
    #[error(transparent)]
    Runtime(#[from] RuntimeError),
    /// The latent does not fit the generator.
    #[error(transparent)]
    Latent(#[from] LatentError),
    /// More than one class.
    #[error("{count} classes were given; a picture has one")]
    SeveralClasses {
        /// How many.
        count: usize,
    },
    /// A class the generator does not have.
    #[error("there is no class {class}: {}", if *classes == 0 { "this generator is unconditional".to_owned() } else { format!("this generator has classes 0 to {}", classes - 1) })]
    NoSuchClass {
        /// The class asked for.
        class: usize,
        /// How many there are.
        classes: usize,
    },
    /// Truncation without an average to truncate to.
    #[error("the checkpoint holds no w_avg, so there is no truncation: psi must be 1")]
    NoAverage,
    /// NaN or infinity in a picture.
    #[error("the picture holds NaN or infinity: the checkpoint's weights are damaged, or the latent is far out")]
    NotFinite,
    /// A truncation psi that is not a number.
    #[error("truncation psi is {psi}; it must be finite")]
    Psi {
        /// The psi given.
        psi: f64,
    },
}

impl Generator {
    /// Opens the model pack in `folder`; its graphs will run as `options` say.
    ///
    /// # Errors
    /// [`GeneratorError::Runtime`] where the folder holds no pack that this version reads.
    pub fn open(folder: &Path, options: &SessionOptions) -> Result<Self, GeneratorError> {
        Ok(Self { model: Model::open(folder, options)? })
    }

    /// The architecture.
    #[must_use]
    pub fn spec(&self) -> &spec::Generator {
        &self.model.manifest().generator
    }

    /// The pack behind it.
    pub fn model(&mut self) -> &mut Model {
        &mut self.model
    }

    /// The block whose features a drag reads unless told otherwise: 128x128, or the last of a smaller generator.
    #[must_use]
    pub fn default_tap(&self) -> usize {
        DEFAULT_TAP.min(self.spec().blocks.len().saturating_sub(1))
    }

    /// The z of a seed, as the official tools draw it: `RandomState(seed).randn(1, z_dim)`, rounded to float32.
    #[must_use]
    pub fn z(&self, seed: u32) -> Array2<f32> {
        let z = RandomState::new(seed).randn_vec(self.spec().z_dim);
        Array1::from(z).mapv(|x| x as f32).insert_axis(Axis(0))
    }

    /// The latent of a seed.
    ///
    /// `classes` holds the class of a conditional generator, or nothing: the label is then all zeros, as the official
    /// drag tool has it.
    ///
    /// # Errors
    /// More than one class, or one that does not exist; truncation without w_avg; a failure of the runtime.
    pub fn latent(
        &mut self,
        seed: u32,
        truncation: Truncation,
        classes: &[usize],
        cancel: &Cancel,
    ) -> Result<Latent, GeneratorError> {
        self.latent_of_z(&self.z(seed), truncation, classes, cancel)
    }

    /// The latent of a z `[1, z_dim]`, which need not be a seed's; see [`latent`](Self::latent).
    ///
    /// # Errors
    /// As [`latent`](Self::latent); a z of another size.
    pub fn latent_of_z(
        &mut self,
        z: &Array2<f32>,
        truncation: Truncation,
        classes: &[usize],
        cancel: &Cancel,
    ) -> Result<Latent, GeneratorError> {
        let (c_dim, num_ws, w_dim) = (self.spec().c_dim, self.spec().num_ws, self.spec().w_dim);
        let label = label(classes, c_dim)?;
        let truncation = truncation.rows(num_ws, self.spec().mapping.has_w_avg)?;
        let label = label.as_ref().map(|label| label.view());
        let ws = self.model.map(z.view(), label, truncation.as_ref().map(|rows| rows.view()), cancel)?;
        Ok(Latent::from_array(ws.view().into_dyn(), num_ws, w_dim)?)
    }

    /// The picture of a latent: \[channels, r, r\], nominally in \[-1, 1\], not clamped.
    ///
    /// # Errors
    /// A latent of another generator; values that are not finite; a failure of the runtime.
    pub fn picture(
        &mut self,
        latent: &Latent,
        noise: NoiseMode,
        cancel: &Cancel,
    ) -> Result<Array3<f32>, GeneratorError> {
        latent.check(self.spec().num_ws, self.spec().w_dim)?;
        let noise = self.noise(noise);
        let image = self.model.synthesize(latent.ws().insert_axis(Axis(0)), &noise, cancel)?;
        if image.iter().any(|value| !value.is_finite()) {
            return Err(GeneratorError::NotFinite);
        }
        Ok(image.index_axis_move(Axis(0), 0))
    }

    /// The features of a drag, read at block `tap` (0 is 4x4); see [`default_tap`](Self::default_tap).
    ///
    /// # Errors
    /// A block that does not exist; a failure of the runtime.
    pub fn drag(&self, tap: usize, noise: NoiseMode) -> Result<OnnxDrag, GeneratorError> {
        Ok(OnnxDrag::new(self.model.drag(tap, self.noise(noise))?, self.spec()))
    }

    fn noise(&self, mode: NoiseMode) -> Noise {
        match mode {
            NoiseMode::Const => Noise::Constant,
            NoiseMode::None => Noise::None,
            NoiseMode::Random(seed) => {
                let mut random = RandomState::new(seed);
                let manifest = self.model.manifest();
                // In the order of the layers, coarse to fine, which is that of the graph's inputs.
                let layers = manifest.synthesis.inputs.iter().filter_map(|port| {
                    let size = *manifest.noise.get(&port.name)?.shape.last()?;
                    Some((port.name.clone(), size))
                });
                let map = |random: &mut RandomState, size| {
                    Array4::from_shape_simple_fn((1, 1, size, size), || random.randn() as f32)
                };
                Noise::Maps(layers.map(|(name, size)| (name, map(&mut random, size))).collect())
            }
        }
    }
}

impl Truncation {
    /// No truncation.
    pub const NONE: Self = Self { psi: 1.0, cutoff: None };

    /// The psi of each row of w+; `None` where there is nothing to truncate to.
    fn rows(self, num_ws: usize, has_average: bool) -> Result<Option<Array1<f32>>, GeneratorError> {
        let Self { psi, cutoff } = self;
        if !psi.is_finite() {
            return Err(GeneratorError::Psi { psi });
        }
        let cutoff = cutoff.unwrap_or(num_ws);
        match has_average {
            true => Ok(Some((0..num_ws).map(|row| if row < cutoff { psi as f32 } else { 1.0 }).collect())),
            false if psi == 1.0 || cutoff == 0 => Ok(None),
            false => Err(GeneratorError::NoAverage),
        }
    }
}

impl fmt::Display for NoiseMode {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Const => f.write_str("const"),
            Self::None => f.write_str("none"),
            Self::Random(seed) => write!(f, "random:{seed}"),
        }
    }
}

impl FromStr for NoiseMode {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        match text.split_once(':') {
            None if text == "const" => Ok(Self::Const),
            None if text == "none" => Ok(Self::None),
            None if text == "random" => Ok(Self::Random(0)),
            Some(("random", seed)) => {
                seed.parse().map(Self::Random).map_err(|_| format!("`{seed}` is no seed: 0 to {}", u32::MAX))
            }
            _ => Err(format!("`{text}` is none of const, none, random and random:SEED")),
        }
    }
}

/// The one-hot label \[1, c_dim\] of a class; `None` for an unconditional generator.
fn label(classes: &[usize], c_dim: usize) -> Result<Option<Array2<f32>>, GeneratorError> {
    if classes.len() > 1 {
        return Err(GeneratorError::SeveralClasses { count: classes.len() });
    }
    let mut label = Array2::zeros((1, c_dim));
    if let Some(&class) = classes.first() {
        *label.get_mut((0, class)).ok_or(GeneratorError::NoSuchClass { class, classes: c_dim })? = 1.0;
    }
    Ok((c_dim > 0).then_some(label))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn labels_are_one_hot_or_refused() {
        assert_eq!(label(&[2], 3).expect("a class"), Some(ndarray::array![[0.0, 0.0, 1.0]]));
        assert_eq!(label(&[], 3).expect("no class"), Some(Array2::zeros((1, 3))));
        assert_eq!(label(&[], 0).expect("unconditional"), None);
        let refused =
            [(&[1, 2][..], 3, "2 classes were given"), (&[3], 3, "classes 0 to 2"), (&[0], 0, "unconditional")];
        for (classes, c_dim, expected) in refused {
            let error = label(classes, c_dim).expect_err("refused").to_string();
            assert!(error.contains(expected), "{error}");
        }
    }

    #[test]
    fn truncation_is_per_row() {
        let truncation = Truncation { psi: 0.5, cutoff: Some(2) };
        assert_eq!(truncation.rows(4, true).expect("valid"), Some(ndarray::array![0.5, 0.5, 1.0, 1.0]));
        assert!(matches!(truncation.rows(4, false), Err(GeneratorError::NoAverage)));
        assert!(Truncation::NONE.rows(4, false).expect("nothing to truncate").is_none());
        assert!(Truncation { psi: f64::NAN, cutoff: None }.rows(4, true).is_err());
    }

    #[test]
    fn noise_modes_are_read() {
        assert_eq!("random:7".parse(), Ok(NoiseMode::Random(7)));
        assert_eq!("none".parse(), Ok(NoiseMode::None));
        assert!("random:x".parse::<NoiseMode>().is_err() && "loud".parse::<NoiseMode>().is_err());
    }
}
