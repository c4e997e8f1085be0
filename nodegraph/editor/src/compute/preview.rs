//! Documents without some of their drags: the picture before a drag, or that of a drag on its way.
//!
//! A drag is taken out by ordinary edits of a copy: who read its latent reads the latent that it starts from, or one that is
//! given; who read its picture reads that of the latent. Who read its trajectory has nothing to read.

use std::collections::HashMap;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use dragfx_graph::declare::{Category, NodeDecl};
use dragfx_graph::document::{Connection, Document, Edit, EditError, NodeId};
use dragfx_graph::error::NodeError;
use dragfx_graph::operator::{Job, Operator, Query, Reads};
use dragfx_graph::registry::Registry;
use dragfx_graph::value::{PortType, Value};

use crate::desk::View;

/// A copy of a document from which drags are taken out.
#[derive(Debug)]
pub(super) struct Preview {
    document: Document,
    /// What stands for the outputs of drags that are out.
    instead: HashMap<View, Option<View>>,
}

/// A drag on its way.
#[derive(Clone, Debug)]
pub(super) struct Moment {
    /// Its latent.
    pub(super) latent: Value,
    /// Its points, with their handles where they are.
    pub(super) points: Value,
}

impl Preview {
    pub(super) fn new(document: Document) -> Self {
        Self { document, instead: HashMap::new() }
    }

    pub(super) fn document(&self) -> &Document {
        &self.document
    }

    /// What is to be looked at in place of an output; `None` for the trajectory of a drag that is out.
    pub(super) fn instead(&self, view: &View) -> Option<View> {
        let mut view = view.clone();
        while let Some(instead) = self.instead.get(&view) {
            view = instead.clone()?;
        }
        Some(view)
    }

    /// Takes a drag out: a moment of it stands in its place, or its start.
    ///
    /// # Errors
    /// The registry knows no pictures of latents.
    pub(super) fn take_out(
        &mut self,
        drag: NodeId,
        moment: Option<&Moment>,
        registry: &Registry,
    ) -> Result<(), EditError> {
        // At several frames it is still one drag.
        if self.instead.contains_key(&View { node: drag, output: "latent".to_owned() }) {
            return Ok(());
        }
        let source = |input: &str| {
            let wire = self.document.wires_into(drag).into_iter().find(|wire| wire.input == input)?;
            Some(View { node: wire.from, output: wire.output })
        };
        let (mut latent, mut points) = (source("latent"), source("points"));
        if let Some(moment) = moment {
            latent = Some(self.give(&moment.latent)?);
            points = Some(self.give(&moment.points)?);
        }
        let image = latent.as_ref().map(|latent| self.picture(drag, latent, registry)).transpose()?;
        while let Some(wire) = self.document.wires_from(drag).into_iter().next() {
            let Connection { to, ref input, order, .. } = wire;
            self.document.apply(Edit::Disconnect { to, input: input.clone(), order })?;
            let instead = match &*wire.output {
                "latent" => &latent,
                "points" => &points,
                "image" => &image,
                _ => &None,
            };
            if let Some(View { node, output }) = instead.clone() {
                self.document.apply(Edit::Connect(Connection { from: node, output, ..wire }))?;
            }
        }
        for (output, instead) in [("latent", latent), ("points", points), ("image", image), ("trajectory", None)] {
            self.instead.insert(View { node: drag, output: output.to_owned() }, instead);
        }
        Ok(())
    }

    /// A node that paints a latent as a drag would.
    fn picture(&mut self, drag: NodeId, latent: &View, registry: &Registry) -> Result<View, EditError> {
        let generate = registry.get("generate").ok_or_else(|| EditError::NoSuchNode("generate".to_owned()))?;
        let mut node = self.document.new_node(Arc::clone(generate));
        let set = self.document.node(drag).into_iter().flat_map(|drag| &drag.params);
        let shared = set.filter(|(param, _)| generate.decl().find_param(param).is_some());
        node.params = shared.map(|(param, value)| (param.clone(), value.clone())).collect();
        let to = node.id;
        self.document.apply(Edit::Insert(Box::new(node)))?;
        let View { node: from, output } = latent.clone();
        self.document.apply(Edit::Connect(Connection { from, output, to, input: "latent".to_owned(), order: 0 }))?;
        Ok(View { node: to, output: "image".to_owned() })
    }

    /// A node that gives a value that is there.
    fn give(&mut self, value: &Value) -> Result<View, EditError> {
        let node = self.document.new_node(Arc::new(Given::new(value.clone())));
        let id = node.id;
        self.document.apply(Edit::Insert(Box::new(node)))?;
        Ok(View { node: id, output: Given::OUTPUT.to_owned() })
    }
}

/// A node that gives a value that is there.
struct Given {
    decl: NodeDecl,
    value: Value,
    /// By what the value is known: a number that no other one has.
    mark: String,
}

impl Given {
    const OUTPUT: &str = "value";

    fn new(value: Value) -> Self {
        static NEXT: AtomicU64 = AtomicU64::new(0);
        let (port_type, number): (PortType, _) = (value.port_type(), NEXT.fetch_add(1, Ordering::Relaxed));
        let decl = NodeDecl::new("given", 1, "Given", Category::Latent, "A value that is there.");
        let decl = decl.output(Self::OUTPUT, port_type, "The value.");
        Self { decl, value, mark: number.to_string() }
    }
}

impl Operator for Given {
    fn decl(&self) -> &NodeDecl {
        &self.decl
    }

    fn reads(&self, _output: &str, _query: &Query<'_>) -> Result<Reads, NodeError> {
        Ok(Reads::default().outside(self.mark.clone()))
    }

    fn evaluate(&self, _output: &str, _job: &Job<'_>) -> Result<Value, NodeError> {
        Ok(self.value.clone())
    }
}

#[cfg(test)]
mod tests {
    use dragfx_engine::Cancel;
    use dragfx_graph::document::NodeKind;
    use dragfx_graph::eval::{Evaluator, Target};
    use dragfx_graph::models::ModelStore;
    use dragfx_graph::param::{Param, ParamValue};

    use super::*;

    /// A document of nodes `NAME KIND`, and wires `NODE.OUTPUT NODE.INPUT`.
    fn document(nodes: &[&str], wires: &[&str]) -> Document {
        let (registry, mut document) = (Registry::standard(), Document::default());
        for node in nodes {
            let (name, kind) = node.split_once(' ').expect("a name and a kind");
            let mut node = document.new_node(Arc::clone(registry.get(kind).expect("a kind")));
            name.clone_into(&mut node.name);
            document.apply(Edit::Insert(Box::new(node))).expect("it fits");
        }
        for wire in wires {
            let (from, to) = wire.split_once(' ').expect("two ends");
            let (from, output) = from.split_once('.').expect("an output");
            let (to, input) = to.split_once('.').expect("an input");
            for edit in document.connection(id(&document, from), output, id(&document, to), input) {
                document.apply(edit).expect("it fits");
            }
        }
        document
    }

    fn id(document: &Document, name: &str) -> NodeId {
        document.by_name(name).expect("a node of that name").id
    }

    /// The wires into a node, as `INPUT NODE.OUTPUT`.
    fn sources(document: &Document, name: &str) -> Vec<String> {
        let source = |wire: Connection| {
            let from = &document.node(wire.from).expect("a node").name;
            format!("{} {from}.{}", wire.input, wire.output)
        };
        document.wires_into(id(document, name)).into_iter().map(source).collect()
    }

    fn view(document: &Document, name: &str, output: &str) -> View {
        View { node: id(document, name), output: output.to_owned() }
    }

    /// Two drags, one behind the other, and who reads their outputs.
    fn chain() -> Document {
        document(
            &[
                "seed latent",
                "p points",
                "q points",
                "first drag",
                "second drag",
                "over blend",
                "where mask",
                "t track",
            ],
            &[
                "seed.latent first.latent",
                "p.points first.points",
                "first.latent second.latent",
                "q.points second.points",
                "first.image over.source",
                "second.image over.result",
                "second.points where.points",
                "second.trajectory t.trajectory",
            ],
        )
    }

    #[test]
    fn who_reads_a_drag_reads_what_it_starts_from() {
        for order in [["first", "second"], ["second", "first"]] {
            let before = chain();
            let mut preview = Preview::new(before.clone());
            for drag in order {
                preview.take_out(id(&before, drag), None, &Registry::standard()).expect("it can be taken out");
            }
            let after = preview.document();
            let images: Vec<String> = sources(after, "over");
            assert_eq!(images.len(), 2, "{images:?}");
            for image in images {
                let generate = image.split_once(' ').expect("a source").1.strip_suffix(".image").expect("an image");
                assert_eq!(sources(after, generate), ["latent seed.latent"], "{order:?}");
            }
            assert_eq!(sources(after, "where"), ["points q.points"]);
            assert_eq!(sources(after, "t"), Vec::<String>::new(), "there is no way yet that could be read");
            assert_eq!(preview.instead(&view(&before, "second", "latent")), Some(view(&before, "seed", "latent")));
            assert_eq!(preview.instead(&view(&before, "second", "trajectory")), None);
            let image = preview.instead(&view(&before, "second", "image")).expect("a picture");
            assert_eq!(after.node(image.node).expect("a node").type_id(), "generate");
            assert_eq!(preview.instead(&view(&before, "over", "image")), Some(view(&before, "over", "image")));
        }
    }

    #[test]
    fn one_drag_can_be_taken_out_of_two() {
        let before = chain();
        let mut preview = Preview::new(before.clone());
        preview.take_out(id(&before, "second"), None, &Registry::standard()).expect("it can be taken out");
        assert_eq!(sources(preview.document(), "second"), ["latent first.latent", "points q.points"]);
        assert_eq!(preview.instead(&view(&before, "second", "latent")), Some(view(&before, "first", "latent")));
        let once = preview.document().len();
        preview.take_out(id(&before, "second"), None, &Registry::standard()).expect("it is out already");
        assert_eq!(preview.document().len(), once);
    }

    #[test]
    fn its_picture_is_painted_as_the_drag_would() {
        let mut before = chain();
        let drag = id(&before, "second");
        for (param, value) in [
            ("noise", ParamValue::Text("random".to_owned())),
            ("noise_seed", ParamValue::Int(7)),
            ("transfer", ParamValue::Text("linear".to_owned())),
            ("max_steps", ParamValue::Int(3)),
        ] {
            let value = Some(Param::Constant(value));
            before.apply(Edit::SetParam { node: drag, param: param.to_owned(), value }).expect("it suits");
        }
        let mut preview = Preview::new(before.clone());
        preview.take_out(drag, None, &Registry::standard()).expect("it can be taken out");
        let image = preview.instead(&view(&before, "second", "image")).expect("a picture");
        let set = &preview.document().node(image.node).expect("a node").params;
        assert_eq!(set.keys().collect::<Vec<_>>(), ["noise", "noise_seed", "transfer"]);
    }

    #[test]
    fn wires_keep_their_places() {
        let nodes = ["p points", "q points", "m mask", "n mask", "all mask", "d drag", "seed latent"];
        let wires = ["seed.latent d.latent", "p.points d.points", "m.mask all.masks", "n.mask all.masks"];
        let before = document(&nodes, &[&wires[..], &["d.points m.points", "d.points n.points"]].concat());
        let mut preview = Preview::new(before.clone());
        preview.take_out(id(&before, "d"), None, &Registry::standard()).expect("it can be taken out");
        assert_eq!(sources(preview.document(), "all"), ["masks m.mask", "masks n.mask"]);
        assert_eq!(sources(preview.document(), "n"), ["points p.points"]);
    }

    #[test]
    fn a_moment_takes_the_place_of_the_start() {
        let before = chain();
        let points = Value::Points(Arc::new(Vec::new()));
        let moment = Moment { latent: points.clone(), points };
        let mut preview = Preview::new(before.clone());
        // A latent needs a model; a list of points stands in for it, and is refused where a latent is wanted.
        assert!(preview.take_out(id(&before, "second"), Some(&moment), &Registry::standard()).is_err());
        let given = preview.give(&moment.points).expect("it can be given");
        let node = preview.document().node(given.node).expect("a node");
        assert!(matches!(node.kind, NodeKind::Known(_)));
        let evaluator = Evaluator::new(Arc::new(ModelStore::new("none".into(), Vec::new(), Default::default())));
        let target = Target { node: given.node, output: given.output, frame: 1.0 };
        let value = evaluator.evaluate(preview.document(), ".".as_ref(), &target, &Cancel::new());
        assert!(matches!(value, Ok(Value::Points(points)) if points.is_empty()));
    }
}
