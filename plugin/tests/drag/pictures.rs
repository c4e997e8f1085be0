//! Pictures in every context, project, and state of the host.

use std::path::Path;

use ofx_host::{Context, PointD, RenderRequest, RowLayout, RowOrder};

use crate::support::{PAIR, SIDE, alone, assert_same, dragged, frame, pixels, place, start, still, text};

#[test]
fn without_points_the_start_is_shown_in_every_context() {
    let expected = |folder: &Path| vec![("start", start(folder))];
    alone("pictures::without_points_the_start_is_shown_in_every_context", expected, |stage, expected| {
        let source = still(SIDE as i32, SIDE as i32, |_, _| [0.25, 0.5, 0.75, 1.0]);
        for context in [Context::Generator, Context::Filter, Context::General] {
            let clips = if context == Context::Filter { vec![("Source", source.clone())] } else { Vec::new() };
            let instance = stage.instance(context, [SIDE as f64; 2], &clips);
            assert_same(&frame(&instance, 1.0), &expected["start"], &format!("{context:?}"));
            for order in [RowOrder::BottomUp, RowOrder::TopDown] {
                let layout = RowLayout { order, padding: 12 };
                let request = RenderRequest { layout, ..RenderRequest::at(1.0) };
                assert_same(&pixels(&instance, &request), &expected["start"], &format!("{context:?} {order:?}"));
            }
        }
    });
}

#[test]
fn the_picture_lies_over_the_source_or_over_nothing() {
    let expected = |folder: &Path| vec![("start", start(folder))];
    alone("pictures::the_picture_lies_over_the_source_or_over_nothing", expected, |stage, expected| {
        let (width, height) = (SIDE * 2, SIDE);
        let source = still(width as i32, height as i32, |_, _| [0.25, 0.5, 0.75, 1.0]);
        let instance = stage.instance(Context::Filter, [width as f64, height as f64], &[("Source", source)]);
        for (over, around) in [(true, [0.25, 0.5, 0.75, 1.0]), (false, [0.0; 4])] {
            instance.set("overSource", over).expect("yes or no");
            let found = frame(&instance, 1.0);
            let row = |y: usize| &found[y * width..(y + 1) * width];
            let inside: Vec<_> = (0..height).flat_map(|y| row(y)[SIDE / 2..SIDE / 2 + SIDE].to_vec()).collect();
            assert_same(&inside, &expected["start"], "in the middle");
            for y in 0..height {
                assert!(row(y)[..SIDE / 2].iter().chain(&row(y)[SIDE / 2 + SIDE..]).all(|pixel| *pixel == around));
            }
        }
    });
}

#[test]
fn proxies_are_smaller_and_linear_light_is_linear() {
    alone(
        "pictures::proxies_are_smaller_and_linear_light_is_linear",
        |_| Vec::new(),
        |stage, _| {
            let instance = stage.instance(Context::Generator, [SIDE as f64; 2], &[]);
            let whole = frame(&instance, 1.0);
            let half = pixels(&instance, &RenderRequest { scale: PointD::new(0.5, 0.5), ..RenderRequest::at(1.0) });
            assert_eq!(half.len() * 4, whole.len());
            let mean = |pixels: &[[f32; 4]]| pixels.iter().map(|pixel| pixel[1]).sum::<f32>() / pixels.len() as f32;
            assert!((mean(&half) - mean(&whole)).abs() < 0.01, "{} {}", mean(&half), mean(&whole));
            instance.set("transfer", 2).expect("a choice");
            let linear = frame(&instance, 1.0);
            for (linear, srgb) in linear.iter().zip(&whole) {
                let expected = ((srgb[0] + 0.055) / 1.055).powf(2.4);
                assert!(srgb[0] <= 0.05 || (linear[0] - expected).abs() < 1e-5, "{linear:?} {srgb:?}");
            }
        },
    );
}

#[test]
fn a_drag_while_rendering_is_the_graphs_and_thumbnails_start_none() {
    let expected = |folder: &Path| {
        vec![("start", start(folder)), ("end", dragged(folder, 1.0, "", "")), ("way", dragged(folder, 0.35, "", ""))]
    };
    alone("pictures::a_drag_while_rendering_is_the_graphs_and_thumbnails_start_none", expected, |stage, expected| {
        let instance = stage.pair();
        let thumbnail = RenderRequest { thumbnail: true, ..RenderRequest::at(1.0) };
        assert_same(&pixels(&instance, &thumbnail), &expected["start"], "a thumbnail");
        assert_same(&frame(&instance, 1.0), &expected["end"], "the end");
        instance.set("progress", 0.35).expect("a number");
        assert_same(&frame(&instance, 1.0), &expected["way"], "on the way");
        instance.set("auto", false).expect("yes or no");
        assert_same(&frame(&instance, 1.0), &expected["start"], "nothing is baked");
    });
}

#[test]
fn a_mask_lies_where_the_project_has_it() {
    let expected = |folder: &Path| {
        let nodes = r#", { "id": 4, "name": "mask", "type": "mask", "version": 1, "params": { "width": 64, "height": 64,
            "shapes": [{ "shape": "rectangle", "center": [31.5, 15.5], "radii": [40, 16] }] } }"#;
        let wires = r#", { "from": "mask.mask", "to": "drag.mask" }"#;
        vec![("masked", dragged(folder, 1.0, nodes, wires))]
    };
    alone("pictures::a_mask_lies_where_the_project_has_it", expected, |stage, expected| {
        let side = SIDE as i32;
        // White in the upper half; rows of clips count from the bottom.
        let mask = still(side, side, |_, y| if y >= side / 2 { [1.0; 4] } else { [0.0; 4] });
        let instance = stage.instance(Context::General, [SIDE as f64; 2], &[("Mask", mask)]);
        place(&instance, 1, PAIR);
        instance.set("maxSteps", 6).expect("a number");
        let unmasked = frame(&instance, 1.0);
        instance.set("useMask", true).expect("yes or no");
        let masked = frame(&instance, 1.0);
        assert_same(&masked, &expected["masked"], "masked");
        assert_ne!(masked, unmasked, "a mask that does nothing tests nothing");
        assert_eq!(instance.frames_needed(9.0).expect("an answer")["Mask"], [(9.0, 9.0)]);
        instance.set("warmStart", true).expect("yes or no");
        instance.set("firstFrame", 4).expect("a number");
        assert_eq!(instance.frames_needed(9.0).expect("an answer")["Mask"], [(4.0, 9.0)]);
    });
}

#[test]
fn what_a_user_can_mend_is_said() {
    alone(
        "pictures::what_a_user_can_mend_is_said",
        |_| Vec::new(),
        |stage, _| {
            let instance = stage.pair();
            let fails = |expected: &str| {
                instance.render(&RenderRequest::at(1.0)).expect_err(expected);
                let message = instance.message().map(|message| message.text).unwrap_or_default();
                assert!(message.contains(expected), "{message}");
            };
            let model = text(&instance, "model");
            instance.set("model", "/nowhere/face.pkl").expect("a text");
            fails("/nowhere/face.pkl");
            instance.set("model", "").expect("a text");
            fails("choose a checkpoint");
            instance.set("model", &*model).expect("a text");
            instance.set("handle1", [-20.0, 10.0]).expect("a point");
            fails("the handle of point 1 is not on the picture");
            instance.set("handle1", [20.5, 33.5]).expect("a point");
            frame(&instance, 1.0);
            assert_eq!(instance.message(), None, "what is mended is no longer said");
        },
    );
}
