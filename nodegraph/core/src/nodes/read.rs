//! Read: pictures from files.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use ndarray::Array3;

use crate::declare::{Category, NodeDecl, ParamDecl};
use crate::error::NodeError;
use crate::files::sequence::{Fields, Pattern};
use crate::files::{self, Alpha, FileError, ReadOptions};
use crate::operator::{Job, Operator, Params, Query, Reads};
use crate::value::{Image, PortType, Transfer, Value};

/// Reads a picture or a sequence.
pub(crate) struct Read {
    decl: NodeDecl,
}

/// Which file stands for a frame.
#[derive(Debug, PartialEq)]
enum Source {
    /// Its own, or another frame's that is held.
    File(PathBuf),
    /// None: black, as large as the picture in this file.
    Black(PathBuf),
}

impl Read {
    pub(crate) fn new() -> Self {
        let doc = "Reads a picture, or a picture of a sequence. PNG of 8 and 16 bits, JPEG and OpenEXR are told by their \
                   content, not by their name, and are read again when they change.";
        let decl = NodeDecl::new("read", 1, "Read", Category::File, doc)
            .output("image", PortType::Image, "The picture.")
            .params([
                ParamDecl::reads(
                    "file",
                    "File",
                    files::ENDINGS,
                    "The picture. A run of # in its name is the frame, padded with zeros to as many digits.",
                ),
                ParamDecl::int(
                    "frame_offset",
                    "Frame offset",
                    0,
                    -1_000_000..=1_000_000,
                    "Added to the frame to find the number of the file.",
                )
                .unit("frames"),
                ParamDecl::choice(
                    "missing",
                    "Missing frame",
                    &[
                        ("error", "The frame cannot be computed."),
                        ("hold", "The nearest earlier frame that there is; if there is none, the nearest later one."),
                        ("black", "Black, transparent, of the size of the frame that would be held."),
                    ],
                    "What stands for a frame of a sequence that has no file.",
                ),
                ParamDecl::choice(
                    "transfer",
                    "Encoding",
                    &[
                        ("auto", "Linear for OpenEXR, sRGB for the others."),
                        ("srgb", "The sRGB curve."),
                        ("linear", "Proportional to light."),
                    ],
                    "How the colours in the file are encoded.",
                ),
                ParamDecl::choice(
                    "alpha",
                    "Alpha",
                    &[
                        ("auto", "Premultiplied for OpenEXR, straight for the others."),
                        ("straight", "Colours are not multiplied by alpha."),
                        ("premultiplied", "Colours are multiplied by alpha, and are divided by it on reading."),
                    ],
                    "What alpha has done to the colours in the file.",
                ),
            ]);
        Self { decl }
    }
}

impl Operator for Read {
    fn decl(&self) -> &NodeDecl {
        &self.decl
    }

    fn reads(&self, _output: &str, query: &Query<'_>) -> Result<Reads, NodeError> {
        // The frame and the name do not count, only what is in the file: a sequence that is moved stays known. A frame that is
        // black reads another parameter, so that it is not taken for the frame whose size it has.
        Ok(match source(query.params, query.frame, query.folder)? {
            Source::File(path) => Reads::default().params(["transfer", "alpha"]).file(path),
            Source::Black(path) => Reads::default().params(["missing"]).file(path),
        })
    }

    fn evaluate(&self, _output: &str, job: &Job<'_>) -> Result<Value, NodeError> {
        let image = match source(job.params(), job.frame(), &job.path(""))? {
            Source::File(path) => files::read(&path, &options(job.params()))?,
            Source::Black(path) => {
                let (height, width) = files::read(&path, &ReadOptions::default())?.size();
                Image::new(Array3::zeros((height, width, 4)), Transfer::Linear)
            }
        };
        Ok(Value::Image(Arc::new(image)))
    }
}

/// Finds the file for a frame of the graph.
fn source(params: &Params, frame: f64, folder: &Path) -> Result<Source, NodeError> {
    let file = params.text("file");
    if file.is_empty() {
        return Err(NodeError::Param { param: "file", reason: "no file is chosen".to_owned() });
    }
    let pattern = Pattern::parse(file)?;
    let frame = frame + params.int("frame_offset") as f64;
    let file_of = |frame| pattern.path(&Fields { frame, ..Fields::default() }).map(|path| folder.join(path));
    let own = file_of(frame)?;
    let missing = params.text("missing");
    if own.exists() || missing == "error" || !pattern.has_frame() {
        return Ok(Source::File(own));
    }
    let frames = pattern.frames(folder)?;
    let earlier = frames.iter().rev().find(|found| **found as f64 <= frame);
    let Some(nearest) = earlier.or(frames.first()) else {
        let cause = std::io::ErrorKind::NotFound.into();
        return Err(FileError::Io { action: "read", path: own, cause }.into());
    };
    let nearest = file_of(*nearest as f64)?;
    Ok(if missing == "black" { Source::Black(nearest) } else { Source::File(nearest) })
}

fn options(params: &Params) -> ReadOptions {
    ReadOptions {
        transfer: match params.text("transfer") {
            "srgb" => Some(Transfer::Srgb),
            "linear" => Some(Transfer::Linear),
            _ => None,
        },
        alpha: match params.text("alpha") {
            "straight" => Some(Alpha::Straight),
            "premultiplied" => Some(Alpha::Premultiplied),
            _ => None,
        },
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::document::FrameRange;
    use crate::param::ParamValue;

    fn params(changes: &[(&str, ParamValue)]) -> Params {
        let defaults = Read::new().decl.params;
        let defaults = defaults.iter().map(|decl| (decl.id.to_string(), decl.default_value()));
        Params(defaults.chain(changes.iter().map(|(id, value)| ((*id).to_owned(), value.clone()))).collect())
    }

    fn reads(folder: &Path, frame: f64, file: &str, missing: &str, offset: i64) -> Result<Reads, NodeError> {
        let text = |text: &str| ParamValue::Text(text.to_owned());
        let changes = [("file", text(file)), ("missing", text(missing)), ("frame_offset", ParamValue::Int(offset))];
        let (params, frames) = (params(&changes), FrameRange::default());
        Read::new().reads("image", &Query { params: &params, frame, frames, folder, connected: &[] })
    }

    #[test]
    fn a_missing_frame_is_an_error_held_or_black() {
        let folder = tempfile::tempdir().expect("a folder");
        let folder = folder.path();
        let name = |frame: i64| folder.join(format!("a_{frame:04}.png"));
        for frame in [3, 5] {
            std::fs::write(name(frame), "").expect("a file");
        }
        let own = |path| Reads::default().params(["transfer", "alpha"]).file(path);
        let found = |frame, missing, offset| reads(folder, frame, "a_####.png", missing, offset).expect("a file");
        assert_eq!(found(5.0, "hold", 0), own(name(5)));
        assert_eq!(found(4.0, "hold", 0), own(name(3)));
        assert_eq!(found(9.0, "hold", 0), own(name(5)));
        assert_eq!(found(1.0, "hold", 0), own(name(3)));
        assert_eq!(found(4.0, "error", 1), own(name(5)));
        assert_eq!(found(4.0, "error", 0), own(name(4)), "the error is that of reading");
        assert_eq!(found(4.0, "black", 0), Reads::default().params(["missing"]).file(name(3)));
        assert!(reads(folder, 4.0, "b_####.png", "hold", 0).is_err());
        assert!(reads(folder, 4.5, "a_####.png", "hold", 0).is_err());
        assert!(reads(folder, 4.0, "", "hold", 0).is_err());
        assert!(reads(folder, 4.0, "a_{seed}.png", "hold", 0).is_err());
        assert_eq!(reads(folder, 4.5, "a_0003.png", "error", 0).expect("a still has every frame"), own(name(3)));
    }

    #[test]
    fn options_override_the_format() {
        let text = |text: &str| ParamValue::Text(text.to_owned());
        let read = options(&params(&[("transfer", text("linear")), ("alpha", text("premultiplied"))]));
        assert_eq!(read, ReadOptions { transfer: Some(Transfer::Linear), alpha: Some(Alpha::Premultiplied) });
        let read = options(&params(&[("transfer", text("srgb")), ("alpha", text("straight"))]));
        assert_eq!(read, ReadOptions { transfer: Some(Transfer::Srgb), alpha: Some(Alpha::Straight) });
        assert_eq!(options(&params(&[])), ReadOptions::default());
    }
}
