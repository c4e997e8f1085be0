//! Where points of a generator's picture are in the host's frame.
//!
//! A point is shown where it lies if the generator's picture fills the frame as the output does. What the preset itself says
//! is put there once, when an instance is made; the hidden parameter [`PLACED`] remembers in which frame that was, so that
//! a point that nobody has touched is known as such, and means what the preset says, to the bit.

use dragfx_engine::ImagePoint;

use crate::geometry::Rect;
use crate::params::{Kind, Spec};
use crate::placement::{Fit, Placement};

/// The hidden parameter that remembers the frame in which points were placed.
pub const PLACED: &str = "placedIn";

/// The default of all points, in fractions of the project. Nobody knows the size of pictures while an effect is described.
pub const USUAL: [f64; 2] = [0.5, 0.5];

/// How far from its place a point may be and still be there, canonical: hosts round.
const NEAR: f64 = 0.02;

/// The frame and how pictures fill it, now and when points were placed.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Ground {
    /// How pictures fill the frame.
    pub fit: Fit,
    /// The frame, canonical.
    pub frame: Rect,
    /// The project, canonical: defaults are fractions of it.
    pub project: Rect,
    /// The frame and the fit in which points were placed, if they were.
    pub placed: Option<(Fit, Rect)>,
}

impl Ground {
    /// The picture of a generator of a resolution.
    #[must_use]
    pub fn picture(&self, resolution: usize) -> Placement {
        Placement::new(self.fit, self.frame, [resolution; 2])
    }

    /// Whether a point has its default still: as the host placed it, or left it as a fraction.
    #[must_use]
    pub fn is_usual(&self, [x, y]: [f64; 2]) -> bool {
        let Rect { x1, y1, .. } = self.project;
        let [across, up] = [USUAL[0] * self.project.width(), USUAL[1] * self.project.height()];
        [[x1 + across, y1 + up], [across, up], USUAL].iter().any(|&place| is_near(place, [x, y]))
    }

    /// Whether a point is where it was placed, or was never placed: it means `own`, what the preset says.
    #[must_use]
    pub fn is_untouched(&self, point: [f64; 2], own: ImagePoint, resolution: usize) -> bool {
        let placed = self.placed.map(|(fit, frame)| Placement::new(fit, frame, [resolution; 2]).to_canonical(own));
        self.is_usual(point) || placed.is_some_and(|place| is_near(place, point))
    }
}

fn is_near(a: [f64; 2], b: [f64; 2]) -> bool {
    (a[0] - b[0]).abs() < NEAR && (a[1] - b[1]).abs() < NEAR
}

/// The hidden parameter.
#[must_use]
pub fn spec() -> Spec {
    let kind = Kind::Text { default: String::new() };
    let mut spec = Spec::new(PLACED, "Placed in", kind, "The frame in which points were placed.").secret();
    // It says nothing that the points do not say, too.
    spec.renders = false;
    spec
}

/// What the hidden parameter says of a frame.
#[must_use]
pub fn to_text(fit: Fit, frame: Rect) -> String {
    let name = NAMES.iter().find(|(known, _)| *known == fit).map_or("", |(_, name)| name);
    let Rect { x1, y1, x2, y2 } = frame;
    format!("{name} {x1} {y1} {x2} {y2}")
}

/// The frame that the hidden parameter tells of.
#[must_use]
pub fn from_text(text: &str) -> Option<(Fit, Rect)> {
    let (name, numbers) = text.split_once(' ')?;
    let (fit, _) = NAMES.into_iter().find(|(_, known)| *known == name)?;
    let numbers: Vec<f64> = numbers.split(' ').map_while(|number| number.parse().ok()).collect();
    let &[x1, y1, x2, y2] = numbers.as_slice() else { return None };
    let frame = Rect { x1, y1, x2, y2 };
    (!frame.is_empty()).then_some((fit, frame))
}

const NAMES: [(Fit, &str); 4] =
    [(Fit::Fit, "fit"), (Fit::Fill, "fill"), (Fit::Stretch, "stretch"), (Fit::Actual, "actual")];

#[cfg(test)]
mod tests {
    use super::*;

    const HD: Rect = Rect { x1: 0.0, y1: 0.0, x2: 1920.0, y2: 1080.0 };

    #[test]
    fn frames_are_remembered() {
        for (fit, _) in NAMES {
            assert_eq!(from_text(&to_text(fit, HD)), Some((fit, HD)));
        }
        for text in ["", "fit", "fit 0 0 1", "fit 0 0 0 0", "large 0 0 1 1", "fit 0 0 nan 1", "fit 0 0 1 1 1"] {
            assert_eq!(from_text(text), None, "{text}");
        }
    }

    #[test]
    fn points_that_nobody_touched_are_known() {
        let ground = Ground { fit: Fit::Fit, frame: HD, project: HD, placed: None };
        let own = ImagePoint::new(90.0, 110.0);
        let place = ground.picture(256).to_canonical(own);
        let placed = Ground { placed: Some((Fit::Fit, HD)), ..ground };
        let elsewhere = Ground { frame: Rect { x2: 960.0, ..HD }, ..placed };
        let rows = [
            ("never placed", ground, [960.0, 540.0], true),
            ("left as a fraction", ground, USUAL, true),
            ("never placed, but moved", ground, place, false),
            ("placed", placed, place, true),
            ("placed, and rounded", placed, place.map(|side| f64::from(side as f32)), true),
            ("placed, and moved", placed, [place[0] + 1.0, place[1]], false),
            ("placed in another frame", elsewhere, place, true),
        ];
        for (row, ground, point, expected) in rows {
            assert_eq!(ground.is_untouched(point, own, 256), expected, "{row}");
        }
    }
}
