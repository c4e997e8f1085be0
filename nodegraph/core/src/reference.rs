//! The reference of nodes, made of their declarations: as Markdown, and as text for a terminal.

mod markdown;
mod terminal;

use crate::declare::{Arity, Kind, ParamDecl};

pub use markdown::markdown;
pub use terminal::{help, list};

/// The values of a parameter in words.
fn values(decl: &ParamDecl) -> String {
    let unit = if decl.unit.is_empty() { String::new() } else { format!(" {}", decl.unit) };
    match &decl.kind {
        Kind::Float { min, max, .. } => format!("{min} to {max}{unit}"),
        Kind::Int { min, max, .. } => format!("whole, {min} to {max}{unit}"),
        Kind::Choice { options, .. } => {
            format!("one of {}", options.iter().map(|option| &*option.id).collect::<Vec<_>>().join(", "))
        }
        Kind::File { writes, extensions } => {
            let verb = if *writes { "written" } else { "read" };
            let endings = if extensions.is_empty() { String::new() } else { format!(": .{}", extensions.join(", .")) };
            format!("path of a file that is {verb}{endings}")
        }
        kind => format!("{}{unit}", kind.name()),
    }
}

/// The default of a parameter in words.
fn default(decl: &ParamDecl) -> String {
    match &decl.kind {
        Kind::Text { default } if default.is_empty() => "empty".to_owned(),
        Kind::File { .. } | Kind::Points | Kind::Shapes => "none".to_owned(),
        Kind::Model => "the only one".to_owned(),
        _ => crate::summary::value(&decl.default_value(), 80),
    }
}

fn arity(arity: Arity) -> &'static str {
    match arity {
        Arity::Required => "required",
        Arity::Optional => "optional",
        Arity::Many => "any number",
    }
}
