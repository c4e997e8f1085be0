//! The layers of the synthesis network: modulated convolution, residual branch, picture layer, up-sampling.

use super::mapping::dense;
use crate::ir::{Data, Dim, Graph, GraphError, Id, Layout, Window2d};
use crate::spec::{Activation, Block, Dense, Filter, Generator, SkipConv, StyledConv, ToRgb};

/// Added to the squared norm of a modulated kernel before the root.
const EPSILON: f32 = 1e-8;

/// Whether a layer computes its whole map or only a window of it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Frame {
    /// The whole map, with zeros padded around it.
    Whole,
    /// A window: nothing is padded, so a convolution returns less than it is given, and what lies outside the map is
    /// set to zero by a mask that the caller gives. The result is exactly the window of the whole map.
    Windows,
}

/// Names the block of a resolution.
pub(super) fn block_name(resolution: usize) -> String {
    format!("synthesis.b{resolution}")
}

/// What flows through the trunk of the synthesis network.
#[derive(Clone, Copy, Debug)]
pub(super) struct Trunk {
    /// The features.
    pub(super) x: Id,
    /// The residual branch of a resnet block, from its first layer to its second.
    pub(super) residual: Option<Id>,
}

/// The constant that the first block starts from, \[1, C, 4, 4\].
pub(super) fn start(g: &mut Graph, spec: &Generator) -> Trunk {
    let channels = spec.blocks[0].out_channels;
    Trunk { x: g.tensor("synthesis.b4.const", &[1, channels, 4, 4], 1.0, Layout::Stored), residual: None }
}

/// The block and layer that row `row` of w+ styles: row 0 is `b4.conv1`, then `conv0` and `conv1` of each block.
pub(super) fn styled_by(spec: &Generator, row: usize) -> (&Block, &'static str) {
    (&spec.blocks[row.div_ceil(2)], if row % 2 == 1 { "conv0" } else { "conv1" })
}

/// The convolution that row `row` of w+ styles.
pub(super) fn conv_of(spec: &Generator, row: usize) -> &StyledConv {
    let (block, which) = styled_by(spec, row);
    // Every block but the first has both.
    if which == "conv0" { block.conv0.as_ref().unwrap_or(&block.conv1) } else { &block.conv1 }
}

/// The layer that row `row` of w+ styles; for windows also the mask of what lies inside the map.
pub(super) fn trunk_layer(
    g: &mut Graph,
    spec: &Generator,
    frame: Frame,
    ws: Id,
    row: usize,
    trunk: Trunk,
) -> Result<Trunk, GraphError> {
    let ((block, which), conv) = (styled_by(spec, row), conv_of(spec, row));
    let name = format!("{}.{which}", block_name(block.resolution));
    let style = row_of(g, ws, row)?;
    if row % 2 == 1 {
        let residual = match &block.skip {
            Some(skip) => Some(residual(g, block, skip, frame, trunk.x)?),
            None => None,
        };
        let x = styled_conv(g, &name, conv, block.resolution, frame, trunk.x, style)?;
        return Ok(Trunk { x, residual });
    }
    let x = styled_conv(g, &name, conv, block.resolution, frame, trunk.x, style)?;
    let x = match trunk.residual {
        Some(residual) => {
            // The second convolution of a window has lost its border; the branch beside it has not.
            let border = if frame == Frame::Windows { conv.kernel / 2 } else { 0 };
            let residual = g.crop(&format!("{name}.residual.rows"), residual, 2, border, border)?;
            let residual = g.crop(&format!("{name}.residual"), residual, 3, border, border)?;
            g.add(&format!("{name}.joined"), residual, x)?
        }
        None => x,
    };
    Ok(Trunk { x, residual: None })
}

/// Row `row` of `ws` \[N, num_ws, w_dim\], as \[N, w_dim\].
pub(super) fn row_of(g: &mut Graph, ws: Id, row: usize) -> Result<Id, GraphError> {
    let &[batch, _, w_dim] = g.shape(ws) else { unreachable!("ws is declared with three axes") };
    let name = format!("ws.{row}");
    let slice = g.slice(&format!("{name}.slice"), ws, 1, row, 1)?;
    g.reshape(&name, slice, &[batch, w_dim])
}

/// `SynthesisLayer`: modulate, convolve, demodulate, add noise and bias, activate, clamp.
fn styled_conv(
    g: &mut Graph,
    name: &str,
    layer: &StyledConv,
    resolution: usize,
    frame: Frame,
    x: Id,
    w: Id,
) -> Result<Id, GraphError> {
    let (out, inner, k) = (layer.out_channels, layer.in_channels, layer.kernel);
    let gain = layer.activation.gain() * layer.gain;
    // A gain after a positively homogeneous activation is the same before it, and costs nothing in the weights.
    let homogeneous = matches!(layer.activation, Activation::Linear | Activation::Relu | Activation::LRelu);
    let (before, after) = if homogeneous { (gain, 1.0) } else { (1.0, gain) };

    let style = style(g, &format!("{name}.affine"), &layer.affine, 1.0, w)?;
    let weight = format!("{name}.weight");
    let squares = g.tensor(&weight, &[out, inner], layer.weight_gain, Layout::SquareSum);
    let demodulation = g.scoped(name, |g| {
        let style = g.mul("style.squares", style.flat, style.flat)?;
        let norm = g.matmul_transposed("norm", style, squares)?;
        let epsilon = g.scalar(EPSILON);
        let norm = g.add("guarded", norm, epsilon)?;
        let factor = g.rsqrt("demodulation", norm)?;
        per_channel(g, "demodulation.channels", factor)
    })?;
    let kernel_gain = layer.weight_gain * before;
    let modulated = g.mul(&format!("{name}.modulated"), x, style.channels)?;
    let convolved = if layer.up == 2 {
        let kernel = g.tensor(&weight, &[inner, out, k, k], kernel_gain, Layout::Swapped);
        up_conv(g, name, modulated, kernel, out, &layer.resample_filter, frame)?
    } else {
        let kernel = g.tensor(&weight, &[out, inner, k, k], kernel_gain, Layout::Stored);
        let pad = if frame == Frame::Whole { k / 2 } else { 0 };
        g.conv(&format!("{name}.convolved"), modulated, kernel, Window2d::padded(pad))?
    };
    let mut y = g.mul(&format!("{name}.demodulated"), convolved, demodulation)?;
    if layer.use_noise {
        let noise = noise(g, name, resolution, frame, y);
        let strength = g.tensor(&format!("{name}.noise_strength"), &[], before, Layout::Stored);
        let noise = g.mul(&format!("{name}.noise.scaled"), noise, strength)?;
        y = g.add(&format!("{name}.noisy"), y, noise)?;
    }
    let bias = g.tensor(&format!("{name}.bias"), &[1, out, 1, 1], before, Layout::Stored);
    y = g.add(&format!("{name}.biased"), y, bias)?;
    y = g.activation(&format!("{name}.active"), y, layer.activation)?;
    y = g.scale(&format!("{name}.amplified"), y, after)?;
    match layer.conv_clamp {
        Some(limit) => g.clamp(&format!("{name}.clamped"), y, limit * layer.gain),
        None => Ok(y),
    }
}

/// The layer's noise: optional for the whole map, with the checkpoint's own as default; given for windows.
fn noise(g: &mut Graph, name: &str, resolution: usize, frame: Frame, like: Id) -> Id {
    let input = format!("{name}.noise");
    match frame {
        Frame::Whole => {
            let shape = [1, 1, resolution, resolution].map(Dim::fixed);
            let name = format!("{name}.noise_const");
            g.optional_input(&input, shape, Data::Tensor { name, scale: 1.0, layout: Layout::Stored })
        }
        Frame::Windows => {
            let &[n, _, h, w] = g.shape(like) else { unreachable!("features have four axes") };
            g.input(&input, [n, 1.into(), h, w])
        }
    }
}

/// Up-sampling convolution: transposed with stride 2, then the FIR filter with a gain of 4.
///
/// The padding is `conv2d_resample`'s for a 3x3 kernel. In a window, the first and last row of the transposed
/// convolution lack contributions from outside the window and are cut, and nothing is padded.
fn up_conv(
    g: &mut Graph,
    name: &str,
    x: Id,
    kernel: Id,
    channels: usize,
    filter: &Filter,
    frame: Frame,
) -> Result<Id, GraphError> {
    let taps = filter.0.len();
    let (cut, begin, end) = match frame {
        Frame::Whole => (0, taps.div_ceil(2).saturating_sub(1), (taps / 2).saturating_sub(1)),
        Frame::Windows => (1, 0, 0),
    };
    let grown = Window2d { stride: 2, pad_begin: cut, pad_end: cut, groups: 1 };
    let grown = g.conv_transpose(&format!("{name}.grown"), x, kernel, grown)?;
    let fir = depthwise(g, filter, channels, true);
    let smooth = Window2d { stride: 1, pad_begin: begin, pad_end: end, groups: channels };
    g.conv(&format!("{name}.convolved"), grown, fir, smooth)
}

/// Up-sampling by 2 with the FIR filter and a gain of 4: zero insertion and filter as one transposed convolution.
pub(super) fn upsample(
    g: &mut Graph,
    name: &str,
    x: Id,
    channels: usize,
    filter: &Filter,
    frame: Frame,
) -> Result<Id, GraphError> {
    let taps = filter.0.len();
    // A window gives the rows that `up_conv` gives: one source row is cut on each side.
    let inset = if frame == Frame::Windows { 2 } else { 0 };
    let fir = depthwise(g, filter, channels, false);
    let (begin, end) = ((taps / 2).saturating_sub(1), taps.div_ceil(2).saturating_sub(1));
    let window = Window2d { stride: 2, pad_begin: begin + inset, pad_end: end + inset, groups: channels };
    g.conv_transpose(name, x, fir, window)
}

/// The filter times 4 as depthwise weights \[C, 1, k, k\]; `correlated` reverses it, for a cross-correlation.
fn depthwise(g: &mut Graph, filter: &Filter, channels: usize, correlated: bool) -> Id {
    let mut taps: Vec<f32> = filter.0.iter().flatten().map(|tap| tap * 4.0).collect();
    if correlated {
        taps.reverse();
    }
    let size = filter.0.len();
    g.constant("resample_filter", &[channels, 1, size, size], taps.repeat(channels))
}

/// The residual branch of a resnet block.
fn residual(g: &mut Graph, block: &Block, skip: &SkipConv, frame: Frame, x: Id) -> Result<Id, GraphError> {
    let name = format!("{}.skip", block_name(block.resolution));
    let shape = [block.out_channels, block.in_channels, 1, 1];
    let weight = g.tensor(&format!("{name}.weight"), &shape, skip.weight_gain * skip.gain, Layout::Stored);
    let thin = g.conv(&format!("{name}.convolved"), x, weight, Window2d::padded(0))?;
    upsample(g, &format!("{name}.out"), thin, block.out_channels, &skip.resample_filter, frame)
}

/// `ToRGBLayer`: features \[N, C, r, r\] to a picture \[N, img_channels, r, r\].
pub(super) fn to_rgb(
    g: &mut Graph,
    name: &str,
    layer: &ToRgb,
    channels: usize,
    x: Id,
    w: Id,
) -> Result<Id, GraphError> {
    let style = style(g, &format!("{name}.affine"), &layer.affine, layer.weight_gain, w)?;
    let shape = [channels, layer.in_channels, 1, 1];
    let weight = g.tensor(&format!("{name}.weight"), &shape, 1.0, Layout::Stored);
    let bias = g.tensor(&format!("{name}.bias"), &[1, channels, 1, 1], 1.0, Layout::Stored);
    g.scoped(name, |g| {
        let modulated = g.mul("modulated", x, style.channels)?;
        let convolved = g.conv("convolved", modulated, weight, Window2d::padded(0))?;
        let y = g.add("biased", convolved, bias)?;
        match layer.conv_clamp {
            Some(limit) => g.clamp("clamped", y, limit),
            None => Ok(y),
        }
    })
}

/// A layer's styles, \[N, C\] and \[N, C, 1, 1\].
struct Style {
    flat: Id,
    channels: Id,
}

fn style(g: &mut Graph, name: &str, affine: &Dense, gain: f32, w: Id) -> Result<Style, GraphError> {
    let flat = dense(g, name, affine, w)?;
    let flat = g.scale(&format!("{name}.scaled"), flat, gain)?;
    let channels = per_channel(g, &format!("{name}.channels"), flat)?;
    Ok(Style { flat, channels })
}

fn per_channel(g: &mut Graph, name: &str, x: Id) -> Result<Id, GraphError> {
    let &[n, channels] = g.shape(x) else { unreachable!("styles have two axes") };
    g.reshape(name, x, &[n, channels, 1.into(), 1.into()])
}
