//! Pictures: from what the network returns to files, with their settings inside.

use std::io::Write;
use std::path::Path;

use anyhow::{Result, anyhow};
use dragfx_graph::value::{Image, Transfer};
use image::codecs::jpeg::JpegEncoder;
use image::{DynamicImage, ExtendedColorType, GrayAlphaImage, GrayImage, ImageEncoder, RgbImage, RgbaImage};
use ndarray::{Array2, ArrayView3};
use serde_json::Value;

use crate::exit::Invalid;
use crate::save;

/// JPEG quality: above it files grow faster than pictures improve.
const JPEG_QUALITY: u8 = 92;

/// \[channels, h, w\], nominally in \[-1, 1\], as 8-bit pixels: x · 127.5 + 128, cut to 0..255, as the official tools do.
pub(crate) fn to_image(picture: &ArrayView3<'_, f32>) -> Result<DynamicImage> {
    let (channels, height, width) = picture.dim();
    let pixels = picture.permuted_axes([1, 2, 0]);
    let bytes: Vec<u8> = pixels.iter().map(|&x| (x * 127.5 + 128.0).clamp(0.0, 255.0) as u8).collect();
    let (w, h) = (u32::try_from(width)?, u32::try_from(height)?);
    let image = match channels {
        1 => GrayImage::from_raw(w, h, bytes).map(DynamicImage::from),
        2 => GrayAlphaImage::from_raw(w, h, bytes).map(DynamicImage::from),
        3 => RgbImage::from_raw(w, h, bytes).map(DynamicImage::from),
        4 => RgbaImage::from_raw(w, h, bytes).map(DynamicImage::from),
        _ => None,
    };
    image.ok_or_else(|| anyhow!("a picture of {channels} channels has no file format"))
}

/// A picture of the graph over black, as 8-bit pixels.
pub(crate) fn opaque(image: &Image) -> Result<RgbImage> {
    let (height, width) = image.size();
    let shown = image.clone().encoded(Transfer::Srgb);
    let byte = |value: f32| (value * 255.0 + 0.5).clamp(0.0, 255.0) as u8;
    let shown = shown.pixels();
    let pixels = shown.rows().into_iter().flat_map(|pixel| {
        let alpha = pixel[3].clamp(0.0, 1.0);
        [0, 1, 2].map(|channel| byte(pixel[channel] * alpha))
    });
    let image = RgbImage::from_raw(u32::try_from(width)?, u32::try_from(height)?, pixels.collect());
    image.ok_or_else(|| anyhow!("the picture has another size than its pixels"))
}

/// Pictures of one size side by side, row by row; what is left of the last row is black.
pub(crate) struct Grid {
    columns: u32,
    rows: u32,
    count: u32,
    canvas: Option<DynamicImage>,
}

/// The largest JPEG.
const MOST_JPEG_PIXELS: u64 = 65_535;

impl Grid {
    /// A grid for `count` pictures, in about as many columns as rows unless told otherwise.
    pub(crate) fn new(count: usize, columns: Option<u32>) -> Result<Self> {
        let usual = (count as f64).sqrt().ceil() as u32;
        let columns = columns.unwrap_or(usual).clamp(1, u32::try_from(count.max(1))?);
        Ok(Self { columns, rows: u32::try_from(count)?.div_ceil(columns), count: 0, canvas: None })
    }

    /// Refuses a grid of pictures of `size` pixels that the format of `path` cannot hold.
    pub(crate) fn check(&self, path: &Path, size: usize) -> Result<()> {
        let longest = u64::from(self.columns.max(self.rows)) * size as u64;
        if extension(path) != "png" && longest > MOST_JPEG_PIXELS {
            let message = format!("{longest} pixels are more than a JPEG holds; write a .png");
            return Err(anyhow!(Invalid(message)));
        }
        Ok(())
    }

    /// Puts the next picture in its place.
    pub(crate) fn add(&mut self, picture: &DynamicImage) {
        let (width, height) = (picture.width(), picture.height());
        let size = (self.columns * width, self.rows * height);
        let canvas = self.canvas.get_or_insert_with(|| DynamicImage::new(size.0, size.1, picture.color()));
        let (x, y) = (self.count % self.columns * width, self.count / self.columns * height);
        image::imageops::replace(canvas, picture, i64::from(x), i64::from(y));
        self.count += 1;
    }

    /// The whole.
    pub(crate) fn finish(self) -> Result<DynamicImage> {
        self.canvas.ok_or_else(|| anyhow!("a grid without pictures"))
    }
}

/// Refuses a path whose picture format cannot be written, before any work is done.
pub(crate) fn check_path(path: &Path, formats: &[&str]) -> Result<()> {
    let extension = extension(path);
    if formats.contains(&extension.as_str()) {
        return Ok(());
    }
    let message = format!("{}: the file name must end in .{}", path.display(), formats.join(", ."));
    Err(anyhow!(Invalid(message)))
}

/// File name endings of the pictures that can be written.
pub(crate) const FORMATS: &[&str] = &["png", "jpg", "jpeg"];

/// The ending of a file name, in small letters, without its dot.
pub(crate) fn extension(path: &Path) -> String {
    path.extension().unwrap_or_default().to_string_lossy().to_lowercase()
}

/// Writes a PNG, with `settings` as text in it, or a JPEG.
pub(crate) fn save(path: &Path, image: &DynamicImage, settings: &Value) -> Result<()> {
    save::file(path, |to| match extension(path).as_str() {
        "png" => png(to, image, settings),
        _ => {
            // JPEG has no alpha.
            let image = image.to_rgb8();
            let encoder = JpegEncoder::new_with_quality(to, JPEG_QUALITY);
            Ok(encoder.write_image(&image, image.width(), image.height(), ExtendedColorType::Rgb8)?)
        }
    })
}

fn png(to: &mut dyn Write, image: &DynamicImage, settings: &Value) -> Result<()> {
    let mut encoder = png::Encoder::new(to, image.width(), image.height());
    encoder.set_color(match image {
        DynamicImage::ImageLuma8(_) => png::ColorType::Grayscale,
        DynamicImage::ImageLumaA8(_) => png::ColorType::GrayscaleAlpha,
        DynamicImage::ImageRgba8(_) => png::ColorType::Rgba,
        _ => png::ColorType::Rgb,
    });
    encoder.set_depth(png::BitDepth::Eight);
    encoder.set_source_srgb(png::SrgbRenderingIntent::Perceptual);
    encoder.add_text_chunk("Software".to_owned(), concat!("DragFX ", env!("CARGO_PKG_VERSION")).to_owned())?;
    encoder.add_itxt_chunk("dragfx".to_owned(), settings.to_string())?;
    let mut writer = encoder.write_header()?;
    writer.write_image_data(image.as_bytes())?;
    Ok(writer.finish()?)
}

/// Reads a mask: luminance \[h, w\] from 0 (black) to 255.
pub(crate) fn read_mask(path: &Path) -> Result<Array2<u8>> {
    let invalid = |error: &dyn std::fmt::Display| Invalid(format!("can't read the mask {}: {error}", path.display()));
    let reader = image::ImageReader::open(path).map_err(|error| invalid(&error))?;
    let reader = reader.with_guessed_format().map_err(|error| invalid(&error))?;
    let image = reader.decode().map_err(|error| invalid(&error))?;
    // What is painted as transparency would be read as the colour below it.
    if image.color().has_alpha() && image.to_luma_alpha8().pixels().any(|pixel| pixel[1] < 255) {
        return Err(anyhow!(invalid(&"it has transparency; paint black what must stay, and white what may change")));
    }
    let gray = image.to_luma8();
    let shape = (gray.height() as usize, gray.width() as usize);
    Ok(Array2::from_shape_vec(shape, gray.into_raw())?)
}

#[cfg(test)]
mod tests {
    use ndarray::Array3;

    use super::*;

    #[test]
    fn values_become_pixels_as_in_the_official_tools() {
        let picture = Array3::from_shape_vec((1, 1, 5), vec![-1.1, -1.0, 0.0, 0.99, 5.0]).expect("five pixels");
        let image = to_image(&picture.view()).expect("one channel");
        assert_eq!(image.as_bytes(), [0, 0, 128, 254, 255]);
        assert!(to_image(&Array3::zeros((5, 2, 2)).view()).is_err());
    }

    #[test]
    fn a_grid_goes_row_by_row() {
        let mut grid = Grid::new(3, Some(2)).expect("a grid");
        for value in [10, 20, 30] {
            grid.add(&DynamicImage::from(GrayImage::from_pixel(1, 1, image::Luma([value]))));
        }
        assert_eq!(grid.finish().expect("pictures").as_bytes(), [10, 20, 30, 0]);
        assert!(Grid::new(1, None).expect("a grid").check(Path::new("x.jpg"), 70_000).is_err());
    }
}
