//! Films of a drag: animated GIF and WebP.

use std::io::Write;
use std::path::Path;

use anyhow::{Result, anyhow};
use color_quant::NeuQuant;
use gif::{Encoder, Frame, Repeat};
use image::imageops::{dither, index_colors};
use image::{DynamicImage, RgbImage};

use crate::{picture, save};

/// File name endings of the films that can be written.
pub(crate) const FORMATS: &[&str] = &["gif", "webp"];

/// How long the pictures of a film are seen.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) enum Pace {
    /// 20 pictures a second, and the first and the last for a second, to see where it began and what came of it.
    Showing,
    /// So many pictures a second.
    Rate(f64),
}

/// Milliseconds of a picture that is shown: the fastest that GIF viewers agree on.
const FRAME_MS: u32 = 50;
/// Milliseconds of the first and the last one.
const HOLD_MS: u32 = 1000;
/// Both formats are timed in steps of this many milliseconds: GIF has no finer ones.
const TICK_MS: f64 = 10.0;
/// Of the GIF's palette: 1 is best and slow, 30 fastest.
const GIF_SPEED: i32 = 10;
const WEBP_QUALITY: f32 = 90.0;

/// Pictures of a film, made one by one: a long film at a high resolution does not fit into memory.
pub(crate) type Frames<'a> = &'a mut dyn ExactSizeIterator<Item = Result<RgbImage>>;

/// Writes a film in the format that the file name asks for. It repeats for ever.
pub(crate) fn save(path: &Path, frames: Frames<'_>, pace: Pace) -> Result<()> {
    save::file(path, |to| match picture::extension(path).as_str() {
        "gif" => gif(to, frames, pace),
        _ => webp(to, frames, pace),
    })
}

/// Milliseconds of a picture.
fn duration(pace: Pace, index: usize, count: usize) -> u32 {
    match pace {
        Pace::Showing if index == 0 || index + 1 == count => HOLD_MS,
        Pace::Showing => FRAME_MS,
        Pace::Rate(rate) => {
            // From tick to tick, so that roundings do not add up.
            let tick = |index: usize| (index as f64 * 1000.0 / rate / TICK_MS).round();
            ((tick(index + 1) - tick(index)) * TICK_MS) as u32
        }
    }
}

/// Each picture has a palette of its own, and is dithered: without, smooth shades fall into bands.
fn gif(to: &mut dyn Write, frames: Frames<'_>, pace: Pace) -> Result<()> {
    let count = frames.len();
    let mut encoder: Option<Encoder<&mut dyn Write>> = None;
    let mut to = Some(to);
    for (index, frame) in frames.enumerate() {
        let mut rgba = DynamicImage::from(frame?).into_rgba8();
        let (width, height) = (u16::try_from(rgba.width())?, u16::try_from(rgba.height())?);
        if let Some(to) = to.take() {
            let encoder = encoder.insert(Encoder::new(to, width, height, &[])?);
            encoder.set_repeat(Repeat::Infinite)?;
        }
        let colors = NeuQuant::new(GIF_SPEED, 256, &rgba);
        dither(&mut rgba, &colors);
        let pixels = index_colors(&rgba, &colors).into_raw();
        let mut picture = Frame::from_palette_pixels(width, height, pixels, colors.color_map_rgb(), None);
        // In hundredths of a second.
        picture.delay = u16::try_from(duration(pace, index, count) / 10)?;
        encoder.as_mut().map_or(Ok(()), |encoder| encoder.write_frame(&picture))?;
    }
    Ok(())
}

/// Whole pictures in an animation container (WebP Container Specification, "Extended File Format").
///
/// The library's own animation encoder stores what changed since the picture before, and leaves blocks standing where
/// smooth shades change a little.
fn webp(to: &mut dyn Write, frames: Frames<'_>, pace: Pace) -> Result<()> {
    const ANIMATION: u8 = 0x02;
    const REPLACE: u8 = 0x02;
    let count = frames.len();
    let mut chunks = Vec::new();
    for (index, frame) in frames.enumerate() {
        let frame = frame?;
        let (width, height) = frame.dimensions();
        let size = [u24(width - 1), u24(height - 1)].concat();
        if index == 0 {
            chunks.extend(chunk(b"VP8X", &[&[ANIMATION, 0, 0, 0], &size[..]].concat()));
            // Background colour, then the number of repeats: 0 is for ever.
            chunks.extend(chunk(b"ANIM", &[0; 6]));
        }
        let picture = webp::Encoder::from_rgb(&frame, width, height).encode(WEBP_QUALITY);
        // A file of one picture: its header of 12 bytes, then the chunk wanted.
        let picture = picture.get(12..).ok_or_else(|| anyhow!("the WebP library made no picture"))?;
        let head = [&u24(0)[..], &u24(0), &size, &u24(duration(pace, index, count)), &[REPLACE]].concat();
        chunks.extend(chunk(b"ANMF", &[&head, picture].concat()));
    }
    to.write_all(&chunk(b"RIFF", &[b"WEBP", &chunks[..]].concat()))?;
    Ok(())
}

/// A RIFF chunk: name, length, content, and a byte more where the length is odd.
fn chunk(name: &[u8; 4], content: &[u8]) -> Vec<u8> {
    let mut chunk = [name, &(content.len() as u32).to_le_bytes()[..], content].concat();
    chunk.resize(chunk.len().next_multiple_of(2), 0);
    chunk
}

fn u24(value: u32) -> [u8; 3] {
    let [a, b, c, _] = value.to_le_bytes();
    [a, b, c]
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_film_takes_as_long_as_its_rate_says() {
        for rate in [12.0, 24.0, 25.0, 29.97, 60.0] {
            let total: u32 = (0..600).map(|index| duration(Pace::Rate(rate), index, 600)).sum();
            let expected = 600.0 * 1000.0 / rate;
            assert!((f64::from(total) - expected).abs() <= TICK_MS / 2.0, "{rate}: {total} ms, not {expected}");
        }
        assert_eq!([0, 1, 2].map(|index| duration(Pace::Showing, index, 3)), [1000, 50, 1000]);
    }
}
