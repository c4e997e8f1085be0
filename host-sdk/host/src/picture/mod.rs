//! Pictures: pixels in memory, as clips give them and renders make them.

mod buffer;
mod convert;
mod pixel;

use std::sync::atomic::{AtomicU64, Ordering};

use crate::geometry::{PointD, RectI};
use crate::names::{Components, Depth, Premultiplication};

pub(crate) use buffer::Buffer;

/// A rectangle of pixels with what is to be known of them.
///
/// Coordinates are pixels of OpenFX: y goes up, and `bounds` may lie anywhere. Pixels outside of the bounds are black and
/// transparent. Rows lie in memory as [`RowLayout`] says.
#[derive(Debug)]
pub struct Picture {
    pub(crate) buffer: Buffer,
    /// Where the lowest row begins.
    pub(crate) start: usize,
    pub(crate) row_bytes: isize,
    id: u64,
    bounds: RectI,
    components: Components,
    depth: Depth,
    /// What alpha means.
    pub premultiplication: Premultiplication,
    /// Pixels per canonical unit.
    pub scale: PointD,
    /// How much wider than high a pixel is shown.
    pub pixel_aspect: f64,
    /// All pixels that exist where the picture comes from, of which these are a part.
    pub region_of_definition: RectI,
}

/// Which row is first in memory.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub enum RowOrder {
    /// The lowest, and `rowBytes` is positive.
    #[default]
    BottomUp,
    /// The highest, as image files have it, and `rowBytes` is negative.
    TopDown,
}

/// How rows lie in memory.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub struct RowLayout {
    /// Which row is first.
    pub order: RowOrder,
    /// Bytes after each row that belong to no pixel. The host checks that a plugin leaves them alone, as it does with what
    /// lies before and behind a picture.
    pub padding: usize,
}

/// A picture that cannot be: it has more bytes than memory, or other than its size wants.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum PictureError {
    /// There is not so much memory.
    #[error("a picture of {width} x {height} pixels does not fit into memory")]
    TooLarge {
        /// Pixels from left to right.
        width: usize,
        /// Pixels from bottom to top.
        height: usize,
    },
    /// The numbers are not as many as the pixels want.
    #[error("the picture wants {expected} numbers and was given {found}")]
    Length {
        /// What width, height and components want.
        expected: usize,
        /// What was given.
        found: usize,
    },
}

static NEXT_ID: AtomicU64 = AtomicU64::new(1);
/// What padding is filled with, to see whether somebody writes there.
pub(crate) const PADDING: u8 = 0xA5;

impl Picture {
    /// A black and transparent picture. Its scale is one, pixels are square, and there are none outside of its bounds.
    ///
    /// # Errors
    /// [`PictureError::TooLarge`].
    pub fn new(bounds: RectI, components: Components, depth: Depth, layout: RowLayout) -> Result<Self, PictureError> {
        let (width, height) = (bounds.width(), bounds.height());
        let too_large = PictureError::TooLarge { width, height };
        let row = width.checked_mul(components.count() * depth.bytes());
        // Components stay aligned from row to row whatever padding is asked for.
        let row = row.and_then(|row| row.checked_add(layout.padding)?.checked_next_multiple_of(depth.bytes()));
        let row = row.filter(|row| i32::try_from(*row).is_ok()).ok_or(too_large.clone())?;
        let mut buffer = row.checked_mul(height).and_then(Buffer::zeroed).ok_or(too_large)?;
        let used = width * components.count() * depth.bytes();
        if row > used {
            buffer.bytes_mut()[..row * height].chunks_exact_mut(row).for_each(|row| row[used..].fill(PADDING));
        }
        let (start, row_bytes) = match layout.order {
            RowOrder::BottomUp => (0, row as isize),
            RowOrder::TopDown => (row * height.saturating_sub(1), -(row as isize)),
        };
        let premultiplication = match components {
            Components::Rgb => Premultiplication::Opaque,
            _ => Premultiplication::Premultiplied,
        };
        Ok(Self {
            buffer,
            start,
            row_bytes,
            id: NEXT_ID.fetch_add(1, Ordering::Relaxed),
            bounds,
            components,
            depth,
            premultiplication,
            scale: PointD::new(1.0, 1.0),
            pixel_aspect: 1.0,
            region_of_definition: bounds,
        })
    }

    /// A picture of numbers, row by row; in [0, 1] they are between black and white. See [`new`](Self::new) for the rest.
    ///
    /// # Errors
    /// [`PictureError`].
    pub fn from_f32(
        bounds: RectI,
        components: Components,
        order: RowOrder,
        numbers: &[f32],
    ) -> Result<Self, PictureError> {
        Self::from_numbers(bounds, components, Depth::Float, order, numbers, |number, place| {
            place.copy_from_slice(&number.to_ne_bytes());
        })
    }

    /// A picture of bytes, row by row. See [`new`](Self::new) for the rest.
    ///
    /// # Errors
    /// [`PictureError`].
    pub fn from_u8(
        bounds: RectI,
        components: Components,
        order: RowOrder,
        numbers: &[u8],
    ) -> Result<Self, PictureError> {
        Self::from_numbers(bounds, components, Depth::Byte, order, numbers, |number, place| place[0] = *number)
    }

    /// A picture of 16-bit numbers, row by row. See [`new`](Self::new) for the rest.
    ///
    /// # Errors
    /// [`PictureError`].
    pub fn from_u16(
        bounds: RectI,
        components: Components,
        order: RowOrder,
        numbers: &[u16],
    ) -> Result<Self, PictureError> {
        Self::from_numbers(bounds, components, Depth::Short, order, numbers, |number, place| {
            place.copy_from_slice(&number.to_ne_bytes());
        })
    }

    fn from_numbers<T>(
        bounds: RectI,
        components: Components,
        depth: Depth,
        order: RowOrder,
        numbers: &[T],
        store: impl Fn(&T, &mut [u8]),
    ) -> Result<Self, PictureError> {
        let expected = bounds.width().saturating_mul(bounds.height()).saturating_mul(components.count());
        if numbers.len() != expected {
            return Err(PictureError::Length { expected, found: numbers.len() });
        }
        let mut picture = Self::new(bounds, components, depth, RowLayout { order, padding: 0 })?;
        let places = picture.buffer.bytes_mut().chunks_exact_mut(depth.bytes());
        numbers.iter().zip(places).for_each(|(number, place)| store(number, place));
        Ok(picture)
    }

    /// A number that no other picture has, for caches.
    #[must_use]
    pub fn id(&self) -> u64 {
        self.id
    }

    /// Which pixels it has.
    #[must_use]
    pub fn bounds(&self) -> RectI {
        self.bounds
    }

    /// What a pixel is made of.
    #[must_use]
    pub fn components(&self) -> Components {
        self.components
    }

    /// How a component is stored.
    #[must_use]
    pub fn depth(&self) -> Depth {
        self.depth
    }

    /// Bytes from a row to the one above it, negative if that lies before it in memory.
    #[must_use]
    pub fn row_bytes(&self) -> isize {
        self.row_bytes
    }

    fn pixel_bytes(&self) -> usize {
        self.components.count() * self.depth.bytes()
    }

    /// Where row `y` begins.
    fn row_start(&self, y: i32) -> usize {
        let row = isize::try_from(i64::from(y) - i64::from(self.bounds.y1)).expect("a row of the picture");
        self.start.checked_add_signed(row * self.row_bytes).expect("a row of the picture")
    }

    /// The bytes of row `y`.
    ///
    /// # Panics
    /// If the picture has no such row.
    #[must_use]
    pub fn row(&self, y: i32) -> &[u8] {
        assert!((self.bounds.y1..self.bounds.y2).contains(&y), "row {y} of {:?}", self.bounds);
        &self.buffer.bytes()[self.row_start(y)..][..self.bounds.width() * self.pixel_bytes()]
    }

    /// The bytes of row `y`.
    ///
    /// # Panics
    /// If the picture has no such row.
    pub fn row_mut(&mut self, y: i32) -> &mut [u8] {
        assert!((self.bounds.y1..self.bounds.y2).contains(&y), "row {y} of {:?}", self.bounds);
        let (start, len) = (self.row_start(y), self.bounds.width() * self.pixel_bytes());
        &mut self.buffer.bytes_mut()[start..][..len]
    }

    /// A pixel as red, green, blue and alpha; black and transparent outside of the bounds.
    #[must_use]
    pub fn pixel(&self, x: i32, y: i32) -> [f32; 4] {
        if !self.bounds.contains(RectI::new(x, y, x.saturating_add(1), y.saturating_add(1))) || x == i32::MAX {
            return [0.0; 4];
        }
        let column = usize::try_from(i64::from(x) - i64::from(self.bounds.x1)).expect("a column of the picture");
        let bytes = &self.row(y)[column * self.pixel_bytes()..][..self.pixel_bytes()];
        pixel::read(bytes, self.components, self.depth)
    }

    /// All pixels row by row as red, green, blue and alpha.
    #[must_use]
    pub fn to_rgba(&self, order: RowOrder) -> Vec<[f32; 4]> {
        let pixels = self.rows(order).flat_map(|y| {
            let row = self.row(y).chunks_exact(self.pixel_bytes());
            row.map(|bytes| pixel::read(bytes, self.components, self.depth))
        });
        pixels.collect()
    }

    /// The numbers of the rows in that order.
    pub(crate) fn rows(&self, order: RowOrder) -> impl Iterator<Item = i32> + use<> {
        let RectI { y1, y2, .. } = self.bounds;
        let height = if self.bounds.is_empty() { 0 } else { y2 - y1 };
        (0..height).map(move |row| if order == RowOrder::BottomUp { y1 + row } else { y2 - 1 - row })
    }

    /// Whether all bytes that belong to no pixel are as they were: padding, and what lies before and behind the rows.
    pub(crate) fn is_whole(&self) -> bool {
        let used = self.bounds.width() * self.pixel_bytes();
        let row = self.row_bytes.unsigned_abs();
        let mut rows = self.buffer.bytes().chunks_exact(row.max(1));
        self.buffer.is_whole()
            && (self.bounds.is_empty() || rows.all(|row| row[used..].iter().all(|byte| *byte == PADDING)))
    }

    /// Sets all bytes of all pixels.
    pub(crate) fn fill(&mut self, byte: u8) {
        for y in self.rows(RowOrder::BottomUp) {
            self.row_mut(y).fill(byte);
        }
    }

    /// Whether all bytes of the pixels outside of a window are still what they were filled with.
    pub(crate) fn is_filled_outside(&self, window: RectI, byte: u8) -> bool {
        let (size, bounds) = (self.pixel_bytes(), self.bounds);
        let inside = window.intersection(bounds);
        let at = |x: i32| usize::try_from(i64::from(x) - i64::from(bounds.x1)).unwrap_or(0) * size;
        self.rows(RowOrder::BottomUp).all(|y| {
            let row = self.row(y);
            let (left, right) = if (inside.y1..inside.y2).contains(&y) {
                (&row[..at(inside.x1)], &row[at(inside.x2)..])
            } else {
                (row, &row[..0])
            };
            left.iter().chain(right).all(|other| *other == byte)
        })
    }

    /// The address of the lowest row, which is what plugins are told.
    pub(crate) fn data(&self) -> *mut u8 {
        self.buffer.pointer().wrapping_add(self.start)
    }
}

#[cfg(test)]
mod tests;
