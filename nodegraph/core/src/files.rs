//! Picture files: reading, writing, sequences, and the texts that travel in them.
//!
//! Whatever is read was made by somebody else: its type is found by content, its size is checked before memory is taken for
//! it, and damage is an error, never a picture that is silently wrong. What is written appears under its name when it is
//! whole, and the same picture makes the same bytes.

mod error;
mod exr_read;
mod exr_write;
mod format;
mod integers;
mod jpeg;
mod portable;
pub mod sequence;
pub mod tracks;

use std::borrow::Cow;
use std::fs::File;
use std::io::{BufReader, Read, Seek, Write};
use std::path::Path;

use dragfx_export::file::replace;
use ndarray::{Array3, ArrayView3};

use self::error::Fault;
pub use self::error::FileError;
pub use self::format::{Alpha, Depth, ENDINGS, Format, Picture, ReadOptions, Tags, WriteOptions};
use crate::value::{Image, MAX_PIXELS, MAX_SIDE, Transfer};

/// The most text that is read from a file, bytes.
pub const MAX_TEXT: usize = 64 << 20;

/// Reads a picture: PNG, JPEG or OpenEXR, whatever its name is.
///
/// PNG and JPEG are turned upright as their Exif data says. Of an animated PNG the first picture is read, of an OpenEXR file
/// the first layer with channels R, G and B, or Y, over its display window, zero where the layer has no pixels.
///
/// # Errors
/// [`FileError::Io`] if the file cannot be read; [`FileError::Content`] if it is no such picture, damaged, incomplete, larger
/// than [`MAX_SIDE`] or [`MAX_PIXELS`], or has a pixel that is no finite number.
pub fn read(path: &Path, options: &ReadOptions) -> Result<Image, FileError> {
    read_picture(path, options).map_err(|fault| fault.reading(path))
}

/// Writes a picture in the format of the file's name, and the folder it lies in.
///
/// PNG and JPEG are sRGB-encoded, OpenEXR is linear. A PNG has straight alpha, or none where all of it is 1; a JPEG shows the
/// picture over black; an OpenEXR file has channels R, G, B, A, multiplied by alpha where that is not 0. A mask is grey.
///
/// # Errors
/// [`FileError::Format`] or [`FileError::Depth`] if there is no such file, [`FileError::Picture`] if the picture has a pixel
/// that is no finite number or is too large for the format, [`FileError::Io`] if it cannot be written.
pub fn write(path: &Path, picture: Picture<'_>, options: &WriteOptions, tags: &Tags) -> Result<(), FileError> {
    let format = options.check(path)?;
    let bytes = encode(format, picture, options, tags).map_err(|fault| fault.writing(path))?;
    let written = replace(path, |out| out.write_all(&bytes));
    written.map_err(|cause| FileError::Io { action: "write", path: path.to_owned(), cause })
}

/// The texts in a picture file, without decoding its pixels; none if there are none.
///
/// # Errors
/// [`FileError::Io`] if the file cannot be read; [`FileError::Content`] if it is no picture, or has more text than
/// [`MAX_TEXT`].
pub fn read_tags(path: &Path) -> Result<Tags, FileError> {
    let read = || {
        let (format, file) = open(path)?;
        match format {
            Format::Png => portable::tags(file),
            Format::Jpeg => jpeg::tags(file),
            Format::Exr => exr_read::tags(file),
        }
    };
    read().map_err(|fault: Fault| fault.reading(path))
}

/// Whether a file is a picture of a format that is read, by its first bytes.
#[must_use]
pub fn is_picture(path: &Path) -> bool {
    open(path).is_ok()
}

fn read_picture(path: &Path, options: &ReadOptions) -> Result<Image, Fault> {
    let (format, file) = open(path)?;
    let mut pixels = match format {
        Format::Png => portable::pixels(file)?,
        Format::Jpeg => jpeg::pixels(file)?,
        Format::Exr => exr_read::pixels(file)?,
    };
    if options.alpha.unwrap_or(format.alpha()) == Alpha::Premultiplied {
        divide_by_alpha(&mut pixels);
    }
    Ok(Image::new(pixels, options.transfer.unwrap_or(format.transfer())))
}

/// Opens a file and finds out its format by its first bytes.
fn open(path: &Path) -> Result<(Format, BufReader<File>), Fault> {
    // Devices and pipes have no end, or keep whoever opens them.
    if !std::fs::metadata(path)?.is_file() {
        return Err(Fault::Content("it is no ordinary file".to_owned()));
    }
    let mut file = BufReader::new(File::open(path)?);
    let mut head = Vec::new();
    file.by_ref().take(8).read_to_end(&mut head)?;
    if head.is_empty() {
        return Err(Fault::Content("it is empty".to_owned()));
    }
    let format = Format::of_content(&head);
    file.rewind()?;
    Ok((format.ok_or_else(|| Fault::Content("it is no PNG, JPEG or OpenEXR file".to_owned()))?, file))
}

fn encode(format: Format, picture: Picture<'_>, options: &WriteOptions, tags: &Tags) -> Result<Vec<u8>, Fault> {
    if let Picture::Image(image) = picture {
        check_finite(&image.pixels())?;
    }
    match format {
        Format::Png => portable::encode(picture, options.depth == Depth::Sixteen, tags),
        Format::Jpeg => jpeg::encode(picture, options.quality, tags),
        Format::Exr => exr_write::encode(picture, options.depth == Depth::Float, tags),
    }
}

/// Refuses a picture that is too large to be read.
fn check_size(width: usize, height: usize) -> Result<(), Fault> {
    if width.max(height) > MAX_SIDE || width.saturating_mul(height) > MAX_PIXELS {
        let most = format!("at most {MAX_SIDE} a side and {MAX_PIXELS} in all are read");
        return Err(Fault::Content(format!("it has {width} x {height} pixels; {most}")));
    }
    if width == 0 || height == 0 {
        return Err(Fault::Content("it has no pixels".to_owned()));
    }
    Ok(())
}

/// Refuses pixels `[height, width, channels]` that are not numbers, or infinite, and names the first.
fn check_finite(pixels: &ArrayView3<'_, f32>) -> Result<(), Fault> {
    match pixels.indexed_iter().find(|(_, value)| !value.is_finite()) {
        Some(((y, x, _), value)) => Err(Fault::Content(format!("the pixel at ({x}, {y}) has the value {value}"))),
        None => Ok(()),
    }
}

/// Makes premultiplied pixels straight. The colour stays where alpha is 0, or too small to divide by.
fn divide_by_alpha(pixels: &mut Array3<f32>) {
    for mut pixel in pixels.rows_mut() {
        let alpha = pixel[3];
        if alpha != 0.0 && (0..3).all(|channel| (pixel[channel] / alpha).is_finite()) {
            (0..3).for_each(|channel| pixel[channel] /= alpha);
        }
    }
}

/// A picture in the encoding of a file.
fn encoded(image: &Image, transfer: Transfer) -> Cow<'_, Image> {
    if image.transfer() == transfer { Cow::Borrowed(image) } else { Cow::Owned(image.clone().encoded(transfer)) }
}

/// Everything in a file of at most `most` bytes.
fn read_all(file: impl Read, most: usize) -> Result<Vec<u8>, Fault> {
    let mut bytes = Vec::new();
    file.take(most as u64 + 1).read_to_end(&mut bytes)?;
    if bytes.len() > most {
        return Err(Fault::Content(format!("it is larger than {most} bytes")));
    }
    Ok(bytes)
}
