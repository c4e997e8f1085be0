//! What a query means.

use std::sync::Arc;

use dragfx_graph::declare::NodeDecl;
use dragfx_graph::operator::Operator;
use dragfx_graph::registry::Registry;

/// The kinds that a query means, the likeliest first; all by category if it is empty.
pub(super) fn find(registry: &Registry, query: &str, suits: impl Fn(&NodeDecl) -> bool) -> Vec<Arc<dyn Operator>> {
    let query = query.trim().to_lowercase();
    let kinds = registry.iter().filter(|kind| suits(kind.decl()));
    let mut found: Vec<_> = kinds.filter_map(|kind| Some((rank(kind.decl(), &query)?, kind.clone()))).collect();
    found.sort_by(|(a, one), (b, other)| {
        let key = |kind: &Arc<dyn Operator>| (kind.decl().category, kind.decl().title.to_string());
        (a, key(one)).cmp(&(b, key(other)))
    });
    found.into_iter().map(|(_, kind)| kind).collect()
}

/// How far a kind is from what a query says; `None` for a kind that it cannot mean.
fn rank(decl: &NodeDecl, query: &str) -> Option<usize> {
    let title = decl.title.to_lowercase();
    let category = format!("{:?}", decl.category).to_lowercase();
    let is_in_doc = || query.chars().count() > 2 && decl.doc.to_lowercase().contains(query);
    let ranks = [
        title.starts_with(query),
        title.split_whitespace().any(|word| word.starts_with(query)),
        title.contains(query) || decl.id.contains(query),
        category.contains(query),
        spells(&title, query),
        is_in_doc(),
    ];
    ranks.into_iter().position(|suits| suits)
}

/// Whether the letters of a query stand in a text in this order: `wtr` in `write tracks`.
fn spells(text: &str, query: &str) -> bool {
    let mut letters = text.chars();
    query.chars().all(|wanted| letters.any(|letter| letter == wanted))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn titles(query: &str) -> Vec<String> {
        let found = find(&Registry::standard(), query, |_| true);
        found.iter().map(|kind| kind.decl().title.to_string()).collect()
    }

    #[test]
    fn the_likeliest_comes_first() {
        for (query, first) in [
            ("dr", "Drag"),
            ("gen", "Generate"),
            (" Write ", "Write"),
            ("write-tr", "Write Tracks"),
            ("wtr", "Write Tracks"),
            ("tracks", "Write Tracks"),
            ("latents", "Mix Latents"),
            ("truncation", "Latent"),
        ] {
            assert_eq!(titles(query).first().map(String::as_str), Some(first), "{query}: {:?}", titles(query));
        }
        assert!(titles("qqq").is_empty());
    }

    #[test]
    fn without_a_query_all_are_listed_by_category() {
        let found = find(&Registry::standard(), "", |_| true);
        assert_eq!(found.len(), Registry::standard().iter().count());
        assert!(found.is_sorted_by_key(|kind| kind.decl().category));
    }
}
