//! Write Tracks: point tracks to files.
//!
//! As with pictures, the node passes its tracks on, and whoever renders the graph writes them.

use crate::declare::{Arity, Category, NodeDecl, ParamDecl};
use crate::error::NodeError;
use crate::files::sequence::Pattern;
use crate::files::{WriteOptions, tracks};
use crate::operator::{Job, Operator, Params, Query, Reads, Sink};
use crate::value::{PortType, Value};

/// Says where its tracks are to be written.
pub(crate) struct TrackFiles {
    decl: NodeDecl,
}

impl TrackFiles {
    pub(crate) fn new() -> Self {
        let doc = "Writes tracks to a file when the graph is rendered, for Nuke, Natron or a spreadsheet. A `.csv` has all \
                   tracks in image pixels, y down; a `.nk` is a Tracker node to paste into Nuke; a `.txt` has lines `frame x \
                   y`, y up, for curve import, and there is one for each track.";
        let decl = NodeDecl::new("write-tracks", 1, "Write Tracks", Category::File, doc)
            .input("tracks", PortType::Tracks, Arity::Required, "The tracks.")
            .output("tracks", PortType::Tracks, "The same tracks.")
            .param(ParamDecl::writes(
                "file",
                "File",
                tracks::ENDINGS,
                "Where to; the ending says in which format. {seed} and {preset} are the seed and the name of the preset.",
            ));
        Self { decl }
    }
}

impl Operator for TrackFiles {
    fn decl(&self) -> &NodeDecl {
        &self.decl
    }

    fn reads(&self, _output: &str, query: &Query<'_>) -> Result<Reads, NodeError> {
        Ok(Reads::default().input("tracks", query.frame))
    }

    fn evaluate(&self, _output: &str, job: &Job<'_>) -> Result<Value, NodeError> {
        Ok(Value::Tracks(job.tracks("tracks")?.clone()))
    }

    fn sink(&self, params: &Params) -> Result<Option<Sink>, NodeError> {
        let file = params.text("file");
        if file.is_empty() {
            return Err(NodeError::Param { param: "file", reason: "no file is chosen".to_owned() });
        }
        tracks::TrackFormat::of_name(file.as_ref())?;
        let options = WriteOptions::default();
        Ok(Some(Sink { output: "tracks", file: Pattern::parse(file)?, options, embed: false }))
    }
}
