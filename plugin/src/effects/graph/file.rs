//! The file of a preset: found again where a project is opened elsewhere, and read once for as long as it stays the same.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::SystemTime;

use super::slots;
use crate::effects::preset::find::folders;
use crate::failure::Failure;
use crate::log;
use crate::program::control::Control;
use crate::program::{Output, Program};

/// A preset that was read.
pub(super) struct Preset {
    /// The preset.
    pub(super) program: Program,
    /// The slots of what it publishes.
    pub(super) controls: Vec<(String, Control)>,
    /// What it publishes that has no slot.
    pub(super) left_out: Vec<String>,
}

impl Preset {
    fn read(path: &Path) -> Result<Self, Failure> {
        let program = Program::load(path)?;
        let (controls, beyond) = slots::assign(&program.controls);
        let left_out: Vec<String> = program.unshown.iter().cloned().chain(beyond).collect();
        if !left_out.is_empty() {
            log::line(&format!("{}: there is no place for the parameters {}", path.display(), left_out.join(", ")));
        }
        Ok(Self { program, controls, left_out })
    }

    /// The picture of that name; the usual one without.
    ///
    /// # Errors
    /// There is none of that name.
    pub(super) fn output(&self, name: &str) -> Result<&Output, Failure> {
        let outputs = &self.program.outputs;
        if name.is_empty() {
            return Ok(&outputs[0]);
        }
        outputs.iter().find(|output| output.label == name).ok_or_else(|| {
            let known: Vec<_> = outputs.iter().map(|output| &*output.label).collect();
            let (preset, known) = (&self.program.name, known.join(", "));
            Failure::User(format!("the preset {preset} has no output {name}; it has {known}"))
        })
    }

    /// What people are told of it.
    pub(super) fn about(&self) -> String {
        let mut about = vec![self.program.title().to_owned(), self.program.preset().about().description.clone()];
        let outputs: Vec<_> = self.program.outputs.iter().map(|output| &*output.label).collect();
        if outputs.len() > 1 {
            about.push(format!("Outputs: {}", outputs.join(", ")));
        }
        if !self.left_out.is_empty() {
            about.push(format!("Not shown: {}", self.left_out.join(", ")));
        }
        about.retain(|part| !part.is_empty());
        about.join(". ")
    }
}

/// What is kept of a preset that was chosen: its hash, and the file for which it was that.
pub(super) fn known(hash: &str, path: &str) -> String {
    format!("{hash} {path}")
}

/// The preset at a path. Where nothing is there it is one of the same name and with the known hash in the folders of
/// presets.
///
/// # Errors
/// It is in none of them, or cannot be read.
pub(super) fn open(path: &str, known: &str) -> Result<Arc<Preset>, Failure> {
    if Path::new(path).is_file() {
        return read(Path::new(path));
    }
    let hash = known.split_once(' ').filter(|(_, file)| *file == path).map(|(hash, _)| hash);
    // The project may come from another system.
    let name = path.rsplit(['/', '\\']).next().unwrap_or_default();
    let mut searched = vec![path.to_owned()];
    for candidate in folders().into_iter().map(|folder| folder.join(name)) {
        if let Ok(preset) = read(&candidate)
            && hash.is_none_or(|hash| preset.program.hash == hash)
        {
            return Ok(preset);
        }
        searched.push(candidate.display().to_string());
    }
    let hash = hash.map_or_else(String::new, |hash| format!(" (BLAKE3 {hash})"));
    Err(Failure::User(format!("the preset {name}{hash} is missing; looked at {}", searched.join(", "))))
}

/// When a file was changed, its size, and what was read of it.
type Known = (Option<SystemTime>, u64, Arc<Preset>);

/// Most presets that are kept in memory.
const MOST_KNOWN: usize = 64;

/// Reads a preset, once for as long as its file stays the same.
fn read(path: &Path) -> Result<Arc<Preset>, Failure> {
    static KNOWN: Mutex<BTreeMap<PathBuf, Known>> = Mutex::new(BTreeMap::new());
    let known = || KNOWN.lock().unwrap_or_else(PoisonError::into_inner);
    let about = std::fs::metadata(path).ok();
    let stamp = about.map_or((None, 0), |about| (about.modified().ok(), about.len()));
    if let Some((changed, size, preset)) = known().get(path)
        && (*changed, *size) == stamp
    {
        return Ok(Arc::clone(preset));
    }
    let preset = Arc::new(Preset::read(path)?);
    let mut known = known();
    if known.len() >= MOST_KNOWN {
        known.clear();
    }
    known.insert(path.to_owned(), (stamp.0, stamp.1, Arc::clone(&preset)));
    Ok(preset)
}

#[cfg(test)]
mod tests {
    use super::*;

    const GRAPH: &str = r#"{ "dragfx": 1, "title": "Plate", "nodes": [
        { "id": 1, "name": "plate", "type": "read", "version": 1 },
        { "id": 2, "name": "half", "type": "transform", "version": 1 },
        { "id": 3, "name": "twice", "type": "transform", "version": 1 }
    ], "wires": [
        { "from": "plate.image", "to": "half.image" }, { "from": "plate.image", "to": "twice.image" }
    ] }"#;

    #[test]
    fn a_preset_is_read_again_when_its_file_changes() {
        let folder = tempfile::tempdir().expect("a folder");
        let path = folder.path().join("plate.dragfx");
        std::fs::write(&path, GRAPH).expect("a file");
        let first = read(&path).expect("a preset");
        assert!(Arc::ptr_eq(&first, &read(&path).expect("a preset")));
        assert_eq!(first.about(), "Plate. Outputs: half, twice");
        let output = |name| first.output(name).map(|output| output.label.clone());
        assert_eq!(output("").expect("the usual one"), "half");
        assert_eq!(output("twice").expect("another one"), "twice");
        assert!(output("third").expect_err("no such output").to_string().ends_with("it has half, twice"));
        std::fs::write(&path, GRAPH.replace("Plate", "Another plate")).expect("a file");
        assert_ne!(read(&path).expect("a preset").program.hash, first.program.hash);
    }

    #[test]
    fn a_missing_preset_is_named_with_the_places_that_were_looked_at() {
        let path = "/gone/smile.dragfx";
        let hash = "0123456789abcdef".repeat(4);
        for (known, expected) in [
            (known(&hash, path), format!("the preset smile.dragfx (BLAKE3 {hash}) is missing; looked at {path}")),
            (known(&hash, "/gone/other.dragfx"), format!("the preset smile.dragfx is missing; looked at {path}")),
            (String::new(), format!("the preset smile.dragfx is missing; looked at {path}")),
        ] {
            let Err(error) = open(path, &known) else { panic!("{path} is there") };
            assert!(error.to_string().starts_with(&expected), "{error}");
        }
    }

    #[test]
    fn a_file_that_is_no_preset_is_an_error() {
        let folder = tempfile::tempdir().expect("a folder");
        let path = folder.path().join("note.dragfx");
        std::fs::write(&path, "nothing").expect("a file");
        assert!(open(&path.display().to_string(), "").is_err());
    }
}
