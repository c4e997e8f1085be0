//! File names with fields: `shot_{seed}_####.exr` stands for a file for each seed and frame.
//!
//! A run of `#` is the frame, padded with zeros to as many digits; `{seed}` and `{preset}` are what they say. A frame below 0
//! has its sign before the digits. Fields may stand in names of folders too, and more than once.

use std::fmt::Write as _;
use std::path::{Path, PathBuf};

use super::FileError;

/// The fields that are named.
const KNOWN: &str = "{seed}, {preset}, and # for the frame";

/// The most digits of a frame.
const MAX_DIGITS: usize = 18;

/// Frames beyond these are not exact as floats.
const MAX_FRAME: f64 = 9e15;

/// A file name with fields.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Pattern {
    text: String,
    parts: Vec<Part>,
}

/// A part of a file name.
#[derive(Clone, Debug, PartialEq, Eq)]
enum Part {
    Text(String),
    /// The frame, of at least so many digits.
    Frame(usize),
    Seed,
    Preset,
}

/// What stands in the place of fields.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Fields<'a> {
    /// The frame; it must be a whole number where the pattern has one.
    pub frame: f64,
    /// The seed.
    pub seed: Option<u32>,
    /// The name of the preset.
    pub preset: Option<&'a str>,
}

impl Pattern {
    /// Reads a pattern.
    ///
    /// # Errors
    /// [`FileError::Pattern`] for an unknown `{field}`, a `{` without its `}`, or a frame of more than 18 digits.
    pub fn parse(text: &str) -> Result<Self, FileError> {
        let mut parts = Vec::new();
        let mut rest = text;
        while let Some(first) = rest.chars().next() {
            let (part, length) = match first {
                '#' => {
                    let digits = rest.len() - rest.trim_start_matches('#').len();
                    if digits > MAX_DIGITS {
                        return Err(wrong(text, format!("a frame has at most {MAX_DIGITS} digits")));
                    }
                    (Part::Frame(digits), digits)
                }
                '{' => {
                    let end = rest.find('}').ok_or_else(|| wrong(text, "a `{` has no `}`".to_owned()))?;
                    let part = match &rest[1..end] {
                        "seed" => Part::Seed,
                        "preset" => Part::Preset,
                        other => return Err(wrong(text, format!("there is no field {{{other}}}; there are {KNOWN}"))),
                    };
                    (part, end + 1)
                }
                _ => {
                    let length = rest.find(['#', '{']).unwrap_or(rest.len());
                    (Part::Text(rest[..length].to_owned()), length)
                }
            };
            parts.push(part);
            rest = &rest[length..];
        }
        Ok(Self { text: text.to_owned(), parts })
    }

    /// The pattern as it is written.
    #[must_use]
    pub fn text(&self) -> &str {
        &self.text
    }

    /// Whether there is a file for each frame.
    #[must_use]
    pub fn has_frame(&self) -> bool {
        self.parts.iter().any(|part| matches!(part, Part::Frame(_)))
    }

    /// Whether there is a file for each seed.
    #[must_use]
    pub fn has_seed(&self) -> bool {
        self.parts.contains(&Part::Seed)
    }

    /// Itself, with `_{seed}` before the ending if there is no seed.
    #[must_use]
    pub fn with_seed(&self) -> Self {
        if self.has_seed() { self.clone() } else { self.extended("_{seed}") }
    }

    fn extended(&self, field: &str) -> Self {
        let name = self.text.rfind(['/', '\\']).map_or(0, |slash| slash + 1);
        // A name that begins with its only dot has no ending.
        let ending = self.text[name..].rfind('.').filter(|dot| *dot > 0).map_or(self.text.len(), |dot| name + dot);
        let text = format!("{}{field}{}", &self.text[..ending], &self.text[ending..]);
        Self::parse(&text).expect("a pattern with one more sound field between two parts is sound")
    }

    /// The file name for these fields.
    ///
    /// # Errors
    /// [`FileError::Pattern`] if the frame is no whole number, or there is no such field.
    pub fn path(&self, fields: &Fields<'_>) -> Result<PathBuf, FileError> {
        let missing = |what: &str| wrong(&self.text, format!("there is no {what} here"));
        let mut path = String::new();
        for part in &self.parts {
            match part {
                Part::Text(text) => path.push_str(text),
                Part::Frame(digits) => path.push_str(&numbered(self.whole(fields.frame)?, *digits)),
                Part::Seed => {
                    let seed = fields.seed.ok_or_else(|| missing("seed"))?;
                    write!(path, "{seed}").expect("a string takes everything");
                }
                Part::Preset => path.push_str(fields.preset.ok_or_else(|| missing("preset name"))?),
            }
        }
        Ok(PathBuf::from(path))
    }

    fn whole(&self, frame: f64) -> Result<i64, FileError> {
        if frame.fract() == 0.0 && frame.abs() <= MAX_FRAME {
            return Ok(frame as i64);
        }
        Err(wrong(&self.text, format!("frame {frame} is no whole number and has no file of its own")))
    }

    /// The frames for which there is a file, in order; relative patterns start from `folder`. None if there is no such folder.
    ///
    /// # Errors
    /// [`FileError::Pattern`] if the name of the file itself has no frame, or needs a field that only writing has.
    pub fn frames(&self, folder: &Path) -> Result<Vec<i64>, FileError> {
        let slash = self.text.rfind(['/', '\\']).map_or(0, |slash| slash + 1);
        let (parent, name) = (Self::parse(&self.text[..slash])?, Self::parse(&self.text[slash..])?);
        if parent.has_frame() || !name.has_frame() {
            let reason = "its frames can be listed only if # stands in the name of the file, and in no folder";
            return Err(wrong(&self.text, reason.to_owned()));
        }
        let file_name = |frame: i64| name.path(&Fields { frame: frame as f64, ..Fields::default() });
        file_name(0)?;
        let parent = folder.join(parent.path(&Fields::default())?);
        let before = match name.parts.first() {
            Some(Part::Text(text)) => text.as_str(),
            _ => "",
        };
        let frame_of = |found: &str| {
            let number = found.strip_prefix(before)?;
            let sign = usize::from(number.starts_with('-'));
            let digits = number[sign..].bytes().take_while(u8::is_ascii_digit).count();
            // A digit that follows may belong to the text after the frame.
            let mut numbers = (1..=digits).rev().filter_map(|digits| number[..sign + digits].parse().ok());
            numbers.find(|frame| file_name(*frame).is_ok_and(|path| path.as_os_str() == found))
        };
        let entries = std::fs::read_dir(parent).into_iter().flatten().flatten();
        let mut frames: Vec<_> = entries.filter_map(|entry| frame_of(entry.file_name().to_str()?)).collect();
        frames.sort_unstable();
        Ok(frames)
    }
}

fn numbered(frame: i64, digits: usize) -> String {
    let sign = if frame < 0 { "-" } else { "" };
    format!("{sign}{:0digits$}", frame.unsigned_abs())
}

fn wrong(pattern: &str, reason: String) -> FileError {
    FileError::Pattern { pattern: pattern.to_owned(), reason }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn path(pattern: &str, frame: f64) -> String {
        let fields = Fields { frame, seed: Some(7), preset: Some("smile") };
        let pattern = Pattern::parse(pattern).expect("a sound pattern");
        pattern.path(&fields).expect("all fields").display().to_string()
    }

    #[test]
    fn fields_are_filled_in() {
        let cases = [
            ("shot_{seed}_####.exr", 12.0, "shot_7_0012.exr"),
            ("a/{preset}/#.png", 0.0, "a/smile/0.png"),
            ("##.png", 12345.0, "12345.png"),
            ("x####.png", -3.0, "x-0003.png"),
            ("#-##.png", 5.0, "5-05.png"),
            ("still}.png", 0.5, "still}.png"),
            ("", 1.0, ""),
        ];
        let wrong: Vec<_> = cases.iter().filter(|(pattern, frame, name)| path(pattern, *frame) != *name).collect();
        assert!(wrong.is_empty(), "{wrong:?}");
    }

    #[test]
    fn what_has_no_name_is_refused() {
        let refused = |pattern: &str| Pattern::parse(pattern).expect_err(pattern).to_string();
        assert!(refused("a_{take}.png").contains("{seed}, {preset}"));
        assert!(refused("a_{seed.png").contains("no `}`"));
        assert!(refused(&"#".repeat(19)).contains("18 digits"));
        let frames = Pattern::parse("####.png").expect("a pattern");
        for frame in [0.5, f64::NAN, f64::INFINITY, 1e300] {
            let error = frames.path(&Fields { frame, ..Fields::default() }).expect_err("no whole number");
            assert!(error.to_string().contains("no whole number"), "{error}");
        }
        for pattern in ["{seed}", "{preset}"] {
            let pattern = Pattern::parse(pattern).expect("a pattern");
            assert!(pattern.path(&Fields::default()).is_err(), "{pattern:?}");
        }
    }

    #[test]
    fn missing_fields_come_before_the_ending() {
        let seeded = |text: &str| Pattern::parse(text).expect("a pattern").with_seed().text().to_owned();
        assert_eq!(seeded("out.v2/name.png"), "out.v2/name_{seed}.png");
        assert_eq!(seeded("out.v2/name"), "out.v2/name_{seed}");
        assert_eq!(seeded("out/.png"), "out/.png_{seed}");
        assert_eq!(seeded("{seed}.png"), "{seed}.png");
    }

    #[test]
    fn frames_are_found_in_the_folder() {
        let folder = tempfile::tempdir().expect("a folder");
        for name in ["a_0003.png", "a_-0001.png", "a_12345.png", "a_012.png", "a_0004.jpg", "b_0005.png", "a_.png"] {
            std::fs::write(folder.path().join(name), "").expect("a file");
        }
        let frames = |pattern: &str| Pattern::parse(pattern).expect("a pattern").frames(folder.path());
        assert_eq!(frames("a_####.png").expect("a listing"), [-1, 3, 12345]);
        assert_eq!(frames("a_###5.png").expect("a listing"), [1234]);
        assert_eq!(frames("none/a_####.png").expect("no folder"), [] as [i64; 0]);
        for pattern in ["a.png", "####/a.png", "####/a_####.png", "{seed}_#.png"] {
            assert!(frames(pattern).is_err(), "{pattern}");
        }
    }
}
