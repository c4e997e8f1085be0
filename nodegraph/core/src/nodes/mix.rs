//! Mix: two latents to one.

use std::sync::Arc;

use dragfx_engine::{Latent, Truncation};
use ndarray::{Array2, Axis, Slice};

use crate::declare::{Arity, Category, NodeDecl, ParamDecl};
use crate::error::NodeError;
use crate::operator::{Job, Operator};
use crate::value::{LatentValue, PortType, Seeded, Value};

pub(crate) struct Mix {
    decl: NodeDecl,
}

/// Most rows of w+ that any generator has.
const MOST_ROWS: i64 = 64;

impl Mix {
    pub(crate) fn new() -> Self {
        let doc = "A latent between two others. With a weight of 1 on some of the rows this is style mixing: coarse rows \
                   (0 to 3) are pose and shape, middle ones (4 to 7) features, the rest colours and texture.";
        let decl = NodeDecl::new("mix", 1, "Mix Latents", Category::Latent, doc)
            .input("a", PortType::Latent, Arity::Required, "What a weight of 0 gives, and the rows that are not mixed.")
            .input("b", PortType::Latent, Arity::Required, "What a weight of 1 gives. Of the same model.")
            .output("latent", PortType::Latent, "The mixture.")
            .param(
                ParamDecl::float(
                    "weight",
                    "Weight",
                    0.5,
                    -10.0..=10.0,
                    "How far from a to b; beyond both it exaggerates.",
                )
                .slider(0.0, 1.0)
                .animates(),
            )
            .param(ParamDecl::choice(
                "space",
                "Interpolation",
                &[
                    ("w", "In w: in a straight line, any two latents."),
                    ("z", "In z: along an arc, two seeds; each picture on the way is one that the network knows."),
                ],
                "Where the way from a to b lies.",
            ))
            .param(ParamDecl::int(
                "first_row",
                "First row",
                0,
                0..=MOST_ROWS,
                "The first row that is mixed; 0 is the coarsest.",
            ))
            .param(ParamDecl::int("last_row", "Last row", MOST_ROWS, 0..=MOST_ROWS, "The last row that is mixed."));
        Self { decl }
    }
}

impl Operator for Mix {
    fn decl(&self) -> &NodeDecl {
        &self.decl
    }

    fn evaluate(&self, _output: &str, job: &Job<'_>) -> Result<Value, NodeError> {
        let (a, b, params) = (job.latent("a")?, job.latent("b")?, job.params());
        if a.model.blake3 != b.model.blake3 {
            let message = format!("a is a latent of {}, b one of {}", a.model.file, b.model.file);
            return Err(NodeError::Mismatch(message));
        }
        let weight = params.float("weight");
        let (mixed, seeded) = match params.text("space") {
            "z" => in_z(a, b, weight, job)?,
            _ => (lerp(&a.latent.ws().to_owned(), &b.latent.ws().to_owned(), weight), None),
        };
        let rows = rows(params.size("first_row"), params.size("last_row"), mixed.nrows());
        let whole = rows == (0..mixed.nrows());
        let mut ws = a.latent.ws().to_owned();
        let rows = Slice::from(rows);
        ws.slice_axis_mut(Axis(0), rows).assign(&mixed.slice_axis(Axis(0), rows));
        let (num_ws, w_dim) = ws.dim();
        let latent = Latent::from_array(ws.into_dyn().view(), num_ws, w_dim)
            .map_err(|error| NodeError::Mismatch(error.to_string()))?;
        // A latent whose rows come from two places has no z of its own.
        let seeded = seeded.filter(|_| whole).map(Arc::new);
        Ok(Value::Latent(LatentValue { model: Arc::clone(&a.model), latent: Arc::new(latent), seeded }))
    }
}

/// The rows from `first` to `last`, of those that there are; none if they run backwards.
fn rows(first: usize, last: usize, count: usize) -> std::ops::Range<usize> {
    let end = last.saturating_add(1).min(count);
    first.min(end)..end
}

/// `a` at weight 0 and `b` at weight 1, both to the bit.
fn lerp(a: &Array2<f32>, b: &Array2<f32>, weight: f64) -> Array2<f32> {
    if weight == 1.0 { b.clone() } else { a + &((b - a) * weight as f32) }
}

/// The latent of a z on the arc between two.
fn in_z(
    a: &LatentValue,
    b: &LatentValue,
    weight: f64,
    job: &Job<'_>,
) -> Result<(Array2<f32>, Option<Seeded>), NodeError> {
    let (Some(from), Some(to)) = (&a.seeded, &b.seeded) else {
        let message = "only latents of seeds can be mixed in z: one of these is of a file, a drag or a mixture of rows";
        return Err(NodeError::Mismatch(message.to_owned()));
    };
    if from.class != to.class || from.truncation.cutoff != to.truncation.cutoff {
        return Err(NodeError::Mismatch("to be mixed in z, both latents need the same class and cutoff".to_owned()));
    }
    let psi = from.truncation.psi + weight * (to.truncation.psi - from.truncation.psi);
    let truncation = Truncation { psi, cutoff: from.truncation.cutoff };
    let z = slerp(&from.z, &to.z, weight);
    let model = job.open(&a.model)?;
    let latent = model.lock().latent_of_z(&z, truncation, from.class.as_slice(), job.cancel())?;
    Ok((latent.into_ws(), Some(Seeded { z, truncation, class: from.class })))
}

/// Spherical interpolation (Shoemake 1985) of directions; lengths go in a straight line. z of a high dimension lie near a
/// sphere, inside of which the network has seen nothing.
fn slerp(a: &Array2<f32>, b: &Array2<f32>, weight: f64) -> Array2<f32> {
    let (a, b) = (a.mapv(f64::from), b.mapv(f64::from));
    let norm = |z: &Array2<f64>| z.iter().map(|x| x * x).sum::<f64>().sqrt();
    let (length_a, length_b) = (norm(&a), norm(&b));
    let cosine = (&a * &b).sum() / (length_a * length_b);
    let angle = cosine.clamp(-1.0, 1.0).acos();
    // Towards the same direction an arc is a line; towards the opposite one there is no single arc.
    let (share_a, share_b) = if angle.sin() > 1e-6 {
        (((1.0 - weight) * angle).sin() / angle.sin(), (weight * angle).sin() / angle.sin())
    } else {
        (1.0 - weight, weight)
    };
    let length = length_a + weight * (length_b - length_a);
    let mixed = a * (share_a * length / length_a) + b * (share_b * length / length_b);
    mixed.mapv(|x| x as f32)
}

#[cfg(test)]
mod tests {
    use ndarray::array;

    use super::*;

    #[test]
    fn arcs_keep_the_length() {
        let (a, b) = (array![[3.0, 0.0]], array![[0.0, 5.0]]);
        let half = slerp(&a, &b, 0.5);
        let expected = 4.0 * std::f32::consts::FRAC_1_SQRT_2;
        assert!((half[[0, 0]] - expected).abs() < 1e-5 && (half[[0, 1]] - expected).abs() < 1e-5, "{half}");
        assert_eq!(slerp(&a, &b, 0.0), a);
        assert_eq!(slerp(&a, &b, 1.0).mapv(|x| x.round()), b);
        assert_eq!(slerp(&a, &a, 0.3), a);
    }

    #[test]
    fn ends_are_exact_and_rows_are_cut() {
        let (a, b) = (array![[0.1, 0.7]], array![[0.3, -0.2]]);
        assert_eq!(lerp(&a, &b, 0.0), a);
        assert_eq!(lerp(&a, &b, 1.0), b);
        assert_eq!([rows(0, 64, 14), rows(4, 7, 14), rows(20, 64, 14), rows(8, 3, 14)], [0..14, 4..8, 14..14, 4..4]);
    }
}
