//! Finding a piece of one image in another.

use dragfx_engine::{Cancel, ImagePoint};

use crate::error::NodeError;
use crate::value::Image;

/// A square piece of an image.
#[derive(Clone, Debug)]
pub(crate) struct Patch {
    radius: usize,
    /// Samples of red, green and blue, each channel less its mean; row by row.
    samples: Vec<f64>,
    length: f64,
}

impl Patch {
    /// The piece of `2 radius + 1` pixels a side around a place, sampled bilinearly; beyond the border the outermost pixel
    /// goes on.
    pub(crate) fn cut(image: &Image, centre: ImagePoint, radius: usize) -> Self {
        let reach = radius as i64;
        let mut samples = Vec::with_capacity((2 * radius + 1).pow(2) * 3);
        for dy in -reach..=reach {
            for dx in -reach..=reach {
                samples.extend(sample(image, centre.x + dx as f64, centre.y + dy as f64));
            }
        }
        let count = (samples.len() / 3) as f64;
        for channel in 0..3 {
            let mean = samples.iter().skip(channel).step_by(3).sum::<f64>() / count;
            samples.iter_mut().skip(channel).step_by(3).for_each(|x| *x -= mean);
        }
        let length = samples.iter().map(|x| x * x).sum::<f64>().sqrt();
        Self { radius, samples, length }
    }

    /// Normalised cross-correlation: 1 for the same up to brightness and contrast, 0 for no likeness, -1 for the negative.
    /// Two pieces without any structure are alike, one with and one without are not.
    fn likeness(&self, other: &Self) -> f64 {
        const FLAT: f64 = 1e-6;
        match (self.length > FLAT, other.length > FLAT) {
            (true, true) => {
                let product: f64 = self.samples.iter().zip(&other.samples).map(|(a, b)| a * b).sum();
                product / (self.length * other.length)
            }
            (false, false) => 1.0,
            _ => 0.0,
        }
    }
}

/// The place within `reach` pixels of `from`, in x and in y, around which the image looks most like the patch, and how
/// much. Candidates are a pixel apart, those outside the image are left out; a parabola through the best one and its
/// neighbours gives the fraction of a pixel.
///
/// # Errors
/// [`NodeError::Cancelled`].
pub(crate) fn follow(
    patch: &Patch,
    image: &Image,
    from: ImagePoint,
    reach: usize,
    cancel: &Cancel,
) -> Result<(ImagePoint, f64), NodeError> {
    let (height, width) = image.size();
    let likeness = |at: ImagePoint| patch.likeness(&Patch::cut(image, at, patch.radius));
    let reach = reach as i64;
    let mut best = (from, f64::NEG_INFINITY, i64::MAX);
    for dy in -reach..=reach {
        if cancel.is_cancelled() {
            return Err(NodeError::Cancelled);
        }
        for dx in -reach..=reach {
            let at = ImagePoint::new(from.x + dx as f64, from.y + dy as f64);
            let distance = dx * dx + dy * dy;
            if !at.is_inside(width, height) {
                continue;
            }
            let found = likeness(at);
            // Of places that look the same, the one nearest to where the point was.
            if found > best.1 + 1e-12 || (found > best.1 - 1e-12 && distance < best.2) {
                best = (at, found, distance);
            }
        }
    }
    let (at, top, _) = best;
    if !top.is_finite() {
        return Ok((from, 0.0));
    }
    let beside = |dx: f64, dy: f64| likeness(ImagePoint::new(at.x + dx, at.y + dy));
    let fine = ImagePoint::new(
        at.x + peak(beside(-1.0, 0.0), top, beside(1.0, 0.0)),
        at.y + peak(beside(0.0, -1.0), top, beside(0.0, 1.0)),
    );
    Ok((fine.clamped(width, height), top.min(1.0)))
}

/// Where a parabola through three values at -1, 0 and 1 has its top; 0 where the middle one is no top.
fn peak(before: f64, middle: f64, after: f64) -> f64 {
    let bend = before - 2.0 * middle + after;
    if bend < -1e-12 { (0.5 * (before - after) / bend).clamp(-0.5, 0.5) } else { 0.0 }
}

/// Red, green and blue between pixels.
fn sample(image: &Image, x: f64, y: f64) -> [f64; 3] {
    let (height, width) = image.size();
    let (x, y) = (x.clamp(0.0, width as f64 - 1.0), y.clamp(0.0, height as f64 - 1.0));
    let (x0, y0) = (x as usize, y as usize);
    let (x1, y1) = ((x0 + 1).min(width - 1), (y0 + 1).min(height - 1));
    let (fx, fy) = (x - x0 as f64, y - y0 as f64);
    let pixels = image.pixels();
    [0, 1, 2].map(|channel| {
        let at = |y: usize, x: usize| f64::from(pixels[[y, x, channel]]);
        let (top, bottom) = (at(y0, x0) + fx * (at(y0, x1) - at(y0, x0)), at(y1, x0) + fx * (at(y1, x1) - at(y1, x0)));
        top + fy * (bottom - top)
    })
}

#[cfg(test)]
mod tests {
    use ndarray::Array3;

    use super::*;
    use crate::value::Transfer;

    /// A smooth picture with structure everywhere, moved by (dx, dy).
    fn waves(dx: f64, dy: f64) -> Image {
        let value = |y: usize, x: usize, c: usize| {
            let (x, y) = (x as f64 - dx, y as f64 - dy);
            ((x * 0.31 + c as f64).sin() * (y * 0.23).cos() + (x * 0.11 + y * 0.17).sin()) as f32 * 0.25 + 0.5
        };
        Image::new(Array3::from_shape_fn((64, 80, 4), |(y, x, c)| value(y, x, c)), Transfer::Srgb)
    }

    #[test]
    fn a_piece_is_found_where_it_went() {
        let from = ImagePoint::new(40.0, 30.0);
        let patch = Patch::cut(&waves(0.0, 0.0), from, 8);
        for (dx, dy) in [(0.0, 0.0), (3.0, -2.0), (1.4, 2.3), (-4.6, 0.5)] {
            let (found, likeness) =
                follow(&patch, &waves(dx, dy), from, 6, &Cancel::new()).expect("it is not cancelled");
            let error = found.distance(ImagePoint::new(from.x + dx, from.y + dy));
            assert!(error < 0.1 && likeness > 0.98, "{dx}, {dy}: {found:?}, {likeness}");
        }
    }

    #[test]
    fn what_is_not_there_is_not_claimed() {
        let from = ImagePoint::new(40.0, 30.0);
        let patch = Patch::cut(&waves(0.0, 0.0), from, 8);
        let flat = Image::new(Array3::from_elem((64, 80, 4), 0.5), Transfer::Srgb);
        let (found, likeness) = follow(&patch, &flat, from, 6, &Cancel::new()).expect("it is not cancelled");
        assert_eq!((found, likeness), (from, 0.0), "a point does not wander over nothing");
    }
}
