//! What all instances share: models, finished drags and pictures. Hosts make an instance for each frame; this is what
//! makes that cheap.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, MutexGuard, OnceLock, PoisonError};

use dragfx_graph::eval::Evaluator;
use dragfx_graph::models::{ModelRef, ModelStore};
use dragfx_runtime::{Device, Environment, EnvironmentOptions, RuntimeError, SessionOptions};

use crate::failure::Failure;
use crate::{bundle, log};

/// The most of a GPU's memory that is used: a host needs it, too.
const GPU_MEMORY: usize = 2 << 30;

#[derive(Default)]
struct State {
    /// How many effects the host has loaded.
    loaded: usize,
    evaluators: BTreeMap<String, Arc<Evaluator>>,
}

static STATE: Mutex<State> = Mutex::new(State { loaded: 0, evaluators: BTreeMap::new() });

fn state() -> MutexGuard<'static, State> {
    STATE.lock().unwrap_or_else(PoisonError::into_inner)
}

/// The host has loaded an effect.
pub(crate) fn loaded() {
    state().loaded += 1;
}

/// The host unloads an effect. With the last one everything is given back.
pub(crate) fn unloaded() {
    let mut state = state();
    state.loaded = state.loaded.saturating_sub(1);
    if state.loaded == 0 {
        state.evaluators.clear();
    }
}

/// The host needs memory: pictures and drags are forgotten, models stay.
pub(crate) fn purge() {
    for evaluator in state().evaluators.values() {
        evaluator.cache().clear();
    }
}

/// The evaluator of a device, with models and results of its own.
///
/// # Errors
/// ONNX Runtime is not there.
pub fn evaluator(device: Device) -> Result<Arc<Evaluator>, Failure> {
    let mut state = state();
    if let Some(known) = state.evaluators.get(&device.to_string()) {
        return Ok(Arc::clone(known));
    }
    let library = environment()?.library().path.display();
    log::line(&format!("ONNX Runtime {library} on {device}"));
    let session = SessionOptions { gpu_memory_limit: Some(GPU_MEMORY), ..SessionOptions::on(device) };
    let cache = cache_folder();
    let models = Arc::new(ModelStore::new(cache.clone(), model_folders(), session));
    let evaluator = Arc::new(Evaluator::new(models).with_disk(cache.join("trajectories")));
    state.evaluators.insert(device.to_string(), Arc::clone(&evaluator));
    Ok(evaluator)
}

/// ONNX Runtime, which lives as long as the process: longer than what is loaded and unloaded, and whatever the device.
fn environment() -> Result<&'static Environment, Failure> {
    let options = EnvironmentOptions {
        library_folders: bundle::libraries().into_iter().collect(),
        ..EnvironmentOptions::default()
    };
    let started = match Environment::start(&options) {
        Err(RuntimeError::AlreadyStarted { .. }) => Environment::get(),
        started => started,
    };
    started.map_err(|error| Failure::User(crate::failure::chain(&error)))
}

/// An evaluator that only plans, which needs no ONNX Runtime: what a graph wants is the same whatever computes it.
#[must_use]
pub fn planner() -> &'static Evaluator {
    static PLANNER: OnceLock<Evaluator> = OnceLock::new();
    PLANNER.get_or_init(|| {
        let models = ModelStore::new(cache_folder(), model_folders(), SessionOptions::on(Device::Cpu));
        Evaluator::new(Arc::new(models))
    })
}

/// Width and height of a model's pictures, without opening it; `None` where it is not there, or not imported yet.
#[must_use]
pub fn resolution(model: &ModelRef, folder: &Path) -> Option<usize> {
    static KNOWN: Mutex<BTreeMap<String, usize>> = Mutex::new(BTreeMap::new());
    let known = || KNOWN.lock().unwrap_or_else(PoisonError::into_inner);
    if let Some(known) = model.blake3.as_ref().and_then(|hash| known().get(hash).copied()) {
        return Some(known);
    }
    let found = planner().models().known_spec(model, folder)?.resolution;
    if let Some(hash) = &model.blake3 {
        known().insert(hash.clone(), found);
    }
    Some(found)
}

/// Where imported models and finished drags are kept: where the command line keeps them.
fn cache_folder() -> PathBuf {
    match std::env::var_os("DRAGFX_CACHE_DIR").filter(|folder| !folder.is_empty()) {
        Some(folder) => PathBuf::from(folder),
        None => dirs::cache_dir().unwrap_or_else(std::env::temp_dir).join("dragfx"),
    }
}

/// Where models are looked for, beside the places that presets hint at: the bundle, and the folders of the variable that
/// the command line looks at, too.
fn model_folders() -> Vec<PathBuf> {
    let named = std::env::var_os("DRAGFX_MODEL_PATH").unwrap_or_default();
    let named = std::env::split_paths(&named).filter(|path| !path.as_os_str().is_empty());
    bundle::resources().map(|folder| folder.join("models")).into_iter().chain(named).collect()
}
