//! The tool that sets and moves points: handles, targets, the arrows between them, and the ways that they have come.

use dragfx_engine::{ImagePoint, PointPair};
use eframe::egui::{
    Align2, Color32, CursorIcon, FontId, Painter, PointerButton, Pos2, Rect, Response, Sense, Shape, Stroke, Ui, Vec2,
    WidgetInfo, WidgetType, vec2,
};

use super::camera::Placement;
use super::edit::PointChange;
use super::standing::Standing;
use crate::theme;

/// How near to a point the pointer takes hold of it, points of the screen.
const GRAB: f32 = 9.0;
/// Radius of a handle, and of a target.
const RADIUS: f32 = 5.5;

/// What the tool remembers: the point that is held, and the one that was clicked.
#[derive(Default)]
pub(super) struct PointTool {
    held: Option<Held>,
    /// The selected point, from 0.
    pub(super) selected: Option<usize>,
}

/// A point in the hand: the change that it would be if it were let go now.
struct Held {
    change: PointChange,
    /// From the pointer to the point.
    offset: Vec2,
}

/// A part of a point on the screen.
#[derive(Clone, Copy, PartialEq)]
enum Part {
    Handle,
    Target,
}

impl PointTool {
    /// Whether a point is in the hand.
    pub(super) fn is_holding(&self) -> bool {
        self.held.is_some()
    }

    /// The points with what is in the hand.
    pub(super) fn preview(&self, points: &mut Vec<PointPair>) {
        if let Some(held) = &self.held {
            held.change.apply(points);
        }
    }

    /// What a press on the picture, a pull and letting go do: a new point, with its target where it was let go.
    pub(super) fn set(
        &mut self,
        ui: &Ui,
        picture: &Response,
        placement: &Placement,
        count: usize,
    ) -> Option<PointChange> {
        let (pressed, origin, pointer) = ui.input(|input| {
            let pointer = &input.pointer;
            (pointer.button_pressed(PointerButton::Primary), pointer.press_origin(), pointer.interact_pos())
        });
        let place = |at: Pos2| placement.to_image(at);
        let inside = |at: &Pos2| placement.rect().contains(*at);
        if picture.is_pointer_button_down_on() && pressed && self.held.is_none() {
            match origin.filter(inside) {
                Some(origin) => {
                    let handle = within(placement, place(origin));
                    self.selected = Some(count);
                    let change = PointChange::Add(PointPair::new(handle, handle));
                    self.held = Some(Held { change, offset: Vec2::ZERO });
                }
                None => self.selected = None,
            }
        }
        if let (Some(Held { change: PointChange::Add(pair), .. }), Some(pointer)) = (&mut self.held, pointer)
            && ui.input(|input| input.pointer.is_decidedly_dragging())
        {
            pair.target = place(pointer);
        }
        if self.held.is_none() && picture.clicked() {
            // Pressed and let go between two frames.
            let at = picture.interact_pointer_pos().filter(inside)?;
            self.selected = Some(count);
            return Some(dab(placement, at));
        }
        let is_new = matches!(&self.held, Some(Held { change: PointChange::Add(_), .. }));
        if is_new { self.let_go(ui) } else { None }
    }

    /// Draws the points, each of which can be taken hold of.
    pub(super) fn show(
        &mut self,
        ui: &mut Ui,
        placement: &Placement,
        standing: &Standing,
        can_edit: bool,
        changes: &mut Vec<PointChange>,
    ) {
        let mut points = standing.points.clone();
        self.preview(&mut points);
        ways(ui.painter(), placement, standing);
        for part in [Part::Handle, Part::Target] {
            for (index, point) in points.iter().enumerate() {
                let hovered = self.part(ui, placement, index, point, part, can_edit, changes);
                draw(ui.painter(), placement, index, point, part, hovered || self.selected == Some(index));
            }
        }
    }

    /// A handle or a target as a thing of its own; whether the pointer is on it.
    #[expect(clippy::too_many_arguments, reason = "each is something else")]
    fn part(
        &mut self,
        ui: &mut Ui,
        placement: &Placement,
        index: usize,
        point: &PointPair,
        part: Part,
        can_edit: bool,
        changes: &mut Vec<PointChange>,
    ) -> bool {
        let (what, place) = match part {
            Part::Handle => ("Handle", point.handle),
            Part::Target => ("Target", point.target),
        };
        let at = placement.to_screen(place);
        let rect = Rect::from_center_size(at, Vec2::splat(2.0 * GRAB)).intersect(ui.clip_rect());
        let sense = if can_edit { Sense::click_and_drag() } else { Sense::hover() };
        let id = ui.id().with((what, index));
        let response = ui.interact(rect, id, sense).on_hover_cursor(CursorIcon::Grab);
        let name = format!("{what} {}", index + 1);
        response.widget_info(|| WidgetInfo::labeled(WidgetType::Button, can_edit, &name));
        if response.clicked() || response.drag_started_by(PointerButton::Primary) {
            self.selected = Some(index);
        }
        if response.drag_started_by(PointerButton::Primary) {
            let origin = ui.input(|input| input.pointer.press_origin()).unwrap_or(at);
            let change = PointChange::placed(part == Part::Handle, index, place);
            self.held = Some(Held { change, offset: at - origin });
        }
        if response.dragged_by(PointerButton::Primary)
            && let (Some(held), Some(pointer)) = (&mut self.held, response.interact_pointer_pos())
        {
            let place = placement.to_image(pointer + held.offset);
            let place = if part == Part::Handle { within(placement, place) } else { place };
            held.change = PointChange::placed(part == Part::Handle, index, place);
            ui.set_cursor_icon(CursorIcon::Grabbing);
        }
        if response.drag_stopped() {
            changes.extend(self.let_go(ui));
        }
        response.context_menu(|ui| {
            let verb = if point.enabled { "Disable" } else { "Enable" };
            if ui.button(format!("{verb} point {}", index + 1)).clicked() {
                changes.push(PointChange::Enable(index, !point.enabled));
                ui.close();
            }
            if ui.button(format!("Delete point {}", index + 1)).clicked() {
                changes.push(PointChange::Remove(index));
                ui.close();
            }
        });
        response.hovered()
    }

    /// The change in the hand once the button is up; Escape drops it.
    fn let_go(&mut self, ui: &Ui) -> Option<PointChange> {
        if ui.input(|input| input.key_pressed(eframe::egui::Key::Escape)) {
            self.held = None;
        }
        let up = ui.input(|input| !input.pointer.primary_down());
        let held = self.held.take_if(|_| up)?;
        Some(held.change)
    }
}

impl PointChange {
    /// A handle or a target at a place.
    fn placed(handle: bool, index: usize, place: ImagePoint) -> Self {
        if handle { Self::Handle(index, place) } else { Self::Target(index, place) }
    }
}

/// A new point that has nowhere to go yet.
pub(super) fn dab(placement: &Placement, at: Pos2) -> PointChange {
    let handle = within(placement, placement.to_image(at));
    PointChange::Add(PointPair::new(handle, handle))
}

/// A place where a handle can be: on the picture.
fn within(placement: &Placement, place: ImagePoint) -> ImagePoint {
    let [width, height] = placement.size();
    place.clamped(width, height)
}

/// The ways of the handles: bright up to the step that is shown.
fn ways(painter: &Painter, placement: &Placement, standing: &Standing) {
    let shown = standing.whole_step();
    for path in &standing.paths {
        let places: Vec<Pos2> = path.iter().map(|&place| placement.to_screen(place)).collect();
        let (done, rest) = (places.get(..=shown).unwrap_or(&places), places.get(shown..).unwrap_or_default());
        way(painter, rest, Stroke::new(1.5, Color32::from_white_alpha(70)));
        way(painter, done, Stroke::new(3.5, Color32::from_black_alpha(110)));
        way(painter, done, Stroke::new(2.0, theme::ACCENT));
    }
}

/// A line through places. A handle may rest for some steps, and where three places are one egui draws a line to infinity.
fn way(painter: &Painter, places: &[Pos2], stroke: Stroke) {
    let mut places = places.to_vec();
    places.dedup();
    painter.add(Shape::line(places, stroke));
}

/// A part of a point. Dark rims keep it visible on any picture.
fn draw(painter: &Painter, placement: &Placement, index: usize, point: &PointPair, part: Part, lit: bool) {
    let (handle, target) = (placement.to_screen(point.handle), placement.to_screen(point.target));
    let color = |color: Color32| if point.enabled { color } else { Color32::from_gray(150) };
    let radius = if lit { RADIUS + 1.5 } else { RADIUS };
    let rim = Stroke::new(2.0, Color32::from_black_alpha(150));
    match part {
        Part::Handle => {
            arrow(painter, handle, target, color(Color32::WHITE));
            painter.circle(handle, radius + 1.0, color(theme::HANDLE), rim);
            painter.circle_stroke(handle, radius, Stroke::new(1.5, Color32::WHITE));
            let name = point.name.as_deref().unwrap_or_default();
            let label = format!("{} {name}", index + 1);
            text(painter, handle + vec2(radius + 4.0, -radius - 2.0), label.trim_end());
        }
        Part::Target => {
            painter.circle_stroke(target, radius + 1.0, Stroke::new(4.5, Color32::from_black_alpha(150)));
            painter.circle_stroke(target, radius + 1.0, Stroke::new(2.5, color(theme::TARGET)));
            painter.circle_filled(target, 1.8, color(theme::TARGET));
        }
    }
}

fn arrow(painter: &Painter, from: Pos2, to: Pos2, color: Color32) {
    let way = to - from;
    let length = way.length();
    if length < 2.0 * RADIUS + 4.0 {
        return;
    }
    let along = way / length;
    let (from, tip) = (from + along * RADIUS, to - along * (RADIUS + 3.0));
    let (side, back) = (along.rot90() * 3.5, tip - along * 7.0);
    for (width, color) in [(3.5, Color32::from_black_alpha(120)), (1.5, color)] {
        painter.line_segment([from, tip], Stroke::new(width, color));
        painter.add(Shape::line(vec![back + side, tip, back - side], Stroke::new(width, color)));
    }
}

/// A text with a dark rim.
fn text(painter: &Painter, at: Pos2, text: &str) {
    let font = FontId::proportional(12.0);
    for offset in [vec2(1.0, 0.0), vec2(-1.0, 0.0), vec2(0.0, 1.0), vec2(0.0, -1.0)] {
        painter.text(at + offset, Align2::LEFT_BOTTOM, text, font.clone(), Color32::from_black_alpha(170));
    }
    painter.text(at, Align2::LEFT_BOTTOM, text, font, Color32::WHITE);
}
