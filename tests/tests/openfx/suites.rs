//! Hosts that lack something.

use ofx_host::{Host, HostSettings, RenderRequest, SuiteFilter};

use crate::bundle::{effect, generator, small_model};

/// The suites without which nothing can be done at all.
const REQUIRED: [&str; 3] = ["OfxPropertySuite", "OfxImageEffectSuite", "OfxParameterSuite"];

#[test]
fn each_optional_suite_and_function_can_be_missing() {
    let mut filters = Vec::new();
    for (suite, version, functions) in Host::new(HostSettings::default()).suites() {
        if REQUIRED.contains(&suite) {
            continue;
        }
        filters.push((format!("{suite} {version}"), SuiteFilter::default().without(suite, version)));
        for function in functions {
            let filter = SuiteFilter::default().without_function(suite, function);
            filters.push((format!("{suite}.{function}"), filter));
        }
    }
    assert!(filters.len() > 30, "{} things can be missing", filters.len());
    let mut wrong = Vec::new();
    for (name, suites) in filters {
        let plugin = effect("org.dragfx.drag", HostSettings { suites, ..HostSettings::default() });
        let instance = generator(&plugin);
        instance.set("model", small_model()).expect("a path");
        if let Err(error) = instance.render(&RenderRequest::at(1.0)) {
            wrong.push(format!("without {name}: {error}"));
        }
        // What fails wants to be told, too.
        instance.set("model", "/nowhere/at-all.pkl").expect("a path");
        if instance.render(&RenderRequest::at(1.0)).is_ok() {
            wrong.push(format!("without {name}: there was no model, and a picture all the same"));
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}
