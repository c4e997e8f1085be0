//! Ctrl-C.

use std::process::{Child, Command, Stdio};
use std::time::Duration;

use serde_json::Value;

use crate::support::{Desk, Npz, Run};

/// Far away and with the smallest steps, so that it never ends by itself.
const ENDLESS: &str = "drag -m @sg2-64.pkl --seed 0 --handle 24,32 --target 60,32 --tap 3 --r1 24 --lr 0.0000001 \
                       --steps 100000";

#[test]
fn ctrl_c_keeps_the_steps_that_were_taken() {
    // A program that writes to no terminal tells nobody how far it is. So it gets a little time, and if the signal came
    // before its first step, another one gets twice as much: the only thing asked is that some day it is late enough.
    let found = (0..9).find_map(|attempt| stopped_after(Duration::from_millis(100 << attempt)));
    let (desk, run, mut trace) = found.expect("a drag that was stopped after its first step");

    assert!(run.stderr.contains("error: cancelled"), "{}", run.stderr);
    let facts: Value = serde_json::from_str(&run.stdout).expect("JSON");
    assert_eq!(facts["stopped"], "cancelled");
    let steps = facts["steps"].as_u64().expect("a number") as usize;
    assert!((1..100_000).contains(&steps), "{steps}");
    let w = trace.array::<f32>("w_after_step");
    assert_eq!(w.shape(), [steps, 1, 10, 128]);
    assert_eq!(trace.array::<f64>("loss").len(), steps);
    assert!(trace.array::<bool>("stop").iter().all(|stop| !stop));

    // The outputs are those of the last step in the trace.
    assert_eq!(w.index_axis(ndarray::Axis(0), steps - 1), desk.npy("w.npy"));
    desk.ok("generate -m @sg2-64.pkl --latent w.npy -o again.png");
    assert_eq!(desk.picture("again.png"), desk.picture("a.png"));
    assert!(std::fs::read(desk.path("a.gif")).expect("the film was written").starts_with(b"GIF89a"));
    assert!(desk.files().iter().all(|file| !file.to_string_lossy().contains(".saving")), "{:?}", desk.files());
}

/// Starts the endless drag and stops it after `pause`; `None` if that was before its first step.
fn stopped_after(pause: Duration) -> Option<(Desk, Run, Npz)> {
    let desk = Desk::new();
    desk.ok("model import @sg2-64.pkl");
    let line = format!("{ENDLESS} -o a.png --trace a.npz --save-latent w.npy --animation a.gif --frames 4 --json");
    let child = desk.command(&line).stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn();
    let child = child.expect("the program starts");
    std::thread::sleep(pause);
    signal(&child, "-INT");
    let output = child.wait_with_output().expect("the program ends");
    let text = |bytes| String::from_utf8(bytes).expect("the program prints UTF-8");
    let run = Run { status: output.status, stdout: text(output.stdout), stderr: text(output.stderr) };
    if !desk.path("a.npz").exists() {
        // Before the program listened to it the signal ended it, afterwards it has an exit code.
        assert!(matches!(run.status.code(), None | Some(130)), "{}: {}", run.status, run.stderr);
        return None;
    }
    assert_eq!(run.status.code(), Some(130), "{}", run.stderr);
    let trace = desk.npz("a.npz");
    Some((desk, run, trace))
}

/// What a terminal sends for Ctrl-C is `-INT`; a farm sends `-TERM`.
fn signal(child: &Child, name: &str) {
    let sent = Command::new("kill").args([name, &child.id().to_string()]).status().expect("kill is there");
    assert!(sent.success());
}

#[test]
fn a_stopped_render_keeps_its_frames_and_goes_on_there() {
    for name in ["-INT", "-TERM"] {
        let desk = Desk::new();
        // Each frame is a picture of its own; nobody waits for all of them.
        crate::render::preset(&desk, "a.dragfx", |preset| {
            preset["frames"] = serde_json::json!({"first": 1, "last": 100_000, "rate": 24.0});
            let keys = serde_json::json!([{"frame": 1, "value": 0}, {"frame": 100_000, "value": 1}]);
            preset["nodes"][2]["params"]["progress"] = serde_json::json!({"keys": keys});
            preset["nodes"][3]["params"]["file"] = "f_#.png".into();
        });
        let child = desk.command("render a.dragfx").stdout(Stdio::piped()).stderr(Stdio::piped()).spawn();
        let mut child = child.expect("the program starts");
        while !desk.path("f_3.png").exists() {
            assert!(child.try_wait().expect("a process").is_none(), "it ended by itself");
            std::thread::sleep(Duration::from_millis(5));
        }
        signal(&child, name);
        let output = child.wait_with_output().expect("the program ends");
        assert_eq!(output.status.code(), Some(130), "{}", String::from_utf8_lossy(&output.stderr));
        let files = desk.files();
        let frames = files.iter().filter(|file| file.extension().is_some_and(|name| name == "png")).count();
        assert_eq!(files.len(), frames + 1, "whole frames and the preset, nothing else: {files:?}");
        for frame in 1..=frames {
            assert!(image::open(desk.path(&format!("f_{frame}.png"))).is_ok(), "frame {frame} of {frames} is whole");
        }
        let report = desk.json(&format!("render a.dragfx --frames 1-{} --json", frames + 1));
        let outcomes = report["files"].as_array().expect("a list").iter().map(|file| file["outcome"] == "fresh");
        assert_eq!(outcomes.filter(|fresh| *fresh).count(), frames);
    }
}
