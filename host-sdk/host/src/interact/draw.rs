//! The Draw suite, which records what it is asked to draw.

use std::ffi::{c_char, c_int};
use std::sync::{Arc, Mutex};

use ofx_sys::*;

use super::display::{Alignment, DisplayList, Item, Shape, Stipple, Style};
use super::view::Palette;
use crate::complaint::Misuse;
use crate::guard::{guard, refuse_null, text, write};
use crate::handle::{HandleKind, Handled, Owned, Table, find};
use crate::scope::complain;
use crate::status::{Answer, Status};
use crate::sync::lock;

/// All of its functions.
pub(crate) static SUITE: OfxDrawSuiteV1 = OfxDrawSuiteV1 {
    getColour: Some(get_colour),
    setColour: Some(set_colour),
    setLineWidth: Some(set_line_width),
    setLineStipple: Some(set_line_stipple),
    draw: Some(draw),
    drawText: Some(draw_text),
};

/// What a plugin draws on, while it draws.
pub(crate) struct DrawContext {
    palette: Palette,
    drawn: Mutex<(Style, DisplayList)>,
}

/// More shapes, or points of a shape, than these are refused: nobody could see them.
const MOST: usize = 1 << 20;

static CONTEXTS: Table<DrawContext> = Table::new();

impl Handled for DrawContext {
    const NAME: &'static str = "a draw context";
    const KIND: HandleKind = HandleKind::DrawContext;
    fn table() -> &'static Table<Self> {
        &CONTEXTS
    }
}

impl DrawContext {
    pub(super) fn new(palette: Palette) -> Owned<Self> {
        Owned::new(Self { palette, drawn: Mutex::default() })
    }

    /// What was drawn.
    pub(super) fn take(&self) -> DisplayList {
        std::mem::take(&mut lock(&self.drawn).1)
    }

    fn style(&self, change: impl FnOnce(&mut Style)) {
        change(&mut lock(&self.drawn).0);
    }

    fn add(&self, shape: Shape) -> Answer {
        let (style, list) = &mut *lock(&self.drawn);
        if list.items.len() >= MOST {
            return Err(Status::MEMORY);
        }
        list.items.push(Item { style: *style, shape });
        Ok(())
    }
}

/// The context, which is one only while its interact draws.
fn open(function: &str, context: OfxDrawContextHandle) -> Answer<Arc<DrawContext>> {
    find(function, context).map_err(|_| Status::FAILED)
}

unsafe extern "C" fn get_colour(
    context: OfxDrawContextHandle,
    which: OfxStandardColour,
    colour: *mut OfxRGBAColourF,
) -> OfxStatus {
    guard("getColour", || {
        let [r, g, b, a] = open("getColour", context)?.palette.colour(which).ok_or(Status::VALUE)?;
        // SAFETY: there is room for the colour, as the suite says.
        unsafe { write("getColour", colour, OfxRGBAColourF { r, g, b, a }) }
    })
}

unsafe extern "C" fn set_colour(context: OfxDrawContextHandle, colour: *const OfxRGBAColourF) -> OfxStatus {
    guard("setColour", || {
        let context = open("setColour", context)?;
        if colour.is_null() {
            return refuse_null("setColour", "colour");
        }
        // SAFETY: it is not null, and then a colour, as the suite says.
        let OfxRGBAColourF { r, g, b, a } = unsafe { colour.read_unaligned() };
        context.style(|style| style.colour = [r, g, b, a]);
        Ok(())
    })
}

unsafe extern "C" fn set_line_width(context: OfxDrawContextHandle, width: f32) -> OfxStatus {
    guard("setLineWidth", || {
        let context = open("setLineWidth", context)?;
        if !width.is_finite() || width < 0.0 {
            complain(Misuse::PropertyValue, format!("setLineWidth with {width}"));
            return Err(Status::VALUE);
        }
        context.style(|style| style.line_width = width);
        Ok(())
    })
}

unsafe extern "C" fn set_line_stipple(context: OfxDrawContextHandle, pattern: OfxDrawLineStipplePattern) -> OfxStatus {
    guard("setLineStipple", || {
        let context = open("setLineStipple", context)?;
        let stipple = Stipple::from_ofx(pattern).ok_or(Status::VALUE)?;
        context.style(|style| style.stipple = stipple);
        Ok(())
    })
}

unsafe extern "C" fn draw(
    context: OfxDrawContextHandle,
    primitive: OfxDrawPrimitive,
    points: *const OfxPointD,
    count: c_int,
) -> OfxStatus {
    guard("draw", || {
        let context = open("draw", context)?;
        let count = usize::try_from(count).ok().filter(|&count| count <= MOST).ok_or(Status::VALUE)?;
        if points.is_null() && count > 0 {
            return refuse_null("draw", "array of points");
        }
        // SAFETY: it is not null, and then has that many, as the suite says.
        let point = |index| unsafe { points.add(index).read_unaligned() };
        let points = (0..count).map(point).map(|point| [point.x, point.y]).collect();
        let shape = Shape::from_ofx(primitive, points).ok_or_else(|| {
            complain(Misuse::PropertyValue, format!("draw of the primitive {primitive} with {count} points"));
            Status::VALUE
        })?;
        context.add(shape)
    })
}

unsafe extern "C" fn draw_text(
    context: OfxDrawContextHandle,
    written: *const c_char,
    at: *const OfxPointD,
    alignment: c_int,
) -> OfxStatus {
    guard("drawText", || {
        let context = open("drawText", context)?;
        if at.is_null() {
            complain(Misuse::NullArgument, "drawText was given a null point");
            return Err(Status::VALUE);
        }
        // SAFETY: the plugin passes a string, as the suite says.
        let written = unsafe { text("drawText", written) }.map_err(|_| Status::VALUE)?;
        // SAFETY: it is not null, and then a point, as the suite says.
        let at = unsafe { at.read_unaligned() };
        let alignment = Alignment::from_ofx(alignment);
        context.add(Shape::Text { text: written.to_string_lossy().into_owned(), at: [at.x, at.y], alignment })
    })
}
