//! The drag on its own thread.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::{Duration, Instant};

use dragfx_engine::worker::Event;
use dragfx_engine::{
    Cancel, DragError, DragModel, DragSession, DragSettings, DragWorker, FeatureMap, Geometry, Mask, Method,
};
use dragfx_engine::{ModelError, Regions, StopReason, Window};
use ndarray::{Array2, Array3, ArrayView2};

use crate::models::{Blobs, FieldModel, Tanh};
use crate::session::{blobs, latent, pair, settings, tanh_geometry};

/// Longer than anything here takes.
const PATIENCE: Duration = Duration::from_secs(20);

fn next(worker: &DragWorker) -> Event {
    worker.events().recv_timeout(PATIENCE).expect("an event in time")
}

fn until_stopped(worker: &DragWorker) -> (usize, StopReason) {
    for steps in 0.. {
        match next(worker) {
            Event::Step { .. } => {}
            Event::Stopped { reason, .. } => return (steps, reason),
            other => panic!("unexpected {other:?}"),
        }
    }
    unreachable!("the range has no end")
}

/// A model whose forwards, from the third on, last until somebody cancels.
struct Endless(FieldModel<Tanh>, Arc<AtomicUsize>);

impl DragModel for Endless {
    fn geometry(&self) -> &Geometry {
        self.0.geometry()
    }

    fn forward(&mut self, ws: ArrayView2<'_, f32>, regions: &Regions, cancel: &Cancel) -> Result<(), ModelError> {
        if self.1.fetch_add(1, Ordering::SeqCst) >= 2 {
            let begin = Instant::now();
            while !cancel.is_cancelled() && begin.elapsed() < PATIENCE {
                std::thread::sleep(Duration::from_millis(1));
            }
        }
        self.0.forward(ws, regions, cancel)
    }

    fn maps(&self) -> Vec<FeatureMap<'_>> {
        self.0.maps()
    }

    fn backward(&mut self, gradient: &[Array3<f32>], cancel: &Cancel) -> Result<Array2<f32>, ModelError> {
        self.0.backward(gradient, cancel)
    }

    fn prefers_windows(&self, windows: &[Window]) -> bool {
        self.0.prefers_windows(windows)
    }
}

fn endless() -> (DragSession, Arc<AtomicUsize>) {
    let count = Arc::new(AtomicUsize::new(0));
    let model = Endless(FieldModel::new(Tanh::new(tanh_geometry())), Arc::clone(&count));
    let points = vec![pair((30.0, 15.0), (45.0, 18.0))];
    let session = DragSession::new(Box::new(model), latent(&tanh_geometry(), 4), points, settings(Method::Reference));
    (session.expect("a session"), count)
}

fn wait_for(count: &AtomicUsize, value: usize) {
    let begin = Instant::now();
    while count.load(Ordering::SeqCst) < value {
        assert!(begin.elapsed() < PATIENCE, "the model was not called");
        std::thread::sleep(Duration::from_millis(1));
    }
}

#[test]
fn runs_to_the_target_and_hands_the_session_back() {
    let woken = Arc::new(AtomicUsize::new(0));
    let notify = Arc::clone(&woken);
    let session = blobs(vec![pair(Blobs::CENTRE, (40.0, 28.0))], settings(Method::Reference));
    let mut worker = DragWorker::spawn_with_notify(session, move || {
        notify.fetch_add(1, Ordering::SeqCst);
    })
    .expect("a thread");
    worker.start();
    let (steps, reason) = until_stopped(&worker);
    let session = worker.finish().expect("the session");
    assert_eq!((reason, session.steps()), (StopReason::Reached, steps));
    assert_eq!(woken.load(Ordering::SeqCst), steps + 1);
}

#[test]
fn the_cap_stops_it_and_a_higher_cap_goes_on() {
    let capped = |max_steps| DragSettings { max_steps, ..settings(Method::Paper) };
    let mut worker = DragWorker::spawn(blobs(vec![pair(Blobs::CENTRE, (45.0, 28.0))], capped(3))).expect("a thread");
    worker.start();
    assert_eq!(until_stopped(&worker), (3, StopReason::MaxSteps));
    worker.set_settings(capped(5));
    worker.start();
    assert_eq!(until_stopped(&worker), (2, StopReason::MaxSteps));
}

#[test]
fn a_pause_cuts_a_step_short() {
    let (session, count) = endless();
    let mut worker = DragWorker::spawn(session).expect("a thread");
    worker.start();
    wait_for(&count, 3);
    worker.pause();
    assert_eq!(until_stopped(&worker), (2, StopReason::Cancelled));
    worker.start();
    wait_for(&count, 4);
    worker.undo_to(1);
    assert_eq!(until_stopped(&worker), (0, StopReason::Cancelled));
    match next(&worker) {
        Event::Undone { step: 1, .. } => {}
        other => panic!("unexpected {other:?}"),
    }
    assert_eq!(worker.finish().expect("the session").steps(), 1);
}

#[test]
fn dropping_the_handle_ends_the_thread() {
    let (session, count) = endless();
    let alive = Arc::downgrade(&count);
    let mut worker = DragWorker::spawn(session).expect("a thread");
    worker.start();
    wait_for(&count, 3);
    drop(worker);
    drop(count);
    let begin = Instant::now();
    while alive.upgrade().is_some() {
        assert!(begin.elapsed() < PATIENCE, "the thread still holds its session");
        std::thread::sleep(Duration::from_millis(1));
    }
}

#[test]
fn refusals_and_failures_are_told() {
    let mut model = FieldModel::new(Tanh::new(tanh_geometry()));
    model.broken_from = 1;
    let points = vec![pair((30.0, 15.0), (45.0, 18.0))];
    let session = DragSession::new(Box::new(model), latent(&tanh_geometry(), 4), points, settings(Method::Reference))
        .expect("a session");
    let mut worker = DragWorker::spawn(session).expect("a thread");
    worker.set_mask(Some(Mask::from_gray(&Array2::zeros((2, 2)))));
    assert!(matches!(next(&worker), Event::Rejected(DragError::Mask(_))));
    worker.set_points(Vec::new());
    assert!(matches!(next(&worker), Event::Rejected(DragError::Point(_))));
    worker.undo_to(3);
    assert!(matches!(next(&worker), Event::Rejected(DragError::NoSuchStep { step: 3, taken: 0 })));
    worker.start();
    assert!(matches!(next(&worker), Event::Step { .. }));
    assert!(matches!(next(&worker), Event::Failed(DragError::NotFinite { step: 2, .. })));
    assert_eq!(worker.finish().expect("the session").steps(), 1);
}
