//! What of a plan is there, without computing any of it.

use super::plan::{Plan, Task};
use super::{Evaluator, Fingerprint};
use crate::document::NodeId;
use crate::error::EvalError;
use crate::value::{PortType, Value};

/// A result that a plan needs, and whether it is there.
#[derive(Clone, Debug)]
pub struct Needed {
    /// The node. Others that read the same share the result.
    pub node: NodeId,
    /// Its output.
    pub output: String,
    /// The frame.
    pub frame: f64,
    /// The type of the output.
    pub port_type: PortType,
    /// By what the result is known.
    pub fingerprint: Fingerprint,
    /// Whether a run need not compute it: it is in memory or on the disk.
    pub is_there: bool,
    /// The results that it reads, by their places in the survey: all of them before its own.
    pub reads: Vec<usize>,
}

impl Plan {
    /// For each target the place of its result in a [survey](Evaluator::survey).
    ///
    /// # Errors
    /// Why a target can have no result.
    pub fn places(&self) -> impl Iterator<Item = Result<usize, &EvalError>> {
        self.targets.iter().map(|target| target.as_ref().copied())
    }
}

impl Evaluator {
    /// All results that a plan needs, each after those that it reads, whether they are there or not. Nothing is computed.
    #[must_use]
    pub fn survey(&self, plan: &Plan) -> Vec<Needed> {
        let needed = |task: &Task| {
            let Task { node, output, frame, fingerprint, .. } = task;
            let (port_type, is_there) = (task.port_type(), self.is_there(task));
            let (output, reads) = (output.clone(), task.needs());
            Needed { node: *node, output, frame: *frame, port_type, fingerprint: *fingerprint, is_there, reads }
        };
        plan.tasks.iter().map(needed).collect()
    }

    /// The values of a plan's targets, in their order, as far as they are there. Nothing is computed.
    #[must_use]
    pub fn known(&self, plan: &Plan) -> Vec<Option<Value>> {
        let value = |&task: &usize| self.cached(&plan.tasks[task]).map(|(value, _)| value);
        plan.targets.iter().map(|target| target.as_ref().ok().and_then(value)).collect()
    }

    /// Whether a result is there. To ask does not count as use, so that one who looks over a large graph does not decide
    /// what the cache forgets first; what is on the disk is read, as only that shows whether it is sound.
    fn is_there(&self, task: &Task) -> bool {
        self.cache.contains(&task.fingerprint)
            || self.base.as_ref().is_some_and(|base| base.contains(&task.fingerprint))
            || (task.port_type() == PortType::Trajectory && self.cached(task).is_some())
    }
}
