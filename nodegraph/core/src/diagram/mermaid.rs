//! The diagram as Mermaid text.

use std::fmt::Write as _;

use super::card::cards;
use super::svg::colour;
use crate::document::{Connection, Document, NodeId};
use crate::summary;

/// The document as a Mermaid flowchart, for pages that draw it themselves.
#[must_use]
pub fn mermaid(document: &Document) -> String {
    let mut text = "flowchart LR\n".to_owned();
    let cards = cards(document);
    for card in &cards {
        let lines: Vec<String> =
            [&card.name, &card.title].into_iter().chain(&card.lines).map(|line| escaped(line)).collect();
        put(&mut text, format_args!("  n{}[\"{}\"]", card.id, lines.join("<br/>")));
    }
    let known = |id: NodeId| cards.iter().position(|card| card.id == id).map(|index| &cards[index]);
    let mut strokes = Vec::new();
    for wire in document.all_wires() {
        let Connection { from, output, to, input, .. } = wire;
        let label = if output == input { output.clone() } else { format!("{output} → {input}") };
        put(&mut text, format_args!("  n{from} -->|\"{}\"| n{to}", escaped(&summary::line(&label, 40))));
        let outputs = known(from).map_or(&[][..], |card| &card.outputs);
        strokes.push(colour(outputs.iter().find(|port| port.id == output).and_then(|port| port.port_type)));
    }
    for (index, stroke) in strokes.iter().enumerate() {
        put(&mut text, format_args!("  linkStyle {index} stroke:{stroke}"));
    }
    for card in &cards {
        if card.placeholder {
            put(&mut text, format_args!("  style n{} stroke-dasharray:5 4", card.id));
        }
        if card.bypass {
            put(&mut text, format_args!("  style n{} opacity:0.5", card.id));
        }
    }
    text
}

fn put(text: &mut String, line: std::fmt::Arguments<'_>) {
    writeln!(text, "{line}").expect("a string takes every line");
}

/// Everything but letters, digits and harmless marks as an entity: then no text can end its label or begin a tag.
fn escaped(text: &str) -> String {
    let mut out = String::new();
    for c in text.chars() {
        if c.is_alphanumeric() || " .,:_-+/()→…×◆".contains(c) {
            out.push(c);
        } else {
            write!(out, "#{};", u32::from(c)).expect("a string takes every text");
        }
    }
    out
}
