//! Several threads, as far as the plugin allows them.

use ofx_host::{HostSettings, Instance, Picture, ThreadSafety};

use crate::bench::Bench;
use crate::check::{Check, Stop};
use crate::pattern::difference;
use crate::subject::{Setup, Subject, plain};

pub(crate) const CHECKS: &[Check] = &[
    Check::new(
        "thread.one-instance",
        "Eight threads that render one instance get the pictures that one thread gets.",
        "ofxImageEffect.h: kOfxImageEffectPluginRenderThreadSafety; waiting as its class wants",
        one_instance,
    ),
    Check::new(
        "thread.instances",
        "Eight threads that render an instance each get the pictures that one thread gets.",
        "ofxImageEffect.h: kOfxImageEffectRenderInstanceSafe",
        instances,
    ),
    Check::new(
        "thread.counts",
        "The picture is the same whether the host lends one thread or many.",
        "ofxMultiThread.h: multiThreadNumCPUs",
        counts,
    ),
];

const THREADS: usize = 8;
const RENDERS: usize = 6;

/// Renders frames in many threads, each with an instance of its own choice, and says where they are not as expected.
fn race(bench: &Bench, expected: &[Picture], instance: impl Fn(usize) -> Instance + Sync) {
    let racer = |number: usize| {
        let instance = instance(number);
        let mut wrong = Vec::new();
        for round in 0..RENDERS {
            let frame = (number + round) % expected.len();
            match instance.render(&plain(frame as f64)) {
                Err(error) => wrong.push(format!("frame {frame}: {error}")),
                Ok(picture) => {
                    let difference = difference(&expected[frame], &picture, false);
                    wrong.extend(difference.map(|text| format!("frame {frame} is another picture: {text}")));
                }
            }
        }
        wrong
    };
    let racer = &racer;
    let wrong: Vec<String> = std::thread::scope(|scope| {
        let racers: Vec<_> = (0..THREADS).map(|number| scope.spawn(move || racer(number))).collect();
        racers.into_iter().flat_map(|racer| racer.join().expect("a render does not panic")).collect()
    });
    // One is enough: the others are of the same cause, and differ from run to run.
    if let Some(first) = wrong.first() {
        bench.fail(format_args!("with {THREADS} threads, {first}"));
    }
}

/// Frames as one thread renders them.
fn expected(bench: &Bench, subject: &Subject) -> Vec<Picture> {
    (0..4).filter_map(|frame| subject.render(bench, &format!("frame {frame}"), &plain(f64::from(frame)))).collect()
}

fn one_instance(bench: &Bench) -> Result<(), Stop> {
    let (subject, _) = bench.working(&Setup::default())?;
    if subject.plugin.description().sequential == 1 {
        return Err(Stop::Skip("it says that its frames depend on those before them".to_owned()));
    }
    let expected = expected(bench, &subject);
    bench.doing("rendering one instance in eight threads");
    race(bench, &expected, |_| subject.instance.clone());
    Ok(())
}

fn instances(bench: &Bench) -> Result<(), Stop> {
    let plugin = bench.load()?;
    let (subject, _) = bench.working_instance(&plugin, &Setup::default())?;
    if plugin.description().thread_safety == ThreadSafety::Unsafe {
        return Err(Stop::Skip("it says that it is not safe in several threads".to_owned()));
    }
    if plugin.description().single_instance {
        return Err(Stop::Skip("it wants to be the only instance".to_owned()));
    }
    let expected = expected(bench, &subject);
    let all = (0..THREADS).map(|_| bench.instance(&plugin, &Setup::default())).collect::<Result<Vec<_>, _>>()?;
    bench.doing("rendering eight instances in eight threads");
    race(bench, &expected, |number| all[number].instance.clone());
    Ok(())
}

fn counts(bench: &Bench) -> Result<(), Stop> {
    let mut first: Option<Picture> = None;
    for threads in [1, 2, 7] {
        let settings = HostSettings { threads, ..HostSettings::default() };
        let subject = bench.subject_in(settings, &Setup::default())?;
        bench.doing(format_args!("rendering with {threads} threads lent"));
        let picture = match subject.instance.render(&plain(0.0)) {
            Ok(picture) => picture,
            Err(error) if first.is_none() => {
                return Err(Stop::Skip(format!("it does not render at its defaults: {error}")));
            }
            Err(error) => {
                bench.fail(format_args!("with {threads} threads lent: {error}"));
                continue;
            }
        };
        match &first {
            None => first = Some(picture),
            Some(first) => {
                if let Some(difference) = difference(first, &picture, false) {
                    bench.fail(format_args!("with {threads} threads lent the picture is another one: {difference}"));
                }
            }
        }
    }
    Ok(())
}
