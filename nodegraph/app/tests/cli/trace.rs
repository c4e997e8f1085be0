//! The reference's trajectories, through the command line and its trace.

use dragfx_tests::{Case, Table, relative_l2};
use ndarray::{ArrayD, Axis, Ix2};

use crate::generate::source;
use crate::support::Desk;

/// Random generators are rough and Adam's first steps are sign-like: later steps part for reasons that are not ours.
const EXACT_STEPS: usize = 5;

/// The `dragfx drag` of a case, with a mask as a picture.
fn drag(desk: &Desk, case: &Case) -> String {
    let settings = &case.settings;
    let space = if settings.w_plus { "w+" } else { "w" };
    let mut line = format!(
        "drag {} --method reference --space {space} --tap {} --steps {} --lr {} --lambda {} --reg {} --r1 {} --r2 {}",
        source(case),
        settings.feature_index,
        settings.steps,
        settings.lr,
        settings.lambda_mask,
        settings.reg,
        settings.r1,
        settings.r2,
    );
    for (option, name) in [("--handle", "points_start_yx"), ("--target", "targets_yx")] {
        let yx: ArrayD<i64> = case.array(name);
        yx.outer_iter().for_each(|yx| line += &format!(" {option} {},{}", yx[1], yx[0]));
    }
    if case.has("mask_fixed") {
        let fixed: ArrayD<f32> = case.array("mask_fixed");
        assert!(fixed.iter().all(|&fixed| fixed == 0.0 || fixed == 1.0), "a mask that a picture can hold");
        desk.write_mask("mask.png", &fixed.into_dimensionality::<Ix2>().expect("two axes"));
        line += " --mask mask.png";
    }
    line
}

#[test]
fn traces_are_the_references() {
    let desk = Desk::new();
    let mut table = Table::default();
    for case in Case::all() {
        let name = case.name.as_str();
        desk.ok(&format!("latent {} -o start.npy", source(&case)));
        desk.ok(&format!("{} -o a.png --trace a.npz", drag(&desk, &case)));
        let mut trace = desk.npz("a.npz");
        let names: Vec<String> = trace.names().into_iter().collect();
        assert_eq!(names, ["grad_first", "loss", "points_yx", "stop", "w_after_step"]);

        let (points, expected_points) = (trace.array::<f64>("points_yx"), case.array::<i64>("points_yx"));
        let (w, expected_w) = (trace.array::<f32>("w_after_step"), case.array::<f32>("w_after_step"));
        let (stop, expected_stop) = (trace.array::<bool>("stop"), case.array::<bool>("stop"));
        let (gradient, expected_gradient) = (trace.array::<f32>("grad_first"), case.array::<f32>("grad_first"));
        let loss = trace.array::<f64>("loss");
        assert_eq!(points.shape(), expected_points.shape(), "{name}");
        assert_eq!(w.shape(), expected_w.shape(), "{name}");
        assert_eq!(stop.shape(), expected_stop.shape(), "{name}");
        assert_eq!(gradient.shape(), expected_gradient.shape(), "{name}");
        assert_eq!(loss.shape(), [case.settings.steps], "{name}");
        assert!(loss.iter().all(|loss| loss.is_finite() && *loss > 0.0), "{name}: {loss}");

        table.note(name, "grad_first", relative_l2(&gradient, &expected_gradient), 1e-3);
        let starts = [desk.npy("start.npy"), case.array("ws")];
        let [start, expected_start] = starts.map(|ws| match case.settings.w_plus {
            true => ws,
            false => ws.index_axis_move(Axis(1), 0),
        });
        for step in 0..EXACT_STEPS {
            let at = |points: ArrayD<f64>| points.index_axis_move(Axis(0), step);
            let apart = (at(points.clone()) - at(expected_points.mapv(|yx| yx as f64))).mapv(f64::abs);
            table.note(name, format!("points {}", step + 1), apart.iter().copied().fold(0.0, f64::max), 0.0);
            let moved = &w.index_axis(Axis(0), step) - &start;
            let expected = &expected_w.index_axis(Axis(0), step) - &expected_start;
            table.note(name, format!("w {}", step + 1), relative_l2(&moved, &expected), 1e-2);
            assert_eq!(stop[step], expected_stop[step], "{name}: stop at step {step}");
        }
    }
    table.check("cli-traces");
}

/// The loss of the trace is that of the JSON, and the rows that are not optimised never change.
#[test]
fn a_trace_and_the_json_tell_the_same() {
    let desk = Desk::new();
    let case = Case::all().into_iter().find(|case| case.has("mask_fixed")).expect("a case with a mask");
    let facts = desk.json(&format!("{} -o a.png --trace a.npz --json --save-latent w.npy", drag(&desk, &case)));
    let mut trace = desk.npz("a.npz");
    let (w, loss) = (trace.array::<f32>("w_after_step"), trace.array::<f64>("loss"));
    let last = case.settings.steps - 1;
    assert_eq!(facts["steps"], case.settings.steps);
    assert_eq!(facts["loss"].as_f64(), Some(loss[last]));
    assert_eq!(w.index_axis(Axis(0), last), desk.npy("w.npy"));
    let start: ArrayD<f32> = case.array("ws");
    let rest = |w: &ArrayD<f32>| {
        w.slice_each_axis(|axis| if axis.axis == Axis(1) { (6..).into() } else { (..).into() }).to_owned()
    };
    desk.ok(&format!("latent {} -o start.npy", source(&case)));
    assert_eq!(start.shape(), desk.npy("start.npy").shape());
    assert_eq!(rest(&desk.npy("w.npy")), rest(&desk.npy("start.npy")));
}
