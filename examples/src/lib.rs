//! What the examples share: a generator that needs no download, and pictures as PNG files.

use std::path::{Path, PathBuf};

use anyhow::{Context, Result};
use dragfx_engine::Generator;
use dragfx_export::pack::import_cached;
use dragfx_runtime::SessionOptions;
use image::{Rgb, RgbImage};
use ndarray::Array3;

/// A generator: the checkpoint that the first argument names, else the bundled one, toy animals of 256x256.
///
/// # Errors
/// If the checkpoint cannot be imported, or ONNX Runtime is not found (`cargo xtask setup` fetches it).
pub fn generator() -> Result<Generator> {
    let work = root().join("target/examples");
    let checkpoint = match std::env::args_os().nth(1) {
        Some(named) => PathBuf::from(named),
        None => dragfx_bundled::place(&work)?,
    };
    // A checkpoint is imported once; later calls find its pack by the hash of the file.
    let pack = import_cached(&checkpoint, &work, &mut |_| ())?;
    Ok(Generator::open(&pack, &SessionOptions::default())?)
}

/// Writes a picture \[3, height, width\], nominally in \[-1, 1\], as `out/examples/NAME`, and says where that is.
///
/// # Errors
/// If the picture has not three channels, or the file cannot be written.
pub fn save(picture: &Array3<f32>, name: &str) -> Result<PathBuf> {
    let (channels, height, width) = picture.dim();
    anyhow::ensure!(channels == 3, "a picture of {channels} channels, where a PNG file wants red, green and blue");
    // As the official tools do it: 127.5 x + 128, cut off at both ends.
    let byte = |value: f32| (value * 127.5 + 128.0).clamp(0.0, 255.0) as u8;
    let pixel = |x: u32, y: u32| Rgb([0, 1, 2].map(|channel| byte(picture[[channel, y as usize, x as usize]])));
    let image = RgbImage::from_fn(u32::try_from(width)?, u32::try_from(height)?, pixel);
    let folder = root().join("out/examples");
    std::fs::create_dir_all(&folder).with_context(|| format!("can't make {}", folder.display()))?;
    let path = folder.join(name);
    image.save(&path).with_context(|| format!("can't write {}", path.display()))?;
    Ok(path)
}

/// The root of the checkout.
fn root() -> PathBuf {
    let here = Path::new(env!("CARGO_MANIFEST_DIR"));
    here.parent().map_or_else(|| here.to_path_buf(), Path::to_path_buf)
}
