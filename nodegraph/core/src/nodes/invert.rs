//! Invert: a picture to the latent that paints it.

use crate::declare::{Arity, Category, NodeDecl, ParamDecl};
use crate::error::NodeError;
use crate::operator::{Job, Operator, Query, Reads};
use crate::value::{PortType, Value};

pub(crate) struct Invert {
    decl: NodeDecl,
}

impl Invert {
    pub(crate) fn new() -> Self {
        let doc = "The latent whose picture comes nearest to an image, to drag photographs. Its ports are settled and \
                   presets can hold it; this version cannot compute it yet, and says so.";
        let decl = NodeDecl::new("invert", 1, "Invert", Category::Latent, doc)
            .input("image", PortType::Image, Arity::Required, "The image to find.")
            .input("mask", PortType::Mask, Arity::Optional, "Where the image counts; all of it without one.")
            .output("latent", PortType::Latent, "The latent.")
            .output("image", PortType::Image, "What the generator paints of it.")
            .param(ParamDecl::model("model", "Model", "The generator. Empty for the preset's only one."));
        Self { decl }
    }
}

impl Operator for Invert {
    fn decl(&self) -> &NodeDecl {
        &self.decl
    }

    fn reads(&self, output: &str, query: &Query<'_>) -> Result<Reads, NodeError> {
        let reads = Reads::default().model(query.params.text("model"));
        Ok(match output {
            "image" => reads.own("latent", query.frame),
            _ => reads.input("image", query.frame).input("mask", query.frame),
        })
    }

    fn evaluate(&self, _output: &str, _job: &Job<'_>) -> Result<Value, NodeError> {
        Err(NodeError::Unavailable("this version cannot invert pictures yet"))
    }
}
