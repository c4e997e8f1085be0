//! Loading, describing and unloading a plugin.

use ofx_host::{Context, HostSettings, Status, probe};

use crate::bench::Bench;
use crate::check::{Check, Stop};

pub(crate) const CHECKS: &[Check] = &[
    Check::new(
        "life.load",
        "The plugin loads, describes itself and unloads.",
        "ofxCore.h: kOfxActionLoad, kOfxActionUnload, kOfxActionDescribe",
        load,
    ),
    Check::new(
        "life.reload",
        "A plugin whose binary was unloaded and loaded again says the same.",
        "ofxCore.h: kOfxActionUnload comes before the binary is closed",
        reload,
    ),
    Check::new(
        "life.load-again",
        "A plugin that was unloaded, and whose binary was not, can be loaded again.",
        "ofxCore.h: kOfxActionLoad; what plugins made with old versions of the C++ library do not survive",
        load_again,
    )
    .lenient(),
    Check::new(
        "life.answers",
        "Load and Describe are answered by kOfxStatOK itself.",
        "ofxCore.h allows kOfxStatReplyDefault; some hosts take it for a failure",
        answers,
    ),
    Check::new(
        "life.contexts",
        "The plugin describes itself in each context that it declares, and says the same when asked again.",
        "ofxImageEffect.h: kOfxImageEffectActionDescribeInContext",
        contexts,
    ),
    Check::new(
        "life.other-context",
        "A plugin that is asked to describe itself in a context that it did not declare survives it.",
        "not foreseen: a host has no reason to do so",
        other_context,
    )
    .lenient(),
    Check::new(
        "life.describe-again",
        "A plugin that is asked to describe itself again says the same.",
        "not foreseen: ofxCore.h speaks of one kOfxActionDescribe",
        describe_again,
    )
    .lenient(),
    Check::new(
        "life.describe-unloaded",
        "A plugin that was not loaded survives it to be asked what it is.",
        "against ofxCore.h: kOfxActionLoad is the first action",
        describe_unloaded,
    )
    .lenient(),
    Check::new(
        "life.unknown-action",
        "Actions that do not exist are answered by kOfxStatReplyDefault.",
        "ofxCore.h: kOfxStatReplyDefault is the answer to actions that are not trapped",
        unknown_action,
    ),
];

fn load(bench: &Bench) -> Result<(), Stop> {
    let plugin = bench.load()?;
    bench.doing("unloading the plugin and its binary");
    drop(plugin);
    Ok(())
}

fn reload(bench: &Bench) -> Result<(), Stop> {
    let first = bench.load()?.description().clone();
    for _ in 0..3 {
        if bench.load()?.description() != &first {
            bench.fail("the plugin says something else of itself when its binary is loaded again");
        }
    }
    Ok(())
}

fn load_again(bench: &Bench) -> Result<(), Stop> {
    let plugin = bench.load()?;
    for action in [ofx_sys::kOfxActionUnload, ofx_sys::kOfxActionLoad] {
        bench.doing(format_args!("sending {action:?} to a plugin that was loaded before"));
        let answer = plugin.send(action);
        if !matches!(answer, Status::OK | Status::DEFAULT) {
            bench.warn(format_args!("{action:?} is answered by {answer}"));
        }
    }
    bench.doing("describing a plugin that was loaded again");
    match probe::describe_again(&plugin) {
        Err(error) => bench.warn(format_args!("loaded again: {error}")),
        Ok(again) if &again != plugin.description() => bench.warn("it says something else of itself when loaded again"),
        Ok(_) => {}
    }
    bench.doing("unloading a plugin that was loaded again");
    Ok(())
}

fn answers(bench: &Bench) -> Result<(), Stop> {
    let plugin = bench.load()?;
    for complaint in plugin.complaints().iter().filter(|complaint| complaint.misuse == ofx_host::Misuse::Answer) {
        bench.warn(complaint);
    }
    Ok(())
}

fn contexts(bench: &Bench) -> Result<(), Stop> {
    let plugin = bench.load()?;
    let contexts: Vec<Context> = plugin.contexts().collect();
    for context in contexts {
        bench.doing(format_args!("describing it as a {context}"));
        match plugin.describe(context) {
            Err(error) => bench.fail(error),
            Ok(first) => match probe::describe_context(&plugin, context) {
                Err(error) => bench.fail(format_args!("asked again: {error}")),
                Ok(second) if second != first => {
                    bench.fail(format_args!("as a {context} it says something else again"));
                }
                Ok(_) => {}
            },
        }
    }
    Ok(())
}

fn other_context(bench: &Bench) -> Result<(), Stop> {
    let plugin = bench.load()?;
    let others: Vec<Context> =
        Context::ALL.iter().copied().filter(|one| !plugin.description().contexts.contains(one)).collect();
    for context in others {
        bench.doing(format_args!("describing it as a {context}, which it is not"));
        // Whatever it answers will do.
        let _ = probe::describe_context(&plugin, context);
    }
    Ok(())
}

fn describe_again(bench: &Bench) -> Result<(), Stop> {
    let plugin = bench.load()?;
    bench.doing("describing it again");
    match probe::describe_again(&plugin) {
        Err(error) => bench.warn(format_args!("asked again: {error}")),
        Ok(again) if &again != plugin.description() => bench.warn("it says something else of itself when asked again"),
        Ok(_) => {}
    }
    Ok(())
}

fn describe_unloaded(bench: &Bench) -> Result<(), Stop> {
    let library = bench.library(HostSettings::default())?;
    bench.doing("describing it without having loaded it");
    // Whatever it answers will do.
    let _ = probe::describe_unloaded(&library, bench.id())?;
    Ok(())
}

fn unknown_action(bench: &Bench) -> Result<(), Stop> {
    let subject = bench.subject(&crate::subject::Setup::default())?;
    for action in [c"OfxActionThatDoesNotExist", c"", c"uk.co.thefoundry.FnOfxImageEffectActionAnalyse"] {
        for (answer, what) in [
            (
                {
                    bench.doing(format_args!("sending {action:?} to the plugin"));
                    subject.plugin.send(action)
                },
                "the plugin",
            ),
            (
                {
                    bench.doing(format_args!("sending {action:?} to an instance"));
                    subject.instance.send(action)
                },
                "an instance",
            ),
        ] {
            match answer.name() {
                Some("kOfxStatReplyDefault") => {}
                Some("kOfxStatOK") => bench.fail(format_args!("{what} answers {action:?} with {answer}")),
                Some(_) => bench.warn(format_args!("{what} answers {action:?} with {answer}")),
                None => bench.fail(format_args!("{what} answers {action:?} with {answer}, which is no status")),
            }
        }
    }
    Ok(())
}
