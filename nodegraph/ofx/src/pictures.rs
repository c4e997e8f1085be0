//! Pictures and masks of the graph as pictures of clips, and back.
//!
//! The graph's first row is the top one, OpenFX counts rows from the bottom. A picture lies with its upper left corner in
//! that of the project, so that pictures of different sizes lie on each other as everywhere in the graph. The graph's
//! alpha is straight, that of clips is premultiplied, as plugins have it in compositing programs; opaque pictures are the
//! same in both, to the bit.

use std::sync::Arc;

use dragfx_graph::value::{Image, MaskImage, Transfer, Value};
use ndarray::Array3;
use ofx_host::{
    ClipInfo, ClipSource, Components, Depth, Picture, PictureError, PointD, Premultiplication, RectD, RectI, RowOrder,
};

/// sRGB-encoded colours in the configuration that hosts and plugins agree on.
const SRGB: &str = "srgb_tx";
/// Colours proportional to light, with the primaries of sRGB.
const LINEAR: &str = "lin_rec709_srgb";

/// The pictures that an input of a node has, as a clip's.
pub(crate) struct Frames {
    info: ClipInfo,
    /// Where pictures lie of which nothing is known yet.
    window: RectD,
    pictures: Vec<(f64, Arc<Picture>)>,
}

/// What all clips of an instance have in common.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Setting {
    /// Width and height of the project, pixels.
    pub(crate) size: (usize, usize),
    /// How colours are encoded.
    pub(crate) transfer: Transfer,
    /// The first and the last frame.
    pub(crate) range: (f64, f64),
    /// Frames a second.
    pub(crate) rate: f64,
}

impl Setting {
    /// All pixels of the project.
    pub(crate) fn bounds(self) -> RectI {
        let side = |pixels| i32::try_from(pixels).unwrap_or(i32::MAX);
        RectI::new(0, 0, side(self.size.0), side(self.size.1))
    }
}

impl Frames {
    /// A clip of those values, each at its frame.
    pub(crate) fn new<'v>(
        setting: Setting,
        mask: bool,
        values: impl IntoIterator<Item = (f64, &'v Value)>,
    ) -> Result<Self, PictureError> {
        let pictures = values.into_iter().filter_map(|(frame, value)| {
            let picture = match value {
                Value::Image(image) => of_image(image, setting),
                Value::Mask(mask) => of_mask(mask, setting),
                _ => return None,
            };
            Some(picture.map(|picture| (frame, Arc::new(picture))))
        });
        let info = ClipInfo {
            components: if mask { Components::Alpha } else { Components::Rgba },
            depth: Depth::Float,
            premultiplication: Premultiplication::Premultiplied,
            pixel_aspect: 1.0,
            frame_rate: setting.rate,
            frame_range: setting.range,
            continuous: false,
            colourspace: if mask { "" } else { colourspace(setting.transfer) }.to_owned(),
        };
        let window = setting.bounds().to_canonical(PointD::new(1.0, 1.0), 1.0);
        Ok(Self { info, window, pictures: pictures.collect::<Result<_, _>>()? })
    }

    fn at(&self, time: f64) -> Option<&Arc<Picture>> {
        // A plugin that adds and takes away times is off by the last bits.
        const SAME: f64 = 1e-3;
        let at = |time: f64| self.pictures.iter().find(|(frame, _)| (frame - time).abs() < SAME);
        // Between frames there are no pictures, as the clip says: the nearest one is meant.
        at(time).or_else(|| at(time.round())).map(|(_, picture)| picture)
    }
}

impl ClipSource for Frames {
    fn info(&self) -> ClipInfo {
        self.info.clone()
    }

    fn region_of_definition(&self, time: f64) -> RectD {
        let one = PointD::new(1.0, 1.0);
        let known = self.at(time).or_else(|| self.pictures.first().map(|(_, picture)| picture));
        known.map_or(self.window, |picture| picture.bounds().to_canonical(one, 1.0))
    }

    fn picture(&self, time: f64, _scale: PointD, _region: RectD) -> Option<Arc<Picture>> {
        self.at(time).cloned()
    }
}

/// The name of an encoding.
pub(crate) fn colourspace(transfer: Transfer) -> &'static str {
    match transfer {
        Transfer::Srgb => SRGB,
        Transfer::Linear => LINEAR,
    }
}

/// The encoding of an output: that of its colour space if it is one of ours, else the one that pictures went in with.
pub(crate) fn transfer_of(colourspace: &str, otherwise: Transfer) -> Transfer {
    match colourspace {
        SRGB => Transfer::Srgb,
        LINEAR => Transfer::Linear,
        _ => otherwise,
    }
}

/// The pixels of a picture of that size, placed in the project.
fn place((height, width): (usize, usize), setting: Setting) -> RectI {
    let side = |pixels| i32::try_from(pixels).unwrap_or(i32::MAX);
    let top = side(setting.size.1);
    RectI::new(0, top - side(height), side(width), top)
}

fn of_image(image: &Image, setting: Setting) -> Result<Picture, PictureError> {
    let bounds = place(image.size(), setting);
    let encoded = (image.transfer() != setting.transfer).then(|| image.clone().encoded(setting.transfer));
    let pixels = encoded.as_ref().unwrap_or(image).pixels();
    let premultiplied = pixels.rows().into_iter().flat_map(|pixel| {
        let alpha = pixel[3];
        [pixel[0] * alpha, pixel[1] * alpha, pixel[2] * alpha, alpha]
    });
    let numbers: Vec<f32> = premultiplied.collect();
    Picture::from_f32(bounds, Components::Rgba, RowOrder::TopDown, &numbers)
}

fn of_mask(mask: &MaskImage, setting: Setting) -> Result<Picture, PictureError> {
    let numbers: Vec<f32> = mask.weights().iter().copied().collect();
    Picture::from_f32(place(mask.size(), setting), Components::Alpha, RowOrder::TopDown, &numbers)
}

/// The image that a picture is. Where it has no alpha it is opaque; where alpha is 0, colours stay as they are, as in files.
pub(crate) fn to_image(picture: &Picture, transfer: Transfer) -> Image {
    let straight = |pixel: [f32; 4]| match (picture.premultiplication, pixel) {
        (Premultiplication::Opaque, [r, g, b, _]) => [r, g, b, 1.0],
        (Premultiplication::Premultiplied, [r, g, b, a]) if a != 0.0 && a != 1.0 => [r / a, g / a, b / a, a],
        _ => pixel,
    };
    let pixels: Vec<f32> = picture.to_rgba(RowOrder::TopDown).into_iter().flat_map(straight).collect();
    let (height, width) = (picture.bounds().height(), picture.bounds().width());
    let pixels = Array3::from_shape_vec((height, width, 4), pixels).expect("as many numbers as the picture has");
    Image::new(pixels, transfer)
}

#[cfg(test)]
mod tests {
    use ndarray::Array2;

    use super::*;

    fn setting(transfer: Transfer) -> Setting {
        Setting { size: (3, 2), transfer, range: (1.0, 1.0), rate: 24.0 }
    }

    fn image(alpha: f32) -> Image {
        let number = |(y, x, channel)| if channel == 3 { alpha } else { (y * 3 + x + channel) as f32 / 7.0 };
        Image::new(Array3::from_shape_fn((2, 3, 4), number), Transfer::Srgb)
    }

    #[test]
    fn pictures_go_there_and_back() {
        let rows = [(1.0, 0.0), (0.5, 0.0), (0.3, 1e-6), (0.0, 1.0)];
        for (alpha, most) in rows {
            let image = image(alpha);
            let back = to_image(&of_image(&image, setting(Transfer::Srgb)).unwrap(), Transfer::Srgb);
            let worst = back.pixels().iter().zip(image.pixels()).map(|(a, b)| (a - b).abs()).fold(0.0, f32::max);
            assert!(worst <= most, "alpha {alpha}: {worst}");
        }
    }

    #[test]
    fn the_top_row_stays_on_top() {
        let picture = of_image(&image(1.0), setting(Transfer::Srgb)).unwrap();
        assert_eq!(picture.pixel(0, 1)[0], 0.0);
        assert_eq!(picture.pixel(2, 0)[0], 5.0 / 7.0);
        let large = Setting { size: (4, 4), ..setting(Transfer::Srgb) };
        assert_eq!(of_image(&image(1.0), large).unwrap().bounds(), RectI::new(0, 2, 3, 4));
    }

    #[test]
    fn clips_have_their_frames_and_one_encoding() {
        let values = [(1.0, Value::Image(image(1.0).into())), (4.0, Value::Image(image(0.5).into()))];
        let values = values.iter().map(|(frame, value)| (*frame, value));
        let frames = Frames::new(setting(Transfer::Linear), false, values).unwrap();
        let at = |time| frames.picture(time, PointD::new(1.0, 1.0), RectD::default());
        let alpha = |time| at(time).map(|picture| picture.pixel(0, 0)[3]);
        assert_eq!([4.000_01, 4.4, 1.0, 4.6, 2.0].map(alpha), [Some(0.5), Some(0.5), Some(1.0), None, None]);
        assert_eq!(frames.info().colourspace, LINEAR);
        let linear = at(1.0).unwrap().pixel(2, 0)[0];
        assert!((linear - image(1.0).encoded(Transfer::Linear).pixels()[(1, 2, 0)]).abs() < 1e-6, "{linear}");
    }

    #[test]
    fn masks_are_alpha() {
        let mask = Value::Mask(MaskImage::new(Array2::from_shape_fn((2, 3), |(y, _)| y as f32)).into());
        let frames = Frames::new(setting(Transfer::Srgb), true, [(1.0, &mask)]).unwrap();
        let picture = frames.picture(1.0, PointD::new(1.0, 1.0), RectD::default()).unwrap();
        assert_eq!(
            (picture.components(), picture.pixel(0, 1)[3], picture.pixel(0, 0)[3]),
            (Components::Alpha, 0.0, 1.0)
        );
    }

    #[test]
    fn encodings_are_known_by_name() {
        for transfer in [Transfer::Srgb, Transfer::Linear] {
            assert_eq!(transfer_of(colourspace(transfer), Transfer::Srgb), transfer);
            assert_eq!(transfer_of("ofx_scene_log", transfer), transfer);
        }
    }
}
