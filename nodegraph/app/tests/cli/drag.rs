//! `dragfx drag`: its pictures, films, latents and facts.

use std::fs::File;

use gif::{ColorOutput, DecodeOptions};
use image::RgbImage;
use serde_json::{Value, json};

use crate::support::{Desk, mean_difference};

/// A drag that goes on for as long as it may, and changes the picture visibly.
const DRAG: &str = "drag -m @sg2-64.pkl --seed 0 --handle 24,32 --target 60,32 --tap 3 --r1 24 --r2 64 --lr 0.02";

#[test]
fn a_dragged_latent_makes_the_dragged_picture() {
    let desk = Desk::new();
    for noise in ["const", "random:3"] {
        desk.ok(&format!("generate -m @sg2-64.pkl --seed 0 --noise {noise} -o start.png"));
        for name in ["w.npy", "w.npz", "w.safetensors"] {
            desk.ok(&format!("{DRAG} --noise {noise} --steps 4 -o dragged.png --save-latent {name}"));
            let dragged = desk.picture("dragged.png");
            assert!(mean_difference(&dragged, &desk.picture("start.png")) > 1.0, "the drag did something");
            desk.ok(&format!("generate -m @sg2-64.pkl --latent {name} --noise {noise} -o again.png"));
            assert_eq!(desk.picture("again.png"), dragged, "{name}");
        }
    }
}

/// A handle on its target has arrived before the first step, so the picture is that of the latent.
#[test]
fn a_drag_that_has_arrived_changes_nothing() {
    let desk = Desk::new();
    desk.ok("latent -m @sg2-64.pkl --seed 5 -o w.npy");
    desk.ok("generate -m @sg2-64.pkl --latent w.npy -o start.png");
    let outputs = "-o dragged.png --save-latent dragged.npy --trace a.npz --animation a.gif --json";
    let facts = desk.json(&format!("drag -m @sg2-64.pkl --latent w.npy --handle 20,30 --target 20,30 {outputs}"));
    assert_eq!((&facts["steps"], &facts["stopped"], &facts["loss"]), (&json!(0), &json!("reached"), &Value::Null));
    assert_eq!((&facts["seed"], &facts["psi"], &facts["latent"]), (&Value::Null, &Value::Null, &json!("w.npy")));
    assert_eq!(desk.picture("dragged.png"), desk.picture("start.png"));
    assert_eq!(desk.npy("dragged.npy"), desk.npy("w.npy"));
    assert_eq!(gif(&desk, "a.gif").len(), 1);
    let mut trace = desk.npz("a.npz");
    assert!(!trace.names().contains("grad_first"), "no step, no gradient");
    assert_eq!(trace.array::<bool>("stop").iter().copied().collect::<Vec<_>>(), [true]);
    assert!(trace.array::<f64>("loss").iter().all(|loss| loss.is_nan()));
    assert_eq!(trace.array::<f32>("w_after_step").index_axis(ndarray::Axis(0), 0), desk.npy("w.npy"));
}

/// Dragging on from a saved latent is dragging from there: the first picture of the film is the last of the one before.
#[test]
fn a_drag_goes_on_from_a_latent_file() {
    let desk = Desk::new();
    desk.ok(&format!("{DRAG} --steps 3 -o first.png --save-latent w.safetensors"));
    let on = DRAG.replace("--seed 0", "--latent w.safetensors");
    desk.ok(&format!("{on} --steps 3 -o second.png --animation a.webp"));
    let film = webp(&desk, "a.webp");
    assert!(mean_difference(&film[0], &desk.picture("first.png")) < 12.0);
    assert_ne!(desk.picture("second.png"), desk.picture("first.png"));
}

#[test]
fn films_have_the_pictures_that_were_asked_for() {
    let desk = Desk::new();
    for (steps, frames, count) in [(7, 4, 4), (3, 48, 4), (12, 13, 13)] {
        desk.ok(&format!("{DRAG} --steps {steps} --frames {frames} -o a.png --animation a.gif"));
        let film = gif(&desk, "a.gif");
        assert_eq!(film.len(), count, "gif of {steps} steps in {frames} pictures");
        let picture = desk.picture("a.png");
        ends_with(&film, &picture);

        desk.ok(&format!("{DRAG} --steps {steps} --frames {frames} -o b.png --animation b.webp"));
        assert_eq!(desk.picture("b.png"), picture, "the film does not change the drag");
        let film = webp(&desk, "b.webp");
        assert_eq!(film.len(), count, "webp of {steps} steps in {frames} pictures");
        ends_with(&film, &picture);
    }
}

#[test]
fn an_overlay_shows_the_points_in_the_film_alone() {
    let desk = Desk::new();
    desk.ok(&format!("{DRAG} --steps 3 -o plain.png --animation plain.webp"));
    desk.ok(&format!("{DRAG} --steps 3 -o shown.png --animation shown.webp --overlay"));
    assert_eq!(desk.picture("plain.png"), desk.picture("shown.png"), "the picture itself is not drawn on");
    let (plain, shown) = (webp(&desk, "plain.webp"), webp(&desk, "shown.webp"));
    assert_eq!(plain.len(), shown.len());
    for (index, (plain, shown)) in plain.iter().zip(&shown).enumerate() {
        assert!(mean_difference(plain, shown) > 1.0, "picture {index} has no points on it");
        let [red, _, blue] = shown.get_pixel(60, 32).0;
        assert!(blue > 150 && red < 150, "picture {index} has {:?} at the target", shown.get_pixel(60, 32));
    }
}

#[test]
fn the_facts_are_complete() {
    let desk = Desk::new();
    let facts = desk.json(&format!("{DRAG} --handle 10,50 --target 12,40 --steps 6 -o a.png --json"));
    assert_eq!((&facts["steps"], &facts["stopped"]), (&json!(6), &json!("max-steps")));
    let points = facts["points"].as_array().expect("points");
    assert_eq!(points.len(), 2);
    assert_eq!((&points[0]["handle"], &points[0]["target"]), (&json!([24.0, 32.0]), &json!([60.0, 32.0])));
    for point in points {
        let number = |name: &str, axis: usize| point[name][axis].as_f64().expect("a number");
        let distance = (number("now", 0) - number("target", 0)).hypot(number("now", 1) - number("target", 1));
        assert!((point["distance"].as_f64().expect("a distance") - distance).abs() < 1e-9);
    }
    let settings = json!({
        "method": "reference", "space": "w+", "learning_rate": 0.02, "lambda": 20.0, "regularisation": 0.0,
        "r1": 24.0, "r2": 64.0, "max_steps": 6,
    });
    assert_eq!(facts["settings"], settings);
    assert_eq!((&facts["seed"], &facts["psi"], &facts["tap"]), (&json!(0), &json!(0.7), &json!(3)));
    assert!(facts["loss"].as_f64().is_some_and(|loss| loss > 0.0));
    assert!(facts["runs_on"].as_str().is_some_and(|on| on.contains("CPU")), "{}", facts["runs_on"]);
    for part in ["forward", "backward", "rest"] {
        assert!(facts["median_ms"][part].as_f64().is_some_and(|ms| ms >= 0.0), "{part}");
    }
}

#[test]
fn the_published_method_runs_and_comes_nearer() {
    let desk = Desk::new();
    let line = "drag -m @sg2-64.pkl --seed 0 --method paper --handle 24,32 --target 36,32 --tap 3 --r1 24 --r2 64";
    let facts = desk.json(&format!("{line} --steps 60 -o a.png --trace a.npz --json"));
    let settings = &facts["settings"];
    assert_eq!((&settings["method"], &settings["learning_rate"]), (&json!("paper"), &json!(0.002)));
    assert!(facts["points"][0]["distance"].as_f64().is_some_and(|distance| distance < 12.0), "{}", facts["points"]);
    let steps = facts["steps"].as_u64().expect("a number") as usize;
    let entries = steps + usize::from(facts["stopped"] == "reached");
    assert_eq!(desk.npz("a.npz").array::<bool>("stop").len(), entries);
}

/// Whether a film's last picture is the one that was written: near it, as films are 256 dithered colours or lossy, and
/// nearer than the first one.
#[track_caller]
fn ends_with(film: &[RgbImage], picture: &RgbImage) {
    let [first, last] = [film.first(), film.last()].map(|scene| mean_difference(scene.expect("a picture"), picture));
    assert!(last < 25.0 && last < 0.7 * first, "the last picture is {last} off, the first {first}");
}

fn gif(desk: &Desk, name: &str) -> Vec<RgbImage> {
    let mut options = DecodeOptions::new();
    options.set_color_output(ColorOutput::RGBA);
    let mut decoder = options.read_info(File::open(desk.path(name)).expect("the film was written")).expect("a GIF");
    let (width, height) = (u32::from(decoder.width()), u32::from(decoder.height()));
    assert_eq!((width, height), (64, 64));
    let (mut film, mut delays) = (Vec::new(), Vec::new());
    while let Some(frame) = decoder.read_next_frame().expect("a picture") {
        assert_eq!((frame.left, frame.top, u32::from(frame.width), u32::from(frame.height)), (0, 0, width, height));
        delays.push(frame.delay);
        let bytes = frame.buffer.chunks_exact(4).flat_map(|rgba| [rgba[0], rgba[1], rgba[2]]).collect();
        film.push(RgbImage::from_raw(width, height, bytes).expect("three bytes for each pixel"));
    }
    for (index, delay) in delays.iter().enumerate() {
        let held = index == 0 || index + 1 == delays.len();
        assert_eq!(*delay, if held { 100 } else { 5 }, "hundredths of a second of picture {index}");
    }
    film
}

fn webp(desk: &Desk, name: &str) -> Vec<RgbImage> {
    let bytes = std::fs::read(desk.path(name)).expect("the film was written");
    let durations = webp_durations(&bytes);
    for (index, duration) in durations.iter().enumerate() {
        let held = index == 0 || index + 1 == durations.len();
        assert_eq!(*duration, if held { 1000 } else { 50 }, "milliseconds of picture {index}");
    }
    let film = webp::AnimDecoder::new(&bytes).decode().expect("a WebP");
    assert_eq!(film.len(), durations.len());
    let pictures = film.into_iter().map(|frame| {
        assert_eq!((frame.width(), frame.height()), (64, 64));
        let pixels = frame.get_image().chunks_exact(4);
        let bytes = pixels.flat_map(|rgba| [rgba[0], rgba[1], rgba[2]]).collect();
        RgbImage::from_raw(64, 64, bytes).expect("three bytes for each pixel")
    });
    pictures.collect()
}

/// Milliseconds of each picture: the chunks `ANMF` of a RIFF file, walked from its head, so that those letters inside a
/// picture do not count.
fn webp_durations(bytes: &[u8]) -> Vec<u32> {
    assert!(bytes.starts_with(b"RIFF") && bytes[8..12] == *b"WEBP");
    let word = |at: usize| u32::from_le_bytes(bytes[at..at + 4].try_into().expect("four bytes"));
    let (mut durations, mut at) = (Vec::new(), 12);
    while at + 8 <= bytes.len() {
        if bytes[at..at + 4] == *b"ANMF" {
            // After the chunk's head of 8 bytes: place and size, four numbers of 24 bits; then the duration, another.
            durations.push(word(at + 8 + 12) & 0xFF_FFFF);
        }
        at += 8 + (word(at + 4) as usize).next_multiple_of(2);
    }
    assert_eq!(at, bytes.len(), "the chunks fill the file");
    durations
}
