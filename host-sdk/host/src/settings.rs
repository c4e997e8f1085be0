//! What kind of host plugins meet.

use std::collections::BTreeSet;
use std::sync::Arc;

use crate::names::{ColourManagement, Components, Context, Depth};
use crate::observer::{Observer, Quiet};

/// What a host says of itself, and what it offers. The default is a host that can do all that this library can.
#[derive(Clone)]
pub struct HostSettings {
    /// The host's name for plugins that behave differently from host to host, in reverse domain notation.
    pub name: String,
    /// The host's name for people.
    pub label: String,
    /// The host's version.
    pub version: Vec<i32>,
    /// The host's version for people.
    pub version_label: String,
    /// The version of the standard, 1.5 by default.
    pub api_version: (i32, i32),
    /// Contexts in which effects can be used.
    pub contexts: Vec<Context>,
    /// Components that clips can have.
    pub components: Vec<Components>,
    /// Depths that clips can have.
    pub depths: Vec<Depth>,
    /// Whether parts of a picture are rendered.
    pub tiles: bool,
    /// Whether clips can be of different sizes.
    pub multi_resolution: bool,
    /// Whether clips can be of different depths.
    pub multiple_depths: bool,
    /// Whether clips can be of different pixel aspect ratios.
    pub multiple_pixel_aspects: bool,
    /// Whether an effect may look at other times than the one that is rendered.
    pub temporal_access: bool,
    /// Whether an effect may change the frame rate of its output.
    pub frame_rate: bool,
    /// Whether overlays are drawn.
    pub overlays: bool,
    /// Whether nobody is watching.
    pub background: bool,
    /// How much is agreed on colour spaces. What is more than [`ColourManagement::Core`] is for callers that name the
    /// spaces of their clips themselves.
    pub colour_management: ColourManagement,
    /// Which suites plugins are given.
    pub suites: SuiteFilter,
    /// Properties that plugins are told do not exist, as older hosts lack them.
    pub hidden_properties: BTreeSet<String>,
    /// Threads for plugins that share out their work, and for rendering parts of a frame at once.
    pub threads: usize,
    /// Who hears of messages, progress and time.
    pub observer: Arc<dyn Observer>,
}

impl Default for HostSettings {
    fn default() -> Self {
        Self {
            name: "rs.ofx-host".to_owned(),
            label: "ofx-host".to_owned(),
            version: env!("CARGO_PKG_VERSION").split('.').filter_map(|part| part.parse().ok()).collect(),
            version_label: env!("CARGO_PKG_VERSION").to_owned(),
            api_version: (1, 5),
            contexts: Context::ALL.to_vec(),
            components: Components::ALL.to_vec(),
            depths: Depth::ALL.to_vec(),
            tiles: true,
            multi_resolution: true,
            multiple_depths: true,
            multiple_pixel_aspects: true,
            temporal_access: true,
            frame_rate: true,
            overlays: true,
            background: false,
            colour_management: ColourManagement::Core,
            suites: SuiteFilter::default(),
            hidden_properties: BTreeSet::new(),
            threads: std::thread::available_parallelism().map_or(1, usize::from),
            observer: Arc::new(Quiet),
        }
    }
}

/// Which suites plugins are given: all, without those named here. What is left out is a suite that cannot be fetched, or a
/// null pointer in place of a function, as other hosts have them.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct SuiteFilter {
    suites: BTreeSet<(String, i32)>,
    functions: BTreeSet<(String, String)>,
}

impl SuiteFilter {
    /// Leaves out one version of a suite, such as `without("OfxMessageSuite", 2)`.
    #[must_use]
    pub fn without(mut self, suite: &str, version: i32) -> Self {
        self.suites.insert((suite.to_owned(), version));
        self
    }

    /// Leaves out a function in all versions of a suite, such as `without_function("OfxMultiThreadSuite", "mutexCreate")`.
    #[must_use]
    pub fn without_function(mut self, suite: &str, function: &str) -> Self {
        self.functions.insert((suite.to_owned(), function.to_owned()));
        self
    }

    /// Whether a suite is given.
    #[must_use]
    pub fn has(&self, suite: &str, version: i32) -> bool {
        !self.suites.contains(&(suite.to_owned(), version))
    }

    /// Whether a function is given.
    #[must_use]
    pub fn has_function(&self, suite: &str, function: &str) -> bool {
        !self.functions.contains(&(suite.to_owned(), function.to_owned()))
    }
}
