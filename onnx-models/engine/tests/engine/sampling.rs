//! Sampling and tracking from the native map against a full resize.

use dragfx_engine::sample::Grid;
use dragfx_engine::seed::RandomState;
use dragfx_engine::track::{Metric, template, track};
use dragfx_engine::{FeatureMap, Geometry, ImagePoint, Window};
use ndarray::{Array3, ArrayView2, Axis, Slice};
use proptest::prelude::*;

use crate::naive;

/// Positions inside, on and beyond the border, whole and fractional.
fn positions(size: usize) -> Vec<f64> {
    let last = size as f64 - 1.0;
    vec![0.0, 1.0, last, last - 1.0, last / 2.0, 0.25, last - 0.125, -0.5, -3.0, last + 0.75, last + 2.0, 4.6]
}

fn sample_all(geometry: &Geometry, map: &FeatureMap<'_>, ys: &[f64], xs: &[f64]) -> Vec<Vec<f32>> {
    let grid = Grid::new(geometry, ys, xs).on(&map.window).expect("inside the window");
    let mut scratch = Vec::new();
    let sample = |plane: ArrayView2<'_, f32>| {
        let mut out = vec![f32::NAN; grid.len()];
        grid.sample(&plane, &mut scratch, &mut out);
        out
    };
    map.data.outer_iter().map(sample).collect()
}

#[test]
fn samples_equal_a_full_resize() {
    for geometry in naive::geometries() {
        let features = naive::features(&geometry, 7);
        let resized = naive::resize(&features.mapv(f64::from), geometry.image_height, geometry.image_width);
        let (ys, xs) = (positions(geometry.image_height), positions(geometry.image_width));
        let found = sample_all(&geometry, &naive::whole(&geometry, &features), &ys, &xs);
        for (c, channel) in found.iter().enumerate() {
            for (index, &value) in channel.iter().enumerate() {
                let (y, x) = (ys[index / xs.len()], xs[index % xs.len()]);
                let expected = naive::grid_sample(&resized, c, y, x);
                assert!((f64::from(value) - expected).abs() < 2e-5, "{geometry:?} at ({x}, {y}): {value} {expected}");
            }
        }
    }
}

#[test]
fn a_window_gives_the_same_bits_or_an_error() {
    let geometry = naive::geometry((64, 64), (16, 16), 2);
    let features = naive::features(&geometry, 8);
    let window = Window { y: 3, x: 5, height: 6, width: 4 };
    let part = features.slice_axis(Axis(1), Slice::from(3..9));
    let part = FeatureMap { window, data: part.slice_axis(Axis(2), Slice::from(5..9)).reborrow() };
    let (ys, xs) = ([14.5, 20.0, 31.25], [22.0, 30.75]);
    assert_eq!(
        sample_all(&geometry, &part, &ys, &xs),
        sample_all(&geometry, &naive::whole(&geometry, &features), &ys, &xs)
    );
    let error =
        Grid::new(&geometry, &[14.5], &[22.0, 40.0]).on(&window).expect_err("column 40 reads tap column 9 and 10");
    assert_eq!(error.to_string(), "a sample needs tap columns 5 to 10, the window holds 5 to 8");
}

proptest! {
    /// <A x, y> = <x, Aᵀ y>.
    #[test]
    fn scatter_is_the_adjoint_of_sample(
        seed in 0_u32..1000,
        which in 0_usize..5,
        ys in prop::collection::vec(-4.0..50.0_f64, 1..6),
        xs in prop::collection::vec(-4.0..50.0_f64, 1..6),
    ) {
        let geometry = naive::geometries().swap_remove(which);
        let features = naive::features(&geometry, seed);
        let grid = Grid::new(&geometry, &ys, &xs).on(&Window::whole(&geometry.tap)).expect("the whole tap");
        let weights: Vec<f32> = RandomState::new(seed + 1).randn_vec(grid.len()).into_iter().map(|value| value as f32).collect();
        let (mut scratch, mut samples) = (Vec::new(), vec![0.0; grid.len()]);
        let mut back = Array3::<f32>::zeros(features.raw_dim());
        grid.sample(&features.index_axis(Axis(0), 0), &mut scratch, &mut samples);
        grid.scatter(&weights, &mut scratch, &mut back.index_axis_mut(Axis(0), 0));
        let dot = |a: &mut dyn Iterator<Item = (&f32, &f32)>| a.map(|(a, b)| f64::from(*a) * f64::from(*b)).sum::<f64>();
        let forward = dot(&mut samples.iter().zip(&weights));
        let backward = dot(&mut features.index_axis(Axis(0), 0).iter().zip(back.index_axis(Axis(0), 0).iter()));
        prop_assert!((forward - backward).abs() < 1e-4 * (1.0 + forward.abs()), "{forward} {backward}");
    }
}

#[test]
fn tracking_equals_an_exhaustive_search() {
    for (case, geometry) in naive::geometries().into_iter().enumerate() {
        let features = naive::features(&geometry, 9);
        let later = naive::features(&geometry, 10);
        let (height, width) = (geometry.image_height, geometry.image_width);
        let resized = naive::resize(&later.mapv(f64::from), height, width);
        for (x, y) in [(3.0, 4.0), (0.0, 0.0), (width as f64 - 1.0, height as f64 - 1.0), (7.25, 5.5)] {
            let centre = ImagePoint::new(x, y);
            let wanted = template(&geometry, &naive::whole(&geometry, &features), centre).expect("the whole tap");
            for metric in [Metric::L1, Metric::L2] {
                let found = track(&geometry, &naive::whole(&geometry, &later), &wanted, centre, 3, metric)
                    .expect("the whole tap");
                let distance = |point: ImagePoint| {
                    let parts = wanted
                        .iter()
                        .enumerate()
                        .map(|(c, wanted)| naive::grid_sample(&resized, c, point.y, point.x) - f64::from(*wanted));
                    match metric {
                        Metric::L1 => parts.map(f64::abs).sum::<f64>(),
                        Metric::L2 => parts.map(|part| part * part).sum::<f64>().sqrt(),
                    }
                };
                let candidates =
                    (-3..=3).flat_map(|i| (-3..=3).map(move |j| ImagePoint::new(x + f64::from(j), y + f64::from(i))));
                let best = candidates
                    .filter(|point| point.is_inside(width, height))
                    .map(distance)
                    .fold(f64::INFINITY, f64::min);
                assert!((distance(found.point) - best).abs() < 1e-5, "case {case}, {metric:?} at ({x}, {y})");
                assert!((f64::from(found.distance) - best).abs() < 1e-5, "case {case}, {metric:?} at ({x}, {y})");
            }
        }
    }
}

#[test]
fn of_equal_candidates_the_first_in_row_major_order_wins() {
    let geometry = naive::geometry((16, 16), (16, 16), 1);
    let flat = Array3::<f32>::ones((1, 16, 16));
    let found = track(&geometry, &naive::whole(&geometry, &flat), &[1.0], ImagePoint::new(1.0, 8.0), 3, Metric::L2)
        .expect("whole");
    assert_eq!(found.point, ImagePoint::new(0.0, 5.0));
}
