//! Transform: cropping, scaling, and fitting into a size.

mod layout;

use ndarray::{Array3, s};

use crate::declare::{Arity, Category, NodeDecl, ParamDecl};
use crate::error::NodeError;
use crate::operator::{Job, Operator, Params};
use crate::raster::resample::{Area, Filter, resize_image};
use crate::value::MAX_SIDE;
use crate::value::{Image, PortType, Value};

use layout::{Layout, layout};

/// Crops and scales an image.
pub(crate) struct Transform {
    decl: NodeDecl,
}

impl Transform {
    pub(crate) fn new() -> Self {
        let crop = |id, label, doc| {
            ParamDecl::float(id, label, 0.0, 0.0..=MAX_SIDE as f64, doc).unit("px").slider(0.0, 512.0).animates()
        };
        let decl = NodeDecl::new(
            "transform",
            1,
            "Transform",
            Category::Picture,
            "Crops and scales an image, and fits it into a size. First the crop, then the size, then the scale. With \
             nothing set the image passes to the bit. Values are mixed in the encoding that the image has, weighted by \
             alpha.",
        )
        .input("image", PortType::Image, Arity::Required, "The image.")
        .output("image", PortType::Image, "The image in its new size, in the same encoding.")
        .params([
            crop("crop_left", "Crop left", "How much of the left side is cut off. Parts of pixels are possible."),
            crop("crop_top", "Crop top", "How much of the upper side is cut off."),
            crop("crop_right", "Crop right", "How much of the right side is cut off."),
            crop("crop_bottom", "Crop bottom", "How much of the lower side is cut off."),
            ParamDecl::float(
                "scale",
                "Scale",
                1.0,
                0.01..=100.0,
                "Enlarges the picture, or shrinks it below 1. Without a width and a height the output grows with it; \
                 with one of them it is a zoom around the centre of an output that stays as it is.",
            )
            .slider(0.1, 4.0)
            .animates(),
            ParamDecl::int(
                "width",
                "Width",
                0,
                0..=MAX_SIDE as i64,
                "Width of the output. 0 is as it comes: as the height demands, or the picture's own times the scale.",
            )
            .unit("px"),
            ParamDecl::int(
                "height",
                "Height",
                0,
                0..=MAX_SIDE as i64,
                "Height of the output. 0 is as it comes: as the width demands, or the picture's own times the scale.",
            )
            .unit("px"),
            ParamDecl::choice(
                "fit",
                "Fit",
                &[
                    ("fit", "The whole picture is seen, with transparent bars where it is narrower than the output."),
                    ("fill", "The output is covered, and what does not fit in is cut off on both sides."),
                    ("stretch", "The picture takes the output's proportions."),
                ],
                "What to do if width and height have other proportions than the picture.",
            ),
            ParamDecl::choice(
                "filter",
                "Filter",
                &[
                    ("cubic", "Sharp, with slight rings at hard edges (Catmull-Rom)."),
                    ("lanczos", "Sharpest, with more rings at hard edges (three lobes)."),
                    ("bilinear", "Soft, without rings."),
                    ("nearest", "No mixing: hard pixels."),
                ],
                "How pixels are made of others where the picture is scaled.",
            ),
        ]);
        Self { decl }
    }
}

impl Operator for Transform {
    fn decl(&self) -> &NodeDecl {
        &self.decl
    }

    fn evaluate(&self, _output: &str, job: &Job<'_>) -> Result<Value, NodeError> {
        let image = job.image("image")?;
        let layout = layout(job.params(), image.size())?;
        if layout == Layout::unchanged(image.size()) {
            return Ok(Value::Image(image.clone()));
        }
        if job.cancel().is_cancelled() {
            return Err(NodeError::Cancelled);
        }
        Ok(Value::Image(paint(image, &layout, filter(job.params())).into()))
    }
}

fn filter(params: &Params) -> Filter {
    match params.text("filter") {
        "nearest" => Filter::Nearest,
        "bilinear" => Filter::Bilinear,
        "lanczos" => Filter::Lanczos,
        _ => Filter::Cubic,
    }
}

fn paint(image: &Image, layout: &Layout, filter: Filter) -> Image {
    let Layout { across, down } = layout;
    let area = Area { left: across.start, top: down.start, width: across.length, height: down.length };
    let picture = resize_image(image, area, (down.shown, across.shown), filter);
    if (down.shown, across.shown) == (down.output, across.output) {
        return picture;
    }
    let mut output = Array3::zeros((down.output, across.output, 4));
    let rows = down.offset..down.offset + down.shown;
    let columns = across.offset..across.offset + across.shown;
    output.slice_mut(s![rows, columns, ..]).assign(&picture.pixels());
    Image::new(output, image.transfer())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::nodes::testing::{as_image, evaluate, image, text};
    use crate::param::ParamValue;

    const FILTERS: [&str; 4] = ["cubic", "lanczos", "bilinear", "nearest"];

    fn number(value: f64) -> ParamValue {
        ParamValue::Float(value)
    }

    /// A picture whose values all differ; its red tells the column, its green the row.
    fn picture(height: usize, width: usize) -> Value {
        image(height, width, |y, x, channel| [x as f32, y as f32, -2.0, 1.0][channel])
    }

    fn transformed(input: Value, params: &[(&str, ParamValue)]) -> Result<Value, NodeError> {
        evaluate(&Transform::new(), "image", params, &[("image", vec![input])])
    }

    #[test]
    fn nothing_set_passes_the_image() {
        let original = as_image(Ok(picture(6, 9)));
        for filter in FILTERS {
            let own_size = [("filter", text(filter)), ("width", ParamValue::Int(9)), ("height", ParamValue::Int(6))];
            for params in [&own_size[..1], &own_size] {
                assert_eq!(as_image(transformed(picture(6, 9), params)), original);
            }
        }
    }

    #[test]
    fn whole_pixels_are_cropped_to_the_bit() {
        let original = as_image(Ok(picture(6, 9)));
        let sides = [("crop_left", 1.0), ("crop_top", 2.0), ("crop_right", 3.0), ("crop_bottom", 1.0)];
        let cropped = as_image(transformed(picture(6, 9), &sides.map(|(id, value)| (id, number(value)))));
        assert_eq!(cropped.pixels(), original.pixels().slice(s![2..5, 1..6, ..]));
    }

    #[test]
    fn outputs_have_the_size_that_was_asked_for() {
        let int = ParamValue::Int;
        let rows = [
            (vec![("scale", number(2.0))], (8, 16)),
            (vec![("scale", number(0.01))], (1, 1)),
            (vec![("width", int(20))], (10, 20)),
            (vec![("height", int(3))], (3, 6)),
            (vec![("height", int(3)), ("scale", number(3.0))], (3, 6)),
            (vec![("width", int(5)), ("height", int(7))], (7, 5)),
            (vec![("crop_left", number(2.5)), ("scale", number(2.0))], (8, 11)),
        ];
        for (params, expected) in rows {
            assert_eq!(as_image(transformed(picture(4, 8), &params)).size(), expected, "{params:?}");
        }
    }

    #[test]
    fn fits_show_what_they_say() {
        let sizes = [("width", ParamValue::Int(16)), ("height", ParamValue::Int(16))];
        let fitted = |fit: &str, scale: f64| {
            let [width, height] = sizes.clone();
            let params = [width, height, ("fit", text(fit)), ("scale", number(scale)), ("filter", text("nearest"))];
            as_image(transformed(picture(4, 8), &params)).into_pixels()
        };
        let column = |pixels: &Array3<f32>, x: usize| pixels[(8, x, 0)];
        let bars = |pixels: &Array3<f32>| (0..16).filter(|y| pixels[(*y, 8, 3)] == 0.0).collect::<Vec<_>>();

        let fit = fitted("fit", 1.0);
        assert_eq!((bars(&fit), column(&fit, 0), column(&fit, 15)), (vec![0, 1, 2, 3, 12, 13, 14, 15], 0.0, 7.0));
        assert!(fit.slice(s![..4, .., ..]).iter().all(|value| *value == 0.0));
        let fill = fitted("fill", 1.0);
        assert_eq!((bars(&fill), column(&fill, 0), column(&fill, 15)), (vec![], 2.0, 5.0));
        let stretch = fitted("stretch", 1.0);
        assert_eq!((bars(&stretch), column(&stretch, 0), column(&stretch, 15)), (vec![], 0.0, 7.0));
        assert_eq!((stretch[(0, 8, 1)], stretch[(15, 8, 1)]), (0.0, 3.0));

        // A zoom to twice the size shows the middle half; one to half leaves bars on all sides.
        let zoomed = fitted("stretch", 2.0);
        assert_eq!((column(&zoomed, 0), column(&zoomed, 15), zoomed[(0, 8, 1)]), (2.0, 5.0, 1.0));
        let shrunk = fitted("stretch", 0.5);
        assert_eq!(bars(&shrunk), vec![0, 1, 2, 3, 12, 13, 14, 15]);
        assert_eq!((shrunk[(8, 3, 3)], shrunk[(8, 4, 3)]), (0.0, 1.0));
    }

    #[test]
    fn impossible_sizes_are_refused() {
        let rows = [
            (
                vec![("scale", number(100.0))],
                "`scale`: it makes a picture with a side of 20000 pixels; the most is 16384",
            ),
            (
                vec![("width", ParamValue::Int(200))],
                "`width`: it makes a picture with a side of 40000 pixels; the most is 16384",
            ),
            (
                vec![("crop_top", number(150.0)), ("crop_bottom", number(50.0))],
                "`crop_top`: with `crop_bottom` it cuts 200 of 200 pixels off; one must be left",
            ),
        ];
        for (params, expected) in rows {
            let error = transformed(picture(200, 1), &params).expect_err("impossible");
            assert_eq!(error.to_string(), expected);
        }
    }
}
