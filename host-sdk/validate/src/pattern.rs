//! Pictures for plugins to work on.

use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, PoisonError};

use ofx_host::{
    ClipInfo, ClipSource, Components, Depth, Picture, PointD, Premultiplication, RectD, RectI, RowLayout, RowOrder,
};

/// A clip of which no two pixels near each other, and no two frames, are the same.
pub(crate) struct Pattern {
    pub(crate) info: ClipInfo,
    /// Where it is defined, in canonical coordinates.
    pub(crate) region: RectD,
    pub(crate) content: Content,
    /// How many pictures were fetched.
    fetched: AtomicUsize,
    /// What was given out, with what was in it, if that is to be looked at later.
    given: Option<Mutex<Vec<Given>>>,
}

/// A picture that was given out, and the number of what was in it.
type Given = (Arc<Picture>, u64);

/// What is in the pictures.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Content {
    /// Numbers from 0 to 1.
    Ordinary,
    /// Numbers that are none, infinite, huge and negative among ordinary ones. Half and float only.
    Strange,
    /// There are no pictures.
    Nothing,
}

impl Pattern {
    pub(crate) fn new(info: ClipInfo, region: RectD, content: Content) -> Self {
        Self { info, region, content, fetched: AtomicUsize::new(0), given: None }
    }

    /// Keeps what is given out.
    pub(crate) fn keeping(self) -> Self {
        Self { given: Some(Mutex::default()), ..self }
    }

    /// How many pictures were fetched.
    pub(crate) fn fetched(&self) -> usize {
        self.fetched.load(Ordering::Relaxed)
    }

    /// How many of the pictures that were given out are not what they were any more.
    pub(crate) fn altered(&self) -> usize {
        let given = self.given.as_ref().map(|given| given.lock().unwrap_or_else(PoisonError::into_inner));
        given.iter().flat_map(|given| given.iter()).filter(|(picture, was)| sum(picture) != *was).count()
    }

    fn draw(&self, bounds: RectI, time: f64) -> Vec<f32> {
        let straight = self.info.premultiplication == Premultiplication::Unpremultiplied;
        let opaque = self.info.premultiplication == Premultiplication::Opaque;
        let mut numbers = Vec::with_capacity(bounds.width() * bounds.height() * 4);
        for y in bounds.y1..bounds.y2 {
            for x in bounds.x1..bounds.x2 {
                let place = f64::from(x).mul_add(7.0, f64::from(y) * 13.0) + time * 5.0;
                let alpha = if opaque { 1.0 } else { (place.rem_euclid(4.0).floor() + 1.0) / 4.0 };
                let colour = |channel: f64| ((place + channel * 29.0).rem_euclid(64.0) / 64.0) * 0.9 + 0.05;
                let shown = if straight { 1.0 } else { alpha };
                let pixel = [0.0, 1.0, 2.0].map(|channel| (colour(channel) * shown) as f32);
                numbers.extend(pixel);
                numbers.push(alpha as f32);
            }
        }
        if self.content == Content::Strange {
            let strange = [f32::NAN, f32::INFINITY, f32::NEG_INFINITY, f32::MAX, f32::MIN, -1.0, 1e-42, -0.0];
            let places = numbers.iter_mut().step_by(3).zip(strange.iter().cycle());
            places.for_each(|(number, strange)| *number = *strange);
        }
        numbers
    }
}

impl ClipSource for Pattern {
    fn info(&self) -> ClipInfo {
        self.info.clone()
    }

    fn region_of_definition(&self, _time: f64) -> RectD {
        self.region
    }

    fn picture(&self, time: f64, scale: PointD, _region: RectD) -> Option<Arc<Picture>> {
        self.fetched.fetch_add(1, Ordering::Relaxed);
        if self.content == Content::Nothing {
            return None;
        }
        let bounds = self.region.to_pixels(scale, self.info.pixel_aspect);
        let numbers = self.draw(bounds, time);
        let picture = Picture::from_f32(bounds, Components::Rgba, RowOrder::BottomUp, &numbers).ok()?;
        let mut picture = picture.convert(self.info.components, self.info.depth, RowLayout::default()).ok()?;
        picture.premultiplication = match self.info.components {
            Components::Rgb => Premultiplication::Opaque,
            _ => self.info.premultiplication,
        };
        picture.scale = scale;
        picture.pixel_aspect = self.info.pixel_aspect;
        let picture = Arc::new(picture);
        if let Some(given) = &self.given {
            given.lock().unwrap_or_else(PoisonError::into_inner).push((picture.clone(), sum(&picture)));
        }
        Some(picture)
    }
}

/// All bytes of all pixels, from the bottom to the top.
pub(crate) fn bytes(picture: &Picture) -> Vec<u8> {
    let bounds = picture.bounds();
    (bounds.y1..bounds.y2).flat_map(|y| picture.row(y)).copied().collect()
}

/// A number that differs where pictures do: FNV-1a.
fn sum(picture: &Picture) -> u64 {
    bytes(picture)
        .iter()
        .fold(0xcbf2_9ce4_8422_2325, |sum, byte| (sum ^ u64::from(*byte)).wrapping_mul(0x100_0000_01b3))
}

/// A rectangle in words.
pub(crate) fn words(RectI { x1, y1, x2, y2 }: RectI) -> String {
    format!("x {x1} to {x2}, y {y1} to {y2}")
}

/// How many pixels of two pictures of the same bounds differ by more than rounding to bytes does, and one of them.
pub(crate) fn difference(one: &Picture, other: &Picture, exact: bool) -> Option<String> {
    if one.bounds() != other.bounds() {
        return Some(format!("the bounds are {} and {}", words(one.bounds()), words(other.bounds())));
    }
    let tolerance = match one.depth() {
        _ if exact => 0.0,
        Depth::Byte => 1.5 / 255.0,
        Depth::Half => 1.0 / 256.0,
        Depth::Short | Depth::Float => 1e-4,
    };
    // Numbers that are none, and infinite ones, are the same if their bits are.
    let same = |a: f32, b: f32| a.to_bits() == b.to_bits() || (a.is_nan() && b.is_nan()) || (a - b).abs() <= tolerance;
    let RectI { x1, y1, x2, y2 } = one.bounds();
    let places = (y1..y2).flat_map(|y| (x1..x2).map(move |x| (x, y)));
    let wrong: Vec<_> =
        places.filter(|(x, y)| one.pixel(*x, *y).iter().zip(other.pixel(*x, *y)).any(|(a, b)| !same(*a, b))).collect();
    let (x, y) = *wrong.first()?;
    let all = one.bounds().width() * one.bounds().height();
    let (a, b) = (one.pixel(x, y), other.pixel(x, y));
    Some(format!("{} of {all} pixels differ, such as x {x}, y {y}: {a:?} and {b:?}", wrong.len()))
}
