//! What the plugin draws.

use std::ffi::{CStr, c_char, c_void};
use std::sync::atomic::{AtomicI32, AtomicUsize, Ordering};

use ofx_sys::*;

use crate::sdk::{Set, suites};
use crate::{crash, fault};

static ALIVE: AtomicUsize = AtomicUsize::new(0);
static PENS: AtomicI32 = AtomicI32::new(0);

pub(crate) unsafe extern "C" fn main(
    action: *const c_char,
    _handle: *const c_void,
    arguments: OfxPropertySetHandle,
    _results: OfxPropertySetHandle,
) -> OfxStatus {
    let action = unsafe { CStr::from_ptr(action) };
    if action == kOfxActionCreateInstance {
        if ALIVE.fetch_add(1, Ordering::Relaxed) > 0 {
            crash("crashes with two overlays");
        }
        return kOfxStatOK;
    }
    if action == kOfxActionDestroyInstance {
        ALIVE.fetch_sub(1, Ordering::Relaxed);
        return kOfxStatOK;
    }
    if action == kOfxInteractActionDraw {
        return draw(Set(arguments).pointer(kOfxInteractPropDrawContext).cast());
    }
    if action == kOfxInteractActionPenDown {
        PENS.fetch_add(1, Ordering::Relaxed);
    }
    if action == kOfxInteractActionPenUp && PENS.load(Ordering::Relaxed) == 0 {
        crash("crashes when a pen goes up first");
    }
    if action == kOfxActionDescribe { kOfxStatOK } else { kOfxStatReplyDefault }
}

fn draw(context: OfxDrawContextHandle) -> OfxStatus {
    if fault("does not draw") {
        return kOfxStatFailed;
    }
    let Some(suite) = suites().draw else { return kOfxStatReplyDefault };
    let points = [OfxPointD { x: 1.0, y: 1.0 }, OfxPointD { x: 20.0, y: 20.0 }];
    if let Some(draw) = suite.draw {
        let lines = OfxDrawPrimitive_kOfxDrawPrimitiveLines;
        unsafe { draw(context, lines, points.as_ptr(), points.len() as _) };
    }
    kOfxStatOK
}
