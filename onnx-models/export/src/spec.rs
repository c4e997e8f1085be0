//! What a StyleGAN2 generator is made of: every number that alters its mathematics, and no weights.
//!
//! The checkpoint reader fills these types from the file's own state; the graph builder reads them. Tensors are
//! named as in NVIDIA's PyTorch repositories (`mapping.fc0.weight`, `synthesis.b8.conv0.affine.bias`), whatever
//! the file called them, and have these shapes:
//!
//! | tensor | shape |
//! |---|---|
//! | `mapping.embed.{weight,bias}`, `mapping.fc{i}.{weight,bias}` | \[out, in\], \[out\] |
//! | `mapping.w_avg` | \[w_dim\] |
//! | `synthesis.b4.const` | \[channels, 4, 4\] |
//! | `synthesis.b{r}.{conv0,conv1}.weight`, `.bias` | \[out, in, k, k\], \[out\] |
//! | `synthesis.b{r}.{conv0,conv1,torgb}.affine.{weight,bias}` | \[in, w_dim\], \[in\] |
//! | `synthesis.b{r}.{conv0,conv1}.noise_const`, `.noise_strength` | \[r, r\], \[\] |
//! | `synthesis.b{r}.torgb.weight`, `.bias` | \[img_channels, in, 1, 1\], \[img_channels\] |
//! | `synthesis.b{r}.skip.weight` | \[out, in, 1, 1\] (resnet only) |

use serde::{Deserialize, Serialize};

/// A StyleGAN2 generator (Karras et al. 2020, with the options of stylegan2-ada-pytorch).
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Generator {
    /// Length of a latent z.
    pub z_dim: usize,
    /// Number of classes; 0 for an unconditional generator.
    pub c_dim: usize,
    /// Length of a row of w or w+.
    pub w_dim: usize,
    /// Rows of w+.
    pub num_ws: usize,
    /// Width and height of the image in pixels: a power of two from 8 to 2048.
    pub resolution: usize,
    /// Channels of the image: 1 to 4.
    pub img_channels: usize,
    /// The mapping network, z (and class) to w.
    pub mapping: Mapping,
    /// The synthesis blocks, from 4x4 up to [`Generator::resolution`].
    pub blocks: Vec<Block>,
}

/// The mapping network.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Mapping {
    /// Embedding of the class label, concatenated to the normalised z; `None` when `c_dim` is 0.
    pub embed: Option<Dense>,
    /// The layers `fc0`, `fc1`, ...
    pub layers: Vec<Dense>,
    /// Whether the file holds `mapping.w_avg`; without it there is no truncation.
    pub has_w_avg: bool,
}

/// A fully connected layer: `activation(x · (weight · weight_gain)ᵀ + bias · bias_gain)`.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Dense {
    /// Input features.
    pub inputs: usize,
    /// Output features.
    pub outputs: usize,
    /// Factor of the stored weight (equalised learning rate).
    pub weight_gain: f32,
    /// Factor of the stored bias.
    pub bias_gain: f32,
    /// What follows the affine map.
    pub activation: Activation,
}

/// An activation, with the standard gain that StyleGAN2's `bias_act` applies after it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Activation {
    /// x; gain 1.
    Linear,
    /// max(x, 0); gain √2.
    Relu,
    /// x or 0.2 x; gain √2.
    LRelu,
    /// tanh x; gain 1.
    Tanh,
    /// 1 / (1 + exp(-x)); gain 1.
    Sigmoid,
    /// x for x > 0, else exp(x) - 1; gain 1.
    Elu,
    /// Scaled exponential linear unit; gain 1.
    Selu,
    /// log(1 + exp x); gain 1.
    Softplus,
    /// x · sigmoid(x); gain √2.
    Swish,
}

impl Activation {
    /// The gain that follows the activation.
    #[must_use]
    pub fn gain(self) -> f32 {
        match self {
            Self::Relu | Self::LRelu | Self::Swish => std::f32::consts::SQRT_2,
            Self::Linear | Self::Tanh | Self::Sigmoid | Self::Elu | Self::Selu | Self::Softplus => 1.0,
        }
    }
}

/// How a block joins its image or its input to what lies above it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Architecture {
    /// Each block adds its picture to the up-sampled picture of the block below.
    Skip,
    /// Each block adds its up-sampled, 1x1-convolved input; only the last makes a picture.
    Resnet,
    /// Plain stack; only the last block makes a picture.
    Orig,
}

/// One synthesis block, at one resolution.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Block {
    /// Width and height of the block's output.
    pub resolution: usize,
    /// Channels of its input; 0 for the first block, which starts from a constant.
    pub in_channels: usize,
    /// Channels of its output.
    pub out_channels: usize,
    /// See [`Architecture`].
    pub architecture: Architecture,
    /// The up-sampling layer; `None` in the first block.
    pub conv0: Option<StyledConv>,
    /// The layer at the block's resolution.
    pub conv1: StyledConv,
    /// The picture layer, where the block has one.
    pub torgb: Option<ToRgb>,
    /// The residual branch, in resnet blocks above the first.
    pub skip: Option<SkipConv>,
    /// Filter that up-samples the picture of the block below.
    pub resample_filter: Filter,
}

/// A modulated convolution with noise, bias and activation (`SynthesisLayer`); it demodulates.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct StyledConv {
    /// Input channels.
    pub in_channels: usize,
    /// Output channels.
    pub out_channels: usize,
    /// Width and height of the kernel: 3.
    pub kernel: usize,
    /// 1, or 2 for an up-sampling layer.
    pub up: usize,
    /// Factor of the stored convolution weight, applied before demodulation: 1 in NVIDIA's code.
    pub weight_gain: f32,
    /// The learned affine map from a row of w+ to a style for each input channel.
    pub affine: Dense,
    /// Whether the layer adds noise.
    pub use_noise: bool,
    /// What follows the bias.
    pub activation: Activation,
    /// The layer's own gain, times [`Activation::gain`]'s; resnet's conv1 has √0.5 here.
    pub gain: f32,
    /// The output is clamped to ± this, times [`StyledConv::gain`].
    pub conv_clamp: Option<f32>,
    /// Filter of the up-sampling; ignored where `up` is 1.
    pub resample_filter: Filter,
}

/// The layer that makes a picture of features (`ToRGBLayer`): modulated, not demodulated, no noise, linear.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct ToRgb {
    /// Input channels.
    pub in_channels: usize,
    /// Factor of the styles.
    pub weight_gain: f32,
    /// The learned affine map from a row of w+ to a style for each input channel.
    pub affine: Dense,
    /// The output is clamped to ± this.
    pub conv_clamp: Option<f32>,
}

/// The residual branch of a resnet block: 1x1 convolution without bias, then up-sampling by 2.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct SkipConv {
    /// Factor of the stored weight.
    pub weight_gain: f32,
    /// Factor of the branch's output: √0.5.
    pub gain: f32,
    /// Filter of the up-sampling.
    pub resample_filter: Filter,
}

/// A square FIR filter that sums to 1, row by row, as the file stores it.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Filter(pub Vec<Vec<f32>>);
