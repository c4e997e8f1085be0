//! `cargo xtask generate`: the files that are made of declarations: of nodes, and of what keys do. Tests compare them with what the program
//! prints, so that none of them is forgotten.

use std::fs;

use anyhow::{Context, Result};

use crate::process::{cargo, output, root};

/// Each file, and the arguments of `dragfx` that print it.
const FILES: &[(&str, &[&str])] = &[
    ("docs/nodes.md", &["nodes", "--markdown"]),
    ("docs/preset.schema.json", &["graph", "schema"]),
    ("docs/keys.md", &["edit", "--keys"]),
];

/// Writes all of them.
pub(crate) fn run() -> Result<()> {
    for (file, arguments) in FILES {
        let mut dragfx = cargo(["run", "--quiet", "--package", "dragfx", "--"]);
        let text = output(dragfx.args(*arguments))?;
        fs::write(root().join(file), text).with_context(|| format!("can't write {file}"))?;
        println!("wrote {file}");
    }
    Ok(())
}
