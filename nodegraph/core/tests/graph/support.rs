//! Nodes of numbers, and documents made of them at random.

use std::path::Path;
use std::sync::{Arc, Mutex};

use dragfx_engine::Cancel;
use dragfx_graph::declare::{Arity, Category, NodeDecl, ParamDecl};
use dragfx_graph::document::{Connection, Document, Edit, FrameRange, History, NodeId, ParamPath, Published};
use dragfx_graph::error::{EvalError, NodeError};
use dragfx_graph::eval::{Evaluator, Target};
use dragfx_graph::models::{ModelRef, ModelStore};
use dragfx_graph::operator::{Job, Operator, Query, Reads};
use dragfx_graph::param::{Param, ParamValue};
use dragfx_graph::preset;
use dragfx_graph::registry::Registry;
use dragfx_graph::value::{Image, PortType, Transfer, Value};
use dragfx_runtime::{Device, SessionOptions};
use ndarray::Array3;

/// What was computed: `node kind`, in order.
pub(crate) type Log = Arc<Mutex<Vec<String>>>;

/// How a node of numbers computes its value.
#[derive(Clone, Copy, PartialEq)]
enum Kind {
    /// `value`.
    Constant,
    /// `gain` times the sum of its inputs, each weighted by its place.
    Sum,
    /// Its input `a` or `b`.
    Pick,
    /// Its input, `shift` frames later.
    Later,
    /// `base` is the input times two, `shown` is `base` plus `shift`.
    Both,
    /// Adds its own value of the frame before, back to frame 0.
    Running,
    /// An error.
    Fail,
    /// A panic.
    Panic,
    /// Nothing, until it is cancelled.
    Wait,
    /// Takes and gives a mask: for wires of the wrong type.
    Masked,
}

struct Number {
    decl: NodeDecl,
    kind: Kind,
    log: Log,
}

/// The kinds of nodes, and the log of what they compute.
pub(crate) fn registry() -> (Registry, Log) {
    let log = Log::default();
    let image = PortType::Image;
    let decl = |id, doc| NodeDecl::new(id, 1, id, Category::Picture, doc);
    let given = |id| decl(id, "A number.").output("out", image, "The number.");
    let taking = |id| given(id).input("a", image, Arity::Required, "A number.");
    let float = |id| ParamDecl::float(id, id, 1.0, -1e6..=1e6, "A number.").animates();
    let shift = ParamDecl::int("shift", "Shift", 1, -100..=100, "Frames.").animates();
    let kinds = [
        (Kind::Constant, given("constant").param(float("value")).param(ParamDecl::model("model", "Model", "A model."))),
        (Kind::Sum, given("sum").input("a", image, Arity::Many, "Numbers.").param(float("gain"))),
        (
            Kind::Pick,
            given("pick")
                .input("a", image, Arity::Optional, "One.")
                .input("b", image, Arity::Optional, "Another.")
                .param(ParamDecl::choice("which", "Which", &[("a", "One."), ("b", "Another.")], "Which.").animates()),
        ),
        (Kind::Later, taking("later").param(shift.clone())),
        (Kind::Both, taking("both").output("base", image, "Twice the number.").param(shift)),
        (Kind::Running, taking("running")),
        (Kind::Fail, taking("fail")),
        (Kind::Panic, taking("panic")),
        (Kind::Wait, taking("wait")),
        (
            Kind::Masked,
            decl("masked", "A mask.").input("a", PortType::Mask, Arity::Optional, "A mask.").output(
                "out",
                PortType::Mask,
                "A mask.",
            ),
        ),
    ];
    let nodes = kinds.into_iter().map(|(kind, decl)| Number { decl, kind, log: Arc::clone(&log) });
    (nodes.fold(Registry::default(), |registry, node| registry.with(Arc::new(node))), log)
}

fn number(value: &Value) -> f32 {
    match value {
        Value::Image(image) => image.pixels()[[0, 0, 0]],
        other => panic!("{other:?} is no number"),
    }
}

impl Operator for Number {
    fn decl(&self) -> &NodeDecl {
        &self.decl
    }

    fn reads(&self, output: &str, query: &Query<'_>) -> Result<Reads, NodeError> {
        let here = query.frame;
        Ok(match (self.kind, output) {
            (Kind::Constant, _) => Reads::default().params(["value"]),
            (Kind::Pick, _) => Reads::default().params(["which"]).input(query.params.text("which"), here),
            (Kind::Later, _) => Reads::default().input("a", here + query.params.int("shift") as f64),
            (Kind::Both, "base") => Reads::default().input("a", here),
            (Kind::Both, _) => Reads::default().own("base", here).params(["shift"]),
            (Kind::Running, _) if here > 0.0 => Reads::default().input("a", here).own("out", here - 1.0),
            _ => Reads::everything(&self.decl, query),
        })
    }

    fn evaluate(&self, output: &str, job: &Job<'_>) -> Result<Value, NodeError> {
        self.log.lock().expect("no test panics in here").push(format!("{}.{output}", self.decl.id));
        let inputs: Vec<f32> = job.all("a").chain(job.all("b")).map(|(_, value)| number(value)).collect();
        let one = || inputs.first().copied().ok_or_else(|| NodeError::NotConnected { input: "a".to_owned() });
        let value = match (self.kind, output) {
            (Kind::Constant, _) => job.params().float("value") as f32,
            (Kind::Sum, _) => {
                let sum: f32 = inputs.iter().enumerate().map(|(place, x)| x * (1.0 + place as f32 / 8.0)).sum();
                sum * job.params().float("gain") as f32
            }
            (Kind::Both, "base") => one()? * 2.0,
            (Kind::Both, _) => job.own("base").map_or(0.0, number) + job.params().int("shift") as f32,
            (Kind::Running, _) => one()? + job.own("out").map_or(0.0, number),
            (Kind::Fail, _) => return Err(NodeError::Mismatch("it never works".to_owned())),
            (Kind::Panic, _) => panic!("it always panics"),
            (Kind::Wait, _) => {
                while !job.cancel().is_cancelled() {
                    std::thread::yield_now();
                }
                return Err(NodeError::Cancelled);
            }
            _ => one()?,
        };
        Ok(Value::Image(Arc::new(Image::new(Array3::from_elem((1, 1, 4), value), Transfer::Linear))))
    }
}

pub(crate) fn evaluator() -> Evaluator {
    let nowhere = std::env::temp_dir().join("dragfx-no-models");
    Evaluator::new(Arc::new(ModelStore::new(nowhere, Vec::new(), SessionOptions::on(Device::Cpu))))
}

pub(crate) fn target(node: NodeId, output: &str, frame: f64) -> Target {
    Target { node, output: output.to_owned(), frame }
}

/// The number of an output.
pub(crate) fn value(evaluator: &Evaluator, document: &Document, target: &Target) -> Result<f32, EvalError> {
    evaluator.evaluate(document, Path::new("."), target, &Cancel::new()).map(|value| number(&value))
}

/// Adds a node.
pub(crate) fn add(document: &mut Document, registry: &Registry, kind: &str) -> NodeId {
    let node = document.new_node(Arc::clone(registry.get(kind).expect("a kind of node")));
    let id = node.id;
    document.apply(Edit::Insert(Box::new(node))).expect("a new node fits");
    id
}

/// Makes a wire from a node's `out`.
pub(crate) fn wire(document: &mut Document, from: NodeId, to: NodeId, input: &str) {
    for edit in document.connection(from, "out", to, input) {
        document.apply(edit).expect("the wire fits");
    }
}

pub(crate) fn set(document: &mut Document, node: NodeId, param: &str, value: ParamValue) {
    let value = Some(Param::Constant(value));
    document.apply(Edit::SetParam { node, param: param.to_owned(), value }).expect("the value suits");
}

/// A random act of a person who edits.
pub(crate) type Act = (u8, u16, u16, u16);

/// Does what the numbers of an act say, on the nodes that there are; whether it was done. What is refused must change
/// nothing.
pub(crate) fn perform(document: &mut Document, history: &mut History, registry: &Registry, act: Act) -> bool {
    let (what, a, b, c) = act;
    let ids: Vec<NodeId> = document.nodes().map(|node| node.id).collect();
    let id = |number: u16| ids.get(usize::from(number) % ids.len().max(1)).copied().unwrap_or(NodeId(0));
    let edits = match what % 14 {
        0..=2 => {
            let kinds: Vec<_> = registry.iter().collect();
            let kind = Arc::clone(kinds[usize::from(a) % kinds.len()]);
            vec![Edit::Insert(Box::new(document.new_node(kind)))]
        }
        3..=6 => {
            let outputs = ["out", "base", "out", "nothing"];
            let inputs = ["a", "b", "a", "a"];
            document.connection(id(a), outputs[usize::from(c) % 4], id(b), inputs[usize::from(c / 4) % 4])
        }
        7 => document.removal(&[id(a), id(b)]),
        8 => {
            let wires = document.wires_into(id(a));
            let wire = wires.get(usize::from(b) % wires.len().max(1)).cloned();
            wire.map(|Connection { to, input, order, .. }| Edit::Disconnect { to, input, order }).into_iter().collect()
        }
        9 => {
            let params = ["value", "gain", "shift", "which", "nothing"];
            let value = match c % 4 {
                0 => None,
                1 => Some(Param::Constant(ParamValue::Float(f64::from(b) / 7.0))),
                2 => Some(Param::Constant(ParamValue::Int(i64::from(b % 120)))),
                _ => Some(Param::Constant(ParamValue::Text(if b % 2 == 0 { "a" } else { "b" }.to_owned()))),
            };
            vec![Edit::SetParam { node: id(a), param: params[usize::from(b) % 5].to_owned(), value }]
        }
        10 => vec![
            Edit::Move { node: id(a), position: [f64::from(b), f64::from(c) / 3.0] },
            Edit::Bypass { node: id(a), bypass: c % 2 == 0 },
            Edit::Note { node: id(a), note: format!("{b}\u{1f41f}\n\"") },
        ],
        11 => vec![Edit::Rename { node: id(a), name: format!("name{}", b % 5) }],
        12 => {
            let (name, path) = (format!("p{}", b % 4), ParamPath::whole(if c % 2 == 0 { "value" } else { "gain" }));
            let entry = Published { name, node: id(a), path, label: String::new(), range: None, doc: String::new() };
            vec![Edit::Publish(document.published().iter().cloned().chain([entry]).collect())]
        }
        _ => {
            let model = ModelRef { file: format!("{b}.pkl"), ..ModelRef::default() };
            let frames = FrameRange { first: i64::from(b), last: i64::from(c), rate: 24.0 };
            let name = format!("m{}", a % 3);
            vec![Edit::SetModel { name, model: (c % 3 > 0).then_some(model) }, Edit::SetFrames(frames)]
        }
    };
    let before = preset::to_text(document);
    let done = !edits.is_empty() && history.perform(document, "act", edits).is_ok();
    if !done {
        assert_eq!(preset::to_text(document), before, "what is refused changes nothing: {act:?}");
    }
    done
}

/// A document that random acts made.
pub(crate) fn made(registry: &Registry, acts: &[Act]) -> (Document, History) {
    let (mut document, mut history) = (Document::default(), History::new());
    for &act in acts {
        perform(&mut document, &mut history, registry, act);
    }
    (document, history)
}
