//! What checks work with: the plugin, the notes, and what the host heard of it.

use std::cell::RefCell;
use std::fmt::Display;

use ofx_host::{Bundle, Complaint, Host, HostSettings, Library, Misuse, Plugin, PluginId, Record, Severity as Weight};

use crate::check::{Complaints, Stop};
use crate::dice::Dice;
use crate::notes::{Note, Notes};
use crate::report::{Finding, Severity};

/// The place where a check is made.
pub(crate) struct Bench {
    pub(crate) bundle: Bundle,
    plugin: Option<PluginId>,
    part: Option<String>,
    seed: u64,
    notes: Notes,
    /// What the host heard of the plugins that were loaded.
    heard: RefCell<Vec<Record>>,
}

impl Bench {
    pub(crate) fn new(bundle: Bundle, plugin: Option<PluginId>, part: Option<String>, seed: u64, notes: Notes) -> Self {
        Self { bundle, plugin, part, seed, notes, heard: RefCell::default() }
    }

    pub(crate) fn note(&self, note: &Note) {
        self.notes.write(note);
    }

    /// Says what is being done from now on.
    pub(crate) fn doing(&self, what: impl Display) {
        self.note(&Note::Doing(what.to_string()));
    }

    pub(crate) fn found(&self, severity: Severity, text: impl Display) {
        self.note(&Note::Found(Finding { severity, text: text.to_string(), usual: false }));
    }

    /// Something against the standard.
    pub(crate) fn fail(&self, text: impl Display) {
        self.found(Severity::Failure, text);
    }

    /// Something that will give trouble.
    pub(crate) fn warn(&self, text: impl Display) {
        self.found(Severity::Warning, text);
    }

    /// Random numbers, the same for each check.
    pub(crate) fn dice(&self) -> Dice {
        Dice::new(self.seed)
    }

    /// Which part of the check this is.
    pub(crate) fn part(&self) -> &str {
        self.part.as_deref().unwrap_or_default()
    }

    /// The plugin that is checked.
    pub(crate) fn id(&self) -> &PluginId {
        self.plugin.as_ref().expect("a check of a plugin is given one")
    }

    /// The binary, for a host of those settings.
    pub(crate) fn library(&self, settings: HostSettings) -> Result<Library, Stop> {
        self.doing("loading the binary");
        Ok(Library::open(&Host::new(settings), &self.bundle)?)
    }

    /// The plugin, loaded by an ordinary host.
    pub(crate) fn load(&self) -> Result<Plugin, Stop> {
        self.load_in(&self.library(HostSettings::default())?)
    }

    /// The plugin, loaded from a library.
    pub(crate) fn load_in(&self, library: &Library) -> Result<Plugin, Stop> {
        self.doing("loading and describing the plugin");
        let plugin = library.load(self.id())?;
        self.listen(&plugin);
        Ok(plugin)
    }

    /// Listens to complaints about a plugin.
    pub(crate) fn listen(&self, plugin: &Plugin) {
        self.heard.borrow_mut().push(plugin.record());
    }

    /// Tells what the host complained about, as far as it is the check's business, and that all is done.
    pub(crate) fn close(&self, complaints: Complaints) {
        for complaint in self.heard.borrow().iter().flat_map(Record::list) {
            if let Some(finding) = judge(&complaint, complaints) {
                self.note(&Note::Found(finding));
            }
        }
        self.note(&Note::Done);
    }
}

fn judge(complaint: &Complaint, complaints: Complaints) -> Option<Finding> {
    let severity = match complaint.misuse.severity() {
        Weight::Note => return None,
        Weight::Warning => Severity::Warning,
        Weight::Error => Severity::Failure,
    };
    let describing = ["OfxActionLoad", "OfxActionDescribe", "OfxImageEffectActionDescribeInContext", ""]
        .contains(&&*complaint.action);
    let told = match complaints {
        _ if complaint.misuse == Misuse::HostDefect => true,
        Complaints::Ignored => false,
        Complaints::Description => describing,
        Complaints::Kinds(kinds) => !describing && kinds.contains(&complaint.misuse),
        Complaints::Unusual => !describing && severity == Severity::Failure,
    };
    // Without how often it happened, which differs from check to check.
    let text = Complaint { count: 1, ..complaint.clone() }.to_string();
    told.then_some(Finding { severity, text, usual: matches!(complaints, Complaints::Unusual) })
}
