//! `dragfx eval`, in small: a few steps of a few drags of the bundled generator.

use serde_json::Value;

use crate::support::Desk;

const SMALL: &str = "eval --pairs 2 --points 1,all --steps 6 --lr 0.004 --device cpu";

fn report(desk: &Desk, folder: &str) -> Value {
    let text = std::fs::read_to_string(desk.path(folder).join("eval.json")).expect("the report is there");
    serde_json::from_str(&text).expect("JSON")
}

/// What two runs must agree on: everything but the time.
fn without_time(mut value: Value) -> Value {
    fn strip(value: &mut Value) {
        match value {
            Value::Object(members) => {
                members.remove("seconds");
                members.values_mut().for_each(strip);
            }
            Value::Array(items) => items.iter_mut().for_each(strip),
            _ => {}
        }
    }
    strip(&mut value);
    value
}

#[test]
fn everything_is_measured_and_again_the_same() {
    let desk = Desk::new();
    let printed = desk.ok(&format!("{SMALL} -o first"));
    let first = report(&desk, "first");
    let tables = first["landmarks"].as_array().expect("tables");
    assert_eq!(tables.iter().map(|table| &table["points"]).collect::<Vec<_>>(), ["1", "all"]);
    for table in tables {
        let drags = table["drags"].as_array().expect("drags");
        assert_eq!(drags.len(), 2);
        for drag in drags {
            let number = |name: &str| drag[name].as_f64().expect("a number");
            assert!(number("steps") <= 6.0 && number("distance_start") > 0.0 && number("distance_end") > 0.0);
        }
    }
    // Six steps are few, and yet many landmarks are nearer after them.
    let all = |name: &str| -> f64 {
        let drags = tables[1]["drags"].as_array().expect("drags");
        drags.iter().map(|drag| drag[name].as_f64().expect("a number")).sum()
    };
    assert!(tables[1]["drags"][0]["landmarks"].as_array().expect("indices").len() > 15);
    assert!(
        all("distance_end") < all("distance_start"),
        "{} is no nearer than {}",
        all("distance_end"),
        all("distance_start")
    );
    for row in first["mask"].as_array().expect("rows") {
        let (with, without) = (row["change_with"].as_f64(), row["change_without"].as_f64());
        assert!(with < without && with.is_some(), "the mask holds nothing: {row}");
    }
    for row in first["reconstruction"].as_array().expect("rows") {
        let number = |name: &str| row[name].as_f64().expect("a number");
        assert!(number("ms_ssim_end") > number("ms_ssim_start"), "{row}");
        assert!(number("mse_end") < number("mse_start"), "{row}");
    }
    let markdown = std::fs::read_to_string(desk.path("first/eval.md")).expect("tables");
    assert_eq!(markdown, printed);
    for words in ["| all | 2 |", "with mask", "MS-SSIM", "animals.safetensors"] {
        assert!(markdown.contains(words), "nothing of {words:?} in: {markdown}");
    }
    // Start, two drags, the one with a mask, and the goal, of two pairs.
    assert_eq!(desk.picture("first/eval.png").dimensions(), (5 * 256, 2 * 256));

    desk.ok(&format!("{SMALL} -o second"));
    assert_eq!(without_time(report(&desk, "second")), without_time(first));
}

#[test]
fn what_cannot_be_measured_is_refused_before_anything_is_computed() {
    let desk = Desk::new();
    std::fs::write(desk.path("pairs.json"), r#"{"version":2,"resolution":64,"landmarks":[],"truth":[],"pairs":[]}"#)
        .expect("a file");
    std::fs::write(desk.path("small.json"), r#"{"version":1,"resolution":64,"landmarks":[],"truth":[],"pairs":[]}"#)
        .expect("a file");
    desk.ok("model import @sg2-64.pkl -o pack");
    let cases: &[(&str, &[&str])] = &[
        ("--model @sg2-64.pkl", &["--benchmark", "reconstruction"]),
        ("--model @sg2-64.pkl --tests landmarks", &["--landmarks"]),
        ("--tests reconstruction --benchmark pairs.json", &["version 2"]),
        ("--tests reconstruction --benchmark absent.json", &["absent.json"]),
        ("--landmarks pack/mapping.onnx --tests mask", &["mapping.onnx", "`picture`"]),
        ("--landmarks small.json --tests mask", &["small.json"]),
        ("--tests reconstruction --benchmark small.json", &["64²", "256²"]),
        ("--points 0", &["`0`", "all"]),
        ("--psi nan", &["psi"]),
        ("--lr 0", &["--lr", "above 0"]),
    ];
    for (options, words) in cases {
        desk.refused(2, &format!("eval {options} --device cpu -o out"), words);
    }
}
