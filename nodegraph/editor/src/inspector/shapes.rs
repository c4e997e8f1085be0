//! The list of a mask's shapes.

use dragfx_graph::param::ParamValue;
use dragfx_graph::shape::{Outline, Shape, ShapeOp};
use eframe::egui::{ComboBox, Label, RichText, Ui, WidgetInfo, WidgetType, vec2};

use super::form::Form;
use super::number::Scale;
use super::row;
use super::setting::Setting;
use crate::theme;

/// What shapes do to those before them, with what that means.
const OPS: [(ShapeOp, &str, &str); 3] = [
    (ShapeOp::Add, "add", "Its area is added."),
    (ShapeOp::Subtract, "subtract", "Its area is taken away."),
    (ShapeOp::Intersect, "intersect", "What is outside its area is taken away."),
];

impl Form<'_, '_> {
    /// Two lines for each shape: what it is, what it does, its place in the list; and its size.
    pub(crate) fn shapes(&mut self, ui: &mut Ui, setting: Setting<'_>, shapes: &[Shape]) {
        if shapes.is_empty() {
            ui.label(RichText::new("No shapes: paint on the picture.").color(theme::WEAK));
        }
        for (index, shape) in shapes.iter().enumerate() {
            ui.push_id(index, |ui| {
                self.shape(ui, setting, shapes, index);
                self.sizes(ui, setting, shapes, index, shape);
            });
        }
    }

    fn shape(&mut self, ui: &mut Ui, setting: Setting<'_>, shapes: &[Shape], index: usize) {
        let (number, shape) = (index + 1, &shapes[index]);
        ui.horizontal(|ui| {
            let name = format!("{number}  {}", kind(&shape.outline));
            let room = vec2((ui.available_width() - 160.0).max(60.0), ui.spacing().interact_size.y);
            ui.allocate_ui(room, |ui| {
                ui.set_min_width(room.x);
                ui.add(Label::new(name).truncate());
            });
            let now = OPS.iter().find(|(op, ..)| *op == shape.op).map_or("", |(_, name, _)| name);
            let combo = ComboBox::from_id_salt("op").selected_text(now).width(84.0).show_ui(ui, |ui| {
                for (op, name, doc) in OPS {
                    if ui.selectable_label(op == shape.op, name).on_hover_text(doc).clicked() {
                        let mut shapes = shapes.to_vec();
                        shapes[index].op = op;
                        self.set_list(ui, &format!("Let shape {number} {name}"), setting, ParamValue::Shapes(shapes));
                    }
                }
            });
            let name = format!("Shape {number} does");
            combo.response.widget_info(|| WidgetInfo::labeled(WidgetType::ComboBox, true, &name));
            ui.spacing_mut().item_spacing.x = 1.0;
            for (sign, what, other) in [("⬆", "up", index.checked_sub(1)), ("⬇", "down", Some(index + 1))] {
                let other = other.filter(|other| *other < shapes.len());
                if row::small_button(ui, sign, &format!("Move shape {number} {what}"), other.is_some()) {
                    let mut shapes = shapes.to_vec();
                    shapes.swap(index, other.unwrap_or(index));
                    self.set_list(ui, &format!("Move shape {number}"), setting, ParamValue::Shapes(shapes));
                }
            }
            if row::small_button(ui, "×", &format!("Delete shape {number}"), true) {
                let mut shapes = shapes.to_vec();
                shapes.remove(index);
                self.set_list(ui, &format!("Delete shape {number}"), setting, ParamValue::Shapes(shapes));
            }
        });
    }

    fn sizes(&mut self, ui: &mut Ui, setting: Setting<'_>, shapes: &[Shape], index: usize, shape: &Shape) {
        let number = index + 1;
        let sizes: Vec<(&str, f64)> = match &shape.outline {
            Outline::Ellipse { radii, angle, .. } | Outline::Rectangle { radii, angle, .. } => {
                vec![("Half width", radii[0]), ("Half height", radii[1]), ("Angle", *angle)]
            }
            Outline::Stroke { radius, .. } => vec![("Radius", *radius)],
            Outline::Polygon { points } => {
                ui.label(RichText::new(format!("{} corners", points.len())).color(theme::WEAK));
                return;
            }
        };
        ui.columns(3, |columns| {
            for (part, (ui, (name, value))) in columns.iter_mut().zip(sizes).enumerate() {
                let unit = if name == "Angle" { "°" } else { " px" };
                let scale = Scale { unit: unit.to_owned(), ..Scale::pixels() };
                let name = format!("{name} of shape {number}");
                let response = self.typed(ui, &scale, value, &name, &format!("Size shape {number}"), &|value| {
                    let mut shapes = shapes.to_vec();
                    resize(&mut shapes[index].outline, part, value);
                    setting.set(ParamValue::Shapes(shapes))
                });
                self.complaint(ui, response.id);
                response.on_hover_text(name);
            }
        });
        ui.add_space(3.0);
    }
}

fn kind(outline: &Outline) -> &'static str {
    match outline {
        Outline::Ellipse { .. } => "Ellipse",
        Outline::Rectangle { .. } => "Rectangle",
        Outline::Polygon { .. } => "Polygon",
        Outline::Stroke { .. } => "Stroke",
    }
}

/// Sets one of the sizes, in the order in which they stand in the list.
fn resize(outline: &mut Outline, part: usize, value: f64) {
    match (outline, part) {
        (Outline::Ellipse { angle, .. } | Outline::Rectangle { angle, .. }, 2) => *angle = value,
        (Outline::Ellipse { radii, .. } | Outline::Rectangle { radii, .. }, part) => radii[part] = value,
        (Outline::Stroke { radius, .. }, _) => *radius = value,
        (Outline::Polygon { .. }, _) => {}
    }
}
