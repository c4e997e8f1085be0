//! Changing a drag while it goes on, and going back.

use dragfx_engine::{Cancel, DragError, DragSession, DragSettings, ImagePoint, Method, PointPair, Space};

use crate::session::{half_mask, pair, settings, tanh};

fn points() -> Vec<PointPair> {
    vec![pair((30.0, 15.0), (45.0, 18.0)), pair((12.0, 40.0), (12.0, 55.0))]
}

fn advance(session: &mut DragSession, steps: usize) {
    for _ in 0..steps {
        session.step(&Cancel::new()).expect("a step");
    }
}

/// Everything that must repeat bit for bit.
fn bits(session: &DragSession) -> (Vec<u32>, Vec<PointPair>, Vec<Vec<u32>>) {
    let latent = session.latent().ws().iter().map(|value| value.to_bits()).collect();
    let moments =
        session.history().map(|state| state.adam().square().iter().map(|value| value.to_bits()).collect()).collect();
    (latent, session.points().to_vec(), moments)
}

#[test]
fn going_back_and_on_repeats_the_same_bits() {
    for method in [Method::Reference, Method::Paper] {
        let mut session = tanh(points(), settings(method), true);
        session.set_mask(Some(half_mask())).expect("a mask");
        advance(&mut session, 4);
        let at_four = bits(&session);
        advance(&mut session, 5);
        let at_nine = bits(&session);
        let recorded = session.latent_at(4).expect("a finished step");
        for step in [4, 0] {
            session.undo_to(step).expect("a finished step");
            assert_eq!(session.steps(), step);
            advance(&mut session, 4 - step.min(4));
            assert_eq!(bits(&session), at_four, "{method:?} from {step}");
            assert_eq!(session.latent(), recorded);
            advance(&mut session, 5);
            assert_eq!(bits(&session), at_nine, "{method:?} from {step}");
        }
        assert!(matches!(session.undo_to(10), Err(DragError::NoSuchStep { step: 10, taken: 9 })));
        assert_eq!(session.history().len(), 10);
        assert!(session.latent_at(10).is_none());
    }
}

#[test]
fn going_back_restores_points_that_were_edited_since() {
    let mut session = tanh(points(), settings(Method::Reference), true);
    advance(&mut session, 3);
    let mut edited = session.points().to_vec();
    edited[0].target.x = 20.0;
    session.set_points(edited.clone()).expect("points");
    advance(&mut session, 2);
    session.undo_to(3).expect("a finished step");
    assert_eq!(session.points(), edited, "step 4 departed from the edited points");
    session.undo_to(2).expect("a finished step");
    assert_eq!(session.points()[0].target.x, 45.0);
}

#[test]
fn settling_does_not_change_the_drag() {
    for method in [Method::Reference, Method::Paper] {
        let (mut plain, mut settled) = (tanh(points(), settings(method), true), tanh(points(), settings(method), true));
        advance(&mut plain, 7);
        for _ in 0..7 {
            settled.settle(&Cancel::new()).expect("settled");
            let tracked = settled.points().to_vec();
            assert_eq!(
                settled.settle(&Cancel::new()).expect("settled").points,
                tracked,
                "settling twice is settling once"
            );
            advance(&mut settled, 1);
        }
        assert_eq!(bits(&plain), bits(&settled), "{method:?}");
    }
}

#[test]
fn a_mask_that_comes_late_compares_with_the_same_start() {
    let mut early = tanh(points(), settings(Method::Reference), false);
    early.set_mask(Some(half_mask())).expect("a mask");
    let mut late = tanh(points(), settings(Method::Reference), false);
    advance(&mut early, 1);
    advance(&mut late, 1);
    late.set_mask(Some(half_mask())).expect("a mask");
    advance(&mut early, 3);
    advance(&mut late, 3);
    assert_eq!(bits(&early), bits(&late), "at the first step the mask term is zero and has no gradient");
}

#[test]
fn a_disabled_point_is_as_good_as_none() {
    for method in [Method::Reference, Method::Paper] {
        let mut disabled = points();
        disabled[1].enabled = false;
        let (mut with, mut without) =
            (tanh(disabled.clone(), settings(method), true), tanh(points()[..1].to_vec(), settings(method), true));
        advance(&mut with, 4);
        advance(&mut without, 4);
        assert_eq!(with.latent(), without.latent(), "{method:?}");
        assert_eq!(with.points()[1], disabled[1], "a disabled handle stays");
    }
}

#[test]
fn templates_follow_the_rules_of_the_method() {
    let elsewhere = |session: &mut DragSession| {
        let mut moved = session.points().to_vec();
        moved[0].handle = dragfx_engine::ImagePoint::new(50.0, 50.0);
        session.set_points(moved).expect("points");
        session.step(&Cancel::new()).expect("a step")
    };
    let mut reference = tanh(points(), settings(Method::Reference), true);
    advance(&mut reference, 2);
    let report = elsewhere(&mut reference);
    assert!(report.matches[0].expect("tracked") > 0.1, "the old template is searched at the new place");

    let mut paper = tanh(points(), settings(Method::Paper), true);
    advance(&mut paper, 2);
    let report = elsewhere(&mut paper);
    assert_eq!(report.matches[0], None, "a placed handle is where the user says");
    assert_eq!(report.points[0].handle, dragfx_engine::ImagePoint::new(50.0, 50.0));
    assert!(report.matches[1].is_some());

    let mut third = reference.points().to_vec();
    third.push(pair((5.0, 5.0), (9.0, 9.0)));
    reference.set_points(third).expect("points");
    let report = reference.step(&Cancel::new()).expect("a step");
    assert!(report.matches.iter().all(|found| *found == Some(0.0)), "all templates are new: {:?}", report.matches);
}

#[test]
fn settings_change_in_flight_except_what_shapes_the_drag() {
    let mut session = tanh(points(), settings(Method::Reference), true);
    session.set_settings(DragSettings { space: Space::W, ..settings(Method::Paper) }).expect("before the first step");
    session.set_settings(settings(Method::Reference)).expect("before the first step");
    advance(&mut session, 2);
    session.set_learning_rate(5e-3).expect("in range");
    let before = session.latent().into_ws();
    advance(&mut session, 1);
    let largest = (session.latent().into_ws() - before).mapv(f32::abs).into_iter().fold(0.0, f32::max);
    assert!(largest > 3e-3, "the new step size counts at once: {largest}");
    assert!(session.history().last().expect("a state").adam().steps() == 3, "Adam goes on");
    let error = session.set_settings(settings(Method::Paper)).expect_err("another method");
    assert!(matches!(error, DragError::FixedInFlight { field: "method" }));
    let error = session
        .set_settings(DragSettings { space: Space::W, ..settings(Method::Reference) })
        .expect_err("another space");
    assert!(matches!(error, DragError::FixedInFlight { field: "space" }));
    assert!(session.set_learning_rate(f64::NAN).is_err());
    assert_eq!(session.settings().learning_rate, 5e-3);
}

#[test]
fn a_point_keeps_its_template_when_another_is_taken_out() {
    let mut session = tanh(points(), settings(Method::Paper), true);
    advance(&mut session, 3);
    let mut alone = tanh(points(), settings(Method::Paper), true);
    advance(&mut alone, 3);

    // The second point by itself: once with the first taken out, once with it switched off. Its template is the same.
    let second = vec![session.points()[1].clone()];
    session.set_points(second).expect("points");
    let mut off = alone.points().to_vec();
    off[0].enabled = false;
    alone.set_points(off).expect("points");
    advance(&mut session, 4);
    advance(&mut alone, 4);
    assert_eq!(session.points()[0], alone.points()[1]);
    assert_eq!(session.latent(), alone.latent());
}

#[test]
fn a_target_moves_without_its_handle() {
    let mut session = tanh(points(), settings(Method::Reference), true);
    advance(&mut session, 3);
    let before = session.points()[0].clone();
    session.set_target(0, ImagePoint { x: 20.0, y: 21.0 }).expect("a target");
    assert_eq!(session.points()[0].handle, before.handle);
    assert_eq!(session.points()[0].target, ImagePoint { x: 20.0, y: 21.0 });
    let error = session.set_target(2, before.target).expect_err("no such point").to_string();
    assert!(error.contains("no point 3, only 2"), "{error}");
}

#[test]
fn points_on_one_spot_keep_their_own_templates() {
    let advanced = || {
        let far = pair((50.0, 50.0), (55.0, 50.0));
        let mut session = tanh([points(), vec![far]].concat(), settings(Method::Paper), true);
        advance(&mut session, 2);
        // The last is put where the second is: two points on one spot, with templates of different times.
        let mut moved = session.points().to_vec();
        moved[2].handle = moved[1].handle;
        session.set_points(moved).expect("points");
        session
    };
    let (mut plain, mut edited) = (advanced(), advanced());
    let target = edited.points()[0].target;
    edited.set_target(0, target).expect("the target that it has");
    advance(&mut plain, 3);
    advance(&mut edited, 3);
    assert_eq!(bits(&edited), bits(&plain), "an edit that changes nothing");
}

#[test]
fn a_state_that_was_written_and_read_goes_on_as_if_nothing_had_been() {
    for method in [Method::Reference, Method::Paper] {
        for masked in [false, true] {
            let new = || tanh(points(), settings(method), true);
            let mask = |session: &mut DragSession| session.set_mask(masked.then(half_mask)).expect("a mask");
            let mut session = new();
            mask(&mut session);
            advance(&mut session, 4);
            let state = session.history().last().expect("a state").clone();
            let text = serde_json::to_string(&state).expect("a state is data");
            let read = serde_json::from_str(&text).expect("our own text");
            session.set_target(0, ImagePoint::new(20.0, 30.0)).expect("a target");
            advance(&mut session, 4);
            for state in [state, read] {
                let start = session.start().clone();
                let mut resumed = DragSession::resume(new().into_model(), start, state, settings(method))
                    .expect("a state of its own");
                mask(&mut resumed);
                resumed.set_target(0, ImagePoint::new(20.0, 30.0)).expect("a target");
                advance(&mut resumed, 4);
                assert_eq!(resumed.latent(), session.latent(), "{method:?}, masked: {masked}");
                assert_eq!(resumed.points(), session.points());
            }
        }
    }
}

#[test]
fn a_state_of_another_drag_is_refused() {
    let mut session = tanh(points(), settings(Method::Paper), true);
    advance(&mut session, 1);
    let state = session.history().last().expect("a state").clone();
    let start = session.start().clone();
    let in_w = DragSettings { space: Space::W, ..settings(Method::Paper) };
    let refused = DragSession::resume(session.into_model(), start, state, in_w).expect_err("another space");
    assert!(matches!(refused, DragError::OtherState { .. }), "{refused}");
}
