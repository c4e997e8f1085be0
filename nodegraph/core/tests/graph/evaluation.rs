//! Evaluation: what is computed, what is not, and that both give the same.

use std::path::Path;
use std::sync::{Arc, Mutex};

use dragfx_engine::Cancel;
use dragfx_graph::curve::{Curve, Interpolation, Key};
use dragfx_graph::document::{Document, Edit, NodeId};
use dragfx_graph::error::NodeError;
use dragfx_graph::eval::{Cache, Evaluator, Event, Happening, Target};
use dragfx_graph::param::{Param, ParamValue};
use dragfx_graph::registry::Registry;
use proptest::collection::vec;
use proptest::prelude::*;

use crate::support::{Act, Log, add, evaluator, made, perform, registry, set, target, value, wire};

/// constant1 → both1 → sum1 ← constant2
fn chain(registry: &Registry) -> (Document, [NodeId; 4]) {
    let mut document = Document::default();
    let ids = ["constant", "constant", "both", "sum"].map(|kind| add(&mut document, registry, kind));
    let [one, two, both, sum] = ids;
    wire(&mut document, one, both, "a");
    wire(&mut document, both, sum, "a");
    wire(&mut document, two, sum, "a");
    (document, ids)
}

fn take(log: &Log) -> Vec<String> {
    let mut log = std::mem::take(&mut *log.lock().expect("no test panics in here"));
    log.sort();
    log
}

#[test]
fn a_change_recomputes_what_depends_on_it_and_nothing_else() {
    let (registry, log) = registry();
    let (mut document, [one, two, both, sum]) = chain(&registry);
    let evaluator = evaluator();
    let out = target(sum, "out", 1.0);
    assert_eq!(value(&evaluator, &document, &out).expect("a number"), 3.0 + 1.125);
    // Both constants read the same and share one result.
    assert_eq!(take(&log), ["both.base", "both.out", "constant.out", "sum.out"]);
    value(&evaluator, &document, &out).expect("a number");
    assert_eq!(take(&log), [""; 0], "nothing changed");

    set(&mut document, two, "value", ParamValue::Float(3.0));
    value(&evaluator, &document, &out).expect("a number");
    assert_eq!(take(&log), ["constant.out", "sum.out"]);
    set(&mut document, both, "shift", ParamValue::Int(5));
    value(&evaluator, &document, &out).expect("a number");
    assert_eq!(take(&log), ["both.out", "sum.out"], "what both outputs share stays");
    set(&mut document, one, "value", ParamValue::Float(1.0));
    document.apply(Edit::Rename { node: one, name: "first".to_owned() }).expect("a name");
    document.apply(Edit::Move { node: one, position: [3.0, 4.0] }).expect("a place");
    value(&evaluator, &document, &out).expect("a number");
    assert_eq!(take(&log), [""; 0], "a default that is set, a name and a place change nothing");
}

#[test]
fn only_what_is_asked_for_is_computed() {
    let (registry, log) = registry();
    let mut document = Document::default();
    let [one, fail, pick] = ["constant", "fail", "pick"].map(|kind| add(&mut document, &registry, kind));
    wire(&mut document, one, fail, "a");
    wire(&mut document, one, pick, "a");
    wire(&mut document, fail, pick, "b");
    assert_eq!(value(&evaluator(), &document, &target(pick, "out", 1.0)).expect("a number"), 1.0);
    assert_eq!(take(&log), ["constant.out", "pick.out"]);
}

#[test]
fn an_error_names_its_node_and_leaves_other_branches_alone() {
    let (registry, _) = registry();
    let mut document = Document::default();
    let kinds = ["constant", "fail", "panic", "sum", "sum", "both"];
    let [one, fail, panic, bad, good, alone] = kinds.map(|kind| add(&mut document, &registry, kind));
    for (from, to) in [(one, fail), (one, panic), (fail, bad), (one, bad), (one, good)] {
        wire(&mut document, from, to, "a");
    }
    let targets = [bad, good, panic, alone].map(|id| target(id, "out", 2.0));
    let evaluator = evaluator();
    let failed = Mutex::new(Vec::new());
    let observer = |event: &Event<'_>| {
        if let Happening::Failed(error) = event.what {
            failed.lock().expect("no panic").push((event.node, error.to_string()));
        }
    };
    let plan = evaluator.plan(&document, Path::new("."), &targets);
    let results = evaluator.run(&plan, &observer, &Cancel::new());
    let messages = results.iter().map(|result| result.as_ref().err().map(ToString::to_string));
    let expected = [
        Some("fail1.out at frame 2: it never works"),
        None,
        Some("panic1.out at frame 2: it failed unexpectedly: it always panics"),
        Some("both1.base at frame 2: its input `a` is not connected"),
    ];
    assert_eq!(messages.collect::<Vec<_>>(), expected.map(|message| message.map(str::to_owned)));
    let told = failed.into_inner().expect("no panic");
    assert!(told.contains(&(bad, "fail1.out at frame 2: it never works".to_owned())), "{told:?}");
}

#[test]
fn bypassed_nodes_pass_their_input_on() {
    let (registry, _) = registry();
    let (mut document, [.., both, sum]) = chain(&registry);
    document.apply(Edit::Bypass { node: both, bypass: true }).expect("a node");
    let evaluator = evaluator();
    assert_eq!(value(&evaluator, &document, &target(sum, "out", 1.0)).expect("a number"), 1.0 + 1.125);
    let alone = add(&mut document, &registry, "both");
    document.apply(Edit::Bypass { node: alone, bypass: true }).expect("a node");
    let error = value(&evaluator, &document, &target(alone, "out", 1.0)).expect_err("there is nothing to pass");
    assert!(matches!(*error.cause, NodeError::NothingToPass { .. }), "{error}");
}

#[test]
fn frames_reach_as_far_as_they_must() {
    let (registry, log) = registry();
    let mut document = Document::default();
    let [one, later, running] = ["constant", "later", "running"].map(|kind| add(&mut document, &registry, kind));
    wire(&mut document, one, later, "a");
    wire(&mut document, later, running, "a");
    let key = |frame, value| Key { frame, value: ParamValue::Float(value), interpolation: Interpolation::Linear };
    let curve = Curve::new(vec![key(0.0, 0.0), key(10_000.0, 10_000.0)]).expect("a curve");
    let animated = Some(Param::Animated(curve));
    document.apply(Edit::SetParam { node: one, param: "value".to_owned(), value: animated }).expect("it animates");
    let evaluator = evaluator();
    // later gives frame + 1; running adds them up from frame 0 on.
    assert_eq!(value(&evaluator, &document, &target(running, "out", 3.0)).expect("a number"), 1.0 + 2.0 + 3.0 + 4.0);
    assert_eq!(take(&log).len(), 12);
    // One frame more costs one result of each node; thousands are no deeper than the stack.
    value(&evaluator, &document, &target(running, "out", 4.0)).expect("a number");
    assert_eq!(take(&log).len(), 3);
    value(&evaluator, &document, &target(running, "out", 5000.0)).expect("a number");
}

#[test]
fn cancelling_ends_a_run_soon() {
    let (registry, _) = registry();
    let mut document = Document::default();
    let [one, wait, sum] = ["constant", "wait", "sum"].map(|kind| add(&mut document, &registry, kind));
    wire(&mut document, one, wait, "a");
    wire(&mut document, wait, sum, "a");
    let cancel = Cancel::new();
    let started = |event: &Event<'_>| {
        if event.node == wait && matches!(event.what, Happening::Started) {
            cancel.cancel();
        }
    };
    let evaluator = evaluator();
    let plan = evaluator.plan(&document, Path::new("."), &[target(sum, "out", 1.0), target(one, "out", 1.0)]);
    let results = evaluator.run(&plan, &started, &cancel);
    assert!(results[0].as_ref().is_err_and(|error| error.is_cancelled()));
    assert!(results[1].is_ok(), "what was done stays");
}

#[test]
fn threads_share_what_one_of_them_computes() {
    let (registry, log) = registry();
    let (document, [.., sum]) = chain(&registry);
    let evaluator = evaluator();
    std::thread::scope(|scope| {
        for _ in 0..8 {
            scope.spawn(|| {
                for frame in 0..50 {
                    let found = value(&evaluator, &document, &target(sum, "out", f64::from(frame)));
                    assert_eq!(found.expect("a number"), 4.125);
                }
            });
        }
    });
    assert_eq!(take(&log).len(), 4, "each result once, whatever the frame and the thread");
}

#[test]
fn a_small_cache_forgets_what_was_not_used() {
    let (registry, log) = registry();
    let mut document = Document::default();
    let one = add(&mut document, &registry, "constant");
    // Three numbers of 16 bytes.
    let evaluator: Evaluator = evaluator().with_cache(Arc::new(Cache::new(48)));
    let mut ask = |x: f64| {
        set(&mut document, one, "value", ParamValue::Float(x));
        value(&evaluator, &document, &target(one, "out", 1.0)).expect("a number");
        take(&log).len()
    };
    assert_eq!([1.0, 2.0, 3.0, 1.0, 4.0, 1.0, 2.0].map(&mut ask), [1, 1, 1, 0, 1, 0, 1]);
    assert_eq!(evaluator.cache().bytes(), 48);
}

/// Values or messages of all outputs at two frames.
fn all(evaluator: &Evaluator, document: &Document) -> Vec<Result<f32, String>> {
    let nodes = document.nodes().filter(|node| !["wait", "masked"].contains(&node.type_id()));
    let targets: Vec<Target> = nodes.flat_map(|node| [1.0, 2.5].map(|frame| target(node.id, "out", frame))).collect();
    targets.iter().map(|target| value(evaluator, document, target).map_err(|error| error.to_string())).collect()
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 60, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn evaluation_after_edits_equals_evaluation_from_scratch(acts in vec(any::<Act>(), 1..60), more in vec(any::<Act>(), 1..8)) {
        let (registry, _) = registry();
        let (mut document, mut history) = made(&registry, &acts);
        remove_endless(&mut document);
        let used = evaluator();
        all(&used, &document);
        for act in more {
            perform(&mut document, &mut history, &registry, act);
            remove_endless(&mut document);
            prop_assert_eq!(all(&used, &document), all(&evaluator(), &document));
        }
    }
}

/// Nodes that never end, or print when they do.
fn remove_endless(document: &mut Document) {
    let endless: Vec<NodeId> =
        document.nodes().filter(|node| ["wait", "panic"].contains(&node.type_id())).map(|node| node.id).collect();
    for edit in document.removal(&endless) {
        document.apply(edit).expect("they go");
    }
}

#[test]
fn deep_graphs_do_not_need_a_deep_stack() {
    let (registry, _) = registry();
    let mut document = Document::default();
    let mut last = add(&mut document, &registry, "constant");
    for _ in 0..3000 {
        let next = add(&mut document, &registry, "later");
        wire(&mut document, last, next, "a");
        last = next;
    }
    assert_eq!(value(&evaluator(), &document, &target(last, "out", 1.0)).expect("a number"), 1.0);
}
