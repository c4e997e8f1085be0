//! What the checkpoint tests share: paths, PyTorch's fingerprints, and a writer of pickles.

#![allow(dead_code, reason = "each test binary uses its own part")]

pub(crate) mod hostile;
pub(crate) mod mutate;
pub(crate) mod pickle;

use std::collections::BTreeMap;
use std::path::PathBuf;

use dragfx_export::checkpoint::Checkpoint;
use ndarray::ArrayD;

pub(crate) fn fixture(name: &str) -> PathBuf {
    PathBuf::from(concat!(env!("CARGO_MANIFEST_DIR"), "/../../tests/fixtures")).join(name)
}

pub(crate) fn data(name: &str) -> PathBuf {
    PathBuf::from(concat!(env!("CARGO_MANIFEST_DIR"), "/tests/checkpoint_data")).join(name)
}

/// What PyTorch reads, by file and tensor: shape and fingerprint (see `checkpoint_data/make.py`).
pub(crate) type Fingerprints = BTreeMap<String, BTreeMap<String, (Vec<usize>, String)>>;

pub(crate) fn fingerprints() -> Fingerprints {
    let text = std::fs::read_to_string(data("fingerprints.json")).expect("fingerprints.json");
    serde_json::from_str(&text).expect("fingerprints.json")
}

pub(crate) fn fingerprint(tensor: &ArrayD<f32>) -> String {
    let sum = tensor
        .iter()
        .zip(1u64..)
        .fold(0u64, |sum, (value, weight)| sum.wrapping_add(u64::from(value.to_bits()).wrapping_mul(weight)));
    format!("{sum:016x}")
}

/// Opens a checkpoint and reads all that it has, as an import would.
pub(crate) fn read_all(checkpoint: &Checkpoint) -> Result<usize, dragfx_export::checkpoint::CheckpointError> {
    let mut values = 0;
    for (name, shape) in checkpoint.tensors() {
        let tensor = checkpoint.read(name)?;
        assert_eq!(tensor.shape(), shape, "{name}");
        values += tensor.len();
    }
    for (name, shape) in checkpoint.discriminator_tensors() {
        let tensor = checkpoint.read_discriminator(name)?;
        assert_eq!(tensor.shape(), shape, "{name}");
        values += tensor.len();
    }
    Ok(values)
}
