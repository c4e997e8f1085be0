//! Clips: where pictures come from and where they go.

use std::marker::PhantomData;
use std::ptr::null_mut;

use ofx_sys as ofx;

use super::image::HostImage;
use super::property::Properties;
use super::suites::Suites;
use super::{HostError, Result, call};
use crate::geometry::Rect;

/// A clip of an instance.
#[derive(Clone, Copy, Debug)]
pub struct Clip<'a> {
    handle: ofx::OfxImageClipHandle,
    about: Properties<'a>,
    suites: Suites,
    lent: PhantomData<&'a ()>,
}

impl<'a> Clip<'a> {
    /// # Safety
    /// `handle` and `about` are null or a clip and its properties, which live as long as `'a`.
    pub(super) unsafe fn new(
        handle: ofx::OfxImageClipHandle,
        about: ofx::OfxPropertySetHandle,
        suites: Suites,
    ) -> Result<Self> {
        if handle.is_null() {
            return Err(HostError::Null("clip"));
        }
        let about = if about.is_null() {
            let mut about = null_mut();
            call!(suites.effect, clipGetPropertySet, "", handle, &raw mut about)?;
            about
        } else {
            about
        };
        // SAFETY: the clip's own properties.
        let about = unsafe { Properties::new(about, suites, "properties of a clip")? };
        Ok(Self { handle, about, suites, lent: PhantomData })
    }

    /// What the host says of it.
    #[must_use]
    pub fn properties(&self) -> Properties<'a> {
        self.about
    }

    /// Whether there is something at its other end.
    #[must_use]
    pub fn is_connected(&self) -> bool {
        self.about.flag(ofx::kOfxImageClipPropConnected)
    }

    /// Where it has pixels at a time, canonical.
    ///
    /// # Errors
    /// The host does not tell.
    pub fn region_of_definition(&self, time: f64) -> Result<Rect> {
        let mut bounds = ofx::OfxRectD { x1: 0.0, y1: 0.0, x2: 0.0, y2: 0.0 };
        call!(self.suites.effect, clipGetRegionOfDefinition, "", self.handle, time, &raw mut bounds)?;
        Ok(Rect { x1: bounds.x1, y1: bounds.y1, x2: bounds.x2, y2: bounds.y2 })
    }

    /// Its picture at a time; `None` if there is none. Hosts may give more or less than the region that is asked for.
    ///
    /// # Errors
    /// The host fails, or describes a picture that cannot be.
    pub fn image(&self, time: f64, region: Option<Rect>) -> Result<Option<HostImage<'a>>> {
        let mut handle = null_mut();
        let region = region.map(|Rect { x1, y1, x2, y2 }| ofx::OfxRectD { x1, y1, x2, y2 });
        let region = region.as_ref().map_or(std::ptr::null(), std::ptr::from_ref);
        match call!(self.suites.effect, clipGetImage, "", self.handle, time, region, &raw mut handle) {
            Err(HostError::Status { status: ofx::kOfxStatFailed, .. }) => Ok(None),
            Err(error) => Err(error),
            Ok(()) if handle.is_null() => Ok(None),
            // SAFETY: the host has just lent this picture, until it is released.
            Ok(()) => unsafe { HostImage::new(handle, self.suites) }.map(Some),
        }
    }
}
