//! What a plugin draws and lets a user touch: over the picture, and in place of a parameter's usual interface.
//!
//! The seam to the rest: an effect that has one makes an `InteractKind` of the entry point in its description, describes
//! it once with `Described::new`, and gives every [`Overlay`] an `InteractOwner`.

mod display;
mod draw;
mod error;
mod overlay;
#[cfg(feature = "raster")]
mod raster;
mod suite;
mod view;

use std::ffi::{CStr, c_char, c_void};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU32};

use ofx_sys::*;

use crate::handle::{HandleKind, Handled, Owned, Table};
use crate::property::Access::{Host, Plugin};
use crate::property::{PropertySet, Values};
use crate::status::Status;

pub use display::{Alignment, DisplayList, Horizontal, Item, Point, Shape, Stipple, Style, Vertical};
pub use error::InteractError;
pub use overlay::{Overlay, PressedKey};
#[cfg(feature = "raster")]
pub use raster::{Bitmap, paint};
pub use view::{OpenGl, Palette, View};

pub(crate) use draw::SUITE as DRAW_SUITE;
pub(crate) use suite::SUITE;

/// What an interact needs of the instance that it belongs to.
pub(crate) trait InteractOwner: Send + Sync {
    /// The handle of the instance.
    fn effect(&self) -> usize;
    /// Runs code that calls the plugin, as an action of that name is run, at a time if it has one.
    fn call(&self, action: &'static CStr, time: Option<f64>, code: &mut dyn FnMut());
}

/// Which interface an interact is for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum InteractKind {
    /// Over the picture, drawn by the Draw suite.
    OverlayV2,
    /// Over the picture, drawn by OpenGL.
    OverlayV1,
    /// In place of a parameter's interface, drawn by OpenGL.
    Param,
}

/// What is behind the handle of an interact: its description, or one at work.
pub(crate) struct Interact {
    pub(crate) properties: Owned<PropertySet>,
    /// Whether the plugin wants to be drawn again.
    pub(crate) wants_redraw: AtomicBool,
    /// How often the plugin has asked to see what it has drawn.
    pub(crate) swaps: AtomicU32,
}

static INTERACTS: Table<Interact> = Table::new();

impl Handled for Interact {
    const NAME: &'static str = "an interact";
    const KIND: HandleKind = HandleKind::Interact;
    fn table() -> &'static Table<Self> {
        &INTERACTS
    }
}

impl Interact {
    fn new(properties: PropertySet) -> Owned<Self> {
        let (wants_redraw, swaps) = (AtomicBool::new(false), AtomicU32::new(0));
        Owned::new(Self { properties: Owned::new(properties), wants_redraw, swaps })
    }
}

/// An interact that was described.
pub(crate) struct Described {
    kind: InteractKind,
    entry: Entry,
    /// Its description, which lives as long as interacts can be made of it.
    _interact: Owned<Interact>,
}

/// The function that takes an interact's actions.
#[derive(Clone, Copy)]
struct Entry(
    unsafe extern "C" fn(*const c_char, *const c_void, OfxPropertySetHandle, OfxPropertySetHandle) -> OfxStatus,
);

impl Described {
    /// Lets the plugin describe its interact. `entry` is what it has in its property for that; nothing if it is null.
    /// The caller is in a scope of the plugin.
    ///
    /// # Errors
    /// The plugin refuses.
    ///
    /// # Safety
    /// `entry` is null or the entry point of an interact, and stays one as long as what is made here lives.
    pub(crate) unsafe fn new(kind: InteractKind, entry: *mut c_void) -> Result<Option<Arc<Self>>, InteractError> {
        // SAFETY: as the caller says; null is no function.
        let entry = unsafe { std::mem::transmute::<*mut c_void, OfxPluginEntryPoint>(entry) };
        let Some(entry) = entry.map(Entry) else { return Ok(None) };
        let interact = Interact::new(common_properties("the description of an interact"));
        let status = entry.run(kOfxActionDescribe, &interact, std::ptr::null_mut());
        match status {
            Status::OK | Status::DEFAULT => Ok(Some(Arc::new(Self { kind, entry, _interact: interact }))),
            status => Err(InteractError::new(kOfxActionDescribe, status)),
        }
    }

    /// Which interface it is for.
    pub(crate) fn kind(&self) -> InteractKind {
        self.kind
    }
}

impl Entry {
    fn run(self, action: &CStr, interact: &Owned<Interact>, arguments: OfxPropertySetHandle) -> Status {
        // SAFETY: it is the entry point of an interact, as whoever made it says; the handles live until it returns.
        Status(unsafe { (self.0)(action.as_ptr(), interact.handle::<c_void>(), arguments, std::ptr::null_mut()) })
    }
}

/// The properties of a description and of an interact at work.
fn common_properties(owner: &str) -> PropertySet {
    PropertySet::new(owner).with(kOfxInteractPropHasAlpha, Host, true).with(kOfxInteractPropBitDepth, Host, 8)
}

/// The properties of an interact at work.
fn instance_properties(effect: usize, view: &View) -> PropertySet {
    let set = common_properties("an interact")
        .with(kOfxPropEffectInstance, Host, std::ptr::without_provenance_mut::<c_void>(effect))
        .with(kOfxPropInstanceData, Plugin, std::ptr::null_mut::<c_void>())
        .with(kOfxInteractPropSlaveToParam, Plugin, Values::String(Vec::new()))
        .with(kOfxInteractPropPixelScale, Host, view.pixel_scale)
        .with(kOfxInteractPropBackgroundColour, Host, view.background);
    define_viewport(&set, view);
    if let Some(colour) = view.suggested_colour {
        set.define(kOfxInteractPropSuggestedColour, Host, colour);
    }
    set
}

/// The size of the window, which version 1.4 of the standard has removed and plugins go on reading. Its header called it
/// whole numbers; hosts and plugins agree on doubles.
fn define_viewport(set: &PropertySet, view: &View) {
    set.define_fixed(kOfxInteractPropViewportSize, Host, view.size.map(f64::from));
}

#[cfg(test)]
mod tests;
