//! Losses and their gradients with respect to features, against the definitions and finite differences.

use dragfx_engine::mask_term::MaskTerm;
use dragfx_engine::seed::RandomState;
use dragfx_engine::supervise::{Patch, Reduction};
use dragfx_engine::{Geometry, ImagePoint};
use ndarray::{Array2, Array3};

use crate::naive;

/// Handles in the middle, at borders and in corners of an image, with targets in several directions.
fn pairs(geometry: &Geometry) -> Vec<(ImagePoint, ImagePoint)> {
    let (right, bottom) = (geometry.image_width as f64 - 1.0, geometry.image_height as f64 - 1.0);
    let point = ImagePoint::new;
    vec![
        (point(6.0, 7.0), point(12.0, 3.0)),
        (point(0.0, 0.0), point(5.0, 9.0)),
        (point(right, bottom), point(right - 7.0, bottom)),
        (point(right, 5.0), point(right + 4.0, 5.0)),
        (point(3.0, bottom), point(3.5, bottom + 9.0)),
    ]
}

#[test]
fn the_official_motion_loss_and_its_gradient() {
    for geometry in naive::geometries() {
        let features = naive::features(&geometry, 20);
        let exact = features.mapv(f64::from);
        let resize = |map: &Array3<f64>| naive::resize(map, geometry.image_height, geometry.image_width);
        let fixed = resize(&exact);
        for (handle, target) in pairs(&geometry) {
            let expected = |map: &Array3<f64>| naive::reference_motion(&resize(map), &fixed, handle, target, 3.0);
            let mut gradient = Array3::zeros(features.raw_dim());
            let patch = Patch::reference(&geometry, handle, target, 3);
            let loss = patch
                .supervise(&geometry, &naive::whole(&geometry, &features), Reduction::Mean, &mut gradient)
                .expect("whole tap");
            assert!((loss - expected(&exact)).abs() < 1e-5, "{handle:?}: {loss} {}", expected(&exact));
            let difference = naive::largest_difference(&gradient, &naive::finite_differences(&exact, expected));
            assert!(difference < 1e-5, "{geometry:?} {handle:?}: {difference}");
        }
    }
}

#[test]
fn the_published_motion_loss_and_its_gradient() {
    for geometry in naive::geometries() {
        let features = naive::features(&geometry, 21);
        let exact = features.mapv(f64::from);
        let resize = |map: &Array3<f64>| naive::resize(map, geometry.image_height, geometry.image_width);
        let fixed = resize(&exact);
        for (handle, target) in pairs(&geometry) {
            let inner =
                ImagePoint::new(handle.x + 0.375, handle.y + 0.25).clamped(geometry.image_width, geometry.image_height);
            for handle in [handle, inner] {
                let expected = |map: &Array3<f64>| naive::paper_motion(&resize(map), &fixed, handle, target, 3);
                let mut gradient = Array3::zeros(features.raw_dim());
                let patch = Patch::paper(&geometry, handle, target, 3);
                let loss = patch
                    .supervise(&geometry, &naive::whole(&geometry, &features), Reduction::Sum, &mut gradient)
                    .expect("whole tap");
                assert!((loss - expected(&exact)).abs() < 1e-3, "{handle:?}: {loss} {}", expected(&exact));
                let difference = naive::largest_difference(&gradient, &naive::finite_differences(&exact, expected));
                assert!(difference < 1e-4, "{geometry:?} {handle:?}: {difference}");
            }
        }
    }
}

/// Masks of a size: half, a disc, soft noise, a single pixel, everything.
fn masks(height: usize, width: usize) -> Vec<(&'static str, Array2<f32>)> {
    let mut random = RandomState::new(3);
    let (y0, x0) = (height as f64 * 0.4, width as f64 * 0.6);
    vec![
        ("half", Array2::from_shape_fn((height, width), |(_, x)| if 2 * x < width { 1.0 } else { 0.0 })),
        (
            "disc",
            Array2::from_shape_fn(
                (height, width),
                |(y, x)| if (y as f64 - y0).hypot(x as f64 - x0) < 7.0 { 0.0 } else { 1.0 },
            ),
        ),
        ("soft", Array2::from_shape_simple_fn((height, width), || random.random_sample() as f32)),
        (
            "corner",
            Array2::from_shape_fn((height, width), |(y, x)| if y + 1 == height && x + 1 == width { 1.0 } else { 0.0 }),
        ),
        ("all", Array2::ones((height, width))),
    ]
}

#[test]
fn the_mask_term_and_its_gradient() {
    for geometry in naive::geometries() {
        let (height, width) = (geometry.image_height, geometry.image_width);
        // Small constant parts in the difference make cells of one sign as well as of both.
        let start = naive::features(&geometry, 30);
        let features = &start + &naive::features(&geometry, 31).mapv(|value| 0.5 * value + 0.4);
        for (name, fixed) in masks(height, width) {
            let then = start.mapv(f64::from);
            let expected = |now: &Array3<f64>| {
                let difference = naive::resize(&(now - &then), height, width);
                0.01 * difference
                    .outer_iter()
                    .flat_map(|plane| {
                        plane.iter().zip(&fixed).map(|(d, m)| d.abs() * f64::from(*m)).collect::<Vec<_>>()
                    })
                    .sum::<f64>()
            };
            let term = MaskTerm::new(&geometry, &fixed);
            let mut gradient = Array3::zeros(features.raw_dim());
            let loss = term.add(&features, &start, 0.01, &mut gradient);
            let now = features.mapv(f64::from);
            assert!(
                (loss - expected(&now)).abs() < 1e-5 * (1.0 + loss),
                "{name} {geometry:?}: {loss} {}",
                expected(&now)
            );
            let difference = naive::largest_difference(&gradient, &naive::finite_differences(&now, expected));
            assert!(difference < 1e-5, "{name} {geometry:?}: {difference}");
        }
    }
}

#[test]
fn without_a_difference_the_mask_term_has_no_gradient() {
    let geometry = naive::geometry((32, 32), (8, 8), 5);
    let features = naive::features(&geometry, 32);
    let mut gradient = Array3::zeros(features.raw_dim());
    let loss = MaskTerm::new(&geometry, &Array2::ones((32, 32))).add(&features, &features, 20.0, &mut gradient);
    assert_eq!(loss, 0.0);
    assert!(gradient.iter().all(|&value| value == 0.0));
}
