//! The mask term at the sizes of a 1024-pixel generator: 1024x1024 image, 256 channels of 128x128, half the image fixed.
//!
//! Random differences are the worst case: nearly every cell has corners of both signs. Smooth ones are what a drag meets.

use std::hint::black_box;

use criterion::{Criterion, criterion_group, criterion_main};
use dragfx_engine::mask_term::MaskTerm;
use dragfx_engine::seed::RandomState;
use dragfx_engine::{Geometry, Tap};
use ndarray::{Array2, Array3};

fn mask_term(criterion: &mut Criterion) {
    let tap = Tap { index: 5, height: 128, width: 128, channels: 256 };
    let geometry = Geometry { image_height: 1024, image_width: 1024, num_ws: 18, w_dim: 512, rows: 6, tap };
    let fixed = Array2::from_shape_fn((1024, 1024), |(_, x)| if x < 512 { 1.0 } else { 0.0 });
    let term = MaskTerm::new(&geometry, &fixed);
    let start = Array3::<f32>::zeros((256, 128, 128));
    let mut random = RandomState::new(1);
    let rough = Array3::from_shape_simple_fn((256, 128, 128), || random.random_sample() as f32 - 0.5);
    let smooth = Array3::from_shape_fn((256, 128, 128), |(c, y, x)| {
        ((c + y) as f32 * 0.2).sin() * ((2 * c + x) as f32 * 0.15).cos()
    });
    let mut gradient = Array3::<f32>::zeros((256, 128, 128));
    for (name, features) in [("rough", &rough), ("smooth", &smooth)] {
        criterion.bench_function(&format!("mask term 1024, half fixed, {name}"), |bencher| {
            bencher.iter(|| term.add(black_box(features), &start, 1e-8, &mut gradient));
        });
    }
    criterion.bench_function("mask preparation 1024", |bencher| {
        bencher.iter(|| MaskTerm::new(&geometry, black_box(&fixed)));
    });
}

criterion_group! { name = benches; config = Criterion::default().sample_size(10); targets = mask_term }
criterion_main!(benches);
