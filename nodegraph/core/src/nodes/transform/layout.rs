//! Where a picture comes to lie in the output.

use crate::error::NodeError;
use crate::operator::Params;
use crate::value::{MAX_PIXELS, MAX_SIDE};

/// Where what part of a picture comes to lie.
#[derive(Debug, PartialEq)]
pub(super) struct Layout {
    pub(super) across: Side,
    pub(super) down: Side,
}

/// One direction of a [`Layout`].
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) struct Side {
    /// Where the visible part of the picture begins, pixels of the picture.
    pub(super) start: f64,
    /// How long it is there.
    pub(super) length: f64,
    /// Where it begins in the output, pixels of the output.
    pub(super) offset: usize,
    /// How long it is there.
    pub(super) shown: usize,
    /// How long the output is.
    pub(super) output: usize,
}

impl Layout {
    /// The whole of a picture `(height, width)` in its place.
    pub(super) fn unchanged((height, width): (usize, usize)) -> Self {
        let whole = |size| Side { start: 0.0, length: size as f64, offset: 0, shown: size, output: size };
        Self { across: whole(width), down: whole(height) }
    }
}

/// Finds the place of a picture `(height, width)`.
///
/// # Errors
/// The crop leaves less than a pixel, or the output would be too large.
pub(super) fn layout(params: &Params, (height, width): (usize, usize)) -> Result<Layout, NodeError> {
    let crop = |param: &'static str, other: &'static str, size: usize| {
        let (start, end) = (params.float(param), params.float(other));
        let left = size as f64 - start - end;
        if left >= 1.0 {
            return Ok((start, left));
        }
        let reason = format!("with `{other}` it cuts {} of {size} pixels off; one must be left", start + end);
        Err(NodeError::Param { param, reason })
    };
    let (left, columns) = crop("crop_left", "crop_right", width)?;
    let (top, rows) = crop("crop_top", "crop_bottom", height)?;

    let scale = params.float("scale");
    // By how much the picture is enlarged, and how large the output is.
    let ((x, y), (output_width, output_height)) = match (params.size("width"), params.size("height")) {
        (0, 0) => ((scale, scale), (rounded("scale", columns * scale)?, rounded("scale", rows * scale)?)),
        (width, 0) => {
            let factor = width as f64 / columns;
            ((factor * scale, factor * scale), (width, rounded("width", rows * factor)?))
        }
        (0, height) => {
            let factor = height as f64 / rows;
            ((factor * scale, factor * scale), (rounded("height", columns * factor)?, height))
        }
        (width, height) => {
            let (x, y) = (width as f64 / columns, height as f64 / rows);
            let (x, y) = match params.text("fit") {
                "stretch" => (x, y),
                "fill" => (x.max(y), x.max(y)),
                _ => (x.min(y), x.min(y)),
            };
            ((x * scale, y * scale), (width, height))
        }
    };
    if output_width * output_height > MAX_PIXELS {
        let reason = format!("it makes {output_width}x{output_height} pixels; a picture has at most {MAX_PIXELS}");
        return Err(NodeError::Param { param: "scale", reason });
    }
    Ok(Layout { across: side(left, columns, x, output_width), down: side(top, rows, y, output_height) })
}

/// A side of the output in whole pixels.
fn rounded(param: &'static str, pixels: f64) -> Result<usize, NodeError> {
    if pixels.round() <= MAX_SIDE as f64 {
        return Ok((pixels.round() as usize).max(1));
    }
    let reason = format!("it makes a picture with a side of {pixels:.0} pixels; the most is {MAX_SIDE}");
    Err(NodeError::Param { param, reason })
}

/// Centres a part of a picture, enlarged by `factor`, in an output.
fn side(start: f64, length: f64, factor: f64, output: usize) -> Side {
    let shown = (length * factor).round();
    if shown > output as f64 {
        let visible = output as f64 / factor;
        return Side { start: start + (length - visible) / 2.0, length: visible, offset: 0, shown: output, output };
    }
    let shown = (shown as usize).max(1);
    Side { start, length, offset: (output - shown) / 2, shown, output }
}
