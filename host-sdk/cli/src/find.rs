//! Finding plugins by what people call them.

use std::path::Path;

use anyhow::{Context as _, Result, bail};
use ofx_host::{Bundle, Cache, Host, HostError, KnownPlugin, Library, Plugin, bundle};

use crate::args::Common;

/// A bundle and what is known of its plugins.
pub(crate) type Found = (Bundle, Result<Vec<KnownPlugin>, HostError>);

/// The bundles that are to be looked at.
fn bundles(common: &Common) -> Result<Vec<Bundle>> {
    if common.path.is_empty() {
        return Ok(bundle::find(bundle::standard_paths()));
    }
    let mut all = Vec::new();
    for path in &common.path {
        match Bundle::open(path) {
            Ok(bundle) => all.push(bundle),
            Err(HostError::NoBundle { .. }) if path.is_dir() => all.extend(bundle::find([path])),
            Err(error) => return Err(error.into()),
        }
    }
    Ok(all)
}

/// All plugins, and what is known of them. What is not known is found out by loading them; the cache keeps them loaded.
pub(crate) fn all(host: &Host, common: &Common) -> Result<(Cache, Vec<Found>)> {
    let file = dirs::cache_dir().map(|folder| folder.join("ofx").join("plugins.json"));
    let mut cache = match file {
        Some(file) if !common.no_cache => Cache::open(file, host),
        _ => Cache::in_memory(host),
    };
    let found = bundles(common)?.into_iter().map(|bundle| {
        let known = cache.describe(host, &bundle);
        (bundle, known)
    });
    let found = found.collect();
    Ok((cache, found))
}

/// The plugin of an identifier or a label, or the one of a bundle.
pub(crate) fn plugin(host: &Host, common: &Common, name: &str) -> Result<Plugin> {
    if Path::new(name).exists() {
        let library = Library::open(host, &Bundle::open(name)?)?;
        let mut names: Vec<_> = library.plugins().map(|id| id.identifier.clone()).collect();
        names.dedup();
        return match &names[..] {
            [one] => Ok(library.plugin(one)?),
            _ => bail!("{name} has {} plugins: say --path {name} and one of {}", names.len(), names.join(", ")),
        };
    }
    // The cache keeps libraries loaded until there is a plugin of one.
    let (_cache, found) = all(host, common)?;
    let matching = |same: &dyn Fn(&KnownPlugin) -> bool| {
        let mut hits = Vec::new();
        for (bundle, known) in &found {
            hits.extend(known.iter().flatten().filter(|plugin| same(plugin)).map(|plugin| (bundle, plugin)));
        }
        hits
    };
    let label = |plugin: &KnownPlugin| plugin.description.as_ref().map(|one| one.label.clone());
    let mut hits = matching(&|plugin| plugin.id.identifier == name);
    if hits.is_empty() {
        hits = matching(&|plugin| {
            plugin.id.identifier.eq_ignore_ascii_case(name)
                || label(plugin).is_some_and(|label| label.to_lowercase() == name.to_lowercase())
        });
    }
    let mut identifiers: Vec<_> = hits.iter().map(|(_, plugin)| plugin.id.identifier.as_str()).collect();
    identifiers.sort_unstable();
    identifiers.dedup();
    if identifiers.len() > 1 {
        bail!("`{name}` may be each of {}", identifiers.join(", "));
    }
    let Some((bundle, plugin)) = hits.into_iter().max_by_key(|(_, plugin)| plugin.id.version) else {
        let every = matching(&|_| true);
        let names = every.iter().flat_map(|(_, plugin)| [Some(plugin.id.identifier.clone()), label(plugin)]).flatten();
        bail!("there is no plugin `{name}` among the {} that were found{}", every.len(), similar(name, names));
    };
    Library::open(host, bundle)?.load(&plugin.id).with_context(|| format!("{} cannot be used", bundle.root.display()))
}

/// Words that say which of the names was perhaps meant.
pub(crate) fn similar(name: &str, names: impl IntoIterator<Item = String>) -> String {
    let name = name.to_lowercase();
    let score = |other: &str| {
        let other = other.to_lowercase();
        let part = if other.contains(&name) { 0.5 } else { 0.0 };
        strsim::jaro_winkler(&name, &other) + part
    };
    let best = names.into_iter().map(|other| (score(&other), other)).max_by(|one, two| one.0.total_cmp(&two.0));
    best.filter(|(score, _)| *score > 0.75).map(|(_, other)| format!("; did you mean `{other}`?")).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::similar;

    #[test]
    fn what_is_nearly_right_is_suggested() {
        let names = || ["net.sf.openfx.Invert", "Blur", "Rectangle"].map(str::to_owned);
        assert_eq!(similar("invert", names()), "; did you mean `net.sf.openfx.Invert`?");
        assert_eq!(similar("Rectangel", names()), "; did you mean `Rectangle`?");
        assert_eq!(similar("zzz", names()), "");
    }
}
