//! The nodes.

mod blend;
mod drag;
mod generate;
mod invert;
mod latent;
mod mask;
mod mix;
mod noise;
mod points;
mod read;
mod switch;
#[cfg(test)]
mod testing;
mod track;
mod track_files;
mod transform;
mod write;

use std::sync::Arc;

use crate::operator::Operator;

/// One of each.
pub(crate) fn all() -> Vec<Arc<dyn Operator>> {
    vec![
        Arc::new(latent::LatentNode::new()),
        Arc::new(mix::Mix::new()),
        Arc::new(generate::Generate::new()),
        Arc::new(points::Points::new()),
        Arc::new(drag::Drag::new()),
        Arc::new(track::TrackNode::new()),
        Arc::new(invert::Invert::new()),
        Arc::new(mask::Mask::new()),
        Arc::new(blend::Blend::new()),
        Arc::new(transform::Transform::new()),
        Arc::new(switch::Switch::new()),
        Arc::new(read::Read::new()),
        Arc::new(write::Write::new()),
        Arc::new(track_files::TrackFiles::new()),
    ]
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;
    use crate::declare::Kind;
    use crate::param::Param;

    #[test]
    fn declarations_contradict_themselves_nowhere() {
        for node in all() {
            let decl = node.decl();
            let differ = |ids: Vec<&str>| ids.iter().collect::<BTreeSet<_>>().len() == ids.len();
            assert!(differ(decl.inputs.iter().map(|input| &*input.id).collect()), "{}", decl.id);
            assert!(differ(decl.params.iter().map(|param| &*param.id).collect()), "{}", decl.id);
            let docs = decl.inputs.iter().map(|input| &input.doc).chain(decl.outputs.iter().map(|output| &output.doc));
            for doc in docs.chain(decl.params.iter().map(|param| &param.doc)).chain([&decl.doc]) {
                assert!(doc.ends_with('.') && !doc.contains("  "), "{}: {doc}", decl.id);
            }
            for param in &decl.params {
                let default = Param::Constant(param.default_value());
                assert_eq!(default.check(param), Ok(()), "{}.{}", decl.id, param.id);
                if let Kind::Float { min, max, slider: (from, to), .. } = param.kind {
                    assert!(min <= from && from < to && to <= max, "{}.{}", decl.id, param.id);
                }
            }
        }
    }
}
