//! `dragfx nodes`: the reference of nodes.

use anyhow::{Result, anyhow};
use dragfx_graph::declare::NodeDecl;
use dragfx_graph::operator::Operator;
use dragfx_graph::reference;
use dragfx_graph::registry::Registry;
use dragfx_graph::summary;
use dragfx_ofx::{Installed, Skipped};

use crate::args::NodesArgs;
use crate::effects::{self, Purpose};
use crate::exit::Invalid;
use crate::print;

/// Lists the nodes, or tells everything about one.
pub(crate) fn run(args: &NodesArgs) -> Result<()> {
    if args.markdown {
        // The page is about the nodes that every machine has.
        return print::line(reference::markdown(&Registry::standard()).trim_end());
    }
    let Some(kind) = &args.kind else { return list(args.json) };
    let registry = effects::of_kind(kind);
    let operator = operator(&registry, kind)?;
    if args.json {
        return print::line(serde_json::to_string_pretty(operator.decl())?);
    }
    print::line(reference::help(operator.decl()).trim_end())
}

/// Lists the nodes, and tells of plugins that cannot be nodes.
fn list(json: bool) -> Result<()> {
    let Installed { registry, skipped } = effects::all(Purpose::Look);
    if json {
        let decls: Vec<&NodeDecl> = registry.iter().map(|operator| operator.decl()).collect();
        print::line(serde_json::to_string_pretty(&decls)?)?;
    } else {
        print::line(reference::list(&registry).trim_end())?;
    }
    for Skipped { bundle, plugin, why } in skipped {
        let plugin = plugin.map_or_else(String::new, |plugin| format!("{plugin}: "));
        eprintln!("{}", summary::tame(&format!("left out: {}: {plugin}{why}", bundle.display())));
    }
    Ok(())
}

/// The kind of node of that id, whatever the case of its letters, and with `_` for `-` too, as names of nodes have it.
pub(crate) fn operator<'r>(registry: &'r Registry, kind: &str) -> Result<&'r std::sync::Arc<dyn Operator>> {
    let id = kind.to_lowercase().replace('_', "-");
    registry.get(kind).or_else(|| registry.get(&id)).ok_or_else(|| {
        let likely = nearest(registry, &id).map_or_else(String::new, |known| format!(" did you mean `{known}`?"));
        anyhow!(Invalid(format!("there is no kind of node `{kind}`;{likely} `dragfx nodes` lists them")))
    })
}

/// The kind of node that a person may have meant.
fn nearest<'r>(registry: &'r Registry, id: &str) -> Option<&'r str> {
    // Below this likeness, a tip would be a guess.
    const LIKE: f64 = 0.8;
    let likeness = |known: &'r str| (strsim::jaro_winkler(known, id), known);
    let known = registry.iter().map(|operator| likeness(&operator.decl().id));
    known.filter(|(like, _)| *like >= LIKE).max_by(|a, b| a.0.total_cmp(&b.0)).map(|(_, known)| known)
}
