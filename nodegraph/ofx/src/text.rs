//! Texts of plugins, as far as they are fit to be shown.

use dragfx_graph::summary;

/// Most characters of a documentation: it is shown in lists and tips.
const MOST: usize = 2000;

/// A text on one line, without what would move a terminal's cursor.
pub(crate) fn line(text: &str) -> String {
    summary::line(text.trim(), MOST)
}

/// Sentences one after the other; each ends with a stop, and those that are empty are left out.
pub(crate) fn sentences<'t>(parts: impl IntoIterator<Item = &'t str>) -> String {
    let parts = parts.into_iter().map(line).filter(|part| !part.is_empty());
    let ended = parts.map(|part| if part.ends_with(['.', '!', '?', '…']) { part } else { format!("{part}.") });
    ended.collect::<Vec<_>>().join(" ")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sentences_end_with_a_stop() {
        assert_eq!(sentences(["Turns it\nround", "", " Really! ", "a\u{1b}b."]), "Turns it round. Really! a\u{fffd}b.");
        assert_eq!(sentences([]), "");
    }
}
