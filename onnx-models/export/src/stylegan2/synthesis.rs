//! The synthesis network: w+ to a picture.

use super::layer::{Frame, block_name, row_of, start, to_rgb, trunk_layer, upsample};
use crate::ir::{Dim, Graph, GraphError, display};
use crate::spec::Generator;

/// The graph from `ws` \[batch, num_ws, w_dim\] to `image` \[batch, img_channels, r, r\], nominally in \[-1, 1\].
///
/// Each layer's noise map \[1, 1, r, r\] is an optional input, `synthesis.b8.conv0.noise`, with the checkpoint's constant
/// map as default: leave it out for constant noise, give zeros for none, or numbers of N(0, 1) for random noise.
///
/// # Errors
/// [`GraphError`] if the layers do not fit each other.
pub fn synthesis(spec: &Generator) -> Result<Graph, GraphError> {
    let mut g = Graph::new("synthesis");
    let ws = g.input("ws", [Dim::symbol("batch"), spec.num_ws.into(), spec.w_dim.into()]);
    let mut trunk = start(&mut g, spec);
    let mut image = None;
    for (index, block) in spec.blocks.iter().enumerate() {
        let last_row = 2 * index;
        for row in last_row.saturating_sub(1)..=last_row {
            trunk = trunk_layer(&mut g, spec, Frame::Whole, ws, row, trunk)?;
        }
        let name = block_name(block.resolution);
        if let Some(below) = image {
            let filter = &block.resample_filter;
            image =
                Some(upsample(&mut g, &format!("{name}.image.up"), below, spec.img_channels, filter, Frame::Whole)?);
        }
        if let Some(layer) = &block.torgb {
            let w = row_of(&mut g, ws, last_row + 1)?;
            let rgb = to_rgb(&mut g, &format!("{name}.torgb"), layer, spec.img_channels, trunk.x, w)?;
            image = Some(match image {
                Some(below) => g.add(&format!("{name}.image"), below, rgb)?,
                None => rgb,
            });
        }
    }
    let refused = |found: String, reason: String| GraphError::Shape {
        value: "image".to_owned(),
        op: "synthesis".to_owned(),
        found,
        reason,
    };
    let blocks = format!("{} blocks", spec.blocks.len());
    let image = image.ok_or_else(|| refused(blocks, "no block makes a picture".to_owned()))?;
    let declared = [Dim::symbol("batch"), spec.img_channels.into(), spec.resolution.into(), spec.resolution.into()];
    if *g.shape(image) != declared {
        return Err(refused(display(g.shape(image)), format!("{} is declared", display(&declared))));
    }
    g.output("image", image);
    Ok(g)
}
