//! What an interact draws, as data: a host paints it in its own way, or lets [`raster`](super::raster) do so.

use ofx_sys as ofx;
use serde::{Deserialize, Serialize};

/// What was drawn, in order: the later lies above the earlier.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct DisplayList {
    /// Shapes, each with the style that was set when it was drawn.
    pub items: Vec<Item>,
}

/// A shape and how it is drawn.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Item {
    /// How.
    pub style: Style,
    /// What.
    pub shape: Shape,
}

/// How shapes are drawn.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub struct Style {
    /// Red, green, blue and alpha, 0 to 1, not premultiplied. It is laid over what is there.
    pub colour: [f32; 4],
    /// Of lines, in pixels of a screen of ordinary density. 0 stands for a line of a single pixel without smoothing.
    pub line_width: f32,
    /// The pattern of lines.
    pub stipple: Stipple,
}

/// The pattern of a line.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Stipple {
    /// No gaps.
    #[default]
    Solid,
    /// Dots.
    Dot,
    /// Dashes.
    Dash,
    /// Dashes where those of [`Dash`](Self::Dash) have gaps.
    AltDash,
    /// A dot and a dash in turn.
    DotDash,
}

/// A point, in the interact's canonical coordinates: y goes up.
pub type Point = [f64; 2];

/// What is drawn.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Shape {
    /// A line between each point of an even number and that of the next odd number.
    Lines(Vec<Point>),
    /// Lines from point to point.
    LineStrip(Vec<Point>),
    /// The same, and back to the first one.
    LineLoop(Vec<Point>),
    /// A filled rectangle between two opposite corners.
    Rectangle([Point; 2]),
    /// A filled polygon of three points or more.
    Polygon(Vec<Point>),
    /// The outline of an ellipse that touches the sides of the rectangle between two opposite corners.
    Ellipse([Point; 2]),
    /// A line of text.
    Text {
        /// The text.
        text: String,
        /// Where.
        at: Point,
        /// Which place of the text lies there.
        alignment: Alignment,
    },
}

/// Which place of a text lies at its point.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Alignment {
    /// From left to right.
    pub horizontal: Horizontal,
    /// From top to bottom.
    pub vertical: Vertical,
}

/// Which place of a text, from left to right, lies at its point.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Horizontal {
    /// Its left end.
    Left,
    /// Its middle.
    Centre,
    /// Its right end.
    Right,
}

/// Which place of a text, from top to bottom, lies at its point.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Vertical {
    /// Its top.
    Top,
    /// The middle between top and baseline.
    Centre,
    /// Its baseline.
    Baseline,
    /// Its bottom, with what hangs below the baseline.
    Bottom,
}

impl Default for Style {
    /// Opaque white lines of one smooth pixel.
    fn default() -> Self {
        Self { colour: [1.0; 4], line_width: 1.0, stipple: Stipple::Solid }
    }
}

impl Stipple {
    /// The pattern of that number in the interface; nothing if it has none.
    #[must_use]
    pub fn from_ofx(pattern: ofx::OfxDrawLineStipplePattern) -> Option<Self> {
        Some(match pattern {
            ofx::OfxDrawLineStipplePattern_kOfxDrawLineStipplePatternSolid => Self::Solid,
            ofx::OfxDrawLineStipplePattern_kOfxDrawLineStipplePatternDot => Self::Dot,
            ofx::OfxDrawLineStipplePattern_kOfxDrawLineStipplePatternDash => Self::Dash,
            ofx::OfxDrawLineStipplePattern_kOfxDrawLineStipplePatternAltDash => Self::AltDash,
            ofx::OfxDrawLineStipplePattern_kOfxDrawLineStipplePatternDotDash => Self::DotDash,
            _ => return None,
        })
    }
}

impl Shape {
    /// The shape of that number in the interface. Nothing if it has none, or if it cannot have so many points.
    #[must_use]
    pub fn from_ofx(primitive: ofx::OfxDrawPrimitive, points: Vec<Point>) -> Option<Self> {
        let count = points.len();
        let corners = || <[Point; 2]>::try_from(points.as_slice()).ok();
        Some(match primitive {
            ofx::OfxDrawPrimitive_kOfxDrawPrimitiveLines if count >= 2 && count.is_multiple_of(2) => {
                Self::Lines(points)
            }
            ofx::OfxDrawPrimitive_kOfxDrawPrimitiveLineStrip if count >= 2 => Self::LineStrip(points),
            ofx::OfxDrawPrimitive_kOfxDrawPrimitiveLineLoop if count >= 2 => Self::LineLoop(points),
            ofx::OfxDrawPrimitive_kOfxDrawPrimitiveRectangle => Self::Rectangle(corners()?),
            ofx::OfxDrawPrimitive_kOfxDrawPrimitivePolygon if count >= 3 => Self::Polygon(points),
            ofx::OfxDrawPrimitive_kOfxDrawPrimitiveEllipse => Self::Ellipse(corners()?),
            _ => return None,
        })
    }
}

impl Alignment {
    /// The alignment of these flags: left and baseline where they say nothing.
    #[must_use]
    pub fn from_ofx(flags: i32) -> Self {
        let has = |flag: ofx::OfxDrawTextAlignment| flags & flag.cast_signed() != 0;
        let left = has(ofx::OfxDrawTextAlignment_kOfxDrawTextAlignmentLeft);
        let right = has(ofx::OfxDrawTextAlignment_kOfxDrawTextAlignmentRight);
        let top = has(ofx::OfxDrawTextAlignment_kOfxDrawTextAlignmentTop);
        let baseline = has(ofx::OfxDrawTextAlignment_kOfxDrawTextAlignmentBaseline);
        let bottom = has(ofx::OfxDrawTextAlignment_kOfxDrawTextAlignmentBottom);
        let horizontal = match (left, right) {
            (true, true) => Horizontal::Centre,
            (false, true) => Horizontal::Right,
            _ => Horizontal::Left,
        };
        let vertical = match (top, baseline || bottom) {
            (true, true) => Vertical::Centre,
            (true, false) => Vertical::Top,
            _ if bottom && !baseline => Vertical::Bottom,
            _ => Vertical::Baseline,
        };
        Self { horizontal, vertical }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn shapes_have_the_points_they_need() {
        let cases = [
            // number, counts that are right, counts that are not
            (ofx::OfxDrawPrimitive_kOfxDrawPrimitiveLines, vec![2, 4], vec![0, 1, 3]),
            (ofx::OfxDrawPrimitive_kOfxDrawPrimitiveLineStrip, vec![2, 3], vec![0, 1]),
            (ofx::OfxDrawPrimitive_kOfxDrawPrimitiveLineLoop, vec![2, 3], vec![0, 1]),
            (ofx::OfxDrawPrimitive_kOfxDrawPrimitiveRectangle, vec![2], vec![0, 1, 3]),
            (ofx::OfxDrawPrimitive_kOfxDrawPrimitivePolygon, vec![3, 9], vec![0, 1, 2]),
            (ofx::OfxDrawPrimitive_kOfxDrawPrimitiveEllipse, vec![2], vec![0, 1, 3]),
            (6, vec![], vec![0, 1, 2, 3]),
        ];
        let mut wrong = Vec::new();
        for (primitive, right, not) in cases {
            let good = |count: usize| Shape::from_ofx(primitive, vec![[0.0; 2]; count]).is_some();
            wrong.extend(right.into_iter().filter(|&count| !good(count)).map(|count| (primitive, count)));
            wrong.extend(not.into_iter().filter(|&count| good(count)).map(|count| (primitive, count)));
        }
        assert_eq!(wrong, []);
    }

    #[test]
    fn alignments_are_read_from_flags() {
        use Horizontal::{Centre, Left, Right};
        let cases = [
            (0, Left, Vertical::Baseline),
            (1, Left, Vertical::Baseline),
            (2, Right, Vertical::Baseline),
            (3, Centre, Vertical::Baseline),
            (4, Left, Vertical::Top),
            (8, Left, Vertical::Bottom),
            (16, Left, Vertical::Baseline),
            (3 | 20, Centre, Vertical::Centre),
            (2 | 12, Right, Vertical::Centre),
        ];
        let wrong = cases
            .into_iter()
            .filter(|&(flags, horizontal, vertical)| Alignment::from_ofx(flags) != Alignment { horizontal, vertical });
        assert_eq!(wrong.collect::<Vec<_>>(), []);
    }
}
