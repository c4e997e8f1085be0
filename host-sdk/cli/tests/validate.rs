//! `ofx validate` passes a plugin that does nothing wrong, and each of its checks fails one that does.

use std::collections::BTreeSet;
use std::env;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Output};

use serde_json::Value;
use tempfile::TempDir;

/// What the plugin does wrong, the check that finds it, and how.
const FAULTS: &[(&str, &str, &str)] = &[
    ("null plugin", "binary.bounds", "failed"),
    ("plugin for any number", "binary.beyond", "warning"),
    ("odd identifier", "binary.identifiers", "warning"),
    ("twice the same", "binary.identifiers", "failed"),
    ("other number each time", "binary.reload", "failed"),
    ("crashes when loaded", "life.load", "failed"),
    ("other label each time", "life.reload", "failed"),
    ("loads once", "life.load-again", "warning"),
    ("default for load", "life.answers", "warning"),
    ("fails as general", "life.contexts", "failed"),
    ("crashes in other contexts", "life.other-context", "warning"),
    ("describes itself once", "life.describe-again", "warning"),
    ("crashes when not loaded", "life.describe-unloaded", "warning"),
    ("knows all actions", "life.unknown-action", "failed"),
    ("string for a number", "describe.properties", "failed"),
    ("no label", "describe.labels", "failed"),
    ("no depths", "describe.kinds", "failed"),
    ("mask of colours", "describe.clips", "failed"),
    ("default out of range", "describe.ranges", "failed"),
    ("default that is no option", "describe.choices", "failed"),
    ("path that animates", "describe.strings", "warning"),
    ("group that is not", "describe.groups", "failed"),
    ("odd name", "describe.names", "warning"),
    ("keeps an image", "conduct.images", "failed"),
    ("releases twice", "conduct.images", "failed"),
    ("uses an image after its release", "conduct.handles", "failed"),
    ("leaves memory", "conduct.memory", "failed"),
    ("writes behind memory", "conduct.memory", "failed"),
    ("unlocks what is free", "conduct.threads", "failed"),
    ("reads as another type", "conduct.properties", "failed"),
    ("sets a parameter in render", "conduct.params", "failed"),
    ("looks at clips too early", "conduct.moments", "warning"),
    ("default for create", "conduct.answers", "warning"),
    ("crashes when destroyed", "action.create", "failed"),
    ("fifty instances", "action.many", "failed"),
    ("fails to purge", "action.purge", "failed"),
    ("crashes with two panels", "action.edit", "failed"),
    ("fails when time changed something", "action.changed", "failed"),
    ("crashes when progress is cancelled", "action.buttons", "failed"),
    ("needs a sequence", "action.no-sequence", "warning"),
    ("crashes when not created", "action.uncreated", "warning"),
    ("crashes at the highest gain", "params.extremes", "failed"),
    ("crashes between whole gains", "params.random", "failed"),
    ("fails with keyframes", "params.keys", "warning"),
    ("picture of what it was told", "params.save", "failed"),
    ("fails as a generator", "render.contexts", "failed"),
    ("another picture each time", "render.again", "warning"),
    ("picture of the frame before", "render.sequence", "failed"),
    ("fails in drafts", "render.quality", "failed"),
    ("crashes when aborted", "render.abort", "failed"),
    ("fails in half alpha", "picture.formats", "failed"),
    ("rows go up", "picture.rows", "failed"),
    ("leaves a pixel out", "picture.canvas", "failed"),
    ("writes outside of the window", "picture.windows", "failed"),
    ("crashes left of the origin", "picture.bounds", "failed"),
    ("fails at other scales", "picture.scales", "failed"),
    ("fails with wide pixels", "picture.aspects", "failed"),
    ("fails with bytes", "input.kinds", "failed"),
    ("fails with a mask", "input.optional", "failed"),
    ("reads beyond the mask", "input.sizes", "failed"),
    ("crashes without a picture", "input.missing", "failed"),
    ("crashes at what is no number", "input.strange", "failed"),
    ("fails with straight alpha", "input.alpha", "failed"),
    ("writes into the source", "input.intact", "failed"),
    ("region in pixels", "answer.region", "failed"),
    ("interest the wrong way round", "answer.interest", "failed"),
    ("frames the wrong way round", "answer.frames", "failed"),
    ("times the wrong way round", "answer.times", "failed"),
    ("prefers what is not", "answer.preferences", "warning"),
    ("identity of no clip", "answer.identity", "failed"),
    ("identity that is not", "answer.identity", "warning"),
    ("no colour space", "answer.colour", "failed"),
    ("keeps its time in a static", "thread.one-instance", "failed"),
    ("keeps its time in a static", "thread.instances", "failed"),
    ("picture of the processors", "thread.counts", "failed"),
    ("crashes without a suite", "suite.absent", "failed"),
    ("needs a function", "suite.null", "warning"),
    ("crashes without a property", "suite.old-host", "failed"),
    ("leaks when created", "growth.cycles", "warning"),
    ("crashes with two overlays", "interact.create", "failed"),
    ("does not draw", "interact.draw", "failed"),
    ("crashes when a pen goes up first", "interact.input", "failed"),
];

/// Checks that the system may not have what they need for: memory is only known on Linux.
const NOT_EVERYWHERE: &[&str] = if cfg!(target_os = "linux") { &[] } else { &["growth.cycles"] };

/// The plugin with faults, as a binary that hosts take for one.
fn binary() -> (TempDir, PathBuf) {
    let name = format!("{}ofx_faulty{}", env::consts::DLL_PREFIX, env::consts::DLL_SUFFIX);
    let tests = env::current_exe().unwrap();
    let built = tests.parent().and_then(Path::parent).unwrap().join("examples").join(name);
    if !built.is_file() {
        // Whoever runs these tests alone has not built it.
        let cargo = env::var_os("CARGO").unwrap_or_else(|| "cargo".into());
        let arguments = ["build", "--quiet", "--package", "ofx-tools", "--example", "ofx_faulty"];
        assert!(Command::new(cargo).args(arguments).status().unwrap().success());
    }
    let folder = tempfile::tempdir().unwrap();
    let binary = folder.path().join("Faulty.ofx");
    fs::copy(built, &binary).unwrap();
    (folder, binary)
}

fn validate(fault: &str, arguments: &[&str], bundle: &Path) -> Output {
    let mut command = Command::new(env!("CARGO_BIN_EXE_ofx"));
    command.arg("validate").args(arguments).arg(bundle).env("OFX_FAULT", fault);
    command.output().unwrap()
}

/// The answers of all checks: name and verdict, with all there is to it.
fn outcomes(output: &Output) -> Vec<(String, String, Value)> {
    let report: Value = serde_json::from_slice(&output.stdout)
        .unwrap_or_else(|error| panic!("{error}: {}", String::from_utf8_lossy(&output.stdout)));
    let subjects = report["subjects"].as_array().unwrap();
    let all = subjects.iter().flat_map(|subject| subject["outcomes"].as_array().unwrap());
    let word = |value: &Value| value.as_str().unwrap().to_owned();
    all.map(|outcome| (word(&outcome["check"]), word(&outcome["verdict"]), outcome.clone())).collect()
}

#[test]
fn a_plugin_that_does_nothing_wrong_passes_every_check() {
    let (_folder, binary) = binary();
    let output = validate("", &["--json", "--strict"], &binary);
    let wrong: Vec<_> = outcomes(&output).into_iter().filter(|(_, verdict, _)| verdict != "ok").collect();
    let wrong: Vec<_> = wrong.iter().filter(|(check, ..)| !NOT_EVERYWHERE.contains(&check.as_str())).collect();
    // It says of no frame that it is that of an input.
    let skipped: Vec<_> = wrong.iter().map(|(check, verdict, _)| (check.as_str(), verdict.as_str())).collect();
    assert_eq!(skipped, [("answer.identity", "skipped")], "{wrong:#?}");
    assert_eq!(output.status.code(), Some(0));
}

#[test]
fn each_check_fails_a_plugin_that_does_what_it_is_about() {
    let (_folder, binary) = binary();
    let rows = FAULTS.iter().filter(|(_, check, _)| !NOT_EVERYWHERE.contains(check));
    let wrong: Vec<String> = rows
        .filter_map(|(fault, check, expected)| {
            let output = validate(fault, &["--json", "--timeout", "30", "--only", check], &binary);
            let outcomes = outcomes(&output);
            let found = outcomes.iter().find(|(name, ..)| name == check);
            let code = if *expected == "failed" { Some(1) } else { Some(0) };
            let is_right = found.is_some_and(|(_, verdict, _)| verdict == expected) && output.status.code() == code;
            (!is_right).then(|| format!("{fault}: {check} is not {expected}: {found:?}"))
        })
        .collect();
    assert!(wrong.is_empty(), "{wrong:#?}");
}

#[test]
fn no_check_is_without_a_plugin_that_it_fails() {
    let checked: BTreeSet<&str> = FAULTS.iter().map(|(_, check, _)| *check).collect();
    let unchecked: Vec<_> =
        ofx_validate::check::all().map(|check| check.id).filter(|id| !checked.contains(id)).collect();
    // What cannot even be loaded is no plugin; see below.
    assert_eq!(unchecked, ["binary.exports"]);
}

#[test]
fn what_is_no_plugin_fails_and_what_is_no_bundle_is_a_mistake() {
    let folder = tempfile::tempdir().unwrap();
    let text = folder.path().join("Text.ofx");
    fs::write(&text, "not a library").unwrap();
    let output = validate("", &["--json", "--only", "binary.exports"], &text);
    assert_eq!(outcomes(&output)[0].1, "failed");
    assert_eq!(output.status.code(), Some(1));
    let rows: [&[&str]; 3] = [&["--only", "no.such"], &["--plugin", "no.such"], &[]];
    let (_folder, binary) = binary();
    for arguments in rows {
        let bundle = if arguments.is_empty() { folder.path() } else { &binary };
        assert_eq!(validate("", arguments, bundle).status.code(), Some(2), "{arguments:?}");
    }
}

#[test]
fn a_plugin_that_does_not_come_back_is_ended() {
    let (_folder, binary) = binary();
    let output = validate("never comes back", &["--json", "--only", "life.load", "--timeout", "1"], &binary);
    let text = String::from_utf8_lossy(&output.stdout).into_owned();
    assert!(text.contains("the plugin did not come back while loading and describing the plugin"), "{text}");
}

#[test]
fn the_guide_has_the_table_of_checks() {
    let guide = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../docs/ofx-validate.md");
    let guide = fs::read_to_string(guide).unwrap();
    let output = Command::new(env!("CARGO_BIN_EXE_ofx")).args(["validate", "--list", "--markdown"]).output().unwrap();
    let table = String::from_utf8(output.stdout).unwrap();
    assert!(guide.contains(&table), "docs/ofx-validate.md is without what `ofx validate --list --markdown` prints");
}
