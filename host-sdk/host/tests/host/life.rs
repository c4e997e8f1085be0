//! Loading, describing, making, changing and ending.

use ofx_host::{
    Bundle, Cache, Context, Fault, Host, HostError, HostSettings, Library, Misuse, SuiteFilter, ThreadSafety, bundle,
};

use crate::stage::{self, Ear, Stage, options, source};

#[test]
fn a_plugin_says_what_it_is() {
    let stage = Stage::new();
    let ids: Vec<_> = stage.library.plugins().map(|id| (id.identifier.as_str(), id.version)).collect();
    assert_eq!(ids, [("test.unsafe", (1, 2)), ("test.instance", (1, 2)), ("test.full", (1, 2))]);
    let plugin = stage.plugin();
    let description = plugin.description();
    assert_eq!((description.label.as_str(), description.grouping.as_str()), ("Test", "Tests/Deep"));
    assert_eq!(description.thread_safety, ThreadSafety::InstanceSafe);
    assert_eq!(plugin.contexts().collect::<Vec<_>>(), [Context::Filter, Context::General, Context::Generator]);
    let filter = plugin.describe(Context::Filter).unwrap();
    let clips: Vec<_> = filter.clips.iter().map(|clip| (clip.name.as_str(), clip.optional)).collect();
    assert_eq!(clips, [("Source", false), ("Mask", true), ("Output", false)]);
    let params: Vec<_> = filter.params.iter().map(|param| param.name.as_str()).collect();
    assert_eq!(params, ["mode", "gain", "echo", "button"]);
    let text = serde_json::to_string(&*filter).unwrap();
    assert_eq!(serde_json::from_str::<ofx_host::ContextDescription>(&text).unwrap(), *filter);
    assert!(matches!(plugin.describe(Context::Retimer), Err(HostError::Context { .. })));
    assert_eq!(plugin.complaints(), []);
}

#[test]
fn actions_come_in_pairs_and_in_order() {
    let stage = Stage::new();
    let instance = stage.plugin().instance(Context::Filter, options(Some(source()))).unwrap();
    instance.set("gain", 0.5).unwrap();
    instance.press("button").unwrap();
    drop(instance);
    let expected = [
        "OfxActionCreateInstance",
        "OfxActionBeginInstanceChanged",
        "OfxActionInstanceChanged gain OfxChangeUserEdited",
        "OfxActionEndInstanceChanged",
        "OfxActionBeginInstanceChanged",
        "OfxActionInstanceChanged button OfxChangeUserEdited",
        "OfxActionInstanceChanged echo OfxChangePluginEdited",
        "no",
        "OfxActionEndInstanceChanged",
        "OfxActionDestroyInstance",
    ];
    assert_eq!(stage.ear.log(), expected);
}

#[test]
fn questions_are_answered_and_progress_is_stopped() {
    let stage = Stage::with(|_| {}, Ear { patience: Some(0.45), agrees: true, ..Ear::default() });
    let instance = stage.filter("");
    instance.press("button").unwrap();
    let log = stage.ear.log();
    assert!(log.contains(&"yes".to_owned()) && log.contains(&"stopped at 5".to_owned()), "{log:?}");
    assert_eq!(instance.get("echo", 0.0).unwrap().number(), Some(5.0));
}

#[test]
fn changes_without_end_are_ended() {
    let stage = Stage::new();
    let instance = stage.filter("");
    instance.set("mode", "for ever").unwrap();
    instance.set("gain", 2.0).unwrap();
    let complaints = stage.plugin().complaints();
    assert!(complaints.iter().any(|complaint| complaint.misuse == Misuse::WrongMoment), "{complaints:?}");
}

#[test]
fn names_that_do_not_exist_are_the_users_fault() {
    let stage = Stage::new();
    let instance = stage.filter("");
    let still = || std::sync::Arc::new(ofx_host::Still::new(source(), (0.0, 0.0)));
    let errors = [
        instance.set("nothing", 1.0).unwrap_err(),
        instance.set("gain", "much").unwrap_err(),
        instance.press("gain").unwrap_err(),
        instance.connect("Nowhere", still()).unwrap_err(),
        instance.connect("Output", still()).unwrap_err(),
        stage.library.plugin("test.nothing").unwrap_err(),
        Bundle::open("nowhere.ofx.bundle").unwrap_err(),
    ];
    let wrong: Vec<_> = errors.iter().filter(|error| error.fault() != Fault::User).collect();
    assert!(wrong.is_empty(), "{wrong:?}");
}

#[test]
fn values_are_saved_and_given_to_another_instance() {
    let stage = Stage::new();
    let instance = stage.filter("colour");
    instance.set_at("gain", 1.0, 0.0).unwrap();
    instance.set_at("gain", 3.0, 1.0).unwrap();
    let mut options = options(Some(source()));
    options.params = Some(instance.save().unwrap());
    let other = stage.plugin().instance(Context::Filter, options).unwrap();
    assert_eq!(other.keys("gain").unwrap(), instance.keys("gain").unwrap());
    assert_eq!(other.get("mode", 0.0).unwrap().text(), Some("colour"));
    assert_eq!(other.delete_keys("gain", None).unwrap(), 2);
    other.reset("gain").unwrap();
    assert_eq!(other.get("gain", 0.0).unwrap().number(), Some(1.0));
}

#[test]
fn a_binary_serves_one_host_at_a_time() {
    let mut stage = Stage::new();
    let _alone = stage.alone.take();
    let other = Host::default();
    assert!(matches!(Library::open(&other, &stage::bundle()), Err(HostError::OtherHost { .. })));
    let again = Library::open(&stage.host, &stage::bundle()).unwrap();
    let plugin = again.plugin("test.full").unwrap();
    drop((stage, again));
    // The plugin keeps the library.
    assert_eq!(plugin.complaints(), []);
    drop(plugin);
    assert!(Library::open(&other, &stage::bundle()).unwrap().plugin("test.full").is_ok());
}

#[test]
fn it_is_loaded_and_unloaded_again_and_again() {
    for _ in 0..50 {
        let stage = Stage::new();
        let picture = stage.filter("").render(&ofx_host::RenderRequest::at(1.0)).unwrap();
        assert_eq!(picture.bounds(), stage::BOUNDS);
    }
}

#[test]
fn a_plugin_that_lacks_a_suite_is_told_of_as_its_own_failure() {
    let filter = SuiteFilter::default().without("OfxParameterSuite", 1);
    let stage = Stage::with(|settings| settings.suites = filter, Ear::default());
    let error = stage.library.plugin("test.full").unwrap_err();
    assert!(matches!(&error, HostError::ActionFailed { action, .. } if action == "OfxActionLoad"), "{error}");
    assert_eq!(error.fault(), Fault::Plugin);
    assert!(matches!(stage.library.plugin("test.full"), Err(HostError::Known { .. })));
}

#[test]
fn descriptions_come_from_the_cache_as_they_were() {
    let _alone = stage::alone();
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("cache.json");
    let host = Host::new(HostSettings::default());
    let fresh = Cache::open(&file, &host).describe(&host, &stage::bundle()).unwrap();
    let kept = Cache::open(&file, &host).describe(&host, &stage::bundle()).unwrap();
    assert_eq!(fresh, kept);
    assert_eq!(fresh[0].contexts.len(), 3);
    assert!(bundle::find([folder.path()]).is_empty());
}
