//! Drags that were broken off, and drags that are wanted longer or shorter: they go on from what was done, to the same bits.

use std::sync::Mutex;
use std::sync::atomic::{AtomicUsize, Ordering};

use dragfx_engine::Cancel;
use dragfx_graph::document::NodeId;
use dragfx_graph::eval::{Event, Happening, Target};
use dragfx_graph::value::Value;

use crate::support::Bench;

/// latent1, points1 and mask1 into drag1, on a toy generator; with a mask or without.
fn bench(method: &str, space: &str, masked: bool, points: &[[f64; 4]]) -> (Bench, NodeId) {
    let mut bench = Bench::new("sg2-64.pkl");
    let [latent, given, mask, drag] = ["latent", "points", "mask", "drag"].map(|kind| bench.add(kind));
    bench.wire(latent, "latent", drag);
    bench.wire(given, "points", drag);
    bench.points(given, points);
    bench.set(drag, "method", method);
    bench.set(drag, "space", space);
    if masked {
        for (param, value) in [("width", "64"), ("height", "64")] {
            bench.set(mask, param, value);
        }
        bench.set(mask, "shapes", r#"[{"shape": "rectangle", "center": [31.5, 15.5], "radii": [40, 16]}]"#);
        bench.wire(mask, "mask", drag);
    }
    (bench, drag)
}

/// What a run of the trajectory gives, everything in it written out to the last bit, and how many steps it took for it;
/// it is cancelled after `enough` of them.
fn run(bench: &Bench, drag: NodeId, most: usize, enough: usize) -> (Option<String>, usize) {
    let mut document = bench.document.clone();
    let edit = document.setting("drag1.max_steps", &most.to_string()).expect("a number of steps");
    document.apply(edit).expect("it suits");
    let (cancel, steps, told) = (Cancel::new(), AtomicUsize::new(0), Mutex::new(Vec::new()));
    if enough == 0 {
        cancel.cancel();
    }
    let observer = |event: &Event<'_>| match &event.what {
        Happening::Step(report) => told.lock().expect("no panic").push(report.step),
        Happening::Interim(_) => {
            let taken = steps.fetch_add(1, Ordering::Relaxed) + 1;
            if taken == enough {
                cancel.cancel();
            }
        }
        _ => {}
    };
    let target = Target { node: drag, output: "trajectory".to_owned(), frame: 1.0 };
    let plan = bench.evaluator.plan(&document, &dragfx_tests::fixtures(), &[target]);
    let value = bench.evaluator.run(&plan, &observer, &cancel).swap_remove(0);
    let told = told.into_inner().expect("no panic");
    assert!(told.iter().copied().eq(1..=told.len()), "every step is told once, old ones as well: {told:?}");
    let way = match value {
        Ok(Value::Trajectory(way)) => Some(serde_json::to_string(&*way).expect("a trajectory can be written")),
        Ok(other) => panic!("{other:?}"),
        Err(error) if error.is_cancelled() => None,
        Err(error) => panic!("{error}"),
    };
    (way, steps.into_inner())
}

const ALL: usize = usize::MAX;
const PAIRS: [[f64; 4]; 2] = [[20.0, 30.0, 40.0, 34.0], [44.0, 40.0, 30.0, 50.0]];

#[test]
fn a_drag_that_was_cancelled_goes_on_to_the_same_bits() {
    for method in ["reference", "paper"] {
        for space in ["w+", "w"] {
            for masked in [false, true] {
                let what = format!("{method} {space} masked {masked}");
                let (bench, drag) = bench(method, space, masked, &PAIRS);
                let expected = run(&bench, drag, 7, ALL).0.expect("a trajectory");
                for broken_off in 0..7 {
                    let fresh = bench.afresh();
                    assert_eq!(run(&fresh, drag, 7, broken_off), (None, broken_off), "{what}");
                    let (way, steps) = run(&fresh, drag, 7, ALL);
                    assert_eq!(way.as_ref(), Some(&expected), "{what}, broken off after {broken_off}");
                    assert_eq!(steps, 7 - broken_off, "{what}");
                }
            }
        }
    }
}

#[test]
fn a_drag_that_may_go_farther_goes_on_from_its_end() {
    for method in ["reference", "paper"] {
        for masked in [false, true] {
            let (bench, drag) = bench(method, "w+", masked, &PAIRS);
            let expected = [3, 4, 6, 9].map(|most| run(&bench.afresh(), drag, most, ALL).0.expect("a trajectory"));
            // The order in which they are wanted does not matter: longer, shorter, in between.
            for order in [[0, 1, 2, 3], [3, 2, 1, 0], [1, 3, 0, 2]] {
                let fresh = bench.afresh();
                let mut there = 0;
                for index in order {
                    let most = [3, 4, 6, 9][index];
                    let (way, steps) = run(&fresh, drag, most, ALL);
                    assert_eq!(way.as_ref(), Some(&expected[index]), "{method} masked {masked}: {most} in {order:?}");
                    assert_eq!(steps, most.saturating_sub(there), "only steps that were not taken yet");
                    there = there.max(most);
                }
            }
        }
    }
}

#[test]
fn a_drag_that_has_arrived_has_arrived_for_every_limit() {
    for method in ["reference", "paper"] {
        // A target beside the handle: it is reached in a few steps.
        let (bench, drag) = bench(method, "w+", false, &[[20.0, 30.0, 23.0, 31.0]]);
        let (arrived, steps) = run(&bench, drag, 300, ALL);
        let arrived = arrived.expect("a trajectory");
        assert!(arrived.contains("Reached") && (1..300).contains(&steps), "{steps}");
        let exact = run(&bench.afresh(), drag, steps, ALL).0;
        assert_eq!(run(&bench, drag, steps, ALL), (exact, 0), "the cap at which it arrives");
        let (same, more) = run(&bench, drag, 1000, ALL);
        assert_eq!((same.as_ref(), more), (Some(&arrived), 0));
        let fresh = bench.afresh();
        run(&fresh, drag, 300, steps - 1);
        assert_eq!(run(&fresh, drag, 300, ALL), (Some(arrived), 1), "broken off a step before");
    }
}

/// Whatever else is changed makes another drag, which takes nothing of the old one.
#[test]
fn another_drag_begins_at_its_start() {
    let (mut bench, drag) = bench("reference", "w+", false, &PAIRS);
    run(&bench, drag, 4, ALL);
    for (param, value) in [("learning_rate", "0.01"), ("r1", "5"), ("noise", "none"), ("regularisation", "0.5")] {
        bench.set(drag, param, value);
        let (way, steps) = run(&bench, drag, 4, ALL);
        assert_eq!((way, steps), run(&bench.afresh(), drag, 4, ALL), "{param}");
        assert_eq!(steps, 4, "{param}");
    }
}
