//! Switch: one of several images.

use crate::declare::{Arity, Category, NodeDecl, ParamDecl};
use crate::error::NodeError;
use crate::operator::{Job, Operator, Query, Reads};
use crate::value::{PortType, Value};

/// The inputs, in the order of `index`, which starts at 1.
const INPUTS: [&str; 4] = ["a", "b", "c", "d"];

/// Passes one of its images on.
pub(crate) struct Switch {
    decl: NodeDecl,
}

impl Switch {
    pub(crate) fn new() -> Self {
        let mut decl = NodeDecl::new(
            "switch",
            1,
            "Switch",
            Category::Picture,
            "Passes one of up to four images on. Only the chosen one is computed, so variants can stay connected at no \
             cost; keyframes change between them from frame to frame.",
        );
        for (input, doc) in INPUTS.into_iter().zip([
            "The image passed on where the index is 1.",
            "The image passed on where the index is 2.",
            "The image passed on where the index is 3.",
            "The image passed on where the index is 4.",
        ]) {
            decl = decl.input(input, PortType::Image, Arity::Optional, doc);
        }
        let index = ParamDecl::int(
            "index",
            "Index",
            1,
            1..=INPUTS.len() as i64,
            "Which image is passed on: 1 for input a to 4 for input d. It is an error if that input has no wire.",
        );
        let decl = decl.output("image", PortType::Image, "The chosen image, unchanged.").param(index.animates());
        Self { decl }
    }
}

/// The input of an index; the last one beyond them, which the declaration rules out.
fn chosen(index: usize) -> &'static str {
    INPUTS[index.clamp(1, INPUTS.len()) - 1]
}

impl Operator for Switch {
    fn decl(&self) -> &NodeDecl {
        &self.decl
    }

    fn reads(&self, _output: &str, query: &Query<'_>) -> Result<Reads, NodeError> {
        let input = chosen(query.params.size("index"));
        if !query.is_connected(input) {
            return Err(NodeError::NotConnected { input: input.to_owned() });
        }
        Ok(Reads::default().params(["index"]).input(input, query.frame))
    }

    fn evaluate(&self, _output: &str, job: &Job<'_>) -> Result<Value, NodeError> {
        let image = job.image(chosen(job.params().size("index")))?;
        Ok(Value::Image(image.clone()))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::nodes::testing::{as_image, evaluate, image, reads};
    use crate::param::ParamValue;

    #[test]
    fn only_the_chosen_image_is_read() {
        let node = Switch::new();
        let inputs = INPUTS.map(|id| (id, vec![image(1, 1, |_, _, _| f32::from(id.as_bytes()[0]))]));
        for (index, id) in (1..).zip(INPUTS) {
            let params = [("index", ParamValue::Int(index))];
            let reads = reads(&node, "image", &params, &INPUTS).expect("connected");
            assert_eq!(reads.inputs, [(id.to_owned(), 0.0)]);
            let passed = as_image(evaluate(&node, "image", &params, &inputs));
            assert_eq!(passed.pixels()[(0, 0, 0)], f32::from(id.as_bytes()[0]));
        }
    }

    #[test]
    fn an_index_without_a_wire_says_which() {
        let error = evaluate(&Switch::new(), "image", &[("index", ParamValue::Int(3))], &[]).expect_err("no wire");
        assert_eq!(error.to_string(), "its input `c` is not connected");
    }
}
