//! The way of a drag: made by a button, kept in the project, forgotten.

use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use ofx_host::{HostError, RenderRequest};

use crate::support::{alone, assert_same, dragged, frame, text};

#[test]
fn a_button_bakes_the_drag_into_the_project() {
    let expected = |folder: &Path| {
        let frames = [("0", 0.0), ("0.35", 0.35), ("1", 1.0)];
        frames.map(|(name, progress)| (name, dragged(folder, progress, "", ""))).into()
    };
    alone("way::a_button_bakes_the_drag_into_the_project", expected, |stage, expected| {
        let instance = stage.pair();
        assert_eq!(text(&instance, "state"), "Nothing is baked");
        instance.press("drag").expect("a drag");
        assert_eq!(text(&instance, "state"), "Baked: 6 steps, not arrived");
        assert!(stage.heard.edits.lock().expect("no panic").contains(&"Drag".to_owned()), "one change to undo");
        // From now on no drag is needed.
        instance.set("auto", false).expect("yes or no");
        for progress in [0.0, 0.35, 1.0] {
            instance.set("progress", progress).expect("a number");
            let expected = &expected[&progress.to_string()];
            assert_same(&frame(&instance, 1.0), expected, &format!("baked, at {progress}"));
            assert_same(&frame(&instance, 77.0), expected, "at every time");
        }
        let saved = instance.save().expect("values");
        let baked = frame(&instance, 1.0);
        instance.set("seed", 5).expect("a number");
        assert_eq!(text(&instance, "state"), "Baked: 6 steps, not arrived; the settings have changed since");
        assert_eq!(frame(&instance, 1.0), baked, "what is baked stays");
        instance.set("auto", true).expect("yes or no");
        assert!(text(&instance, "state").ends_with("so it is not used"), "{}", text(&instance, "state"));
        assert_ne!(frame(&instance, 1.0), baked, "the picture follows the settings");
        instance.press("forget").expect("nothing baked");
        assert_eq!((text(&instance, "state"), text(&instance, "baked")), ("Nothing is baked".into(), String::new()));
        drop(instance);

        let options = ofx_host::InstanceOptions {
            project: ofx_host::Project { size: ofx_host::PointD::new(64.0, 64.0), ..ofx_host::Project::default() },
            params: Some(saved),
            ..ofx_host::InstanceOptions::default()
        };
        let again = stage.plugin.instance(ofx_host::Context::General, options).expect("the project is opened again");
        assert_eq!(frame(&again, 1.0), baked);
    });
}

#[test]
fn a_drag_shows_its_progress_and_can_be_cancelled() {
    alone(
        "way::a_drag_shows_its_progress_and_can_be_cancelled",
        |_| Vec::new(),
        |stage, _| {
            let instance = stage.pair();
            instance.press("drag").expect("a drag");
            let baked = text(&instance, "baked");
            assert!(baked.starts_with("dragfx1_"));
            // Never arrives, so that only the user can end it.
            instance.set("maxSteps", 100_000).expect("a number");
            instance.set("target1", [4000.0, 33.5]).expect("a point");
            stage.heard.progress.lock().expect("no panic").clear();
            stage.heard.patience.store(20, Ordering::Relaxed);
            instance.press("drag").expect("no failure: the user wanted it so");
            let progress = stage.heard.progress.lock().expect("no panic").clone();
            assert!(
                progress.len() >= 20 && progress.is_sorted() && progress.iter().all(|done| (0.0..=1.0).contains(done))
            );
            assert_eq!(text(&instance, "baked"), baked, "what was baked stays");
            assert!(text(&instance, "state").contains("changed since"));
        },
    );
}

#[test]
fn a_render_that_nobody_wants_any_more_ends() {
    alone(
        "way::a_render_that_nobody_wants_any_more_ends",
        |_| Vec::new(),
        |stage, _| {
            let instance = stage.pair();
            instance.set("maxSteps", 100_000).expect("a number");
            instance.set("target1", [4000.0, 33.5]).expect("a point");
            let cancel = Arc::new(AtomicBool::new(false));
            let request = RenderRequest { cancel: Some(Arc::clone(&cancel)), ..RenderRequest::at(1.0) };
            std::thread::scope(|scope| {
                scope.spawn(|| {
                    std::thread::sleep(Duration::from_millis(300));
                    cancel.store(true, Ordering::Relaxed);
                });
                let ended = instance.render(&request);
                assert!(matches!(ended, Err(HostError::Cancelled)), "{ended:?}");
            });
            assert_eq!(instance.message(), None);
        },
    );
}

#[test]
fn buttons_without_points_say_what_is_missing() {
    alone(
        "way::buttons_without_points_say_what_is_missing",
        |_| Vec::new(),
        |stage, _| {
            let instance = stage.pair();
            instance.set("enable1", false).expect("yes or no");
            instance.press("drag").expect("nothing happens");
            let messages = stage.heard.messages.lock().expect("no panic").clone();
            assert_eq!(messages, ["Add a point first: there is nothing to drag"]);
            assert_eq!(text(&instance, "baked"), "");
        },
    );
}
