//! The outlines of masks that were used lately, for overlays, which get no pictures from hosts.

mod contour;

use std::sync::Arc;

use dragfx_engine::ImagePoint;
use dragfx_graph::value::MaskImage;

use super::parameters::DECLARED;
use super::recent::Recent;
use super::settings::Settings;
use crate::placement::Placement;

/// Closed lines, pixels of the generator's picture.
type Lines = Vec<Vec<ImagePoint>>;

/// With the hash of the mask that they are of.
#[derive(Clone)]
struct Outline {
    mask: blake3::Hash,
    lines: Arc<Lines>,
}

static OUTLINES: Recent<Outline> = Recent::new(16);

/// Remembers the outline of a mask. That of the same mask is not made again.
pub(super) fn remember(settings: &Settings, model: &str, placement: &Placement, mask: &MaskImage) {
    let (key, hash) = (key(settings, model, placement), hash(mask));
    if OUTLINES.get(&key).is_none_or(|known| known.mask != hash) {
        let lines = Arc::new(contour::around(mask.weights()));
        OUTLINES.put(key, Outline { mask: hash, lines });
    }
}

/// The outline of the mask that was used last with these settings.
pub(super) fn known(settings: &Settings, model: &str, placement: &Placement) -> Option<Arc<Lines>> {
    OUTLINES.get(&key(settings, model, placement)).map(|known| known.lines)
}

/// Where the mask lies, and all that it follows from but the pixels of the clip, which overlays do not know. With what is
/// said of the picture, too, effects that have other clips seldom have the same key. The time does not count: the outline
/// stays while the next frame is on its way.
fn key(settings: &Settings, model: &str, placement: &Placement) -> String {
    let counts = DECLARED.iter().filter(|declared| ["mask", "latent"].contains(&declared.node));
    let values: Vec<_> = counts.map(|declared| &settings.now.values[declared.name]).collect();
    format!("{model} {placement:?} {values:?}")
}

fn hash(mask: &MaskImage) -> blake3::Hash {
    let bytes: Vec<u8> = mask.weights().iter().flat_map(|weight| weight.to_le_bytes()).collect();
    blake3::hash(&bytes)
}

#[cfg(test)]
mod tests {
    use dragfx_graph::param::ParamValue;
    use ndarray::Array2;

    use super::super::settings::Pair;
    use super::*;
    use crate::placement::Fit;

    type Change = fn(&mut Settings);

    fn set(settings: &mut Settings, name: &'static str, value: ParamValue) {
        settings.now.values.insert(name, value);
    }

    #[test]
    fn keys_change_with_what_a_mask_follows_from() {
        let rows: [(&str, bool, Change); 9] = [
            ("nothing", true, |_| ()),
            ("channel", false, |s| set(s, "maskChannel", ParamValue::Text("red".into()))),
            ("threshold", false, |s| set(s, "maskThreshold", ParamValue::Float(0.375))),
            ("invert", false, |s| set(s, "maskInvert", ParamValue::Bool(true))),
            ("seed", false, |s| set(s, "seed", ParamValue::Int(7))),
            ("project", false, |s| s.frame.x2 *= 2.0),
            ("fit", false, |s| s.fit = Fit::Stretch),
            ("time and progress", true, |s| {
                s.time = 9.0;
                set(s, "progress", ParamValue::Float(0.5));
            }),
            ("points", true, |s| s.now.pairs.push(Pair { place: 0, handle: [1.0; 2], target: [2.0; 2] })),
        ];
        let key_of = |settings: &Settings, model: &str| {
            key(settings, model, &Placement::new(settings.fit, settings.frame, [64, 64]))
        };
        let usual = key_of(&Settings::usual(), "a model");
        for (what, expected, change) in rows {
            let mut settings = Settings::usual();
            change(&mut settings);
            assert_eq!(key_of(&settings, "a model") == usual, expected, "{what}");
        }
        assert_ne!(key_of(&Settings::usual(), "another"), usual);
    }

    #[test]
    fn an_outline_is_made_again_only_for_another_mask() {
        let settings = Settings::usual();
        let placement = Placement::new(settings.fit, settings.frame, [8, 8]);
        let mask =
            |columns: usize| MaskImage::new(Array2::from_shape_fn((8, 8), |(_, x)| f32::from(u8::from(x < columns))));
        let outline = |columns: usize| {
            remember(&settings, "a model of this test", &placement, &mask(columns));
            known(&settings, "a model of this test", &placement).expect("it was remembered")
        };
        let first = outline(4);
        assert!(Arc::ptr_eq(&first, &outline(4)), "the same mask");
        assert_ne!(first, outline(5), "another mask");
        assert_eq!(known(&settings, "another model of this test", &placement), None);
    }
}
