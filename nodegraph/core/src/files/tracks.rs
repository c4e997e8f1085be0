//! Tracks as files for other programs.
//!
//! CSV has image pixels as everywhere here: x right, y down, pixel centres at integers. The others have the coordinates of
//! Nuke and Natron: y up, pixel centres at half numbers, the bottom left corner of the picture at 0.

use std::fmt::Write as _;
use std::io::Write as _;
use std::path::{Path, PathBuf};

use dragfx_export::file::replace;

use super::FileError;
use crate::value::{Sample, Track, Tracks};

/// File name endings of tracks.
pub const ENDINGS: &[&str] = &["csv", "nk", "txt"];

/// How a table begins, and how a Tracker node ends.
const HEADER: &str = "frame,name,x,y,confidence\n";
const NODE_END: &str = "name DragFXTracks\n}\n";

/// A format of tracks.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum TrackFormat {
    /// A table `frame,name,x,y,confidence` of all tracks.
    Csv,
    /// A Tracker node that is pasted into Nuke.
    Nuke,
    /// A table `frame x y` for each track, for curve import in Nuke and Natron.
    Ascii,
}

/// The columns of a Tracker's table: widget, storage, width, name. Nuke reads them with the table and ignores a table of
/// another number of columns.
const COLUMNS: [(&str, &str); 31] = [
    ("5 1 20", "enable"),
    ("3 1 75", "name"),
    ("2 1 58", "track_x"),
    ("2 1 58", "track_y"),
    ("2 1 63", "offset_x"),
    ("2 1 63", "offset_y"),
    ("4 1 27", "T"),
    ("4 1 27", "R"),
    ("4 1 27", "S"),
    ("2 0 45", "error"),
    ("1 1 0", "error_min"),
    ("1 1 0", "error_max"),
    ("1 1 0", "pattern_x"),
    ("1 1 0", "pattern_y"),
    ("1 1 0", "pattern_r"),
    ("1 1 0", "pattern_t"),
    ("1 1 0", "search_x"),
    ("1 1 0", "search_y"),
    ("1 1 0", "search_r"),
    ("1 1 0", "search_t"),
    ("2 1 0", "key_track"),
    ("2 1 0", "key_search_x"),
    ("2 1 0", "key_search_y"),
    ("2 1 0", "key_search_r"),
    ("2 1 0", "key_search_t"),
    ("2 1 0", "key_track_x"),
    ("2 1 0", "key_track_y"),
    ("2 1 0", "key_track_r"),
    ("2 1 0", "key_track_t"),
    ("2 1 0", "key_centre_offset_x"),
    ("2 1 0", "key_centre_offset_y"),
];

/// What a track has after its offsets: it moves (T), and does not rotate (R) or scale (S); there is no error; pattern and
/// search area, pixels, are those of a new track; and it has no keys, which are pictures of the pattern.
const REST: &str = "1 0 0 {curve x1 0} 1 0 -32 -32 32 32 -22 -22 22 22 {} {} {} {} {} {} {} {} {} {} {}";

impl TrackFormat {
    /// The format of a file of that name.
    ///
    /// # Errors
    /// [`FileError::Format`] if no tracks are written under it.
    pub fn of_name(path: &Path) -> Result<Self, FileError> {
        let ending = path.extension().unwrap_or_default().to_string_lossy().to_lowercase();
        match &*ending {
            "csv" => Ok(Self::Csv),
            "nk" => Ok(Self::Nuke),
            "txt" => Ok(Self::Ascii),
            _ => Err(FileError::Format { path: path.to_owned(), known: ENDINGS }),
        }
    }
}

/// The files that tracks are written to in the format of a file's name, and their texts: one, or for `txt` one for each
/// track, `name_track.txt`, if there are several.
///
/// # Errors
/// [`FileError::Format`] for another ending.
pub fn files(path: &Path, tracks: &Tracks) -> Result<Vec<(PathBuf, String)>, FileError> {
    Ok(match TrackFormat::of_name(path)? {
        TrackFormat::Csv => vec![(path.to_owned(), csv(tracks))],
        TrackFormat::Nuke => vec![(path.to_owned(), nuke(tracks))],
        TrackFormat::Ascii => ascii_files(path, tracks),
    })
}

/// Writes one of the [`files`], and the folder it lies in.
///
/// # Errors
/// [`FileError::Io`] if it cannot be written.
pub fn write(path: &Path, text: &str) -> Result<(), FileError> {
    let result = replace(path, |out| out.write_all(text.as_bytes()));
    result.map_err(|cause| FileError::Io { action: "write", path: path.to_owned(), cause })
}

/// Whether a file looks like one that [`write()`] has written.
#[must_use]
pub fn is_ours(path: &Path) -> bool {
    let Ok(text) = std::fs::read_to_string(path) else { return false };
    let numbers = |line: &str| line.split(' ').filter(|word| word.parse::<f64>().is_ok()).count();
    match TrackFormat::of_name(path) {
        Ok(TrackFormat::Csv) => text.starts_with(HEADER),
        Ok(TrackFormat::Nuke) => text.starts_with("Tracker4 {") && text.ends_with(NODE_END),
        Ok(TrackFormat::Ascii) => text.lines().all(|line| numbers(line) == 3),
        Err(_) => false,
    }
}

/// All tracks as a table, image pixels. Names are quoted where they need it (RFC 4180).
#[must_use]
pub fn csv(tracks: &Tracks) -> String {
    let mut text = HEADER.to_owned();
    for track in &tracks.tracks {
        let name = quoted(&track.name);
        for Sample { frame, x, y, confidence } in &track.samples {
            line(&mut text, format_args!("{frame},{name},{x},{y},{confidence}"));
        }
    }
    text
}

/// A Tracker4 node with all tracks.
#[must_use]
pub fn nuke(tracks: &Tracks) -> String {
    let mut text = String::new();
    line(
        &mut text,
        format_args!("Tracker4 {{\ninputs 0\ntracks {{ {{ 1 {} {} }}\n{{", COLUMNS.len(), tracks.tracks.len()),
    );
    for (column, name) in COLUMNS {
        line(&mut text, format_args!("{{ {column} {name} {name} 1 }}"));
    }
    text.push_str("}\n{\n");
    for track in &tracks.tracks {
        let name = escaped(&track.name);
        let [x, y] = [0, 1].map(|axis| curve(track, |sample| upwards(sample, tracks.height)[axis]));
        line(
            &mut text,
            format_args!("{{ {{curve K x1 1}} \"{name}\" {x} {y} {{curve K x1 0}} {{curve K x1 0}} {REST} }}"),
        );
    }
    text.push_str("}\n}\n");
    text.push_str(NODE_END);
    text
}

/// A track as lines `frame x y` in a picture of `height` pixels.
#[must_use]
pub fn ascii(track: &Track, height: usize) -> String {
    let mut text = String::new();
    for sample in &track.samples {
        let [x, y] = upwards(sample, height);
        line(&mut text, format_args!("{} {x} {y}", sample.frame));
    }
    text
}

fn ascii_files(path: &Path, tracks: &Tracks) -> Vec<(PathBuf, String)> {
    if let [track] = &*tracks.tracks {
        return vec![(path.to_owned(), ascii(track, tracks.height))];
    }
    let mut files: Vec<(PathBuf, String)> = Vec::new();
    for track in &tracks.tracks {
        let name = file_name(&track.name);
        let candidate = |suffix: &str| {
            let (stem, ending) = (path.file_stem().unwrap_or_default(), path.extension().unwrap_or_default());
            let (stem, ending) = (stem.to_string_lossy(), ending.to_string_lossy());
            path.with_file_name(format!("{stem}_{name}{suffix}.{ending}"))
        };
        // Some file systems do not tell small letters from capitals.
        let is_free = |path: &PathBuf| {
            let same = |other: &Path| other.to_string_lossy().to_lowercase() == path.to_string_lossy().to_lowercase();
            !files.iter().any(|(other, _)| same(other))
        };
        let mut candidates = std::iter::once(candidate("")).chain((2..).map(|count| candidate(&format!("-{count}"))));
        let free = candidates.find(is_free).expect("there are more numbers than tracks");
        files.push((free, ascii(track, tracks.height)));
    }
    files
}

/// A name with nothing in it that file systems or sequences read as something else.
fn file_name(name: &str) -> String {
    let plain = |letter: char| if letter.is_alphanumeric() || "-_".contains(letter) { letter } else { '_' };
    if name.is_empty() { "track".to_owned() } else { name.chars().map(plain).collect() }
}

/// Where a sample is in Nuke and Natron.
fn upwards(sample: &Sample, height: usize) -> [f64; 2] {
    [sample.x + 0.5, height as f64 - 0.5 - sample.y]
}

/// A curve with a key at each sample: `x` says at which frame the next value lies.
fn curve(track: &Track, value: impl Fn(&Sample) -> f64) -> String {
    let keys: String = track.samples.iter().map(|sample| format!(" x{} {}", sample.frame, value(sample))).collect();
    if keys.is_empty() { "{}".to_owned() } else { format!("{{curve{keys}}}") }
}

/// A name between quotes in a list of Tcl: what Tcl reads as something else has a backslash before it.
fn escaped(name: &str) -> String {
    let mut text = String::new();
    for letter in name.chars() {
        match letter {
            '"' | '\\' | '$' | '[' | ']' | '{' | '}' => text.extend(['\\', letter]),
            _ if letter.is_control() => text.push(' '),
            _ => text.push(letter),
        }
    }
    text
}

/// A field of a CSV table.
fn quoted(name: &str) -> String {
    if name.contains([',', '"', '\n', '\r']) { format!("\"{}\"", name.replace('"', "\"\"")) } else { name.to_owned() }
}

fn line(text: &mut String, arguments: std::fmt::Arguments<'_>) {
    writeln!(text, "{arguments}").expect("a string takes everything");
}

#[cfg(test)]
mod tests {
    use super::*;

    fn tracks(names: &[&str]) -> Tracks {
        let sample = |frame, x, y| Sample { frame, x, y, confidence: 0.75 };
        let samples = vec![sample(1.0, 0.0, 0.0), sample(2.0, 10.25, 99.0), sample(2.5, -1.0, 1e-9)];
        let track = |name: &&str| Track { name: (*name).to_owned(), samples: samples.clone() };
        Tracks { width: 200, height: 100, tracks: names.iter().map(track).collect() }
    }

    #[test]
    fn csv_has_image_pixels_and_quotes_names() {
        let text = csv(&tracks(&["eye, \"left\""]));
        let lines: Vec<_> = text.lines().collect();
        assert_eq!(lines[0], "frame,name,x,y,confidence");
        assert_eq!(lines[2], "2,\"eye, \"\"left\"\"\",10.25,99,0.75");
        assert_eq!(lines.len(), 4);
    }

    #[test]
    fn ascii_has_centres_at_halves_and_y_up() {
        let tracks = tracks(&["a"]);
        assert_eq!(ascii(&tracks.tracks[0], tracks.height), "1 0.5 99.5\n2 10.75 0.5\n2.5 -0.5 99.499999999\n");
    }

    #[test]
    fn nuke_reads_a_table_of_as_many_columns_as_it_says() {
        let text = nuke(&tracks(&["a", "b } \"[$x]\\"]));
        assert!(text.contains("tracks { { 1 31 2 }"), "{text}");
        assert!(
            text.contains("\"b \\} \\\"\\[\\$x\\]\\\\\" {curve x1 0.5 x2 10.75 x2.5 -0.5} {curve x1 99.5 x2 0.5 "),
            "{text}"
        );
        let row = text.lines().find(|line| line.contains("\"a\"")).expect("the first track");
        assert_eq!(elements(row.trim_start_matches('{').trim_end_matches('}')), COLUMNS.len());
        assert_eq!(elements(&text), 2, "a node is its class and a list");
    }

    #[test]
    fn a_track_without_samples_is_a_row_too() {
        let empty = Track { name: "lost".to_owned(), samples: Vec::new() };
        let text = nuke(&Tracks { width: 1, height: 1, tracks: vec![empty] });
        assert!(text.contains("\"lost\" {} {} {curve K x1 0}"), "{text}");
    }

    #[test]
    fn each_track_has_a_text_file_of_its_own() {
        let folder = tempfile::tempdir().expect("a folder");
        let path = folder.path().join("new/points.txt");
        let names = |tracks: &Tracks| {
            let files = files(&path, tracks).expect("a format of tracks");
            for (path, text) in &files {
                write(path, text).expect("a text file");
                assert!(path.is_file() && is_ours(path), "{}", path.display());
            }
            let files: Vec<PathBuf> = files.into_iter().map(|(path, _)| path).collect();
            let name = |file: &PathBuf| file.file_name().expect("a name").to_string_lossy().into_owned();
            files.iter().map(name).collect::<Vec<_>>()
        };
        assert_eq!(names(&tracks(&["a/b"])), ["points.txt"]);
        let several = names(&tracks(&["a/b", "A_b", "", "ä"]));
        assert_eq!(several, ["points_a_b.txt", "points_A_b-2.txt", "points_track.txt", "points_ä.txt"]);
        let error = files(&folder.path().join("points.json"), &tracks(&["a"])).expect_err("no such format");
        assert!(error.to_string().ends_with("must end in .csv, .nk, .txt"), "{error}");
    }

    /// How many elements a list of Tcl has.
    fn elements(list: &str) -> usize {
        let (mut count, mut depth, mut inside, mut quotes) = (0, 0, false, false);
        let mut letters = list.chars();
        while let Some(letter) = letters.next() {
            let starts = !inside && !letter.is_whitespace();
            count += usize::from(starts && depth == 0);
            match letter {
                '\\' => drop(letters.next()),
                '"' if depth == 0 => quotes = !quotes,
                '{' => depth += 1,
                '}' => depth -= 1,
                _ => {}
            }
            inside = quotes || depth > 0 || !letter.is_whitespace();
        }
        assert_eq!((depth, quotes), (0, false), "unbalanced: {list}");
        count
    }
}
