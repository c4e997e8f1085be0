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
