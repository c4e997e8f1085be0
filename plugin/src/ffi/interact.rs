//! Overlays: what is drawn over a viewer's picture, and what its mouse and keys do.

use std::any::Any;
use std::collections::HashMap;
use std::ffi::{CStr, c_void};
use std::ptr::null_mut;
use std::sync::{LazyLock, Mutex, MutexGuard, PoisonError};

use ofx_sys as ofx;

use super::effect::Instance;
use super::property::Properties;
use super::suites::Suites;
use super::{HostError, Result, c_string, call, host};
use crate::effect::{Effect, Overlay};
use crate::failure::Failure;

mod gl;

/// A viewer.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct View {
    /// The time shown, in frames.
    pub time: f64,
    /// The size of a screen pixel, canonical.
    pub pixel: [f64; 2],
    /// The scale that pictures are rendered at.
    pub scale: [f64; 2],
}

/// What the pen, or mouse, does.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Pen {
    /// What.
    pub action: PenAction,
    /// Where, canonical.
    pub position: [f64; 2],
}

/// What the pen does.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum PenAction {
    /// It is pressed.
    Down,
    /// It moves, pressed or not.
    Move,
    /// It is lifted.
    Up,
}

/// A key that is pressed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Key {
    /// Its number, one of `kOfxKey_…`.
    pub symbol: i32,
    /// Its text.
    pub text: String,
}

/// Something that lines are drawn on; canonical coordinates, widths in pixels of the screen.
pub trait Canvas {
    /// Colour (straight RGBA, 0 to 1) and width of what follows.
    fn pen(&mut self, colour: [f32; 4], width: f32, dashed: bool);
    /// Lines from point to point, closed or not.
    fn lines(&mut self, points: &[[f64; 2]], closed: bool);
    /// A filled polygon.
    fn fill(&mut self, points: &[[f64; 2]]);
    /// A text to the right of a point. Not every host can.
    fn text(&mut self, at: [f64; 2], text: &str);
}

/// The states of overlays, by their handles: a host's pointer to our own data would have to be trusted.
type States = HashMap<usize, Box<dyn Any + Send>>;
static STATES: LazyLock<Mutex<States>> = LazyLock::new(Mutex::default);

/// The canvas of the draw suite.
struct Drawing {
    suite: &'static ofx::OfxDrawSuiteV1,
    context: ofx::OfxDrawContextHandle,
}

impl Drawing {
    fn primitive(&self, primitive: ofx::OfxDrawPrimitive, points: &[[f64; 2]]) {
        let points: Vec<_> = points.iter().map(|&[x, y]| ofx::OfxPointD { x, y }).collect();
        let count = i32::try_from(points.len()).unwrap_or(i32::MAX);
        // What a host cannot draw is not drawn.
        drop(call!(self.suite, draw, "", self.context, primitive, points.as_ptr(), count));
    }
}

impl Canvas for Drawing {
    fn pen(&mut self, [r, g, b, a]: [f32; 4], width: f32, dashed: bool) {
        let colour = ofx::OfxRGBAColourF { r, g, b, a };
        let pattern = if dashed {
            ofx::OfxDrawLineStipplePattern_kOfxDrawLineStipplePatternDash
        } else {
            ofx::OfxDrawLineStipplePattern_kOfxDrawLineStipplePatternSolid
        };
        drop(call!(self.suite, setColour, "", self.context, &raw const colour));
        drop(call!(self.suite, setLineWidth, "", self.context, width));
        drop(call!(self.suite, setLineStipple, "", self.context, pattern));
    }

    fn lines(&mut self, points: &[[f64; 2]], closed: bool) {
        let primitive = if closed {
            ofx::OfxDrawPrimitive_kOfxDrawPrimitiveLineLoop
        } else {
            ofx::OfxDrawPrimitive_kOfxDrawPrimitiveLineStrip
        };
        self.primitive(primitive, points);
    }

    fn fill(&mut self, points: &[[f64; 2]]) {
        self.primitive(ofx::OfxDrawPrimitive_kOfxDrawPrimitivePolygon, points);
    }

    fn text(&mut self, [x, y]: [f64; 2], text: &str) {
        let (at, text) = (ofx::OfxPointD { x, y }, c_string(text));
        let alignment = ofx::OfxDrawTextAlignment_kOfxDrawTextAlignmentLeft as i32;
        drop(call!(self.suite, drawText, "", self.context, text.as_ptr(), &raw const at, alignment));
    }
}

/// An action of an overlay.
///
/// # Safety
/// The arguments are those of an interact's entry point.
pub(super) unsafe fn dispatch(
    effect: &dyn Effect,
    action: &CStr,
    handle: ofx::OfxInteractHandle,
    arguments: ofx::OfxPropertySetHandle,
) -> Result<i32, Failure> {
    let Some(overlay) = effect.overlay() else { return Ok(ofx::kOfxStatReplyDefault) };
    let key = handle as usize;
    if action == ofx::kOfxActionDescribe {
        return Ok(ofx::kOfxStatOK);
    }
    if action == ofx::kOfxActionCreateInstance {
        states().insert(key, overlay.start());
        return Ok(ofx::kOfxStatOK);
    }
    if action == ofx::kOfxActionDestroyInstance {
        states().remove(&key);
        return Ok(ofx::kOfxStatOK);
    }
    let suites = host::current()?.suites;
    // SAFETY: an interact of the host, and the arguments of its action.
    let (instance, about, view) = unsafe { look(handle, arguments, suites)? };
    // It is taken out meanwhile: setting a parameter may make the host draw before this is over.
    let mut state = states().remove(&key).unwrap_or_else(|| overlay.start());
    let status = act(overlay, action, &instance, about, &view, state.as_mut());
    states().insert(key, state);
    if matches!(status, Ok(ofx::kOfxStatOK))
        && action != ofx::kOfxInteractActionDraw
        && let Some(suite) = suites.interact
    {
        drop(call!(suite, interactRedraw, "", handle));
    }
    status
}

fn states() -> MutexGuard<'static, States> {
    STATES.lock().unwrap_or_else(PoisonError::into_inner)
}

fn act(
    overlay: &dyn Overlay,
    action: &CStr,
    instance: &Instance<'_>,
    about: Properties<'_>,
    view: &View,
    state: &mut (dyn Any + Send),
) -> Result<i32, Failure> {
    if action == ofx::kOfxInteractActionDraw {
        return draw(overlay, instance, view, state, about);
    }
    let pens = [
        (ofx::kOfxInteractActionPenDown, PenAction::Down),
        (ofx::kOfxInteractActionPenMotion, PenAction::Move),
        (ofx::kOfxInteractActionPenUp, PenAction::Up),
    ];
    let handled = if let Some(&(_, pen)) = pens.iter().find(|(name, _)| *name == action) {
        let position = about.doubles(ofx::kOfxInteractPropPenPosition)?;
        overlay.pen(instance, view, state, &Pen { action: pen, position })?
    } else if action == ofx::kOfxInteractActionKeyDown || action == ofx::kOfxInteractActionKeyRepeat {
        let symbol = about.int(ofx::kOfxPropKeySym, 0)?;
        let text = about.text(ofx::kOfxPropKeyString, 0).unwrap_or_default();
        overlay.key(instance, view, state, &Key { symbol, text })?
    } else {
        false
    };
    Ok(if handled { ofx::kOfxStatOK } else { ofx::kOfxStatReplyDefault })
}

/// The instance and the viewer of an action.
///
/// # Safety
/// As [`dispatch`].
unsafe fn look<'a>(
    handle: ofx::OfxInteractHandle,
    arguments: ofx::OfxPropertySetHandle,
    suites: Suites,
) -> Result<(Instance<'a>, Properties<'a>, View)> {
    let suite = suites.interact.ok_or(HostError::Missing("interacts"))?;
    let mut own = null_mut();
    call!(suite, interactGetPropertySet, "", handle, &raw mut own)?;
    // SAFETY: the interact's own properties, and those of the action.
    let (own, about) = unsafe {
        (
            Properties::new(own, suites, "properties of an overlay")?,
            Properties::new(arguments, suites, "arguments of an overlay's action")?,
        )
    };
    let pointer = |properties: &Properties<'_>| properties.pointer(ofx::kOfxPropEffectInstance);
    let effect: *mut c_void = pointer(&about).or_else(|_| pointer(&own))?;
    // SAFETY: the host says that it is the overlay's instance.
    let instance = unsafe { Instance::new(effect.cast(), suites)? };
    let pixel = about.doubles(ofx::kOfxInteractPropPixelScale);
    let view = View {
        time: about.double(ofx::kOfxPropTime, 0).unwrap_or(0.0),
        pixel: pixel.or_else(|_| own.doubles(ofx::kOfxInteractPropPixelScale)).unwrap_or([1.0, 1.0]),
        scale: about.doubles(ofx::kOfxImageEffectPropRenderScale).unwrap_or([1.0, 1.0]),
    };
    Ok((instance, about, view))
}

/// Draws with the draw suite where the host gives a context of it, else with OpenGL.
fn draw(
    overlay: &dyn Overlay,
    instance: &Instance<'_>,
    view: &View,
    state: &dyn Any,
    about: Properties<'_>,
) -> Result<i32, Failure> {
    let context = about.pointer(ofx::kOfxInteractPropDrawContext).unwrap_or(null_mut());
    match (host::current()?.suites.draw, context.is_null()) {
        (Some(suite), false) => {
            overlay.draw(instance, view, state, &mut Drawing { suite, context: context.cast() })?;
        }
        _ => match gl::Drawing::current() {
            Some(mut canvas) => overlay.draw(instance, view, state, &mut canvas)?,
            None => return Ok(ofx::kOfxStatReplyDefault),
        },
    }
    Ok(ofx::kOfxStatOK)
}
