//! What a diagram shows of a node, and the room that it takes.

use std::collections::BTreeMap;

use crate::document::{Document, Node, NodeId, NodeKind};
use crate::summary;
use crate::value::PortType;

/// Height of the part with name and title.
pub(super) const HEAD: f64 = 46.0;
/// Height of a row of ports.
pub(super) const PORT: f64 = 19.0;
/// Height of a line of settings.
pub(super) const LINE: f64 = 16.0;
/// Between texts and the border.
pub(super) const PAD: f64 = 12.0;

/// Most characters of a line: longer texts are shortened, so that no preset makes a node that fills the picture.
const MOST_CHARACTERS: usize = 40;
/// Most characters of a port's id: two of them stand in a row.
pub(super) const MOST_OF_PORT: usize = 20;
/// Most settings that are shown.
const MOST_LINES: usize = 8;
/// Narrower cards look like labels.
const LEAST_WIDTH: f64 = 132.0;

/// A node, drawn as a card: name and title, a row for each port, a line for each setting.
pub(super) struct Card {
    pub(super) id: NodeId,
    pub(super) name: String,
    pub(super) title: String,
    pub(super) inputs: Vec<Port>,
    pub(super) outputs: Vec<Port>,
    /// The settings and what is published, or why the node is a placeholder.
    pub(super) lines: Vec<String>,
    pub(super) placeholder: bool,
    pub(super) bypass: bool,
    /// What a pointer on it shows.
    pub(super) hint: String,
    pub(super) position: [f64; 2],
    pub(super) width: f64,
    pub(super) height: f64,
}

/// A port of a card. The type of a placeholder's is that of the port at the other end, if that is known.
pub(super) struct Port {
    pub(super) id: String,
    pub(super) port_type: Option<PortType>,
}

/// A wire between cards, with the heights of its ends below the tops of the cards.
pub(super) struct Wire {
    pub(super) from: usize,
    pub(super) leave: f64,
    pub(super) to: usize,
    pub(super) arrive: f64,
    pub(super) port_type: Option<PortType>,
    /// `node.output → node.input`.
    pub(super) hint: String,
}

impl Card {
    /// Height of a port's middle below the top.
    pub(super) fn port_height(row: usize) -> f64 {
        HEAD + PORT * (row as f64 + 0.5)
    }

    /// Height of the ports' bottom below the top.
    pub(super) fn ports_end(&self) -> f64 {
        HEAD + PORT * self.inputs.len().max(self.outputs.len()) as f64
    }
}

/// The cards of all nodes, in the order of their ids.
pub(super) fn cards(document: &Document) -> Vec<Card> {
    document.nodes().map(|node| card(document, node)).collect()
}

/// All wires; ends are indices of [`cards`].
pub(super) fn wires(document: &Document) -> Vec<Wire> {
    let nodes: Vec<&Node> = document.nodes().collect();
    let places: BTreeMap<NodeId, usize> = nodes.iter().enumerate().map(|(index, node)| (node.id, index)).collect();
    let ports: Vec<[Vec<Port>; 2]> = nodes.iter().map(|node| ports(document, node)).collect();
    let row = |ports: &[Port], id: &str| ports.iter().position(|port| port.id == id).unwrap_or_default();
    let wires = document.all_wires().map(|wire| {
        let (from, to) = (places[&wire.from], places[&wire.to]);
        let ([_, outputs], [inputs, _]) = (&ports[from], &ports[to]);
        let (output, input) = (row(outputs, &wire.output), row(inputs, &wire.input));
        let hint = format!("{}.{} → {}.{}", nodes[from].name, wire.output, nodes[to].name, wire.input);
        Wire {
            from,
            leave: Card::port_height(output),
            to,
            arrive: Card::port_height(input),
            port_type: outputs[output].port_type.or(inputs[input].port_type),
            hint: summary::line(&hint, 4 * MOST_CHARACTERS),
        }
    });
    wires.collect()
}

fn card(document: &Document, node: &Node) -> Card {
    let [inputs, outputs] = ports(document, node);
    let short = |text: &str| summary::line(text, MOST_CHARACTERS);
    let (title, hint, mut lines, placeholder) = match &node.kind {
        NodeKind::Known(operator) => (short(&operator.decl().title), operator.decl().summary(), Vec::new(), false),
        NodeKind::Placeholder(placeholder) => {
            (short(&placeholder.type_id), &*placeholder.reason, vec![short(&placeholder.reason)], true)
        }
    };
    let settings = settings(document, node);
    let shown = if settings.len() > MOST_LINES { MOST_LINES - 1 } else { settings.len() };
    lines.extend_from_slice(&settings[..shown]);
    if shown < settings.len() {
        lines.push(format!("… and {} more", settings.len() - shown));
    }
    let hint = if node.note.is_empty() { hint } else { &node.note };
    let mut card = Card {
        id: node.id,
        name: short(&node.name),
        title: if node.bypass { format!("{title}, bypassed") } else { title },
        inputs,
        outputs,
        lines,
        placeholder,
        bypass: node.bypass,
        hint: summary::line(hint, 4 * MOST_CHARACTERS),
        position: node.position,
        width: 0.0,
        height: 0.0,
    };
    card.width = width(&card);
    let lines = if card.lines.is_empty() { 0.0 } else { PAD + LINE * card.lines.len() as f64 };
    card.height = card.ports_end() + lines + PAD / 2.0;
    card
}

/// A line for each parameter that is published, with the names it is published under, or set. Published ones come first:
/// they are what the graph is used by, set or not.
fn settings(document: &Document, node: &Node) -> Vec<String> {
    let short = |id: &str, value: &str| summary::line(&format!("{id}  {value}"), MOST_CHARACTERS);
    let set = summary::settings(node, MOST_CHARACTERS);
    let mut published: BTreeMap<&str, Vec<&str>> = BTreeMap::new();
    for entry in document.published().iter().filter(|entry| entry.node == node.id) {
        published.entry(&entry.path.param).or_default().push(&entry.name);
    }
    let value = |id: &str| {
        let default = || Some(summary::value(&node.decl()?.find_param(id)?.default_value(), MOST_CHARACTERS));
        let set = set.iter().find(|(set, _)| set == id).map(|(_, value)| value.clone());
        set.or_else(default).unwrap_or_default()
    };
    let first = published.iter().map(|(id, names)| {
        let names = summary::line(&names.join(", "), MOST_OF_PORT);
        format!("{}  ◆ {names}", short(id, &value(id)))
    });
    let others = set.iter().filter(|(id, _)| !published.contains_key(&**id)).map(|(id, value)| short(id, value));
    first.chain(others).collect()
}

/// Inputs and outputs: the declared ones, or for a placeholder those that have wires.
fn ports(document: &Document, node: &Node) -> [Vec<Port>; 2] {
    if let Some(decl) = node.decl() {
        let inputs = decl.inputs.iter().map(|port| (&port.id, port.port_type));
        let outputs = decl.outputs.iter().map(|port| (&port.id, port.port_type));
        let known =
            |(id, port_type): (&crate::declare::Text, _)| Port { id: id.to_string(), port_type: Some(port_type) };
        return [inputs.map(known).collect(), outputs.map(known).collect()];
    }
    let decl = |id| document.node(id).and_then(Node::decl);
    let inputs = document.wires_into(node.id).into_iter().map(|wire| {
        let source = decl(wire.from).and_then(|decl| decl.find_output(&wire.output)).map(|port| port.port_type);
        Port { id: wire.input, port_type: source }
    });
    let outputs = document.wires_from(node.id).into_iter().map(|wire| {
        let target = decl(wire.to).and_then(|decl| decl.find_input(&wire.input)).map(|port| port.port_type);
        Port { id: wire.output, port_type: target }
    });
    let once = |mut ports: Vec<Port>| {
        ports.dedup_by(|later, earlier| later.id == earlier.id);
        ports
    };
    [once(inputs.collect()), once(outputs.collect())]
}

/// Wide enough for every text. Which font draws them is not known; the widths are those of a usual sans-serif, rounded up.
fn width(card: &Card) -> f64 {
    let port = |ports: &[Port], row: usize| {
        let id = ports.get(row).map_or(String::new(), |port| summary::line(&port.id, MOST_OF_PORT));
        text_width(&id, 6.2)
    };
    let rows = (0..card.inputs.len().max(card.outputs.len()))
        .map(|row| port(&card.inputs, row) + port(&card.outputs, row) + 2.0 * PAD);
    let lines = card.lines.iter().map(|line| text_width(line, 6.0));
    let texts = [text_width(&card.name, 7.8), text_width(&card.title, 6.2)].into_iter().chain(rows).chain(lines);
    (texts.fold(0.0, f64::max) + 2.0 * PAD).max(LEAST_WIDTH).ceil()
}

/// Width of a text whose Latin letters are so wide on average; those of East Asia are twice as wide.
fn text_width(text: &str, letter: f64) -> f64 {
    text.chars().map(|c| if c < '\u{2e80}' { letter } else { 2.0 * letter }).sum()
}
