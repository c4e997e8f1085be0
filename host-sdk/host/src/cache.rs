//! Descriptions kept from run to run, so that finding a plugin loads none.

use std::collections::BTreeMap;
use std::fs;
use std::io;
use std::path::{Path, PathBuf};
use std::time::UNIX_EPOCH;

use serde::{Deserialize, Serialize};

use crate::bundle::Bundle;
use crate::complaint::{Complaint, Severity};
use crate::describe::{ContextDescription, Description};
use crate::error::HostError;
use crate::host::Host;
use crate::library::{Library, PluginId};

/// What is known of binaries, by their path, time and size. Changed ones are described anew.
///
/// It is written before and after a binary is loaded for the first time: one that ends the process is known as such in the
/// next, and left alone until it changes.
#[derive(Debug)]
pub struct Cache {
    /// None if nothing is to be written.
    path: Option<PathBuf>,
    kept: Kept,
    /// What was loaded to be described stays so, because whoever looks for a plugin is about to use one.
    loaded: Vec<Library>,
}

/// What is known of a plugin.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct KnownPlugin {
    /// What its binary says of it.
    pub id: PluginId,
    /// What it says of itself; none if it failed.
    pub description: Option<Description>,
    /// What it has in each context in which it could be described.
    pub contexts: Vec<ContextDescription>,
    /// What failed.
    pub errors: Vec<String>,
    /// What it did against the standard, without mere notes.
    pub complaints: Vec<String>,
}

/// The file. What it says depends on what the host says of itself.
#[derive(Debug, Default, PartialEq, Serialize, Deserialize)]
struct Kept {
    format: u32,
    host: String,
    binaries: BTreeMap<PathBuf, Binary>,
}

#[derive(Debug, PartialEq, Serialize, Deserialize)]
struct Binary {
    stamp: Stamp,
    #[serde(flatten)]
    state: State,
}

/// By what a changed file is known.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
struct Stamp {
    /// Nanoseconds since 1970.
    modified: u64,
    bytes: u64,
}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
enum State {
    /// It is being described, or ended the process.
    Unfinished,
    /// It could not be loaded.
    Failed(String),
    Plugins(Vec<KnownPlugin>),
}

/// Raised when the file changes its form.
const FORMAT: u32 = 1;

impl Cache {
    /// The cache of a file. One that is not there, is damaged, or is of another version or host is as good as empty.
    #[must_use]
    pub fn open(path: impl Into<PathBuf>, host: &Host) -> Self {
        let path = path.into();
        let empty = Self::in_memory(host);
        let kept = fs::read(&path).ok().and_then(|bytes| serde_json::from_slice::<Kept>(&bytes).ok());
        let kept = kept.filter(|kept| (kept.format, &kept.host) == (FORMAT, &empty.kept.host)).unwrap_or(empty.kept);
        Self { path: Some(path), kept, loaded: Vec::new() }
    }

    /// A cache that is not written anywhere.
    #[must_use]
    pub fn in_memory(host: &Host) -> Self {
        let settings = host.settings();
        let host = format!("{} {} {:?}", settings.name, settings.version_label, settings.suites);
        let kept = Kept { format: FORMAT, host, binaries: BTreeMap::new() };
        Self { path: None, kept, loaded: Vec::new() }
    }

    /// The plugins of a bundle. What is not known is found out by loading it, in this process.
    ///
    /// # Errors
    /// [`HostError::Crashed`] of a binary that ended a process before, `HostError::Known` and others of one that cannot
    /// be loaded, [`HostError::Cache`].
    pub fn describe(&mut self, host: &Host, bundle: &Bundle) -> Result<Vec<KnownPlugin>, HostError> {
        let path = &bundle.binary;
        let stamp = stamp(path).map_err(|source| HostError::Cache { path: path.clone(), source })?;
        if let Some(known) = self.kept.binaries.get(path).filter(|binary| binary.stamp == stamp) {
            return match &known.state {
                State::Plugins(plugins) => Ok(plugins.clone()),
                State::Failed(why) => Err(HostError::Known { path: path.clone(), why: why.clone() }),
                State::Unfinished => Err(HostError::Crashed { path: path.clone() }),
            };
        }
        self.keep(path, stamp.clone(), State::Unfinished)?;
        let found = Library::open(host, bundle).map(|library| {
            let plugins = library.plugins().map(|id| know(&library, id)).collect();
            self.loaded.push(library);
            plugins
        });
        let state = match &found {
            Ok(plugins) => State::Plugins(Vec::clone(plugins)),
            Err(error) => State::Failed(chain(error)),
        };
        self.keep(path, stamp, state)?;
        found
    }

    /// Forgets a binary, also one that ended a process.
    ///
    /// # Errors
    /// [`HostError::Cache`].
    pub fn forget(&mut self, bundle: &Bundle) -> Result<(), HostError> {
        self.kept.binaries.remove(&bundle.binary);
        self.write()
    }

    fn keep(&mut self, path: &Path, stamp: Stamp, state: State) -> Result<(), HostError> {
        self.kept.binaries.insert(path.to_owned(), Binary { stamp, state });
        self.write()
    }

    /// Writes the file beside its place and moves it there, so that nobody ever reads half of one.
    fn write(&self) -> Result<(), HostError> {
        let Some(path) = &self.path else { return Ok(()) };
        let write = || -> io::Result<()> {
            fs::create_dir_all(path.parent().unwrap_or(Path::new(".")))?;
            let beside = path.with_extension(format!("{}.part", std::process::id()));
            fs::write(&beside, serde_json::to_vec(&self.kept).map_err(io::Error::other)?)?;
            fs::rename(beside, path)
        };
        write().map_err(|source| HostError::Cache { path: path.clone(), source })
    }
}

/// All that there is to know of a plugin.
fn know(library: &Library, id: &PluginId) -> KnownPlugin {
    let mut known = KnownPlugin {
        id: id.clone(),
        description: None,
        contexts: Vec::new(),
        errors: Vec::new(),
        complaints: Vec::new(),
    };
    match library.load(id) {
        Err(error) => {
            known.errors.push(chain(&error));
            known.complaints = serious(library.complaints());
        }
        Ok(plugin) => {
            for context in plugin.contexts() {
                match plugin.describe(context) {
                    Ok(described) => known.contexts.push((*described).clone()),
                    Err(error) => known.errors.push(chain(&error)),
                }
            }
            known.description = Some(plugin.description().clone());
            known.complaints = serious(plugin.complaints());
        }
    }
    known
}

/// Complaints that are more than notes.
fn serious(complaints: Vec<Complaint>) -> Vec<String> {
    let serious = complaints.into_iter().filter(|complaint| complaint.misuse.severity() > Severity::Note);
    serious.map(|complaint| complaint.to_string()).collect()
}

/// An error with its causes.
fn chain(error: &HostError) -> String {
    let mut text = error.to_string();
    let mut source = std::error::Error::source(error);
    while let Some(cause) = source {
        let cause_text = cause.to_string();
        if !text.ends_with(&cause_text) {
            text = format!("{text}: {cause_text}");
        }
        source = cause.source();
    }
    text
}

fn stamp(path: &Path) -> io::Result<Stamp> {
    let meta = fs::metadata(path)?;
    let modified = meta.modified()?.duration_since(UNIX_EPOCH).map_err(io::Error::other)?;
    Ok(Stamp { modified: u64::try_from(modified.as_nanos()).unwrap_or(u64::MAX), bytes: meta.len() })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn bundle(binary: &Path) -> Bundle {
        let folder = binary.parent().unwrap().to_owned();
        Bundle { root: folder.clone(), binary: binary.to_owned(), resources: folder }
    }

    #[test]
    fn what_failed_or_ended_the_process_is_left_alone_until_it_changes() {
        let folder = tempfile::tempdir().unwrap();
        let (binary, file) = (folder.path().join("A.ofx"), folder.path().join("deep/cache.json"));
        fs::write(&binary, "no library").unwrap();
        let (host, bundle) = (Host::default(), bundle(&binary));
        let error = Cache::open(&file, &host).describe(&host, &bundle).unwrap_err();
        assert!(matches!(error, HostError::Load { .. }), "{error:?}");
        let error = Cache::open(&file, &host).describe(&host, &bundle).unwrap_err();
        assert!(matches!(error, HostError::Known { .. }), "{error:?}");

        let mut cache = Cache::open(&file, &host);
        cache.keep(&binary, stamp(&binary).unwrap(), State::Unfinished).unwrap();
        let error = Cache::open(&file, &host).describe(&host, &bundle).unwrap_err();
        assert!(matches!(error, HostError::Crashed { .. }), "{error:?}");
        cache.forget(&bundle).unwrap();
        assert!(matches!(Cache::open(&file, &host).describe(&host, &bundle), Err(HostError::Load { .. })));

        fs::write(&binary, "no library either").unwrap();
        assert!(matches!(Cache::open(&file, &host).describe(&host, &bundle), Err(HostError::Load { .. })));
        fs::write(&file, "damaged").unwrap();
        assert!(Cache::open(&file, &host).kept.binaries.is_empty());
        assert_eq!(fs::read_dir(file.parent().unwrap()).unwrap().count(), 1);
    }
}
