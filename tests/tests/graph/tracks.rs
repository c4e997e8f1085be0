//! Track follows trajectories, latents and images.

use dragfx_engine::ImagePoint;
use dragfx_graph::param::ParamValue;
use dragfx_graph::value::{Tracks, Value};

use crate::support::{Bench, animated};

const TOY: &str = "sg2-64.pkl";

fn tracks(bench: &Bench, node: dragfx_graph::document::NodeId) -> std::sync::Arc<Tracks> {
    match bench.value(node, "tracks", 1.0) {
        Value::Tracks(tracks) => tracks,
        other => panic!("{other:?}"),
    }
}

/// A drag over frames 1 to 11, and a Track beside it.
fn bench() -> (Bench, [dragfx_graph::document::NodeId; 3]) {
    let mut bench = Bench::new(TOY);
    let [latent, points, drag, track] = ["latent", "points", "drag", "track"].map(|kind| bench.add(kind));
    bench.wire(latent, "latent", drag);
    bench.wire(points, "points", drag);
    bench.points(points, &[[20.0, 30.0, 40.0, 34.0], [50.0, 12.0, 46.0, 12.0]]);
    bench.set(points, "points.2.enabled", "false");
    bench.set(drag, "max_steps", "20");
    bench.set(drag, "learning_rate", "0.02");
    bench.set(track, "last_frame", "11");
    bench.param(drag, "progress", animated([(1.0, ParamValue::Float(0.0)), (11.0, ParamValue::Float(1.0))]));
    (bench, [points, drag, track])
}

#[test]
fn a_trajectory_is_spread_over_the_frames() {
    let (mut bench, [_, drag, track]) = bench();
    bench.wire(drag, "trajectory", track);
    let found = tracks(&bench, track);
    let Value::Trajectory(way) = bench.value(drag, "trajectory", 1.0) else { panic!("a trajectory") };
    assert_eq!((found.tracks.len(), found.width, found.height), (1, 64, 64), "only the enabled point");
    let samples = &found.tracks[0].samples;
    assert_eq!(
        samples.iter().map(|sample| sample.frame).collect::<Vec<_>>(),
        (1..=11).map(f64::from).collect::<Vec<_>>()
    );
    for (sample, part) in samples.iter().zip((0..=10).map(|tenth| f64::from(tenth) / 10.0)) {
        assert_eq!(ImagePoint::new(sample.x, sample.y), way.points_at(part)[0].handle);
        assert!((0.0..=1.0).contains(&sample.confidence));
    }
    assert!(samples[0].confidence > samples[10].confidence);

    // Beside the Drag's points the track follows the progress, whatever its keyframes are.
    let back = [(1.0, ParamValue::Float(1.0)), (11.0, ParamValue::Float(0.0))];
    bench.param(drag, "progress", animated(back));
    bench.wire(drag, "points", track);
    let reversed = &tracks(&bench, track).tracks[0].samples;
    for (sample, reversed) in samples.iter().zip(reversed.iter().rev()) {
        let distance = ImagePoint::new(sample.x, sample.y).distance(ImagePoint::new(reversed.x, reversed.y));
        assert!(distance < 1e-9 && sample.confidence == reversed.confidence, "{sample:?} and {reversed:?}");
    }

    let alone = bench.add("track");
    bench.wire(drag, "trajectory", alone);
    bench.set(alone, "last_frame", "1");
    let states = &tracks(&bench, alone).tracks[0].samples;
    assert_eq!((states.len(), states[20].frame), (21, 21.0), "a frame for each state");
}

#[test]
fn latents_are_followed_as_the_drag_follows_them() {
    let (mut bench, [points, drag, track]) = bench();
    // A frame for each state of the drag, and the reach that its own tracking has at this size.
    let film = animated([(0.0, ParamValue::Float(0.0)), (20.0, ParamValue::Float(1.0))]);
    bench.param(drag, "progress", film);
    for (param, value) in [("first_frame", "0"), ("last_frame", "20"), ("search", "2")] {
        bench.set(track, param, value);
    }
    bench.wire(points, "points", track);
    bench.wire(drag, "latent", track);
    let found = tracks(&bench, track);
    let Value::Trajectory(way) = bench.value(drag, "trajectory", 1.0) else { panic!("a trajectory") };
    assert_eq!(way.steps(), 20);
    let places: Vec<_> = found.tracks[0].samples.iter().map(|sample| ImagePoint::new(sample.x, sample.y)).collect();
    assert_eq!(places, way.points.iter().map(|points| points[0].handle).collect::<Vec<_>>());
    assert!(places[20].distance(places[0]) > 2.0, "it went somewhere: {places:?}");
    assert_eq!(found.tracks[0].samples[0].confidence, 1.0);
}

#[test]
fn images_are_followed_over_frames() {
    let mut bench = Bench::new(TOY);
    let [latent, generate, points, moved, track] =
        ["latent", "generate", "points", "transform", "track"].map(|kind| bench.add(kind));
    bench.wire(latent, "latent", generate);
    bench.wire(generate, "image", moved);
    bench.wire(moved, "image", track);
    bench.wire(points, "points", track);
    bench.points(points, &[[30.0, 30.0, 0.0, 0.0], [70.0, 50.0, 0.0, 0.0]]);
    bench.set(generate, "resolution", "128");
    // The picture runs to the left, two pixels a frame, behind a window that stays.
    bench.set(moved, "crop_bottom", "28");
    let crop = |from: f64, to: f64| animated([(1.0, ParamValue::Float(from)), (6.0, ParamValue::Float(to))]);
    bench.param(moved, "crop_left", crop(0.0, 10.0));
    bench.param(moved, "crop_right", crop(28.0, 18.0));
    bench.set(track, "last_frame", "6");
    for track in &tracks(&bench, track).tracks {
        assert_eq!(track.samples.len(), 6);
        let first = track.samples[0];
        for (frame, sample) in track.samples.iter().enumerate() {
            let expected = ImagePoint::new(first.x - 2.0 * frame as f64, first.y);
            let found = ImagePoint::new(sample.x, sample.y);
            assert!(found.distance(expected) < 0.1, "{} in frame {frame}: {found:?}", track.name);
            assert!(sample.confidence > 0.99, "{sample:?}");
        }
    }
    bench.set(track, "last_frame", "0");
    assert!(bench.error(track, "tracks").contains("`last_frame`: it is 0, before the first frame 1"));
    bench.set(track, "last_frame", "2");
    bench.points(points, &[[300.0, 30.0, 0.0, 0.0]]);
    assert!(bench.error(track, "tracks").contains("point 1 lies outside the first frame"));
    let alone = bench.add("track");
    assert!(bench.error(alone, "tracks").contains("is not connected"));
}
