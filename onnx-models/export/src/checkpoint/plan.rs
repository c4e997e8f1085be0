//! A generator told by its few free numbers, where a file does not describe each layer by itself.

use crate::spec::{Activation, Architecture, Block, Dense, Filter, Generator, Mapping, SkipConv, StyledConv, ToRgb};

/// What distinguishes one StyleGAN2 of the official shape from another.
#[derive(Clone, Debug)]
pub(crate) struct Plan {
    pub(crate) architecture: Architecture,
    pub(crate) z_dim: usize,
    pub(crate) c_dim: usize,
    pub(crate) w_dim: usize,
    pub(crate) img_channels: usize,
    /// Length of the embedded class; ignored where `c_dim` is 0.
    pub(crate) embed: usize,
    /// Output features of each mapping layer.
    pub(crate) mapping: Vec<usize>,
    pub(crate) mapping_activation: Activation,
    pub(crate) mapping_lr_multiplier: f64,
    pub(crate) has_w_avg: bool,
    /// Channels of each block, from 4x4 up.
    pub(crate) channels: Vec<usize>,
    /// Width of the convolution kernels.
    pub(crate) kernel: usize,
    pub(crate) use_noise: bool,
    pub(crate) activation: Activation,
    pub(crate) conv_clamp: Option<f32>,
    pub(crate) filter: Filter,
    /// Whether convolution weights are scaled by 1 / √fan-in before they are demodulated.
    pub(crate) scaled_convs: bool,
}

impl Plan {
    pub(crate) fn generator(&self) -> Generator {
        let blocks: Vec<Block> = (0..self.channels.len()).map(|index| self.block(index)).collect();
        Generator {
            z_dim: self.z_dim,
            c_dim: self.c_dim,
            w_dim: self.w_dim,
            num_ws: (2 * blocks.len()).max(1),
            resolution: blocks.last().map_or(0, |block| block.resolution),
            img_channels: self.img_channels,
            mapping: self.mapping(),
            blocks,
        }
    }

    fn mapping(&self) -> Mapping {
        let embed = (self.c_dim > 0).then(|| dense(self.c_dim, self.embed, 1.0, Activation::Linear));
        let mut inputs = self.z_dim + embed.as_ref().map_or(0, |embed| embed.outputs);
        let mut layers = Vec::with_capacity(self.mapping.len());
        for &outputs in &self.mapping {
            layers.push(dense(inputs, outputs, self.mapping_lr_multiplier, self.mapping_activation));
            inputs = outputs;
        }
        Mapping { embed, layers, has_w_avg: self.has_w_avg }
    }

    fn block(&self, index: usize) -> Block {
        let first = index == 0;
        let out_channels = self.channels[index];
        let in_channels = if first { 0 } else { self.channels[index - 1] };
        let residual = self.architecture == Architecture::Resnet && !first;
        let picture = self.architecture == Architecture::Skip || index + 1 == self.channels.len();
        Block {
            resolution: 4 << index,
            in_channels,
            out_channels,
            architecture: self.architecture,
            conv0: (!first).then(|| self.conv(in_channels, out_channels, 2, 1.0)),
            conv1: self.conv(out_channels, out_channels, 1, if residual { HALF_SQRT } else { 1.0 }),
            torgb: picture.then(|| ToRgb {
                in_channels: out_channels,
                weight_gain: gain(1.0, out_channels),
                affine: self.affine(out_channels),
                conv_clamp: self.conv_clamp,
            }),
            skip: residual.then(|| SkipConv {
                weight_gain: gain(1.0, in_channels),
                gain: HALF_SQRT,
                resample_filter: self.filter.clone(),
            }),
            resample_filter: self.filter.clone(),
        }
    }

    fn conv(&self, in_channels: usize, out_channels: usize, up: usize, gain_of_layer: f32) -> StyledConv {
        let fan_in = in_channels * self.kernel * self.kernel;
        StyledConv {
            in_channels,
            out_channels,
            kernel: self.kernel,
            up,
            weight_gain: if self.scaled_convs { gain(1.0, fan_in) } else { 1.0 },
            affine: self.affine(in_channels),
            use_noise: self.use_noise,
            activation: self.activation,
            gain: gain_of_layer,
            conv_clamp: self.conv_clamp,
            resample_filter: self.filter.clone(),
        }
    }

    fn affine(&self, outputs: usize) -> Dense {
        dense(self.w_dim, outputs, 1.0, Activation::Linear)
    }
}

/// √0.5: keeps the variance of a sum of two branches.
pub(crate) const HALF_SQRT: f32 = std::f32::consts::FRAC_1_SQRT_2;

fn dense(inputs: usize, outputs: usize, lr_multiplier: f64, activation: Activation) -> Dense {
    let bias_gain = lr_multiplier as f32;
    Dense { inputs, outputs, weight_gain: gain(lr_multiplier, inputs), bias_gain, activation }
}

/// The equalised learning rate, computed in 64 bits as the official code does.
fn gain(lr_multiplier: f64, fan_in: usize) -> f32 {
    (lr_multiplier / (fan_in as f64).sqrt()) as f32
}

/// The square filter of a row of taps, as the official code makes it: outer product, sum 1.
pub(crate) fn separable(taps: &[f32]) -> Filter {
    let sum: f32 = taps.iter().sum();
    let row = |tap: &f32| taps.iter().map(|other| tap * other / (sum * sum)).collect();
    Filter(taps.iter().map(row).collect())
}

/// The name of an activation in the official code.
pub(crate) fn activation_of(name: &str) -> Option<Activation> {
    serde_json::from_value(serde_json::Value::from(name)).ok()
}

/// The name of an architecture in the official code.
pub(crate) fn architecture_of(name: &str) -> Option<Architecture> {
    serde_json::from_value(serde_json::Value::from(name)).ok()
}
