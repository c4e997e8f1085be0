//! The table of a list of points.

use dragfx_engine::{ImagePoint, PointPair};
use dragfx_graph::document::Edit;
use dragfx_graph::param::ParamValue;
use eframe::egui::{Checkbox, RichText, Sense, Ui, WidgetInfo, WidgetType, vec2};

use super::form::{Field, Form};
use super::number::Scale;
use super::row;
use super::setting::Setting;
use crate::theme;

/// Where the first point of an empty list is put, and how far from the last one the next.
const FIRST: f64 = 64.0;
const NEXT: f64 = 16.0;

impl Form<'_, '_> {
    /// Two lines for each point: what it is called and whether it counts, where it is and where it should go.
    pub(crate) fn points(&mut self, ui: &mut Ui, setting: Setting<'_>, points: &[PointPair]) {
        if points.is_empty() {
            ui.label(RichText::new("No points: click on the picture to set one.").color(theme::WEAK));
        }
        for (index, point) in points.iter().enumerate() {
            ui.push_id(index, |ui| self.point(ui, setting, points, index, point));
        }
        if ui.button("Add point").clicked() {
            let place = points.last().map_or(ImagePoint::new(FIRST, FIRST), |last| {
                ImagePoint::new(last.handle.x + NEXT, last.handle.y + NEXT)
            });
            let added = points.iter().cloned().chain([PointPair::new(place, place)]).collect();
            self.set_list(ui, "Add point", setting, ParamValue::Points(added));
        }
    }

    fn point(&mut self, ui: &mut Ui, setting: Setting<'_>, points: &[PointPair], index: usize, point: &PointPair) {
        let number = index + 1;
        let with = |change: &dyn Fn(&mut PointPair)| {
            let mut points = points.to_vec();
            change(&mut points[index]);
            setting.set(ParamValue::Points(points))
        };
        ui.horizontal(|ui| {
            let mut enabled = point.enabled;
            let check = ui.add(Checkbox::without_text(&mut enabled)).on_hover_text("Whether it counts");
            let name = format!("Point {number} enabled");
            check.widget_info(|| WidgetInfo::selected(WidgetType::Checkbox, true, enabled, &name));
            if check.changed() {
                let step = if enabled { "Enable" } else { "Disable" };
                self.edit(&check, format!("{step} point {number}"), with(&|point| point.enabled = enabled));
            }
            ui.label(RichText::new(format!("{number}")).strong());
            let text = point.name.clone().unwrap_or_default();
            let room = ui.available_width() - 24.0;
            ui.allocate_ui(vec2(room, ui.spacing().interact_size.y), |ui| {
                let field = Field { name: &format!("Name of point {number}"), text: &text, hint: "Name", rows: 1 };
                self.text(ui, &field, |text| {
                    let name = Some(text.trim().to_owned()).filter(|name| !name.is_empty());
                    Ok((format!("Name point {number}"), with(&|point| point.name = name.clone())?))
                });
            });
            if row::small_button(ui, "×", &format!("Delete point {number}"), true) {
                let kept = points.iter().enumerate().filter(|(other, _)| *other != index);
                let kept = kept.map(|(_, point)| point.clone()).collect();
                self.set_list(ui, &format!("Delete point {number}"), setting, ParamValue::Points(kept));
            }
        });
        let fields = [("Handle", point.handle, theme::HANDLE), ("Target", point.target, theme::TARGET)];
        ui.columns(2, |columns| {
            for (ui, (what, place, color)) in columns.iter_mut().zip(fields) {
                ui.horizontal(|ui| {
                    let (dot, _) = ui.allocate_exact_size(vec2(8.0, ui.spacing().interact_size.y), Sense::hover());
                    ui.painter().circle_filled(dot.center(), 4.0, color);
                    self.place(ui, &format!("{what} {number}"), place, &|place| {
                        with(&|point| {
                            let end = if what == "Handle" { &mut point.handle } else { &mut point.target };
                            *end = place;
                        })
                    });
                });
            }
        });
        ui.add_space(3.0);
    }

    /// Two numbers side by side: a place in a picture.
    pub(crate) fn place(
        &mut self,
        ui: &mut Ui,
        name: &str,
        place: ImagePoint,
        edit: &dyn Fn(ImagePoint) -> Result<Edit, String>,
    ) {
        let width = (ui.available_width() - ui.spacing().item_spacing.x) / 2.0;
        let step = format!("Move {}", name.to_lowercase());
        for (axis, value) in [("x", place.x), ("y", place.y)] {
            let moved = |value: f64| {
                let (x, y) = if axis == "x" { (value, place.y) } else { (place.x, value) };
                edit(ImagePoint::new(x, y))
            };
            ui.allocate_ui(vec2(width, ui.spacing().interact_size.y), |ui| {
                self.typed(ui, &Scale::pixels(), value, &format!("{name} {axis}"), &step, &moved)
            });
        }
    }

    /// Replaces a list; what is wrong about that is told below its button.
    pub(crate) fn set_list(&mut self, ui: &Ui, step: &str, setting: Setting<'_>, value: ParamValue) {
        match setting.set(value) {
            Ok(edit) => self.make(format!("{step} of {}", setting.node.name), edit),
            Err(error) => self.refuse(ui.id(), String::new(), error),
        }
    }
}
