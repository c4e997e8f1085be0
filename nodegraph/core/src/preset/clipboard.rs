//! Nodes as text: to copy, paste and send.

use std::collections::BTreeMap;

use super::{PresetError, describe, from_text, text_of};
use crate::document::{About, Connection, Document, Edit, FrameRange, NodeId, NodeKind};
use crate::models::ModelRef;
use crate::param::{Param, ParamValue};
use crate::registry::Registry;

/// What a paste does.
#[derive(Clone, Debug)]
pub struct Pasted {
    /// The edits, to be [performed](crate::document::History::perform) together.
    pub edits: Vec<Edit>,
    /// The nodes that they add.
    pub nodes: Vec<NodeId>,
}

/// The text of some nodes, with the wires between them and the models that they use: a small preset.
#[must_use]
pub fn copy(document: &Document, nodes: &[NodeId]) -> String {
    let mut file = describe(document, &|id| nodes.contains(&id));
    let About { title, description } = About::default();
    (file.title, file.description, file.frames, file.published) =
        (title, description, FrameRange::default(), Vec::new());
    let named: Vec<String> = nodes.iter().filter_map(|&id| document.node(id)).flat_map(model_names).collect();
    // What a placeholder uses nobody knows.
    let all = nodes.iter().filter_map(|&id| document.node(id)).any(|node| node.decl().is_none());
    file.models.retain(|name, _| all || named.contains(name) || named.contains(&String::new()));
    text_of(&file)
}

/// The edits that add the nodes of a text, `offset` from where they were, under names and numbers that are free. Any
/// preset can be pasted; its timeline and published parameters are left out.
///
/// # Errors
/// The text is no preset.
pub fn paste(
    document: &mut Document,
    registry: &Registry,
    text: &str,
    offset: [f64; 2],
) -> Result<Pasted, PresetError> {
    let source = from_text(text, registry)?;
    let (mut edits, renamed) = add_models(document, &source);
    let (mut ids, mut names) = (BTreeMap::new(), Vec::new());
    for node in source.nodes() {
        let mut node = node.clone();
        let id = document.fresh_id();
        ids.insert(node.id, id);
        if document.by_name(&node.name).is_some() || names.contains(&node.name) {
            node.name = document.free_name_beside(&node.name, &|name| names.iter().any(|other| other == name));
        }
        names.push(node.name.clone());
        node.id = id;
        node.position = [node.position[0] + offset[0], node.position[1] + offset[1]];
        rename_models(&mut node, &renamed);
        edits.push(Edit::Insert(Box::new(node)));
    }
    let wires = source.all_wires().map(|wire| Connection { from: ids[&wire.from], to: ids[&wire.to], ..wire });
    edits.extend(wires.map(Edit::Connect));
    Ok(Pasted { edits, nodes: ids.into_values().collect() })
}

/// The edits that add the models of `source` that `document` lacks, and what those are called whose name is taken by
/// another model.
fn add_models(document: &Document, source: &Document) -> (Vec<Edit>, BTreeMap<String, String>) {
    let (mut edits, mut renamed) = (Vec::new(), BTreeMap::new());
    let same = |a: &ModelRef, b: &ModelRef| a.blake3 == b.blake3 && (a.blake3.is_some() || a == b);
    for (name, model) in source.models() {
        let there = document.models().iter().find(|(_, known)| same(known, model)).map(|(name, _)| name.clone());
        let called = there.clone().unwrap_or_else(|| match document.models().contains_key(name) {
            false => name.clone(),
            true => {
                let mut names = (2..).map(|number| format!("{name:.50}-{number}"));
                let free = |name: &String| !document.models().contains_key(name) && !source.models().contains_key(name);
                names.find(free).expect("there is always a next number")
            }
        });
        if there.is_none() {
            edits.push(Edit::SetModel { name: called.clone(), model: Some(model.clone()) });
        }
        // An empty parameter means the only model, which it may no longer be.
        if source.models().len() == 1 {
            renamed.insert(String::new(), called.clone());
        }
        renamed.insert(name.clone(), called);
    }
    (edits, renamed)
}

/// The parameters of a node that name a model.
fn model_params(node: &crate::document::Node) -> Vec<String> {
    let NodeKind::Known(operator) = &node.kind else { return Vec::new() };
    let models = operator.decl().params.iter().filter(|param| matches!(param.kind, crate::declare::Kind::Model));
    models.map(|param| param.id.to_string()).collect()
}

fn model_names(node: &crate::document::Node) -> Vec<String> {
    let params = node.params_at(0.0);
    model_params(node).iter().map(|param| params.text(param).to_owned()).collect()
}

fn rename_models(node: &mut crate::document::Node, renamed: &BTreeMap<String, String>) {
    let params = node.params_at(0.0);
    for param in model_params(node) {
        if let Some(called) = renamed.get(params.text(&param)).filter(|called| *called != params.text(&param)) {
            node.params.insert(param, Param::Constant(ParamValue::Text(called.clone())));
        }
    }
}
