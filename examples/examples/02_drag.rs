//! One handle, one target: `cargo run --release --package dragfx-examples --example 02_drag [CHECKPOINT]`.
//!
//! A [`DragSession`] holds a generator's features, a latent and points, and takes one step at a time.

#![expect(clippy::print_stdout, reason = "an example shows what it does")]

use anyhow::Result;
use dragfx_engine::{Cancel, DragSession, DragSettings, ImagePoint, Method, NoiseMode, PointPair, Truncation};
use dragfx_examples::{generator, save};

fn main() -> Result<()> {
    let mut generator = generator()?;
    let cancel = Cancel::new();
    let latent = generator.latent(1, Truncation::NONE, &[], &cancel)?;
    println!("before: {}", save(&generator.picture(&latent, NoiseMode::Const, &cancel)?, "drag-before.png")?.display());

    // Image pixels: x to the right, y down, the centre of the first pixel at (0, 0). The lower lip goes down.
    let pair = PointPair::new(ImagePoint::new(124.0, 169.0), ImagePoint::new(124.0, 190.0));
    let settings = DragSettings { max_steps: 100, ..DragSettings::for_method(Method::Reference) };
    let model = generator.drag(generator.default_tap(), NoiseMode::Const)?;
    let mut session = DragSession::new(Box::new(model), latent, vec![pair], settings)?;

    let reason = session.run(&cancel, |report| {
        // The handle belongs to the latent before this step's update: it is tracked in the next step's features.
        let handle = report.points[0].handle;
        if report.step % 10 == 1 || report.reached {
            let loss = report.loss.map_or(f64::NAN, |loss| loss.total());
            println!(
                "step {:>3}: handle at ({:>4.1}, {:>4.1}), {:>4.1} px to go, loss {loss:.4}, {:.0} + {:.0} + {:.0} ms",
                report.step,
                handle.x,
                handle.y,
                report.distances[0],
                report.timing.forward_ms,
                report.timing.backward_ms,
                report.timing.rest_ms,
            );
        }
    })?;
    println!("stopped after {} steps: {reason:?}", session.steps());

    let picture = generator.picture(&session.latent(), NoiseMode::Const, &cancel)?;
    println!("after: {}", save(&picture, "drag-after.png")?.display());
    Ok(())
}
