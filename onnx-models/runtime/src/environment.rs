//! The process's one ONNX Runtime environment: the library, the shared thread pool, the logging.
//!
//! ONNX Runtime allows one environment for each process. It is made at the first use and lives until the process ends.

use std::path::PathBuf;
use std::sync::{Mutex, OnceLock, PoisonError};
use std::thread;

use ort::environment::GlobalThreadPoolOptions;
use ort::logging::LogLevel;

use crate::error::reason;
use crate::library::{self, Library};
use crate::{Result, RuntimeError};

/// The variable that turns ONNX Runtime's own messages on: `warning`, `info` or `verbose`. They go to standard error.
const LOG_VARIABLE: &str = "ORT_LOG";

static ENVIRONMENT: OnceLock<Environment> = OnceLock::new();

/// What can be chosen before the first use.
#[derive(Clone, Debug, Default)]
pub struct EnvironmentOptions {
    /// Threads that all sessions share. Default: one for each physical core that the process may use.
    pub threads: Option<usize>,
    /// Folders to look for the library in, before the usual ones.
    pub library_folders: Vec<PathBuf>,
}

/// The running environment.
#[derive(Debug)]
pub struct Environment {
    ort: ort::environment::Environment,
    library: Library,
    threads: usize,
    log: Option<LogLevel>,
}

impl Environment {
    /// The environment, started with default options if this is its first use.
    ///
    /// A failure is not remembered: the next call looks for the library again.
    pub fn get() -> Result<&'static Self> {
        Ok(Self::get_or_start(&EnvironmentOptions::default())?.0)
    }

    /// Starts the environment, once, before anything else uses it.
    pub fn start(options: &EnvironmentOptions) -> Result<&'static Self> {
        match Self::get_or_start(options)? {
            (environment, true) => Ok(environment),
            (environment, false) => Err(RuntimeError::AlreadyStarted { threads: environment.threads }),
        }
    }

    /// The library in use.
    #[must_use]
    pub fn library(&self) -> &Library {
        &self.library
    }

    /// How the library was built, in its own words.
    #[must_use]
    pub fn build(&self) -> &'static str {
        ort::info()
    }

    /// Threads that run a node, the calling one included.
    #[must_use]
    pub fn threads(&self) -> usize {
        self.threads
    }

    pub(crate) fn ort(&self) -> &ort::environment::Environment {
        &self.ort
    }

    /// The level of ONNX Runtime's messages to show, if any.
    pub(crate) fn log(&self) -> Option<LogLevel> {
        self.log
    }

    /// The environment, and whether this call started it.
    fn get_or_start(options: &EnvironmentOptions) -> Result<(&'static Self, bool)> {
        static STARTING: Mutex<()> = Mutex::new(());
        if let Some(environment) = ENVIRONMENT.get() {
            return Ok((environment, false));
        }
        let _one_at_a_time = STARTING.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(environment) = ENVIRONMENT.get() {
            return Ok((environment, false));
        }
        let environment = start(options)?;
        Ok((ENVIRONMENT.get_or_init(|| environment), true))
    }
}

fn start(options: &EnvironmentOptions) -> Result<Environment> {
    let library = library::find(&options.library_folders)?;
    let threads = options.threads.unwrap_or_else(default_threads).max(1);
    let log = log_level();

    let builder = ort::init_from(&library.path)
        .map_err(|error| RuntimeError::LibraryLoad { path: library.path.clone(), reason: error.to_string() })?;
    let refused = |error: ort::Error| RuntimeError::Environment { reason: reason(&error) };
    let pool = GlobalThreadPoolOptions::default()
        .with_intra_threads(threads)
        .and_then(|pool| pool.with_inter_threads(1))
        // Threads that wait by spinning take the cores from the Rust code between runs: a 27 ms run and 13 ms of work
        // on all cores took 53 ms together with spinning and 40 ms without; a run alone is 3 % slower without.
        .and_then(|pool| pool.with_spin_control(false))
        .map_err(refused)?;
    let ort =
        builder.with_name("dragfx").with_telemetry(false).with_global_thread_pool(pool).build().map_err(refused)?;
    // What ONNX Runtime logs as an error it also returns as one, and those are reported once, by the caller.
    ort.set_log_level(log.unwrap_or(LogLevel::Fatal));
    Ok(Environment { ort, library, threads, log })
}

/// One thread for each physical core: a second one on the same core makes matrix products slower. Containers may
/// allow fewer.
fn default_threads() -> usize {
    let allowed = thread::available_parallelism().map_or(1, usize::from);
    allowed.min(num_cpus::get_physical().max(1))
}

fn log_level() -> Option<LogLevel> {
    match std::env::var(LOG_VARIABLE).ok()?.as_str() {
        "error" => Some(LogLevel::Error),
        "warning" => Some(LogLevel::Warning),
        "info" => Some(LogLevel::Info),
        "verbose" => Some(LogLevel::Verbose),
        _ => None,
    }
}
