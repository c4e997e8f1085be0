//! The graphs of a drag: from w+ to the features at a tap, and from their gradient back to w+.
//!
//! A drag optimises the first [`OPTIMISED_ROWS`] rows of w+. The layers they style are the *head*; the layers above, up
//! to the tap, are the *tail*: its styles are constant during a drag, so its derivative is with respect to its input
//! alone. Convolutions are local, so the tail also exists for *windows* around points: the same numbers for a fraction
//! of the work, as long as nothing is asked outside of them.

use serde::{Deserialize, Serialize};

use super::layer::{Frame, Trunk, block_name, conv_of, start, styled_by, trunk_layer};
use crate::ir::{Derivative, Dim, Graph, GraphError, Id, differentiate};
use crate::spec::Generator;

/// A drag changes the first rows of w+ only (Pan et al. 2023, section 3.2): they decide the shape, the rest the texture.
pub const OPTIMISED_ROWS: usize = 6;

/// The FIR length and kernel size for which windows are worked out.
const WINDOW_TAPS: usize = 4;
const WINDOW_KERNEL: usize = 3;

/// The graphs of a drag with one tap.
#[derive(Clone, Debug)]
pub struct DragGraphs {
    /// `ws` \[1, num_ws, w_dim\] to the cut, or to `features` where there is no tail; back to `grad.ws`.
    pub head: Derivative,
    /// What goes from head to tail; empty where there is no tail.
    pub cuts: Vec<Cut>,
    /// The cut and `ws` to `features` \[1, C, r, r\]; back to the gradient of the cut.
    pub tail: Option<Derivative>,
    /// The tail for windows; `None` where there is no tail, or its kernels and filters are of unusual sizes.
    pub windows: Option<WindowStage>,
}

/// A tensor that goes from head to tail.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Cut {
    /// Its name in both graphs.
    pub name: String,
    /// Its channels.
    pub channels: usize,
    /// Its width and height.
    pub resolution: usize,
}

/// The tail for windows: n windows of height x width pixels of the cut, each at its own place.
#[derive(Clone, Debug)]
pub struct WindowStage {
    /// The two graphs. Beside the cut and `ws` they take, for each layer L, `L.noise` and, but for the last, `L.inside`.
    pub graphs: Derivative,
    /// The layers, from the cut up to the tap.
    pub layers: Vec<WindowLayer>,
}

/// Where a window lies in the output of a layer.
///
/// A window of the cut that starts at pixel u and is n long covers, after this layer, the pixels from
/// `scale · u + margin` to `scale · (u + n) - margin`. Windows may reach over the border of the map.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct WindowLayer {
    /// The layer: `synthesis.b64.conv0`.
    pub name: String,
    /// Width and height of its whole output.
    pub resolution: usize,
    /// Pixels of this layer's output for one of the cut.
    pub scale: usize,
    /// Pixels of this layer's output that are lost on each side.
    pub margin: usize,
    /// Multiplications for a pixel of its output, to compare the work of windows with that of the whole map.
    pub work: usize,
    /// Whether the graph takes `NAME.noise` \[n, 1, h, w\], the layer's noise in the window.
    pub noise: bool,
    /// Whether the graph takes `NAME.inside` \[n, 1, h, w\], 1 inside the map and 0 outside.
    pub inside: bool,
}

/// Builds the graphs of a drag whose features are the output of block `tap` (0 is 4x4).
///
/// # Errors
/// [`GraphError`] if the layers do not fit each other.
pub fn drag(spec: &Generator, tap: usize) -> Result<DragGraphs, GraphError> {
    let rows = 2 * tap + 1;
    let head_rows = rows.min(OPTIMISED_ROWS).min(spec.num_ws);
    let prefix = format!("drag.b{}", spec.blocks[tap].resolution);

    let mut g = Graph::new(&format!("{prefix}.head"));
    let ws = ws_input(&mut g, spec);
    let mut trunk = start(&mut g, spec);
    for row in 0..head_rows {
        trunk = trunk_layer(&mut g, spec, Frame::Whole, ws, row, trunk)?;
    }
    if rows == head_rows {
        g.output("features", trunk.x);
        return Ok(DragGraphs { head: differentiate(&g, &[ws])?, cuts: Vec::new(), tail: None, windows: None });
    }
    g.output("cut.x", trunk.x);
    if let Some(residual) = trunk.residual {
        g.output("cut.residual", residual);
    }
    let cuts: Vec<Cut> = g.outputs().iter().map(|&id| cut(&g, id)).collect();
    let head = differentiate(&g, &[ws])?;

    let mut g = Graph::new(&format!("{prefix}.tail"));
    let one = Dim::fixed(1);
    let (inputs, mut trunk) = cut_inputs(&mut g, &cuts, |cut| [one, cut.resolution.into(), cut.resolution.into()]);
    let ws = ws_input(&mut g, spec);
    for row in head_rows..rows {
        trunk = trunk_layer(&mut g, spec, Frame::Whole, ws, row, trunk)?;
    }
    g.output("features", trunk.x);
    let tail = differentiate(&g, &inputs)?;
    let windows = windows(spec, &prefix, &cuts, head_rows..rows)?;
    Ok(DragGraphs { head, cuts, tail: Some(tail), windows })
}

fn windows(
    spec: &Generator,
    prefix: &str,
    cuts: &[Cut],
    rows: std::ops::Range<usize>,
) -> Result<Option<WindowStage>, GraphError> {
    let usual = rows.clone().all(|row| {
        let (conv, (block, _)) = (conv_of(spec, row), styled_by(spec, row));
        let skip = block.skip.as_ref().map(|skip| &skip.resample_filter);
        let mut filters = [&conv.resample_filter].into_iter().chain(skip);
        conv.kernel == WINDOW_KERNEL && (conv.up == 1 || filters.all(|filter| filter.0.len() == WINDOW_TAPS))
    });
    if !usual {
        return Ok(None);
    }
    let mut g = Graph::new(&format!("{prefix}.windows"));
    let [n, height, width] = ["windows", "height", "width"].map(Dim::symbol);
    let (inputs, mut trunk) = cut_inputs(&mut g, cuts, |_| [n, height, width]);
    let ws = ws_input(&mut g, spec);
    let (mut scale, mut margin) = (1, 0);
    let mut layers = Vec::new();
    for row in rows.clone() {
        let (block, which) = styled_by(spec, row);
        let name = format!("{}.{which}", block_name(block.resolution));
        trunk = trunk_layer(&mut g, spec, Frame::Windows, ws, row, trunk)?;
        let conv = conv_of(spec, row);
        let kernel = conv.kernel * conv.kernel * conv.in_channels * conv.out_channels;
        let work = if conv.up == 2 {
            (scale, margin) = (2 * scale, 2 * margin + 2);
            // The kernel is applied at the pixels of the input, a quarter of the output's.
            kernel / 4
        } else {
            margin += 1;
            kernel
        };
        let inside = row + 1 < rows.end;
        if inside {
            let &[n, _, h, w] = g.shape(trunk.x) else { unreachable!("features have four axes") };
            let mask = g.input(&format!("{name}.inside"), [n, 1.into(), h, w]);
            trunk.x = g.mul(&format!("{name}.masked"), trunk.x, mask)?;
        }
        let (resolution, noise) = (block.resolution, conv.use_noise);
        layers.push(WindowLayer { name, resolution, scale, margin, work, noise, inside });
    }
    g.output("features", trunk.x);
    Ok(Some(WindowStage { graphs: differentiate(&g, &inputs)?, layers }))
}

fn ws_input(g: &mut Graph, spec: &Generator) -> Id {
    g.input("ws", [1, spec.num_ws, spec.w_dim].map(Dim::fixed))
}

fn cut(g: &Graph, id: Id) -> Cut {
    let value = g.value(id);
    let size = |axis: usize| value.shape[axis].known().unwrap_or(0);
    Cut { name: value.name.clone(), channels: size(1), resolution: size(2) }
}

fn cut_inputs(g: &mut Graph, cuts: &[Cut], frame: impl Fn(&Cut) -> [Dim; 3]) -> (Vec<Id>, Trunk) {
    let mut declare = |cut: &Cut| {
        let [n, h, w] = frame(cut);
        g.input(&cut.name, [n, cut.channels.into(), h, w])
    };
    let inputs: Vec<Id> = cuts.iter().map(&mut declare).collect();
    (inputs.clone(), Trunk { x: inputs[0], residual: inputs.get(1).copied() })
}
