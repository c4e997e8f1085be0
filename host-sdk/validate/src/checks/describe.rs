//! What a plugin says of itself, its clips and its parameters.

use std::collections::BTreeMap;
use std::sync::Arc;

use ofx_host::param::{Measures, ParamDescription, ParamKind, ParamValue, StringMode};
use ofx_host::{ColourManagement, Components, Context, ContextDescription, Plugin};

use crate::bench::Bench;
use crate::check::{Check, Complaints, Stop};

pub(crate) const CHECKS: &[Check] = &[
    Check::new(
        "describe.properties",
        "Properties are set and read with their types and within their dimensions, and each name is declared once.",
        "ofxProperty.h; ofxParam.h: paramDefine; ofxImageEffect.h: clipDefine",
        properties,
    )
    .about(Complaints::Description),
    Check::new(
        "describe.labels",
        "The plugin has a label, a group, a description and a version for people.",
        "ofxCore.h: kOfxPropLabel, kOfxPropPluginDescription, kOfxPropVersionLabel; kOfxImageEffectPluginPropGrouping",
        labels,
    ),
    Check::new(
        "describe.kinds",
        "At least one context, one depth and a class of thread safety are declared.",
        "ofxImageEffect.h: kOfxImageEffectPropSupportedContexts, kOfxImageEffectPropSupportedPixelDepths",
        kinds,
    ),
    Check::new(
        "describe.clips",
        "Each context has the clips and parameters that it must have, and clips take components.",
        "ofxImageEffect.h: the contexts",
        clips,
    ),
    Check::new(
        "describe.ranges",
        "Defaults lie in ranges, ranges of sliders lie in them too, and numbers have both.",
        "ofxParam.h: kOfxParamPropMin, kOfxParamPropDisplayMin, kOfxParamPropDefault; some hosts need both",
        ranges,
    ),
    Check::new(
        "describe.choices",
        "Choices have options that can be told from each other, and a default among them.",
        "ofxParam.h: kOfxParamPropChoiceOption, kOfxParamPropChoiceEnum, kOfxParamPropChoiceOrder",
        choices,
    ),
    Check::new(
        "describe.strings",
        "Strings have a mode, and files do not animate.",
        "ofxParam.h: kOfxParamPropStringMode",
        strings,
    ),
    Check::new(
        "describe.groups",
        "Groups and pages contain what exists, and no group contains itself.",
        "ofxParam.h: kOfxParamPropParent, kOfxParamPropPageChild",
        groups,
    ),
    Check::new(
        "describe.names",
        "Parameters have labels, and names that scripts can use.",
        "ofxParam.h: kOfxParamPropScriptName; hosts make variables of names",
        names,
    ),
];

/// What the plugin is in each context. What cannot be described is a matter for another check.
fn contexts(bench: &Bench) -> Result<(Plugin, Vec<Arc<ContextDescription>>), Stop> {
    let plugin = bench.load()?;
    bench.doing("describing it in its contexts");
    let contexts: Vec<_> = plugin.contexts().filter_map(|context| plugin.describe(context).ok()).collect();
    Ok((plugin, contexts))
}

/// Goes through all parameters of all contexts; the same parameter in several contexts is told once.
fn params(bench: &Bench, check: impl Fn(&ParamDescription) -> Vec<(bool, String)>) -> Result<(), Stop> {
    let (_, contexts) = contexts(bench)?;
    let mut told = std::collections::BTreeSet::new();
    for param in contexts.iter().flat_map(|context| &context.params) {
        for (is_failure, text) in check(param) {
            let text = format!("parameter {}: {text}", param.name);
            if told.insert(text.clone()) {
                if is_failure { bench.fail(text) } else { bench.warn(text) }
            }
        }
    }
    Ok(())
}

fn properties(bench: &Bench) -> Result<(), Stop> {
    contexts(bench).map(|_| ())
}

fn labels(bench: &Bench) -> Result<(), Stop> {
    let plugin = bench.load()?;
    let description = plugin.description();
    if description.label.is_empty() || description.label == description.identifier {
        bench.fail("kOfxPropLabel is not set");
    }
    for (is, property) in [
        (description.grouping.is_empty(), "kOfxImageEffectPluginPropGrouping"),
        (description.documentation.is_empty(), "kOfxPropPluginDescription"),
    ] {
        if is {
            bench.warn(format_args!("{property} is not set"));
        }
    }
    Ok(())
}

fn kinds(bench: &Bench) -> Result<(), Stop> {
    let plugin = bench.load()?;
    let description = plugin.description();
    if description.contexts.is_empty() {
        bench.fail("kOfxImageEffectPropSupportedContexts has none that the standard knows");
    }
    if description.depths.is_empty() {
        bench.fail("kOfxImageEffectPropSupportedPixelDepths has none that the standard knows");
    }
    if !description.contexts.iter().any(|context| matches!(context, Context::Filter | Context::General)) {
        bench.warn("it is neither a filter nor general: some hosts know no other contexts");
    }
    Ok(())
}

fn clips(bench: &Bench) -> Result<(), Stop> {
    let plugin = bench.load()?;
    let contexts: Vec<Context> = plugin.contexts().collect();
    for context in contexts {
        bench.doing(format_args!("describing it as a {context}"));
        let described = match plugin.describe(context) {
            Ok(described) => described,
            // It names the clip that is missing.
            Err(error) => {
                bench.fail(error);
                continue;
            }
        };
        let wanted = match context {
            Context::Transition => Some(("Transition", ParamKind::Double)),
            Context::Retimer => Some(("SourceTime", ParamKind::Double)),
            _ => None,
        };
        if let Some((name, kind)) = wanted
            && !described.params.iter().any(|param| param.name == name && param.kind == kind)
        {
            bench.fail(format_args!("as a {context} it has no parameter {name} that is a double"));
        }
        for clip in described.clips.iter().filter(|clip| clip.components.is_empty()) {
            bench.fail(format_args!("clip {} takes no components that the standard knows", clip.name));
        }
        for clip in described.clips.iter().filter(|clip| clip.mask && !clip.components.contains(&Components::Alpha)) {
            bench.fail(format_args!("clip {} is a mask, but takes no alpha", clip.name));
        }
        let needed = described.clips.iter().filter(|clip| clip.name != "Output" && !clip.optional);
        for clip in needed.filter(|_| context == Context::Generator) {
            bench.warn(format_args!("as a generator it needs the clip {}: hosts have none for it", clip.name));
        }
    }
    if plugin.description().colour_management == ColourManagement::Ocio {
        bench.warn("it wants OpenColorIO, which few hosts have");
    }
    Ok(())
}

/// Whether a parameter's default is a place or a size as a part of the project's, to which its range does not apply.
fn is_normalised(param: &ParamDescription) -> bool {
    let old = !matches!(
        param.measures,
        None | Some(Measures::Plain | Measures::Scale | Measures::Angle | Measures::Time | Measures::AbsoluteTime)
            | Some(Measures::X | Measures::Y | Measures::XY)
            | Some(Measures::XAbsolute | Measures::YAbsolute | Measures::XYAbsolute)
    );
    param.normalised_default || old
}

fn ranges(bench: &Bench) -> Result<(), Stop> {
    params(bench, |param| {
        let mut wrong = Vec::new();
        let limits = param.minimum.iter().zip(&param.maximum);
        if limits.clone().any(|(low, high)| low > high) {
            wrong.push((true, "kOfxParamPropMin is above kOfxParamPropMax".to_owned()));
        }
        if param.display_minimum.iter().zip(&param.display_maximum).any(|(low, high)| low > high) {
            wrong.push((true, "kOfxParamPropDisplayMin is above kOfxParamPropDisplayMax".to_owned()));
        }
        if param.minimum.iter().chain(&param.maximum).any(|limit| limit.is_nan()) {
            wrong.push((true, "kOfxParamPropMin or kOfxParamPropMax is not a number".to_owned()));
        }
        let default = param.default.as_ref().map(ParamValue::numbers).unwrap_or_default();
        let outside = |(number, (low, high)): (&f64, (&f64, &f64))| number < low || number > high;
        if !is_normalised(param) && default.iter().zip(limits.clone()).any(outside) {
            wrong.push((true, format!("its default {default:?} is not in {:?} to {:?}", param.minimum, param.maximum)));
        }
        let sliders = param.display_minimum.iter().zip(&param.display_maximum);
        if sliders.zip(limits).any(|((low, high), (lowest, highest))| low < lowest || high > highest) {
            wrong.push((false, "its slider reaches further than its range".to_owned()));
        }
        let is_number = matches!(param.kind, ParamKind::Integer | ParamKind::Double);
        let unlimited = |limit: &f64| limit.abs() >= f64::from(i32::MAX);
        if is_number && param.display_minimum.iter().chain(&param.display_maximum).any(unlimited) {
            wrong.push((false, "it has no kOfxParamPropDisplayMin and kOfxParamPropDisplayMax".to_owned()));
        }
        wrong
    })
}

fn choices(bench: &Bench) -> Result<(), Stop> {
    params(bench, |param| {
        if !matches!(param.kind, ParamKind::Choice | ParamKind::StrChoice) {
            return Vec::new();
        }
        if param.options.is_empty() {
            return vec![(false, "it has no options".to_owned())];
        }
        let mut wrong = Vec::new();
        let is_option = match &param.default {
            Some(ParamValue::Integers(numbers)) => {
                numbers.first().is_some_and(|at| usize::try_from(*at).is_ok_and(|at| at < param.options.len()))
            }
            Some(ParamValue::Text(word)) => param.options.iter().any(|option| option.value == *word),
            _ => false,
        };
        if !is_option {
            wrong.push((true, format!("its default {:?} is no option", param.default)));
        }
        let mut labels: BTreeMap<&str, usize> = BTreeMap::new();
        let mut values: BTreeMap<&str, usize> = BTreeMap::new();
        for option in &param.options {
            *labels.entry(&option.label).or_default() += 1;
            *values.entry(&option.value).or_default() += 1;
        }
        if let Some((label, _)) = labels.iter().find(|(_, times)| **times > 1) {
            wrong.push((false, format!("two of its options are called {label:?}")));
        }
        if let Some((value, _)) = values.iter().find(|(_, times)| param.kind == ParamKind::StrChoice && **times > 1) {
            wrong.push((true, format!("two of its options stand for {value:?}")));
        }
        wrong
    })
}

fn strings(bench: &Bench) -> Result<(), Stop> {
    params(bench, |param| {
        let mut wrong = Vec::new();
        if param.kind == ParamKind::String && param.string_mode.is_none() {
            wrong.push((true, "kOfxParamPropStringMode is none of the standard's".to_owned()));
        }
        let is_path = matches!(param.string_mode, Some(StringMode::FilePath | StringMode::DirectoryPath));
        if param.kind == ParamKind::String && is_path && param.animates {
            wrong.push((false, "it is a path that animates".to_owned()));
        }
        wrong
    })
}

fn groups(bench: &Bench) -> Result<(), Stop> {
    let (_, contexts) = contexts(bench)?;
    for context in contexts {
        let find = |name: &str| context.params.iter().find(|param| param.name == name);
        for param in &context.params {
            let Some(parent) = &param.parent else { continue };
            match find(parent) {
                None => bench.fail(format_args!("parameter {}: its group {parent} does not exist", param.name)),
                Some(group) if group.kind != ParamKind::Group => {
                    bench.fail(format_args!("parameter {}: its group {parent} is no group", param.name));
                }
                Some(_) => {}
            }
            let above = std::iter::successors(Some(param), |one| one.parent.as_deref().and_then(find));
            // No longer chain can be without the same group twice.
            if above.take(context.params.len() + 1).count() > context.params.len() {
                bench.fail(format_args!("parameter {}: its groups contain each other", param.name));
            }
        }
        for page in context.params.iter().filter(|param| param.kind == ParamKind::Page) {
            for child in page.children.iter().filter(|child| !child.starts_with("OfxParamPageSkip")) {
                match find(child) {
                    None => bench.fail(format_args!("page {}: its child {child} does not exist", page.name)),
                    Some(param) if param.kind == ParamKind::Page => {
                        bench.fail(format_args!("page {}: its child {child} is a page", page.name));
                    }
                    Some(_) => {}
                }
            }
        }
    }
    Ok(())
}

fn names(bench: &Bench) -> Result<(), Stop> {
    let (_, contexts) = contexts(bench)?;
    for context in &contexts {
        let mut seen: BTreeMap<&str, &str> = BTreeMap::new();
        for param in &context.params {
            let script = if param.script_name.is_empty() { &param.name } else { &param.script_name };
            if let Some(other) = seen.insert(script, &param.name) {
                bench.fail(format_args!("parameters {other} and {} are both {script} in scripts", param.name));
            }
        }
    }
    params(bench, |param| {
        let mut wrong = Vec::new();
        let script = if param.script_name.is_empty() { &param.name } else { &param.script_name };
        let begins_well = script.starts_with(|char: char| char.is_ascii_alphabetic() || char == '_');
        if !begins_well || script.contains(|char: char| !(char.is_ascii_alphanumeric() || char == '_')) {
            wrong.push((false, "its name in scripts is not made of letters, digits and underscores".to_owned()));
        }
        if param.label.is_empty() && !param.secret {
            wrong.push((false, "it has no label".to_owned()));
        }
        wrong
    })
}
