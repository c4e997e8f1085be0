//! Where handles are on pictures that were rendered lately: overlays show it, and must compute nothing.

use dragfx_engine::{ImagePoint, PointPair};

use super::recent::Recent;
use super::settings::Settings;
use super::state;

/// Handles on a picture.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Seen {
    /// Width and height of the picture, pixels.
    pub(super) size: [usize; 2],
    /// Where they are, pixels of the picture.
    pub(super) handles: Vec<ImagePoint>,
}

/// A few viewers, each with the frames around its own.
static SEEN: Recent<Seen> = Recent::new(64);

/// Remembers where the handles are on a picture.
pub(super) fn remember(settings: &Settings, model: &str, size: [usize; 2], points: &[PointPair]) {
    let seen = Seen { size, handles: points.iter().map(|point| point.handle).collect() };
    SEEN.put(key(settings, model), seen);
}

/// Where the handles are on the picture of these settings, if it was rendered lately.
pub(super) fn seen(settings: &Settings, model: &str) -> Option<Seen> {
    SEEN.get(&key(settings, model))
}

fn key(settings: &Settings, model: &str) -> String {
    let Settings { now, fit, frame, .. } = settings;
    let progress = now.float("progress");
    format!("{model} {} {progress} {fit:?} {frame:?} {:?}", state::inputs(settings), now.pairs)
}

#[cfg(test)]
mod tests {
    use dragfx_graph::param::ParamValue;

    use super::super::settings::Pair;
    use super::*;

    #[test]
    fn what_was_rendered_is_known_by_what_it_follows_from() {
        let mut settings = Settings::usual();
        settings.now.pairs = vec![Pair { place: 0, handle: [1.0, 2.0], target: [3.0, 4.0] }];
        let at = |progress: f64| {
            let mut settings = settings.clone();
            settings.now.values.insert("progress", ParamValue::Float(progress));
            settings
        };
        let point = PointPair::new(ImagePoint::new(5.0, 6.0), ImagePoint::new(7.0, 8.0));
        remember(&at(0.125), "a model of this test", [32, 32], &[point]);
        let found = seen(&at(0.125), "a model of this test").expect("it was remembered");
        assert_eq!(found, Seen { size: [32, 32], handles: vec![ImagePoint::new(5.0, 6.0)] });
        assert_eq!(seen(&at(0.25), "a model of this test"), None);
        assert_eq!(seen(&at(0.125), "another"), None);
    }
}
