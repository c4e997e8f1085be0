//! What was measured: every drag, and tables of their means.

use std::fmt::Write;

use dragfx_engine::DragSettings;
use dragfx_export::pack::SourceInfo;
use serde::Serialize;
use serde_json::{Value, json};

use crate::args::{EvalArgs, Points};
use crate::progress::median;

/// Everything, as `eval.json` has it. Distances are pixels.
#[derive(Serialize)]
pub(super) struct Report {
    dragfx: &'static str,
    model: Value,
    psi: f64,
    first_seed: u32,
    settings: DragSettings,
    /// Where the drags ran.
    pub(super) runs_on: Option<String>,
    landmarks: Vec<LandmarkTable>,
    pub(super) mask: Option<Vec<MaskRow>>,
    pub(super) reconstruction: Option<Vec<ReconstructionRow>>,
}

/// The drags of so many landmarks.
#[derive(Serialize)]
struct LandmarkTable {
    points: String,
    drags: Vec<DragRow>,
}

/// A drag of landmarks.
#[derive(Serialize)]
pub(super) struct DragRow {
    /// Of the first picture; the second one has the next seed.
    pub(super) seed: u32,
    /// Indices of the landmarks.
    pub(super) landmarks: Vec<usize>,
    pub(super) distance_start: f64,
    pub(super) distance_end: f64,
    pub(super) steps: usize,
    pub(super) seconds: f64,
    /// Whether the drag itself found its points at their targets.
    pub(super) arrived: bool,
}

/// A drag with a mask, and the same one without. Changes are means of levels from 0 to 255, outside of the mask.
#[derive(Serialize)]
pub(super) struct MaskRow {
    pub(super) seed: u32,
    pub(super) change_without: f64,
    pub(super) change_with: f64,
    pub(super) distance_start: f64,
    pub(super) distance_without: f64,
    pub(super) distance_with: f64,
}

/// A picture dragged to become another one. Errors are of values from 0 to 1.
#[derive(Serialize)]
pub(super) struct ReconstructionRow {
    pub(super) seed: u32,
    pub(super) distance: f64,
    pub(super) mse_start: f64,
    pub(super) mse_end: f64,
    pub(super) ms_ssim_start: f64,
    pub(super) ms_ssim_end: f64,
    pub(super) steps: usize,
    pub(super) seconds: f64,
    pub(super) arrived: bool,
}

impl Report {
    pub(super) fn new(args: &EvalArgs, source: &SourceInfo, settings: &DragSettings) -> Self {
        Self {
            dragfx: env!("CARGO_PKG_VERSION"),
            model: json!({"name": source.name, "blake3": source.blake3}),
            psi: args.psi,
            first_seed: args.first_seed,
            settings: settings.clone(),
            runs_on: None,
            landmarks: Vec::new(),
            mask: None,
            reconstruction: None,
        }
    }

    /// Whether nothing was measured.
    pub(super) fn is_empty(&self) -> bool {
        self.landmarks.is_empty() && self.mask.is_none() && self.reconstruction.is_none()
    }

    /// The drags of so many landmarks, to be added to.
    pub(super) fn landmarks(&mut self, points: Points) -> &mut Vec<DragRow> {
        let points = points.to_string();
        let place = self.landmarks.iter().position(|table| table.points == points).unwrap_or_else(|| {
            self.landmarks.push(LandmarkTable { points, drags: Vec::new() });
            self.landmarks.len() - 1
        });
        &mut self.landmarks[place].drags
    }

    /// The distances until now, for a progress bar.
    pub(super) fn landmarks_so_far(&self) -> String {
        let parts = self.landmarks.iter().map(|table| {
            let mean = |of: fn(&DragRow) -> f64| mean(&table.drags, of);
            format!(
                "{}: {:.1} → {:.1} px",
                table.points,
                mean(|drag| drag.distance_start),
                mean(|drag| drag.distance_end)
            )
        });
        parts.collect::<Vec<_>>().join("  ")
    }

    /// The tables.
    pub(super) fn markdown(&self) -> String {
        let mut text = String::new();
        // Writing to a string cannot fail.
        let _ = self.write(&mut text);
        text
    }

    fn write(&self, text: &mut String) -> std::fmt::Result {
        let DragSettings { method, space, learning_rate, lambda, max_steps, .. } = &self.settings;
        let name = |value: Value| value.as_str().unwrap_or_default().to_owned();
        let (method, space) = (name(json!(method)), name(json!(space)));
        let model = name(self.model["name"].clone());
        writeln!(text, "{model}: {method}, {space}, learning rate {learning_rate}, at most {max_steps} steps")?;
        if let Some(runs_on) = &self.runs_on {
            writeln!(text, "on {runs_on}")?;
        }
        if !self.landmarks.is_empty() {
            writeln!(
                text,
                "\nLandmarks dragged to where another picture has them: mean distance in pixels (psi {})\n",
                self.psi
            )?;
            writeln!(text, "| points | pairs | before | after | left | arrived | steps | seconds |")?;
            writeln!(text, "|---|---|---|---|---|---|---|---|")?;
        }
        for LandmarkTable { points, drags } in &self.landmarks {
            let (before, after) = (mean(drags, |drag| drag.distance_start), mean(drags, |drag| drag.distance_end));
            let Effort { arrived, steps, seconds } = Effort::of(drags, |drag| (drag.arrived, drag.steps, drag.seconds));
            let (pairs, left) = (drags.len(), 100.0 * after / before);
            writeln!(
                text,
                "| {points} | {pairs} | {before:.2} | {after:.2} | {left:.0} % | {arrived:.0} % | {steps} | {seconds:.1} |"
            )?;
        }
        if let Some(rows) = self.mask.as_deref().filter(|rows| !rows.is_empty()) {
            let mean = |of: fn(&MaskRow) -> f64| mean(rows, of);
            writeln!(
                text,
                "\nA mask around the head, lambda {lambda}: what changes outside, in levels of 255 (5 points)\n"
            )?;
            writeln!(text, "| | pairs | change outside | distance before | after |")?;
            writeln!(text, "|---|---|---|---|---|")?;
            let before = mean(|row| row.distance_start);
            let changes = [
                ("without mask", mean(|row| row.change_without), mean(|row| row.distance_without)),
                ("with mask", mean(|row| row.change_with), mean(|row| row.distance_with)),
            ];
            for (name, change, after) in changes {
                writeln!(text, "| {name} | {} | {change:.2} | {before:.2} | {after:.2} |", rows.len())?;
            }
        }
        if let Some(rows) = self.reconstruction.as_deref().filter(|rows| !rows.is_empty()) {
            let mean = |of: fn(&ReconstructionRow) -> f64| mean(rows, of);
            let Effort { arrived, steps, seconds } = Effort::of(rows, |row| (row.arrived, row.steps, row.seconds));
            let distance = mean(|row| row.distance);
            writeln!(
                text,
                "\nA picture dragged to become another one, by points {distance:.1} pixels apart (psi 1)\n"
            )?;
            writeln!(text, "| | pairs | MSE × 100 | MS-SSIM | arrived | steps | seconds |")?;
            writeln!(text, "|---|---|---|---|---|---|---|")?;
            let (mse, similarity) = (100.0 * mean(|row| row.mse_start), mean(|row| row.ms_ssim_start));
            writeln!(text, "| before | {} | {mse:.2} | {similarity:.3} | | | |", rows.len())?;
            let (mse, similarity) = (100.0 * mean(|row| row.mse_end), mean(|row| row.ms_ssim_end));
            writeln!(
                text,
                "| after | {} | {mse:.2} | {similarity:.3} | {arrived:.0} % | {steps} | {seconds:.1} |",
                rows.len()
            )?;
        }
        Ok(())
    }
}

/// What drags cost: how many of a hundred arrive, and the median of their steps and seconds.
struct Effort {
    arrived: f64,
    steps: usize,
    seconds: f64,
}

impl Effort {
    fn of<R>(rows: &[R], of: impl Fn(&R) -> (bool, usize, f64)) -> Self {
        let middle = |value: fn((bool, usize, f64)) -> f64| {
            median(rows.iter().map(|row| value(of(row))).collect()).unwrap_or(f64::NAN)
        };
        Self {
            arrived: 100.0 * mean(rows, |row| f64::from(u8::from(of(row).0))),
            steps: middle(|(_, steps, _)| steps as f64) as usize,
            seconds: middle(|(.., seconds)| seconds),
        }
    }
}

fn mean<R>(rows: &[R], of: impl Fn(&R) -> f64) -> f64 {
    rows.iter().map(of).sum::<f64>() / rows.len() as f64
}
