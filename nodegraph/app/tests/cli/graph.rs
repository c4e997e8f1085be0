//! `dragfx graph`, `dragfx nodes` and `dragfx validate`.

use serde_json::{Value, json};

use crate::support::Desk;

/// A node that no program has, between nodes that this one has; lines as a person or another program may write them.
const FOREIGN: &str = r#"{
  "dragfx": 1,
  "title": "a <script>alert(1)</script>",
  "nodes": [
    { "id": 3, "name": "points1", "type": "points", "version": 1, "position": [0, 0] },
    { "id": 4, "name": "glow", "type": "acme-<script>", "version": 7, "position": [900, 40], "note": "\"]-->\u001b[2J",
      "params": { "text": "</text><script>", "list": [1, 2.50, { "b": 1, "a": null }] } },
    { "id": 5, "name": "track1", "type": "track", "version": 1, "position": [1800, 900], "bypass": true }
  ],
  "wires": [
    { "from": "points1.points", "to": "glow.in<put>" },
    { "from": "glow.tracks", "to": "track1.trajectory" }
  ]
}"#;

impl Desk {
    /// Runs lines that must succeed.
    fn all_ok(&self, lines: &[&str]) {
        for line in lines {
            self.ok(line);
        }
    }

    fn text(&self, name: &str) -> String {
        std::fs::read_to_string(self.path(name)).expect("the file was written")
    }

    fn write(&self, name: &str, text: &str) {
        std::fs::write(self.path(name), text).expect("the file is written");
    }

    /// Runs a line that must be refused, and must leave the preset `a.dragfx` as it was.
    #[track_caller]
    fn unchanged(&self, line: &str, words: &[&str]) {
        let before = self.text("a.dragfx");
        self.refused(2, line, words);
        assert_eq!(self.text("a.dragfx"), before, "{line}");
    }
}

/// A drag, built by commands.
fn built() -> Desk {
    let desk = Desk::new();
    desk.all_ok(&[
        "graph new a.dragfx --title Smile",
        "graph model a.dragfx face @sg2-64.pkl",
        "graph add a.dragfx latent seed=7 psi=-0.5",
        "graph add a.dragfx points --name mouth points.1.handle=20,20 points.2.target=30.5,-3",
        "graph add a.dragfx drag",
        "graph add a.dragfx generate",
        "graph connect a.dragfx latent1.latent drag1.latent",
        "graph connect a.dragfx mouth.points drag1.points",
        "graph connect a.dragfx drag1.latent generate1.latent",
    ]);
    desk
}

#[test]
fn a_graph_is_built_from_nothing() {
    let desk = Desk::new();
    let model = dragfx_tests::fixtures().join("sg2-64.pkl");
    std::fs::copy(model, desk.path("face.pkl")).expect("a fixture");
    desk.all_ok(&["graph new a.dragfx --title Smile --model face=face.pkl"]);
    assert_eq!(desk.ok("graph add a.dragfx latent seed=7 psi=-0.5"), "latent1\n");
    assert_eq!(desk.ok("graph add a.dragfx latent"), "latent2\n");
    desk.all_ok(&["graph rename a.dragfx latent2 other", "graph remove a.dragfx other"]);
    desk.all_ok(&[
        "graph add a.dragfx points --name mouth points.1.handle=20,20 points.1.target=30.5,-3",
        "graph add a.dragfx drag",
        "graph connect a.dragfx latent1.latent drag1.latent",
        "graph connect a.dragfx mouth.points drag1.points",
        "graph set a.dragfx drag1.progress=0 --frame 1",
        "graph set a.dragfx drag1.progress=1 --frame 48 --interpolation hold",
        "graph set a.dragfx drag1.progress=0.1 --frame 1 --interpolation bezier",
        "graph frames a.dragfx 1-48 --rate 25",
        "graph publish a.dragfx mouth.points.1.target --name where --label Where",
        "graph publish a.dragfx latent1.psi --range 0,1",
    ]);
    let preset = desk.json("graph show a.dragfx --json");
    assert_eq!(preset, serde_json::from_str::<Value>(&desk.text("a.dragfx")).expect("JSON"));
    assert_eq!(preset["frames"], json!({ "first": 1, "last": 48, "rate": 25.0 }));
    let hash = blake3::hash(&std::fs::read(desk.path("face.pkl")).expect("the model")).to_hex().to_string();
    assert_eq!(preset["models"]["face"], json!({ "file": "face.pkl", "blake3": hash, "path": "face.pkl" }));
    assert_eq!(preset["nodes"][0]["params"], json!({ "seed": 7, "psi": -0.5 }));
    let point = &preset["nodes"][1]["params"]["points"][0];
    assert_eq!([&point["handle"], &point["target"]], [&json!({"x": 20.0, "y": 20.0}), &json!({"x": 30.5, "y": -3.0})]);
    let keys = [
        json!({ "frame": 1.0, "value": 0.1, "interpolation": "bezier" }),
        json!({ "frame": 48.0, "value": 1.0, "interpolation": "hold" }),
    ];
    assert_eq!(preset["nodes"][2]["params"]["progress"]["keys"], json!(keys));
    let published = [
        json!({ "name": "where", "param": "mouth.points.1.target", "label": "Where" }),
        json!({ "name": "psi", "param": "latent1.psi", "range": [0.0, 1.0] }),
    ];
    assert_eq!(preset["published"], json!(published));

    let shown = desk.ok("graph show a.dragfx");
    for words in
        ["Smile", "frames 1 to 48", "face.pkl", "latent <- latent1.latent", "psi = -0.5", "where  mouth.points"]
    {
        assert!(shown.contains(words), "nothing about {words:?} in: {shown}");
    }
    desk.ok("validate a.dragfx --strict");

    // What was set is taken back until nothing is left.
    desk.all_ok(&[
        "graph unpublish a.dragfx where",
        "graph set a.dragfx --unset drag1.progress",
        "graph disconnect a.dragfx drag1.points",
        "graph remove a.dragfx latent1 drag1 mouth",
    ]);
    let preset = desk.json("graph show a.dragfx --json");
    assert_eq!([&preset["nodes"], &preset["wires"], &preset["published"]], [&json!([]), &json!([]), &Value::Null]);
}

#[test]
fn a_wire_in_the_way_gives_way() {
    let desk = built();
    desk.all_ok(&["graph add a.dragfx latent", "graph connect a.dragfx latent2.latent drag1.latent"]);
    let wires = desk.json("graph show a.dragfx --json")["wires"].to_string();
    assert!(wires.contains("latent2.latent") && !wires.contains("latent1.latent"), "{wires}");
}

#[test]
fn refused_edits_leave_the_file_as_it_was() {
    let desk = built();
    let cases: &[(&str, &[&str])] = &[
        ("graph add a.dragfx blur", &["no kind of node `blur`; `dragfx nodes` lists them"]),
        ("graph add a.dragfx latnt", &["no kind of node `latnt`; did you mean `latent`?"]),
        ("graph add a.dragfx latent --name drag1", &["drag1", "already"]),
        ("graph add a.dragfx latent --name a.b", &["a.b", "no name"]),
        ("graph add a.dragfx latent seed=-1", &["latent2.seed", "-1", "between"]),
        ("graph add a.dragfx latent sed=1", &["latent2", "`sed`", "seed"]),
        ("graph remove a.dragfx drag1 nose", &["no node `nose`", "mouth"]),
        ("graph connect a.dragfx mouth.points drag1.latent", &["mouth.points", "points", "drag1.latent"]),
        ("graph connect a.dragfx mouth.point drag1.points", &["`mouth`", "no output `point`"]),
        ("graph connect a.dragfx drag1.latent drag1.latent", &["circle"]),
        ("graph disconnect a.dragfx drag1.mask", &["drag1.mask", "no such wire"]),
        ("graph disconnect a.dragfx drag1.points --order 2", &["drag1.points", "no such wire"]),
        ("graph set a.dragfx latent1.seed=8 latent1.psi=many", &["latent1.psi", "many"]),
        ("graph set a.dragfx latent1.seed=8 --frame 2 --interpolation wild", &["wild", "bezier"]),
        ("graph set a.dragfx drag1.max_steps=8 --frame 2", &["drag1.max_steps", "animated"]),
        ("graph set a.dragfx latent1.seed.1.target=1,2", &["latent1.seed", "no list of points"]),
        ("graph set a.dragfx mouth.points.1.handle=1", &["mouth.points.1.handle", "X,Y"]),
        ("graph set a.dragfx --unset mouth.points.1.handle", &["whole parameter"]),
        ("graph rename a.dragfx mouth drag1", &["drag1", "already"]),
        ("graph publish a.dragfx latent1.sed", &["`sed`", "seed"]),
        ("graph publish a.dragfx latent1.seed.1.target", &["no list of points"]),
        ("graph publish a.dragfx latent1.psi --range 5,1", &["`psi`", "5 is more than 1"]),
        ("graph unpublish a.dragfx psi", &["`psi`", "none"]),
        ("graph connect a.dragfx mouth.points latent1.points", &["`latent1` has no input `points`; it has none"]),
        ("graph set a.dragfx lat.seed=1", &["no node `lat`; there are latent1, mouth, drag1, generate1"]),
        ("graph set a.dragfx mouth.points.0.handle=1,1", &["points count from 1"]),
        (
            "graph set a.dragfx --unset drag1.progress --frame 2",
            &["drag1.progress", "no keyframe at 2; there are none"],
        ),
        ("graph frames a.dragfx 9-2", &["9-2 runs backwards"]),
        ("graph frames a.dragfx 1-2 --rate 0", &["between 0.001 and 1000 frames a second"]),
        ("graph frames a.dragfx 1-90000000", &["90000000", "between -10000000 and 10000000"]),
        ("graph bypass a.dragfx nose", &["no node `nose`"]),
        ("graph note a.dragfx nose text", &["no node `nose`"]),
        ("graph model a.dragfx my.face @sg2-64.pkl", &["`my.face` is no name"]),
        ("graph model a.dragfx nose --remove", &["no model `nose`; there are face"]),
        ("graph new a.dragfx", &["a.dragfx", "already"]),
    ];
    for (line, words) in cases {
        desk.unchanged(line, words);
    }
    desk.refused(2, "graph new b.json", &["b.json", ".dragfx"]);
    desk.refused(2, "graph show none.dragfx", &["none.dragfx"]);
    desk.refused(2, "graph diagram a.dragfx -o a.pdf", &["a.pdf", ".svg", ".mmd"]);
    desk.ok("graph set a.dragfx mouth.points=[] --frame 1");
    for part in ["", ".1.handle"] {
        let line = format!("graph set a.dragfx mouth.points{part}=[1,1]");
        desk.unchanged(&line, &["mouth.points has 1 keyframe; give --frame, or --unset it first"]);
    }
}

#[test]
fn keyframes_come_and_go_one_by_one() {
    let desk = built();
    desk.all_ok(&[
        "graph set a.dragfx drag1.progress=0 --frame 1",
        "graph set a.dragfx drag1.progress=0.2 --frame 5 --interpolation hold",
        "graph set a.dragfx drag1.progress=1 --frame 12",
    ]);
    let shown = desk.ok("graph show a.dragfx");
    assert!(shown.contains("progress = 1: 0, 5: 0.2 (hold), 12: 1\n"), "{shown}");
    assert!(shown.contains("points = 20,20 → 20,20; 30.5,-3 → 30.5,-3\n"), "{shown}");
    let refused = "drag1.progress has 3 keyframes; give --frame, or --unset it first";
    desk.unchanged("graph set a.dragfx drag1.progress=0.5", &[refused]);
    desk.unchanged("graph set a.dragfx --unset drag1.progress --frame 6", &["at 6; there are 1, 5, 12"]);
    let progress = |desk: &Desk| desk.json("graph show a.dragfx --json")["nodes"][2]["params"]["progress"].clone();
    desk.ok("graph set a.dragfx --unset drag1.progress --frame 5");
    let frames = |keys: &Value| -> Vec<f64> {
        keys["keys"].as_array().expect("keys").iter().filter_map(|key| key["frame"].as_f64()).collect()
    };
    assert_eq!(frames(&progress(&desk)), [1.0, 12.0]);
    desk.all_ok(&[
        "graph set a.dragfx --unset drag1.progress --frame 1",
        "graph set a.dragfx --unset drag1.progress --frame 12",
    ]);
    assert_eq!(progress(&desk), Value::Null);
    // What is unset and set by one command is set.
    desk.all_ok(&[
        "graph set a.dragfx drag1.progress=1 --frame 3",
        "graph set a.dragfx --unset drag1.progress drag1.progress=0.5",
    ]);
    assert_eq!(progress(&desk), json!(0.5));
}

#[test]
fn what_people_say_of_graphs_and_nodes_is_set() {
    let desk = built();
    desk.all_ok(&[
        "graph title a.dragfx Grin --description wide",
        "graph title a.dragfx Frown",
        "graph note a.dragfx mouth corners",
        "graph bypass a.dragfx drag1",
    ]);
    let preset = desk.json("graph show a.dragfx --json");
    assert_eq!([&preset["title"], &preset["description"]], ["Frown", "wide"]);
    assert_eq!([&preset["nodes"][1]["note"], &preset["nodes"][2]["bypass"]], [&json!("corners"), &json!(true)]);
    desk.all_ok(&["graph bypass a.dragfx drag1 --off", "graph model a.dragfx face --remove"]);
    let preset = desk.json("graph show a.dragfx --json");
    assert_eq!([&preset["nodes"][2]["bypass"], &preset["models"]], [&Value::Null, &Value::Null]);
}

#[test]
fn kinds_of_nodes_are_found_however_they_are_written() {
    let desk = built();
    for (kind, name) in [("Write_Tracks", "write_tracks1"), ("LATENT", "latent2"), ("write-tracks", "write_tracks2")] {
        assert_eq!(desk.ok(&format!("graph add a.dragfx {kind}")), format!("{name}\n"));
    }
}

#[test]
fn a_model_is_not_replaced_by_mistake() {
    let desk = built();
    desk.refused(4, "graph model a.dragfx face none.pkl", &["none.pkl"]);
    desk.unchanged("graph model a.dragfx face a.dragfx", &["a.dragfx"]);
    let before = desk.json("graph show a.dragfx --json");
    let (own, other) = ("sg2-64.pkl", "sg2-64-conditional.pkl");
    desk.unchanged(&format!("graph model a.dragfx face @{other}"), &[own, other, "--replace"]);
    // The same model somewhere else is the same model.
    std::fs::copy(dragfx_tests::fixtures().join(own), desk.path("moved.pkl")).expect("a fixture");
    desk.ok("graph model a.dragfx face moved.pkl");
    let after = desk.json("graph show a.dragfx --json");
    assert_eq!(after["models"]["face"]["blake3"], before["models"]["face"]["blake3"]);
    assert_eq!(after["models"]["face"]["path"], "moved.pkl");
    desk.ok(&format!("graph model a.dragfx face @{other} --replace"));
    assert_eq!(desk.json("graph show a.dragfx --json")["models"]["face"]["file"], other);
}

#[test]
fn placeholders_survive_edits_of_other_nodes() {
    let desk = Desk::new();
    desk.write("a.dragfx", FOREIGN);
    let glow = |desk: &Desk| desk.json("graph show a.dragfx --json")["nodes"][1].to_string();
    let before = glow(&desk);
    desk.all_ok(&[
        "graph set a.dragfx points1.points.1.target=3,4",
        "graph add a.dragfx latent",
        "graph rename a.dragfx points1 mouth",
        "graph remove a.dragfx track1",
    ]);
    assert_eq!(glow(&desk), before);
    assert!(before.contains("2.5") && before.contains(r#"{"b":1,"a":null}"#), "{before}");
    desk.unchanged("graph set a.dragfx glow.text=1", &["glow", "placeholder"]);
}

#[test]
fn diagrams_show_every_node_and_escape_what_presets_say() {
    let desk = Desk::new();
    desk.write("a.dragfx", FOREIGN);
    let mermaid = desk.ok("graph diagram a.dragfx");
    desk.all_ok(&["graph diagram a.dragfx -o a.mmd", "graph diagram a.dragfx -o a.svg"]);
    assert_eq!(desk.text("a.mmd"), mermaid);
    let svg = desk.text("a.svg");
    for text in [&mermaid, &svg] {
        for name in ["points1", "glow", "track1"] {
            assert!(text.contains(name), "{name} is not in: {text}");
        }
        assert!(!text.contains("<script") && !text.contains("<put>") && !text.contains('\u{1b}'), "{text}");
    }
    assert!(svg.contains("acme-&lt;script&gt;") && mermaid.contains("acme-#60;script#62;"), "{svg}\n{mermaid}");
    assert!(svg.contains("node missing") && svg.contains("node bypass"), "{svg}");
    assert!(!mermaid.contains("\"]--"), "{mermaid}");
    assert!(!desk.ok("graph show a.dragfx").contains('\u{1b}'), "terminals are not for presets to drive");
    // Published parameters are marked, whether they are set or not.
    desk.all_ok(&["graph publish a.dragfx points1.points.1.target --name where", "graph diagram a.dragfx -o a.svg"]);
    assert!(desk.text("a.svg").contains(">points  0 points  ◆ where<"), "{}", desk.text("a.svg"));

    // The places that people chose are kept.
    assert!(svg.contains("translate(1800 900)"), "{svg}");

    desk.write("a.dragfx", &FOREIGN.replace("[900, 40]", "[0, 0]").replace("[1800, 900]", "[1e99, 0]"));
    desk.ok("graph diagram a.dragfx -o a.svg");
    assert!(!desk.text("a.svg").contains("0000000000"), "nodes out of sight are arranged");
}

#[test]
fn arranged_nodes_stay_apart() {
    let desk = built();
    let places = |desk: &Desk| {
        let preset = desk.json("graph show a.dragfx --json");
        let nodes = preset["nodes"].as_array().expect("nodes").clone();
        nodes.iter().map(|node| node["position"].to_string()).collect::<Vec<_>>()
    };
    let arranged = places(&desk);
    let mut once = arranged.clone();
    once.sort();
    once.dedup();
    assert_eq!(once.len(), arranged.len(), "{arranged:?}");
    // A node that somebody moved makes all others stay too.
    let moved = desk.text("a.dragfx").replacen(&arranged[0].replace(',', ", "), "[-500.0, 70.0]", 1);
    desk.write("a.dragfx", &moved);
    desk.all_ok(&["graph add a.dragfx latent", "graph set a.dragfx latent2.seed=3"]);
    let after = places(&desk);
    assert_eq!((&*after[0], &after[1..4]), ("[-500.0,70.0]", &arranged[1..]));
}

#[test]
fn validation_tells_what_is_wrong_by_its_exit_code() {
    let desk = built();
    let check = |line: &str, code: i32, words: &[&str]| {
        let run = desk.run(line);
        assert_eq!(run.status.code(), Some(code), "{line}: {}{}", run.stdout, run.stderr);
        for word in words {
            assert!(run.stdout.contains(word), "{line}: nothing about {word:?} in: {}", run.stdout);
        }
    };
    check("validate a.dragfx", 0, &["a.dragfx: fine"]);
    let good = desk.text("a.dragfx");
    let mut preset: Value = serde_json::from_str(&good).expect("JSON");
    let model = preset["models"]["face"].as_object_mut().expect("a model");
    model.insert("path".to_owned(), "gone/none.pkl".into());
    model.insert("file".to_owned(), "none.pkl".into());
    desk.write("missing.dragfx", &preset.to_string());
    check("validate a.dragfx missing.dragfx", 4, &["a.dragfx: fine", "model face", "none.pkl", "is missing"]);
    let hint =
        "hint: put it there, name its folder in DRAGFX_MODEL_PATH, or relink it: dragfx graph model PRESET NAME PATH";
    assert!(desk.run("validate missing.dragfx").stderr.ends_with(&format!("{hint}\n")));
    desk.refused(4, "render missing.dragfx --node generate1 -o x.png", &["is missing", &format!("{hint}\n")]);
    preset["models"]["face"] = json!({ "file": "a.dragfx", "blake3": "ab".repeat(32) });
    desk.write("other.dragfx", &preset.to_string());
    let replace = format!("{hint} --replace\n");
    desk.refused(4, "render other.dragfx --node generate1 -o x.png", &["is another model", &replace]);
    assert!(!desk.run("generate -m none.pkl --seed 0 -o x.png").stderr.contains("hint"));
    check("validate missing.dragfx --json", 4, &["\"severity\": \"missing\""]);

    desk.all_ok(&["graph add a.dragfx latent"]);
    check("validate a.dragfx", 0, &["warning: latent2: it is not connected"]);
    check("validate --strict a.dragfx", 2, &["warning"]);
    desk.ok("graph disconnect a.dragfx drag1.points");
    check("validate a.dragfx missing.dragfx", 2, &["error: drag1.points", "is missing"]);
    desk.write("a.dragfx", FOREIGN);
    check("validate a.dragfx", 2, &["glow: a placeholder", "acme-<script>", "no node"]);
    for (text, words) in [
        ("{", "it is no preset: it is not JSON: "),
        ("{}", "dragfx"),
        (r#"{"dragfx": 9, "nodes": []}"#, "format 9"),
        (&good.replace("\"seed\": 7", "\"seed\": \"x\""), "latent1.seed"),
        (&good.replace("drag1.latent\"", "drag1.l\""), "drag1.l"),
    ] {
        desk.write("bad.dragfx", text);
        check("validate bad.dragfx", 2, &["bad.dragfx: error: ", words]);
    }
    check("validate none.dragfx", 2, &["none.dragfx"]);
    desk.write("loose.dragfx", &good.replace("\"blake3\"", "\"blake3_\""));
    check("validate loose.dragfx", 2, &["blake3_"]);
}

#[test]
fn validation_knows_what_render_would_say() {
    let desk = built();
    desk.all_ok(&[
        "graph add a.dragfx points --name none",
        "graph connect a.dragfx none.points drag1.points",
        "graph add a.dragfx read file=plate_##.png",
        "graph add a.dragfx latent file=gone.npy",
        "graph add a.dragfx generate",
        "graph connect a.dragfx latent2.latent generate2.latent",
        "graph add a.dragfx invert",
        "graph connect a.dragfx read1.image invert1.image",
        "graph add a.dragfx write file=a.tif",
        "graph connect a.dragfx generate1.image write1.image",
        "graph add a.dragfx write",
        "graph connect a.dragfx generate1.image write2.image",
        "graph add a.dragfx track",
        "graph connect a.dragfx none.points track1.points",
    ]);
    let told = |desk: &Desk| -> Vec<String> {
        let told = desk.run("validate a.dragfx").stdout;
        told.lines().map(|line| line.trim_start_matches("a.dragfx: ").to_owned()).collect()
    };
    let expected = [
        "warning: drag1.points: none has no point that is enabled, so nothing is dragged",
        "error: read1.file: there is no file plate_##.png of any frame",
        "error: latent2.file: there is no file gone.npy",
        "warning: invert1: this version cannot invert pictures yet",
        "error: write1: a.tif: the file name must end in .png, .jpg, .jpeg, .exr",
        "error: write2: `file`: no file is chosen",
        "error: track1: its input `trajectory`, `latent` or `image` is not connected",
        "warning: mouth: it is not connected to anything",
    ];
    let (mut found, mut expected) = (told(&desk), expected.map(str::to_owned));
    found.sort();
    expected.sort();
    assert_eq!(found, expected);

    // What was told is mended; two nodes now write to one file, and then one writes all frames to one.
    std::fs::write(desk.path("plate_07.png"), "").expect("a file");
    std::fs::write(desk.path("gone.npy"), "").expect("a file");
    desk.all_ok(&[
        "graph set a.dragfx none.points.1.target=1,1 write1.file=a_{seed}.png write2.file=a_{seed}.png",
        "graph remove a.dragfx track1 mouth invert1 read1",
    ]);
    assert_eq!(told(&desk), ["error: a_0.png would be written twice: give each Write node a name of its own"]);
    desk.all_ok(&["graph frames a.dragfx 1-3", "graph set a.dragfx write2.file=b_##.png"]);
    assert_eq!(told(&desk), ["error: a_0.png would be written twice: put #### for the frame into the name"]);
    desk.ok("graph set a.dragfx write1.file=a_##.png");
    assert_eq!(told(&desk), ["fine"]);
    // Nothing that is bypassed is looked for or written.
    desk.all_ok(&["graph set a.dragfx write1.file=a.tif", "graph bypass a.dragfx write1"]);
    assert_eq!(told(&desk), ["fine"]);
    desk.ok("graph bypass a.dragfx generate2");
    assert_eq!(
        told(&desk),
        ["error: generate2: it is bypassed, and nothing is connected that it could pass on as image"]
    );
}

#[test]
fn models_without_a_hash_and_models_of_the_search_path() {
    let desk = built();
    let mut preset: Value = serde_json::from_str(&desk.text("a.dragfx")).expect("JSON");
    let model = preset["models"]["face"].as_object_mut().expect("a model");
    model.remove("path");
    desk.write("a.dragfx", &preset.to_string());
    let mut command = desk.command("validate --strict a.dragfx");
    let run = crate::support::Run::of(command.env("DRAGFX_MODEL_PATH", dragfx_tests::fixtures()));
    assert!(run.status.success(), "{}", run.stdout);
    preset["models"]["face"].as_object_mut().expect("a model").remove("blake3");
    desk.write("a.dragfx", &preset.to_string());
    let mut command = desk.command("validate a.dragfx");
    let run = crate::support::Run::of(command.env("DRAGFX_MODEL_PATH", dragfx_tests::fixtures()));
    assert!(run.status.success() && run.stdout.contains("warning: model face: it has no hash"), "{}", run.stdout);
}

#[test]
fn nodes_are_listed_and_told() {
    let desk = Desk::new();
    let list = desk.ok("nodes");
    let all = desk.json("nodes --json");
    for decl in all.as_array().expect("a list") {
        let id = decl["id"].as_str().expect("an id");
        assert!(list.lines().any(|line| line.starts_with(id)), "{id} is not in: {list}");
        let help = desk.ok(&format!("nodes {id}"));
        for part in ["inputs", "outputs", "params"] {
            for item in decl[part].as_array().expect("a list") {
                assert!(help.contains(item["id"].as_str().expect("an id")), "{item} is not in: {help}");
            }
        }
        assert!(help.lines().all(|line| line.chars().count() <= 120), "{help}");
    }
    assert_eq!(desk.json("nodes drag --json")["title"], "Drag");
    desk.refused(2, "nodes blur", &["`blur`", "drag"]);
}
