//! A parameter: its properties and what it holds.

use std::ffi::{CStr, CString, c_int};
use std::sync::{Arc, Mutex, OnceLock};

use ofx_sys::*;

use super::ParamOwner;
use super::curve;
use super::define;
use super::describe;
use super::description::ParamDescription;
use super::keys::{Interpolation, Keys};
use super::kind::{Holds, ParamKind};
use super::numbers::Numbers;
use super::parametric::ControlCurve;
use super::set::Shared;
use super::stored::{Item, Stored, copy_bytes};
use super::value::ParamValue;
use crate::complaint::Misuse;
use crate::handle::{HandleKind, Handled, Owned, Table};
use crate::property::PropertySet;
use crate::scope::complain;
use crate::status::{Answer, Status};
use crate::sync::lock;

/// A parameter of a description or of an instance.
pub(crate) struct Param {
    pub(crate) name: CString,
    pub(crate) kind: ParamKind,
    pub(crate) properties: Owned<PropertySet>,
    /// Never locked while a plugin runs.
    stored: Mutex<Stored>,
    pub(crate) shared: Arc<Shared>,
    /// The default as it was declared; read from the properties once, for bytes lie in the plugin's memory.
    default: OnceLock<Option<ParamValue>>,
    /// What it held when it was made, as a parameter of an instance.
    initial: Stored,
    /// Of a declared parameter: what instances are made of, which is made with the first one.
    mould: OnceLock<Mould>,
}

/// What the parameters of instances are made of.
struct Mould {
    properties: PropertySet,
    description: ParamDescription,
}

static PARAMS: Table<Param> = Table::new();

impl Handled for Param {
    const NAME: &'static str = "a parameter";
    const KIND: HandleKind = HandleKind::Param;
    fn table() -> &'static Table<Self> {
        &PARAMS
    }
}

impl Param {
    /// A parameter that a plugin declares.
    pub(crate) fn declare(name: &CStr, kind: ParamKind, shared: Arc<Shared>) -> Self {
        Self {
            name: name.to_owned(),
            kind,
            properties: Owned::new(define::properties(name, kind)),
            stored: Mutex::new(Stored::new(kind, None, &[])),
            initial: Stored::Nothing,
            shared,
            default: OnceLock::new(),
            mould: OnceLock::new(),
        }
    }

    /// The same parameter in another set that a plugin declares.
    pub(crate) fn redeclare(&self, shared: Arc<Shared>) -> Self {
        self.settle();
        Self {
            name: self.name.clone(),
            kind: self.kind,
            properties: Owned::new(self.properties.copy(self.properties.owner())),
            stored: Mutex::new(self.stored()),
            initial: Stored::Nothing,
            shared,
            default: OnceLock::new(),
            mould: OnceLock::new(),
        }
    }

    /// The parameter of an instance, with its default for a value.
    pub(crate) fn instantiate(&self, shared: Arc<Shared>) -> Self {
        let mould = self.mould.get_or_init(|| {
            self.settle();
            let properties = self.properties.copy(self.properties.owner());
            properties.put(kOfxPropType, kOfxTypeParameterInstance);
            Mould { properties, description: self.describe() }
        });
        let initial = mould.initial(shared.project);
        Self {
            name: self.name.clone(),
            kind: self.kind,
            properties: Owned::new(mould.properties.share()),
            stored: Mutex::new(initial.clone()),
            initial,
            shared,
            default: OnceLock::from(mould.description.default.clone()),
            mould: OnceLock::new(),
        }
    }

    /// Gives it its default again, without keys.
    pub(crate) fn reset(&self) {
        self.with(|stored| stored.clone_from(&self.initial));
    }

    /// Whether it belongs to an instance, and so has a value.
    pub(crate) fn is_instance(&self) -> bool {
        self.shared.is_instance
    }

    /// The instance that it belongs to, while it lives.
    pub(crate) fn owner(&self) -> Option<Arc<dyn ParamOwner>> {
        self.shared.owner()
    }

    /// What it is at present.
    pub(crate) fn describe(&self) -> ParamDescription {
        let curves = if self.kind == ParamKind::Parametric { self.curves() } else { Vec::new() };
        let mut description = describe::describe(self.kind, &self.properties, &curves);
        description.default = self.default.get_or_init(|| self.declared_default()).clone();
        description
    }

    /// Gives the slider the range that it follows, so that the copy of an instance begins with it.
    fn settle(&self) {
        if !self.kind.is_numeric() {
            return;
        }
        let names = [kOfxParamPropDisplayMin, kOfxParamPropDisplayMax];
        for (name, limits) in names.into_iter().zip(describe::display_limits(self.kind, &self.properties)) {
            match self.kind.holds() {
                Holds::Integers(_) => {
                    self.properties.put(name, limits.into_iter().map(|limit| limit as c_int).collect::<Vec<_>>());
                }
                _ => self.properties.put(name, limits),
            }
        }
    }

    fn declared_default(&self) -> Option<ParamValue> {
        let name = kOfxParamPropDefault;
        match self.kind.holds() {
            Holds::Integers(_) => Some(ParamValue::Integers(self.properties.all(name))),
            Holds::Doubles(_) => Some(ParamValue::Doubles(self.properties.all(name))),
            Holds::Text => Some(ParamValue::Text(self.properties.string(name))),
            Holds::Bytes => {
                let bytes = self.properties.pointer(name).cast::<OfxBytes>();
                // SAFETY: the standard wants a pointer to such a struct here, or null. It is read once, soon after the
                // plugin has described itself.
                Some(ParamValue::Bytes(unsafe { copy_bytes(bytes) }))
            }
            Holds::Curves | Holds::Nothing => None,
        }
    }

    /// The value at a time, or at the instance's; nothing of what holds no single value.
    pub(crate) fn item(&self, time: Option<f64>) -> Option<Item> {
        let time = time.unwrap_or_else(|| self.now());
        // A copy, so that the lock is free while the plugin interpolates.
        let around = match (&*lock(&self.stored), self.kind) {
            (Stored::Text(text), ParamKind::Custom) => text.around(time),
            _ => None,
        };
        let between = around.and_then(|(before, after)| super::custom::interpolate(self, &before, &after, time));
        between.map(Item::Text).or_else(|| lock(&self.stored).at(time))
    }

    /// Sets the value. With a time it becomes a key; without, it is the value from now on, or a key at the instance's time
    /// if there are keys already. False, and nothing is done, if it is a value of another kind or the time is not finite.
    pub(crate) fn set_item(&self, time: Option<f64>, item: Item, interpolation: Option<Interpolation>) -> bool {
        let interpolation = interpolation.unwrap_or_else(|| describe::interpolation(self.kind, &self.properties));
        // Asked for before the lock is taken: it is the owner who answers.
        let now = self.now();
        let mut stored = lock(&self.stored);
        let time = time.or_else(|| stored.is_animated().then_some(now));
        let done = stored.set(time, item, interpolation);
        self.changed(stored.is_animated());
        done
    }

    /// A plugin's value as the parameter can hold it: moved into the range, which is complained of.
    pub(crate) fn fit(&self, function: &str, item: Item) -> Answer<Item> {
        let complain = |what: String| {
            complain(Misuse::ParameterValue, format!("{function} of `{}` with {what}", self.name.to_string_lossy()));
        };
        match item {
            Item::Numbers(numbers) if numbers.iter().any(|number| number.is_nan()) => {
                complain("something that is not a number".into());
                Err(Status::VALUE)
            }
            Item::Numbers(numbers) if self.kind == ParamKind::Choice => {
                let options = self.properties.all::<CString>(kOfxParamPropChoiceOption).len();
                if numbers[0] < 0.0 || numbers[0] >= options as f64 {
                    complain(format!("the option {} of {options}", numbers[0]));
                    return Err(Status::VALUE);
                }
                Ok(Item::Numbers(numbers))
            }
            Item::Numbers(numbers) if self.kind == ParamKind::Boolean => {
                Ok(Item::Numbers(numbers.map(|number| f64::from(u8::from(number != 0.0)))))
            }
            Item::Numbers(numbers) => {
                let limits = [kOfxParamPropMin, kOfxParamPropMax].map(|name| describe::numbers(&self.properties, name));
                let mut within = numbers;
                describe::clamp(&mut within, &limits[0], &limits[1]);
                if within != numbers {
                    complain(format!("{numbers:?}, which is out of its range"));
                }
                Ok(Item::Numbers(within))
            }
            Item::Text(text) if self.kind == ParamKind::StrChoice => {
                let words = [kOfxParamPropChoiceEnum, kOfxParamPropChoiceOption]
                    .map(|name| self.properties.all::<CString>(name));
                let words = words.into_iter().find(|words| !words.is_empty()).unwrap_or_default();
                if !words.iter().any(|word| **word == *text) {
                    complain(format!("`{}`, which is none of its options", text.to_string_lossy()));
                    return Err(Status::VALUE);
                }
                Ok(Item::Text(text))
            }
            item => Ok(item),
        }
    }

    /// Works on what it holds. The code calls no plugin.
    pub(crate) fn with<T>(&self, code: impl FnOnce(&mut Stored) -> T) -> T {
        let mut stored = lock(&self.stored);
        let made = code(&mut stored);
        self.changed(stored.is_animated());
        made
    }

    /// Looks at what it holds. The code calls no plugin.
    pub(crate) fn look<T>(&self, code: impl FnOnce(&Stored) -> T) -> T {
        code(&lock(&self.stored))
    }

    /// A copy of what it holds.
    pub(crate) fn stored(&self) -> Stored {
        lock(&self.stored).clone()
    }

    /// The change per frame at a time; nothing of what is no double or colour.
    pub(crate) fn derivative(&self, time: f64) -> Option<Numbers> {
        self.numbers(|numbers, still| curve::derivative(numbers, time).unwrap_or(still.map(|_| 0.0)))
    }

    /// What the value adds up to between two times; nothing of what is no double or colour.
    pub(crate) fn integral(&self, from: f64, to: f64) -> Option<Numbers> {
        self.numbers(|keys, still| curve::integral(keys, from, to).unwrap_or(still.map(|value| value * (to - from))))
    }

    /// The curves: as many as it has dimensions, those that nobody has touched being the identity.
    pub(crate) fn curves(&self) -> Vec<ControlCurve> {
        let mut curves = match &*lock(&self.stored) {
            Stored::Curves(curves) => curves.clone(),
            _ => return Vec::new(),
        };
        let range = self.parametric_range();
        let dimension = usize::try_from(self.properties.int(kOfxParamPropParametricDimension)).unwrap_or(0);
        curves.truncate(dimension.min(MOST_CURVES));
        curves.resize_with(dimension.min(MOST_CURVES), ControlCurve::default);
        if !self.is_instance() {
            // A plugin that declares a curve adds its points to none; what it leaves alone is the identity.
            let untouched = curves.iter_mut().filter(|curve| curve.points().is_empty());
            untouched.for_each(|curve| *curve = ControlCurve::identity(range));
        }
        curves
    }

    /// Works on one of the curves; nothing if there is none of that number.
    pub(crate) fn with_curve<T>(&self, index: c_int, code: impl FnOnce(&mut ControlCurve) -> T) -> Option<T> {
        let dimension = self.properties.int(kOfxParamPropParametricDimension);
        let index = usize::try_from(index).ok().filter(|_| index < dimension).filter(|&index| index < MOST_CURVES)?;
        let mut stored = lock(&self.stored);
        let Stored::Curves(curves) = &mut *stored else { return None };
        if curves.len() <= index {
            curves.resize_with(index + 1, ControlCurve::default);
        }
        Some(code(&mut curves[index]))
    }

    /// Where its curves begin and end.
    pub(crate) fn parametric_range(&self) -> [f64; 2] {
        self.properties.doubles(kOfxParamPropParametricRange)
    }

    fn numbers(&self, code: impl Fn(&Keys<Numbers>, Numbers) -> Numbers) -> Option<Numbers> {
        match (&*lock(&self.stored), self.kind.holds()) {
            (Stored::Numbers(numbers), Holds::Doubles(_)) => Some(code(&numbers.keys, numbers.still)),
            _ => None,
        }
    }

    /// The time of the instance that it belongs to.
    pub(crate) fn now(&self) -> f64 {
        self.owner().map_or(0.0, |owner| owner.time())
    }

    fn changed(&self, animated: bool) {
        if self.properties.flag(kOfxParamPropIsAnimating) != animated {
            self.properties.put(kOfxParamPropIsAnimating, animated);
        }
    }
}

impl Mould {
    /// What an instance's parameter holds at first.
    fn initial(&self, project: ([f64; 2], [f64; 2])) -> Stored {
        let description = &self.description;
        let value = description.default_in(project).map(|value| nearest(description, value));
        Stored::new(description.kind, value.as_ref(), &description.curves)
    }
}

/// More curves than these are not kept: a plugin that asks for more has written nonsense.
const MOST_CURVES: usize = 64;

/// A default moved into its range, as far as it can be: plugins do declare others.
fn nearest(description: &ParamDescription, value: ParamValue) -> ParamValue {
    let options = c_int::try_from(description.options.len()).unwrap_or(c_int::MAX);
    match value {
        ParamValue::Integers(numbers) if description.kind == ParamKind::Choice => {
            ParamValue::Integers(numbers.into_iter().map(|number| number.min(options - 1).max(0)).collect())
        }
        ParamValue::Doubles(mut numbers) => {
            description.clamp(&mut numbers);
            ParamValue::Doubles(numbers)
        }
        value => description.accept(value.clone()).unwrap_or(value),
    }
}
