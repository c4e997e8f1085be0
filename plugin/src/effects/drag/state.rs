//! What is baked, whether it still is what the settings say, and what is shown because of that.

use std::sync::Arc;

use dragfx_engine::PointPair;
use dragfx_graph::param::ParamValue;

use super::bake::{Bake, BakeError};
use super::parameters::DECLARED;
use super::settings::{Pair, Settings};
use crate::placement::Placement;

/// What the label says where nothing is baked.
pub(super) const NOTHING: &str = "Nothing is baked";

/// What a picture is made of.
#[derive(Clone, Debug, PartialEq)]
pub(super) enum Shown {
    /// The baked drag.
    Baked(Arc<Bake>),
    /// A drag, made now or found in a cache.
    Live,
    /// The start.
    Start,
}

/// Decides what is shown. A baked drag that is what the settings say is shown always. Otherwise the picture follows the
/// settings where drags may be made while rendering; where they may not, what is baked stays, as long as it is of the
/// same model, and without it there is the start. Thumbnails never start a drag.
///
/// # Errors
/// Nothing but what is baked may be shown, and it cannot be read.
pub(super) fn shown(settings: &Settings, baked: &str, model: &str, thumbnail: bool) -> Result<Shown, BakeError> {
    let may_drag = settings.auto && !thumbnail;
    let bake = match baked {
        "" => None,
        text => match Bake::read(text) {
            Ok(bake) => Some(bake),
            Err(error) if !settings.auto => return Err(error),
            Err(_) => None,
        },
    };
    Ok(match bake {
        Some(bake) if is_of(&bake, settings, model) => Shown::Baked(bake),
        _ if may_drag && !settings.now.pairs.is_empty() => Shown::Live,
        Some(bake) if !may_drag && bake.about.model == model => Shown::Baked(bake),
        _ => Shown::Start,
    })
}

/// The farthest that a point may have moved and still be the same, pixels of the picture: projects round what they keep.
const SAME_POINT: f64 = 0.02;

/// Whether a drag is what the settings ask for.
pub(super) fn is_of(bake: &Bake, settings: &Settings, model: &str) -> bool {
    let points = points(&settings.now.pairs, &Placement::new(settings.fit, settings.frame, bake.about.size));
    let near = |(a, b): (&PointPair, &PointPair)| {
        a.handle.distance(b.handle) < SAME_POINT && a.target.distance(b.target) < SAME_POINT
    };
    bake.about.model == model
        && bake.about.inputs == inputs(settings)
        && bake.about.given.len() == points.len()
        && bake.about.given.iter().zip(&points).all(near)
}

/// The pairs in pixels of the picture.
pub(super) fn points(pairs: &[Pair], placement: &Placement) -> Vec<PointPair> {
    let pair = |pair: &Pair| PointPair::new(placement.to_image(pair.handle), placement.to_image(pair.target));
    pairs.iter().map(pair).collect()
}

/// A hash of all that a drag follows from but model and points. The mask counts by how it is used, not by its pixels: so
/// that what is baked is a function of parameters alone, in proxies as well. Neither the version nor the device counts: a
/// drag that was baked elsewhere, or long ago, is still the one that was wanted.
pub(super) fn inputs(settings: &Settings) -> String {
    let now = &settings.now;
    let uses_mask = uses_mask(settings);
    let counts = |name: &str| match name {
        "progress" => false,
        "noiseSeed" => now.text("noise") == "random",
        "firstFrame" => now.bool("warmStart"),
        _ => uses_mask || !name.starts_with("mask") || name == "maskWeight",
    };
    let mut hasher = blake3::Hasher::new();
    for declared in DECLARED.iter().filter(|declared| counts(declared.name)) {
        let value = match &now.values[declared.name] {
            // Projects round what they keep.
            ParamValue::Float(value) => format!("{value:.5e}"),
            ParamValue::Int(value) => value.to_string(),
            ParamValue::Bool(value) => value.to_string(),
            ParamValue::Text(value) => value.clone(),
            ParamValue::Points(_) | ParamValue::Shapes(_) => unreachable!("no host has lists"),
        };
        hasher.update(format!("{}={value}\n", declared.name).as_bytes());
    }
    hasher.update(format!("mask={uses_mask}\n").as_bytes());
    hasher.finalize().to_hex().to_string()
}

/// Whether a mask has a say in the drag.
pub(super) fn uses_mask(settings: &Settings) -> bool {
    settings.use_mask && settings.now.text("maskChannel") != "none"
}

/// What the label says.
pub(super) fn label(settings: &Settings, baked: &str, model: Option<&str>) -> String {
    if baked.is_empty() {
        return NOTHING.to_owned();
    }
    let bake = match Bake::read(baked) {
        Ok(bake) => bake,
        Err(error) => return error.to_string(),
    };
    let steps = bake.about.steps;
    let plural = if steps == 1 { "" } else { "s" };
    let how = if bake.about.arrived { "arrived" } else { "not arrived" };
    let since = match model {
        Some(model) if is_of(&bake, settings, model) => "",
        Some(_) if settings.auto => "; the settings have changed since, so it is not used",
        Some(_) => "; the settings have changed since",
        None => "; its model is not there",
    };
    format!("Baked: {steps} step{plural}, {how}{since}")
}

#[cfg(test)]
mod tests {
    use super::super::bake::tests::way;
    use super::*;

    /// Settings, and a drag that was baked with them.
    fn baked() -> (Settings, Bake, String) {
        let mut settings = Settings::usual();
        let way = way(3, 2, &[0.5, 0.25]);
        let placement = Placement::new(settings.fit, settings.frame, [16, 16]);
        let canonical = |(place, point): (usize, &PointPair)| Pair {
            place,
            handle: placement.to_canonical(point.handle),
            target: placement.to_canonical(point.target),
        };
        settings.now.pairs = way.given.iter().enumerate().map(canonical).collect();
        let bake = Bake::of(&way, inputs(&settings));
        let model = bake.about.model.clone();
        (settings, bake, model)
    }

    type Change = fn(&mut Settings);

    fn set(settings: &mut Settings, name: &'static str, value: ParamValue) {
        settings.now.values.insert(name, value);
    }

    #[test]
    fn a_bake_is_stale_when_what_it_follows_from_has_changed() {
        let rows: [(&str, bool, Change); 17] = [
            ("nothing", true, |_| ()),
            ("progress", true, |s| set(s, "progress", ParamValue::Float(0.5))),
            ("seed", false, |s| set(s, "seed", ParamValue::Int(7))),
            ("psi", false, |s| set(s, "psi", ParamValue::Float(0.71))),
            ("psi, as a project rounds it", true, |s| set(s, "psi", ParamValue::Float(0.7_f32.into()))),
            ("method", false, |s| set(s, "method", ParamValue::Text("paper".into()))),
            ("weight of the mask", false, |s| set(s, "maskWeight", ParamValue::Float(1.0))),
            ("a noise seed that does not count", true, |s| set(s, "noiseSeed", ParamValue::Int(1))),
            ("noise", false, |s| set(s, "noise", ParamValue::Text("random".into()))),
            ("a first frame that does not count", true, |s| set(s, "firstFrame", ParamValue::Int(9))),
            ("warm start", false, |s| set(s, "warmStart", ParamValue::Bool(true))),
            ("a mask that is not used", true, |s| set(s, "maskInvert", ParamValue::Bool(true))),
            ("a mask", false, |s| s.use_mask = true),
            ("a target, by a rounding", true, |s| s.now.pairs[1].target[0] += 0.01),
            ("a target", false, |s| s.now.pairs[1].target[0] += 10.0),
            ("a point less", false, |s| s.now.pairs.truncate(1)),
            ("the device", true, |s| s.device = dragfx_runtime::Device::Cuda(0)),
        ];
        let (settings, bake, model) = baked();
        for (what, expected, change) in rows {
            let mut changed = settings.clone();
            change(&mut changed);
            assert_eq!(is_of(&bake, &changed, &model), expected, "{what}");
        }
        assert!(!is_of(&bake, &settings, "another"));
        let mut larger = settings.clone();
        larger.frame.x2 *= 2.0;
        assert!(!is_of(&bake, &larger, &model), "the picture lies elsewhere");
    }

    #[test]
    fn what_is_shown_follows_from_settings_and_bake() {
        let (settings, bake, model) = baked();
        let text = bake.to_text();
        let shown = |auto: bool, stale: bool, text: &str, model: &str, thumbnail: bool| {
            let mut settings = Settings { auto, ..settings.clone() };
            if stale {
                set(&mut settings, "seed", ParamValue::Int(7));
            }
            match shown(&settings, text, model, thumbnail) {
                Ok(Shown::Baked(_)) => "baked",
                Ok(Shown::Live) => "live",
                Ok(Shown::Start) => "start",
                Err(_) => "error",
            }
        };
        let rows = [
            // auto, stale, baked, model, thumbnail
            (true, false, &*text, &*model, false, "baked"),
            (true, true, &text, &model, false, "live"),
            (true, true, &text, &model, true, "baked"),
            (true, false, &text, "another", false, "live"),
            (true, false, &text, "another", true, "start"),
            (true, false, "", &model, false, "live"),
            (true, false, "", &model, true, "start"),
            (true, false, "damaged", &model, false, "live"),
            (false, false, &text, &model, false, "baked"),
            (false, true, &text, &model, false, "baked"),
            (false, false, &text, "another", false, "start"),
            (false, false, "", &model, false, "start"),
            (false, false, "damaged", &model, false, "error"),
        ];
        for (auto, stale, text, model, thumbnail, expected) in rows {
            let given = format!("auto {auto}, stale {stale}, {} bytes, {model}, thumbnail {thumbnail}", text.len());
            assert_eq!(shown(auto, stale, text, model, thumbnail), expected, "{given}");
        }
        let mut pointless = settings.clone();
        pointless.now.pairs.clear();
        assert_eq!(super::shown(&pointless, "", &model, false), Ok(Shown::Start), "there is nothing to drag");
    }

    #[test]
    fn labels_say_what_is_baked() {
        let (settings, bake, model) = baked();
        let text = bake.to_text();
        let changed = Settings { use_mask: true, ..settings.clone() };
        let fixed = Settings { auto: false, ..changed.clone() };
        let rows = [
            (&settings, "", Some(&*model), "Nothing is baked"),
            (&settings, &*text, Some(&*model), "Baked: 3 steps, not arrived"),
            (
                &changed,
                &text,
                Some(&model),
                "Baked: 3 steps, not arrived; the settings have changed since, so it is not used",
            ),
            (&fixed, &text, Some(&model), "Baked: 3 steps, not arrived; the settings have changed since"),
            (&settings, &text, None, "Baked: 3 steps, not arrived; its model is not there"),
        ];
        for (settings, baked, model, expected) in rows {
            assert_eq!(label(settings, baked, model), expected);
        }
    }
}
