//! JPEG.

use std::io::{Cursor, Read};

use image::codecs::jpeg::{JpegDecoder, JpegEncoder};
use image::{ExtendedColorType, ImageEncoder};
use ndarray::Array3;

use super::integers::{Samples, decode};
use super::{Fault, MAX_TEXT, Picture, Tags, read_all};

/// What the comment with the digest begins with.
const DIGEST: &str = "dragfx-digest ";

/// The largest JPEG file that is read, bytes: more than the largest picture ever takes.
const MAX_BYTES: usize = 1 << 30;

/// Markers, each after a byte of ones.
const START: u8 = 0xd8;
const END: u8 = 0xd9;
const SCAN: u8 = 0xda;
const COMMENT: u8 = 0xfe;

/// A marker of a file and the bytes that belong to it.
struct Segment<'a> {
    marker: u8,
    payload: &'a [u8],
}

/// The pixels, `[height, width, 4]`, 0 to 1.
pub(super) fn pixels(file: impl Read) -> Result<Array3<f32>, Fault> {
    let bytes = read_all(file, MAX_BYTES)?;
    let decoder = JpegDecoder::new(Cursor::new(&bytes))?;
    // The decoder paints grey where the file ends too early.
    if !segments(&bytes).any(|segment| segment.marker == END) {
        return Err(Fault::Content("it ends too early".to_owned()));
    }
    decode(decoder)
}

/// The digest; nothing else is kept in a JPEG.
pub(super) fn tags(file: impl Read) -> Result<Tags, Fault> {
    // The comment stands at the beginning, before a picture of whatever size.
    let mut bytes = Vec::new();
    file.take(MAX_TEXT as u64).read_to_end(&mut bytes)?;
    let digest = segments(&bytes)
        .take_while(|segment| segment.marker != SCAN)
        .filter(|segment| segment.marker == COMMENT)
        .find_map(|segment| std::str::from_utf8(segment.payload).ok()?.strip_prefix(DIGEST));
    Ok(Tags { graph: None, digest: digest.map(str::to_owned) })
}

/// A JPEG of that quality.
pub(super) fn encode(picture: Picture<'_>, quality: u8, tags: &Tags) -> Result<Vec<u8>, Fault> {
    let samples = Samples::of(picture)?.over_black();
    let color = if samples.channels == 1 { ExtendedColorType::L8 } else { ExtendedColorType::Rgb8 };
    let mut picture = Vec::new();
    let encoder = JpegEncoder::new_with_quality(&mut picture, quality.clamp(1, 100));
    encoder.write_image(&samples.bytes(), samples.width, samples.height, color)?;
    let Some(digest) = &tags.digest else { return Ok(picture) };
    let comment = format!("{DIGEST}{digest}");
    // A length counts itself.
    let length = u16::try_from(comment.len() + 2).map_err(|_| Fault::Content("the digest is too long".to_owned()))?;
    let (start, rest) = picture.split_at(2);
    Ok([start, &[0xff, COMMENT], &length.to_be_bytes(), comment.as_bytes(), rest].concat())
}

/// The segments of a file, in order, up to its end or to where it is no JPEG any more. The coded pixels after a scan's header
/// are passed over.
fn segments(bytes: &[u8]) -> impl Iterator<Item = Segment<'_>> {
    let mut at = 0;
    let mut ended = false;
    std::iter::from_fn(move || {
        if ended {
            return None;
        }
        // Between segments there are fill bytes at most; after a scan's header there are its pixels, in which a byte of ones
        // is followed by zero or by a restart.
        let marker = loop {
            let ones = at + bytes.get(at..)?.iter().position(|byte| *byte == 0xff)?;
            let marker = *bytes.get(ones + 1)?;
            at = ones + 1;
            if !matches!(marker, 0 | 0xd0..=0xd7 | 0xff) {
                break marker;
            }
        };
        at += 1;
        ended = marker == END;
        if marker == START || ended {
            return Some(Segment { marker, payload: &[] });
        }
        let length = u16::from_be_bytes([*bytes.get(at)?, *bytes.get(at + 1)?]);
        let payload = bytes.get(at + 2..at + usize::from(length))?;
        at += usize::from(length);
        Some(Segment { marker, payload })
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn segments_pass_over_coded_pixels() {
        let file =
            b"\xff\xd8\xff\xff\xfe\0\x04hi\xff\xda\0\x03x\x01\xff\0\x02\xff\xd3\x03\xff\xc4\0\x02\xff\xd9\xff\xfe";
        let seen: Vec<_> = segments(file).map(|segment| (segment.marker, segment.payload)).collect();
        let none: &[u8] = b"";
        assert_eq!(seen, [(START, none), (COMMENT, b"hi"), (SCAN, b"x"), (0xc4, none), (END, none)]);
    }

    #[test]
    fn lengths_that_lie_end_the_file() {
        for file in
            [&b"\xff\xd8\xff\xfe\0\x01rest"[..], b"\xff\xd8\xff\xfe\xff\xff", b"\xff\xd8\xff\xfe\0", b"\xff\xd8\xff"]
        {
            assert_eq!(segments(file).count(), 1, "{file:?}");
        }
    }
}
