//! `ofx describe`.

use std::sync::Arc;

use anyhow::Result;
use ofx_host::param::{ParamDescription, ParamKind, ParamValue};
use ofx_host::{ContextDescription, Description, Host};
use serde_json::json;

use crate::args::{Common, Describe};
use crate::{console, find, print as say, printable};

/// Tells what a plugin is.
pub(crate) fn run(common: &Common, args: &Describe) -> Result<()> {
    let plugin = find::plugin(&Host::default(), common, &args.plugin)?;
    let contexts = match args.context {
        Some(context) => vec![plugin.describe(context)?],
        None => plugin.contexts().map(|context| plugin.describe(context)).collect::<Result<_, _>>()?,
    };
    if args.json {
        let contexts: Vec<&ContextDescription> = contexts.iter().map(Arc::as_ref).collect();
        let value = json!({ "description": plugin.description(), "contexts": contexts });
        say(&serde_json::to_string_pretty(&value)?);
    } else {
        print(plugin.description());
        contexts.iter().for_each(|context| print_context(context));
    }
    if common.complaints {
        console::complain(&plugin.complaints());
    }
    Ok(())
}

fn print(description: &Description) {
    let (major, minor) = description.version;
    line(&format!("{} {major}.{minor}: {}", description.identifier, description.label));
    let depths: Vec<_> = description.depths.iter().map(|depth| depth.word()).collect();
    let mut facts = vec![
        format!("group {}", description.grouping),
        format!("depths {}", depths.join(" ")),
        description.thread_safety.to_string(),
    ];
    let flags = [
        (description.tiles, "tiles"),
        (description.multi_resolution, "multi-resolution"),
        (description.temporal_access, "temporal access"),
        (description.overlay > 0, "overlay"),
        (description.obsolete, "obsolete"),
    ];
    facts.extend(flags.iter().filter(|(is, _)| *is).map(|(_, word)| (*word).to_owned()));
    line(&format!("  {}", facts.join(", ")));
    for text in description.documentation.lines() {
        line(&format!("  {text}"));
    }
}

fn print_context(context: &ContextDescription) {
    line(&format!("\nas a {}", context.context));
    for clip in &context.clips {
        let components: Vec<_> = clip.components.iter().map(|components| components.word()).collect();
        let optional = if clip.optional { ", optional" } else { "" };
        line(&format!("  clip {}: {}{optional}", clip.name, components.join(" ")));
    }
    for param in context.params.iter().filter(|param| !matches!(param.kind, ParamKind::Page | ParamKind::Group)) {
        line(&format!("  {}", parameter(param)));
    }
}

/// A parameter on a line: name, kind, default, range, options, label.
fn parameter(param: &ParamDescription) -> String {
    let mut text = format!("{}: {:?}", param.name, param.kind);
    if let Some(default) = &param.default {
        text += &match default {
            ParamValue::Integers(numbers) => format!(" = {}", join(numbers.iter())),
            ParamValue::Doubles(numbers) => format!(" = {}", join(numbers.iter())),
            ParamValue::Text(words) => format!(" = {words:?}"),
            ParamValue::Bytes(bytes) => format!(" = {} bytes", bytes.len()),
            ParamValue::Curves(curves) => format!(" = {} curves", curves.len()),
        };
    }
    if let ([low, ..], [high, ..]) = (&param.minimum[..], &param.maximum[..])
        && (low.is_finite() || high.is_finite())
    {
        text += &format!(", {low} to {high}");
    }
    if !param.options.is_empty() {
        let labels: Vec<_> = param.options.iter().map(|option| option.label.as_str()).collect();
        text += &format!(", one of {}", labels.join(" | "));
    }
    if param.label != param.name {
        text += &format!(" ({})", param.label);
    }
    if param.secret {
        text += ", secret";
    }
    text
}

fn join(numbers: impl Iterator<Item = impl ToString>) -> String {
    numbers.map(|number| number.to_string()).collect::<Vec<_>>().join(",")
}

fn line(text: &str) {
    say(&printable(text.trim_end()));
}
