//! The diagram as SVG.

use std::fmt::{Arguments, Write as _};

use super::card::{Card, HEAD, LINE, MOST_OF_PORT, PAD, Port, Wire, cards, wires};
use super::layout::{Layout, are_apart, layered};
use crate::document::Document;
use crate::summary;
use crate::value::PortType;

/// Around the whole.
const MARGIN: f64 = 24.0;
/// Height of the title above the cards.
const TITLE: f64 = 34.0;

/// Dark cards with light texts, and a border between: they stand out from white pages and from dark ones.
const STYLE: &str = "\
    text{font-family:system-ui,-apple-system,'Segoe UI','DejaVu Sans',sans-serif;font-size:11px;fill:#d5dae3}\
    .card{fill:#2b313c;stroke:#7d8797}\
    .head{fill:#3a4250}\
    .name{font-size:13px;font-weight:600;fill:#f4f6fa}\
    .kind,.id{fill:#a9b2c1}\
    .rule{stroke:#4a5363}\
    .wire{fill:none;stroke-width:2}\
    .port{stroke:#2b313c;stroke-width:1.5}\
    .title{font-size:17px;font-weight:600;fill:#7d8797}\
    .missing .card{stroke-dasharray:6 4;fill:#33302f}.missing .head{fill:#453c38}\
    .bypass{opacity:.45}";

/// The document as an SVG picture.
#[must_use]
pub fn svg(document: &Document) -> String {
    let (cards, wires) = (cards(document), wires(document));
    let arranged = layered(&cards, &wires);
    // Arranged nodes keep the lanes that were left for long wires.
    let moved = cards.iter().zip(&arranged.places).any(|(card, place)| card.position != *place);
    let layout = if moved && are_apart(&cards) { as_placed(&cards, &wires) } else { arranged };
    let corner = |axis: usize| layout.places.iter().map(|place| place[axis]).reduce(f64::min).unwrap_or_default();
    let title = summary::line(&document.about().title, 80);
    let (left, mut top) = (corner(0) - MARGIN, corner(1) - MARGIN);
    if !title.is_empty() {
        top -= TITLE;
    }
    let ends = cards.iter().zip(&layout.places);
    let right = ends.clone().map(|(card, place)| place[0] + card.width).fold(left + MARGIN, f64::max);
    let bottom = ends.map(|(card, place)| place[1] + card.height).fold(top + MARGIN, f64::max);
    let (width, height) = (right + MARGIN - left, bottom + MARGIN - top);

    let mut out = String::new();
    put(
        &mut out,
        format_args!(
            "<svg xmlns=\"http://www.w3.org/2000/svg\" width=\"{width}\" height=\"{height}\" \
             viewBox=\"{left} {top} {width} {height}\" role=\"img\">"
        ),
    );
    let named = if title.is_empty() { "A graph of nodes" } else { &title };
    put(&mut out, format_args!("<title>{}</title>\n<style>{STYLE}</style>", escaped(named)));
    if !title.is_empty() {
        let (x, y) = (left + MARGIN, top + MARGIN + 12.0);
        put(&mut out, format_args!("<text class=\"title\" x=\"{x}\" y=\"{y}\">{}</text>", escaped(&title)));
    }
    for (wire, lanes) in wires.iter().zip(&layout.lanes) {
        draw_wire(&mut out, wire, lanes, &cards, &layout.places);
    }
    cards.iter().zip(&layout.places).for_each(|(card, place)| draw_card(&mut out, card, *place));
    out.push_str("</svg>\n");
    out
}

/// The colour of a type: bright enough for dark pages, dark enough for white ones.
pub(super) fn colour(port_type: Option<PortType>) -> &'static str {
    match port_type {
        Some(PortType::Latent) => "#d9822b",
        Some(PortType::Image) => "#4a90d9",
        Some(PortType::Mask) => "#9a8f80",
        Some(PortType::Points) => "#3fa45b",
        Some(PortType::Trajectory) => "#a06cd5",
        Some(PortType::Tracks) => "#d4567d",
        None => "#7d8797",
    }
}

/// The nodes where people put them.
fn as_placed(cards: &[Card], wires: &[Wire]) -> Layout {
    let places = cards.iter().map(|card| card.position.map(f64::round)).collect();
    Layout { places, lanes: wires.iter().map(|_| Vec::new()).collect() }
}

fn draw_wire(out: &mut String, wire: &Wire, lanes: &[[f64; 3]], cards: &[Card], places: &[[f64; 2]]) {
    let ([left, top], [to_left, to_top]) = (places[wire.from], places[wire.to]);
    let mut at = [left + cards[wire.from].width, top + wire.leave];
    let mut path = format!("M{} {}", at[0], at[1]);
    for &[from, to, y] in lanes {
        bend(&mut path, at, [from, y]);
        add(&mut path, format_args!("H{to}"));
        at = [to, y];
    }
    bend(&mut path, at, [to_left, to_top + wire.arrive]);
    let stroke = colour(wire.port_type);
    put(
        out,
        format_args!(
            "<path class=\"wire\" stroke=\"{stroke}\" d=\"{path}\"><title>{}</title></path>",
            escaped(&wire.hint)
        ),
    );
}

/// Goes on to a point along a curve that begins and ends level; the further apart, the rounder.
fn bend(path: &mut String, from: [f64; 2], to: [f64; 2]) {
    let reach = ((to[0] - from[0]).abs() / 2.0).max(28.0);
    add(path, format_args!("C{} {} {} {} {} {}", from[0] + reach, from[1], to[0] - reach, to[1], to[0], to[1]));
}

fn draw_card(out: &mut String, card: &Card, [x, y]: [f64; 2]) {
    let class = match (card.placeholder, card.bypass) {
        (false, false) => "node",
        (false, true) => "node bypass",
        (true, false) => "node missing",
        (true, true) => "node missing bypass",
    };
    let (width, height) = (card.width, card.height);
    put(
        out,
        format_args!("<g class=\"{class}\" transform=\"translate({x} {y})\"><title>{}</title>", escaped(&card.hint)),
    );
    put(out, format_args!("<rect class=\"card\" width=\"{width}\" height=\"{height}\" rx=\"8\"/>"));
    let inner = HEAD - 6.0;
    put(
        out,
        format_args!("<path class=\"head\" d=\"M1 {inner}V8A7 7 0 0 1 8 1H{0}a7 7 0 0 1 7 7V{inner}Z\"/>", width - 8.0),
    );
    text(out, "name", PAD, 18.0, &card.name);
    text(out, "kind", PAD, 33.0, &card.title);
    for (row, port) in card.inputs.iter().enumerate() {
        draw_port(out, port, row, 0.0, "start");
    }
    for (row, port) in card.outputs.iter().enumerate() {
        draw_port(out, port, row, width, "end");
    }
    let rule = card.ports_end() + PAD / 2.0;
    if !card.lines.is_empty() && card.ports_end() > HEAD {
        put(out, format_args!("<path class=\"rule\" d=\"M{PAD} {rule}H{}\"/>", width - PAD));
    }
    for (row, line) in card.lines.iter().enumerate() {
        text(out, "line", PAD, rule + LINE * (row as f64 + 0.9), line);
    }
    put(out, format_args!("</g>"));
}

fn draw_port(out: &mut String, port: &Port, row: usize, x: f64, anchor: &str) {
    let (y, fill) = (Card::port_height(row), colour(port.port_type));
    put(out, format_args!("<circle class=\"port\" cx=\"{x}\" cy=\"{y}\" r=\"5\" fill=\"{fill}\"/>"));
    let (x, y) = (if anchor == "end" { x - PAD } else { x + PAD }, y + 4.0);
    let id = escaped(&summary::line(&port.id, MOST_OF_PORT));
    put(out, format_args!("<text class=\"id\" text-anchor=\"{anchor}\" x=\"{x}\" y=\"{y}\">{id}</text>"));
}

fn text(out: &mut String, class: &str, x: f64, y: f64, text: &str) {
    put(out, format_args!("<text class=\"{class}\" x=\"{x}\" y=\"{y}\">{}</text>", escaped(text)));
}

fn put(out: &mut String, line: Arguments<'_>) {
    add(out, line);
    out.push('\n');
}

fn add(out: &mut String, text: Arguments<'_>) {
    out.write_fmt(text).expect("a string takes every text");
}

/// A text in XML, where two characters cannot stand at all.
fn escaped(text: &str) -> String {
    let mut out = String::new();
    for c in text.chars() {
        match c {
            '&' => out.push_str("&amp;"),
            '<' => out.push_str("&lt;"),
            '>' => out.push_str("&gt;"),
            '"' => out.push_str("&quot;"),
            '\'' => out.push_str("&apos;"),
            '\u{fffe}' | '\u{ffff}' => out.push(char::REPLACEMENT_CHARACTER),
            c => out.push(c),
        }
    }
    out
}
