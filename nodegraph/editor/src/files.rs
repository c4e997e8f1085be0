//! The document's file: opening, saving, recovering, and what else comes from files.
//!
//! What takes time is done in the [background], and comes back as wishes. Saving is waited for: who closes the window next
//! must know whether it succeeded.

mod background;
mod banner;
mod import;
mod load;
mod missing;
mod paths;
mod recent;
mod side;
mod wish;

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::sync::{Arc, OnceLock};
use std::time::{Duration, Instant};

use dragfx_graph::document::{Document, NodeId};
use dragfx_graph::models::{ModelRef, ModelStore};
use dragfx_graph::preset;
use dragfx_graph::registry::Registry;
use eframe::egui::{self, Event, ViewportCommand};

use crate::command::{Command, Wanted};
use crate::desk::Desk;
use crate::session::{Origin, Session};

pub(crate) use banner::{banner, hovered};
pub(crate) use import::choose as import;
pub(crate) use missing::Missing;
pub(crate) use recent::Recent;
pub(crate) use wish::open;

use background::Background;
use load::Kinds;
use side::Side;

/// How long a change is not kept in a side file.
const DELAY: Duration = Duration::from_secs(2);

/// What has to do with files.
pub(crate) struct Files {
    background: Background,
    kinds: Kinds,
    models: Arc<ModelStore>,
    state: Option<PathBuf>,
    /// What a new document is.
    starter: Document,
    side: Side,
    /// The revision that the side file holds, if it is there.
    kept: Option<u64>,
    /// Since when there are changes that the side file does not hold.
    changed: Option<Instant>,
    /// The models that were looked for last, and where from.
    checked: Option<(BTreeMap<String, ModelRef>, PathBuf)>,
    was_computing: bool,
    safe_mode: bool,
    is_leaving: bool,
}

/// What is to be done with files.
#[derive(Clone, Debug)]
pub(crate) enum Wish {
    /// Goes on to something else; asks first if something would be lost.
    Leave(Next),
    /// Goes on to something else.
    Go(Next),
    /// Saves the document, under another name or its own, and goes on then.
    Save { to: Option<PathBuf>, then: Option<Next> },
    /// Lets people choose a name, and saves.
    SaveAs { then: Option<Next> },
    /// Takes a document that was read.
    Show(Arc<Loaded>),
    /// Renames a side file that nobody wants now.
    SetAside(PathBuf),
    /// Deletes a side file that nobody wants.
    Delete(PathBuf),
    /// Finds out what a file is, and uses it.
    Import { path: PathBuf, at: import::At },
    /// Adds a node that reads a file.
    Add { kind: &'static str, file: PathBuf, at: import::At },
    /// Uses a model; asks how, if there is one already.
    Model(ModelRef),
    /// Adds the model in a file to the others.
    AddModel(PathBuf),
    /// Sets a node's parameter to a file.
    Set { node: NodeId, param: String, path: PathBuf },
    /// Names a model.
    Link { name: String, model: ModelRef, label: String },
    /// Lets people choose a file for something.
    Find(Wanted),
    /// Takes a file for a model that is missing, if it is the same.
    Relink { name: String, path: PathBuf },
    /// Says which models are missing.
    Missing(Vec<Missing>),
    /// Computes what was not computed because nobody had asked for it.
    Compute,
}

/// What comes after the document.
#[derive(Clone, Debug)]
pub(crate) enum Next {
    /// A document that is ready to be dragged.
    New,
    /// A document without nodes.
    Empty,
    /// A preset, or a picture that one travels in.
    Open(PathBuf),
    /// Nothing: the window is closed.
    Quit,
}

/// A document that was read.
#[derive(Clone, Debug)]
pub(crate) struct Loaded {
    document: Document,
    origin: Origin,
    side: Side,
    /// Why it should not be computed before somebody says so.
    safe: Option<String>,
}

/// What files need of the program.
pub(crate) struct Surroundings {
    /// The kinds of nodes that are there at once.
    pub(crate) registry: Arc<Registry>,
    /// Finds all of them.
    pub(crate) effects: Box<dyn FnOnce() -> Registry + Send>,
    /// The models.
    pub(crate) models: Arc<ModelStore>,
    /// The editor's folder.
    pub(crate) state: Option<PathBuf>,
    /// What a new document is.
    pub(crate) starter: Document,
    /// Whether nothing is to be computed before somebody says so.
    pub(crate) safe_mode: bool,
}

impl Files {
    /// Begins with a file, or with what a window that ended without a word has left.
    pub(crate) fn new(surroundings: Surroundings, file: Option<PathBuf>) -> Self {
        let Surroundings { registry, effects, models, state, starter, safe_mode } = surroundings;
        let kinds = Kinds { first: registry, all: Arc::new(OnceLock::new()) };
        let all = Arc::clone(&kinds.all);
        std::thread::spawn(move || all.set(Arc::new(effects())));
        let mut background = Background::new();
        let (folder, reading) = (state.clone(), kinds.clone());
        match file {
            Some(path) => background.aside(move || {
                let mut answer = load::load(&path, folder.as_deref(), None, &reading);
                if !answer.iter().any(|command| matches!(command, Command::File(Wish::Show(_)))) {
                    // While people read why it is not there, or are asked, there is something to look at.
                    answer.insert(0, Command::File(Wish::Go(Next::New)));
                }
                answer
            }),
            None => background
                .aside(move || folder.map_or_else(Vec::new, |folder| load::recover_unnamed(&folder, &reading))),
        }
        Self {
            background,
            kinds,
            models,
            side: Side::of_new(state.as_deref()),
            state,
            starter,
            kept: None,
            changed: None,
            checked: None,
            was_computing: false,
            safe_mode,
            is_leaving: false,
        }
    }

    /// What is remembered from window to window.
    pub(crate) fn recent(&self) -> Vec<Recent> {
        self.state.as_deref().map_or_else(Vec::new, recent::read)
    }

    /// Whether something is going on.
    pub(crate) fn is_busy(&self) -> bool {
        self.background.is_busy()
    }

    /// Looks after everything once a frame: what has come of work in the background, what was dropped, side files. `at` is
    /// the place on the canvas that is pointed at.
    pub(crate) fn look(
        &mut self,
        context: &egui::Context,
        session: &mut Session,
        desk: &mut Desk,
        is_computing: bool,
        at: import::At,
    ) -> Vec<Command> {
        self.background.set_window(context);
        if let Some(all) = self.kinds.all.get().filter(|all| !Arc::ptr_eq(all, session.registry())) {
            session.set_registry(Arc::clone(all));
        }
        let mut commands = self.background.take();
        let (closes, dropped, is_back) = context.input(|input| {
            let is_back = input.events.contains(&Event::WindowFocused(true));
            (input.viewport().close_requested(), input.raw.dropped_files.clone(), is_back)
        });
        if closes && !session.is_saved() && !self.is_leaving {
            context.send_viewport_cmd(ViewportCommand::CancelClose);
            commands.push(Command::File(Wish::Leave(Next::Quit)));
        }
        let paths = dropped.into_iter().filter_map(|file| file.path);
        commands.extend(paths.map(|path| Command::File(Wish::Import { path, at })));
        if is_back {
            desk.recent = self.recent();
            // Somebody may have put a model in its place meanwhile.
            self.checked = self.checked.take().filter(|_| desk.missing.is_empty());
        }
        self.check_models(session, desk.missing.is_empty());
        self.keep(context, session);
        let turns = std::mem::replace(&mut self.was_computing, is_computing) != is_computing;
        if turns && self.side.is_locked() {
            let side = self.side.clone();
            self.background.in_order(move || {
                side.note(is_computing);
                Vec::new()
            });
        }
        commands
    }

    /// Ends well: nothing is left to be recovered.
    pub(crate) fn end(&mut self) {
        self.forget();
        self.background.finish();
    }

    /// Writes what is not saved to the side file, some time after it was changed, or deletes that when it is saved.
    fn keep(&mut self, context: &egui::Context, session: &Session) {
        if session.is_saved() {
            self.forget();
            return;
        }
        if self.kept == Some(session.revision()) {
            self.changed = None;
            return;
        }
        let Some(file) = self.side.file.clone() else { return };
        let elapsed = self.changed.get_or_insert_with(Instant::now).elapsed();
        if elapsed < DELAY || session.in_gesture() {
            context.request_repaint_after(DELAY.saturating_sub(elapsed).max(Duration::from_millis(50)));
            return;
        }
        (self.kept, self.changed) = (Some(session.revision()), None);
        let document = session.document().clone();
        self.background.in_order(move || match preset::save(&file, &document) {
            Ok(()) => Vec::new(),
            Err(error) => vec![Command::complain(format!("What is not saved can't be kept either: {error}"))],
        });
    }

    /// Deletes the side file.
    fn forget(&mut self) {
        self.changed = None;
        if self.kept.take().is_some()
            && let Some(file) = self.side.file.clone()
        {
            self.background.in_order(move || {
                // One that is gone is what was wanted.
                let _ = std::fs::remove_file(file);
                Vec::new()
            });
        }
    }

    /// Looks for the document's models, if it has others than before.
    fn check_models(&mut self, session: &Session, all_there: bool) {
        let (models, folder) = (session.document().models(), session.folder());
        if self.checked.as_ref().is_some_and(|(known, from)| known == models && *from == folder) {
            return;
        }
        self.checked = Some((models.clone(), folder.clone()));
        let (models, store) = (models.clone(), Arc::clone(&self.models));
        self.background.aside(move || match missing::check(&models, &folder, &store) {
            missing if missing.is_empty() && all_there => Vec::new(),
            missing => vec![Command::File(Wish::Missing(missing))],
        });
    }

    /// Notes that a document was open.
    fn remember(&self, desk: &mut Desk, path: &Path) {
        if let Some(state) = &self.state {
            desk.recent = recent::add(state, path);
        }
    }
}
