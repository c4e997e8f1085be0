//! What the host complains about in the ordinary life of an instance.

use std::ops::ControlFlow;

use ofx_host::Misuse;

use crate::bench::Bench;
use crate::check::{Check, Complaints, Stop};
use crate::subject::{Setup, plain};

pub(crate) const CHECKS: &[Check] = &[
    of(
        "conduct.images",
        "Each image is released once, in the action that fetched it, and nothing is written around it.",
        "ofxImageEffect.h: clipGetImage, clipReleaseImage",
        &[Misuse::Image],
    ),
    of(
        "conduct.handles",
        "Only handles that are valid, and of the right kind, are passed to suites.",
        "ofxCore.h: kOfxStatErrBadHandle",
        &[Misuse::StaleHandle, Misuse::ForeignHandle, Misuse::NullArgument],
    ),
    of(
        "conduct.memory",
        "Memory and mutexes of the host are given back once, and nothing is written around them.",
        "ofxMemory.h: memoryFree; ofxImageEffect.h: imageMemoryFree; ofxMultiThread.h: mutexDestroy",
        &[Misuse::Memory],
    ),
    of(
        "conduct.threads",
        "Threads and mutexes are used as their suite says.",
        "ofxMultiThread.h: multiThread, mutexUnLock",
        &[Misuse::Threading],
    ),
    of(
        "conduct.properties",
        "Properties are read and written with their types and within their dimensions, and only by who may.",
        "ofxProperty.h; the properties of each object in ofxImageEffect.h, ofxParam.h and ofxInteract.h",
        &[
            Misuse::PropertyType,
            Misuse::PropertyIndex,
            Misuse::ReadOnlyProperty,
            Misuse::PropertyValue,
            Misuse::Encoding,
        ],
    ),
    of(
        "conduct.params",
        "Parameters are set to what they can be, and not while rendering.",
        "ofxParam.h: paramSetValue, paramGetValue",
        &[Misuse::Declaration, Misuse::ParameterValue, Misuse::ParameterInRender],
    ),
    of(
        "conduct.moments",
        "Suites are called in actions in which they may be.",
        "ofxImageEffect.h: clipDefine, clipGetImage, clipGetRegionOfDefinition",
        &[Misuse::WrongMoment],
    ),
    of(
        "conduct.answers",
        "Actions are answered by statuses that they may have, creation and destruction by kOfxStatOK itself.",
        "ofxCore.h: status codes; some hosts take kOfxStatReplyDefault for a failure",
        &[Misuse::Answer],
    ),
];

const fn of(id: &'static str, what: &'static str, rule: &'static str, kinds: &'static [Misuse]) -> Check {
    Check::new(id, what, rule, life).about(Complaints::Kinds(kinds))
}

/// The ordinary life of an instance: made, changed, rendered, saved, destroyed. What fails in it is told by other checks.
fn life(bench: &Bench) -> Result<(), Stop> {
    let plugin = bench.load()?;
    for optional in [false, true] {
        let setup = Setup { optional, ..Setup::default() };
        let Ok(subject) = bench.instance(&plugin, &setup) else { continue };
        let instance = &subject.instance;
        bench.doing("showing the panel");
        let _ = instance.edit(true);
        for param in &instance.description().params {
            bench.doing(format_args!("setting {} to its default", param.name));
            if let Some(default) = &param.default {
                let _ = instance.set(&param.name, default.clone());
            }
        }
        bench.doing("rendering a sequence");
        let _ = instance.render_sequence((0.0, 2.0), 1.0, &plain(0.0), |_, _| ControlFlow::Continue(()));
        bench.doing("asking the instance");
        let _ = instance.time_domain();
        let _ = instance.frames_needed(1.0);
        let _ = instance.save();
        let _ = instance.purge();
        let _ = instance.go_to(1.0);
        bench.doing("rendering a frame");
        let _ = instance.render(&plain(1.0));
        let _ = instance.edit(false);
        bench.doing("destroying the instance");
    }
    bench.doing("unloading the plugin");
    Ok(())
}
