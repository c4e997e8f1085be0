//! Nodes and wires: `graph new`, `add`, `remove`, `connect` and `disconnect`.

use std::path::Path;

use anyhow::{Result, anyhow};
use dragfx_graph::diagram;
use dragfx_graph::document::{About, Document, Edit, NodeId};
use dragfx_graph::preset;

use super::{apply, change, model, set};
use crate::args::{NamedModel, Port, Setting};
use crate::commands::nodes;
use crate::exit::Invalid;
use crate::{effects, graphs, picture, print};

/// Begins a preset.
pub(super) fn new(file: &Path, title: &str, models: &[NamedModel]) -> Result<()> {
    picture::check_path(file, &[preset::EXTENSION])?;
    if file.exists() {
        return Err(anyhow!(Invalid(format!("{} is there already", file.display()))));
    }
    let mut document = Document::default();
    apply(&mut document, [Edit::SetAbout(About { title: title.to_owned(), description: String::new() })])?;
    for model in models {
        match model {
            NamedModel::At { name, path } => model::link(&mut document, file, name, path, false)?,
            NamedModel::Bundled => apply(&mut document, [model::bundled()])?,
        }
    }
    graphs::save(file, &document)
}

/// Adds a node and prints its name.
pub(super) fn add(file: &Path, kind: &str, name: Option<&str>, settings: &[Setting]) -> Result<()> {
    let registry = effects::of_kind(kind);
    let operator = nodes::operator(&registry, kind)?;
    let name = change(file, |document| {
        let mut node = document.new_node(operator.clone());
        if let Some(name) = name {
            name.clone_into(&mut node.name);
        }
        node.position = diagram::free_place(document);
        let name = node.name.clone();
        apply(document, [Edit::Insert(Box::new(node))])?;
        settings.iter().try_for_each(|setting| {
            let edit = set::constant(document.named(&name)?, setting)?;
            apply(document, [edit])
        })?;
        Ok(name)
    })?;
    print::line(name)
}

/// Removes nodes.
pub(super) fn remove(file: &Path, nodes: &[String]) -> Result<()> {
    change(file, |document| {
        let ids: Vec<NodeId> = nodes.iter().map(|name| Ok(document.named(name)?.id)).collect::<Result<_>>()?;
        let edits = document.removal(&ids);
        apply(document, edits)
    })
}

/// Makes a wire.
pub(super) fn connect(file: &Path, from: &Port, to: &Port) -> Result<()> {
    change(file, |document| {
        let (source, target) = (document.named(&from.node)?.id, document.named(&to.node)?.id);
        let edits = document.connection(source, &from.port, target, &to.port);
        apply(document, edits)
    })
}

/// Takes a wire away.
pub(super) fn disconnect(file: &Path, input: &Port, order: Option<u32>) -> Result<()> {
    change(file, |document| {
        let to = document.named(&input.node)?.id;
        let wires = document.wires_into(to).iter().filter(|wire| wire.input == input.port).count();
        let order = match order {
            Some(number) => number as usize - 1,
            None if wires > 1 => {
                let Port { node, port } = input;
                let message = format!("{node}.{port} has {wires} wires; say which with --order 1 to {wires}");
                return Err(anyhow!(Invalid(message)));
            }
            None => 0,
        };
        apply(document, [Edit::Disconnect { to, input: input.port.clone(), order }])
    })
}
