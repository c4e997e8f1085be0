//! Files of the repository that are made of declarations: of nodes, and of what keys do.

use std::path::Path;

use crate::support::Desk;

#[test]
fn generated_files_are_what_the_program_prints() {
    let desk = Desk::new();
    let docs = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../docs");
    let files = [("nodes.md", "nodes --markdown"), ("preset.schema.json", "graph schema"), ("keys.md", "edit --keys")];
    let stale = files.into_iter().filter(|(name, line)| {
        // A checkout may have other line ends than the program writes.
        let committed = std::fs::read_to_string(docs.join(name)).unwrap_or_default().replace("\r\n", "\n");
        committed != desk.ok(line)
    });
    let stale: Vec<&str> = stale.map(|(name, _)| name).collect();
    assert!(stale.is_empty(), "docs/{} is out of date; `cargo xtask generate` writes it anew", stale.join(", docs/"));
}
