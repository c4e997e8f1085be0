//! Computing a graph while the host waits: it may lose interest, its GPU may fail, and safe mode computes nothing.

use std::panic::resume_unwind;
use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::mpsc::{self, RecvTimeoutError};
use std::thread;
use std::time::Duration;

use dragfx_engine::Cancel;
use dragfx_graph::document::Document;
use dragfx_graph::error::{EvalError, NodeError};
use dragfx_graph::eval::{Evaluator, Event, Happening, Plan, Target};
use dragfx_graph::models::ModelError;
use dragfx_graph::value::{Image, Value};
use dragfx_runtime::Device;

use crate::clips::Clips;
use crate::effect::Request;
use crate::failure::Failure;
use crate::ffi::effect::Instance;
use crate::ffi::message::Progress;
use crate::{log, picture, shared};

/// Gives the picture of a clip at a frame; `None` where there is none. It is called on the host's thread.
pub type Fetch<'a> = &'a dyn Fn(&str, f64) -> Result<Option<Arc<Image>>, Failure>;

/// An output of a graph that is wanted for an instance.
#[derive(Clone, Copy)]
pub struct Work<'a> {
    /// The instance.
    pub instance: &'a Instance<'a>,
    /// The graph, made with [`Clips::registry`] if it reads clips.
    pub document: &'a Document,
    /// Where its relative paths start.
    pub folder: &'a Path,
    /// The output and the frame.
    pub target: &'a Target,
    /// The clips that it reads.
    pub clips: &'a Clips,
    /// Where their pictures come from.
    pub fetch: Fetch<'a>,
}

/// How long the host's thread waits before it looks whether the host has lost interest.
const PATIENCE: Duration = Duration::from_millis(10);

/// Computes an output on a device, and on the CPU if a GPU fails. To be called on the host's thread.
///
/// # Errors
/// [`Failure::Cancelled`] where the host or the user lost interest; what the user should know.
pub fn evaluate(work: &Work<'_>, device: Device, progress: Option<&Progress<'_>>) -> Result<Value, Failure> {
    let evaluator = shared::evaluator(device)?;
    match evaluate_on(&evaluator, work, progress) {
        Err(Failure::Graph(error)) if evaluator.models().device_class() != "cpu" && is_of_device(&error) => {
            log::line(&format!("{} failed, going on with the CPU: {error}", evaluator.models().device_class()));
            evaluate_on(&*shared::evaluator(Device::Cpu)?, work, progress)
        }
        done => done,
    }
}

/// Whether another device may help.
fn is_of_device(error: &EvalError) -> bool {
    let models = |error: &ModelError| matches!(error, ModelError::Open { .. });
    match &*error.cause {
        NodeError::Generator(_) | NodeError::Drag(_) => true,
        NodeError::Model(error) => models(error),
        _ => false,
    }
}

fn evaluate_on(evaluator: &Evaluator, work: &Work<'_>, progress: Option<&Progress<'_>>) -> Result<Value, Failure> {
    let plan = || evaluator.plan(work.document, work.folder, std::slice::from_ref(work.target));
    let first = plan();
    let wanted = work.clips.wanted();
    if wanted.is_empty() {
        return wait(evaluator, &first, work.instance, progress);
    }
    for (clip, frame) in wanted {
        if work.instance.aborted() {
            return Err(Failure::Cancelled);
        }
        work.clips.put(&clip, frame, (work.fetch)(&clip, frame)?)?;
    }
    wait(evaluator, &plan(), work.instance, progress)
}

/// Runs a plan with one target beside the host's thread, which asks the host meanwhile whether to go on.
fn wait(
    evaluator: &Evaluator,
    plan: &Plan,
    instance: &Instance<'_>,
    progress: Option<&Progress<'_>>,
) -> Result<Value, Failure> {
    let (cancel, done) = (Cancel::new(), Done::default());
    thread::scope(|scope| {
        let (tell, told) = mpsc::channel();
        let (cancel, done) = (&cancel, &done);
        let work = scope.spawn(move || {
            let values = evaluator.run(plan, &|event: &Event<'_>| done.see(event), cancel);
            // Who waits for it waits until it is told.
            drop(tell.send(values));
        });
        loop {
            match told.recv_timeout(PATIENCE) {
                Ok(mut values) => return values.swap_remove(0).map_err(Failure::from),
                Err(RecvTimeoutError::Timeout) => {
                    let unwanted = progress.is_some_and(|progress| !progress.update(done.part()));
                    if unwanted || instance.aborted() {
                        cancel.cancel();
                    }
                }
                Err(RecvTimeoutError::Disconnected) => match work.join() {
                    Ok(()) => return Err(Failure::Cancelled),
                    Err(panic) => resume_unwind(panic),
                },
            }
        }
    })
}

/// How much of a run is done, in millionths. It never goes back.
#[derive(Default)]
struct Done(AtomicU64);

impl Done {
    fn see(&self, event: &Event<'_>) {
        let part = if let Happening::Part { done, .. } = event.what { done } else { 0.0 };
        let done = (event.completed as f64 + part) / event.total.max(1) as f64;
        self.0.fetch_max((done * 1e6) as u64, Ordering::Relaxed);
    }

    fn part(&self) -> f64 {
        self.0.load(Ordering::Relaxed) as f64 / 1e6
    }
}

/// Whether nothing is to be computed, so that a project can be opened that would not open otherwise.
#[must_use]
pub fn is_safe_mode() -> bool {
    std::env::var_os("DRAGFX_SAFE_MODE").is_some_and(|value| !value.is_empty() && value != "0")
}

/// What is rendered in safe mode: the picture of a clip or nothing, and a message that says why.
///
/// # Errors
/// The host does not give what it should.
pub fn render_safely(instance: &Instance<'_>, request: &Request, clip: Option<&str>) -> Result<(), Failure> {
    instance.show_error("DragFX computes nothing, because DRAGFX_SAFE_MODE is set. Parameters are kept");
    picture::pass(instance, request, clip)
}
