//! An interact at work.

use std::ffi::CStr;
use std::sync::Arc;
use std::sync::atomic::Ordering;

use ofx_sys::*;

use super::display::DisplayList;
use super::draw::DrawContext;
use super::view::{OpenGl, View};
use super::{Described, Interact, InteractError, InteractKind, InteractOwner, define_viewport, instance_properties};
use crate::handle::Owned;
use crate::property::Access::Host;
use crate::property::PropertySet;
use crate::status::Status;

/// An interact of an instance. Dropping it ends it.
///
/// Every action says in which [`View`] it happens. What the plugin changes in its parameters it changes in the instance,
/// which tells whoever watches that.
pub struct Overlay {
    owner: Arc<dyn InteractOwner>,
    described: Arc<Described>,
    pub(super) interact: Owned<Interact>,
    has_focus: bool,
}

/// A key of the keyboard.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct PressedKey<'a> {
    /// Which key, as one of the constants `kOfxKey_*`.
    pub symbol: i32,
    /// What it writes; empty if it writes nothing. What follows a zero character is left out.
    pub text: &'a str,
}

impl Overlay {
    /// Makes an interact.
    ///
    /// # Errors
    /// The plugin refuses.
    pub(crate) fn new(
        owner: Arc<dyn InteractOwner>,
        described: Arc<Described>,
        view: &View,
    ) -> Result<Self, InteractError> {
        let interact = Interact::new(instance_properties(owner.effect(), view));
        let mut status = Status::FATAL;
        owner.call(kOfxActionCreateInstance, Some(view.time), &mut || {
            status = described.entry.run(kOfxActionCreateInstance, &interact, std::ptr::null_mut());
        });
        match status {
            Status::OK | Status::DEFAULT => Ok(Self { owner, described, interact, has_focus: false }),
            status => Err(InteractError::new(kOfxActionCreateInstance, status)),
        }
    }

    /// Which interface it is for.
    #[must_use]
    pub fn kind(&self) -> InteractKind {
        self.described.kind()
    }

    /// Parameters whose change makes it look different.
    #[must_use]
    pub fn depends_on(&self) -> Vec<String> {
        self.interact.properties.strings(kOfxInteractPropSlaveToParam)
    }

    /// Whether the plugin has asked to be drawn again since this was last asked.
    #[must_use]
    pub fn take_redraw(&self) -> bool {
        self.interact.wants_redraw.swap(false, Ordering::Relaxed)
    }

    /// How often the plugin has asked to show what it has drawn with OpenGL since this was last asked.
    #[must_use]
    pub fn take_swaps(&self) -> u32 {
        self.interact.swaps.swap(0, Ordering::Relaxed)
    }

    /// Draws it. What it draws with OpenGL is not in the list.
    ///
    /// # Errors
    /// [`InteractError::NeedsOpenGl`] of one that draws with OpenGL where [`View::opengl`] has none for it. The plugin
    /// fails; then the standard wants it to be left alone from then on.
    pub fn draw(&mut self, view: &View) -> Result<DisplayList, InteractError> {
        if self.kind() != InteractKind::OverlayV2 && view.opengl == OpenGl::None {
            return Err(InteractError::NeedsOpenGl);
        }
        let context = DrawContext::new(view.palette);
        let arguments =
            self.arguments(view).with(kOfxInteractPropDrawContext, Host, context.handle::<OfxDrawContext>());
        self.act(kOfxInteractActionDraw, view, arguments)?;
        Ok(context.take())
    }

    /// The pen, or the pointer of a mouse, moves to a place in pixels from the view's lower left corner. `pressure` is 0
    /// to 1; a mouse has 1 while its button is down. Says whether the interact took it for itself.
    ///
    /// # Errors
    /// The plugin fails.
    pub fn pen_motion(&mut self, view: &View, place: [f64; 2], pressure: f64) -> Result<bool, InteractError> {
        self.pen(kOfxInteractActionPenMotion, view, place, pressure)
    }

    /// The pen comes down; see [`pen_motion`](Self::pen_motion).
    ///
    /// # Errors
    /// The plugin fails.
    pub fn pen_down(&mut self, view: &View, place: [f64; 2], pressure: f64) -> Result<bool, InteractError> {
        self.pen(kOfxInteractActionPenDown, view, place, pressure)
    }

    /// The pen goes up; see [`pen_motion`](Self::pen_motion).
    ///
    /// # Errors
    /// The plugin fails.
    pub fn pen_up(&mut self, view: &View, place: [f64; 2], pressure: f64) -> Result<bool, InteractError> {
        self.pen(kOfxInteractActionPenUp, view, place, pressure)
    }

    /// A key is pressed. Says whether the interact took it for itself.
    ///
    /// # Errors
    /// The plugin fails.
    pub fn key_down(&mut self, view: &View, key: PressedKey<'_>) -> Result<bool, InteractError> {
        self.key(kOfxInteractActionKeyDown, view, key)
    }

    /// A key is held so long that it counts again; see [`key_down`](Self::key_down).
    ///
    /// # Errors
    /// The plugin fails.
    pub fn key_repeat(&mut self, view: &View, key: PressedKey<'_>) -> Result<bool, InteractError> {
        self.key(kOfxInteractActionKeyRepeat, view, key)
    }

    /// A key is let go; see [`key_down`](Self::key_down).
    ///
    /// # Errors
    /// The plugin fails.
    pub fn key_up(&mut self, view: &View, key: PressedKey<'_>) -> Result<bool, InteractError> {
        self.key(kOfxInteractActionKeyUp, view, key)
    }

    /// From here on the user works with this interact. Pens and keys see to that themselves.
    ///
    /// # Errors
    /// The plugin fails.
    pub fn gain_focus(&mut self, view: &View) -> Result<(), InteractError> {
        if !self.has_focus {
            self.has_focus = true;
            self.act(kOfxInteractActionGainFocus, view, self.arguments(view))?;
        }
        Ok(())
    }

    /// The user works with something else.
    ///
    /// # Errors
    /// The plugin fails.
    pub fn lose_focus(&mut self, view: &View) -> Result<(), InteractError> {
        if self.has_focus {
            self.has_focus = false;
            self.act(kOfxInteractActionLoseFocus, view, self.arguments(view))?;
        }
        Ok(())
    }

    fn pen(
        &mut self,
        action: &'static CStr,
        view: &View,
        place: [f64; 2],
        pressure: f64,
    ) -> Result<bool, InteractError> {
        self.gain_focus(view)?;
        let canonical = view.canonical(place);
        let arguments = self
            .arguments(view)
            .with(kOfxInteractPropPenPosition, Host, canonical)
            .with(kOfxInteractPropPenViewportPosition, Host, place.map(|axis| axis.floor() as i32))
            .with(kOfxInteractPropPenPressure, Host, pressure.clamp(0.0, 1.0));
        self.act(action, view, arguments)
    }

    fn key(&mut self, action: &'static CStr, view: &View, key: PressedKey<'_>) -> Result<bool, InteractError> {
        self.gain_focus(view)?;
        let arguments =
            self.arguments(view).with(kOfxPropKeySym, Host, key.symbol).with(kOfxPropKeyString, Host, key.text);
        self.act(action, view, arguments)
    }

    /// What every action is told. Keys are told more than the standard wants, which does no harm.
    fn arguments(&self, view: &View) -> PropertySet {
        let set = PropertySet::new("the arguments of an interact")
            .with(kOfxPropEffectInstance, Host, std::ptr::without_provenance_mut::<u8>(self.owner.effect()))
            .with(kOfxPropTime, Host, view.time)
            .with(kOfxImageEffectPropRenderScale, Host, view.render_scale)
            .with(kOfxInteractPropPixelScale, Host, view.pixel_scale)
            .with(kOfxInteractPropBackgroundColour, Host, view.background);
        define_viewport(&set, view);
        set
    }

    /// Runs an action, and says whether the plugin took it.
    fn act(&self, action: &'static CStr, view: &View, arguments: PropertySet) -> Result<bool, InteractError> {
        let properties = &self.interact.properties;
        properties.put(kOfxInteractPropPixelScale, view.pixel_scale);
        properties.put(kOfxInteractPropBackgroundColour, view.background);
        define_viewport(properties, view);
        let arguments = Owned::new(arguments);
        let mut status = Status::FATAL;
        self.owner.call(action, Some(view.time), &mut || {
            status = self.described.entry.run(action, &self.interact, arguments.handle());
        });
        match status {
            Status::OK => Ok(true),
            Status::DEFAULT => Ok(false),
            status => Err(InteractError::new(action, status)),
        }
    }
}

impl Drop for Overlay {
    fn drop(&mut self) {
        self.owner.call(kOfxActionDestroyInstance, None, &mut || {
            // Whatever it answers, it ends.
            self.described.entry.run(kOfxActionDestroyInstance, &self.interact, std::ptr::null_mut());
        });
    }
}
