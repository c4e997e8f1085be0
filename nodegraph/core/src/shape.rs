//! Shapes that a mask is drawn with.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// A shape, and what it does to the shapes before it.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct Shape {
    /// What it is.
    #[serde(flatten)]
    pub outline: Outline,
    /// What it does.
    #[serde(default, skip_serializing_if = "is_add")]
    pub op: ShapeOp,
}

/// The area of a shape, in image pixels: x to the right, y down, pixel centres at integers.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(tag = "shape", rename_all = "lowercase")]
pub enum Outline {
    /// An ellipse.
    Ellipse {
        /// x and y of its centre.
        center: [f64; 2],
        /// Half its width and half its height; above 0.
        radii: [f64; 2],
        /// Clockwise turn, degrees.
        #[serde(default, skip_serializing_if = "is_zero")]
        angle: f64,
    },
    /// A rectangle.
    Rectangle {
        /// x and y of its centre.
        center: [f64; 2],
        /// Half its width and half its height; above 0.
        radii: [f64; 2],
        /// Clockwise turn, degrees.
        #[serde(default, skip_serializing_if = "is_zero")]
        angle: f64,
    },
    /// A closed polygon; where it crosses itself, areas that are wound around twice are outside.
    Polygon {
        /// Corners, at least three.
        points: Vec<[f64; 2]>,
    },
    /// A brush stroke with round ends.
    Stroke {
        /// Where the brush went; one point is a dab.
        points: Vec<[f64; 2]>,
        /// The brush's radius; above 0.
        radius: f64,
    },
}

/// What a shape does to the mask so far.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
pub enum ShapeOp {
    /// Its area is added.
    #[default]
    Add,
    /// Its area is taken away: an eraser.
    Subtract,
    /// What is outside its area is taken away.
    Intersect,
}

/// A number that no mask needs to exceed: far outside every image, and safe to compute with.
const FARTHEST: f64 = 1e6;

/// The members that a shape's JSON can have.
pub(crate) const MEMBERS: [&str; 7] = ["shape", "op", "center", "radii", "angle", "points", "radius"];

impl Shape {
    /// Checks every number.
    ///
    /// # Errors
    /// What is wrong, in words.
    pub fn check(&self) -> Result<(), String> {
        let far = |numbers: &[f64]| numbers.iter().any(|number| !number.is_finite() || number.abs() > FARTHEST);
        let (points, sizes, angle): (&[[f64; 2]], &[f64], f64) = match &self.outline {
            Outline::Ellipse { center, radii, angle } | Outline::Rectangle { center, radii, angle } => {
                (std::slice::from_ref(center), radii, *angle)
            }
            Outline::Polygon { points } if points.len() < 3 => {
                return Err(format!("a polygon has {} corners; it needs three", points.len()));
            }
            Outline::Polygon { points } => (points, &[], 0.0),
            Outline::Stroke { points, .. } if points.is_empty() => return Err("a stroke has no point".to_owned()),
            Outline::Stroke { points, radius } => (points, std::slice::from_ref(radius), 0.0),
        };
        if points.iter().any(|point| far(point)) || far(sizes) || far(&[angle]) {
            return Err(format!("a shape has a number beyond {FARTHEST}"));
        }
        match sizes.iter().find(|size| **size <= 0.0) {
            Some(size) => Err(format!("a shape has the radius {size}; it must be above 0")),
            None => Ok(()),
        }
    }
}

#[expect(clippy::trivially_copy_pass_by_ref, reason = "serde calls it so")]
fn is_add(op: &ShapeOp) -> bool {
    *op == ShapeOp::Add
}

#[expect(clippy::trivially_copy_pass_by_ref, reason = "serde calls it so")]
fn is_zero(angle: &f64) -> bool {
    *angle == 0.0
}
