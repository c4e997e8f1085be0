//! What a plugin does wrong is survived, and said.

use ofx_host::{Fault, HostError, Misuse, RenderRequest, RowLayout, RowOrder, Status};

use crate::stage::{Stage, close, inverted, source};
use ofx_host::{Components, Depth};

#[test]
fn each_misuse_is_remembered_and_the_picture_is_right_all_the_same() {
    let rows = [
        ("keep image", Misuse::Image),
        ("release twice", Misuse::Image),
        ("stale image", Misuse::StaleHandle),
        ("wrong type", Misuse::PropertyType),
        ("too far", Misuse::PropertyIndex),
        ("unknown property", Misuse::UnknownProperty),
        ("write host's", Misuse::ReadOnlyProperty),
        ("null", Misuse::NullArgument),
        ("foreign handle", Misuse::ForeignHandle),
        ("other handle", Misuse::ForeignHandle),
        ("set in render", Misuse::ParameterInRender),
        ("unlock what is free", Misuse::Threading),
        ("threads in threads", Misuse::Threading),
        ("free twice", Misuse::Memory),
        ("no suite", Misuse::UnknownSuite),
        ("write beyond", Misuse::Image),
    ];
    let mut wrong = Vec::new();
    for (mode, misuse) in rows {
        let stage = Stage::new();
        let request =
            RenderRequest { layout: RowLayout { order: RowOrder::BottomUp, padding: 8 }, ..RenderRequest::at(1.0) };
        let picture = stage.filter(mode).render(&request).unwrap();
        if !close(&picture.to_rgba(RowOrder::BottomUp), &inverted(&source(), Components::Rgba, Depth::Float)) {
            wrong.push(format!("{mode}: another picture"));
        }
        let complaints = stage.plugin().complaints();
        if !complaints.iter().any(|complaint| complaint.misuse == misuse) {
            wrong.push(format!("{mode}: no {misuse:?} in {complaints:?}"));
        }
    }
    assert!(wrong.is_empty(), "{wrong:#?}");
}

#[test]
fn what_is_left_at_the_end_is_freed_and_remembered() {
    let rows = [
        ("leave memory", "memoryFree was not called for 1 blocks of 1000 bytes (in OfxActionUnload)"),
        ("leave image memory", "imageMemoryFree was not called for 1 blocks of 1000 bytes (in OfxActionUnload)"),
        ("leave mutex", "mutexDestroy was not called for 1 mutexes (in OfxActionUnload)"),
    ];
    let mut wrong = Vec::new();
    for (mode, text) in rows {
        let stage = Stage::new();
        stage.filter(mode).render(&RenderRequest::at(1.0)).unwrap();
        let record = stage.plugin().record();
        drop(stage);
        let list: Vec<_> = record.list().iter().map(ToString::to_string).collect();
        if list != [text] {
            wrong.push((mode, list));
        }
    }
    assert!(wrong.is_empty(), "{wrong:#?}");
}

#[test]
fn actions_can_be_sent_out_of_order() {
    let stage = Stage::new();
    let instance = stage.filter("");
    assert_eq!(instance.send(c"OfxActionNothing"), Status::DEFAULT);
    assert_eq!(stage.plugin().send(c"OfxActionPurgeCaches"), Status::DEFAULT);
    // Without arguments the plugin finds no time, no window and no mode of its own.
    assert_eq!(instance.send(c"OfxImageEffectActionRender"), Status::FAILED);
    assert!(stage.plugin().complaints().iter().any(|complaint| complaint.misuse == Misuse::WrongMoment));
}

#[test]
fn what_renders_well_is_not_complained_of() {
    let stage = Stage::new();
    stage.filter("").render(&RenderRequest::at(1.0)).unwrap();
    assert_eq!(stage.plugin().complaints(), []);
}

#[test]
fn failures_are_told_with_what_the_plugin_said() {
    let stage = Stage::new();
    let instance = stage.filter("fail");
    let error = instance.render(&RenderRequest::at(1.0)).unwrap_err();
    assert_eq!(error.to_string(), "test.instance answered OfxImageEffectActionRender with kOfxStatFailed: 7 of nine");
    assert_eq!((error.fault(), instance.message().unwrap().persistent), (Fault::Plugin, true));
    let log = stage.ear.log();
    assert!(log.contains(&"OfxImageEffectActionEndSequenceRender".to_owned()), "{log:?}");
    let error = stage.filter("odd status").render(&RenderRequest::at(1.0)).unwrap_err();
    assert!(matches!(error, HostError::ActionFailed { status: Status(77), .. }), "{error}");
    assert!(stage.plugin().complaints().iter().any(|complaint| complaint.misuse == Misuse::Answer));
    let error = stage.filter("does nothing").render(&RenderRequest::at(1.0)).unwrap_err();
    assert!(matches!(error, HostError::ActionFailed { status: Status::DEFAULT, .. }), "{error}");
    let error = stage.filter("circle").render(&RenderRequest::at(1.0)).unwrap_err();
    assert_eq!(error.fault(), Fault::Plugin);
}
