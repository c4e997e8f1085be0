//! Instances: effects at work.

mod ask;
mod change;
mod interacts;
mod preferences;
mod render;

use std::ffi::{CStr, c_void};
use std::fmt;
use std::ops::Deref;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::sync::{Arc, Mutex, Weak};

use ofx_sys::*;

use crate::clip::{Clip, ClipSource};
use crate::effect::{Effect, Role, instance as properties};
use crate::error::HostError;
use crate::geometry::{PointD, RectD};
use crate::handle::Owned;
use crate::names::{ColourManagement, Components, Context, Depth, Premultiplication, ThreadSafety};
use crate::observer::Message;
use crate::param::SavedParams;
use crate::plugin::{InContext, Plugin};
use crate::property::{Access, PropertySet};
use crate::scope;
use crate::status::Status;
use crate::sync::{RecursiveGuard, RecursiveLock, lock};

pub use preferences::Preferences;
pub(crate) use render::Job;
pub use render::RenderRequest;

/// An effect at work. Clones are the same instance; it is destroyed when the last of them, and of its overlays, is gone.
///
/// All functions may be called from any thread; what the plugin cannot do at once waits.
#[derive(Clone)]
pub struct Instance(pub(crate) Arc<Life>);

/// An instance from its creation to its destruction. Clips and parameters know the instance itself, weakly, so that they
/// work while it is being destroyed.
pub(crate) struct Life(Arc<InstanceShared>);

/// What an instance is made for.
#[derive(Clone, Default)]
pub struct InstanceOptions {
    /// The project that it is part of.
    pub project: Project,
    /// Clips that are connected from the beginning.
    pub clips: Vec<(String, Arc<dyn ClipSource>)>,
    /// Values of parameters, as they were saved. What is not among them has its default.
    pub params: Option<SavedParams>,
}

/// The project that an instance is part of.
#[derive(Clone, Debug, PartialEq)]
pub struct Project {
    /// Width and height in canonical coordinates: what a viewer shows.
    pub size: PointD,
    /// Its lower left corner.
    pub offset: PointD,
    /// How much wider than high a pixel is shown.
    pub pixel_aspect: f64,
    /// Frames per second.
    pub frame_rate: f64,
    /// The first and the last frame.
    pub frame_range: (f64, f64),
    /// Whether somebody is watching.
    pub interactive: bool,
    /// What pixels are made of where no clip says it.
    pub components: Components,
    /// How components are stored where no clip says it.
    pub depth: Depth,
    /// What alpha means where no clip says it.
    pub premultiplication: Premultiplication,
    /// The colour space in which pictures are shown, by its name in the agreed configuration.
    pub display_colourspace: String,
}

impl Default for Project {
    fn default() -> Self {
        Self {
            size: PointD::new(1920.0, 1080.0),
            offset: PointD::default(),
            pixel_aspect: 1.0,
            frame_rate: 24.0,
            frame_range: (1.0, 24.0),
            interactive: false,
            components: Components::Rgba,
            depth: Depth::Float,
            premultiplication: Premultiplication::Premultiplied,
            display_colourspace: kOfxColourspaceSrgbDisplay.to_string_lossy().into_owned(),
        }
    }
}

impl Project {
    /// The rectangle that it fills, in canonical coordinates.
    #[must_use]
    pub fn window(&self) -> RectD {
        let PointD { x, y } = self.offset;
        RectD::new(x, y, x + self.size.x, y + self.size.y)
    }
}

pub(crate) struct InstanceShared {
    pub(crate) plugin: Plugin,
    pub(crate) context: Arc<InContext>,
    pub(crate) effect: Owned<Effect>,
    pub(crate) project: Project,
    pub(crate) colour: ColourManagement,
    /// Held in every action, unless the plugin can be called from several threads.
    lock: RecursiveLock,
    /// The time of the last action that had one, as bits.
    time: AtomicU64,
    /// What was agreed on; none if that has to be asked anew.
    preferences: Mutex<Option<Arc<Preferences>>>,
    /// What is being rendered now, in all threads.
    jobs: Mutex<Vec<Arc<Job>>>,
}

impl Instance {
    pub(crate) fn create(plugin: &Plugin, context: Context, options: InstanceOptions) -> Result<Self, HostError> {
        let described = plugin.in_context(context)?;
        let InstanceOptions { project, clips, params } = options;
        let shared = Arc::new_cyclic(|weak| build(weak, plugin, context, described, project));
        for (name, source) in clips {
            shared.input(&name)?.connect(Some(source));
        }
        if let Some(saved) = &params {
            let failed = |source| HostError::Parameter { plugin: plugin.identifier().to_owned(), source };
            shared.effect.params.load(saved).into_iter().next().map_or(Ok(()), |error| Err(failed(error)))?;
        }
        // Clips say what they have before the plugin has said what it prefers: some plugins look at it at once.
        shared.assume()?;
        let status = shared.act(kOfxActionCreateInstance, None, None, None);
        shared.check(kOfxActionCreateInstance, status)?;
        shared.plugin.0.entry.note_default(kOfxActionCreateInstance, status);
        Ok(Self(Arc::new(Life(shared))))
    }

    /// Its plugin.
    #[must_use]
    pub fn plugin(&self) -> &Plugin {
        &self.0.plugin
    }

    /// What it has in its context, as the plugin declared it.
    #[must_use]
    pub fn description(&self) -> &crate::ContextDescription {
        &self.0.context.description
    }

    /// Sends an action without arguments, whether it has a meaning or not: for checks of what a plugin does when it is asked
    /// out of order.
    #[must_use]
    pub fn send(&self, action: &'static CStr) -> Status {
        self.0.act(action, None, None, None)
    }

    /// What it said last and has not taken back.
    #[must_use]
    pub fn message(&self) -> Option<Message> {
        self.0.effect.message()
    }
}

impl Deref for Life {
    type Target = InstanceShared;

    fn deref(&self) -> &InstanceShared {
        &self.0
    }
}

impl Drop for Life {
    fn drop(&mut self) {
        let status = self.0.act(kOfxActionDestroyInstance, None, None, None);
        self.0.plugin.0.entry.note_default(kOfxActionDestroyInstance, status);
        // It is gone all the same; the plugin's complaints keep an answer that is no status.
        let _ = self.0.check(kOfxActionDestroyInstance, status);
    }
}

impl fmt::Debug for Instance {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let context = self.0.context.description.context;
        f.debug_struct("Instance").field("plugin", &self.0.plugin).field("context", &context).finish_non_exhaustive()
    }
}

fn build(
    weak: &Weak<InstanceShared>,
    plugin: &Plugin,
    context: Context,
    described: Arc<InContext>,
    project: Project,
) -> InstanceShared {
    let entry = &plugin.0.entry;
    let host = entry.host.clone();
    let (ours, theirs) = (host.settings().colour_management, plugin.description().colour_management);
    // Each style has those before it in it, but an OpenColorIO configuration is not one that we have.
    let colour = if ours == theirs { ours } else { ours.min(theirs).min(ColourManagement::Full) };
    let owner = format!("an instance of {}", plugin.identifier());
    let set = properties(&described.effect.properties, owner, context, entry.pointer(), &project, colour);
    let set = Owned::new(set);
    let window = ([project.offset.x, project.offset.y], [project.size.x, project.size.y]);
    let params = described.effect.params.instantiate(weak.clone(), window, set.handle::<c_void>().addr());
    let clips = described.effect.clips();
    let clips = clips.iter().map(|clip| Arc::new(Owned::new(clip.instantiate(weak.clone(), colour)))).collect();
    let role = Role::Instance(weak.clone().into());
    InstanceShared {
        plugin: plugin.clone(),
        context: described,
        effect: Owned::new(Effect::new(host, plugin.identifier(), role, set, params, clips)),
        time: AtomicU64::new(project.frame_range.0.to_bits()),
        project,
        colour,
        lock: RecursiveLock::default(),
        preferences: Mutex::default(),
        jobs: Mutex::default(),
    }
}

impl InstanceShared {
    /// Calls the plugin, when its safety class allows it.
    pub(crate) fn act(
        &self,
        action: &'static CStr,
        arguments: Option<&Owned<PropertySet>>,
        results: Option<&Owned<PropertySet>>,
        job: Option<Arc<Job>>,
    ) -> Status {
        let _turn = self.turn(action);
        if let Some(time) = arguments.filter(|set| set.has(kOfxPropTime)) {
            self.time.store(time.double(kOfxPropTime).to_bits(), Ordering::Relaxed);
        }
        self.plugin.0.entry.act(action, self.effect.handle::<c_void>(), arguments, results, job)
    }

    /// Waits until the plugin's safety class allows the action, and keeps others from being called meanwhile.
    pub(crate) fn turn(&self, action: &CStr) -> Option<RecursiveGuard<'_>> {
        match self.plugin.0.description.thread_safety {
            ThreadSafety::Unsafe => Some(self.plugin.0.lock.guard()),
            ThreadSafety::InstanceSafe => Some(self.lock.guard()),
            // What such a plugin is asked while it renders, it may be asked at any time; changes come one by one.
            ThreadSafety::FullySafe => (!ANY_TIME.contains(&action)).then(|| self.lock.guard()),
        }
    }

    /// An answer that lets things go on, or the error.
    pub(crate) fn check(&self, action: &'static CStr, status: Status) -> Result<Status, HostError> {
        self.plugin.0.entry.check(action, status, self.effect.message().map(|message| message.text))
    }

    /// A set for arguments or results of an action.
    pub(crate) fn arguments(&self, action: &CStr) -> PropertySet {
        PropertySet::new(format!("the arguments of {}", action.to_string_lossy()))
    }

    /// The time of what is rendered in this thread, or else of the last action.
    pub(crate) fn time(&self) -> f64 {
        self.job_of_thread().map_or_else(|| f64::from_bits(self.time.load(Ordering::Relaxed)), |job| job.time)
    }

    /// What is rendered in this thread; in a thread that the plugin has made, what is rendered at all.
    pub(crate) fn job(&self) -> Option<Arc<Job>> {
        self.job_of_thread().or_else(|| lock(&self.jobs).last().cloned())
    }

    fn job_of_thread(&self) -> Option<Arc<Job>> {
        scope::jobs().into_iter().find(|job| std::ptr::eq(job.instance, self))
    }

    /// Whether what is rendered in this thread is not wanted any more.
    pub(crate) fn is_cancelled(&self) -> bool {
        let cancel =
            |job: Arc<Job>| job.cancel.as_ref().is_some_and(|cancel: &Arc<AtomicBool>| cancel.load(Ordering::Relaxed));
        self.job().is_some_and(cancel)
    }

    /// The identifier of its plugin, for errors.
    pub(crate) fn name(&self) -> String {
        self.plugin.identifier().to_owned()
    }

    /// A clip that pictures can be connected to.
    pub(crate) fn input(&self, name: &str) -> Result<Arc<Owned<Clip>>, HostError> {
        let clips = self.effect.clips();
        let clip = clips.into_iter().find(|clip| clip.name.to_bytes() == name.as_bytes() && !clip.is_output());
        clip.ok_or_else(|| HostError::NoClip { plugin: self.name(), clip: name.to_owned() })
    }
}

/// What a fully safe plugin may be asked in several threads at once.
const ANY_TIME: &[&CStr] = &[
    kOfxImageEffectActionRender,
    kOfxImageEffectActionBeginSequenceRender,
    kOfxImageEffectActionEndSequenceRender,
    kOfxImageEffectActionIsIdentity,
    kOfxImageEffectActionGetRegionOfDefinition,
    kOfxImageEffectActionGetRegionsOfInterest,
    kOfxImageEffectActionGetFramesNeeded,
];

/// Two numbers as the values of a property.
pub(crate) fn pair(point: PointD) -> [f64; 2] {
    [point.x, point.y]
}

/// Arguments that only the host writes.
pub(crate) const HOST: Access = Access::Host;
