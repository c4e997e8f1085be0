//! OpenEXR, writing.

use std::io::Cursor;

use exr::compression::Compression;
use exr::image::write::WritableImage;
use exr::image::{AnyChannel, AnyChannels, Blocks, Encoding, FlatSamples, Image as ExrImage, Layer};
use exr::math::Vec2;
use exr::meta::attribute::{AttributeValue, IntegerBounds, LineOrder, Text};
use exr::meta::header::{ImageAttributes, LayerAttributes};
use exr::prelude::f16;

use super::{Fault, Picture, Tags, encoded};
use crate::value::Transfer;

/// The attribute of the graph.
pub(super) const GRAPH: &str = "dragfxGraph";

/// The attribute of the digest.
pub(super) const DIGEST: &str = "dragfxDigest";

/// Name and values of a channel.
type Channel = (&'static str, Vec<f32>);

/// An OpenEXR file of half or full floats, ZIP-compressed.
pub(super) fn encode(picture: Picture<'_>, float: bool, tags: &Tags) -> Result<Vec<u8>, Fault> {
    let ((height, width), channels) = channels(picture);
    let channels = channels.into_iter().map(|(name, values)| AnyChannel::new(name, samples(values, float))).collect();
    let mut attributes = LayerAttributes { software_name: Some(software()), ..LayerAttributes::default() };
    let window = IntegerBounds { position: Vec2(0, 0), size: Vec2(width, height) };
    let mut shared = ImageAttributes::new(window);
    // Custom attributes are written in the order of a hash map. One in each map has no order.
    if let Some(graph) = &tags.graph {
        shared.other.insert(GRAPH.into(), text(graph));
    }
    if let Some(digest) = &tags.digest {
        attributes.other.insert(DIGEST.into(), text(digest));
    }
    let encoding =
        Encoding { compression: Compression::ZIP16, blocks: Blocks::ScanLines, line_order: LineOrder::Increasing };
    let layer = Layer::new((width, height), attributes, encoding, AnyChannels::sort(channels));
    let image = ExrImage { attributes: shared, layer_data: layer };
    let mut bytes = Cursor::new(Vec::new());
    image.write().non_parallel().to_buffered(&mut bytes)?;
    Ok(bytes.into_inner())
}

/// Size and channels of a picture, linear, multiplied by alpha; a mask as it is.
fn channels(picture: Picture<'_>) -> ((usize, usize), Vec<Channel>) {
    let image = match picture {
        Picture::Mask(mask) => return (mask.size(), vec![("Y", mask.weights().iter().copied().collect())]),
        Picture::Image(image) => encoded(image, Transfer::Linear),
    };
    let pixels = image.pixels();
    let plane = |channel: usize| {
        let values = pixels.rows().into_iter().map(move |pixel| match (channel, pixel[3]) {
            // The alpha itself, and light without coverage.
            (3, _) | (_, 0.0) => pixel[channel],
            (_, alpha) => pixel[channel] * alpha,
        });
        values.collect()
    };
    let channels = ["R", "G", "B", "A"].into_iter().enumerate().map(|(channel, name)| (name, plane(channel)));
    (image.size(), channels.collect())
}

/// Halves beyond the largest would be infinite; they are cut off.
fn samples(values: Vec<f32>, float: bool) -> FlatSamples {
    if float {
        return FlatSamples::F32(values);
    }
    let (least, most) = (f16::MIN.to_f32(), f16::MAX.to_f32());
    FlatSamples::F16(values.into_iter().map(|value| f16::from_f32(value.clamp(least, most))).collect())
}

/// Texts of the format are bytes; ours are UTF-8, as everybody's.
fn text(text: &str) -> AttributeValue {
    AttributeValue::Text(Text::from_slice_unchecked(text.as_bytes()))
}

fn software() -> Text {
    concat!("DragFX ", env!("CARGO_PKG_VERSION")).into()
}
