//! Pictures that a host lends: their pixels, row by row, in whatever layout they have.

use std::marker::PhantomData;
use std::slice;

use ofx_sys as ofx;

use super::property::Properties;
use super::suites::Suites;
use super::{HostError, Result, call};
use crate::geometry::{Rect, Window};
use crate::pixels::{Components, Depth, Format, Premultiplication};

/// A picture of a clip. It is given back to the host when it is dropped.
#[derive(Debug)]
pub struct HostImage<'a> {
    handle: ofx::OfxPropertySetHandle,
    suites: Suites,
    /// The lowest row in memory or, with negative strides, still the first row of the picture, which is at the bottom.
    data: *mut u8,
    row_bytes: isize,
    bounds: Window,
    format: Format,
    scale: [f64; 2],
    rod: Option<Rect>,
    lent: PhantomData<&'a mut ()>,
}

impl<'a> HostImage<'a> {
    /// # Safety
    /// `handle` is a picture that the host has just lent.
    pub(super) unsafe fn new(handle: ofx::OfxPropertySetHandle, suites: Suites) -> Result<Self> {
        // From here on it is given back whatever happens.
        let mut image = Self {
            handle,
            suites,
            data: std::ptr::null_mut(),
            row_bytes: 0,
            bounds: Window::default(),
            format: Format { components: Components::Rgba, depth: Depth::Float, alpha: Premultiplication::Opaque },
            scale: [1.0, 1.0],
            rod: None,
            lent: PhantomData,
        };
        // SAFETY: a picture is a property set that lives until it is released.
        let about = unsafe { Properties::new(handle, suites, "picture")? };
        image.read(about)?;
        Ok(image)
    }

    fn read(&mut self, about: Properties<'_>) -> Result<()> {
        let [x1, y1, x2, y2] = about.ints(ofx::kOfxImagePropBounds)?;
        self.bounds = Window { x1, y1, x2, y2 };
        let components = about.text(ofx::kOfxImageEffectPropComponents, 0)?;
        let depth = about.text(ofx::kOfxImageEffectPropPixelDepth, 0)?;
        let alpha = about.text(ofx::kOfxImageEffectPropPreMultiplication, 0).unwrap_or_default();
        self.format = Format::named(&components, &depth, &alpha)
            .ok_or_else(|| HostError::Nonsense(format!("a picture has {components} of {depth}")))?;
        // A host that does not say how large its picture is meant gives it as it is.
        let scale = about.doubles(ofx::kOfxImageEffectPropRenderScale).unwrap_or([1.0, 1.0]);
        self.scale = scale.map(|scale: f64| if scale.is_finite() && scale > 0.0 { scale } else { 1.0 });
        let rod = about.ints(ofx::kOfxImagePropRegionOfDefinition).ok();
        self.rod = rod.map(|[x1, y1, x2, y2]| Window { x1, y1, x2, y2 }.to_rect());
        self.data = about.pointer(ofx::kOfxImagePropData)?.cast();
        self.row_bytes = about.int(ofx::kOfxImagePropRowBytes, 0)? as isize;
        let row = self.row_length();
        if !self.bounds.is_empty() && self.data.is_null() {
            return Err(HostError::Null("pixels of a picture"));
        }
        // A picture of one row needs no stride.
        if self.bounds.height() > 1 && self.row_bytes.unsigned_abs() < row {
            let stride = self.row_bytes;
            return Err(HostError::Nonsense(format!("rows of {row} bytes are {stride} bytes apart")));
        }
        Ok(())
    }

    fn row_length(&self) -> usize {
        self.bounds.width() * self.format.pixel_bytes()
    }

    /// Which pixels it has; x to the right, y up.
    #[must_use]
    pub fn bounds(&self) -> Window {
        self.bounds
    }

    /// Which pixels there are of the whole, in pixels of this picture, if the host says.
    #[must_use]
    pub fn region_of_definition(&self) -> Option<Rect> {
        self.rod
    }

    /// How its pixels are stored.
    #[must_use]
    pub fn format(&self) -> Format {
        self.format
    }

    /// The size of its pixels: 0.5 for a proxy of half the size. It may differ from the one that was asked for.
    #[must_use]
    pub fn scale(&self) -> [f64; 2] {
        self.scale
    }

    /// The bytes of a row, from its first pixel to its last.
    ///
    /// # Panics
    /// If `y` is not within the bounds.
    #[must_use]
    pub fn row(&self, y: i32) -> &[u8] {
        let start = self.start(y);
        // SAFETY: the host says that there are rows of this length at this distance, and `start` has checked `y`.
        unsafe { slice::from_raw_parts(start, self.row_length()) }
    }

    /// The bytes of a row, to be written.
    ///
    /// # Panics
    /// If `y` is not within the bounds.
    #[must_use]
    pub fn row_mut(&mut self, y: i32) -> &mut [u8] {
        let start = self.start(y);
        // SAFETY: as above; the picture is borrowed for as long, and rows do not overlap.
        unsafe { slice::from_raw_parts_mut(start, self.row_length()) }
    }

    fn start(&self, y: i32) -> *mut u8 {
        assert!(y >= self.bounds.y1 && y < self.bounds.y2, "row {y} of {:?}", self.bounds);
        let row = (i64::from(y) - i64::from(self.bounds.y1)) as isize;
        // SAFETY: within what the host has lent.
        unsafe { self.data.offset(row * self.row_bytes) }
    }
}

impl Drop for HostImage<'_> {
    fn drop(&mut self) {
        // A host that cannot take its picture back keeps it.
        drop(call!(self.suites.effect, clipReleaseImage, "", self.handle));
    }
}
