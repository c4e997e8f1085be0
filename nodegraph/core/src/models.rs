//! The models that presets name: by hash first, by path as a hint, never another one in its place.

use std::collections::{BTreeMap, HashMap};
use std::io;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, MutexGuard, OnceLock};

use dragfx_engine::{Generator, GeneratorError};
use dragfx_export::checkpoint::{CheckpointError, CheckpointErrorKind};
use dragfx_export::pack::{self, Manifest, PackError};
use dragfx_export::spec;
use dragfx_runtime::{Device, SessionOptions};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::hashes::{FileHashes, lock};
use crate::summary::listed;

/// How a preset names a model.
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct ModelRef {
    /// File name of the checkpoint, for people and for the search.
    pub file: String,
    /// BLAKE3 of the checkpoint, 64 hexadecimal digits: what the model is known by. Without it, whatever is at the path is
    /// taken.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(regex(pattern = "^[0-9a-f]{64}$"))]
    pub blake3: Option<String>,
    /// Where it was last: relative to the preset's folder where that is possible.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub path: Option<String>,
}

/// Why a model cannot be had.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum ModelError {
    /// The preset has no model of that name.
    #[error("the preset has no model `{name}`; it has {}", listed(.known))]
    Unknown {
        /// The name.
        name: String,
        /// The names there are.
        known: Vec<String>,
    },
    /// A parameter leaves the choice open, and there is none, or more than one.
    #[error("no model is named, and the preset has {}", listed(.known))]
    Unnamed {
        /// The names there are.
        known: Vec<String>,
    },
    /// It is in none of the places where it is looked for.
    #[error("the model {} is missing; looked at {}", described(.model), listed(.searched))]
    Missing {
        /// The model.
        model: Box<ModelRef>,
        /// Paths that were looked at.
        searched: Vec<String>,
    },
    /// There is a model where it was, but another one.
    #[error("{} is another model than {}: its hash is {found}", path.display(), described(.model))]
    Other {
        /// The model.
        model: Box<ModelRef>,
        /// Where another one is.
        path: PathBuf,
        /// Its hash.
        found: String,
    },
    /// It is there and cannot be imported.
    #[error("can't import the model {}", path.display())]
    Import {
        /// The checkpoint.
        path: PathBuf,
        /// Why.
        #[source]
        source: Box<PackError>,
    },
    /// It is there and cannot be opened.
    #[error("can't open the model {}", described(.model))]
    Open {
        /// The model.
        model: Box<ModelRef>,
        /// Why.
        #[source]
        source: GeneratorError,
    },
}

/// The models in use by this process: each is opened once, by its hash, on one device.
#[derive(Debug)]
pub struct ModelStore {
    cache: PathBuf,
    search: Vec<PathBuf>,
    supplied: Option<Supplied>,
    options: SessionOptions,
    device: OnceLock<Device>,
    opened: Mutex<HashMap<String, Arc<SharedModel>>>,
    hashes: FileHashes,
}

/// A model that comes with the program, as a file that is written where somebody wants it.
#[derive(Clone, Copy, Debug)]
pub struct Supplied {
    /// Its hash, 64 hexadecimal digits.
    pub blake3: &'static str,
    /// Writes it below the cache folder, unless it is there, and gives its path.
    pub place: fn(&Path) -> io::Result<PathBuf>,
}

/// A model that several nodes use, one at a time.
#[derive(Debug)]
pub struct SharedModel {
    reference: Arc<ModelRef>,
    spec: spec::Generator,
    generator: Mutex<Generator>,
}

impl ModelRef {
    /// The model of a preset that a parameter names; empty means the only one.
    ///
    /// # Errors
    /// There is no such model, or more than one to choose from.
    pub fn find<'m>(
        models: &'m BTreeMap<String, ModelRef>,
        name: &'m str,
    ) -> Result<(&'m str, &'m ModelRef), ModelError> {
        let known = || models.keys().cloned().collect();
        if name.is_empty() {
            return match models.iter().next() {
                Some((name, only)) if models.len() == 1 => Ok((name, only)),
                _ => Err(ModelError::Unnamed { known: known() }),
            };
        }
        let found = models.get(name).ok_or_else(|| ModelError::Unknown { name: name.to_owned(), known: known() });
        Ok((name, found?))
    }

    /// Whether the hash, if there is one, has the form of one: 64 small hexadecimal digits.
    #[must_use]
    pub fn has_sound_hash(&self) -> bool {
        let is_digit = |c: u8| c.is_ascii_digit() || (b'a'..=b'f').contains(&c);
        self.blake3.as_ref().is_none_or(|hash| hash.len() == 64 && hash.bytes().all(is_digit))
    }
}

impl ModelStore {
    /// Models are imported below `cache` (see [`pack::cache_folder`]), looked for in the folders `search` as well as where
    /// presets hint, and run as `options` say.
    #[must_use]
    pub fn new(cache: PathBuf, search: Vec<PathBuf>, options: SessionOptions) -> Self {
        Self {
            cache,
            search,
            supplied: None,
            options,
            device: OnceLock::new(),
            opened: Mutex::default(),
            hashes: FileHashes::default(),
        }
    }

    /// The same, with a model that need not be looked for: it is placed below the cache when it is wanted and not found.
    #[must_use]
    pub fn with(self, supplied: Supplied) -> Self {
        Self { supplied: Some(supplied), ..self }
    }

    /// The folder below which models are imported.
    #[must_use]
    pub fn cache(&self) -> &Path {
        &self.cache
    }

    /// The kind of device that graphs run on: results are the same on devices of one kind.
    #[must_use]
    pub fn device_class(&self) -> &'static str {
        match self.device() {
            Device::Auto | Device::Cpu => "cpu",
            Device::Cuda(_) => "cuda",
            Device::DirectMl(_) => "directml",
        }
    }

    /// The device. It is found out once, so that everything is computed on the same one.
    fn device(&self) -> Device {
        *self.device.get_or_init(|| self.options.device.resolved())
    }

    /// The hash of a model: the one that it is known by, or that of the file where it should be.
    ///
    /// # Errors
    /// There is no hash, and no file.
    pub fn identify(&self, model: &ModelRef, folder: &Path) -> Result<String, ModelError> {
        match &model.blake3 {
            Some(hash) => Ok(hash.clone()),
            None => Ok(self.find_file(model, folder)?.1),
        }
    }

    /// A reference to the checkpoint or pack at `path`, with its hash, as a preset in `folder` keeps it.
    ///
    /// # Errors
    /// It cannot be read.
    pub fn refer(&self, path: &Path, folder: &Path) -> Result<ModelRef, ModelError> {
        let named = ModelRef {
            file: path.file_name().map(|name| name.to_string_lossy().into_owned()).unwrap_or_default(),
            blake3: None,
            path: None,
        };
        let absolute = std::path::absolute(path).unwrap_or_else(|_| path.to_owned());
        let missing =
            || ModelError::Missing { model: Box::new(named.clone()), searched: vec![path.display().to_string()] };
        let hash = self.hash_of(&absolute).ok_or_else(missing)?;
        // Both are there, so that `..` and links can be resolved: taken by the letter, they lead elsewhere.
        let whole = |path: &Path| path.canonicalize().unwrap_or_else(|_| path.to_owned());
        let hint = relative(&whole(&absolute), &whole(folder));
        Ok(ModelRef { blake3: Some(hash), path: Some(hint), ..named })
    }

    /// The model, opened; imported first if it is a checkpoint that the cache does not have. `progress` hears the part of
    /// the import that is done, from 0 to 1.
    ///
    /// # Errors
    /// See [`ModelError`].
    pub fn open(
        &self,
        model: &ModelRef,
        folder: &Path,
        progress: &dyn Fn(f64),
    ) -> Result<Arc<SharedModel>, ModelError> {
        let hash = self.identify(model, folder)?;
        // The lock is held while a model is opened: whoever else wants it would only open it twice.
        let mut opened = lock(&self.opened);
        if let Some(shared) = opened.get(&hash) {
            return Ok(Arc::clone(shared));
        }
        let known = ModelRef { blake3: Some(hash.clone()), ..model.clone() };
        let pack = self.pack(&known, folder, progress)?;
        let options = SessionOptions { device: self.device(), ..self.options.clone() };
        let generator = Generator::open(&pack, &options)
            .map_err(|source| ModelError::Open { model: Box::new(known.clone()), source })?;
        let spec = generator.spec().clone();
        let shared = Arc::new(SharedModel { reference: Arc::new(known), spec, generator: Mutex::new(generator) });
        opened.insert(hash, Arc::clone(&shared));
        Ok(shared)
    }

    /// The architecture of a model, read from its pack without opening it; `None` where it is not there, or not imported yet.
    #[must_use]
    pub fn known_spec(&self, model: &ModelRef, folder: &Path) -> Option<spec::Generator> {
        let hash = self.identify(model, folder).ok()?;
        let known = ModelRef { blake3: Some(hash), ..model.clone() };
        let pack = self.cached(&known).or_else(|| Some(self.find_file(&known, folder).ok()?.0))?;
        pack::is_pack(&pack).then(|| Manifest::read(&pack).ok())?.map(|manifest| manifest.generator)
    }

    /// The hash of a file's content; `None` where there is no file that can be read.
    pub(crate) fn content_hash(&self, path: &Path) -> Option<String> {
        self.hashes.of(path)
    }

    /// Whether the model could be opened, without opening it.
    ///
    /// # Errors
    /// [`ModelError::Missing`] or [`ModelError::Other`].
    pub fn check(&self, model: &ModelRef, folder: &Path) -> Result<(), ModelError> {
        match self.cached(model) {
            Some(_) => Ok(()),
            None => self.find_file(model, folder).map(drop),
        }
    }

    /// The pack in the cache of a model whose hash is known.
    fn cached(&self, model: &ModelRef) -> Option<PathBuf> {
        let hash = blake3::Hash::from_hex(model.blake3.as_ref()?).ok()?;
        let folder = pack::cache_folder(&self.cache, &hash);
        Manifest::read(&folder).is_ok().then_some(folder)
    }

    fn pack(&self, model: &ModelRef, folder: &Path, progress: &dyn Fn(f64)) -> Result<PathBuf, ModelError> {
        if let Some(pack) = self.cached(model) {
            return Ok(pack);
        }
        let (path, _) = self.find_file(model, folder)?;
        if pack::is_pack(&path) {
            return Ok(path);
        }
        let mut hear = |step| progress(if let pack::Progress::Writing(part) = step { f64::from(part) } else { 0.0 });
        pack::import_cached(&path, &self.cache, &mut hear)
            .map_err(|source| ModelError::Import { path, source: source.into() })
    }

    /// The checkpoint or pack, and its hash. Where the reference has a hash, the file has the same.
    fn find_file(&self, model: &ModelRef, folder: &Path) -> Result<(PathBuf, String), ModelError> {
        let hint = model.path.as_ref().map(|path| folder.join(path));
        let named = [folder].into_iter().chain(self.search.iter().map(PathBuf::as_path));
        let named = named.map(|place| place.join(&model.file)).filter(|_| !model.file.is_empty());
        let (mut searched, mut other) = (Vec::new(), None);
        for path in hint.into_iter().chain(named) {
            match (self.hash_of(&path), &model.blake3) {
                (Some(found), Some(wanted)) if found != *wanted => {
                    other.get_or_insert_with(|| (path.clone(), found));
                }
                (Some(found), _) => return Ok((path, found)),
                (None, _) => {}
            }
            let shown = path.display().to_string();
            if !searched.contains(&shown) {
                searched.push(shown);
            }
        }
        if let Some(hash) = &model.blake3
            && let Some(supplied) = self.supplied.filter(|supplied| supplied.blake3 == hash)
        {
            match (supplied.place)(&self.cache) {
                Ok(path) => return Ok((path, hash.clone())),
                Err(error) => searched.push(format!("{} ({error})", self.cache.display())),
            }
        }
        let model = Box::new(model.clone());
        Err(match other {
            Some((path, found)) => ModelError::Other { model, path, found },
            None => ModelError::Missing { model, searched },
        })
    }

    /// The hash that the checkpoint or pack at `path` is known by; `None` where there is none.
    fn hash_of(&self, path: &Path) -> Option<String> {
        if pack::is_pack(path) {
            return Some(Manifest::read(path).ok()?.source.blake3);
        }
        self.hashes.of(path)
    }
}

impl SharedModel {
    /// What it is known by; the hash is there.
    #[must_use]
    pub fn reference(&self) -> &Arc<ModelRef> {
        &self.reference
    }

    /// The architecture.
    #[must_use]
    pub fn spec(&self) -> &spec::Generator {
        &self.spec
    }

    /// The generator, for as long as nobody else uses it.
    pub fn lock(&self) -> MutexGuard<'_, Generator> {
        lock(&self.generator)
    }
}

impl ModelError {
    /// Whether the model is not there, as opposed to there and unusable.
    #[must_use]
    pub fn is_missing(&self) -> bool {
        let no_file = |error: &CheckpointError| match error.kind() {
            CheckpointErrorKind::Io(error) => error.kind() == std::io::ErrorKind::NotFound,
            _ => false,
        };
        match self {
            Self::Missing { .. } | Self::Other { .. } => true,
            Self::Import { source, .. } => matches!(&**source, PackError::Checkpoint(error) if no_file(error)),
            _ => false,
        }
    }
}

/// `path` as seen from `folder`, with `/` between its parts; itself where they have no beginning in common.
#[must_use]
pub fn relative(path: &Path, folder: &Path) -> String {
    let (path_parts, folder_parts): (Vec<_>, Vec<_>) = (path.components().collect(), folder.components().collect());
    let common = path_parts.iter().zip(&folder_parts).take_while(|(a, b)| a == b).count();
    if common <= 1 {
        return path.display().to_string();
    }
    let up = std::iter::repeat_n("..".to_owned(), folder_parts.len() - common);
    let down = path_parts[common..].iter().map(|part| part.as_os_str().to_string_lossy().into_owned());
    up.chain(down).collect::<Vec<_>>().join("/")
}

fn described(model: &ModelRef) -> String {
    match &model.blake3 {
        Some(hash) => format!("{} (BLAKE3 {hash})", model.file),
        None => model.file.clone(),
    }
}
