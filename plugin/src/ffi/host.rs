//! The host application.

use std::ptr;
use std::sync::{PoisonError, RwLock};

use ofx_sys as ofx;

use super::property::Properties;
use super::suites::Suites;
use super::{HostError, Result};

/// A host application, as it describes itself.
#[derive(Clone, Debug)]
pub struct Host {
    /// Such as `fr.inria.Natron`.
    pub name: String,
    /// What people call it.
    pub label: String,
    /// Its version, as a text.
    pub version: String,
    /// The version of OpenFX that it speaks; 1.0 where it does not say.
    pub api: [i32; 2],
    /// Whether new parameters' defaults can be given in fractions of the project's size.
    pub normalised_defaults: bool,
    /// Whether it has pictures with red, green, blue and alpha; taken for granted where it does not say.
    pub rgba: bool,
    pub(super) suites: Suites,
}

/// What a host passes to `setHost`.
#[derive(Clone, Copy, PartialEq)]
struct Given(*const ofx::OfxHost);

// SAFETY: the host keeps the struct for as long as it uses the plugin, and its functions may be called from all threads
// that the host calls the plugin on.
unsafe impl Send for Given {}
// SAFETY: as above; the plugin only reads it.
unsafe impl Sync for Given {}

static GIVEN: RwLock<Given> = RwLock::new(Given(ptr::null()));
static HOST: RwLock<Option<Host>> = RwLock::new(None);

/// Remembers the host; what it offers is looked at when it loads the plugin.
pub(super) fn set(host: *const ofx::OfxHost) {
    *GIVEN.write().unwrap_or_else(PoisonError::into_inner) = Given(host);
}

/// Looks at what the host offers.
pub(super) fn load() -> Result<Host> {
    let given = *GIVEN.read().unwrap_or_else(PoisonError::into_inner);
    // SAFETY: null, or what the host gave; see `Given`.
    let raw = unsafe { given.0.as_ref() }.ok_or(HostError::Null("host"))?;
    // SAFETY: it is what the host gave.
    let suites = unsafe { Suites::fetch(raw)? };
    // SAFETY: the host's own properties, which live as long as it does.
    let about = unsafe { Properties::new(raw.host, suites, "properties of the host")? };
    let text = |name| about.text(name, 0).unwrap_or_default();
    let version = match text(ofx::kOfxPropVersionLabel) {
        label if label.is_empty() => {
            let count = about.dimension(ofx::kOfxPropVersion).unwrap_or(0).clamp(0, 8);
            let numbers = (0..count).filter_map(|index| about.int(ofx::kOfxPropVersion, index).ok());
            numbers.map(|number| number.to_string()).collect::<Vec<_>>().join(".")
        }
        label => label,
    };
    let api = about.ints(ofx::kOfxPropAPIVersion).unwrap_or([1, 0]);
    // Older hosts read defaults of points as they stand; the property came with 1.2.
    let normalised_defaults = api >= [1, 2];
    let components = about.texts(ofx::kOfxImageEffectPropSupportedComponents).unwrap_or_default();
    let is_rgba = |name: &String| name.as_bytes() == ofx::kOfxImageComponentRGBA.to_bytes();
    let rgba = components.is_empty() || components.iter().any(is_rgba);
    let host = Host {
        name: text(ofx::kOfxPropName),
        label: text(ofx::kOfxPropLabel),
        version,
        api,
        normalised_defaults,
        rgba,
        suites,
    };
    *HOST.write().unwrap_or_else(PoisonError::into_inner) = Some(host.clone());
    Ok(host)
}

/// The host that loaded the plugin; looked at now if it calls without having loaded it.
pub(crate) fn current() -> Result<Host> {
    let known = HOST.read().unwrap_or_else(PoisonError::into_inner).clone();
    known.map_or_else(load, Ok)
}

impl Host {
    /// Which optional suites it offers, for the log.
    #[must_use]
    pub fn optional_suites(&self) -> Vec<&'static str> {
        self.suites.optional()
    }
}
