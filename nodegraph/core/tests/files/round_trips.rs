//! What is written comes back.

use dragfx_graph::files::{self, Depth, FileError, Picture, ReadOptions, Tags, WriteOptions};
use dragfx_graph::value::{Image, MaskImage, Transfer};
use ndarray::{Array2, Array3, Axis};

use crate::support::{Folder, bytes_of, distance, gradient, options, read, tags};

#[test]
fn every_format_and_depth_comes_back() {
    let folder = Folder::new();
    // The largest error: half a step of whole numbers; of half floats about 2^-11 of the value, more after dividing by alpha.
    let cases = [
        ("a.png", Depth::Auto, true, 0.5001 / 255.0),
        ("a.png", Depth::Eight, false, 0.5001 / 255.0),
        ("a.png", Depth::Sixteen, true, 0.5001 / 65_535.0),
        ("a.exr", Depth::Auto, true, 1.1e-3),
        ("a.exr", Depth::Half, false, 5e-4),
        ("a.exr", Depth::Float, true, 1e-6),
    ];
    for (name, depth, alpha, most) in cases {
        let image = gradient(13, 37, alpha);
        let path = folder.file(name);
        bytes_of(&path, &image, depth);
        let back = read(&path);
        let linear = if name == "a.exr" { Transfer::Linear } else { Transfer::Srgb };
        let off = distance(&back, &image.clone().encoded(linear));
        assert!(off <= most, "{name} {depth:?}: {off}");
        bytes_of(&path, &back, depth);
        let moved = distance(&read(&path), &back);
        assert!(moved <= most, "{name} {depth:?} once more: {moved}");
    }
}

#[test]
fn a_jpeg_is_near_and_quality_counts() {
    let folder = Folder::new();
    // Smooth, as photographs are.
    let pixels = Array3::from_shape_fn((64, 48, 4), |(y, x, c)| [x as f32 / 48.0, y as f32 / 64.0, 0.5, 1.0][c]);
    let image = Image::new(pixels, Transfer::Srgb);
    let size = |quality| {
        let path = folder.file("a.jpg");
        let options = WriteOptions { quality, ..WriteOptions::default() };
        files::write(&path, Picture::Image(&image), &options, &Tags::default()).expect("it is written");
        let off = distance(&read(&path), &image);
        assert!(off < if quality == 100 { 0.02 } else { 0.2 }, "quality {quality}: {off}");
        std::fs::metadata(&path).expect("it is there").len()
    };
    assert!(size(5) < size(92) && size(92) < size(100));
}

#[test]
fn a_jpeg_shows_the_picture_over_black() {
    let folder = Folder::new();
    let path = folder.file("a.jpg");
    let pixels = Array3::from_shape_fn((16, 16, 4), |(.., c)| if c == 3 { 0.5 } else { 0.8 });
    bytes_of(&path, &Image::new(pixels, Transfer::Srgb), Depth::Auto);
    let shown = read(&path).pixels()[[8, 8, 1]];
    assert!((shown - 0.4).abs() < 0.01, "{shown}");
}

#[test]
fn masks_are_grey_and_not_encoded() {
    let folder = Folder::new();
    let mask = MaskImage::new(Array2::from_shape_fn((9, 16), |(_, x)| x as f32 / 15.0));
    for (name, depth, most) in [
        ("a.png", Depth::Eight, 0.5001 / 255.0),
        ("a.png", Depth::Sixteen, 0.5001 / 65_535.0),
        ("a.jpg", Depth::Auto, 0.05),
        ("a.exr", Depth::Half, 3e-4),
        ("a.exr", Depth::Float, 0.0),
    ] {
        let path = folder.file(name);
        files::write(&path, Picture::Mask(&mask), &options(depth), &Tags::default()).expect("it is written");
        let image = read(&path);
        for channel in 0..3 {
            let plane = image.pixels().index_axis_move(Axis(2), channel);
            let off = plane.iter().zip(mask.weights()).map(|(a, b)| (a - b).abs()).fold(0.0, f32::max);
            assert!(off <= most, "{name} {depth:?}: {off}");
        }
        assert!(image.pixels().index_axis(Axis(2), 3).iter().all(|alpha| *alpha == 1.0), "{name}");
    }
    let png = std::fs::read(folder.file("a.png")).expect("a PNG");
    assert_eq!(png[25], 0, "the colour type of a grey PNG");
}

#[test]
fn a_png_has_alpha_only_where_there_is_some() {
    let folder = Folder::new();
    for (alpha, color_type) in [(false, 2), (true, 6)] {
        let png = bytes_of(&folder.file("a.png"), &gradient(3, 5, alpha), Depth::Auto);
        assert_eq!(png[25], color_type);
    }
}

#[test]
fn tags_come_back_without_pixels() {
    let folder = Folder::new();
    let image = gradient(40, 40, true);
    for name in ["a.png", "a.exr", "a.jpg"] {
        let path = folder.file(name);
        let picture = Picture::Image(&image);
        files::write(&path, picture, &WriteOptions::default(), &tags()).expect("it is written");
        let expected = if name == "a.jpg" { Tags { graph: None, ..tags() } } else { tags() };
        assert_eq!(files::read_tags(&path).expect("tags"), expected, "{name}");
        assert_eq!(read(&path).size(), (40, 40), "{name}: tags do not disturb the picture");
        // The tags stand in front of the pixels, most of which are cut off here.
        let mut bytes = std::fs::read(&path).expect("it was written");
        bytes.truncate(bytes.len() - 200);
        assert_eq!(files::read_tags(&folder.holds("cut", &bytes)).expect("tags"), expected, "{name} cut");
        files::write(&path, picture, &WriteOptions::default(), &Tags::default()).expect("it is written");
        assert_eq!(files::read_tags(&path).expect("no tags"), Tags::default(), "{name}");
    }
}

#[test]
fn a_graph_of_megabytes_comes_back() {
    let folder = Folder::new();
    let graph: String = (0..400_000).map(|number| format!("{number},")).collect();
    let tags = Tags { graph: Some(graph), digest: None };
    for name in ["a.png", "a.exr"] {
        let path = folder.file(name);
        let image = gradient(2, 2, false);
        files::write(&path, Picture::Image(&image), &WriteOptions::default(), &tags).expect("it is written");
        assert!(files::read_tags(&path).expect("tags") == tags, "{name}");
    }
}

#[test]
fn the_same_picture_makes_the_same_bytes() {
    let folder = Folder::new();
    for name in ["a.png", "a.exr", "a.jpg"] {
        let write = |name: &str| {
            let path = folder.file(name);
            let image = gradient(20, 30, true);
            files::write(&path, Picture::Image(&image), &WriteOptions::default(), &tags()).expect("it is written");
            std::fs::read(path).expect("it was written")
        };
        let first = write(name);
        assert!((0..20).all(|_| write(name) == first), "{name}");
    }
}

#[test]
fn light_without_coverage_comes_back() {
    let folder = Folder::new();
    let mut pixels = Array3::from_elem((1, 2, 4), 0.25);
    pixels[[0, 0, 3]] = 0.0;
    let image = Image::new(pixels, Transfer::Linear);
    let path = folder.file("a.exr");
    bytes_of(&path, &image, Depth::Float);
    assert_eq!(read(&path), image);
    let stored = files::read(&path, &ReadOptions { alpha: Some(files::Alpha::Straight), transfer: None });
    let stored = stored.expect("it is read").into_pixels();
    assert_eq!([stored[[0, 0, 0]], stored[[0, 1, 0]]], [0.25, 0.0625], "in the file");
}

#[test]
fn halves_do_not_become_infinite() {
    let folder = Folder::new();
    let path = folder.file("a.exr");
    let image =
        Image::new(Array3::from_shape_fn((1, 1, 4), |(.., c)| if c == 3 { 1.0 } else { 1e6 }), Transfer::Linear);
    bytes_of(&path, &image, Depth::Half);
    assert_eq!(read(&path).pixels()[[0, 0, 0]], 65_504.0);
    bytes_of(&path, &image, Depth::Float);
    assert_eq!(read(&path).pixels()[[0, 0, 0]], 1e6);
}

#[test]
fn what_cannot_be_written_leaves_the_old_file() {
    let folder = Folder::new();
    let mut pixels = Array3::ones((2, 3, 4));
    pixels[[1, 2, 0]] = f32::NAN;
    let broken = Image::new(pixels, Transfer::Linear);
    for name in ["a.png", "a.exr", "a.jpg"] {
        let path = folder.holds(name, b"old");
        let written = files::write(&path, Picture::Image(&broken), &WriteOptions::default(), &Tags::default());
        let error = written.expect_err("it is no picture").to_string();
        assert!(error.ends_with("the pixel at (2, 1) has the value NaN"), "{error}");
        assert_eq!(std::fs::read(&path).expect("it is there"), b"old");
    }
    let tall = Image::new(Array3::ones((70_000, 1, 4)), Transfer::Linear);
    let written =
        files::write(&folder.file("a.jpg"), Picture::Image(&tall), &WriteOptions::default(), &Tags::default());
    assert!(matches!(written, Err(FileError::Picture { .. })), "{written:?}");
    let image = gradient(2, 2, false);
    let under = folder.file("a.png").join("below-a-file.png");
    let written = files::write(&under, Picture::Image(&image), &WriteOptions::default(), &Tags::default());
    assert!(matches!(written, Err(FileError::Io { action: "write", .. })), "{written:?}");
    let names = std::fs::read_dir(folder.path()).expect("the folder").count();
    assert_eq!(names, 3, "nothing is left behind");
}
