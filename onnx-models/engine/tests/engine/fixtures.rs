//! Numbers recorded from the official implementation.

use std::fs::File;
use std::path::PathBuf;

use dragfx_engine::adam::Adam;
use dragfx_engine::seed::RandomState;
use ndarray::{Array2, ArrayD, Axis, Ix2};
use ndarray_npy::NpzReader;

struct Case {
    name: String,
    settings: serde_json::Value,
    arrays: NpzReader<File>,
}

fn cases() -> Vec<Case> {
    let folder = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../../tests/fixtures");
    let names = ["one-point", "mask-two-points", "w-space", "resnet", "conditional"];
    let open = |name: &str| {
        let path = folder.join(format!("sg2-64-{name}"));
        let settings =
            serde_json::from_reader(File::open(path.with_extension("json")).expect("a settings file")).expect("JSON");
        let arrays = NpzReader::new(File::open(path.with_extension("npz")).expect("an array file")).expect("npz");
        Case { name: name.to_owned(), settings, arrays }
    };
    names.into_iter().map(open).collect()
}

#[test]
fn seeds_give_the_recorded_latents_bit_for_bit() {
    for mut case in cases() {
        let recorded: Array2<f64> = case.arrays.by_name("z").expect("z");
        let seed = case.settings["z_seed"].as_u64().expect("a seed");
        let found = RandomState::new(u32::try_from(seed).expect("32 bits")).randn_vec(recorded.len());
        let same = found.iter().zip(&recorded).all(|(a, b)| a.to_bits() == b.to_bits());
        assert!(same, "{}", case.name);
    }
}

/// Adam's first step, from the recorded gradient to the recorded latent.
#[test]
fn the_first_step_of_adam_is_the_recorded_one() {
    for mut case in cases() {
        let rows = |array: ArrayD<f32>| {
            let columns = *array.shape().last().expect("an axis");
            let length = array.len() / columns;
            array.into_shape_with_order((length, columns)).expect("rows").into_dimensionality::<Ix2>().expect("rows")
        };
        let ws = rows(case.arrays.by_name("ws").expect("ws"));
        let gradient = rows(case.arrays.by_name("grad_first").expect("grad_first"));
        let steps: ArrayD<f32> = case.arrays.by_name("w_after_step").expect("w_after_step");
        let recorded = rows(steps.index_axis(Axis(0), 0).to_owned());
        let mut parameter = ws.slice_axis(Axis(0), ndarray::Slice::from(..gradient.nrows())).to_owned();
        let before = parameter.clone();
        Adam::new(parameter.dim()).update(&mut parameter, &gradient, case.settings["lr"].as_f64().expect("lr"));
        for ((found, expected), before) in parameter.iter().zip(&recorded).zip(&before) {
            // One unit in the last place of the latent, and of the displacement.
            let tolerance = 1.5e-7 * before.abs().max(1.0) + 1e-6 * (expected - before).abs();
            assert!((found - expected).abs() <= tolerance, "{}: {found} {expected}", case.name);
        }
    }
}
