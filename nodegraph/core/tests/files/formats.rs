//! What others wrote is read as it is meant.

use std::path::Path;

use dragfx_graph::files::{self, Alpha, Depth, FileError, ReadOptions};
use dragfx_graph::value::{Image, Transfer};
use exr::prelude::*;
use ndarray::Array3;

use crate::support::{Folder, bytes_of, gradient, read, refusal};

/// A PNG of that kind with these bytes of pixels.
fn png(
    size: [u32; 2],
    color: png::ColorType,
    depth: png::BitDepth,
    extra: &dyn Fn(&mut png::Info<'_>),
    data: &[u8],
) -> Vec<u8> {
    let mut bytes = Vec::new();
    let mut info = png::Info::with_size(size[0], size[1]);
    (info.color_type, info.bit_depth) = (color, depth);
    extra(&mut info);
    let mut writer = png::Encoder::with_info(&mut bytes, info).and_then(png::Encoder::write_header).expect("a header");
    writer.write_image_data(data).expect("as many bytes as the header says");
    writer.finish().expect("a PNG");
    bytes
}

fn pixel(image: &Image, x: usize, y: usize) -> [f32; 4] {
    [0, 1, 2, 3].map(|channel| image.pixels()[[y, x, channel]])
}

#[test]
fn all_kinds_of_png() {
    use png::{BitDepth, ColorType};
    let folder = Folder::new();
    let third = 85.0 / 255.0;
    let none = |_: &mut png::Info<'_>| {};
    let palette = |info: &mut png::Info<'_>| {
        info.palette = Some(vec![0, 0, 0, 255, 0, 85].into());
        info.trns = Some(vec![255, 85].into());
    };
    let word = f32::from(0x1234_u16) / 65_535.0;
    let cases: [(&str, Vec<u8>, [f32; 4]); 7] = [
        ("grey", png([1, 1], ColorType::Grayscale, BitDepth::Eight, &none, &[85]), [third, third, third, 1.0]),
        ("grey 1", png([1, 1], ColorType::Grayscale, BitDepth::One, &none, &[0x80]), [1.0; 4]),
        (
            "grey 16",
            png([1, 1], ColorType::Grayscale, BitDepth::Sixteen, &none, &[0x12, 0x34]),
            [word, word, word, 1.0],
        ),
        (
            "grey alpha",
            png([1, 1], ColorType::GrayscaleAlpha, BitDepth::Eight, &none, &[255, 85]),
            [1.0, 1.0, 1.0, third],
        ),
        ("palette", png([1, 1], ColorType::Indexed, BitDepth::Eight, &palette, &[1]), [1.0, 0.0, third, third]),
        ("rgb", png([1, 1], ColorType::Rgb, BitDepth::Eight, &none, &[0, 85, 255]), [0.0, third, 1.0, 1.0]),
        (
            "rgba 16",
            png([1, 1], ColorType::Rgba, BitDepth::Sixteen, &none, &[0x12, 0x34, 0, 0, 255, 255, 0, 0]),
            [word, 0.0, 1.0, 0.0],
        ),
    ];
    for (name, bytes, expected) in cases {
        let image = read(&folder.holds(name, &bytes));
        assert_eq!((pixel(&image, 0, 0), image.transfer()), (expected, Transfer::Srgb), "{name}");
    }
}

/// Exif data with an orientation and nothing else.
fn exif(orientation: u8) -> Vec<u8> {
    let mut bytes = b"MM\0\x2a\0\0\0\x08\0\x01\x01\x12\0\x03\0\0\0\x01\0".to_vec();
    bytes.extend([orientation, 0, 0, 0, 0, 0, 0]);
    bytes
}

#[test]
fn pictures_are_turned_upright() {
    let folder = Folder::new();
    // White at the top left corner of the stored picture; where it is in the upright one, by orientation.
    let corners: [(u8, (usize, usize)); 8] = [
        (1, (0, 0)),
        (2, (31, 0)),
        (3, (31, 15)),
        (4, (0, 15)),
        (5, (0, 0)),
        (6, (15, 0)),
        (7, (15, 31)),
        (8, (0, 31)),
    ];
    let mut pixels = Array3::from_shape_fn((16, 32, 4), |(.., c)| if c == 3 { 1.0 } else { 0.0 });
    pixels.slice_mut(ndarray::s![..8, ..8, ..]).fill(1.0);
    let stored = bytes_of(&folder.file("stored.jpg"), &Image::new(pixels, Transfer::Srgb), Depth::Auto);
    for (orientation, (x, y)) in corners {
        let app = [b"Exif\0\0".as_slice(), &exif(orientation)].concat();
        let length = u16::try_from(app.len() + 2).expect("a short segment").to_be_bytes();
        let jpeg = [&stored[..2], b"\xff\xe1", &length, &app, &stored[2..]].concat();
        let image = read(&folder.holds("turned", &jpeg));
        let size = if orientation < 5 { (16, 32) } else { (32, 16) };
        assert_eq!(image.size(), size, "{orientation}");
        for (cx, cy) in [(0, 0), (0, size.0 - 1), (size.1 - 1, 0), (size.1 - 1, size.0 - 1)] {
            let is_white = pixel(&image, cx, cy)[0] > 0.5;
            assert_eq!(is_white, (cx, cy) == (x, y), "orientation {orientation} at ({cx}, {cy})");
        }
    }
    let with_exif = |info: &mut png::Info<'_>| info.exif_metadata = Some(exif(6).into());
    let bytes = png([2, 1], png::ColorType::Grayscale, png::BitDepth::Eight, &with_exif, &[255, 0]);
    let image = read(&folder.holds("turned", &bytes));
    assert_eq!((image.size(), pixel(&image, 0, 0)[0], pixel(&image, 0, 1)[0]), ((2, 1), 1.0, 0.0));
}

#[test]
fn options_override_what_the_format_means() {
    let folder = Folder::new();
    let rgba = |_: &mut png::Info<'_>| {};
    let bytes = png([1, 1], png::ColorType::Rgba, png::BitDepth::Eight, &rgba, &[51, 102, 0, 102]);
    let path = folder.holds("a.exr", &bytes);
    let options = ReadOptions { transfer: Some(Transfer::Linear), alpha: Some(Alpha::Premultiplied) };
    let image = files::read(&path, &options).expect("the type is in the content, not in the name");
    let expected = [0.5, 1.0, 0.0, 0.4];
    let off = pixel(&image, 0, 0).into_iter().zip(expected).map(|(a, b)| (a - b).abs()).fold(0.0, f32::max);
    assert!(off < 1e-6 && image.transfer() == Transfer::Linear, "{image:?}");
}

/// An OpenEXR file of one layer for each list of channels, each a value for all pixels.
fn exr(
    path: &Path,
    size: [usize; 2],
    position: [i32; 2],
    window: [usize; 2],
    layers: &[&[(&str, FlatSamples)]],
    tiles: bool,
) {
    let fill = |samples: &FlatSamples| match samples {
        FlatSamples::F16(value) => FlatSamples::F16(vec![value[0]; size[0] * size[1]]),
        FlatSamples::F32(value) => FlatSamples::F32(vec![value[0]; size[0] * size[1]]),
        FlatSamples::U32(value) => FlatSamples::U32(vec![value[0]; size[0] * size[1]]),
    };
    let layers: Vec<_> = layers
        .iter()
        .enumerate()
        .map(|(number, channels)| {
            let list = channels.iter().map(|(name, samples)| AnyChannel::new(*name, fill(samples))).collect();
            let attributes =
                LayerAttributes::named(&*format!("layer {number}")).with_position(Vec2(position[0], position[1]));
            let blocks = if tiles { Blocks::Tiles(Vec2(8, 8)) } else { Blocks::ScanLines };
            let encoding = Encoding { compression: Compression::PIZ, blocks, line_order: LineOrder::Increasing };
            Layer::new((size[0], size[1]), attributes, encoding, AnyChannels::sort(list))
        })
        .collect();
    let window = IntegerBounds { position: Vec2(10, 20), size: Vec2(window[0], window[1]) };
    let image = exr::image::Image::from_layers(ImageAttributes::new(window), layers);
    image.write().non_parallel().to_file(path).expect("an OpenEXR file");
}

fn half(value: f32) -> FlatSamples {
    FlatSamples::F16(vec![f16::from_f32(value)])
}

#[test]
fn the_data_window_lies_anywhere() {
    let folder = Folder::new();
    let path = folder.file("a.exr");
    let rgb: &[(&str, FlatSamples)] =
        &[("R", half(0.5)), ("G", FlatSamples::F32(vec![2.0])), ("B", FlatSamples::U32(vec![3]))];
    // The display window is 20 x 30 from (10, 20). Size and position of the data, and what it covers of the display window.
    let cases = [
        ([12, 9], [13, 25], (3..15, 5..14)),
        ([40, 50], [0, 10], (0..20, 0..30)),
        ([12, 9], [5, 15], (0..7, 0..4)),
        ([12, 9], [25, 45], (15..20, 25..30)),
        ([12, 9], [-100, 25], (0..0, 0..0)),
    ];
    for ((size, position, (columns, rows)), tiles) in cases.iter().flat_map(|case| [(case, false), (case, true)]) {
        exr(&path, *size, *position, [20, 30], &[rgb], tiles);
        let image = read(&path);
        assert_eq!((image.size(), image.transfer()), ((30, 20), Transfer::Linear));
        for (y, x) in (0..30).flat_map(|y| (0..20).map(move |x| (y, x))) {
            let covered = columns.contains(&x) && rows.contains(&y);
            let expected = if covered { [0.5, 2.0, 3.0, 1.0] } else { [0.0; 4] };
            assert_eq!(pixel(&image, x, y), expected, "({x}, {y}) of {size:?} at {position:?}, tiles: {tiles}");
        }
    }
}

#[test]
fn the_first_layer_with_a_picture_is_read() {
    let folder = Folder::new();
    let path = folder.file("a.exr");
    let depth: &[(&str, FlatSamples)] = &[("Z", half(9.0))];
    let grey: &[(&str, FlatSamples)] = &[("Y", half(0.25)), ("A", half(0.5))];
    let groups: &[(&str, FlatSamples)] =
        &[("a.Z", half(9.0)), ("b.R", half(0.25)), ("b.G", half(0.5)), ("b.B", half(1.0)), ("A", half(0.0))];
    let both: &[(&str, FlatSamples)] = &[
        ("R", half(0.125)),
        ("G", half(0.125)),
        ("B", half(0.125)),
        ("b.R", half(1.0)),
        ("b.G", half(1.0)),
        ("b.B", half(1.0)),
    ];
    /// Layers, each of named channels.
    type Layers<'a> = &'a [&'a [(&'a str, FlatSamples)]];
    let cases: [(Layers<'_>, [f32; 4]); 4] = [
        (&[depth, grey, both], [0.5, 0.5, 0.5, 0.5]),
        (&[depth, both, grey], [0.125, 0.125, 0.125, 1.0]),
        (&[groups], [0.25, 0.5, 1.0, 1.0]),
        (&[both], [0.125, 0.125, 0.125, 1.0]),
    ];
    for (number, (layers, expected)) in cases.into_iter().enumerate() {
        exr(&path, [4, 4], [10, 20], [4, 4], layers, false);
        assert_eq!(pixel(&read(&path), 1, 2), expected, "case {number}");
    }
    exr(&path, [4, 4], [10, 20], [4, 4], &[depth], false);
    assert_eq!(refusal(&path), "no layer has channels R, G and B, or Y");
    let chroma: &[(&str, FlatSamples)] = &[("Y", half(0.5)), ("RY", half(0.5)), ("BY", half(0.5))];
    exr(&path, [4, 4], [10, 20], [4, 4], &[chroma], false);
    assert_eq!(refusal(&path), "no layer has channels R, G and B, or Y");
}

#[test]
fn numbers_that_are_none_are_named() {
    let folder = Folder::new();
    let path = folder.file("a.exr");
    for value in [f32::NAN, f32::INFINITY, f32::NEG_INFINITY] {
        let bad: &[(&str, FlatSamples)] = &[("Y", half(value))];
        exr(&path, [4, 4], [12, 21], [9, 9], &[bad], false);
        assert_eq!(refusal(&path), format!("the pixel at (2, 1) has the value {value}"));
    }
}

#[test]
fn a_file_that_is_not_there_is_not_damaged() {
    let folder = Folder::new();
    let path = folder.file("none.png");
    let is_not_found = |error: FileError| match error {
        FileError::Io { action: "read", cause, .. } => cause.kind() == std::io::ErrorKind::NotFound,
        _ => false,
    };
    assert!(files::read(&path, &ReadOptions::default()).is_err_and(is_not_found));
    assert!(files::read_tags(&path).is_err_and(is_not_found));
    let folder_read = files::read(folder.path(), &ReadOptions::default());
    assert!(matches!(folder_read, Err(FileError::Content { .. })), "{folder_read:?}");
    let gradient = gradient(2, 2, false);
    assert_eq!(
        read(&folder.holds("wrong-name.jpg", &bytes_of(&folder.file("a.png"), &gradient, Depth::Auto))).size(),
        (2, 2)
    );
}
