//! Rendering as such: that it works, is the same every time, and stops when it should.

use std::ops::ControlFlow;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};

use ofx_host::{Context, HostSettings, Observer, RenderRequest};

use crate::bench::Bench;
use crate::check::{Check, Stop};
use crate::pattern::difference;
use crate::subject::{Setup, plain};

pub(crate) const CHECKS: &[Check] = &[
    Check::new(
        "render.contexts",
        "A frame is rendered at the defaults, in each context.",
        "ofxImageEffect.h: kOfxImageEffectActionRender",
        contexts,
    ),
    Check::new(
        "render.again",
        "The same frame rendered twice, also by another instance, is the same to the last bit.",
        "hosts cache frames, and farms render parts of a film on many machines",
        again,
    ),
    Check::new(
        "render.sequence",
        "Frames of a sequence are those that are rendered alone, forwards and backwards.",
        "ofxImageEffect.h: kOfxImageEffectInstancePropSequentialRender: frames come in any order unless it is set",
        sequence,
    ),
    Check::new(
        "render.quality",
        "Drafts, thumbnails and interactive renders work.",
        "ofxImageEffect.h: kOfxImageEffectPropRenderQualityDraft, kOfxImageEffectPropThumbnailRender",
        quality,
    ),
    Check::new(
        "render.abort",
        "A render that is not wanted any more, from the beginning or after a while, is survived; the next one is right.",
        "ofxImageEffect.h: abort",
        abort,
    ),
];

fn contexts(bench: &Bench) -> Result<(), Stop> {
    let plugin = bench.load()?;
    let contexts: Vec<Context> = plugin.contexts().collect();
    for context in contexts {
        let subject = bench.instance(&plugin, &Setup { context: Some(context), ..Setup::default() })?;
        subject.render(bench, &format!("as a {context}"), &plain(0.0));
    }
    Ok(())
}

fn again(bench: &Bench) -> Result<(), Stop> {
    let plugin = bench.load()?;
    let (subject, first) = bench.working_instance(&plugin, &Setup::default())?;
    let (other, _) = bench.working_instance(&plugin, &Setup::default())?;
    for (subject, what) in [(&subject, "the frame again"), (&other, "the frame by another instance")] {
        let again = subject.render(bench, what, &plain(0.0));
        if let Some(difference) = again.and_then(|again| difference(&first, &again, true)) {
            bench.warn(format_args!("{what} is not the same: {difference}"));
        }
    }
    Ok(())
}

fn sequence(bench: &Bench) -> Result<(), Stop> {
    let plugin = bench.load()?;
    let (subject, _) = bench.working_instance(&plugin, &Setup::default())?;
    if plugin.description().sequential == 1 {
        return Err(Stop::Skip("it says that its frames depend on those before them".to_owned()));
    }
    let mut frames = Vec::new();
    bench.doing("rendering a sequence");
    subject.instance.render_sequence((0.0, 4.0), 1.0, &plain(0.0), |time, picture| {
        frames.push((time, picture));
        ControlFlow::Continue(())
    })?;
    let (other, _) = bench.working_instance(&plugin, &Setup::default())?;
    for (time, picture) in frames.iter().rev() {
        let alone = other.render(bench, &format!("frame {time} alone"), &plain(*time));
        if let Some(difference) = alone.and_then(|alone| difference(picture, &alone, false)) {
            bench.fail(format_args!("frame {time} alone is not the one of the sequence: {difference}"));
        }
    }
    Ok(())
}

fn quality(bench: &Bench) -> Result<(), Stop> {
    let (subject, _) = bench.working(&Setup::default())?;
    for (draft, thumbnail, interactive) in [(true, false, false), (false, true, false), (true, true, true)] {
        let request = RenderRequest { draft, thumbnail, interactive, ..plain(0.0) };
        let what = format!("with draft {draft}, thumbnail {thumbnail}, interactive {interactive}");
        subject.render(bench, &what, &request);
    }
    Ok(())
}

/// Gives up after the plugin has asked a number of times.
#[derive(Default)]
struct Deserter {
    asked: AtomicUsize,
    patience: AtomicUsize,
    flag: Arc<AtomicBool>,
}

impl Observer for Deserter {
    fn abort_asked(&self) {
        if self.asked.fetch_add(1, Ordering::Relaxed) >= self.patience.load(Ordering::Relaxed) {
            self.flag.store(true, Ordering::Relaxed);
        }
    }
}

fn abort(bench: &Bench) -> Result<(), Stop> {
    let deserter = Arc::new(Deserter { patience: AtomicUsize::new(usize::MAX), ..Deserter::default() });
    let settings = HostSettings { observer: deserter.clone(), ..HostSettings::default() };
    let plugin = bench.load_in(&bench.library(settings)?)?;
    let (subject, picture) = bench.working_instance(&plugin, &Setup::default())?;
    let request = RenderRequest { cancel: Some(deserter.flag.clone()), ..plain(0.0) };
    for patience in [None, Some(0), Some(1), Some(3), Some(10)] {
        deserter.asked.store(0, Ordering::Relaxed);
        deserter.patience.store(patience.unwrap_or(usize::MAX), Ordering::Relaxed);
        deserter.flag.store(patience.is_none(), Ordering::Relaxed);
        let when = patience.map_or("before it begins".to_owned(), |times| format!("after asking {times} times"));
        bench.doing(format_args!("rendering what is not wanted any more {when}"));
        // The picture is not used, and any answer will do.
        let _ = subject.instance.render(&request);
        deserter.flag.store(false, Ordering::Relaxed);
        deserter.patience.store(usize::MAX, Ordering::Relaxed);
        let next = subject.render(bench, "what is wanted again", &request);
        if let Some(difference) = next.and_then(|next| difference(&picture, &next, false)) {
            bench.fail(format_args!("after a render that was aborted {when}, the next differs: {difference}"));
        }
    }
    Ok(())
}
