//! Pictures and folders for the tests.

use std::path::{Path, PathBuf};

use dragfx_graph::files::{self, Depth, FileError, Picture, ReadOptions, Tags, WriteOptions};
use dragfx_graph::value::{Image, Transfer};
use ndarray::Array3;
use tempfile::TempDir;

/// A folder that goes away after the test.
pub(crate) struct Folder(TempDir);

impl Folder {
    pub(crate) fn new() -> Self {
        Self(tempfile::tempdir().expect("a temporary folder"))
    }

    pub(crate) fn path(&self) -> &Path {
        self.0.path()
    }

    pub(crate) fn file(&self, name: &str) -> PathBuf {
        self.0.path().join(name)
    }

    /// A file of that name with these bytes.
    pub(crate) fn holds(&self, name: &str, bytes: &[u8]) -> PathBuf {
        let path = self.file(name);
        std::fs::write(&path, bytes).expect("the temporary folder takes files");
        path
    }
}

/// A picture in which every value is different, and none but alpha can be told from its place by luck.
pub(crate) fn gradient(height: usize, width: usize, alpha: bool) -> Image {
    let count = (height * width * 3) as f32;
    let pixels = Array3::from_shape_fn((height, width, 4), |(y, x, channel)| match channel {
        3 if alpha => (x + 1) as f32 / width as f32,
        3 => 1.0,
        _ => ((y * width + x) * 3 + channel) as f32 / count,
    });
    Image::new(pixels, Transfer::Srgb)
}

pub(crate) fn options(depth: Depth) -> WriteOptions {
    WriteOptions { depth, ..WriteOptions::default() }
}

pub(crate) fn tags() -> Tags {
    Tags { graph: Some("{\"nodes\":[\"Größe 寸法\"]}".to_owned()), digest: Some("0123abcd".repeat(8)) }
}

/// Writes an image without tags and gives the bytes of the file.
pub(crate) fn bytes_of(path: &Path, image: &Image, depth: Depth) -> Vec<u8> {
    files::write(path, Picture::Image(image), &options(depth), &Tags::default()).expect("it is written");
    std::fs::read(path).expect("it was written")
}

pub(crate) fn read(path: &Path) -> Image {
    files::read(path, &ReadOptions::default()).expect("it is read")
}

/// Why a file is refused; it must be for its content.
pub(crate) fn refusal(path: &Path) -> String {
    match files::read(path, &ReadOptions::default()) {
        Err(FileError::Content { reason, .. }) => reason,
        other => panic!("{} gives {:?}", path.display(), other.map(|image| image.size())),
    }
}

/// The largest difference of two pictures of one size.
pub(crate) fn distance(a: &Image, b: &Image) -> f32 {
    assert_eq!((a.size(), a.transfer()), (b.size(), b.transfer()));
    a.pixels().iter().zip(b.pixels()).map(|(a, b)| (a - b).abs()).fold(0.0, f32::max)
}
