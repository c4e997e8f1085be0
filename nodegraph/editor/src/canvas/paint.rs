//! What a node looks like.

mod badge;
mod text;
mod wires;

use std::rc::Rc;

use dragfx_graph::declare::Category;
use dragfx_graph::value::PortType;
use eframe::egui::{self, Align2, Color32, CornerRadius, Pos2, Rect, Shape, Stroke, StrokeKind, TextureId, Ui, Vec2};
use eframe::egui::{pos2, vec2};

use super::model::{Card, FOOT, NOTE_ROW, PICTURE, Port, Side};
use crate::compute::NodeState;
use crate::theme;

pub(super) use badge::words;
pub(super) use text::{NOTE_ROWS, note_rows, show as text};
pub(super) use wires::{Curve, grid};

/// A node, and everything that is to be seen of it.
pub(super) struct Drawn {
    pub(super) card: Rc<Card>,
    /// Where on the screen.
    pub(super) rect: Rect,
    pub(super) zoom: f32,
    pub(super) state: NodeState,
    pub(super) is_selected: bool,
    /// The viewer's slots that show it, from 1, and whether it is the one in the viewer.
    pub(super) slots: Vec<(usize, bool)>,
    /// Its picture, and the picture's size.
    pub(super) picture: Option<(TextureId, Vec2)>,
    /// The ports that the wire in hand can be joined to; all look as always without one.
    pub(super) wanted: Option<(Side, Option<PortType>)>,
    /// The port that the wire in hand stays at, if it is one of these.
    pub(super) held: Option<(Side, usize)>,
}

/// Below this zoom nothing can be read but names, and those only because they are drawn larger.
pub(super) const FAR: f32 = 0.35;
/// Below this zoom there is no text.
const FARTHEST: f32 = 0.16;
/// The radius of a port.
pub(super) const PORT: f32 = 4.5;
/// The height of the title bar, and its corners.
const BAR: f32 = 25.0;
const CORNER: f32 = 5.0;
/// Between text and the sides.
const PAD: f32 = 10.0;
const BODY: Color32 = Color32::from_rgb(44, 46, 51);
const EDGE: Color32 = Color32::from_rgb(12, 12, 14);
const TEXT: Color32 = Color32::from_rgb(232, 234, 238);

/// Draws a node.
pub(super) fn card(ui: &Ui, drawn: &Drawn) {
    let painter = ui.painter();
    let (Drawn { card, rect, zoom, .. }, scale) = (drawn, drawn.zoom);
    let corner = CornerRadius::same((CORNER * scale).round() as u8);
    let is_far = *zoom < FAR;
    if !is_far {
        let shadow = egui::epaint::RectShape::filled(rect.translate(vec2(0.0, 3.0 * scale)), corner, EDGE);
        painter.add(shadow.with_blur_width(9.0 * scale));
    }
    painter.rect_filled(*rect, corner, if card.missing.is_some() { theme::PANEL } else { BODY });
    let bar = Rect::from_min_size(rect.min, vec2(rect.width(), if is_far { rect.height() } else { BAR * scale }));
    let bar_corner = if is_far { corner } else { CornerRadius { sw: 0, se: 0, ..corner } };
    painter.rect_filled(bar, bar_corner, tint(card));
    outline(ui, drawn, corner);
    if is_far {
        far_title(ui, drawn);
    } else {
        title(ui, drawn);
        ports(ui, drawn);
    }
    foot(ui, drawn);
    if card.bypass {
        painter.line_segment([rect.left_bottom(), rect.right_top()], Stroke::new(2.0 * scale, theme::WEAK));
    }
    slots(ui, drawn);
}

/// The colour of a title bar.
fn tint(card: &Card) -> Color32 {
    let color = match card.category {
        None => Color32::from_rgb(62, 62, 66),
        Some(Category::Latent) => Color32::from_rgb(84, 66, 120),
        Some(Category::Drag) => Color32::from_rgb(126, 62, 62),
        Some(Category::Picture) => Color32::from_rgb(112, 90, 40),
        Some(Category::File) => Color32::from_rgb(48, 84, 118),
        Some(Category::Plugin) => Color32::from_rgb(52, 98, 74),
    };
    if card.bypass { color.lerp_to_gamma(BODY, 0.75) } else { color }
}

fn outline(ui: &Ui, drawn: &Drawn, corner: CornerRadius) {
    let (painter, scale) = (ui.painter(), drawn.zoom);
    let edge = |width: f32, color| {
        let stroke = Stroke::new(width, color);
        painter.rect_stroke(drawn.rect, corner, stroke, StrokeKind::Outside);
    };
    let has_failed = matches!(drawn.state, NodeState::Failed(_));
    if has_failed && drawn.card.missing.is_none() {
        edge((2.0 * scale).max(1.5), theme::ERROR);
    } else if drawn.card.missing.is_some() {
        let Rect { min, max } = drawn.rect;
        let corners = [min, pos2(max.x, min.y), max, pos2(min.x, max.y), min];
        let stroke = Stroke::new(1.2, theme::WEAK);
        painter.extend(Shape::dashed_line(&corners, stroke, (5.0 * scale).max(2.0), (4.0 * scale).max(2.0)));
    } else {
        edge(1.0, EDGE);
    }
    if drawn.is_selected {
        let around = drawn.rect.expand(if has_failed { 3.0 } else { 0.0 });
        let stroke = Stroke::new((2.0 * scale).clamp(1.5, 3.0), theme::ACCENT);
        painter.rect_stroke(around, corner, stroke, StrokeKind::Outside);
    }
}

fn title(ui: &Ui, drawn: &Drawn) {
    let (card, scale) = (&drawn.card, drawn.zoom);
    let middle = drawn.rect.min.y + BAR * scale / 2.0;
    let badge = badge::show(ui, drawn, pos2(drawn.rect.max.x - PAD * scale, middle));
    let right = drawn.rect.max.x - (PAD + if badge { 9.0 } else { 0.0 }) * scale;
    let left = drawn.rect.min.x + PAD * scale;
    let color = if card.bypass { theme::WEAK } else { TEXT };
    let name = text(ui, pos2(left, middle), Align2::LEFT_CENTER, &card.name, (12.5, scale), color, right - left, 1);
    // A short kind, or none: the name comes first.
    let room = right - name.max.x - 8.0 * scale;
    if room > 24.0 * scale {
        let color = TEXT.gamma_multiply(0.62);
        text(ui, pos2(right, middle), Align2::RIGHT_CENTER, &card.kind, (10.0, scale), color, room, 1);
    }
    if let NodeState::Computing { done, .. } = drawn.state {
        let y = drawn.rect.min.y + BAR * scale;
        let end = drawn.rect.min.x + drawn.rect.width() * done.clamp(0.0, 1.0) as f32;
        let line = Rect::from_min_max(pos2(drawn.rect.min.x, y - 2.0 * scale), pos2(end, y));
        ui.painter().rect_filled(line, 0.0, theme::ACCENT);
    }
}

/// From far away a name is all there is to read.
fn far_title(ui: &Ui, drawn: &Drawn) {
    if drawn.zoom < FARTHEST {
        return;
    }
    let width = drawn.rect.width() - 8.0 * drawn.zoom;
    let at = pos2(drawn.rect.center().x, drawn.rect.min.y + 26.0 * drawn.zoom);
    text(ui, at, Align2::CENTER_CENTER, &drawn.card.name, (27.0, drawn.zoom), TEXT, width, 1);
}

fn ports(ui: &Ui, drawn: &Drawn) {
    let scale = drawn.zoom;
    for side in [Side::Input, Side::Output] {
        for (index, port) in drawn.card.ports(side).iter().enumerate() {
            let at = drawn.rect.min + drawn.card.port_offset(side, index) * scale;
            let suits = drawn.wanted.is_none_or(|wanted| suits(wanted, side, port));
            let fade = if suits || drawn.held == Some((side, index)) { 1.0 } else { 0.25 };
            let color = port.port_type.map_or(theme::WEAK, theme::port).gamma_multiply(fade);
            dot(ui, at, port, color, scale);
            if suits && drawn.wanted.is_some() {
                ui.painter().circle_stroke(at, (PORT + 3.5) * scale, Stroke::new(1.5 * scale, color));
            }
            let (at, align) = match side {
                Side::Input => (at + vec2(PAD * scale, 0.0), Align2::LEFT_CENTER),
                Side::Output => (at - vec2(PAD * scale, 0.0), Align2::RIGHT_CENTER),
            };
            let is_open = port.is_required && port.wire.is_none() && side == Side::Input;
            let color = if is_open { TEXT } else { theme::WEAK }.gamma_multiply(fade);
            text(ui, at, align, &port.label, (11.0, scale), color, drawn.rect.width() - 2.0 * PAD * scale, 1);
        }
    }
}

/// Whether a wire that wants ports of a side and a type can be joined to a port.
pub(super) fn suits((wanted, port_type): (Side, Option<PortType>), side: Side, port: &Port) -> bool {
    let types = port_type.zip(port.port_type);
    wanted == side && types.is_none_or(|(wanted, there)| wanted == there)
}

/// A port: full if it has a wire or needs one, else a ring.
fn dot(ui: &Ui, at: Pos2, port: &Port, color: Color32, scale: f32) {
    let radius = PORT * scale;
    if port.is_required || port.wire.is_some() {
        ui.painter().circle(at, radius, color, Stroke::new(1.0, EDGE));
    } else {
        ui.painter().circle(at, radius - 0.75 * scale, theme::PANEL, Stroke::new(1.5 * scale, color));
    }
}

/// What is below the ports: the picture, and the note.
fn foot(ui: &Ui, drawn: &Drawn) {
    let (card, scale, painter) = (&drawn.card, drawn.zoom, ui.painter());
    let mut top = drawn.rect.min.y + card.foot_top() * scale;
    if card.has_picture {
        let (left, right) = (drawn.rect.min.x + PAD * scale, drawn.rect.max.x - PAD * scale);
        let room = Rect::from_min_max(pos2(left, top + 2.0 * scale), pos2(right, top + (PICTURE - 2.0) * scale));
        painter.rect_filled(room, 2.0 * scale, theme::WELL);
        if let Some((texture, size)) = drawn.picture {
            let size = size * (room.size() / size.max(Vec2::splat(1.0))).min_elem();
            let place = Rect::from_center_size(room.center(), size);
            let uv = Rect::from_min_max(Pos2::ZERO, pos2(1.0, 1.0));
            painter.image(texture, place, uv, if card.bypass { Color32::GRAY } else { Color32::WHITE });
        }
        top += PICTURE * scale;
    }
    if card.note_rows > 0 && scale >= FAR {
        let at = pos2(drawn.rect.min.x + PAD * scale, top + FOOT / 2.0 * scale);
        let width = drawn.rect.width() - 2.0 * PAD * scale;
        let size = (NOTE_ROW * 0.77, scale);
        text(ui, at, Align2::LEFT_TOP, &card.note, size, Color32::from_rgb(214, 196, 150), width, card.note_rows);
    }
}

/// The viewer's slots that show the node, as tags on its upper edge.
fn slots(ui: &Ui, drawn: &Drawn) {
    let scale = drawn.zoom.max(0.5);
    for (index, &(slot, is_current)) in drawn.slots.iter().enumerate() {
        let at = drawn.rect.left_top() + vec2(6.0 + 17.0 * index as f32, -15.0) * scale;
        let tag = Rect::from_min_size(at, vec2(14.0, 15.0) * scale);
        let corner = (3.0 * scale).round() as u8;
        let fill = if is_current { theme::ACCENT } else { Color32::from_rgb(96, 98, 104) };
        ui.painter().rect_filled(tag, CornerRadius { nw: corner, ne: corner, sw: 0, se: 0 }, fill);
        let color = if is_current { Color32::BLACK } else { TEXT };
        text(ui, tag.center(), Align2::CENTER_CENTER, &slot.to_string(), (11.0, scale), color, 99.0, 1);
    }
}
