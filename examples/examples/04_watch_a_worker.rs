//! A drag on its own thread: `cargo run --release --package dragfx-examples --example 04_watch_a_worker [CHECKPOINT]`.
//!
//! What an application does: commands go in and return at once, events come out. Here a target is moved while the drag
//! runs, the drag is paused, and ten steps are taken back.

#![expect(clippy::print_stdout, reason = "an example shows what it does")]

use anyhow::{Result, bail};
use dragfx_engine::worker::Event;
use dragfx_engine::{
    Cancel, DragSession, DragSettings, DragWorker, ImagePoint, Method, NoiseMode, PointPair, Truncation,
};
use dragfx_examples::{generator, save};

fn main() -> Result<()> {
    let mut generator = generator()?;
    let cancel = Cancel::new();
    let latent = generator.latent(1, Truncation::NONE, &[], &cancel)?;
    let pair = PointPair::new(ImagePoint::new(124.0, 169.0), ImagePoint::new(124.0, 190.0));
    let settings = DragSettings { max_steps: 100, ..DragSettings::for_method(Method::Reference) };
    let model = generator.drag(generator.default_tap(), NoiseMode::Const)?;
    let session = DragSession::new(Box::new(model), latent, vec![pair], settings)?;

    // A user interface would use `spawn_with_notify`, to be woken for each event, and `events().try_recv()`.
    let mut worker = DragWorker::spawn(session)?;
    worker.start();
    let last = loop {
        match worker.events().recv()? {
            Event::Step { report, .. } if report.step == 10 => {
                println!("step 10: the target moves to the right");
                // The drag may have gone on since: the handle is then a step old, and is tracked again from there.
                let mut points = report.points;
                points[0].target = ImagePoint::new(136.0, 188.0);
                worker.set_points(points);
            }
            Event::Step { report, .. } if report.step == 20 => {
                println!("step 20: {:.1} px to go; pause", report.distances[0]);
                worker.pause();
            }
            Event::Step { .. } => {}
            Event::Stopped { reason, step, .. } => {
                println!("at rest after {step} steps: {reason:?}; back by ten");
                worker.undo_to(step.saturating_sub(10));
            }
            // A picture is made of a latent when somebody looks, not at every step.
            Event::Undone { step, latent, .. } => {
                println!("back at step {step}");
                break latent;
            }
            Event::Rejected(error) | Event::Failed(error) => bail!(error),
            other => println!("{other:?}"),
        }
    };
    println!("{}", save(&generator.picture(&last, NoiseMode::Const, &cancel)?, "worker.png")?.display());

    // The session comes back with its history, to go on without a thread, or to give the generator's graphs back.
    let session = worker.finish()?;
    println!("the session is at step {} of its history of {}", session.steps(), session.history().len());
    Ok(())
}
