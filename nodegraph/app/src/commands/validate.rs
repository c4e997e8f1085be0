//! `dragfx validate`: what would keep presets from being computed, and what looks like a slip.

mod graph;

use std::path::Path;
use std::sync::Arc;

use anyhow::{Result, anyhow};
use dragfx_graph::document::Document;
use dragfx_graph::eval::Evaluator;
use dragfx_graph::models::ModelStore;
use dragfx_graph::{preset, summary};
use dragfx_runtime::{Device, SessionOptions};
use serde::Serialize;

use crate::args::ValidateArgs;
use crate::effects::Purpose;
use crate::exit::{Invalid, MissingModels};
use crate::{graphs, print};

/// Most characters of a message: it may quote the preset.
const MOST: usize = 400;

/// What was found in a preset.
#[derive(Serialize)]
struct Report {
    preset: String,
    problems: Vec<Problem>,
}

#[derive(Serialize)]
struct Problem {
    severity: Severity,
    /// A node, a node's port or parameter, or a model; nothing where it is the preset as a whole.
    #[serde(rename = "where", skip_serializing_if = "Option::is_none")]
    place: Option<String>,
    message: String,
}

#[derive(Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "lowercase")]
enum Severity {
    /// The preset cannot be read, or a node of it cannot be computed.
    Error,
    /// A model is not where it is looked for, or another one is there.
    Missing,
    /// Something that works and may not be meant.
    Warning,
}

/// Checks presets and tells what is found.
pub(crate) fn run(args: &ValidateArgs) -> Result<()> {
    let models = Arc::new(graphs::model_store(&args.cache, SessionOptions::on(Device::Cpu))?);
    let evaluator = Evaluator::new(models);
    let reports: Vec<Report> = args.presets.iter().map(|path| report(path, &evaluator)).collect();
    if args.json {
        print::line(serde_json::to_string_pretty(&reports)?)?;
    } else {
        reports.iter().try_for_each(tell)?;
    }
    let with = |severity| reports.iter().filter(|report| report.has(severity)).count();
    let of = |number: usize| {
        format!("{number} of {} {}", reports.len(), if reports.len() == 1 { "preset" } else { "presets" })
    };
    match (with(Severity::Error), with(Severity::Missing), with(Severity::Warning)) {
        (0, 0, warned) if warned > 0 && args.strict => Err(anyhow!(Invalid(format!("{} with warnings", of(warned))))),
        (0, 0, _) => Ok(()),
        (0, lacking, _) => Err(anyhow!(MissingModels(format!("{} without a model", of(lacking))))),
        (broken, ..) => Err(anyhow!(Invalid(format!("{} can't be used", of(broken))))),
    }
}

impl Report {
    fn has(&self, severity: Severity) -> bool {
        self.problems.iter().any(|problem| problem.severity == severity)
    }
}

impl Problem {
    fn new(severity: Severity, place: impl Into<Option<String>>, message: impl AsRef<str>) -> Self {
        let place = place.into().map(|place| summary::line(&place, MOST));
        Self { severity, place, message: summary::line(message.as_ref(), MOST) }
    }
}

fn tell(report: &Report) -> Result<()> {
    if report.problems.is_empty() {
        return print::line(format_args!("{}: fine", report.preset));
    }
    report.problems.iter().try_for_each(|problem| {
        let severity = if problem.severity == Severity::Warning { "warning" } else { "error" };
        let place = problem.place.as_ref().map_or_else(String::new, |place| format!("{place}: "));
        print::line(format_args!("{}: {severity}: {place}{}", report.preset, problem.message))
    })
}

fn report(path: &Path, evaluator: &Evaluator) -> Report {
    let problems = match graphs::load(path, Purpose::Look) {
        Ok(document) => {
            let folder = preset::folder(path);
            let mut problems = of_models(&document, evaluator.models(), &folder);
            let name = path.file_stem().unwrap_or_default().to_string_lossy();
            problems.extend(graph::problems(&document, &folder, &name, evaluator));
            problems
        }
        Err(error) => vec![Problem::new(Severity::Error, None, format!("{error:#}"))],
    };
    Report { preset: path.display().to_string(), problems }
}

fn of_models(document: &Document, models: &ModelStore, folder: &Path) -> Vec<Problem> {
    let mut problems = Vec::new();
    for (name, model) in document.models() {
        let place = || format!("model {name}");
        if let Err(error) = models.check(model, folder) {
            problems.push(Problem::new(Severity::Missing, place(), error.to_string()));
        }
        if model.blake3.is_none() {
            let message = "it has no hash, so whatever lies at its path is taken";
            problems.push(Problem::new(Severity::Warning, place(), message));
        }
    }
    problems
}
