//! What a new window shows: a picture that is ready to be dragged.

use dragfx_graph::diagram;
use dragfx_graph::document::{Connection, Document, Edit, NodeId};
use dragfx_graph::models::ModelRef;
use dragfx_graph::param::{Param, ParamValue};
use dragfx_graph::registry::Registry;

/// A seed whose picture looks straight ahead and has room for points to go.
const SEED: i64 = 8;
/// Truncation psi: varied, and seldom odd.
const PSI: f64 = 0.7;
/// A latent of `model`, and a drag of it that has no points yet.
///
/// # Panics
/// If `registry` lacks a node of [`Registry::standard`].
#[must_use]
pub fn starter(registry: &Registry, model: ModelRef) -> Document {
    let mut document = Document::default();
    let name = model.file.split('.').next().unwrap_or_default().to_owned();
    make(&mut document, Edit::SetModel { name, model: Some(model) });
    let [latent, points, drag] = ["latent", "points", "drag"].map(|kind| insert(&mut document, registry, kind));
    let constants = [("seed", ParamValue::Int(SEED)), ("psi", ParamValue::Float(PSI))];
    for (param, value) in constants.map(|(param, value)| (param.to_owned(), Some(Param::Constant(value)))) {
        make(&mut document, Edit::SetParam { node: latent, param, value });
    }
    for (from, port) in [(latent, "latent"), (points, "points")] {
        let port = port.to_owned();
        make(&mut document, Edit::Connect(Connection { from, output: port.clone(), to: drag, input: port, order: 0 }));
    }
    for (node, position) in diagram::arrange(&document) {
        make(&mut document, Edit::Move { node, position });
    }
    document
}

fn insert(document: &mut Document, registry: &Registry, kind: &str) -> NodeId {
    let node = document.new_node(registry.get(kind).expect("a standard node").clone());
    let id = node.id;
    make(document, Edit::Insert(Box::new(node)));
    id
}

fn make(document: &mut Document, edit: Edit) {
    document.apply(edit).expect("the parts of the first document fit together");
}

#[cfg(test)]
mod tests {
    use dragfx_graph::preset;

    use super::*;
    use crate::desk::View;

    #[test]
    fn the_first_document_ends_in_a_drag_and_can_be_saved() {
        let registry = Registry::standard();
        let document = starter(&registry, ModelRef { file: "animals.safetensors".to_owned(), ..ModelRef::default() });
        let ends: Vec<_> = document.nodes().filter(|node| document.wires_from(node.id).is_empty()).collect();
        assert_eq!(ends.iter().map(|node| node.type_id()).collect::<Vec<_>>(), ["drag"]);
        assert_eq!(View::of(&document, ends[0].id).map(|view| view.output), Some("image".to_owned()));
        let text = preset::to_text(&document);
        let again = preset::from_text(&text, &registry).expect("a preset");
        assert_eq!(preset::to_text(&again), text);
    }
}
