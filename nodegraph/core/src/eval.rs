//! Evaluation: what is asked for is computed, and what it needs; nothing else, and nothing twice.
//!
//! A [`Plan`] lists the results that some outputs at some frames need. Each is known by its [`Fingerprint`], a hash of all
//! that it reads: two places that read the same share one result, and a result that the [`Cache`] has is not computed.
//! [`Evaluator::run`] computes what is missing, independent branches side by side. The same document gives the same bits
//! on the same kind of device, whatever was computed before. What is cancelled is not lost: a drag leaves the steps that it
//! has taken, and goes on from there when it is wanted again, or wanted longer.

mod cache;
mod disk;
mod fingerprint;
mod plan;
mod run;
mod survey;
mod ways;

use std::path::{Path, PathBuf};
use std::sync::Arc;

use dragfx_engine::{Cancel, StepReport};

use crate::document::{Document, NodeId};
use crate::error::EvalError;
use crate::models::ModelStore;
use crate::value::Value;

pub use cache::Cache;
use disk::DiskCache;
pub use fingerprint::Fingerprint;
pub use plan::Plan;
pub use survey::Needed;
pub(crate) use ways::Begun;
use ways::Ways;

/// An output at a frame.
#[derive(Clone, Debug, PartialEq)]
pub struct Target {
    /// The node.
    pub node: NodeId,
    /// Its output.
    pub output: String,
    /// The frame.
    pub frame: f64,
}

/// Computes outputs of documents. It is shared by threads, each of which may run plans of its own.
#[derive(Debug)]
pub struct Evaluator {
    models: Arc<ModelStore>,
    cache: Arc<Cache>,
    /// A cache of somebody else's, which is read and not written.
    base: Option<Arc<Cache>>,
    ways: Arc<Ways>,
    disk: Option<DiskCache>,
    threads: usize,
}

/// What happens in a run, and how far it is.
#[derive(Clone, Debug)]
pub struct Event<'a> {
    /// The node.
    pub node: NodeId,
    /// Its output.
    pub output: &'a str,
    /// The frame.
    pub frame: f64,
    /// By what the result is known.
    pub fingerprint: Fingerprint,
    /// Results that are there.
    pub completed: usize,
    /// Results that the run needs.
    pub total: usize,
    /// What happens.
    pub what: Happening<'a>,
}

/// What happens to a result.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub enum Happening<'a> {
    /// It is being computed.
    Started,
    /// A part of it, from 0 to 1, is done.
    Part {
        /// The part.
        done: f64,
        /// What is going on, for people.
        what: &'a str,
    },
    /// It is not ready, but has a value on the way: the latent of a drag's step, say.
    Interim(Value),
    /// A step of a drag was taken, or had been when the drag was broken off that now goes on.
    Step(&'a StepReport),
    /// It is there.
    Finished {
        /// Where it comes from.
        from: Origin,
        /// Seconds that it took.
        seconds: f64,
    },
    /// It could not be computed, or what it needs could not.
    Failed(&'a EvalError),
}

/// Where a result comes from.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Origin {
    /// It was computed.
    Computed,
    /// It was in the memory cache.
    Memory,
    /// It was in the disk cache.
    Disk,
}

/// Sees what happens in a run. Called on the threads that compute: it must be quick.
pub trait Observer: Sync {
    /// Something happens.
    fn event(&self, event: &Event<'_>);
}

impl<F: Fn(&Event<'_>) + Sync> Observer for F {
    fn event(&self, event: &Event<'_>) {
        self(event);
    }
}

/// Bytes of results in memory, unless told otherwise: 250 float pictures of 512x512, or 80 finished drags.
const MEMORY: usize = 1 << 30;
/// Most results that are computed side by side. Graphs use all cores by themselves; this is for what lies between.
const MOST_THREADS: usize = 4;

impl Evaluator {
    /// An evaluator with a memory cache of its own and none on the disk.
    #[must_use]
    pub fn new(models: Arc<ModelStore>) -> Self {
        let threads = std::thread::available_parallelism().map_or(1, usize::from).min(MOST_THREADS);
        let (cache, ways) = (Arc::new(Cache::new(MEMORY)), Arc::default());
        Self { models, cache, base: None, ways, disk: None, threads }
    }

    /// With another memory cache, which may be shared.
    #[must_use]
    pub fn with_cache(self, cache: Arc<Cache>) -> Self {
        Self { cache, ..self }
    }

    /// Keeps trajectories in a folder, too.
    #[must_use]
    pub fn with_disk(self, folder: PathBuf) -> Self {
        Self { disk: Some(DiskCache::new(folder)), ..self }
    }

    /// An evaluator that sees what this one has, and keeps up to `limit` bytes of what it computes to itself: for results
    /// that are wanted once, and must not drive out others.
    #[must_use]
    pub fn aside(&self, limit: usize) -> Self {
        let (models, base, ways) = (Arc::clone(&self.models), Some(Arc::clone(&self.cache)), Arc::clone(&self.ways));
        Self { models, cache: Arc::new(Cache::new(limit)), base, ways, disk: self.disk.clone(), threads: self.threads }
    }

    /// The models.
    #[must_use]
    pub fn models(&self) -> &Arc<ModelStore> {
        &self.models
    }

    /// The memory cache.
    #[must_use]
    pub fn cache(&self) -> &Arc<Cache> {
        &self.cache
    }

    /// What `targets` need. Nothing is computed; what is wrong is told when the plan runs.
    #[must_use]
    pub fn plan(&self, document: &Document, folder: &Path, targets: &[Target]) -> Plan {
        plan::plan(&self.models, document, folder, targets)
    }

    /// Computes the targets of a plan, in their order. One that fails does not keep the others from their values.
    pub fn run(&self, plan: &Plan, observer: &dyn Observer, cancel: &Cancel) -> Vec<Result<Value, EvalError>> {
        run::run(self, plan, observer, cancel)
    }

    /// Plans and runs a single target without an observer.
    ///
    /// # Errors
    /// The node that failed, and why.
    pub fn evaluate(
        &self,
        document: &Document,
        folder: &Path,
        target: &Target,
        cancel: &Cancel,
    ) -> Result<Value, EvalError> {
        let plan = self.plan(document, folder, std::slice::from_ref(target));
        self.run(&plan, &|_: &Event<'_>| (), cancel).swap_remove(0)
    }
}
