//! Pictures from and to files.

use std::collections::BTreeMap;
use std::path::PathBuf;
use std::sync::{Arc, Mutex, PoisonError};

use anyhow::{Context, Result};
use image::{ColorType, DynamicImage, ImageBuffer};
use ofx_host::{ClipInfo, ClipSource, Components, Depth, Picture, PointD, Premultiplication, RectD, RectI, RowOrder};

/// A clip that reads its pictures from files, one for all frames or one for each.
pub(crate) struct Files {
    pattern: String,
    info: ClipInfo,
    region: RectD,
    /// The last few that were read, by their files' names.
    read: Mutex<BTreeMap<String, Arc<Picture>>>,
    /// Whether grey pictures are masks.
    mask: bool,
}

/// So many pictures are kept: effects that look around in time want the same ones again.
const KEPT: usize = 8;

impl Files {
    /// The clip of a file's name, in which `####` stands for a frame's number.
    pub(crate) fn open(pattern: &str, range: (f64, f64), mask: bool) -> Result<Self> {
        let first = load(&name(pattern, range.0), mask)?;
        let info = ClipInfo {
            components: first.components(),
            depth: first.depth(),
            premultiplication: first.premultiplication,
            frame_range: range,
            colourspace: "srgb_tx".to_owned(),
            ..ClipInfo::default()
        };
        let region = first.region_of_definition.to_canonical(PointD::new(1.0, 1.0), 1.0);
        let read = BTreeMap::from([(name(pattern, range.0), Arc::new(first))]);
        Ok(Self { pattern: pattern.to_owned(), info, region, read: Mutex::new(read), mask })
    }

    fn get(&self, time: f64) -> Option<Arc<Picture>> {
        let name = name(&self.pattern, time);
        let mut read = self.read.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(picture) = read.get(&name) {
            return Some(picture.clone());
        }
        let picture = Arc::new(load(&name, self.mask).ok()?);
        if read.len() >= KEPT {
            read.pop_first();
        }
        read.insert(name, picture.clone());
        Some(picture)
    }
}

impl ClipSource for Files {
    fn info(&self) -> ClipInfo {
        self.info.clone()
    }

    fn region_of_definition(&self, time: f64) -> RectD {
        let region = |picture: Arc<Picture>| picture.region_of_definition.to_canonical(PointD::new(1.0, 1.0), 1.0);
        self.get(time).map_or(self.region, region)
    }

    fn picture(&self, time: f64, _scale: PointD, _region: RectD) -> Option<Arc<Picture>> {
        self.get(time)
    }
}

/// The name of a frame's file: the frame's number in place of `####`, with at least as many digits.
pub(crate) fn name(pattern: &str, frame: f64) -> String {
    let Some(start) = pattern.find('#') else { return pattern.to_owned() };
    let digits = pattern[start..].chars().take_while(|char| *char == '#').count();
    format!("{}{:0digits$}{}", &pattern[..start], frame.round() as i64, &pattern[start + digits..])
}

/// Reads a picture. A grey one for a mask is alpha alone.
fn load(file: &str, mask: bool) -> Result<Picture> {
    let image = image::open(file).with_context(|| format!("{file} cannot be read"))?;
    let bounds = RectI::new(0, 0, i32::try_from(image.width())?, i32::try_from(image.height())?);
    let deep = matches!(image.color(), ColorType::L16 | ColorType::La16 | ColorType::Rgb16 | ColorType::Rgba16);
    let order = RowOrder::TopDown;
    let mut picture = match (mask && !image.color().has_alpha(), image.color().has_alpha(), deep) {
        (true, ..) => Picture::from_u16(bounds, Components::Alpha, order, &image.into_luma16())?,
        (_, true, true) => Picture::from_u16(bounds, Components::Rgba, order, &image.into_rgba16())?,
        (_, true, false) => Picture::from_u8(bounds, Components::Rgba, order, &image.into_rgba8())?,
        (_, false, true) => Picture::from_u16(bounds, Components::Rgb, order, &image.into_rgb16())?,
        (_, false, false) => Picture::from_u8(bounds, Components::Rgb, order, &image.into_rgb8())?,
    };
    if picture.components() == Components::Rgba {
        picture.premultiplication = Premultiplication::Unpremultiplied;
    }
    Ok(picture)
}

/// Writes a picture with 8 bits, or with 16 if it is deeper and the file can have them. Alpha alone becomes grey.
pub(crate) fn save(file: &str, picture: &Picture) -> Result<()> {
    let straight = picture.with_premultiplication(Premultiplication::Unpremultiplied)?;
    let (width, height) = (u32::try_from(picture.bounds().width())?, u32::try_from(picture.bounds().height())?);
    let count = picture.components().count();
    let pixels = straight.to_rgba(RowOrder::TopDown);
    let numbers = pixels.iter().flat_map(|pixel| if count == 1 { &pixel[3..] } else { &pixel[..count] });
    let deep = picture.depth() != Depth::Byte && file.to_lowercase().ends_with(".png");
    let image = if deep {
        let numbers: Vec<u16> = numbers.map(|number| (number.clamp(0.0, 1.0) * 65535.0 + 0.5) as u16).collect();
        match picture.components() {
            Components::Rgba => ImageBuffer::from_raw(width, height, numbers).map(DynamicImage::ImageRgba16),
            Components::Rgb => ImageBuffer::from_raw(width, height, numbers).map(DynamicImage::ImageRgb16),
            Components::Alpha => ImageBuffer::from_raw(width, height, numbers).map(DynamicImage::ImageLuma16),
        }
    } else {
        let numbers: Vec<u8> = numbers.map(|number| (number.clamp(0.0, 1.0) * 255.0 + 0.5) as u8).collect();
        match picture.components() {
            Components::Rgba => ImageBuffer::from_raw(width, height, numbers).map(DynamicImage::ImageRgba8),
            Components::Rgb => ImageBuffer::from_raw(width, height, numbers).map(DynamicImage::ImageRgb8),
            Components::Alpha => ImageBuffer::from_raw(width, height, numbers).map(DynamicImage::ImageLuma8),
        }
    };
    let image = image.context("the picture has as many numbers as its size wants")?;
    // Beside its place first, so that nobody reads half of it.
    let ending = PathBuf::from(file).extension().map(|ending| ending.to_string_lossy().into_owned());
    let beside = format!("{file}.part.{}", ending.unwrap_or_default());
    image.save(&beside).with_context(|| format!("{file} cannot be written"))?;
    std::fs::rename(&beside, file).with_context(|| format!("{file} cannot be written"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn frames_stand_in_names() {
        let rows =
            [("a.png", 7.0, "a.png"), ("a.####.png", 7.0, "a.0007.png"), ("#", 123.0, "123"), ("f##g", -2.0, "f-2g")];
        let wrong: Vec<_> = rows.iter().filter(|(pattern, frame, is)| name(pattern, *frame) != *is).collect();
        assert!(wrong.is_empty(), "{wrong:?}");
    }

    #[test]
    fn pictures_come_back_from_files_as_they_were() {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("a.png").to_string_lossy().into_owned();
        let numbers: Vec<u8> = (0..24).map(|number| number * 10).collect();
        let bounds = RectI::new(0, 0, 3, 2);
        let mut picture = Picture::from_u8(bounds, Components::Rgba, RowOrder::BottomUp, &numbers).unwrap();
        picture.premultiplication = Premultiplication::Unpremultiplied;
        save(&file, &picture).unwrap();
        let back = load(&file, false).unwrap();
        assert_eq!(back.to_rgba(RowOrder::BottomUp), picture.to_rgba(RowOrder::BottomUp));
        assert_eq!(back.premultiplication, Premultiplication::Unpremultiplied);
        assert!(load("nowhere.png", false).is_err());
    }
}
