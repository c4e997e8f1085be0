//! An interact of a plugin made for this, called as a host calls it.

use std::cell::RefCell;
use std::sync::Arc;

use super::*;
use crate::Misuse;
use crate::complaint::Ledger;
use crate::handle::peek;
use crate::property;
use crate::scope::Scope;

const EFFECT: usize = 0x1230;

struct Owner(Arc<Ledger>);

impl InteractOwner for Owner {
    fn effect(&self) -> usize {
        EFFECT
    }

    fn call(&self, action: &'static CStr, _time: Option<f64>, code: &mut dyn FnMut()) {
        let _scope = Scope::new(self.0.clone(), action).enter();
        code();
    }
}

thread_local! {
    /// What the plugin was told, and what it answers to which action.
    static TOLD: RefCell<Vec<String>> = const { RefCell::new(Vec::new()) };
    static ANSWERS: RefCell<Vec<(&'static CStr, OfxStatus)>> = const { RefCell::new(Vec::new()) };
    /// The context that it was given last.
    static CONTEXT: RefCell<OfxDrawContextHandle> = const { RefCell::new(std::ptr::null_mut()) };
}

fn doubles<const N: usize>(set: OfxPropertySetHandle, name: &CStr) -> Option<[f64; N]> {
    let mut values = [0.0; N];
    // SAFETY: name and place are good.
    let status = unsafe { property::SUITE.propGetDoubleN.unwrap()(set, name.as_ptr(), N as i32, values.as_mut_ptr()) };
    (status == kOfxStatOK).then_some(values)
}

fn ints<const N: usize>(set: OfxPropertySetHandle, name: &CStr) -> Option<[i32; N]> {
    let mut values = [0; N];
    // SAFETY: name and place are good.
    let status = unsafe { property::SUITE.propGetIntN.unwrap()(set, name.as_ptr(), N as i32, values.as_mut_ptr()) };
    (status == kOfxStatOK).then_some(values)
}

fn pointer(set: OfxPropertySetHandle, name: &CStr) -> *mut c_void {
    let mut value = std::ptr::null_mut();
    // SAFETY: name and place are good.
    unsafe { property::SUITE.propGetPointer.unwrap()(set, name.as_ptr(), 0, &mut value) };
    value
}

/// Remembers what it is told, draws a line and a text, and depends on two parameters.
unsafe extern "C" fn plugin(
    action: *const c_char,
    handle: *const c_void,
    arguments: OfxPropertySetHandle,
    _: OfxPropertySetHandle,
) -> OfxStatus {
    // SAFETY: the host passes the name of an action.
    let action = unsafe { CStr::from_ptr(action) };
    let handle = handle.cast_mut().cast::<OfxInteract>();
    let mut own = std::ptr::null_mut();
    // SAFETY: the place is good.
    assert_eq!(unsafe { SUITE.interactGetPropertySet.unwrap()(handle, &mut own) }, kOfxStatOK);
    let mut told = action.to_str().unwrap().replace("OfxInteractAction", "").replace("OfxAction", "");
    if !arguments.is_null() {
        assert_eq!(pointer(arguments, kOfxPropEffectInstance).addr(), EFFECT);
        assert_eq!(pointer(own, kOfxPropEffectInstance).addr(), EFFECT);
        let [time] = doubles(arguments, kOfxPropTime).unwrap();
        told += &format!(" t{time}");
    }
    if let Some(position) = doubles::<2>(arguments, kOfxInteractPropPenPosition).filter(|_| told.contains("Pen")) {
        let pixel = ints::<2>(arguments, kOfxInteractPropPenViewportPosition).unwrap();
        let [pressure] = doubles(arguments, kOfxInteractPropPenPressure).unwrap();
        told += &format!(" {position:?} {pixel:?} {pressure}");
    }
    if told.contains("Key") {
        let [symbol] = ints(arguments, kOfxPropKeySym).unwrap();
        told += &format!(" {symbol}");
    }
    if action == kOfxActionCreateInstance {
        for (index, name) in [c"a", c"b"].into_iter().enumerate() {
            let put = property::SUITE.propSetString.unwrap();
            // SAFETY: both are strings.
            unsafe { put(own, kOfxInteractPropSlaveToParam.as_ptr(), index as i32, name.as_ptr()) };
        }
    }
    if action == kOfxInteractActionDraw {
        let context = pointer(arguments, kOfxInteractPropDrawContext).cast::<OfxDrawContext>();
        CONTEXT.set(context);
        draw_something(context);
        // SAFETY: the handle is good.
        unsafe { SUITE.interactSwapBuffers.unwrap()(handle) };
    }
    if action == kOfxInteractActionPenDown {
        // SAFETY: the handle is good.
        unsafe { SUITE.interactRedraw.unwrap()(handle) };
    }
    TOLD.with_borrow_mut(|list| list.push(told));
    ANSWERS.with_borrow(|list| list.iter().find(|(name, _)| *name == action).map_or(kOfxStatReplyDefault, |(_, s)| *s))
}

/// A line of the colour for what is active, a dotted ellipse, a text, and what is refused between.
fn draw_something(context: OfxDrawContextHandle) {
    let suite = &DRAW_SUITE;
    let mut colour = OfxRGBAColourF { r: 0.0, g: 0.0, b: 0.0, a: 0.0 };
    let points = [OfxPointD { x: 1.0, y: 2.0 }, OfxPointD { x: 3.0, y: 4.0 }];
    let (ok, value) = (kOfxStatOK, kOfxStatErrValue);
    let (draw, text, none) = (suite.draw.unwrap(), suite.drawText.unwrap(), std::ptr::null());
    // SAFETY: all pointers are good where they are not null, and there are two points.
    let rows = unsafe {
        [
            (suite.getColour.unwrap()(context, OfxStandardColour_kOfxStandardColourOverlayActive, &mut colour), ok),
            (suite.getColour.unwrap()(context, 7, &mut colour), value),
            (suite.setColour.unwrap()(context, &colour), ok),
            (suite.setColour.unwrap()(context, std::ptr::null()), kOfxStatErrBadHandle),
            (draw(context, OfxDrawPrimitive_kOfxDrawPrimitiveLines, points.as_ptr(), 2), ok),
            (draw(context, OfxDrawPrimitive_kOfxDrawPrimitivePolygon, points.as_ptr(), 2), value),
            (draw(context, 9, points.as_ptr(), 2), value),
            (draw(context, OfxDrawPrimitive_kOfxDrawPrimitiveLines, points.as_ptr(), -1), value),
            (draw(context, OfxDrawPrimitive_kOfxDrawPrimitiveLines, std::ptr::null(), 2), kOfxStatErrBadHandle),
            (suite.setLineWidth.unwrap()(context, 2.5), ok),
            (suite.setLineWidth.unwrap()(context, -1.0), value),
            (suite.setLineStipple.unwrap()(context, 1), ok),
            (suite.setLineStipple.unwrap()(context, 5), value),
            (draw(context, OfxDrawPrimitive_kOfxDrawPrimitiveEllipse, points.as_ptr(), 2), ok),
            (text(context, c"Größe".as_ptr(), points.as_ptr(), 3), ok),
            (text(context, none, points.as_ptr(), 3), value),
            (text(context, c"x".as_ptr(), std::ptr::null(), 3), value),
        ]
    };
    for (index, (found, expected)) in rows.into_iter().enumerate() {
        assert_eq!(found, expected, "row {index}");
    }
}

fn overlay(kind: InteractKind) -> (Overlay, Arc<Ledger>) {
    TOLD.take();
    let ledger = Arc::new(Ledger::default());
    let described = {
        let _scope = Scope::new(ledger.clone(), kOfxActionDescribe).enter();
        // SAFETY: it is the entry point of an interact.
        unsafe { Described::new(kind, plugin as *mut c_void) }.unwrap().unwrap()
    };
    (Overlay::new(Arc::new(Owner(ledger.clone())), described, &View::default()).unwrap(), ledger)
}

#[test]
fn what_is_drawn_is_recorded_with_its_style() {
    let (mut overlay, ledger) = overlay(InteractKind::OverlayV2);
    let view = View::default();
    let list = overlay.draw(&view).unwrap();
    let active = Style { colour: view.palette.active, ..Style::default() };
    let dotted = Style { line_width: 2.5, stipple: Stipple::Dot, ..active };
    let alignment = Alignment { horizontal: Horizontal::Centre, vertical: Vertical::Baseline };
    let expected = [
        Item { style: active, shape: Shape::Lines(vec![[1.0, 2.0], [3.0, 4.0]]) },
        Item { style: dotted, shape: Shape::Ellipse([[1.0, 2.0], [3.0, 4.0]]) },
        Item { style: dotted, shape: Shape::Text { text: "Größe".into(), at: [1.0, 2.0], alignment } },
    ];
    assert_eq!(list.items, expected);
    let again: DisplayList = serde_json::from_str(&serde_json::to_string(&list).unwrap()).unwrap();
    assert_eq!(again, list);
    assert_eq!((overlay.take_swaps(), overlay.take_swaps()), (1, 0));
    // A context is one only while its interact draws.
    let _scope = Scope::new(ledger.clone(), c"later").enter();
    let late = CONTEXT.take();
    // SAFETY: it takes numbers alone.
    assert_eq!(unsafe { DRAW_SUITE.setLineWidth.unwrap()(late, 1.0) }, kOfxStatFailed);
    assert!(ledger.list().iter().any(|complaint| complaint.misuse == Misuse::StaleHandle));
}

#[test]
fn actions_come_with_their_arguments_and_in_their_order() {
    let (mut overlay, _) = overlay(InteractKind::OverlayV2);
    let view = View { origin: [100.0, 50.0], pixel_scale: [2.0, 0.5], time: 7.0, ..View::default() };
    ANSWERS.set(vec![(kOfxInteractActionPenDown, kOfxStatOK), (kOfxInteractActionKeyUp, kOfxStatFailed)]);
    let key = PressedKey { symbol: 65, text: "A" };
    assert_eq!(overlay.pen_motion(&view, [10.5, 20.5], 0.0), Ok(false));
    assert_eq!(overlay.pen_down(&view, [10.5, 20.5], 2.0), Ok(true));
    assert_eq!((overlay.take_redraw(), overlay.take_redraw()), (true, false));
    assert_eq!(overlay.pen_up(&view, [-0.5, 0.0], 0.0), Ok(false));
    assert_eq!((overlay.key_down(&view, key), overlay.key_repeat(&view, key)), (Ok(false), Ok(false)));
    let failed = InteractError::new(kOfxInteractActionKeyUp, Status::FAILED);
    assert_eq!(overlay.key_up(&view, key), Err(failed));
    assert_eq!((overlay.lose_focus(&view), overlay.lose_focus(&view)), (Ok(()), Ok(())));
    assert_eq!(overlay.depends_on(), ["a", "b"]);
    let handle = overlay.interact.handle::<OfxInteract>();
    drop(overlay);
    assert!(peek::<Interact, _>(handle).is_none());
    ANSWERS.take();
    let expected = [
        "Describe",
        "CreateInstance",
        "GainFocus t7",
        "PenMotion t7 [121.0, 60.25] [10, 20] 0",
        "PenDown t7 [121.0, 60.25] [10, 20] 1",
        "PenUp t7 [99.0, 50.0] [-1, 0] 0",
        "KeyDown t7 65",
        "KeyRepeat t7 65",
        "KeyUp t7 65",
        "LoseFocus t7",
        "DestroyInstance",
    ];
    assert_eq!(TOLD.take(), expected);
}

#[test]
fn what_draws_with_opengl_is_drawn_only_where_there_is_some() {
    for kind in [InteractKind::OverlayV1, InteractKind::Param] {
        let (mut overlay, _) = overlay(kind);
        assert_eq!(overlay.draw(&View::default()), Err(InteractError::NeedsOpenGl));
        assert_eq!(overlay.pen_motion(&View::default(), [0.0; 2], 0.0), Ok(false), "pens need none");
        for opengl in [OpenGl::Current, OpenGl::Nowhere] {
            assert_eq!(overlay.draw(&View { opengl, ..View::default() }).unwrap().items.len(), 3);
        }
    }
}

#[test]
fn refusals_are_errors_and_no_entry_is_no_interact() {
    // SAFETY: null stands for none.
    assert!(unsafe { Described::new(InteractKind::OverlayV2, std::ptr::null_mut()) }.unwrap().is_none());
    let error = InteractError::new(kOfxActionDescribe, Status::FAILED);
    ANSWERS.set(vec![(kOfxActionDescribe, kOfxStatFailed)]);
    // SAFETY: it is the entry point of an interact.
    let refused = unsafe { Described::new(InteractKind::OverlayV2, plugin as *mut c_void) };
    assert_eq!(refused.err(), Some(error));
    ANSWERS.take();
}
