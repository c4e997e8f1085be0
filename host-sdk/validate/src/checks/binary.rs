//! What a binary exports and says of its plugins.

use std::collections::BTreeSet;

use ofx_host::probe::{Binary, Listed};

use crate::bench::Bench;
use crate::check::{Check, Stop};

pub(crate) const CHECKS: &[Check] = &[
    Check::new(
        "binary.exports",
        "The binary can be loaded, and exports what hosts look for.",
        "ofxCore.h: OfxGetNumberOfPlugins and OfxGetPlugin must be exported",
        exports,
    )
    .of_binary(),
    Check::new(
        "binary.bounds",
        "A plugin is given for each number below the number of plugins.",
        "ofxCore.h: OfxGetPlugin gives the nth plugin of OfxGetNumberOfPlugins",
        bounds,
    )
    .of_binary(),
    Check::new(
        "binary.beyond",
        "No plugin is given for numbers that none has.",
        "not foreseen; ofxCore.h speaks of the nth plugin only",
        beyond,
    )
    .of_binary()
    .lenient(),
    Check::new(
        "binary.identifiers",
        "Plugins have identifiers in reverse domain notation, of their own, for an interface that exists.",
        "ofxCore.h: OfxPlugin",
        identifiers,
    )
    .of_binary(),
    Check::new(
        "binary.reload",
        "The binary can be unloaded and loaded again, and says the same.",
        "ofxCore.h: the binary is opened, looked into and closed by hosts that build a cache",
        reload,
    )
    .of_binary(),
];

fn open(bench: &Bench) -> Result<Binary, Stop> {
    bench.doing("loading the binary");
    Ok(Binary::open(&bench.bundle)?)
}

fn exports(bench: &Bench) -> Result<(), Stop> {
    let binary = open(bench)?;
    for symbol in ["OfxGetNumberOfPlugins", "OfxGetPlugin"] {
        if !binary.exports(symbol) {
            bench.fail(format_args!("{symbol} is not exported"));
        }
    }
    Ok(())
}

fn count(bench: &Bench, binary: &Binary) -> Result<i32, Stop> {
    bench.doing("calling OfxGetNumberOfPlugins");
    let count = binary.count().ok_or_else(|| Stop::Skip("OfxGetNumberOfPlugins is not exported".to_owned()))?;
    if (1..=10_000).contains(&count) {
        Ok(count)
    } else {
        Err(Stop::Fail(format!("it says that it has {count} plugins")))
    }
}

/// The plugins of the binary, as far as there are any.
fn listed(bench: &Bench, binary: &Binary) -> Result<Vec<Listed>, Stop> {
    let count = count(bench, binary)?;
    bench.doing("calling OfxGetPlugin");
    Ok((0..count).filter_map(|index| binary.plugin(index)).collect())
}

fn bounds(bench: &Bench) -> Result<(), Stop> {
    let binary = open(bench)?;
    let count = count(bench, &binary)?;
    for index in 0..count {
        bench.doing(format_args!("calling OfxGetPlugin({index})"));
        if binary.plugin(index).is_none() {
            bench.fail(format_args!("OfxGetPlugin({index}) is null, though there are {count} plugins"));
        }
    }
    Ok(())
}

fn beyond(bench: &Bench) -> Result<(), Stop> {
    let binary = open(bench)?;
    let count = count(bench, &binary)?;
    for index in [count, -1, i32::MAX, i32::MIN] {
        bench.doing(format_args!("calling OfxGetPlugin({index})"));
        if binary.plugin(index).is_some() {
            bench.warn(format_args!("OfxGetPlugin({index}) gives a plugin, though there are {count}"));
        }
    }
    Ok(())
}

fn identifiers(bench: &Bench) -> Result<(), Stop> {
    let binary = open(bench)?;
    let mut seen = BTreeSet::new();
    for (index, plugin) in listed(bench, &binary)?.into_iter().enumerate() {
        let Some(identifier) = plugin.identifier else {
            bench.fail(format_args!("plugin {index} has no identifier"));
            continue;
        };
        if !seen.insert((identifier.clone(), plugin.version)) {
            bench.fail(format_args!("there are two plugins {identifier} {}.{}", plugin.version.0, plugin.version.1));
        }
        let odd = |char: char| !(char.is_ascii_alphanumeric() || ".-_".contains(char));
        if identifier.is_empty() || identifier.contains(|char: char| char.is_control() || !char.is_ascii()) {
            bench.fail(format_args!("identifier {identifier:?} is not made of ASCII characters"));
        } else if identifier.contains(odd) {
            bench.warn(format_args!("identifier {identifier:?} has a sign that hosts write otherwise in their files"));
        } else if !identifier.contains('.') || identifier.split('.').any(str::is_empty) {
            bench.warn(format_args!("identifier {identifier:?} is not in reverse domain notation"));
        }
        match plugin.api.as_deref() {
            Some("OfxImageEffectPluginAPI") if plugin.api_version != 1 => {
                bench.fail(format_args!("{identifier}: there is no version {} of the interface", plugin.api_version));
            }
            Some("OfxImageEffectPluginAPI") => {}
            other => bench.warn(format_args!("{identifier}: no host knows the interface {other:?}")),
        }
        for (is, what) in [(plugin.has_set_host, "setHost"), (plugin.has_entry, "mainEntry")] {
            if !is {
                bench.fail(format_args!("{identifier}: {what} is null"));
            }
        }
    }
    Ok(())
}

fn reload(bench: &Bench) -> Result<(), Stop> {
    let first = listed(bench, &open(bench)?)?;
    for _ in 0..3 {
        if listed(bench, &open(bench)?)? != first {
            bench.fail("the binary says something else when it is loaded again");
        }
    }
    Ok(())
}
