//! What a check is, and the list of all of them.

use std::fmt::Write;

use ofx_host::{HostError, Misuse};

use crate::bench::Bench;
use crate::checks;
use crate::report::Severity;

/// A check.
pub struct Check {
    /// Its name: group, dot, name.
    pub id: &'static str,
    /// What it checks, in a sentence.
    pub what: &'static str,
    /// Which part of the standard, or which habit of hosts, says so.
    pub rule: &'static str,
    /// What it is about.
    pub of: Of,
    /// Parts that run in processes of their own; if there are none it is one whole.
    pub(crate) parts: fn() -> Vec<String>,
    /// How bad it is if the plugin ends or holds up the process: less than a failure where the standard does not foresee
    /// what is done.
    pub(crate) crash: Severity,
    /// Of what the host complained about meanwhile, what this check is about.
    pub(crate) complaints: Complaints,
    pub(crate) run: fn(&Bench) -> Result<(), Stop>,
}

/// What a check is about.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Of {
    /// A bundle's binary.
    Binary,
    /// A plugin.
    Plugin,
}

/// Which complaints of the host are a check's business.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Complaints {
    /// Errors, unless an ordinary life of the plugin gives the same ones.
    Unusual,
    /// Those about what the plugin says of itself.
    Description,
    /// Those of some kinds.
    Kinds(&'static [Misuse]),
    /// None.
    Ignored,
}

/// Why a check does not go on.
#[derive(Debug)]
pub(crate) enum Stop {
    /// It does not apply.
    Skip(String),
    /// The plugin failed at something that everything else depends on.
    Fail(String),
}

impl From<HostError> for Stop {
    fn from(error: HostError) -> Self {
        Self::Fail(error.to_string())
    }
}

impl Check {
    /// A check without parts, in which a crash is a failure.
    pub(crate) const fn new(
        id: &'static str,
        what: &'static str,
        rule: &'static str,
        run: fn(&Bench) -> Result<(), Stop>,
    ) -> Self {
        let (of, crash, complaints) = (Of::Plugin, Severity::Failure, Complaints::Unusual);
        Self { id, what, rule, of, parts: Vec::new, crash, complaints, run }
    }

    pub(crate) const fn of_binary(self) -> Self {
        Self { of: Of::Binary, ..self }
    }

    pub(crate) const fn in_parts(self, parts: fn() -> Vec<String>) -> Self {
        Self { parts, ..self }
    }

    /// A crash is a warning: no host has to do what the check does.
    pub(crate) const fn lenient(self) -> Self {
        Self { crash: Severity::Warning, ..self }
    }

    pub(crate) const fn about(self, complaints: Complaints) -> Self {
        Self { complaints, ..self }
    }
}

/// All checks, in the order in which they are told.
pub const CHECKS: &[&[Check]] = &[
    checks::binary::CHECKS,
    checks::life::CHECKS,
    checks::describe::CHECKS,
    checks::conduct::CHECKS,
    checks::action::CHECKS,
    checks::params::CHECKS,
    checks::render::CHECKS,
    checks::picture::CHECKS,
    checks::input::CHECKS,
    checks::answer::CHECKS,
    checks::thread::CHECKS,
    checks::suite::CHECKS,
    checks::growth::CHECKS,
    checks::interact::CHECKS,
];

/// All checks.
pub fn all() -> impl Iterator<Item = &'static Check> {
    CHECKS.iter().copied().flatten()
}

/// The check of that name.
#[must_use]
pub fn find(id: &str) -> Option<&'static Check> {
    all().find(|check| check.id == id)
}

/// The list for a terminal.
pub(crate) fn list() -> String {
    let width = all().map(|check| check.id.len()).max().unwrap_or(0);
    all().fold(String::new(), |mut text, check| {
        let _ = writeln!(text, "{:width$}  {}", check.id, check.what);
        text
    })
}

/// The list as a table in Markdown.
#[must_use]
pub fn markdown() -> String {
    let mut text = String::from("| check | what it checks | by which rule |\n|---|---|---|\n");
    for check in all() {
        let _ = writeln!(text, "| `{}` | {} | {} |", check.id, check.what, check.rule);
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn checks_have_names_of_their_own_and_say_what_they_do() {
        let ids: Vec<_> = all().map(|check| check.id).collect();
        let unique: std::collections::BTreeSet<_> = ids.iter().collect();
        assert_eq!(unique.len(), ids.len());
        let unclear: Vec<_> = all()
            .filter(|check| !check.id.contains('.') || !check.what.ends_with('.') || check.rule.is_empty())
            .map(|check| check.id)
            .collect();
        assert!(unclear.is_empty(), "{unclear:?}");
    }
}
