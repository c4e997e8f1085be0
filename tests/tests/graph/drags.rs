//! Drag: computed once, played over frames, gone on with, kept on the disk.

use dragfx_engine::{Cancel, DragSession, DragSettings, Mask, NoiseMode, Truncation};
use dragfx_graph::document::NodeId;
use dragfx_graph::eval::Evaluator;
use dragfx_graph::param::ParamValue;
use dragfx_graph::value::Value;

use crate::support::{Bench, animated, generator, numbers, pairs};

const TOY: &str = "sg2-64.pkl";
const PAIR: [f64; 4] = [20.0, 30.0, 40.0, 34.0];

/// latent1 and points1 into drag1.
fn drag(steps: usize) -> (Bench, [NodeId; 3]) {
    let mut bench = Bench::new(TOY);
    let [latent, points, drag] = ["latent", "points", "drag"].map(|kind| bench.add(kind));
    bench.wire(latent, "latent", drag);
    bench.wire(points, "points", drag);
    bench.points(points, &[PAIR]);
    bench.set(drag, "max_steps", &steps.to_string());
    (bench, [latent, points, drag])
}

fn session(points: &[[f64; 4]], settings: DragSettings) -> DragSession {
    let mut engine = generator(TOY);
    let start = engine.latent(0, Truncation { psi: 0.7, cutoff: None }, &[], &Cancel::new()).expect("a latent");
    let graphs = engine.drag(engine.default_tap(), NoiseMode::Const).expect("the graphs open");
    DragSession::new(Box::new(graphs), start, pairs(points), settings).expect("a drag")
}

#[test]
fn a_drag_is_the_engines_drag() {
    let (mut bench, [_, _, drag]) = drag(8);
    bench.set(drag, "lambda", "15");
    let mask = bench.add("mask");
    for (param, value) in [("width", "64"), ("height", "64")] {
        bench.set(mask, param, value);
    }
    bench.set(mask, "shapes", r#"[{"shape": "rectangle", "center": [31.5, 15.5], "radii": [40, 16]}]"#);
    bench.wire(mask, "mask", drag);
    let settings = DragSettings { max_steps: 8, lambda: 15.0, ..DragSettings::default() };
    let mut session = session(&[PAIR], settings);
    let free = ndarray::Array2::from_shape_fn((64, 64), |(y, _)| if y < 32 { 1.0 } else { 0.0 });
    session.set_mask(Some(Mask::from_weights(&free).expect("weights"))).expect("a mask");
    session.run(&Cancel::new(), |_| ()).expect("a drag");
    let expected: Vec<f32> = session.latent().ws().iter().copied().collect();
    assert_eq!(bench.numbers(drag, "latent", 1.0), expected);
    let Value::Points(points) = bench.value(drag, "points", 1.0) else { panic!("points") };
    assert_eq!(*points, session.points());
}

#[test]
fn scrubbing_a_finished_drag_costs_one_synthesis_a_frame() {
    let (mut bench, [latent, points, drag]) = drag(100);
    let film = animated([(1.0, ParamValue::Float(0.0)), (101.0, ParamValue::Float(1.0))]);
    bench.param(drag, "progress", film);
    // Far away, so that it takes all its steps.
    bench.points(points, &[[20.0, 30.0, 200.0, 34.0]]);
    let (_, first) = bench.ask(drag, "image", 101.0);
    assert_eq!(first, ["drag1.image", "drag1.latent", "drag1.trajectory", "latent1.latent", "points1.points"]);
    for frame in 1..=100 {
        assert_eq!(bench.ask(drag, "image", f64::from(frame)).1, ["drag1.image", "drag1.latent"], "frame {frame}");
    }
    let start = bench.numbers(latent, "latent", 1.0);
    assert_eq!(bench.numbers(drag, "latent", 1.0), start, "it begins at its start, to the bit");
    let Value::Trajectory(way) = bench.value(drag, "trajectory", 1.0) else { panic!("a trajectory") };
    assert_eq!(way.steps(), 100);
    let quarter = way.steps() / 4;
    let frame = 1.0 + 100.0 * quarter as f64 / way.steps() as f64;
    let state = way.states[quarter].iter().copied().collect::<Vec<_>>();
    let found = bench.numbers(drag, "latent", frame);
    let worst = found.iter().zip(&state).map(|(a, b)| (a - b).abs()).fold(0.0, f32::max);
    assert!(worst < 1e-5, "at a step it is that step's latent: {worst}");
}

#[test]
fn progress_and_pictures_do_not_drag_again() {
    let (mut bench, [_, points, drag]) = drag(5);
    bench.value(drag, "image", 1.0);
    for (param, value) in [("progress", "0.5"), ("transfer", "linear"), ("first_frame", "-4")] {
        bench.set(drag, param, value);
        let computed = bench.ask(drag, "image", 1.0).1;
        assert!(!computed.contains(&"drag1.trajectory".to_owned()), "{param}: {computed:?}");
    }
    bench.points(points, &[[20.0, 30.0, 41.0, 34.0]]);
    let computed = bench.ask(drag, "image", 1.0).1;
    assert_eq!(computed, ["drag1.image", "drag1.latent", "drag1.trajectory", "points1.points"]);
}

#[test]
fn a_warm_start_goes_on_from_the_frame_before() {
    let (mut bench, [_, points, drag]) = drag(4);
    bench.set(drag, "warm_start", "true");
    let key = |frame: f64, x: f64| (frame, ParamValue::Points(pairs(&[[20.0, 30.0, x, 34.0]])));
    bench.param(points, "points", animated([key(1.0, 40.0), key(3.0, 44.0)]));

    // The engine's own session, whose target moves after every four steps.
    let settings = DragSettings { max_steps: 4, ..DragSettings::default() };
    let mut session = session(&[PAIR], settings.clone());
    for (frame, x) in [(1.0, 40.0), (2.0, 42.0), (3.0, 44.0)] {
        session.set_target(0, dragfx_engine::ImagePoint::new(x, 34.0)).expect("a target");
        session.set_settings(DragSettings { max_steps: 4 * frame as usize, ..settings.clone() }).expect("settings");
        session.run(&Cancel::new(), |_| ()).expect("a drag");
        let expected: Vec<f32> = session.latent().ws().iter().copied().collect();
        assert_eq!(bench.afresh().numbers(drag, "latent", frame), expected, "frame {frame} by itself");
        assert_eq!(bench.numbers(drag, "latent", frame), expected, "frame {frame} after those before");
    }
    assert_eq!(bench.ask(drag, "latent", 4.0).1.len(), 2, "one more frame is one more drag");

    // Another handle is another drag.
    let key = |frame: f64, x: f64| (frame, ParamValue::Points(pairs(&[[x, 30.0, 40.0, 34.0]])));
    bench.param(points, "points", animated([key(1.0, 20.0), key(2.0, 24.0)]));
    let warm = bench.numbers(drag, "latent", 2.0);
    bench.set(drag, "warm_start", "false");
    assert_eq!(bench.numbers(drag, "latent", 2.0), warm);
}

/// Whatever else changes from frame to frame, a warm start is for targets only.
#[test]
fn a_warm_start_is_for_moved_targets_only() {
    let (mut bench, [_, points, drag]) = drag(4);
    let mask = bench.add("mask");
    for (param, value) in [("width", "64"), ("height", "64"), ("auto", "true"), ("auto_radius", "20")] {
        bench.set(mask, param, value);
    }
    bench.wire(points, "points", mask);
    bench.wire(mask, "mask", drag);
    bench.set(drag, "noise", "random");
    let steady = bench.document.clone();
    let ramp = |from: f64, to: f64| animated([(1.0, ParamValue::Float(from)), (2.0, ParamValue::Float(to))]);
    let seeds = animated([(1.0, ParamValue::Int(1)), (2.0, ParamValue::Int(2))]);
    for (node, param, value) in [(mask, "grow", ramp(0.0, 5.0)), (drag, "noise_seed", seeds)] {
        bench.document = steady.clone();
        bench.param(node, param, value);
        let cold = bench.numbers(drag, "latent", 2.0);
        bench.set(drag, "warm_start", "true");
        assert_eq!(bench.numbers(drag, "latent", 2.0), cold, "{param}");
    }
    bench.document = steady;
    let cold = bench.numbers(drag, "latent", 2.0);
    bench.set(drag, "warm_start", "true");
    assert_ne!(bench.numbers(drag, "latent", 2.0), cold, "with nothing changed it goes on");
}

#[test]
fn trajectories_outlive_the_process() {
    let folder = tempfile::tempdir().expect("a folder");
    let (bench, [.., drag]) = drag(6);
    let with_disk = |bench: &Bench| {
        let mut fresh = bench.afresh();
        let models = std::sync::Arc::clone(fresh.evaluator.models());
        fresh.evaluator = Evaluator::new(models).with_disk(folder.path().to_owned());
        fresh
    };
    let expected = with_disk(&bench).numbers(drag, "image", 1.0);
    let files = || std::fs::read_dir(folder.path()).expect("a folder").map(|entry| entry.expect("a file").path());
    let kept: Vec<_> = files().collect();
    assert_eq!(kept.len(), 1);
    let (value, computed) = with_disk(&bench).ask(drag, "image", 1.0);
    assert_eq!(computed, ["drag1.image", "drag1.latent"], "not even the latent that it started from");
    assert_eq!(numbers(&value.expect("an image")), expected);

    // A damaged file counts as none, whatever is wrong with it.
    let whole = std::fs::read(&kept[0]).expect("a file");
    let mut bytes = whole.clone();
    bytes[whole.len() / 2] ^= 1;
    for damaged in [&bytes[..], &whole[..whole.len() - 1], &whole[..20], b""] {
        std::fs::write(&kept[0], damaged).expect("a file");
        let (value, computed) = with_disk(&bench).ask(drag, "image", 1.0);
        assert!(computed.contains(&"drag1.trajectory".to_owned()));
        assert_eq!(numbers(&value.expect("an image")), expected);
        assert_eq!(std::fs::read(&kept[0]).expect("a file"), whole, "it is made again");
    }
}

#[test]
fn cancelling_ends_a_drag_within_a_step() {
    use dragfx_graph::eval::{Event, Happening, Target};
    let (bench, [.., drag]) = drag(100_000);
    let cancel = Cancel::new();
    let steps = std::sync::Mutex::new(0);
    let observer = |event: &Event<'_>| {
        if let Happening::Interim(Value::Latent(_)) = &event.what {
            let mut steps = steps.lock().expect("no panic");
            *steps += 1;
            if *steps == 3 {
                cancel.cancel();
            }
        }
    };
    let target = Target { node: drag, output: "image".to_owned(), frame: 1.0 };
    let plan = bench.evaluator.plan(&bench.document, &dragfx_tests::fixtures(), &[target]);
    let result = bench.evaluator.run(&plan, &observer, &cancel).remove(0);
    assert!(result.is_err_and(|error| error.is_cancelled()));
    assert_eq!(*steps.lock().expect("no panic"), 3, "no step after the one that was cancelled");
}

#[test]
fn without_points_nothing_moves() {
    let (mut bench, [latent, points, drag]) = drag(5);
    bench.set(points, "points.1.enabled", "false");
    assert_eq!(bench.numbers(drag, "latent", 1.0), bench.numbers(latent, "latent", 1.0));
    bench.points(points, &[]);
    assert_eq!(bench.numbers(drag, "latent", 1.0), bench.numbers(latent, "latent", 1.0));
}

#[test]
fn what_does_not_fit_is_said() {
    let (mut bench, [_, points, drag]) = drag(3);
    let mask = bench.add("mask");
    bench.wire(mask, "mask", drag);
    bench.set(mask, "width", "32");
    bench.set(mask, "height", "64");
    bench.set(mask, "auto", "false");
    let message = bench.error(drag, "image");
    assert!(message.contains("the mask is 32x64 pixels, the image 64x64"), "{message}");
    bench.points(points, &[[200.0, 30.0, 1.0, 1.0]]);
    let message = bench.error(drag, "image");
    assert!(message.starts_with("drag1.trajectory at frame 1: the handle of point 1 is at (200, 30)"), "{message}");
    bench.points(points, &[PAIR]);
    bench.set(drag, "tap", "8");
    assert!(bench.error(drag, "image").starts_with("drag1.trajectory"), "{}", bench.error(drag, "image"));
}
