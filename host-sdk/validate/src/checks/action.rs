//! Actions in odd orders.

use ofx_host::Status;
use ofx_host::param::ParamKind;
use ofx_host::probe::{self, Changed, Reason};

use crate::bench::Bench;
use crate::check::{Check, Stop};
use crate::pattern::difference;
use crate::subject::{Setup, Subject, is_explained, plain, usual_context};

pub(crate) const CHECKS: &[Check] = &[
    Check::new(
        "action.create",
        "An instance can be made and destroyed without anything in between.",
        "ofxCore.h: kOfxActionCreateInstance, kOfxActionDestroyInstance",
        create,
    ),
    Check::new(
        "action.many",
        "A hundred instances can live at once and be destroyed in any order.",
        "ofxCore.h: kOfxActionDestroyInstance; instances share nothing that ends with one of them",
        many,
    ),
    Check::new(
        "action.purge",
        "Caches can be purged and private data synchronised at any time, without changing what is rendered.",
        "ofxCore.h: kOfxActionPurgeCaches, kOfxActionSyncPrivateData",
        purge,
    ),
    Check::new(
        "action.edit",
        "Panels can be opened and closed in any order, and more often than once.",
        "ofxCore.h: kOfxActionBeginInstanceEdit: it can come several times",
        edit,
    ),
    Check::new(
        "action.changed",
        "It can be told of any parameter and any clip that it changed, for any reason.",
        "ofxCore.h: kOfxActionInstanceChanged",
        changed,
    ),
    Check::new(
        "action.buttons",
        "All buttons can be pressed, also if the user cancels at once what they begin.",
        "ofxCore.h: kOfxActionInstanceChanged; ofxProgress.h: progressUpdate answers kOfxStatReplyNo",
        buttons,
    ),
    Check::new(
        "action.no-sequence",
        "A frame can be rendered without a sequence having been begun.",
        "ofxImageEffect.h wants hosts to begin one; some do not, and a plugin should only prepare in it",
        no_sequence,
    )
    .lenient(),
    Check::new(
        "action.uncreated",
        "An instance whose creation failed in a host that goes on all the same is survived.",
        "against ofxCore.h; a host that does so is known",
        uncreated,
    )
    .lenient(),
];

fn create(bench: &Bench) -> Result<(), Stop> {
    let plugin = bench.load()?;
    let contexts: Vec<_> = plugin.contexts().collect();
    for context in contexts {
        for _ in 0..3 {
            let setup = Setup { context: Some(context), ..Setup::default() };
            let subject = bench.instance(&plugin, &setup)?;
            bench.doing(format_args!("destroying an instance as a {context}"));
            drop(subject);
        }
    }
    Ok(())
}

fn many(bench: &Bench) -> Result<(), Stop> {
    let plugin = bench.load()?;
    let context = usual_context(&plugin)?;
    if plugin.description().single_instance {
        return Err(Stop::Skip("it wants to be the only instance".to_owned()));
    }
    let setup = Setup { context: Some(context), ..Setup::default() };
    let (first, picture) = bench.working_instance(&plugin, &setup)?;
    let mut all = (0..99).map(|_| bench.instance(&plugin, &setup)).collect::<Result<Vec<Subject>, Stop>>()?;
    bench.dice().shuffle(&mut all);
    bench.doing("destroying instances in another order than they were made in");
    while all.len() > 1 {
        all.pop();
    }
    let last = all.pop().expect("there were ninety-nine");
    for (one, what) in [(&first, "the first of many instances"), (&last, "the last of many instances")] {
        let again = one.render(bench, what, &plain(0.0));
        if let Some(difference) = again.and_then(|again| difference(&picture, &again, false)) {
            bench.fail(format_args!("{what} renders something else: {difference}"));
        }
    }
    Ok(())
}

fn purge(bench: &Bench) -> Result<(), Stop> {
    let plugin = bench.load()?;
    let subject = bench.instance(&plugin, &Setup::default())?;
    let tidy = |when: &str| {
        for _ in 0..2 {
            bench.doing(format_args!("purging caches {when}"));
            if let Err(error) = subject.instance.purge() {
                bench.fail(format_args!("{when}: {error}"));
            }
            bench.doing(format_args!("synchronising private data {when}"));
            let answer = subject.instance.send(ofx_sys::kOfxActionSyncPrivateData);
            if !matches!(answer, Status::OK | Status::DEFAULT) {
                bench.fail(format_args!("{when}: kOfxActionSyncPrivateData is answered by {answer}"));
            }
        }
    };
    tidy("before anything else");
    bench.doing("rendering a frame");
    let Ok(before) = subject.instance.render(&plain(0.0)) else {
        return Err(Stop::Skip("it does not render at its defaults".to_owned()));
    };
    tidy("after a frame");
    let after = subject.render(bench, "after purging", &plain(0.0));
    if let Some(difference) = after.and_then(|after| difference(&before, &after, false)) {
        bench.fail(format_args!("after purging it renders something else: {difference}"));
    }
    Ok(())
}

fn edit(bench: &Bench) -> Result<(), Stop> {
    let subject = bench.subject(&Setup::default())?;
    for shown in [false, true, true, false, true, false, false] {
        bench.doing(if shown { "opening a panel" } else { "closing a panel" });
        if let Err(error) = subject.instance.edit(shown) {
            bench.fail(error);
        }
    }
    Ok(())
}

fn changed(bench: &Bench) -> Result<(), Stop> {
    let subject = bench.subject(&Setup { optional: true, ..Setup::default() })?;
    let described = subject.instance.description();
    let holds = |kind| !matches!(kind, ParamKind::PushButton | ParamKind::Page | ParamKind::Group);
    let params = described.params.iter().filter(|param| holds(param.kind)).map(|param| (Changed::Param, &param.name));
    let clips = described.clips.iter().map(|clip| (Changed::Clip, &clip.name));
    for (what, name) in params.chain(clips) {
        for reason in [Reason::User, Reason::Plugin, Reason::Time] {
            bench.doing(format_args!("saying that {name} was changed by {reason:?}"));
            let failed = probe::tell_changed(&subject.instance, what, name, reason).err();
            if let Some(error) = failed.filter(|error| !is_explained(error)) {
                bench.fail(format_args!("{name}, changed by {reason:?}: {error}"));
            }
        }
    }
    for (clip, source) in &subject.clips {
        bench.doing(format_args!("disconnecting {clip} and connecting it again"));
        let cut = subject.instance.disconnect(clip);
        let joined = subject.instance.connect(clip, source.clone());
        if let Err(error) = cut.and(joined) {
            bench.fail(format_args!("{clip}: {error}"));
        }
    }
    Ok(())
}

fn buttons(bench: &Bench) -> Result<(), Stop> {
    /// Cancels all that takes long.
    struct Impatient;
    impl ofx_host::Observer for Impatient {
        fn progress_update(&self, _plugin: &str, _done: f64) -> bool {
            false
        }
    }
    let settings = ofx_host::HostSettings { observer: std::sync::Arc::new(Impatient), ..Default::default() };
    let subject = bench.subject_in(settings, &Setup::default())?;
    let params = &subject.instance.description().params;
    let buttons: Vec<_> = params.iter().filter(|param| param.kind == ParamKind::PushButton).collect();
    if buttons.is_empty() {
        return Err(Stop::Skip("it has no buttons".to_owned()));
    }
    for button in buttons {
        bench.doing(format_args!("pressing {}", button.name));
        if let Err(error) = subject.instance.press(&button.name) {
            // A button may need something that is not there; that it says so is no mistake.
            bench.warn(format_args!("{}: {error}", button.name));
        }
    }
    Ok(())
}

fn no_sequence(bench: &Bench) -> Result<(), Stop> {
    let plugin = bench.load()?;
    let (_, picture) = bench.working_instance(&plugin, &Setup::default())?;
    let subject = bench.instance(&plugin, &Setup::default())?;
    bench.doing("rendering without a sequence");
    match probe::render_alone(&subject.instance, &plain(0.0)) {
        Err(error) => bench.warn(error),
        Ok(alone) => {
            if let Some(difference) = difference(&picture, &alone, false) {
                bench.warn(format_args!("without a sequence it renders something else: {difference}"));
            }
        }
    }
    Ok(())
}

fn uncreated(bench: &Bench) -> Result<(), Stop> {
    let plugin = bench.load()?;
    let context = usual_context(&plugin)?;
    let options = Setup::default().options(&plugin, context);
    let (options, _clips) = options.map_err(|error| Stop::Skip(error.to_string()))?;
    let instance = probe::uncreated(&plugin, context, options)?;
    bench.doing("asking an instance that was not created");
    // Whatever it answers will do.
    let _ = instance.clip_preferences();
    bench.doing("rendering with an instance that was not created");
    let _ = instance.render(&plain(0.0));
    bench.doing("purging an instance that was not created");
    let _ = instance.purge();
    bench.doing("destroying an instance that was not created");
    drop(instance);
    Ok(())
}
