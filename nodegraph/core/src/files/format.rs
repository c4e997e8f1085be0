//! The formats of picture files, and what can be chosen about them.

use std::path::Path;

use super::FileError;
use crate::value::{Image, MaskImage, Transfer};

/// File name endings of the pictures that can be written.
pub const ENDINGS: &[&str] = &["png", "jpg", "jpeg", "exr"];

/// A format of picture files.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Format {
    /// Portable Network Graphics: 8 or 16 bits, straight alpha.
    Png,
    /// JPEG: 8 bits, no alpha.
    Jpeg,
    /// OpenEXR: floats proportional to light, premultiplied.
    Exr,
}

/// What the alpha of a file has done to its colours.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Alpha {
    /// Nothing: the colour is that of what covers the pixel.
    Straight,
    /// The colours are multiplied by it.
    Premultiplied,
}

/// How a file is read. By default as its format is meant.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct ReadOptions {
    /// How its colours are encoded; by default [`Transfer::Linear`] in OpenEXR, [`Transfer::Srgb`] in the others.
    pub transfer: Option<Transfer>,
    /// What its alpha has done to its colours; by default [`Alpha::Premultiplied`] in OpenEXR, [`Alpha::Straight`] in the
    /// others.
    pub alpha: Option<Alpha>,
}

/// How numbers are stored in a file.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Depth {
    /// What is usual for the format: 8 bits in PNG and JPEG, half floats in OpenEXR.
    #[default]
    Auto,
    /// Whole numbers of 8 bits: PNG, JPEG.
    Eight,
    /// Whole numbers of 16 bits: PNG.
    Sixteen,
    /// Floats of 16 bits, up to 65504: OpenEXR.
    Half,
    /// Floats of 32 bits: OpenEXR.
    Float,
}

/// How a file is written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct WriteOptions {
    /// How numbers are stored.
    pub depth: Depth,
    /// Quality of JPEG, 1 to 100; what lies outside is cut off.
    pub quality: u8,
}

/// What is written to a file.
#[derive(Clone, Copy, Debug)]
pub enum Picture<'a> {
    /// A picture in colour.
    Image(&'a Image),
    /// Weights, written as they are: grey, 0 is black and 1 is white.
    Mask(&'a MaskImage),
}

/// Texts that travel inside a picture file.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Tags {
    /// The graph that made the picture, as JSON. JPEG has no room for it.
    pub graph: Option<String>,
    /// What the picture was made of, as a hash: an equal digest means an equal picture.
    pub digest: Option<String>,
}

impl Format {
    /// The format of a file of that name.
    ///
    /// # Errors
    /// [`FileError::Format`] if no picture is written under it.
    pub fn of_name(path: &Path) -> Result<Self, FileError> {
        let ending = path.extension().unwrap_or_default().to_string_lossy().to_lowercase();
        match &*ending {
            "png" => Ok(Self::Png),
            "jpg" | "jpeg" => Ok(Self::Jpeg),
            "exr" => Ok(Self::Exr),
            _ => Err(FileError::Format { path: path.to_owned(), known: ENDINGS }),
        }
    }

    /// The format of a file that begins with these bytes.
    pub(super) fn of_content(head: &[u8]) -> Option<Self> {
        let magic: [(&[u8], Self); 3] =
            [(b"\x89PNG\r\n\x1a\n", Self::Png), (b"\xff\xd8\xff", Self::Jpeg), (b"\x76\x2f\x31\x01", Self::Exr)];
        magic.into_iter().find(|(magic, _)| head.starts_with(magic)).map(|(_, format)| format)
    }

    /// How files of the format are encoded, unless somebody knows better.
    pub(super) fn transfer(self) -> Transfer {
        if self == Self::Exr { Transfer::Linear } else { Transfer::Srgb }
    }

    /// What alpha does to colours in files of the format, unless somebody knows better.
    pub(super) fn alpha(self) -> Alpha {
        if self == Self::Exr { Alpha::Premultiplied } else { Alpha::Straight }
    }

    /// The names of its depths.
    fn depths(self) -> &'static [&'static str] {
        match self {
            Self::Png => &["auto", "8", "16"],
            Self::Jpeg => &["auto", "8"],
            Self::Exr => &["auto", "half", "float"],
        }
    }
}

impl Depth {
    /// All depths, the usual one first.
    pub const ALL: [Self; 5] = [Self::Auto, Self::Eight, Self::Sixteen, Self::Half, Self::Float];

    /// What presets call it.
    #[must_use]
    pub fn id(self) -> &'static str {
        match self {
            Self::Auto => "auto",
            Self::Eight => "8",
            Self::Sixteen => "16",
            Self::Half => "half",
            Self::Float => "float",
        }
    }

    /// The depth that presets call `id`.
    #[must_use]
    pub fn of_id(id: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|depth| depth.id() == id)
    }
}

impl Default for WriteOptions {
    /// JPEG quality 92: above it files grow faster than pictures improve.
    fn default() -> Self {
        Self { depth: Depth::Auto, quality: 92 }
    }
}

impl WriteOptions {
    /// The format of a file of that name, if it can be written so: to be asked before any work is done.
    ///
    /// # Errors
    /// [`FileError::Format`] or [`FileError::Depth`].
    pub fn check(&self, path: &Path) -> Result<Format, FileError> {
        let format = Format::of_name(path)?;
        let (depth, known) = (self.depth.id(), format.depths());
        if known.contains(&depth) {
            return Ok(format);
        }
        Err(FileError::Depth { path: path.to_owned(), depth, known })
    }
}
