//! The host that plugins are given.

use std::ffi::{CStr, c_char, c_int, c_void};
use std::fmt;
use std::sync::{Arc, Mutex, Weak};

use ofx_sys::*;

use crate::complaint::Misuse;
use crate::effect::define_devices;
use crate::guard::{guard_with, text};
use crate::handle::Owned;
use crate::property::{Access, PropertySet, Values};
use crate::scope::complain;
use crate::settings::HostSettings;
use crate::suite::{Suite, suites};
use crate::sync::lock;

/// A host: what plugins are told of it, and the suites that they are given. Clones are the same host.
#[derive(Clone)]
pub struct Host(pub(crate) Arc<HostShared>);

pub(crate) struct HostShared {
    pub(crate) settings: HostSettings,
    /// What plugins get a pointer to; it stays where it is because nobody moves what is in an `Arc`.
    pub(crate) ofx: OfxHost,
    properties: Owned<PropertySet>,
    suites: Vec<Suite>,
}

// SAFETY: what is not already so is the handle in `ofx`, which is a number that is never followed.
unsafe impl Send for HostShared {}
// SAFETY: as above, and nothing in it changes.
unsafe impl Sync for HostShared {}

/// All hosts, for `fetchSuite`, which is only given a handle.
static HOSTS: Mutex<Vec<Weak<HostShared>>> = Mutex::new(Vec::new());

impl Host {
    /// A host of those settings.
    #[must_use]
    pub fn new(settings: HostSettings) -> Self {
        let properties = Owned::new(properties(&settings));
        let ofx = OfxHost { host: properties.handle(), fetchSuite: Some(fetch_suite) };
        let suites = suites(&settings);
        let shared = Arc::new(HostShared { settings, ofx, properties, suites });
        let mut hosts = lock(&HOSTS);
        hosts.retain(|host| host.strong_count() > 0);
        hosts.push(Arc::downgrade(&shared));
        Self(shared)
    }

    /// What it was made with.
    #[must_use]
    pub fn settings(&self) -> &HostSettings {
        &self.0.settings
    }

    /// The suites that plugins can fetch: name, version, and the functions that are there.
    pub fn suites(&self) -> impl Iterator<Item = (&'static str, i32, Vec<&'static str>)> + '_ {
        self.0.suites.iter().map(|suite| (suite.name(), suite.version, suite.functions()))
    }

    pub(crate) fn pointer(&self) -> *mut OfxHost {
        (&raw const self.0.ofx).cast_mut()
    }
}

impl Default for Host {
    fn default() -> Self {
        Self::new(HostSettings::default())
    }
}

impl fmt::Debug for Host {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Host").field("name", &self.settings().name).finish_non_exhaustive()
    }
}

/// What the host says of itself.
fn properties(settings: &HostSettings) -> PropertySet {
    let colour = settings.colour_management;
    let host = Access::Host;
    let set = PropertySet::new("the host")
        .with(kOfxPropType, host, kOfxTypeImageEffectHost)
        .with(kOfxPropName, host, &settings.name)
        .with(kOfxPropLabel, host, &settings.label)
        .with(kOfxPropVersion, host, settings.version.clone())
        .with(kOfxPropVersionLabel, host, &settings.version_label)
        .with(kOfxPropAPIVersion, host, [settings.api_version.0, settings.api_version.1])
        .with(kOfxPropHostOSHandle, host, std::ptr::null_mut::<c_void>())
        .with(kOfxImageEffectHostPropIsBackground, host, settings.background)
        .with(kOfxImageEffectHostPropNativeOrigin, host, kOfxHostNativeOriginBottomLeft)
        .with(kOfxImageEffectPropSupportedContexts, host, names(settings.contexts.iter().map(|one| one.ofx())))
        .with(kOfxImageEffectPropSupportedComponents, host, names(settings.components.iter().map(|one| one.ofx())))
        .with(kOfxImageEffectPropSupportedPixelDepths, host, names(settings.depths.iter().map(|one| one.ofx())))
        .with(kOfxImageEffectPropSupportsTiles, host, settings.tiles)
        .with(kOfxImageEffectPropSupportsMultiResolution, host, settings.multi_resolution)
        .with(kOfxImageEffectPropSupportsMultipleClipDepths, host, settings.multiple_depths)
        .with(kOfxImageEffectPropSupportsMultipleClipPARs, host, settings.multiple_pixel_aspects)
        .with(kOfxImageEffectPropTemporalClipAccess, host, settings.temporal_access)
        .with(kOfxImageEffectPropSetableFrameRate, host, settings.frame_rate)
        .with(kOfxImageEffectPropSetableFielding, host, false)
        .with(kOfxImageEffectPropSupportsOverlays, host, settings.overlays)
        .with(kOfxImageEffectInstancePropSequentialRender, host, true)
        .with(kOfxImageEffectPropRenderQualityDraft, host, true)
        .with(kOfxImageEffectPropColourManagementStyle, host, colour.ofx())
        .with(kOfxImageEffectPropColourManagementAvailableConfigs, host, [kOfxConfigIdentifier.to_owned()])
        .with(kOfxParamHostPropMaxParameters, host, -1)
        .with(kOfxParamHostPropMaxPages, host, 64)
        .with(kOfxParamHostPropPageRowColumnCount, host, [0, 0]);
    for feature in [
        kOfxParamHostPropSupportsBooleanAnimation,
        kOfxParamHostPropSupportsChoiceAnimation,
        kOfxParamHostPropSupportsCustomAnimation,
        kOfxParamHostPropSupportsStringAnimation,
        kOfxParamHostPropSupportsStrChoice,
        kOfxParamHostPropSupportsStrChoiceAnimation,
    ] {
        set.define(feature, host, true);
    }
    set.define(kOfxParamHostPropSupportsCustomInteract, host, settings.overlays);
    set.define(kOfxParamHostPropSupportsParametricAnimation, host, false);
    define_devices(&set, host);
    set
}

/// Names as the values of a property.
pub(crate) fn names(names: impl Iterator<Item = &'static CStr>) -> Values {
    names.collect()
}

unsafe extern "C" fn fetch_suite(host: OfxPropertySetHandle, name: *const c_char, version: c_int) -> *const c_void {
    guard_with("fetchSuite", std::ptr::null(), || {
        // SAFETY: the plugin passes a string, as the standard says.
        let Ok(name) = (unsafe { text("fetchSuite", name) }) else { return std::ptr::null() };
        let hosts: Vec<Arc<HostShared>> = lock(&HOSTS).iter().filter_map(Weak::upgrade).collect();
        let Some(host) = hosts.iter().find(|one| one.properties.handle() == host) else {
            complain(Misuse::ForeignHandle, "fetchSuite was given a host that this is not");
            return std::ptr::null();
        };
        match host.suites.iter().find(|suite| suite.is(name, version)) {
            Some(suite) => suite.pointer(),
            None => {
                if !host.is_known(name) {
                    complain(Misuse::UnknownSuite, format!("fetchSuite: there is no {name:?}, version {version}"));
                }
                std::ptr::null()
            }
        }
    })
}

impl HostShared {
    /// Whether a suite of that name exists in any version, here or left out.
    fn is_known(&self, name: &CStr) -> bool {
        let left_out = |version| !self.settings.suites.has(&name.to_string_lossy(), version);
        self.suites.iter().any(|suite| suite.is(name, suite.version)) || (1..=2).any(left_out)
    }
}
