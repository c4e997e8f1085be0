//! Hosts that lack something.

use std::collections::BTreeSet;

use ofx_host::{Host, HostError, HostSettings, Status, SuiteFilter};
use ofx_sys::*;

use crate::bench::Bench;
use crate::check::{Check, Complaints, Stop};
use crate::subject::{Setup, plain};

pub(crate) const CHECKS: &[Check] = &[
    Check::new(
        "suite.absent",
        "Each optional suite can be absent, and all of them: the plugin works, or says that it needs a suite.",
        "ofxCore.h: fetchSuite gives null; kOfxStatErrMissingHostFeature",
        absent,
    )
    .in_parts(optional_suites)
    .about(Complaints::Ignored),
    Check::new(
        "suite.null",
        "Each function of each optional suite can be null.",
        "not foreseen; hosts that do so are known",
        null,
    )
    .in_parts(optional_functions)
    .about(Complaints::Ignored)
    .lenient(),
    Check::new(
        "suite.old-host",
        "A host of OpenFX 1.2 that does not know what came later is survived.",
        "ofxProperty.h: propGet… answers kOfxStatErrUnknown; ofxCore.h: kOfxPropAPIVersion",
        old_host,
    )
    .about(Complaints::Ignored),
];

/// What the standard does not oblige hosts to have.
const OPTIONAL: &[&std::ffi::CStr] = &[
    kOfxMultiThreadSuite,
    kOfxMessageSuite,
    kOfxProgressSuite,
    kOfxTimeLineSuite,
    kOfxInteractSuite,
    kOfxDrawSuite,
    kOfxParametricParameterSuite,
];

/// The part in which all of them are absent.
const ALL: &str = "all optional suites";

fn suites() -> Vec<(&'static str, i32, Vec<&'static str>)> {
    let host = Host::default();
    host.suites().filter(|(name, ..)| OPTIONAL.iter().any(|one| one.to_bytes() == name.as_bytes())).collect()
}

fn optional_suites() -> Vec<String> {
    let each = suites().into_iter().map(|(name, version, _)| format!("{name} {version}"));
    each.chain([ALL.to_owned()]).collect()
}

fn optional_functions() -> Vec<String> {
    let each = suites().into_iter().flat_map(|(name, _, functions)| functions.into_iter().map(move |one| (name, one)));
    // Functions of the same name in two versions are null in both.
    let each: BTreeSet<_> = each.map(|(name, function)| format!("{name} {function}")).collect();
    each.into_iter().collect()
}

/// Renders in a host that lacks something. Plugins may refuse such a host if they say so.
fn work(bench: &Bench, settings: HostSettings, without: &str) -> Result<(), Stop> {
    let refused =
        |error: &HostError| matches!(error, HostError::ActionFailed { status: Status::MISSING_HOST_FEATURE, .. });
    let library = bench.library(settings)?;
    bench.doing(format_args!("loading it without {without}"));
    let plugin = match library.load(bench.id()) {
        Ok(plugin) => plugin,
        Err(error) if refused(&error) => return Ok(()),
        Err(error) => {
            bench.warn(format_args!("without {without} it refuses, but not by kOfxStatErrMissingHostFeature: {error}"));
            return Ok(());
        }
    };
    bench.listen(&plugin);
    let context = crate::subject::usual_context(&plugin)?;
    bench.doing(format_args!("working without {without}"));
    let done = Setup::default().options(&plugin, context).and_then(|(options, _clips)| {
        let instance = plugin.instance(context, options)?;
        instance.render(&plain(0.0))?;
        let params = instance.description().params.iter().filter(|param| param.default.is_some());
        params.map(|param| param.name.as_str()).try_for_each(|name| instance.reset(name))?;
        instance.render(&plain(1.0)).map(|_| ())
    });
    match done {
        Err(error) if !refused(&error) => bench.warn(format_args!("without {without}: {error}")),
        _ => {}
    }
    bench.doing(format_args!("unloading it without {without}"));
    Ok(())
}

fn absent(bench: &Bench) -> Result<(), Stop> {
    let all = suites();
    let gone =
        all.iter().filter(|(name, version, _)| bench.part() == ALL || bench.part() == format!("{name} {version}"));
    let suites = gone.fold(SuiteFilter::default(), |filter, (name, version, _)| filter.without(name, *version));
    work(bench, HostSettings { suites, ..HostSettings::default() }, bench.part())
}

fn null(bench: &Bench) -> Result<(), Stop> {
    let (suite, function) = bench.part().split_once(' ').unwrap_or_default();
    let suites = SuiteFilter::default().without_function(suite, function);
    work(bench, HostSettings { suites, ..HostSettings::default() }, &format!("{function} of {suite}"))
}

/// Properties that came after 1.2, and that plugins should not depend on.
const NEW: &[&std::ffi::CStr] = &[
    kOfxPropAPIVersion,
    kOfxPropHostOSHandle,
    kOfxImageEffectHostPropNativeOrigin,
    kOfxImageEffectPropRenderQualityDraft,
    kOfxImageEffectPropInteractiveRenderStatus,
    kOfxImageEffectPropSequentialRenderStatus,
    kOfxImageEffectPropThumbnailRender,
    kOfxImageEffectPropNoSpatialAwareness,
    kOfxImageEffectPropOpenGLEnabled,
    kOfxImageEffectPropOpenGLRenderSupported,
    kOfxImageEffectPropCudaEnabled,
    kOfxImageEffectPropCudaRenderSupported,
    kOfxImageEffectPropCudaStreamSupported,
    kOfxImageEffectPropMetalEnabled,
    kOfxImageEffectPropMetalRenderSupported,
    kOfxImageEffectPropOpenCLEnabled,
    kOfxImageEffectPropOpenCLRenderSupported,
    kOfxImageEffectPropOpenCLSupported,
    kOfxImageEffectPropCPURenderSupported,
    kOfxImageEffectPropColourManagementStyle,
    kOfxImageEffectPropColourManagementAvailableConfigs,
    kOfxImageEffectPropColourManagementConfig,
    kOfxImageEffectPropDisplayColourspace,
    kOfxImageClipPropColourspace,
    kOfxImageClipPropPreferredColourspaces,
    kOfxImageEffectPluginPropOverlayInteractV2,
    kOfxParamHostPropSupportsStrChoice,
    kOfxParamHostPropSupportsStrChoiceAnimation,
    kOfxParamPropChoiceEnum,
    kOfxParamPropChoiceOrder,
];

fn old_host(bench: &Bench) -> Result<(), Stop> {
    let hidden_properties = NEW.iter().map(|name| name.to_string_lossy().into_owned()).collect();
    let suites = SuiteFilter::default()
        .without(&kOfxDrawSuite.to_string_lossy(), 1)
        .without(&kOfxMessageSuite.to_string_lossy(), 2)
        .without(&kOfxProgressSuite.to_string_lossy(), 2);
    let settings = HostSettings {
        api_version: (1, 2),
        colour_management: ofx_host::ColourManagement::None,
        hidden_properties,
        suites,
        ..HostSettings::default()
    };
    work(bench, settings, "what came after OpenFX 1.2")
}
