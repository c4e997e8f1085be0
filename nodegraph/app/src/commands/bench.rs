//! `dragfx bench`: drag steps and pictures of configuration F with random weights, each case in a process of its own.
//!
//! The weights do not change what an operator costs, so random ones are as good as trained ones; they are made on the
//! spot and kept in the cache. A process for each case makes its peak memory its own.

use std::path::PathBuf;
use std::process::Command;
use std::time::Instant;

use anyhow::{Context, Result, anyhow};
use dragfx_engine::{
    Cancel, DragModel, DragSession, DragSettings, Generator, ImagePoint, Latent, Mask, NoiseMode, PointPair, Truncation,
};
use dragfx_export::checkpoint::random::RandomGenerator;
use dragfx_export::pack::import_cached;
use dragfx_runtime::{Environment, SessionOptions};
use ndarray::Array2;
use serde::{Deserialize, Serialize};

use crate::args::BenchArgs;
use crate::exit::Invalid;
use crate::{open, print, progress};

/// Steps before the measured ones: the first ones allocate memory and open sessions.
const WARM_UP: u32 = 2;
/// Pictures measured; the first one is not.
const PICTURES: usize = 3;

/// What is measured at one resolution.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
enum Kind {
    /// Drag steps with one point and no mask: the features are computed in windows where that is cheaper.
    Points,
    /// Drag steps with one point and half of the picture held by a mask, for which the whole map is needed.
    Mask,
    /// Pictures.
    Image,
}

/// A row of the table: medians in milliseconds.
#[derive(Debug, Serialize, Deserialize)]
struct Row {
    resolution: usize,
    kind: Kind,
    forward_ms: f64,
    backward_ms: f64,
    rest_ms: f64,
    total_ms: f64,
    /// Largest resident memory of the process; `None` where the system does not tell.
    peak_mib: Option<u64>,
    runs_on: String,
    threads: usize,
}

/// Measures all cases, or the one that was asked for.
pub(crate) fn run(args: &BenchArgs) -> Result<()> {
    if let Some(case) = &args.case {
        let (resolution, kind) = serde_json::from_str(case)?;
        print::line(serde_json::to_string(&measure(args, resolution, kind)?)?)?;
        return Ok(());
    }
    let known = |resolution: &&usize| resolution.is_power_of_two() && (8..=2048).contains(*resolution);
    if let Some(wrong) = args.resolution.iter().find(|resolution| !known(resolution)) {
        return Err(anyhow!(Invalid(format!("{wrong} is no power of two from 8 to 2048"))));
    }
    let cases: Vec<(usize, Kind)> =
        args.resolution.iter().flat_map(|&r| [Kind::Points, Kind::Mask, Kind::Image].map(|kind| (r, kind))).collect();
    let bar = progress::count(cases.len(), "measuring");
    let mut rows = Vec::new();
    for case in cases {
        bar.set_message(format!("{}² {:?}", case.0, case.1).to_lowercase());
        pack(args, case.0)?;
        rows.push(in_a_process(args, case)?);
        bar.inc(1);
    }
    bar.finish_and_clear();
    if args.json {
        print::line(serde_json::to_string_pretty(&rows)?)?;
    } else {
        table(&rows)?;
    }
    Ok(())
}

fn table(rows: &[Row]) -> Result<()> {
    if let Some(row) = rows.first() {
        print::line(format_args!(
            "StyleGAN2 configuration F, random weights; {}, {} threads; medians\n",
            row.runs_on, row.threads
        ))?;
    }
    print::line(format_args!(
        "{:>10}  {:<8} {:>10} {:>11} {:>8} {:>10} {:>10}",
        "resolution", "case", "forward ms", "backward ms", "rest ms", "total ms", "peak MiB"
    ))?;
    for row in rows {
        let Row { resolution, forward_ms, backward_ms, rest_ms, total_ms, .. } = row;
        let kind = format!("{:?}", row.kind).to_lowercase();
        let peak = row.peak_mib.map_or_else(|| "-".to_owned(), |mib| mib.to_string());
        print::line(format_args!(
            "{resolution:>10}  {kind:<8} {forward_ms:>10.1} {backward_ms:>11.1} {rest_ms:>8.1} {total_ms:>10.1} {peak:>10}"
        ))?;
    }
    Ok(())
}

fn in_a_process(args: &BenchArgs, case: (usize, Kind)) -> Result<Row> {
    let mut command = Command::new(std::env::current_exe()?);
    command.args(["bench", "--case", &serde_json::to_string(&case)?, "--steps", &args.steps.to_string()]);
    command.args(["--device", &args.device.to_string()]).arg("--cache-dir").arg(open::cache_root(&args.cache)?);
    let output = command.output().context("can't start a process for the measurement")?;
    if !output.status.success() {
        return Err(anyhow!("measuring {case:?} failed: {}", String::from_utf8_lossy(&output.stderr).trim()));
    }
    Ok(serde_json::from_slice(&output.stdout)?)
}

/// The pack of a random generator, made the first time.
fn pack(args: &BenchArgs, resolution: usize) -> Result<PathBuf> {
    let root = open::cache_root(&args.cache)?;
    let checkpoint = root.join("bench").join(format!("config-f-{resolution}.safetensors"));
    if !checkpoint.exists() {
        RandomGenerator { resolution, ..RandomGenerator::default() }.write(&checkpoint)?;
    }
    Ok(import_cached(&checkpoint, &root, &mut |_| ())?)
}

fn measure(args: &BenchArgs, resolution: usize, kind: Kind) -> Result<Row> {
    let mut generator = Generator::open(&pack(args, resolution)?, &SessionOptions::on(args.device))?;
    let cancel = Cancel::new();
    let latent = generator.latent(0, Truncation { psi: 0.7, cutoff: None }, &[], &cancel)?;
    let (times, runs_on) = match kind {
        Kind::Image => pictures(&mut generator, &latent, &cancel)?,
        Kind::Points | Kind::Mask => steps(args, &mut generator, latent, kind, &cancel)?,
    };
    // There is a time: at least one step, or picture, is measured.
    let median = |index: usize| progress::median(times.iter().map(|time| time[index]).collect()).unwrap_or(f64::NAN);
    Ok(Row {
        resolution,
        kind,
        forward_ms: median(0),
        backward_ms: median(1),
        rest_ms: median(2),
        total_ms: median(3),
        peak_mib: peak_mib(),
        runs_on,
        threads: Environment::get()?.threads(),
    })
}

/// Forward, backward, rest and total of each picture, in milliseconds.
fn pictures(generator: &mut Generator, latent: &Latent, cancel: &Cancel) -> Result<(Vec<[f64; 4]>, String)> {
    let mut times = Vec::new();
    for index in 0..=PICTURES {
        let clock = Instant::now();
        generator.picture(latent, NoiseMode::Const, cancel)?;
        let time = clock.elapsed().as_secs_f64() * 1e3;
        if index > 0 {
            times.push([time, 0.0, 0.0, time]);
        }
    }
    Ok((times, generator.model().synthesis()?.placement().to_string()))
}

/// Forward, backward, rest and total of each drag step, in milliseconds.
fn steps(
    args: &BenchArgs,
    generator: &mut Generator,
    start: Latent,
    kind: Kind,
    cancel: &Cancel,
) -> Result<(Vec<[f64; 4]>, String)> {
    let graphs = generator.drag(generator.default_tap(), NoiseMode::Const)?;
    let size = graphs.geometry().image_height;
    // Far apart, so that the drag does not arrive while it is measured.
    let at = |part: f64| ImagePoint { x: (part * size as f64).round(), y: (0.5 * size as f64).round() };
    let points = vec![PointPair::new(at(0.4), at(0.9))];
    let mut session = DragSession::new(Box::new(graphs), start, points, DragSettings::default())?;
    if kind == Kind::Mask {
        let half = Array2::from_shape_fn((size, size), |(y, _)| if y < size / 2 { 255 } else { 0 });
        session.set_mask(Some(Mask::from_gray8(&half)))?;
    }
    let mut times = Vec::new();
    for index in 0..WARM_UP + args.steps {
        let clock = Instant::now();
        let timing = session.step(cancel)?.timing;
        let total = clock.elapsed().as_secs_f64() * 1e3;
        if index >= WARM_UP {
            times.push([timing.forward_ms, timing.backward_ms, timing.rest_ms, total]);
        }
    }
    Ok((times, session.runs_on()))
}

/// The largest resident memory of this process, where the system keeps account of it (Linux).
fn peak_mib() -> Option<u64> {
    let status = std::fs::read_to_string("/proc/self/status").ok()?;
    let line = status.lines().find_map(|line| line.strip_prefix("VmHWM:"))?;
    let kib: u64 = line.trim().strip_suffix("kB")?.trim().parse().ok()?;
    Some(kib / 1024)
}
