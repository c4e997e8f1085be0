//! What is baked in a graph.

use std::sync::Arc;

use dragfx_graph::declare::{Category, NodeDecl, ParamDecl};
use dragfx_graph::error::NodeError;
use dragfx_graph::operator::{Job, Operator, Query, Reads};
use dragfx_graph::value::{LatentValue, PortType, Value};

use super::bake::Bake;

/// A baked drag as a node: its latent at a progress.
pub(super) struct BakedDrag {
    decl: NodeDecl,
    bake: Arc<Bake>,
}

impl BakedDrag {
    /// The node of a drag.
    pub(super) fn new(bake: Arc<Bake>) -> Self {
        let decl = NodeDecl::new("baked-drag", 1, "Baked drag", Category::Plugin, "A drag that a project keeps.")
            .output("latent", PortType::Latent, "The latent at the progress.")
            .param(ParamDecl::float(
                "progress",
                "Progress",
                1.0,
                0.0..=1.0,
                "Where on the way: 0 is the start, 1 the end.",
            ));
        Self { decl, bake }
    }
}

impl Operator for BakedDrag {
    fn decl(&self) -> &NodeDecl {
        &self.decl
    }

    fn reads(&self, _output: &str, _query: &Query<'_>) -> Result<Reads, NodeError> {
        Ok(Reads::default().params(["progress"]).outside(self.bake.hash.clone()))
    }

    fn evaluate(&self, _output: &str, job: &Job<'_>) -> Result<Value, NodeError> {
        let latent = Arc::new(self.bake.latent_at(job.params().float("progress")));
        Ok(Value::Latent(LatentValue { model: Arc::new(self.bake.model()), latent, seeded: None }))
    }
}
