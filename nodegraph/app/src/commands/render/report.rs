//! What a render says: while it goes on, and in the end.

use std::path::PathBuf;
use std::sync::{Mutex, PoisonError};
use std::time::Instant;

use anyhow::Result;
use dragfx_graph::document::Document;
use dragfx_graph::eval::{Event, Happening};
use dragfx_graph::render::{Outcome, Rendered};
use dragfx_graph::summary;
use indicatif::ProgressBar;
use serde_json::{Value as Json, json};

use crate::print;

/// A file that was rendered, and of what.
pub(super) struct File {
    pub(super) path: PathBuf,
    pub(super) outcome: Outcome,
    /// By what it is known again; films, latents and points have none.
    pub(super) digest: Option<String>,
    pub(super) frame: f64,
    pub(super) seed: Option<u32>,
}

/// What nodes said of their results when they had them: that a drag has arrived, say.
#[derive(Default)]
pub(super) struct Notes(Mutex<Vec<String>>);

/// Says what was done: the files that were written, what nodes said, and a summary; or all of it as JSON.
pub(super) fn tell(files: &[File], clock: Instant, notes: Notes, device: &str, as_json: bool) -> Result<()> {
    let (seconds, notes) = (clock.elapsed().as_secs_f64(), notes.into_lines());
    if as_json {
        let files: Vec<Json> = files.iter().map(File::json).collect();
        let report = json!({"files": files, "notes": notes, "seconds": seconds, "device": device});
        return print::line(format_args!("{report:#}"));
    }
    notes.iter().for_each(|note| eprintln!("{note}"));
    for file in files.iter().filter(|file| file.outcome == Outcome::Written) {
        // The preset named it.
        print::line(summary::tame(&file.path.display().to_string()))?;
    }
    let count = |outcome| files.iter().filter(|file| file.outcome == outcome).count();
    let [written, fresh, kept] = [Outcome::Written, Outcome::Fresh, Outcome::Kept].map(count);
    let mut line = format!("{written} written in {seconds:.1} s");
    if fresh > 0 {
        line += &format!(", {fresh} already there as they would be");
    }
    if kept > 0 {
        line += &format!(", {kept} left as they were");
    }
    print::line(line)
}

impl Notes {
    /// Shows what a run is doing, and keeps what there is to say in the end.
    pub(super) fn hear(&self, bar: &ProgressBar, document: &Document, event: &Event<'_>) {
        let Happening::Part { done, what } = event.what else { return };
        let name = document.node(event.node).map_or("", |node| &node.name);
        let line = format!("{name}: {what}");
        if done == 1.0 {
            self.0.lock().unwrap_or_else(PoisonError::into_inner).push(line.clone());
        }
        bar.set_message(line);
    }

    fn into_lines(self) -> Vec<String> {
        self.0.into_inner().unwrap_or_else(PoisonError::into_inner)
    }
}

impl File {
    pub(super) fn rendered(file: Rendered, frame: f64, seed: Option<u32>) -> Self {
        let Rendered { path, outcome, digest } = file;
        Self { path, outcome, digest: Some(digest), frame, seed }
    }

    fn json(&self) -> Json {
        let Self { path, outcome, digest, frame, seed } = self;
        let outcome = match outcome {
            Outcome::Written => "written",
            Outcome::Fresh => "fresh",
            Outcome::Kept => "kept",
        };
        json!({"path": path, "frame": frame, "seed": seed, "outcome": outcome, "digest": digest})
    }
}
