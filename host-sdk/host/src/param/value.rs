//! What a parameter is worth, for those who use the library, and what a parameter takes.

use serde::{Deserialize, Serialize};
use thiserror::Error;

use super::describe::clamp;
use super::description::{ParamDescription, ParamOption};
use super::kind::{Holds, ParamKind};
use super::parametric::ControlCurve;

/// What a parameter is worth.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ParamValue {
    /// Whole numbers: of an integer, a boolean (0 or 1) or a choice (the number of its option, from 0).
    Integers(Vec<i32>),
    /// Numbers: of a double, or the parts of a colour.
    Doubles(Vec<f64>),
    /// Of a string, a string choice or a custom parameter.
    Text(String),
    /// Of a bytes parameter.
    Bytes(Vec<u8>),
    /// Of a parametric parameter, for each of its dimensions.
    Curves(Vec<ControlCurve>),
}

/// Why a parameter does not take a value.
#[derive(Clone, Debug, PartialEq, Error)]
pub enum ValueError {
    /// There is no parameter of that name.
    #[error("there is no parameter `{name}`{}", .similar.as_ref().map(|name| format!(", but one `{name}`")).unwrap_or_default())]
    Unknown {
        /// The name that was asked for.
        name: String,
        /// The name of a parameter that differs only in case.
        similar: Option<String>,
    },
    /// It is a group, a page or a button.
    #[error("`{name}` is a {kind:?}, which holds no value")]
    HoldsNothing {
        /// The parameter.
        name: String,
        /// What it is.
        kind: ParamKind,
    },
    /// Another kind of value, or another number of numbers.
    #[error("`{name}` takes {expected}, not {found}")]
    Kind {
        /// The parameter.
        name: String,
        /// What it takes, in words.
        expected: String,
        /// What it was given, in words.
        found: String,
    },
    /// Not one of the options.
    #[error("`{name}` has no option `{option}`; it has {}", .options.join(", "))]
    Option {
        /// The parameter.
        name: String,
        /// What it was given.
        option: String,
        /// What there is.
        options: Vec<String>,
    },
    /// Not a number, or text with a zero character inside, which the interface cannot carry.
    #[error("`{name}` cannot be {what}")]
    Impossible {
        /// The parameter.
        name: String,
        /// What it was given.
        what: &'static str,
    },
    /// A key for a parameter that does not animate.
    #[error("`{name}` does not animate")]
    DoesNotAnimate {
        /// The parameter.
        name: String,
    },
    /// A time that is not finite.
    #[error("`{name}` has no value at the time {time}")]
    Time {
        /// The parameter.
        name: String,
        /// The time.
        time: f64,
    },
}

macro_rules! from_numbers {
    ($($type:ty, $pattern:pat => $value:expr;)*) => {$(
        impl From<$type> for ParamValue {
            fn from($pattern: $type) -> Self {
                $value
            }
        }
    )*};
}

from_numbers! {
    bool, value => Self::Integers(vec![i32::from(value)]);
    i32, value => Self::Integers(vec![value]);
    [i32; 2], values => Self::Integers(values.into());
    [i32; 3], values => Self::Integers(values.into());
    f64, value => Self::Doubles(vec![value]);
    [f64; 2], values => Self::Doubles(values.into());
    [f64; 3], values => Self::Doubles(values.into());
    [f64; 4], values => Self::Doubles(values.into());
    &str, text => Self::Text(text.into());
    String, text => Self::Text(text);
    Vec<u8>, bytes => Self::Bytes(bytes);
}

impl ParamValue {
    /// The first number; nothing if it has none.
    #[must_use]
    pub fn number(&self) -> Option<f64> {
        match self {
            Self::Integers(numbers) => numbers.first().copied().map(f64::from),
            Self::Doubles(numbers) => numbers.first().copied(),
            _ => None,
        }
    }

    /// All numbers; none if it has none.
    #[must_use]
    pub fn numbers(&self) -> Vec<f64> {
        match self {
            Self::Integers(numbers) => numbers.iter().copied().map(f64::from).collect(),
            Self::Doubles(numbers) => numbers.clone(),
            _ => Vec::new(),
        }
    }

    /// Its text, if it is one.
    #[must_use]
    pub fn text(&self) -> Option<&str> {
        if let Self::Text(text) = self { Some(text) } else { None }
    }

    fn words(&self) -> String {
        match self {
            Self::Integers(numbers) => Holds::Integers(numbers.len()).words(),
            Self::Doubles(numbers) => Holds::Doubles(numbers.len()).words(),
            Self::Text(_) => Holds::Text.words(),
            Self::Bytes(_) => Holds::Bytes.words(),
            Self::Curves(curves) => format!("{} curves", curves.len()),
        }
    }
}

impl Holds {
    fn words(self) -> String {
        let count = |count: usize, one: &str| if count == 1 { format!("a {one}") } else { format!("{count} {one}s") };
        match self {
            Self::Integers(numbers) => count(numbers, "whole number"),
            Self::Doubles(numbers) => count(numbers, "number"),
            Self::Text => "text".into(),
            Self::Bytes => "bytes".into(),
            Self::Curves => "curves".into(),
            Self::Nothing => "nothing".into(),
        }
    }
}

impl ParamDescription {
    /// The value as this parameter takes it: whole numbers become numbers and the other way round if nothing is lost, the
    /// label of an option becomes its number or word, and numbers outside of the range become its nearest ones.
    ///
    /// # Errors
    /// Where the value cannot be meant for this parameter.
    pub fn accept(&self, value: ParamValue) -> Result<ParamValue, ValueError> {
        match (self.kind.holds(), value) {
            (Holds::Nothing, _) => Err(ValueError::HoldsNothing { name: self.name.clone(), kind: self.kind }),
            (Holds::Integers(count), ParamValue::Integers(numbers)) if numbers.len() == count => {
                self.accept_integers(numbers)
            }
            (Holds::Integers(count), ParamValue::Doubles(numbers)) if numbers.len() == count && all_whole(&numbers) => {
                self.accept_integers(numbers.iter().map(|&number| number as i32).collect())
            }
            (Holds::Integers(_), ParamValue::Text(label)) if self.kind == ParamKind::Choice => {
                let index = self.options.iter().position(|option| option.label == label || option.value == label);
                let index = index.ok_or_else(|| self.no_option(&label))?;
                Ok(ParamValue::Integers(vec![i32::try_from(index).unwrap_or(i32::MAX)]))
            }
            (Holds::Doubles(count), ParamValue::Doubles(numbers)) if numbers.len() == count => {
                self.accept_doubles(numbers)
            }
            (Holds::Doubles(count), ParamValue::Integers(numbers)) if numbers.len() == count => {
                self.accept_doubles(numbers.into_iter().map(f64::from).collect())
            }
            (Holds::Text, ParamValue::Text(text)) => self.accept_text(text),
            (Holds::Bytes, ParamValue::Bytes(bytes)) => Ok(ParamValue::Bytes(bytes)),
            (Holds::Curves, ParamValue::Curves(curves)) if curves.len() == self.curves.len() => {
                Ok(ParamValue::Curves(curves))
            }
            (holds, value) => {
                Err(ValueError::Kind { name: self.name.clone(), expected: holds.words(), found: value.words() })
            }
        }
    }

    /// The value that a text stands for: numbers with commas between them, `true` or `false`, the label of an option, text.
    ///
    /// # Errors
    /// See [`accept`](Self::accept). Bytes and curves cannot be written so.
    pub fn parse(&self, text: &str) -> Result<ParamValue, ValueError> {
        let numbers = || text.split(',').map(|part| part.trim().parse::<f64>().ok()).collect::<Option<Vec<_>>>();
        let value = match (self.kind, self.kind.holds()) {
            (ParamKind::Boolean, _) if text == "true" => true.into(),
            (ParamKind::Boolean, _) if text == "false" => false.into(),
            // An option may have a number for a label: labels come first.
            (ParamKind::Choice, _) if self.options.iter().any(|option| option.label == text) => text.into(),
            (_, Holds::Integers(_) | Holds::Doubles(_)) => numbers().map_or_else(|| text.into(), ParamValue::Doubles),
            _ => text.into(),
        };
        self.accept(value)
    }

    /// Moves numbers into the range.
    pub(crate) fn clamp(&self, numbers: &mut [f64]) {
        clamp(numbers, &self.minimum, &self.maximum);
    }

    fn accept_integers(&self, numbers: Vec<i32>) -> Result<ParamValue, ValueError> {
        match self.kind {
            ParamKind::Choice if usize::try_from(numbers[0]).is_ok_and(|index| index < self.options.len()) => {
                Ok(ParamValue::Integers(numbers))
            }
            ParamKind::Choice => Err(self.no_option(&numbers[0].to_string())),
            ParamKind::Boolean => Ok((numbers[0] != 0).into()),
            _ => {
                let mut numbers: Vec<f64> = numbers.into_iter().map(f64::from).collect();
                self.clamp(&mut numbers);
                Ok(ParamValue::Integers(numbers.into_iter().map(|number| number as i32).collect()))
            }
        }
    }

    fn accept_doubles(&self, mut numbers: Vec<f64>) -> Result<ParamValue, ValueError> {
        if numbers.iter().any(|number| number.is_nan()) {
            return Err(ValueError::Impossible { name: self.name.clone(), what: "something that is not a number" });
        }
        self.clamp(&mut numbers);
        Ok(ParamValue::Doubles(numbers))
    }

    fn accept_text(&self, text: String) -> Result<ParamValue, ValueError> {
        if text.contains('\0') {
            return Err(ValueError::Impossible { name: self.name.clone(), what: "text with a zero character in it" });
        }
        if self.kind != ParamKind::StrChoice {
            return Ok(ParamValue::Text(text));
        }
        let by = |key: fn(&ParamOption) -> &str| self.options.iter().find(|option| key(option) == text);
        let option = by(|option| &option.value).or_else(|| by(|option| &option.label));
        Ok(ParamValue::Text(option.ok_or_else(|| self.no_option(&text))?.value.clone()))
    }

    fn no_option(&self, option: &str) -> ValueError {
        let options = self.options.iter().map(|option| format!("`{}`", option.label)).collect();
        ValueError::Option { name: self.name.clone(), option: option.into(), options }
    }
}

fn all_whole(numbers: &[f64]) -> bool {
    numbers.iter().all(|number| number.fract() == 0.0 && number.abs() <= f64::from(i32::MAX))
}
