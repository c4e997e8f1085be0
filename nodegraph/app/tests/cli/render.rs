//! `dragfx render`: what is written, what is left alone, and that it is the same each time.

use std::path::Path;

use serde_json::{Value, json};

use crate::support::Desk;

/// Latent, points and drag on a fixture, and a picture of it to a file.
pub(crate) fn preset(desk: &Desk, name: &str, change: impl FnOnce(&mut Value)) {
    let point = json!({"handle": {"x": 24.0, "y": 32.0}, "target": {"x": 60.0, "y": 32.0}});
    let fixture = dragfx_tests::fixtures().join("sg2-64.pkl");
    let node = |id: u32, name: &str, kind: &str, params: Value| json!({"id": id, "name": name, "type": kind, "version": 1, "params": params});
    let mut preset = json!({
        "dragfx": 1,
        "models": {"toy": {"file": "sg2-64.pkl", "path": fixture}},
        "nodes": [
            node(1, "seed", "latent", json!({"seed": 0})),
            node(2, "points", "points", json!({"points": [point]})),
            node(3, "drag", "drag", json!({"tap": 3, "r1": 24.0, "r2": 64.0, "learning_rate": 0.02, "max_steps": 6})),
            node(4, "write", "write", json!({"file": "pictures/{preset}.png"})),
        ],
        "wires": [
            {"from": "seed.latent", "to": "drag.latent"},
            {"from": "points.points", "to": "drag.points"},
            {"from": "drag.image", "to": "write.image"},
        ],
        "published": [{"name": "seed", "param": "seed.seed"}, {"name": "to", "param": "points.points.1.target"}],
    });
    change(&mut preset);
    std::fs::write(desk.path(name), preset.to_string()).expect("the preset is written");
}

fn bytes(desk: &Desk, name: &str) -> Vec<u8> {
    std::fs::read(desk.path(name)).unwrap_or_else(|error| panic!("{name}: {error}"))
}

/// What a render says became of its files.
fn outcomes(desk: &Desk, line: &str) -> Vec<String> {
    let report = desk.json(&format!("{line} --json"));
    assert_eq!(report["device"], "cpu");
    let files = report["files"].as_array().expect("a list");
    files.iter().map(|file| file["outcome"].as_str().expect("a word").to_owned()).collect()
}

#[test]
fn a_preset_gives_the_picture_of_the_drag_command() {
    let desk = Desk::new();
    preset(&desk, "a.dragfx", |_| ());
    desk.ok("render a.dragfx");
    let drag = "drag -m @sg2-64.pkl --seed 0 --handle 24,32 --target 60,32 --tap 3 --r1 24 --r2 64 --lr 0.02 --steps 6";
    desk.ok(&format!("{drag} -o drag.png"));
    assert_eq!(desk.picture("pictures/a.png"), desk.picture("drag.png"));
    // Another process, without anything that the first one kept, writes the same bytes.
    let first = bytes(&desk, "pictures/a.png");
    std::fs::remove_dir_all(desk.cache()).expect("the cache was made");
    desk.ok("render a.dragfx --overwrite always");
    assert_eq!(bytes(&desk, "pictures/a.png"), first);
}

#[test]
fn a_picture_holds_the_graph_that_made_it() {
    let desk = Desk::new();
    preset(&desk, "a.dragfx", |_| ());
    desk.ok("render a.dragfx --set seed=5 -o first.png");
    desk.ok("render first.png -o second.png");
    assert_eq!(bytes(&desk, "second.png"), bytes(&desk, "first.png"), "what was set travels with it");
    desk.ok("render a.dragfx -o deep.exr");
    desk.ok("render deep.exr -o third.png");
    desk.ok("render a.dragfx -o fourth.png");
    assert_eq!(desk.picture("third.png"), desk.picture("fourth.png"));
    desk.ok("render a.dragfx --no-embed -o bare.png");
    desk.refused(2, "render bare.png -o x.png", &["bare.png", "a picture without a graph in it"]);
}

#[test]
fn only_what_is_out_of_date_is_made_again() {
    let desk = Desk::new();
    preset(&desk, "a.dragfx", |_| ());
    assert_eq!(outcomes(&desk, "render a.dragfx"), ["written"]);
    assert_eq!(outcomes(&desk, "render a.dragfx"), ["fresh"]);
    // Where a node lies and what it is called changes no picture.
    preset(&desk, "a.dragfx", |preset| {
        preset["nodes"][2]["position"] = json!([5.0, 6.0]);
        preset["title"] = json!("The same");
    });
    assert_eq!(outcomes(&desk, "render a.dragfx"), ["fresh"]);
    assert_eq!(outcomes(&desk, "render a.dragfx --set drag.progress=0.5"), ["written"]);
    assert_eq!(outcomes(&desk, "render a.dragfx --overwrite never"), ["kept"]);
    assert_eq!(outcomes(&desk, "render a.dragfx"), ["written"]);
    assert_eq!(outcomes(&desk, "render a.dragfx --overwrite always"), ["written"]);
    for name in ["x.jpg", "x.exr"] {
        assert_eq!(outcomes(&desk, &format!("render a.dragfx -o {name}")), ["written"], "{name}");
        assert_eq!(outcomes(&desk, &format!("render a.dragfx -o {name}")), ["fresh"], "{name}");
        let other = format!("render a.dragfx --set to=20,20 -o {name}");
        assert_eq!(outcomes(&desk, &other), ["written"], "{name}");
    }
}

#[test]
fn pictures_of_others_are_not_touched() {
    let desk = Desk::new();
    preset(&desk, "a.dragfx", |_| ());
    image::RgbImage::new(3, 3).save(desk.path("mine.png")).expect("a picture");
    let mine = bytes(&desk, "mine.png");
    desk.refused(2, "render a.dragfx -o mine.png", &["mine.png", "was not rendered by DragFX"]);
    assert_eq!(bytes(&desk, "mine.png"), mine);
    assert_eq!(outcomes(&desk, "render a.dragfx -o mine.png --overwrite never"), ["kept"]);
    assert_eq!(bytes(&desk, "mine.png"), mine);
    desk.ok("render a.dragfx -o mine.png --overwrite always");
    assert_ne!(bytes(&desk, "mine.png"), mine);
    for (name, node) in [("mine.gif", "drag"), ("mine.npy", "drag.latent"), ("mine.json", "drag.points")] {
        std::fs::write(desk.path(name), "mine").expect("a file");
        desk.refused(2, &format!("render a.dragfx --node {node} -o {name}"), &[name, "--overwrite always"]);
        assert_eq!(outcomes(&desk, &format!("render a.dragfx --node {node} -o {name} --overwrite never")), ["kept"]);
        assert_eq!(bytes(&desk, name), b"mine");
        let line = format!("render a.dragfx --node {node} -o {name} --overwrite always");
        assert_eq!(outcomes(&desk, &line), ["written"]);
        assert_ne!(bytes(&desk, name), b"mine");
    }
}

/// Tables have no digest; they are known by what is in them.
#[test]
fn tables_of_others_are_not_touched() {
    let desk = Desk::new();
    preset(&desk, "a.dragfx", |preset| {
        let nodes = preset["nodes"].as_array_mut().expect("nodes");
        nodes.push(json!({"id": 5, "name": "track", "type": "track", "version": 1, "params": {"last_frame": 1}}));
        preset["wires"]
            .as_array_mut()
            .expect("wires")
            .push(json!({"from": "drag.trajectory", "to": "track.trajectory"}));
    });
    for name in ["t.csv", "t.nk", "t.txt"] {
        let line = format!("render a.dragfx --node track -o {name}");
        assert_eq!(outcomes(&desk, &line), ["written"], "{name}");
        assert_eq!(outcomes(&desk, &line), ["fresh"], "{name}");
        assert_eq!(outcomes(&desk, &format!("{line} --set to=50,40")), ["written"], "{name}");
        std::fs::write(desk.path(name), "what,I,have,written\n").expect("a file");
        desk.refused(2, &line, &[name, "was not rendered by DragFX"]);
        assert_eq!(bytes(&desk, name), b"what,I,have,written\n");
        assert_eq!(outcomes(&desk, &format!("{line} --overwrite never")), ["kept"], "{name}");
    }
}

/// A graph that reads a picture does not write over it, however that is asked for.
#[test]
fn what_is_read_is_not_written_over() {
    let desk = Desk::new();
    preset(&desk, "a.dragfx", |_| ());
    desk.ok("render a.dragfx -o plate.png");
    preset(&desk, "b.dragfx", |preset| {
        let nodes = preset["nodes"].as_array_mut().expect("nodes");
        nodes.push(json!({"id": 5, "name": "plate", "type": "read", "version": 1, "params": {"file": "plate.png"}}));
        let params = json!({"scale": 0.5});
        nodes.push(json!({"id": 6, "name": "half", "type": "transform", "version": 1, "params": params}));
        preset["wires"].as_array_mut().expect("wires").push(json!({"from": "plate.image", "to": "half.image"}));
        preset["models"]["toy"]["path"] = json!("model.pkl");
    });
    std::fs::copy(dragfx_tests::fixtures().join("sg2-64.pkl"), desk.path("model.pkl")).expect("a copy");
    let plate = bytes(&desk, "plate.png");
    for overwrite in ["stale", "always"] {
        let line = format!("render b.dragfx --node half -o ./plate.png --overwrite {overwrite}");
        desk.refused(2, &line, &["plate.png", "the graph reads it"]);
    }
    assert_eq!(bytes(&desk, "plate.png"), plate);
    // Nor does it write over what a latent is read from, or over its model.
    desk.ok("latent -m model.pkl --seed 3 -o w.npy");
    let line = "render b.dragfx --set seed.file=w.npy --node drag.latent -o w.npy --overwrite always";
    desk.refused(2, line, &["w.npy", "the graph reads it"]);
    let line = "render b.dragfx --node drag.latent -o model.npy";
    std::fs::copy(desk.path("model.pkl"), desk.path("model.npy")).expect("a copy");
    desk.refused(2, line, &["model.npy is there"]);
    desk.ok("render b.dragfx --node half -o half.png");
    assert_eq!(desk.picture("half.png").dimensions(), (32, 32));
    // A picture that still has its graph is not what is asked for without one.
    assert_eq!(outcomes(&desk, "render b.dragfx --node half -o half.png"), ["fresh"]);
    assert_eq!(outcomes(&desk, "render b.dragfx --node half -o half.png --no-embed"), ["written"]);
}

#[test]
fn frames_and_seeds_have_files_of_their_own() {
    let desk = Desk::new();
    preset(&desk, "a.dragfx", |preset| {
        preset["frames"] = json!({"first": 1, "last": 5, "rate": 24.0});
        preset["nodes"][2]["params"]["progress"] =
            json!({"keys": [{"frame": 1, "value": 0}, {"frame": 5, "value": 1, "interpolation": "hold"}]});
        preset["nodes"][3]["params"]["file"] = json!("film/f_###.png");
    });
    assert_eq!(outcomes(&desk, "render a.dragfx --frames 1-5x2"), ["written"; 3]);
    assert_eq!(outcomes(&desk, "render a.dragfx"), ["fresh", "written", "fresh", "written", "fresh"]);
    desk.ok("generate -m @sg2-64.pkl --seed 0 -o start.png");
    assert_eq!(desk.picture("film/f_001.png"), desk.picture("start.png"), "it begins at the seed's picture");
    assert_ne!(bytes(&desk, "film/f_002.png"), bytes(&desk, "film/f_004.png"));

    assert_eq!(outcomes(&desk, "render a.dragfx --frames 2 --seeds 3,7 -o s.png"), ["written"; 2]);
    assert_ne!(desk.picture("s_3.png"), desk.picture("s_7.png"));
    desk.refused(2, "render a.dragfx -o one.png", &["one.png would be written twice", "####"]);
    desk.refused(2, "render a.dragfx --frames 5-1", &["`5-1` runs backwards"]);
    desk.ok("render a.dragfx -o film.gif");
    desk.ok("render a.dragfx -o film.webp");
    assert!(bytes(&desk, "film.gif").starts_with(b"GIF89a") && bytes(&desk, "film.webp").starts_with(b"RIFF"));
}

#[test]
fn outputs_of_any_node_can_be_written() {
    let desk = Desk::new();
    preset(&desk, "a.dragfx", |preset| {
        let nodes = preset["nodes"].as_array_mut().expect("nodes");
        nodes.push(json!({"id": 5, "name": "track", "type": "track", "version": 1, "params": {"last_frame": 1}}));
        let shape = json!({"shape": "rectangle", "center": [31.5, 15.5], "radii": [40.0, 16.0]});
        let params = json!({"width": 64, "height": 64, "shapes": [shape]});
        nodes.push(json!({"id": 6, "name": "region", "type": "mask", "version": 1, "params": params}));
        preset["wires"]
            .as_array_mut()
            .expect("wires")
            .push(json!({"from": "drag.trajectory", "to": "track.trajectory"}));
    });
    desk.ok("render a.dragfx --node drag.latent -o w.npy");
    desk.ok("generate -m @sg2-64.pkl --latent w.npy -o again.png");
    desk.ok("render a.dragfx --node drag -o drag.png");
    assert_eq!(desk.picture("again.png"), desk.picture("drag.png"));
    desk.ok("render a.dragfx --node region -o mask.png");
    let mask = image::open(desk.path("mask.png")).expect("a picture").into_luma8();
    assert_eq!([mask.get_pixel(3, 3)[0], mask.get_pixel(3, 60)[0]], [255, 0]);
    desk.ok("render a.dragfx --node drag.points -o points.json");
    let points: Value = serde_json::from_slice(&bytes(&desk, "points.json")).expect("JSON");
    assert_eq!(points[0]["target"], json!({"x": 60.0, "y": 32.0}));
    desk.ok("render a.dragfx --node track -o track.csv");
    let table = String::from_utf8(bytes(&desk, "track.csv")).expect("text");
    assert_eq!(table.lines().next(), Some("frame,name,x,y,confidence"));
    assert_eq!(table.lines().count(), 1 + 7, "a line for each of six steps and the start");
    desk.refused(2, "render a.dragfx --node drag.trajectory -o x.png", &["a trajectory is not written"]);
    desk.refused(2, "render a.dragfx --node nobody -o x.png", &["there is no node `nobody`", "seed, points, drag"]);
    desk.refused(2, "render a.dragfx --node drag.colour -o x.png", &["no output `colour`", "latent, image, points"]);
    desk.refused(2, "render a.dragfx -o x.tif", &["x.tif", "png"]);
}

#[test]
fn exit_codes_tell_what_is_wrong() {
    let desk = Desk::new();
    preset(&desk, "gone.dragfx", |preset| {
        preset["models"]["toy"] = json!({"file": "gone.pkl", "blake3": "ab".repeat(32), "path": "gone.pkl"});
    });
    desk.refused(4, "render gone.dragfx", &["seed.latent at frame 1", "gone.pkl", &"ab".repeat(32), "is missing"]);
    preset(&desk, "other.dragfx", |preset| preset["models"]["toy"]["blake3"] = json!("ab".repeat(32)));
    desk.refused(4, "render other.dragfx", &["is another model than sg2-64.pkl"]);
    desk.refused(2, "render nothing.dragfx", &["nothing.dragfx"]);
    preset(&desk, "a.dragfx", |_| ());
    desk.refused(2, "render a.dragfx --set seed", &["`seed` sets nothing"]);
    desk.refused(2, "render a.dragfx --set seed=x", &["seed.seed: `x` is no whole number"]);
    desk.refused(2, "render a.dragfx --set drag.steps=4", &["`drag` has no parameter `steps`", "max_steps"]);
    desk.refused(2, "render a.dragfx --set to=500", &["points.points.1.target", "`500` is no point"]);
    preset(&desk, "outside.dragfx", |preset| {
        preset["nodes"][1]["params"]["points"][0]["handle"]["x"] = json!(900.0);
    });
    desk.refused(2, "render outside.dragfx", &["drag.trajectory at frame 1", "the handle of point 1 is at (900, 32)"]);
    preset(&desk, "strange.dragfx", |preset| preset["nodes"][2]["type"] = json!("ofx:com.example.Warp"));
    desk.refused(2, "render strange.dragfx", &["drag.image", "no node `ofx:com.example.Warp`"]);
    // What does not need it can still be rendered.
    preset(&desk, "branch.dragfx", |preset| {
        preset["nodes"][3]["type"] = json!("ofx:com.example.Warp");
        preset["nodes"][3]["params"] = json!({});
    });
    desk.ok("render branch.dragfx --node drag -o branch.png");
    assert!(Path::new(&desk.path("branch.png")).exists());
}

/// A branch that fails does not keep the others from their files.
#[test]
fn what_can_be_rendered_is() {
    let desk = Desk::new();
    preset(&desk, "a.dragfx", |preset| {
        preset["frames"] = json!({"first": 1, "last": 3, "rate": 24.0});
        preset["nodes"][3]["params"]["file"] = json!("good_#.png");
        let nodes = preset["nodes"].as_array_mut().expect("nodes");
        nodes.push(json!({"id": 5, "name": "plate", "type": "read", "version": 1, "params": {"file": "plate_#.png"}}));
        nodes.push(json!({"id": 6, "name": "out", "type": "write", "version": 1, "params": {"file": "bad_#.png"}}));
        preset["wires"].as_array_mut().expect("wires").push(json!({"from": "plate.image", "to": "out.image"}));
    });
    image::RgbImage::new(3, 3).save(desk.path("plate_1.png")).expect("a picture");
    let run = desk.run("render a.dragfx");
    assert_eq!(run.status.code(), Some(2), "{}", run.stderr);
    assert_eq!(run.stderr.matches("error: plate.image at frame 2").count(), 1, "{}", run.stderr);
    let made = |name: &str| (1..=3).map(|frame| desk.path(&format!("{name}_{frame}.png")).exists()).collect::<Vec<_>>();
    assert_eq!((made("good"), made("bad")), (vec![true; 3], vec![true, false, false]));
}
