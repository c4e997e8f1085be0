//! Mask: shapes, channels and points to weights.

mod decl;
mod draw;

use ndarray::Array2;

use crate::declare::NodeDecl;
use crate::error::NodeError;
use crate::operator::{Job, Operator, Params, Query, Reads};
use crate::raster::distance::soften;
use crate::value::{MAX_PIXELS, MaskImage, Value};

use draw::{draw, join};

/// Makes a mask.
pub(crate) struct Mask {
    decl: NodeDecl,
}

impl Mask {
    pub(crate) fn new() -> Self {
        Self { decl: decl::decl() }
    }
}

impl Operator for Mask {
    fn decl(&self) -> &NodeDecl {
        &self.decl
    }

    fn reads(&self, _output: &str, query: &Query<'_>) -> Result<Reads, NodeError> {
        let params = query.params;
        let mut reads =
            Reads::default().params(["width", "height", "channel", "shapes", "auto", "grow", "feather", "invert"]);
        let has_channel = params.text("channel") != "none";
        let has_size = params.int("width") > 0 && params.int("height") > 0;
        let need = |input: &str| {
            let missing = NodeError::NotConnected { input: input.to_owned() };
            if query.is_connected(input) { Ok(()) } else { Err(missing) }
        };
        if has_channel {
            need("image")?;
            reads = reads.params(["threshold"]);
        }
        if has_channel || (!has_size && query.is_connected("image")) {
            reads = reads.input("image", query.frame);
        }
        if params.bool("auto") {
            need("points")?;
            reads = reads.params(["auto_radius"]).input("points", query.frame);
        }
        if query.is_connected("masks") {
            reads = reads.params(["combine"]).input("masks", query.frame);
        }
        Ok(reads)
    }

    fn evaluate(&self, _output: &str, job: &Job<'_>) -> Result<Value, NodeError> {
        let params = job.params();
        let image = job.image("image").ok();
        let masks: Vec<_> = job.all("masks").filter_map(|(_, value)| as_mask(value)).collect();
        let size = size(params, image.map(|image| image.size()), masks.first().map(|mask| mask.size()))?;
        for (index, mask) in masks.iter().enumerate() {
            fits(&format!("mask {}", index + 1), mask.size(), size)?;
        }
        let mut joined = draw(job, size)?;
        if job.cancel().is_cancelled() {
            return Err(NodeError::Cancelled);
        }
        for mask in masks {
            match &mut joined {
                Some(joined) => join(joined, mask.weights(), params.text("combine")),
                None => joined = Some(mask.weights().to_owned()),
            }
        }
        let weights = joined.unwrap_or_else(|| Array2::zeros(size));
        let mut weights = soften(weights, params.float("grow"), params.float("feather"));
        if params.bool("invert") {
            weights.mapv_inplace(|weight| 1.0 - weight);
        }
        Ok(Value::Mask(MaskImage::new(weights).into()))
    }
}

fn as_mask(value: &Value) -> Option<&MaskImage> {
    if let Value::Mask(mask) = value { Some(mask) } else { None }
}

/// The size of the mask, (height, width): what is set, else the image's, else the first mask's.
fn size(
    params: &Params,
    image: Option<(usize, usize)>,
    mask: Option<(usize, usize)>,
) -> Result<(usize, usize), NodeError> {
    let (width, height) = (params.size("width"), params.size("height"));
    if width > 0 && height > 0 {
        if width * height > MAX_PIXELS {
            let reason = format!("{width}x{height} pixels are more than the {MAX_PIXELS} that a picture has at most");
            return Err(NodeError::Param { param: "width", reason });
        }
        return Ok((height, width));
    }
    let param = if width == 0 { "width" } else { "height" };
    let reason = "nothing gives the mask a size; set width and height, or connect an image or a mask".to_owned();
    let (rows, columns) = image.or(mask).ok_or(NodeError::Param { param, reason })?;
    Ok((if height > 0 { height } else { rows }, if width > 0 { width } else { columns }))
}

fn fits(what: &str, (rows, columns): (usize, usize), (height, width): (usize, usize)) -> Result<(), NodeError> {
    if (rows, columns) == (height, width) {
        return Ok(());
    }
    Err(NodeError::Mismatch(format!("{what} has {columns}x{rows} pixels, but the mask to make has {width}x{height}")))
}

#[cfg(test)]
mod tests {
    use dragfx_engine::{ImagePoint, PointPair};
    use ndarray::array;

    use super::*;
    use crate::nodes::testing::{as_weights, evaluate, image, mask, reads, text};
    use crate::param::ParamValue;
    use crate::shape::{Outline, Shape, ShapeOp};

    type Given<'a> = Vec<(&'a str, ParamValue)>;
    type Inputs<'a> = Vec<(&'a str, Vec<Value>)>;

    fn made(params: &[(&str, ParamValue)], inputs: &[(&str, Vec<Value>)]) -> Result<Value, NodeError> {
        evaluate(&Mask::new(), "mask", params, inputs)
    }

    fn sized<'a>(width: i64, height: i64, more: Given<'a>) -> Given<'a> {
        let mut params = vec![("width", ParamValue::Int(width)), ("height", ParamValue::Int(height))];
        params.extend(more);
        params
    }

    /// The left `width` columns, as a shape.
    fn left(width: f64, op: ShapeOp) -> Shape {
        Shape {
            outline: Outline::Rectangle { center: [width / 2.0 - 0.5, 0.0], radii: [width / 2.0, 9.0], angle: 0.0 },
            op,
        }
    }

    #[test]
    fn sizes_come_from_parameters_image_or_masks() {
        let picture = ("image", vec![image(2, 3, |_, _, _| 1.0)]);
        let masks = ("masks", vec![mask(Array2::zeros((4, 5)))]);
        let rows: [(Given<'_>, Inputs<'_>, _); 5] = [
            (sized(7, 6, vec![]), vec![], Ok((6, 7))),
            (sized(7, 6, vec![]), vec![picture.clone()], Ok((6, 7))),
            (vec![], vec![picture.clone()], Ok((2, 3))),
            (vec![("height", ParamValue::Int(9))], vec![picture.clone()], Ok((9, 3))),
            (vec![], vec![masks.clone()], Ok((4, 5))),
        ];
        let refused: [(Given<'_>, Inputs<'_>, _); 4] = [
            (
                sized(7, 0, vec![]),
                vec![],
                Err("`height`: nothing gives the mask a size; set width and height, or connect an image or a mask"),
            ),
            (vec![], vec![picture.clone(), masks], Err("mask 1 has 5x4 pixels, but the mask to make has 3x2")),
            (
                sized(7, 6, vec![("channel", text("red"))]),
                vec![picture],
                Err("the image has 3x2 pixels, but the mask to make has 7x6"),
            ),
            (sized(7, 6, vec![("channel", text("red"))]), vec![], Err("its input `image` is not connected")),
        ];
        for (params, inputs, expected) in rows.into_iter().chain(refused) {
            let found =
                made(&params, &inputs).map(|value| as_weights(Ok(value)).dim()).map_err(|error| error.to_string());
            assert_eq!(found, expected.map_err(str::to_owned), "{params:?}");
        }
    }

    #[test]
    fn only_what_counts_is_read() {
        let connected = ["image", "points", "masks"];
        let inputs = |params: &[(&str, ParamValue)]| {
            let reads = reads(&Mask::new(), "mask", params, &connected).expect("reads");
            reads.inputs.into_iter().map(|(id, _)| id).collect::<Vec<_>>()
        };
        assert_eq!(inputs(&sized(2, 2, vec![])), ["masks"]);
        assert_eq!(inputs(&sized(2, 0, vec![])), ["image", "masks"]);
        assert_eq!(inputs(&sized(2, 2, vec![("channel", text("alpha"))])), ["image", "masks"]);
        assert_eq!(inputs(&sized(2, 2, vec![("auto", ParamValue::Bool(true))])), ["points", "masks"]);
    }

    #[test]
    fn channels_become_weights() {
        let white_grey = ("image", vec![image(1, 2, |_, x, c| if x == 0 { 1.0 } else { [0.25, 0.5, 1.5, 0.2][c] })]);
        let rows = [
            ("luminance", 0.0, [1.0, 0.519_05]),
            ("red", 0.0, [1.0, 0.25]),
            ("green", 0.5, [1.0, 1.0]),
            ("blue", 0.0, [1.0, 1.0]),
            ("alpha", 0.2, [1.0, 1.0]),
            ("alpha", 0.21, [1.0, 0.0]),
        ];
        for (channel, threshold, expected) in rows {
            let params = [("channel", text(channel)), ("threshold", ParamValue::Float(threshold))];
            let weights = as_weights(made(&params, std::slice::from_ref(&white_grey)));
            assert!((weights[(0, 1)] - expected[1]).abs() < 1e-6, "{channel} {threshold}: {weights}");
            assert_eq!(weights[(0, 0)], 1.0, "{channel}: white is 1 to the bit");
        }
    }

    #[test]
    fn masks_are_joined_after_what_is_drawn() {
        let wires = vec![mask(array![[0.0, 0.25, 1.0, 1.0]]), mask(array![[0.0, 0.5, 0.5, 0.0]])];
        let inputs = [("masks", wires)];
        let shapes = ParamValue::Shapes(vec![left(2.0, ShapeOp::Add)]);
        let rows = [
            ("union", [0.0, 0.5, 1.0, 1.0], [1.0, 1.0, 1.0, 1.0]),
            ("intersect", [0.0, 0.25, 0.5, 0.0], [0.0, 0.25, 0.0, 0.0]),
            ("subtract", [0.0, 0.25, 0.5, 1.0], [1.0, 0.5, 0.0, 0.0]),
            ("difference", [0.0, 0.25, 0.5, 1.0], [1.0, 0.25, 0.5, 1.0]),
        ];
        for (rule, alone, with_shape) in rows {
            let params = [("combine", text(rule)), ("shapes", shapes.clone())];
            assert_eq!(as_weights(made(&params[..1], &inputs)), array![alone], "{rule}");
            assert_eq!(as_weights(made(&params, &inputs)), array![with_shape], "{rule}");
        }
    }

    #[test]
    fn shapes_are_drawn_over_channels_and_points() {
        let inputs = [("image", vec![image(1, 4, |_, _, _| 0.75)])];
        let shapes = ParamValue::Shapes(vec![left(2.0, ShapeOp::Add), left(1.0, ShapeOp::Subtract)]);
        let params = [("channel", text("red")), ("shapes", shapes), ("invert", ParamValue::Bool(true))];
        assert_eq!(as_weights(made(&params, &inputs)), array![[1.0, 0.0, 0.25, 0.25]]);
    }

    #[test]
    fn the_ways_of_enabled_points_are_white() {
        let pair = |y: f64| PointPair::new(ImagePoint::new(8.0, y), ImagePoint::new(24.0, y));
        let points = vec![pair(8.0), PointPair { enabled: false, ..pair(24.0) }];
        let inputs = [("points", vec![Value::Points(points.into())])];
        let params = sized(32, 32, vec![("auto", ParamValue::Bool(true)), ("auto_radius", ParamValue::Float(4.0))]);
        let weights = as_weights(made(&params, &inputs));
        let found = [(8, 5), (8, 16), (11, 24), (8, 27), (8, 2), (14, 16), (24, 16)].map(|place| weights[place]);
        assert_eq!(found, [1.0, 1.0, 1.0, 1.0, 0.0, 0.0, 0.0]);

        let far = vec![PointPair::new(ImagePoint::new(1e300, 0.0), ImagePoint::new(0.0, 0.0))];
        let error = made(&params, &[("points", vec![Value::Points(far.into())])]).expect_err("far away");
        assert_eq!(error.to_string(), "the points can't be surrounded: a shape has a number beyond 1000000");
    }

    #[test]
    fn edges_grow_then_soften_then_invert() {
        let shapes = ParamValue::Shapes(vec![left(4.0, ShapeOp::Add)]);
        let params = sized(12, 1, vec![("shapes", shapes), ("grow", ParamValue::Float(2.0))]);
        let grown = as_weights(made(&params, &[]));
        assert_eq!(grown, Array2::from_shape_fn((1, 12), |(_, x)| f32::from(u8::from(x < 6))));

        let mut params = params;
        params.extend([("feather", ParamValue::Float(4.0)), ("invert", ParamValue::Bool(true))]);
        let expected = array![[0.0, 0.0, 0.0, 0.0, 0.125, 0.375, 0.625, 0.875, 1.0, 1.0, 1.0, 1.0]];
        assert_eq!(as_weights(made(&params, &[])), expected);
        assert_eq!(as_weights(made(&sized(2, 1, vec![]), &[])), array![[0.0, 0.0]], "nothing set: nothing may change");
    }
}
