//! Kinds of nodes, with the OpenFX effects of this machine where they are needed: plugins are looked for only if something
//! names one, so that everything else is as if there were none.

use std::path::PathBuf;

use dragfx_graph::registry::Registry;
use dragfx_ofx::{Installed, Options, PREFIX, left_out, with_installed};

use crate::args::CacheArgs;
use crate::open;

/// Set to anything but 0 to leave OpenFX effects out.
const LEAVE_OUT: &str = "DRAGFX_NO_OFX";

/// What graphs are read for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Purpose {
    /// They may be computed.
    Compute,
    /// They are looked at: no plugin sees anything of them.
    Look,
}

/// All kinds of nodes.
pub(crate) fn all(purpose: Purpose) -> Installed {
    let standard = Registry::standard();
    if std::env::var_os(LEAVE_OUT).is_some_and(|value| !value.is_empty() && value != "0") {
        let registry = left_out(standard, &format!("{LEAVE_OUT} leaves OpenFX effects out"));
        return Installed { registry, skipped: Vec::new() };
    }
    with_installed(standard, &Options { cache: cache(), runs: purpose == Purpose::Compute, ..Options::default() })
}

/// The kinds of nodes that a preset can name.
pub(crate) fn of_preset(text: &str, purpose: Purpose) -> Registry {
    let names_one = text.contains(&format!("\"{PREFIX}"));
    if names_one { all(purpose).registry } else { Registry::standard() }
}

/// The kinds of nodes among which one of that name is.
pub(crate) fn of_kind(kind: &str) -> Registry {
    let is_one = kind.to_lowercase().replace('_', "-").starts_with(PREFIX);
    if is_one { all(Purpose::Look).registry } else { Registry::standard() }
}

/// Where descriptions of plugins are kept; nowhere on a system without a cache folder.
fn cache() -> Option<PathBuf> {
    let cache_dir = std::env::var_os("DRAGFX_CACHE_DIR").map(PathBuf::from);
    Some(open::cache_root(&CacheArgs { cache_dir }).ok()?.join("openfx.json"))
}
