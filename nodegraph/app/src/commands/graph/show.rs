//! `graph show` and `graph diagram`.

use std::fmt::Display;
use std::io::Write as _;
use std::path::Path;

use anyhow::Result;
use dragfx_graph::diagram;
use dragfx_graph::document::{Document, Node, NodeKind};
use dragfx_graph::{preset, summary};

use crate::effects::Purpose;
use crate::{graphs, picture, print, save};

/// Most characters of a text from a preset.
const MOST: usize = 70;
/// Most characters of a setting: what a preset is about are the numbers of its points and keyframes.
const MOST_OF_SETTING: usize = 160;

/// Tells what a preset holds.
pub(super) fn run(file: &Path, as_json: bool) -> Result<()> {
    let document = graphs::load(file, Purpose::Look)?;
    if as_json {
        return print::line(preset::to_text(&document).trim_end());
    }
    head(&document)?;
    document.nodes().try_for_each(|node| describe(&document, node))?;
    section(
        "published",
        document.published().iter().map(|entry| {
            let node = document.node(entry.node).map_or("", |node| &node.name);
            let range = entry.range.map_or_else(String::new, |[least, most]| format!(", {least} to {most}"));
            format!("{}  {node}.{}{range}", entry.name, entry.path)
        }),
    )
}

/// Draws a preset.
pub(super) fn diagram(file: &Path, output: Option<&Path>) -> Result<()> {
    if let Some(output) = output {
        picture::check_path(output, &["svg", "mmd"])?;
    }
    let document = graphs::load(file, Purpose::Look)?;
    let Some(output) = output else { return print::line(diagram::mermaid(&document).trim_end()) };
    let text = if picture::extension(output) == "svg" { diagram::svg(&document) } else { diagram::mermaid(&document) };
    save::file(output, |to| Ok(to.write_all(text.as_bytes())?))
}

fn head(document: &Document) -> Result<()> {
    let about = document.about();
    for text in [&about.title, &about.description].into_iter().filter(|text| !text.is_empty()) {
        print::line(summary::line(text, MOST))?;
    }
    let frames = document.frames();
    print::line(format_args!("frames {} to {}, {} a second", frames.first, frames.last, frames.rate))?;
    section(
        "models",
        document.models().iter().map(|(name, model)| {
            let hash = model.blake3.as_ref().map_or_else(|| "no hash".to_owned(), |hash| format!("BLAKE3 {hash}"));
            format!("{}  {}, {hash}", summary::line(name, MOST), summary::line(&model.file, MOST))
        }),
    )
}

/// A node, what is connected to it, and what is set.
fn describe(document: &Document, node: &Node) -> Result<()> {
    let kind = match &node.kind {
        NodeKind::Known(operator) => operator.decl().id.to_string(),
        NodeKind::Placeholder(placeholder) => {
            format!(
                "{}, a placeholder: {}",
                summary::line(&placeholder.type_id, MOST),
                summary::line(&placeholder.reason, MOST)
            )
        }
    };
    print::line(format_args!("\n{}  ({kind}){}", node.name, if node.bypass { ", bypassed" } else { "" }))?;
    if !node.note.is_empty() {
        item(summary::line(&node.note, MOST))?;
    }
    for wire in document.wires_into(node.id) {
        let source = document.node(wire.from).map_or("", |node| &node.name);
        item(format_args!("{} <- {source}.{}", summary::line(&wire.input, MOST), summary::line(&wire.output, MOST)))?;
    }
    let settings = summary::settings_in_full(node, MOST_OF_SETTING);
    settings.into_iter().try_for_each(|(id, value)| item(format_args!("{id} = {value}")))
}

/// A heading and its items; nothing where there is none.
fn section(head: &str, items: impl Iterator<Item = String>) -> Result<()> {
    let mut items = items.peekable();
    if items.peek().is_some() {
        print::line(format_args!("\n{head}"))?;
    }
    items.try_for_each(item)
}

fn item(text: impl Display) -> Result<()> {
    print::line(format_args!("  {text}"))
}
