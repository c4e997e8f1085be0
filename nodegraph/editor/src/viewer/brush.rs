//! The tools that a mask is painted with.

use std::f32::consts::{FRAC_PI_2, PI};

use dragfx_engine::ImagePoint;
use dragfx_graph::shape::{Outline, Shape, ShapeOp};
use eframe::egui::{self, Color32, Event, PointerButton, Pos2, Response, Stroke, StrokeKind, Ui, Vec2};

use super::camera::Placement;
use super::stroke::{Point, thinned};
use super::tools::Tool;
use crate::theme;

/// How far the line of a stroke may be from where the brush went, pixels.
const TOLERANCE: f64 = 0.3;
/// Smaller shapes are slips of the hand, pixels.
const LEAST: f64 = 1.0;
/// How near to its first corner a click closes a polygon, points of the screen.
const NEAR: f32 = 8.0;

/// A brush and the shape that is being made with it.
pub(super) struct Brush {
    /// Its diameter, image pixels.
    pub(super) size: f64,
    making: Option<Making>,
}

/// A shape in the making, in image pixels.
enum Making {
    /// Where the brush went.
    Stroke(Vec<Point>),
    /// From a corner to the pointer.
    Box { from: Point, to: Point },
    /// The corners so far.
    Polygon(Vec<Point>),
}

impl Default for Brush {
    fn default() -> Self {
        Self { size: 30.0, making: None }
    }
}

impl Brush {
    /// Makes it larger or smaller by a fifth.
    pub(super) fn resize(&mut self, larger: bool) {
        self.size = (self.size * if larger { 1.25 } else { 0.8 }).clamp(1.0, 1000.0).round();
    }

    /// Whether a shape is being made.
    pub(super) fn is_making(&self) -> bool {
        self.making.is_some()
    }

    /// Forgets the shape that is being made.
    pub(super) fn drop_shape(&mut self) {
        self.making = None;
    }

    /// Goes on with the shape; gives it when it is made.
    pub(super) fn go_on(&mut self, ui: &Ui, picture: &Response, placement: &Placement, tool: Tool) -> Option<Shape> {
        if ui.input(|input| input.key_pressed(egui::Key::Escape)) {
            self.drop_shape();
            return None;
        }
        if tool == Tool::Polygon {
            self.polygon(ui, picture, placement)
        } else {
            self.pull(ui, picture, placement, tool)
        }
    }

    /// Strokes, ellipses and rectangles: from a press to letting go.
    fn pull(&mut self, ui: &Ui, picture: &Response, placement: &Placement, tool: Tool) -> Option<Shape> {
        let pressed = ui.input(|input| input.pointer.button_pressed(PointerButton::Primary));
        let strokes = matches!(tool, Tool::Brush | Tool::Erase);
        let at = |place: Pos2| array(placement.to_image(place));
        if picture.is_pointer_button_down_on() && pressed && self.making.is_none() {
            let from = at(ui.input(|input| input.pointer.press_origin())?);
            self.making = Some(if strokes { Making::Stroke(vec![from]) } else { Making::Box { from, to: from } });
        } else if self.making.is_none() && picture.clicked() && strokes {
            // Pressed and let go between two frames.
            self.making = Some(Making::Stroke(vec![at(picture.interact_pointer_pos()?)]));
        }
        let modifiers = ui.input(|input| input.modifiers);
        match self.making.as_mut()? {
            Making::Stroke(line) => ui.input(|input| {
                // All places since the last frame: a fast stroke is round, too.
                let moves = input
                    .events
                    .iter()
                    .filter_map(|event| if let Event::PointerMoved(to) = event { Some(*to) } else { None });
                line.extend(moves.map(at));
            }),
            Making::Box { from, to } => {
                *to = at(ui.input(|input| input.pointer.interact_pos())?);
                if modifiers.shift {
                    *to = squared(*from, *to);
                }
            }
            Making::Polygon(_) => {}
        }
        if ui.input(|input| input.pointer.primary_down()) {
            return None;
        }
        let op = if tool == Tool::Erase || modifiers.command { ShapeOp::Subtract } else { ShapeOp::Add };
        let outline = match self.making.take()? {
            Making::Stroke(line) => Outline::Stroke { points: thinned(&line, TOLERANCE), radius: self.size / 2.0 },
            Making::Box { from, to } => boxed(from, to, tool == Tool::Ellipse)?,
            Making::Polygon(_) => return None,
        };
        Some(Shape { outline, op })
    }

    /// Corners by clicks; a click on the first one or Enter closes it.
    fn polygon(&mut self, ui: &Ui, picture: &Response, placement: &Placement) -> Option<Shape> {
        if !matches!(self.making, Some(Making::Polygon(_))) {
            self.making = None;
        }
        let click = picture.interact_pointer_pos().filter(|_| picture.clicked());
        let (enter, modifiers) = ui.input(|input| (input.key_pressed(egui::Key::Enter), input.modifiers));
        let corners = match &mut self.making {
            Some(Making::Polygon(corners)) => corners,
            _ => {
                let first = array(placement.to_image(click?));
                self.making = Some(Making::Polygon(vec![first]));
                return None;
            }
        };
        let first = placement.to_screen(ImagePoint::new(corners[0][0], corners[0][1]));
        let closes = click.is_some_and(|click| click.distance(first) < NEAR && corners.len() > 2);
        if let Some(click) = click.filter(|_| !closes) {
            corners.push(array(placement.to_image(click)));
        }
        if !(closes || enter) || corners.len() < 3 {
            return None;
        }
        let op = if modifiers.command { ShapeOp::Subtract } else { ShapeOp::Add };
        let points = std::mem::take(corners);
        self.making = None;
        Some(Shape { outline: Outline::Polygon { points }, op })
    }

    /// Draws what is being made, and where the brush is.
    pub(super) fn draw(&self, ui: &Ui, placement: &Placement, tool: Tool) {
        let painter = ui.painter();
        let color = if tool == Tool::Erase { theme::TARGET } else { theme::ACCENT };
        let screen = |point: &Point| placement.to_screen(ImagePoint::new(point[0], point[1]));
        let pointer = ui.input(|input| input.pointer.hover_pos()).filter(|at| ui.clip_rect().contains(*at));
        let radius = placement.length(self.size / 2.0);
        let wet = color.gamma_multiply(0.45);
        let edge = Stroke::new(1.5, color);
        match &self.making {
            Some(Making::Stroke(line)) => {
                let mut places: Vec<Pos2> = line.iter().map(screen).collect();
                places.dedup_by(|a, b| a.distance(*b) < 1.0);
                for (end, before) in [(places.first(), places.get(1)), (places.last(), places.iter().rev().nth(1))] {
                    painter.extend(end.map(|&end| cap(end, before.copied(), radius, wet)));
                }
                painter.add(egui::Shape::line(places.clone(), Stroke::new(2.0 * radius, wet)));
                painter.add(egui::Shape::line(places, edge));
            }
            Some(Making::Box { from, to }) => {
                let rect = egui::Rect::from_two_pos(screen(from), screen(to));
                if tool == Tool::Ellipse {
                    let (center, radius) = (rect.center(), rect.size() / 2.0);
                    painter.add(egui::epaint::EllipseShape {
                        fill: wet,
                        ..egui::epaint::EllipseShape::stroke(center, radius, edge)
                    });
                } else {
                    painter.rect(rect, 0.0, wet, edge, StrokeKind::Middle);
                }
            }
            Some(Making::Polygon(corners)) => {
                let places: Vec<Pos2> = corners.iter().map(screen).chain(pointer).collect();
                painter.circle_stroke(places[0], NEAR / 2.0, edge);
                painter.add(egui::Shape::line(places, edge));
            }
            None => {}
        }
        if let Some(pointer) = pointer.filter(|_| matches!(tool, Tool::Brush | Tool::Erase)) {
            painter.circle_stroke(pointer, radius, Stroke::new(3.0, Color32::from_black_alpha(110)));
            painter.circle_stroke(pointer, radius, Stroke::new(1.0, Color32::WHITE));
        }
    }
}

/// The round end of a stroke that comes from `before`; the whole of a dab.
fn cap(end: Pos2, before: Option<Pos2>, radius: f32, color: Color32) -> egui::Shape {
    const CORNERS: u16 = 24;
    let Some(before) = before else { return egui::Shape::circle_filled(end, radius, color) };
    let start = (end - before).angle() - FRAC_PI_2;
    let corner = |index| end + radius * Vec2::angled(start + PI * f32::from(index) / f32::from(CORNERS));
    egui::Shape::convex_polygon((0..=CORNERS).map(corner).collect(), color, Stroke::NONE)
}

fn array(point: ImagePoint) -> Point {
    // A sixteenth of a pixel is finer than any edge of a mask, and keeps documents short.
    [point.x, point.y].map(|x| (x * 16.0).round() / 16.0)
}

/// `to` on the diagonal through `from`.
fn squared(from: Point, to: Point) -> Point {
    let way = [to[0] - from[0], to[1] - from[1]];
    let side = way[0].abs().max(way[1].abs());
    [from[0] + side.copysign(way[0]), from[1] + side.copysign(way[1])]
}

/// The ellipse or the rectangle between two corners; none if it is too small to be meant.
fn boxed(from: Point, to: Point, ellipse: bool) -> Option<Outline> {
    let center = [0, 1].map(|axis| (from[axis] + to[axis]) / 2.0);
    let radii = [0, 1].map(|axis| (from[axis] - to[axis]).abs() / 2.0);
    let angle = 0.0;
    if radii.iter().any(|radius| *radius < LEAST / 2.0) {
        return None;
    }
    Some(if ellipse { Outline::Ellipse { center, radii, angle } } else { Outline::Rectangle { center, radii, angle } })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn shapes_lie_between_their_corners() {
        let ellipse = boxed([10.0, 30.0], [20.0, 10.0], true);
        assert_eq!(ellipse, Some(Outline::Ellipse { center: [15.0, 20.0], radii: [5.0, 10.0], angle: 0.0 }));
        let square = boxed([0.0, 0.0], squared([0.0, 0.0], [-4.0, 10.0]), false);
        assert_eq!(square, Some(Outline::Rectangle { center: [-5.0, 5.0], radii: [5.0, 5.0], angle: 0.0 }));
        assert_eq!(boxed([0.0, 0.0], [0.2, 9.0], false), None);
    }
}
