//! The generator in the box: a StyleGAN2 of toy animal heads, 256x256, and what belongs to it.
//!
//! It learned from pictures that a renderer of ours makes (`recipe/` beside this crate has the renderer, the training and
//! its documentation). So every latent has a true picture with known landmarks, and what a drag does can be measured:
//! [`LANDMARK_READER`] finds the landmarks in any picture of such a head, and [`Benchmark`] is what the renderer knows.

mod benchmark;

use std::io;
use std::path::{Path, PathBuf};

pub use benchmark::{Benchmark, BenchmarkError, Pair, Truth};

/// What the generator's file is called, wherever it lies.
pub const FILE: &str = "animals.safetensors";

/// The generator: a checkpoint with NVIDIA's tensor names, float16 (docs/checkpoints.md).
pub const GENERATOR: &[u8] = include_bytes!("../animals.safetensors");

/// What presets know the generator by: the BLAKE3 hash of [`GENERATOR`], 64 hexadecimal digits.
pub const BLAKE3: &str = "b8cf7e79ec2e51a5954808107bf9d5c1e8b267566246a79f6e272badedddf94f";

/// The landmark reader, an ONNX graph: `picture` \[n, 3, 256, 256\] in \[-1, 1\] gives `landmarks` \[n, 35, 2\], x and y in
/// pixels with pixel centres at integers, and `visibility` \[n, 35\] from 0 to 1, in the order of [`Benchmark::landmarks`].
pub const LANDMARK_READER: &[u8] = include_bytes!("../landmarks.onnx");

/// Writes the generator into `folder`, unless it is there, and gives its path.
///
/// # Errors
/// Those of the file system.
pub fn place(folder: &Path) -> io::Result<PathBuf> {
    let path = folder.join(FILE);
    if std::fs::read(&path).is_ok_and(|there| there == GENERATOR) {
        return Ok(path);
    }
    dragfx_export::file::replace(&path, |file| io::Write::write_all(file, GENERATOR))?;
    Ok(path)
}
