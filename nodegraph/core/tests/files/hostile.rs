//! What is damaged or made to harm is refused: no panic, no wrong picture, no memory for sizes that a file only tells.

use dragfx_graph::files::{self, Depth, Picture, ReadOptions, WriteOptions};

use crate::support::{Folder, bytes_of, gradient, read, refusal, tags};

/// A file of each format and depth, with tags.
fn samples(folder: &Folder) -> Vec<(String, Vec<u8>)> {
    let image = gradient(24, 32, true);
    let kinds = [
        ("png", Depth::Eight),
        ("png", Depth::Sixteen),
        ("jpg", Depth::Eight),
        ("exr", Depth::Half),
        ("exr", Depth::Float),
    ];
    let sample = |(ending, depth): (&str, Depth)| {
        let path = folder.file(&format!("sample.{ending}"));
        let options = WriteOptions { depth, ..WriteOptions::default() };
        files::write(&path, Picture::Image(&image), &options, &tags()).expect("it is written");
        (format!("{ending} {}", depth.id()), std::fs::read(path).expect("it was written"))
    };
    kinds.into_iter().map(sample).collect()
}

#[test]
fn files_that_end_early_are_refused() {
    let folder = Folder::new();
    for (name, bytes) in samples(&folder) {
        // The last chunk of a PNG says only that it is the last.
        let end = if name.starts_with("png") { bytes.len() - 12 } else { bytes.len() };
        for length in (0..end).step_by(7).chain([end - 1]) {
            let path = folder.holds("cut", &bytes[..length]);
            let reason = refusal(&path);
            assert!(!reason.is_empty(), "{name} of {length} bytes");
            // Tags may be whole, missing or refused, but never make it panic.
            let _ = files::read_tags(&path);
        }
    }
}

#[test]
fn changed_bits_never_panic() {
    let folder = Folder::new();
    // A fixed sequence (xorshift), so that a failure can be repeated.
    let mut state = 0x9e37_79b9_7f4a_7c15_u64;
    let mut random = |below: usize| {
        state ^= state << 13;
        state ^= state >> 7;
        state ^= state << 17;
        (state % below as u64) as usize
    };
    for (name, bytes) in samples(&folder) {
        let mut survived = 0;
        for round in 0..600 {
            let mut bytes = bytes.clone();
            // Headers are where sizes stand.
            let reach = if round % 2 == 0 { bytes.len().min(700) } else { bytes.len() };
            for _ in 0..=random(3) {
                bytes[random(reach)] ^= 1 << random(8);
            }
            let path = folder.holds("bits", &bytes);
            survived += usize::from(files::read(&path, &ReadOptions::default()).is_ok());
            let _ = files::read_tags(&path);
        }
        // If nothing were refused, or everything, this test would look at nothing.
        assert!((1..600).contains(&survived), "{name}: {survived} of 600 are read");
    }
}

#[test]
fn what_is_no_picture_says_so() {
    let folder = Folder::new();
    assert_eq!(refusal(&folder.holds("a.png", b"")), "it is empty");
    for bytes in [&b"GIF89a"[..], b"x", &[0; 5000]] {
        let path = folder.holds("a.exr", bytes);
        assert_eq!(refusal(&path), "it is no PNG, JPEG or OpenEXR file");
        let error = files::read_tags(&path).expect_err("no picture has no tags").to_string();
        assert!(error.ends_with("it is no PNG, JPEG or OpenEXR file"), "{error}");
    }
}

/// A chunk of a PNG.
fn chunk(kind: &[u8; 4], data: &[u8]) -> Vec<u8> {
    let mut crc = u32::MAX;
    for byte in kind.iter().chain(data) {
        crc ^= u32::from(*byte);
        for _ in 0..8 {
            crc = (crc >> 1) ^ (0xedb8_8320 & (crc & 1).wrapping_neg());
        }
    }
    let length = u32::try_from(data.len()).expect("a small chunk");
    [&length.to_be_bytes()[..], kind, data, &(!crc).to_be_bytes()].concat()
}

/// A PNG of 1 x 1 pixels with these chunks after its header, or of another size without pixels.
fn png(size: [u32; 2], chunks: &[Vec<u8>]) -> Vec<u8> {
    let header = [&size[0].to_be_bytes()[..], &size[1].to_be_bytes(), &[8, 0, 0, 0, 0]].concat();
    let pixels = b"\x78\x01\x01\x02\x00\xfd\xff\x00\x07\x00\x09\x00\x08";
    let end = [chunk(b"IDAT", pixels), chunk(b"IEND", b"")].concat();
    [b"\x89PNG\r\n\x1a\n".as_slice(), &chunk(b"IHDR", &header), &chunks.concat(), &end].concat()
}

#[test]
fn sizes_that_are_only_told_take_no_memory() {
    let folder = Folder::new();
    assert_eq!(read(&folder.holds("a", &png([1, 1], &[]))).pixels()[[0, 0, 0]], 7.0 / 255.0, "the PNG is sound");
    for size in [[16_385, 1], [1, 16_385], [16_384, 16_384], [0x7fff_ffff, 0x7fff_ffff]] {
        let reason = refusal(&folder.holds("a", &png(size, &[])));
        assert!(reason.contains("pixels") || reason.contains("limit") || reason.contains("size"), "{size:?}: {reason}");
    }
    let exr = bytes_of(&folder.file("a.exr"), &gradient(4, 4, false), Depth::Half);
    for (attribute, width) in [("displayWindow", 20_000_i32), ("displayWindow", i32::MAX), ("dataWindow", 20_000)] {
        let mut bytes = exr.clone();
        let name = [attribute.as_bytes(), b"\0box2i\0"].concat();
        let at = bytes.windows(name.len()).position(|window| window == name).expect("the attribute");
        let x_max = at + name.len() + 4 + 8;
        bytes[x_max..x_max + 4].copy_from_slice(&width.to_le_bytes());
        assert!(!refusal(&folder.holds("a", &bytes)).is_empty(), "{attribute} {width}");
    }
    let mut jpeg = bytes_of(&folder.file("a.jpg"), &gradient(8, 8, false), Depth::Auto);
    let frame = jpeg.windows(2).position(|window| window == b"\xff\xc0").expect("a frame header");
    jpeg[frame + 5..frame + 9].copy_from_slice(&[0xff; 4]);
    assert!(refusal(&folder.holds("a", &jpeg)).contains("65535 x 65535"));
}

#[test]
fn texts_that_unfold_without_end_are_refused() {
    let folder = Folder::new();
    // Zeros shrink to a thousandth: 300 KB become 300 MB.
    let text = compressed_zeros(300 << 20);
    assert!(text.len() < 1 << 20);
    let bomb = chunk(b"iTXt", &[b"dragfx-graph\0\x01\0\0\0".as_slice(), &text].concat());
    let path = folder.holds("a.png", &png([1, 1], &[bomb]));
    let error = files::read_tags(&path).expect_err("a bomb").to_string();
    assert!(error.contains("decompression space"), "{error}");
    assert_eq!(read(&path).size(), (1, 1), "whoever wants the picture only is not harmed");
    let latin = chunk(b"iTXt", b"dragfx-graph\0\0\0\0\0\xff\xfe");
    let path = folder.holds("a.png", &png([1, 1], &[latin]));
    assert!(!matches!(files::read_tags(&path), Ok(tags) if tags.graph.is_some()), "text that is no UTF-8");
}

/// So many zeros, compressed with zlib.
fn compressed_zeros(count: u64) -> Vec<u8> {
    use std::io::{Read, Write};
    let mut encoder = flate2::write::ZlibEncoder::new(Vec::new(), flate2::Compression::best());
    std::io::copy(&mut std::io::repeat(0).take(count), &mut encoder).expect("memory takes everything");
    encoder.flush().and_then(|()| encoder.finish()).expect("memory takes everything")
}
