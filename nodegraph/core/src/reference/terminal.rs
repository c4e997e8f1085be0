//! The reference for a terminal.

use std::fmt::Write as _;

use super::{arity, default, values};
use crate::declare::{Kind, NodeDecl};
use crate::registry::Registry;

/// Longest line.
const WIDTH: usize = 100;

/// All nodes, a line for each.
#[must_use]
pub fn list(registry: &Registry) -> String {
    let mut decls: Vec<&NodeDecl> = registry.iter().map(|operator| operator.decl()).collect();
    decls.sort_by_key(|decl| decl.category);
    let widest = decls.iter().map(|decl| decl.id.len()).max().unwrap_or_default();
    decls.iter().map(|decl| format!("{:widest$}  {}\n", decl.id, decl.summary())).collect()
}

/// All that is known of a node.
#[must_use]
pub fn help(decl: &NodeDecl) -> String {
    let mut text = format!("{}: {}, version {}\n\n", decl.id, decl.title, decl.version);
    wrap(&mut text, 0, &decl.doc);
    section(
        &mut text,
        "inputs",
        decl.inputs.iter().map(|input| {
            (&*input.id, format!("{}, {}", input.port_type, arity(input.arity)), vec![input.doc.to_string()])
        }),
    );
    section(
        &mut text,
        "outputs",
        decl.outputs.iter().map(|output| (&*output.id, output.port_type.to_string(), vec![output.doc.to_string()])),
    );
    section(
        &mut text,
        "parameters",
        decl.params.iter().map(|param| {
            let animates = if param.animates { "; animates" } else { "" };
            let mut docs = vec![param.doc.to_string()];
            if let Kind::Choice { options, .. } = &param.kind {
                docs.extend(options.iter().map(|option| format!("{}: {}", option.id, option.doc)));
            }
            (&*param.id, format!("{}; default {}{animates}", values(param), default(param)), docs)
        }),
    );
    text
}

/// A heading, and below it for each item its id, what it takes, and indented what it is; nothing where there is no item.
fn section<'d>(text: &mut String, head: &str, items: impl Iterator<Item = (&'d str, String, Vec<String>)>) {
    let mut items = items.peekable();
    if items.peek().is_some() {
        writeln!(text, "\n{head}").expect("a string takes every text");
    }
    for (id, takes, docs) in items {
        writeln!(text, "  {id}  ({takes})").expect("a string takes every text");
        docs.iter().for_each(|doc| wrap(text, 6, doc));
    }
}

/// Adds a text in lines of at most [`WIDTH`] characters.
fn wrap(text: &mut String, indent: usize, words: &str) {
    let mut line = " ".repeat(indent);
    for word in words.split_whitespace() {
        let empty = line.len() == indent;
        if !empty && line.chars().count() + 1 + word.chars().count() > WIDTH {
            text.push_str(&line);
            text.push('\n');
            line.truncate(indent);
        } else if !empty {
            line.push(' ');
        }
        line.push_str(word);
    }
    text.push_str(&line);
    text.push('\n');
}
