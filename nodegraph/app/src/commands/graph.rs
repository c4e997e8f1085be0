//! `dragfx graph`: presets made, changed, shown and drawn from the command line.
//!
//! Every change is an edit of the document, as an editor makes it. It is made in memory, and the file is written once all
//! of it was accepted: a refused change leaves the file as it was.

mod build;
mod model;
mod publish;
mod set;
mod show;

use std::path::Path;

use anyhow::{Result, anyhow};
use dragfx_graph::diagram;
use dragfx_graph::document::{About, Document, Edit, FrameRange};
use dragfx_graph::files;
use dragfx_graph::preset;
use dragfx_graph::registry::Registry;

use crate::args::GraphCommand;
use crate::effects::Purpose;
use crate::exit::Invalid;
use crate::{graphs, print};

/// Runs a `graph` command.
pub(crate) fn run(command: &GraphCommand) -> Result<()> {
    match command {
        GraphCommand::New { file, title, model } => build::new(file, title, model),
        GraphCommand::Show { file, json } => show::run(file, *json),
        GraphCommand::Add { file, kind, name, settings } => build::add(file, kind, name.as_deref(), settings),
        GraphCommand::Remove { file, nodes } => build::remove(file, nodes),
        GraphCommand::Connect { file, from, to } => build::connect(file, from, to),
        GraphCommand::Disconnect { file, input, order } => build::disconnect(file, input, *order),
        GraphCommand::Set(args) => set::run(args),
        GraphCommand::Rename { file, node, name } => change(file, |document| {
            let node = document.named(node)?.id;
            apply(document, [Edit::Rename { node, name: name.clone() }])
        }),
        GraphCommand::Publish(args) => publish::publish(args),
        GraphCommand::Unpublish { file, name } => publish::unpublish(file, name),
        GraphCommand::Bypass { file, node, off } => change(file, |document| {
            let node = document.named(node)?.id;
            apply(document, [Edit::Bypass { node, bypass: !off }])
        }),
        GraphCommand::Note { file, node, text } => change(file, |document| {
            let node = document.named(node)?.id;
            apply(document, [Edit::Note { node, note: text.clone() }])
        }),
        GraphCommand::Title { file, title, description } => change(file, |document| {
            let description = description.as_ref().unwrap_or(&document.about().description).clone();
            apply(document, [Edit::SetAbout(About { title: title.clone(), description })])
        }),
        GraphCommand::Model { file, name, path, replace, remove: _ } => match path {
            Some(path) => model::run(file, name, path, *replace),
            None => model::remove(file, name),
        },
        GraphCommand::Frames { file, range: (first, last), rate } => change(file, |document| {
            let rate = rate.unwrap_or(document.frames().rate);
            apply(document, [Edit::SetFrames(FrameRange { first: *first, last: *last, rate })])
        }),
        GraphCommand::Diagram { file, output } => show::diagram(file, output.as_deref()),
        GraphCommand::Schema => print::line(format_args!("{:#}", preset::schema(&Registry::standard()))),
    }
}

/// Changes a preset.
fn change<T>(file: &Path, edit: impl FnOnce(&mut Document) -> Result<T>) -> Result<T> {
    if files::is_picture(file) {
        let message = format!(
            "{0} is a picture with a preset in it, which cannot be changed there; `dragfx graph show {0} --json` prints it",
            file.display()
        );
        return Err(anyhow!(Invalid(message)));
    }
    let mut document = graphs::load(file, Purpose::Look)?;
    let by_hand = is_placed_by_hand(&document);
    let done = edit(&mut document)?;
    if !by_hand {
        place_all(&mut document)?;
    }
    graphs::save(file, &document)?;
    Ok(done)
}

/// Makes edits one after the other.
fn apply(document: &mut Document, edits: impl IntoIterator<Item = Edit>) -> Result<()> {
    edits.into_iter().try_for_each(|edit| {
        document.apply(edit)?;
        Ok(())
    })
}

/// Whether somebody moved nodes to where they like them: they then stay there. Otherwise each change arranges all anew.
fn is_placed_by_hand(document: &Document) -> bool {
    let nowhere = document.nodes().all(|node| node.position == [0.0; 2]);
    let arranged = diagram::arrange(document);
    let as_arranged = |&(id, place)| document.node(id).is_some_and(|node| node.position == place);
    !nowhere && !arranged.iter().all(as_arranged)
}

/// Moves all nodes to where they are arranged.
fn place_all(document: &mut Document) -> Result<()> {
    let moves = diagram::arrange(document).into_iter().map(|(node, position)| Edit::Move { node, position });
    apply(document, moves)
}
