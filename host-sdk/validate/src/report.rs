//! What was found, as text, Markdown and JSON.

use std::fmt::Write;

use serde::{Deserialize, Serialize};

/// How bad something is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Severity {
    /// Allowed, but hosts or users will have trouble with it; or not allowed in a case that no host has to bring about.
    Warning,
    /// Against the standard.
    Failure,
}

/// Something that is wrong.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Finding {
    /// How bad it is.
    pub severity: Severity,
    /// What is wrong, with the names of action, property or parameter.
    pub text: String,
    /// Whether it is a complaint of the host that comes with whatever the plugin does in the same way. It is told once.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub usual: bool,
}

/// How a check ended.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Outcome {
    /// The check.
    pub check: String,
    /// Its answer.
    #[serde(flatten)]
    pub answer: Answer,
}

/// The answer of a check.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Answer {
    /// What is wrong.
    pub findings: Vec<Finding>,
    /// Why it was not applied, if it was not.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub skipped: Option<String>,
}

/// The answer of a check in a word.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Verdict {
    /// It does not apply.
    Skipped,
    /// Nothing is wrong.
    Ok,
    /// Something will give trouble.
    Warning,
    /// Something is against the standard.
    Failed,
}

impl Answer {
    /// The worst of what was found.
    #[must_use]
    pub fn verdict(&self) -> Verdict {
        match self.findings.iter().map(|finding| finding.severity).max() {
            Some(Severity::Failure) => Verdict::Failed,
            Some(Severity::Warning) => Verdict::Warning,
            None if self.skipped.is_some() => Verdict::Skipped,
            None => Verdict::Ok,
        }
    }

    /// Adds the answer of another part: skipped is only what was skipped in all parts.
    pub(crate) fn join(&mut self, other: Self) {
        for finding in other.findings {
            if !self.findings.contains(&finding) {
                self.findings.push(finding);
            }
        }
        self.skipped = self.skipped.take().and(other.skipped);
    }
}

impl Verdict {
    fn word(self) -> &'static str {
        match self {
            Self::Ok => "ok",
            Self::Skipped => "skipped",
            Self::Warning => "warning",
            Self::Failed => "failed",
        }
    }
}

/// What was checked: a bundle's binary, or a plugin in it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Subject {
    /// The name of the bundle's folder.
    pub bundle: String,
    /// The plugin's identifier; none of a binary.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub plugin: Option<String>,
    /// Its version.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub version: Option<(u32, u32)>,
    /// How the checks ended, in their order.
    pub outcomes: Vec<Outcome>,
}

/// All that was found.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Report {
    /// What was checked.
    pub subjects: Vec<Subject>,
}

/// The group of checks that say what a plugin does in whatever it is asked.
const USUAL: &str = "conduct.";
/// More than so many findings of a check are mostly of the same cause.
const MOST: usize = 6;
/// The check without which there are no others.
const LOAD: &str = "life.load";

impl Subject {
    /// How many checks ended so.
    #[must_use]
    pub fn count(&self, verdict: Verdict) -> usize {
        self.outcomes.iter().filter(|outcome| outcome.answer.verdict() == verdict).count()
    }

    fn name(&self) -> String {
        match (&self.plugin, self.version) {
            (Some(plugin), Some((major, minor))) => format!("{plugin} {major}.{minor}"),
            _ => self.bundle.clone(),
        }
    }

    /// Leaves out all other checks of a plugin that does not even load.
    pub(crate) fn tell_what_does_not_load(&mut self) {
        let load = self.outcomes.iter().find(|outcome| outcome.check == LOAD);
        if load.is_none_or(|load| load.answer.verdict() != Verdict::Failed) {
            return;
        }
        for outcome in self.outcomes.iter_mut().filter(|outcome| outcome.check != LOAD) {
            outcome.answer = Answer { findings: Vec::new(), skipped: Some("it does not load".to_owned()) };
        }
    }

    /// Counts what is found more often in a check than anybody wants to read.
    pub(crate) fn shorten(&mut self) {
        for answer in self.outcomes.iter_mut().map(|outcome| &mut outcome.answer) {
            // Failures first, so that they are not those that are left out.
            answer.findings.sort_by_key(|finding| std::cmp::Reverse(finding.severity));
            let more = answer.findings.len().saturating_sub(MOST);
            if let Some(last) = answer.findings.get(MOST).filter(|_| more > 1).cloned() {
                answer.findings.truncate(MOST);
                answer.findings.push(Finding { text: format!("and {more} more like these"), ..last });
            }
        }
    }

    /// Leaves out what a plugin does wrong in every check where its ordinary life shows it already.
    pub(crate) fn tell_the_usual_once(&mut self) {
        let told = |outcome: &&Outcome| outcome.check.starts_with(USUAL);
        let usual: Vec<Finding> =
            self.outcomes.iter().filter(told).flat_map(|outcome| outcome.answer.findings.clone()).collect();
        for outcome in self.outcomes.iter_mut().filter(|outcome| !outcome.check.starts_with(USUAL)) {
            outcome.answer.findings.retain(|found| !found.usual || usual.iter().all(|one| one.text != found.text));
        }
    }
}

impl Report {
    /// Whether nothing failed; where warnings count, whether nothing is wrong.
    #[must_use]
    pub fn is_well(&self, strict: bool) -> bool {
        let bad = if strict { Verdict::Warning } else { Verdict::Failed };
        self.subjects.iter().flat_map(|subject| &subject.outcomes).all(|outcome| outcome.answer.verdict() < bad)
    }

    /// For a terminal: what is wrong, then a table.
    #[must_use]
    pub fn text(&self) -> String {
        let mut text = String::new();
        for subject in &self.subjects {
            for outcome in &subject.outcomes {
                for finding in &outcome.answer.findings {
                    let word = if finding.severity == Severity::Failure { "failed" } else { "warning" };
                    let _ = writeln!(text, "{}: {} {word}: {}", subject.name(), outcome.check, plain(&finding.text));
                }
            }
        }
        if !text.is_empty() {
            text.push('\n');
        }
        let width = self.subjects.iter().map(|subject| subject.name().chars().count()).max().unwrap_or(0);
        let _ = writeln!(text, "{:width$}      ok  failed warning skipped", "");
        for subject in &self.subjects {
            let [ok, failed, warning, skipped] = VERDICTS.map(|verdict| subject.count(verdict));
            let name = plain(&subject.name());
            let _ = writeln!(text, "{name:width$} {ok:7} {failed:7} {warning:7} {skipped:7}");
        }
        text
    }

    /// As Markdown.
    #[must_use]
    pub fn markdown(&self) -> String {
        let mut text = String::from("| plugin | ok | failed | warning | skipped |\n|---|---|---|---|---|\n");
        for subject in &self.subjects {
            let [ok, failed, warning, skipped] = VERDICTS.map(|verdict| subject.count(verdict));
            let _ = writeln!(text, "| {} | {ok} | {failed} | {warning} | {skipped} |", cell(&subject.name()));
        }
        for subject in &self.subjects {
            let _ = write!(text, "\n## {}\n\n| check | answer | why |\n|---|---|---|\n", cell(&subject.name()));
            for outcome in &subject.outcomes {
                let why = outcome.answer.findings.iter().map(|finding| cell(&finding.text));
                let why: Vec<_> = why.chain(outcome.answer.skipped.iter().map(|why| cell(why))).collect();
                let word = outcome.answer.verdict().word();
                let _ = writeln!(text, "| `{}` | {word} | {} |", outcome.check, why.join("<br>"));
            }
        }
        text
    }

    /// As JSON.
    ///
    /// # Errors
    /// None that can happen: all of it is text and numbers.
    pub fn json(&self) -> serde_json::Result<String> {
        #[derive(Serialize)]
        struct Told<'a> {
            #[serde(flatten)]
            outcome: &'a Outcome,
            verdict: Verdict,
        }
        let mut value = serde_json::to_value(self)?;
        for (subject, told) in self.subjects.iter().zip(value["subjects"].as_array_mut().into_iter().flatten()) {
            let outcomes = subject.outcomes.iter();
            let outcomes: Vec<_> = outcomes.map(|one| Told { outcome: one, verdict: one.answer.verdict() }).collect();
            told["outcomes"] = serde_json::to_value(outcomes)?;
        }
        serde_json::to_string_pretty(&value).map(|text| text + "\n")
    }
}

const VERDICTS: [Verdict; 4] = [Verdict::Ok, Verdict::Failed, Verdict::Warning, Verdict::Skipped];

/// Text for a terminal: what plugins say cannot move its cursor or change its colours.
fn plain(text: &str) -> String {
    text.chars().map(|char| if char.is_control() { '\u{fffd}' } else { char }).collect()
}

/// Text for a cell of a table in Markdown.
fn cell(text: &str) -> String {
    plain(&text.replace('\n', " ")).replace('\\', "\\\\").replace('|', "\\|").replace('<', "&lt;")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn finding(severity: Severity, text: &str, usual: bool) -> Finding {
        Finding { severity, text: text.into(), usual }
    }

    fn outcome(check: &str, findings: Vec<Finding>) -> Outcome {
        Outcome { check: check.into(), answer: Answer { findings, skipped: None } }
    }

    fn report() -> Report {
        let outcomes = vec![
            outcome("conduct.images", vec![finding(Severity::Failure, "an image is kept", false)]),
            outcome("render.again", vec![finding(Severity::Failure, "an image is kept", true)]),
            outcome("picture.rows", vec![finding(Severity::Warning, "a|b\u{1b}[2J", false)]),
        ];
        let (bundle, plugin) = ("A.ofx.bundle".into(), Some("a.b".into()));
        Report { subjects: vec![Subject { bundle, plugin, version: Some((1, 2)), outcomes }] }
    }

    #[test]
    fn nothing_is_told_of_a_plugin_that_does_not_load_but_that() {
        let mut report = report();
        report.subjects[0].outcomes.push(outcome("life.load", vec![finding(Severity::Failure, "crash", false)]));
        report.subjects[0].tell_what_does_not_load();
        let subject = &report.subjects[0];
        assert_eq!((subject.count(Verdict::Failed), subject.count(Verdict::Skipped)), (1, 3));
    }

    #[test]
    fn what_is_usual_is_told_once() {
        let mut report = report();
        report.subjects[0].tell_the_usual_once();
        let verdicts: Vec<_> = report.subjects[0].outcomes.iter().map(|one| one.answer.verdict()).collect();
        assert_eq!(verdicts, [Verdict::Failed, Verdict::Ok, Verdict::Warning]);
    }

    #[test]
    fn what_is_found_too_often_is_counted_and_failures_are_told_first() {
        let mut report = report();
        let many = (0..20).map(|number| finding(Severity::Warning, &number.to_string(), false));
        let many = many.chain([finding(Severity::Failure, "last", false)]).collect();
        report.subjects[0].outcomes = vec![outcome("a.b", many)];
        report.subjects[0].shorten();
        let found = &report.subjects[0].outcomes[0].answer.findings;
        let texts: Vec<_> = found.iter().map(|finding| finding.text.as_str()).collect();
        assert_eq!(texts, ["last", "0", "1", "2", "3", "4", "and 15 more like these"]);
    }

    #[test]
    fn warnings_count_where_they_are_asked_to() {
        let mut report = report();
        report.subjects[0].outcomes.drain(..2);
        assert!(report.is_well(false) && !report.is_well(true));
    }

    #[test]
    fn a_plugin_cannot_write_to_the_terminal_or_break_a_table() {
        let report = report();
        assert!(!report.text().contains('\u{1b}') && !report.markdown().contains('\u{1b}'));
        assert!(report.markdown().contains("a\\|b"), "{}", report.markdown());
        let read: Report = serde_json::from_str(&report.json().unwrap()).unwrap();
        assert_eq!(read, report);
        assert!(report.json().unwrap().contains("\"verdict\": \"failed\""));
    }

    #[test]
    fn a_check_is_skipped_if_all_its_parts_are() {
        let skipped = Answer { findings: Vec::new(), skipped: Some("no".into()) };
        let (mut all, mut some) = (skipped.clone(), skipped.clone());
        all.join(skipped);
        some.join(Answer::default());
        assert_eq!([all.verdict(), some.verdict()], [Verdict::Skipped, Verdict::Ok]);
    }
}
