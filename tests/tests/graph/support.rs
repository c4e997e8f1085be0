//! Documents on the fixtures' generators.

use std::path::Path;
use std::sync::{Arc, Mutex};

use dragfx_engine::{Cancel, Generator, ImagePoint, PointPair};
use dragfx_graph::curve::{Curve, Interpolation, Key};
use dragfx_graph::document::{Document, Edit, NodeId};
use dragfx_graph::error::EvalError;
use dragfx_graph::eval::{Evaluator, Event, Happening, Origin, Target};
use dragfx_graph::models::ModelStore;
use dragfx_graph::param::{Param, ParamValue};
use dragfx_graph::registry::Registry;
use dragfx_graph::value::Value;
use dragfx_runtime::{Device, SessionOptions};

/// A document, what computes it, and what was computed.
pub(crate) struct Bench {
    pub(crate) document: Document,
    pub(crate) evaluator: Evaluator,
    registry: Registry,
    computed: Mutex<Vec<String>>,
}

impl Bench {
    /// With the model of a fixture.
    pub(crate) fn new(checkpoint: &str) -> Self {
        let folder = dragfx_tests::fixtures();
        let cache = Path::new(env!("CARGO_MANIFEST_DIR")).join("../target/test-packs");
        let store = ModelStore::new(cache, vec![folder.clone()], SessionOptions::on(Device::Cpu));
        let model = store.refer(&folder.join(checkpoint), &folder).expect("a fixture");
        let mut document = Document::default();
        document.apply(Edit::SetModel { name: "toy".to_owned(), model: Some(model) }).expect("a model");
        let evaluator = Evaluator::new(Arc::new(store));
        Self { document, evaluator, registry: Registry::standard(), computed: Mutex::default() }
    }

    /// The same document, computed by somebody who has computed nothing yet.
    pub(crate) fn afresh(&self) -> Self {
        let evaluator = Evaluator::new(Arc::clone(self.evaluator.models()));
        Self { document: self.document.clone(), evaluator, registry: self.registry.clone(), computed: Mutex::default() }
    }

    pub(crate) fn add(&mut self, kind: &str) -> NodeId {
        let node = self.document.new_node(Arc::clone(self.registry.get(kind).expect("a kind of node")));
        let id = node.id;
        self.document.apply(Edit::Insert(Box::new(node))).expect("a new node fits");
        id
    }

    /// Makes a wire between ports of the same name, or from `OUTPUT>INPUT`.
    pub(crate) fn wire(&mut self, from: NodeId, port: &str, to: NodeId) {
        let (output, input) = port.split_once('>').unwrap_or((port, port));
        for edit in self.document.connection(from, output, to, input) {
            self.document.apply(edit).expect("the wire fits");
        }
    }

    pub(crate) fn set(&mut self, node: NodeId, param: &str, text: &str) {
        let name = self.document.node(node).expect("a node").name.clone();
        let edit = self.document.setting(&format!("{name}.{param}"), text).expect("it suits");
        self.document.apply(edit).expect("it suits");
    }

    pub(crate) fn points(&mut self, node: NodeId, points: &[[f64; 4]]) {
        self.param(node, "points", Param::Constant(ParamValue::Points(pairs(points))));
    }

    pub(crate) fn param(&mut self, node: NodeId, param: &str, value: Param) {
        let edit = Edit::SetParam { node, param: param.to_owned(), value: Some(value) };
        self.document.apply(edit).expect("it suits");
    }

    /// The value of an output, and what had to be computed for it: `NODE.OUTPUT`, sorted.
    pub(crate) fn ask(&self, node: NodeId, output: &str, frame: f64) -> (Result<Value, EvalError>, Vec<String>) {
        let target = Target { node, output: output.to_owned(), frame };
        let plan = self.evaluator.plan(&self.document, &dragfx_tests::fixtures(), &[target]);
        let observer = |event: &Event<'_>| {
            if let Happening::Finished { from: Origin::Computed, .. } = event.what {
                let name = self.document.node(event.node).map_or("", |node| &node.name);
                self.computed.lock().expect("no panic").push(format!("{name}.{}", event.output));
            }
        };
        let value = self.evaluator.run(&plan, &observer, &Cancel::new()).remove(0);
        let mut computed = std::mem::take(&mut *self.computed.lock().expect("no panic"));
        computed.sort();
        (value, computed)
    }

    pub(crate) fn value(&self, node: NodeId, output: &str, frame: f64) -> Value {
        self.ask(node, output, frame).0.unwrap_or_else(|error| panic!("{error}"))
    }

    pub(crate) fn error(&self, node: NodeId, output: &str) -> String {
        self.ask(node, output, 1.0).0.expect_err("it cannot be computed").to_string()
    }

    /// The numbers of an image or a latent.
    pub(crate) fn numbers(&self, node: NodeId, output: &str, frame: f64) -> Vec<f32> {
        numbers(&self.value(node, output, frame))
    }
}

pub(crate) fn numbers(value: &Value) -> Vec<f32> {
    match value {
        Value::Image(image) => image.pixels().iter().copied().collect(),
        Value::Latent(latent) => latent.latent.ws().iter().copied().collect(),
        other => panic!("{other:?}"),
    }
}

/// Pairs of handle x, y and target x, y.
pub(crate) fn pairs(points: &[[f64; 4]]) -> Vec<PointPair> {
    points.iter().map(|&[x, y, u, v]| PointPair::new(ImagePoint::new(x, y), ImagePoint::new(u, v))).collect()
}

/// A parameter that goes in straight lines through values at frames.
pub(crate) fn animated(keys: impl IntoIterator<Item = (f64, ParamValue)>) -> Param {
    let key = |(frame, value)| Key { frame, value, interpolation: Interpolation::Linear };
    Param::Animated(Curve::new(keys.into_iter().map(key).collect()).expect("a curve"))
}

/// The generator of a fixture, without a graph.
pub(crate) fn generator(checkpoint: &str) -> Generator {
    let pack = dragfx_tests::pack(&dragfx_tests::fixtures().join(checkpoint));
    Generator::open(&pack, &SessionOptions::on(Device::Cpu)).expect("the pack opens")
}
