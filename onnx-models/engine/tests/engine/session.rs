//! Whole drags on small generators.

use std::sync::atomic::Ordering;

use dragfx_engine::{
    Cancel, DragError, DragSession, DragSettings, Geometry, ImagePoint, Latent, Mask, Method, PointPair, Space,
    StopReason,
};
use ndarray::{Array2, Array3, ArrayD, IxDyn};

use crate::models::{Blobs, Field, FieldModel, Tanh};
use crate::naive;

pub(crate) fn latent(geometry: &Geometry, seed: u32) -> Latent {
    let values = dragfx_engine::seed::RandomState::new(seed).randn_vec(geometry.num_ws * geometry.w_dim);
    let array = ArrayD::from_shape_vec(IxDyn(&[geometry.num_ws, geometry.w_dim]), values).expect("all rows");
    Latent::from_array(array.mapv(|value| value as f32).view(), geometry.num_ws, geometry.w_dim).expect("a latent")
}

pub(crate) fn pair(handle: (f64, f64), target: (f64, f64)) -> PointPair {
    PointPair::new(ImagePoint::new(handle.0, handle.1), ImagePoint::new(target.0, target.1))
}

/// Radii of 3 and 8 pixels on a 64-pixel image.
pub(crate) fn settings(method: Method) -> DragSettings {
    DragSettings { r1: 24.0, r2: 64.0, ..DragSettings::for_method(method) }
}

pub(crate) fn blobs(points: Vec<PointPair>, settings: DragSettings) -> DragSession {
    let zeros = Latent::from_array(ArrayD::zeros(IxDyn(&[3])).view(), 4, 3).expect("a latent");
    DragSession::new(Box::new(FieldModel::windowed(Blobs::new())), zeros, points, settings).expect("a session")
}

pub(crate) fn tanh_geometry() -> Geometry {
    naive::geometry((64, 64), (16, 16), 6)
}

pub(crate) fn tanh(points: Vec<PointPair>, settings: DragSettings, windowed: bool) -> DragSession {
    let geometry = tanh_geometry();
    let start = latent(&geometry, 4);
    let field = Tanh::new(geometry);
    let model = if windowed { FieldModel::windowed(field) } else { FieldModel::new(field) };
    DragSession::new(Box::new(model), start, points, settings).expect("a session")
}

pub(crate) fn half_mask() -> Mask {
    Mask::from_gray(&Array2::from_shape_fn((64, 64), |(y, _)| if y < 30 { 1.0 } else { 0.0 }))
}

#[test]
fn a_drag_brings_the_thing_to_its_target() {
    for (method, space) in [
        (Method::Reference, Space::WPlus),
        (Method::Reference, Space::W),
        (Method::Paper, Space::WPlus),
        (Method::Paper, Space::W),
    ] {
        let target = (42.0, 20.0);
        let mut session = blobs(vec![pair(Blobs::CENTRE, target)], DragSettings { space, ..settings(method) });
        let mut seen = 0;
        let reason = session.run(&Cancel::new(), |_| seen += 1).expect("a drag");
        assert_eq!(reason, StopReason::Reached, "{method:?} {space:?}");
        let (x, y) = Blobs::centre(&session.latent().ws().mapv(f64::from));
        let (missing, off) =
            ((x - target.0).hypot(y - target.1), ImagePoint::new(x, y).distance(session.points()[0].handle));
        assert!(
            missing < 2.5 && off < 1.0,
            "{method:?} {space:?}: at ({x}, {y}), tracked at {:?}",
            session.points()[0].handle
        );
        assert!(seen > 5 && seen < 60 && session.steps() + 1 == seen, "{method:?} {space:?}: {seen} steps");
    }
}

#[test]
fn sub_pixel_handles_keep_their_phase_as_published() {
    let handle = (Blobs::CENTRE.0 + 0.25, Blobs::CENTRE.1 - 0.5);
    let mut session = blobs(vec![pair(handle, (40.25, 27.5))], settings(Method::Paper));
    session
        .run(&Cancel::new(), |report| {
            assert_eq!(report.points[0].handle.x.fract(), 0.25);
            assert_eq!(report.points[0].handle.y.fract(), 0.5);
        })
        .expect("a drag");
    assert!(session.points()[0].distance() <= 1.0);
}

#[test]
fn windows_and_the_whole_map_drag_alike() {
    let points = vec![
        pair((0.0, 0.0), (9.0, 5.0)),
        pair((63.0, 63.0), (50.0, 63.0)),
        pair((63.0, 20.0), (70.0, 8.0)),
        pair((31.0, 0.0), (31.0, 20.0)),
    ];
    for method in [Method::Reference, Method::Paper] {
        let mut windowed = tanh(points.clone(), settings(method), true);
        let mut whole = tanh(points.clone(), settings(method), false);
        for step in 1..=6 {
            let (a, b) = (windowed.step(&Cancel::new()).expect("a step"), whole.step(&Cancel::new()).expect("a step"));
            assert!(a.windowed && !b.windowed);
            assert_eq!(a.points, b.points, "{method:?} step {step}");
            let (loss, expected) = (a.loss.expect("a loss").total(), b.loss.expect("a loss").total());
            assert!((loss - expected).abs() < 1e-5 * expected, "{method:?} step {step}: {loss} {expected}");
            let difference =
                (windowed.latent().into_ws() - whole.latent().into_ws()).mapv(f32::abs).into_iter().fold(0.0, f32::max);
            assert!(difference < 2e-6, "{method:?} step {step}: {difference}");
        }
    }
}

/// The first gradient, through the model, against finite differences of the loss spelled out at image size.
#[test]
fn the_gradient_of_the_first_step() {
    let geometry = tanh_geometry();
    let field = Tanh::new(geometry.clone());
    let start = latent(&geometry, 4).into_ws().mapv(f64::from);
    let (handle, target) = (ImagePoint::new(20.0, 33.0), ImagePoint::new(40.0, 28.0));
    for (method, space) in
        [(Method::Reference, Space::WPlus), (Method::Reference, Space::W), (Method::Paper, Space::WPlus)]
    {
        let mut session = tanh(vec![PointPair::new(handle, target)], DragSettings { space, ..settings(method) }, false);
        session.step(&Cancel::new()).expect("a step");
        let found = session.gradient().expect("a gradient");
        let rows = if space == Space::W { 1 } else { geometry.rows };
        let full = |parameter: &Array3<f64>| {
            let mut ws = start.clone();
            for row in 0..geometry.rows {
                ws.row_mut(row).assign(&parameter.index_axis(ndarray::Axis(0), 0).row(row.min(rows - 1)));
            }
            naive::resize(&field.features(ws.view()), 64, 64)
        };
        let at = Array3::from_shape_fn((1, rows, geometry.w_dim), |(_, row, column)| start[[row, column]]);
        let fixed = full(&at);
        let expected = naive::finite_differences(&at, |parameter| match method {
            Method::Reference => naive::reference_motion(&full(parameter), &fixed, handle, target, 3.0),
            _ => naive::paper_motion(&full(parameter), &fixed, handle, target, 3),
        });
        let scale = expected.iter().fold(0.0_f64, |scale, value| scale.max(value.abs()));
        let difference = naive::largest_difference(found, &expected);
        assert!(difference < 1e-4 * scale, "{method:?} {space:?}: {difference} of {scale}");
    }
}

#[test]
fn a_mask_holds_what_it_covers() {
    for method in [Method::Reference, Method::Paper] {
        let points = vec![pair((30.0, 15.0), (45.0, 18.0))];
        let run = |lambda: f64| {
            let mut session = tanh(points.clone(), DragSettings { lambda, max_steps: 12, ..settings(method) }, true);
            session.set_mask(Some(half_mask())).expect("a mask of the image's size");
            let mut mask_loss = Vec::new();
            session.run(&Cancel::new(), |report| mask_loss.extend(report.loss.map(|loss| loss.mask))).expect("a drag");
            let field = Tanh::new(tanh_geometry());
            let change = field.features(session.latent().ws().mapv(f64::from).view())
                - field.features(session.start().ws().mapv(f64::from).view());
            (change.slice_axis(ndarray::Axis(1), ndarray::Slice::from(8..)).mapv(f64::abs).sum(), mask_loss)
        };
        let (free, none) = run(0.0);
        let (held, losses) = run(20.0);
        assert!(none.iter().all(|&loss| loss == 0.0), "lambda 0 switches the term off");
        assert!(losses[0] == 0.0 && losses[1] > 0.0, "{losses:?}");
        assert!(held < 0.7 * free, "{method:?}: {held} {free}");
    }
}

#[test]
fn the_reference_ignores_a_mask_without_both_extremes() {
    let mut session = tanh(vec![pair((30.0, 15.0), (45.0, 18.0))], settings(Method::Reference), true);
    let soft = Mask::from_weights(&Array2::from_elem((64, 64), 0.5)).expect("weights");
    for mask in [soft, Mask::from_gray(&Array2::ones((64, 64))), Mask::from_gray(&Array2::zeros((64, 64)))] {
        session.set_mask(Some(mask)).expect("a mask of the image's size");
        let report = session.step(&Cancel::new()).expect("a step");
        assert!(report.windowed && report.loss.expect("a loss").mask == 0.0);
    }
}

#[test]
fn regularisation_is_the_mean_difference_from_the_start() {
    let settings = DragSettings { regularisation: 0.5, ..settings(Method::Reference) };
    let mut session = tanh(vec![pair((30.0, 15.0), (45.0, 18.0))], settings, true);
    session.step(&Cancel::new()).expect("a step");
    let difference = session.latent().into_ws() - session.start().ws();
    let expected = 0.5 * f64::from(difference.mapv(f32::abs).mean().expect("not empty"));
    let loss = session.step(&Cancel::new()).expect("a step").loss.expect("a loss");
    assert!((loss.regularisation - expected).abs() < 1e-7, "{} {expected}", loss.regularisation);
}

#[test]
fn a_loss_that_is_not_finite_leaves_the_last_finished_step() {
    let geometry = tanh_geometry();
    let mut model = FieldModel::windowed(Tanh::new(geometry.clone()));
    model.broken_from = 3;
    let points = vec![pair((30.0, 15.0), (45.0, 18.0))];
    let mut session = DragSession::new(Box::new(model), latent(&geometry, 4), points, settings(Method::Reference))
        .expect("a session");
    for _ in 0..3 {
        session.step(&Cancel::new()).expect("a step");
    }
    let (before, points) = (session.latent(), session.points().to_vec());
    let error = session.step(&Cancel::new()).expect_err("NaN features");
    assert!(matches!(error, DragError::NotFinite { step: 4, .. }), "{error}");
    assert_eq!((session.latent(), session.points(), session.steps()), (before, points.as_slice(), 3));
}

#[test]
fn inputs_that_do_not_fit_are_refused() {
    let geometry = tanh_geometry();
    let model = || Box::new(FieldModel::new(Tanh::new(tanh_geometry())));
    let good = vec![pair((30.0, 15.0), (45.0, 18.0))];
    let new = |start: &Latent, points: Vec<PointPair>, settings: DragSettings| {
        DragSession::new(model(), start.clone(), points, settings)
    };
    let refusal = |result: Result<DragSession, DragError>| result.expect_err("must be refused").to_string();

    let start = latent(&geometry, 4);
    let outside = refusal(new(&start, vec![pair((64.0, 2.0), (0.0, 0.0))], settings(Method::Paper)));
    assert_eq!(outside, "the handle of point 1 is at (64, 2), outside the 64x64 image (0 to 63, 0 to 63)");
    let disabled = PointPair { enabled: false, ..good[0].clone() };
    assert_eq!(
        refusal(new(&start, vec![disabled], settings(Method::Paper))),
        "none of the 1 points is enabled; a drag needs at least one"
    );
    let other = latent(&Geometry { w_dim: 7, ..geometry }, 4);
    assert!(refusal(new(&other, good.clone(), settings(Method::Paper))).starts_with("a latent of shape [4, 7]"));
    let wild = DragSettings { lambda: -1.0, ..settings(Method::Paper) };
    assert_eq!(refusal(new(&start, good.clone(), wild)), "`lambda` is -1; it must be between 0 and 1000");

    let mut session = new(&start, good, settings(Method::Paper)).expect("a session");
    let error = session.set_mask(Some(Mask::from_gray(&Array2::zeros((32, 48))))).expect_err("another size");
    assert_eq!(error.to_string(), "the mask is 48x32 pixels, the image 64x64 (width x height)");
    let cancelled = Cancel::new();
    cancelled.cancel();
    assert!(matches!(session.step(&cancelled), Err(DragError::Cancelled)));
    assert_eq!(session.run(&cancelled, |_| ()).expect("no error"), StopReason::Cancelled);
}

#[test]
fn a_step_needs_a_single_forward() {
    let geometry = tanh_geometry();
    let model = FieldModel::new(Tanh::new(geometry.clone()));
    let forwards = std::sync::Arc::clone(&model.forwards);
    let mut session = DragSession::new(
        Box::new(model),
        latent(&geometry, 4),
        vec![pair((30.0, 15.0), (45.0, 18.0))],
        settings(Method::Paper),
    )
    .expect("a session");
    session.set_mask(Some(half_mask())).expect("a mask");
    for _ in 0..5 {
        session.step(&Cancel::new()).expect("a step");
    }
    assert_eq!(forwards.load(Ordering::Relaxed), 5);
}
