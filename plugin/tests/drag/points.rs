//! Points: added, removed, moved in the viewer.

use ofx_host::interact::{Overlay, PressedKey, Shape, Stipple, View};
use ofx_host::param::ParamValue;
use ofx_host::{Context, Instance};

use crate::support::{PAIR, SIDE, alone, frame, place, still};

fn is_enabled(instance: &Instance, number: usize) -> bool {
    instance.get(&format!("enable{number}"), 1.0).expect("yes or no") == ParamValue::from(true)
}

fn point(instance: &Instance, name: &str) -> [f64; 2] {
    match instance.get(name, 1.0) {
        Ok(ParamValue::Doubles(numbers)) => [numbers[0], numbers[1]],
        other => panic!("{name}: {other:?}"),
    }
}

#[test]
fn points_are_added_and_removed() {
    alone(
        "points::points_are_added_and_removed",
        |_| Vec::new(),
        |stage, _| {
            let instance = stage.instance(Context::General, [1920.0, 1080.0], &[]);
            instance.press("addPoint").expect("a point");
            instance.press("addPoint").expect("another");
            assert_eq!([1, 2, 3].map(|number| is_enabled(&instance, number)), [true, true, false]);
            let handle = point(&instance, "handle1");
            assert!(handle[0] > 420.0 && handle[0] < 1500.0 && handle[1] > 0.0, "{handle:?}: it lies on the picture");
            instance.press("removePoint").expect("one less");
            assert_eq!([1, 2].map(|number| is_enabled(&instance, number)), [true, false]);
            for _ in 0..20 {
                instance.press("addPoint").expect("up to all");
            }
            assert!((1..=16).all(|number| is_enabled(&instance, number)));
            let messages = stage.heard.messages.lock().expect("no panic").clone();
            assert!(
                messages.iter().all(|message| message == "There are no more than 16 points") && !messages.is_empty()
            );
        },
    );
}

fn viewer(instance: &Instance) -> (View, Overlay) {
    let view = View { size: [SIDE as u32; 2], time: 1.0, ..View::default() };
    let overlay = instance.overlay(&view).expect("an answer").expect("an overlay");
    (view, overlay)
}

#[test]
fn points_are_drawn_and_moved_in_the_viewer() {
    alone(
        "points::points_are_drawn_and_moved_in_the_viewer",
        |_| Vec::new(),
        |stage, _| {
            let instance = stage.pair();
            place(&instance, 3, [50.0, 10.0, 55.0, 60.0]);
            let (view, mut overlay) = viewer(&instance);
            let texts = |overlay: &mut Overlay| {
                let list = overlay.draw(&view).expect("a drawing");
                let texts = list.items.iter().filter_map(|item| match &item.shape {
                    Shape::Text { text, .. } => Some(text.clone()),
                    _ => None,
                });
                texts.collect::<Vec<_>>()
            };
            assert_eq!(texts(&mut overlay), ["1", "3"], "only what is enabled");

            let target = point(&instance, "target1");
            assert!(!overlay.pen_down(&view, [5.0, 5.0], 1.0).expect("an answer"), "a press elsewhere is not ours");
            assert!(overlay.pen_down(&view, [target[0] + 2.0, target[1]], 1.0).expect("an answer"));
            assert!(overlay.pen_motion(&view, [target[0] + 9.0, target[1] - 4.0], 1.0).expect("an answer"));
            assert_eq!(point(&instance, "target1"), target, "it is written when the pen is lifted");
            assert!(overlay.pen_up(&view, [target[0] + 9.0, target[1] - 4.0], 1.0).expect("an answer"));
            assert_eq!(point(&instance, "target1"), [target[0] + 7.0, target[1] - 4.0]);
            assert!(!overlay.pen_motion(&view, target, 1.0).expect("an answer"), "nothing is held any more");
            let edits = stage.heard.edits.lock().expect("no panic").clone();
            assert_eq!(edits.last().map(String::as_str), Some("Move target 1"));

            let key = |symbol: i32| PressedKey { symbol, text: "" };
            assert!(!overlay.key_down(&view, key(ofx_sys::kOfxKey_a)).expect("an answer"));
            assert!(overlay.key_down(&view, key(ofx_sys::kOfxKey_Delete)).expect("an answer"));
            assert!(!is_enabled(&instance, 1));
            assert!(!overlay.key_down(&view, key(ofx_sys::kOfxKey_Delete)).expect("an answer"), "nothing is chosen");
            assert_eq!(texts(&mut overlay), ["3"]);
        },
    );
}

#[test]
fn the_way_of_the_handles_is_shown() {
    alone(
        "points::the_way_of_the_handles_is_shown",
        |_| Vec::new(),
        |stage, _| {
            let instance = stage.pair();
            let (view, mut overlay) = viewer(&instance);
            // The sign of a place has four corners.
            let places = |overlay: &mut Overlay| {
                let list = overlay.draw(&view).expect("a drawing");
                list.items
                    .iter()
                    .filter(|item| matches!(&item.shape, Shape::Polygon(points) if points.len() == 4))
                    .count()
            };
            assert_eq!(places(&mut overlay), 0, "nothing was rendered");
            frame(&instance, 1.0);
            assert_eq!(places(&mut overlay), 1, "a picture was rendered");
            instance.set("progress", 0.5).expect("a number");
            assert_eq!(places(&mut overlay), 0, "another one was not");
            instance.press("drag").expect("a drag");
            assert_eq!(places(&mut overlay), 1, "all pictures of what is baked are known");
        },
    );
}

#[test]
fn the_outline_of_the_mask_is_that_of_the_last_picture() {
    alone(
        "points::the_outline_of_the_mask_is_that_of_the_last_picture",
        |_| Vec::new(),
        |stage, _| {
            let far = |x: f64, y: f64| (x - 24.0).hypot(y - 36.0);
            let instance = || {
                let mask = still(SIDE as i32, SIDE as i32, |x, y| {
                    if far(f64::from(x) + 0.5, f64::from(y) + 0.5) < 16.0 { [1.0; 4] } else { [0.0; 4] }
                });
                let instance = stage.instance(Context::General, [SIDE as f64; 2], &[("Mask", mask)]);
                place(&instance, 1, PAIR);
                instance.set("maxSteps", 1).expect("a number");
                instance.set("useMask", true).expect("yes or no");
                instance
            };
            // Hosts render other instances than those that they show.
            let (shown, rendered) = (instance(), instance());
            let (view, mut overlay) = viewer(&shown);
            let frame_corner = [0.0, 0.0];
            let mut outlines = || {
                let list = overlay.draw(&view).expect("a drawing");
                let dashed = list.items.into_iter().filter(|item| item.style.stipple == Stipple::Dash);
                let lines = dashed.filter_map(|item| match item.shape {
                    Shape::LineLoop(points) if !points.contains(&frame_corner) => Some(points),
                    _ => None,
                });
                lines.collect::<Vec<_>>()
            };
            assert!(outlines().is_empty(), "nothing was rendered");
            frame(&rendered, 1.0);
            let lines = outlines();
            assert_eq!(lines.len(), 1);
            for [x, y] in &lines[0] {
                assert!((far(*x, *y) - 16.0).abs() < 1.0, "{x}, {y}: not where the mask is");
            }
            shown.set("useMask", false).expect("yes or no");
            assert!(outlines().is_empty(), "the mask is not used");
            shown.set("useMask", true).expect("yes or no");
            shown.set("maskGrow", 4.0).expect("a number");
            assert!(outlines().is_empty(), "no picture has this mask");
            shown.press("drag").expect("a drag");
            let lines = outlines();
            assert!(lines[0].iter().all(|[x, y]| (far(*x, *y) - 20.0).abs() < 1.5), "a drag has: {lines:?}");
        },
    );
}

#[test]
fn a_moved_point_with_keyframes_gets_a_keyframe() {
    alone(
        "points::a_moved_point_with_keyframes_gets_a_keyframe",
        |_| Vec::new(),
        |stage, _| {
            let instance = stage.pair();
            instance.set_at("target1", 1.0, [30.0, 30.0]).expect("a keyframe");
            instance.set_at("target1", 9.0, [40.0, 30.0]).expect("a keyframe");
            let (view, mut overlay) = viewer(&instance);
            let view = View { time: 5.0, ..view };
            assert!(overlay.pen_down(&view, [35.0, 30.0], 1.0).expect("an answer"));
            assert!(overlay.pen_motion(&view, [35.0, 20.0], 1.0).expect("an answer"));
            assert!(overlay.pen_up(&view, [35.0, 20.0], 1.0).expect("an answer"));
            let times: Vec<f64> = instance.keys("target1").expect("keyframes").iter().map(|key| key.time).collect();
            assert_eq!(times, [1.0, 5.0, 9.0]);
        },
    );
}
