//! OpenEXR, reading.

use std::io::{BufRead, Read, Seek};

use exr::block::reader::ChunksReader;
use exr::block::{self, UncompressedBlock};
use exr::math::Vec2;
use exr::meta::MetaData;
use exr::meta::attribute::{AttributeValue, SampleType};
use exr::meta::header::Header;
use exr::prelude::f16;
use ndarray::{Array3, ArrayViewMut3};

use super::exr_write::{DIGEST, GRAPH};
use super::{Fault, MAX_PIXELS, MAX_TEXT, Tags, check_finite, check_size};

/// The largest block of pixels that is decompressed at once, bytes: a tile as large as the largest picture, of four floats.
const MAX_BLOCK: usize = MAX_PIXELS * 16;

/// For each channel of a layer the channels of the picture that it is.
type Places = Vec<&'static [usize]>;

/// The pixels of the display window, `[height, width, 4]`, premultiplied as they are in the file.
pub(super) fn pixels(file: impl BufRead + Seek) -> Result<Array3<f32>, Fault> {
    let reader = block::read(file, false)?;
    let found = reader.headers().iter().enumerate().find_map(|(layer, header)| Some((layer, places(header)?)));
    let (layer, places) = found.ok_or_else(|| Fault::Content("no layer has channels R, G and B, or Y".to_owned()))?;
    let header = &reader.headers()[layer];
    check(header)?;
    let window = header.shared_attributes.display_window;
    // Where the layer's first pixel lies in the display window.
    let offset = [
        i64::from(header.own_attributes.layer_position.0) - i64::from(window.position.0),
        i64::from(header.own_attributes.layer_position.1) - i64::from(window.position.1),
    ];
    let mut pixels = Array3::zeros((window.size.1, window.size.0, 4));
    let has_alpha = places.iter().any(|place| place.contains(&3));
    let header = header.clone();
    let whole = |block: &block::BlockIndex| block.layer == layer && block.level == Vec2(0, 0);
    let chunks = reader.filter_chunks(false, |_, _, block| whole(&block))?;
    let mut blocks = chunks.sequential_decompressor(false);
    while let Some(block) = blocks.decompress_next_block() {
        let block = block?;
        // The place of a block stands beside its pixels too, and need not agree with the table.
        if !whole(&block.index) {
            return Err(Fault::Content("its table of blocks is wrong".to_owned()));
        }
        place(&block, &header, &places, offset, has_alpha, &mut pixels.view_mut());
    }
    check_finite(&pixels.view())?;
    Ok(pixels)
}

/// The texts in the header.
pub(super) fn tags(file: impl Read) -> Result<Tags, Fault> {
    let meta = MetaData::read_from_buffered(file.take(MAX_TEXT as u64), false)?;
    let text = |name: &str| {
        let attributes = meta
            .headers
            .iter()
            .flat_map(|header| header.shared_attributes.other.iter().chain(&header.own_attributes.other));
        let found = attributes.into_iter().find_map(|(key, value)| match value {
            AttributeValue::Text(text) if key.as_slice() == name.as_bytes() => Some(text),
            _ => None,
        });
        let text = found.map(|text| String::from_utf8(text.as_slice().to_vec()));
        text.transpose().map_err(|_| Fault::Content(format!("its attribute {name} is no UTF-8 text")))
    };
    Ok(Tags { graph: text(GRAPH)?, digest: text(DIGEST)? })
}

/// Which channels of a layer are read, if it has a picture: R, G, B or Y, and A, or the first group of names `group.R` that
/// has them.
fn places(header: &Header) -> Option<Places> {
    let names: Vec<_> = header.channels.list.iter().map(|channel| channel.name.to_string()).collect();
    let group = |name: &str| name.rfind('.').map_or(String::new(), |dot| name[..=dot].to_owned());
    let groups = std::iter::once(String::new()).chain(names.iter().map(|name| group(name)));
    groups.into_iter().find_map(|group| {
        let has = |channel: &str| names.iter().any(|name| *name == format!("{group}{channel}"));
        let wanted: &[(&str, &'static [usize])] = if ["R", "G", "B"].into_iter().all(has) {
            &[("R", &[0]), ("G", &[1]), ("B", &[2]), ("A", &[3])]
        } else if has("Y") && !has("RY") && !has("BY") {
            &[("Y", &[0, 1, 2]), ("A", &[3])]
        } else {
            return None;
        };
        let place = |name: &String| {
            let channel = name.strip_prefix(&group)?;
            wanted.iter().find(|(wanted, _)| *wanted == channel).map(|(_, place)| *place)
        };
        Some(names.iter().map(|name| place(name).unwrap_or(&[])).collect())
    })
}

/// Refuses what cannot be read, or would take too much memory.
fn check(header: &Header) -> Result<(), Fault> {
    let (layer, window) = (header.layer_size, header.shared_attributes.display_window.size);
    check_size(layer.0, layer.1)?;
    check_size(window.0, window.1)?;
    if header.channels.list.iter().any(|channel| channel.sampling != Vec2(1, 1)) {
        return Err(Fault::Content("it has channels of less than full resolution".to_owned()));
    }
    if header.max_block_byte_size() > MAX_BLOCK {
        return Err(Fault::Content("its tiles are too large".to_owned()));
    }
    Ok(())
}

/// Copies a block to where it lies in the display window; what lies outside is left out.
fn place(
    block: &UncompressedBlock,
    header: &Header,
    places: &Places,
    offset: [i64; 2],
    has_alpha: bool,
    pixels: &mut ArrayViewMut3<'_, f32>,
) {
    let (height, width, _) = pixels.dim();
    let inside = |at: i64, size: usize| usize::try_from(at).ok().filter(|at| *at < size);
    for line in block.lines(&header.channels) {
        let index = line.location;
        let Some(y) = inside(index.position.1 as i64 + offset[1], height) else { continue };
        let to = places[index.channel];
        if to.is_empty() {
            continue;
        }
        let first = index.position.0 as i64 + offset[0];
        let values = values(line.value, header.channels.list[index.channel].sample_type);
        for (at, value) in (first..).zip(values) {
            let Some(x) = inside(at, width) else { continue };
            to.iter().for_each(|channel| pixels[[y, x, *channel]] = value);
            // Without an alpha channel the layer covers all of its pixels, and none besides.
            if !has_alpha {
                pixels[[y, x, 3]] = 1.0;
            }
        }
    }
}

/// The samples of a line, as decompression leaves them: in the machine's order of bytes.
fn values(bytes: &[u8], kind: SampleType) -> Vec<f32> {
    match kind {
        SampleType::F16 => bytes.as_chunks().0.iter().map(|bytes| f16::from_ne_bytes(*bytes).to_f32()).collect(),
        SampleType::F32 => bytes.as_chunks().0.iter().map(|bytes| f32::from_ne_bytes(*bytes)).collect(),
        SampleType::U32 => bytes.as_chunks().0.iter().map(|bytes| u32::from_ne_bytes(*bytes) as f32).collect(),
    }
}
