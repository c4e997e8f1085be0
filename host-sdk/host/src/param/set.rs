//! A set of parameters: what a plugin declares in a context, or what an instance has.

use std::ffi::{CStr, CString};
use std::sync::{Arc, Mutex, OnceLock, Weak};

use super::ParamOwner;
use super::description::ParamDescription;
use super::keys::Key;
use super::kind::{Holds, ParamKind};
use super::parameter::Param;
use super::saved::{Content, SavedParam, SavedParams};
use super::stored::{Item, Stored};
use super::value::{ParamValue, ValueError};
use crate::complaint::Misuse;
use crate::handle::{HandleKind, Handled, Owned, Table};
use crate::scope::complain;
use crate::status::{Answer, Status};
use crate::sync::lock;

/// A set of parameters, in the order of their declaration.
pub(crate) struct ParamSet {
    params: Mutex<Vec<Arc<Owned<Param>>>>,
    pub(crate) shared: Arc<Shared>,
    /// The handle of the properties of the effect or instance, which are those of its parameter set.
    pub(crate) properties: usize,
}

/// What the parameters of a set know of it.
pub(crate) struct Shared {
    pub(crate) is_instance: bool,
    owner: Option<Weak<dyn ParamOwner>>,
    /// Place and size of the project, in canonical coordinates.
    pub(crate) project: ([f64; 2], [f64; 2]),
    /// The handle of the set itself.
    pub(crate) handle: OnceLock<usize>,
    /// The names of the edits that a plugin has begun and not ended.
    edits: Mutex<Vec<String>>,
}

static SETS: Table<ParamSet> = Table::new();

impl Handled for ParamSet {
    const NAME: &'static str = "a parameter set";
    const KIND: HandleKind = HandleKind::ParamSet;
    fn table() -> &'static Table<Self> {
        &SETS
    }
}

impl ParamSet {
    /// An empty set, for a plugin to declare parameters in. `properties` is the handle of the effect's property set.
    pub(crate) fn declaring(properties: usize) -> Owned<Self> {
        Self::bound(Vec::new(), Shared::new(None, ([0.0; 2], [1.0; 2])), properties)
    }

    /// A set to go on declaring in, with what was declared here: what a plugin declares for all contexts is there in each.
    pub(crate) fn declaring_more(&self, properties: usize) -> Owned<Self> {
        let shared = Shared::new(None, self.shared.project);
        let params = self.params().iter().map(|param| Arc::new(Owned::new(param.redeclare(shared.clone())))).collect();
        Self::bound(params, shared, properties)
    }

    /// The set of an instance, made of a declared one. `project` is place and size of the project in canonical
    /// coordinates; `properties` is the handle of the instance's property set.
    pub(crate) fn instantiate(
        &self,
        owner: Weak<dyn ParamOwner>,
        project: ([f64; 2], [f64; 2]),
        properties: usize,
    ) -> Owned<Self> {
        let shared = Shared::new(Some(owner), project);
        let params =
            self.params().iter().map(|param| Arc::new(Owned::new(param.instantiate(shared.clone())))).collect();
        Self::bound(params, shared, properties)
    }

    fn bound(params: Vec<Arc<Owned<Param>>>, shared: Arc<Shared>, properties: usize) -> Owned<Self> {
        let set = Owned::new(Self { params: Mutex::new(params), shared, properties });
        set.shared.handle.get_or_init(|| set.handle::<u8>().addr());
        set
    }

    /// Declares a parameter.
    pub(crate) fn declare(&self, name: &CStr, kind: ParamKind) -> Answer<Arc<Owned<Param>>> {
        let mut params = lock(&self.params);
        if params.iter().any(|param| param.name.as_c_str() == name) {
            return Err(Status::EXISTS);
        }
        let param = Arc::new(Owned::new(Param::declare(name, kind, self.shared.clone())));
        params.push(param.clone());
        Ok(param)
    }

    /// All parameters.
    pub(crate) fn params(&self) -> Vec<Arc<Owned<Param>>> {
        lock(&self.params).clone()
    }

    /// The parameter of that name.
    pub(crate) fn get(&self, name: &CStr) -> Option<Arc<Owned<Param>>> {
        lock(&self.params).iter().find(|param| param.name.as_c_str() == name).cloned()
    }

    /// The parameter of that name.
    ///
    /// # Errors
    /// There is none.
    pub(crate) fn find(&self, name: &str) -> Result<Arc<Owned<Param>>, ValueError> {
        CString::new(name).ok().and_then(|name| self.get(&name)).ok_or_else(|| {
            let names = self.params().into_iter().map(|param| param.name.to_string_lossy().into_owned());
            let similar = names.into_iter().find(|other| other.eq_ignore_ascii_case(name));
            ValueError::Unknown { name: name.into(), similar }
        })
    }

    /// What all parameters are at present.
    pub(crate) fn describe(&self) -> Vec<ParamDescription> {
        self.params().iter().map(|param| param.describe()).collect()
    }

    /// A parameter's value at a time, or at the instance's.
    ///
    /// # Errors
    /// There is no such parameter, or it holds nothing.
    pub(crate) fn value(&self, name: &str, time: Option<f64>) -> Result<ParamValue, ValueError> {
        let param = self.find(name)?;
        if param.kind == ParamKind::Parametric {
            return Ok(ParamValue::Curves(param.curves()));
        }
        let item = param.item(time).ok_or_else(|| ValueError::HoldsNothing { name: name.into(), kind: param.kind })?;
        Ok(item.to_value(param.kind))
    }

    /// Sets a parameter: at a time a key, else the value, which is a key at the instance's time if there are keys. Whoever
    /// calls tells the plugin of it.
    ///
    /// # Errors
    /// See [`ValueError`].
    pub(crate) fn set_value(&self, name: &str, time: Option<f64>, value: ParamValue) -> Result<(), ValueError> {
        let param = self.find(name)?;
        let description = param.describe();
        let value = description.accept(value)?;
        if let Some(time) = time {
            check_key(&description, time)?;
        }
        match value {
            ParamValue::Curves(curves) => param.with(|stored| *stored = Stored::Curves(curves)),
            value => {
                let item = Item::of(param.kind, &value).map(|item| param.set_item(time, item, None));
                debug_assert_eq!(item, Some(true), "a value that was accepted is one");
            }
        }
        Ok(())
    }

    /// Gives a parameter its default again, without keys.
    ///
    /// # Errors
    /// There is no such parameter.
    pub(crate) fn reset(&self, name: &str) -> Result<(), ValueError> {
        self.find(name)?.reset();
        Ok(())
    }

    /// A parameter's keys.
    ///
    /// # Errors
    /// There is no such parameter.
    pub(crate) fn keys(&self, name: &str) -> Result<Vec<Key<ParamValue>>, ValueError> {
        let param = self.find(name)?;
        Ok(param.stored().key_values(param.kind))
    }

    /// Removes the key at a time, or all of them; then the value stays what it was at the instance's time. Says how many
    /// there were.
    ///
    /// # Errors
    /// There is no such parameter.
    pub(crate) fn delete_keys(&self, name: &str, time: Option<f64>) -> Result<usize, ValueError> {
        let param = self.find(name)?;
        Ok(delete_keys(&param, time))
    }

    /// All persistent values and keys.
    pub(crate) fn save(&self) -> SavedParams {
        let params = self.params();
        let saved = params.iter().filter(|param| param.kind.holds() != Holds::Nothing).filter_map(|param| {
            let persistent = param.properties.flag(ofx_sys::kOfxParamPropPersistant);
            let name = param.name.to_string_lossy().into_owned();
            let keys = param.stored().key_values(param.kind);
            let content =
                if keys.is_empty() { Content::Value(self.value(&name, None).ok()?) } else { Content::Keys(keys) };
            persistent.then_some((name, SavedParam { kind: param.kind, content }))
        });
        SavedParams(saved.collect())
    }

    /// Sets what was saved; parameters that are not named keep their values. What no longer fits is left out, and told.
    /// Whoever calls tells the plugin of the change.
    pub(crate) fn load(&self, saved: &SavedParams) -> Vec<ValueError> {
        let load = |(name, saved): (&String, &SavedParam)| match &saved.content {
            Content::Value(value) => self.load_value(name, value),
            Content::Keys(keys) => self.load_keys(name, keys),
        };
        saved.0.iter().filter_map(|entry| load(entry).err()).collect()
    }

    fn load_value(&self, name: &str, value: &ParamValue) -> Result<(), ValueError> {
        let param = self.find(name)?;
        let description = param.describe();
        let value = match (description.accept(value.clone()), value) {
            // An option that does not exist any more, or not yet, is kept: the plugin has to make something of it.
            (Err(ValueError::Option { .. }), ParamValue::Integers(index)) if index[0] >= 0 => value.clone(),
            (Err(ValueError::Option { .. }), ParamValue::Text(_)) if param.kind == ParamKind::StrChoice => {
                value.clone()
            }
            (accepted, _) => accepted?,
        };
        let fresh = match value {
            ParamValue::Curves(curves) => Stored::Curves(curves),
            value => Stored::new(param.kind, Some(&value), &[]),
        };
        param.with(|stored| *stored = fresh);
        Ok(())
    }

    fn load_keys(&self, name: &str, keys: &[Key<ParamValue>]) -> Result<(), ValueError> {
        let param = self.find(name)?;
        let description = param.describe();
        let accept = |key: &Key<ParamValue>| {
            check_key(&description, key.time)?;
            let value = description.accept(key.value.clone())?;
            Ok(Item::of(param.kind, &value))
        };
        let items = keys.iter().map(accept).collect::<Result<Vec<_>, ValueError>>()?;
        delete_keys(&param, None);
        for (key, item) in keys.iter().zip(items) {
            item.map(|item| param.set_item(Some(key.time), item, Some(key.interpolation)));
        }
        Ok(())
    }
}

impl Drop for ParamSet {
    fn drop(&mut self) {
        for name in lock(&self.shared.edits).drain(..) {
            complain(Misuse::WrongMoment, format!("paramEditBegin of `{name}` was not followed by paramEditEnd"));
        }
    }
}

impl Shared {
    fn new(owner: Option<Weak<dyn ParamOwner>>, project: ([f64; 2], [f64; 2])) -> Arc<Self> {
        let (handle, edits) = (OnceLock::new(), Mutex::default());
        Arc::new(Self { is_instance: owner.is_some(), owner, project, handle, edits })
    }

    /// The instance that the set belongs to, while it lives.
    pub(crate) fn owner(&self) -> Option<Arc<dyn ParamOwner>> {
        self.owner.as_ref()?.upgrade()
    }

    /// The plugin begins changes that belong together.
    pub(crate) fn begin_edit(&self, name: String) {
        lock(&self.edits).push(name.clone());
        if let Some(owner) = self.owner() {
            owner.edit(Some(&name));
        }
    }

    /// The plugin has made them. False if it had begun none.
    pub(crate) fn end_edit(&self) -> bool {
        let begun = lock(&self.edits).pop().is_some();
        if let Some(owner) = self.owner().filter(|_| begun) {
            owner.edit(None);
        }
        begun
    }
}

/// Removes the key at a time, or all of them, and says how many there were. What has no keys left keeps the value of the
/// last one, or the one of the instance's time.
pub(crate) fn delete_keys(param: &Param, time: Option<f64>) -> usize {
    let now = param.now();
    param.with(|stored| match time {
        Some(time) => usize::from(stored.remove_key(time)),
        None => {
            let count = stored.keys().map_or(0, |keys| keys.times().len());
            stored.flatten(now);
            count
        }
    })
}

fn check_key(description: &ParamDescription, time: f64) -> Result<(), ValueError> {
    let name = || description.name.clone();
    if !description.animates {
        return Err(ValueError::DoesNotAnimate { name: name() });
    }
    if !time.is_finite() {
        return Err(ValueError::Time { name: name(), time });
    }
    Ok(())
}
