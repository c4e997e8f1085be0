//! Generators with random weights: for benchmarks and tests, where the mathematics matters and the picture does not.

use std::path::Path;

use ndarray::{ArrayD, IxDyn};

use super::error::{CheckpointError, Kind};
use super::layout;
use super::plan::{Plan, separable};
use super::safetensors::write_safetensors;
use crate::spec::{Activation, Architecture, Generator};

/// Which generator to make. The default is the official configuration F at 1024x1024.
#[derive(Clone, Debug, PartialEq)]
pub struct RandomGenerator {
    /// Width and height of the picture: a power of two from 8 to 2048.
    pub resolution: usize,
    /// Channels times resolution, where [`RandomGenerator::channel_max`] does not cap them.
    pub channel_base: usize,
    /// Most channels of a layer.
    pub channel_max: usize,
    /// Layers of the mapping network.
    pub mapping_layers: usize,
    /// See [`Architecture`].
    pub architecture: Architecture,
    /// Length of a latent z.
    pub z_dim: usize,
    /// Length of a row of w.
    pub w_dim: usize,
    /// Number of classes, 0 for none.
    pub c_dim: usize,
    /// Channels of the picture.
    pub img_channels: usize,
    /// Clamp of the convolutions' outputs.
    pub conv_clamp: Option<f32>,
    /// Standard deviation of the layers' noise strengths. The official networks start at 0, where noise tests nothing.
    pub noise_strength: f32,
    /// Factor of the picture layers' weights. At 1, where the official networks start, most of a picture lies outside
    /// of \[-1, 1\].
    pub contrast: f32,
    /// The same seed gives the same weights on every machine.
    pub seed: u64,
}

impl Default for RandomGenerator {
    fn default() -> Self {
        Self {
            resolution: 1024,
            channel_base: 32_768,
            channel_max: 512,
            mapping_layers: 8,
            architecture: Architecture::Skip,
            z_dim: 512,
            w_dim: 512,
            c_dim: 0,
            img_channels: 3,
            conv_clamp: Some(256.0),
            noise_strength: 0.05,
            contrast: 1.0,
            seed: 0,
        }
    }
}

impl RandomGenerator {
    /// Its layers. [`RandomGenerator::write`] refuses those that fit no network.
    #[must_use]
    pub fn generator(&self) -> Generator {
        let sizes = (2..=self.resolution.max(4).ilog2()).map(|log2| 1 << log2);
        let channels = sizes.map(|size: usize| (self.channel_base / size).clamp(1, self.channel_max.max(1)));
        let plan = Plan {
            architecture: self.architecture,
            z_dim: self.z_dim,
            c_dim: self.c_dim,
            w_dim: self.w_dim,
            img_channels: self.img_channels,
            embed: self.w_dim,
            mapping: vec![self.w_dim; self.mapping_layers],
            mapping_activation: Activation::LRelu,
            mapping_lr_multiplier: MAPPING_LR_MULTIPLIER,
            has_w_avg: true,
            channels: channels.collect(),
            kernel: 3,
            use_noise: true,
            activation: Activation::LRelu,
            conv_clamp: self.conv_clamp,
            filter: separable(&[1.0, 3.0, 3.0, 1.0]),
            scaled_convs: false,
        };
        // As it was asked, not as the blocks have it: they come in powers of two.
        Generator { resolution: self.resolution, ..plan.generator() }
    }

    /// Its weights, written as safetensors, a tensor at a time. Missing folders are created.
    ///
    /// # Errors
    /// If the numbers make no generator, or the file cannot be written.
    pub fn write(&self, path: &Path) -> Result<(), CheckpointError> {
        let generator = self.generator();
        let layout: std::collections::HashMap<_, _> = match layout::validate(&generator) {
            Ok(()) => layout::tensors(&generator).into_iter().collect(),
            Err(kind) => return Err(CheckpointError::new(path, kind)),
        };
        write_safetensors(path, &generator, |name| {
            let shape = layout
                .get(name)
                .ok_or_else(|| CheckpointError::new(path, Kind::MissingTensor { tensor: name.to_owned() }))?;
            Ok(self.tensor(name, shape))
        })
    }

    /// The tensor of that name, initialised as the official networks are before training, but for the noise strength
    /// and the contrast above, and for `w_avg`, which is not 0: truncation would then test little.
    fn tensor(&self, name: &str, shape: &[usize]) -> ArrayD<f32> {
        let mapping_weight = name.starts_with("mapping.fc") && name.ends_with(".weight");
        let scale = match name.rsplit('.').next().unwrap_or(name) {
            // Divided by what the layer multiplies with.
            "weight" if mapping_weight => (1.0 / MAPPING_LR_MULTIPLIER) as f32,
            "bias" if name.ends_with("affine.bias") => return ArrayD::ones(IxDyn(shape)),
            "bias" => return ArrayD::zeros(IxDyn(shape)),
            "weight" if name.ends_with("torgb.weight") => self.contrast,
            "noise_strength" => self.noise_strength,
            "w_avg" => 0.1,
            _ => 1.0,
        };
        let mut normal = Normal::new(self.seed, name);
        ArrayD::from_shape_simple_fn(IxDyn(shape), || scale * normal.next())
    }
}

/// The learning rate multiplier of the official mapping networks.
const MAPPING_LR_MULTIPLIER: f64 = 0.01;

/// Nearly normal random numbers, equal on all machines: each is the sum of twelve uniform ones of 16 bits, with mean 0
/// and variance 1, so neither a platform's logarithm nor its cosine has a say.
pub(crate) struct Normal(u64);

impl Normal {
    /// A stream of its own for each name.
    pub(crate) fn new(seed: u64, name: &str) -> Self {
        // FNV-1a.
        let hash = name
            .bytes()
            .fold(0xCBF2_9CE4_8422_2325, |hash: u64, byte| (hash ^ u64::from(byte)).wrapping_mul(0x0100_0000_01B3));
        Self(hash ^ seed.wrapping_mul(0x9E37_79B9_7F4A_7C15))
    }

    pub(crate) fn next(&mut self) -> f32 {
        let sum: u32 = (0..3)
            .map(|_| {
                let bits = self.bits();
                (0..4).map(|part| (bits >> (16 * part)) as u32 & 0xFFFF).sum::<u32>()
            })
            .sum();
        // Twelve halves of 65535 are the mean.
        (sum as f32 - 393_210.0) / 65_536.0
    }

    /// SplitMix64.
    fn bits(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9E37_79B9_7F4A_7C15);
        let mut bits = self.0;
        bits = (bits ^ (bits >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        bits = (bits ^ (bits >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
        bits ^ (bits >> 31)
    }
}
