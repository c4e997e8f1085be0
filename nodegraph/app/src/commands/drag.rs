//! `dragfx drag`.

use anyhow::{Context, Result, anyhow};
use dragfx_engine::{Cancel, DragSession, Generator, Latent, Mask, Method, PointPair, StepReport, StopReason};
use serde_json::{Value, json};

use crate::args::DragArgs;
use crate::exit::{Cancelled, Invalid};
use crate::trace::Trace;
use crate::{animation, latents, open, overlay, picture, print, progress, settings};

/// Drags, then writes what was asked for; Ctrl-C writes what the last finished step gives.
pub(crate) fn run(args: &DragArgs) -> Result<()> {
    check_paths(args)?;
    let settings = settings::of(&args.settings)?;
    let points = points(args)?;
    let mask = args.mask.as_deref().map(picture::read_mask).transpose()?;
    let (mut generator, cancel) = open::generator(&args.model)?;
    let start = latents::source(&args.source, &args.look, &mut generator, &cancel)?;
    let tap = args.settings.tap.unwrap_or_else(|| generator.default_tap());
    let graphs = generator.drag(tap, args.noise.noise)?;
    let mut session = DragSession::new(Box::new(graphs), start, points, settings)?;
    if let Some(mask) = mask {
        let mask = Mask::from_gray8(&mask);
        if session.settings().method == Method::Reference && !mask.has_both_extremes() {
            eprintln!("note: the mask is all white or all black, which the reference method takes as none");
        }
        session.set_mask(Some(mask))?;
    }

    let mut trace = args.trace.as_ref().map(|_| Trace::default());
    let mut reports = Vec::new();
    let end = drag(&mut session, &cancel, trace.as_mut(), &mut reports);
    let results = Results {
        latent: session.latent(),
        film: args.animation.as_ref().map_or_else(Vec::new, |_| scenes(args, &session, &reports)),
        trace,
        facts: facts(args, tap, &session, &mut generator, &end, &reports),
        last: reports.last().cloned(),
    };
    // The drag's graphs go before pictures are made: a large model would need half as much memory again.
    drop(session);
    // What follows shows and keeps the steps that were taken, whatever ended them.
    let saved = results.save(args, &mut generator);
    if args.json {
        print::line(format_args!("{:#}", results.facts))?;
    } else {
        print::line(summary(args, &results))?;
    }
    match end {
        Ok(StopReason::Cancelled) => saved.and(Err(anyhow!(Cancelled))),
        Ok(_) => saved,
        // What could not be saved after a failure failed for the same reason.
        Err(error) => Err(error),
    }
}

fn check_paths(args: &DragArgs) -> Result<()> {
    picture::check_path(&args.output, picture::FORMATS)?;
    let others: [(&Option<_>, &[&str]); 3] =
        [(&args.animation, animation::FORMATS), (&args.save_latent, latents::FORMATS), (&args.trace, &["npz"])];
    others
        .iter()
        .filter_map(|(path, formats)| Some((path.as_ref()?, formats)))
        .try_for_each(|(path, formats)| picture::check_path(path, formats))
}

fn points(args: &DragArgs) -> Result<Vec<PointPair>> {
    let (handles, targets) = (args.handle.len(), args.target.len());
    if handles != targets {
        let message = format!("{handles} handles but {targets} targets: give one --target for each --handle");
        return Err(anyhow!(Invalid(message)));
    }
    Ok(args.handle.iter().zip(&args.target).map(|(&handle, &target)| PointPair::new(handle, target)).collect())
}

/// Steps until the drag arrives, reaches its cap or is cancelled.
fn drag(
    session: &mut DragSession,
    cancel: &Cancel,
    mut trace: Option<&mut Trace>,
    reports: &mut Vec<StepReport>,
) -> Result<StopReason> {
    use dragfx_engine::session::Progress;
    let bar = progress::count(session.settings().max_steps, "dragging");
    let reason = loop {
        match session.advance(cancel) {
            Ok(Progress::Stepped(report)) => {
                bar.set_position(report.step as u64);
                bar.set_message(message(&report));
                if let Some(trace) = trace.as_deref_mut() {
                    trace.note(session, &report);
                }
                reports.push(report);
            }
            Ok(Progress::Stopped(reason, report)) => {
                // A drag that has arrived ends with a look that changed nothing, as in the official code; at the cap
                // the last look is ours alone.
                if let Some(trace) = trace.filter(|_| reason == StopReason::Reached) {
                    trace.note(session, &report);
                }
                reports.push(report);
                break reason;
            }
            Err(dragfx_engine::DragError::Cancelled) => break StopReason::Cancelled,
            Err(error) => return Err(error).context(format!("the drag failed after {} steps", session.steps())),
        }
    };
    bar.finish_and_clear();
    Ok(reason)
}

fn message(report: &StepReport) -> String {
    let timing = report.timing;
    let step = timing.forward_ms + timing.backward_ms + timing.rest_ms;
    let loss = report.loss.map_or(0.0, |loss| loss.total());
    format!("{step:.0} ms/step  loss {loss:.4}  {:.1} px left", furthest(report))
}

fn furthest(report: &StepReport) -> f64 {
    report.distances.iter().copied().fold(0.0, f64::max)
}

/// What a drag leaves to be written.
struct Results {
    latent: Latent,
    film: Vec<Scene>,
    trace: Option<Trace>,
    facts: Value,
    /// Where the points are in the end.
    last: Option<StepReport>,
}

/// A picture of the film.
struct Scene {
    latent: Latent,
    /// Drawn over the picture, if that was asked for.
    points: Vec<PointPair>,
}

impl Results {
    fn save(&self, args: &DragArgs, generator: &mut Generator) -> Result<()> {
        // Numbers first: they are there even where no picture can be made of them.
        if let Some(path) = &args.save_latent {
            latents::save(path, &self.latent)?;
        }
        if let (Some(path), Some(trace)) = (&args.trace, self.trace.as_ref().filter(|trace| !trace.is_empty())) {
            trace.save(path)?;
        }
        // New tokens: the one that ended the drag must not end its outputs.
        let image = generator.picture(&self.latent, args.noise.noise, &Cancel::new())?;
        picture::save(&args.output, &picture::to_image(&image.view())?, &self.facts)?;
        let Some(path) = &args.animation else { return Ok(()) };
        let bar = progress::count(self.film.len(), "film");
        let mut frames = self.film.iter().map(|scene| {
            let image = generator.picture(&scene.latent, args.noise.noise, &Cancel::new());
            let image = image.context("a picture of the film could not be made")?;
            let image = picture::to_image(&image.view())?.into_rgb8();
            bar.inc(1);
            if args.overlay { overlay::draw(&image, &scene.points) } else { Ok(image) }
        });
        animation::save(path, &mut frames, animation::Pace::Showing)?;
        bar.finish_and_clear();
        Ok(())
    }
}

/// What happened, in a line.
fn summary(args: &DragArgs, results: &Results) -> String {
    let text = |name: &str| results.facts[name].as_str().unwrap_or_default().to_owned();
    let (steps, left) = results.last.as_ref().map_or((0, 0.0), |report| (report.step, furthest(report)));
    let (output, how, runs_on) = (args.output.display(), text("stopped"), text("runs_on"));
    format!("{output}: {how} after {steps} steps, {left:.1} px left; ran on {runs_on}")
}

/// The way from the start to now, in at most `--frames` pictures.
fn scenes(args: &DragArgs, session: &DragSession, reports: &[StepReport]) -> Vec<Scene> {
    let last = session.steps();
    let count = (args.frames as usize).min(last + 1);
    let steps = (0..count).map(|scene| if count > 1 { scene * last / (count - 1) } else { last });
    let scene = |step: usize| {
        // A report holds where the handles are on the picture before its update, which is that of this step.
        let points = reports.get(step).map_or_else(|| session.points().to_vec(), |report| report.points.clone());
        Some(Scene { latent: session.latent_at(step)?, points })
    };
    steps.filter_map(scene).collect()
}

/// What happened, for `--json` and for the picture's text.
fn facts(
    args: &DragArgs,
    tap: usize,
    session: &DragSession,
    generator: &mut Generator,
    end: &Result<StopReason>,
    reports: &[StepReport],
) -> Value {
    let points = session.points().iter().zip(args.handle.iter());
    let points: Vec<Value> = points
        .map(|(point, start)| {
            json!({
                "handle": [start.x, start.y],
                "target": [point.target.x, point.target.y],
                "now": [point.handle.x, point.handle.y],
                "distance": point.distance(),
            })
        })
        .collect();
    let stepped: Vec<&StepReport> = reports.iter().filter(|report| report.loss.is_some()).collect();
    let median =
        |of: fn(&StepReport) -> f64| progress::median(stepped.iter().map(|report| of(report)).collect::<Vec<_>>());
    let median_ms = json!({
        "forward": median(|report| report.timing.forward_ms),
        "backward": median(|report| report.timing.backward_ms),
        "rest": median(|report| report.timing.rest_ms),
    });
    let stopped = match end {
        Ok(StopReason::Reached) => "reached",
        Ok(StopReason::MaxSteps) => "max-steps",
        Ok(StopReason::Cancelled) => "cancelled",
        Err(_) => "failed",
    };
    let (from_seed, file) = (args.source.seed.is_some(), args.source.latent.as_deref());
    let mut facts = latents::facts(generator, from_seed, file, &args.look, args.noise.noise);
    let drag = [
        ("seed", json!(args.source.seed)),
        ("tap", json!(tap)),
        ("settings", json!(session.settings())),
        ("mask", json!(args.mask)),
        ("points", json!(points)),
        ("steps", json!(session.steps())),
        ("stopped", json!(stopped)),
        ("loss", json!(stepped.last().and_then(|report| report.loss).map(|loss| loss.total()))),
        ("runs_on", json!(session.runs_on())),
        ("median_ms", median_ms),
    ];
    facts.extend(drag.into_iter().map(|(name, fact)| (name.to_owned(), fact)));
    facts.into()
}
