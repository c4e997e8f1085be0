//! The bundle that is tested, and its effects.

use std::env;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::LazyLock;

use ofx_host::{Bundle, Context, Host, HostSettings, Instance, InstanceOptions, Library, Plugin, PointD, Project};

/// The bundle: the one that `cargo xtask test` has made, or one that is made now.
pub(crate) fn bundle() -> &'static Bundle {
    static BUNDLE: LazyLock<Bundle> = LazyLock::new(|| {
        let folder = env::var_os("DRAGFX_BUNDLE").map_or_else(make, PathBuf::from);
        Bundle::open(folder).expect("a bundle")
    });
    &BUNDLE
}

fn make() -> PathBuf {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).parent().expect("the tests lie in the checkout");
    let done = Command::new(env!("CARGO")).args(["xtask", "bundle", "--dev"]).current_dir(root).status();
    assert!(done.is_ok_and(|status| status.success()), "`cargo xtask bundle --dev` works");
    root.join("target/bundle-dev/DragFX.ofx.bundle")
}

/// The presets inside.
pub(crate) fn presets() -> PathBuf {
    bundle().resources.join("presets")
}

/// An effect of the bundle in a host of these settings.
pub(crate) fn effect(identifier: &str, settings: HostSettings) -> Plugin {
    let library = Library::open(&Host::new(settings), bundle()).expect("a library");
    library.plugin(identifier).unwrap_or_else(|error| panic!("{identifier}: {error}"))
}

/// An instance that generates pictures of 256x256, as the model in the bundle paints them.
pub(crate) fn generator(plugin: &Plugin) -> Instance {
    let project = Project { size: PointD::new(256.0, 256.0), ..Project::default() };
    plugin
        .instance(Context::Generator, InstanceOptions { project, ..InstanceOptions::default() })
        .unwrap_or_else(|error| panic!("{}: {error}", plugin.identifier()))
}

/// A generator of 64x64 pixels that is opened in no time.
pub(crate) fn small_model() -> String {
    dragfx_tests::fixtures().join("sg2-64.pkl").display().to_string()
}

#[test]
fn it_holds_two_effects_and_one_for_each_preset() {
    let library = Library::open(&Host::new(HostSettings::default()), bundle()).expect("a library");
    let mut found: Vec<_> = library.plugins().map(|plugin| plugin.identifier.clone()).collect();
    found.sort();
    let mut expected = vec!["org.dragfx.drag".to_owned(), "org.dragfx.graph".to_owned()];
    let presets = presets().read_dir().expect("presets").flatten().map(|entry| entry.path());
    expected.extend(presets.map(|path| {
        let stem = path.file_stem().expect("a name").to_string_lossy().replace('-', "_");
        format!("org.dragfx.preset.{stem}")
    }));
    expected.sort();
    assert_eq!(found, expected);
    assert!(found.len() > 5);
}

#[test]
fn every_effect_describes_itself_without_a_complaint() {
    let library = Library::open(&Host::new(HostSettings::default()), bundle()).expect("a library");
    let mut wrong = Vec::new();
    for id in library.plugins() {
        let plugin = library.load(id).expect("a plugin");
        assert_eq!(plugin.contexts().collect::<Vec<_>>(), [Context::Generator, Context::Filter, Context::General]);
        for context in [Context::Generator, Context::Filter, Context::General] {
            plugin.describe(context).unwrap_or_else(|error| panic!("{} as {context}: {error}", id.identifier));
        }
        let icon = bundle().icon(&id.identifier);
        assert!(icon.is_some(), "{} has no icon", id.identifier);
        wrong.extend(plugin.complaints().into_iter().map(|complaint| format!("{}: {complaint}", id.identifier)));
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn the_host_draws_the_points_that_no_overlay_draws() {
    let cases = [("org.dragfx.drag", "handle1", false), ("org.dragfx.preset.one_drag", "target", true)];
    for (identifier, param, expected) in cases {
        let described =
            effect(identifier, HostSettings::default()).describe(Context::Generator).expect("a description");
        let param = described.params.iter().find(|known| known.name == param).expect("a parameter");
        assert_eq!(param.wants_host_handle, expected, "{identifier}");
    }
}
