//! Write: pictures to files.
//!
//! The node itself only passes its picture on: looking at a graph writes nothing. Files are written by whoever renders it,
//! as [`Operator::sink`] says.

use crate::declare::{Arity, Category, NodeDecl, ParamDecl};
use crate::error::NodeError;
use crate::files::sequence::Pattern;
use crate::files::{self, Depth, WriteOptions};
use crate::operator::{Job, Operator, Params, Query, Reads, Sink};
use crate::value::{PortType, Value};

/// Says where its picture is to be written.
pub(crate) struct Write {
    decl: NodeDecl,
}

impl Write {
    pub(crate) fn new() -> Self {
        let doc = "Writes a picture to a file when the graph is rendered. PNG and JPEG are sRGB-encoded, OpenEXR is linear and \
                   premultiplied.";
        let decl = NodeDecl::new("write", 1, "Write", Category::File, doc)
            .input("image", PortType::Image, Arity::Required, "The picture.")
            .output("image", PortType::Image, "The same picture.")
            .params([
                ParamDecl::writes(
                    "file",
                    "File",
                    files::ENDINGS,
                    "Where to; the ending says in which format. A run of # is the frame, padded with zeros to as many \
                     digits; {seed} and {preset} are the seed and the name of the preset.",
                ),
                ParamDecl::choice(
                    "depth",
                    "Depth",
                    &[
                        ("auto", "8 bits in PNG and JPEG, half floats in OpenEXR."),
                        ("8", "Whole numbers of 8 bits: PNG, JPEG."),
                        ("16", "Whole numbers of 16 bits: PNG."),
                        ("half", "Floats of 16 bits, up to 65504: OpenEXR."),
                        ("float", "Floats of 32 bits: OpenEXR."),
                    ],
                    "How numbers are stored.",
                ),
                ParamDecl::int(
                    "quality",
                    "Quality",
                    i64::from(WriteOptions::default().quality),
                    1..=100,
                    "Quality of a JPEG: higher is better and larger.",
                ),
                ParamDecl::bool(
                    "embed",
                    "Embed graph",
                    true,
                    "The graph travels in the file, and can be opened from it; a JPEG has no room for it.",
                ),
            ]);
        Self { decl }
    }
}

impl Operator for Write {
    fn decl(&self) -> &NodeDecl {
        &self.decl
    }

    fn reads(&self, _output: &str, query: &Query<'_>) -> Result<Reads, NodeError> {
        Ok(Reads::default().input("image", query.frame))
    }

    fn evaluate(&self, _output: &str, job: &Job<'_>) -> Result<Value, NodeError> {
        Ok(Value::Image(job.image("image")?.clone()))
    }

    fn sink(&self, params: &Params) -> Result<Option<Sink>, NodeError> {
        let file = params.text("file");
        if file.is_empty() {
            return Err(NodeError::Param { param: "file", reason: "no file is chosen".to_owned() });
        }
        let depth = Depth::of_id(params.text("depth")).unwrap_or_default();
        let quality = u8::try_from(params.int("quality")).unwrap_or(WriteOptions::default().quality);
        let options = WriteOptions { depth, quality };
        options.check(file.as_ref())?;
        Ok(Some(Sink { output: "image", file: Pattern::parse(file)?, options, embed: params.bool("embed") }))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::declare::Kind;
    use crate::param::ParamValue;

    fn order(file: &str, depth: &str) -> Result<Sink, NodeError> {
        let mut params = Params::default();
        let node = Write::new();
        for decl in &node.decl.params {
            params.0.insert(decl.id.to_string(), decl.default_value());
        }
        params.0.insert("file".to_owned(), ParamValue::Text(file.to_owned()));
        params.0.insert("depth".to_owned(), ParamValue::Text(depth.to_owned()));
        node.sink(&params).map(|sink| sink.expect("it writes"))
    }

    #[test]
    fn depths_of_another_format_are_refused() {
        let fits = [("a.png", "auto"), ("a.png", "8"), ("a.png", "16"), ("a.JPG", "auto"), ("a.jpeg", "8")];
        let fits_exr = [("a.exr", "auto"), ("a.exr", "half"), ("a_{seed}_####.exr", "float")];
        for (file, depth) in fits.into_iter().chain(fits_exr) {
            let order = order(file, depth).expect(file);
            assert_eq!((order.file.text(), order.options.depth.id(), order.embed), (file, depth, true));
        }
        for (file, depth) in [("a.png", "half"), ("a.jpg", "16"), ("a.exr", "8"), ("a.tif", "auto"), ("", "auto")] {
            assert!(order(file, depth).is_err(), "{file} {depth}");
        }
        let error = order("a.exr", "16").expect_err("no such depth").to_string();
        assert_eq!(error, "a.exr: the depth `16` does not exist there; there are auto, half, float");
    }

    #[test]
    fn every_depth_can_be_chosen() {
        let decl = Write::new().decl;
        let Some(Kind::Choice { options, .. }) = decl.find_param("depth").map(|param| &param.kind) else {
            panic!("depth is a choice");
        };
        let ids: Vec<_> = options.iter().map(|option| &*option.id).collect();
        assert_eq!(ids, Depth::ALL.map(Depth::id));
    }
}
