//! Blend: one image over another through a mask.

use dragfx_engine::Cancel;
use ndarray::parallel::prelude::*;
use ndarray::{Array2, Axis, Zip};

use crate::declare::{Arity, Category, NodeDecl, ParamDecl};
use crate::error::NodeError;
use crate::operator::{Job, Operator, Query, Reads};
use crate::raster::distance::feather_inward;
use crate::value::{Image, PortType, Transfer, Value};

/// Puts the result of an edit back over its source.
pub(crate) struct Blend {
    decl: NodeDecl,
}

impl Blend {
    pub(crate) fn new() -> Self {
        let decl = NodeDecl::new(
            "blend",
            1,
            "Blend",
            Category::Picture,
            "Puts one image over another where a mask is white. Where the mask is black, the pixels of the source come \
             back to the bit; where mask and mix are full, those of the result, in the encoding of the source. In \
             between, colours are mixed weighted by their alpha.",
        )
        .input("source", PortType::Image, Arity::Required, "The image that stays where the mask is black.")
        .input("result", PortType::Image, Arity::Required, "The image to put over it, of the same size.")
        .input(
            "mask",
            PortType::Mask,
            Arity::Optional,
            "Where and how much of the result is seen: white all, black nothing. Of the same size; without it the mix \
             alone counts.",
        )
        .output("image", PortType::Image, "The source with the result over it, in the source's encoding.")
        .params([
            ParamDecl::float(
                "mix",
                "Mix",
                1.0,
                0.0..=1.0,
                "How much of the result is seen where the mask is white. At 0 the result is not even computed.",
            )
            .animates(),
            ParamDecl::float(
                "feather",
                "Feather",
                0.0,
                0.0..=1000.0,
                "Fades the mask in over this distance from its black area, on the white side only, so that no pixel \
                 changes that would not without it. It does nothing without a mask.",
            )
            .unit("px")
            .slider(0.0, 100.0)
            .animates(),
            ParamDecl::choice(
                "light",
                "Mix in",
                &[
                    ("linear", "Mix amounts of light, as a lens does."),
                    ("encoded", "Mix the values as the source encodes them, as most paint programs do."),
                ],
                "In which values colours are mixed where the weight is neither 0 nor 1. There is no difference where \
                 the source is linear.",
            ),
        ]);
        Self { decl }
    }
}

impl Operator for Blend {
    fn decl(&self) -> &NodeDecl {
        &self.decl
    }

    fn reads(&self, _output: &str, query: &Query<'_>) -> Result<Reads, NodeError> {
        let reads = Reads::default().params(["mix"]).input("source", query.frame);
        if query.params.float("mix") == 0.0 {
            return Ok(reads);
        }
        let reads = reads.params(["light"]).input("result", query.frame);
        if query.is_connected("mask") {
            return Ok(reads.params(["feather"]).input("mask", query.frame));
        }
        Ok(reads)
    }

    fn evaluate(&self, _output: &str, job: &Job<'_>) -> Result<Value, NodeError> {
        let source = job.image("source")?;
        let mix = job.params().float("mix");
        if mix == 0.0 {
            return Ok(Value::Image(source.clone()));
        }
        let result = job.image("result")?;
        let size = source.size();
        same_size("result", result.size(), size)?;
        let mut weights = match job.mask("mask") {
            Ok(mask) => {
                same_size("mask", mask.size(), size)?;
                feather_inward(mask.weights().to_owned(), job.params().float("feather"))
            }
            Err(_) => Array2::ones(size),
        };
        weights.mapv_inplace(|weight| (f64::from(weight) * mix) as f32);
        let light = if job.params().text("light") == "linear" { Transfer::Linear } else { source.transfer() };
        blend(source, result, &weights, light, job.cancel()).map(|image| Value::Image(image.into()))
    }
}

fn same_size(input: &str, found: (usize, usize), source: (usize, usize)) -> Result<(), NodeError> {
    if found == source {
        return Ok(());
    }
    let [(height, width), (rows, columns)] = [found, source];
    Err(NodeError::Mismatch(format!("`{input}` has {width}x{height} pixels, but `source` has {columns}x{rows}")))
}

/// `source` where a weight is 0, `result` where it is 1, and in between their mixture in the encoding `light`.
fn blend(
    source: &Image,
    result: &Image,
    weights: &Array2<f32>,
    light: Transfer,
    cancel: &Cancel,
) -> Result<Image, NodeError> {
    let transfer = source.transfer();
    let below = source.pixels();
    let mut pixels = result.clone().encoded(transfer).into_pixels();
    let rows = pixels.axis_iter_mut(Axis(0)).into_par_iter();
    let rows = rows.zip(below.axis_iter(Axis(0))).zip(weights.axis_iter(Axis(0)));
    rows.try_for_each(|((mut row, source), weights)| {
        if cancel.is_cancelled() {
            return Err(NodeError::Cancelled);
        }
        Zip::from(row.rows_mut()).and(source.rows()).and(weights).for_each(|mut pixel, source, &weight| {
            if weight <= 0.0 {
                pixel.assign(&source);
            } else if weight < 1.0 {
                let [below, above] =
                    [source.view(), pixel.view()].map(|pixel| [pixel[0], pixel[1], pixel[2], pixel[3]]);
                let mixed = mix(below, above, weight, transfer, light);
                pixel.iter_mut().zip(mixed).for_each(|(to, value)| *to = value);
            }
        });
        Ok(())
    })?;
    Ok(Image::new(pixels, transfer))
}

/// The mixture of two pixels encoded as `transfer`, computed in the encoding `light`, weighted by alpha.
fn mix(below: [f32; 4], above: [f32; 4], weight: f32, transfer: Transfer, light: Transfer) -> [f32; 4] {
    let between = |a: f32, b: f32| a + weight * (b - a);
    let alpha = between(below[3], above[3]);
    std::array::from_fn(|channel| {
        if channel == 3 {
            return alpha;
        }
        let [a, b] = [below[channel], above[channel]].map(|value| transfer.convert(value, light));
        // Without coverage there is nothing to weigh the colours by.
        let color = if alpha > 0.0 { between(a * below[3], b * above[3]) / alpha } else { between(a, b) };
        light.convert(color, transfer)
    })
}

#[cfg(test)]
mod tests {
    use ndarray::Array3;
    use proptest::prelude::*;

    use super::*;
    use crate::nodes::testing::{as_image, evaluate, image, mask, reads, text};
    use crate::param::ParamValue;

    fn images(size: (usize, usize)) -> impl Strategy<Value = Image> {
        let values = proptest::collection::vec(-0.5_f32..1.5, size.0 * size.1 * 4);
        (values, proptest::bool::ANY).prop_map(move |(values, linear)| {
            let pixels = Array3::from_shape_vec((size.0, size.1, 4), values).expect("four values for each pixel");
            Image::new(pixels, if linear { Transfer::Linear } else { Transfer::Srgb })
        })
    }

    fn cases() -> impl Strategy<Value = (Image, Image, Array2<f32>)> {
        let weight = prop_oneof![2 => Just(0.0_f32), 2 => Just(1.0_f32), 1 => 0.0_f32..1.0];
        (1_usize..9, 1_usize..9).prop_flat_map(move |size| {
            let weights = proptest::collection::vec(weight.clone(), size.0 * size.1);
            let weights = weights.prop_map(move |weights| Array2::from_shape_vec(size, weights).expect("as many"));
            (images(size), images(size), weights)
        })
    }

    /// The bits of a pixel.
    fn bits(image: &Image, y: usize, x: usize) -> [u32; 4] {
        [0, 1, 2, 3].map(|channel| image.pixels()[(y, x, channel)].to_bits())
    }

    proptest! {
        #[test]
        fn black_keeps_the_source_and_white_gives_the_result(
            (source, result, weights) in cases(),
            amount in prop_oneof![Just(0.0), Just(1.0), 0.0..1.0],
            feather in prop_oneof![Just(0.0), 0.0..6.0],
            light in prop_oneof![Just("linear"), Just("encoded")],
        ) {
            let inputs = [
                ("source", vec![Value::Image(source.clone().into())]),
                ("result", vec![Value::Image(result.clone().into())]),
                ("mask", vec![mask(weights.clone())]),
            ];
            let params = [
                ("mix", ParamValue::Float(amount)), ("feather", ParamValue::Float(feather)), ("light", text(light)),
            ];
            let blended = as_image(evaluate(&Blend::new(), "image", &params, &inputs));
            prop_assert_eq!(blended.transfer(), source.transfer());
            let converted = result.encoded(source.transfer());
            for ((y, x), &weight) in weights.indexed_iter() {
                if weight == 0.0 || amount == 0.0 {
                    prop_assert_eq!(bits(&blended, y, x), bits(&source, y, x));
                } else if weight == 1.0 && amount == 1.0 && feather == 0.0 {
                    prop_assert_eq!(bits(&blended, y, x), bits(&converted, y, x));
                }
            }
        }
    }

    /// One pixel of `below` with half of `above` over it.
    fn half(below: [f32; 4], above: [f32; 4], light: &str) -> Image {
        let inputs = [
            ("source", vec![image(1, 1, |_, _, channel| below[channel])]),
            ("result", vec![image(1, 1, |_, _, channel| above[channel])]),
        ];
        as_image(evaluate(&Blend::new(), "image", &[("mix", ParamValue::Float(0.5)), ("light", text(light))], &inputs))
    }

    #[test]
    fn in_between_colours_are_weighed_by_alpha_in_the_chosen_light() {
        let [black, white] = [[0.0, 0.0, 0.0, 1.0], [1.0; 4]];
        let [green, clear] = [[0.0, 0.8, 0.0, 1.0], [0.7, 0.0, 0.0, 0.0]];
        let rows = [
            (black, white, "encoded", [0.5, 0.5, 0.5, 1.0]),
            (black, white, "linear", [0.735_357, 0.735_357, 0.735_357, 1.0]),
            (green, clear, "encoded", [0.0, 0.8, 0.0, 0.5]),
            (green, clear, "linear", [0.0, 0.8, 0.0, 0.5]),
            ([0.1, 0.0, 0.0, 0.0], [0.3, 0.0, 0.0, 0.0], "encoded", [0.2, 0.0, 0.0, 0.0]),
        ];
        for (below, above, light, expected) in rows {
            let mixed = half(below, above, light);
            let worst = mixed.pixels().iter().zip(expected).map(|(a, b)| (a - b).abs()).fold(0.0, f32::max);
            assert!(worst < 1e-5, "{below:?} {above:?} {light}: {mixed:?}");
        }
    }

    #[test]
    fn what_is_not_seen_is_not_read() {
        let inputs = |mix: f64, connected: &[&str]| {
            let reads = reads(&Blend::new(), "image", &[("mix", ParamValue::Float(mix))], connected).expect("reads");
            reads.inputs.into_iter().map(|(id, _)| id).collect::<Vec<_>>()
        };
        assert_eq!(inputs(0.0, &["source", "result", "mask"]), ["source"]);
        assert_eq!(inputs(0.5, &["source", "result"]), ["source", "result"]);
        assert_eq!(inputs(0.5, &["source", "result", "mask"]), ["source", "result", "mask"]);
    }

    #[test]
    fn sizes_must_agree() {
        let picture = |height, width| vec![image(height, width, |_, _, _| 1.0)];
        let inputs = [("source", picture(2, 3)), ("result", picture(4, 5))];
        let error = evaluate(&Blend::new(), "image", &[], &inputs).expect_err("two sizes");
        assert_eq!(error.to_string(), "`result` has 5x4 pixels, but `source` has 3x2");
        let inputs = [("source", picture(2, 3)), ("result", picture(2, 3)), ("mask", vec![mask(Array2::ones((2, 2)))])];
        let error = evaluate(&Blend::new(), "image", &[], &inputs).expect_err("two sizes");
        assert_eq!(error.to_string(), "`mask` has 2x2 pixels, but `source` has 3x2");
    }
}
