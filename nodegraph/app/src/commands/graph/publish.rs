//! `graph publish` and `graph unpublish`.

use std::path::Path;

use anyhow::{Result, anyhow};
use dragfx_graph::document::{Document, Edit, Published};
use dragfx_graph::summary::listed;

use super::{apply, change};
use crate::args::{Address, PublishArgs};
use crate::exit::Invalid;

/// Lets a parameter stand for the whole graph, and prints its name.
pub(super) fn publish(args: &PublishArgs) -> Result<()> {
    let name = change(&args.file, |document| {
        let node = document.named(&args.param.node)?.id;
        let name = args.name.clone().unwrap_or_else(|| usual_name(document, &args.param));
        let entry = Published {
            name: name.clone(),
            node,
            path: args.param.path.clone(),
            label: args.label.clone(),
            range: args.range,
            doc: args.doc.clone(),
        };
        let published = document.published().iter().cloned().chain([entry]).collect();
        apply(document, [Edit::Publish(published)])?;
        Ok(name)
    })?;
    crate::print::line(name)
}

/// Takes a published parameter back.
pub(super) fn unpublish(file: &Path, name: &str) -> Result<()> {
    change(file, |document| {
        let mut published = document.published().to_vec();
        let before = published.len();
        published.retain(|entry| entry.name != name);
        if published.len() == before {
            let known: Vec<&str> = published.iter().map(|entry| &*entry.name).collect();
            let known = listed(&known);
            return Err(anyhow!(Invalid(format!("nothing is published as `{name}`; there are {known}"))));
        }
        apply(document, [Edit::Publish(published)])
    })
}

/// The parameter's id, with the node's name in front where another one has it.
fn usual_name(document: &Document, Address { node, path }: &Address) -> String {
    let short = path.to_string().replace('.', "_");
    let taken = document.published().iter().any(|entry| entry.name == short);
    if taken { format!("{node}_{short}") } else { short }
}
