//! How wishes are fulfilled.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use dragfx_graph::declare::Kind;
use dragfx_graph::diagram;
use dragfx_graph::document::{Document, Edit, NodeId};
use dragfx_graph::models::ModelRef;
use dragfx_graph::param::{Param, ParamValue};
use dragfx_graph::preset;
use eframe::egui::ViewportCommand;

use super::import::At;
use super::load::file_name;
use super::side::Side;
use super::{Files, Loaded, Next, Wish, import, load, missing, paths};
use crate::command::{Command, Wanted};
use crate::desk::{Desk, View};
use crate::dialog::{Answer, Choice, Question};
use crate::session::{Origin, Session};

impl Files {
    /// Fulfils a wish; gives what else is to be done.
    pub(crate) fn obey(&mut self, wish: Wish, session: &mut Session, desk: &mut Desk) -> Vec<Command> {
        match wish {
            Wish::Leave(next) if session.is_saved() => self.go(next, session, desk),
            Wish::Leave(next) => vec![ask_to_save(session, next)],
            Wish::Go(next) => self.go(next, session, desk),
            Wish::Save { to, then } => match to.or_else(|| session.path().map(Path::to_owned)) {
                Some(path) => self.save(&path, then, session, desk),
                None => vec![save_as(session, then)],
            },
            Wish::SaveAs { then } => vec![save_as(session, then)],
            Wish::Show(loaded) => {
                self.show(&loaded, session, desk);
                Vec::new()
            }
            Wish::SetAside(file) => load::set_aside(file),
            Wish::Delete(file) => match std::fs::remove_file(&file) {
                Ok(()) => Vec::new(),
                Err(error) => vec![Command::complain(format!("Can't delete {}: {error}", file.display()))],
            },
            Wish::Import { path, at } => {
                let (folder, store) = (session.folder(), Arc::clone(&self.models));
                self.background.aside(move || import::import(path, at, &folder, &store));
                Vec::new()
            }
            Wish::Add { kind, file, at } => add(session, kind, &file, at),
            Wish::Model(model) => use_model(session.document(), model),
            Wish::Link { name, model, label } => {
                vec![Command::edit(label, Edit::SetModel { name, model: Some(model) })]
            }
            Wish::Find(Wanted::Model(name)) => {
                let then = move |path| Command::File(Wish::Relink { name: name.clone(), path });
                vec![missing::choose("Where is the model?", session, Arc::new(then))]
            }
            Wish::Find(Wanted::NewModel) => {
                let then = |path| Command::File(Wish::AddModel(path));
                vec![missing::choose("Add a model", session, Arc::new(then))]
            }
            Wish::Find(Wanted::Param { node, param }) => find(session, node, param).into_iter().collect(),
            Wish::AddModel(path) => {
                let (folder, store) = (session.folder(), Arc::clone(&self.models));
                let document = session.document().clone();
                self.background.aside(move || match missing::refer(&path, &folder, &store) {
                    Ok(model) => vec![beside(&document, model)],
                    Err(error) => vec![import::told(&path, &error)],
                });
                Vec::new()
            }
            Wish::Set { node, param, path } => {
                let path = paths::kept(&path, &session.folder(), session.path().is_some());
                let value = Some(Param::Constant(ParamValue::Text(path)));
                vec![Command::edit("Choose a file", Edit::SetParam { node, param, value })]
            }
            Wish::Relink { name, path } => {
                let Some(wanted) = session.document().models().get(&name).cloned() else { return Vec::new() };
                let (folder, store) = (session.folder(), Arc::clone(&self.models));
                self.background.aside(move || missing::relink(&name, &wanted, &path, &folder, &store));
                Vec::new()
            }
            Wish::Missing(missing) => {
                // What was missing when it was computed last may be there now.
                if missing.len() < desk.missing.len() {
                    session.touch();
                }
                desk.missing = missing;
                Vec::new()
            }
            Wish::Compute => {
                desk.safe = None;
                Vec::new()
            }
        }
    }

    fn go(&mut self, next: Next, session: &mut Session, desk: &mut Desk) -> Vec<Command> {
        match next {
            Next::New => self.begin(self.starter.clone(), session, desk),
            Next::Empty => self.begin(Document::default(), session, desk),
            Next::Open(path) => {
                let (state, kinds) = (self.state.clone(), self.kinds.clone());
                let side = Some(self.side.clone()).filter(|_| session.path() == Some(&path));
                let notice = Command::say(format!("Opening {}…", file_name(&path)));
                self.background.aside(move || load::load(&path, state.as_deref(), side, &kinds));
                return vec![notice];
            }
            Next::Quit => {
                self.is_leaving = true;
                if let Some(window) = self.background.window() {
                    window.send_viewport_cmd(ViewportCommand::Close);
                }
            }
        }
        Vec::new()
    }

    fn begin(&mut self, document: Document, session: &mut Session, desk: &mut Desk) {
        let side = Side::of_new(self.state.as_deref());
        self.show(&Loaded { document, origin: Origin::none(), side, safe: None }, session, desk);
    }

    fn show(&mut self, loaded: &Loaded, session: &mut Session, desk: &mut Desk) {
        let Loaded { document, origin, side, safe } = loaded.clone();
        // Whoever wanted what is left behind has saved it.
        self.forget();
        if let Some(path) = &origin.path {
            self.remember(desk, path);
        }
        desk.say(match &origin.path {
            Some(path) if side.is_others => {
                format!("{} is open in another window too: whoever saves last wins", file_name(path))
            }
            Some(path) => format!("Opened {}", file_name(path)),
            None => String::new(),
        });
        session.replace(document, origin);
        desk.begin(session.document());
        // A command line that asks for safety means whatever is opened.
        let asked = || "Safe mode.".to_owned();
        desk.safe = safe.or_else(|| self.safe_mode.then(asked));
        // A side file that was recovered is there, and to be deleted some day.
        self.kept = (!session.is_saved()).then(|| session.revision());
        self.side = side;
        self.was_computing = false;
    }

    fn save(&mut self, path: &Path, then: Option<Next>, session: &mut Session, desk: &mut Desk) -> Vec<Command> {
        session.settle();
        let (is_new, is_other) = (session.path().is_none(), session.path() != Some(path));
        let edits = match is_other {
            true => paths::moved(session.document(), &session.folder(), &preset::folder(path), is_new),
            false => Vec::new(),
        };
        let moves = !edits.is_empty();
        if let Err(error) = session.perform("Keep paths to files", edits) {
            return vec![Command::complain(error.to_string())];
        }
        if let Err(error) = preset::save(path, session.document()) {
            if moves {
                session.undo();
            }
            let text = format!("{error}. Nothing of it is lost: it is open as it was.");
            return vec![Command::Ask(Question::told(format!("Can't save {}", file_name(path)), text))];
        }
        self.forget();
        session.mark_saved(path);
        if is_other {
            self.side = Side::of_file(path, self.state.as_deref());
        }
        self.remember(desk, path);
        desk.say(format!("Saved {}", file_name(path)));
        then.map_or_else(Vec::new, |next| self.go(next, session, desk))
    }
}

fn ask_to_save(session: &Session, next: Next) -> Command {
    let name = session.path().map_or_else(|| "the new document".to_owned(), file_name);
    let text = match &next {
        Next::Open(path) if session.path() == Some(path) => {
            let text = format!("Everything since {name} was saved is lost.");
            let answers = vec![Answer::new("Revert", vec![Command::File(Wish::Go(next))]), Answer::cancel()];
            return Command::Ask(Question::new("Revert to the saved document?", text, answers));
        }
        _ => "Without, they are lost.",
    };
    let answers = vec![
        Answer::new("Save", vec![Command::File(Wish::Save { to: None, then: Some(next.clone()) })]),
        Answer::new("Don't save", vec![Command::File(Wish::Go(next))]),
        Answer::cancel(),
    ];
    Command::Ask(Question::new(format!("Save the changes of {name}?"), text, answers))
}

fn save_as(session: &Session, then: Option<Next>) -> Command {
    let name = session.path().map_or_else(|| format!("untitled.{}", preset::EXTENSION), file_name);
    Command::Choose(Choice {
        title: "Save the document".to_owned(),
        folder: session.path().map(preset::folder),
        save_as: Some(name),
        kind: ("Presets: .dragfx".to_owned(), vec![preset::EXTENSION.to_owned()]),
        then: Arc::new(move |path| Command::File(Wish::Save { to: Some(path), then: then.clone() })),
    })
}

/// Lets people choose what to open.
pub(crate) fn open(session: &Session) -> Command {
    let endings = [preset::EXTENSION, "png", "exr"];
    Command::Choose(Choice {
        title: "Open a document".to_owned(),
        folder: session.path().map(preset::folder),
        save_as: None,
        kind: (
            "Presets, and pictures with one inside: .dragfx, .png, .exr".to_owned(),
            endings.map(ToOwned::to_owned).to_vec(),
        ),
        then: Arc::new(Command::Open),
    })
}

/// Lets people choose a file for a parameter.
fn find(session: &Session, node: NodeId, param: String) -> Option<Command> {
    let known = session.document().node(node)?;
    let decl = known.decl()?.find_param(&param)?;
    let Kind::File { writes, extensions } = &decl.kind else { return None };
    let endings: Vec<String> = extensions.iter().map(ToString::to_string).collect();
    let now = match known.params.get(&param) {
        Some(Param::Constant(ParamValue::Text(path))) if !path.is_empty() => session.folder().join(path),
        _ => {
            session.folder().join(endings.first().map_or_else(String::new, |ending| format!("{}.{ending}", known.name)))
        }
    };
    let folder = now.parent().filter(|folder| folder.is_dir()).map(Path::to_owned);
    Some(Command::Choose(Choice {
        title: format!("{} of {}", decl.label, known.name),
        folder: folder.or_else(|| session.path().map(preset::folder)),
        save_as: writes.then(|| file_name(&now)),
        kind: (format!("Files: .{}", endings.join(", .")), endings),
        then: Arc::new(move |path| Command::File(Wish::Set { node, param: param.clone(), path })),
    }))
}

/// A node that reads a file: it is selected, and what it gives is shown.
fn add(session: &mut Session, kind: &str, file: &Path, at: At) -> Vec<Command> {
    let Some(operator) = session.registry().get(kind).cloned() else { return Vec::new() };
    let label = format!("Add {}", operator.decl().title);
    let path = paths::kept(file, &session.folder(), session.path().is_some());
    let mut node = session.document().clone().new_node(operator);
    node.params.insert("file".to_owned(), Param::Constant(ParamValue::Text(path)));
    node.position = at.unwrap_or_else(|| diagram::free_place(session.document()));
    let id = node.id;
    let view = View::of_node(&node);
    let look = view.map(|view| Command::Look { slot: 0, view });
    [Command::edit(label, Edit::Insert(Box::new(node))), Command::Select([id].into())].into_iter().chain(look).collect()
}

/// Links a model to a document: at once if it is the first one, else as people say.
fn use_model(document: &Document, model: ModelRef) -> Vec<Command> {
    let known = document.models();
    let beside = beside(document, model.clone());
    if known.values().any(|other| other.blake3 == model.blake3) {
        return vec![beside];
    }
    let Some((only, old)) = known.first_key_value() else { return vec![beside] };
    let described = missing::described;
    let text = match known.len() {
        1 => format!("The graph uses {}. {} can take its place everywhere.", described(old), described(&model)),
        count => format!("The graph has {count} models. Nodes name the one that they use."),
    };
    let replace = Answer::new("Use it for the graph", vec![link(format!("Use {}", model.file), only, &model)]);
    let answers = [replace].into_iter().filter(|_| known.len() == 1);
    let answers = answers.chain([Answer::new("Add it beside", vec![beside]), Answer::cancel()]).collect();
    vec![Command::Ask(Question::new(format!("Use the model {}?", model.file), text, answers))]
}

/// Adds a model to the others. One that is there may lie elsewhere now.
fn beside(document: &Document, model: ModelRef) -> Command {
    match document.models().iter().find(|(_, other)| other.blake3 == model.blake3) {
        Some((name, _)) => link(format!("Relink {name}"), name, &model),
        None => {
            let name = free_name(document, &model);
            link(format!("Add the model {name}"), &name, &model)
        }
    }
}

fn link(label: String, name: &str, model: &ModelRef) -> Command {
    Command::File(Wish::Link { name: name.to_owned(), model: model.clone(), label })
}

/// What a document can call a model: the beginning of its file's name.
fn free_name(document: &Document, model: &ModelRef) -> String {
    let stem = PathBuf::from(&model.file).file_stem().unwrap_or_default().to_string_lossy().into_owned();
    let is_fit = |c: &char| c.is_alphanumeric() || matches!(c, '_' | '-');
    let stem: String = stem.chars().filter(is_fit).take(40).collect();
    let stem = if stem.is_empty() { "model".to_owned() } else { stem };
    let numbered = (2..).map(|number| format!("{stem}{number}"));
    let mut names = [stem.clone()].into_iter().chain(numbered);
    names.find(|name| !document.models().contains_key(name)).unwrap_or(stem)
}
