//! A plugin at work: an instance with clips, ready to render.

use std::sync::Arc;

use ofx_host::{
    ClipInfo, ClipSource, Components, Context, Depth, Fault, HostError, HostSettings, Instance, InstanceOptions,
    Picture, Plugin, PointD, Premultiplication, Project, RectD, RectI, RenderRequest, Status,
};

use crate::bench::Bench;
use crate::check::Stop;
use crate::pattern::{Content, Pattern};
use crate::report::Severity;

/// How a plugin is set to work. The default is as any host would do it, with small pictures.
#[derive(Clone)]
pub(crate) struct Setup {
    /// In which context; none for the one that most hosts would take.
    pub(crate) context: Option<Context>,
    pub(crate) components: Components,
    pub(crate) depth: Depth,
    pub(crate) premultiplication: Premultiplication,
    pub(crate) pixel_aspect: f64,
    /// Where the clips and the project are, in canonical coordinates.
    pub(crate) region: RectD,
    /// Where optional clips are.
    pub(crate) other_region: Option<RectD>,
    pub(crate) content: Content,
    /// Whether optional clips are connected.
    pub(crate) optional: bool,
    /// Whether it is kept what the clips give.
    pub(crate) keeping: bool,
}

impl Default for Setup {
    fn default() -> Self {
        Self {
            context: None,
            components: Components::Rgba,
            depth: Depth::Float,
            premultiplication: Premultiplication::Premultiplied,
            pixel_aspect: 1.0,
            region: RectD::new(0.0, 0.0, 40.0, 30.0),
            other_region: None,
            content: Content::Ordinary,
            optional: false,
            keeping: false,
        }
    }
}

/// A plugin at work.
pub(crate) struct Subject {
    // Before the plugin, which it needs.
    pub(crate) instance: Instance,
    pub(crate) plugin: Plugin,
    pub(crate) clips: Clips,
}

/// Clips by their names.
pub(crate) type Clips = Vec<(String, Arc<Pattern>)>;

/// The last frame of all clips and projects; the first is 0.
pub(crate) const LAST: f64 = 10.0;

/// The context that most hosts would take.
pub(crate) fn usual_context(plugin: &Plugin) -> Result<Context, Stop> {
    use Context::{Filter, General, Generator, Paint, Retimer, Transition};
    let order = [Filter, General, Generator, Transition, Paint, Retimer];
    let best = order.into_iter().find(|context| plugin.contexts().any(|one| one == *context));
    best.ok_or_else(|| Stop::Skip("it has no context that the standard knows".to_owned()))
}

impl Setup {
    fn info(&self, components: Components) -> ClipInfo {
        ClipInfo {
            components,
            depth: self.depth,
            premultiplication: self.premultiplication,
            pixel_aspect: self.pixel_aspect,
            frame_range: (0.0, LAST),
            ..ClipInfo::default()
        }
    }

    /// What an instance of the plugin is made with.
    pub(crate) fn options(&self, plugin: &Plugin, context: Context) -> Result<(InstanceOptions, Clips), HostError> {
        let described = plugin.describe(context)?;
        let inputs = described.clips.iter().filter(|clip| clip.name != "Output");
        // An effect with nothing but optional clips still works on the first of them, unless it makes pictures itself.
        let first = inputs.clone().next().filter(|_| context != Context::Generator).map(|clip| clip.name.clone());
        let all_optional = inputs.clone().all(|clip| clip.optional);
        let is_used =
            |name: &str, optional: bool| !optional || self.optional || (all_optional && first.as_deref() == Some(name));
        let mut clips = Vec::new();
        for clip in inputs.filter(|clip| is_used(&clip.name, clip.optional)) {
            let mask = clip.mask || clip.components == [Components::Alpha];
            let components = if mask { Components::Alpha } else { self.components };
            let region = self.other_region.filter(|_| clip.optional).unwrap_or(self.region);
            let pattern = Pattern::new(self.info(components), region, self.content);
            let pattern = if self.keeping { pattern.keeping() } else { pattern };
            clips.push((clip.name.clone(), Arc::new(pattern)));
        }
        let project = Project {
            size: PointD::new(self.region.x2 - self.region.x1, self.region.y2 - self.region.y1),
            offset: PointD::new(self.region.x1, self.region.y1),
            pixel_aspect: self.pixel_aspect,
            frame_range: (0.0, LAST),
            components: self.components,
            depth: self.depth,
            premultiplication: self.premultiplication,
            ..Project::default()
        };
        let sources = clips.iter().map(|(name, clip)| (name.clone(), clip.clone() as Arc<dyn ClipSource>)).collect();
        Ok((InstanceOptions { project, clips: sources, params: None }, clips))
    }
}

impl Bench {
    /// A plugin at work in an ordinary host. One of which there are no instances is a matter for one check.
    pub(crate) fn subject(&self, setup: &Setup) -> Result<Subject, Stop> {
        self.subject_in(HostSettings::default(), setup)
    }

    /// A plugin at work in a host of those settings.
    pub(crate) fn subject_in(&self, settings: HostSettings, setup: &Setup) -> Result<Subject, Stop> {
        let library = self.library(settings)?;
        let plugin = self.load_in(&library)?;
        self.instance(&plugin, setup).map_err(|stop| match stop {
            Stop::Fail(why) | Stop::Skip(why) => Stop::Skip(format!("no instance of it can be made: {why}")),
        })
    }

    /// An instance.
    pub(crate) fn instance(&self, plugin: &Plugin, setup: &Setup) -> Result<Subject, Stop> {
        let context = match setup.context {
            Some(context) => context,
            None => usual_context(plugin)?,
        };
        self.doing(format_args!("creating an instance as a {context}"));
        let described = setup.options(plugin, context);
        // What is wrong with its description is a matter for another check.
        let (options, clips) = described.map_err(|error| Stop::Skip(error.to_string()))?;
        let instance = plugin.instance(context, options)?;
        Ok(Subject { instance, plugin: plugin.clone(), clips })
    }

    /// A plugin at work that was seen to render a frame, with that frame. One that does not is a matter for one check.
    pub(crate) fn working(&self, setup: &Setup) -> Result<(Subject, Picture), Stop> {
        let plugin = self.load()?;
        self.working_instance(&plugin, setup)
    }

    /// As [`working`](Self::working), with a plugin that is loaded.
    pub(crate) fn working_instance(&self, plugin: &Plugin, setup: &Setup) -> Result<(Subject, Picture), Stop> {
        let refused = |why: String| Stop::Skip(format!("it does not render at its defaults: {why}"));
        let subject = self.instance(plugin, setup).map_err(|stop| match stop {
            Stop::Fail(why) | Stop::Skip(why) => refused(why),
        })?;
        self.doing("rendering a frame at the defaults");
        match subject.instance.render(&plain(0.0)) {
            Ok(picture) => Ok((subject, picture)),
            Err(error) => Err(refused(error.to_string())),
        }
    }
}

/// A whole frame, also where the plugin would change nothing.
pub(crate) fn plain(time: f64) -> RenderRequest {
    RenderRequest { identity: false, ..RenderRequest::at(time) }
}

/// Whether a plugin that fails says why: values may be such that nothing can be done with them, as the name of a file that
/// is not there.
pub(crate) fn is_explained(error: &HostError) -> bool {
    matches!(error, HostError::ActionFailed { status: Status::FAILED, message: Some(_), .. })
}

impl Subject {
    /// Renders, and tells of it if the plugin fails. Nothing to render is no failure.
    pub(crate) fn render(&self, bench: &Bench, what: &str, request: &RenderRequest) -> Option<Picture> {
        self.try_render(bench, what, request, Severity::Failure)
    }

    /// As [`render`](Self::render); how bad a failure is, is said.
    pub(crate) fn try_render(
        &self,
        bench: &Bench,
        what: &str,
        request: &RenderRequest,
        severity: Severity,
    ) -> Option<Picture> {
        bench.doing(format_args!("rendering {what}"));
        match self.instance.render(request) {
            Ok(picture) => Some(picture),
            Err(HostError::Nothing { .. }) => None,
            Err(error) if error.fault() == Fault::Plugin => {
                bench.found(severity, format_args!("{what}: {error}"));
                None
            }
            Err(error) => {
                bench.fail(format_args!("{what}: the host could not do it: {error}"));
                None
            }
        }
    }

    /// How bad it is if it does not render what it should. Where it says that it is the same as an input most hosts do not
    /// have it render at all.
    pub(crate) fn severity(&self) -> Severity {
        let window = RectI::new(0, 0, 1, 1);
        let identity = self.instance.is_identity(0.0, PointD::new(1.0, 1.0), window);
        if matches!(identity, Ok(Some(_))) { Severity::Warning } else { Severity::Failure }
    }

    /// Whether the plugin renders parts of a picture.
    pub(crate) fn renders_tiles(&self) -> bool {
        self.plugin.description().tiles
    }
}
