//! JSON as people like to read and to compare it: short lists and objects on one line, long ones line by line.

use serde_json::Value as Json;

/// Longest line for a list or an object, with its indentation.
const WIDTH: usize = 110;

/// The text of `json`, ending in a line break.
pub(super) fn pretty(json: &Json) -> String {
    let mut text = String::new();
    print(&mut text, json, 0, 0);
    text.push('\n');
    text
}

/// Appends `json`. `used` is what already stands in its line, and behind it will stand.
fn print(text: &mut String, json: &Json, depth: usize, used: usize) {
    let (open, close, items): (char, char, Vec<(Option<&str>, &Json)>) = match json {
        Json::Array(items) => ('[', ']', items.iter().map(|item| (None, item)).collect()),
        Json::Object(items) => ('{', '}', items.iter().map(|(key, item)| (Some(&**key), item)).collect()),
        other => return text.push_str(&other.to_string()),
    };
    // The whole file and its lists of nodes and wires are never squeezed.
    if let Some(line) = (depth > 1).then(|| inline(json)).filter(|line| used + line.len() <= WIDTH) {
        return text.push_str(&line);
    }
    text.push(open);
    for (index, (key, item)) in items.iter().enumerate() {
        text.push_str(if index == 0 { "\n" } else { ",\n" });
        let indent = 2 * (depth + 1);
        text.extend(std::iter::repeat_n(' ', indent));
        let key = key.map_or_else(String::new, |key| format!("{}: ", Json::from(key)));
        text.push_str(&key);
        print(text, item, depth + 1, indent + key.len() + 1);
    }
    if !items.is_empty() {
        text.push('\n');
        text.extend(std::iter::repeat_n(' ', 2 * depth));
    }
    text.push(close);
}

/// `json` on one line, with spaces where people put them.
fn inline(json: &Json) -> String {
    match json {
        Json::Array(items) => format!("[{}]", items.iter().map(inline).collect::<Vec<_>>().join(", ")),
        Json::Object(items) if items.is_empty() => "{}".to_owned(),
        Json::Object(items) => {
            let items = items.iter().map(|(key, item)| format!("{}: {}", Json::from(key.as_str()), inline(item)));
            format!("{{ {} }}", items.collect::<Vec<_>>().join(", "))
        }
        other => other.to_string(),
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn short_things_stay_on_a_line() {
        let long: Vec<_> = (0..40).collect();
        let json = json!({"a": 1, "list": [{"x": [1, 2.5], "s": "q\"\n"}, long], "none": []});
        let text = pretty(&json);
        assert!(
            text.starts_with(
                "{\n  \"a\": 1,\n  \"list\": [\n    { \"x\": [1, 2.5], \"s\": \"q\\\"\\n\" },\n    [\n      0,\n"
            ),
            "{text}"
        );
        assert!(text.ends_with("\n    ]\n  ],\n  \"none\": []\n}\n"), "{text}");
        assert_eq!(serde_json::from_str::<Json>(&text).expect("JSON"), json);
    }
}
