//! The suites that plugins fetch, as the settings of a host want them.

pub(crate) mod effect;
pub(crate) mod kept;
mod memory;
mod message;
mod progress;
pub(crate) mod thread;
mod timeline;

use std::ffi::{CStr, c_void};
use std::mem::{offset_of, size_of};
use std::sync::Arc;

use ofx_sys::*;

use crate::complaint::Ledger;
use crate::interact;
use crate::param;
use crate::property;
use crate::settings::HostSettings;

/// Any function of a suite. It is only stored, and called by plugins as what it is.
type Function = Option<unsafe extern "C" fn()>;

/// A suite with the functions that a host gives.
pub(crate) struct Suite {
    name: &'static CStr,
    pub(crate) version: i32,
    /// The names of all functions, in their order.
    names: &'static [&'static str],
    /// What plugins get a pointer to.
    table: Box<[Function]>,
}

macro_rules! suite {
    ($name:expr, $version:expr, $table:expr, $type:ident: $($function:ident)+) => {{
        const SIZE: usize = size_of::<Function>();
        const NAMES: &[&str] = &[$(stringify!($function)),+];
        // The list has all functions, in the order of the struct.
        const _: () = {
            let offsets = [$(offset_of!($type, $function)),+];
            let mut at = 0;
            while at < offsets.len() {
                assert!(offsets[at] == at * SIZE);
                at += 1;
            }
            assert!(size_of::<$type>() == offsets.len() * SIZE);
        };
        let table: &'static $type = &$table;
        // SAFETY: the struct is that many optional function pointers and nothing else, as was just checked; all function
        // pointers have the same size.
        let table = unsafe { std::slice::from_raw_parts((&raw const *table).cast::<Function>(), NAMES.len()) };
        Suite { name: $name, version: $version, names: NAMES, table: table.into() }
    }};
}

/// All suites, without what the settings leave out.
pub(crate) fn suites(settings: &HostSettings) -> Vec<Suite> {
    let mut suites = all();
    suites.retain(|suite| settings.suites.has(suite.name(), suite.version));
    for suite in &mut suites {
        for (name, function) in suite.names.iter().zip(&mut suite.table) {
            if !settings.suites.has_function(suite.name.to_str().unwrap_or_default(), name) {
                *function = None;
            }
        }
    }
    suites
}

fn all() -> Vec<Suite> {
    vec![
        suite!(kOfxPropertySuite, 1, property::SUITE, OfxPropertySuiteV1:
            propSetPointer propSetString propSetDouble propSetInt
            propSetPointerN propSetStringN propSetDoubleN propSetIntN
            propGetPointer propGetString propGetDouble propGetInt
            propGetPointerN propGetStringN propGetDoubleN propGetIntN
            propReset propGetDimension),
        suite!(kOfxImageEffectSuite, 1, effect::SUITE, OfxImageEffectSuiteV1:
            getPropertySet getParamSet clipDefine clipGetHandle clipGetPropertySet clipGetImage clipReleaseImage
            clipGetRegionOfDefinition abort imageMemoryAlloc imageMemoryFree imageMemoryLock imageMemoryUnlock),
        suite!(kOfxParameterSuite, 1, param::SUITE, OfxParameterSuiteV1:
            paramDefine paramGetHandle paramSetGetPropertySet paramGetPropertySet paramGetValue paramGetValueAtTime
            paramGetDerivative paramGetIntegral paramSetValue paramSetValueAtTime paramGetNumKeys paramGetKeyTime
            paramGetKeyIndex paramDeleteKey paramDeleteAllKeys paramCopy paramEditBegin paramEditEnd),
        suite!(kOfxParametricParameterSuite, 1, param::PARAMETRIC_SUITE, OfxParametricParameterSuiteV1:
            parametricParamGetValue parametricParamGetNControlPoints parametricParamGetNthControlPoint
            parametricParamSetNthControlPoint parametricParamAddControlPoint parametricParamDeleteControlPoint
            parametricParamDeleteAllControlPoints),
        suite!(kOfxInteractSuite, 1, interact::SUITE, OfxInteractSuiteV1:
            interactSwapBuffers interactRedraw interactGetPropertySet),
        suite!(kOfxDrawSuite, 1, interact::DRAW_SUITE, OfxDrawSuiteV1:
            getColour setColour setLineWidth setLineStipple draw drawText),
        suite!(kOfxMemorySuite, 1, memory::SUITE, OfxMemorySuiteV1: memoryAlloc memoryFree),
        suite!(kOfxMultiThreadSuite, 1, thread::SUITE, OfxMultiThreadSuiteV1:
            multiThread multiThreadNumCPUs multiThreadIndex multiThreadIsSpawnedThread
            mutexCreate mutexDestroy mutexLock mutexUnLock mutexTryLock),
        suite!(kOfxMessageSuite, 1, message::SUITE_1, OfxMessageSuiteV1: message),
        suite!(kOfxMessageSuite, 2, message::SUITE_2, OfxMessageSuiteV2:
            message setPersistentMessage clearPersistentMessage),
        suite!(kOfxProgressSuite, 1, progress::SUITE_1, OfxProgressSuiteV1: progressStart progressUpdate progressEnd),
        suite!(kOfxProgressSuite, 2, progress::SUITE_2, OfxProgressSuiteV2: progressStart progressUpdate progressEnd),
        suite!(kOfxTimeLineSuite, 1, timeline::SUITE, OfxTimeLineSuiteV1: getTime gotoTime getTimeBounds),
    ]
}

impl Suite {
    pub(crate) fn name(&self) -> &'static str {
        self.name.to_str().unwrap_or_default()
    }

    pub(crate) fn is(&self, name: &CStr, version: i32) -> bool {
        self.name == name && self.version == version
    }

    /// The functions that are there.
    pub(crate) fn functions(&self) -> Vec<&'static str> {
        self.names.iter().zip(&self.table).filter(|(_, function)| function.is_some()).map(|(name, _)| *name).collect()
    }

    pub(crate) fn pointer(&self) -> *const c_void {
        self.table.as_ptr().cast()
    }
}

/// Frees what a plugin that is being unloaded has left, and says so.
pub(crate) fn close(ledger: &Arc<Ledger>) {
    memory::close(ledger);
    thread::close(ledger);
    effect::close(ledger);
}
