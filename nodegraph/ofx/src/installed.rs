//! The effects that are installed on this machine, as kinds of nodes.

use std::collections::BTreeMap;
use std::fs::File;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use dragfx_graph::registry::Registry;
use ofx_host::{Bundle, Cache, HostError, KnownPlugin, bundle};

use crate::declare::{Declared, declare};
use crate::effect::Effect;
use crate::host::HOST;
use crate::names::{node_id, plugin_of};

/// Where to look for effects, and what for.
#[derive(Clone, Debug)]
pub struct Options {
    /// Folders that are searched, with those below them.
    pub folders: Vec<PathBuf>,
    /// The file that keeps descriptions from one program to the next; without it every binary is loaded to be described.
    pub cache: Option<PathBuf>,
    /// Whether nodes may run plugins. If not, a graph can be looked at and checked, and no plugin sees anything of it.
    pub runs: bool,
}

impl Default for Options {
    /// The folders of `OFX_PLUGIN_PATH` and of the platform, no cache, nodes that run.
    fn default() -> Self {
        Self { folders: bundle::standard_paths(), cache: None, runs: true }
    }
}

/// Kinds of nodes, with the effects that were found among them.
#[derive(Debug)]
pub struct Installed {
    /// All kinds.
    pub registry: Registry,
    /// What was found and cannot be a node.
    pub skipped: Vec<Skipped>,
}

/// Something that was found and cannot be a node.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Skipped {
    /// The bundle.
    pub bundle: PathBuf,
    /// The plugin, or none if it is the bundle as a whole.
    pub plugin: Option<String>,
    /// Why, in words.
    pub why: String,
}

/// Effects of this identifier, and those below it, are our own: what they do, nodes do, without a second copy of everything
/// in this process.
const OWN: &str = "org.dragfx.";

/// A registry with all effects that are installed. A binary is loaded only if nothing is known of it yet, or when a node
/// of it is planned; what cannot be described is left out.
///
/// A plugin that ends the process while it is described is known as such the next time, and left out until it changes.
/// Nothing protects from one that does it later: plugins run in this process.
#[must_use]
pub fn with_installed(registry: Registry, options: &Options) -> Installed {
    let bundles = bundle::find(&options.folders);
    let (mut found, mut skipped) = (BTreeMap::new(), Vec::new());
    if !bundles.is_empty() {
        let mut describer = Describer::new(options.cache.as_deref());
        for bundle in &bundles {
            match describer.describe(bundle) {
                Ok(plugins) => sort(plugins, bundle, &mut found, &mut skipped),
                Err(error) => skipped.push(Skipped::new(bundle, None, chain(&error))),
            }
        }
    }
    let installed = found.iter().map(|(id, (plugin, _))| (id.clone(), plugin.id.version));
    let absence = Absence { installed: installed.collect(), skipped: skipped.clone() };
    let mut registry = registry.explained(move |id, version| absence.reason(id, version));
    for (_, (plugin, (declared, bundle))) in found {
        let single = plugin.description.as_ref().is_some_and(|description| description.single_instance);
        registry = registry.with(Arc::new(Effect::new(declared, &bundle, &plugin.id, single, options.runs)));
    }
    Installed { registry, skipped }
}

/// A registry without effects, whose placeholders say that they were left out.
#[must_use]
pub fn left_out(registry: Registry, why: &str) -> Registry {
    let why = why.to_owned();
    registry.explained(move |id, version| {
        let wanted = wanted(id, version)?;
        Some(format!("it needs {wanted}, and {why}"))
    })
}

/// Kinds of nodes by their ids.
type Found = BTreeMap<String, (KnownPlugin, (Declared, Bundle))>;

/// Takes over the plugins of a bundle: of several of one major version the newest, of equal ones the first.
fn sort(plugins: Vec<KnownPlugin>, bundle: &Bundle, found: &mut Found, skipped: &mut Vec<Skipped>) {
    for plugin in plugins.into_iter().filter(|plugin| !plugin.id.identifier.starts_with(OWN)) {
        let skip = |why| Skipped::new(bundle, Some(&plugin.id.identifier), why);
        let declared = match declare(&plugin) {
            Ok(declared) => declared,
            Err(why) => {
                skipped.push(skip(why));
                continue;
            }
        };
        let id = node_id(&plugin.id.identifier, plugin.id.version.0);
        match found.get(&id) {
            Some((other, _)) if other.id.identifier != plugin.id.identifier => {
                skipped.push(skip(format!("its node would be `{id}`, as that of {}", other.id.identifier)));
            }
            Some((other, _)) if other.id.version >= plugin.id.version => {}
            _ => {
                found.insert(id, (plugin, (declared, bundle.clone())));
            }
        }
    }
}

impl Skipped {
    fn new(bundle: &Bundle, plugin: Option<&str>, why: String) -> Self {
        Self { bundle: bundle.root.clone(), plugin: plugin.map(str::to_owned), why }
    }
}

/// Descriptions, from the cache or from the plugins.
struct Describer {
    cache: Cache,
    /// Held so that no other program takes a binary that is being described for one that has ended the process.
    _turn: Option<File>,
}

impl Describer {
    fn new(path: Option<&Path>) -> Self {
        let turn = path.and_then(wait);
        let cache = path.map_or_else(|| Cache::in_memory(&HOST), |path| Cache::open(path, &HOST));
        Self { cache, _turn: turn }
    }

    fn describe(&mut self, bundle: &Bundle) -> Result<Vec<KnownPlugin>, HostError> {
        match self.cache.describe(&HOST, bundle) {
            // A folder that cannot be written to is no reason to do without plugins.
            Err(HostError::Cache { .. }) => {
                self.cache = Cache::in_memory(&HOST);
                self.cache.describe(&HOST, bundle)
            }
            described => described,
        }
    }
}

/// Waits until no other program describes plugins for the same cache. Where that cannot be, nobody waits.
fn wait(cache: &Path) -> Option<File> {
    std::fs::create_dir_all(cache.parent()?).ok()?;
    let file = File::create(cache.with_extension("lock")).ok()?;
    file.lock().ok()?;
    Some(file)
}

/// Why effects are not there.
struct Absence {
    installed: BTreeMap<String, (u32, u32)>,
    skipped: Vec<Skipped>,
}

impl Absence {
    fn reason(&self, id: &str, version: u32) -> Option<String> {
        let wanted = wanted(id, version)?;
        if let Some((major, minor)) = self.installed.get(id) {
            return Some(format!("it needs {wanted}; {major}.{minor} is installed"));
        }
        let (plugin, _) = plugin_of(id)?;
        let is_it = |skipped: &&Skipped| {
            skipped
                .plugin
                .as_ref()
                .is_some_and(|name| plugin_of(&node_id(name, 0)).is_some_and(|(name, _)| name == plugin))
        };
        Some(match self.skipped.iter().find(is_it) {
            Some(Skipped { bundle, why, .. }) => {
                format!("it needs {wanted}; {} cannot be used: {why}", bundle.display())
            }
            None => format!("it needs {wanted}, which is not installed"),
        })
    }
}

/// The plugin of a node, in words; none of a node that is no plugin's. Its identifier is told in small letters, with dots
/// for all other signs: the id of the node says no more.
fn wanted(id: &str, version: u32) -> Option<String> {
    let (plugin, major) = plugin_of(id)?;
    let minor = version.saturating_sub(1);
    Some(format!("the OpenFX plugin {plugin}, version {major}.{minor} or later"))
}

/// An error with its causes.
fn chain(error: &HostError) -> String {
    let causes = std::iter::successors(std::error::Error::source(error), |cause| cause.source());
    causes.fold(error.to_string(), |told, cause| format!("{told}: {cause}"))
}
