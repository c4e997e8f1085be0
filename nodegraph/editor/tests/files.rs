//! Documents and their files, as people open, save and lose them.

mod support;

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};
use std::process::Command;

use dragfx_graph::document::{Document, Edit};
use dragfx_graph::files::{self, Picture, Tags, WriteOptions};
use dragfx_graph::models::ModelRef;
use dragfx_graph::preset;
use dragfx_graph::registry::Registry;
use dragfx_graph::value::{Image, Transfer};
use eframe::egui::accesskit::Role;
use eframe::egui::{DroppedFile, Event, HoveredFile, Key, Modifiers, ViewportCommand, ViewportEvent, ViewportId};
use egui_kittest::kittest::{By, NodeT as _, Queryable as _};
use ndarray::Array3;
use support::{Setting, Window};

const CTRL: Modifiers = Modifiers::COMMAND;

/// A preset without nodes, in a file of that name.
fn empty_preset(folder: &Path, name: &str) -> PathBuf {
    let path = folder.join(name);
    preset::save(&path, &Document::default()).expect("the preset is written");
    path
}

/// A small picture, with a graph inside if there is one.
fn picture(path: &Path, graph: Option<&Document>) -> PathBuf {
    let image = Image::new(Array3::from_elem((4, 6, 4), 1.0), Transfer::Srgb);
    let tags = Tags { graph: graph.map(preset::to_text), digest: None };
    let written = files::write(path, Picture::Image(&image), &WriteOptions::default(), &tags);
    written.expect("the picture is written");
    path.to_owned()
}

fn open(file: &Path) -> Window {
    Setting { file: Some(file.to_owned()), ..Setting::default() }.open()
}

fn press(window: &mut Window, modifiers: Modifiers, key: Key) {
    window.key_press_modifiers(modifiers, key);
    window.settle();
}

#[track_caller]
fn click(window: &mut Window, label: &str) {
    window.get_by_label(label).click();
    window.settle();
}

/// The kinds of a document's nodes.
fn kinds(document: &Document) -> Vec<&str> {
    document.nodes().map(|node| node.type_id()).collect()
}

fn saved(path: &Path) -> Document {
    preset::load(path, &Registry::standard()).expect("a preset")
}

fn says(window: &Window, text: &str) -> bool {
    window.query_all_by_label_contains(text).next().is_some()
}

fn drop_file(window: &mut Window, path: &Path) {
    let file = DroppedFile { path: Some(path.to_owned()), ..DroppedFile::default() };
    window.input_mut().dropped_files.push(file);
    window.settle();
}

/// Asks the window to close, as the system does; says whether it would.
fn close(window: &mut Window) -> bool {
    let viewport = window.input_mut().viewports.get_mut(&ViewportId::ROOT).expect("the window");
    viewport.events.push(ViewportEvent::Close);
    window.step();
    let commands = &window.output().viewport_output[&ViewportId::ROOT].commands;
    let stays = commands.contains(&ViewportCommand::CancelClose);
    window.settle();
    !stays
}

#[test]
fn a_document_is_changed_saved_and_reverted() {
    let folder = tempfile::tempdir().expect("a folder");
    let (path, image) = (empty_preset(folder.path(), "a.dragfx"), picture(&folder.path().join("cat.png"), None));
    let mut window = open(&path);
    assert!(says(&window, "a.dragfx") && !says(&window, "a.dragfx •"));
    drop_file(&mut window, &image);
    assert_eq!(kinds(window.state().document()), ["read"]);
    assert!(says(&window, "a.dragfx •"));
    press(&mut window, CTRL, Key::Z);
    assert!(!says(&window, "a.dragfx •"), "it is again what was saved");
    press(&mut window, CTRL | Modifiers::SHIFT, Key::Z);
    press(&mut window, CTRL, Key::S);
    assert!(!says(&window, "a.dragfx •"));
    let text = std::fs::read_to_string(&path).expect("the preset");
    assert!(text.contains("\"cat.png\""), "a path beside the document is relative: {text}");

    drop_file(&mut window, &image);
    press(&mut window, CTRL | Modifiers::SHIFT, Key::R);
    assert_eq!(kinds(window.state().document()).len(), 2, "it asks first");
    press(&mut window, Modifiers::NONE, Key::Enter);
    assert_eq!(kinds(window.state().document()).len(), 1);
    assert!(!says(&window, "a.dragfx •"));
}

#[test]
fn a_document_saved_elsewhere_reads_the_same_files() {
    let folder = tempfile::tempdir().expect("a folder");
    let (path, image) = (empty_preset(folder.path(), "a.dragfx"), picture(&folder.path().join("cat.png"), None));
    std::fs::create_dir(folder.path().join("b")).expect("a folder");
    let mut window = open(&path);
    drop_file(&mut window, &image);
    press(&mut window, CTRL | Modifiers::SHIFT, Key::S);
    window.get(By::new().role(Role::TextInput).value("a.dragfx")).focus();
    window.settle();
    press(&mut window, CTRL, Key::A);
    window.event(Event::Text("b/there".to_owned()));
    window.settle();
    click(&mut window, "Save");
    let text = std::fs::read_to_string(folder.path().join("b/there.dragfx")).expect("the preset");
    assert!(text.contains("../cat.png"), "{text}");
    assert!(says(&window, "there.dragfx") && !says(&window, "there.dragfx •"));
    assert_eq!(kinds(&saved(&path)).len(), 0, "the other one is as it was");
}

#[test]
fn what_is_not_saved_is_asked_for() {
    let folder = tempfile::tempdir().expect("a folder");
    let (path, image) = (empty_preset(folder.path(), "a.dragfx"), picture(&folder.path().join("cat.png"), None));
    let mut window = open(&path);
    assert!(close(&mut window), "everything is saved");
    drop_file(&mut window, &image);
    assert!(!close(&mut window));
    assert!(says(&window, "Save the changes of a.dragfx?"));
    press(&mut window, Modifiers::NONE, Key::Escape);
    assert_eq!(kinds(window.state().document()), ["read"]);
    press(&mut window, CTRL, Key::N);
    click(&mut window, "Don't save");
    assert_eq!(kinds(window.state().document()), ["latent", "points", "drag"]);
    assert_eq!(kinds(&saved(&path)).len(), 0);

    window.state_mut().end();
    let mut window = open(&path);
    drop_file(&mut window, &image);
    press(&mut window, CTRL, Key::Q);
    click(&mut window, "Save");
    assert_eq!(kinds(&saved(&path)), ["read"]);
    assert!(close(&mut window), "it is saved and may go");
}

#[test]
fn what_cannot_be_opened_leaves_the_document() {
    let folder = tempfile::tempdir().expect("a folder");
    let (path, image) = (empty_preset(folder.path(), "a.dragfx"), picture(&folder.path().join("cat.png"), None));
    let broken = folder.path().join("broken.dragfx");
    std::fs::write(&broken, "{\"dragfx\": 999}").expect("a file");
    let mut window = open(&path);
    drop_file(&mut window, &image);
    press(&mut window, CTRL, Key::S);
    drop_file(&mut window, &broken);
    assert!(says(&window, "Can't open broken.dragfx") && says(&window, "format 999"));
    click(&mut window, "OK");
    assert_eq!(kinds(window.state().document()), ["read"]);
    assert!(says(&window, "a.dragfx"));

    let mut window = open(&broken);
    assert!(says(&window, "Can't open broken.dragfx"));
    assert_eq!(kinds(window.state().document()).len(), 3, "there is something to look at");
    press(&mut window, Modifiers::NONE, Key::Enter);
    assert!(!says(&window, "Can't open"));
}

#[test]
fn a_document_is_recovered_after_its_window_was_lost() {
    let folder = tempfile::tempdir().expect("a folder");
    let (path, image) = (empty_preset(folder.path(), "a.dragfx"), picture(&folder.path().join("cat.png"), None));
    let side = folder.path().join("a.dragfx~");
    let lose = || {
        let mut window = open(&path);
        drop_file(&mut window, &image);
        window.wait_for("the side file", |_| side.exists());
        window.settle();
        // Dropped without an end, as if it had crashed.
    };
    lose();
    let mut window = open(&path);
    assert!(says(&window, "Recover what was not saved?") && says(&window, "newer than the saved file"));
    click(&mut window, "Recover");
    assert_eq!(kinds(window.state().document()), ["read"]);
    assert!(says(&window, "a.dragfx •"));
    press(&mut window, CTRL, Key::S);
    assert!(!side.exists(), "what is saved need not be kept");
    assert_eq!(kinds(&saved(&path)), ["read"]);
    window.state_mut().end();

    lose();
    let mut window = open(&path);
    click(&mut window, "Open the saved one");
    assert_eq!(kinds(window.state().document()), ["read"]);
    assert_eq!(kinds(&saved(&folder.path().join("a.dragfx~old"))).len(), 2, "nothing is thrown away");
    window.state_mut().end();
    assert!(!says(&open(&path), "Recover"));
}

#[test]
fn a_window_that_ends_well_leaves_nothing_behind() {
    let folder = tempfile::tempdir().expect("a folder");
    let (path, image) = (empty_preset(folder.path(), "a.dragfx"), picture(&folder.path().join("cat.png"), None));
    let state = folder.path().join("state");
    let mut window = Setting { file: Some(path.clone()), state: Some(state.clone()), ..Setting::default() }.open();
    drop_file(&mut window, &image);
    let side = folder.path().join("a.dragfx~");
    window.wait_for("the side file", |_| side.exists());
    window.state_mut().end();
    drop(window);
    assert!(!side.exists());
    let locks = std::fs::read_dir(state.join("locks")).expect("the folder of locks");
    assert_eq!(locks.count(), 0);
}

#[test]
fn a_document_in_two_windows_is_kept_by_one() {
    let folder = tempfile::tempdir().expect("a folder");
    let path = empty_preset(folder.path(), "a.dragfx");
    let state = Some(folder.path().join("state"));
    let setting = || Setting { file: Some(path.clone()), state: state.clone(), ..Setting::default() };
    let first = setting().open();
    let second = setting().open();
    assert!(!says(&first, "another window"));
    assert!(says(&second, "open in another window too"));
}

/// What the next test starts and kills: a window with a document without a name that is never saved.
#[test]
#[ignore = "it runs until it is killed"]
fn a_window_that_is_killed() {
    let state = PathBuf::from(std::env::var_os("DRAGFX_TEST_STATE").expect("the other test says where"));
    let image = picture(&state.join("cat.png"), None);
    let document = Some(Document::default());
    let mut window = Setting { document, state: Some(state), ..Setting::default() }.open();
    drop_file(&mut window, &image);
    loop {
        window.step();
        std::thread::sleep(std::time::Duration::from_millis(10));
    }
}

#[test]
fn a_document_without_a_name_survives_that_its_process_is_killed() {
    let folder = tempfile::tempdir().expect("a folder");
    let state = folder.path().to_owned();
    let program = std::env::current_exe().expect("this program");
    let arguments = ["--exact", "a_window_that_is_killed", "--ignored", "--nocapture"];
    let mut child = Command::new(program).args(arguments).env("DRAGFX_TEST_STATE", &state).spawn().expect("it starts");
    let setting = || Setting { document: Some(Document::default()), state: Some(state.clone()), ..Setting::default() };
    let kept = || {
        std::fs::read_dir(state.join("unsaved"))
            .is_ok_and(|files| files.flatten().any(|file| file.file_name().to_string_lossy().ends_with(".dragfx~")))
    };
    let mut other = setting().open();
    other.wait_for("the side file", |_| kept());
    assert!(!says(&setting().open(), "Recover"), "it is still somebody's");
    child.kill().expect("it is killed");
    child.wait().expect("it is gone");

    let mut window = setting().open();
    assert!(says(&window, "Recover what was not saved?"));
    click(&mut window, "Recover");
    assert_eq!(kinds(window.state().document()), ["read"]);
    assert!(says(&window, "Untitled •"));
    window.state_mut().end();
    assert!(!kept());
}

#[test]
fn a_document_that_was_computed_when_its_window_was_lost_is_not_computed_again() {
    let folder = tempfile::tempdir().expect("a folder");
    let (path, state) = (empty_preset(folder.path(), "a.dragfx"), folder.path().join("state"));
    // What a process leaves that is killed while it computes: the file of a lock that nobody holds.
    let whole = path.canonicalize().expect("it is there");
    let lock = state.join("locks").join(blake3::hash(whole.as_os_str().as_encoded_bytes()).to_hex().as_str());
    std::fs::create_dir_all(lock.parent().expect("a folder")).expect("a folder");
    std::fs::write(lock, "computing").expect("the lock");
    let window = Setting { file: Some(path), state: Some(state), ..Setting::default() }.open();
    assert!(says(&window, "ended without a word while it computed a.dragfx"));
}

#[test]
fn a_graph_in_a_picture_is_a_strangers() {
    let folder = tempfile::tempdir().expect("a folder");
    let path = empty_preset(folder.path(), "a.dragfx");
    let image = picture(&folder.path().join("cat.png"), None);
    let mut window = open(&path);
    drop_file(&mut window, &image);
    let graph = window.state().document().clone();
    press(&mut window, CTRL, Key::S);
    let carrier = picture(&folder.path().join("carrier.png"), Some(&graph));
    drop_file(&mut window, &carrier);
    assert!(says(&window, "carrier.png has a graph inside"));
    click(&mut window, "Add the picture");
    assert_eq!(kinds(window.state().document()), ["read", "read"]);
    press(&mut window, CTRL, Key::Z);
    drop_file(&mut window, &carrier);
    click(&mut window, "Open the graph");
    assert_eq!(kinds(window.state().document()), ["read"]);
    assert!(says(&window, "Untitled •") && says(&window, "The graph came with the picture carrier.png"));
    click(&mut window, "Compute");
    assert!(!says(&window, "The graph came with"));
}

#[test]
fn models_and_latents_are_known_by_their_content() {
    let folder = tempfile::tempdir().expect("a folder");
    let mut window = open(&empty_preset(folder.path(), "a.dragfx"));
    let model = |name: &str, fixture: &str| {
        let path = folder.path().join(name);
        std::fs::copy(dragfx_tests::fixtures().join(fixture), &path).expect("a fixture");
        path
    };
    drop_file(&mut window, &model("cat.bin.pkl", "sg2-64.pkl"));
    let models = |window: &Window| window.state().document().models().clone();
    assert_eq!(models(&window).keys().collect::<Vec<_>>(), ["catbin"]);
    assert_eq!(models(&window)["catbin"].path.as_deref(), Some("cat.bin.pkl"));

    drop_file(&mut window, &model("dog.pkl", "sg2-64-resnet.pkl"));
    assert!(says(&window, "Use the model dog.pkl?"));
    click(&mut window, "Add it beside");
    assert_eq!(models(&window).keys().collect::<Vec<_>>(), ["catbin", "dog"]);
    press(&mut window, CTRL, Key::Z);
    drop_file(&mut window, &folder.path().join("dog.pkl"));
    click(&mut window, "Use it for the graph");
    assert_eq!(models(&window).values().map(|model| &*model.file).collect::<Vec<_>>(), ["dog.pkl"]);

    let latent = folder.path().join("latent.npy");
    ndarray_npy::write_npy(&latent, &ndarray::Array2::<f32>::zeros((1, 8))).expect("an array");
    drop_file(&mut window, &latent);
    assert_eq!(kinds(window.state().document()), ["latent"]);

    let text = folder.path().join("notes.txt");
    std::fs::write(&text, "hello").expect("a file");
    drop_file(&mut window, &text);
    assert!(says(&window, "Can't use notes.txt") && says(&window, "a latent (.npy"));
}

#[test]
fn a_missing_model_is_named_and_only_the_same_one_taken() {
    let folder = tempfile::tempdir().expect("a folder");
    let copy = |name: &str, fixture: &str| {
        let path = folder.path().join(name);
        std::fs::copy(dragfx_tests::fixtures().join(fixture), &path).expect("a fixture");
        path
    };
    let (same, other) = (copy("moved.pkl", "sg2-64.pkl"), copy("other.pkl", "sg2-64-resnet.pkl"));
    let hash = blake3::hash(&std::fs::read(&same).expect("the model")).to_hex().to_string();
    let mut document = Document::default();
    let model = ModelRef { file: "cat.pkl".to_owned(), blake3: Some(hash.clone()), path: Some("cat.pkl".to_owned()) };
    document.apply(Edit::SetModel { name: "cat".to_owned(), model: Some(model) }).expect("a model");
    let path = folder.path().join("a.dragfx");
    preset::save(&path, &document).expect("the preset is written");

    let cache = Some(folder.path().join("cache"));
    let mut window = Setting { file: Some(path), cache, ..Setting::default() }.open();
    let missing = format!("The model cat.pkl (BLAKE3 {}…) is missing", &hash[..8]);
    assert!(says(&window, &missing));
    let relink = |window: &mut Window, file: &str| {
        click(window, "Relink cat…");
        // The dialog lists folders in the background.
        window.wait_for(file, |window| window.query_by_label_contains(file).is_some());
        window.get_by_label_contains(file).click();
        window.settle();
        click(window, "Open");
    };
    relink(&mut window, "other.pkl");
    assert!(says(&window, "It is another model"));
    click(&mut window, "Cancel");
    assert!(says(&window, &missing));
    relink(&mut window, "moved.pkl");
    assert!(!says(&window, &missing));
    let path = |window: &Window| window.state().document().models()["cat"].path.clone();
    assert_eq!(path(&window).as_deref(), Some("moved.pkl"));
    press(&mut window, CTRL, Key::Z);
    assert!(says(&window, &missing), "it is one step");
    drop_file(&mut window, &same);
    assert!(!says(&window, &missing), "dropping it does the same");
    assert!(other.exists());
}

#[test]
fn recent_documents_are_in_the_menu() {
    let folder = tempfile::tempdir().expect("a folder");
    let (a, b) = (empty_preset(folder.path(), "a.dragfx"), empty_preset(folder.path(), "b.dragfx"));
    let state = Some(folder.path().join("state"));
    let mut window = Setting { file: Some(a.clone()), state, ..Setting::default() }.open();
    drop_file(&mut window, &b);
    assert!(says(&window, "Opened b.dragfx"));
    std::fs::remove_file(&b).expect("it is there");
    window.event(Event::WindowFocused(true));
    window.settle();
    click(&mut window, "File");
    click(&mut window, "Open recent ⏵");
    assert!(window.get_by_role_and_label(Role::Button, "b.dragfx").accesskit_node().is_disabled());
    window.get_by_role_and_label(Role::Button, "a.dragfx").click();
    window.settle();
    assert!(says(&window, "Opened a.dragfx"));
}

#[test]
fn nothing_is_computed_in_safe_mode_until_somebody_says_so() {
    let mut window = Setting { safe_mode: true, ..Setting::default() }.open();
    let colors = |window: &mut Window| window.picture().pixels().map(|pixel| pixel.0).collect::<BTreeSet<_>>().len();
    assert!(says(&window, "Nothing is computed until you say so."));
    let without = colors(&mut window);
    press(&mut window, Modifiers::NONE, Key::F5);
    assert!(!says(&window, "Nothing is computed"));
    let with = colors(&mut window);
    assert!(with > without + 1000, "a picture has many colours: {with}, and {without} before");
}

#[test]
fn a_file_that_is_held_over_the_window_is_named() {
    let mut window = support::window(Document::default());
    let file = HoveredFile { path: Some("/somewhere/cat.pkl".into()), ..HoveredFile::default() };
    window.input_mut().hovered_files.push(file);
    // It is drawn again and again until the file is dropped or taken away.
    window.run_steps(3);
    assert!(says(&window, "Drop cat.pkl to use it as a model"));
}
