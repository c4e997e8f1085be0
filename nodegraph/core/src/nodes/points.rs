//! Points: what to drag, and whereto.

use std::sync::Arc;

use crate::declare::{Category, NodeDecl, ParamDecl};
use crate::error::NodeError;
use crate::operator::{Job, Operator};
use crate::value::{PortType, Value};

pub(crate) struct Points {
    decl: NodeDecl,
}

impl Points {
    pub(crate) fn new() -> Self {
        let doc = "Pairs of points: the handle is what to drag, the target where it should go. In pixels of the \
                   generator's own resolution: x to the right, y down, the first pixel's centre at 0.";
        let decl = NodeDecl::new("points", 1, "Points", Category::Drag, doc)
            .output("points", PortType::Points, "The pairs.")
            .param(
                ParamDecl::points(
                    "points",
                    "Points",
                    "Each with handle, target, and if wanted whether it is enabled and a name: \
                     `[{\"handle\": {\"x\": 90, \"y\": 110}, \"target\": {\"x\": 150, \"y\": 150}, \
                     \"enabled\": true, \"name\": \"ear\"}]`. A part of one is `points.1.target`. Keyframes move \
                     handles and targets in between; their number stays.",
                )
                .unit("px")
                .animates(),
            );
        Self { decl }
    }
}

impl Operator for Points {
    fn decl(&self) -> &NodeDecl {
        &self.decl
    }

    fn evaluate(&self, _output: &str, job: &Job<'_>) -> Result<Value, NodeError> {
        Ok(Value::Points(Arc::new(job.params().points("points").to_vec())))
    }
}
