//! OpenFX effects on the command line: what is said of plugins that are not there or cannot be used.

use std::fs;

use serde_json::json;

use crate::support::{Desk, Run};

#[test]
fn what_cannot_be_a_node_is_told_and_changes_nothing_else() {
    let desk = Desk::new();
    for architecture in ["Linux-x86-64", "Linux-aarch64", "MacOS", "Win64"] {
        let folder = desk.path("plugins/Broken.ofx.bundle/Contents").join(architecture);
        fs::create_dir_all(&folder).expect("a folder");
        fs::write(folder.join("Broken.ofx"), "no library").expect("a file");
    }
    let (list, page) = (desk.ok("nodes"), desk.ok("nodes --markdown"));
    for _ in 0..2 {
        let run = Run::of(desk.command("nodes").env("OFX_PLUGIN_PATH", desk.path("plugins")));
        assert!(run.status.success() && run.stdout == list, "{}", run.stderr);
        assert!(run.stderr.contains("left out: ") && run.stderr.contains("Broken.ofx.bundle"), "{}", run.stderr);
    }
    let run = Run::of(desk.command("nodes").env("OFX_PLUGIN_PATH", desk.path("plugins")).env("DRAGFX_NO_OFX", "1"));
    assert_eq!((run.stdout, run.stderr), (list, String::new()));
    let run = Run::of(desk.command("nodes --markdown").env("OFX_PLUGIN_PATH", desk.path("plugins")));
    assert_eq!((run.stdout, run.stderr), (page, String::new()));
}

#[test]
fn a_preset_whose_plugin_is_not_there_names_it_and_stays_as_it_is() {
    let desk = Desk::new();
    let node = json!({"id": 1, "name": "glow", "type": "ofx-com-maker-glow-2", "version": 4, "params": {"size": 3.0}});
    fs::write(desk.path("a.dragfx"), json!({"dragfx": 1, "nodes": [node]}).to_string()).expect("a preset");
    let words = ["com.maker.glow, version 2.3 or later", "which is not installed"];
    let run = desk.run("validate a.dragfx");
    assert_eq!(run.status.code(), Some(2));
    assert!(words.iter().all(|words| run.stdout.contains(words)), "{}", run.stdout);
    desk.refused(2, "render a.dragfx --node glow -o a.png", &words);
    desk.ok("graph note a.dragfx glow shining");
    let saved: serde_json::Value =
        serde_json::from_slice(&fs::read(desk.path("a.dragfx")).expect("a file")).expect("JSON");
    let (kept, size) = (&saved["nodes"][0], &saved["nodes"][0]["params"]["size"]);
    assert_eq!((&kept["type"], &kept["version"], size), (&json!("ofx-com-maker-glow-2"), &json!(4), &json!(3.0)));
    let run = Run::of(desk.command("validate a.dragfx").env("DRAGFX_NO_OFX", "1"));
    assert!(run.stdout.contains("DRAGFX_NO_OFX leaves OpenFX effects out"), "{}", run.stdout);
}
