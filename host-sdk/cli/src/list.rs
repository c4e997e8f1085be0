//! `ofx list`.

use anyhow::Result;
use ofx_host::Host;
use serde_json::json;

use crate::args::{Common, List};
use crate::{find, print, printable};

/// Lists what is installed; what cannot be used is told on the error output.
pub(crate) fn run(common: &Common, args: &List) -> Result<()> {
    let (_, found) = find::all(&Host::default(), common)?;
    if args.json {
        let entry = |(bundle, known): &find::Found| match known {
            Ok(plugins) => json!({ "bundle": bundle.root, "plugins": plugins }),
            Err(error) => json!({ "bundle": bundle.root, "error": error.to_string() }),
        };
        print(&serde_json::to_string_pretty(&found.iter().map(entry).collect::<Vec<_>>())?);
        return Ok(());
    }
    let mut rows = Vec::new();
    for (bundle, known) in &found {
        match known {
            Err(error) => eprintln!("{}: {error}", bundle.root.display()),
            Ok(plugins) => {
                for plugin in plugins {
                    for error in &plugin.errors {
                        eprintln!("{}: {error}", bundle.root.display());
                    }
                    for complaint in plugin.complaints.iter().filter(|_| common.complaints) {
                        eprintln!("{}: {complaint}", plugin.id.identifier);
                    }
                    if let Some(description) = &plugin.description {
                        let contexts: Vec<_> = plugin.contexts.iter().map(|one| one.context.word()).collect();
                        let (major, minor) = plugin.id.version;
                        rows.push([
                            plugin.id.identifier.clone(),
                            format!("{major}.{minor}"),
                            description.label.clone(),
                            contexts.join(" "),
                        ]);
                    }
                }
            }
        }
    }
    if rows.is_empty() {
        eprintln!("No plugins were found. OFX_PLUGIN_PATH says where to look, and so does --path.");
    }
    let width = |column: usize| rows.iter().map(|row: &[String; 4]| row[column].chars().count()).max().unwrap_or(0);
    let (first, second, third) = (width(0), width(1), width(2));
    for [identifier, version, label, contexts] in &rows {
        let line = format!("{identifier:first$}  {version:second$}  {label:third$}  {contexts}");
        print(&printable(line.trim_end()));
    }
    Ok(())
}
