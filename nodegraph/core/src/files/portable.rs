//! PNG.

use std::io::{BufRead, Seek};

use image::Limits;
use image::codecs::png::PngDecoder;
use ndarray::Array3;
use png::text_metadata::ITXtChunk;

use super::integers::{Samples, decode};
use super::{Fault, MAX_TEXT, Picture, Tags};
use crate::value::MAX_SIDE;

/// Keyword of the graph's text.
const GRAPH: &str = "dragfx-graph";

/// Keyword of the digest's text.
const DIGEST: &str = "dragfx-digest";

/// What a decoder may take for texts, profiles and rows, bytes.
const MAX_DECODER: u64 = 256 << 20;

/// The pixels, `[height, width, 4]`, 0 to 1.
pub(super) fn pixels(file: impl BufRead + Seek) -> Result<Array3<f32>, Fault> {
    let mut limits = Limits::default();
    limits.max_image_width = Some(MAX_SIDE as u32);
    limits.max_image_height = Some(MAX_SIDE as u32);
    limits.max_alloc = Some(MAX_DECODER);
    decode(PngDecoder::with_limits(file, limits)?)
}

/// The texts before the pixels.
pub(super) fn tags(file: impl BufRead + Seek) -> Result<Tags, Fault> {
    let reader = png::Decoder::new_with_limits(file, png::Limits { bytes: MAX_TEXT }).read_info()?;
    let text = |keyword: &str| {
        let found = reader.info().utf8_text.iter().find(|chunk| chunk.keyword == keyword);
        let text = found.cloned().map(|mut chunk| {
            chunk.decompress_text_with_limit(MAX_TEXT)?;
            chunk.get_text()
        });
        text.transpose()
    };
    Ok(Tags { graph: text(GRAPH)?, digest: text(DIGEST)? })
}

/// A PNG of 8 or 16 bits.
pub(super) fn encode(picture: Picture<'_>, sixteen: bool, tags: &Tags) -> Result<Vec<u8>, Fault> {
    let samples = Samples::of(picture)?;
    let mut bytes = Vec::new();
    let mut encoder = png::Encoder::new(&mut bytes, samples.width, samples.height);
    encoder.set_color(match samples.channels {
        1 => png::ColorType::Grayscale,
        3 => png::ColorType::Rgb,
        _ => png::ColorType::Rgba,
    });
    encoder.set_depth(if sixteen { png::BitDepth::Sixteen } else { png::BitDepth::Eight });
    if samples.channels != 1 {
        encoder.set_source_srgb(png::SrgbRenderingIntent::Perceptual);
    }
    encoder.add_text_chunk("Software".to_owned(), concat!("DragFX ", env!("CARGO_PKG_VERSION")).to_owned())?;
    let mut writer = encoder.write_header()?;
    for (keyword, text) in [(GRAPH, &tags.graph), (DIGEST, &tags.digest)] {
        if let Some(text) = text {
            let mut chunk = ITXtChunk::new(keyword, text);
            chunk.compressed = keyword == GRAPH;
            writer.write_text_chunk(&chunk)?;
        }
    }
    writer.write_image_data(&if sixteen { samples.words() } else { samples.bytes() })?;
    writer.finish()?;
    Ok(bytes)
}
