//! A checkpoint of any bytes opens or is refused, and what opens can be read.
//!
//! From `onnx-models/export`: `cargo +nightly fuzz run checkpoint -- -rss_limit_mb=256 -max_len=200000`, with
//! `tests/checkpoint_data` as a first corpus.

#![no_main]

use dragfx_export::checkpoint::Checkpoint;
use libfuzzer_sys::fuzz_target;

fuzz_target!(|data: &[u8]| {
    if let Ok(checkpoint) = Checkpoint::from_bytes("fuzz", data.to_vec()) {
        for (name, shape) in checkpoint.tensors() {
            if let Ok(tensor) = checkpoint.read(name) {
                assert_eq!(tensor.shape(), shape);
            }
        }
        for (name, _) in checkpoint.discriminator_tensors() {
            let _ = checkpoint.read_discriminator(name);
        }
    }
});
