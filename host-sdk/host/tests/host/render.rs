//! Pictures.

use std::ops::ControlFlow;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use ofx_host::{
    Components, Context, Depth, Field, HostError, Picture, PointD, RectI, RenderRequest, RowLayout, RowOrder,
    SuiteFilter,
};

use crate::stage::{BOUNDS, Ear, Stage, close, inverted, options, source};

fn pixels(picture: &Picture) -> Vec<[f32; 4]> {
    picture.to_rgba(RowOrder::BottomUp)
}

#[test]
fn every_depth_components_and_layout_give_the_same_picture() {
    let stage = Stage::new();
    let mut wrong = Vec::new();
    for &components in Components::ALL {
        for &depth in Depth::ALL {
            let source = source().convert(components, depth, RowLayout::default()).unwrap();
            let expected = inverted(&source, components, depth);
            let instance = stage.plugin().instance(Context::Filter, options(Some(source))).unwrap();
            for order in [RowOrder::BottomUp, RowOrder::TopDown] {
                for padding in [0, 4, 33] {
                    let layout = RowLayout { order, padding };
                    let picture = instance.render(&RenderRequest { layout, ..RenderRequest::at(1.0) }).unwrap();
                    let format = (picture.components(), picture.depth(), picture.row_bytes() < 0, picture.bounds());
                    let asked = (components, depth, order == RowOrder::TopDown, BOUNDS);
                    if format != asked || !close(&pixels(&picture), &expected) {
                        wrong.push(format!("{asked:?} {padding}: {format:?}"));
                    }
                }
            }
        }
    }
    assert!(wrong.is_empty(), "{wrong:#?}");
    assert_eq!(stage.plugin().complaints(), []);
}

#[test]
fn a_part_is_a_part_of_the_whole_and_black_outside() {
    let stage = Stage::new();
    let instance = stage.filter("");
    let whole = instance.render(&RenderRequest::at(1.0)).unwrap();
    for window in [RectI::new(0, 3, 5, 4), RectI::new(-9, 0, 1, 20), RectI::new(9, 8, 10, 9)] {
        let part = instance.render(&RenderRequest { window: Some(window), ..RenderRequest::at(1.0) }).unwrap();
        assert_eq!(pixels(&part), pixels(&whole.crop(window).unwrap()), "{window:?}");
    }
    let nothing = RenderRequest { window: Some(RectI::new(50, 50, 60, 60)), ..RenderRequest::at(1.0) };
    assert!(matches!(instance.render(&nothing), Err(HostError::Nothing { .. })));
}

#[test]
fn a_smaller_scale_is_a_smaller_picture() {
    let stage = Stage::new();
    let instance = stage.filter("");
    for scale in [0.5, 0.25, 2.0] {
        let scale = PointD::new(scale, scale);
        let picture = instance.render(&RenderRequest { scale, ..RenderRequest::at(1.0) }).unwrap();
        let expected = source().rescale(scale).unwrap();
        assert_eq!((picture.bounds(), picture.scale), (expected.bounds(), scale));
        let expected = inverted(&expected, Components::Rgba, Depth::Float);
        assert!(close(&pixels(&picture), &expected), "{scale:?}");
    }
}

#[test]
fn keyframes_count_and_sequences_break_off() {
    let stage = Stage::new();
    let instance = stage.plugin().instance(Context::Generator, options(None)).unwrap();
    instance.set_at("gain", 1.0, 0.0).unwrap();
    instance.set_at("gain", 5.0, 1.0).unwrap();
    let mut seen = Vec::new();
    let request = RenderRequest::default();
    instance
        .render_sequence((1.0, 5.0), 1.0, &request, |time, picture| {
            seen.push((time, picture.pixel(0, 0)[0]));
            if time < 4.0 { ControlFlow::Continue(()) } else { ControlFlow::Break(()) }
        })
        .unwrap();
    assert_eq!(seen.iter().map(|(time, _)| *time).collect::<Vec<_>>(), [1.0, 2.0, 3.0, 4.0]);
    assert!(
        seen[0].1 == 0.0 && (seen[2].1 - 0.5).abs() < 1e-6 && seen.is_sorted_by(|one, two| one.1 < two.1),
        "{seen:?}"
    );
    let log = stage.ear.log();
    let count = |action: &str| log.iter().filter(|line| line.as_str() == action).count();
    let renders =
        ["BeginSequenceRender", "Render", "EndSequenceRender"].map(|name| format!("OfxImageEffectAction{name}"));
    assert_eq!(renders.map(|action| count(&action)), [1, 4, 1]);
}

#[test]
fn a_frame_that_the_plugin_leaves_alone_is_the_inputs() {
    let stage = Stage::new();
    let instance = stage.filter("identity");
    assert_eq!(pixels(&instance.render(&RenderRequest::at(1.0)).unwrap()), pixels(&source()));
    let request = RenderRequest { identity: false, ..RenderRequest::at(1.0) };
    assert_ne!(pixels(&instance.render(&request).unwrap()), pixels(&source()));
}

#[test]
fn a_render_is_cancelled_from_another_thread() {
    let stage = Stage::new();
    let instance = stage.filter("wait");
    let cancel = Arc::new(AtomicBool::new(false));
    let request = RenderRequest { cancel: Some(cancel.clone()), ..RenderRequest::at(1.0) };
    std::thread::scope(|scope| {
        let rendering = scope.spawn(|| instance.render(&request));
        std::thread::sleep(Duration::from_millis(20));
        cancel.store(true, Ordering::Relaxed);
        assert!(matches!(rendering.join().unwrap(), Err(HostError::Cancelled)));
    });
}

#[test]
fn requests_that_cannot_be_are_refused() {
    let stage = Stage::new();
    let instance = stage.filter("");
    let at = RenderRequest::at;
    let bad = [
        RenderRequest { field: Field::Lower, ..at(1.0) },
        RenderRequest { scale: PointD::new(0.0, 1.0), ..at(1.0) },
        RenderRequest { scale: PointD::new(f64::NAN, 1.0), ..at(1.0) },
        at(f64::INFINITY),
    ];
    let taken: Vec<_> = bad.iter().filter(|request| instance.render(request).is_ok()).collect();
    assert!(taken.is_empty(), "{taken:?}");
    let alone = stage.plugin().instance(Context::Filter, options(None)).unwrap();
    assert!(matches!(alone.render(&at(1.0)), Err(HostError::NotConnected { .. })));
}

#[test]
fn a_function_that_the_host_lacks_changes_no_pixel() {
    let optional = ["OfxMultiThreadSuite", "OfxMessageSuite", "OfxProgressSuite", "OfxTimeLineSuite", "OfxMemorySuite"];
    let all: Vec<_> = Stage::new().host.suites().filter(|suite| optional.contains(&suite.0)).collect();
    assert_eq!(all.len(), 7);
    let expected = inverted(&source(), Components::Rgba, Depth::Float);
    let mut wrong = Vec::new();
    for (suite, version, functions) in all {
        let filters = functions.iter().map(|function| SuiteFilter::default().without_function(suite, function));
        for filter in filters.chain([SuiteFilter::default().without(suite, version)]) {
            let stage = Stage::with(|settings| settings.suites = filter.clone(), Ear::default());
            let instance = stage.filter("time line");
            instance.press("button").unwrap();
            if !close(&pixels(&instance.render(&RenderRequest::at(1.0)).unwrap()), &expected) {
                wrong.push(filter);
            }
        }
    }
    assert!(wrong.is_empty(), "{wrong:#?}");
}

#[test]
fn eight_threads_render_as_the_safety_class_allows() {
    for identifier in ["test.unsafe", "test.instance", "test.full"] {
        let stage = Stage::new();
        let plugin = stage.library.plugin(identifier).unwrap();
        let expected = inverted(&source(), Components::Rgba, Depth::Float);
        let shared = plugin.instance(Context::Filter, options(Some(source()))).unwrap();
        std::thread::scope(|scope| {
            for number in 0..8 {
                let (plugin, shared, expected) = (&plugin, &shared, &expected);
                scope.spawn(move || {
                    let own = plugin.instance(Context::Filter, options(Some(source()))).unwrap();
                    let instance = if number % 2 == 0 { &own } else { shared };
                    for _ in 0..50 {
                        let picture = instance.render(&RenderRequest::at(1.0)).unwrap();
                        assert!(close(&pixels(&picture), expected));
                    }
                });
            }
        });
        let said: Vec<_> = stage.ear.log().into_iter().filter(|line| line.contains("two threads")).collect();
        assert_eq!(said, [""; 0], "{identifier}");
        assert_eq!(plugin.complaints(), [], "{identifier}");
    }
}

#[test]
fn parts_of_a_high_frame_are_rendered_at_once() {
    let stage = Stage::with(|settings| settings.threads = 4, Ear::default());
    let plugin = stage.library.plugin("test.full").unwrap();
    let bounds = RectI::new(0, 0, 3, 300);
    let numbers: Vec<f32> = (0..900).map(|at| at as f32 / 900.0).collect();
    let source = Picture::from_f32(bounds, Components::Alpha, RowOrder::TopDown, &numbers).unwrap();
    let expected = inverted(&source, Components::Alpha, Depth::Float);
    let instance = plugin.instance(Context::Filter, options(Some(source))).unwrap();
    let picture = instance.render(&RenderRequest::at(1.0)).unwrap();
    assert!(close(&pixels(&picture), &expected));
    let renders = stage.ear.log().iter().filter(|line| line.as_str() == "OfxImageEffectActionRender").count();
    assert_eq!(renders, 4);
}
