//! Binaries that are loaded, and the plugins in them.

use std::collections::BTreeMap;
use std::ffi::{CStr, c_int};
use std::fmt;
use std::path::PathBuf;
use std::sync::{Arc, LazyLock, Mutex};

use ofx_sys::*;
use serde::{Deserialize, Serialize};

use crate::bundle::Bundle;
use crate::complaint::{Complaint, Ledger};
use crate::error::HostError;
use crate::host::Host;
use crate::plugin::{Plugin, PluginShared};
use crate::scope::Scope;
use crate::shelf::{Place, Shelf};
use crate::status::Status;
use crate::sync::lock;

/// A binary that is loaded. It is unloaded, and its plugins before it, when the last clone, plugin and instance of it are
/// gone.
#[derive(Clone)]
pub struct Library(pub(crate) Arc<LibraryShared>);

/// What a binary says of a plugin before it is loaded.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct PluginId {
    /// The name that a host knows it again by.
    pub identifier: String,
    /// Major and minor version.
    pub version: (u32, u32),
    /// The interface, `OfxImageEffectPluginAPI` for effects.
    pub api: String,
    /// The version of the interface.
    pub api_version: i32,
    /// Its number in the binary.
    pub index: usize,
}

pub(crate) struct LibraryShared {
    pub(crate) host: Host,
    pub(crate) bundle: Bundle,
    plugins: Vec<(PluginId, &'static OfxPlugin)>,
    pub(crate) ledger: Arc<Ledger>,
    /// Plugins that are loaded, by their numbers; none for one that failed.
    pub(crate) loaded: Mutex<BTreeMap<usize, Option<Arc<PluginShared>>>>,
    /// The binary itself. It goes after everything that points into it.
    _binary: libloading::Library,
    _place: Place<PathBuf, LibraryShared>,
}

// SAFETY: what is not already so is the table of plugins, which the binary does not change and which we only read.
unsafe impl Send for LibraryShared {}
// SAFETY: as above.
unsafe impl Sync for LibraryShared {}

/// All binaries that are loaded, by their paths. A binary has one set of globals for the whole process, so it is loaded
/// once, and serves one host at a time.
static OPEN: LazyLock<Arc<Shelf<PathBuf, LibraryShared>>> = LazyLock::new(Arc::default);

/// More plugins than these are no plugins but a broken binary.
const MOST: usize = 10_000;

impl Library {
    /// Loads the bundle's binary, or takes the one that is loaded.
    ///
    /// The binary runs in this process, and does what it likes in it: nothing can protect from a plugin that is malicious
    /// or that crashes.
    ///
    /// # Errors
    /// [`HostError::Load`], [`HostError::Refused`], [`HostError::BadPlugin`]; [`HostError::OtherHost`] while the binary
    /// serves another host.
    pub fn open(host: &Host, bundle: &Bundle) -> Result<Self, HostError> {
        let shared = OPEN.get(&bundle.binary, |place| load(host, bundle, place))?;
        if !Arc::ptr_eq(&shared.host.0, &host.0) {
            return Err(HostError::OtherHost { path: bundle.binary.clone() });
        }
        Ok(Self(shared))
    }

    /// Where it came from.
    #[must_use]
    pub fn bundle(&self) -> &Bundle {
        &self.0.bundle
    }

    /// The plugins in it.
    pub fn plugins(&self) -> impl Iterator<Item = &PluginId> {
        self.0.plugins.iter().map(|(id, _)| id)
    }

    /// Loads the newest plugin of that identifier, or takes the one that is loaded.
    ///
    /// # Errors
    /// [`HostError::NoPlugin`], or those of [`load`](Self::load).
    pub fn plugin(&self, identifier: &str) -> Result<Plugin, HostError> {
        let all = self.plugins().filter(|id| id.identifier == identifier);
        let id = all.max_by_key(|id| id.version).ok_or_else(|| HostError::NoPlugin {
            path: self.0.bundle.binary.clone(),
            identifier: identifier.to_owned(),
        })?;
        self.load(id)
    }

    /// Loads a plugin and has it describe itself, or takes the one that is loaded.
    ///
    /// # Errors
    /// [`HostError::BadPlugin`], [`HostError::ActionFailed`], [`HostError::BadDescription`].
    pub fn load(&self, id: &PluginId) -> Result<Plugin, HostError> {
        Plugin::load(&self.0, id)
    }

    /// What the binary did against the standard while it was loaded, and those of its plugins that could not be.
    #[must_use]
    pub fn complaints(&self) -> Vec<Complaint> {
        self.0.ledger.list()
    }
}

impl fmt::Debug for Library {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Library").field("binary", &self.0.bundle.binary).finish_non_exhaustive()
    }
}

impl Drop for LibraryShared {
    fn drop(&mut self) {
        // Unloads the plugins, while everything else of the library is still there.
        lock(&self.loaded).clear();
    }
}

impl LibraryShared {
    /// The plugin's struct in the binary.
    pub(crate) fn entry(&self, index: usize) -> Option<&'static OfxPlugin> {
        self.plugins.get(index).map(|(_, entry)| *entry)
    }
}

fn load(host: &Host, bundle: &Bundle, place: Place<PathBuf, LibraryShared>) -> Result<LibraryShared, HostError> {
    let path = &bundle.binary;
    let ledger: Arc<Ledger> = Arc::default();
    let _scope = Scope::of(Arc::downgrade(&host.0), ledger.clone(), c"", None).enter();
    let failed = |source| HostError::Load { path: path.clone(), source };
    // SAFETY: loading runs the binary's initialisers, which is what the caller asks for.
    let binary = unsafe { libloading::Library::new(path) }.map_err(failed)?;
    // SAFETY: these are the names and types that the standard gives these functions, and the binary stays loaded while
    // they are called.
    let plugins = unsafe {
        type SetHost = unsafe extern "C" fn(*const OfxHost) -> OfxStatus;
        let set_host = binary.get::<SetHost>(b"OfxSetHost\0");
        if let Ok(status) = set_host.map(|set_host| Status(set_host(host.pointer())))
            && !matches!(status, Status::OK | Status::DEFAULT)
        {
            return Err(HostError::Refused { path: path.clone(), status });
        }
        let count = binary.get::<unsafe extern "C" fn() -> c_int>(b"OfxGetNumberOfPlugins\0").map_err(failed)?;
        let get = binary.get::<unsafe extern "C" fn(c_int) -> *const OfxPlugin>(b"OfxGetPlugin\0").map_err(failed)?;
        let count = usize::try_from(count()).ok().filter(|count| *count <= MOST);
        let bad = |index, why: &str| HostError::BadPlugin { path: path.clone(), index, why: why.to_owned() };
        let count = count.ok_or_else(|| bad(0, "cannot be: the binary says that it has no sensible number of them"))?;
        let mut plugins = Vec::with_capacity(count);
        for index in 0..count {
            let entry = get(index as c_int).as_ref().ok_or_else(|| bad(index, "is null"))?;
            if entry.pluginIdentifier.is_null() || entry.pluginApi.is_null() {
                return Err(bad(index, "has no identifier"));
            }
            let id = PluginId {
                identifier: CStr::from_ptr(entry.pluginIdentifier).to_string_lossy().into_owned(),
                version: (entry.pluginVersionMajor, entry.pluginVersionMinor),
                api: CStr::from_ptr(entry.pluginApi).to_string_lossy().into_owned(),
                api_version: entry.apiVersion,
                index,
            };
            plugins.push((id, entry));
        }
        plugins
    };
    Ok(LibraryShared {
        host: host.clone(),
        bundle: bundle.clone(),
        plugins,
        ledger,
        loaded: Mutex::default(),
        _binary: binary,
        _place: place,
    })
}
