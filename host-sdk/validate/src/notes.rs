//! What a process that runs a check writes down while it runs, so that what it found is known also if it crashes.

use std::fs::{File, OpenOptions};
use std::io::Write;
use std::path::Path;
use std::sync::{Mutex, PoisonError};

use serde::{Deserialize, Serialize};

use crate::report::Finding;

/// A line of the notes.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum Note {
    /// What is being done from now on.
    Doing(String),
    /// What is wrong.
    Found(Finding),
    /// The check does not apply, and why.
    Skipped(String),
    /// It was gone through to the end.
    Done,
}

/// Notes that are being taken.
pub(crate) struct Notes(Mutex<File>);

impl Notes {
    /// Goes on with the notes in a file.
    pub(crate) fn open(path: &Path) -> std::io::Result<Self> {
        OpenOptions::new().append(true).create(true).open(path).map(|file| Self(Mutex::new(file)))
    }

    /// Writes a line, at once.
    pub(crate) fn write(&self, note: &Note) {
        let Ok(mut line) = serde_json::to_vec(note) else { return };
        line.push(b'\n');
        let mut file = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        // Notes that cannot be written end the process: without them, the check would be taken for one that crashed.
        file.write_all(&line).expect("notes can be written");
    }
}

/// What is in a file of notes. A line that was cut off by a crash is left out.
pub(crate) fn read(path: &Path) -> std::io::Result<Vec<Note>> {
    let text = std::fs::read(path)?;
    Ok(text.split(|byte| *byte == b'\n').filter_map(|line| serde_json::from_slice(line).ok()).collect())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn notes_are_read_as_they_were_written_up_to_where_they_are_cut_off() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("notes");
        let notes = Notes::open(&path).unwrap();
        let lines = [Note::Doing("this\nand that".into()), Note::Skipped("why".into()), Note::Done];
        lines.iter().for_each(|note| notes.write(note));
        std::fs::OpenOptions::new().append(true).open(&path).unwrap().write_all(b"{\"doing\":\"cu").unwrap();
        assert_eq!(read(&path).unwrap(), lines);
    }
}
