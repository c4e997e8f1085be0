//! What a mask is made of: a channel, the ways of points, shapes, and other masks.

use dragfx_engine::PointPair;
use ndarray::{Array2, ArrayView2, Zip};

use super::fits;
use crate::error::NodeError;
use crate::operator::Job;
use crate::raster::shapes;
use crate::shape::{Outline, Shape, ShapeOp};
use crate::value::{Image, MaskImage};

/// What the node draws itself; none if nothing of the kind is set.
///
/// # Errors
/// An image of another size, or points too far away to draw.
pub(super) fn draw(job: &Job<'_>, size: (usize, usize)) -> Result<Option<Array2<f32>>, NodeError> {
    let params = job.params();
    let (channel, auto, drawn) = (params.text("channel"), params.bool("auto"), params.shapes("shapes"));
    if channel == "none" && !auto && drawn.is_empty() {
        return Ok(None);
    }
    let mut weights = if channel == "none" {
        Array2::zeros(size)
    } else {
        let image = job.image("image")?;
        fits("the image", image.size(), size)?;
        let weights = channel_of(image, channel);
        // Shapes and joins count on weights from 0 to 1.
        MaskImage::new(thresholded(weights, params.float("threshold"))).weights().to_owned()
    };
    if auto {
        shapes::draw(&mut weights, &ways(job.points("points")?, params.float("auto_radius"))?);
    }
    shapes::draw(&mut weights, drawn);
    Ok(Some(weights))
}

fn channel_of(image: &Image, channel: &str) -> Array2<f32> {
    let pixels = image.pixels();
    let share: [f64; 4] = match channel {
        "red" => [1.0, 0.0, 0.0, 0.0],
        "green" => [0.0, 1.0, 0.0, 0.0],
        "blue" => [0.0, 0.0, 1.0, 0.0],
        "alpha" => [0.0, 0.0, 0.0, 1.0],
        _ => [0.2126, 0.7152, 0.0722, 0.0],
    };
    // In f64, so that white is 1 and not a little less. A channel without a share has no say, infinite or not.
    Array2::from_shape_fn(image.size(), |(y, x)| {
        let channels = (0..4).filter(|channel| share[*channel] > 0.0);
        channels.map(|channel| share[channel] * f64::from(pixels[(y, x, channel)])).sum::<f64>() as f32
    })
}

fn thresholded(weights: Array2<f32>, threshold: f64) -> Array2<f32> {
    if threshold == 0.0 {
        return weights;
    }
    // Compared as f32, so that a value read as 0.2 reaches 0.2.
    weights.mapv_into(|weight| if weight >= threshold as f32 { 1.0 } else { 0.0 })
}

/// The way of each enabled point, as wide as a brush of this radius makes it.
fn ways(points: &[PointPair], radius: f64) -> Result<Vec<Shape>, NodeError> {
    let enabled = points.iter().filter(|point| point.enabled);
    let strokes = enabled.map(|PointPair { handle, target, .. }| {
        let points = vec![[handle.x, handle.y], [target.x, target.y]];
        let stroke = Shape { outline: Outline::Stroke { points, radius }, op: ShapeOp::Add };
        // Points come from a wire, where any number is possible.
        stroke.check().map_err(|reason| NodeError::Mismatch(format!("the points can't be surrounded: {reason}")))?;
        Ok(stroke)
    });
    strokes.collect()
}

/// Joins a mask to what there is already.
pub(super) fn join(weights: &mut Array2<f32>, other: ArrayView2<'_, f32>, rule: &str) {
    let joined = Zip::from(weights).and(other);
    match rule {
        "intersect" => joined.for_each(|weight, other| *weight = weight.min(*other)),
        "subtract" => joined.for_each(|weight, other| *weight = weight.min(1.0 - other)),
        "difference" => joined.for_each(|weight, other| *weight = (*weight - other).abs()),
        _ => joined.for_each(|weight, other| *weight = weight.max(*other)),
    }
}
