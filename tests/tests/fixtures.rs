//! Every fixture case within the tolerances of its README: what the official implementation computes, so do we.

use dragfx_engine::seed::RandomState;
use dragfx_engine::{DragSession, DragSettings, ImagePoint, Mask, Method, NoiseMode, PointPair, Space, Truncation};
use dragfx_runtime::{CancelToken, DragProgram, Model, Noise, Rect};
use dragfx_tests::{Case, Table, cosine, range_error, relative_l2};
use ndarray::{Array1, Array2, Array3, ArrayD, Axis, Ix2, Ix3};

/// ws, images and features: part of their range.
const FORWARD: f64 = 1e-4;

#[test]
fn latents_pictures_and_features_agree() {
    let mut table = Table::default();
    for case in Case::all() {
        let mut model = case.model();
        let spec = model.manifest().generator.clone();
        let ws = map(&mut model, &case);
        table.note(&case.name, "ws", range_error(&ws.clone().into_dyn(), &case.array("ws")), FORWARD);

        let expected: ArrayD<f32> = case.array("ws");
        let ws = expected.into_dimensionality::<Ix3>().expect("ws has three axes");
        for (noise, name) in [(Noise::Constant, "image"), (Noise::None, "image_noise_none")] {
            let image = model.synthesize(ws.view(), &noise, &CancelToken::new()).expect("synthesis runs");
            table.note(&case.name, name, range_error(&image.into_dyn(), &case.array(name)), FORWARD);
        }
        for tap in 0..spec.blocks.len() {
            let name = format!("feature_{tap}");
            let mut program = model.drag(tap, Noise::Constant).expect("every block is a tap");
            let features = forward(&mut program, &ws.index_axis(Axis(0), 0).to_owned(), None).remove(0).1;
            let features = features.insert_axis(Axis(0)).into_dyn();
            table.note(&case.name, &name, range_error(&features, &case.array(&name)), FORWARD);
        }
    }
    table.check("fixtures-forward");
}

/// Windows are the whole map's numbers, and their gradients are the whole map's, wherever they lie.
#[test]
fn windows_are_exact() {
    let mut table = Table::default();
    for case in Case::all() {
        let model = case.model();
        let ws: ArrayD<f32> = case.array("ws");
        let ws = ws.index_axis_move(Axis(0), 0).into_dimensionality::<Ix2>().expect("ws has three axes");
        for tap in 0..model.manifest().generator.blocks.len() {
            let mut program = model.drag(tap, Noise::Constant).expect("every block is a tap");
            if program.files().windows.is_none() {
                continue;
            }
            let size = program.files().resolution;
            let corner = |y, x| Rect { y, x, height: 5, width: 7 };
            let rects = [corner(0, 0), corner(size - 5, size - 7), corner(size / 2, 1), corner(size / 3, size / 2 - 3)];
            let mut random = RandomState::new(tap as u32);
            let gradient = Array3::from_shape_fn((program.files().channels, 5, 7), |_| random.randn() as f32);

            let whole = forward(&mut program, &ws, None).remove(0).1;
            let mut spread = vec![Array3::zeros(whole.dim())];
            for rect in &rects {
                let mut place = spread[0].slice_mut(ndarray::s![.., rect.y..rect.y + 5, rect.x..rect.x + 7]);
                place += &gradient;
            }
            let expected = program.backward(&spread, &CancelToken::new()).expect("backward runs").into_dyn();

            let windows = forward(&mut program, &ws, Some(&rects));
            let mut gradients = Vec::new();
            for ((rect, map), asked) in windows.iter().zip(&rects) {
                let (y, x) = (asked.y - rect.y, asked.x - rect.x);
                let of_map = map.slice(ndarray::s![.., y..y + 5, x..x + 7]).to_owned().into_dyn();
                let of_whole = whole.slice(ndarray::s![.., asked.y..asked.y + 5, asked.x..asked.x + 7]);
                let error = range_error(&of_map, &of_whole.to_owned().into_dyn());
                table.note(&case.name, format!("b{size} window"), error, 1e-5);
                let mut padded = Array3::zeros(map.dim());
                padded.slice_mut(ndarray::s![.., y..y + 5, x..x + 7]).assign(&gradient);
                gradients.push(padded);
            }
            let found = program.backward(&gradients, &CancelToken::new()).expect("backward runs").into_dyn();
            table.note(&case.name, format!("b{size} window gradient"), relative_l2(&found, &expected), 1e-5);
        }
    }
    table.check("windows");
}

fn map(model: &mut Model, case: &Case) -> Array3<f32> {
    let z = RandomState::new(case.settings.z_seed).randn_vec(case.settings.z_dim);
    let z: Array2<f32> = Array1::from(z).mapv(|x| x as f32).insert_axis(Axis(0));
    // Class 1, for the conditional case.
    let label = Array2::from_shape_fn((1, case.settings.c_dim), |(_, class)| if class == 1 { 1.0 } else { 0.0 });
    let label = (case.settings.c_dim > 0).then(|| label.view());
    let truncation = case.truncation(model.manifest().generator.num_ws);
    model.map(z.view(), label, Some(truncation.view()), &CancelToken::new()).expect("mapping runs")
}

fn forward(program: &mut DragProgram, ws: &Array2<f32>, windows: Option<&[Rect]>) -> Vec<(Rect, Array3<f32>)> {
    program.forward(ws.view(), windows, &CancelToken::new()).expect("forward runs");
    let features = program.features().expect("there are features");
    features.into_iter().map(|(rect, map)| (rect, map.to_owned())).collect()
}

/// The first gradient, and the first steps of each trajectory. Random generators are rough and Adam's first steps are
/// sign-like: later steps part for reasons that are not ours.
#[test]
fn drags_agree_with_the_reference() {
    const EXACT_STEPS: usize = 5;
    let mut table = Table::default();
    for case in Case::all() {
        let mut session = drag_session(&case);
        let reference_points: ArrayD<i64> = case.array("points_yx");
        let reference_stop: ArrayD<bool> = case.array("stop");
        let reference_w: ArrayD<f32> = case.array("w_after_step");
        let start = as_optimised(&case, session.latent().ws().to_owned());
        for step in 0..case.settings.steps {
            let report = session.step(&CancelToken::new()).expect("the step is taken");
            if step == 0 {
                let gradient = session.gradient().expect("a step has a gradient").clone();
                let gradient = padded(&case, gradient);
                let expected: ArrayD<f32> = case.array("grad_first");
                table.note(&case.name, "grad_first", relative_l2(&gradient, &expected), 1e-3);
                table.note(&case.name, "1 - cosine", 1.0 - cosine(&gradient, &expected), 1e-4);
            }
            let w = as_optimised(&case, session.latent().ws().to_owned());
            let expected = reference_w.index_axis(Axis(0), step).to_owned();
            let error = relative_l2(&(w - &start), &(expected - &start));
            if step >= EXACT_STEPS {
                if step + 1 == case.settings.steps {
                    table.note(&case.name, format!("w {}", step + 1), error, 1e-1);
                }
                continue;
            }
            table.note(&case.name, format!("w {}", step + 1), error, 1e-2);
            let there = reference_points.index_axis(Axis(0), step);
            let apart = report.points.iter().zip(there.outer_iter());
            let apart = apart.map(|(p, yx)| (p.handle.y - yx[0] as f64).abs().max((p.handle.x - yx[1] as f64).abs()));
            table.note(&case.name, format!("points {}", step + 1), apart.fold(0.0, f64::max), 0.0);
            let stop = f64::from(u8::from(report.reached != reference_stop[step]));
            table.note(&case.name, format!("stop {}", step + 1), stop, 0.0);
        }
    }
    table.check("fixtures-drags");
}

fn drag_session(case: &Case) -> DragSession {
    let mut generator = case.generator();
    let settings = &case.settings;
    let truncation = Truncation { psi: settings.truncation_psi, cutoff: settings.truncation_cutoff };
    let classes: &[usize] = if settings.c_dim > 0 { &[1] } else { &[] };
    let latent = generator.latent(settings.z_seed, truncation, classes, &CancelToken::new()).expect("a latent");
    let points = |name: &str| -> Vec<ImagePoint> {
        let yx: ArrayD<i64> = case.array(name);
        yx.outer_iter().map(|yx| ImagePoint { x: yx[1] as f64, y: yx[0] as f64 }).collect()
    };
    let pairs = points("points_start_yx").into_iter().zip(points("targets_yx"));
    let pairs = pairs.map(|(handle, target)| PointPair::new(handle, target)).collect();
    let drag = DragSettings {
        space: if settings.w_plus { Space::WPlus } else { Space::W },
        learning_rate: settings.lr,
        lambda: settings.lambda_mask,
        regularisation: settings.reg,
        r1: settings.r1,
        r2: settings.r2,
        ..DragSettings::for_method(Method::Reference)
    };
    let model = generator.drag(settings.feature_index, NoiseMode::Const).expect("every block is a tap");
    let mut session = DragSession::new(Box::new(model), latent, pairs, drag).expect("the case is valid");
    if case.has("mask_fixed") {
        let fixed: ArrayD<f32> = case.array("mask_fixed");
        let free = fixed.mapv(|fixed| 1.0 - fixed).into_dimensionality::<Ix2>().expect("a mask has two axes");
        session.set_mask(Some(Mask::from_weights(&free).expect("a mask"))).expect("the mask fits");
    }
    session
}

/// A latent in the fixtures' shape: all rows of w+, or the one row of w.
fn as_optimised(case: &Case, ws: Array2<f32>) -> ArrayD<f32> {
    let ws = if case.settings.w_plus { ws } else { ws.slice(ndarray::s![..1, ..]).to_owned() };
    if case.settings.w_plus { ws.insert_axis(Axis(0)).into_dyn() } else { ws.into_dyn() }
}

/// A gradient in the fixtures' shape: zeros for the rows of w+ that are not optimised.
fn padded(case: &Case, gradient: Array2<f32>) -> ArrayD<f32> {
    if !case.settings.w_plus {
        return gradient.into_dyn();
    }
    let mut all =
        Array3::zeros(case.array::<f32>("grad_first").into_dimensionality::<Ix3>().expect("three axes").dim());
    all.slice_mut(ndarray::s![0, ..gradient.nrows(), ..]).assign(&gradient);
    all.into_dyn()
}
