//! Overlays.

use ofx_host::interact::{InteractKind, Overlay, PressedKey, View};

use crate::bench::Bench;
use crate::check::{Check, Stop};
use crate::subject::{Setup, Subject};

pub(crate) const CHECKS: &[Check] = &[
    Check::new(
        "interact.create",
        "Overlays can be made and destroyed without anything in between, several of one instance at once.",
        "ofxInteract.h: kOfxActionCreateInstanceInteract, kOfxActionDestroyInstanceInteract",
        create,
    ),
    Check::new(
        "interact.draw",
        "Overlays can be drawn in views of any size, scale and time, before and after anything else.",
        "ofxInteract.h: kOfxInteractActionDraw; ofxDrawSuite.h",
        draw,
    ),
    Check::new(
        "interact.input",
        "Pens and keys in any order, anywhere, are survived.",
        "ofxInteract.h: kOfxInteractActionPenDown, kOfxInteractActionPenMotion, kOfxInteractActionKeyDown",
        input,
    ),
];

fn with_overlay(bench: &Bench) -> Result<Subject, Stop> {
    let subject = bench.subject(&Setup::default())?;
    if subject.plugin.description().overlay == 0 {
        return Err(Stop::Skip("it has no overlay".to_owned()));
    }
    Ok(subject)
}

fn overlay(bench: &Bench, subject: &Subject, view: &View) -> Result<Overlay, Stop> {
    bench.doing("making an overlay");
    let overlay = subject.instance.overlay(view)?;
    overlay.ok_or_else(|| Stop::Skip("it has no overlay that this host can make".to_owned()))
}

fn create(bench: &Bench) -> Result<(), Stop> {
    let subject = with_overlay(bench)?;
    let view = View::default();
    drop(overlay(bench, &subject, &view)?);
    let (first, second) = (overlay(bench, &subject, &view)?, overlay(bench, &subject, &view)?);
    bench.doing("destroying overlays in the order in which they were made");
    drop(first);
    drop(second);
    let last = overlay(bench, &subject, &view)?;
    bench.doing("destroying an overlay after its instance was let go");
    drop(subject);
    drop(last);
    Ok(())
}

fn views() -> [View; 5] {
    let view = View { render_scale: [1.0; 2], ..View::default() };
    [
        view.clone(),
        View { size: [1, 1], ..view.clone() },
        View { pixel_scale: [0.01, 0.02], origin: [-500.0, 300.0], time: 3.5, ..view.clone() },
        View { pixel_scale: [100.0; 2], density: 2.0, suggested_colour: Some([1.0, 0.0, 0.0]), ..view.clone() },
        View { render_scale: [0.25, 0.5], time: -7.0, background: [1.0; 3], ..view },
    ]
}

fn draw(bench: &Bench) -> Result<(), Stop> {
    let subject = with_overlay(bench)?;
    let mut overlay = overlay(bench, &subject, &View::default())?;
    if overlay.kind() != InteractKind::OverlayV2 {
        return Err(Stop::Skip("it draws with OpenGL, and there is no window here".to_owned()));
    }
    for view in views() {
        bench.doing(format_args!("drawing an overlay in {view:?}"));
        if let Err(error) = overlay.draw(&view) {
            bench.fail(format_args!("in a view of {:?} pixels: {error}", view.size));
        }
    }
    Ok(())
}

fn input(bench: &Bench) -> Result<(), Stop> {
    let subject = with_overlay(bench)?;
    let mut dice = bench.dice();
    let mut overlay = overlay(bench, &subject, &View::default())?;
    let views = views();
    let draws = overlay.kind() == InteractKind::OverlayV2;
    // First what nobody expects: a pen that goes up and a key that is let go before they came down.
    for step in 0..200 {
        let view = &views[dice.below(views.len())];
        let place = [dice.unit() * 700.0 - 30.0, dice.unit() * 500.0 - 10.0];
        let pressure = dice.unit();
        let key = [(0x61, "a"), (0xff1b, ""), (0xff0d, "\r"), (0xff53, "")][dice.below(4)];
        let key = PressedKey { symbol: key.0, text: key.1 };
        let which = if step == 0 { 1 } else { dice.below(9) };
        bench.doing(format_args!("sending pen or key {which} at {place:?}, {key:?}"));
        let result = match which {
            0 => overlay.pen_down(view, place, pressure),
            1 => overlay.pen_up(view, place, pressure),
            2 | 3 => overlay.pen_motion(view, place, pressure),
            4 => overlay.key_down(view, key),
            5 => overlay.key_up(view, key),
            6 => overlay.key_repeat(view, key),
            7 => overlay.lose_focus(view).map(|()| true),
            _ if draws => overlay.draw(view).map(|_| true),
            _ => overlay.gain_focus(view).map(|()| true),
        };
        if let Err(error) = result {
            bench.fail(error);
            break;
        }
    }
    bench.doing("destroying an overlay while it has the focus");
    Ok(())
}
