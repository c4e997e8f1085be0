//! Where hosts come in: the list of plugins, and the actions of each.
//!
//! An entry point is a bare function, so each effect has one of its own: a slot. There are enough for the effects of
//! presets. Nothing that panics gets past here.

use std::ffi::{CStr, CString, c_char, c_int, c_void};
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::ptr;
use std::sync::{LazyLock, Mutex, OnceLock, PoisonError};

use ofx_sys as ofx;

use super::effect::{Descriptor, Instance};
use super::property::Properties;
use super::{Result, host, interact};
use crate::effect::{Change, Context, Effect, Request, Wishes};
use crate::failure::Failure;
use crate::geometry::{Rect, Window};
use crate::{bundle, effects, log, shared};

/// Most effects of one binary.
pub const SLOTS: usize = 128;

type MainEntry = unsafe extern "C" fn(
    *const c_char,
    *const c_void,
    ofx::OfxPropertySetHandle,
    ofx::OfxPropertySetHandle,
) -> ofx::OfxStatus;

macro_rules! slots {
    ($entry:ident: $($tens:literal)*) => { [$(
        $entry::<{ $tens * 8 }>, $entry::<{ $tens * 8 + 1 }>, $entry::<{ $tens * 8 + 2 }>, $entry::<{ $tens * 8 + 3 }>,
        $entry::<{ $tens * 8 + 4 }>, $entry::<{ $tens * 8 + 5 }>, $entry::<{ $tens * 8 + 6 }>, $entry::<{ $tens * 8 + 7 }>,
    )*] };
}

static MAIN: [MainEntry; SLOTS] = slots!(main_entry: 0 1 2 3 4 5 6 7 8 9 10 11 12 13 14 15);
static OVERLAY: [MainEntry; SLOTS] = slots!(overlay_entry: 0 1 2 3 4 5 6 7 8 9 10 11 12 13 14 15);

/// What hosts read of the plugins.
struct Plugins {
    structs: Vec<ofx::OfxPlugin>,
    _identifiers: Vec<CString>,
}

// SAFETY: made once and never changed; the pointers in it lead to the identifiers beside it and to functions.
unsafe impl Send for Plugins {}
// SAFETY: as above.
unsafe impl Sync for Plugins {}

fn all() -> &'static [Box<dyn Effect>] {
    static EFFECTS: OnceLock<Vec<Box<dyn Effect>>> = OnceLock::new();
    EFFECTS.get_or_init(|| {
        let mut effects = effects::all();
        if effects.len() > SLOTS {
            log::line(&format!("{} effects are too many: the last ones are left out", effects.len()));
            effects.truncate(SLOTS);
        }
        effects
    })
}

fn plugins() -> &'static Plugins {
    static PLUGINS: OnceLock<Plugins> = OnceLock::new();
    PLUGINS.get_or_init(|| {
        let identifiers: Vec<CString> = all().iter().map(|effect| super::c_string(effect.identifier())).collect();
        let effects = all().iter().map(Box::as_ref);
        let plugin = |((identifier, effect), main): ((&CString, &dyn Effect), &MainEntry)| ofx::OfxPlugin {
            pluginApi: ofx::kOfxImageEffectPluginApi.as_ptr(),
            apiVersion: ofx::kOfxImageEffectPluginApiVersion,
            pluginIdentifier: identifier.as_ptr(),
            pluginVersionMajor: effect.version()[0],
            pluginVersionMinor: effect.version()[1],
            setHost: Some(set_host),
            mainEntry: Some(*main),
        };
        let structs = identifiers.iter().zip(effects).zip(&MAIN).map(plugin).collect();
        Plugins { structs, _identifiers: identifiers }
    })
}

/// How many effects there are.
#[unsafe(no_mangle)]
pub extern "C" fn OfxGetNumberOfPlugins() -> c_int {
    guarded(0, || plugins().structs.len().try_into().unwrap_or(0))
}

/// One of the effects; null for none.
#[unsafe(no_mangle)]
pub extern "C" fn OfxGetPlugin(index: c_int) -> *const ofx::OfxPlugin {
    guarded(ptr::null(), || {
        let plugin = usize::try_from(index).ok().and_then(|index| plugins().structs.get(index));
        plugin.map_or(ptr::null(), ptr::from_ref)
    })
}

/// Hosts of OpenFX 1.5 say who they are before they ask for anything.
///
/// # Safety
/// `host` is null, or lives as long as the plugin is used.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn OfxSetHost(host: *const ofx::OfxHost) -> ofx::OfxStatus {
    guarded(ofx::kOfxStatFailed, || {
        if host.is_null() {
            return ofx::kOfxStatFailed;
        }
        host::set(host);
        ofx::kOfxStatOK
    })
}

unsafe extern "C" fn set_host(host: *mut ofx::OfxHost) {
    guarded((), || host::set(host));
}

unsafe extern "C" fn main_entry<const SLOT: usize>(
    action: *const c_char,
    handle: *const c_void,
    arguments: ofx::OfxPropertySetHandle,
    answers: ofx::OfxPropertySetHandle,
) -> ofx::OfxStatus {
    enter::<SLOT>(action, |effect, action| {
        // SAFETY: the arguments of an effect's entry point.
        let result = unsafe { dispatch(effect, SLOT, action, handle.cast_mut().cast(), arguments, answers) };
        if let Err(failure) = &result
            && !matches!(failure, Failure::Unsupported | Failure::Cancelled)
        {
            let action = action.to_string_lossy();
            log::line(&format!("{}: {action}: {failure}", effect.identifier()));
            // SAFETY: as above. A descriptor is no instance, and hosts have none while they describe.
            let instance = host::current().ok().and_then(|host| unsafe {
                has_instance(&action).then(|| Instance::new(handle.cast_mut().cast(), host.suites).ok()).flatten()
            });
            if let Some(instance) = instance {
                show(&instance, &failure.to_string());
            }
        }
        result
    })
}

unsafe extern "C" fn overlay_entry<const SLOT: usize>(
    action: *const c_char,
    handle: *const c_void,
    arguments: ofx::OfxPropertySetHandle,
    _answers: ofx::OfxPropertySetHandle,
) -> ofx::OfxStatus {
    enter::<SLOT>(action, |effect, action| {
        // SAFETY: the arguments of an overlay's entry point.
        unsafe { interact::dispatch(effect, action, handle.cast_mut().cast(), arguments) }
    })
}

/// Calls the effect of a slot, and turns what comes of it into a status.
fn enter<const SLOT: usize>(
    action: *const c_char,
    act: impl FnOnce(&dyn Effect, &CStr) -> Result<i32, Failure>,
) -> ofx::OfxStatus {
    guarded(ofx::kOfxStatErrFatal, || {
        let Some(effect) = all().get(SLOT) else { return ofx::kOfxStatErrBadHandle };
        if action.is_null() {
            return ofx::kOfxStatFailed;
        }
        // SAFETY: not null, and the host says that it is a C string.
        let action = unsafe { CStr::from_ptr(action) };
        act(effect.as_ref(), action).unwrap_or_else(|failure| failure.status())
    })
}

/// Runs what a host has called, and keeps a panic from it.
fn guarded<T>(otherwise: T, run: impl FnOnce() -> T) -> T {
    catch_unwind(AssertUnwindSafe(run)).unwrap_or_else(|panic| {
        let text = panic.downcast_ref::<&str>().copied().map(str::to_owned);
        let text = text.or_else(|| panic.downcast_ref::<String>().cloned()).unwrap_or_default();
        // The log itself must not be what panics.
        drop(catch_unwind(|| log::line(&format!("this is a defect of DragFX: {text}"))));
        otherwise
    })
}

/// Whether the handle of an action is an instance.
fn has_instance(action: &str) -> bool {
    let without = [
        ofx::kOfxActionLoad,
        ofx::kOfxActionUnload,
        ofx::kOfxActionDescribe,
        ofx::kOfxImageEffectActionDescribeInContext,
        ofx::kOfxActionCreateInstance,
        ofx::kOfxActionDestroyInstance,
    ];
    !without.iter().any(|name| name.to_bytes() == action.as_bytes())
}

/// Instances that show an error.
static SHOWN: LazyLock<Mutex<Vec<usize>>> = LazyLock::new(Mutex::default);

fn show(instance: &Instance<'_>, text: &str) {
    instance.show_error(text);
    let mut shown = SHOWN.lock().unwrap_or_else(PoisonError::into_inner);
    if !shown.contains(&instance.id()) {
        shown.push(instance.id());
    }
}

/// Takes an instance from those that show an error; whether it was one.
fn forget_shown(instance: &Instance<'_>) -> bool {
    let mut shown = SHOWN.lock().unwrap_or_else(PoisonError::into_inner);
    let place = shown.iter().position(|&id| id == instance.id());
    place.map(|place| shown.swap_remove(place)).is_some()
}

/// An action of an effect.
///
/// # Safety
/// The arguments are those of an effect's entry point.
unsafe fn dispatch(
    effect: &dyn Effect,
    slot: usize,
    action: &CStr,
    handle: ofx::OfxImageEffectHandle,
    arguments: ofx::OfxPropertySetHandle,
    answers: ofx::OfxPropertySetHandle,
) -> Result<i32, Failure> {
    if action == ofx::kOfxActionLoad {
        let host = host::load()?;
        shared::loaded();
        log::host(&host);
        return Ok(ofx::kOfxStatOK);
    }
    if action == ofx::kOfxActionUnload {
        shared::unloaded();
        return Ok(ofx::kOfxStatOK);
    }
    if action == ofx::kOfxActionPurgeCaches {
        shared::purge();
        return Ok(ofx::kOfxStatOK);
    }
    let host = host::current()?;
    let suites = host.suites;
    if action == ofx::kOfxActionDescribe {
        // SAFETY: an effect that is being described.
        let descriptor = unsafe { Descriptor::new(handle, suites)? };
        let about = descriptor.properties()?;
        if let Ok(path) = about.text(ofx::kOfxPluginPropFilePath, 0) {
            bundle::told(&path);
        }
        effect.describe(&descriptor, &host)?;
        if effect.overlay().is_some() {
            offer_overlay(about, slot);
        }
        return Ok(ofx::kOfxStatOK);
    }
    if action == ofx::kOfxImageEffectActionDescribeInContext {
        // SAFETY: an effect that is being described, and the arguments of the action.
        let (descriptor, arguments) =
            unsafe { (Descriptor::new(handle, suites)?, Properties::new(arguments, suites, "arguments")?) };
        let context = Context::named(&arguments.text(ofx::kOfxImageEffectPropContext, 0)?);
        effect.describe_in(context.ok_or(Failure::Unsupported)?, &descriptor, &host)?;
        return Ok(ofx::kOfxStatOK);
    }
    if !INSTANCE_ACTIONS.contains(&action) && !is_of_no_concern(action) {
        return Ok(ofx::kOfxStatReplyDefault);
    }
    // SAFETY: these actions have an instance.
    let instance = unsafe { Instance::new(handle, suites)? };
    // SAFETY: the property sets of the action, null where it has none.
    let (arguments, answers) = unsafe {
        (Properties::new(arguments, suites, "arguments"), Properties::new(answers, suites, "place for the answers"))
    };
    instance_action(effect, action, &instance, arguments, answers)
}

/// The actions that an instance answers.
const INSTANCE_ACTIONS: [&CStr; 11] = [
    ofx::kOfxActionCreateInstance,
    ofx::kOfxActionDestroyInstance,
    ofx::kOfxActionInstanceChanged,
    ofx::kOfxImageEffectActionGetClipPreferences,
    ofx::kOfxImageEffectActionGetRegionOfDefinition,
    ofx::kOfxImageEffectActionGetRegionsOfInterest,
    ofx::kOfxImageEffectActionGetFramesNeeded,
    ofx::kOfxImageEffectActionGetTimeDomain,
    ofx::kOfxImageEffectActionIsIdentity,
    ofx::kOfxImageEffectActionRender,
    ofx::kOfxImageEffectActionGetOutputColourspace,
];

/// An action of an instance.
fn instance_action(
    effect: &dyn Effect,
    action: &CStr,
    instance: &Instance<'_>,
    arguments: Result<Properties<'_>>,
    answers: Result<Properties<'_>>,
) -> Result<i32, Failure> {
    if action == ofx::kOfxActionCreateInstance {
        effect.created(instance)?;
    } else if action == ofx::kOfxActionDestroyInstance {
        forget_shown(instance);
    } else if action == ofx::kOfxActionInstanceChanged {
        effect.changed(instance, &change(arguments?)?)?;
    } else if action == ofx::kOfxImageEffectActionGetClipPreferences {
        effect.clip_preferences(instance, &Wishes { properties: answers?, rgba: host::current()?.rgba })?;
    } else if action == ofx::kOfxImageEffectActionGetRegionOfDefinition {
        let time = arguments?.double(ofx::kOfxPropTime, 0)?;
        let Some(region) = effect.region_of_definition(instance, time)? else { return Ok(ofx::kOfxStatReplyDefault) };
        answers?.set_doubles(ofx::kOfxImageEffectPropRegionOfDefinition, &sides(region))?;
    } else if action == ofx::kOfxImageEffectActionGetRegionsOfInterest {
        let time = arguments?.double(ofx::kOfxPropTime, 0)?;
        let answers = answers?;
        for (clip, region) in effect.regions_of_interest(instance, time)? {
            answers.set_doubles(&super::c_string(&format!("OfxImageClipPropRoI_{clip}")), &sides(region))?;
        }
    } else if action == ofx::kOfxImageEffectActionGetFramesNeeded {
        let time = arguments?.double(ofx::kOfxPropTime, 0)?;
        let answers = answers?;
        for (clip, range) in effect.frames_needed(instance, time)? {
            answers.set_doubles(&super::c_string(&format!("OfxImageClipPropFrameRange_{clip}")), &range)?;
        }
    } else if action == ofx::kOfxImageEffectActionGetTimeDomain {
        let Some(range) = effect.time_domain(instance)? else { return Ok(ofx::kOfxStatReplyDefault) };
        answers?.set_doubles(ofx::kOfxImageEffectPropFrameRange, &range)?;
    } else if action == ofx::kOfxImageEffectActionIsIdentity {
        let time = arguments?.double(ofx::kOfxPropTime, 0)?;
        let Some(clip) = effect.identity(instance, time)? else { return Ok(ofx::kOfxStatReplyDefault) };
        let answers = answers?;
        answers.set_text(ofx::kOfxPropName, 0, &clip)?;
        answers.set_doubles(ofx::kOfxPropTime, &[time])?;
    } else if action == ofx::kOfxImageEffectActionRender {
        effect.render(instance, &request(arguments?)?)?;
        if forget_shown(instance) {
            instance.clear_message();
        }
    } else if action == ofx::kOfxImageEffectActionGetOutputColourspace {
        let preferred = arguments?.texts(ofx::kOfxImageClipPropPreferredColourspaces).unwrap_or_default();
        let Some(space) = effect.output_colourspace(instance, &preferred)? else {
            return Ok(ofx::kOfxStatReplyDefault);
        };
        answers?.set_text(ofx::kOfxImageClipPropColourspace, 0, &space)?;
    }
    Ok(ofx::kOfxStatOK)
}

/// Actions to which there is nothing to say but yes. There are no private data to sync: everything is in parameters.
fn is_of_no_concern(action: &CStr) -> bool {
    let known = [
        ofx::kOfxActionBeginInstanceChanged,
        ofx::kOfxActionEndInstanceChanged,
        ofx::kOfxActionBeginInstanceEdit,
        ofx::kOfxActionEndInstanceEdit,
        ofx::kOfxActionSyncPrivateData,
        ofx::kOfxImageEffectActionBeginSequenceRender,
        ofx::kOfxImageEffectActionEndSequenceRender,
    ];
    known.contains(&action)
}

fn offer_overlay(about: Properties<'_>, slot: usize) {
    let entry = OVERLAY[slot] as *mut c_void;
    // A host without overlays knows neither; one that draws with the draw suite knows both.
    drop(about.set_pointer(ofx::kOfxImageEffectPluginPropOverlayInteractV1, entry));
    drop(about.set_pointer(ofx::kOfxImageEffectPluginPropOverlayInteractV2, entry));
}

fn change(arguments: Properties<'_>) -> Result<Change> {
    let is_param = arguments.text(ofx::kOfxPropType, 0)?.as_bytes() == ofx::kOfxTypeParameter.to_bytes();
    let by_user = arguments.text(ofx::kOfxPropChangeReason, 0)?.as_bytes() == ofx::kOfxChangeUserEdited.to_bytes();
    Ok(Change {
        param: is_param.then(|| arguments.text(ofx::kOfxPropName, 0)).transpose()?,
        by_user,
        // Clips change at no time.
        time: arguments.double(ofx::kOfxPropTime, 0).unwrap_or(0.0),
    })
}

fn request(arguments: Properties<'_>) -> Result<Request, Failure> {
    let field = arguments.text(ofx::kOfxImageEffectPropFieldToRender, 0).unwrap_or_default();
    let whole =
        [ofx::kOfxImageFieldNone, ofx::kOfxImageFieldBoth].iter().any(|name| name.to_bytes() == field.as_bytes());
    if !field.is_empty() && !whole {
        return Err(Failure::User("DragFX makes whole frames: set the host to progressive".to_owned()));
    }
    let [x1, y1, x2, y2] = arguments.ints(ofx::kOfxImageEffectPropRenderWindow)?;
    Ok(Request {
        time: arguments.double(ofx::kOfxPropTime, 0)?,
        window: Window { x1, y1, x2, y2 },
        scale: arguments.doubles(ofx::kOfxImageEffectPropRenderScale).unwrap_or([1.0, 1.0]),
        // The one flag that is a text.
        thumbnail: arguments.text(ofx::kOfxImageEffectPropThumbnailRender, 0).is_ok_and(|text| text == "true"),
    })
}

fn sides(region: Rect) -> [f64; 4] {
    [region.x1, region.y1, region.x2, region.y2]
}

impl Context {
    fn named(name: &str) -> Option<Self> {
        let known = [
            (ofx::kOfxImageEffectContextGenerator, Self::Generator),
            (ofx::kOfxImageEffectContextFilter, Self::Filter),
            (ofx::kOfxImageEffectContextGeneral, Self::General),
        ];
        known.into_iter().find(|(known, _)| known.to_bytes() == name.as_bytes()).map(|(_, context)| context)
    }
}
