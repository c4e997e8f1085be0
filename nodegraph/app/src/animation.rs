//! Films of a drag: animated GIF and WebP.

use std::io::Write;
use std::path::Path;

use anyhow::{Result, anyhow};
use color_quant::NeuQuant;
use gif::{Encoder, Frame, Repeat};
use image::imageops::{dither, index_colors};
use image::{DynamicImage, RgbImage};
use webp::{AnimEncoder, AnimFrame, WebPConfig};

use crate::{picture, save};

/// File name endings of the films that can be written.
pub(crate) const FORMATS: &[&str] = &["gif", "webp"];

/// Milliseconds of a picture: 20 a second, the fastest that GIF viewers agree on.
const FRAME_MS: u32 = 50;
/// Milliseconds of the first and the last picture, to see where it began and what came of it.
const HOLD_MS: u32 = 1000;
/// Of the GIF's palette: 1 is best and slow, 30 fastest.
const GIF_SPEED: i32 = 10;
const WEBP_QUALITY: f32 = 85.0;

/// Writes a film in the format that the file name asks for. It repeats for ever.
pub(crate) fn save(path: &Path, frames: &[RgbImage]) -> Result<()> {
    save::file(path, |to| match picture::extension(path).as_str() {
        "gif" => gif(to, frames),
        _ => webp(to, frames),
    })
}

fn duration(index: usize, count: usize) -> u32 {
    if index == 0 || index + 1 == count { HOLD_MS } else { FRAME_MS }
}

/// Each picture has a palette of its own, and is dithered: without, smooth shades fall into bands.
fn gif(to: &mut dyn Write, frames: &[RgbImage]) -> Result<()> {
    let first = frames.first().ok_or_else(|| anyhow!("a film without pictures"))?;
    let (width, height) = (u16::try_from(first.width())?, u16::try_from(first.height())?);
    let mut encoder = Encoder::new(to, width, height, &[])?;
    encoder.set_repeat(Repeat::Infinite)?;
    for (index, frame) in frames.iter().enumerate() {
        let mut rgba = DynamicImage::from(frame.clone()).into_rgba8();
        let colors = NeuQuant::new(GIF_SPEED, 256, &rgba);
        dither(&mut rgba, &colors);
        let pixels = index_colors(&rgba, &colors).into_raw();
        let mut picture = Frame::from_palette_pixels(width, height, pixels, colors.color_map_rgb(), None);
        // In hundredths of a second.
        picture.delay = u16::try_from(duration(index, frames.len()) / 10)?;
        encoder.write_frame(&picture)?;
    }
    Ok(())
}

fn webp(to: &mut dyn Write, frames: &[RgbImage]) -> Result<()> {
    let first = frames.first().ok_or_else(|| anyhow!("a film without pictures"))?;
    let mut config = WebPConfig::new().map_err(|()| anyhow!("the WebP library has another version"))?;
    config.quality = WEBP_QUALITY;
    let mut encoder = AnimEncoder::new(first.width(), first.height(), &config);
    encoder.set_loop_count(0);
    let mut time = 0;
    for (index, frame) in frames.iter().enumerate() {
        // The library takes when a picture begins, and gives the last one as long as the one before it: so the last
        // is added twice.
        encoder.add_frame(AnimFrame::from_rgb(frame, frame.width(), frame.height(), i32::try_from(time)?));
        time += duration(index, frames.len());
    }
    if let Some(last) = frames.last() {
        encoder.add_frame(AnimFrame::from_rgb(last, last.width(), last.height(), i32::try_from(time)?));
    }
    let film = encoder.try_encode().map_err(|error| anyhow!("WebP: {error:?}"))?;
    Ok(to.write_all(&film)?)
}
