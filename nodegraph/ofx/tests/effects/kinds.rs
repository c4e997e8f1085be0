//! Which kinds of nodes effects are, and what is said where they are not there.

use std::fs;

use dragfx_graph::declare::{Arity, Category, Kind};
use dragfx_graph::document::NodeKind;
use dragfx_graph::preset;
use dragfx_graph::registry::Registry;
use dragfx_graph::value::PortType;
use dragfx_ofx::{Options, left_out, with_installed};
use serde_json::json;

use crate::stage::{INVERT, Stage, install, options};

#[test]
fn a_plugin_is_declared_as_a_node() {
    let stage = Stage::new();
    let decl = stage.installed.registry.get(INVERT).unwrap().decl();
    assert_eq!((&*decl.title, decl.version, decl.category), ("Test", 3, Category::Plugin));
    let inputs: Vec<_> = decl.inputs.iter().map(|input| (&*input.id, input.port_type, input.arity)).collect();
    let image = PortType::Image;
    assert_eq!(inputs, [("source", image, Arity::Required), ("mask", image, Arity::Optional)]);
    let params: Vec<_> = decl.params.iter().map(|param| (&*param.id, param.animates)).collect();
    assert_eq!(params, [("mode", false), ("gain", true), ("echo", true)]);
    assert!(matches!(decl.params[1].kind, Kind::Float { default: 1.0, .. }));
    assert_eq!(decl.doc, "The OpenFX effect test.instance 1.2, Tests/Deep. A node cannot show: button.");
}

#[test]
fn descriptions_are_kept_and_bad_bundles_are_told_of() {
    let stage = Stage::new();
    let plugins = stage.folder.path().join("plugins");
    fs::write(install(&plugins, "Bad"), "no library").unwrap();
    for _ in 0..2 {
        let installed = with_installed(Registry::standard(), &options(stage.folder.path()));
        assert!(installed.registry.get(INVERT).is_some());
        let [skipped] = installed.skipped.as_slice() else { panic!("{:?}", installed.skipped) };
        assert!(skipped.bundle.ends_with("Bad.ofx.bundle"), "{skipped:?}");
    }
    // A cache that cannot be written is no reason to do without plugins.
    let nowhere = Options { cache: Some(plugins.join("Test.ofx.bundle/Contents")), ..options(stage.folder.path()) };
    assert!(with_installed(Registry::standard(), &nowhere).registry.get(INVERT).is_some());
}

#[test]
fn a_graph_without_its_plugin_says_which_and_survives() {
    let stage = Stage::new();
    let text = preset::to_text(&stage.graph(INVERT, json!({"gain": 2.0})));
    let none = with_installed(Registry::standard(), &Options { folders: Vec::new(), ..Options::default() });
    let newer = text.replace("\"version\": 3", "\"version\": 9");
    let off = left_out(Registry::standard(), "plugins are off");
    let rows = [
        (
            &none.registry,
            &text,
            "it needs the OpenFX plugin test.instance, version 1.2 or later, which is not installed",
        ),
        (
            &stage.installed.registry,
            &newer,
            "it needs the OpenFX plugin test.instance, version 1.8 or later; 1.2 is installed",
        ),
        (&off, &text, "it needs the OpenFX plugin test.instance, version 1.2 or later, and plugins are off"),
    ];
    for (registry, text, words) in rows {
        let document = preset::from_text(text, registry).unwrap();
        let NodeKind::Placeholder(placeholder) = &document.by_name("effect").unwrap().kind else { panic!("{words}") };
        assert_eq!(placeholder.reason, words);
        assert_eq!(preset::to_text(&document), *text);
    }
}

#[test]
fn graphs_that_are_looked_at_run_nothing() {
    let stage = Stage::new();
    stage.draw(1);
    let looking = Options { runs: false, ..options(stage.folder.path()) };
    let stage = Stage { installed: with_installed(Registry::standard(), &looking), ..stage };
    let error = stage.compute(&stage.graph(INVERT, json!({})), 1.0).unwrap_err();
    assert!(error.to_string().contains("only looked at"), "{error}");
}
