//! Rendering frames and sequences.

use std::collections::BTreeMap;
use std::ffi::CStr;
use std::ops::ControlFlow;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex};

use ofx_sys::*;

use super::{HOST, Instance, InstanceShared, Preferences, pair};
use crate::complaint::Misuse;
use crate::error::HostError;
use crate::geometry::{PointD, RectD, RectI};
use crate::handle::Owned;
use crate::names::{Context, Field, ThreadSafety};
use crate::picture::{Picture, RowLayout};
use crate::property::{PropertySet, c_string};
use crate::scope::complain;
use crate::status::Status;
use crate::sync::lock;

/// What is to be rendered.
#[derive(Clone, Debug)]
pub struct RenderRequest {
    /// The frame.
    pub time: f64,
    /// The pixels; none for all that are defined.
    pub window: Option<RectI>,
    /// Pixels per canonical unit.
    pub scale: PointD,
    /// Which lines; only [`Field::None`] is supported.
    pub field: Field,
    /// Whether it may be rough.
    pub draft: bool,
    /// Whether it is for a small preview.
    pub thumbnail: bool,
    /// Whether somebody is waiting for it.
    pub interactive: bool,
    /// Whether a picture of an input is taken where the plugin says that it would change nothing.
    pub identity: bool,
    /// How rows of all pictures lie in memory.
    pub layout: RowLayout,
    /// Becomes true when the picture is not wanted any more.
    pub cancel: Option<Arc<AtomicBool>>,
    /// What the plugin finds in its output before it renders.
    pub canvas: Canvas,
}

/// What a plugin finds in its output before it renders: hosts differ in it, and plugins should not depend on it.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Canvas {
    /// What all bytes of all pixels are.
    pub fill: u8,
    /// Whether the output has all pixels that are defined, and not those of the window alone. Then the host checks that
    /// the plugin leaves alone what is outside of the window.
    pub whole: bool,
}

impl Default for RenderRequest {
    fn default() -> Self {
        Self {
            time: 0.0,
            window: None,
            scale: PointD::new(1.0, 1.0),
            field: Field::None,
            draft: false,
            thumbnail: false,
            interactive: false,
            identity: true,
            layout: RowLayout::default(),
            cancel: None,
            canvas: Canvas::default(),
        }
    }
}

impl RenderRequest {
    /// A whole frame.
    #[must_use]
    pub fn at(time: f64) -> Self {
        Self { time, ..Self::default() }
    }
}

/// A frame that is being rendered.
pub(crate) struct Job {
    /// Whose it is.
    pub(crate) instance: *const InstanceShared,
    pub(crate) time: f64,
    pub(crate) scale: PointD,
    pub(crate) layout: RowLayout,
    /// What the plugin said that it needs of its clips.
    pub(crate) regions: BTreeMap<String, RectD>,
    pub(crate) cancel: Option<Arc<AtomicBool>>,
    /// Until it is done.
    output: Mutex<Option<Arc<Picture>>>,
}

// SAFETY: the pointer is compared and never followed.
unsafe impl Send for Job {}
// SAFETY: as above.
unsafe impl Sync for Job {}

impl Job {
    pub(crate) fn output(&self) -> Option<Arc<Picture>> {
        lock(&self.output).clone()
    }
}

impl Instance {
    /// Renders a frame, or what the request's window has of it; where the effect is not defined it is black.
    ///
    /// # Errors
    /// [`HostError`], among them [`HostError::NotConnected`], [`HostError::Nothing`], [`HostError::Cancelled`], and
    /// [`HostError::ActionFailed`] with what the plugin said.
    pub fn render(&self, request: &RenderRequest) -> Result<Picture, HostError> {
        let mut picture = None;
        self.render_sequence((request.time, request.time), 1.0, request, |_, rendered| {
            picture = Some(rendered);
            ControlFlow::Break(())
        })?;
        picture.ok_or(HostError::Nothing { plugin: self.0.name(), time: request.time })
    }

    /// Renders frames one after the other, from the first to the last by `step`, until the receiver breaks off. The
    /// request's own time is not used.
    ///
    /// # Errors
    /// As [`render`](Self::render).
    pub fn render_sequence(
        &self,
        (first, last): (f64, f64),
        step: f64,
        request: &RenderRequest,
        mut receive: impl FnMut(f64, Picture) -> ControlFlow<()>,
    ) -> Result<(), HostError> {
        let instance = &*self.0;
        instance.examine(first, last, step, request)?;
        instance.preferences()?;
        let sequence = Sequence { range: [first, last], step, request };
        instance.sequence(kOfxImageEffectActionBeginSequenceRender, &sequence)?;
        let frames = || -> Result<(), HostError> {
            // Counted, so that steps do not add up what they are off by.
            for number in 0_u32.. {
                let time = first + f64::from(number) * step;
                if time > last + 1e-9 * step {
                    break;
                }
                let picture = instance.frame(time, &sequence, 0)?;
                if receive(time, picture).is_break() {
                    break;
                }
            }
            Ok(())
        };
        let rendered = { frames }();
        // What was begun is ended, also when it failed.
        let ended = instance.sequence(kOfxImageEffectActionEndSequenceRender, &sequence);
        rendered.and(ended)
    }
}

/// Frames that are rendered one after the other.
struct Sequence<'a> {
    range: [f64; 2],
    step: f64,
    request: &'a RenderRequest,
}

/// A plugin may say that a frame of it is the same as another one of it, but not without end.
const DEEPEST_IDENTITY: usize = 8;
/// A part that is rendered by itself has at least this many rows: below that, threads cost more than they gain.
const FEWEST_ROWS: usize = 64;

impl InstanceShared {
    /// Renders a frame outside of any sequence.
    pub(crate) fn render_alone(&self, request: &RenderRequest) -> Result<Picture, HostError> {
        self.examine(request.time, request.time, 1.0, request)?;
        self.frame(request.time, &Sequence { range: [request.time; 2], step: 1.0, request }, 0)
    }

    fn examine(&self, first: f64, last: f64, step: f64, request: &RenderRequest) -> Result<(), HostError> {
        let bad = |what: String| Err(HostError::BadRequest { what });
        if request.field != Field::None {
            return Err(HostError::Unsupported("rendering of fields"));
        }
        if !(first.is_finite() && last.is_finite() && step.is_finite() && step > 0.0 && first <= last) {
            return bad(format!("frame {first} to {last} by {step}"));
        }
        let PointD { x, y } = request.scale;
        if !(x.is_finite() && y.is_finite() && x > 0.0 && y > 0.0) {
            return bad(format!("a scale of {x} by {y}"));
        }
        let clips = self.effect.clips();
        // A generator needs none, whatever it says of its clips.
        let needs = self.context.description.context != Context::Generator;
        let missing = clips.iter().find(|clip| !clip.is_output() && !clip.is_optional() && clip.source().is_none());
        let missing = missing.filter(|_| needs);
        missing.map_or(Ok(()), |clip| {
            let clip = clip.name.to_string_lossy().into_owned();
            Err(HostError::NotConnected { plugin: self.name(), clip })
        })
    }

    /// The arguments that all actions of a render have in common.
    fn render_arguments(&self, action: &CStr, sequence: &Sequence<'_>) -> PropertySet {
        let request = sequence.request;
        let in_order = self.plugin.description().sequential == 1;
        let set = self
            .arguments(action)
            .with(kOfxImageEffectPropRenderScale, HOST, pair(request.scale))
            .with(kOfxImageEffectPropSequentialRenderStatus, HOST, in_order)
            .with(kOfxImageEffectPropInteractiveRenderStatus, HOST, request.interactive)
            .with(kOfxImageEffectPropRenderQualityDraft, HOST, request.draft)
            .with(kOfxImageEffectPropThumbnailRender, HOST, if request.thumbnail { c"true" } else { c"false" })
            .with(kOfxImageEffectPropNoSpatialAwareness, HOST, c"false");
        for device in [
            kOfxImageEffectPropOpenGLEnabled,
            kOfxImageEffectPropCudaEnabled,
            kOfxImageEffectPropMetalEnabled,
            kOfxImageEffectPropOpenCLEnabled,
        ] {
            set.define(device, HOST, false);
        }
        set
    }

    fn sequence(&self, action: &'static CStr, sequence: &Sequence<'_>) -> Result<(), HostError> {
        let arguments = self
            .render_arguments(action, sequence)
            .with(kOfxImageEffectPropFrameRange, HOST, sequence.range)
            .with(kOfxImageEffectPropFrameStep, HOST, sequence.step)
            .with(kOfxPropIsInteractive, HOST, sequence.request.interactive);
        let status = self.act(action, Some(&Owned::new(arguments)), None, None);
        self.check(action, status).map(|_| ())
    }

    fn frame(&self, time: f64, sequence: &Sequence<'_>, depth: usize) -> Result<Picture, HostError> {
        let request = sequence.request;
        let agreed = self.preferences()?;
        let aspect = agreed.output.pixel_aspect;
        let defined = self.region_of_definition(time, request.scale)?.to_pixels(request.scale, aspect);
        let wanted = request.window.unwrap_or(defined);
        let tiles = self.effect.host.settings().tiles && self.effect.properties.flag(kOfxImageEffectPropSupportsTiles);
        let window = if tiles { wanted.intersection(defined) } else { defined };
        if window.is_empty() {
            return Err(HostError::Nothing { plugin: self.name(), time });
        }
        let same =
            if request.identity { self.is_identity(time, request.scale, window, request.thumbnail)? } else { None };
        let mut picture = match same {
            Some((clip, other)) if clip.as_bytes() == kOfxImageEffectOutputClipName.to_bytes() => {
                if depth >= DEEPEST_IDENTITY {
                    let why = format!("says without end that its frame {time} is another of its frames");
                    return Err(HostError::BadDescription { plugin: self.name(), why });
                }
                self.frame(other, sequence, depth + 1)?
            }
            Some((clip, other)) => self.same(&clip, other, window, request, &agreed)?,
            None => self.render(time, window, defined, sequence, &agreed)?,
        };
        picture.region_of_definition = defined;
        if picture.bounds() == wanted { Ok(picture) } else { Ok(picture.crop(wanted)?) }
    }

    /// The picture of an input, as if it were the effect's own.
    fn same(
        &self,
        clip: &str,
        time: f64,
        window: RectI,
        request: &RenderRequest,
        agreed: &Preferences,
    ) -> Result<Picture, HostError> {
        let missing = || HostError::NoPicture { clip: clip.to_owned(), time };
        let input = self.effect.clip(&c_string(clip)).ok_or_else(missing)?;
        let info = agreed.clips.get(clip).ok_or_else(missing)?;
        let region = window.to_canonical(request.scale, info.pixel_aspect);
        let picture = self.fetch(&input, time, request.scale, region, info, request.layout);
        let picture = picture.ok().flatten().ok_or_else(missing)?;
        let output = &agreed.output;
        let mut picture = picture.part(window, output.components, output.depth, request.layout)?;
        if picture.premultiplication != output.premultiplication {
            picture = picture.with_premultiplication(output.premultiplication)?;
        }
        Ok(picture)
    }

    fn render(
        &self,
        time: f64,
        window: RectI,
        defined: RectI,
        sequence: &Sequence<'_>,
        agreed: &Preferences,
    ) -> Result<Picture, HostError> {
        let request = sequence.request;
        let output = &agreed.output;
        let region = window.to_canonical(request.scale, output.pixel_aspect);
        let regions = self.regions_of_interest(time, request.scale, region)?;
        let bounds = if request.canvas.whole { defined } else { window };
        let mut picture = Picture::new(bounds, output.components, output.depth, request.layout)?;
        if request.canvas.fill != 0 {
            picture.fill(request.canvas.fill);
        }
        picture.premultiplication = output.premultiplication;
        picture.scale = request.scale;
        picture.pixel_aspect = output.pixel_aspect;
        picture.region_of_definition = defined;
        let job = Arc::new(Job {
            instance: self,
            time,
            scale: request.scale,
            layout: request.layout,
            regions,
            cancel: request.cancel.clone(),
            output: Mutex::new(Some(Arc::new(picture))),
        });
        let action = kOfxImageEffectActionRender;
        lock(&self.jobs).push(job.clone());
        let mut status = self.render_parts(window, &job, sequence);
        if status == Status::MEMORY {
            // The standard allows one more try, after the plugin has given back what it can do without.
            self.act(kOfxActionPurgeCaches, None, None, None);
            status = self.render_parts(window, &job, sequence);
        }
        lock(&self.jobs).retain(|one| !Arc::ptr_eq(one, &job));
        let picture = lock(&job.output).take().expect("the job has its picture until now");
        if request.cancel.as_ref().is_some_and(|cancel| cancel.load(Ordering::Relaxed)) {
            return Err(HostError::Cancelled);
        }
        if self.check(action, status)? == Status::DEFAULT {
            let plugin = self.name();
            let action = action.to_string_lossy().into_owned();
            let message = Some("the plugin says that it has not rendered".to_owned());
            return Err(HostError::ActionFailed { plugin, action, status, message });
        }
        // An image that the plugin has not given back, in a thread of its own, may still be written to.
        let picture = Arc::try_unwrap(picture).or_else(|held| held.crop(bounds))?;
        self.plugin.0.entry.within(action, None, || {
            if !picture.is_whole() {
                complain(Misuse::Image, "something was written before or behind a row of Output");
            }
            if !picture.is_filled_outside(window, request.canvas.fill) {
                complain(Misuse::Image, "something was written to Output outside of the render window");
            }
        });
        Ok(if bounds == window { picture } else { picture.crop(window)? })
    }

    /// Renders the window, in parts at once if the plugin wants that of the host.
    fn render_parts(&self, window: RectI, job: &Arc<Job>, sequence: &Sequence<'_>) -> Status {
        let description = self.plugin.description();
        let split = description.thread_safety == ThreadSafety::FullySafe
            && description.host_frame_threading
            && self.effect.properties.flag(kOfxImageEffectPropSupportsTiles);
        let threads = if split { self.effect.host.settings().threads } else { 1 };
        let parts = threads.min(window.height() / FEWEST_ROWS).max(1) as i64;
        if parts == 1 {
            return self.render_part(window, job, sequence);
        }
        let row = |part: i64| {
            let height = i64::from(window.y2) - i64::from(window.y1);
            (i64::from(window.y1) + height * part / parts) as i32
        };
        std::thread::scope(|scope| {
            let part = |part: i64| RectI { y1: row(part), y2: row(part + 1), ..window };
            let others: Vec<_> =
                (1..parts).map(|number| scope.spawn(move || self.render_part(part(number), job, sequence))).collect();
            let first = self.render_part(part(0), job, sequence);
            let all = others.into_iter().map(|other| other.join().unwrap_or(Status::FATAL));
            all.fold(first, |bad, one| if bad == Status::OK { one } else { bad })
        })
    }

    fn render_part(&self, window: RectI, job: &Arc<Job>, sequence: &Sequence<'_>) -> Status {
        let action = kOfxImageEffectActionRender;
        let arguments = self
            .render_arguments(action, sequence)
            .with(kOfxPropTime, HOST, job.time)
            .with(kOfxImageEffectPropFieldToRender, HOST, Field::None.ofx())
            .with(kOfxImageEffectPropRenderWindow, HOST, window.to_array());
        self.act(action, Some(&Owned::new(arguments)), None, Some(job.clone()))
    }
}
