//! Errors of an evaluation, for people who look at a window.

use dragfx_graph::error::EvalError;

/// Digits of a hash that are shown: enough to tell models apart by eye.
const DIGITS: usize = 12;

/// Why a node cannot be computed. Of hashes there is no more than people read.
pub(super) fn reason(error: &EvalError) -> String {
    shortened(&error.reason())
}

fn shortened(text: &str) -> String {
    let is_hash = |word: &str| word.len() == 64 && word.bytes().all(|byte| byte.is_ascii_hexdigit());
    let words = text.split_inclusive(|letter: char| !letter.is_ascii_alphanumeric());
    let short = |word: &str| {
        let bare = word.trim_end_matches(|letter: char| !letter.is_ascii_alphanumeric());
        if is_hash(bare) { format!("{}…{}", &bare[..DIGITS], &word[bare.len()..]) } else { word.to_owned() }
    };
    words.map(short).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn hashes_become_short_and_nothing_else_does() {
        let hash = "0123456789abcdef".repeat(4);
        let text = format!("the model ä.pkl (BLAKE3 {hash}) is missing; found {hash}, {hash}0");
        let short = format!("the model ä.pkl (BLAKE3 0123456789ab…) is missing; found 0123456789ab…, {hash}0");
        assert_eq!(shortened(&text), short);
        assert_eq!(shortened(&hash), "0123456789ab…");
    }
}
