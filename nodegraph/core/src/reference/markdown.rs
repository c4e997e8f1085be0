//! The reference as a page.

use std::fmt::{Arguments, Write as _};

use super::{arity, default, values};
use crate::declare::{Kind, NodeDecl, ParamDecl};
use crate::registry::Registry;

const HEAD: &str = "\
# Nodes

<!-- Written by `cargo xtask generate`: change the nodes' declarations, not this file. -->

Every node that a graph can have, with the ids that presets and the command line use. An input that is *required* needs
a wire, an *optional* one can do without, and one for *any number* keeps its wires in an order. A parameter that
*animates* can have keyframes. `dragfx nodes` prints the same.
";

/// The reference of all nodes as Markdown.
#[must_use]
pub fn markdown(registry: &Registry) -> String {
    let mut decls: Vec<&NodeDecl> = registry.iter().map(|operator| operator.decl()).collect();
    decls.sort_by_key(|decl| decl.category);
    let mut page = HEAD.to_owned();
    table(
        &mut page,
        &["node", "id", "what it does"],
        decls.iter().map(|decl| {
            let anchor = decl.title.to_lowercase().replace(' ', "-");
            [format!("[{}](#{anchor})", cell(&decl.title)), format!("`{}`", decl.id), cell(decl.summary())]
        }),
    );
    decls.iter().for_each(|decl| describe(&mut page, decl));
    page
}

fn describe(page: &mut String, decl: &NodeDecl) {
    put(page, format_args!("\n## {}\n\n`{}`, version {}. {}", decl.title, decl.id, decl.version, decl.doc));
    table(
        page,
        &["input", "type", "wires", "what it is for"],
        decl.inputs.iter().map(|input| {
            let port_type = input.port_type.to_string();
            [format!("`{}`", input.id), port_type, arity(input.arity).to_owned(), cell(&input.doc)]
        }),
    );
    table(
        page,
        &["output", "type", "what it is"],
        decl.outputs.iter().map(|output| [format!("`{}`", output.id), output.port_type.to_string(), cell(&output.doc)]),
    );
    table(
        page,
        &["parameter", "values", "default", "what it does"],
        decl.params.iter().map(|param| {
            let animates = if param.animates { "; animates" } else { "" };
            let values = if matches!(param.kind, Kind::Choice { .. }) { "choice".to_owned() } else { values(param) };
            [format!("`{}`", param.id), cell(&format!("{values}{animates}")), cell(&default(param)), cell(&told(param))]
        }),
    );
}

/// What a parameter does, and what each of its choices means.
fn told(param: &ParamDecl) -> String {
    let Kind::Choice { options, .. } = &param.kind else { return param.doc.to_string() };
    let options = options.iter().map(|option| format!(" `{}`: {}", option.id, option.doc));
    [param.doc.to_string()].into_iter().chain(options).collect()
}

/// A table; nothing where it would have no row.
fn table<const N: usize>(page: &mut String, head: &[&str; N], rows: impl Iterator<Item = [String; N]>) {
    let mut rows = rows.peekable();
    if rows.peek().is_some() {
        put(page, format_args!("\n| {} |\n|{}", head.join(" | "), "---|".repeat(N)));
    }
    for row in rows {
        put(page, format_args!("| {} |", row.join(" | ")));
    }
}

/// A text in a cell of a table.
fn cell(text: &str) -> String {
    text.replace('|', "\\|").replace('\n', " ")
}

fn put(page: &mut String, text: Arguments<'_>) {
    writeln!(page, "{text}").expect("a string takes every text");
}
