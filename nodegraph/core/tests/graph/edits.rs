//! Editing: undo, redo, and what wires may do.

use std::collections::BTreeMap;

use dragfx_graph::document::{Connection, Document, Edit, EditError, History, NodeId};
use dragfx_graph::param::{Param, ParamValue};
use dragfx_graph::preset;
use proptest::collection::vec;
use proptest::prelude::*;

use crate::support::{Act, add, made, perform, registry, wire};

fn acts() -> impl Strategy<Value = Vec<Act>> {
    vec(any::<Act>(), 1..120)
}

/// Whether some node depends on itself, found without the document's own check.
fn has_cycle(document: &Document) -> bool {
    let mut left: BTreeMap<NodeId, usize> =
        document.nodes().map(|node| (node.id, document.wires_into(node.id).len())).collect();
    loop {
        let Some(free) = left.iter().find(|(_, wires)| **wires == 0).map(|(id, _)| *id) else {
            return !left.is_empty();
        };
        left.remove(&free);
        for wire in document.wires_from(free) {
            if let Some(wires) = left.get_mut(&wire.to) {
                *wires -= 1;
            }
        }
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 200, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn everything_is_undone_and_done_again(acts in acts()) {
        let (registry, _) = registry();
        let (mut document, mut history) = (Document::default(), History::new());
        let mut texts = vec![preset::to_text(&document)];
        for act in acts {
            if perform(&mut document, &mut history, &registry, act) {
                texts.push(preset::to_text(&document));
            }
        }
        for text in texts.iter().rev().skip(1) {
            prop_assert!(history.undo(&mut document).is_some());
            prop_assert_eq!(&preset::to_text(&document), text);
        }
        prop_assert!(history.undo(&mut document).is_none() && history.is_saved());
        for text in &texts[1..] {
            prop_assert!(history.redo(&mut document).is_some());
            prop_assert_eq!(&preset::to_text(&document), text);
        }
        prop_assert!(history.redo(&mut document).is_none());
    }

    #[test]
    fn groups_are_undone_together(acts in acts()) {
        let (registry, _) = registry();
        let (mut document, mut history) = (Document::default(), History::new());
        history.begin("all of it");
        for act in acts {
            perform(&mut document, &mut history, &registry, act);
        }
        history.end();
        history.undo(&mut document);
        prop_assert_eq!(preset::to_text(&document), preset::to_text(&Document::default()));
    }

    #[test]
    fn no_wire_makes_a_circle(acts in acts()) {
        let (registry, _) = registry();
        let (document, _) = made(&registry, &acts);
        prop_assert!(!has_cycle(&document));
        for wire in document.all_wires() {
            // The wires into an input are numbered without a gap.
            let same = document.wires_into(wire.to).into_iter().filter(|other| other.input == wire.input);
            let orders: Vec<usize> = same.map(|wire| wire.order).collect();
            prop_assert_eq!(&orders, &(0..orders.len()).collect::<Vec<_>>());
        }
    }
}

#[test]
fn wires_are_refused_before_they_are_made() {
    let (registry, _) = registry();
    let mut document = Document::default();
    let [one, sum, masked, pick] =
        ["constant", "sum", "masked", "pick"].map(|kind| add(&mut document, &registry, kind));
    wire(&mut document, one, sum, "a");
    wire(&mut document, sum, pick, "a");
    let connect = |from, output: &str, to, input: &str, order| {
        Edit::Connect(Connection { from, output: output.to_owned(), to, input: input.to_owned(), order })
    };
    let before = preset::to_text(&document);
    let cases = [
        (connect(pick, "out", sum, "a", 1), "pick1 depends on sum1: the wire would close a circle"),
        (connect(sum, "out", sum, "a", 1), "sum1 depends on sum1: the wire would close a circle"),
        (connect(masked, "out", sum, "a", 1), "masked1.out gives mask, but sum1.a takes image"),
        (connect(one, "out", pick, "a", 0), "pick1.a takes one wire, and has one"),
        (connect(one, "in", pick, "b", 0), "`constant1` has no output `in`; it has out"),
        (connect(one, "out", pick, "c", 0), "`pick1` has no input `c`; it has a, b"),
        (connect(one, "out", sum, "a", 7), "sum1.a has 1 wires; there is no place 7"),
        (connect(NodeId(99), "out", sum, "a", 0), "there is no node 99"),
    ];
    for (edit, message) in cases {
        assert_eq!(document.apply(edit).expect_err(message).to_string(), message);
        assert_eq!(preset::to_text(&document), before);
    }
}

#[test]
fn a_new_wire_takes_the_place_of_the_old_one_or_goes_behind_it() {
    let (registry, _) = registry();
    let mut document = Document::default();
    let [one, two, pick, sum] = ["constant", "constant", "pick", "sum"].map(|kind| add(&mut document, &registry, kind));
    for from in [one, two] {
        wire(&mut document, from, pick, "a");
        wire(&mut document, from, sum, "a");
    }
    let sources = |id| document.wires_into(id).iter().map(|wire| wire.from).collect::<Vec<_>>();
    assert_eq!((sources(pick), sources(sum)), (vec![two], vec![one, two]));
}

#[test]
fn what_is_in_use_is_not_removed_by_itself() {
    let (registry, _) = registry();
    let mut document = Document::default();
    let [one, sum] = ["constant", "sum"].map(|kind| add(&mut document, &registry, kind));
    wire(&mut document, one, sum, "a");
    assert_eq!(document.apply(Edit::Remove(one)).map(|_| ()), Err(EditError::InUse("constant1".to_owned())));
    let mut history = History::new();
    let removal = document.removal(&[one]);
    history.perform(&mut document, "Delete", removal).expect("with its wires it goes");
    assert_eq!(document.len(), 1);
    assert_eq!(history.undo_label(), Some("Delete"));
}

#[test]
fn a_dragged_slider_is_one_step_back() {
    let (registry, _) = registry();
    let mut document = Document::default();
    let one = add(&mut document, &registry, "constant");
    let mut history = History::new();
    let slide = |x: f64| {
        let value = Some(Param::Constant(ParamValue::Float(x)));
        [Edit::SetParam { node: one, param: "value".to_owned(), value }]
    };
    history.perform(&mut document, "Value", slide(5.0)).expect("a number");
    history.mark_saved();
    history.begin("Value");
    for step in 0..100 {
        history.perform(&mut document, "Value", slide(f64::from(step))).expect("a number");
    }
    history.end();
    assert!(!history.is_saved());
    history.undo(&mut document);
    assert!(history.is_saved());
    assert_eq!(document.node(one).expect("it is there").params_at(1.0).float("value"), 5.0);
    // What was saved can no longer be reached once something else is done from before it.
    history.undo(&mut document);
    history.perform(&mut document, "Value", slide(9.0)).expect("a number");
    assert!(!history.is_saved());
}
