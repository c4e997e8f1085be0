//! What nodes, inputs and parameters of plugins are called in presets. These names stand there for ever: they follow from
//! the plugin alone, never from what else is installed.

use std::collections::BTreeSet;

/// What the ids of all these nodes begin with.
pub const PREFIX: &str = "ofx-";

/// The id of a plugin's node: of its identifier the letters, small, and the digits, then its major version. Plugins of
/// two major versions are two kinds of nodes, as the standard wants it.
#[must_use]
pub fn node_id(identifier: &str, major: u32) -> String {
    let letters = identifier.chars().map(|c| if c.is_ascii_alphanumeric() { c.to_ascii_lowercase() } else { '-' });
    let words: String = letters.collect();
    let words: Vec<&str> = words.split('-').filter(|word| !word.is_empty()).collect();
    format!("{PREFIX}{}-{major}", words.join("-"))
}

/// What such an id says of the plugin: its identifier, as far as it can be told, and its major version; none of the id of
/// another kind of node.
pub(crate) fn plugin_of(id: &str) -> Option<(String, u32)> {
    let (words, major) = id.strip_prefix(PREFIX)?.rsplit_once('-')?;
    Some((words.replace('-', "."), major.parse().ok()?))
}

/// Ids of a node's inputs or parameters, no two alike.
#[derive(Default)]
pub(crate) struct Ids(BTreeSet<String>);

impl Ids {
    /// The id of that name, in small letters and with `_` between words. One that is taken already gets a number: plugins
    /// tell names apart by what such an id leaves out, and their order is that of the plugin.
    pub(crate) fn claim(&mut self, name: &str) -> String {
        let id = snake_case(name);
        let numbered = (2..).map(|number| format!("{id}_{number}"));
        let free = std::iter::once(id.clone()).chain(numbered).find(|id| !self.0.contains(id));
        let free = free.expect("there is always another number");
        self.0.insert(free.clone());
        free
    }
}

fn snake_case(name: &str) -> String {
    let mut id = String::with_capacity(name.len() + 4);
    let mut before = '_';
    let mut chars = name.chars().peekable();
    while let Some(c) = chars.next() {
        // The words of `RGBToHSV` are RGB, to and HSV.
        let after_capitals = before.is_ascii_uppercase() && chars.peek().is_some_and(char::is_ascii_lowercase);
        let begins_word = c.is_ascii_uppercase() && (before.is_ascii_lowercase() || after_capitals);
        if (begins_word || !c.is_ascii_alphanumeric()) && !id.is_empty() && !id.ends_with('_') {
            id.push('_');
        }
        if c.is_ascii_alphanumeric() {
            id.push(c.to_ascii_lowercase());
        }
        before = c;
    }
    let id = id.trim_end_matches('_');
    if id.is_empty() { "unnamed".to_owned() } else { id.to_owned() }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nodes_are_called_after_plugins() {
        let rows = [
            ("net.sf.openfx.invertPlugin", 1, "ofx-net-sf-openfx-invertplugin-1"),
            ("uk.co.thefoundry:BasicGain", 2, "ofx-uk-co-thefoundry-basicgain-2"),
            ("a..b_c-", 0, "ofx-a-b-c-0"),
        ];
        let wrong: Vec<_> = rows.iter().filter(|(plugin, major, id)| node_id(plugin, *major) != *id).collect();
        assert!(wrong.is_empty(), "{wrong:?}");
        assert_eq!(plugin_of("ofx-net-sf-openfx-invertplugin-1"), Some(("net.sf.openfx.invertplugin".to_owned(), 1)));
        assert_eq!(plugin_of("ofx-x"), None);
        assert_eq!(plugin_of("blend"), None);
    }

    #[test]
    fn ids_are_small_letters_with_lines_between_words_and_never_twice() {
        let rows = [
            ("SourceFrom", "source_from"),
            ("mixFactor", "mix_factor"),
            ("RGBToHSV", "rgb_to_hsv"),
            ("scale2D", "scale2d"),
            ("a - b.", "a_b"),
            ("center_x", "center_x"),
            ("Größe", "gr_e"),
            ("…", "unnamed"),
        ];
        let wrong: Vec<_> = rows.iter().filter(|(name, id)| snake_case(name) != *id).collect();
        assert!(wrong.is_empty(), "{wrong:?}");
        let mut ids = Ids::default();
        assert_eq!(["Mix", "mix", "MIX", "mix_2"].map(|name| ids.claim(name)), ["mix", "mix_2", "mix_3", "mix_2_2"]);
    }
}
