//! What the host has to say about a plugin: misuse that was answered by a status, and what was left behind.

use std::fmt;
use std::sync::{Arc, Mutex};

use crate::sync::lock;

/// Something that a plugin did against the standard and that the host survived.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Complaint {
    /// Which rule.
    pub misuse: Misuse,
    /// The action in which it happened, such as `OfxActionDescribe`; empty outside of any.
    pub action: String,
    /// What happened, with the names of function, property or parameter.
    pub text: String,
    /// How often the same happened.
    pub count: u64,
}

/// How much a complaint weighs.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Severity {
    /// Worth knowing; many plugins do it on purpose, such as trying properties that a host may not have.
    Note,
    /// Against the standard, without harm here.
    Warning,
    /// Against the standard; another host may crash or render something else.
    Error,
}

/// The rules.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Misuse {
    /// A handle of something that no longer exists.
    StaleHandle,
    /// A handle that the host never gave out, or one of another kind.
    ForeignHandle,
    /// A null pointer where the standard wants one to something.
    NullArgument,
    /// Text that is not UTF-8.
    Encoding,
    /// A property that the set does not have.
    UnknownProperty,
    /// A property read or written as another type than it has.
    PropertyType,
    /// An index or count beyond a property's dimension.
    PropertyIndex,
    /// A property written that only hosts write.
    ReadOnlyProperty,
    /// A property without a value, or with one that the standard or the host does not allow.
    PropertyValue,
    /// A parameter or clip that was not declared, or declared twice.
    Declaration,
    /// A value that a parameter cannot have, or one of another type.
    ParameterValue,
    /// A parameter that was set while rendering.
    ParameterInRender,
    /// An image that was not released by the end of the action, or released twice.
    Image,
    /// Memory that was not freed, or freed twice.
    Memory,
    /// A mutex or thread used in a way that its suite forbids.
    Threading,
    /// A suite function called in an action where it has no meaning.
    WrongMoment,
    /// An action answered by a status that it may not have.
    Answer,
    /// A suite that does not exist in any version.
    UnknownSuite,
    /// Not the plugin's fault: a defect of this library, caught.
    HostDefect,
}

impl Misuse {
    /// How much it weighs.
    #[must_use]
    pub fn severity(self) -> Severity {
        match self {
            Self::UnknownProperty | Self::UnknownSuite => Severity::Note,
            Self::PropertyValue | Self::Answer | Self::Encoding | Self::WrongMoment => Severity::Warning,
            _ => Severity::Error,
        }
    }
}

impl fmt::Display for Complaint {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.text)?;
        if !self.action.is_empty() {
            write!(f, " (in {})", self.action)?;
        }
        if self.count > 1 {
            write!(f, ", {} times", self.count)?;
        }
        Ok(())
    }
}

/// What a plugin did against the standard, for as long as somebody wants to know: also what it left when it was unloaded.
#[derive(Clone, Debug)]
pub struct Record(pub(crate) Arc<Ledger>);

impl Record {
    /// All so far, in the order in which they happened first.
    #[must_use]
    pub fn list(&self) -> Vec<Complaint> {
        self.0.list()
    }
}

/// More different complaints than these are counted with the last one: a plugin that makes up names must not fill memory.
const LIMIT: usize = 1000;

/// The complaints about one plugin, the same ones counted.
#[derive(Debug, Default)]
pub(crate) struct Ledger {
    list: Mutex<Vec<Complaint>>,
}

impl Ledger {
    /// Adds one.
    pub(crate) fn add(&self, misuse: Misuse, action: &str, text: String) {
        self.put(Complaint { misuse, action: action.to_owned(), text, count: 1 });
    }

    /// Adds one that may have been counted elsewhere.
    pub(crate) fn put(&self, new: Complaint) {
        let mut list = lock(&self.list);
        let is_same = |old: &Complaint| old.misuse == new.misuse && old.text == new.text && old.action == new.action;
        let same = list.iter().position(is_same);
        let full = list.len() >= LIMIT;
        match same.or_else(|| full.then(|| list.len() - 1)) {
            Some(at) => list[at].count += new.count,
            None => list.push(new),
        }
    }

    /// All of them so far.
    pub(crate) fn list(&self) -> Vec<Complaint> {
        lock(&self.list).clone()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_same_complaint_is_counted_and_never_more_kept_than_the_limit() {
        let ledger = Ledger::default();
        for _ in 0..3 {
            ledger.add(Misuse::Image, "OfxImageEffectActionRender", "an image is left".to_owned());
        }
        assert_eq!(ledger.list().len(), 1);
        assert_eq!(ledger.list()[0].to_string(), "an image is left (in OfxImageEffectActionRender), 3 times");
        for number in 0..2 * LIMIT {
            ledger.add(Misuse::UnknownProperty, "", number.to_string());
        }
        assert_eq!(ledger.list().len(), LIMIT);
        assert_eq!(ledger.list().iter().map(|complaint| complaint.count).sum::<u64>(), 3 + 2 * LIMIT as u64);
    }
}
