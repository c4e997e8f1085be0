//! `dragfx eval`: what drags do, measured as the papers do it.
//!
//! - *Landmarks* (Pan et al. 2023, section 4.2, table 1): the landmarks of one picture are dragged to where another picture
//!   has them. How far from there are they found in the result?
//! - *Mask*: the same with a mask around the head. How much changes outside of it, with and without?
//! - *Reconstruction* (table 2): points that are known in two pictures drag the one to become the other. How unlike are the
//!   result and the other one?

mod landmarks;
mod metrics;
mod reader;
mod reconstruction;
mod report;
mod sheet;
mod studio;

use anyhow::{Context, Result, anyhow};
use dragfx_bundled::{Benchmark, LANDMARK_READER};
use dragfx_engine::Truncation;
use dragfx_runtime::{Device, Session, SessionOptions};

use crate::args::{EvalArgs, Test};
use crate::exit::{Cancelled, Invalid};
use crate::{open, print, progress, save, settings};
use landmarks::Heads;
use reader::Reader;
use report::Report;
use sheet::Sheet;
use studio::Studio;

/// Measures, prints the tables and writes the report; Ctrl-C writes what was measured until then.
pub(crate) fn run(args: &EvalArgs) -> Result<()> {
    let settings = settings::of(&args.settings)?;
    let wants = |test| args.tests.contains(&test);
    let benchmark = wants(Test::Reconstruction).then(|| benchmark(args)).transpose()?;
    let (mut generator, cancel) = open::generator(&args.model)?;
    let reader = (wants(Test::Landmarks) || wants(Test::Mask)).then(|| reader(args)).transpose()?;
    let resolution = generator.spec().resolution;
    if let Some(reader) = &reader {
        reader.check(resolution)?;
    }
    if let Some(known) = benchmark.as_ref().map(|benchmark| benchmark.resolution).filter(|&known| known != resolution) {
        let message = format!("the benchmark is of pictures of {known}² pixels, and the model makes {resolution}²");
        return Err(anyhow!(Invalid(message)));
    }
    let tap = args.settings.tap.unwrap_or_else(|| generator.default_tap());
    let source = generator.model().manifest().source.clone();
    let mut report = Report::new(args, &source, &settings);
    let mut studio = Studio::new(generator, tap, settings, cancel.clone());
    let mut sheet = Sheet::default();
    let end = measure(args, &mut studio, reader, benchmark.as_ref(), &mut report, &mut sheet);
    let end = end.map_err(|error| if cancel.is_cancelled() { anyhow!(Cancelled) } else { error });
    if report.is_empty() {
        return end;
    }
    report.runs_on = studio.runs_on();

    let text = report.markdown();
    save::file(&args.output.join("eval.json"), |to| Ok(serde_json::to_writer_pretty(to, &report)?))?;
    save::file(&args.output.join("eval.md"), |to| Ok(std::io::Write::write_all(to, text.as_bytes())?))?;
    sheet.save(&args.output.join("eval.png"))?;
    print::line(text.trim_end())?;
    end
}

fn measure(
    args: &EvalArgs,
    studio: &mut Studio,
    reader: Option<Reader>,
    benchmark: Option<&Benchmark>,
    report: &mut Report,
    sheet: &mut Sheet,
) -> Result<()> {
    if let Some(reader) = reader {
        let bar = progress::count(args.pairs as usize, "landmarks");
        let truncation = Truncation { psi: args.psi, cutoff: None };
        let mut heads = Heads { studio, reader, truncation };
        for pair in 0..args.pairs {
            heads.pair(args, pair, report, sheet)?;
            bar.set_message(report.landmarks_so_far());
            bar.inc(1);
        }
        bar.finish_and_clear();
    }
    if let Some(benchmark) = benchmark {
        let pairs = &benchmark.pairs[..benchmark.pairs.len().min(args.pairs as usize)];
        let bar = progress::count(pairs.len(), "reconstruction");
        for pair in pairs {
            let row = reconstruction::measure(studio, pair)?;
            report.reconstruction.get_or_insert_default().push(row);
            bar.inc(1);
        }
        bar.finish_and_clear();
    }
    Ok(())
}

/// A model of one's own has landmarks of its own. What finds them runs on the CPU, so that the same is found everywhere.
fn reader(args: &EvalArgs) -> Result<Reader> {
    let options = SessionOptions::on(Device::Cpu);
    match (&args.landmarks, &args.model.model) {
        (Some(path), _) => {
            let session = Session::open(path, &options);
            Reader::new(session.with_context(|| Invalid(format!("can't find landmarks with {}", path.display())))?)
        }
        (None, None) => Reader::new(Session::open_bytes("the bundled landmark reader", LANDMARK_READER, &options)?),
        (None, Some(_)) => Err(anyhow!(Invalid(
            "landmarks and mask need --landmarks, what finds landmarks in this model's pictures; without it there is \
             --tests reconstruction, with --benchmark"
                .to_owned()
        ))),
    }
}

fn benchmark(args: &EvalArgs) -> Result<Benchmark> {
    match (&args.benchmark, &args.model.model) {
        (Some(path), _) => {
            let context = || Invalid(format!("can't use the benchmark {}", path.display()));
            let text = std::fs::read_to_string(path).with_context(context)?;
            Benchmark::from_json(&text).with_context(context)
        }
        (None, None) => Ok(Benchmark::bundled()?),
        (None, Some(_)) => Err(anyhow!(Invalid(
            "the reconstruction needs --benchmark, pairs of this model's pictures; without it there is --tests \
             landmarks,mask"
                .to_owned()
        ))),
    }
}
