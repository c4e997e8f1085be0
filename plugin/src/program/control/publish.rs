//! What a preset publishes, as controls.

use std::collections::BTreeSet;

use dragfx_graph::declare::{self, ChoiceDecl, ParamDecl};
use dragfx_graph::document::{Document, Node, NodeId, PointField, Published};
use dragfx_graph::models::ModelRef;
use dragfx_graph::param::{Param, ParamValue};

use super::{Control, Shown};

/// The published parameters that a host can show, and the names of the others.
pub(in crate::program) fn controls(document: &Document) -> (Vec<Control>, Vec<String>) {
    let (mut controls, mut unshown) = (Vec::new(), Vec::new());
    for published in document.published() {
        match control(document, published) {
            Some(control) => controls.push(control),
            None => unshown.push(published.name.clone()),
        }
    }
    (controls, unshown)
}

fn control(document: &Document, published: &Published) -> Option<Control> {
    let node = document.node(published.node)?;
    let decl = node.decl()?.find_param(&published.path.param)?;
    let param = node.params.get(&*decl.id);
    let own = param.map_or_else(|| decl.default_value(), |param| param.at(document.frames().first as f64));
    let part = match (published.path.item, own) {
        (None, own) => Shown::Whole(offered(document, decl, own, published.range)?),
        (Some((index, field)), ParamValue::Points(points)) => {
            let point = points.get(index)?;
            let place = |own| Shown::Place { own, model: model(document, node) };
            match field {
                PointField::Handle => place(point.handle),
                PointField::Target => place(point.target),
                PointField::Enabled => Shown::Enabled(point.enabled),
            }
        }
        (Some(_), _) => return None,
    };
    let or = |text: &str, other: &str| if text.is_empty() { other.to_owned() } else { text.to_owned() };
    let (label, doc) = match published.path.item {
        None => (&*decl.label, &*decl.doc),
        Some((_, PointField::Handle)) => (&*published.name, "What is dragged: it must lie on the picture."),
        Some((_, PointField::Target)) => (&*published.name, "Where it should go. It may lie outside of the picture."),
        Some((_, PointField::Enabled)) => (&*published.name, "Whether the point counts."),
    };
    Some(Control {
        name: published.name.clone(),
        label: or(&published.label, label),
        doc: or(&published.doc, doc),
        node: node.id,
        path: published.path.clone(),
        part,
        animates: decl.animates,
        is_animated: matches!(param, Some(Param::Animated(_))),
    })
}

/// A declaration with the preset's value for default, and its range where a host's controls end.
fn offered(document: &Document, decl: &ParamDecl, own: ParamValue, range: Option<[f64; 2]>) -> Option<ParamDecl> {
    let mut decl = decl.clone();
    match (&mut decl.kind, own) {
        (declare::Kind::Float { default, min, max, slider }, ParamValue::Float(own)) => {
            *default = own;
            if let Some([from, to]) = range.filter(|[from, to]| from < to) {
                *slider = (from.clamp(*min, *max), to.clamp(*min, *max));
            }
            if slider.0 >= slider.1 {
                *slider = (*min, *max);
            }
        }
        (declare::Kind::Int { default, min, max }, ParamValue::Int(own)) => {
            *default = own;
            if let Some([from, to]) = range {
                // What the preset says itself is always within.
                let (from, to) = ((from.ceil() as i64).max(*min).min(own), (to.floor() as i64).min(*max).max(own));
                (*min, *max) = (from, to);
            }
        }
        (declare::Kind::Bool { default }, ParamValue::Bool(own)) => *default = own,
        (declare::Kind::Choice { default, .. } | declare::Kind::Text { default }, ParamValue::Text(own)) => {
            *default = own.into();
        }
        (declare::Kind::File { .. }, ParamValue::Text(_)) => {}
        (declare::Kind::Model, ParamValue::Text(own)) => {
            // Empty stands for the preset's only one.
            let known = document.models().keys();
            let options: Vec<_> = known.map(|name| ChoiceDecl { id: name.clone().into(), doc: "".into() }).collect();
            let only = options.first().filter(|_| options.len() == 1).map(|only| only.id.clone());
            let default = if own.is_empty() { only? } else { own.into() };
            decl.kind = declare::Kind::Choice { default, options };
        }
        _ => return None,
    }
    Some(decl)
}

/// The model in whose pictures points of a node lie: that of a latent that what takes the points takes, too.
fn model(document: &Document, points: &Node) -> Option<ModelRef> {
    let reach = |from: Vec<NodeId>, next: &dyn Fn(NodeId) -> Vec<NodeId>| {
        let (mut found, mut open) = (BTreeSet::new(), from);
        while let Some(id) = open.pop() {
            if found.insert(id) {
                open.extend(next(id));
            }
        }
        found
    };
    let takers = reach(vec![points.id], &|id| document.wires_from(id).into_iter().map(|wire| wire.to).collect());
    let givers =
        reach(takers.into_iter().collect(), &|id| document.wires_into(id).into_iter().map(|wire| wire.from).collect());
    let named = givers.into_iter().filter_map(|id| document.node(id)).find(|node| node.type_id() == "latent");
    let name = match named?.params.get("model").map(|param| param.at(0.0)) {
        Some(ParamValue::Text(name)) => name,
        _ => String::new(),
    };
    ModelRef::find(document.models(), &name).ok().map(|(_, model)| model.clone())
}
